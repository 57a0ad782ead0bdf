//! A CA bundle put into webhook configurations, by our own patch, splice and proof: every other byte stays.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;
use thiserror::Error;

use super::manifests::webhooks;
use super::read::Certificate;
use crate::process::proof::{self, ProofError};
use crate::text::splice::{self, Edit, RenderedLines, SpliceError};
use crate::text::yaml::tree::Tree;
use crate::value::patch::{Op, Patch};
use crate::value::view::{Kind, View as _};

/// What came of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inserted {
    /// The changes of its text, in order.
    pub edits: Vec<Edit>,
    /// How many webhooks there are in it.
    pub webhooks: usize,
    /// Where a configuration begins whose `caBundle` somebody else sets: cert-manager's CA injector.
    pub injected_by_others: Option<usize>,
}

/// Why a bundle could not be put in.
#[derive(Clone, Debug, Error)]
pub(crate) enum InsertError {
    /// The user's: a webhook without a `clientConfig`.
    #[error("webhook {0} has no `clientConfig`")]
    NoClient(usize),
    /// The user's: a construct of the text stands in the way.
    #[error(transparent)]
    Splice(#[from] SpliceError),
    /// A bug of ours: the result was not what it should be.
    #[error("nothing was changed, because {0}")]
    Proof(#[from] ProofError),
}

/// Certificates as a `caBundle` has them: the base64 of their PEM, on one line. What else stood beside them in a file,
/// comments or keys, is not in it.
pub(crate) fn one_line(certificates: &[Certificate]) -> String {
    BASE64_STANDARD.encode(certificates.iter().map(Certificate::pem).collect::<String>())
}

/// Puts a bundle into every webhook of a document.
///
/// # Errors
/// A webhook has no place for it, or the text cannot be spliced; nothing is half done.
pub(crate) fn insert(tree: &Tree<'_>, bundle: &str) -> Result<Inserted, InsertError> {
    let mut inserted = Inserted::default();
    let mut patch = Patch::default();
    let Some(root) = tree.root() else { return Ok(inserted) };
    for webhook in webhooks(tree) {
        let client = webhook.node.member("clientConfig").filter(|client| client.kind() == Kind::Mapping);
        let client = client.ok_or(InsertError::NoClient(inserted.webhooks + 1))?;
        inserted.webhooks += 1;
        let annotations = webhook.configuration.path(&["metadata", "annotations"]);
        let injected = annotations.is_some_and(|all| {
            all.members().iter().any(|(name, _)| name.starts_with("cert-manager.io/inject-ca-from"))
        });
        if injected {
            inserted.injected_by_others.get_or_insert(tree.span(webhook.configuration.id()).start);
        }
        let (at, value) = (webhook.at.join("caBundle"), Value::String(bundle.to_owned()));
        match client.member("caBundle") {
            None => patch.0.push(Op::Add(at, value.into())),
            Some(present) if present.string().as_deref() == Some(bundle) => {}
            Some(_) => patch.0.push(Op::Replace(at, value.into())),
        }
    }
    if patch.is_empty() {
        return Ok(inserted);
    }
    let edits = splice::splice(tree, root, &patch, &RenderedLines::default())?;
    let expected = proof::applied(tree.view(root).value(), &patch)?;
    proof::prove_text(&splice::pieces(tree.text(), &edits).concat(), tree.language(), &expected)?;
    Ok(Inserted { edits, ..inserted })
}

//! Puts a CA bundle into webhook configurations, with the same patch, splice and proof as an injection: every other
//! byte stays.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;
use thiserror::Error;

use super::manifests::webhooks;
use super::read::Certificate;
use crate::process::proof::{self, ProofError};
use crate::text::splice::{self, Edit, RenderedLines, SpliceError, UserStrings};
use crate::text::yaml::tree::Tree;
use crate::value::patch::{Op, Patch};
use crate::value::view::{Kind, View as _};

/// The changes of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inserted {
    /// The edits of its text, in order.
    pub edits: Vec<Edit>,
    /// How many webhooks the document has.
    pub webhooks: usize,
    /// The offset of a configuration whose `caBundle` is set by cert-manager's CA injector.
    pub injected_by_others: Option<usize>,
}

/// Why a bundle cannot be put into a document.
#[derive(Clone, Debug, Error)]
pub(crate) enum InsertError {
    /// The user's fault: a webhook without a `clientConfig`.
    #[error("webhook {0} has no `clientConfig`")]
    NoClient(usize),
    /// The user's fault: the text has a construct that cannot be changed in place.
    #[error(transparent)]
    Splice(#[from] SpliceError),
    /// A bug: the new text was not what it should be.
    #[error("nothing was changed, because {0}")]
    Proof(#[from] ProofError),
}

/// Certificates as the value of `caBundle`: the base64 of their PEM, on one line. Other parts of their file, such as
/// comments or keys, are not in it.
pub(crate) fn one_line(certificates: &[Certificate]) -> String {
    BASE64_STANDARD.encode(certificates.iter().map(Certificate::pem).collect::<String>())
}

/// Puts a bundle into every webhook of a document.
///
/// # Errors
/// A webhook has no `clientConfig`, or the text cannot be changed in place. The document then has no edits at all.
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
    let edits = splice::splice(tree, root, &patch, &RenderedLines::default(), UserStrings::NONE)?.edits;
    let expected = proof::applied(tree.view(root).value(), &patch)?;
    proof::prove_text(&splice::pieces(tree.text(), &edits).concat(), tree.language(), &expected)?;
    Ok(Inserted { edits, ..inserted })
}

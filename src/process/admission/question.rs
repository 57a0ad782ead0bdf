//! A review as an API server sends it: read, decided, answered. A review in a file goes the same way, so both get the same
//! decision.
//!
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request>.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{AdmissionReview, respond};
use crate::decide::facts::{ClusterFacts, service_accounts};
use crate::decide::inject::Outcome;
use crate::kube::workload;
use crate::process::object::{ChangeError, Object};
use crate::process::objects::{self, FoundObject};
use crate::process::run::Run;
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::known::KnownTexts;
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::{Language, Tree};
use crate::text::yaml::{MAX_DEPTH, parse_review};
use crate::value::view::{Kind, View};

/// Members of a request that are read, and the type that they must have where they are present.
const FIELDS: [(&str, Kind); 7] = [
    ("dryRun", Kind::Boolean),
    ("kind", Kind::Mapping),
    ("name", Kind::String),
    ("namespace", Kind::String),
    ("object", Kind::Mapping),
    ("operation", Kind::String),
    ("subResource", Kind::String),
];

/// A review that is ready to be answered.
#[derive(Debug)]
pub(crate) struct Question<'t> {
    tree: Tree<'t>,
    subject: ReviewSubject,
}

/// The object of a review: enough to find it, and nothing of its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewSubject {
    /// `request.uid`.
    pub uid: String,
    /// The object's kind.
    pub kind: String,
    /// `request.namespace`; empty for an object outside of namespaces.
    pub namespace: String,
    /// `metadata.name`, or `generateName` followed by `*`.
    pub name: String,
    /// `request.operation`.
    pub operation: String,
}

/// Why a body is not a review. The client's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Unreadable {
    /// What is wrong, with its place.
    pub message: String,
    /// The uid, where it could still be read.
    pub uid: Option<String>,
}

/// An answer and its decisions.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub review: AdmissionReview,
    /// It has no steps where there was nothing to decide.
    pub outcome: Outcome,
}

impl<'t> Question<'t> {
    /// Reads a request's body; as an earlier one that it is like, where there is one among these.
    ///
    /// # Errors
    ///
    /// It is not UTF-8 or not JSON; it is not an `AdmissionReview` of a known version with a request and a uid; a member
    /// that is read has the wrong type; or the object is nested too deep.
    pub(crate) fn read(body: &'t [u8], known: &KnownTexts) -> Result<Self, Unreadable> {
        let unreadable = |message: String| Unreadable { message, uid: None };
        let text = std::str::from_utf8(body)
            .map_err(|error| unreadable(format!("the body is not UTF-8: byte {} is not", error.valid_up_to())))?;
        let tree =
            known.read((text, Language::Json), parse_review).map_err(|error| unreadable(syntax(text, &error)))?;
        let end = tree.root().map_or(0, |root| tree.span(root).end);
        if !text.get(end..).unwrap_or_default().trim_ascii().is_empty() {
            return Err(unreadable(format!("byte {end}: something follows the review")));
        }
        let subject = subject(&tree)?;
        Ok(Self { tree, subject })
    }

    pub(crate) const fn subject(&self) -> &ReviewSubject {
        &self.subject
    }

    /// The request's namespace, else the object's.
    pub(crate) fn namespace(&self) -> &str {
        &self.subject.namespace
    }

    /// The names of the ServiceAccounts of its pods, each once.
    pub(crate) fn service_accounts(&self, run: &Run) -> BTreeSet<String> {
        let Some((node, identity)) = self.found().and_then(|found| Some((found.node, found.identity?))) else {
            return BTreeSet::new();
        };
        let templates = workload::templates(&identity, node, run.template_paths());
        let names =
            templates.iter().filter_map(|template| workload::locate(node, template)).map(service_accounts::name_in);
        names.map(Cow::into_owned).collect()
    }

    /// Decides, proves and answers.
    ///
    /// # Errors
    ///
    /// The proof of the patch failed, which is a bug of injector: then there is no answer.
    pub(crate) fn answer(&self, run: &Run, cluster: &ClusterFacts) -> Result<Answered, ChangeError> {
        let Some(found) = self.found() else { return Ok(self.unchanged()) };
        let Some(review) = found.review.clone() else { return Ok(self.unchanged()) };
        let Some(mut object) = Object::plan(&found, run, cluster) else { return Ok(self.unchanged()) };
        object.prove(found.node, run.encodings());
        if let Some(failure) = object.failure {
            return Err(failure);
        }
        let outcome = object.outcome;
        let review = respond(&review.api_version, &review.uid, &outcome, object.proved.as_ref());
        Ok(Answered { review, outcome })
    }

    /// The object; a deletion has none.
    fn found(&self) -> Option<FoundObject<'_>> {
        let root = self.tree.root()?;
        objects::find(&self.tree, root).into_iter().next().filter(|found| found.review.is_some())
    }

    fn unchanged(&self) -> Answered {
        let root = self.tree.root().map(|root| self.tree.view(root));
        let version = root.and_then(|root| root.text(&["apiVersion"])).unwrap_or_default();
        let outcome = Outcome::default();
        Answered { review: respond(&version, &self.subject.uid, &outcome, None), outcome }
    }
}

/// Checks everything that is read of a review, and returns its subject.
fn subject(tree: &Tree<'_>) -> Result<ReviewSubject, Unreadable> {
    let unreadable = |message: &str| Unreadable { message: message.to_owned(), uid: None };
    let root = tree.root().map(|root| tree.view(root)).filter(|root| root.kind() == Kind::Mapping);
    let root = root.ok_or_else(|| unreadable("the body is not an object"))?;
    let identity = workload::identify(root).ok_or_else(|| unreadable("`apiVersion` and `kind` are missing"))?;
    if identity.kind != "AdmissionReview" {
        return Err(unreadable(&format!("`{}` is not an AdmissionReview", shown(&identity.kind))));
    }
    if !matches!(identity.api_version.as_str(), "admission.k8s.io/v1" | "admission.k8s.io/v1beta1") {
        let version = shown(&identity.api_version);
        return Err(unreadable(&format!(
            "`{version}` is not known: it is `admission.k8s.io/v1` or `admission.k8s.io/v1beta1`"
        )));
    }
    let request = root.member("request").filter(|request| request.kind() == Kind::Mapping);
    let request = request.ok_or_else(|| unreadable("there is no `request`"))?;
    let uid = request.text(&["uid"]).filter(|uid| !uid.is_empty());
    let uid = uid.ok_or_else(|| unreadable("`request.uid` is missing, or not a string"))?.into_owned();
    check(tree, request).map_err(|message| Unreadable { message, uid: Some(uid.clone()) })?;
    let text = |path: &[&str]| request.text(path).map(|text| text.into_owned()).filter(|text| !text.is_empty());
    let generated = || text(&["object", "metadata", "generateName"]).map(|name| name + "*");
    Ok(ReviewSubject {
        uid,
        kind: text(&["kind", "kind"]).or_else(|| text(&["object", "kind"])).unwrap_or_default(),
        namespace: text(&["namespace"]).or_else(|| text(&["object", "metadata", "namespace"])).unwrap_or_default(),
        name: text(&["name"]).or_else(|| text(&["object", "metadata", "name"])).or_else(generated).unwrap_or_default(),
        operation: text(&["operation"]).unwrap_or_default(),
    })
}

fn check(tree: &Tree<'_>, request: NodeRef<'_>) -> Result<(), String> {
    for (name, wanted) in FIELDS {
        if let Some(kind) = request.member(name).map(View::kind)
            && kind != wanted
            && kind != Kind::Null
        {
            return Err(format!("`request.{name}` is {}, not {}", kind.name(), wanted.name()));
        }
    }
    for name in ["group", "kind", "version"] {
        if let Some(kind) = request.path(&["kind", name]).map(View::kind)
            && kind != Kind::String
        {
            return Err(format!("`request.kind.{name}` is {}, not a string", kind.name()));
        }
    }
    let object = request.member("object").filter(|_| !tree.is_within(MAX_DEPTH));
    if object.is_some_and(|object| tree.depth(object.id()) > MAX_DEPTH) {
        return Err(format!("`request.object` is {}", SyntaxErrorKind::Depth(MAX_DEPTH)));
    }
    Ok(())
}

/// A syntax error with its place. A review is usually one line, so the byte says more than line and column.
fn syntax(text: &str, error: &SyntaxError) -> String {
    format!("byte {} of {}: {error}", error.offset, text.len())
}

/// Text from a client, cut to a length that fits into a message.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

//! `AdmissionReview`, v1 and v1beta1: the answer to an API server.
//!
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response>.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::decide::inject::{Answer, Outcome, Verdict};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::process::proof::ProvedPatch;
use crate::profile::OnError;

#[cfg(feature = "serve")]
mod question;

#[cfg(feature = "serve")]
pub use question::ReviewSubject;
#[cfg(feature = "serve")]
pub(crate) use question::{Question, Unreadable};

/// Longer warnings are cut, in bytes: the API server would cut or drop them.
const MAX_WARNING: usize = 256;

/// Longer refusals are cut, in bytes: they may quote long values of the object.
const MAX_MESSAGE: usize = 2048;

/// The answer to a review. Absent fields are left out, and the request is never echoed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionReview {
    /// The version of the request.
    pub api_version: String,
    /// Always `AdmissionReview`.
    pub kind: &'static str,
    /// The answer.
    pub response: AdmissionResponse,
}

/// The answer.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionResponse {
    /// The request's uid.
    pub uid: String,
    /// Whether the object may be stored.
    pub allowed: bool,
    /// Why it may not be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The JSON Patch, as base64. Its type allows only a proved one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<ProvedPatch>,
    /// `JSONPatch`, where there is a patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_type: Option<&'static str>,
    /// kubectl shows these to its user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The decision, for the audit log.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub audit_annotations: BTreeMap<String, String>,
}

/// Why an object is refused.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// An HTTP status.
    pub code: u16,
    /// For the user of kubectl.
    pub message: String,
}

/// The answer to the request with that uid: an outcome, and its proved patch.
pub(crate) fn respond(
    api_version: &str,
    uid: &str,
    outcome: &Outcome,
    proved: Option<&ProvedPatch>,
) -> AdmissionReview {
    let mut response = AdmissionResponse { uid: uid.to_owned(), allowed: true, ..AdmissionResponse::default() };
    let mut refusals = Vec::new();
    for step in &outcome.steps {
        match &step.verdict {
            Verdict::Rejected(errors, OnError::Reject) => refusals.extend(errors.iter().map(line)),
            Verdict::Rejected(errors, OnError::Skip) => {
                response.warnings.extend(errors.iter().map(|error| cut(line(error))));
            }
            Verdict::Skipped { rule, reason, answer, .. } => {
                match answer {
                    Answer::Allow => {}
                    Answer::Deny => refusals.push(format!("{}: {rule}: {reason}", step.profile)),
                }
                let verdict = format!("skipped: {rule}: {reason}");
                response.audit_annotations.insert(format!("{}.injector", step.profile), verdict);
            }
            Verdict::Injected(rule) => {
                response.audit_annotations.insert(format!("{}.injector", step.profile), format!("injected: {rule}"));
            }
            Verdict::Extended(rule) => {
                response.audit_annotations.insert(format!("{}.injector", step.profile), format!("extended: {rule}"));
            }
            Verdict::Removed(..) | Verdict::Uninjected => {}
        }
    }
    // These need a flag of the webhook, which only its operator has: the user who creates a pod can do nothing about them.
    let for_operators = [Code::NamespaceUnknown, Code::UnknownTemplate];
    // An answer is about an object that is being created: it was never stored, and an API server has given a pod the pull
    // secrets of its ServiceAccount before it asks.
    let for_files = [Code::RoundTrip, Code::HidesPullSecrets];
    let is_told = |warning: &&Diagnostic| {
        warning.code.severity() != Severity::Note
            && !for_operators.contains(&warning.code)
            && !for_files.contains(&warning.code)
    };
    let warnings = outcome.warnings.iter().filter(is_told);
    response.warnings.extend(warnings.map(|warning| cut(line(warning))));
    if !refusals.is_empty() {
        response.allowed = false;
        response.status =
            Some(Status { code: 400, message: cut_to(format!("injector: {}", refusals.join("; ")), MAX_MESSAGE) });
    } else if let Some(proved) = proved {
        response.patch = Some(proved.clone());
        response.patch_type = Some("JSONPatch");
    }
    AdmissionReview { api_version: api_version.to_owned(), kind: "AdmissionReview", response }
}

/// A diagnostic in one line. There is no file with lines, so the value's place goes last.
fn line(diagnostic: &Diagnostic) -> String {
    let hint = diagnostic.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
    let at = &diagnostic.at;
    if at.is_root() {
        format!("{}{hint}", diagnostic.message)
    } else {
        format!("{}{hint}, at {at}", diagnostic.message)
    }
}

fn cut(text: String) -> String {
    cut_to(text, MAX_WARNING)
}

fn cut_to(text: String, length: usize) -> String {
    if text.len() <= length {
        return text;
    }
    let mut end = length - '…'.len_utf8();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}

//! Why a request gets no answer from the judge, and the `Status` that says so: whose failure it is, is its HTTP status.
//!
//! Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>.

use axum::http::{Method, StatusCode};
use serde::Serialize;
use thiserror::Error;

use super::MAX_BODY;
use crate::shell::server::judge::Unanswered;

/// Why a request gets no answer from the judge.
#[derive(Debug, Error)]
pub(in crate::shell::server) enum Refusal {
    /// The client's fault, or that of whoever configured it.
    #[error("there is nothing at `{0}`")]
    NotFound(String),
    /// The client's fault.
    #[error("`{0}` is not allowed: a review is sent with POST")]
    Method(Method),
    /// The client's fault.
    #[error("the content type is `{0}`: a review is sent as `application/json`")]
    ContentType(String),
    /// The client's fault.
    #[error("the body is encoded: a review is sent as it is")]
    Encoding,
    /// The client's fault.
    #[error("the body is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// The client's fault, or that of the network.
    #[error("the body did not come in time")]
    BodyTimeout,
    /// The client's fault, or that of the network.
    #[error("the body broke off: {0}")]
    BrokenBody(String),
    /// There is more to do than can be done.
    #[error("too many reviews are being answered: try again")]
    Overloaded,
    /// Nobody waits for the answer any more.
    #[error("the deadline was reached")]
    Deadline,
    /// A bug of ours. What it said is for the log alone.
    #[error("the review was not decided because of a bug: the webhook's log says more")]
    Panicked(String),
    /// The judge's.
    #[error(transparent)]
    Failed(#[from] Unanswered),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailureStatus<'a> {
    kind: &'static str,
    api_version: &'static str,
    status: &'static str,
    message: &'a str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
    code: u16,
}

#[derive(Serialize)]
struct Details<'a> {
    uid: &'a str,
}

impl Refusal {
    /// The HTTP status.
    pub(in crate::shell::server) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound(_) | Self::Failed(Unanswered::UnknownProfile { .. }) => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType(_) | Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenBody(_) | Self::Failed(Unanswered::BadReview { .. }) => StatusCode::BAD_REQUEST,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Deadline => StatusCode::GATEWAY_TIMEOUT,
            Self::Panicked(_) | Self::Failed(Unanswered::Unproved { .. }) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The review's uid, where it is known.
    pub(in crate::shell::server) fn uid(&self) -> Option<&str> {
        match self {
            Self::Failed(Unanswered::BadReview { uid, .. }) => uid.as_deref(),
            Self::Failed(Unanswered::Unproved { uid, .. }) => Some(uid),
            _ => None,
        }
    }

    /// The word for it that Kubernetes has.
    fn reason(&self) -> &'static str {
        match self.status() {
            StatusCode::NOT_FOUND => "NotFound",
            StatusCode::METHOD_NOT_ALLOWED => "MethodNotAllowed",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "UnsupportedMediaType",
            StatusCode::PAYLOAD_TOO_LARGE => "RequestEntityTooLarge",
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => "Timeout",
            StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
            StatusCode::INTERNAL_SERVER_ERROR => "InternalError",
            _ => "BadRequest",
        }
    }

    /// The `Status`, as JSON.
    pub(super) fn body(&self) -> Vec<u8> {
        let message = format!("injector: {self}");
        let status = FailureStatus {
            kind: "Status",
            api_version: "v1",
            status: "Failure",
            message: &message,
            reason: self.reason(),
            details: self.uid().map(|uid| Details { uid }),
            code: self.status().as_u16(),
        };
        // Strings and a number: there is nothing in it that JSON has no form for.
        serde_json::to_vec(&status).unwrap_or_default()
    }
}

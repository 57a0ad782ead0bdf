//! Why a request gets no answer from the judge, and the Kubernetes `Status` that says so. The HTTP status shows whose fault it
//! is.
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
    /// The fault of the client, or of its configuration.
    #[error("there is nothing at `{0}`")]
    NotFound(String),
    /// The client's fault.
    #[error("`{0}` is not allowed: send a review with POST")]
    Method(Method),
    /// The client's fault.
    #[error("the content type is `{0}`: send a review as `application/json`")]
    ContentType(String),
    /// The client's fault.
    #[error("the body is compressed: send a review without a content encoding")]
    Encoding,
    /// The client's fault.
    #[error("the body is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// The fault of the client, or of the network.
    #[error("the body did not come in time")]
    BodyTimeout,
    /// The fault of the client, or of the network.
    #[error("the body ended too early: {0}")]
    BrokenBody(String),
    /// Too many requests at once.
    #[error("too many reviews are being answered: try again")]
    Overloaded,
    /// The client no longer waits for the answer.
    #[error("the deadline was reached")]
    Deadline,
    /// A bug of injector. Only the log has its message.
    #[error("the review was not decided because of a bug: the webhook's log says more")]
    Panicked(String),
    /// The judge has no answer.
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

    pub(in crate::shell::server) fn uid(&self) -> Option<&str> {
        match self {
            Self::Failed(Unanswered::BadReview { uid, .. }) => uid.as_deref(),
            Self::Failed(Unanswered::Unproved { uid, .. }) => Some(uid),
            _ => None,
        }
    }

    /// The reason, in a word that Kubernetes uses.
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
        // Strings and a number cannot fail.
        serde_json::to_vec(&status).unwrap_or_default()
    }
}

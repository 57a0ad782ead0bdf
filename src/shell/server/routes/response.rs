//! The HTTP response to a request: an answer to a review, or a refusal.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{StatusCode, Version};
use axum::response::Response;

use super::refusal::Refusal;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The response to a path that does not exist.
pub(in crate::shell::server) async fn not_found(request: Request) -> Response {
    refused(&Refusal::NotFound(request.uri().path().to_owned()), request.version())
}

pub(super) fn respond(status: StatusCode, body: Vec<u8>) -> Response {
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}

pub(super) fn refused(refusal: &Refusal, version: Version) -> Response {
    let mut response = respond(refusal.status(), refusal.body());
    let headers = response.headers_mut();
    match refusal {
        Refusal::Method(_) => {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        Refusal::Overloaded => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // The rest of the body is not waited for. HTTP/2 has no such header: there only the stream ends.
        Refusal::TooLarge | Refusal::BodyTimeout | Refusal::BrokenBody(_) if version <= Version::HTTP_11 => {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

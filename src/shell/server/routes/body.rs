//! A request's body: its type, its size and its time. Its content is not read here.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;

use super::MAX_BODY;
use super::refusal::Refusal;

/// The most bytes to allocate for a body before any of it has come.
const EAGER: usize = 64 * 1024;

/// An API server sends `application/json`, perhaps with parameters, and not compressed.
pub(super) fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let found = text(CONTENT_TYPE).unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::ContentType(essence.chars().take(100).collect()));
    }
    match text(CONTENT_ENCODING) {
        Some(encoding) if !encoding.eq_ignore_ascii_case("identity") => Err(Refusal::Encoding),
        _ => Ok(()),
    }
}

/// Refuses a body whose header says that it is too long.
pub(super) fn check_length(body: &Body) -> Result<(), Refusal> {
    if body.size_hint().lower() > MAX_BODY as u64 { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// A body, and its share of the budget for bodies.
pub(super) struct ReadBody {
    pub(super) bytes: Bytes,
    pub(super) held: Option<OwnedSemaphorePermit>,
}

/// Reads a body, up to the limit. Only bytes that have come are charged to the budget: a client that announces much and sends
/// little keeps no one out.
pub(super) async fn read(
    body: Body,
    budget: &Arc<Semaphore>,
    until: Instant,
    deadline: Instant,
) -> Result<ReadBody, Refusal> {
    match timeout_at(until.min(deadline).into(), collect(body, budget)).await {
        Ok(read) => read,
        Err(_) if deadline <= until => Err(Refusal::Deadline),
        Err(_) => Err(Refusal::BodyTimeout),
    }
}

async fn collect(body: Body, budget: &Arc<Semaphore>) -> Result<ReadBody, Refusal> {
    #[expect(clippy::cast_possible_truncation, reason = "a hint, and bounded by the limit")]
    let expected = (body.size_hint().lower() as usize).min(EAGER);
    let mut bytes = BytesMut::with_capacity(expected);
    let mut held: Option<OwnedSemaphorePermit> = None;
    let mut body = Limited::new(body, MAX_BODY);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| refusal(error.as_ref()))?;
        let Ok(data) = frame.into_data() else { continue };
        let share = u32::try_from(data.len()).map_err(|_| Refusal::TooLarge)?;
        let more = Arc::clone(budget).try_acquire_many_owned(share).map_err(|_| Refusal::Overloaded)?;
        match &mut held {
            Some(held) => held.merge(more),
            None => held = Some(more),
        }
        bytes.extend_from_slice(&data);
    }
    Ok(ReadBody { bytes: bytes.freeze(), held })
}

fn refusal(error: &(dyn std::error::Error + 'static)) -> Refusal {
    if error.is::<LengthLimitError>() {
        return Refusal::TooLarge;
    }
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Refusal::BrokenBody(cause.to_string())
}

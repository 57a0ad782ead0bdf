//! The body of a request that may be answered before it has come whole.
//!
//! hyper resets an HTTP/2 stream whose answer is complete as soon as no one holds the rest of its body (RFC 9113, section
//! 8.1), and closes an HTTP/1.1 connection. A client that is still sending then takes the reset for a failure, and does not
//! show the answer. So the rest is read and dropped, within limits.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The most bytes to drop; a client that sends more gets the reset.
const MOST: usize = 8 * 1024 * 1024;

/// How long the rest may take.
const LONGEST: Duration = Duration::from_secs(10);

/// A body whose rest is read when it is dropped.
pub(super) struct Drained {
    body: Option<Incoming>,
}

impl Drained {
    pub(super) const fn new(body: Incoming) -> Self {
        Self { body: Some(body) }
    }
}

impl Body for Drained {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let Some(body) = self.body.take() else { return };
        if body.is_end_stream() {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(timeout(LONGEST, async move {
            let mut rest = Limited::new(body, MOST);
            while let Some(Ok(_)) = rest.frame().await {}
        }));
    }
}

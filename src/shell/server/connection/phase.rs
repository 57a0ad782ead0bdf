//! The phase of a connection, shared by the parts of the server that see it change.

use super::{Arc, Instant, Mutex, PoisonError};

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionPhase {
    /// It has not sent a request yet.
    Fresh,
    /// The last request is answered, and nothing of the next has come.
    Idle,
    /// A part of a header has come. HTTP/1.1 only.
    Head,
    /// A request is being answered.
    Busy,
}

#[derive(Debug)]
struct PhaseState {
    phase: ConnectionPhase,
    since: Instant,
    /// Requests that are being answered; with HTTP/2 there may be many.
    requests: usize,
}

/// A handle to the phase of one connection.
#[derive(Clone, Debug)]
pub(super) struct PhaseWatch(Arc<Mutex<PhaseState>>);

impl PhaseWatch {
    /// For a new connection.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(PhaseState { phase: ConnectionPhase::Fresh, since: Instant::now(), requests: 0 })))
    }

    /// The phase, and when it began.
    pub(super) fn now(&self) -> (ConnectionPhase, Instant) {
        self.with(|state| (state.phase, state.since))
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        self.with(|state| {
            if matches!(state.phase, ConnectionPhase::Fresh | ConnectionPhase::Idle) {
                state.phase = ConnectionPhase::Head;
                state.since = Instant::now();
            }
        });
    }

    /// A header is complete. The request counts until the returned value is dropped.
    pub(super) fn begin(&self) -> Busy {
        self.with(|state| {
            state.requests += 1;
            state.phase = ConnectionPhase::Busy;
            state.since = Instant::now();
        });
        Busy(self.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut PhaseState) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Busy(PhaseWatch);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.with(|state| {
            state.requests = state.requests.saturating_sub(1);
            if state.requests == 0 {
                state.phase = ConnectionPhase::Idle;
                state.since = Instant::now();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_phase_begins_with_what_is_seen_of_a_request() {
        let watch = PhaseWatch::new();
        let phase = || watch.now().0;
        assert_eq!(phase(), ConnectionPhase::Fresh);
        watch.received();
        let since = watch.now();
        assert_eq!(since.0, ConnectionPhase::Head);
        watch.received();
        assert_eq!(watch.now(), since, "a client that sends byte by byte gains no time");
        let first = watch.begin();
        watch.received();
        assert_eq!(phase(), ConnectionPhase::Busy, "a body is not a header");
        let second = watch.begin();
        drop(first);
        assert_eq!(phase(), ConnectionPhase::Busy);
        drop(second);
        assert_eq!(phase(), ConnectionPhase::Idle);
        watch.received();
        assert_eq!(phase(), ConnectionPhase::Head);
    }
}

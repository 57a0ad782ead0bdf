//! How a process is told to end: once for a drain, twice to end at once. It knows neither listeners nor requests.

use std::io;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How far the end has come. The order is that of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// No end is in sight.
    #[default]
    Serving,
    /// It was told to end: it still accepts and answers, and asks clients to go elsewhere.
    Draining,
    /// Nothing new is accepted; what is in flight is finished.
    Stopping,
    /// It ends now, whatever is in flight.
    Aborting,
}

/// A handle to end a server with. Clones are of the same one.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(Arc<watch::Sender<Stage>>);

impl Shutdown {
    /// Of a server that is to serve.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the drain.
    pub fn begin(&self) {
        self.reach(Stage::Draining);
    }

    /// Ends at once.
    pub fn abort(&self) {
        self.reach(Stage::Aborting);
    }

    /// How far it has come.
    pub fn stage(&self) -> Stage {
        *self.0.borrow()
    }

    /// Goes on to this stage; never back.
    pub(super) fn reach(&self, stage: Stage) {
        self.0.send_if_modified(|at| {
            let later = stage > *at;
            if later {
                *at = stage;
            }
            later
        });
    }

    /// Waits for this stage, or a later one.
    pub async fn reached(&self, stage: Stage) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as this handle does.
        let _ = receiver.wait_for(|at| *at >= stage).await;
    }

    /// The first SIGTERM or SIGINT begins the drain, the second aborts.
    ///
    /// # Errors
    /// The system refuses to tell of signals.
    pub fn on_signals(&self) -> io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            loop {
                let name = tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                };
                if shutdown.stage() == Stage::Serving {
                    tracing::info!(signal = name, "draining");
                    shutdown.begin();
                } else {
                    tracing::warn!(signal = name, "ending at once");
                    shutdown.abort();
                }
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_comes_nearer_and_never_goes_away() {
        let shutdown = Shutdown::new();
        assert_eq!(shutdown.stage(), Stage::Serving);
        shutdown.begin();
        shutdown.reach(Stage::Stopping);
        shutdown.begin();
        assert_eq!(shutdown.stage(), Stage::Stopping);
        shutdown.abort();
        shutdown.begin();
        assert_eq!(shutdown.stage(), Stage::Aborting);
    }
}

//! The end of a server: the first signal begins a drain, the second ends it at once.

use std::io;
use std::sync::Arc;

use tokio::sync::watch;

use super::signals::Signals;

/// The stages of the end, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It serves.
    #[default]
    Serving,
    /// It still accepts and answers, and asks clients to leave.
    Draining,
    /// It accepts nothing new, and finishes requests in flight.
    Stopping,
    /// It ends now, and cuts off requests in flight.
    Aborting,
}

/// A handle with which to end a server. Clones are for the same server.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(Arc<watch::Sender<Stage>>);

impl Shutdown {
    /// For a server that serves.
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

    /// The stage now.
    pub fn stage(&self) -> Stage {
        *self.0.borrow()
    }

    /// Moves on to this stage; never back.
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

    /// The first SIGTERM or SIGINT begins the drain, the second aborts. On Windows, Ctrl-C and Ctrl-Break do.
    ///
    /// # Errors
    /// The system does not allow to listen for signals.
    pub fn on_signals(&self) -> io::Result<()> {
        let mut signals = Signals::listen()?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            loop {
                let name = signals.next().await;
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

//! The signals that end a server, and their names in the log.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

/// The two by which the system, or a user at a terminal, ends a program.
#[cfg(unix)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

/// The two by which a user at a console ends a program.
#[cfg(windows)]
pub(super) struct Signals {
    interrupt: CtrlC,
    stop: CtrlBreak,
}

#[cfg(unix)]
impl Signals {
    /// From now on, they end the program no longer.
    ///
    /// # Errors
    /// The system does not allow to listen for signals.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(windows)]
impl Signals {
    /// From now on, they end the program no longer.
    ///
    /// # Errors
    /// The system does not allow to listen for signals.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: ctrl_c()?, stop: ctrl_break()? })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "CTRL_C",
            _ = self.stop.recv() => "CTRL_BREAK",
        }
    }
}

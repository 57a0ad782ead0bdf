//! The exit status: part of the API, the same for every command.
//!
//! The table in docs/reference.md says the same, and each row has a test. Nothing else in the program knows a number.

use std::process::ExitCode;

/// How a run ended.
///
/// | status | when |
/// |---|---|
/// | 0 | done; also when the reader of standard output closed it early |
/// | 1 | `check`, `diff`, `profile lint`, `test` and `certs inspect` only: something was found, or a case fails |
/// | 2 | any error, a wrong command line among them |
///
/// The order is that of gravity, so that the status of several parts is their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done.
    #[default]
    Done = 0,
    /// Something was found: something is not injected, would change, was reported by the lint, is not as a test expects it, or
    /// is a certificate that cannot be used.
    Findings = 1,
    /// An error: nothing was printed and no file was changed, unless `--keep-going` was given.
    Error = 2,
}

impl ExitStatus {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_api() {
        for (status, code) in [(ExitStatus::Done, 0), (ExitStatus::Findings, 1), (ExitStatus::Error, 2)] {
            assert_eq!(status.code(), code);
            assert_eq!(format!("{:?}", ExitCode::from(status)), format!("{:?}", ExitCode::from(code)));
        }
    }

    #[test]
    fn the_gravest_part_decides() {
        assert_eq!(ExitStatus::Findings.max(ExitStatus::Done), ExitStatus::Findings);
        assert_eq!(ExitStatus::Findings.max(ExitStatus::Error), ExitStatus::Error);
    }
}

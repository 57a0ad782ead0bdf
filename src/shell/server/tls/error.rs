//! Why certificates cannot be used.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::check::date;
use crate::diagnostic::{Code, Placed};

/// Why certificates cannot be used. The user's, whoever made the files; the machine's in [`TlsError::Unreadable`].
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read the {what}: {}", system(.error))]
    Unreadable {
        /// What it should hold.
        what: What,
        /// Which file.
        file: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// There is nothing of the sort in the file.
    #[error("there is no {what} in PEM in it")]
    Missing {
        /// What is missing.
        what: What,
        /// Which file.
        file: PathBuf,
        /// What to do.
        hint: Option<&'static str>,
    },
    /// It is PEM, and wrong inside.
    #[error("the {what} cannot be used: {reason}")]
    Malformed {
        /// What.
        what: What,
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The key is another certificate's.
    #[error("the key in `{}` is not that of the certificate `{name}`", key.display())]
    KeyMismatch {
        /// The certificate's file.
        file: PathBuf,
        /// The key's.
        key: PathBuf,
        /// The certificate's first name.
        name: String,
    },
    /// No API server would accept it.
    #[error("the certificate `{name}` expired at {}", date(*.at))]
    Expired {
        /// Which file.
        file: PathBuf,
        /// The certificate's first name.
        name: String,
        /// When, in seconds since 1970.
        at: i64,
    },
    /// A replacement that no API server would accept yet.
    #[error("the certificate `{name}` is not valid before {}", date(*.at))]
    NotYetValid {
        /// Which file.
        file: PathBuf,
        /// The certificate's first name.
        name: String,
        /// When it will be, in seconds since 1970.
        at: i64,
    },
    /// A replacement that has none of the names under which the server is asked.
    #[error("the certificate `{name}` has none of the names of the one in use: {in_use}")]
    OtherNames {
        /// Which file.
        file: PathBuf,
        /// The certificate's first name.
        name: String,
        /// The names of the one in use.
        in_use: String,
    },
}

/// What a file of the settings holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// `--tls-cert`.
    Certificate,
    /// `--tls-key`.
    Key,
    /// `--client-ca`.
    ClientCa,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Key => "private key",
            Self::ClientCa => "client CA",
        })
    }
}

impl TlsError {
    /// As an error of a command.
    pub fn placed(&self) -> Placed {
        let (file, hint) = match self {
            Self::Unreadable { file, .. } | Self::Malformed { file, .. } => (file, None),
            Self::Missing { file, hint, .. } => (file, *hint),
            Self::KeyMismatch { file, .. } => (file, Some("give the key that the certificate was made with")),
            Self::NotYetValid { file, .. } => (file, Some("it is looked at again until it is")),
            Self::OtherNames { file, .. } => (file, Some("restart the server to serve under other names")),
            Self::Expired { file, .. } => (file, Some("have it renewed; no API server accepts it")),
        };
        Placed::new(Code::Certificate, self.to_string()).at(file.display().to_string(), None).hint(hint)
    }
}

fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    }
}

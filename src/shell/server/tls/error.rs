//! Why certificates cannot be used.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::instant::date;
use crate::diagnostic::{Code, Placed};

/// Why certificates cannot be used. The fault of the files' author, or of the machine for [`TlsError::Unreadable`].
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read the {what}: {}", system(.error))]
    Unreadable {
        /// What it should contain.
        what: What,
        /// Which file.
        file: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The file does not contain what it should.
    #[error("it contains no {what} in PEM")]
    Missing {
        /// What is missing.
        what: What,
        /// Which file.
        file: PathBuf,
        /// What to do.
        hint: Option<&'static str>,
    },
    /// The file is PEM, but its content is wrong.
    #[error("the {what} cannot be used: {reason}")]
    Malformed {
        /// What.
        what: What,
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The key belongs to another certificate.
    #[error("the key in `{}` does not belong to the certificate `{name}`", key.display())]
    KeyMismatch {
        /// The certificate's file.
        file: PathBuf,
        /// The key's.
        key: PathBuf,
        /// The certificate's first name.
        name: String,
    },
    /// The certificate has expired: no API server accepts it.
    #[error("the certificate `{name}` expired at {}", date(*.at))]
    Expired {
        /// Which file.
        file: PathBuf,
        /// The certificate's first name.
        name: String,
        /// When, in seconds since 1970.
        at: i64,
    },
    /// A replacement that is not valid yet: no API server accepts it.
    #[error("the certificate `{name}` is not valid before {}", date(*.at))]
    NotYetValid {
        /// Which file.
        file: PathBuf,
        /// The certificate's first name.
        name: String,
        /// From when it is valid, in seconds since 1970.
        at: i64,
    },
    /// A replacement without any of the names under which clients call the server.
    #[error("the certificate `{name}` has no name of the certificate in use: {in_use}")]
    OtherNames {
        /// Which file.
        file: PathBuf,
        /// The certificate's first name.
        name: String,
        /// The names of the one in use.
        in_use: String,
    },
}

/// What a file should contain.
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
            Self::KeyMismatch { file, .. } => (file, Some("give the key with which the certificate was made")),
            Self::NotYetValid { file, .. } => (file, Some("it is tried again until then")),
            Self::OtherNames { file, .. } => (file, Some("restart the server to serve under other names")),
            Self::Expired { file, .. } => (file, Some("renew it: no API server accepts it")),
        };
        Placed::new(Code::Certificate, self.to_string()).at(file.display().to_string(), None).hint(hint)
    }
}

fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    }
}

//! Why certificates cannot be made, read or used, with the place, the message and the hint of reports.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use time::OffsetDateTime;

use super::read::PemError;
use super::verify::Refusal;
use super::{NameError, instant};
use crate::diagnostic::{Code, Placed};
use crate::shell::files::output::OutputError;

/// Why there are no certificates to use. Its text is the message alone; [`CertsError::placed`] adds the place and the hint.
#[derive(Debug, Error)]
pub enum CertsError {
    /// The user's fault: a name that is not valid.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The user's fault: a validity beyond the year 9999.
    #[error("the certificate would be valid beyond the year 9999")]
    TooLong,
    /// The fault of the system: no random numbers.
    #[error("cannot make a certificate: {0}")]
    Making(String),
    /// The user's fault: files would be lost.
    #[error("already exists, and is not overwritten")]
    Exists {
        /// The first of them.
        file: PathBuf,
    },
    /// The user's fault: some of the files are missing.
    #[error("is missing, but `{present}` is there")]
    Missing {
        /// The missing file.
        file: PathBuf,
        /// A file that is there.
        present: String,
    },
    /// The fault of the user or of the system: the file cannot be read.
    #[error("cannot be read: {error}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The error of the system.
        #[source]
        error: io::Error,
    },
    /// The user's fault: the file does not hold what its name says.
    #[error("{error}")]
    NotPem {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        #[source]
        error: PemError,
    },
    /// The user's fault: the key belongs to another certificate.
    #[error("is not the key of `{certificate}`")]
    Mismatch {
        /// The key's file.
        file: PathBuf,
        /// The certificate's file.
        certificate: String,
    },
    /// An API server would refuse the certificate: it is not the right one, or has expired.
    #[error("{refusal}")]
    Refused {
        /// The certificate's file.
        file: PathBuf,
        /// Why.
        refusal: Refusal,
    },
    /// The user's fault: a step of a rotation too early. Nothing has been changed.
    #[error("{reason}")]
    Order {
        /// The folder.
        dir: PathBuf,
        /// What must come first.
        reason: String,
        /// The commands for it.
        hint: String,
    },
    /// The CA has expired, so no new certificate of it would be accepted.
    #[error("the CA expired on {}, so it cannot sign a new certificate", instant(*at))]
    AuthorityExpired {
        /// The CA's file.
        file: PathBuf,
        /// When.
        at: OffsetDateTime,
    },
    /// The fault of the user or of the system: see [`OutputError`].
    #[error(transparent)]
    Unwritable(#[from] OutputError),
}

/// What to do where the CA cannot be used any more. An API server trusts a new one only once it has its `caBundle`.
const NEW_CA: &str =
    "make all files again, `injector certs generate --force`, and apply the webhook configuration at once";

impl CertsError {
    /// The code in reports.
    pub const fn code(&self) -> Code {
        match self {
            Self::Name(_) | Self::TooLong => Code::Usage,
            Self::Making(_) => Code::CertificateUnmade,
            Self::Exists { .. } => Code::CertificateExists,
            Self::Missing { .. } => Code::CertificateMissing,
            Self::Unreadable { .. } => Code::FileUnreadable,
            Self::NotPem { .. } => Code::NotACertificate,
            Self::Mismatch { .. } => Code::KeyMismatch,
            Self::Refused { refusal, .. } => refusal.code(),
            Self::Order { .. } => Code::RotationOrder,
            Self::AuthorityExpired { .. } => Code::CertificateExpired,
            Self::Unwritable(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        let dir = |file: &PathBuf| match file.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir.display().to_string(),
            _ => ".".to_owned(),
        };
        match self {
            Self::Exists { .. } => {
                Some("`--force` makes new ones; `injector certs renew` and `rotate` do it without an outage".to_owned())
            }
            Self::Missing { file, .. } if file.ends_with("ca.key") => {
                Some(format!("put it back, or replace the CA without an outage: `injector certs rotate {}`", dir(file)))
            }
            Self::Missing { .. } => Some(format!("name another folder, or {NEW_CA}")),
            Self::Mismatch { file, .. } if file.ends_with("tls.key") => {
                Some(format!("make a new pair from the same CA: `injector certs renew {}`", dir(file)))
            }
            Self::Refused { file, refusal } => Some(match refusal {
                Refusal::Expired(_) => {
                    format!("make a new one from the same CA: `injector certs renew {}`", dir(file))
                }
                Refusal::Name { .. } => {
                    format!("name another folder, or pass the names to `injector certs renew {}`", dir(file))
                }
                Refusal::UnknownIssuer { .. } => {
                    format!("make a new one from the CA in the same folder: `injector certs renew {}`", dir(file))
                }
                Refusal::AuthorityExpired { .. } => NEW_CA.to_owned(),
                _ => return None,
            }),
            Self::AuthorityExpired { .. } => Some(NEW_CA.to_owned()),
            Self::Order { hint, .. } => Some(hint.clone()),
            _ => None,
        }
    }

    /// The error as a line of the report.
    pub fn placed(&self) -> Placed {
        let file = match self {
            Self::Unwritable(error) => return error.placed(),
            Self::Exists { file }
            | Self::Missing { file, .. }
            | Self::Unreadable { file, .. }
            | Self::NotPem { file, .. }
            | Self::Mismatch { file, .. }
            | Self::AuthorityExpired { file, .. }
            | Self::Refused { file, .. } => file.display().to_string(),
            Self::Order { dir, .. } => dir.display().to_string(),
            Self::Name(_) | Self::TooLong | Self::Making(_) => String::new(),
        };
        Placed::new(self.code(), self.to_string()).at(file, None).hint(self.hint())
    }
}

impl Refusal {
    /// The code in reports.
    pub const fn code(&self) -> Code {
        match self {
            Self::Expired(_) | Self::AuthorityExpired { .. } => Code::CertificateExpired,
            Self::NotYetValid(_) => Code::CertificateNotYetValid,
            Self::Name { .. } => Code::CertificateName,
            Self::NoCertificate | Self::UnknownIssuer { .. } | Self::Purpose | Self::Other(_) => {
                Code::CertificateUntrusted
            }
        }
    }
}

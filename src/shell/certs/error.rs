//! Why certificates could not be made, read or used, as reports tell it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use time::OffsetDateTime;

use super::read::PemError;
use super::verify::Refusal;
use super::{NameError, instant};
use crate::diagnostic::{Code, Placed};
use crate::shell::files::output::OutputError;

/// Why there are no certificates to use. The text is the message alone; [`CertsError::placed`] adds place and hint.
#[derive(Debug, Error)]
pub enum CertsError {
    /// The user's: a name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The user's: an end beyond the year 9999.
    #[error("the certificate would be valid beyond the year 9999")]
    TooLong,
    /// The machine's: no random numbers.
    #[error("no certificate could be made: {0}")]
    Making(String),
    /// The user's: files that would be lost.
    #[error("is there already, and is not overwritten")]
    Exists {
        /// The first of them.
        file: PathBuf,
    },
    /// The user's: some of the files are missing.
    #[error("is missing, and `{present}` is there")]
    Missing {
        /// Which is missing.
        file: PathBuf,
        /// One that is there.
        present: String,
    },
    /// The user's, or the machine's: it is there and cannot be read.
    #[error("cannot be read: {error}")]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The user's: not what its name says.
    #[error("{error}")]
    NotPem {
        /// Which.
        file: PathBuf,
        /// What is wrong.
        #[source]
        error: PemError,
    },
    /// The user's: the key is another certificate's.
    #[error("is not the key of `{certificate}`")]
    Mismatch {
        /// The key's file.
        file: PathBuf,
        /// The certificate's file.
        certificate: String,
    },
    /// The user's, or time's: an API server would refuse it.
    #[error("{refusal}")]
    Refused {
        /// The certificate's file.
        file: PathBuf,
        /// Why.
        refusal: Refusal,
    },
    /// The user's: a step of a rotation before its time. Nothing has been changed.
    #[error("{reason}")]
    Order {
        /// The folder.
        dir: PathBuf,
        /// What has to come first.
        reason: String,
        /// How.
        hint: String,
    },
    /// The user's: the CA ends before what it would sign is of use.
    #[error("the CA expired on {}, and signs nothing any more", instant(*at))]
    AuthorityExpired {
        /// The CA's file.
        file: PathBuf,
        /// When.
        at: OffsetDateTime,
    },
    /// The user's, or the machine's: see there.
    #[error(transparent)]
    Unwritable(#[from] OutputError),
}

impl CertsError {
    /// The stable id, as reports carry it.
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
                Some("`--force` makes new ones; `injector certs renew` or `rotate` does so without a gap".to_owned())
            }
            Self::Missing { .. } => Some("name another folder, or make all anew: `certs generate --force`".to_owned()),
            Self::Mismatch { file, .. } if file.ends_with("tls.key") => {
                Some(format!("make a new pair from the same CA: `injector certs renew {}`", dir(file)))
            }
            Self::Refused { file, refusal } => Some(match refusal {
                Refusal::Expired(_) => {
                    format!("make a new one from the same CA: `injector certs renew {}`", dir(file))
                }
                Refusal::Name { .. } => {
                    format!("name another folder, or the names at `injector certs renew {}`", dir(file))
                }
                Refusal::UnknownIssuer { .. } => {
                    format!("make a new one from the CA beside it: `injector certs renew {}`", dir(file))
                }
                Refusal::AuthorityExpired { .. } => {
                    "make all anew: `injector certs generate --force`, and apply the webhook configuration at once"
                        .to_owned()
                }
                _ => return None,
            }),
            Self::AuthorityExpired { .. } => Some("make all anew: `injector certs generate --force`".to_owned()),
            Self::Order { hint, .. } => Some(hint.clone()),
            _ => None,
        }
    }

    /// It as a line of the report.
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
    /// The stable id, as reports carry it.
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

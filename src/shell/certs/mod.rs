//! The webhook's certificates: its own CA, serving certificates from that CA, and checks of both.
//!
//! This is a shell: it reads the clock, and reads and writes one folder. It talks to no cluster. No private key is ever
//! in a message, in a log or in the output of `Debug`.
//!
//! ```text
//! names → issue (CA, serving pair) → folder (files, all or none) → rotate (a new CA in three steps, without an outage)
//! read (what a certificate says) → verify (whether an API server would accept it)
//! manifests (certificates in Secrets and webhook configurations) → bundle (a CA into a webhook configuration)
//! ```

use std::fmt;
use std::path::Path;
use std::time::Duration;

use time::OffsetDateTime;

use crate::diagnostic::{Code, Placed};

mod bundle;
mod error;
mod folder;
mod issue;
mod manifests;
mod names;
mod read;
mod rotate;
mod secret;
mod verify;

pub(crate) use bundle::{InsertError, insert, one_line};
pub use error::CertsError;
pub(crate) use folder::Existing;
pub use folder::Folder;
pub use issue::KeyType;
pub(crate) use issue::{Authority, Pair};
pub(crate) use manifests::{Carried, Holder, carried};
pub(crate) use names::NameError;
pub use names::Names;
pub use read::certificates;
pub(crate) use read::{Certificate, CertificateRole, PemError, instant};
pub use rotate::{Evidence, RotationPhase, rotate};
pub(crate) use secret::secret;
pub use verify::{Refusal, verify};

/// A certificate that expires within this time gets a warning.
pub(crate) const EXPIRES_SOON: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long new certificates are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// The serving certificate.
    pub serving: Duration,
    /// The CA.
    pub authority: Duration,
}

impl Default for Lifetimes {
    /// One year for serving, ten years for the CA.
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        Self { serving: days(365), authority: days(3650) }
    }
}

/// A private key as PEM (PKCS #8). Only [`PrivateKey::pem`] gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(String);

impl PrivateKey {
    /// The key itself, for a file of mode 0600 or for a Secret.
    pub fn pem(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// Which certificates to make.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The names of the serving certificate.
    pub names: Names,
    /// The type of both keys.
    pub key_type: KeyType,
    /// How long both are valid.
    pub lifetimes: Lifetimes,
}

impl Wanted {
    /// Certificates for these names, with the defaults: ECDSA P-256, one year for serving, ten years for the CA.
    pub fn of(names: Names) -> Self {
        Self { names, key_type: KeyType::default(), lifetimes: Lifetimes::default() }
    }
}

/// The certificates of a folder, as a webhook needs them.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The value of `caBundle`, as PEM: the CA; during a rotation the old and the new CA.
    pub ca_pem: String,
    /// `tls.crt`: the serving certificate.
    pub cert_pem: String,
    /// `tls.key`.
    pub key_pem: PrivateKey,
    /// Says that one of them expires within [`EXPIRES_SOON`].
    pub warning: Option<Placed>,
}

/// The certificates of a folder. If it has none they are made; every later run uses the same ones.
///
/// A later run must not change them: with a new `caBundle`, every call fails until the pods have the new Secret.
///
/// # Errors
/// The files are incomplete, are not for these names, do not belong together or have expired; or they cannot be
/// written. The hint has the command to run: `certs renew`, `certs rotate` or `certs generate --force`.
pub fn ensure(dir: &Path, wanted: &Wanted) -> Result<Generated, CertsError> {
    ensure_at(dir, wanted, OffsetDateTime::now_utc())
}

fn ensure_at(dir: &Path, wanted: &Wanted, now: OffsetDateTime) -> Result<Generated, CertsError> {
    let folder = Folder::new(dir);
    let Some(existing) = folder.load()? else {
        let (authority, pair) = make(wanted, now)?;
        folder.write_new(&authority, &pair, crate::shell::files::output::Place::New)?;
        let (ca_pem, cert_pem) = (authority.cert_pem().to_owned(), pair.cert_pem);
        return Ok(Generated { ca_pem, cert_pem, key_pem: pair.key, warning: None });
    };
    existing.fits(&wanted.names, now)?;
    let warning = existing.expiring(now, EXPIRES_SOON).map(|(file, at)| {
        let message = format!("expires on {}", instant(at));
        let placed = Placed::new(Code::CertificateExpiresSoon, message).at(file.display().to_string(), None);
        placed.hint(Some(folder.expiry_hint(&file)))
    });
    let Existing { bundle_pem, cert_pem, key, .. } = existing;
    Ok(Generated { ca_pem: bundle_pem, cert_pem, key_pem: key, warning })
}

/// Makes a CA, and a serving certificate from it.
///
/// # Errors
/// The system has no random numbers, or a certificate would be valid beyond the year 9999.
pub fn make(wanted: &Wanted, now: OffsetDateTime) -> Result<(Authority, Pair), CertsError> {
    let Wanted { names, key_type, lifetimes } = wanted;
    let authority = Authority::make(*key_type, lifetimes.authority, now)?;
    let pair = authority.issue(&names.sans(), *key_type, lifetimes.serving, now)?;
    Ok((authority, pair))
}

//! Certificates of the webhook: a CA of its own, serving certificates from it, and whether existing ones fit.
//!
//! A shell: it reads the clock and the folder that it is given. It talks to no cluster, and no private key is ever in a
//! message, in a log or in what `Debug` prints. Imports the pure rooms and `shell/files`. What is made or checked of a
//! certificate is added here.
//!
//! ```text
//! names → issue (CA, serving pair) → folder (files, all or none) → rotate (one CA after another, without a gap)
//! read (what a certificate says) → verify (what an API server would say of it)
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
pub(crate) use read::{Certificate, PemError, Role, instant};
pub use rotate::{Evidence, Phase, rotate};
pub(crate) use secret::secret;
pub use verify::{Refusal, verify};

/// From here on an expiry is worth a warning.
pub(crate) const EXPIRES_SOON: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long certificates are valid, from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// The serving certificate.
    pub serving: Duration,
    /// The CA.
    pub authority: Duration,
}

impl Default for Lifetimes {
    /// A year, and ten.
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        Self { serving: days(365), authority: days(3650) }
    }
}

/// A private key as PEM (PKCS #8). Nothing shows it but [`PrivateKey::pem`].
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(String);

impl PrivateKey {
    /// The key: for a file of mode 0600, or for a Secret.
    pub fn pem(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// What is made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// For whom the serving certificate is.
    pub names: Names,
    /// Of which sort both keys are.
    pub key_type: KeyType,
    /// How long they are valid.
    pub lifetimes: Lifetimes,
}

impl Wanted {
    /// For these names, with the defaults: ECDSA P-256, a year for serving and ten for the CA.
    pub fn of(names: Names) -> Self {
        Self { names, key_type: KeyType::default(), lifetimes: Lifetimes::default() }
    }
}

/// Whether certificates were made just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Just now.
    Made,
    /// They were there, and fit.
    Found,
}

/// What a webhook needs of a folder of certificates.
#[derive(Clone, Debug)]
pub struct Generated {
    /// What goes into `caBundle`: the CA, and during a rotation the old and the new one.
    pub ca_pem: String,
    /// `tls.crt`: the serving certificate.
    pub cert_pem: String,
    /// `tls.key`.
    pub key_pem: PrivateKey,
    /// Whether they were made just now.
    pub state: State,
    /// That one of them expires within [`EXPIRES_SOON`].
    pub warning: Option<Placed>,
}

/// The certificates of a folder: made where it holds none, used as they are on every later run.
///
/// That a later run changes nothing matters: a new `caBundle` before the pods have the new Secret fails every call.
///
/// # Errors
/// What is there is incomplete, does not fit the names, does not belong together, or has expired; or nothing could be
/// written. The hint names `certs renew`, `certs rotate` or `certs generate --force`.
pub fn ensure(dir: &Path, wanted: &Wanted) -> Result<Generated, CertsError> {
    ensure_at(dir, wanted, OffsetDateTime::now_utc())
}

fn ensure_at(dir: &Path, wanted: &Wanted, now: OffsetDateTime) -> Result<Generated, CertsError> {
    let folder = Folder::new(dir);
    let Some(existing) = folder.load()? else {
        let (authority, pair) = make(wanted, now)?;
        folder.write_new(&authority, &pair, crate::shell::files::output::IfPresent::Refuse)?;
        let (ca_pem, cert_pem) = (authority.cert_pem().to_owned(), pair.cert_pem);
        return Ok(Generated { ca_pem, cert_pem, key_pem: pair.key, state: State::Made, warning: None });
    };
    existing.fits(&wanted.names, now)?;
    let warning = existing.expiring(now, EXPIRES_SOON).map(|(file, at)| {
        let message = format!("expires on {}", instant(at));
        let placed = Placed::new(Code::CertificateExpiresSoon, message).at(file.display().to_string(), None);
        placed.hint(Some(folder.expiry_hint(&file)))
    });
    let Existing { bundle_pem, cert_pem, key, .. } = existing;
    Ok(Generated { ca_pem: bundle_pem, cert_pem, key_pem: key, state: State::Found, warning })
}

/// A CA, and a serving certificate from it.
///
/// # Errors
/// The machine has no randomness, or a date lies beyond the year 9999.
pub fn make(wanted: &Wanted, now: OffsetDateTime) -> Result<(Authority, Pair), CertsError> {
    let Wanted { names, key_type, lifetimes } = wanted;
    let authority = Authority::make(*key_type, lifetimes.authority, now)?;
    let pair = authority.issue(&names.sans(), *key_type, lifetimes.serving, now)?;
    Ok((authority, pair))
}

//! Whether an API server would accept a certificate: the chain to the `caBundle`, the name, the dates, the usage.
//!
//! The verifier of rustls decides, with two differences, as API servers use Go's: an expired CA of the bundle is
//! ignored, and a certificate that is itself in the bundle is trusted, CA or not. Where rustls is stricter than Go, so
//! is this.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};
use thiserror::Error;
use time::OffsetDateTime;

use super::read::{Certificate, CertificateRole, instant};

/// Why an API server would refuse a certificate, and so every call of the webhook.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// There is no serving certificate.
    #[error("there is no serving certificate")]
    NoCertificate,
    /// It has expired.
    #[error("expired on {}", instant(*.0))]
    Expired(OffsetDateTime),
    /// Its validity has not begun.
    #[error("is not valid before {}", instant(*.0))]
    NotYetValid(OffsetDateTime),
    /// It is for other names.
    #[error("is not for `{host}`, but for {}", .names.join(", "))]
    Name {
        /// The expected name.
        host: String,
        /// The names of the certificate.
        names: Vec<String>,
    },
    /// Its CA has expired.
    #[error("the CA that signed it, `{title}`, expired on {}", instant(*.at))]
    AuthorityExpired {
        /// The CA's title.
        title: String,
        /// When it expired.
        at: OffsetDateTime,
    },
    /// No CA of the bundle signed it.
    #[error("was signed by `{issuer}`, but the CA bundle has {}", .bundle.join(", "))]
    UnknownIssuer {
        /// The issuer of the certificate.
        issuer: String,
        /// The certificates of the bundle.
        bundle: Vec<String>,
    },
    /// It must not be used by a server.
    #[error("is not for a server: it lacks the extended key usage `serverAuth`")]
    Purpose,
    /// Something else.
    #[error("cannot be verified: {0}")]
    Other(String),
}

/// Checks that a client with this bundle accepts this chain, the serving certificate first, for a host.
///
/// # Errors
/// It refuses it, and why: first what the certificate itself says, then who signed it.
pub fn verify(chain: &[Certificate], bundle: &[Certificate], host: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let Some((leaf, between)) = chain.split_first() else { return Err(Refusal::NoCertificate) };
    if now > leaf.not_after {
        return Err(Refusal::Expired(leaf.not_after));
    }
    if now < leaf.not_before {
        return Err(Refusal::NotYetValid(leaf.not_before));
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|error| Refusal::Other(error.to_string()))?;
    let misnamed = || Refusal::Name { host: host.to_owned(), names: leaf.sans.all() };
    let other = |error: rustls::Error| Refusal::Other(error.to_string());
    let parsed = ParsedCertificate::try_from(leaf.der());
    if leaf.sans.all().is_empty()
        || parsed.is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, &name).is_err())
    {
        return Err(misnamed());
    }
    if bundle.iter().any(|one| one.der() == leaf.der()) {
        return Ok(());
    }
    let is_valid = |one: &&Certificate| (one.not_before..=one.not_after).contains(&now);
    let verify_with = |bundle: &[&Certificate]| {
        let mut roots = RootCertStore::empty();
        for one in bundle {
            roots.add(one.der().clone())?;
        }
        if roots.is_empty() {
            return Err(CertificateError::UnknownIssuer.into());
        }
        let between: Vec<_> = between.iter().map(|one| one.der().clone()).collect();
        let seconds = u64::try_from(now.unix_timestamp()).unwrap_or_default();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()))
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        verifier.verify_server_cert(leaf.der(), &between, &name, &[], at).map(|_| ())
    };
    let valid: Vec<&Certificate> = bundle.iter().filter(is_valid).collect();
    match verify_with(&valid) {
        Ok(()) => Ok(()),
        Err(rustls::Error::InvalidCertificate(error)) => Err(match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                let signer = bundle.iter().filter(|one| !is_valid(one)).find(|one| verify_with(&[one]).is_ok());
                match signer {
                    Some(expired) => Refusal::AuthorityExpired { title: expired.title(), at: expired.not_after },
                    None => unknown(leaf, bundle),
                }
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Refusal::Purpose,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => misnamed(),
            error => other(error.into()),
        }),
        Err(error) => Err(other(error)),
    }
}

fn unknown(leaf: &Certificate, bundle: &[Certificate]) -> Refusal {
    let named = |one: &Certificate| match one.role {
        CertificateRole::Authority => format!("`{}`", one.title()),
        CertificateRole::EndEntity => format!("`{}`, which is not a CA", one.title()),
    };
    Refusal::UnknownIssuer { issuer: leaf.issuer.clone(), bundle: bundle.iter().map(named).collect() }
}

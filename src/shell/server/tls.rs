//! Certificates: read, checked, and replaced while connections stay open.
//!
//! A certificate and its key are used only if an API server could accept them: they parse, they belong together, and the
//! certificate has not expired. Sessions are not resumed: an API server never asks for it, and no ticket can then outlive a
//! certificate or a client CA.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustls::crypto::CryptoProvider;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, ServerConfig};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::current::Current;
use super::reload::Fingerprint;
use super::settings::TlsFiles;

mod check;
mod error;
mod instant;

pub(crate) use check::ServingCertificate;
use check::{check_client_ca, check_pair};
pub(crate) use error::{TlsError, What};
pub(super) use instant::{date, seconds};

struct Parts {
    pair: Arc<CertifiedKey>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
}

/// The TLS configuration for new connections. Open connections keep the one with which they began.
pub struct Tls {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    parts: Mutex<Parts>,
    config: Current<Arc<ServerConfig>>,
    certificate: Current<ServingCertificate>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("files", &self.files)
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// Fingerprints of the files from which a [`Tls`] was made, for the watch of the files.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Of certificate and key.
    pub pair: Fingerprint,
    /// Of the client CA.
    pub client_ca: Option<Fingerprint>,
}

impl Tls {
    /// Reads and checks all files.
    ///
    /// # Errors
    ///
    /// The first error in them.
    pub fn load(files: &TlsFiles, now: SystemTime) -> Result<(Self, Loaded), TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let read = |what: What, file: &Path| {
            fs::read(file).map_err(|error| TlsError::Unreadable { what, file: file.to_owned(), error })
        };
        let pair = [read(What::Certificate, &files.certificate)?, read(What::Key, &files.key)?];
        let (pair_in_use, certificate) = check_pair(files, &pair[0], &pair[1], &provider, now)?;
        let client_ca = files.client_ca.as_ref().map(|file| Ok((file, [read(What::ClientCa, file)?]))).transpose()?;
        let clients =
            client_ca.as_ref().map(|(file, content)| check_client_ca(file, &content[0], &provider)).transpose()?;
        let parts = Parts { pair: Arc::new(pair_in_use), clients };
        let config = config(&parts, &provider).map_err(|error| TlsError::Malformed {
            what: What::Certificate,
            file: files.certificate.clone(),
            reason: error.to_string(),
        })?;
        let loaded = Loaded {
            pair: Fingerprint::of(&pair),
            client_ca: client_ca.as_ref().map(|(_, content)| Fingerprint::of(content)),
        };
        let tls = Self {
            files: files.clone(),
            provider,
            parts: Mutex::new(parts),
            config: Current::new(Arc::new(config)),
            certificate: Current::new(certificate),
        };
        Ok((tls, loaded))
    }

    /// The files from which it was made.
    pub const fn files(&self) -> &TlsFiles {
        &self.files
    }

    /// The certificate that is served.
    pub fn certificate(&self) -> Arc<ServingCertificate> {
        self.certificate.get()
    }

    /// The configuration for the next handshake.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config.get())
    }

    /// Uses this certificate and key from now on.
    ///
    /// # Errors
    ///
    /// As [`Tls::load`]; the old pair stays in use.
    pub fn replace_pair(&self, certificate: &[u8], key: &[u8], now: SystemTime) -> Result<(), TlsError> {
        let (pair, known) = check_pair(&self.files, certificate, key, &self.provider, now)?;
        self.check_successor(&known, now)?;
        self.replace(|parts| parts.pair = Arc::new(pair), What::Certificate, &self.files.certificate)?;
        self.certificate.set(known);
        Ok(())
    }

    /// Refuses a replacement that API servers would not accept yet, or under none of the names in use: the old pair is better.
    /// At start there is no old pair, so this is not checked.
    fn check_successor(&self, next: &ServingCertificate, now: SystemTime) -> Result<(), TlsError> {
        let (file, name) = (self.files.certificate.clone(), next.names.first().cloned().unwrap_or_default());
        if next.not_before > seconds(now) {
            return Err(TlsError::NotYetValid { file, name, at: next.not_before });
        }
        let in_use = self.certificate();
        if !in_use.names.iter().any(|known| next.names.contains(known)) {
            return Err(TlsError::OtherNames { file, name, in_use: in_use.names.join(", ") });
        }
        Ok(())
    }

    /// Requires clients to have a certificate from these CAs from now on.
    ///
    /// # Errors
    ///
    /// As [`Tls::load`]; the old CAs stay in use.
    pub fn replace_client_ca(&self, content: &[u8]) -> Result<(), TlsError> {
        let Some(file) = &self.files.client_ca else { return Ok(()) };
        let clients = check_client_ca(file, content, &self.provider)?;
        self.replace(|parts| parts.clients = Some(clients), What::ClientCa, file)
    }

    fn replace(&self, change: impl FnOnce(&mut Parts), what: What, file: &Path) -> Result<(), TlsError> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = Parts { pair: Arc::clone(&parts.pair), clients: parts.clients.clone() };
        change(&mut next);
        let config = config(&next, &self.provider).map_err(|error| TlsError::Malformed {
            what,
            file: file.to_owned(),
            reason: error.to_string(),
        })?;
        *parts = next;
        self.config.set(Arc::new(config));
        Ok(())
    }
}

fn config(parts: &Parts, provider: &Arc<CryptoProvider>) -> Result<ServerConfig, rustls::Error> {
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
    let builder = match &parts.clients {
        Some(clients) => builder.with_client_cert_verifier(Arc::clone(clients)),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(&parts.pair))));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

#[cfg(test)]
mod tests;

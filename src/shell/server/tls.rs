//! Certificates: read, checked, and replaced while connections go on.
//!
//! A pair is in use only if an API server could accept it: it parses, the key is the certificate's, it has not expired.
//! Sessions are not resumed: an API server never asks for it, and so no ticket outlives a certificate or a client CA.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, ServerConfig, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{InconsistentKeys, RootCertStore};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::current::Current;
use super::reload::Fingerprint;
use super::settings::TlsFiles;
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

/// A time as people and machines read it: RFC 3339, in UTC.
pub(super) fn date(seconds: i64) -> String {
    let date = OffsetDateTime::from_unix_timestamp(seconds).ok();
    date.and_then(|date| date.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// What is worth knowing of the serving certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its DNS names and addresses; an API server looks at nothing else.
    pub names: Vec<String>,
    /// From when it counts, in seconds since 1970.
    pub not_before: i64,
    /// When it expires, in seconds since 1970.
    pub not_after: i64,
}

impl Certificate {
    /// When it expires, as RFC 3339.
    pub fn expiry(&self) -> String {
        date(self.not_after)
    }
}

struct Parts {
    pair: Arc<CertifiedKey>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
}

/// The TLS of a server: what new connections meet. Those that stand keep what they began with.
pub struct Tls {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    parts: Mutex<Parts>,
    config: Current<Arc<ServerConfig>>,
    certificate: Current<Certificate>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("files", &self.files)
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// The content that a [`Tls`] was made of, for the watch that follows.
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
    /// The first thing that is wrong with them.
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

    /// The files that it is made of.
    pub const fn files(&self) -> &TlsFiles {
        &self.files
    }

    /// The certificate that is served.
    pub fn certificate(&self) -> Arc<Certificate> {
        self.certificate.get()
    }

    /// What the next handshake is done with.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config.get())
    }

    /// Serves this pair from now on, if it can be used.
    ///
    /// # Errors
    /// As [`Tls::load`]; the old pair stays in use.
    pub fn replace_pair(&self, certificate: &[u8], key: &[u8], now: SystemTime) -> Result<(), TlsError> {
        let (pair, known) = check_pair(&self.files, certificate, key, &self.provider, now)?;
        self.check_successor(&known, now)?;
        self.replace(|parts| parts.pair = Arc::new(pair), What::Certificate, &self.files.certificate)?;
        self.certificate.set(known);
        Ok(())
    }

    /// A replacement that API servers would refuse is worse than what it replaces. At start there is nothing to fall back on.
    fn check_successor(&self, next: &Certificate, now: SystemTime) -> Result<(), TlsError> {
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

    /// Asks clients for certificates from these CAs from now on.
    ///
    /// # Errors
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

fn check_pair(
    files: &TlsFiles,
    certificate: &[u8],
    key: &[u8],
    provider: &CryptoProvider,
    now: SystemTime,
) -> Result<(CertifiedKey, Certificate), TlsError> {
    let chain = certificates(What::Certificate, &files.certificate, certificate)?;
    let malformed = |what, file: &Path, reason: String| TlsError::Malformed { what, file: file.to_owned(), reason };
    let Some(first) = chain.first() else {
        return Err(TlsError::Missing { what: What::Certificate, file: files.certificate.clone(), hint: None });
    };
    let known = inspect(first).map_err(|reason| malformed(What::Certificate, &files.certificate, reason))?;
    let name = known.names.first().cloned().unwrap_or_else(|| "without a name".to_owned());
    let key = private_key(&files.key, key)?;
    let pair = CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::KeyMismatch { file: files.certificate.clone(), key: files.key.clone(), name: name.clone() }
        }
        rustls::Error::InvalidCertificate(_) => {
            malformed(What::Certificate, &files.certificate, error.to_string().to_lowercase())
        }
        _ => malformed(What::Key, &files.key, "it is of a kind that is not supported, or broken".to_owned()),
    })?;
    if known.not_after <= seconds(now) {
        return Err(TlsError::Expired { file: files.certificate.clone(), name, at: known.not_after });
    }
    Ok((pair, known))
}

/// Seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

fn certificates(what: What, file: &Path, content: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(content).collect();
    let found = found.map_err(|error| TlsError::Malformed {
        what,
        file: file.to_owned(),
        reason: error.to_string().to_lowercase(),
    })?;
    if found.is_empty() {
        let key = PrivateKeyDer::from_pem_slice(content).is_ok();
        let hint = key.then_some("there is a private key in it: are the two files exchanged?");
        return Err(TlsError::Missing { what, file: file.to_owned(), hint });
    }
    Ok(found)
}

fn private_key(file: &Path, content: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(content).map_err(|error| match error {
        pem::Error::NoItemsFound => {
            let holds = |text: &[u8]| content.windows(text.len()).any(|window| window == text);
            let hint = if holds(b"BEGIN ENCRYPTED PRIVATE KEY") {
                Some("it is encrypted: decrypt it, with `openssl pkey -in FILE -out FILE`")
            } else if holds(b"BEGIN CERTIFICATE") {
                Some("there is a certificate in it: are the two files exchanged?")
            } else {
                None
            };
            TlsError::Missing { what: What::Key, file: file.to_owned(), hint }
        }
        // What is wrong with a private key is said without any of its text.
        pem::Error::Base64Decode(_) => {
            TlsError::Malformed { what: What::Key, file: file.to_owned(), reason: "it is not base64".to_owned() }
        }
        error => {
            let reason = error.to_string().to_lowercase();
            TlsError::Malformed { what: What::Key, file: file.to_owned(), reason }
        }
    })
}

fn check_client_ca(
    file: &Path,
    content: &[u8],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let malformed = |reason: String| TlsError::Malformed { what: What::ClientCa, file: file.to_owned(), reason };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(What::ClientCa, file, content)? {
        roots.add(certificate).map_err(|error| malformed(error.to_string().to_lowercase()))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| malformed(error.to_string().to_lowercase()))
}

fn inspect(certificate: &CertificateDer<'_>) -> Result<Certificate, String> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| "it is not an X.509 certificate".to_owned())?;
    let names = match parsed.subject_alternative_name() {
        Ok(Some(names)) => names.value.general_names.iter().filter_map(name).collect(),
        Ok(None) => Vec::new(),
        Err(_) => return Err("its subject alternative names cannot be read".to_owned()),
    };
    let validity = parsed.validity();
    Ok(Certificate { names, not_before: validity.not_before.timestamp(), not_after: validity.not_after.timestamp() })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(four) => Some(std::net::Ipv4Addr::from(four).to_string()),
            Err(_) => <[u8; 16]>::try_from(*bytes).ok().map(|all| std::net::Ipv6Addr::from(all).to_string()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;

//! Certificates and keys as their files hold them: read, and checked for what an API server would refuse.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::error::{TlsError, What};
use super::instant::{date, seconds};
use crate::shell::server::settings::TlsFiles;

/// What the log and the metrics say about the serving certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServingCertificate {
    /// Its DNS names and addresses; an API server accepts no other name.
    pub names: Vec<String>,
    /// From when it is valid, in seconds since 1970.
    pub not_before: i64,
    /// When it expires, in seconds since 1970.
    pub not_after: i64,
}

impl ServingCertificate {
    /// When it expires, as RFC 3339.
    pub fn expiry(&self) -> String {
        date(self.not_after)
    }
}

pub(super) fn check_pair(
    files: &TlsFiles,
    certificate: &[u8],
    key: &[u8],
    provider: &CryptoProvider,
    now: SystemTime,
) -> Result<(CertifiedKey, ServingCertificate), TlsError> {
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

fn certificates(what: What, file: &Path, content: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(content).collect();
    let found = found.map_err(|error| TlsError::Malformed {
        what,
        file: file.to_owned(),
        reason: error.to_string().to_lowercase(),
    })?;
    if found.is_empty() {
        let key = PrivateKeyDer::from_pem_slice(content).is_ok();
        let hint = key.then_some("it contains a private key: are the two files exchanged?");
        return Err(TlsError::Missing { what, file: file.to_owned(), hint });
    }
    Ok(found)
}

fn private_key(file: &Path, content: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    let holds = |text: &[u8]| content.windows(text.len()).any(|window| window == text);
    // PKCS#8 says so in the label, the older PKCS#1 and SEC 1 in a header, which is no base64 (RFC 1421).
    let encrypted = holds(b"BEGIN ENCRYPTED PRIVATE KEY") || holds(b"Proc-Type: 4,ENCRYPTED");
    PrivateKeyDer::from_pem_slice(content).map_err(|error| match error {
        _ if encrypted => {
            let hint = Some("it is encrypted: decrypt it with `openssl pkey -in FILE -out FILE`");
            TlsError::Missing { what: What::Key, file: file.to_owned(), hint }
        }
        pem::Error::NoItemsFound => {
            let certificate = holds(b"BEGIN CERTIFICATE");
            let hint = certificate.then_some("it contains a certificate: are the two files exchanged?");
            TlsError::Missing { what: What::Key, file: file.to_owned(), hint }
        }
        // The parser's message could quote the key.
        pem::Error::Base64Decode(_) => {
            TlsError::Malformed { what: What::Key, file: file.to_owned(), reason: "it is not base64".to_owned() }
        }
        error => {
            let reason = error.to_string().to_lowercase();
            TlsError::Malformed { what: What::Key, file: file.to_owned(), reason }
        }
    })
}

pub(super) fn check_client_ca(
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

fn inspect(certificate: &CertificateDer<'_>) -> Result<ServingCertificate, String> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| "it is not an X.509 certificate".to_owned())?;
    let names = match parsed.subject_alternative_name() {
        Ok(Some(names)) => names.value.general_names.iter().filter_map(name).collect(),
        Ok(None) => Vec::new(),
        Err(_) => return Err("its subject alternative names cannot be read".to_owned()),
    };
    let validity = parsed.validity();
    Ok(ServingCertificate {
        names,
        not_before: validity.not_before.timestamp(),
        not_after: validity.not_after.timestamp(),
    })
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

//! Reads certificates. It does not judge them (`verify` does), and skips every other section of a PEM file, above all
//! private keys.

use std::fmt::Write as _;
use std::net::IpAddr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;

use super::names::Sans;

/// What a certificate is for, by its basic constraints (RFC 5280, section 4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateRole {
    /// A CA: it signs other certificates.
    Authority,
    /// The certificate of a server or a client.
    EndEntity,
}

/// A certificate, and its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    public_key: Vec<u8>,
    /// The subject, in the form of RFC 4514; empty where it has none.
    pub subject: String,
    /// The issuer, in the same form.
    pub issuer: String,
    /// The names that it is for.
    pub sans: Sans,
    /// The beginning of its validity.
    pub not_before: OffsetDateTime,
    /// The last second of its validity.
    pub not_after: OffsetDateTime,
    /// The type of its key: `ECDSA P-256`.
    pub key: String,
    /// CA or not.
    pub role: CertificateRole,
}

/// Why a text has no usable certificate. The user's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PemError {
    /// There is no certificate.
    #[error("there is no certificate in it (`-----BEGIN CERTIFICATE-----`)")]
    Empty,
    /// The PEM is damaged.
    #[error("is not valid PEM: {0}")]
    Pem(String),
    /// A section of the PEM is not a certificate.
    #[error("certificate {0} cannot be decoded: {1}")]
    Der(usize, String),
}

/// The certificates of a PEM text, in its order, at least one.
///
/// # Errors
/// The text has no certificate, or one of them cannot be read.
pub fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, PemError> {
    let mut found = Vec::new();
    for (index, der) in CertificateDer::pem_slice_iter(pem).enumerate() {
        let der = der.map_err(|error| PemError::Pem(error.to_string()))?;
        found.push(Certificate::of(der).map_err(|message| PemError::Der(index + 1, message))?);
    }
    if found.is_empty() { Err(PemError::Empty) } else { Ok(found) }
}

/// A time as reports show it: `2026-11-21T17:00:00Z`.
pub(crate) fn instant(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.unix_timestamp().to_string())
}

impl Certificate {
    fn of(der: CertificateDer<'static>) -> Result<Self, String> {
        let (rest, x509) = X509Certificate::from_der(&der).map_err(|error| error.to_string())?;
        if !rest.is_empty() {
            return Err("there are more bytes behind it".to_owned());
        }
        let basic = x509.basic_constraints().map_err(|error| error.to_string())?;
        let read = Self {
            public_key: x509.public_key().subject_public_key.data.to_vec(),
            subject: x509.subject().to_string(),
            issuer: x509.issuer().to_string(),
            sans: sans(&x509)?,
            not_before: x509.validity().not_before.to_datetime(),
            not_after: x509.validity().not_after.to_datetime(),
            key: key(&x509),
            role: if basic.is_some_and(|basic| basic.value.ca) {
                CertificateRole::Authority
            } else {
                CertificateRole::EndEntity
            },
            der: CertificateDer::from(Vec::new()),
        };
        Ok(Self { der, ..read })
    }

    pub const fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// The certificate as PEM, with nothing else.
    pub fn pem(&self) -> String {
        let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
        let mut rest = BASE64_STANDARD.encode(&self.der);
        while !rest.is_empty() {
            let next = rest.split_off(rest.len().min(64));
            pem.push_str(&rest);
            pem.push('\n');
            rest = next;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }

    /// A title for people: its subject, or its first name.
    pub fn title(&self) -> String {
        match (self.subject.as_str(), self.sans.all().first()) {
            ("", Some(first)) => first.clone(),
            ("", None) => "no name".to_owned(),
            (subject, _) => subject.to_owned(),
        }
    }

    /// The SHA-256 of its bytes, in the form of `openssl x509 -fingerprint -sha256`.
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for byte in Sha256::digest(&self.der) {
            let colon = if text.is_empty() { "" } else { ":" };
            // Writing to a string cannot fail.
            let _ = write!(text, "{colon}{byte:02X}");
        }
        text
    }

    /// Whole days until it expires, rounded down. Negative after that.
    pub fn days_left(&self, now: OffsetDateTime) -> i64 {
        (self.not_after - now).whole_seconds().div_euclid(24 * 60 * 60)
    }

    pub(super) fn has_public_key(&self, raw: &[u8]) -> bool {
        self.public_key == raw
    }
}

fn sans(x509: &X509Certificate<'_>) -> Result<Sans, String> {
    let mut sans = Sans::default();
    let extension = x509.subject_alternative_name().map_err(|error| error.to_string())?;
    for name in extension.map_or(&[][..], |extension| &extension.value.general_names) {
        match name {
            GeneralName::DNSName(name) => sans.dns.push((*name).to_owned()),
            GeneralName::IPAddress(bytes) => {
                let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
                sans.ips.extend(v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)));
            }
            // No client verifies a server by another type of name.
            _ => {}
        }
    }
    Ok(sans)
}

/// Curves by their identifiers: RFC 5480 and RFC 8410.
fn key(x509: &X509Certificate<'_>) -> String {
    let info = x509.public_key();
    let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
    match (info.parsed(), curve.as_deref(), info.algorithm.algorithm.to_id_string().as_str()) {
        (Ok(PublicKey::RSA(key)), ..) => format!("RSA {}", key.key_size()),
        (Ok(PublicKey::EC(_)), Some("1.2.840.10045.3.1.7"), _) => "ECDSA P-256".to_owned(),
        (Ok(PublicKey::EC(_)), Some("1.3.132.0.34"), _) => "ECDSA P-384".to_owned(),
        (Ok(PublicKey::EC(_)), Some("1.3.132.0.35"), _) => "ECDSA P-521".to_owned(),
        (_, _, "1.3.101.112") => "Ed25519".to_owned(),
        (_, _, other) => other.to_owned(),
    }
}

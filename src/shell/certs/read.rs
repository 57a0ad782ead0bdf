//! What certificates say of themselves. It judges nothing, and it skips every other section of a PEM file, private keys
//! above all.

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

/// What a certificate may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateRole {
    /// It signs others.
    Authority,
    /// It is somebody's own.
    EndEntity,
}

/// A certificate, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    public_key: Vec<u8>,
    /// Its subject, as RFC 4514 writes it; empty where it has none.
    pub subject: String,
    /// Who signed it, likewise.
    pub issuer: String,
    /// For whom it is.
    pub sans: Sans,
    /// From when on it is valid.
    pub not_before: OffsetDateTime,
    /// Until when it is valid, that second included.
    pub not_after: OffsetDateTime,
    /// Which sort of key it has: `ECDSA P-256`.
    pub key: String,
    /// What it may be used for.
    pub role: CertificateRole,
}

/// Why there is no certificate in a text. The user's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PemError {
    /// There is none.
    #[error("there is no certificate in it (`-----BEGIN CERTIFICATE-----`)")]
    Empty,
    /// The PEM is damaged.
    #[error("is no valid PEM: {0}")]
    Pem(String),
    /// What is in it is no certificate.
    #[error("certificate {0} cannot be decoded: {1}")]
    Der(usize, String),
}

/// The certificates of a PEM text, in its order; at least one.
///
/// # Errors
/// There is none, or one cannot be read.
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
            return Err("there is more behind it".to_owned());
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

    /// Its bytes.
    pub const fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// As PEM, with nothing else beside it.
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

    /// What people call it: its subject, or whom it is for.
    pub fn title(&self) -> String {
        match (self.subject.as_str(), self.sans.all().first()) {
            ("", Some(first)) => first.clone(),
            ("", None) => "no name".to_owned(),
            (subject, _) => subject.to_owned(),
        }
    }

    /// The SHA-256 of its bytes, as `openssl x509 -fingerprint -sha256` writes it.
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for byte in Sha256::digest(&self.der) {
            let colon = if text.is_empty() { "" } else { ":" };
            // Writing to a string cannot fail.
            let _ = write!(text, "{colon}{byte:02X}");
        }
        text
    }

    /// Whole days until it expires, rounded down: below zero once it has.
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
            // Nobody verifies a server by another sort of name.
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

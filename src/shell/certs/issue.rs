//! Makes a CA, and serving certificates from it, by RFC 5280 and for the verifier of Go. It reads no files.
//!
//! A server sends the serving certificate without its CA: Go has the CA from the `caBundle`, and ignores a root that a
//! server sends (RFC 8446, section 4.4.2, lets the server leave it out).

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, SerialNumber, SignatureAlgorithm,
};
use rustls::crypto::ring::default_provider;
use time::OffsetDateTime;

use super::names::Sans;
use super::{CertsError, PrivateKey, read};

/// A new certificate is valid since an hour ago, since clocks differ.
const BACKDATED: Duration = Duration::from_secs(60 * 60);

/// The type of a key. Go's TLS supports all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum KeyType {
    /// ECDSA on P-256
    #[default]
    P256,
    /// ECDSA on P-384
    P384,
    /// Ed25519: not for an API server in FIPS mode before Go 1.24
    Ed25519,
}

impl KeyType {
    const fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Ed25519 => &rcgen::PKCS_ED25519,
        }
    }

    /// The type with the name that [`super::Certificate`] gives a key, where it can be made here.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "ECDSA P-256" => Some(Self::P256),
            "ECDSA P-384" => Some(Self::P384),
            "Ed25519" => Some(Self::Ed25519),
            _ => None,
        }
    }

    /// The type of this key, where it can be made here.
    fn of(key: &KeyPair) -> Option<Self> {
        [Self::P256, Self::P384, Self::Ed25519].into_iter().find(|one| key.is_compatible(one.algorithm()))
    }

    fn generate(self) -> Result<KeyPair, CertsError> {
        KeyPair::generate_for(self.algorithm()).map_err(making)
    }
}

/// A serving certificate and its key.
#[derive(Clone, Debug)]
pub struct Pair {
    /// `tls.crt`.
    pub cert_pem: String,
    /// `tls.key`.
    pub key: PrivateKey,
}

/// A CA that can sign.
#[derive(Debug)]
pub struct Authority {
    cert_pem: String,
    key: PrivateKey,
    key_type: KeyType,
    issuer: Issuer<'static, KeyPair>,
    not_after: OffsetDateTime,
}

impl Authority {
    /// Makes a CA with its own key and name. It cannot sign another CA.
    ///
    /// # Errors
    /// The system has no random numbers, or the validity ends beyond the year 9999.
    pub fn make(key_type: KeyType, lifetime: Duration, now: OffsetDateTime) -> Result<Self, CertsError> {
        let key = key_type.generate()?;
        let serial = serial()?;
        let mut params = params(&serial, lifetime, now)?;
        // Each has another name, so that people can distinguish the old and the new CA of a rotation.
        let id: String = serial.iter().skip(1).take(4).map(|byte| format!("{byte:02x}")).collect();
        params.distinguished_name.push(DnType::CommonName, format!("injector CA {id}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = true;
        let cert = params.self_signed(&key).map_err(making)?;
        let not_after = params.not_after;
        let private = PrivateKey(key.serialize_pem());
        Ok(Self { cert_pem: cert.pem(), key: private, key_type, issuer: Issuer::new(params, key), not_after })
    }

    /// Reads a CA. `None` where the key belongs to another certificate, or cannot be read.
    ///
    /// # Errors
    /// The certificate cannot be read.
    pub fn read(cert_pem: &str, key_pem: &str) -> Result<Option<Self>, read::PemError> {
        let Some(cert) = read::certificates(cert_pem.as_bytes())?.into_iter().next() else {
            return Err(read::PemError::Empty);
        };
        let Ok(key) = KeyPair::from_pem(key_pem) else { return Ok(None) };
        let Some(key_type) = KeyType::of(&key) else { return Ok(None) };
        if !cert.has_public_key(key.public_key_raw()) {
            return Ok(None);
        }
        let Ok(issuer) = Issuer::from_ca_cert_der(cert.der(), key) else { return Ok(None) };
        let (cert_pem, private) = (cert_pem.to_owned(), PrivateKey(key_pem.to_owned()));
        Ok(Some(Self { cert_pem, key: private, key_type, issuer, not_after: cert.not_after }))
    }

    /// `ca.crt`.
    pub fn cert_pem(&self) -> &str {
        &self.cert_pem
    }

    /// `ca.key`.
    pub const fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// The end of its validity.
    pub const fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// The type of its key.
    pub const fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// Makes a serving certificate with its own key. It has no subject, only subject alternative names, which are
    /// critical for that reason (RFC 5280, section 4.2.1.6). Its validity ends with the CA's at the latest.
    ///
    /// # Errors
    /// The system has no random numbers, or the validity ends beyond the year 9999.
    pub fn issue(
        &self,
        sans: &Sans,
        key_type: KeyType,
        lifetime: Duration,
        now: OffsetDateTime,
    ) -> Result<Pair, CertsError> {
        let key = key_type.generate()?;
        let mut params = params(&serial()?, lifetime, now)?;
        params.not_after = params.not_after.min(self.not_after);
        for name in &sans.dns {
            params.subject_alt_names.push(SanType::DnsName(name.as_str().try_into().map_err(making)?));
        }
        params.subject_alt_names.extend(sans.ips.iter().copied().map(SanType::IpAddress));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let cert = params.signed_by(&key, &self.issuer).map_err(making)?;
        Ok(Pair { cert_pem: cert.pem(), key: PrivateKey(key.serialize_pem()) })
    }
}

fn params(serial: &[u8], lifetime: Duration, now: OffsetDateTime) -> Result<CertificateParams, CertsError> {
    // Certificates have whole seconds.
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let end = time::Duration::try_from(lifetime).ok().and_then(|lifetime| now.checked_add(lifetime));
    let end = end.ok_or(CertsError::TooLong)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.serial_number = Some(SerialNumber::from_slice(serial));
    params.not_before = now - BACKDATED;
    params.not_after = end;
    Ok(params)
}

/// 127 random bits, positive and never short: RFC 5280 allows 20 bytes.
fn serial() -> Result<[u8; 16], CertsError> {
    let mut serial = [0; 16];
    let random = default_provider().secure_random.fill(&mut serial);
    random.map_err(|_| CertsError::Making("the system has no random numbers".to_owned()))?;
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(serial)
}

fn making(error: rcgen::Error) -> CertsError {
    CertsError::Making(error.to_string())
}

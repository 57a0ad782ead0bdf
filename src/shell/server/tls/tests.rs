use std::path::MAIN_SEPARATOR;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::*;
use std::time::UNIX_EPOCH;
use time::OffsetDateTime;

struct Made {
    certificate: String,
    key: String,
}

fn made(names: &[&str], expires: i64) -> Made {
    made_from(names, 0, expires)
}

fn made_from(names: &[&str], begins: i64, expires: i64) -> Made {
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = OffsetDateTime::from_unix_timestamp(begins).unwrap();
    params.not_after = OffsetDateTime::from_unix_timestamp(expires).unwrap();
    Made { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

const LATER: i64 = 1_800_000_001;

/// The certificate of these files, or the error about them, without the folder's name.
fn loaded(certificate: Option<&str>, key: Option<&str>, client_ca: Option<&str>) -> Result<ServingCertificate, String> {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, content: Option<&str>| {
        let path = folder.path().join(name);
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        path
    };
    let files = TlsFiles {
        certificate: file("tls.crt", certificate),
        key: file("tls.key", key),
        client_ca: client_ca.map(|content| file("ca.crt", Some(content))),
    };
    let known = Tls::load(&files, now()).map(|(tls, _)| (*tls.certificate()).clone());
    known.map_err(|error| {
        let placed = error.placed();
        let hint = placed.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        let root = format!("{}{MAIN_SEPARATOR}", folder.path().display());
        format!("{}: {}{hint}", placed.file, placed.message).replace(&root, "")
    })
}

/// Files, and the error about them.
type Wrong<'t> = (Option<&'t str>, Option<&'t str>, Option<&'t str>, &'t str);

#[track_caller]
fn assert_wrong(cases: &[Wrong<'_>]) {
    for &(certificate, key, client_ca, expected) in cases {
        assert_eq!(loaded(certificate, key, client_ca).unwrap_err(), expected);
    }
}

#[test]
fn an_error_names_the_file_that_is_missing_or_exchanged() {
    let good = made(&["a.svc"], LATER);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\naGVsbG8=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let (certificate, key) = (Some(good.certificate.as_str()), Some(good.key.as_str()));
    assert_wrong(&[
        (None, key, None, "tls.crt: cannot read the certificate: there is no such file"),
        (certificate, None, None, "tls.key: cannot read the private key: there is no such file"),
        (Some(""), key, None, "tls.crt: it contains no certificate in PEM"),
        (
            key,
            certificate,
            None,
            "tls.crt: it contains no certificate in PEM (it contains a private key: are the two files exchanged?)",
        ),
        (
            certificate,
            certificate,
            None,
            "tls.key: it contains no private key in PEM (it contains a certificate: are the two files exchanged?)",
        ),
        (
            certificate,
            Some(encrypted),
            None,
            "tls.key: it contains no private key in PEM (it is encrypted: decrypt it with `openssl pkey -in FILE -out \
             FILE`)",
        ),
        (certificate, key, Some("x"), "ca.crt: it contains no client CA in PEM"),
    ]);
}

#[test]
fn an_encrypted_key_in_the_older_form_is_called_that() {
    let good = made(&["a.svc"], LATER);
    for kind in ["RSA", "EC"] {
        let key = format!(
            "-----BEGIN {kind} PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF\n\n\
             aGVsbG8=\n-----END {kind} PRIVATE KEY-----\n"
        );
        assert_wrong(&[(
            Some(&good.certificate),
            Some(&key),
            None,
            "tls.key: it contains no private key in PEM (it is encrypted: decrypt it with `openssl pkey -in FILE -out \
             FILE`)",
        )]);
    }
}

#[test]
fn an_error_says_why_a_pair_cannot_be_used() {
    let good = made(&["a.svc"], LATER);
    let other = made(&["b.svc"], LATER);
    let expired = made(&["a.svc"], 1_800_000_000);
    let nonsense = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    let bad_key = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
    let (certificate, key) = (Some(good.certificate.as_str()), Some(good.key.as_str()));
    assert_wrong(&[
        (Some(nonsense), key, None, "tls.crt: the certificate cannot be used: it is not an X.509 certificate"),
        (
            certificate,
            Some(bad_key),
            None,
            "tls.key: the private key cannot be used: it is of a kind that is not supported, or broken",
        ),
        (
            certificate,
            Some(other.key.as_str()),
            None,
            "tls.crt: the key in `tls.key` does not belong to the certificate `a.svc` (give the key with which the certificate \
             was made)",
        ),
        (
            Some(expired.certificate.as_str()),
            Some(expired.key.as_str()),
            None,
            "tls.crt: the certificate `a.svc` expired at 2027-01-15T08:00:00Z (renew it: no API server accepts it)",
        ),
    ]);
}

#[test]
fn an_error_shows_nothing_of_a_key() {
    let good = made(&["a.svc"], LATER);
    let broken = "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n";
    for (certificate, key) in [(broken, good.key.as_str()), (good.certificate.as_str(), &good.key[..60])] {
        let message = loaded(Some(certificate), Some(key), None).unwrap_err();
        assert!(message.contains("cannot be used: ") && !message.contains("MIG"), "{message}");
    }
}

#[test]
fn names_and_expiry_are_read() {
    let Made { certificate, key } = made(&["a.svc", "10.0.0.1", "::1"], LATER);
    let known = loaded(Some(&certificate), Some(&key), Some(&certificate)).unwrap();
    assert_eq!(known.names, ["a.svc", "10.0.0.1", "::1"]);
    assert_eq!((known.not_before, known.not_after), (0, LATER));
    assert_eq!(known.expiry(), "2027-01-15T08:00:01Z");
}

#[test]
fn what_cannot_be_used_replaces_nothing() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (made(&["a.svc", "first.svc"], LATER), made(&["second.svc", "a.svc"], LATER));
    let (other, early) = (made(&["other.svc"], LATER), made_from(&["a.svc"], LATER, LATER + 1));
    let files =
        TlsFiles { certificate: folder.path().join("tls.crt"), key: folder.path().join("tls.key"), client_ca: None };
    fs::write(&files.certificate, &first.certificate).unwrap();
    fs::write(&files.key, &first.key).unwrap();
    let (tls, loaded) = Tls::load(&files, now()).unwrap();
    assert_eq!(loaded.pair, Fingerprint::of(&[&first.certificate, &first.key]));
    let config = tls.config();
    let error = tls.replace_pair(second.certificate.as_bytes(), first.key.as_bytes(), now()).unwrap_err();
    assert!(matches!(error, TlsError::KeyMismatch { .. }), "{error}");
    for (bad, expected) in [
        (&other, "the certificate `other.svc` has no name of the certificate in use: a.svc, first.svc"),
        (&early, "the certificate `a.svc` is not valid before 2027-01-15T08:00:01Z"),
    ] {
        let error = tls.replace_pair(bad.certificate.as_bytes(), bad.key.as_bytes(), now()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(tls.certificate().names, ["a.svc", "first.svc"]);
    assert!(Arc::ptr_eq(&config, &tls.config()));
    tls.replace_pair(second.certificate.as_bytes(), second.key.as_bytes(), now()).unwrap();
    assert_eq!(tls.certificate().names, ["second.svc", "a.svc"]);
    assert!(!Arc::ptr_eq(&config, &tls.config()));
}

//! `injector certs`: keys are random, so what is compared are properties, as x509-parser, rustls and openssl see them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use injector::internals::shell::certs::{
    self, Evidence, Folder, KeyType, Lifetimes, Names, RotationPhase, Wanted, verify,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use time::OffsetDateTime;
use x509_parser::prelude::FromDer as _;
use x509_parser::prelude::X509Certificate;

use crate::support::{Lack, Ran, injector, skipped};

const HOST: &str = "injector.injector-system.svc";

const HOOK: &str = "\
# a webhook
apiVersion: v1
kind: ConfigMap
metadata: {name: other}   # untouched
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: injector
webhooks:
- name: a.injector.io
  clientConfig:
    caBundle: \"\"   # filled in
    service: {name: injector, namespace: injector-system}
- name: b.injector.io
  clientConfig:
    # nothing yet
    service:
      name: injector
      namespace: injector-system
";

fn names() -> Names {
    Names::of_service("injector", "injector-system").unwrap()
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

fn generated() -> Ran {
    injector(["certs", "generate", "--out", "d"]).succeeds()
}

fn text(ran: &Ran, name: &str) -> String {
    String::from_utf8(ran.read(name)).unwrap()
}

fn ders(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect()
}

/// A whole TLS handshake in memory, as an API server with this `caBundle` does it.
fn handshake(ca: &str, cert: &str, key: &str, host: &str) -> Result<(), rustls::Error> {
    let provider = Arc::new(default_provider());
    let mut roots = RootCertStore::empty();
    ders(ca).into_iter().for_each(|ca| roots.add(ca).unwrap());
    let client = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let client = client.with_root_certificates(roots).with_no_client_auth();
    let server = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let server = server.with_no_client_auth().with_single_cert(ders(cert), key)?;
    let mut client = ClientConnection::new(Arc::new(client), ServerName::try_from(host.to_owned()).unwrap())?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        wire.clear();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(())
}

fn code_of(result: Result<impl std::fmt::Debug, certs::CertsError>) -> String {
    result.unwrap_err().placed().code.id().to_owned()
}

#[test]
fn the_serving_certificate_is_what_rfc_5280_and_go_ask_for() {
    for key_type in ["p256", "p384", "ed25519"] {
        let args = ["certs", "generate", "--out", "d", "--ip", "127.0.0.1", "--dns-name", "localhost", "--key-type"];
        let ran = injector(args.into_iter().chain([key_type])).succeeds();
        let [ca, cert, key] = ["d/ca.crt", "d/tls.crt", "d/tls.key"].map(|name| text(&ran, name));
        let (ca_der, leaf_der) = (ders(&ca), ders(&cert));
        assert_eq!((ca_der.len(), leaf_der.len()), (1, 1), "the CA is not sent along");
        let (_, ca_x509) = X509Certificate::from_der(&ca_der[0]).unwrap();
        let (_, leaf) = X509Certificate::from_der(&leaf_der[0]).unwrap();

        assert_eq!(leaf.subject().iter().count(), 0, "SAN only");
        assert!(leaf.subject_alternative_name().unwrap().unwrap().critical);
        assert!(!leaf.is_ca() && leaf.basic_constraints().unwrap().is_some());
        assert!(leaf.extended_key_usage().unwrap().unwrap().value.server_auth);
        assert!(leaf.key_usage().unwrap().unwrap().value.digital_signature());
        let basic = ca_x509.basic_constraints().unwrap().unwrap();
        assert!(basic.critical && basic.value.ca);
        assert_eq!(basic.value.path_len_constraint, Some(0));
        assert!(ca_x509.key_usage().unwrap().unwrap().value.key_cert_sign());
        assert_ne!(ca_x509.raw_serial(), leaf.raw_serial());
        assert!(leaf.raw_serial().len() == 16 && leaf.raw_serial()[0] < 0x80);

        let lived = |x509: &X509Certificate<'_>| (x509.validity().not_after - x509.validity().not_before).unwrap();
        assert_eq!(lived(&leaf), days(365) + Duration::from_secs(3600), "backdated an hour");
        assert_eq!(lived(&ca_x509), days(3650) + Duration::from_secs(3600));

        let four = ["injector", "injector.injector-system", HOST, "injector.injector-system.svc.cluster.local"];
        for host in four.into_iter().chain(["localhost", "127.0.0.1"]) {
            handshake(&ca, &cert, &key, host).unwrap_or_else(|error| panic!("{key_type} {host}: {error}"));
        }
        assert!(handshake(&ca, &cert, &key, "other.injector-system.svc").is_err());
    }
}

#[test]
fn openssl_verifies_it_strictly() {
    if Command::new("openssl").arg("version").output().is_err() {
        return skipped("openssl_verifies_it_strictly", &Lack::Program("openssl", "openssl"));
    }
    let ran = generated();
    for (host, verifies) in [(HOST, true), ("other", false)] {
        let args = ["verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", host, "-CAfile"];
        let mut openssl = Command::new("openssl");
        openssl.args(args).args(["ca.crt", "tls.crt"]).current_dir(ran.folder().join("d"));
        let output = openssl.output().unwrap();
        assert_eq!(output.status.success(), verifies, "{output:?}");
    }
}

#[test]
fn keys_are_for_their_owner_alone_and_nothing_is_overwritten() {
    let ran = generated();
    for (name, mode) in [("ca.key", 0o600), ("tls.key", 0o600)] {
        let path = ran.folder().join("d").join(name);
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode, "{name}");
    }
    assert!(!ran.stderr.contains("PRIVATE") && ran.stdout.is_empty());
    let before = ran.tree();
    ran.then(["certs", "generate", "--out", "d"]).fails();
    assert_eq!(ran.tree(), before);

    // One file of four is enough, and a link that leads nowhere is a file too.
    let prepared = injector(["certs", "generate", "--out", "d"]);
    fs::create_dir(prepared.folder().join("d")).unwrap();
    symlink("/nowhere/else", prepared.folder().join("d/tls.key")).unwrap();
    let refused = prepared.fails();
    assert_eq!(refused.tree().len(), 1);

    // A key that anybody could read is not replaced by another such.
    fs::set_permissions(ran.folder().join("d/tls.key"), fs::Permissions::from_mode(0o644)).unwrap();
    ran.then(["certs", "generate", "--out", "d", "--force"]).succeeds();
    assert_eq!(fs::metadata(ran.folder().join("d/tls.key")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(before.iter().all(|(name, content)| ran.tree()[name] != *content), "all four are new");
}

#[test]
fn a_secret_has_no_key_of_the_ca() {
    let ran = injector(["certs", "generate", "audit", "-n", "tools", "-o", "secret"]).succeeds();
    let secret: serde_json::Value = serde_yaml::from_str(&ran.stdout).unwrap();
    assert_eq!(secret["type"], "kubernetes.io/tls");
    assert_eq!((&secret["metadata"]["name"], &secret["metadata"]["namespace"]), (&"audit-tls".into(), &"tools".into()));
    let keys: BTreeSet<_> = secret["data"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["ca.crt", "tls.crt", "tls.key"]));
    assert!(ran.stderr.contains("the CA's key was not kept"), "{}", ran.stderr);
    assert!(ran.tree().is_empty());
    ran.then(["certs", "inspect"]).stdin(ran.bytes).succeeds();
    injector(["certs", "generate"]).fails();
    injector(["certs", "generate", "A", "-o", "secret"]).fails();
}

#[test]
fn certificates_are_made_once_and_then_used() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("d");
    let wanted = Wanted::of(names());
    let made = certs::ensure(&dir, &wanted).unwrap();
    let found = certs::ensure(&dir, &wanted).unwrap();
    assert_eq!((&made.ca_pem, &made.cert_pem, &made.key_pem), (&found.ca_pem, &found.cert_pem, &found.key_pem));
    assert_eq!(found.warning, None);
    assert!(!format!("{made:?}").contains("PRIVATE"));
    handshake(&made.ca_pem, &made.cert_pem, made.key_pem.pem(), HOST).unwrap();

    let other = Wanted::of(Names::of_service("other", "injector-system").unwrap());
    assert_eq!(code_of(certs::ensure(&dir, &other)), "certificate-name");
    let existing = Folder::new(&dir).load_present().unwrap();
    let now = OffsetDateTime::now_utc();
    assert_eq!(code_of(existing.fits(&names(), now + days(366))), "certificate-expired");
    assert_eq!(code_of(existing.fits(&names(), now - days(1))), "certificate-not-yet-valid");

    // The CA's key may be kept elsewhere; nothing else may be missing.
    fs::remove_file(dir.join("ca.key")).unwrap();
    certs::ensure(&dir, &wanted).unwrap();
    fs::copy(dir.join("tls.key"), dir.join("kept")).unwrap();
    let another = tempfile::tempdir().unwrap();
    certs::ensure(another.path(), &wanted).unwrap();
    fs::copy(another.path().join("tls.key"), dir.join("tls.key")).unwrap();
    assert_eq!(code_of(certs::ensure(&dir, &wanted)), "key-mismatch");
    fs::copy(dir.join("kept"), dir.join("tls.key")).unwrap();
    fs::copy(another.path().join("ca.crt"), dir.join("ca.crt")).unwrap();
    assert_eq!(code_of(certs::ensure(&dir, &wanted)), "certificate-untrusted");
    fs::write(dir.join("ca.crt"), "nothing").unwrap();
    assert_eq!(code_of(certs::ensure(&dir, &wanted)), "not-a-certificate");
    fs::remove_file(dir.join("ca.crt")).unwrap();
    assert_eq!(code_of(certs::ensure(&dir, &wanted)), "certificate-missing");
}

#[test]
fn an_expiry_within_thirty_days_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let lifetimes = Lifetimes { serving: days(29), ..Lifetimes::default() };
    let wanted = Wanted { lifetimes, ..Wanted::of(names()) };
    certs::ensure(folder.path(), &wanted).unwrap();
    let warning = certs::ensure(folder.path(), &wanted).unwrap().warning.unwrap();
    assert_eq!(warning.code.id(), "certificate-expires-soon");
    assert!(warning.hint.unwrap().contains("certs renew"));
    let dir = folder.path().to_str().unwrap();
    injector(["certs", "inspect", dir]).finds();
    injector(["certs", "inspect", dir, "--warn-within", "28d"]).succeeds();
}

#[test]
fn a_certificate_is_refused_for_the_reason_that_go_has() {
    let now = OffsetDateTime::now_utc();
    let lifetimes = Lifetimes { serving: days(365), authority: days(400) };
    let (authority, pair) = certs::make(&Wanted { lifetimes, ..Wanted::of(names()) }, now).unwrap();
    let (other, _) = certs::make(&Wanted::of(names()), now).unwrap();
    let read = |pem: &str| certs::certificates(pem.as_bytes()).unwrap();
    let (ca, leaf, other) = (read(authority.cert_pem()), read(&pair.cert_pem), read(other.cert_pem()));
    let both = [other.clone(), ca.clone()].concat();
    let code = |result: Result<(), certs::Refusal>| result.map_err(|refusal| refusal.code().id());
    for (bundle, host, later, expected) in [
        (&ca, HOST, 0, Ok(())),
        (&both, HOST, 0, Ok(())),
        (&leaf, HOST, 0, Ok(())),
        (&other, HOST, 0, Err("certificate-untrusted")),
        (&ca, "x.y.svc", 0, Err("certificate-name")),
        (&ca, HOST, 366, Err("certificate-expired")),
    ] {
        assert_eq!(code(verify(&leaf, bundle, host, now + days(later))), expected, "{host} {later}");
    }
    // A certificate never outlives its CA; one whose CA is over would be refused as well.
    let long = authority.issue(&names().sans(), KeyType::P256, days(4000), now).unwrap();
    assert_eq!(read(&long.cert_pem)[0].not_after, ca[0].not_after);
}

#[test]
fn a_bundle_is_put_into_every_webhook_and_nothing_else_changes() {
    let ran = generated();
    let one_line = ran.then(["certs", "ca-bundle", "d"]).succeeds().stdout;
    assert_eq!(one_line.lines().count(), 1);
    let value = one_line.trim_end();
    let filled = HOOK.replace("\"\"   # filled", &format!("\"{value}\"   # filled"));
    let filled = filled.replace("    # nothing yet\n", &format!("    # nothing yet\n    caBundle: {value}\n"));
    let put = |text: &str| ran.then(["certs", "ca-bundle", "d", "-f", "-"]).stdin(text).succeeds().stdout;
    let new = put(HOOK);
    // Where a new member goes is the splicer's choice: the lines are those, once each.
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&new), sorted(&filled));
    assert!(new.starts_with(HOOK.split("caBundle").next().unwrap()));
    assert_eq!(put(&new), new);
    let json: serde_json::Value = serde_yaml::from_str(HOOK.split("---\n").nth(1).unwrap()).unwrap();
    let filled: serde_json::Value = serde_json::from_str(&put(&json.to_string())).unwrap();
    assert!([0, 1].iter().all(|index| filled["webhooks"][index]["clientConfig"]["caBundle"] == value));

    ran.then(["certs", "ca-bundle", "d", "-f", "-"]).stdin("kind: Pod\napiVersion: v1\n").fails();
    ran.then(["certs", "ca-bundle", "d/tls.key"]).fails();
}

#[test]
fn inspect_says_whether_the_cluster_would_call_it() {
    let ran = generated();
    let hook = ran.then(["certs", "ca-bundle", "d", "-f", "-"]).stdin(HOOK).succeeds().bytes;
    let secret = ran.then(["certs", "secret", "d"]).succeeds().stdout;
    let whole = format!("{secret}---\n{}", String::from_utf8(hook.clone()).unwrap());
    let shown = ran.then(["certs", "inspect", "-"]).stdin(whole).succeeds();
    assert!(!shown.stdout.contains("PRIVATE"));
    assert_eq!(shown.stderr.matches("verifies it for").count(), 2, "{}", shown.stderr);

    ran.then(["certs", "inspect", "d", "--ca-bundle", "hook.yaml"]).file("hook.yaml", &hook).succeeds();
    let unfilled =
        ran.then(["certs", "inspect", "d", "--ca-bundle", "unfilled.yaml"]).file("unfilled.yaml", HOOK).finds();
    assert!(unfilled.stderr.contains("has no `caBundle`"), "{}", unfilled.stderr);
    ran.then(["certs", "inspect", "d/tls.crt", "--ca-bundle", "d/ca.crt", "--service", "x.y"]).finds();
    ran.then(["certs", "generate", "--out", "e"]).succeeds();
    let other = ran.then(["certs", "inspect", "d/tls.crt", "--ca-bundle", "e/ca.crt"]).finds();
    assert!(other.stderr.contains("was signed by `CN=injector CA"), "{}", other.stderr);

    let json = ran.then(["certs", "inspect", "d/tls.crt", "-o", "json"]).succeeds();
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json[0]["names"][2], &json[0]["ca"]), (&HOST.into(), &false.into()));
    ran.then(["certs", "inspect", "d/tls.key"]).fails();
}

/// At every moment what the cluster believes verifies what the pods serve, whichever of the two is applied first.
#[test]
fn a_rotation_has_no_gap_and_no_wrong_order() {
    let ran = generated();
    let serves = |ca: &str| {
        let [cert, key] = ["d/tls.crt", "d/tls.key"].map(|name| text(&ran, name));
        handshake(ca, &cert, &key, HOST).is_ok()
    };
    let hook = || ran.then(["certs", "ca-bundle", "d", "-f", "-"]).stdin(HOOK).succeeds().bytes;
    let secret = || ran.then(["certs", "secret", "d"]).succeeds().bytes;
    let old = text(&ran, "d/ca.crt");
    let (old_hook, old_secret) = (hook(), secret());

    ran.then(["certs", "rotate", "d"]).succeeds();
    let bundle = text(&ran, "d/ca-bundle.crt");
    assert_eq!(ders(&bundle).len(), 2);
    assert!(serves(&old) && serves(&bundle));
    let announced = ran.tree();
    ran.then(["certs", "rotate", "d"]).fails();
    for unapplied in [&old_hook, &old_secret] {
        ran.then(["certs", "rotate", "d", "--live", "-"]).stdin(unapplied.clone()).fails();
    }
    assert_eq!(ran.tree(), announced);

    ran.then(["certs", "rotate", "d", "--live", "-"]).stdin(hook()).succeeds();
    assert!(serves(&bundle) && !serves(&old));
    assert_eq!(text(&ran, "d/ca-bundle.crt"), bundle);
    let switched = ran.tree();
    ran.then(["certs", "rotate", "d"]).fails();
    ran.then(["certs", "rotate", "d", "--live", "-"]).stdin(old_secret).fails();
    assert_eq!(ran.tree(), switched);

    ran.then(["certs", "rotate", "d", "--live", "-"]).stdin(secret()).succeeds();
    let new = text(&ran, "d/ca.crt");
    assert!(new != old && serves(&new));
    let left: Vec<_> = ran.tree().into_keys().collect();
    assert_eq!(left, ["d/ca.crt", "d/ca.key", "d/tls.crt", "d/tls.key"].map(Path::new));
}

#[test]
fn what_is_installed_during_a_rotation_believes_both() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = Wanted::of(names());
    let old = certs::ensure(folder.path(), &wanted).unwrap();
    let now = OffsetDateTime::now_utc();
    let step = |evidence| certs::rotate(&Folder::new(folder.path()), evidence, Lifetimes::default(), now).unwrap().now;
    assert_eq!(step(Evidence::None), RotationPhase::Announced);
    let first = certs::ensure(folder.path(), &wanted).unwrap();
    assert_eq!(step(Evidence::Word), RotationPhase::Switched);
    let second = certs::ensure(folder.path(), &wanted).unwrap();
    assert_eq!(step(Evidence::Word), RotationPhase::Steady);
    let third = certs::ensure(folder.path(), &wanted).unwrap();
    assert_eq!(first.cert_pem, old.cert_pem);
    assert_eq!(first.ca_pem, second.ca_pem);
    assert_eq!(second.cert_pem, third.cert_pem);
    assert_eq!([old, first, second, third].map(|one| ders(&one.ca_pem).len()), [1, 2, 2, 1]);
}

#[test]
fn a_renewal_keeps_the_ca_and_the_names() {
    let ran = injector(["certs", "generate", "--out", "d", "--dns-name", "a.b", "--key-type", "p384"]).succeeds();
    let [ca, cert] = ["d/ca.crt", "d/tls.crt"].map(|name| text(&ran, name));
    // Even a pair that does not belong together is mended.
    ran.then(["certs", "renew", "d"]).file("d/tls.key", "lost").succeeds();
    assert_eq!(text(&ran, "d/ca.crt"), ca);
    let new = text(&ran, "d/tls.crt");
    assert_ne!(new, cert);
    handshake(&ca, &new, &text(&ran, "d/tls.key"), "a.b").unwrap();
    assert_eq!(certs::certificates(new.as_bytes()).unwrap()[0].key, "ECDSA P-384");
    ran.then(["certs", "renew", "d", "--service", "x.y"]).succeeds();
    ran.then(["certs", "inspect", "d/tls.crt", "--ca-bundle", "d/ca.crt", "--service", "x.y"]).succeeds();
    let ran = generated();
    fs::remove_file(ran.folder().join("d/ca.key")).unwrap();
    let refused = ran.then(["certs", "renew", "d"]).fails();
    // A new CA at once would be one that no API server trusts yet.
    assert!(refused.stderr.contains("`injector certs rotate d`"), "{}", refused.stderr);
    ran.then(["certs", "rotate", "d"]).succeeds();
}

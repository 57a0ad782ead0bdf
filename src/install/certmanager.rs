//! What cert-manager makes: a CA for this installation, and a serving certificate from it. The CA outlives many serving
//! certificates, so API servers trust the next one before the pods have it.
//!
//! See <https://cert-manager.io/docs/reference/api-docs/>, v1.

use serde_json::{Value, json};

use super::{Manifest, Site, cluster, metadata};

/// The `apiVersion` of cert-manager's objects.
pub(super) const API_VERSION: &str = "cert-manager.io/v1";

/// Ten years.
const CA_DURATION: &str = "87600h";
/// One year.
const CA_RENEW_BEFORE: &str = "8760h";
/// Ninety days.
const DURATION: &str = "2160h";
/// Thirty days.
const RENEW_BEFORE: &str = "720h";

/// The value of `cert-manager.io/inject-ca-from`: the serving certificate, whose Secret holds the CA.
pub(super) fn source(site: &Site) -> String {
    format!("{}/{}", site.namespace, site.name)
}

fn self_signed(site: &Site) -> String {
    format!("{}-selfsigned", site.name)
}

fn ca(site: &Site) -> String {
    format!("{}-ca", site.name)
}

/// Kinds and names, in the order in which to delete them.
pub(super) fn names(site: &Site) -> [(&'static str, String); 4] {
    [("Certificate", site.name.clone()), ("Issuer", ca(site)), ("Certificate", ca(site)), ("Issuer", self_signed(site))]
}

/// The issuers and the certificates, each before those that need it.
pub(super) fn certificates(site: &Site) -> Vec<Manifest> {
    let Site { name, namespace } = site;
    let object = |kind: &str, name: &str, spec: Value| json!({"apiVersion": API_VERSION, "kind": kind, "metadata": metadata(site, name), "spec": spec});
    let issued_by = |name: &str| json!({"group": "cert-manager.io", "kind": "Issuer", "name": name});
    let private_key = |rotation: &str| json!({"algorithm": "ECDSA", "size": 256, "rotationPolicy": rotation});
    let names = [
        format!("{name}.{namespace}.svc"),
        format!("{name}.{namespace}.svc.cluster.local"),
        format!("{name}.{namespace}"),
        name.clone(),
    ];
    let authority = json!({
        "isCA": true,
        "commonName": ca(site),
        "secretName": cluster::ca_secret_name(site),
        "duration": CA_DURATION,
        "renewBefore": CA_RENEW_BEFORE,
        // With the same key, a renewed CA still verifies everything that the old one signed.
        "privateKey": private_key("Never"),
        "issuerRef": issued_by(&self_signed(site)),
    });
    let serving = json!({
        "secretName": cluster::secret_name(site),
        "duration": DURATION,
        "renewBefore": RENEW_BEFORE,
        "privateKey": private_key("Always"),
        "usages": ["digital signature", "server auth"],
        "dnsNames": names,
        "issuerRef": issued_by(&ca(site)),
    });
    vec![
        Manifest::new("", object("Issuer", &self_signed(site), json!({"selfSigned": {}}))),
        Manifest::new("", object("Certificate", &ca(site), authority)),
        Manifest::new("", object("Issuer", &ca(site), json!({"ca": {"secretName": cluster::ca_secret_name(site)}}))),
        Manifest::new("", object("Certificate", name, serving)),
    ]
}

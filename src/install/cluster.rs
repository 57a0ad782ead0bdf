//! What the Deployment needs: the namespace, the profiles, the serving certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{Installation, KeyPem, Manifest, OwnNamespace, PodNetwork, Site, labels, metadata};

/// The name of the ConfigMap with the profiles.
pub(super) fn profiles_name(site: &Site) -> String {
    format!("{}-profiles", site.name)
}

/// The name of the Secret with the serving certificate, where the installation makes it.
pub(super) fn secret_name(site: &Site) -> String {
    format!("{}-tls", site.name)
}

/// The name of the Secret with the CA that cert-manager makes.
pub(super) fn ca_secret_name(site: &Site) -> String {
    format!("{}-ca", site.name)
}

/// The namespace, where the installation makes it.
pub(super) fn namespace(installation: &Installation) -> Vec<Manifest> {
    match installation.own_namespace {
        OwnNamespace::Existing => Vec::new(),
        OwnNamespace::Made => {
            let mut labels = labels(&installation.site);
            labels["pod-security.kubernetes.io/enforce"] = match installation.fit.network {
                PodNetwork::Own => "restricted".into(),
                // `baseline` refuses the node's network too.
                PodNetwork::Host => "privileged".into(),
            };
            let metadata = json!({"name": installation.site.namespace, "labels": labels});
            vec![Manifest::new("", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))]
        }
    }
}

/// The profiles, one file each. `immutable: false` is the default and is still written: it says that the webhook reads the
/// profiles again when they change, and a member after `data` lets the emitter write a text that ends in a line break.
pub(super) fn profiles(installation: &Installation) -> Vec<Manifest> {
    let files: Map<String, Value> = installation
        .profiles
        .iter()
        .map(|source| (file_name(&source.profile.name), source.text.as_str().into()))
        .collect();
    let object = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(&installation.site, &profiles_name(&installation.site)),
        "data": files,
        "immutable": false,
    });
    vec![Manifest::new(
        "The webhook reads these again when they change; a bad one is refused, and the old one stays.",
        object,
    )]
}

/// The name of a profile's file.
pub(super) fn file_name(profile: &str) -> String {
    format!("{profile}.yaml")
}

/// The serving certificate.
pub(super) fn secret(site: &Site, ca: &str, certificate: &str, key: &KeyPem) -> Manifest {
    let object = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(site, &secret_name(site)),
        "type": "kubernetes.io/tls",
        "data": {
            "ca.crt": STANDARD.encode(ca),
            "tls.crt": STANDARD.encode(certificate),
            "tls.key": STANDARD.encode(&key.0),
        },
    });
    Manifest::new("This holds a private key: apply it, and keep it out of version control.", object)
}

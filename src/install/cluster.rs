//! What the Deployment finds there: the namespace, the profiles, the serving certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{KeyPem, Manifest, OwnNamespace, Place, Settings, labels, metadata};

/// The name of the ConfigMap with the profiles.
pub(super) fn profiles_name(place: &Place) -> String {
    format!("{}-profiles", place.name)
}

/// The name of the Secret with the serving certificate, where it is the installation's.
pub(super) fn secret_name(place: &Place) -> String {
    format!("{}-tls", place.name)
}

/// The name of the Secret with the CA that cert-manager makes.
pub(super) fn ca_secret_name(place: &Place) -> String {
    format!("{}-ca", place.name)
}

/// The namespace, where it is the installation's own.
pub(super) fn namespace(settings: &Settings) -> Vec<Manifest> {
    match settings.own_namespace {
        OwnNamespace::Existing => Vec::new(),
        OwnNamespace::Made => {
            let mut labels = labels(&settings.place);
            labels["pod-security.kubernetes.io/enforce"] = "restricted".into();
            let metadata = json!({"name": settings.place.namespace, "labels": labels});
            vec![Manifest::new("", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))]
        }
    }
}

/// The profiles, one file each. `immutable` is said though it is the default: they are read again when they change, and
/// the member after them lets the emitter end a text that ends in a line break.
pub(super) fn profiles(settings: &Settings) -> Vec<Manifest> {
    let files: Map<String, Value> =
        settings.profiles.iter().map(|source| (file_name(&source.profile.name), source.text.as_str().into())).collect();
    let object = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(&settings.place, &profiles_name(&settings.place)),
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
pub(super) fn secret(place: &Place, ca: &str, certificate: &str, key: &KeyPem) -> Manifest {
    let object = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(place, &secret_name(place)),
        "type": "kubernetes.io/tls",
        "data": {
            "ca.crt": STANDARD.encode(ca),
            "tls.crt": STANDARD.encode(certificate),
            "tls.key": STANDARD.encode(&key.0),
        },
    });
    Manifest::new("This holds a private key: apply it, and keep it out of version control.", object)
}

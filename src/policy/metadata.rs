//! What the objects are called, and how they are found.

use serde_json::{Value, json};

/// What says which program an object is of.
pub(super) fn labels() -> Value {
    json!({
        "app.kubernetes.io/name": "injector",
        "app.kubernetes.io/managed-by": "injector",
        "app.kubernetes.io/component": "policy",
        "app.kubernetes.io/version": env!("CARGO_PKG_VERSION"),
    })
}

/// The name, and what says what an object is of; `profile` is the one profile that it is for.
pub(super) fn metadata(name: &str, profile: Option<&str>) -> Value {
    let mut labels = labels();
    if let Some(profile) = profile {
        labels["sidecar-injector/profile"] = profile.into();
    }
    json!({"name": name, "labels": labels})
}

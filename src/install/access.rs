//! The webhook's identity, and what it may do with the API: nothing, or read namespaces.

use serde_json::json;

use super::{Manifest, Place, Settings, Watch, cluster_metadata, metadata};

/// The `apiVersion` of roles.
pub(super) const API_VERSION: &str = "rbac.authorization.k8s.io/v1";

/// The ServiceAccount, and with the watch its role.
pub(super) fn account(settings: &Settings) -> Vec<Manifest> {
    let place = &settings.place;
    let Place { name, namespace } = place;
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(place, name),
        // The pods mount a token themselves where they need one.
        "automountServiceAccountToken": false,
    });
    let mut all = vec![Manifest::new("", account)];
    match settings.watch {
        Watch::Off => {}
        Watch::On => {
            let role = json!({
                "apiVersion": API_VERSION,
                "kind": "ClusterRole",
                "metadata": cluster_metadata(place, name),
                "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "watch"]}],
            });
            let binding = json!({
                "apiVersion": API_VERSION,
                "kind": "ClusterRoleBinding",
                "metadata": cluster_metadata(place, name),
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
            });
            all.push(Manifest::new(
                "Annotations of namespaces steer injection: the webhook reads them, and nothing else.",
                role,
            ));
            all.push(Manifest::new("", binding));
        }
    }
    all
}

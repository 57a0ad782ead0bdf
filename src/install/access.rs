//! The webhook's ServiceAccount, and its rights: none, or to read namespaces.

use serde_json::json;

use super::{Installation, Manifest, Site, Watch, cluster_metadata, metadata};

/// The `apiVersion` of roles.
pub(super) const API_VERSION: &str = "rbac.authorization.k8s.io/v1";

/// The ServiceAccount, and its role where it watches namespaces.
pub(super) fn account(installation: &Installation) -> Vec<Manifest> {
    let site = &installation.site;
    let Site { name, namespace } = site;
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(site, name),
        // The pods mount a token themselves where they need one.
        "automountServiceAccountToken": false,
    });
    let mut all = vec![Manifest::new("", account)];
    match installation.watch {
        Watch::Off => {}
        Watch::On => {
            let role = json!({
                "apiVersion": API_VERSION,
                "kind": "ClusterRole",
                "metadata": cluster_metadata(site, name),
                "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "watch"]}],
            });
            let binding = json!({
                "apiVersion": API_VERSION,
                "kind": "ClusterRoleBinding",
                "metadata": cluster_metadata(site, name),
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
            });
            all.push(Manifest::new(
                "Labels or annotations of namespaces control injection: the webhook may read namespaces, and nothing else.",
                role,
            ));
            all.push(Manifest::new("", binding));
        }
    }
    all
}

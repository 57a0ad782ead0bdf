//! The webhook's ServiceAccount, and its rights: none, or to read what it watches.

use serde_json::json;

use super::{Installation, Manifest, Site, cluster_metadata, metadata};

/// The `apiVersion` of roles.
pub(super) const API_VERSION: &str = "rbac.authorization.k8s.io/v1";

/// The ServiceAccount, and its role where it watches something.
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
    let resources = installation.watches.resources();
    if resources.is_empty() {
        return all;
    }
    let role = json!({
        "apiVersion": API_VERSION,
        "kind": "ClusterRole",
        "metadata": cluster_metadata(site, name),
        "rules": [{"apiGroups": [""], "resources": resources, "verbs": ["get", "list", "watch"]}],
    });
    let binding = json!({
        "apiVersion": API_VERSION,
        "kind": "ClusterRoleBinding",
        "metadata": cluster_metadata(site, name),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
    });
    let comment =
        "Labels or annotations of these objects control injection: the webhook may read them, and nothing else.";
    all.push(Manifest::new(comment, role));
    all.push(Manifest::new("", binding));
    all
}

//! Who may talk to the webhook's pods, and to whom they may talk.

use serde_json::{Value, json};

use super::{Installation, Manifest, PodNetwork, metadata, selected};

/// The `apiVersion` of a NetworkPolicy.
pub(super) const API_VERSION: &str = "networking.k8s.io/v1";

/// The NetworkPolicy. It has no effect on pods in the node's network, so there is none for them.
///
/// No policy can name an API server or kubelet, so the two ports are open to all. The pods open connections for one reason
/// only, a watch; the address of an API server is not known here, so that leaves their way out open.
pub(super) fn network_policy(installation: &Installation) -> Vec<Manifest> {
    let site = &installation.site;
    let fit = &installation.fit;
    match fit.network {
        PodNetwork::Host => Vec::new(),
        PodNetwork::Own => {
            let directions: Value = match installation.watches.resources().as_slice() {
                [] => json!(["Ingress", "Egress"]),
                _ => json!(["Ingress"]),
            };
            let port = |port: u16| json!({"protocol": "TCP", "port": port});
            let object = json!({
                "apiVersion": API_VERSION,
                "kind": "NetworkPolicy",
                "metadata": metadata(site, &site.name),
                "spec": {
                    "podSelector": {"matchLabels": selected(site)},
                    "policyTypes": directions,
                    "ingress": [{"ports": [port(fit.listen_port), port(fit.probe_port)]}],
                },
            });
            vec![Manifest::new("", object)]
        }
    }
}

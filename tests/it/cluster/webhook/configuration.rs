//! Webhook configurations in the API server, each for the namespaces of one scenario, and gone with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::control_plane::ControlPlane;

/// The label of the namespaces that a configuration of [`hook`] is for.
const LABEL: &str = "test.injector/hook";

/// A configuration in use; dropping it removes it.
pub(super) struct Applied<'a> {
    plane: &'a ControlPlane,
    name: String,
}

/// A namespace to which the configuration of that name applies.
pub(super) fn namespace(plane: &ControlPlane, name: &str, configuration: &str) {
    plane.namespace(name, &[&format!("{LABEL}={configuration}")]);
}

/// A configuration with one webhook, as `install` prints it, but for where it is and for the namespaces of
/// [`namespace`].
pub(super) fn hook(name: &str, url: &str, ca: &str) -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [{
            "name": format!("{name}.injector.test"),
            "clientConfig": {"url": url, "caBundle": STANDARD.encode(ca)},
            "rules": [{
                "operations": ["CREATE"],
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "resources": ["pods"],
                "scope": "Namespaced",
            }],
            "namespaceSelector": {"matchLabels": {LABEL: name}},
            "matchPolicy": "Equivalent",
            "failurePolicy": "Fail",
            "reinvocationPolicy": "IfNeeded",
            "timeoutSeconds": 10,
            "sideEffects": "None",
            "admissionReviewVersions": ["v1", "v1beta1"],
        }],
    })
}

/// Makes the API server trust these CAs for every webhook of the configuration.
pub(super) fn trust(configuration: &mut Value, cas: &[&str]) {
    for webhook in configuration["webhooks"].as_array_mut().unwrap() {
        webhook["clientConfig"]["caBundle"] = STANDARD.encode(cas.concat()).into();
    }
}

impl<'a> Applied<'a> {
    /// Puts it into the API server, and waits until `asked` says that the webhook is asked about a pod: it is tried with
    /// one that is never stored, in this namespace.
    pub(super) fn new(
        plane: &'a ControlPlane,
        configuration: &Value,
        namespace: &str,
        asked: impl Fn(&Tried) -> bool,
    ) -> Self {
        plane.ok("apply -f -", configuration.to_string());
        let name = configuration["metadata"]["name"].as_str().unwrap().to_owned();
        let applied = Self { plane, name };
        plane.eventually("the webhook is in use", || asked(&attempt(plane, namespace)).then_some(()));
        applied
    }

    /// Takes another configuration of the same name.
    pub(super) fn replace(&self, configuration: &Value) {
        self.plane.ok("apply -f -", configuration.to_string());
    }
}

impl Drop for Applied<'_> {
    fn drop(&mut self) {
        // The next scenario has other namespaces; a panic while another unwinds would abort.
        let args = ["delete", "mutatingwebhookconfiguration", &self.name, "--ignore-not-found"];
        self.plane.kubectl(args, "");
    }
}

/// What came of an attempt to create a pod.
pub(crate) enum Tried {
    /// It would be stored like this.
    Stored(Value),
    /// It was refused.
    Refused,
}

impl Tried {
    /// Whether it has the sidecar of `cortexflow`.
    pub(super) fn is_injected(&self) -> bool {
        matches!(self, Self::Stored(pod) if super::is_injected(pod))
    }
}

/// Tries to create a plain pod, without storing it.
pub(super) fn attempt(plane: &ControlPlane, namespace: &str) -> Tried {
    let args = ["create", "--dry-run=server", "-o", "json", "-n", namespace, "-f", "-"];
    let ran = plane.kubectl(args, super::pod("attempt").to_string());
    if ran.success { Tried::Stored(serde_json::from_str(&ran.stdout).unwrap()) } else { Tried::Refused }
}

//! The objects of policies in the API server: put there, bound to the namespaces of one scenario, and gone with it.

use serde_json::{Value, json};

use super::subject::Subject;
use crate::cluster::webhook::documents;
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// The label of namespaces that says whose turn it is there.
pub(super) const WAY: &str = "injector.test/way";

/// The name of a pod that every policy of a test answers, so that one can wait for them.
pub(super) const ASKS: &str = "asks-for-policies";
/// What they answer.
pub(super) const ASKED: &str = "it is there";

/// Objects that are in the API server; dropping them removes them.
pub(super) struct Policies<'a> {
    plane: &'a ControlPlane,
    list: String,
}

impl<'a> Policies<'a> {
    /// Puts them there as they are.
    pub(super) fn applied(plane: &'a ControlPlane, objects: &[Value]) -> Self {
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
        plane.ok("apply -f -", &list);
        Self { plane, list }
    }

    /// The same, for the namespaces in which it is this one's turn.
    pub(super) fn bound(plane: &'a ControlPlane, objects: &[Value], way: &str) -> Self {
        if objects.iter().any(|object| object["kind"] == "ConfigMap") {
            keep_config_maps_known(plane);
        }
        let bound: Vec<Value> = objects.iter().cloned().map(|object| bound(object, way)).collect();
        Self::applied(plane, &bound)
    }
}

impl Drop for Policies<'_> {
    fn drop(&mut self) {
        // A panic while another unwinds would abort.
        self.plane.kubectl(["delete", "--ignore-not-found", "-f", "-"], &self.list);
    }
}

/// Puts policies there that ask for a ConfigMap and never answer, and leaves them: an API server that has lost the last binding
/// with a ConfigMap finds no ConfigMap any more, <https://github.com/kubernetes/kubernetes/issues/130887>.
fn keep_config_maps_known(plane: &ControlPlane) {
    let object = |kind: &str, spec: Value| {
        let version = "admissionregistration.k8s.io/v1";
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": "keeps-config-maps-known"}, "spec": spec})
    };
    let nowhere = json!({
        "namespaceSelector": {"matchLabels": {WAY: "never"}},
        "resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
    });
    let kind = json!({"apiVersion": "v1", "kind": "ConfigMap"});
    let reference = json!({"name": "none", "namespace": "default", "parameterNotFoundAction": "Allow"});
    let binding = json!({"policyName": "keeps-config-maps-known", "paramRef": reference});
    let mutation = json!({"patchType": "JSONPatch", "jsonPatch": {"expression": "['x'].filter(x, false).map(x, JSONPatch{op: 'remove', path: x})"}});
    let list = [
        object(
            "MutatingAdmissionPolicy",
            json!({"paramKind": kind, "matchConstraints": nowhere, "mutations": [mutation],
            "reinvocationPolicy": "Never", "failurePolicy": "Ignore"}),
        ),
        object("MutatingAdmissionPolicyBinding", binding.clone()),
        object(
            "ValidatingAdmissionPolicy",
            json!({"paramKind": kind, "matchConstraints": nowhere,
            "validations": [{"expression": "true"}], "failurePolicy": "Ignore"}),
        ),
        object("ValidatingAdmissionPolicyBinding", {
            let mut binding = binding;
            binding["validationActions"] = json!(["Deny"]);
            binding
        }),
    ];
    plane.ok("apply -f -", json!({"apiVersion": "v1", "kind": "List", "items": list}).to_string());
}

fn bound(mut object: Value, way: &str) -> Value {
    if object["kind"].as_str().is_some_and(|kind| kind.ends_with("PolicyBinding")) {
        object["spec"]["matchResources"]["namespaceSelector"]["matchLabels"][WAY] = json!(way);
    }
    if object["kind"] == "ValidatingAdmissionPolicy" {
        let expression = format!("object.metadata.?name.orValue('') != '{ASKS}'");
        let answer = json!({"expression": expression, "message": ASKED});
        // The API server reports the first that does not hold.
        object["spec"]["validations"].as_array_mut().unwrap().insert(0, answer);
    }
    object
}

/// Whether an object binds the policy that warns.
pub(super) fn is_warnings_binding(object: &Value) -> bool {
    object["kind"] == "ValidatingAdmissionPolicyBinding" && object["spec"]["validationActions"] == json!(["Warn"])
}

/// The objects of a profile's policies, or why it has none.
pub(super) fn policies_of(subject: &Subject, flags: &[&str]) -> Result<Vec<Value>, String> {
    printed(&[&subject.command(&["--as", "policy"]), flags].concat())
}

/// What `install FLAGS…` prints, or why it prints nothing.
pub(super) fn printed(flags: &[&str]) -> Result<Vec<Value>, String> {
    let ran = injector(["install"].iter().chain(flags).copied()).exits_any();
    if ran.stdout.is_empty() { Err(ran.stderr) } else { Ok(documents(&ran.stdout)) }
}

/// The objects of this kind.
pub(super) fn of_kind<'o>(objects: &'o [Value], kind: &str) -> Vec<&'o Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

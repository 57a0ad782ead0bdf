//! Pull secrets, with the admission plugin that gives a pod those of its ServiceAccount.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::control_plane::ControlPlane;
use crate::support::{Lack, injector, skipped};

fn profile(secrets: &Value) -> String {
    let container = json!({"name": "own", "image": "own:1"});
    json!({
        "apiVersion": "sidecar-injector/v1",
        "kind": "Profile",
        "metadata": {"name": "own"},
        "spec": {"policy": "OptOut", "containers": [container], "imagePullSecrets": secrets},
    })
    .to_string()
}

#[test]
fn a_profiles_pull_secrets_hide_those_of_a_service_account_exactly_where_the_report_says_so() {
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        return skipped("pull_secrets", &Lack::ControlPlane);
    };
    let plane = ControlPlane::start_with_service_accounts(Path::new(&assets));
    plane.namespace("pulls", &[]);
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "puller"},
        "imagePullSecrets": [{"name": "of-account"}]});
    plane.ok("create -n pulls -f -", account.to_string());
    for (index, (of_pod, of_profile, stored, is_hidden)) in [
        (json!([]), json!([]), json!([{"name": "of-account"}]), false),
        (json!([]), json!([{"name": "of-profile"}]), json!([{"name": "of-profile"}]), true),
        (
            json!([{"name": "of-account"}]),
            json!([{"name": "of-profile"}]),
            json!([{"name": "of-account"}, {"name": "of-profile"}]),
            false,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("pod-{index}")}, "spec": {
            "serviceAccountName": "puller", "imagePullSecrets": of_pod, "containers": [{"name": "app", "image": "app:1"}]}});
        let run = injector(["inject", "-p", "own.json", "--report=json"]).file("own.json", profile(&of_profile));
        let ran = run.stdin(pod.to_string()).succeeds();
        let warned = ran.stderr.contains("\"hides-pull-secrets\"");
        assert_eq!(warned, is_hidden, "{index}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("ServiceAccount `puller`"), is_hidden, "{index}: {}", ran.stderr);
        let pod: Value = serde_json::from_str(&plane.ok("create -n pulls -o json -f -", ran.bytes)).unwrap();
        assert_eq!(pod["spec"]["containers"][1]["name"], "own", "{index}");
        assert_eq!(pod["spec"]["imagePullSecrets"], stored, "{index}");
    }
}

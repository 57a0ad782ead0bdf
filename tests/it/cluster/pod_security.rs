//! Pod Security: the API server names what was injected in a refusal exactly where the report says so.

use serde_json::{Value, json};

use super::api::Api;
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// A profile of a user's: what it adds is the list that is given, with one value set at a JSON Pointer of the profile.
fn profile(pointer: &str, value: &Value) -> String {
    let mut profile = json!({
        "apiVersion": "sidecar-injector/v1",
        "kind": "Profile",
        "metadata": {"name": "own"},
        "spec": {
            "policy": "OptOut",
            "containers": [{"name": "own", "image": "own:1", "securityContext": {
                "allowPrivilegeEscalation": false,
                "runAsNonRoot": true,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            }}],
            "volumes": [{"name": "own", "emptyDir": {}}],
        },
    });
    super::set(&mut profile, pointer, value.clone());
    profile.to_string()
}

/// Pods before injection, from one that needs no level at all to one that every level takes.
fn pods() -> [(&'static str, Value); 4] {
    let pod = |name: &str, spec: Value| {
        let metadata = json!({"name": name, "labels": {"sidecar.me/inject": "true"}});
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    };
    let hardened = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
    let context = json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
    let app = |context: Value| json!([{"name": "app", "image": "app:1", "securityContext": context}]);
    [
        ("plain", pod("plain", json!({"containers": app(json!({}))}))),
        ("privileged", pod("privileged", json!({"containers": app(json!({"privileged": true}))}))),
        ("restricted", pod("restricted", json!({"containers": app(hardened.clone()), "securityContext": context}))),
        ("users", pod("users", json!({"containers": app(hardened), "securityContext": context, "hostUsers": false}))),
    ]
}

/// Profiles of a user's, each with what is unusual in it.
fn own() -> Vec<(String, String)> {
    let container = |field: &str| format!("/spec/containers/0{field}");
    [
        (String::new(), Value::Null),
        ("/spec/volumes/0".to_owned(), json!({"name": "own", "hostPath": {"path": "/var/log"}})),
        ("/spec/volumes/0".to_owned(), json!({"name": "own", "nfs": {"server": "s", "path": "/"}})),
        (container("/ports"), json!([{"containerPort": 80, "hostPort": 80}])),
        (container("/securityContext/capabilities/add"), json!(["SYS_ADMIN"])),
        (container("/securityContext/capabilities/add"), json!(["NET_BIND_SERVICE"])),
        (container("/securityContext/capabilities/add"), json!(["CHOWN"])),
        (container("/securityContext/capabilities/drop"), json!(["NET_RAW"])),
        (container("/securityContext/runAsUser"), json!(0)),
        (container("/securityContext/runAsNonRoot"), json!(false)),
        (container("/securityContext/allowPrivilegeEscalation"), json!(true)),
        (container("/securityContext/seccompProfile/type"), json!("Unconfined")),
        (container("/securityContext/seLinuxOptions"), json!({"type": "spc_t"})),
        (container("/securityContext/appArmorProfile"), json!({"type": "Unconfined"})),
        (container("/livenessProbe"), json!({"httpGet": {"port": 80, "host": "10.0.0.1"}})),
        (container("/securityContext"), json!({})),
    ]
    .into_iter()
    .map(|(pointer, value)| (format!("{pointer} = {value}"), profile(&pointer, &value)))
    .collect()
}

pub(super) fn the_api_server_names_what_was_injected_where_the_report_does(plane: &ControlPlane) {
    let own = own();
    let mut api = Api::new(plane);
    let levels = [
        ("privileged", ""),
        ("baseline", ""),
        ("restricted", ""),
        ("baseline", "pod-security.kubernetes.io/enforce-version=v1.28"),
        ("restricted", "pod-security.kubernetes.io/enforce-version=v1.24"),
    ];
    let (mut wrong, mut refusals) = (Vec::new(), [0, 0]);
    for (index, (level, version)) in levels.into_iter().enumerate() {
        let namespace = format!("security-{index}");
        let enforce = format!("pod-security.kubernetes.io/enforce={level}");
        plane.namespace(&namespace, &["sidecar-inject=enabled", &enforce, version]);
        let facts = plane.ok(&format!("get ns {namespace} -o yaml"), "");
        for (name, pod) in pods() {
            let taken_before = refusal(&mut api, &namespace, &pod).is_none();
            let built_in = ["cortexflow", "nginx", "curl"].map(|profile| (profile, None));
            let own = own.iter().map(|(title, text)| (title.as_str(), Some(text)));
            for (title, file) in built_in.into_iter().chain(own) {
                let profile = if file.is_some() { "own.json" } else { title };
                let args =
                    ["inject", "-p", profile, "-n", &namespace, "--namespace-file", "ns.yaml", "--report", "json"];
                let run = injector(args).file("ns.yaml", &facts).file("own.json", file.map_or("", String::as_str));
                let ran = run.stdin(pod.to_string()).succeeds();
                assert!(ran.stderr.contains("injected"), "{title}: {}", ran.stderr);
                let told = ran.stderr.contains("(enforce), which refuses the injected pod");
                let injected = serde_json::from_slice(&ran.bytes).unwrap();
                let refusal = refusal(&mut api, &namespace, &injected).unwrap_or_default();
                let named = NAMES.iter().any(|name| refusal.contains(&format!("\"{name}\"")));
                assert!(named || !taken_before || refusal.is_empty(), "{refusal}");
                refusals[usize::from(taken_before)] += usize::from(named);
                if told != named {
                    wrong.push(format!("{level} {version}, pod {name}, {title}: told {told}, refused {refusal}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(refusals.iter().all(|count| *count > 50), "{refusals:?} refusals show little");
}

/// The names of what the profiles add.
const NAMES: [&str; 5] = ["init-iptables", "proxy-sidecar", "nginx-sidecar", "curl", "own"];

/// Why the API server does not take this pod, all admission included. It may be refused by Pod Security alone.
fn refusal(api: &mut Api<'_>, namespace: &str, pod: &Value) -> Option<String> {
    let answer = api.would_create(namespace, pod);
    let message = answer.body["message"].as_str().unwrap_or_default();
    let refused = message.contains("violates PodSecurity");
    assert_eq!(answer.status, if refused { 403 } else { 201 }, "{message}\n{pod}");
    refused.then(|| message.to_owned())
}

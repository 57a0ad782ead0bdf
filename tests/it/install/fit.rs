//! How the webhook's pods fit a cluster that is not like most: its network, its nodes, its registry, its users.

use serde_json::{Value, json};

use super::{find, kinds, printed};
use crate::support::injector;

/// The documents of `install` with these flags.
fn with(flags: &str) -> Vec<Value> {
    printed(&format!("install --cert-manager -p nginx {flags}"))
}

fn pod(documents: &[Value]) -> &Value {
    &find(documents, "Deployment")["spec"]["template"]["spec"]
}

fn arguments(pod: &Value) -> &Vec<Value> {
    pod["containers"][0]["args"].as_array().unwrap()
}

#[test]
fn the_pods_listen_where_ipv6_comes_in_too() {
    let documents = with("");
    let arguments = arguments(pod(&documents));
    assert!(arguments.contains(&json!("--listen=[::]:9443")), "{arguments:?}");
    assert!(arguments.contains(&json!("--probe-listen=[::]:9444")), "{arguments:?}");
}

#[test]
fn a_port_is_changed_everywhere() {
    let documents = with("--listen-port 10250 --probe-port 8081 --service-monitor");
    let pod = pod(&documents);
    assert!(arguments(pod).contains(&json!("--listen=[::]:10250")));
    assert!(arguments(pod).contains(&json!("--probe-listen=[::]:8081")));
    let ports: Vec<_> =
        pod["containers"][0]["ports"].as_array().unwrap().iter().map(|p| p["containerPort"].clone()).collect();
    assert_eq!(ports, [10250, 8081]);
    let open = &find(&documents, "NetworkPolicy")["spec"]["ingress"];
    assert_eq!(open, &json!([{"ports": [{"protocol": "TCP", "port": 10250}, {"protocol": "TCP", "port": 8081}]}]));
    assert_eq!(find(&documents, "Service")["spec"]["ports"][1]["port"], 8081);
    // The API server still asks port 443 of the Service.
    assert_eq!(find(&documents, "Service")["spec"]["ports"][0]["port"], 443);
}

#[test]
fn ports_that_cannot_work_are_refused() {
    for (flags, message) in [
        (
            "--listen-port 9444",
            "error: --listen-port: 9444 is the port for probes too\n  hint: give `--probe-port` another one\n",
        ),
        (
            "--listen-port 10250 --host-network",
            "error: --listen-port: with `--host-network`, 10250 is the port of kubelet on each node\n",
        ),
    ] {
        let ran = injector(format!("install --cert-manager {flags}").split_whitespace()).fails();
        assert_eq!((ran.stderr.as_str(), ran.stdout.as_str()), (message, ""), "{flags}");
    }
    injector("install --cert-manager --listen-port 443".split_whitespace()).fails();
}

#[test]
fn pods_in_the_network_of_the_node_get_what_that_takes() {
    let documents = with("--host-network");
    let pod = pod(&documents);
    assert_eq!((&pod["hostNetwork"], &pod["dnsPolicy"]), (&json!(true), &json!("ClusterFirstWithHostNet")));
    assert_eq!(pod.get("tolerations"), None);
    // A second pod finds the ports taken on a node, and a namespace under `restricted` would refuse the pods.
    let update = &find(&documents, "Deployment")["spec"]["strategy"]["rollingUpdate"];
    assert_eq!(update, &json!({"maxUnavailable": 1, "maxSurge": 0}));
    let level = &find(&documents, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"];
    assert_eq!(level, "privileged");
    assert!(!kinds(&documents).contains(&"NetworkPolicy"), "it has no effect there");
}

#[test]
fn nodes_and_registry_are_chosen() {
    let documents = with(
        "--image-pull-secret a --image-pull-secret b --node-selector pool=infra \
         --toleration dedicated=infra:NoSchedule --toleration spot",
    );
    let pod = pod(&documents);
    assert_eq!(pod["imagePullSecrets"], json!([{"name": "a"}, {"name": "b"}]));
    assert_eq!(pod["nodeSelector"], json!({"kubernetes.io/os": "linux", "pool": "infra"}));
    let tolerations = json!([
        {"key": "dedicated", "operator": "Equal", "value": "infra", "effect": "NoSchedule"},
        {"key": "spot", "operator": "Exists"},
    ]);
    assert_eq!(pod["tolerations"], tolerations);
}

#[test]
fn openshift_chooses_the_user() {
    let documents = with("--openshift");
    let pod = pod(&documents);
    assert_eq!(pod["securityContext"], json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}));
    let text = pod.to_string();
    for field in ["runAsUser", "runAsGroup", "fsGroup", "seLinuxOptions"] {
        assert!(!text.contains(field), "{field}");
    }
}

#[test]
fn pods_reach_out_only_to_watch() {
    for (flags, directions) in [("", json!(["Ingress", "Egress"])), ("--watch-namespaces", json!(["Ingress"]))] {
        let documents = with(flags);
        let spec = &find(&documents, "NetworkPolicy")["spec"];
        assert_eq!((&spec["policyTypes"], spec.get("egress")), (&directions, None), "{flags}");
    }
}

#[test]
fn the_prometheus_operator_gets_what_is_asked_for_alone() {
    let plain = with("");
    assert!(!kinds(&plain).iter().any(|kind| ["ServiceMonitor", "PrometheusRule"].contains(kind)));
    assert_eq!(find(&plain, "Service")["spec"]["ports"].as_array().unwrap().len(), 1);
    let documents = with("--service-monitor");
    let endpoint = &find(&documents, "ServiceMonitor")["spec"]["endpoints"][0];
    assert_eq!(endpoint["port"], find(&documents, "Service")["spec"]["ports"][1]["name"]);
    assert!(!kinds(&documents).contains(&"PrometheusRule"));
    let ours = find(&documents, "ServiceMonitor")["spec"]["selector"]["matchLabels"].as_object().unwrap();
    let labels = &find(&documents, "Service")["metadata"]["labels"];
    assert!(ours.iter().all(|(key, value)| &labels[key] == value), "it finds the Service");
}

/// The second cells of the table of alerts are the expressions; in a table, `|` is escaped.
#[test]
fn the_alerts_are_those_of_the_documentation() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md")).unwrap();
    let (_, table) = page.split_once("| alert | PromQL |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let expected: Vec<String> = rows.map(|row| row.split('`').nth(1).unwrap().replace("\\|", "|")).collect();
    let documents = with("--prometheus-rule");
    let rules = find(&documents, "PrometheusRule")["spec"]["groups"][0]["rules"].as_array().unwrap();
    let printed: Vec<&str> = rules.iter().map(|rule| rule["expr"].as_str().unwrap()).collect();
    assert_eq!(printed, expected);
    let other = with("--prometheus-rule --name hook -n infra");
    assert!(other.iter().any(|document| document.to_string().contains("[.]hook[.]infra[.]svc")));
}

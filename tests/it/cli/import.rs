//! `profile import`: what it prints for each format, as files to read; and that what it prints can be injected.
//!
//! `INJECTOR_UPDATE=1` writes the profiles again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::injector;

/// A Deployment that asks for all of the fixtures' sidecars, in a namespace that they select.
const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {stage: live}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web, main: web, logs: agent, mesh: \"yes\"}
      annotations:
        injector.tumblr.com/request: \"REQUEST\"
        sidecar-injector.expedia.com/inject: other, haystack,lonely
        sidecar-injector-webhook.morven.me/inject: \"Yes\"
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          env: [{name: REGION, value: eu-1}, {name: ZONE, value: b}, {name: DATACENTER, value: own}]
          volumeMounts: [{name: data, mountPath: /data, readOnly: true}, {name: data, mountPath: /spool}]
      volumes: [{name: data, emptyDir: {}}]
";

/// A fixture, what a pod asks tumblr's injector for, and the set-up and containers of the injected pod.
const CASES: [(&str, &str, &[&str], &[&str]); 7] = [
    ("tumblr", "shop-logs:1.2", &["prepare"], &["web", "shipper", "rotate"]),
    ("tumblr-config-map", "Region", &[], &["web", "region"]),
    ("expedia", "-", &["haystack-setup"], &["web", "haystack-agent", "second"]),
    ("expedia-list", "-", &[], &["web", "lonely"]),
    ("morvencao", "-", &[], &["web", "sidecar-nginx"]),
    ("kruise", "-", &["a-first", "z-last"], &["first", "web", "log-agent"]),
    // It is paused.
    ("kruise-v1beta1", "-", &[], &["web"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/import")
}

fn fixture(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap()
}

fn imported(name: &str) -> String {
    injector(["profile", "import", "in.yaml"]).file("in.yaml", fixture(name)).succeeds().stdout
}

/// The Deployment, injected with a profile.
fn injected(profile: &str, request: &str) -> Value {
    let ran = injector(["inject", "-p", "./profile.yaml", "-o", "json", "shop.yaml"])
        .file("profile.yaml", profile)
        .file("shop.yaml", SHOP.replace("REQUEST", request))
        .succeeds();
    let documents = serde_json::Deserializer::from_str(&ran.stdout).into_iter::<Value>().map(Result::unwrap);
    let mut objects = documents.flat_map(|one| one["items"].as_array().cloned().unwrap_or_else(|| vec![one]));
    objects.find(|one| one["kind"] == "Deployment").unwrap()["spec"]["template"].clone()
}

fn names(containers: &Value) -> Vec<&str> {
    containers.as_array().into_iter().flatten().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn each_fixture_becomes_the_profile_that_is_kept() {
    for (name, ..) in CASES {
        let (file, now) = (folder().join(format!("profiles/{name}.yaml")), imported(name));
        if std::env::var_os("INJECTOR_UPDATE").is_some() {
            fs::write(&file, &now).unwrap();
        }
        assert_eq!(fs::read_to_string(&file).unwrap_or_default(), now, "{name}");
    }
}

#[test]
fn a_profile_that_was_imported_passes_lint_and_adds_what_the_other_injector_adds() {
    for (name, request, set_up, containers) in CASES {
        let profile = imported(name);
        injector(["profile", "lint", "--fail-on", "error", "-"]).stdin(profile.as_str()).succeeds();
        let pod = injected(&profile, request);
        assert_eq!(names(&pod["spec"]["initContainers"]), set_up, "{name}");
        assert_eq!(names(&pod["spec"]["containers"]), containers, "{name}");
    }
}

#[test]
fn what_was_injected_with_an_imported_profile_is_current_and_comes_out_again() {
    for (name, request, ..) in CASES {
        let shop = SHOP.replace("REQUEST", request);
        let run = |arguments: &[&str], text: &str| {
            injector(arguments).file("profile.yaml", imported(name)).file("in.yaml", text).succeeds().stdout
        };
        let inject = ["inject", "-p", "./profile.yaml", "in.yaml"];
        let once = run(&inject, &shop);
        assert_eq!(run(&inject, &once), once, "{name}");
        assert_eq!(run(&["uninject", "in.yaml"], &once), shop, "{name}");
    }
}

#[test]
fn a_pod_that_asks_for_something_else_is_left_alone() {
    for (name, request) in [("tumblr", "shop-logs"), ("tumblr", "other"), ("tumblr-config-map", "region:2")] {
        assert_eq!(names(&injected(&imported(name), request)["spec"]["containers"]), ["web"], "{name}: {request}");
    }
}

#[test]
fn tumblrs_variables_and_mounts_go_to_every_container_that_lacks_them() {
    let pod = injected(&imported("tumblr"), "shop-logs:1.2");
    let spec = &pod["spec"];
    let value = |container: &Value, name: &str| {
        let env = container["env"].as_array().unwrap();
        env.iter().find(|one| one["name"] == name).unwrap()["value"].as_str().unwrap().to_owned()
    };
    let [web, shipper, prepare] = [&spec["containers"][0], &spec["containers"][1], &spec["initContainers"][0]];
    assert_eq!(
        [value(web, "DATACENTER"), value(shipper, "DATACENTER"), value(prepare, "DATACENTER")],
        ["own", "of-the-sidecar", "dc01"]
    );
    for container in [web, shipper, prepare] {
        assert_eq!(value(container, "LOG_TEMPLATE"), "{{ .Time }}");
        assert!(container["volumeMounts"].as_array().unwrap().iter().any(|mount| mount["mountPath"] == "/logs"));
    }
    assert_eq!(shipper["command"][1], "--format={{ .Level }} {{ .Message }}");
    assert_eq!(spec["serviceAccountName"], "shipper");
    assert_eq!(spec["hostAliases"][0]["ip"], "192.0.2.7");
    assert_eq!(pod["metadata"]["annotations"]["injector.tumblr.com/status"], "injected");
}

#[test]
fn kruises_sidecar_shares_mounts_and_variables() {
    let pod = injected(&imported("kruise"), "-");
    let agent = &pod["spec"]["containers"][2];
    let env: Vec<_> =
        agent["env"].as_array().unwrap().iter().map(|one| format!("{}={}", one["name"], one["value"])).collect();
    assert_eq!(env, ["\"OWN\"=\"1\"", "\"REGION\"=\"eu-1\"", "\"ZONE\"=\"b\""]);
    let mounts: Value = serde_json::json!([
        {"name": "spool", "mountPath": "/spool"},
        {"name": "data", "mountPath": "/data", "readOnly": true},
    ]);
    assert_eq!(agent["volumeMounts"], mounts);
    let volumes: Vec<_> =
        pod["spec"]["volumes"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(volumes, ["data", "spool", "disk"]);
    assert_eq!(pod["metadata"]["annotations"]["example.com/state"], "injected");
}

#[test]
fn it_reads_standard_input_and_says_where_a_mistake_is() {
    let ran = injector(["profile", "import", "-"]).stdin(fixture("morvencao")).succeeds();
    assert_eq!(ran.stdout, imported("morvencao"));
    let wrong = fixture("expedia").replace("name: haystack-agent\n          image", "name: Haystack\n          image");
    let ran = injector(["profile", "import", "wrong.yaml"]).file("wrong.yaml", wrong).fails();
    assert_eq!(
        ran.stderr,
        "error: wrong.yaml:15:17: `Haystack` is not a DNS label: lower case letters, digits and `-`, at most 63\n"
    );
    let ran = injector(["profile", "import", "pod.yaml"]).file("pod.yaml", "# a\napiVersion: v1\nkind: Pod\n").fails();
    assert_eq!(
        ran.stderr,
        "error: pod.yaml:2:1: this is in no format that can be imported\n  hint: the formats are tumblr's and Expedia's configuration, \
         morvencao's ConfigMap, and OpenKruise's SidecarSet\n"
    );
}

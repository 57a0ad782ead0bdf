//! Keys that look like a profile's own.

use serde_json::json;

use super::*;
use crate::profile::load;

fn profile(spec: serde_json::Value) -> Profile {
    let mut document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"},
        "spec": {"policy": "OptOut", "labels": {"mesh.example/injected": "yes"}}});
    document["spec"].as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    load::load(&document).unwrap()
}

/// A switch and parameters with a domain of their own, one with a domain of many purposes, and a selector.
fn keys() -> RunKeys {
    let parameter = |name: &str, key: &str| json!({"name": name, "type": "string", "default": "", "annotation": key});
    let profile = profile(json!({
        "podSwitch": {"annotation": "proxy-injection", "inject": ["on"], "skip": ["off"]},
        "namespaceSwitch": {"annotation": "proxy-injection", "label": "mesh.example/proxy", "inject": ["on"], "skip": ["off"]},
        "objectSelector": {"matchLabels": {"app.kubernetes.io/component": "web"}},
        "parameters": [
            parameter("a", "mesh.example/exclude-inbound-ports"), parameter("b", "mesh.example/tcp-port"),
            parameter("c", "prometheus.io/port"),
        ],
    }));
    RunKeys::new(&[profile], Arc::default())
}

/// What is said of a key: `=` for the same key elsewhere, `?` for one that was meant, `!` for none, nothing for no finding.
fn said(holder: KeyHolder, list: KeyList, key: &str) -> String {
    match keys().judge(holder, list, key, |_| false) {
        None => String::new(),
        Some(KeyFinding::Elsewhere(known)) => format!("={:?} {:?}", known.own.holder, known.own.list),
        Some(KeyFinding::Unread(Some(known))) => format!("?{}", known.own.key),
        Some(KeyFinding::Unread(None)) => "!".to_owned(),
    }
}

#[test]
fn a_misspelt_key_is_known_by_the_one_that_was_meant() {
    for (key, expected) in [
        ("proxy-injection", ""),
        ("proxy-injecton", "?proxy-injection"),
        ("proxy-inejcton", "?proxy-injection"),
        ("proxxy-injections", "?proxy-injection"),
        ("Proxy-Injection", "?proxy-injection"),
        ("proxy_injection", "?proxy-injection"),
        ("proxyInjection", "?proxy-injection"),
        ("proxy-injection.web", "?proxy-injection"),
        ("proxy-injection/web", "?proxy-injection"),
        ("proxy-rejection-x", ""),
        ("mesh.example/exclude-inbound-port", "?mesh.example/exclude-inbound-ports"),
        ("mesh.example/exclude-ports", "?mesh.example/exclude-inbound-ports"),
        ("mesh.exmaple/tcp-port", "?mesh.example/tcp-port"),
        ("mesh.example/tcp_port", "?mesh.example/tcp-port"),
        ("mesh.example/tcpPort", "?mesh.example/tcp-port"),
        ("mesh.example/tcp-port.web", "?mesh.example/tcp-port"),
        ("mesh.example/colour", "!"),
        ("MESH.example/colour", "!"),
        ("mesh.example.org/colour", ""),
        ("sub.mesh.example/colour", ""),
        ("app", ""),
        ("app.kubernetes.io/name", ""),
        ("app.kubernetes.io/componnent", "?app.kubernetes.io/component"),
    ] {
        assert_eq!(said(KeyHolder::PodTemplate, KeyList::Annotations, key), expected, "{key}");
    }
}

#[test]
fn a_key_in_the_wrong_map_or_of_the_wrong_object_is_read_elsewhere() {
    let (pod, namespace) = (KeyHolder::PodTemplate, KeyHolder::Namespace);
    for (holder, list, key, expected) in [
        (pod, KeyList::Labels, "proxy-injection", "=PodTemplate Annotations"),
        (pod, KeyList::Labels, "mesh.example/tcp-port", "=PodTemplate Annotations"),
        (pod, KeyList::Labels, "mesh.example/proxy", "=Namespace Labels"),
        (pod, KeyList::Annotations, "app.kubernetes.io/component", "=PodTemplate Labels"),
        (namespace, KeyList::Annotations, "proxy-injection", ""),
        (namespace, KeyList::Annotations, "proxy-injektion", "?proxy-injection"),
        (namespace, KeyList::Annotations, "mesh.example/tcp-port", "=PodTemplate Annotations"),
        (namespace, KeyList::Annotations, "mesh.example/proxy", "=Namespace Labels"),
        // A selector's label has other uses, so a namespace may have it too.
        (namespace, KeyList::Labels, "app.kubernetes.io/component", ""),
        (namespace, KeyList::Labels, "app.kubernetes.io/components", ""),
    ] {
        assert_eq!(said(holder, list, key), expected, "{holder:?} {list:?} {key}");
    }
}

#[test]
fn a_part_of_a_name_means_the_keys_that_have_it() {
    let both = ["mesh.example/exclude-inbound-ports", "mesh.example/tcp-port"];
    assert_eq!(keys().of_domain("mesh.example/port"), both);
    assert_eq!(keys().of_domain("Mesh.example/inbound"), both[..1]);
    assert_eq!(keys().of_domain("mesh.example/colour"), ["mesh.example/proxy", both[0], both[1]]);
}

#[test]
fn the_keys_of_others_are_left_alone() {
    let said = |key| said(KeyHolder::PodTemplate, KeyList::Annotations, key);
    // Prometheus has keys of its own, and one of them is two letters from the parameter's.
    assert_eq!(["prometheus.io/path", "prometheus.io/scrape", "prometheus.io/port"].map(said), ["", "", ""]);
    // What the profile adds, the record, and the keys of a built-in profile that was not given.
    let own = profile(json!({"podSwitch": {"annotation": "sidecar-injector/x", "inject": ["on"], "skip": ["off"]}}));
    let keys = RunKeys::new(std::slice::from_ref(&own), Arc::default());
    for (list, key, is_silent) in [
        (KeyList::Annotations, "sidecar-injector/status", true),
        (KeyList::Annotations, "sidecar-injector/udp-port", true),
        (KeyList::Labels, "sidecar-injector/udp-port", false),
        (KeyList::Annotations, "sidecar-injector/upd-port", false),
        (KeyList::Labels, "mesh.example/injected", true),
    ] {
        assert_eq!(keys.judge(KeyHolder::PodTemplate, list, key, |_| false).is_none(), is_silent, "{list:?} {key}");
    }
    let other = profile(json!({"podSwitch": {"annotation": "mesh.example/udp", "inject": ["on"], "skip": ["off"]}}));
    let keys = RunKeys::new(
        &[profile(json!({"podSwitch": {"annotation": "mesh.example/x", "inject": ["on"], "skip": ["off"]}}))],
        Arc::new(other.keys()),
    );
    let judged = |key| keys.judge(KeyHolder::PodTemplate, KeyList::Annotations, key, |_| false).is_none();
    assert_eq!(["mesh.example/udp", "mesh.example/udq"].map(judged), [true, false]);
}

#[test]
fn a_key_that_is_also_where_it_is_read_is_left_alone() {
    let is_there = |_: &ProfileKey| true;
    let keys = keys();
    let judged = |list, key| keys.judge(KeyHolder::PodTemplate, list, key, is_there).is_none();
    assert!(judged(KeyList::Labels, "proxy-injection"), "a label beside the annotation");
    assert!(judged(KeyList::Labels, "app.kubernetes.io/components"), "a label beside the selector's");
    assert!(!judged(KeyList::Annotations, "proxy-injecton"), "a misspelt switch counts as nothing");
}

#[test]
fn the_keys_of_a_prefix_are_known() {
    let profile = profile(json!({"parameters": [
        {"name": "a", "type": "map", "of": "string", "annotationPrefix": "mesh.example/secret-", "default": ""},
    ]}));
    let keys = RunKeys::new(&[profile], Arc::default());
    let said = |holder, key: &str| match keys.judge(holder, KeyList::Annotations, key, |_| false) {
        None => String::new(),
        Some(KeyFinding::Elsewhere(known)) => format!("={}", known.own.shown()),
        Some(KeyFinding::Unread(Some(known))) => format!("?{}", known.own.shown()),
        Some(KeyFinding::Unread(None)) => "!".to_owned(),
    };
    assert_eq!(said(KeyHolder::PodTemplate, "mesh.example/secret-db"), "");
    assert_eq!(said(KeyHolder::Namespace, "mesh.example/secret-db"), "=mesh.example/secret-…");
    assert_eq!(said(KeyHolder::PodTemplate, "mesh.example/secret"), "?mesh.example/secret-…");
    assert_eq!(said(KeyHolder::PodTemplate, "mesh.example/colour"), "!");
    assert_eq!(keys.of_domain("mesh.example/colour"), ["mesh.example/secret-…"]);
    assert!(keys.read(KeyHolder::PodTemplate, KeyList::Annotations, "mesh.example/secret-db").is_some());
}

//! What is added to a pod that is like an earlier one is what is added to it alone.

use super::*;
use crate::text::yaml::{parse_json, parse_yaml};

const POD: &str = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: fast}}]
  template:
    metadata:
      labels: {app: web, tier: back}
      annotations: {team: a}
    spec:
      containers:
      - name: web
        image: web:1
        args: [-v]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /, port: http}}
        env: [{name: MODE, value: a}]
        volumeMounts: [{name: data, mountPath: /data}]
";

fn loaded(spec: &Value) -> Profile {
    let document =
        json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "p"}, "spec": spec});
    load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Adds to the pod, and to what the application's container has.
fn everything() -> Profile {
    loaded(&json!({
        "policy": "OptOut",
        "labels": [{"key": "of", "value": "{{ workload.name }}"}, {"key": "tier", "value": "back"}],
        "annotations": {"sees": "{{ pod.metadata.?annotations.?team.orValue('') }}", "list": "x"},
        "containers": [{"name": "side", "image": "side:1", "ports": [{"containerPort": 9000}]}],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
        "application": {"env": [{"name": "ADDED", "value": "1"}], "volumeMounts": [{"name": "tmp", "mountPath": "/tmp/side"}]},
    }))
}

/// Adds to the pod alone: the application's container stays as it is.
fn beside() -> Profile {
    loaded(&json!({
        "policy": "OptOut",
        "labels": [{"key": "of", "value": "{{ workload.name }}"}],
        "annotations": {"sees": "{{ pod.metadata.?annotations.?team.orValue('') }}"},
        "containers": [{"name": "side", "image": "side:1", "ports": [{"containerPort": 9000}]}],
    }))
}

/// What is planned for each of these texts in one run, and whether it was as for an earlier one. Each alone comes to the same.
fn planned(profile: &Profile, texts: &[String]) -> Vec<(Outcome, bool)> {
    with(profile, |request| {
        let of = |text: &String| {
            let tree = if text.starts_with('{') { parse_json(text).unwrap().0 } else { parse_yaml(text).unwrap() };
            let object = tree.view(tree.root().unwrap());
            let identity = workload::identify(object).unwrap();
            let outcome = plan(&identity, object, &facts(), request);
            let renderings = Renderings::default();
            let alone = plan(&identity, object, &facts(), &Request { renderings: &renderings, ..*request });
            assert_eq!(format!("{outcome:?}"), format!("{alone:?}"), "{text}");
            (outcome, request.renderings.additions().were_found())
        };
        texts.iter().map(of).collect()
    })
}

/// Whether something is added to the pod with this change as to the pod without it.
fn is_taken(profile: &Profile, from: &str, to: &str) -> bool {
    assert!(POD.contains(from), "{from}");
    let all = planned(profile, &[POD.to_owned(), POD.replacen(from, to, 1)]);
    assert!(!all[0].1 && !all[0].0.patch.is_empty());
    all[1].1
}

#[test]
fn what_adding_does_not_look_at_may_differ() {
    for (from, to) in [
        ("image: web:1", "image: 'web:2'"),
        ("[-v]", "[17]"),
        ("MODE, value: a", "MODE, value: b"),
        ("storageClassName: fast", "storageClassName: null"),
        ("app: web}", "app: other}"),
        ("team: a", "team: b"),
        ("name: web,", "name: other,"),
    ] {
        assert!(is_taken(&beside(), from, to), "{from} -> {to}");
    }
    assert!(!is_taken(&everything(), "image: web:1", "image: web:2"), "the container is written anew, with its image");
}

#[test]
fn what_adding_looks_at_may_not() {
    for (from, to) in [
        ("- name: web", "- name: side"),
        ("name: MODE", "name: ADDED"),
        ("name: data}, spec", "name: tmp}, spec"),
        ("mountPath: /data", "mountPath: /tmp"),
        ("tier: back", "tier: front"),
        ("tier: back", "of: back"),
        ("team: a", "sees: a"),
        ("containerPort: 8080", "containerPort: 9000"),
        ("port: http}", "port: 9000}"),
        ("[-v]", "[]"),
        ("[-v]", "[-v, -w]"),
        ("StatefulSet", "Deployment"),
        ("  template:\n", "  template: &t\n"),
        ("image: web:1", "image: !!str web:1"),
    ] {
        let is_anchor = to.contains('&');
        assert_eq!(is_taken(&everything(), from, to), is_anchor, "{from} -> {to}");
    }
}

#[test]
fn a_value_that_another_pod_has_already_is_not_put_in() {
    let profile = everything();
    let named = |name: &str, labels: &str| {
        POD.replacen("{name: web,", &format!("{{name: {name},"), 1).replacen("tier: back}", labels, 1)
    };
    let texts = ["a", "b", "c"].map(|name| named(name, "tier: back, of: c}"));
    let found: Vec<bool> = planned(&profile, &texts).into_iter().map(|(_, found)| found).collect();
    assert_eq!(found, [false, false, false], "the pod's own stays, with a warning but for the last");
    let texts = ["a", "b", "a"].map(|name| named(name, "tier: back}"));
    let all = planned(&profile, &texts);
    assert!(all[1].1 && all[2].1);
    let labels: Vec<String> = all.iter().map(|(outcome, _)| format!("{:?}", outcome.patch)).collect();
    assert!(labels[0] != labels[1] && labels[0] == labels[2]);
}

#[test]
fn a_label_is_put_into_labels_that_were_made() {
    let profile = beside();
    let texts = ["a", "b"].map(|name| {
        let text = POD.replacen("{name: web,", &format!("{{name: {name},"), 1);
        text.replace("      labels: {app: web, tier: back}\n", "").replace("      annotations: {team: a}\n", "")
    });
    let all = planned(&profile, &texts);
    assert!(all[1].1);
    let (_, change) = &all[1].0.changed[0];
    assert!(format!("{change:?}").contains("String(\"b\")") && !format!("{change:?}").contains("String(\"a\")"));
}

#[test]
fn a_list_of_names_and_a_text_that_is_put_on_are_added_anew() {
    let list = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
    for annotation in [
        json!({"key": list, "value": "{{ workload.name }}"}),
        json!({"key": "team", "value": "{{ workload.name }}", "policy": "Append", "separator": ","}),
        json!({"key": "team", "value": "{{ workload.name }}", "policy": "Overwrite"}),
    ] {
        let profile = loaded(&json!({"policy": "OptOut", "annotations": [annotation]}));
        assert!(!is_taken(&profile, "{name: web,", "{name: other,"), "{annotation}");
        assert!(is_taken(&profile, "image: web:1", "image: web:2"), "{annotation}");
    }
}

#[test]
fn yaml_and_json_are_not_taken_for_each_other() {
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {"containers": [{"name": "web", "image": "a", "ports": [{"containerPort": 8080}]}]}}"#;
    let yaml = format!("---\n{json}");
    let all = planned(&beside(), &[json.to_owned(), yaml, json.replace("\"a\"", "\"b\"")]);
    assert!(!all[1].1 && all[2].1);
}

//! Which pods an API server asks about, profile by profile.

use injector::internals::install::{self, Part};
use serde_json::{Value, json};

use super::{installation, read, source};

/// A profile with these members in its spec.
pub(super) fn profile(spec: &Value) -> Value {
    let mut document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "p"},
        "spec": {"policy": "OptOut", "containers": [{"name": "side", "image": "side:1"}]}});
    for (name, value) in spec.as_object().unwrap() {
        document["spec"][name] = value.clone();
    }
    document
}

/// The webhook for a profile.
pub(super) fn webhook(document: &Value) -> Value {
    let installation = installation(vec![source(document)]);
    install::manifests(&installation, Part::Webhook)[0].object["webhooks"][0].clone()
}

const SYSTEM: [&str; 4] = ["injector-system", "kube-system", "kube-public", "kube-node-lease"];

#[test]
fn selectors_come_from_the_gates() {
    let own = |values: &[&str]| json!({"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": values});
    let gate = json!({"matchLabels": {"team": "a"}, "matchExpressions": [{"key": "x", "operator": "Exists"}]});
    let gates = [json!({"key": "team", "operator": "In", "values": ["a"]}), json!({"key": "x", "operator": "Exists"})];
    let label = json!({"label": "steer", "inject": ["on"], "skip": ["off", "not a label's value"]});
    let off = json!({"key": "steer", "operator": "NotIn", "values": ["off"]});
    let there = json!({"key": "steer", "operator": "Exists"});
    let pods_opt_in = json!({"annotation": "steer", "inject": ["on"], "skip": ["off"]});
    let both = json!({"annotation": "steer", "label": "steer", "inject": ["on"], "skip": ["off"]});
    for (spec, namespaces, objects) in [
        (json!({}), vec![own(&SYSTEM)], json!({})),
        (json!({"excludedNamespaces": []}), vec![own(&["injector-system"])], json!({})),
        (json!({"excludedNamespaces": ["injector-system", "a"]}), vec![own(&["injector-system", "a"])], json!({})),
        (json!({"namespaceSelector": gate}), vec![own(&SYSTEM), gates[0].clone(), gates[1].clone()], json!({})),
        (json!({"objectSelector": gate}), vec![own(&SYSTEM)], json!({"matchExpressions": gates})),
        (json!({"objectSelector": {}}), vec![own(&SYSTEM)], json!({})),
        // A container that is there already is denied, whatever the labels.
        (json!({"objectSelector": gate, "onIneligible": "Deny"}), vec![own(&SYSTEM)], json!({})),
        (json!({"namespaceSwitch": label}), vec![own(&SYSTEM), off.clone()], json!({})),
        (json!({"namespaceSwitch": label, "onIneligible": "Deny"}), vec![own(&SYSTEM)], json!({})),
        (json!({"namespaceSwitch": label, "podSwitch": pods_opt_in}), vec![own(&SYSTEM)], json!({})),
        (
            json!({"namespaceSwitch": label, "podSwitch": {"label": "steer", "skip": ["off"]}}),
            vec![own(&SYSTEM), off.clone()],
            json!({}),
        ),
        (json!({"namespaceSwitch": both}), vec![own(&SYSTEM)], json!({})),
        (json!({"namespaceSwitch": {"label": "steer", "inject": ["on"]}}), vec![own(&SYSTEM)], json!({})),
        // Under OptIn only a namespace with the label has pods to inject, where no pod opts in itself.
        (json!({"policy": "OptIn", "namespaceSwitch": label}), vec![own(&SYSTEM), off, there], json!({})),
        (json!({"policy": "OptIn", "namespaceSwitch": both}), vec![own(&SYSTEM)], json!({})),
        (json!({"policy": "OptIn", "namespaceSwitch": label, "onIneligible": "Deny"}), vec![own(&SYSTEM)], json!({})),
        (json!({"policy": "OptIn", "namespaceSwitch": label, "podSwitch": pods_opt_in}), vec![own(&SYSTEM)], json!({})),
    ] {
        let webhook = webhook(&profile(&spec));
        assert_eq!(webhook["namespaceSelector"]["matchExpressions"], json!(namespaces), "{spec}");
        assert_eq!(webhook["objectSelector"], objects, "{spec}");
    }
}

#[test]
fn conditions_are_the_rows_that_come_before_all_that_steers() {
    for (spec, expected) in [
        (json!({}), &["not-mirror-pod"][..]),
        (json!({"skip": ["windows", "foreign-sidecar"]}), &["not-mirror-pod", "not-windows"]),
        (json!({"skip": ["host-network", "windows"]}), &["not-mirror-pod", "not-host-network", "not-windows"]),
        (json!({"skip": ["host-network"], "onIneligible": "Deny"}), &[]),
    ] {
        let webhook = webhook(&profile(&spec));
        let none = Vec::new();
        let conditions = webhook.get("matchConditions").map_or(&none, |list| list.as_array().unwrap());
        let names: Vec<_> = conditions.iter().map(|condition| condition["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{spec}");
        assert_eq!(webhook.get("matchConditions").is_some(), !expected.is_empty());
    }
}

#[test]
fn the_webhook_of_a_profile_that_only_pods_opt_in_to_is_asked_about_those_that_do() {
    let label = json!({"label": "steer", "inject": ["on", "yes"], "skip": ["off", "not a label's value"]});
    let there = json!({"key": "steer", "operator": "Exists"});
    let off = json!({"key": "steer", "operator": "NotIn", "values": ["off"]});
    let annotation = json!({"annotation": "a.b/steer", "inject": ["on"], "skip": ["off", "it's \"off\""]});
    let by_annotation = "has(object.metadata.annotations) && 'a.b/steer' in object.metadata.annotations ? \
        !(object.metadata.annotations['a.b/steer'] in [\"off\",\"it's \\\"off\\\"\"]) : (false)";
    let both = json!({"annotation": "steer", "label": "steer", "inject": ["on"]});
    let by_both = "has(object.metadata.annotations) && 'steer' in object.metadata.annotations ? true : \
        (has(object.metadata.labels) && 'steer' in object.metadata.labels ? true : (false))";
    let gate = json!({"matchLabels": {"team": "a"}});
    let team = json!({"key": "team", "operator": "In", "values": ["a"]});
    let opts_out = json!({"label": "steer", "skip": ["off"]});
    let opts_in = json!({"label": "steer", "inject": ["on"]});
    for (spec, labels, condition) in [
        (json!({"podSwitch": label}), vec![there.clone(), off.clone()], None),
        (json!({"podSwitch": label, "objectSelector": gate}), vec![team, there.clone(), off.clone()], None),
        (json!({"podSwitch": opts_in}), vec![there.clone()], None),
        (json!({"podSwitch": annotation}), vec![], Some(by_annotation)),
        (json!({"podSwitch": both}), vec![], Some(by_both)),
        // A namespace that opts out makes no pod ask; one that opts in makes every pod ask.
        (json!({"podSwitch": label, "namespaceSwitch": opts_out}), vec![there, off], None),
        (json!({"podSwitch": label, "namespaceSwitch": opts_in}), vec![], None),
        (json!({"podSwitch": annotation, "namespaceSwitch": opts_in}), vec![], None),
        // A container that is there already is denied, whatever the pod says.
        (json!({"podSwitch": label, "onIneligible": "Deny"}), vec![], None),
        (json!({"podSwitch": annotation, "onIneligible": "Deny"}), vec![], None),
        (json!({"podSwitch": label, "policy": "OptOut"}), vec![], None),
        (json!({"podSwitch": annotation, "policy": "OptOut"}), vec![], None),
    ] {
        let mut document = profile(&json!({"policy": "OptIn"}));
        spec.as_object().unwrap().iter().for_each(|(name, value)| document["spec"][name] = value.clone());
        let webhook = webhook(&document);
        let none = Vec::new();
        assert_eq!(webhook["objectSelector"]["matchExpressions"].as_array().unwrap_or(&none), &labels, "{spec}");
        let conditions = webhook["matchConditions"].as_array().unwrap_or(&none);
        let opted_in = conditions.iter().find(|condition| condition["name"] == "opted-in");
        // A pod that is injected already is asked about, so that it is warned about where it should not be.
        let recorded = "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations";
        let condition = condition.map(|condition| format!("{recorded} || ({condition})"));
        assert_eq!(opted_in.map(|found| found["expression"].as_str().unwrap().to_owned()), condition, "{spec}");
    }
}

#[test]
fn a_webhook_is_asked_about_new_pods_alone() {
    let webhook = webhook(&profile(&json!({})));
    assert_eq!(webhook["name"], "p.injector.injector-system.svc");
    assert_eq!(
        webhook["clientConfig"]["service"],
        json!({"name": "injector", "namespace": "injector-system", "path": "/mutate/p", "port": 443})
    );
    assert_eq!(
        webhook["rules"],
        json!([{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
            "scope": "Namespaced"}])
    );
    for (field, value) in [
        ("sideEffects", json!("None")),
        ("failurePolicy", json!("Ignore")),
        ("timeoutSeconds", json!(5)),
        ("reinvocationPolicy", json!("IfNeeded")),
        ("matchPolicy", json!("Equivalent")),
        ("admissionReviewVersions", json!(["v1", "v1beta1"])),
    ] {
        assert_eq!(webhook[field], value);
    }
}

#[test]
fn namespaces_are_watched_where_no_selector_says_it() {
    let pods_opt_in = json!({"annotation": "steer", "inject": ["on"]});
    for (spec, expected) in [
        (json!({}), false),
        (json!({"namespaceSelector": {"matchLabels": {"a": "b"}}}), false),
        (json!({"podSwitch": pods_opt_in}), false),
        (json!({"namespaceSwitch": {"annotation": "steer", "skip": ["off"]}}), true),
        (json!({"namespaceSwitch": {"label": "steer", "skip": ["off"]}}), false),
        (json!({"namespaceSwitch": {"label": "steer", "skip": ["off"]}, "podSwitch": pods_opt_in}), true),
        (json!({"namespaceSwitch": {"label": "steer", "skip": ["off"]}, "onIneligible": "Deny"}), true),
        (json!({"namespaceSwitch": {"label": "steer", "inject": ["on"]}}), false),
        (json!({"namespaceSwitch": {"label": "steer", "inject": ["on"]}, "policy": "OptIn"}), true),
    ] {
        assert_eq!(install::needs_watch(&read(&profile(&spec))), expected, "{spec}");
    }
}

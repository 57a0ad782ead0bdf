//! Pods that another system or another mesh claims.

use super::*;

fn scene_of(labels: Value, annotations: Value) -> Scene {
    let mut scene = scene();
    for (list, more) in [("labels", labels), ("annotations", annotations)] {
        let values = scene.pod["metadata"][list].as_object_mut().unwrap();
        values.extend(more.as_object().unwrap().clone());
    }
    scene
}

#[test]
fn a_required_node_affinity_for_windows_skips() {
    let term = |operator: &str, values: Value| {
        json!({"matchExpressions": [{"key": "disk", "operator": "Exists"},
            {"key": "kubernetes.io/os", "operator": operator, "values": values}]})
    };
    let windows = || term("In", json!(["windows"]));
    let beta = json!({"matchExpressions": [{"key": "beta.kubernetes.io/os", "operator": "In", "values": ["windows"]}]});
    for (terms, skips) in [
        (json!([windows()]), true),
        (json!([windows(), beta]), true),
        (json!([windows(), {}]), true),
        (json!([term("NotIn", json!(["linux"]))]), true),
        (json!([windows(), term("In", json!(["linux"]))]), false),
        (json!([windows(), {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}]), false),
        (json!([term("In", json!(["linux", "windows"]))]), false),
        (json!([term("NotIn", json!(["windows"]))]), false),
        (json!([term("Exists", json!([]))]), false),
        (json!([{}]), false),
        (json!([]), false),
        (json!("windows"), false),
    ] {
        let mut scene = scene();
        let required = json!({"nodeSelectorTerms": terms});
        scene.pod["spec"]["affinity"] =
            json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}});
        let expected = if skips { Rule::Windows } else { Rule::Default };
        assert_eq!(rule_of(&scene.decide()), Some(expected), "{terms}");
        scene.pod["spec"]["affinity"] = json!({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution":
            [{"weight": 1, "preference": windows()}]}});
        assert_eq!(injected(&scene).0, Rule::Default, "a preference is no requirement");
    }
}

#[test]
fn a_pod_that_asks_for_another_mesh_is_left_to_it() {
    for (list, key, value, mesh) in [
        ("labels", "sidecar.istio.io/inject", "true", "Istio"),
        ("annotations", "sidecar.istio.io/inject", "true", "Istio"),
        ("labels", "sidecar.istio.io/inject", "Yes", "Istio"),
        ("labels", "istio.io/rev", "canary", "Istio"),
        ("annotations", "linkerd.io/inject", "enabled", "Linkerd"),
        ("annotations", "linkerd.io/inject", "ingress", "Linkerd"),
        ("labels", "kuma.io/sidecar-injection", "enabled", "Kuma"),
        ("annotations", "kuma.io/sidecar-injection", "true", "Kuma"),
        ("annotations", "consul.hashicorp.com/connect-inject", "true", "Consul"),
        ("annotations", "consul.hashicorp.com/connect-inject", "1", "Consul"),
    ] {
        let mut scene = scene();
        scene.pod["metadata"][list][key] = json!(value);
        let (rule, reason, at, deniable) = skipped(&scene);
        let word = list.trim_end_matches('s');
        assert_eq!(reason, format!("{word} `{key}: {value}` of the pod template asks for the proxy of {mesh}"));
        assert_eq!((rule, deniable), (Rule::ForeignSidecar, Deniable::No));
        assert_eq!(at, format!("/metadata/{list}/{}", key.replace('/', "~1")));
        scene.profile["spec"]["skip"] = json!([]);
        assert_eq!(injected(&scene).0, Rule::Default);
    }
}

#[test]
fn a_namespace_that_asks_for_another_mesh_counts_where_the_pod_does_not_opt_out() {
    for (list, key, value, opt_out) in [
        ("labels", "istio-injection", "enabled", Some(("annotations", "sidecar.istio.io/inject", "false"))),
        ("labels", "istio.io/rev", "canary", Some(("labels", "sidecar.istio.io/inject", "false"))),
        ("annotations", "linkerd.io/inject", "enabled", Some(("annotations", "linkerd.io/inject", "disabled"))),
        (
            "labels",
            "kuma.io/sidecar-injection",
            "enabled",
            Some(("annotations", "kuma.io/sidecar-injection", "disabled")),
        ),
        ("annotations", "kuma.io/sidecar-injection", "true", Some(("labels", "kuma.io/sidecar-injection", "false"))),
        (
            "annotations",
            "consul.hashicorp.com/connect-inject",
            "true",
            Some(("annotations", "consul.hashicorp.com/connect-inject", "false")),
        ),
        ("labels", "linkerd.io/inject", "enabled", None),
    ] {
        let mut scene = scene();
        scene.namespace(list, key, value);
        let Some((place, own, out)) = opt_out else {
            assert_eq!(injected(&scene).0, Rule::Default, "Linkerd reads annotations only");
            continue;
        };
        let (rule, reason, at, _) = skipped(&scene);
        assert!(reason.contains(key) && reason.contains("namespace `shop`"), "{reason}");
        assert_eq!((rule, at.as_str()), (Rule::ForeignSidecar, ""));
        scene.pod["metadata"][place][own] = json!(out);
        assert_eq!(injected(&scene).0, Rule::Default, "{own}: {out}");
    }
}

#[test]
fn what_opts_out_of_a_mesh_or_is_not_known_or_not_understood_asks_for_nothing() {
    for (labels, annotations) in [
        (json!({"sidecar.istio.io/inject": "false"}), json!({"sidecar.istio.io/inject": "true"})),
        (json!({"istio.io/rev": ""}), json!({})),
        (json!({"sidecar.istio.io/inject": "no"}), json!({"sidecar.istio.io/inject": "true"})),
        (json!({}), json!({"consul.hashicorp.com/connect-inject": "F"})),
        (json!({}), json!({"linkerd.io/inject": "enable", "linkerd.io/proxy-cpu-limit": "1"})),
        (json!({}), json!({"linkerd.io/inject": true})),
    ] {
        assert_eq!(injected(&scene_of(labels, annotations)).0, Rule::Default);
    }
    let mut unknown = scene();
    unknown.facts.namespace_gate = NamespaceGate::Matched;
    unknown.facts.namespace.labels = Known::No;
    unknown.facts.namespace.annotations = Known::No;
    assert_eq!(injected(&unknown).0, Rule::Default);
    // The namespace's first key wins over its revision.
    let mut disabled = scene();
    disabled.namespace("labels", "istio-injection", "disabled");
    disabled.namespace("labels", "istio.io/rev", "canary");
    assert_eq!(injected(&disabled).0, Rule::Default);
    // Istio leaves a pod alone as soon as one of the two opts out.
    for (key, value) in [("sidecar.istio.io/inject", "true"), ("istio.io/rev", "canary")] {
        let mut asks = scene_of(json!({key: value}), json!({}));
        assert_eq!(rule_of(&asks.decide()), Some(Rule::ForeignSidecar));
        asks.namespace("labels", "istio-injection", "disabled");
        assert_eq!(injected(&asks).0, Rule::Default);
    }
    // With Linkerd the pod decides.
    let mut asks = scene_of(json!({}), json!({"linkerd.io/inject": "enabled"}));
    asks.namespace("annotations", "linkerd.io/inject", "disabled");
    assert_eq!(rule_of(&asks.decide()), Some(Rule::ForeignSidecar));
    // An opt-out of one mesh is none of another's.
    let both = scene_of(json!({"sidecar.istio.io/inject": "false"}), json!({"linkerd.io/inject": "enabled"}));
    assert_eq!(rule_of(&both.decide()), Some(Rule::ForeignSidecar));
}

#[test]
fn a_profile_of_that_mesh_is_not_stopped_by_its_own_keys() {
    let asks = || scene_of(json!({}), json!({"linkerd.io/inject": "enabled"}));
    let mut by_switch = asks();
    by_switch.profile["spec"]["podSwitch"] = json!({"annotation": "linkerd.io/inject", "inject": ["enabled"]});
    assert_eq!(injected(&by_switch).0, Rule::PodOptedIn);
    let mut by_proxy = asks();
    by_proxy.profile["spec"]["containers"] = json!([{"name": "linkerd-proxy"}]);
    assert_eq!(injected(&by_proxy).0, Rule::Default);
}

//! Selectors and switches, of pod templates and of namespaces.

use super::*;

#[test]
fn selectors_are_gates_that_no_annotation_opens() {
    for rule in [Rule::NamespaceNotSelected, Rule::ObjectNotSelected] {
        let mut scene = scene();
        make(&mut scene, rule);
        make(&mut scene, Rule::PodOptedIn);
        let (decided, _, _, deniable) = skipped(&scene);
        assert_eq!((decided, deniable), (rule, Deniable::No));
    }
}

#[test]
fn an_object_selector_reads_strings_only() {
    for (value, expected) in [
        (json!("web"), Ok(Rule::Default)),
        (json!("x"), Ok(Rule::ObjectNotSelected)),
        (json!(true), Err("/metadata/labels/app: label `app` is a boolean, not a string (quote the value)")),
        (json!(null), Err("/metadata/labels/app: label `app` is null, not a string (quote the value)")),
    ] {
        let mut scene = scene();
        scene.pod["metadata"]["labels"]["app"] = value;
        match expected {
            Ok(rule) => assert_eq!(rule_of(&scene.decide()), Some(rule)),
            Err(message) => assert_eq!(rejected(&scene), message),
        }
    }
    let mut absent = scene();
    absent.pod["metadata"]["labels"] = json!(null);
    let (rule, reason, at, _) = skipped(&absent);
    assert_eq!((rule, at.as_str()), (Rule::ObjectNotSelected, ""));
    assert_eq!(reason, "label `app` is not there, and the profile requires that `app` is `web`");
    absent.profile["spec"]["objectSelector"] =
        json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]});
    assert_eq!(injected(&absent).0, Rule::Default);
}

#[test]
fn on_a_pod_the_annotation_beats_the_label_and_a_bad_value_is_an_error() {
    for (annotation, label, expected) in [
        (Some(json!("enabled")), Some(json!("disabled")), Ok(Rule::PodOptedIn)),
        (Some(json!("disabled")), Some(json!("enabled")), Ok(Rule::PodOptedOut)),
        (Some(json!("enabled")), Some(json!("nonsense")), Ok(Rule::PodOptedIn)),
        (None, Some(json!("disabled")), Ok(Rule::PodOptedOut)),
        (None, Some(json!("enabled")), Ok(Rule::PodOptedIn)),
        (None, None, Ok(Rule::Default)),
        (
            Some(json!("disable")),
            None,
            Err(
                "/metadata/annotations/proxy: annotation `proxy`: `disable` is not one of `enabled`, `disabled` (did you mean `disabled`?)",
            ),
        ),
        (
            None,
            Some(json!("")),
            Err(
                "/metadata/labels/proxy: label `proxy`: `` is not one of `enabled`, `disabled` (use one of `enabled`, `disabled`)",
            ),
        ),
        (
            Some(json!(false)),
            Some(json!("enabled")),
            Err("/metadata/annotations/proxy: annotation `proxy` is a boolean, not a string (quote the value)"),
        ),
    ] {
        let mut scene = scene();
        for (field, value) in [("annotations", annotation), ("labels", label)] {
            if let Some(value) = value {
                scene.pod["metadata"][field]["proxy"] = value;
            }
        }
        match expected {
            Ok(rule) => assert_eq!(rule_of(&scene.decide()), Some(rule)),
            Err(message) => {
                assert_eq!(rejected(&scene), message);
                let trace = scene.trace();
                let errors: Vec<Rule> = trace
                    .iter()
                    .filter(|step| step.applies == Applies::Decides(Effect::Error))
                    .map(|step| step.rule)
                    .collect();
                assert_eq!(errors, [Rule::PodOptedOut]);
                // An earlier row wins over a value that it makes irrelevant.
                make(&mut scene, Rule::ExcludedNamespace);
                assert_eq!(rule_of(&scene.decide()), Some(Rule::ExcludedNamespace));
            }
        }
    }
}

#[test]
fn opting_out_may_be_denied() {
    for rule in [Rule::PodOptedOut, Rule::NamespaceOptedOut] {
        let mut scene = scene();
        make(&mut scene, rule);
        assert_eq!(skipped(&scene).3, Deniable::Yes);
    }
    let mut scene = scene();
    make(&mut scene, Rule::NamespaceOptedOut);
    assert_eq!(skipped(&scene).1, "annotation `proxy` of namespace `shop` is `disabled`");
}

#[test]
fn a_bad_value_on_a_namespace_is_unset_with_one_warning() {
    let mut scene = scene();
    scene.namespace("annotations", "proxy", "disable");
    let (rule, warnings) = injected(&scene);
    assert_eq!((rule, warnings.len(), warnings[0].code), (Rule::Default, 1, Code::BadValue));
    assert_eq!(
        warnings[0].message,
        "annotation `proxy` of namespace `shop`: `disable` is not one of `enabled`, `disabled`, and counts as not set"
    );
    scene.namespace("labels", "proxy", "enabled");
    let (rule, warnings) = injected(&scene);
    assert_eq!((rule, warnings.len()), (Rule::NamespaceOptedIn, 1), "the label steps in");
    make(&mut scene, Rule::PodOptedIn);
    assert_eq!(injected(&scene), (Rule::PodOptedIn, Vec::new()), "the namespace was not asked");
}

#[test]
fn on_a_namespace_the_annotation_beats_the_label() {
    let mut scene = scene();
    scene.namespace("annotations", "proxy", "enabled");
    scene.namespace("labels", "proxy", "disabled");
    assert_eq!(injected(&scene).0, Rule::NamespaceOptedIn);
}

#[test]
fn an_unknown_switch_is_passed_over_with_one_warning() {
    let mut scene = scene();
    scene.profile["spec"]["namespaceSelector"] = json!(null);
    scene.facts.namespace = Namespace { name: "shop".into(), ..Namespace::default() };
    let (rule, warnings) = injected(&scene);
    assert_eq!((rule, warnings.len(), warnings[0].code), (Rule::Default, 1, Code::NamespaceUnknown));
    assert_eq!(
        warnings[0].message,
        "the value of annotation `proxy` or label `proxy` on namespace `shop` is not known, so it is ignored"
    );
    scene.facts.namespace.labels = Known::Yes([("proxy".to_owned(), "disabled".to_owned())].into());
    assert_eq!(rule_of(&scene.decide()), Some(Rule::NamespaceOptedOut), "what is known decides");
    scene.facts.namespace.labels = Known::Yes([].into());
    assert_eq!(
        injected(&scene).1[0].message,
        "the value of annotation `proxy` on namespace `shop` is not known, so it is ignored"
    );
    make(&mut scene, Rule::PodOptedIn);
    assert_eq!(injected(&scene), (Rule::PodOptedIn, Vec::new()), "the namespace was not asked");
}

#[test]
fn an_unknown_selector_skips_unless_it_is_evaluated_or_settled_already() {
    let mut scene = scene();
    scene.facts.namespace.labels = Known::No;
    let Decision::Skip { rule, reason, warnings, deniable, .. } = scene.decide() else { panic!() };
    assert_eq!((rule, deniable), (Rule::NamespaceNotSelected, Deniable::No));
    assert_eq!(reason, "the labels of namespace `shop` are not known, and the profile requires that `team` is `a`");
    assert_eq!((warnings.len(), warnings[0].code), (1, Code::NamespaceUnknown));
    scene.facts.namespace_gate = NamespaceGate::Matched;
    assert_eq!(injected(&scene).0, Rule::Default);
    scene.facts.namespace_gate = NamespaceGate::Open;
    for (selector, expected, warned) in [
        (json!({}), Rule::Default, true),
        (json!({"matchLabels": {"kubernetes.io/metadata.name": "shop"}}), Rule::Default, true),
        (json!({"matchLabels": {"team": "a", "kubernetes.io/metadata.name": "x"}}), Rule::NamespaceNotSelected, false),
        (json!({"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}), Rule::NamespaceNotSelected, true),
    ] {
        scene.profile["spec"]["namespaceSelector"] = selector.clone();
        scene.facts.namespace.annotations = Known::No;
        let decision = scene.decide();
        let (Decision::Inject { warnings, .. } | Decision::Skip { warnings, .. }) = &decision else { panic!() };
        assert_eq!((rule_of(&decision), warnings.len()), (Some(expected), usize::from(warned)), "{selector}");
    }
}

#[test]
fn the_gate_that_the_api_server_evaluated_beats_known_labels() {
    let mut scene = scene();
    make(&mut scene, Rule::NamespaceNotSelected);
    scene.facts.namespace_gate = NamespaceGate::Matched;
    assert_eq!(injected(&scene).0, Rule::Default);
}

#[test]
fn the_policy_decides_where_nothing_steers() {
    let mut scene = scene();
    scene.profile["spec"]["policy"] = json!("OptIn");
    let (rule, reason, _, deniable) = skipped(&scene);
    assert_eq!((rule, reason.as_str(), deniable), (Rule::Default, "policy OptIn, and nothing opts in", Deniable::No));
    make(&mut scene, Rule::NamespaceOptedIn);
    assert_eq!(injected(&scene).0, Rule::NamespaceOptedIn);
}

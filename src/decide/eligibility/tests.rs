//! One test a row of the table, and the precedence of every pair of rows that can hold together.

use serde_json::{Value, json};

use super::*;
use crate::decide::facts::{AccountsOfNamespace, Facts, Fragment, Known, Namespace, NamespaceGate, Operation};
use crate::diagnostic::Code;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::identify;
use crate::profile::load::load;

mod confirming;
mod fragments;
mod meshes;
mod steering;

/// Everything that a decision depends on. As built, nothing applies but the default.
struct Scene {
    pod: Value,
    profile: Value,
    facts: Facts,
    entry: Recorded,
    recorded: Vec<String>,
    needs_native: bool,
}

fn scene() -> Scene {
    let known = || Known::Yes([("team".to_owned(), "a".to_owned())].into());
    Scene {
        pod: json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "web", "namespace": "shop", "annotations": {}, "labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1"}]}}),
        profile: json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "mesh"}, "spec": {
            "policy": "OptOut", "skip": ["host-network", "windows", "foreign-sidecar"],
            "namespaceSelector": {"matchLabels": {"team": "a"}}, "objectSelector": {"matchLabels": {"app": "web"}},
            "podSwitch": {"annotation": "proxy", "label": "proxy", "inject": ["enabled"], "skip": ["disabled"]},
            "namespaceSwitch": {"annotation": "proxy", "label": "proxy", "inject": ["enabled"], "skip": ["disabled"]},
            "alreadyInjected": [{"name": "*mesh-proxy*"}],
            "initContainers": [{"name": "setup"}], "containers": [{"name": "proxy"}]}}),
        facts: Facts {
            operation: Operation::Create,
            namespace: Namespace { name: "shop".into(), labels: known(), annotations: known() },
            service_accounts: AccountsOfNamespace::default(),
            namespace_gate: NamespaceGate::Open,
            kubernetes_version: KubernetesVersion::NEWEST,
            fragment: Fragment::No,
        },
        entry: Recorded::None,
        recorded: Vec::new(),
        needs_native: false,
    }
}

const NO_VALUES: &SetValues = &SetValues::new();

impl Scene {
    fn with<T>(
        &self,
        look: impl for<'l> FnOnce(&Subject<'_, &'l Value>, &PodReading<'l, &'l Value>, &'l Profile) -> T,
    ) -> T {
        let identity = identify(&self.pod).unwrap();
        let record = Record { entry: self.entry, containers: &self.recorded };
        let (object, at) = (&self.pod, &Pointer::root());
        let needs_native = self.needs_native;
        let profile = load(&self.profile).unwrap();
        let subject = Subject {
            object,
            at,
            record,
            profiles: std::slice::from_ref(&profile),
            set: NO_VALUES,
            confirmed: &Confirmed::default(),
            detail: Detail::All,
            needs_native,
        };
        look(&subject, &PodReading::new(&identity, object, &self.facts), &profile)
    }

    fn decide(&self) -> Decision {
        self.with(|subject, reading, profile| decide(subject, reading, profile).0)
    }

    fn trace(&self) -> Vec<RuleTrace> {
        self.with(|subject, reading, profile| trace(subject, reading, profile))
    }

    fn namespace(&mut self, field: &str, key: &str, value: &str) {
        let Namespace { labels, annotations, .. } = &mut self.facts.namespace;
        let values = if field == "labels" { labels } else { annotations };
        if let Known::Yes(values) = values {
            values.insert(key.into(), value.into());
        }
    }
}

/// Makes a row apply, and touches nothing that another row looks at.
fn make(scene: &mut Scene, rule: Rule) {
    let pod = &mut scene.pod;
    match rule {
        Rule::AlreadyInjected => scene.entry = Recorded::Whole,
        Rule::PatchFragment => scene.facts.fragment = Fragment::Listed,
        Rule::NoContainers => pod["spec"]["containers"] = json!([]),
        Rule::MirrorPod => pod["metadata"]["annotations"]["kubernetes.io/config.mirror"] = json!("hash"),
        Rule::Terminating => pod["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z"),
        Rule::OwnedLive => {
            pod["metadata"]["resourceVersion"] = json!("7");
            pod["metadata"]["ownerReferences"] =
                json!([{"kind": "X", "name": "x"}, {"kind": "ReplicaSet", "name": "web-5d", "controller": true}]);
        }
        Rule::HostNetwork => pod["spec"]["hostNetwork"] = json!(true),
        Rule::Windows => pod["spec"]["os"] = json!({"name": "windows"}),
        Rule::ForeignSidecar => pod["spec"]["initContainers"] = json!([{"name": "istio-proxy", "image": "x"}]),
        Rule::Job => {
            scene.needs_native = true;
            scene.facts.kubernetes_version = KubernetesVersion(28);
        }
        Rule::ExcludedNamespace => scene.profile["spec"]["excludedNamespaces"] = json!(["shop"]),
        Rule::NamespaceNotSelected => scene.namespace("labels", "team", "b"),
        Rule::ObjectNotSelected => pod["metadata"]["labels"]["app"] = json!("other"),
        Rule::PodOptedOut => pod["metadata"]["annotations"]["proxy"] = json!("disabled"),
        Rule::PodOptedIn => pod["metadata"]["annotations"]["proxy"] = json!("enabled"),
        Rule::NamespaceOptedOut => scene.namespace("annotations", "proxy", "disabled"),
        Rule::NamespaceOptedIn => scene.namespace("annotations", "proxy", "enabled"),
        Rule::Default => {}
        Rule::Condition => {
            scene.profile["spec"]["matchConditions"] = json!([{"name": "yes", "expression": "true"}, {"name": "no", "expression": "pod.spec.containers.size() > 7"}]);
        }
        Rule::Requirement => {
            scene.profile["spec"]["require"] =
                json!([{"that": "ns.name == 'none'", "message": "no", "severity": "Skip"}]);
        }
    }
}

fn effect(rule: Rule) -> Effect {
    match rule {
        Rule::PodOptedIn | Rule::NamespaceOptedIn | Rule::Default => Effect::Inject,
        _ => Effect::Skip,
    }
}

fn rule_of(decision: &Decision) -> Option<Rule> {
    match decision {
        Decision::Inject { rule, .. } | Decision::Skip { rule, .. } => Some(*rule),
        Decision::Reject(_) => None,
    }
}

#[track_caller]
fn skipped(scene: &Scene) -> (Rule, String, String, Deniable) {
    match scene.decide() {
        Decision::Skip { rule, reason, deniable, .. } => {
            let seen = scene.trace().into_iter().find(|seen| seen.rule == rule).and_then(|seen| seen.at);
            (rule, reason, seen.map(|at| at.to_string()).unwrap_or_default(), deniable)
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn injected(scene: &Scene) -> (Rule, Vec<Diagnostic>) {
    match scene.decide() {
        Decision::Inject { rule, warnings } => (rule, warnings),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn rejected(scene: &Scene) -> String {
    match scene.decide() {
        Decision::Reject(wrong) => {
            assert_eq!((wrong.len(), wrong[0].code), (1, Code::BadValue));
            format!("{}: {} ({})", wrong[0].at, wrong[0].message, wrong[0].hint.as_deref().unwrap_or_default())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_row_decides_alone() {
    for &rule in Rule::ALL {
        let mut scene = scene();
        make(&mut scene, rule);
        assert_eq!(rule_of(&scene.decide()), Some(rule));
        for step in scene.trace() {
            let expected = match step.rule {
                one if one == rule => Applies::Decides(effect(rule)),
                Rule::Default => Applies::Overruled(Effect::Inject),
                other if other.confirms() => Applies::Off,
                _ => Applies::No,
            };
            assert_eq!(step.applies, expected, "{} while {rule} holds: {}", step.rule, step.saw);
        }
    }
}

#[test]
fn of_every_two_rows_that_hold_together_the_earlier_wins() {
    let exclude = [(Rule::PodOptedOut, Rule::PodOptedIn), (Rule::NamespaceOptedOut, Rule::NamespaceOptedIn)];
    let mut pairs = 0;
    let rules: Vec<Rule> = Rule::ALL.iter().copied().filter(|rule| !rule.confirms()).collect();
    for (index, &first) in rules.iter().enumerate() {
        for &second in &rules[index + 1..] {
            if exclude.contains(&(first, second)) {
                continue;
            }
            let mut scene = scene();
            make(&mut scene, second);
            make(&mut scene, first);
            assert_eq!(rule_of(&scene.decide()), Some(first), "{first} before {second}");
            let of = |rule| scene.trace().into_iter().find(|step| step.rule == rule).unwrap().applies;
            assert_eq!(of(first), Applies::Decides(effect(first)));
            assert_eq!(of(second), Applies::Overruled(effect(second)), "{second} holds too, beside {first}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 18 * 17 / 2 - exclude.len());
}

#[test]
fn a_recorded_injection_is_never_denied() {
    let mut scene = scene();
    scene.entry = Recorded::Whole;
    assert_eq!(
        skipped(&scene),
        (
            Rule::AlreadyInjected,
            "the record has profile `mesh`".into(),
            "/metadata/annotations/sidecar-injector~1status".into(),
            Deniable::No
        )
    );
}

#[test]
fn a_container_of_the_profiles_without_a_record_counts_as_injected() {
    for (list, container, expected) in [
        (
            "containers",
            json!({"name": "proxy", "image": "x"}),
            Some("container `proxy` is already there, and no record lists it"),
        ),
        (
            "initContainers",
            json!({"name": "proxy", "image": "x"}),
            Some("container `proxy` is already there, and no record lists it"),
        ),
        (
            "initContainers",
            json!({"name": "setup", "image": "x"}),
            Some("container `setup` is already there, and no record lists it"),
        ),
        (
            "containers",
            json!({"name": "my-mesh-proxy-1", "image": "x"}),
            Some("container `my-mesh-proxy-1` counts as the sidecar for profile `mesh`, and no record lists it"),
        ),
        ("containers", json!({"name": "proxy", "image": "auto"}), None),
        ("containers", json!({"name": "proxy"}), None),
        ("containers", json!({"name": "proxy", "image": null}), None),
        ("containers", json!({"name": "proxy2", "image": "x"}), None),
        (
            "containers",
            json!({"name": "mesh-proxy", "image": "auto"}),
            Some("container `mesh-proxy` counts as the sidecar for profile `mesh`, and no record lists it"),
        ),
    ] {
        let mut scene = scene();
        scene.pod["spec"][list] = json!([{"name": "a", "image": "b"}, container]);
        match expected {
            Some(reason) => {
                let place = format!("/spec/{list}/1");
                assert_eq!(skipped(&scene), (Rule::AlreadyInjected, reason.into(), place, Deniable::Yes));
                // One that some profile's entry lists is that entry's business.
                scene.recorded = vec![container["name"].as_str().unwrap().into()];
                assert_eq!(injected(&scene).0, Rule::Default);
            }
            None => assert_eq!(injected(&scene).0, Rule::Default, "{container}"),
        }
    }
}

#[test]
fn rows_about_the_object_see_its_values() {
    for (pointer, value, expected) in [
        ("/spec/containers", json!(null), Some(Rule::NoContainers)),
        ("/metadata/deletionTimestamp", json!(null), None),
        ("/metadata/resourceVersion", json!("1"), None),
        ("/metadata/ownerReferences", json!([{"controller": true}]), None),
        ("/spec/hostNetwork", json!(false), None),
        ("/spec/os", json!({"name": "linux"}), None),
        ("/spec/nodeSelector", json!({"kubernetes.io/os": "windows"}), Some(Rule::Windows)),
        ("/spec/nodeSelector", json!({"beta.kubernetes.io/os": "windows"}), Some(Rule::Windows)),
        ("/spec/nodeSelector", json!({"kubernetes.io/os": "linux"}), None),
        (
            "/spec/initContainers",
            json!([{"name": "x", "image": "docker.io/istio/proxyv2:1.20"}]),
            Some(Rule::ForeignSidecar),
        ),
        (
            "/spec/initContainers",
            json!([{"name": "x", "image": "cr.l5d.io/linkerd/proxy:edge"}]),
            Some(Rule::ForeignSidecar),
        ),
        ("/spec/initContainers", json!([{"name": "x", "image": "linkerd/proxy-init:v2"}]), None),
    ] {
        let mut scene = scene();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        scene.pod.pointer_mut(parent).unwrap()[last] = value.clone();
        assert_eq!(rule_of(&scene.decide()), Some(expected.unwrap_or(Rule::Default)), "{pointer} {value}");
    }
    let mut live = scene();
    make(&mut live, Rule::OwnedLive);
    let (_, reason, at, deniable) = skipped(&live);
    assert_eq!(reason, "a live object that `ReplicaSet/web-5d` owns: inject the owner");
    assert_eq!((at.as_str(), deniable), ("/metadata/ownerReferences/1", Deniable::No));
}

#[test]
fn optional_rows_are_off_where_the_profile_does_not_ask() {
    for rule in [Rule::HostNetwork, Rule::Windows, Rule::ForeignSidecar] {
        let mut scene = scene();
        make(&mut scene, rule);
        scene.profile["spec"]["skip"] = json!([]);
        assert_eq!(injected(&scene).0, Rule::Default);
        assert!(scene.trace().iter().any(|step| step.rule == rule && step.applies == Applies::Off));
    }
}

#[test]
fn only_an_old_cluster_and_an_auto_profile_skip_a_job() {
    for (native, version, needs, expected) in [
        ("auto", 28, true, Rule::Job),
        ("auto", 29, true, Rule::Default),
        ("auto", 28, false, Rule::Default),
        ("true", 28, true, Rule::Default),
        ("false", 28, true, Rule::Default),
    ] {
        let mut scene = scene();
        scene.profile["spec"]["nativeSidecar"] = json!(native);
        scene.facts.kubernetes_version = KubernetesVersion(version);
        scene.needs_native = needs;
        assert_eq!(rule_of(&scene.decide()), Some(expected), "{native} 1.{version} {needs}");
    }
}

#[test]
fn a_template_inside_another_kind_is_read_at_its_place() {
    let template = json!({"metadata": {"annotations": {"proxy": "disable"}}, "spec": {"containers": [{"name": "a", "image": "b"}]}});
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"annotations": {"proxy": "disabled",
        "kubernetes.io/config.mirror": "x"}}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}});
    let scene = scene();
    let mut profile = scene.profile.clone();
    profile["spec"]["objectSelector"] = json!(null);
    let decided = fragments::decided(&object, "/spec/template", &scene.facts, &[load(&profile).unwrap()]);
    let Decision::Reject(wrong) = decided else { panic!("{decided:?}") };
    assert_eq!(wrong[0].at.to_string(), "/spec/template/metadata/annotations/proxy");
}

#[test]
fn ids_are_those_of_the_table() {
    let ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(
        ids,
        [
            "already-injected",
            "patch-fragment",
            "no-containers",
            "mirror-pod",
            "terminating",
            "owned-live",
            "host-network",
            "windows",
            "foreign-sidecar",
            "job",
            "excluded-namespace",
            "namespace-not-selected",
            "object-not-selected",
            "pod-opted-out",
            "pod-opted-in",
            "namespace-opted-out",
            "namespace-opted-in",
            "default",
            "condition",
            "requirement",
        ]
    );
}

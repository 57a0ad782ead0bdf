//! What explain says is what the rules, the parameters and the record say.

use serde_json::{Value, json};

use super::*;
use crate::decide::detail::Detail;
use crate::decide::eligibility::{Applies, Effect, Rule};
use crate::decide::facts::{AccountsOfNamespace, Fragment, Namespace, NamespaceGate, Operation};
use crate::decide::inject::{Renderings, plan};
use crate::kube::version::KubernetesVersion;
use crate::profile::load;

fn profile(name: &str, container: &str, port: u16) -> Profile {
    load::load(&json!({
        "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": name},
        "spec": {
            "policy": "OptOut",
            "podSwitch": {"annotation": "example.com/sidecar", "inject": ["on"], "skip": ["off"]},
            "parameters": [
                {"name": "port", "type": "port", "default": port, "annotation": "example.com/port"},
                {"name": "upstream", "type": "port", "from": ["/spec/containers/0/ports/0/containerPort"], "default": 1},
                {"name": "level", "type": "enum", "values": ["info", "debug"], "default": "info"},
            ],
            "containers": [{
                "name": container, "image": "a:1", "args": ["{{ upstream }}", "{{ level }}"],
                "ports": [{"containerPort": "{{ port }}"}],
            }],
        },
    }))
    .unwrap()
}

fn deployment(annotations: &Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "selector": {"matchLabels": {"app": "web"}}, "template": {
        "metadata": {"annotations": annotations},
        "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 8080}]}]},
    }}})
}

fn facts() -> Facts {
    Facts {
        operation: Operation::Create,
        namespace: Namespace { name: "default".to_owned(), ..Namespace::default() },
        service_accounts: AccountsOfNamespace::default(),
        namespace_gate: NamespaceGate::Open,
        kubernetes_version: KubernetesVersion::NEWEST,
        fragment: Fragment::No,
    }
}

fn with<T>(profiles: &[Profile], set: &[(&str, &str)], then: impl FnOnce(&Request<'_>) -> T) -> T {
    let set: std::collections::BTreeMap<_, _> =
        set.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let set = profiles.iter().map(|profile| (profile.name.clone(), set.clone())).collect();
    let renderings = Renderings::default();
    then(&Request {
        profiles,
        set: &set,
        template_paths: &[],
        outdated: Outdated::Replace,
        renderings: &renderings,
        detail: Detail::All,
    })
}

fn explained(object: &Value, profiles: &[Profile], set: &[(&str, &str)]) -> Explanation {
    with(profiles, set, |request| {
        let mut explanations = explain(&workload::identify(object).unwrap(), object, &facts(), request);
        assert_eq!(explanations.len(), 1);
        explanations.remove(0)
    })
}

fn deciding(profile: &ProfileExplanation) -> Option<&RuleTrace> {
    profile.rules.iter().find(|trace| matches!(trace.applies, Applies::Decides(_)))
}

/// The object with the profiles injected, by the patch that `plan` makes.
fn injected(object: &Value, profiles: &[Profile]) -> Value {
    let outcome = with(profiles, &[], |request| plan(&workload::identify(object).unwrap(), object, &facts(), request));
    let patch: json_patch::Patch = serde_json::from_value(serde_json::to_value(&outcome.patch).unwrap()).unwrap();
    let mut object = object.clone();
    json_patch::patch(&mut object, &patch).unwrap();
    object
}

#[test]
fn every_rule_and_every_parameter_is_told_with_its_source() {
    let object = deployment(&json!({"example.com/sidecar": "on", "example.com/port": "9000"}));
    let told = explained(&object, &[profile("p", "side", 5000)], &[("level", "debug")]);
    assert_eq!((told.template.to_string().as_str(), &told.record), ("/spec/template", &RecordState::None));
    let one = &told.profiles[0];
    assert_eq!(one.rules.iter().map(|step| step.rule).collect::<Vec<_>>(), Rule::ALL);
    let decisive = deciding(one).unwrap();
    assert_eq!((decisive.rule, decisive.applies), (Rule::PodOptedIn, Applies::Decides(Effect::Inject)));
    let at = "/spec/template/metadata/annotations/example.com~1sidecar";
    assert_eq!(decisive.at.as_ref().unwrap().to_string(), at);
    let of = |rule| one.rules.iter().find(|step| step.rule == rule).unwrap().applies.to_string();
    assert_eq!((of(Rule::Default).as_str(), of(Rule::Condition).as_str()), ("would inject", "not asked for"));
    assert!(matches!(one.verdict, Verdict::Injected(Rule::PodOptedIn)));
    let parameters: Vec<String> = one.parameters.iter().map(|one| format!("{}: {one}", one.name)).collect();
    assert_eq!(
        parameters,
        [
            "port: `9000` (annotation `example.com/port`)",
            "upstream: `8080` (`/spec/template/spec/containers/0/ports/0/containerPort`)",
            "level: `debug` (`--set`)",
        ]
    );
    let plain = explained(&deployment(&json!({})), &[profile("p", "side", 5000)], &[]);
    assert_eq!(plain.profiles[0].parameters[2].to_string(), "`info` (default)");
    assert_eq!(deciding(&plain.profiles[0]).unwrap().rule, Rule::Default);
}

#[test]
fn a_bad_value_is_told_where_it_stands_and_the_rules_are_told_all_the_same() {
    let object = deployment(&json!({"example.com/port": "0"}));
    let told = explained(&object, &[profile("p", "side", 5000)], &[]);
    let wrong = told.profiles[0].parameters[0].value.as_ref().unwrap_err();
    assert_eq!(wrong.at.to_string(), "/spec/template/metadata/annotations/example.com~1port");
    assert!(told.profiles[0].parameters[0].to_string().contains("`0` is not a port"));
    assert!(told.profiles[0].parameters[1].value.is_ok() && deciding(&told.profiles[0]).is_some());
    assert!(matches!(told.profiles[0].verdict, Verdict::Rejected(..)));
}

fn saw(profile: &ProfileExplanation, rule: Rule) -> String {
    profile.rules.iter().find(|step| step.rule == rule).unwrap().saw.clone()
}

#[test]
fn a_later_profile_is_told_about_what_an_earlier_one_left() {
    let mut profiles =
        [profile("first", "side", 5000), profile("second", "other", 5001), profile("third", "more", 5002)];
    profiles[1].already_injected =
        vec![crate::profile::ContainerPattern { name: None, image: Some("web*".to_owned()) }];
    let told = explained(&deployment(&json!({})), &profiles, &[]);
    assert!(matches!(told.profiles[0].verdict, Verdict::Injected(_)));
    assert_eq!(deciding(&told.profiles[1]).unwrap().rule, Rule::AlreadyInjected);
    // web, and the container of the first profile.
    let count = |index: usize| saw(&told.profiles[index], Rule::NoContainers);
    assert_eq!([count(0), count(1), count(2)], ["1 container", "2 containers", "2 containers"]);

    // One that is rejected leaves nothing behind.
    let clash = [profile("first", "side", 8080), profile("second", "other", 5001)];
    let told = explained(&deployment(&json!({})), &clash, &[]);
    assert!(matches!(told.profiles[0].verdict, Verdict::Rejected(..)));
    assert_eq!(saw(&told.profiles[1], Rule::NoContainers), "1 container");
    assert!(matches!(told.profiles[1].verdict, Verdict::Injected(_)));
}

#[test]
fn the_record_is_told_entry_by_entry() {
    let [first, second] = [profile("first", "side", 5000), profile("second", "other", 5001)];
    let both = injected(&deployment(&json!({})), &[first.clone(), second.clone()]);
    let states = |object: &Value, profiles: &[Profile]| match explained(object, profiles, &[]).record {
        RecordState::Entries(entries) => {
            entries.iter().map(|entry| format!("{}: {entry}", entry.profile)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(states(&both, &[first.clone(), second.clone()]), ["first: current", "second: current"]);
    assert_eq!(states(&both, std::slice::from_ref(&second)), ["first: not compared", "second: current"]);
    let changed = [profile("first", "side", 6000), second.clone()];
    assert_eq!(states(&both, &changed), ["first: outdated", "second: current"]);
    // An outdated one is told as it stands, and not made anew.
    let told = explained(&both, &changed, &[]);
    assert_eq!(deciding(&told.profiles[0]).unwrap().rule, Rule::AlreadyInjected);

    let mut partial = both;
    partial["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().retain(|one| one["name"] != "side");
    let told = explained(&partial, &[first.clone(), second.clone()], &[]);
    assert_eq!(
        states(&partial, &[first.clone(), second]),
        ["first: partial: without `/spec/containers/side`", "second: current"]
    );
    assert!(told.profiles[0].rules.is_empty() && matches!(told.profiles[0].verdict, Verdict::Rejected(..)));
    assert_eq!(deciding(&told.profiles[1]).unwrap().rule, Rule::AlreadyInjected);

    let broken = deployment(&json!({record::ANNOTATION: "{"}));
    let told = explained(&broken, &[first], &[]);
    assert!(matches!(&told.record, RecordState::Unreadable(why) if why.message.contains("cannot be read")));
    assert!(told.profiles.is_empty());
}

#[test]
fn what_is_explained_is_what_is_planned() {
    let profiles = [profile("first", "side", 5000), profile("second", "other", 5000)];
    for annotations in [json!({}), json!({"example.com/sidecar": "off"}), json!({"example.com/port": "x"})] {
        let object = deployment(&annotations);
        let outcome =
            with(&profiles, &[], |request| plan(&workload::identify(&object).unwrap(), &object, &facts(), request));
        let told = explained(&object, &profiles, &[]);
        let same = outcome.steps.iter().zip(&told.profiles).all(|(step, one)| {
            std::mem::discriminant(&step.verdict) == std::mem::discriminant(&one.verdict) && step.profile == one.profile
        });
        assert!(same && outcome.steps.len() == told.profiles.len(), "{annotations}");
    }
}

//! What the record's hash depends on, and what it says of an injection that is there.

use super::super::render::digest;
use super::*;
use crate::profile::{Overrides, builtin};

/// A document with these fields in its `spec`, beside a container.
fn document(fields: &Value) -> Value {
    let mut document = json!({
        "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "p"},
        "spec": {"policy": "OptOut", "containers": [{"name": "side", "image": "side:1"}]},
    });
    document["spec"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    document
}

fn loaded(fields: &Value) -> Profile {
    load::load(&document(fields)).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn digest_of(profile: &Profile) -> String {
    digest(profile, &SetValues::new(), Sidecar::Classic)
}

/// The object with what was injected.
fn with_injection(profile: &Profile, pod: &Value) -> Value {
    let identity = workload::identify(pod).unwrap();
    let outcome = with(profile, |request| plan(&identity, pod, &facts(), request));
    assert!(matches!(outcome.steps[0].verdict, Verdict::Injected(_)), "{:?}", outcome.steps);
    patched(pod, &outcome.patch)
}

/// The state of the injection, and the warnings about it.
fn state(profile: &Profile, injected: &Value) -> (InjectionState, Vec<String>) {
    let identity = workload::identify(injected).unwrap();
    let outcome = with(profile, |request| plan(&identity, injected, &facts(), request));
    let warnings = outcome.warnings.iter().map(|warning| warning.message.clone()).collect();
    match outcome.steps.into_iter().next().map(|step| step.verdict) {
        Some(Verdict::Skipped { state: Some(state), .. }) => (state, warnings),
        Some(Verdict::Extended(_)) => (InjectionState::Incomplete, warnings),
        other => panic!("{other:?}"),
    }
}

fn hash(injected: &Value) -> String {
    record::read(injected).unwrap()[0].hash.clone()
}

fn with_hash(injected: &Value, hash: &str) -> Value {
    let mut entries = record::read(injected).unwrap();
    hash.clone_into(&mut entries[0].hash);
    let mut injected = injected.clone();
    injected["metadata"]["annotations"][record::ANNOTATION] =
        json!(record::write(&entries.iter().collect::<Vec<_>>()).unwrap());
    injected
}

#[test]
fn every_slot_counts_in_the_hash() {
    let hash = |slots: &[Slot], value: &str| digest_of(&profile(slots, value));
    for slot in Slot::ALL {
        let others: Vec<Slot> = Slot::ALL.into_iter().filter(|other| *other != slot).collect();
        assert_ne!(hash(&others, "v"), hash(&Slot::ALL, "v"), "{slot:?}");
        assert_ne!(hash(&[slot], "v"), hash(&[slot], "w"), "{slot:?}");
    }
}

#[test]
fn what_decides_what_is_added_counts_in_the_hash_and_nothing_else() {
    let plain = digest_of(&loaded(&json!({})));
    for same in [
        json!({"description": "words"}),
        json!({"policy": "OptIn"}),
        json!({"onError": "Skip", "onIneligible": "Deny"}),
        json!({"skip": ["windows"], "excludedNamespaces": ["x"]}),
        json!({"namespaceSelector": {"matchLabels": {"a": "b"}}, "objectSelector": {"matchLabels": {"a": "b"}}}),
        json!({"podSwitch": {"annotation": "a.b/c", "skip": ["no"]}, "namespaceSwitch": {"label": "a.b/c", "skip": ["no"]}}),
        json!({"alreadyInjected": [{"name": "x"}], "templatePaths": ["C.a.b=/spec/template"]}),
        json!({"reservedUser": {"id": 1, "when": true}, "redirectedPorts": {"include": "80"}}),
        json!({"matchConditions": [{"name": "a", "expression": "true"}], "require": [{"that": "true", "message": "m"}]}),
        // What comes of these words for a pod is a part of the hash.
        json!({"nativeSidecar": true}),
        json!({"nativeSidecar": "auto"}),
        json!({"let": null, "pod": null}),
        json!({"containers": [{"image": "side:1", "name": "side"}]}),
    ] {
        assert_eq!(digest_of(&loaded(&same)), plain, "{same}");
    }
    for other in [
        json!({"containers": [{"name": "side", "image": "side:2"}]}),
        json!({"containers": [{"name": "side", "image": "side:1", "placement": "First"}]}),
        json!({"containers": [{"name": "side", "image": "side:1", "native": true}]}),
        json!({"nativeSidecar": "{{ pod.spec.hostNetwork }}"}),
        json!({"let": [{"name": "a", "value": "1"}]}),
        json!({"placement": "First"}),
        json!({"pod": {"shareProcessNamespace": {"value": true}}}),
        json!({"application": {"targets": "All", "env": [{"name": "A", "value": "1"}]}}),
        json!({"application": {"envPlacement": "First", "env": [{"name": "A", "value": "1"}]}}),
        json!({"parameters": [{"name": "a", "type": "port"}]}),
    ] {
        assert_ne!(digest_of(&loaded(&other)), plain, "{other}");
    }
    let profile = loaded(&json!({}));
    assert_ne!(digest(&profile, &SetValues::new(), Sidecar::Native), plain);
    // Another name, and another text of the same values.
    let text = "{apiVersion: sidecar-injector/v1, kind: Profile, metadata: {name: q}, \
                spec: {policy: OptOut, containers: [{name: side, image: 'side:1'}]}}";
    let tree = crate::text::yaml::parse_yaml(text).unwrap();
    assert_eq!(digest_of(&load::load(tree.view(tree.root().unwrap())).unwrap()), plain);
}

#[test]
fn settings_count_in_the_hash_by_what_comes_of_them() {
    let with_default =
        |default: Value| loaded(&json!({"parameters": [{"name": "a", "type": "port", "default": default}]}));
    let set = |value: &str| {
        let values = std::collections::BTreeMap::from([("a".to_owned(), value.to_owned())]);
        SetValues::from([("p".to_owned(), values)])
    };
    let of = |profile: &Profile, set: &SetValues| digest(profile, set, Sidecar::Classic);
    let (one, two) = (with_default(json!(1)), with_default(json!("2")));
    assert_ne!(digest_of(&one), digest_of(&two));
    assert_eq!(of(&one, &set("2")), digest_of(&two));
}

#[test]
fn a_profile_whose_native_sidecars_are_replaced_has_the_hash_of_one_that_says_so() {
    let overrides = Overrides { native_sidecar: Some(NativeSidecar::Never), ..Overrides::default() };
    for fields in [
        json!({"nativeSidecar": "{{ pod.spec.hostNetwork }}"}),
        json!({"containers": [{"name": "side", "image": "side:1", "native": true}]}),
    ] {
        let mut profile = loaded(&fields);
        overrides.apply(&mut profile);
        assert_eq!(digest_of(&profile), digest_of(&loaded(&json!({"nativeSidecar": false}))), "{fields}");
    }
}

/// These are in records out in the world. A change of one of them would make every injection outdated.
#[test]
fn hashes_stay_what_they_are() {
    let profile = loaded(&json!({
        "let": [{"name": "high", "value": "{{ port + 1 }}"}],
        "parameters": [
            {"name": "port", "type": "port", "default": 80, "from": ["/spec/containers/0/ports/0/containerPort"]},
            {"name": "level", "type": "string", "optional": true},
            {"name": "half", "type": "quantity", "default": "{{ level == null ? '0.5' : '1' }}"},
        ],
        "application": {"env": [{"name": "PORT", "value": "{{ lets.high }}"}]},
    }));
    assert_eq!(hash(&with_injection(&profile, &pod())), "6baeacc772e36b83;port=8080");
    assert_eq!(digest(&profile, &SetValues::new(), Sidecar::Native), "3e3fd0b3cf611853");
}

#[test]
fn a_record_with_the_hash_of_before_is_current() {
    // The scripts of two profiles have changed since, so they are as they were.
    for (name, text, classic, native) in [
        ("cortexflow", include_str!("before/cortexflow.yaml"), "7dc752e3ac86096d", "648108a3dc194327"),
        ("nginx", builtin::text("nginx").unwrap(), "c2171f63c46d4d46", "d419274894f25fb4"),
        ("curl", include_str!("before/curl.yaml"), "bccff30bf4fd46c2", "0987b26f5b97ae1f"),
    ] {
        let tree = crate::text::yaml::parse_yaml(text).unwrap();
        let mut profile = load::load(tree.view(tree.root().unwrap())).unwrap();
        profile.policy = crate::profile::Policy::OptOut;
        profile.object_selector = None;
        profile.namespace_selector = None;
        for (sidecar, before) in [(NativeSidecar::Never, classic), (NativeSidecar::Always, native)] {
            profile.native_sidecar = sidecar;
            let injected = with_injection(&profile, &pod());
            assert_ne!(hash(&injected), before);
            let old = with_hash(&injected, before);
            assert_eq!(state(&profile, &old).0, InjectionState::Current, "{name}");
            assert_eq!(state(&profile, &with_hash(&injected, classic)).0 == InjectionState::Current, before == classic);
            let mut edited = old;
            let lists = ["containers", "initContainers"];
            let own = lists.iter().find(|list| {
                edited["spec"][**list].as_array().is_some_and(|all| all.len() > usize::from(**list == "containers"))
            });
            edited["spec"][*own.unwrap()].as_array_mut().unwrap().last_mut().unwrap()["image"] = json!("other:1");
            assert!(matches!(state(&profile, &edited).0, InjectionState::Edited(_)), "{name}");
        }
    }
}

/// A profile whose expressions read the pod.
fn reading() -> Profile {
    loaded(&json!({
        "containers": [
            {"name": "side", "image": "side:1", "env": [
                {"name": "APP", "value": "{{ pod.metadata.labels['app'] }}"},
                {"name": "LEVEL", "value": "info"},
            ]},
            {"name": "more", "image": "more:1", "when": "{{ pod.spec.?hostNetwork.orValue(false) }}"},
        ],
    }))
}

fn labelled(app: &str) -> Value {
    let mut pod = pod();
    pod["metadata"]["labels"] = json!({"app": app});
    pod
}

#[test]
fn what_a_profile_reads_of_the_pod_is_never_silently_another() {
    let profile = reading();
    assert!(profile.reads_object);
    let injected = with_injection(&profile, &labelled("web"));
    assert_eq!(state(&profile, &injected), (InjectionState::Current, Vec::new()));

    let mut renamed = injected.clone();
    renamed["metadata"]["labels"]["app"] = json!("shop");
    assert_eq!(state(&profile, &renamed), (InjectionState::Outdated, Vec::new()), "`APP` would be another");
    for (place, value) in [("/image", json!("other:1")), ("/env/1/value", json!("x"))] {
        let mut edited = injected.clone();
        *edited["spec"]["containers"][1].pointer_mut(place).unwrap() = value;
        let (found, warnings) = state(&profile, &edited);
        assert!(matches!(found, InjectionState::Edited(fields) if fields.len() == 1), "{place} does not read the pod");
        assert!(warnings[0].contains("was edited after it was injected"), "{warnings:?}");
    }

    let mut with_more = injected;
    with_more["spec"]["hostNetwork"] = json!(true);
    assert_eq!(state(&profile, &with_more).0, InjectionState::Outdated, "it would have one container more");
    let mut before = labelled("web");
    before["spec"]["hostNetwork"] = json!(true);
    let mut with_less = with_injection(&profile, &before);
    with_less["spec"]["hostNetwork"] = json!(false);
    assert_eq!(state(&profile, &with_less).0, InjectionState::Outdated, "it would have one container less");
    // Uninjecting needs no more than the record.
    let identity = workload::identify(&with_less).unwrap();
    let outcome = with(&profile, |request| {
        uninject::undo(&identity, &with_less, &facts(), request, &Which::All, Leftovers::Refuse)
    });
    assert!(outcome.warnings.is_empty() && matches!(outcome.steps[0].verdict, Verdict::Uninjected));
}

#[test]
fn a_hash_of_before_still_tells_what_a_profile_reads_from_an_edit() {
    let profile = reading();
    let rendered = |pod: &Value| {
        let identity = workload::identify(pod).unwrap();
        with(&profile, |request| rendered_now(&profile, &PodReading::new(&identity, pod, &facts()), request)).unwrap()
    };
    let injected = with_injection(&profile, &labelled("web"));
    let old = with_hash(&injected, &rendered(&labelled("web")).earlier_hash());
    assert_eq!(state(&profile, &old).0, InjectionState::Current);
    let mut renamed = old.clone();
    renamed["metadata"]["labels"]["app"] = json!("shop");
    assert_eq!(state(&profile, &renamed).0, InjectionState::Outdated);
    let mut edited = old;
    edited["spec"]["containers"][1]["image"] = json!("other:1");
    assert!(matches!(state(&profile, &edited).0, InjectionState::Edited(_)));
}

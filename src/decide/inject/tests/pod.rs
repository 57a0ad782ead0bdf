//! Fields of the pod's spec: what is there already, two profiles, and what undoing makes of it.

use super::*;
use crate::decide::record::Entry;

fn profile_of(name: &str, pod: Value) -> Profile {
    let document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": name},
        "spec": {"policy": "OptOut", "pod": pod}});
    load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn pod_with(spec: Value) -> Value {
    let mut object = pod();
    object["spec"].as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    object
}

fn request<'r>(profiles: &'r [Profile], renderings: &'r Renderings, set: &'r SetValues) -> Request<'r> {
    Request { profiles, set, template_paths: &[], outdated: Outdated::Keep, renderings, detail: Detail::All }
}

fn injected(object: &Value, profiles: &[Profile]) -> (Value, Outcome) {
    let identity = workload::identify(object).unwrap();
    let outcome = plan(&identity, object, &facts(), &request(profiles, &Renderings::default(), &SetValues::new()));
    (patched(object, &outcome.patch), outcome)
}

fn undone(object: &Value, profiles: &[Profile], which: &Which) -> Value {
    let identity = workload::identify(object).unwrap();
    let (renderings, set) = (Renderings::default(), SetValues::new());
    let request = request(profiles, &renderings, &set);
    let outcome = uninject::undo(&identity, object, &facts(), &request, which, Leftovers::Refuse);
    patched(object, &outcome.patch)
}

fn entry(object: &Value) -> Entry {
    record::read(object).unwrap().remove(0)
}

/// Injects, and holds that injecting again changes nothing, and that undoing gives the first object back.
fn lawful(object: &Value, profiles: &[Profile]) -> (Value, Outcome) {
    let (changed, outcome) = injected(object, profiles);
    assert_eq!(injected(&changed, profiles).0, changed, "again");
    assert_eq!(undone(&changed, profiles, &Which::All), *object, "undone");
    (changed, outcome)
}

fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome.warnings.iter().map(|warning| warning.code.id()).collect()
}

#[test]
fn what_the_pod_lacks_is_added_and_recorded() {
    let profile = profile_of(
        "a",
        json!({"shareProcessNamespace": {"value": true}, "dnsConfig": {"value": {"nameservers": ["127.0.0.1"]}},
            "securityContext": {"fsGroup": {"value": 1337}}}),
    );
    let (changed, _) = lawful(&pod(), &[profile]);
    assert_eq!(changed["spec"]["shareProcessNamespace"], true);
    assert_eq!(changed["spec"]["dnsConfig"], json!({"nameservers": ["127.0.0.1"]}));
    assert_eq!(changed["spec"]["securityContext"], json!({"fsGroup": 1337}));
    let entry = entry(&changed);
    assert_eq!(entry.fields, ["/spec/shareProcessNamespace", "/spec/dnsConfig", "/spec/securityContext/fsGroup"]);
    assert!(entry.created.contains(&"/spec/securityContext".to_owned()));
}

#[test]
fn what_the_api_server_fills_in_counts_as_not_set() {
    let profile = profile_of(
        "a",
        json!({"dnsPolicy": {"value": "Default"}, "terminationGracePeriodSeconds": {"value": 10, "onConflict": "Max"},
            "serviceAccountName": {"value": "agent", "onConflict": "Reject"}, "priorityClassName": {"value": "high"},
            "securityContext": {"runAsUser": {"value": 7}}}),
    );
    let stored = json!({"dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30, "securityContext": {},
        "serviceAccountName": "default", "serviceAccount": "default", "priorityClassName": ""});
    let null = json!({"dnsPolicy": null, "terminationGracePeriodSeconds": null, "securityContext": null,
        "serviceAccountName": null, "priorityClassName": null});
    for object in [pod(), pod_with(stored), pod_with(null)] {
        let (changed, outcome) = lawful(&object, std::slice::from_ref(&profile));
        assert_eq!(codes(&outcome), [""; 0]);
        let spec = &changed["spec"];
        assert_eq!(spec["dnsPolicy"], "Default");
        assert_eq!(spec["terminationGracePeriodSeconds"], 10);
        assert_eq!(spec["serviceAccountName"], "agent");
        assert_eq!(spec["priorityClassName"], "high");
        assert_eq!(spec["securityContext"], json!({"runAsUser": 7}));
    }
}

#[test]
fn the_value_of_the_pod_decides_with_on_conflict() {
    let kept = ["kept-value"];
    for (field, on_conflict, there, wanted, result, warned) in [
        ("dnsPolicy", "Keep", json!("None"), json!("Default"), json!("None"), &kept[..]),
        ("dnsPolicy", "Reject", json!("Default"), json!("Default"), json!("Default"), &["no-effect"][..0]),
        ("terminationGracePeriodSeconds", "Max", json!(5), json!(60), json!(60), &[]),
        ("terminationGracePeriodSeconds", "Max", json!(90), json!(60), json!(90), &[]),
        ("terminationGracePeriodSeconds", "Keep", json!(5), json!(60), json!(5), &kept),
        ("terminationGracePeriodSeconds", "Max", json!("5"), json!(60), json!("5"), &kept),
        ("shareProcessNamespace", "Keep", json!(false), json!(true), json!(false), &kept),
        ("automountServiceAccountToken", "Keep", json!(false), json!(true), json!(false), &kept),
    ] {
        let profile = profile_of("a", json!({field: {"value": wanted, "onConflict": on_conflict}}));
        let object = pod_with(json!({field: there}));
        let (changed, outcome) = lawful(&object, &[profile]);
        assert_eq!(changed["spec"][field], result, "{field} {on_conflict}");
        assert_eq!(codes(&outcome), warned, "{field} {on_conflict}");
        let replaced = &entry(&changed).replaced;
        assert_eq!(replaced.values().collect::<Vec<_>>(), if result == there { vec![] } else { vec![&there] });
    }
    let profile = profile_of("a", json!({"dnsConfig": {"value": {"searches": ["a"]}, "onConflict": "Reject"}}));
    let (_, outcome) = injected(&pod_with(json!({"dnsConfig": {"searches": ["b"]}})), &[profile]);
    let Verdict::Rejected(errors, _) = &outcome.steps[0].verdict else { panic!("{outcome:?}") };
    assert_eq!((errors[0].code, errors[0].at.to_string().as_str()), (Code::Conflict, "/spec/dnsConfig"));
    assert_eq!(errors[0].message, "the profile `a` sets `dnsConfig`, and the pod has another value for it");
}

#[test]
fn an_element_that_is_spelled_otherwise_is_the_same() {
    let spec = json!({
        "policy": "OptOut",
        "pod": {"hostAliases": {"value": [{"ip": "10.0.0.1", "hostnames": []}], "onConflict": "Reject"}},
        "application": {"envFrom": [{"prefix": "", "configMapRef": {"name": "c"}}]},
    });
    let document =
        json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "a"}, "spec": spec});
    let profile = load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut object = pod_with(json!({"hostAliases": [{"ip": "10.0.0.1"}]}));
    object["spec"]["containers"][0]["envFrom"] = json!([{"configMapRef": {"name": "c"}}]);
    let (changed, outcome) = lawful(&object, &[profile]);
    assert_eq!(codes(&outcome), [""; 0]);
    assert_eq!(changed["spec"], object["spec"]);
}

#[test]
fn a_service_account_under_its_old_name_is_the_pods_own() {
    let profile = profile_of("a", json!({"serviceAccountName": {"value": "agent"}}));
    let (changed, outcome) = lawful(&pod_with(json!({"serviceAccount": "mine"})), &[profile]);
    assert_eq!(codes(&outcome), ["kept-value"]);
    assert_eq!(changed["spec"].get("serviceAccountName"), None);
}

#[test]
fn the_copy_of_a_service_account_that_the_api_server_makes_is_undone_too() {
    let profiles = [profile_of("a", json!({"serviceAccountName": {"value": "agent"}}))];
    let names = json!({"serviceAccountName": "default", "serviceAccount": "default"});
    for object in [pod(), pod_with(names)] {
        let (mut stored, _) = injected(&object, &profiles);
        stored["spec"]["serviceAccount"] = json!("agent");
        assert_eq!(undone(&stored, &profiles, &Which::All), object);
    }
}

#[test]
fn profiles_that_set_one_field_leave_it_to_the_last_of_them() {
    let max = |name: &str, seconds: u64| {
        profile_of(name, json!({"terminationGracePeriodSeconds": {"value": seconds, "onConflict": "Max"}}))
    };
    let profiles = [max("a", 60), max("b", 60), max("c", 90), max("d", 90), max("e", 80)];
    for object in [pod(), pod_with(json!({"terminationGracePeriodSeconds": 20}))] {
        let (changed, _) = lawful(&object, &profiles);
        let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
        // Every set of them may go first, in any order of two steps.
        for first in 0..1_usize << names.len() {
            let some = names.iter().enumerate().filter(|(index, _)| first & (1 << index) != 0);
            let some: Vec<String> = some.map(|(_, name)| (*name).to_owned()).collect();
            let rest: Vec<Profile> = profiles.iter().filter(|one| !some.contains(&one.name)).cloned().collect();
            let left = undone(&changed, &profiles, &Which::Of(some.clone()));
            let seconds = &left["spec"]["terminationGracePeriodSeconds"];
            let wanted = |name: &str| rest.iter().any(|one| one.name == name);
            let expected = match () {
                () if wanted("c") || wanted("d") => json!(90),
                () if wanted("a") || wanted("b") => json!(60),
                () => object["spec"]["terminationGracePeriodSeconds"].clone(),
            };
            assert_eq!(*seconds, expected, "without {some:?}");
            assert_eq!(undone(&left, &profiles, &Which::All), object, "without {some:?}");
        }
    }
}

#[test]
fn a_profile_meets_what_another_one_set() {
    let set = |name: &str, policy: &str, on_conflict: &str| {
        profile_of(name, json!({"dnsPolicy": {"value": policy, "onConflict": on_conflict}}))
    };
    let (changed, outcome) =
        lawful(&pod(), &[set("a", "Default", "Keep"), set("b", "ClusterFirstWithHostNet", "Keep")]);
    assert_eq!((&changed["spec"]["dnsPolicy"], codes(&outcome)), (&json!("Default"), vec!["kept-value"]));
    let (_, outcome) = injected(&pod(), &[set("a", "Default", "Keep"), set("b", "ClusterFirstWithHostNet", "Reject")]);
    let Verdict::Rejected(errors, _) = &outcome.steps[1].verdict else { panic!("{outcome:?}") };
    assert_eq!(errors[0].message, "the profile `b` sets `dnsPolicy`, and the profile `a` has another value for it");
}

#[test]
fn a_field_that_changed_after_the_injection_shows_in_its_state() {
    let profile = |seconds: u64| {
        let on_conflict = "Max";
        [profile_of(
            "a",
            json!({"terminationGracePeriodSeconds": {"value": seconds, "onConflict": on_conflict},
            "shareProcessNamespace": {"value": true}}),
        )]
    };
    let state = |object: &Value, profiles: &[Profile]| match &injected(object, profiles).1.steps[0].verdict {
        Verdict::Skipped { state: Some(state), .. } => state.id(),
        Verdict::Extended(_) => "extended",
        Verdict::Rejected(errors, _) => errors[0].code.id(),
        verdict => panic!("{verdict:?}"),
    };
    let object = pod_with(json!({"terminationGracePeriodSeconds": 20}));
    let (changed, _) = injected(&object, &profile(60));
    let edit = |field: &str, value: Option<Value>| {
        let mut edited = changed.clone();
        match value {
            Some(value) => edited["spec"][field] = value,
            None => drop(edited["spec"].as_object_mut().unwrap().remove(field)),
        }
        edited
    };
    assert_eq!(state(&changed, &profile(60)), "current");
    assert_eq!(state(&changed, &profile(61)), "outdated");
    assert_eq!(state(&edit("terminationGracePeriodSeconds", Some(json!(61))), &profile(60)), "edited");
    assert_eq!(state(&edit("shareProcessNamespace", Some(json!(false))), &profile(60)), "edited");
    let edited = edit("terminationGracePeriodSeconds", Some(json!(61)));
    assert_eq!(undone(&edited, &profile(60), &Which::All), object);
    assert_eq!(state(&edit("shareProcessNamespace", None), &profile(60)), "partial-injection");
    assert_eq!(state(&edit("terminationGracePeriodSeconds", None), &profile(60)), "partial-injection");
    // The pod's own value was greater, and is not any more.
    let (kept, _) = injected(&pod_with(json!({"terminationGracePeriodSeconds": 90})), &profile(60));
    let mut lowered = kept.clone();
    lowered["spec"]["terminationGracePeriodSeconds"] = json!(40);
    assert_eq!(state(&kept, &profile(60)), "current");
    assert_eq!(state(&lowered, &profile(60)), "extended");
    let (again, _) = injected(&lowered, &profile(60));
    assert_eq!(again["spec"]["terminationGracePeriodSeconds"], 60);
    assert_eq!(undone(&again, &profile(60), &Which::All)["spec"]["terminationGracePeriodSeconds"], 40);
}

#[test]
fn a_record_names_only_the_fields_that_a_profile_can_set() {
    let profiles = [profile_of("a", json!({"dnsPolicy": {"value": "Default"}}))];
    let (changed, _) = injected(&pod(), &profiles);
    let with_record = |from: &str, to: &str| {
        let mut object = changed.clone();
        let record = object["metadata"]["annotations"][record::ANNOTATION].as_str().unwrap();
        assert!(record.contains(from), "{record}");
        object["metadata"]["annotations"][record::ANNOTATION] = json!(record.replace(from, to));
        object
    };
    for to in ["/spec/hostNetwork", "/spec/securityContext", "/spec", "/metadata/name", "/spec/nodeSelector"] {
        assert!(record::read(&with_record("/spec/dnsPolicy", to)).is_err(), "{to}");
    }
    // Another profile could have set it; this one does not.
    let foreign = pod_with(json!({"shareProcessNamespace": true}));
    let mut foreign = injected(&foreign, &profiles).0;
    let text = foreign["metadata"]["annotations"][record::ANNOTATION].as_str().unwrap();
    let text = text.replace(r#"["/spec/dnsPolicy"]"#, r#"["/spec/dnsPolicy","/spec/shareProcessNamespace"]"#);
    foreign["metadata"]["annotations"][record::ANNOTATION] = json!(text);
    let (same, outcome) = injected(&foreign, &profiles);
    assert_eq!(same, foreign);
    assert!(matches!(&outcome.steps[0].verdict, Verdict::Rejected(errors, _) if errors[0].code == Code::Record));
}

#[test]
fn elements_of_lists_are_added_by_their_key() {
    let profile = profile_of(
        "a",
        json!({"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["vault"]}], "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "dedicated", "operator": "Exists"}, {"key": "x", "operator": "Equal", "value": "y"}],
            "readinessGates": {"value": [{"conditionType": "a.example/b"}], "onConflict": "Reject"},
            "securityContext": {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}}),
    );
    let (changed, _) = lawful(&pod(), std::slice::from_ref(&profile));
    let record = changed["metadata"]["annotations"][record::ANNOTATION].as_str().unwrap();
    let record: Value = serde_json::from_str(record).unwrap();
    assert_eq!(
        record[0]["pod"],
        json!({"/spec/hostAliases": ["10.0.0.1"], "/spec/nodeSelector": ["disk"],
            "/spec/readinessGates": ["a.example/b"], "/spec/securityContext/sysctls": ["net.ipv4.ip_unprivileged_port_start"],
            "/spec/tolerations": ["{\"key\":\"dedicated\",\"operator\":\"Exists\"}", "{\"key\":\"x\",\"value\":\"y\"}"]})
    );
    // What is there already in the same way stays, and is not recorded; the rest goes behind it.
    let own = json!({"hostAliases": [{"ip": "10.0.0.2", "hostnames": ["db"]}], "nodeSelector": {"os": "linux", "disk": "ssd"},
        "tolerations": [{"key": "x", "value": "y"}], "readinessGates": null, "securityContext": {"sysctls": []}});
    let (changed, outcome) = lawful(&pod_with(own), &[profile]);
    assert_eq!(codes(&outcome), [""; 0]);
    assert_eq!(changed["spec"]["tolerations"].as_array().unwrap().len(), 2);
    assert_eq!(changed["spec"]["hostAliases"][1]["ip"], "10.0.0.1");
    assert_eq!(entry(&changed).pod.get("/spec/nodeSelector"), None);
}

#[test]
fn an_element_of_the_same_key_and_another_value_is_kept_or_refused() {
    let object =
        pod_with(json!({"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db"]}], "nodeSelector": {"disk": "hdd"}}));
    let profile = |on_conflict: &str| {
        let aliases = json!({"value": [{"ip": "10.0.0.1", "hostnames": ["vault"]}], "onConflict": on_conflict});
        profile_of(
            "a",
            json!({"hostAliases": aliases, "nodeSelector": {"value": {"disk": "ssd"}, "onConflict": on_conflict}}),
        )
    };
    let (changed, outcome) = lawful(&object, &[profile("Keep")]);
    assert_eq!((&changed["spec"], codes(&outcome)), (&object["spec"], vec!["kept-value", "kept-value"]));
    let (_, outcome) = injected(&object, &[profile("Reject")]);
    let Verdict::Rejected(errors, _) = &outcome.steps[0].verdict else { panic!("{outcome:?}") };
    let places: Vec<String> = errors.iter().map(|error| error.at.to_string()).collect();
    assert_eq!(places, ["/spec/hostAliases/0", "/spec/nodeSelector/disk"]);
}

#[test]
fn an_element_that_two_profiles_add_goes_with_the_last_of_them() {
    let add = |name: &str, more: &str| {
        profile_of(
            name,
            json!({"nodeSelector": {"disk": "ssd", more: "1"}, "tolerations": [{"key": "a"}, {"key": more}]}),
        )
    };
    let profiles = [add("a", "x"), add("b", "y")];
    let (changed, _) = lawful(&pod(), &profiles);
    for first in ["a", "b"] {
        let left = undone(&changed, &profiles, &Which::Of(vec![first.to_owned()]));
        assert_eq!(left["spec"]["nodeSelector"].as_object().unwrap().len(), 2, "{first}");
        assert_eq!(left["spec"]["tolerations"].as_array().unwrap().len(), 2, "{first}");
        assert_eq!(undone(&left, &profiles, &Which::All), pod(), "{first}");
    }
}

#[test]
fn elements_without_a_key_or_with_that_of_another_are_errors() {
    for (list, message) in [
        (json!([{"hostnames": ["a"]}]), "hostAliases of the profile `a`: an element has no `ip`"),
        (
            json!([{"ip": "1.1.1.1"}, {"ip": "1.1.1.1"}]),
            "hostAliases of the profile `a`: `1.1.1.1` is there a second time",
        ),
    ] {
        let (_, outcome) = injected(&pod(), &[profile_of("a", json!({"hostAliases": list}))]);
        let Verdict::Rejected(errors, _) = &outcome.steps[0].verdict else { panic!("{outcome:?}") };
        assert_eq!(errors[0].message, message);
    }
}

#[test]
fn an_element_that_changed_after_the_injection_shows_in_its_state() {
    let profiles = [profile_of(
        "a",
        json!({"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["vault"]}], "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "a"}]}),
    )];
    let (changed, _) = injected(&pod(), &profiles);
    for (at, value, expected) in [
        ("/spec/hostAliases/0/hostnames", json!(["db"]), "edited"),
        ("/spec/nodeSelector/disk", json!("hdd"), "edited"),
        ("/spec/tolerations/0", json!({"key": "a", "operator": "Equal"}), "current"),
        ("/spec/hostAliases/0/ip", json!("10.0.0.2"), "partial"),
        ("/spec/tolerations/0/key", json!("b"), "partial"),
    ] {
        let mut edited = changed.clone();
        *edited.pointer_mut(at).unwrap() = value;
        let state = match &injected(&edited, &profiles).1.steps[0].verdict {
            Verdict::Skipped { state: Some(state), .. } => state.id(),
            Verdict::Rejected(errors, _) if errors[0].code == Code::PartialInjection => "partial",
            verdict => panic!("{verdict:?}"),
        };
        assert_eq!(state, expected, "{at}");
    }
}

#[test]
fn what_the_api_server_refuses_in_the_pod_is_an_error_where_the_profile_set_it() {
    for (set, there, at) in [
        (json!({"dnsPolicy": {"value": "None"}}), json!({}), "/spec/dnsPolicy"),
        (json!({"shareProcessNamespace": {"value": true}}), json!({"hostPID": true}), "/spec/shareProcessNamespace"),
        (
            json!({"tolerations": [{"effect": "NoSchedule"}]}),
            json!({"tolerations": [{"key": "a"}]}),
            "/spec/tolerations/1",
        ),
        // What the pod has itself is not the profile's fault.
        (json!({"shareProcessNamespace": {"value": true}}), json!({"tolerations": [{"effect": "NoSchedule"}]}), ""),
        (json!({"dnsPolicy": {"value": "None"}}), json!({"dnsConfig": {"nameservers": ["10.0.0.1"]}}), ""),
    ] {
        let (_, outcome) = injected(&pod_with(there), &[profile_of("a", set)]);
        let found = match &outcome.steps[0].verdict {
            Verdict::Rejected(errors, _) => errors[0].at.to_string(),
            _ => String::new(),
        };
        assert_eq!(found, at, "{outcome:?}");
    }
}

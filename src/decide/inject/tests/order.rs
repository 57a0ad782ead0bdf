//! Where what is added goes among what is there.

use super::*;

fn ordered(spec: &Value, object: &Value) -> (Value, Vec<String>) {
    let mut document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"},
        "spec": {"policy": "OptOut"}});
    for (field, value) in spec.as_object().unwrap() {
        document["spec"][field] = value.clone();
    }
    let profile = load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"));
    let identity = workload::identify(object).unwrap();
    let outcome = with(&profile, |request| plan(&identity, object, &facts(), request));
    let changed = patched(object, &outcome.patch);
    let undone = with(&profile, |request| {
        uninject::undo(&identity, &changed, &facts(), request, &Which::All, Leftovers::Refuse)
    });
    assert_eq!(patched(&changed, &undone.patch), *object, "what was added is removed again");
    let codes = outcome.warnings.iter().map(|warning| warning.code.id().to_owned());
    (changed, codes.filter(|code| code != "qos-changed").collect())
}

fn names(object: &Value, list: &str) -> String {
    let items = object.pointer(list).and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().map(|item| item["name"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn set_up_and_sidecars_go_where_their_placement_says() {
    let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
        "initContainers": [{"name": "token", "image": "a:1"}, {"name": "migrate", "image": "a:1"}],
        "containers": [{"name": "web", "image": "a:1"}, {"name": "log", "image": "a:1"}]}});
    let absent = &["placement-absent"][..];
    let rows = [
        // The defaults.
        (false, true, json!(null), "token migrate setup", "web log proxy", &[][..]),
        (true, true, json!(null), "setup proxy token migrate", "web log", &[]),
        // One value is for the sidecars; the set-up of a native one stays directly before it.
        (false, true, json!("First"), "token migrate setup", "proxy web log", &[]),
        (false, true, json!({"After": "web"}), "token migrate setup", "web proxy log", &[]),
        (true, true, json!({"After": "token"}), "token setup proxy migrate", "web log", &[]),
        (true, true, json!("Last"), "token migrate setup proxy", "web log", &[]),
        (true, true, json!({"After": "web"}), "token migrate setup proxy", "web log", absent),
        (true, true, json!({"Before": "none"}), "token migrate setup proxy", "web log", absent),
        // Without sidecars it is for the init containers.
        (true, false, json!("First"), "setup token migrate", "web log", &[]),
        (false, false, json!({"Before": "migrate"}), "token setup migrate", "web log", &[]),
        // One for each list.
        (
            false,
            true,
            json!({"initContainers": "First", "containers": {"After": "web"}}),
            "setup token migrate",
            "web proxy log",
            &[],
        ),
        (false, true, json!({"initContainers": {"After": "none"}}), "token migrate setup", "web log proxy", absent),
        (
            true,
            true,
            json!({"initContainers": "First", "containers": {"After": "token"}}),
            "setup token proxy migrate",
            "web log",
            &[],
        ),
        (true, true, json!({"initContainers": "Last"}), "token migrate setup proxy", "web log", &[]),
        (true, true, json!({"containers": {"Before": "migrate"}}), "token setup proxy migrate", "web log", &[]),
    ];
    for (native, has_sidecar, placement, init, containers, warned) in rows {
        let mut spec = json!({"nativeSidecar": native, "placement": placement,
            "initContainers": [{"name": "setup", "image": "b:1"}]});
        if has_sidecar {
            spec["containers"] = json!([{"name": "proxy", "image": "b:1"}]);
        }
        let (changed, warnings) = ordered(&spec, &object);
        let found = (names(&changed, "/spec/initContainers"), names(&changed, "/spec/containers"));
        assert_eq!((found.0.as_str(), found.1.as_str()), (init, containers), "{spec}");
        assert_eq!(warnings, warned, "{spec}");
    }
}

#[test]
fn a_variable_that_the_application_refers_to_can_come_first() {
    let pod = |url: &str| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
        "containers": [{"name": "web", "image": "a:1", "env": [{"name": "URL", "value": url}, {"name": "Z", "value": "z"}]}]}})
    };
    let added = json!([{"name": "HOST", "value": "h"}, {"name": "PORT", "value": "1"}]);
    let last = json!({"application": {"env": added}});
    let first = json!({"application": {"env": added, "envPlacement": "First"}});
    let env = "/spec/containers/0/env";
    for (url, warned) in [
        ("http://$(HOST):80", &["env-order"][..]),
        ("$(HOST):$(PORT)", &["env-order", "env-order"]),
        ("$$$(HOST)", &["env-order"]),
        ("$$(HOST)", &[]),
        ("$(HOSTS) $HOST ${HOST} $(HOST", &[]),
        ("$(Z)", &[]),
    ] {
        let (changed, warnings) = ordered(&last, &pod(url));
        assert_eq!((names(&changed, env).as_str(), &warnings[..].len()), ("URL Z HOST PORT", &warned.len()), "{url}");
        assert_eq!(warnings, warned, "{url}");
        let (changed, warnings) = ordered(&first, &pod(url));
        assert_eq!((names(&changed, env).as_str(), warnings.len()), ("HOST PORT URL Z", 0), "{url}");
    }
}

#[test]
fn a_reference_to_a_variable_that_comes_later_is_told_wherever_it_is_from() {
    let pod = |env: Value| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
        "containers": [{"name": "web", "image": "a:1", "env": env}]}})
    };
    let warned = |added: Value, there: Value| {
        let (_, warnings) = ordered(&json!({"application": [{"targets": "Containers", "env": added}]}), &pod(there));
        warnings.into_iter().filter(|code| code == "env-order").count()
    };
    let name = json!({"name": "POD", "value": "p"});
    let first = json!({"name": "POD", "value": "p", "at": "First"});
    let append = |text: &str| json!({"name": "ATTRIBUTES", "separator": ",", "append": text});
    let prepend = json!({"name": "ATTRIBUTES", "separator": ",", "prepend": "$(POD)"});
    let own = json!([{"name": "ATTRIBUTES", "value": "x=1"}]);
    for (added, there, count, what) in [
        (json!([name, append("pod=$(POD)")]), own.clone(), 1, "appended text"),
        (json!([append("pod=$(POD)"), name]), own.clone(), 1, "appended text, in the other order"),
        (json!([name, prepend]), own.clone(), 1, "prepended text"),
        (json!([first, append("pod=$(POD)")]), own.clone(), 0, "the variable comes first"),
        (json!([name, append("pod=$$(POD)")]), own.clone(), 0, "no reference"),
        (json!([name, append("pod=$(POD)")]), json!([]), 0, "both are added, in order"),
        (json!([append("pod=$(POD)"), name]), json!([]), 1, "both are added, in the wrong order"),
        (json!([name, {"name": "URL", "value": "$(POD)", "at": "First"}]), own.clone(), 1, "one that is put first"),
        (
            json!([name, {"name": "URL", "value": "other"}]),
            json!([{"name": "URL", "value": "$(POD)"}]),
            1,
            "one that is kept",
        ),
        (
            json!([append("$(LATER)")]),
            json!([{"name": "ATTRIBUTES", "value": "x"}, {"name": "LATER", "value": "y"}]),
            1,
            "text that refers to a later one of the user's own",
        ),
        (
            json!([append("z")]),
            json!([{"name": "ATTRIBUTES", "value": "$(LATER)"}, {"name": "LATER", "value": "y"}]),
            0,
            "the user's own order",
        ),
        (json!([name, append("$(POD)")]), json!([{"name": "POD", "value": "q"}, own[0]]), 0, "the user's comes first"),
    ] {
        assert_eq!(warned(added, there), count, "{what}");
    }
}

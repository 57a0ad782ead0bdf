use serde_json::json;

use super::*;

/// What a level refuses; the part that a webhook copies gives the same answer as the whole template.
fn violations(level: Level, template: &Value) -> Vec<Violation> {
    let found = super::violations(level, template);
    assert_eq!(super::violations(level, &checked_part(template)), found, "{template}");
    found
}

/// A pod that Restricted allows, with one value changed at a JSON Pointer from the spec.
fn pod(pointer: &str, value: Value) -> Value {
    let mut template = json!({
        "metadata": {"annotations": {}},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "initContainers": [container("init")],
            "containers": [container("app")],
            "volumes": [{"name": "e", "emptyDir": {}}, {"name": "bare"}],
        },
    });
    if !pointer.is_empty() {
        set(&mut template, &Pointer::parse(pointer).unwrap(), value);
    }
    template
}

fn container(name: &str) -> Value {
    json!({"name": name, "ports": [{"containerPort": 80}], "securityContext": {
        "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
    }})
}

fn set(root: &mut Value, at: &Pointer, value: Value) {
    let mut node = root;
    for token in at.tokens() {
        node = match node {
            Value::Array(list) => &mut list[token.parse::<usize>().unwrap()],
            other => &mut other[token.as_str()],
        };
    }
    *node = value;
}

fn messages(found: &[Violation]) -> Vec<String> {
    found.iter().map(|v| format!("{} {} {}", v.field, v.container.as_deref().unwrap_or("-"), v.message)).collect()
}

const INIT: &str = "/spec/initContainers/0";
const APP: &str = "/spec/containers/0";

#[test]
fn a_hardened_pod_passes_every_level() {
    let template = pod("", json!(null));
    for level in [Level::Privileged, Level::Baseline, Level::Restricted] {
        assert_eq!(violations(level, &template), []);
    }
    assert_eq!(required_level(&template), (Level::Restricted, vec![]));
}

#[test]
fn baseline_refuses_what_it_has_rules_for_and_restricted_too() {
    for (pointer, value, field, container) in [
        ("/spec/hostNetwork", json!(true), "/spec/hostNetwork", "-"),
        ("/spec/hostPID", json!(true), "/spec/hostPID", "-"),
        ("/spec/hostIPC", json!(true), "/spec/hostIPC", "-"),
        (&format!("{APP}/securityContext/privileged"), json!(true), "", "app"),
        (&format!("{INIT}/securityContext/privileged"), json!(true), "", "init"),
        (&format!("{INIT}/securityContext/capabilities/add"), json!(["NET_ADMIN"]), "*/0", "init"),
        (&format!("{APP}/securityContext/capabilities/add"), json!(["NET_RAW"]), "*/0", "app"),
        ("/spec/volumes/0", json!({"name": "h", "hostPath": {"path": "/"}}), "*/hostPath", "-"),
        (&format!("{APP}/ports/0/hostPort"), json!(8080), "", "app"),
        ("/spec/securityContext/appArmorProfile", json!({"type": "Unconfined"}), "*/type", "-"),
        (&format!("{APP}/securityContext/appArmorProfile"), json!({"type": "Unconfined"}), "*/type", "app"),
        ("/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app", json!("unconfined"), "", "-"),
        ("/spec/securityContext/seLinuxOptions", json!({"type": "spc_t"}), "*/type", "-"),
        (&format!("{APP}/securityContext/seLinuxOptions"), json!({"user": "u"}), "*/user", "app"),
        (&format!("{INIT}/securityContext/seLinuxOptions"), json!({"role": "r"}), "*/role", "init"),
        (&format!("{APP}/securityContext/procMount"), json!("Unmasked"), "", "app"),
        (&format!("{APP}/securityContext/seccompProfile"), json!({"type": "Unconfined"}), "*/type", "app"),
        ("/spec/securityContext/sysctls", json!([{"name": "kernel.msgmax", "value": "1"}]), "*/0/name", "-"),
        ("/spec/securityContext/windowsOptions", json!({"hostProcess": true}), "*/hostProcess", "-"),
        (&format!("{APP}/securityContext/windowsOptions"), json!({"hostProcess": true}), "*/hostProcess", "app"),
        (&format!("{APP}/livenessProbe"), json!({"httpGet": {"port": 1, "host": "10.0.0.1"}}), "*/httpGet/host", "app"),
        (&format!("{APP}/startupProbe"), json!({"tcpSocket": {"port": 1, "host": "a"}}), "*/tcpSocket/host", "app"),
        (&format!("{APP}/readinessProbe"), json!({"tcpSocket": {"port": 1, "host": "a"}}), "*/tcpSocket/host", "app"),
        (&format!("{APP}/lifecycle"), json!({"preStop": {"httpGet": {"host": "a"}}}), "*/preStop/httpGet/host", "app"),
        (
            &format!("{APP}/lifecycle"),
            json!({"postStart": {"tcpSocket": {"host": "a"}}}),
            "*/postStart/tcpSocket/host",
            "app",
        ),
    ] {
        let template = pod(pointer, value);
        let expected = if field.is_empty() { pointer.to_owned() } else { field.replace('*', pointer) };
        for level in [Level::Baseline, Level::Restricted] {
            let found = messages(&violations(level, &template));
            assert_eq!(found.len(), 1, "{level:?} {pointer}: {found:?}");
            assert!(found[0].starts_with(&format!("{expected} {container} ")), "{level:?} {pointer}: {found:?}");
        }
        assert_eq!(violations(Level::Privileged, &template), []);
        assert_eq!(required_level(&template).0, Level::Privileged, "{pointer}");
    }
}

#[test]
fn restricted_asks_for_more_than_baseline() {
    for (pointer, value, field, container) in [
        (&*format!("{APP}/securityContext/allowPrivilegeEscalation"), json!(true), "", "app"),
        (&format!("{INIT}/securityContext/allowPrivilegeEscalation"), json!(null), "", "init"),
        (&format!("{APP}/securityContext/runAsNonRoot"), json!(false), "", "app"),
        ("/spec/securityContext/runAsUser", json!(0), "", "-"),
        (&format!("{INIT}/securityContext/runAsUser"), json!(0), "", "init"),
        (&format!("{APP}/securityContext/capabilities/drop"), json!(["NET_RAW"]), "", "app"),
        (&format!("{APP}/securityContext/capabilities/add"), json!(["CHOWN"]), "*/0", "app"),
        ("/spec/volumes/0", json!({"name": "n", "nfs": {"server": "s", "path": "/"}}), "*/nfs", "-"),
    ] {
        let template = pod(pointer, value);
        let expected = if field.is_empty() { pointer.to_owned() } else { field.replace('*', pointer) };
        assert_eq!(violations(Level::Baseline, &template), [], "{pointer}");
        let (level, found) = required_level(&template);
        assert_eq!(level, Level::Baseline, "{pointer}");
        let found = messages(&found);
        assert_eq!(found.len(), 1, "{pointer}: {found:?}");
        assert!(found[0].starts_with(&format!("{expected} {container} ")), "{pointer}: {found:?}");
    }
}

#[test]
fn what_the_pod_sets_holds_for_its_containers() {
    let unset = pod("/spec/securityContext", json!(null));
    assert_eq!(violations(Level::Restricted, &unset).len(), 4, "two containers lack two settings each");
    let mut own = unset;
    for list in ["initContainers", "containers"] {
        let context = &mut own["spec"][list][0]["securityContext"];
        context["runAsNonRoot"] = json!(true);
        context["seccompProfile"] = json!({"type": "Localhost", "localhostProfile": "p"});
    }
    assert_eq!(violations(Level::Restricted, &own), []);
    let unconfined = pod("/spec/securityContext/seccompProfile/type", json!("Unconfined"));
    assert_eq!(messages(&violations(Level::Baseline, &unconfined)).len(), 1);
    assert_eq!(messages(&violations(Level::Restricted, &unconfined)).len(), 3);
}

#[test]
fn what_is_allowed_is_not_messages() {
    for (pointer, value) in [
        (&*format!("{APP}/securityContext/capabilities/add"), json!(["NET_BIND_SERVICE"])),
        (&format!("{APP}/ports/0/hostPort"), json!(0)),
        (&format!("{APP}/securityContext/procMount"), json!("Default")),
        (&format!("{APP}/securityContext/runAsUser"), json!(1000)),
        (&format!("{APP}/livenessProbe"), json!({"httpGet": {"port": 1, "host": ""}})),
        ("/spec/securityContext/seLinuxOptions", json!({"type": "container_engine_t", "level": "s0"})),
        ("/spec/securityContext/sysctls", json!([{"name": "net.ipv4.tcp_wmem", "value": "1"}])),
        ("/spec/securityContext/appArmorProfile", json!({"type": "Localhost", "localhostProfile": "p"})),
        ("/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app", json!("localhost/p")),
        ("/spec/volumes/0", json!({"name": "i", "image": {"reference": "r"}})),
        ("/spec/hostNetwork", json!(false)),
    ] {
        assert_eq!(violations(Level::Restricted, &pod(pointer, value)), [], "{pointer}");
    }
}

#[test]
fn pods_for_windows_and_with_user_namespaces_are_asked_for_less() {
    let mut windows = json!({"spec": {"os": {"name": "windows"}, "containers": [{"name": "app"}]}});
    assert_eq!(messages(&violations(Level::Restricted, &windows)).len(), 1);
    windows["spec"]["securityContext"] = json!({"runAsNonRoot": true});
    assert_eq!(violations(Level::Restricted, &windows), []);

    let mut users = pod("/spec/securityContext/runAsNonRoot", json!(false));
    users["spec"]["containers"][0]["securityContext"]["runAsUser"] = json!(0);
    users["spec"]["containers"][0]["securityContext"]["procMount"] = json!("Unmasked");
    users["spec"]["hostUsers"] = json!(false);
    assert_eq!(violations(Level::Baseline, &users), []);
    assert_eq!(
        messages(&violations(Level::Restricted, &users)).len(),
        1,
        "Restricted asks for the default /proc anyway"
    );
    assert_eq!(violations_at(Level::Baseline, PolicyVersion(34), &users).len(), 1);
    assert!(violations_at(Level::Restricted, PolicyVersion(34), &users).len() > 3);
}

#[test]
fn an_older_policy_knows_the_rules_of_its_time() {
    for (pointer, value, since, stricter) in [
        ("/spec/securityContext/sysctls", json!([{"name": "net.ipv4.tcp_rmem"}]), 32, false),
        ("/spec/securityContext/sysctls", json!([{"name": "net.ipv4.tcp_fin_timeout"}]), 29, false),
        ("/spec/securityContext/seLinuxOptions", json!({"type": "container_engine_t"}), 31, false),
        (&*format!("{APP}/livenessProbe"), json!({"httpGet": {"host": "a"}}), 34, true),
    ] {
        let template = pod(pointer, value);
        for version in [since - 1, since] {
            let refused = !violations_at(Level::Baseline, PolicyVersion(version), &template).is_empty();
            assert_eq!(refused, (version >= since) == stricter, "{pointer} 1.{version}");
        }
    }
}

#[test]
fn broken_templates_are_passed_over() {
    for template in [json!(null), json!([]), json!({"spec": 5}), json!({"spec": {"containers": [5, null, {}]}})] {
        assert_eq!(violations(Level::Baseline, &template), [], "{template}");
    }
}

#[test]
fn a_namespace_tells_what_it_would_newly_refuse() {
    let before = pod("", json!(null));
    let after = pod(&format!("{INIT}/securityContext/capabilities/add"), json!(["NET_ADMIN"]));
    let users = pod("/spec/securityContext/runAsUser", json!(0));
    let hosts = pod(&format!("{APP}/livenessProbe"), json!({"httpGet": {"host": "a"}}));
    let modes = |labels: &[(&str, &str)], before: &Value, after: &Value| {
        let labels = labels.iter().map(|(k, v)| (format!("pod-security.kubernetes.io/{k}"), (*v).to_owned())).collect();
        let refused = newly_refused(&labels, before, after);
        refused.iter().map(|(mode, level, _)| format!("{}={}", mode.name(), level.name())).collect::<Vec<_>>()
    };
    for (labels, after, expected) in [
        (&[][..], &after, &[][..]),
        (&[("enforce", "privileged")], &after, &[]),
        // Without a label of its own, a namespace warns about what it enforces.
        (&[("enforce", "baseline")], &after, &["enforce=baseline", "warn=baseline"]),
        (&[("enforce", "baseline"), ("warn", "privileged")], &after, &["enforce=baseline"]),
        (&[("audit", "baseline")], &after, &["audit=baseline"]),
        (&[("warn", "restricted"), ("enforce", "baseline")], &users, &["warn=restricted"]),
        (&[("enforce", "resticted")], &users, &["enforce=restricted"]),
        (&[("warn", "resticted"), ("audit", "x")], &users, &[]),
        (&[("enforce", "baseline"), ("enforce-version", "v1.33")], &hosts, &[]),
        (&[("enforce", "baseline"), ("enforce-version", "v1.34")], &hosts, &["enforce=baseline", "warn=baseline"]),
        (&[("enforce", "baseline"), ("enforce-version", "1.33")], &hosts, &["enforce=baseline", "warn=baseline"]),
        (
            &[("enforce", "baseline"), ("enforce-version", "v1.33"), ("warn-version", "latest")],
            &hosts,
            &["warn=baseline"],
        ),
    ] {
        assert_eq!(modes(labels, &before, after), expected, "{labels:?}");
    }
}

#[test]
fn a_pod_that_was_refused_before_is_reported_for_what_is_new() {
    let labels = [("pod-security.kubernetes.io/enforce".to_owned(), "restricted".to_owned())].into();
    let new = |before: &Value, after: &Value| {
        let mut found = newly_refused(&labels, before, after);
        found.retain(|(mode, ..)| *mode == PolicyMode::Enforce);
        messages(&found.into_iter().map(|(.., violation)| violation).collect::<Vec<_>>())
    };
    let plain = json!({"spec": {"containers": [{"name": "app"}]}});
    assert_eq!(new(&plain, &plain), [""; 0]);
    // The same containers at other indexes, and what the pod sets for the new one too.
    let mut after = plain.clone();
    after["spec"]["containers"] = json!([{"name": "own"}, {"name": "app"}]);
    after["spec"]["initContainers"] = json!([{"name": "set-up", "securityContext": {"runAsUser": 0}}]);
    let found = new(&plain, &after);
    assert_eq!(found.len(), 9, "four rules for each container, and the user of one: {found:?}");
    assert!(found.iter().all(|line| line.contains(" own ") || line.contains(" set-up ")), "{found:?}");
    let mut before = plain;
    for pod in [&mut before, &mut after] {
        pod["spec"]["securityContext"] = json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
    }
    assert_eq!(new(&before, &after).len(), 5);
    let volumes = json!([{"name": "v", "nfs": {"server": "s", "path": "/"}}]);
    let (mut with, without) = (after.clone(), after);
    with["spec"]["volumes"] = volumes;
    assert_eq!(new(&without, &with).len(), 1);
    assert_eq!(new(&with, &without), [""; 0]);
}

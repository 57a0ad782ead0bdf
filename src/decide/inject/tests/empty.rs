//! Lists and objects of which all parts are left out.

use super::*;

/// The profile's container and volume in the pod.
fn made(container: &Value, volume: &Value) -> (Value, Value) {
    let mut container = container.clone();
    container["name"] = json!("side");
    container["image"] = json!("a:1");
    let mut volume = volume.clone();
    volume["name"] = json!("v");
    let document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"},
    "spec": {
        "policy": "OptOut", "nativeSidecar": false, "containers": [container], "volumes": [volume],
        "parameters": [
            {"name": "no", "type": "boolean", "default": false},
            {"name": "cpu", "type": "quantity", "optional": true},
            {"name": "none", "type": "list", "of": "string", "optional": true},
        ],
    }});
    let profile = load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"));
    let pod = injected(&profile);
    let mut container = pod["spec"]["containers"][1].clone();
    let mut volume = pod["spec"]["volumes"][0].clone();
    for name in ["name", "image"] {
        container.as_object_mut().unwrap().shift_remove(name);
    }
    volume.as_object_mut().unwrap().shift_remove("name");
    (container, volume)
}

#[test]
fn what_is_empty_since_all_in_it_is_left_out_is_left_out() {
    for container in [
        json!({"args": [{"when": "no", "value": "a"}]}),
        json!({"args": [{"forEach": {"name": "n", "in": "none"}, "value": "{{ n }}"}]}),
        json!({"args": {"values": "{{ none }}"}}),
        json!({"args": {"when": "true || no", "values": "{{ none }}"}}),
        json!({"volumeMounts": [{"forEach": {"name": "n", "in": "none"}, "name": "v", "mountPath": "{{ n }}"}]}),
        json!({"env": [{"when": "no", "name": "A", "value": "b"}]}),
        json!({"resources": {"limits": {"cpu": "{{ cpu }}"}}}),
        json!({"resources": {"requests": {"cpu": "{{ cpu }}"}, "limits": {"cpu": {"when": "no", "value": "1"}}}}),
        json!({"resources": {"limits": {"oneOf": [{"when": "no", "cpu": "1"}, {"memory": "{{ cpu }}"}]}}}),
        json!({"resources": {"limits": {"memory": "{{ cpu }}", "oneOf": [{"when": "no", "cpu": "1"}, {}]}}}),
        json!({"resources": {"when": "!no", "limits": {"cpu": "{{ cpu }}"}}}),
    ] {
        assert_eq!(made(&container, &json!({"emptyDir": {}})).0, json!({}), "{container}");
    }
}

#[test]
fn what_is_written_as_empty_or_may_mean_something_stays() {
    for (container, expected) in [
        (json!({"args": [], "env": []}), None),
        (json!({"args": {"values": []}}), Some(json!({"args": []}))),
        (json!({"resources": {}}), None),
        (
            json!({"resources": {"limits": {}, "requests": {"cpu": "{{ cpu }}"}}}),
            Some(json!({"resources": {"limits": {}}})),
        ),
        (
            json!({"resources": {"limits": {"cpu": "1", "memory": "{{ cpu }}"}}}),
            Some(json!({"resources": {"limits": {"cpu": "1"}}})),
        ),
        (
            json!({"resources": {"limits": {"oneOf": [{"when": "no", "cpu": "1"}, {}]}}}),
            Some(json!({"resources": {"limits": {}}})),
        ),
        (json!({"securityContext": {"runAsUser": {"when": "no", "value": 1}}}), Some(json!({"securityContext": {}}))),
        (
            json!({"securityContext": {"capabilities": {"add": [{"when": "no", "value": "NET_ADMIN"}]}}}),
            Some(json!({"securityContext": {"capabilities": {}}})),
        ),
    ] {
        assert_eq!(made(&container, &json!({"emptyDir": {}})).0, expected.unwrap_or(container.clone()), "{container}");
    }
    let medium = json!({"emptyDir": {"medium": {"when": "no", "value": "Memory"}}});
    assert_eq!(made(&json!({}), &medium).1, json!({"emptyDir": {}}));
    let items = json!({"configMap": {"name": "c", "items": [{"when": "no", "key": "k", "path": "p"}]}});
    assert_eq!(made(&json!({}), &items).1, json!({"configMap": {"name": "c"}}));
}

#[test]
fn an_empty_list_of_a_let_value_stays_a_list() {
    let document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"},
    "spec": {
        "policy": "OptOut", "parameters": [{"name": "cpu", "type": "quantity", "optional": true}],
        "let": [{"name": "all", "value": {"sizes": ["{{ cpu }}"]}}],
        "labels": [{"key": "count", "value": "n{{ size(lets.all.sizes) }}"}],
    }});
    let profile = load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(injected(&profile)["metadata"]["labels"]["count"], "n0");
}

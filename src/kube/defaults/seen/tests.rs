use serde_json::{Value, json};

use super::seen;
use crate::value::view::{Kind, View};

fn at(template: &Value, pointer: &str) -> Option<Value> {
    let root = seen(template, "shop");
    let found = pointer.split('/').skip(1).try_fold(root, |node, token| match token.parse() {
        Ok(index) => node.element(index),
        Err(_) => node.member(token),
    });
    found.map(View::value)
}

fn with(container: Value) -> Value {
    json!({"spec": {"containers": [container]}})
}

#[test]
fn what_the_api_server_fills_in_is_there() {
    let pod = json!({"spec": {
        "containers": [
            {"name": "a", "image": "a", "ports": [{"containerPort": 80}], "livenessProbe": {"httpGet": {"port": 80}}},
            {"name": "b", "image": "b:1", "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]},
        ],
        "initContainers": [{"name": "i", "image": "i:latest", "startupProbe": {"grpc": {"port": 1}, "timeoutSeconds": 0}}],
        "volumes": [{"name": "v"}, {"name": "s", "secret": {"secretName": "s"}}],
        "serviceAccount": "robot",
    }});
    for (pointer, wanted) in [
        ("/metadata/namespace", json!("shop")),
        ("/spec/restartPolicy", json!("Always")),
        ("/spec/terminationGracePeriodSeconds", json!(30)),
        ("/spec/enableServiceLinks", json!(true)),
        ("/spec/securityContext", json!({})),
        ("/spec/serviceAccountName", json!("robot")),
        ("/spec/containers/0/imagePullPolicy", json!("Always")),
        ("/spec/containers/0/resources", json!({})),
        ("/spec/containers/0/ports/0", json!({"containerPort": 80, "protocol": "TCP"})),
        ("/spec/containers/0/livenessProbe/httpGet/scheme", json!("HTTP")),
        ("/spec/containers/0/livenessProbe/periodSeconds", json!(10)),
        ("/spec/containers/1/imagePullPolicy", json!("IfNotPresent")),
        ("/spec/containers/1/env/0/valueFrom/fieldRef/apiVersion", json!("v1")),
        ("/spec/initContainers/0/imagePullPolicy", json!("Always")),
        ("/spec/initContainers/0/startupProbe/timeoutSeconds", json!(1)),
        ("/spec/initContainers/0/startupProbe/grpc/service", json!("")),
        ("/spec/volumes/0/emptyDir", json!({})),
        ("/spec/volumes/1/secret/defaultMode", json!(420)),
    ] {
        assert_eq!(at(&pod, pointer), Some(wanted), "{pointer}");
    }
    assert_eq!(at(&pod, "/spec/containers/0/ports/0/hostPort"), None);
    assert_eq!(at(&pod, "/spec/containers/0/livenessProbe/grpc"), None);
    assert_eq!(at(&pod, "/spec/volumes/1/emptyDir"), None);
}

#[test]
fn what_the_api_server_leaves_out_is_not_there() {
    let pod = json!({"apiVersion": "v1", "status": {}, "metadata": {"labels": {}, "creationTimestamp": null}, "spec": {
        "hostNetwork": false, "shareProcessNamespace": false, "unknown": 1, "nodeName": "", "containers": [],
    }});
    let members =
        |pointer: &str| -> Vec<String> { at(&pod, pointer).unwrap().as_object().unwrap().keys().cloned().collect() };
    assert_eq!(members(""), ["metadata", "spec"]);
    assert_eq!(members("/metadata"), ["namespace"]);
    assert_eq!(at(&pod, "/spec/hostNetwork"), None);
    assert_eq!(at(&pod, "/spec/unknown"), None);
    assert_eq!(at(&pod, "/spec/nodeName"), None);
    assert_eq!(at(&pod, "/spec/containers"), None);
    assert_eq!(at(&pod, "/spec/shareProcessNamespace"), Some(json!(false)));
}

#[test]
fn null_in_a_list_or_a_map_is_a_zero_value() {
    let pod = json!({"metadata": {"labels": {"a": null}}, "spec": {"containers": [
        {"args": ["a", null], "resources": {"requests": {"cpu": null}}, "env": null},
    ]}});
    assert_eq!(at(&pod, "/metadata/labels"), Some(json!({"a": ""})));
    assert_eq!(at(&pod, "/spec/containers/0/args"), Some(json!(["a", ""])));
    assert_eq!(at(&pod, "/spec/containers/0/resources/requests"), Some(json!({"cpu": "0"})));
    assert_eq!(at(&pod, "/spec/containers/0/env"), None);
}

#[test]
fn the_namespace_is_that_of_the_facts() {
    assert_eq!(at(&json!({"metadata": {}}), "/metadata/namespace"), Some(json!("shop")));
    assert_eq!(at(&json!({"metadata": {"namespace": "other"}}), "/metadata/namespace"), Some(json!("shop")));
    assert_eq!(at(&json!({}), "/metadata/namespace"), Some(json!("shop")));
}

#[test]
fn requests_are_those_written_and_then_the_limits() {
    let resources = |value: Value| at(&with(json!({"resources": value})), "/spec/containers/0/resources");
    let limits = json!({"memory": "1024Mi", "cpu": 0.5});
    let stored = json!({"cpu": "500m", "memory": "1Gi"});
    assert_eq!(resources(json!({"limits": limits})), Some(json!({"limits": stored, "requests": stored})));
    assert_eq!(
        resources(json!({"limits": limits, "requests": {"cpu": 1, "x/y": 2}})),
        Some(json!({"limits": stored, "requests": {"cpu": "1", "memory": "1Gi", "x/y": "2"}}))
    );
    assert_eq!(resources(json!({"requests": {"cpu": "1"}})), Some(json!({"requests": {"cpu": "1"}})));
}

#[test]
fn on_the_nodes_network_a_port_is_one_of_the_node() {
    let mut pod = with(json!({"ports": [{"containerPort": 80}]}));
    pod["spec"]["hostNetwork"] = json!(true);
    assert_eq!(at(&pod, "/spec/containers/0/ports/0/hostPort"), Some(json!(80)));
}

#[test]
fn fields_and_the_keys_of_maps_are_in_one_order() {
    let pod = json!({"metadata": {"name": "p", "labels": {"b": "1", "a": "2"}}, "spec": {"hostname": "h"}});
    let text =
        serde_json::from_str::<Value>(r#"{"spec":{},"metadata":{"labels":{"b":"1","a":""},"name":"p"}}"#).unwrap();
    let names = |value: &Value, path: &[&str]| -> Vec<String> {
        let members = seen(value, "shop").path(path).unwrap().members();
        members.into_iter().map(|(name, _)| name.into_owned()).collect()
    };
    assert_eq!(names(&text, &[]), ["metadata", "spec"]);
    assert_eq!(names(&text, &["metadata"]), ["name", "namespace", "labels"]);
    assert_eq!(names(&text, &["metadata", "labels"]), ["a", "b"]);
    assert_eq!(names(&pod, &["metadata"]), ["name", "namespace", "labels"]);
}

#[test]
fn a_value_of_the_wrong_type_is_seen_as_it_is() {
    let pod =
        json!({"spec": {"containers": "none", "volumes": [1, null], "dnsConfig": [], "overhead": {"cpu": "much"}}});
    assert_eq!(at(&pod, "/spec/containers"), Some(json!("none")));
    assert_eq!(at(&pod, "/spec/volumes"), Some(json!([1, null])));
    assert_eq!(at(&pod, "/spec/overhead/cpu"), Some(json!("much")));
    assert_eq!(at(&json!([]), "/spec"), None);
    assert_eq!(seen(&json!(null), "shop").kind(), Kind::Null);
}

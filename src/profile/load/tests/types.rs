//! What is added has the types that Kubernetes knows, before parameters are filled in and after.

use super::*;
use crate::profile::parameter::{Inherited, resolve};
use crate::profile::slot::Slot;
use crate::profile::template::Surroundings;

#[test]
fn what_kubernetes_does_not_know_is_told_at_its_own_place() {
    for (spec, lines) in [
        (
            json!({"containers": [{"name": "a", "imagePullPolcy": "Always", "ports": [{"containerPort": "80"}]}]}),
            &[
                "/spec/containers/0/imagePullPolcy: unknown field `imagePullPolcy` (did you mean `imagePullPolicy`?)",
                "/spec/containers/0/ports/0/containerPort: expected an integer, found a string `80`",
            ][..],
        ),
        (
            json!({"initContainers": [{"name": 5}]}),
            &["/spec/initContainers/0/name: expected a string, found a number (quote the value)"],
        ),
        (
            json!({"volumes": [{"name": "v", "emptydir": {}}]}),
            &["/spec/volumes/0/emptydir: unknown field `emptydir` (did you mean `emptyDir`?)"],
        ),
        (
            json!({"imagePullSecrets": [{"names": "s"}]}),
            &["/spec/imagePullSecrets/0/names: unknown field `names` (did you mean `name`?)"],
        ),
        (
            json!({"application": {"env": [{"name": "A", "value": 1}], "volumeMounts": [{"mountpath": "/a"}]}}),
            &[
                "/spec/application/env/0/value: expected a string, found a number `1` (quote the value)",
                "/spec/application/volumeMounts/0/mountpath: unknown field `mountpath` (did you mean `mountPath`?)",
            ],
        ),
    ] {
        assert_eq!(told(&with(&spec)), lines, "{spec}");
    }
}

/// A container in which one place holds a text, beside a parameter `p` of a type.
fn place(ty: &str, place: &str, text: &str) -> Value {
    let mut container = json!({"name": "a", "ports": [{}], "livenessProbe": {"httpGet": {}},
        "securityContext": {}, "env": [{"name": "E"}], "resources": {"limits": {}}});
    let (parent, last) = place.rsplit_once('/').unwrap();
    container.pointer_mut(parent).unwrap()[last] = json!(text);
    let mut parameter = json!({"name": "p", "type": ty});
    if ty == "enum" {
        parameter["values"] = json!(["1Gi", "2Gi"]);
    }
    with(&json!({"parameters": [parameter], "containers": [container]}))
}

#[test]
fn a_parameter_fits_the_place_where_it_stands_or_is_an_error() {
    const INTEGER: &str = "/securityContext/runAsUser";
    const BOOLEAN: &str = "/securityContext/privileged";
    const PORT: &str = "/livenessProbe/httpGet/port";
    const QUANTITY: &str = "/resources/limits/memory";
    for (at, good, bad) in [
        (INTEGER, "integer port", "string quantity ports boolean enum image duration"),
        (BOOLEAN, "boolean", "string integer port enum"),
        (PORT, "integer port string enum", "boolean"),
        (QUANTITY, "quantity integer string enum", "boolean image duration ports"),
        ("/env/0/value", "string integer port ports boolean quantity image duration enum", ""),
        ("/image", "string image enum integer", ""),
    ] {
        for ty in good.split(' ') {
            assert_eq!(told(&place(ty, at, "{{ p }}")), Vec::<String>::new(), "{ty} at {at}");
        }
        for ty in bad.split_whitespace() {
            let lines = told(&place(ty, at, "{{ p }}"));
            assert_eq!(lines.len(), 1, "{ty} at {at}: {lines:?}");
            let start = format!("/spec/containers/0{at}: parameter `p` is of type `{ty}`, and this must be ");
            assert!(lines[0].starts_with(&start), "{lines:?}");
        }
    }
    assert_eq!(
        told(&place("integer", INTEGER, "1{{ p }}")),
        [
            "/spec/containers/0/securityContext/runAsUser: a text with a parameter in it is a string, and this must be an integer (write one parameter, and nothing else)"
        ]
    );
    assert!(told(&place("integer", QUANTITY, "{{ p }}Mi")).is_empty());
    assert!(told(&place("string", PORT, "x{{ p }}")).is_empty());
    for (reserved, at) in
        [(json!({"id": "{{ p }}", "when": true}), "id"), (json!({"id": 1, "when": "{{ p }}"}), "when")]
    {
        let spec = json!({"parameters": [{"name": "p", "type": "string"}], "reservedUser": reserved});
        let lines = told(&with(&spec));
        assert!(
            lines.len() == 1 && lines[0].starts_with(&format!("/spec/reservedUser/{at}: parameter `p` is")),
            "{lines:?}"
        );
    }
}

#[test]
fn what_is_rendered_has_the_type_that_kubernetes_wants() {
    use crate::decide::inject::{Rendered, Sidecar};
    let spec = json!({
        "parameters": [
            {"name": "id", "type": "integer", "default": "7"}, {"name": "on", "type": "boolean", "default": true},
            {"name": "port", "type": "port", "default": 80}, {"name": "cpu", "type": "quantity", "default": 1},
        ],
        "containers": [{
            "name": "a", "args": ["{{ port }}"], "env": [{"name": "E", "value": "{{ on }}"}],
            "securityContext": {"runAsUser": "{{ id }}", "privileged": "{{ on }}"},
            "ports": [{"containerPort": "{{ port }}"}], "readinessProbe": {"tcpSocket": {"port": "{{ port }}"}},
            "resources": {"limits": {"cpu": "{{ cpu }}", "memory": "{{ id }}"}},
        }],
        "volumes": [{"name": "v", "csi": {"driver": "d", "volumeAttributes": {"a": "{{ port }}"}}}],
        "annotations": {"port": "{{ port }}"},
    });
    let profile = load(&with(&spec)).unwrap();
    let values = resolve(&profile, &json!({}), &std::collections::BTreeMap::new(), None, Inherited::NONE).unwrap();
    let rendered = Rendered::new(&profile, &values, Surroundings::nothing(), Sidecar::Classic);
    assert_eq!(
        *rendered.added[Slot::Containers][0].value,
        json!({
            "name": "a", "args": ["80"], "env": [{"name": "E", "value": "true"}],
            "securityContext": {"runAsUser": 7, "privileged": true},
            "ports": [{"containerPort": 80}], "readinessProbe": {"tcpSocket": {"port": 80}},
            "resources": {"limits": {"cpu": "1", "memory": "7"}},
        })
    );
    assert_eq!(rendered.added[Slot::Volumes][0].value["csi"]["volumeAttributes"]["a"], "80");
    assert_eq!(*rendered.added[Slot::Annotations][0].value, "80");
}

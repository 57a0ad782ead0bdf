//! What a pod's author can choose by an annotation.

use super::*;

/// The findings of a code about a volume with these alternatives, chosen by a parameter `where`.
fn chosen(parameter: &Value, alternatives: &Value, code: Code) -> Vec<String> {
    let mut where_ = json!({"name": "where", "default": "own", "annotation": "example.com/where"});
    where_.as_object_mut().unwrap().extend(parameter.as_object().unwrap().clone());
    let volume = json!({"name": "v", "oneOf": alternatives});
    of(&profile(&json!({"parameters": [where_], "volumes": [volume]})), code)
}

#[test]
fn the_level_is_the_worst_that_an_annotation_can_choose() {
    let node = json!([{"when": "where == 'node'", "hostPath": {"path": "/data"}}, {"emptyDir": {}}]);
    let by_let = json!([{"when": "where in ['node', 'host']", "hostPath": {"path": "/data"}}, {"emptyDir": {}}]);
    let with_defaults = "Note pod-security /spec: with the defaults, a pod that meets the Pod Security level `restricted` still meets it once injected";
    for (parameter, alternatives) in [
        (json!({"type": "enum", "values": ["own", "node"]}), &node),
        (json!({"type": "string"}), &node),
        (json!({"type": "string"}), &by_let),
    ] {
        let found = chosen(&parameter, alternatives, Code::PodSecurity);
        let start = "Warning pod-security /spec/volumes/0/hostPath: once injected, a pod needs the Pod Security level `privileged` at most: ";
        assert!(found.len() == 2 && found[0].starts_with(start), "{found:?}");
        assert!(found[0].ends_with(", where the annotation `example.com/where` is `node`") || alternatives == &by_let);
        assert_eq!(found[1], with_defaults);
    }
    let spec = |annotation: &Value| {
        json!({"parameters": [{"name": "where", "type": "string", "default": "own", "annotation": annotation}],
            "volumes": [{"name": "v", "oneOf": node}]})
    };
    assert_eq!(summary(&profile(&spec(&json!("example.com/where")))).pod_security, "privileged");
    assert_eq!(summary(&profile(&spec(&json!(null)))).pod_security, "restricted", "`--set` may choose all");
}

#[test]
fn the_version_is_the_newest_that_an_annotation_can_ask_for() {
    let image = json!([{"when": "where == 'image'", "image": {"reference": "a:1"}}, {"emptyDir": {}}]);
    let string = json!({"type": "string"});
    assert_eq!(
        chosen(&string, &image, Code::KubernetesVersion),
        [
            "Note kubernetes-version /spec: with the defaults, what is added runs on every Kubernetes version that is known",
            "Note kubernetes-version /spec/volumes/0/image: what is added runs from Kubernetes 1.35 on where the annotation `example.com/where` is `image`, because of an image volume",
        ]
    );
    let guarded = json!([{"when": "where == 'image' && kubernetes.minor >= 35", "image": {"reference": "a:1"}}, {"emptyDir": {}}]);
    assert_eq!(
        chosen(&string, &guarded, Code::KubernetesVersion),
        ["Note kubernetes-version /spec: what is added runs on every Kubernetes version that is known"]
    );
    let spec = json!({"parameters": [{"name": "where", "type": "string", "default": "own", "annotation": "example.com/where"}],
        "volumes": [{"name": "v", "oneOf": image}]});
    assert_eq!(summary(&profile(&spec)).first_version.as_deref(), Some("1.35"));
}

#[test]
fn choices_of_several_parameters_count_together() {
    let spec = json!({
        "parameters": [
            {"name": "a", "type": "boolean", "default": false, "annotation": "example.com/a"},
            {"name": "b", "type": "list", "of": "string", "default": [], "annotation": "example.com/b"},
        ],
        "volumes": [{"name": "v", "when": "a && 'x' in b", "hostPath": {"path": "/data"}}],
    });
    let found = of(&profile(&spec), Code::PodSecurity);
    let end = "where the annotation `example.com/a` is `true` and the annotation `example.com/b` is ";
    assert!(found.len() == 2 && found[0].contains(end), "{found:?}");
}

#[test]
fn an_annotation_that_picks_a_volume_of_the_node_is_reported() {
    let enumerated = json!({"type": "enum", "values": ["own", "node"]});
    let start = "Warning annotation-privilege /spec/parameters/0/annotation: the annotation `example.com/where` sets the choice of the source of volume `v`: anyone who sets it can give the pod a volume of the node";
    let node = json!([{"when": "where == 'node'", "hostPath": {"path": "/data"}}, {"emptyDir": {}}]);
    let last = json!([{"when": "where == 'own'", "emptyDir": {}}, {"hostPath": {"path": "/data"}}]);
    for alternatives in [node, last] {
        assert_eq!(chosen(&enumerated, &alternatives, Code::AnnotationPrivilege), [start]);
    }
    let harmless = json!([{"when": "where == 'own'", "emptyDir": {}}, {"configMap": {"name": "c"}}]);
    assert_eq!(chosen(&enumerated, &harmless, Code::AnnotationPrivilege), [""; 0]);
    let with = |volume: &Value| {
        let parameter = json!({"name": "p", "type": "boolean", "default": false, "annotation": "example.com/p"});
        of(&profile(&json!({"parameters": [parameter], "volumes": [volume]})), Code::AnnotationPrivilege).len()
    };
    assert_eq!(with(&json!({"name": "v", "when": "p", "hostPath": {"path": "/data"}})), 1);
    assert_eq!(with(&json!({"name": "v", "when": "p", "emptyDir": {}})), 0);
    let each =
        json!({"forEach": {"name": "n", "in": "p ? ['a'] : []"}, "name": "v-{{ n }}", "hostPath": {"path": "/data"}});
    assert_eq!(with(&each), 1);
}

#[test]
fn an_annotation_that_picks_a_security_context_is_reported() {
    let parameter = json!({"name": "p", "type": "boolean", "annotation": "example.com/p", "default": false});
    let with = |context: &Value, parameter: &Value| {
        let container = container(&json!({"securityContext": context}));
        of(&profile(&json!({"parameters": [parameter], "containers": [container]})), Code::AnnotationPrivilege)
    };
    let start = "Warning annotation-privilege /spec/parameters/0/annotation: the annotation `example.com/p` sets the choice of the security context of container";
    for context in [
        json!({"oneOf": [{"when": "p", "privileged": true}, {"runAsNonRoot": true}]}),
        json!({"when": "!p", "runAsNonRoot": true}),
        json!({"runAsNonRoot": true, "capabilities": {"when": "p", "add": ["NET_ADMIN"]}}),
    ] {
        let found = with(&context, &parameter);
        assert!(found.len() == 1 && found[0].starts_with(start), "{context}: {found:?}");
    }
    let by_set = json!({"name": "p", "type": "boolean", "default": false});
    assert_eq!(with(&json!({"when": "p", "privileged": true}), &by_set), [""; 0]);
    assert_eq!(with(&json!({"runAsNonRoot": true}), &parameter), [""; 0]);
    let whole = container(&json!({"securityContext": null, "oneOf": [
        {"when": "p", "securityContext": {"privileged": true}}, {"securityContext": {"runAsNonRoot": true}}]}));
    let mut whole = whole.as_object().unwrap().clone();
    whole.shift_remove("securityContext");
    let spec = json!({"parameters": [parameter], "containers": [whole]});
    assert_eq!(of(&profile(&spec), Code::AnnotationPrivilege).len(), 1);
    let user = json!({"securityContext": {"runAsUser": {"oneOf": [{"when": "p", "value": 0}, {"value": 1000}]}}});
    let spec = json!({"parameters": [parameter], "pod": user});
    assert_eq!(of(&profile(&spec), Code::AnnotationPrivilege).len(), 1);
}

//! Blocks of `application`, each with its own targets and expressions.

use super::*;

/// The errors of a profile with this `application`, in a pod of three containers.
fn errors(application: &Value) -> Vec<Diagnostic> {
    let document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"},
        "spec": {"policy": "OptOut", "application": application}});
    let profile = load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"));
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
        "containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}, {"name": "c", "image": "c:1"}]}});
    let identity = workload::identify(&pod).unwrap();
    let outcome = with(&profile, |request| plan(&identity, &pod, &facts(), request));
    match &outcome.steps[0].verdict {
        Verdict::Rejected(errors, _) => errors.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_expression_without_a_value_for_several_containers_is_one_error() {
    let of_container = json!({"name": "A", "value": "{{ container.workingDir }}"});
    let found = errors(&json!([{"targets": "Containers", "env": [of_container]}]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.contains("/spec/application/0/env/0/value"), "{found:?}");
    let each =
        json!({"forEach": {"name": "n", "in": "['X', 'Y']"}, "name": "{{ n }}", "value": "{{ container.workingDir }}"});
    let found = errors(&json!([{"targets": "All", "env": [each]}]));
    assert_eq!(found.len(), 1, "{found:?}");
    let two =
        json!([{"name": "A", "value": "{{ container.workingDir }}"}, {"name": "B", "value": "{{ container.tty }}"}]);
    assert_eq!(errors(&json!([{"targets": "All", "env": two}])).len(), 2, "two expressions are two errors");
}

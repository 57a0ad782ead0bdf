//! What is found in expressions.

use super::*;

/// The findings of these codes, with their places.
fn found(spec: &Value) -> Vec<String> {
    let codes = [Code::AdmissionOnly, Code::ConstantCondition, Code::UnusedLet];
    let findings = lint(&profile(spec));
    let found = findings.iter().filter(|finding| codes.contains(&finding.code));
    found.map(|finding| format!("{} {}", finding.code.id(), finding.at)).collect()
}

#[test]
fn a_condition_that_reads_nothing_is_the_same_for_every_pod() {
    let spec = json!({
        "parameters": [{"name": "p", "type": "integer", "default": 1}],
        "let": [{"name": "two", "value": "2"}],
        "matchConditions": [{"name": "a", "expression": "1 < 2"}, {"name": "b", "expression": "p < lets.two"}],
        "require": [{"that": "true", "message": "a"}],
        "containers": [container(&json!({
            "args": [{"when": "true", "value": "x"}, {"when": "p == 1", "value": "y"}],
            "env": [{"forEach": {"name": "e", "in": "['a']"}, "name": "E", "value": "1", "when": "e == 'a'"}],
        }))],
        "application": [{"when": "false", "env": [{"name": "A", "value": "b"}]}],
    });
    assert_eq!(
        found(&spec),
        [
            "constant-condition /spec/matchConditions/0/expression",
            "constant-condition /spec/require/0/that",
            "constant-condition /spec/application/0/when",
            "constant-condition /spec/containers/0/args/0/when",
        ]
    );
}

#[test]
fn a_name_that_only_an_unused_name_uses_is_unused() {
    let spec = json!({
        "let": [
            {"name": "a", "value": "1"}, {"name": "b", "value": "lets.a"}, {"name": "c", "value": "1"},
            {"name": "d", "value": "lets.c"},
        ],
        "labels": [{"key": "x", "value": "{{ lets.d }}"}],
    });
    assert_eq!(found(&spec), ["unused-let /spec/let/0/value", "unused-let /spec/let/1/value"]);
}

#[test]
fn a_field_that_is_filled_in_later_is_not_in_a_manifest() {
    let spec = |expression: &str| json!({"labels": [{"key": "x", "value": format!("{{{{ {expression} }}}}")}]});
    for reads in ["pod.metadata.uid", "pod.spec.?nodeName.orValue('')", "pod.metadata.ownerReferences[0].name"] {
        assert_eq!(found(&spec(reads)), ["admission-only /spec/labels/0/value"], "{reads}");
    }
    assert_eq!(found(&spec("pod.metadata.labels['app']")), Vec::<String>::new());
}

#[test]
fn a_variables_value_in_metadata_is_read_by_more_people() {
    let found = |value: &str, made: &str| {
        let spec = json!({
            "let": [{"name": "made", "value": made}],
            "annotations": [{"key": "x", "value": format!("{{{{ {value} }}}}")}],
            "containers": [container(&json!({"args": ["{{ lets.made }}"]}))],
        });
        let findings = lint(&profile(&spec));
        findings.iter().filter(|finding| finding.code == Code::EnvInMetadata).count()
    };
    assert_eq!(found("pod.spec.containers.map(c, c.env.map(e, e.value)).flatten().join(',')", "'1'"), 1);
    assert_eq!(
        found("lets.made", "pod.spec.containers.filter(c, c.?env.orValue([]).size() > 2).size() == 0 ? 'a' : 'b'"),
        1
    );
    assert_eq!(found("pod.spec.containers.map(c, c.name).join(',')", "'1'"), 0);
}

#[test]
fn what_no_policy_has_is_told_by_its_function() {
    let spec = json!({"labels": [{"key": "x", "value": "{{ sha256(pod.metadata.name) }}"}]});
    let findings = lint(&profile(&spec));
    let found = findings.iter().find(|finding| finding.code == Code::NotCompilable).unwrap();
    assert_eq!((found.at.to_string().as_str(), found.severity), ("/spec/labels/0/value", Severity::Note));
    assert!(found.message.contains("`sha256`"), "{}", found.message);
}

//! What is added to the application by several targets.

use super::*;

/// The places of the errors of a profile with these blocks, of which the first two have these targets.
fn errors(first: &Value, second: &Value, slot: &str, item: &Value) -> Vec<String> {
    let block = |targets: &Value| json!({"targets": targets, slot: [item]});
    let spec = json!({"volumes": [{"name": "v", "emptyDir": {}}], "application": [block(first), block(second)]});
    let found = lint(&profile(&spec));
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{} {}", finding.code.id(), finding.at)).collect()
}

#[test]
fn two_targets_clash_only_where_one_container_can_have_both() {
    let mount = json!({"name": "v", "mountPath": "/v"});
    let names = json!("{{ pod.spec.containers.map(c, c.name) }}");
    for (first, second, can) in [
        (json!("Containers"), json!("Containers"), true),
        (json!("Containers"), json!("All"), true),
        (json!("All"), json!("InitContainers"), true),
        (json!(["web"]), json!("InitContainers"), true),
        (json!(["web"]), json!("Containers"), true),
        (json!(["web", "log"]), json!(["log"]), true),
        (names.clone(), json!("Containers"), true),
        (json!("Containers"), json!("InitContainers"), false),
        (json!(["web"]), json!(["log"]), false),
        (names, json!("InitContainers"), false),
    ] {
        let expected: &[&str] = if can { &["invalid /spec/application/1/volumeMounts/0/mountPath"] } else { &[] };
        assert_eq!(errors(&first, &second, "volumeMounts", &mount), expected, "{first} {second}");
    }
}

#[test]
fn what_is_wrong_in_a_block_is_told_at_its_own_place() {
    for targets in [json!("InitContainers"), json!(["web"]), json!("All")] {
        let found = errors(&json!("Containers"), &targets, "env", &json!({"name": "a=b"}));
        assert_eq!(found, ["invalid /spec/application/0/env/0/name", "invalid /spec/application/1/env/0/name"]);
    }
}

#[test]
fn the_profile_of_vault_has_no_error() {
    let text = include_str!("../../../testdata/profiles/vault-agent.yaml");
    let tree = crate::text::yaml::parse_yaml(text).unwrap();
    let found = lint(&load::load(tree.view(tree.root().unwrap())).unwrap());
    let errors: Vec<&Finding> = found.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.iter().all(|finding| finding.code != Code::Invalid), "{errors:?}");
}

//! Which containers are the application's.

use super::*;

#[test]
fn a_container_of_another_mesh_without_a_name_or_with_one_that_is_there_gets_nothing() {
    let profile = profile(&[Slot::Env], "v");
    let names = ["web", "linkerd-proxy", "", "web", "job", "all-sidecar"];
    let containers: Vec<Value> = names.iter().map(|name| json!({"name": name, "image": "a:1"})).collect();
    let record = json!([{"profile": "other", "version": "0.1.0", "hash": "a", "containers": ["all-sidecar"]}]);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers},
        "metadata": {"name": "a", "annotations": {record::ANNOTATION: record.to_string()}}});
    let identity = workload::identify(&pod).unwrap();
    let outcome = with(&profile, |request| plan(&identity, &pod, &facts(), request));
    assert!(matches!(outcome.steps[0].verdict, Verdict::Injected(_)), "{:?}", outcome.steps);
    let injected = patched(&pod, &outcome.patch);
    let changed: Vec<usize> =
        (0..names.len()).filter(|index| injected["spec"]["containers"][index].get("env").is_some()).collect();
    assert_eq!(changed, [0, 4], "{injected:#}");
}

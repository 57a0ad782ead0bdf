//! What a pod needs of a cluster.

use super::*;

fn versions(spec: &Value) -> Vec<String> {
    let findings = lint(&profile(spec));
    let found = findings.into_iter().filter(|finding| finding.code == Code::KubernetesVersion);
    found.map(|finding| finding.message).collect()
}

#[test]
fn an_expression_that_makes_native_sidecars_is_followed_at_each_version() {
    let every = "what is added runs on every Kubernetes version that is known";
    let classic = "a classic sidecar of this profile runs on every Kubernetes version that is known";
    let native = "a native sidecar of this profile runs from Kubernetes 1.29 on";
    let from_29 = "what is added runs from Kubernetes 1.29 on, because of a native sidecar";
    for (expression, expected) in [
        ("{{ kubernetes.minor >= 29 }}", &[every][..]),
        ("{{ lets.new }}", &[every]),
        ("{{ kubernetes.minor >= 28 }}", &[from_29]),
        ("{{ kubernetes.minor < 100 }}", &[from_29]),
        ("{{ workload.kind == 'Job' }}", &[classic, native]),
        ("{{ kubernetes.minor >= 29 && workload.kind == 'Job' }}", &[classic, native]),
        ("{{ p }}", &[classic, native]),
    ] {
        let common = json!({
            "parameters": [{"name": "p", "type": "boolean", "default": false}],
            "let": [{"name": "new", "value": "kubernetes.minor >= 29"}],
        });
        let (mut of_all, mut of_one) = (common.clone(), common);
        of_all["nativeSidecar"] = json!(expression);
        of_all["containers"] = json!([container(&json!({}))]);
        of_one["containers"] = json!([container(&json!({"native": expression}))]);
        assert_eq!(versions(&of_all), expected, "nativeSidecar: {expression}");
        assert_eq!(versions(&of_one), expected, "native: {expression}");
        let first = summary(&profile(&of_all)).first_version;
        assert_eq!(first.as_deref(), expected[0].contains("1.29").then_some("1.29"), "{expression}");
    }
    let literal = json!({"containers": [container(&json!({"native": true}))]});
    assert_eq!(versions(&literal), [from_29]);
}

#[test]
fn a_field_that_only_new_clusters_get_needs_no_version() {
    let spec = |when: &str| {
        let sleep = json!({"lifecycle": {"preStop": {"sleep": {"when": when, "seconds": 1}}}});
        json!({"nativeSidecar": false, "containers": [container(&sleep)]})
    };
    let every = "a classic sidecar of this profile runs on every Kubernetes version that is known";
    assert_eq!(versions(&spec("kubernetes.minor >= 30")), [every]);
    let from = "a classic sidecar of this profile runs from Kubernetes 1.30 on, because of a sleep action";
    assert_eq!(versions(&spec("kubernetes.minor >= 25")), [from]);
}

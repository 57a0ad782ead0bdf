//! What a profile sets in the pod's spec.

use super::*;

#[test]
fn a_parameter_from_an_annotation_that_reaches_the_pod_is_a_privilege() {
    use Severity::{Error, Warning};
    for (ty, pod, severity, words) in [
        ("string", json!({"serviceAccountName": {"value": "{{ p }}"}}), Error, "the ServiceAccount of the pod: "),
        (
            "boolean",
            json!({"shareProcessNamespace": {"value": "{{ p }}"}}),
            Error,
            "the process namespace of the pod: ",
        ),
        (
            "integer",
            json!({"securityContext": {"fsGroup": {"value": "{{ p + 1 }}"}}}),
            Error,
            "the security context of the pod: ",
        ),
        (
            "string",
            json!({"securityContext": {"sysctls": [{"name": "a", "value": "{{ p }}"}]}}),
            Error,
            "the security context",
        ),
        (
            "string",
            json!({"dnsConfig": {"value": {"nameservers": ["{{ p }}"]}}}),
            Error,
            "the name resolution of the pod: ",
        ),
        ("string", json!({"nodeSelector": {"disk": "{{ p }}"}}), Warning, "the scheduling of the pod: "),
        (
            "integer",
            json!({"terminationGracePeriodSeconds": {"value": "{{ p }}"}}),
            Warning,
            "the start or the end of the pod: ",
        ),
    ] {
        let parameter = json!({"name": "p", "type": ty, "annotation": "example.com/p"});
        let found = of(&profile(&json!({"parameters": [parameter], "pod": pod})), Code::AnnotationPrivilege);
        let start = format!(
            "{severity:?} annotation-privilege /spec/parameters/0/annotation: the annotation `example.com/p` sets {words}"
        );
        assert!(found.len() == 1 && found[0].starts_with(&start), "{found:?} {start}");
    }
    let parameter = json!({"name": "p", "type": "string"});
    let by_set = json!({"parameters": [parameter], "pod": {"serviceAccountName": {"value": "{{ p }}"}}});
    assert_eq!(of(&profile(&by_set), Code::AnnotationPrivilege), [""; 0]);
}

#[test]
fn the_pod_security_level_counts_what_is_set_in_the_pod() {
    for (pod, level, at) in [
        (
            json!({"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}),
            "privileged",
            "/spec/pod/securityContext/sysctls",
        ),
        (
            json!({"securityContext": {"seccompProfile": {"value": {"type": "Unconfined"}}}}),
            "privileged",
            "/spec/pod/securityContext/seccompProfile",
        ),
        (json!({"securityContext": {"runAsUser": {"value": 0}}}), "baseline", "/spec/pod/securityContext/runAsUser"),
        (json!({"shareProcessNamespace": {"value": true}}), "restricted", ""),
    ] {
        let found = lint(&profile(&json!({"pod": pod})));
        let found: Vec<_> = found.iter().filter(|finding| finding.code == Code::PodSecurity).collect();
        if level == "restricted" {
            assert!(found.iter().all(|one| one.severity == Severity::Note && one.message.contains("still meets")));
            continue;
        }
        let start = format!("once injected, a pod needs the Pod Security level `{level}`: ");
        let is_it = found.iter().any(|one| one.message.starts_with(&start) && one.at.to_string() == at);
        assert!(is_it, "{found:?}");
    }
}

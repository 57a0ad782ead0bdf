//! A profile whose additions an API server would refuse is refused here, whichever part it is that is wrong.

use crate::support::injector;

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: 'web:1'}]}}\n";

fn profile(spec: &str) -> String {
    format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: own}}\nspec:\n  policy: OptOut\n{spec}\n"
    )
}

#[test]
fn every_part_that_is_added_is_checked() {
    for (spec, told) in [
        ("  volumes: [{name: host, hostPath: {path: /a/../b}}]", "volume `host` of the profile `own`: "),
        ("  volumes: [{name: two, emptyDir: {}, hostPath: {path: /}}]", "volume `two` of the profile `own`: "),
        ("  application: {env: [{name: 'a=b', value: c}]}", "environment variables of the profile `own`: "),
        (
            "  labels: {a: '{{ value }}'}\n  parameters: [{name: value, type: string, default: b c}]",
            "labels of the profile `own`: ",
        ),
        (
            "  containers: [{name: own, image: 'own:1', securityContext: {procMount: Unmasked}}]",
            "container `own` of the profile `own`: `procMount: Unmasked` is for pods with `hostUsers: false`",
        ),
    ] {
        let ran = injector(["inject", "-p", "own.yaml"]).file("own.yaml", profile(spec)).stdin(POD).fails();
        assert!(ran.stderr.contains(told), "{spec}: {}", ran.stderr);
    }
}

#[test]
fn what_an_api_server_takes_is_taken() {
    for spec in [
        "  annotations: {A.B/c: d}",
        "  volumes: [{name: v, emptyDir: {}}]\n  containers: [{name: own, image: 'own:1', volumeMounts: [{name: v, mountPath: '/a:b'}]}]",
    ] {
        injector(["inject", "-p", "own.yaml"]).file("own.yaml", profile(spec)).stdin(POD).succeeds();
    }
    let users = POD.replace("spec: {", "spec: {hostUsers: false, ");
    let spec = "  containers: [{name: own, image: 'own:1', securityContext: {procMount: Unmasked}}]";
    injector(["inject", "-p", "own.yaml"]).file("own.yaml", profile(spec)).stdin(users).succeeds();
}

//! What the API server fills in makes no other value: a webhook sees it, and a file has it not.

use crate::support::injector;

const PROFILE: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: mine}
spec:
  policy: OptOut
  containers:
    - {name: side, image: side:1}
  volumes:
    - {name: settings, configMap: {name: settings}}
    - {name: keys, secret: {secretName: keys}}
    - {name: node, hostPath: {path: /run}}
  application:
    env:
      - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    volumeMounts:
      - {name: settings, mountPath: /settings}
";

/// A pod that has all of it already, but for the sidecar.
fn pod(volume: &str, field: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - name: app\n      image: app:1\n      \
         env: [{{name: POD_IP, valueFrom: {{fieldRef: {{{field}fieldPath: status.podIP}}}}}}]\n      \
         volumeMounts: [{{name: settings, mountPath: /settings{}}}]\n  volumes:\n    \
         - {{name: settings, configMap: {{name: settings{volume}}}}}\n    - {{name: keys, secret: {{secretName: keys{volume}}}}}\n    \
         - {{name: node, hostPath: {{path: /run}}}}\n",
        if volume.is_empty() { "" } else { ", readOnly: false" }
    )
}

#[test]
fn what_the_api_server_fills_in_is_no_other_value() {
    let inject = |pod: String| {
        injector(["inject", "-p", "mine.yaml", "pod.yaml"]).file("mine.yaml", PROFILE).file("pod.yaml", pod)
    };
    for pod in [pod("", ""), pod(", defaultMode: 420", "apiVersion: v1, ")] {
        let ran = inject(pod.clone()).succeeds();
        assert!(ran.stdout.contains("side:1"), "{}", ran.stdout);
        assert!(!ran.stderr.contains("warning"), "{pod}{}", ran.stderr);
    }
    let ran = inject(pod(", defaultMode: 256", "")).fails();
    assert!(ran.stderr.contains("the pod has a different one of that name"), "{}", ran.stderr);
}

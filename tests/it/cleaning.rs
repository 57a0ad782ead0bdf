//! `--clean`: what a cluster filled in goes, and what it says about an object still counts.

use crate::support::injector;

#[test]
fn a_live_object_that_a_controller_owns_stays_skipped() {
    let pod = "apiVersion: v1
kind: Pod
metadata:
  name: web-1
  ownerReferences:
  - {apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true}
  resourceVersion: '7'
  uid: v
spec:
  containers:
  - name: web
    image: nginx:1.27
";
    let ran = injector(["inject", "--clean"]).stdin(pod).succeeds();
    assert!(ran.stderr.contains("pod/web-1 (default): skipped: owned-live: "), "{}", ran.stderr);
    assert_eq!(ran.stdout, pod.replace("  resourceVersion: '7'\n  uid: v\n", ""));
}

#[test]
fn a_job_loses_the_selector_that_was_made_for_it() {
    let job = |selector: &str, labels: &str| {
        format!(
            "apiVersion: batch/v1
kind: Job
metadata:
  labels:
    app: migrate
    job-name: migrate
    controller-uid: v
  name: migrate
  uid: v
spec:
{selector}  template:
    metadata:
{labels}      name: migrate
    spec:
      hostNetwork: true
      restartPolicy: Never
      containers:
      - name: migrate
        image: busybox:1.37
"
        )
    };
    let generated = "  selector:\n    matchLabels:\n      batch.kubernetes.io/controller-uid: v\n";
    let labels = "      labels:
        batch.kubernetes.io/controller-uid: v
        batch.kubernetes.io/job-name: migrate
        controller-uid: v
        job-name: migrate
";
    let manual = format!("  manualSelector: true\n{generated}");
    let own = format!("{labels}        app: migrate\n");
    for (selector, before, expected_selector, after) in [
        (generated, labels, "", ""),
        (generated, &own, "", "      labels:\n        app: migrate\n"),
        (&manual, labels, &manual, labels),
    ] {
        let ran = injector(["inject", "--clean"]).stdin(job(selector, before)).succeeds();
        let expected = job(expected_selector, after).replace("  uid: v\n", "");
        let of_metadata =
            if expected_selector.is_empty() { "    job-name: migrate\n    controller-uid: v\n" } else { "" };
        assert_eq!(ran.stdout, expected.replacen(of_metadata, "", 1));
    }
}

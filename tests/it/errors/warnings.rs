//! What is done, and worth knowing.

use insta::assert_snapshot;

use super::{injector, taken_with, told};
use crate::support::Run;
use crate::support::manifests::{RESOURCES, SERVICE, WEB, injected, known, profile};

fn both(run: impl Fn(&'static str) -> Run) -> String {
    told(&run("--report=text").succeeds(), run("--report=json"))
}

/// With this profile.
fn taken(spec: &str, text: &str) -> String {
    both(|report| {
        known("inject", ["-p", "mine.yaml", report, "web.yaml"])
            .file("mine.yaml", profile("mine", spec))
            .file("web.yaml", text)
    })
}

#[test]
fn what_goes_well() {
    assert_snapshot!(taken_with(&[], WEB), @"
    deployment/web (default): injected by cortexflow
    codes:
    ");
    assert_snapshot!(taken_with(&["-p", "cortexflow", "-p", "curl"], WEB), @"
    deployment/web (default): injected by cortexflow
    deployment/web (default): skipped by curl: object-not-selected: label `sidecar.me/inject` is not there, and the profile requires that `sidecar.me/inject` is one of `True`, `true`
    codes:
    ");
    assert_snapshot!(taken_with(&[], SERVICE), @"codes:");
    assert_snapshot!(taken_with(&[], ""), @"codes:");
    assert_snapshot!(taken_with(&[], &injected()), @"
    deployment/web (default): skipped: already-injected: the record has profile `cortexflow`
    codes:
    ");
    let undo = |report: &'static str| injector(["uninject", report, "web.yaml"]).file("web.yaml", injected());
    assert_snapshot!(both(undo), @"
    deployment/web (default): uninjected: cortexflow
    codes:
    ");
    assert_snapshot!(both(|report| injector(["uninject", report, "web.yaml"]).file("web.yaml", WEB)), @"
    deployment/web (default): unchanged
    codes:
    ");
}

#[test]
fn an_annotation_where_nothing_reads_it() {
    let outer = WEB.replace("  name: web\nspec", "  name: web\n  annotations:\n    proxy-injection: disabled\nspec");
    assert_snapshot!(taken_with(&[], &outer), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:6:22: annotation `proxy-injection` has no effect here: it is read from the pod template
      hint: move it to `/spec/template/metadata/annotations`
    codes: annotation-without-effect
    ");
    let label = WEB.replace("  name: web\nspec", "  name: web\n  labels:\n    sidecar.me/inject: \"true\"\nspec");
    assert_snapshot!(taken_with(&["-p", "curl"], &label), @"
    deployment/web (default): skipped: object-not-selected: label `sidecar.me/inject` is not there, and the profile requires that `sidecar.me/inject` is one of `True`, `true`
    warning: web.yaml:6:24: label `sidecar.me/inject` has no effect here: it is read from the pod template
      hint: move it to `/spec/template/metadata/labels`
    codes: annotation-without-effect
    ");
}

#[test]
fn what_is_not_known_of_a_namespace() {
    let two = format!("{WEB}---\n{}", WEB.replace("name: web", "name: other"));
    assert_snapshot!(both(|report| injector(["inject", report, "web.yaml"]).file("web.yaml", &two)), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:7:3: the value of annotation `proxy-injection` or label `proxy-injection` on namespace `default` is not known, so it is ignored
      hint: put the Namespace into the input, or use `--namespace-labels` and `--namespace-annotations`
    deployment/other (default): injected by cortexflow
    codes: namespace-unknown
    ");
    assert_snapshot!(both(|report| injector(["inject", "-p", "nginx", report, "web.yaml"]).file("web.yaml", WEB)), @"
    deployment/web (default): skipped: namespace-not-selected: the labels of namespace `default` are not known, and the profile requires that `sidecar-inject` is `enabled`
    warning: web.yaml:7:3: the labels of namespace `default` are not known, and the profile requires that `sidecar-inject` is `enabled`
      hint: put the Namespace into the input, or use `--namespace-labels` and `--namespace-annotations`
    codes: namespace-unknown
    ");
}

#[test]
fn a_value_of_a_namespace_that_counts_as_unset() {
    let namespace = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  annotations:\n    proxy-injection: {value}\n---\n{WEB}"
        )
    };
    let run =
        |value: &'static str| move |report| injector(["inject", report, "web.yaml"]).file("web.yaml", namespace(value));
    assert_snapshot!(both(run("disable")), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:14:3: annotation `proxy-injection` of namespace `default`: `disable` is not one of `enabled`, `disabled`, and counts as not set
      hint: did you mean `disabled`?
    codes: bad-value
    ");
    assert_snapshot!(both(run("false")), @"
    warning: web.yaml:6:22: `proxy-injection` of a namespace is a boolean, not a string, and counts as not set
      hint: quote the value
    deployment/web (default): injected by cortexflow
    codes: bad-value
    ");
    let check = |report: &'static str| {
        injector(["check", report, "web.yaml"]).file("web.yaml", namespace("false").replace(WEB, SERVICE))
    };
    assert_snapshot!(told(&check("--report=text").finds(), check("--report=json")), @"
    warning: web.yaml:6:22: `proxy-injection` of a namespace is a boolean, not a string, and counts as not set
      hint: quote the value
    codes: bad-value
    ");
}

#[test]
fn values_of_the_user_that_stand() {
    let env = WEB.replace("image: web:1\n", "image: web:1\n          env: [{name: MODE, value: own}]\n");
    assert_snapshot!(taken("  application: {env: [{name: MODE, value: ours}]}\n  labels: {app: ours}\n", &env), @"
    deployment/web (default): injected by mine
    warning: web.yaml:10:14: the label `app` already has another value, which is kept
    warning: web.yaml:15:17: the variable `MODE` already has another value, which is kept
    codes: kept-value
    ");
}

#[test]
fn a_placement_beside_nothing() {
    assert_snapshot!(taken(&format!("  placement: {{Before: proxy}}\n  containers: [{{name: a, image: \"a:1\", {RESOURCES}}}]\n"), WEB), @"
    deployment/web (default): injected by mine
    warning: web.yaml:12:7: the pod has no container `proxy`, which the placement of profile `mine` names: the sidecar goes last
    codes: placement-absent
    ");
}

#[test]
fn a_variable_that_refers_to_a_later_one() {
    let env = WEB.replace("image: web:1\n", "image: web:1\n          env: [{name: URL, value: $(HOST)}]\n");
    assert_snapshot!(taken("  application: {env: [{name: HOST, value: h}]}\n", &env), @"
    deployment/web (default): injected by mine
    warning: web.yaml:15:36: the variable `URL` refers to `HOST`, which the profile `mine` adds after it: `$(HOST)` is not expanded
      hint: write `at: First` beside the name of `HOST` in the profile
    codes: env-order
    ");
}

#[test]
fn another_quality_of_service() {
    let none = WEB.replace("          resources: {requests: {cpu: 10m, memory: 16Mi}}\n", "");
    assert_snapshot!(taken_with(&[], &none), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:11:5: the pod's quality-of-service class changes from BestEffort to Burstable
    codes: qos-changed
    ");
}

#[test]
fn what_an_apply_would_do() {
    let live = |kind: &str, version: &str| {
        WEB.replace("Deployment", kind)
            .replace("apps/v1", version)
            .replace("  name: web\nspec", "  name: web\n  uid: 0b9f\n  resourceVersion: \"7\"\nspec")
    };
    assert_snapshot!(taken_with(&[], &live("Deployment", "apps/v1")), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:6:20: an apply fails with a conflict when the live object changed after it was read
      hint: use `--clean`, or `-o patch` with `kubectl patch --type=json --patch-file=/dev/stdin`
    codes: round-trip
    ");
    assert_snapshot!(taken_with(&[], &live("Job", "batch/v1")), @"
    job/web (default): injected by cortexflow
    warning: web.yaml:9:3: the template of a live Job is immutable: an apply is refused
      hint: inject the manifest that the object is made from, before it is created
    warning: web.yaml:6:20: an apply fails with a conflict when the live object changed after it was read
      hint: use `--clean`, or `-o patch` with `kubectl patch --type=json --patch-file=/dev/stdin`
    codes: round-trip
    ");
    assert_snapshot!(taken_with(&[], &live("ReplicationController", "v1")), @"
    replicationcontroller/web (default): injected by cortexflow
    warning: web.yaml:9:3: an apply leaves the existing pods of a ReplicationController as they are: they have no sidecar until they are created again
      hint: delete the pods afterwards, one after the other
    warning: web.yaml:6:20: an apply fails with a conflict when the live object changed after it was read
      hint: use `--clean`, or `-o patch` with `kubectl patch --type=json --patch-file=/dev/stdin`
    codes: round-trip
    ");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, uid: 0b9f}\nspec:\n  containers: [{name: web, image: \"web:1\", resources: {requests: {cpu: 10m}}}]\n";
    assert_snapshot!(taken_with(&[], pod), @"
    pod/web (default): injected by cortexflow
    warning: web.yaml:4:1: the containers of a live Pod cannot be changed: an apply is refused
      hint: inject what makes the pod, or use `--clean` and `kubectl replace --force`, which deletes it first
    codes: round-trip
    ");
    assert_snapshot!(taken_with(&["--clean"], pod), @"
    pod/web (default): injected by cortexflow
    codes:
    ");
}

/// The warnings about a live object of this kind with these fields, but for the one about its version.
fn held(kind: &str, version: &str, fields: &str) -> String {
    let text = WEB
        .replace("Deployment", kind)
        .replace("apps/v1", version)
        .replace("  name: web\nspec:\n", &format!("  name: web\n  uid: 0b9f\nspec:\n  {fields}\n"));
    let told = taken_with(&[], &text);
    told.lines().skip(1).take_while(|line| !line.starts_with("codes:")).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_keeps_a_controller_from_replacing_pods() {
    let on_delete = "updateStrategy: {type: OnDelete}";
    assert_snapshot!(held("StatefulSet", "apps/v1", on_delete), @"
    warning: web.yaml:7:26: an apply leaves the existing pods of a StatefulSet with `OnDelete` as they are: they have no sidecar until they are created again
      hint: delete the pods afterwards, one after the other
    ");
    assert_snapshot!(held("Deployment", "apps/v1", "paused: true"), @"
    warning: web.yaml:7:11: this Deployment is paused: an apply leaves its existing pods as they are, and they have no sidecar until it goes on
      hint: set `/spec/paused` to false afterwards
    ");
    assert_snapshot!(held("StatefulSet", "apps/v1", "updateStrategy: {rollingUpdate: {partition: 2}}"), @"
    warning: web.yaml:7:47: this StatefulSet has a `partition`: an apply leaves the existing pods of that part as they are, and they have no sidecar until it is 0
      hint: set `/spec/updateStrategy/rollingUpdate/partition` to 0 afterwards
    ");
    let held_too = [
        ("DaemonSet", "apps/v1", on_delete, "with `OnDelete`"),
        ("DaemonSet", "apps.kruise.io/v1alpha1", "updateStrategy: {rollingUpdate: {paused: true}}", "is paused"),
        ("StatefulSet", "apps.kruise.io/v1beta1", on_delete, "with `OnDelete`"),
        ("CloneSet", "apps.kruise.io/v1alpha1", "updateStrategy: {paused: true}", "is paused"),
        ("CloneSet", "apps.kruise.io/v1alpha1", "updateStrategy: {partition: 20%}", "has a `partition`"),
        ("Rollout", "argoproj.io/v1alpha1", "paused: true", "is paused"),
        ("DeploymentConfig", "apps.openshift.io/v1", "paused: true", "is paused"),
    ];
    for (kind, version, fields, told) in held_too {
        let warnings = held(kind, version, fields);
        assert!(warnings.contains(told) && warnings.matches("warning:").count() == 1, "{kind} {fields}: {warnings}");
    }
    for (kind, version, fields) in [
        ("Deployment", "apps/v1", "paused: false"),
        ("StatefulSet", "apps/v1", "updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}"),
        ("CloneSet", "apps.kruise.io/v1alpha1", "updateStrategy: {partition: 0%}"),
    ] {
        assert_eq!(held(kind, version, fields), "", "{kind} {fields}");
    }
    let cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web, uid: 0b9f}\nspec:\n  suspend: true\n  schedule: '@daily'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers: [{name: web, image: 'web:1', resources: {requests: {cpu: 1m}}}]\n";
    assert!(!taken_with(&[], cron).contains("round-trip"), "its next Job has the new template");
}

#[test]
fn a_pod_security_level() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  labels:\n    pod-security.kubernetes.io/enforce: baseline\n";
    assert_snapshot!(taken_with(&[], &format!("{namespace}---\n{WEB}")), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:18:5: the namespace `default` has the Pod Security level `baseline` (enforce), which refuses the injected pod: capability `NET_ADMIN` may not be added (container `init-iptables`)
    warning: web.yaml:18:5: the namespace `default` has the Pod Security level `baseline` (enforce), which refuses the injected pod: capability `NET_RAW` may not be added (container `init-iptables`)
    codes: pod-security
    ");
    // The pod is refused without the sidecar too: what the sidecar adds to that is not hidden by it.
    let restricted = format!("{}---\n{WEB}", namespace.replace("baseline", "restricted"));
    assert_snapshot!(taken_with(&[], &restricted), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:18:5: the namespace `default` has the Pod Security level `restricted` (enforce), which refuses the injected pod: `runAsNonRoot: false` is not allowed (container `init-iptables`)
    warning: web.yaml:18:5: the namespace `default` has the Pod Security level `restricted` (enforce), which refuses the injected pod: `runAsUser: 0` is not allowed (container `init-iptables`)
    warning: web.yaml:18:5: the namespace `default` has the Pod Security level `restricted` (enforce), which refuses the injected pod: capability `NET_ADMIN` may not be added (container `init-iptables`)
    warning: web.yaml:18:5: the namespace `default` has the Pod Security level `restricted` (enforce), which refuses the injected pod: capability `NET_RAW` may not be added (container `init-iptables`)
    codes: pod-security
    ");
    assert!(!taken_with(&["-p", "curl"], &restricted).contains("pod-security"), "curl meets it");
}

#[test]
fn a_kind_that_is_not_known() {
    let rollout = WEB.replace("apps/v1", "example.com/v1").replace("Deployment", "Application");
    assert_snapshot!(taken_with(&[], &rollout), @"
    warning: web.yaml:7:3: `Application` is not known to hold a pod template, but something here looks like one
      hint: name it with `--template-path Application.example.com=/spec/template`
    codes: unknown-template
    ");
}

#[test]
fn knative() {
    let service = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers: [{name: web, image: \"web:1\", resources: {requests: {cpu: 10m}}}]\n";
    assert_snapshot!(taken_with(&[], service), @"
    service/web (default): injected by cortexflow
    warning: web.yaml:5:3: Knative refuses what the profile `cortexflow` adds unless feature flags allow it
      hint: see config-features: kubernetes.podspec-init-containers, kubernetes.containerspec-addcapabilities, multi-container
    codes: feature-flag
    ");
}

#[test]
fn an_item_that_was_edited() {
    let edited = injected().replace("cortexflow-proxy:latest", "cortexflow-proxy:mine");
    assert_snapshot!(both(|report| injector(["uninject", report, "web.yaml"]).file("web.yaml", &edited)), @"
    deployment/web (default): uninjected: cortexflow
    warning: web.yaml:167:11: `proxy-sidecar` was edited after it was injected; it is still removed
    codes: edited-after-injection
    ");
}

#[test]
fn what_the_webhook_would_deny() {
    let out = WEB.replace("      labels:\n", "      annotations: {proxy-injection: disabled}\n      labels:\n");
    assert_snapshot!(taken_with(&["--on-ineligible", "deny"], &out), @"
    deployment/web (default): skipped (the webhook would deny it): pod-opted-out: the pod template's annotation `proxy-injection` is `disabled`
    codes:
    ");
    assert_snapshot!(taken_with(&["--on-ineligible", "allow"], &out), @"
    deployment/web (default): skipped: pod-opted-out: the pod template's annotation `proxy-injection` is `disabled`
    codes:
    ");
    let there = WEB.replace("name: web\n          image", "name: proxy-sidecar\n          image");
    assert_snapshot!(taken_with(&["--on-ineligible", "deny"], &there), @"
    deployment/web (default): skipped (the webhook would deny it): already-injected: container `proxy-sidecar` is already there, and no record lists it
    codes:
    ");
}

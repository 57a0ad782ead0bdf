//! Annotations and labels that were written for a profile and that none reads.

use insta::assert_snapshot;

use super::{injector, taken_with, told};
use crate::support::manifests::{WEB, known, profile};

/// The Deployment with these lines in the metadata of its pod template.
fn template(lines: &str) -> String {
    WEB.replace("    metadata:\n      labels", &format!("    metadata:\n{lines}      labels"))
}

/// The Deployment with these lines in its own metadata.
fn outer(lines: &str) -> String {
    WEB.replace("  name: web\nspec", &format!("  name: web\n{lines}spec"))
}

#[test]
fn a_misspelt_annotation() {
    let text = template(
        "      annotations:\n        sidecar-injector/exclude-inbound-port: \"9090\"\n        sidecar-injector/tcp_port: \"6000\"\n        proxy-injecton: disabled\n        sidecar-injector/colour: red\n        team: web\n",
    );
    assert_snapshot!(taken_with(&[], &text), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:10:48: annotation `sidecar-injector/exclude-inbound-port` has no effect: no profile reads it
      hint: did you mean `sidecar-injector/exclude-inbound-ports`?
    warning: web.yaml:11:36: annotation `sidecar-injector/tcp_port` has no effect: no profile reads it
      hint: did you mean `sidecar-injector/tcp-port`?
    warning: web.yaml:12:25: annotation `proxy-injecton` has no effect: no profile reads it
      hint: did you mean `proxy-injection`?
    warning: web.yaml:13:34: annotation `sidecar-injector/colour` has no effect: no profile reads it
      hint: use one of `sidecar-injector/tcp-port`, `sidecar-injector/udp-port`, `sidecar-injector/include-inbound-ports`, `sidecar-injector/exclude-inbound-ports`, `sidecar-injector/capture-outbound`, `sidecar-injector/proxy-cpu-request`, `sidecar-injector/proxy-cpu-limit`, `sidecar-injector/proxy-memory-request`, `sidecar-injector/proxy-memory-limit`
    codes: unread-annotation
    ");
    // The same at every later check.
    let check = known("check", ["web.yaml"]).file("web.yaml", &text).finds();
    assert_eq!(check.stderr.matches(" has no effect: no profile reads it").count(), 4, "{}", check.stderr);
    assert!(!known("inject", ["-q", "web.yaml"]).file("web.yaml", &text).succeeds().stderr.contains("no effect"));
    let undo = injector(["uninject", "web.yaml"]).file("web.yaml", &text).succeeds();
    assert!(!undo.stderr.contains("no effect"), "{}", undo.stderr);
}

#[test]
fn a_label_where_an_annotation_is_read_and_the_other_way_round() {
    assert_snapshot!(taken_with(&[], &WEB.replace("app: web\n    spec", "app: web\n        proxy-injection: disabled\n    spec")), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:11:26: label `proxy-injection` has no effect: the profile `cortexflow` reads an annotation of this name
      hint: move it to `/spec/template/metadata/annotations`
    codes: unread-annotation
    ");
    let annotation = template("      annotations: {sidecar.me/inject: \"true\"}\n");
    assert_snapshot!(taken_with(&["-p", "curl"], &annotation), @"
    deployment/web (default): skipped: object-not-selected: label `sidecar.me/inject` is not there, and the profile requires that `sidecar.me/inject` is one of `True`, `true`
    warning: web.yaml:9:40: annotation `sidecar.me/inject` has no effect: the profile `curl` reads a label of this name
      hint: move it to `/spec/template/metadata/labels`
    codes: unread-annotation
    ");
    // In both, as for two versions of a tool.
    let both = template("      annotations: {sidecar.me/inject: \"true\"}\n")
        .replace("app: web\n    spec", "app: web\n        sidecar.me/inject: \"true\"\n    spec");
    assert!(!taken_with(&["-p", "curl"], &both).contains("no effect"));
}

#[test]
fn on_the_object_around_the_template() {
    assert_snapshot!(taken_with(&[], &outer("  annotations: {proxy-injecton: disabled}\n  labels: {proxy-injection: disabled}\n")), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:5:33: annotation `proxy-injecton` has no effect: no profile reads it
      hint: did you mean `proxy-injection`, in `/spec/template/metadata/annotations`?
    warning: web.yaml:6:29: label `proxy-injection` has no effect: the profile `cortexflow` reads an annotation of this name
      hint: move it to `/spec/template/metadata/annotations`
    codes: unread-annotation
    ");
    let cron_job = "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: web\nspec:\n  jobTemplate:\n    metadata:\n      annotations: {proxy-injection: disabled, Proxy-Injection: disabled}\n    spec:\n      template:\n        spec:\n          containers: [{name: web, image: \"web:1\", resources: {requests: {cpu: 10m}}}]\n";
    assert_snapshot!(taken_with(&[], cron_job), @"
    cronjob/web (default): injected by cortexflow
    warning: web.yaml:8:38: annotation `proxy-injection` has no effect here: it is read from the pod template
      hint: move it to `/spec/jobTemplate/spec/template/metadata/annotations`
    warning: web.yaml:8:65: annotation `Proxy-Injection` has no effect: no profile reads it
      hint: did you mean `proxy-injection`, in `/spec/jobTemplate/spec/template/metadata/annotations`?
    codes: annotation-without-effect, unread-annotation
    ");
    let two = "apiVersion: leaderworkerset.x-k8s.io/v1\nkind: LeaderWorkerSet\nmetadata: {name: web, annotations: {proxy-injection: disabled}}\nspec:\n  leaderWorkerTemplate:\n    leaderTemplate: &t {spec: {containers: [{name: a, image: a, resources: {requests: {cpu: 1m}}}]}}\n    workerTemplate: {spec: {containers: [{name: a, image: a, resources: {requests: {cpu: 1m}}}]}}\n";
    assert_snapshot!(taken_with(&[], two), @"
    leaderworkerset/web (default) at /spec/leaderWorkerTemplate/leaderTemplate: injected by cortexflow
    warning: web.yaml:3:54: annotation `proxy-injection` has no effect here: it is read from the pod template
      hint: move it to `/spec/leaderWorkerTemplate/leaderTemplate/metadata/annotations` and `/spec/leaderWorkerTemplate/workerTemplate/metadata/annotations`
    leaderworkerset/web (default) at /spec/leaderWorkerTemplate/workerTemplate: injected by cortexflow
    codes: annotation-without-effect
    ");
}

#[test]
fn on_a_namespace() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  annotations:\n    proxy-injektion: disabled\n    sidecar-injector/tcp-port: \"1\"\n  labels:\n    proxy-injection: disabled\n    team: a\n";
    let text = format!("{namespace}---\n{WEB}");
    let run = |report: &'static str| injector(["inject", report, "web.yaml"]).file("web.yaml", &text);
    assert_snapshot!(told(&run("--report=text").succeeds(), run("--report=json")), @"
    warning: web.yaml:6:22: annotation `proxy-injektion` of namespace `default` has no effect: no profile reads it
      hint: did you mean `proxy-injection`?
    warning: web.yaml:7:32: annotation `sidecar-injector/tcp-port` of namespace `default` has no effect: the profile `cortexflow` reads it from the pod template
      hint: move it to `metadata.annotations` of the pod template
    deployment/web (default): skipped: namespace-opted-out: label `proxy-injection` of namespace `default` is `disabled`
    codes: unread-annotation
    ");
    let facts = |report: &'static str| {
        injector([
            "inject",
            "--namespace-annotations=proxy_injection=disabled",
            "--namespace-labels=default:",
            report,
            "web.yaml",
        ])
        .file("web.yaml", WEB)
    };
    assert_snapshot!(told(&facts("--report=text").succeeds(), facts("--report=json")), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:1:1: annotation `proxy_injection` of namespace `default` has no effect: no profile reads it
      hint: did you mean `proxy-injection`?
    codes: unread-annotation
    ");
    let file =
        injector(["inject", "--namespace-file=ns.yaml", "web.yaml"]).file("ns.yaml", namespace).file("web.yaml", WEB);
    let told = file.succeeds().stderr;
    assert!(told.contains("warning: ns.yaml:6:22: annotation `proxy-injektion` of namespace `default`"), "{told}");
}

#[test]
fn a_rollout_that_names_a_deployment() {
    let rollout = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata:\n  name: web\n  annotations: {proxy-injection: disabled}\nspec:\n  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n";
    assert_snapshot!(taken_with(&[], rollout), @"
    rollout/web (default): unchanged
    note: web.yaml:7:3: this Rollout has no pod template: its pods are those of Deployment `web`
      hint: inject Deployment `web`, and put annotations and labels on its pod template
    warning: web.yaml:5:34: annotation `proxy-injection` has no effect here: it is read from the pod template
      hint: move it to the pod template of Deployment `web`
    codes: annotation-without-effect, workload-elsewhere
    ");
    injector(["check"]).stdin(rollout).succeeds();
}

#[test]
fn keys_of_others_are_no_mistakes() {
    let spec = "  podSwitch: {annotation: mesh.example/inject, inject: [\"on\"], skip: [\"off\"]}\n  parameters:\n    - {name: p, type: port, default: 1, annotation: prometheus.io/port}\n    - {name: t, type: string, default: a, from: [/metadata/annotations/mesh.example~1from]}\n  annotations: {mesh.example/added: \"{{ p }} {{ t }}\"}\n";
    let text = template(
        "      annotations:\n        prometheus.io/path: /metrics\n        prometheus.io/scrape: \"true\"\n        mesh.example/from: a\n        mesh.example/injct: on\n        mesh.example.org/x: \"\"\n",
    );
    let run = |report: &'static str| {
        known("inject", ["-p", "mine.yaml", report, "web.yaml"])
            .file("mine.yaml", profile("mine", spec))
            .file("web.yaml", &text)
    };
    assert_snapshot!(told(&run("--report=text").succeeds(), run("--report=json")), @"
    deployment/web (default): injected by mine
    warning: web.yaml:13:29: annotation `mesh.example/injct` has no effect: no profile reads it
      hint: did you mean `mesh.example/inject`?
    codes: unread-annotation
    ");
    let twice = known("inject", ["-q", "-p", "mine.yaml", "-i", "web.yaml"])
        .file("mine.yaml", profile("mine", spec))
        .file("web.yaml", template(""))
        .succeeds()
        .then(["check", "-p", "mine.yaml", "web.yaml"])
        .succeeds();
    assert!(!twice.stderr.contains("no effect"), "what a profile adds is its own: {}", twice.stderr);
    let of_builtin = template("      annotations: {sidecar-injector/nginx-port: \"1\"}\n");
    assert!(!taken_with(&[], &of_builtin).contains("no effect"), "another profile may be injected in a run of its own");
}

#[test]
fn explain_shows_them_too() {
    let explain = |text: String| {
        let out = injector(["explain", "--namespace-labels=default:", "--namespace-annotations=default:", "web.yaml"])
            .file("web.yaml", text)
            .succeeds()
            .stdout;
        let lines = out.lines().filter(|line| {
            !line.starts_with("    ") || ["warning:", "note:", "hint:"].iter().any(|word| line.contains(word))
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(explain(outer("  annotations: {proxy-injecton: disabled}\n")), @"
    deployment/web (default)  web.yaml:1:1
      pod template: /spec/template  web.yaml:8:3
      record: none
      profile cortexflow: injected, by the rule default
        warning: annotation `proxy-injecton` has no effect: no profile reads it  web.yaml:5:17
          hint: did you mean `proxy-injection`, in `/spec/template/metadata/annotations`?

    cortexflow can be a policy: injector install --as policy
    ");
    let rollout =
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {workloadRef: {kind: Deployment, name: web}}\n";
    assert_snapshot!(explain(rollout.to_owned()), @"
    rollout/ (default)  web.yaml:1:1
        note: this Rollout has no pod template: its pods are those of Deployment `web`  web.yaml:3:8
          hint: inject Deployment `web`, and put annotations and labels on its pod template

    cortexflow can be a policy: injector install --as policy
    ");
    assert_snapshot!(explain(WEB.replace("Deployment", "Deploymnet")), @"
    deploymnet/web (default)  web.yaml:1:1
        warning: `Deploymnet` is not a kind of `apps/v1`, so nothing is injected  web.yaml:2:1
          hint: did you mean `Deployment`?

    cortexflow can be a policy: injector install --as policy
    ");
    assert_snapshot!(explain(WEB.replace("apiVersion: apps/v1\n", "")), @"
    deployment/web (default)  web.yaml:1:1
        warning: this object has a pod template, but no `apiVersion`, so nothing is injected  web.yaml:1:1
          hint: write `apiVersion: apps/v1`

    cortexflow can be a policy: injector install --as policy
    ");
}

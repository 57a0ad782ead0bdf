//! What is nearly a workload, and what is not a manifest at all.

use insta::assert_snapshot;

use super::{injector, refused, taken_with};
use crate::support::manifests::{SERVICE, WEB, profile};

fn with(old: &str, new: &str) -> String {
    assert!(WEB.contains(old));
    WEB.replacen(old, new, 1)
}

#[test]
fn a_misspelt_kind_or_version() {
    assert_snapshot!(taken_with(&[], &with("Deployment", "Deploymnet")), @"
    warning: web.yaml:2:7: `Deploymnet` is not a kind of `apps/v1`, so nothing is injected
      hint: did you mean `Deployment`?
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("Deployment", "deployment")), @"
    warning: web.yaml:2:7: `deployment` is not a kind of `apps/v1`, so nothing is injected
      hint: did you mean `Deployment`?
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("apps/v1", "app/v1")), @"
    warning: web.yaml:1:13: `app/v1` has no kind `Deployment`, so nothing is injected
      hint: did you mean `apps/v1`?
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("apps/v1", "v1")), @"
    warning: web.yaml:1:13: `v1` has no kind `Deployment`, so nothing is injected
      hint: did you mean `apps/v1`?
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("apps/v1\nkind: Deployment", "app/v1\nkind: Daemonset")), @"
    warning: web.yaml:2:7: there is no kind `Daemonset`, and no `apiVersion: app/v1` for it, so nothing is injected
      hint: did you mean `kind: DaemonSet` with `apiVersion: apps/v1`?
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("apps/v1", "apps/v2")), @"
    deployment/web (default): injected by cortexflow
    warning: web.yaml:1:13: `apps/v2` has no kind `Deployment`
      hint: did you mean `apps/v1`?
    codes: misspelt-kind
    ");
    assert!(!taken_with(&[], &with("apps/v1", "extensions/v1beta1")).contains("codes: misspelt"));
    // A kind of another project is its own.
    assert!(taken_with(&[], &with("apps/v1", "batch.volcano.sh/v1")).contains("codes: unknown-template"));
}

#[test]
fn without_a_pod_template() {
    let head = WEB.split("  template:\n").next().unwrap();
    let bare = taken_with(&[], head);
    assert_snapshot!(bare, @"
    deployment/web (default): unchanged
    note: web.yaml:5:1: looks like a patch: a Deployment without `spec.template` cannot be created
      hint: nothing is injected: write the pod template, or inject what kustomize renders
    codes: patch-fragment
    ");
    for template in ["", " null"] {
        assert_eq!(taken_with(&[], &format!("{head}  template:{template}\n")), bare);
    }
    // A patch that is about something else, and a kind that needs no selector, may well have none.
    let patch = head.replace("  selector: {matchLabels: {app: web}}\n", "  replicas: 2\n");
    assert_eq!(taken_with(&[], &patch), "deployment/web (default): unchanged\ncodes: ");
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: web}\nspec: {backoffLimit: 1}\n";
    assert_eq!(taken_with(&[], job), "job/web (default): unchanged\ncodes: ");
    let checked = injector(["check"]).stdin(head).succeeds();
    assert!(checked.stderr.starts_with("note: <stdin>:5:1: looks like a patch: "), "{}", checked.stderr);
}

#[test]
fn without_version_or_kind() {
    assert_snapshot!(taken_with(&[], &with("apiVersion: apps/v1\n", "")), @"
    warning: web.yaml:1:1: this object has a pod template, but no `apiVersion`, so nothing is injected
      hint: write `apiVersion: apps/v1`
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("apiVersion: apps/v1\nkind: Deployment\n", "kind: daemonset\n")), @"
    warning: web.yaml:1:1: this object has a pod template, but no `apiVersion`, so nothing is injected
      hint: write `apiVersion: apps/v1`, and `kind: DaemonSet`
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("kind: Deployment\n", "")), @"
    warning: web.yaml:1:1: this object has a pod template, but no `kind`, so nothing is injected
      hint: write its kind, which is one of `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &with("apiVersion: apps/v1\nkind: Deployment\n", "")), @"
    warning: web.yaml:1:1: this object has a pod template, but no `apiVersion` and no `kind`, so nothing is injected
      hint: write both, such as `apiVersion: apps/v1` and `kind: Deployment`
    codes: misspelt-kind
    ");
    let pod = "kind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web}]}\n";
    assert_snapshot!(taken_with(&[], pod), @"
    warning: web.yaml:1:1: this object has a pod template, but no `apiVersion`, so nothing is injected
      hint: write `apiVersion: v1`
    codes: misspelt-kind
    ");
    assert_eq!(injector(["inject"]).stdin(pod).succeeds().stdout, pod);
    assert_snapshot!(taken_with(&[], "kind: Widget\nspec: {a: 1}\n---\napiVersion: v2\nname: chart\n"), @"codes:");
}

#[test]
fn a_template_that_is_at_another_place() {
    assert_snapshot!(taken_with(&[], &with("  template:", "  tempalte:")), @"
    deployment/web (default): unchanged
    warning: web.yaml:7:3: a Deployment has its pod template at `/spec/template`, and here `/spec/tempalte` looks like one
      hint: nothing is injected: move it, or change the kind
    codes: unknown-template
    ");
    assert_snapshot!(taken_with(&[], &with("apps/v1\nkind: Deployment", "batch/v1\nkind: CronJob")), @"
    cronjob/web (default): unchanged
    warning: web.yaml:7:3: a CronJob has its pod template at `/spec/jobTemplate/spec/template`, and here `/spec/template` looks like one
      hint: nothing is injected: move it, or change the kind
    codes: unknown-template
    ");
    let pod =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web}]}\n";
    assert_snapshot!(taken_with(&[], pod), @"
    deployment/web (default): unchanged
    warning: web.yaml:1:1: a Deployment has its pod template at `/spec/template`, and here the object itself looks like one
      hint: nothing is injected: move it, or change the kind
    codes: unknown-template
    ");
}

#[test]
fn a_list_that_is_nearly_one() {
    let list = |head: &str| format!("{head}items:\n- {}", WEB.replace('\n', "\n  ").trim_end().to_owned() + "\n");
    assert_snapshot!(taken_with(&[], &list("apiVersion: v1\nkind: list\n")), @"
    warning: web.yaml:2:7: there is no kind `list`, so nothing in this list is injected
      hint: did you mean `List`?
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &list("apiVersion: apps/v1\nkind: deploymentlist\n")), @"
    warning: web.yaml:2:7: there is no kind `deploymentlist`, so nothing in this list is injected
      hint: did you mean `DeploymentList`?
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &list("kind: DeploymentList\n")), @"
    warning: web.yaml:1:1: this list of workloads has no `apiVersion`, so nothing in it is injected
      hint: write `apiVersion: apps/v1`
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &list("kind: List\n")), @"
    warning: web.yaml:1:1: this list of workloads has no `apiVersion`, so nothing in it is injected
      hint: write `apiVersion: v1`
    codes: misspelt-kind
    ");
    assert_snapshot!(taken_with(&[], &list("")), @"
    warning: web.yaml:1:1: this list of workloads has no `kind`, so nothing in it is injected
      hint: write `apiVersion: v1` and `kind: List`
    codes: misspelt-kind
    ");
    let item = list("apiVersion: v1\nkind: List\n").replace("- apiVersion: apps/v1\n  kind", "- kind");
    assert_snapshot!(taken_with(&[], &item), @"
    warning: web.yaml:4:3: this object has a pod template, but no `apiVersion`, so nothing is injected
      hint: write `apiVersion: apps/v1`
    codes: misspelt-kind
    ");
}

#[test]
fn a_value_of_another_type_on_the_way_to_the_containers() {
    let map = "      containers:\n        web:\n          image: web:1\n";
    let spec = WEB.find("      containers:").unwrap();
    assert_snapshot!(refused(&format!("{}{map}", &WEB[..spec])), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:12:7: `containers` is an object, and must be a list
      hint: write a `-` before each container
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    let template = WEB.find("  template:").unwrap();
    assert_snapshot!(refused(&format!("{}  template: web\n", &WEB[..template])), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:7:13: `template` is a string, and must be an object
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused(&format!("{}  template:\n    - spec: {{}}\n", &WEB[..template])), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:7:3: `template` is a list, and must be an object
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused(&format!("{}      containers: [web]\n", &WEB[..spec])), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:12:20: `containers/0` is a string, and must be an object
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    let check = injector(["check"]).stdin(format!("{}{map}", &WEB[..spec])).fails();
    assert!(check.stderr.contains("`containers` is an object, and must be a list"), "{}", check.stderr);
}

#[test]
fn a_kind_that_is_written_elsewhere() {
    let path = |path: &'static str| injector(["inject", "--template-path", path]).stdin(WEB).fails().stderr;
    assert!(path("deployment=/spec/x").contains("`deployment` is not a kind: write `Deployment`"));
    assert!(path("deployments.apps=/spec/x").contains("`deployments.apps` is not a kind: write `Deployment.apps`"));
    for (ty, meant) in [("bool", "boolean"), ("int", "integer"), ("str", "string"), ("number", "integer")] {
        let spec = format!("  parameters: [{{name: a, type: {ty}}}]\n  labels: {{a: \"{{{{ a }}}}\"}}\n");
        let ran = injector(["inject", "-p", "p.yaml"]).file("p.yaml", profile("p", &spec)).stdin(WEB).fails();
        assert!(ran.stderr.contains(&format!("hint: did you mean `{meant}`?")), "{}", ran.stderr);
    }
}

#[test]
fn files_of_a_folder_that_are_no_manifests() {
    let files = [
        ("a/Chart.yaml", "apiVersion: v2\nname: a\n"),
        ("a/config.json", "// settings\n{\"a\": 1,}\n"),
        ("a/empty.yaml", "# nothing\n"),
        ("a/kustomization.yaml", "resources: [web.yaml]\n"),
        ("a/list.yaml", "- a\n- b\n"),
        ("a/mkdocs.yml", "a: !!python/name:x.y\nb: [\n"),
        ("a/notes.yaml", "some words\n"),
        ("a/service.yaml", SERVICE),
        ("a/values.yaml", "a: 1\nrbac:\n  kind: Role\n---\nb: 2\n"),
        ("a/web.yaml", WEB),
    ];
    let run = |args: &[&'static str]| injector(args.iter().copied()).files(files);
    let ran = run(&["inject", "-i", "--namespace-labels=default:", "--namespace-annotations=default:", "-R", "a"]);
    let ran = ran.succeeds();
    assert_snapshot!(ran.stderr, @"
    deployment/web (default): injected by cortexflow
    note: a/Chart.yaml: the file has no `kind`: it is not a manifest, and passes through unchanged
    note: a/config.json: the file has no `kind`: it is not a manifest, and passes through unchanged
    note: a/list.yaml: the file has no `kind`: it is not a manifest, and passes through unchanged
    note: a/mkdocs.yml: the file has no `kind`: it is not a manifest, and passes through unchanged
    note: a/notes.yaml: the file has no `kind`: it is not a manifest, and passes through unchanged
    note: a/values.yaml: the file has no `kind`: it is not a manifest, and passes through unchanged
    1 workload: 1 injected
    ");
    for (name, text) in files.iter().filter(|(name, _)| *name != "a/web.yaml") {
        assert_eq!(ran.read(name), text.as_bytes(), "{name} is as it was");
    }
    assert!(!run(&["inject", "-i", "-q", "-R", "a"]).succeeds().stderr.contains("note"));
    // What is named is meant to be a manifest.
    assert!(run(&["inject", "a/notes.yaml"]).fails().stderr.contains("is text, not a manifest"));
    assert_eq!(run(&["inject", "a/values.yaml"]).succeeds().stderr, "0 workloads\n");
    assert!(run(&["inject", "a/config.json"]).fails().stderr.contains("error: a/config.json:"));
}

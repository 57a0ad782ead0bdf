//! Which objects of the input are taken.

use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use crate::support::injector;

const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n---\n";

fn workload(kind: &str, name: &str, labels: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {name} # kept\n  labels: {{{labels}}}\nspec:\n  serviceName: x\n  \
         selector: {{matchLabels: {{app: a}}}}\n  template:\n    metadata: {{labels: {{app: a}}}}\n    spec:\n      containers:\n        \
         - name: app\n          image: app:1\n          resources: {{requests: {{cpu: 1m}}}}\n"
    )
}

fn stream() -> String {
    let all = [
        workload("Deployment", "web", "app: web, tier: front"),
        workload("Deployment", "api", "app: api"),
        workload("StatefulSet", "web", "app: db"),
    ];
    NAMESPACE.to_owned() + &all.join("---\n")
}

/// Runs `inject` with these arguments, and says which objects were taken: every other line is as it was.
fn taken(args: &[&str]) -> Vec<String> {
    let stream = stream();
    let args = ["inject", "--report=json"].iter().chain(args).copied();
    let ran = injector(args).stdin(stream.as_str()).succeeds();
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let entries = report["entries"].as_array().unwrap();
    let texts = ran.stdout.split("---\n").zip(stream.split("---\n")).skip(1);
    let changed = texts.filter(|(new, old)| new != old).count();
    assert_eq!(changed, entries.len(), "{}", ran.stdout);
    let word = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    entries.iter().map(|entry| format!("{}/{}", word(entry, "kind"), word(entry, "name"))).collect()
}

#[test]
fn labels_kinds_and_names_take_a_part_of_the_input() {
    let (web, api, db) = ("Deployment/web", "Deployment/api", "StatefulSet/web");
    for (args, expected) in [
        (&["-l", "app=web"][..], &[web][..]),
        (&["--selector", "tier"], &[web]),
        (&["-l", "app in (api,db)"], &[api, db]),
        (&["-l", "!tier"], &[api, db]),
        (&["-l", ""], &[web, api, db]),
        (&["--kind", "deploy"], &[web, api]),
        (&["--kind", "Deployment,sts"], &[web, api, db]),
        (&["--kind", "statefulsets.apps"], &[db]),
        (&["deploy/web"], &[web]),
        (&["deploy/web", "sts/web"], &[web, db]),
        (&["deployment", "api"], &[api]),
        (&["-", "deployments.v1.apps/api"], &[api]),
        (&["--kind", "deploy", "-l", "app!=web"], &[api]),
    ] {
        assert_eq!(taken(args), expected, "{args:?}");
    }
}

#[test]
fn a_part_of_files_is_taken_in_every_command() {
    let run = |args: &[&str]| injector(args.iter().copied()).file("d/all.yaml", stream());
    let ran = run(&["inject", "-i", "d", "sts/web"]).succeeds();
    assert!(
        ran.stderr.starts_with("statefulset/web (default): injected by cortexflow\n1 workload: "),
        "{}",
        ran.stderr
    );
    assert_eq!(String::from_utf8(ran.read("d/all.yaml")).unwrap().matches("sidecar-injector/status").count(), 1);
    let ran = run(&["diff", "d/all.yaml", "-l", "tier"]).finds();
    assert_eq!(ran.stdout.matches("+++").count(), 1);
    assert_eq!(ran.stdout.matches("sidecar-injector/status").count(), 1);
    let ran = run(&["check", "-f", "d", "--kind", "sts"]).finds();
    assert!(ran.stderr.contains("1 workload: 1 not injected"), "{}", ran.stderr);
    let ran = run(&["explain", "d", "deploy/api"]).succeeds();
    assert_eq!(ran.stdout.matches("record: none").count(), 1);
    assert!(ran.stdout.starts_with("deployment/api (default)  d/all.yaml:"), "{}", ran.stdout);
    let injected = injector(["inject", "-q"]).stdin(stream()).succeeds().stdout;
    let ran = injector(["uninject", "deploy/web"]).stdin(injected.as_str()).succeeds();
    assert_eq!(ran.stdout.matches("sidecar-injector/status").count(), 2);
}

#[test]
fn an_object_that_is_not_there_is_an_error_and_nothing_is_printed() {
    for command in ["inject", "diff", "check", "explain"] {
        let ran = injector([command, "-f", "all.yaml", "deploy/wbe", "deploy/web"])
            .file("all.yaml", stream())
            .exits(ExitStatus::Error);
        assert!(ran.stderr.contains("error: the input has no `deploy/wbe`\n"), "{command}: {}", ran.stderr);
        assert!(ran.stdout.is_empty() || command == "explain", "{command}: {}", ran.stdout);
    }
    let ran = injector(["inject", "--keep-going", "deploy/wbe", "deploy/web"]).stdin(stream()).exits(ExitStatus::Error);
    assert_eq!(ran.stdout.matches("sidecar-injector/status").count(), 1);
    let ran = injector(["inject", "sts/web", "--kind", "deploy"]).stdin(stream()).exits(ExitStatus::Error);
    assert!(ran.stderr.contains("error: the input has no `sts/web` that is selected\n"), "{}", ran.stderr);
}

#[test]
fn a_selection_of_nothing_is_a_warning_that_can_be_denied() {
    let run = |args: &[&str]| injector(["inject"].iter().chain(args).copied()).stdin(stream());
    let ran = run(&["-l", "app=none,tier", "--kind", "job,Cron"]).succeeds();
    assert_eq!(
        ran.stderr,
        "warning: the input has no workload of the kind `job` or `Cron`, whose label `app` is `none` and whose label `tier` exists\n  \
         hint: the labels of the object itself count, not those of its pod template\n0 workloads\n"
    );
    assert_eq!(ran.stdout, stream());
    let ran = run(&["--kind", "Deploymnet"]).succeeds();
    assert!(ran.stderr.contains("\n  hint: did you mean `Deployment`?\n"), "{}", ran.stderr);
    let ran = run(&["-l", "app=none", "--deny", "nothing-selected"]).exits(ExitStatus::Error);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    let ran = run(&["-l", "app=a=b"]).exits(ExitStatus::Error);
    assert!(
        ran.stderr.starts_with("error: invalid value 'app=a=b' for '--selector <SELECTOR>': the value `a=b` "),
        "{}",
        ran.stderr
    );
}

/// Files and lists with settings of their own are no exception.
#[test]
fn what_is_picked_is_the_same_under_settings_of_some_files_and_of_a_function() {
    let config =
        "apiVersion: sidecar-injector/v1\nkind: Config\nspec:\n  overrides:\n    - {files: d, namespace: other}\n";
    let run = injector(["inject", "d", "deploy/api"]).file("d/all.yaml", stream()).file(".injector.yaml", config);
    let ran = run.succeeds();
    assert!(ran.stderr.starts_with("deployment/api (other): injected by cortexflow\n"), "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("sidecar-injector/status").count(), 1);

    let items: String = ["web", "api"]
        .map(|name| {
            let item = workload("Deployment", name, "app: x").replace('\n', "\n    ");
            format!("  - {}\n", item.trim_end())
        })
        .concat();
    let list = format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{items}functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  \
         metadata: {{name: f}}\n  data: {{profile: cortexflow, namespace: mine}}\n"
    );
    let ran = injector(["inject", "deploy/api"]).stdin(list).succeeds();
    assert!(ran.stderr.starts_with("deployment/api (mine): injected by cortexflow\n"), "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("sidecar-injector/status").count(), 1);
}

/// It is there, though nothing can be injected into it.
#[test]
fn an_object_without_a_pod_template_is_found_by_every_command() {
    let bare = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n";
    for command in ["inject", "uninject", "diff", "check", "explain"] {
        let run = |object: &str| injector([command, "-f", "bare.yaml", object]).file("bare.yaml", bare);
        let ran = run("deploy/web").succeeds();
        assert!(!ran.stderr.contains("the input has no"), "{command}: {}", ran.stderr);
        let ran = run("deploy/wbe").exits(ExitStatus::Error);
        assert!(ran.stderr.contains("error: the input has no `deploy/wbe`\n"), "{command}: {}", ran.stderr);
    }
}

/// What an API server asks about has to be answered, so that there is nothing to pick.
#[test]
fn a_review_is_not_picked() {
    let pod = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"app","image":"app:1"}]}}"#;
    let review = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"1","kind":{{"group":"","version":"v1","kind":"Pod"}},"operation":"CREATE","namespace":"x","object":{pod}}}}}"#
    );
    for args in [["-l", "app=none"], ["--kind", "pod"], ["-", "pod/p"]] {
        for command in ["inject", "check", "diff"] {
            let ran = injector([command].iter().chain(&args).copied()).stdin(review.as_str()).fails();
            assert!(ran.stderr.starts_with("error: <stdin>: '--selector', '--kind' and KIND/NAME are for manifests"));
        }
    }
}

#[test]
fn an_object_of_a_kind_of_ones_own_is_named_as_those_of_others() {
    let own = "apiVersion: own.example/v1\nkind: Policy\nmetadata: {name: a}\nspec:\n  worker:\n    spec: {containers: [{name: a, image: \"a:1\"}]}\n";
    let settings =
        "apiVersion: sidecar-injector/v1\nkind: Config\nspec:\n  templatePaths: [Policy.own.example=/spec/worker]\n";
    for object in ["policy/a", "Policy/a", "policies/a", "policies.own.example/a", "policies.v1.own.example/a"] {
        let run = |args: &[&str]| injector(args.iter().copied()).file("own.yaml", own);
        let ran = run(&["inject", "-q", "own.yaml", object]).file(".injector.yaml", settings).succeeds();
        assert!(ran.stdout.contains("proxy-sidecar"), "{object}: {}", ran.stdout);
        ran.then(["uninject", "own.yaml", object]).succeeds();
        run(&["explain", "own.yaml", object, "--template-path=Policy=/spec/worker"]).succeeds();
    }
    for object in ["cm/a", "policy.other.example/a"] {
        let ran =
            injector(["check", "own.yaml", object]).file("own.yaml", own).file(".injector.yaml", settings).fails();
        let kind = object.split_once('/').unwrap().0;
        let said = format!(
            "error: {object}: there is no such file\n  hint: if this is an object: `{kind}` is no kind that has"
        );
        assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
    }
}

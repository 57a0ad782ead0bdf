//! Flags that change what is injected.

use injector::internals::report::exit::ExitStatus;

use crate::support::manifests::{RESOURCES, SERVICE, WEB, adding, injected, known};
use crate::support::{Run, injector};

/// The report on one Deployment that was injected.
const INJECTED: &str = "deployment/web (default): injected by cortexflow\n1 workload: 1 injected\n";

fn with_annotation(text: &str, line: &str) -> String {
    text.replace(
        "      labels:\n        app",
        &format!("      annotations:\n        {line}\n      labels:\n        app"),
    )
}

#[test]
fn two_profiles_are_applied_in_order_and_undone_apart() {
    let ran = known("inject", ["-q", "-p", "one.yaml", "-p", "cortexflow", "web.yaml"])
        .file("one.yaml", adding("one", "helper"))
        .file("web.yaml", WEB)
        .succeeds();
    let names: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("        - name: ")).collect();
    assert_eq!(
        names,
        [
            "        - name: init-iptables",
            "        - name: web",
            "        - name: helper",
            "        - name: proxy-sidecar"
        ]
    );
    let both = ran.stdout.clone();
    let only_one = known("inject", ["-q", "-p", "one.yaml"])
        .file("one.yaml", adding("one", "helper"))
        .stdin(WEB)
        .succeeds()
        .stdout;
    let back = injector(["uninject", "-p", "cortexflow"]).stdin(both.clone()).succeeds();
    assert_eq!(back.stdout, only_one);
    assert_eq!(back.stderr, "deployment/web (default): uninjected: cortexflow\n1 workload: 1 uninjected\n");
    let back = injector(["uninject", "-q", "-p", "one"]).stdin(both.clone()).succeeds();
    assert!(back.stdout.contains("proxy-sidecar") && !back.stdout.contains("helper"));
    assert_eq!(injector(["uninject", "-q"]).stdin(both.clone()).succeeds().stdout, WEB);
    assert_eq!(injector(["uninject", "-p", "other"]).stdin(both.clone()).succeeds().stdout, both);
}

#[test]
fn a_value_is_for_one_profile_or_for_all() {
    let images = |args: &[&'static str]| -> Vec<String> {
        let both = ["inject", "-q", "-p", "nginx", "-p", "curl", "--namespace-labels=sidecar-inject=enabled"];
        let run = injector(both.into_iter().chain(args.iter().copied()));
        let labelled = WEB
            .replace("        app: web\n    spec", "        app: web\n        sidecar.me/inject: \"true\"\n    spec");
        let ran = run.stdin(labelled).succeeds().stdout;
        let found = ran.lines().filter_map(|line| Some(line.trim_start().split_once("image: ")?.1.to_owned()));
        found
            .chain(ran.lines().filter(|line| line.contains("imagePullPolicy:")).map(|line| line.trim().to_owned()))
            .collect()
    };
    let of = |nginx: &str, curl: &str, policy: [&str; 2]| {
        let policies = policy.map(|policy| format!("imagePullPolicy: {policy}"));
        ["web:1".to_owned(), nginx.to_owned(), curl.to_owned()].into_iter().chain(policies).collect::<Vec<_>>()
    };
    let (nginx, curl, usual) = ("nginx:alpine", "yauritux/busybox-curl:latest", ["IfNotPresent"; 2]);
    assert_eq!(images(&[]), of(nginx, curl, usual));
    assert_eq!(images(&["--set", "nginx.image=n:1"]), of("n:1", curl, usual));
    assert_eq!(images(&["--set", "nginx.image=n:1", "--set", "curl.image=c:1"]), of("n:1", "c:1", usual));
    assert_eq!(images(&["--set", "pullPolicy=Always"]), of(nginx, curl, ["Always"; 2]));
    assert_eq!(
        images(&["--set", "curl.pullPolicy=Never", "--set", "pullPolicy=Always"]),
        of(nginx, curl, ["Always", "Never"])
    );
    // With one profile there is no other meaning.
    known("inject", ["-q", "-p", "curl", "--set", "image=c:1"]).stdin(WEB).succeeds();
}

#[test]
fn profiles_of_the_environment_count_for_every_command_that_takes_the_flag() {
    let both = "one.yaml,cortexflow";
    let files = |run: Run| run.file("one.yaml", adding("one", "helper")).file("two.yaml", adding("two", "other"));
    let run = |command, args: &[&'static str]| files(known(command, args.iter().copied()));
    let of_flags = run("inject", &["-p", "one.yaml", "-p", "cortexflow"]).stdin(WEB).succeeds().stdout;
    assert_eq!(run("inject", &[]).env("INJECTOR_PROFILE", both).stdin(WEB).succeeds().stdout, of_flags);
    assert_eq!(run("inject", &["-p", both]).stdin(WEB).succeeds().stdout, of_flags);
    let other = run("inject", &["-p", "two.yaml"]).env("INJECTOR_PROFILE", both).stdin(WEB).succeeds().stdout;
    assert!(other.contains("name: other") && !other.contains("name: helper"), "the flag wins: {other}");
    run("check", &[]).env("INJECTOR_PROFILE", both).stdin(of_flags.clone()).succeeds();
    run("check", &[]).env("INJECTOR_PROFILE", "two.yaml").stdin(of_flags.clone()).exits(ExitStatus::Findings);
    let diff = run("diff", &[]).env("INJECTOR_PROFILE", "two.yaml").stdin(WEB).exits(ExitStatus::Findings).stdout;
    assert!(diff.contains("name: other"), "{diff}");
    let page = run("explain", &[]).env("INJECTOR_PROFILE", "two.yaml").stdin(WEB).succeeds().stdout;
    assert!(page.contains("profile two: injected"), "{page}");
    let back = files(injector(["uninject"])).env("INJECTOR_PROFILE", "cortexflow").stdin(of_flags).succeeds().stdout;
    assert!(back.contains("name: helper") && !back.contains("proxy-sidecar"), "{back}");
    #[cfg(feature = "serve")]
    {
        let manifests = files(injector(["install", "--cert-manager"])).env("INJECTOR_PROFILE", "two.yaml").succeeds();
        assert!(manifests.stdout.contains("--profile=/etc/injector/profiles/two.yaml"), "{}", manifests.stdout);
    }
    let wrong = run("explain", &[]).env("INJECTOR_PROFILE", "ngnix").stdin(WEB).fails();
    assert!(wrong.stderr.contains("there is no built-in profile `ngnix`"), "{}", wrong.stderr);
}

#[test]
fn force_drops_what_is_left() {
    let text = injected();
    let partial = &text[..text.find("        - name: proxy-sidecar").unwrap()];
    injector(["uninject"]).stdin(partial).fails();
    assert_eq!(injector(["uninject", "-q", "--force"]).stdin(partial).succeeds().stdout, WEB);
}

#[test]
fn reinject_replaces_what_is_outdated() {
    let other = |args: &[&'static str], text: &str| {
        known("inject", ["--set", "tcpPort=7000"].iter().chain(args).copied()).stdin(text).succeeds()
    };
    let fresh = other(&["-q"], WEB).stdout;
    assert_eq!(other(&["-q"], &injected()).stdout, injected(), "without the flag it stays");
    let again = other(&["--reinject"], &injected());
    assert_eq!(again.stdout, fresh);
    assert_eq!(again.stderr, INJECTED);
    let current = known("inject", ["--reinject"]).stdin(injected()).succeeds();
    assert_eq!(current.stdout, injected(), "an equal hash changes nothing");
    assert!(current.stderr.contains("skipped: already-injected"), "{}", current.stderr);
}

#[test]
fn reinject_leaves_out_what_has_opted_out_since() {
    let out = with_annotation(WEB, "proxy-injection: disabled");
    let text = known("inject", ["-q"]).stdin(with_annotation(WEB, "proxy-injection: enabled")).succeeds().stdout;
    let since = text.replace("proxy-injection: enabled", "proxy-injection: disabled");
    let ran = known("inject", ["--reinject", "--set", "tcpPort=7000"]).stdin(since).succeeds();
    assert_eq!(ran.stdout, out);
    assert!(
        ran.stderr.contains("pod-opted-out") && ran.stderr.contains("what was injected before is removed"),
        "{}",
        ran.stderr
    );
}

#[test]
fn clean_strips_what_the_server_added() {
    let live = WEB.replace(
        "  name: web\nspec",
        "  name: web\n  uid: 0b9f\n  resourceVersion: \"7\"\n  generation: 3\n  creationTimestamp: \"2026-01-01T00:00:00Z\"\n  annotations:\n    deployment.kubernetes.io/revision: \"3\"\nspec",
    ) + "status:\n  replicas: 1\n";
    let ran = known("inject", ["--clean"]).stdin(live.clone()).succeeds();
    assert_eq!(ran.stderr, INJECTED);
    for gone in ["uid:", "resourceVersion", "generation", "creationTimestamp", "revision", "status:\n"] {
        assert!(
            !ran.stdout.contains(&format!("  {gone}")) && !ran.stdout.contains(&format!("\n{gone}")),
            "{gone}\n{}",
            ran.stdout
        );
    }
    assert_eq!(injector(["uninject", "-q"]).stdin(ran.stdout).succeeds().stdout.matches("proxy-sidecar").count(), 0);
    assert!(known("inject", ["-q"]).stdin(live).succeeds().stdout.contains("resourceVersion"));
}

#[test]
fn expand_renders_only_what_cannot_be_kept() {
    let aliased = "apiVersion: v1\nkind: Pod\n# lost\nx: &base\n  containers: [{name: web, image: \"web:1\", resources: {requests: {cpu: 1m}}}]\nmetadata: {name: web}\nspec:\n  <<: *base\n";
    known("inject", []).stdin(aliased).fails();
    let ran = known("inject", ["--expand"]).stdin(format!("{SERVICE}---\n{WEB}---\n{aliased}")).succeeds();
    assert!(ran.stdout.starts_with(&format!("{SERVICE}---\n{}---\n", injected())), "{}", ran.stdout);
    let last = ran.stdout.rsplit_once("---\n").unwrap().1;
    assert!(!last.contains("<<") && !last.contains('*') || !last.contains("*base"), "{last}");
    assert!(last.contains("name: proxy-sidecar"));
}

#[test]
fn what_is_known_of_a_namespace_decides() {
    let in_prod = WEB.replace("  name: web\nspec", "  name: web\n  namespace: prod\nspec");
    let namespace =
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: prod\n  annotations: {proxy-injection: disabled}\n";
    let skipped = |ran: &crate::support::Ran| ran.stderr.contains("namespace-opted-out");
    let run = |args: &[&'static str], text: String| {
        injector(["inject"].iter().chain(args)).file("ns.yaml", namespace).stdin(text).succeeds()
    };
    assert!(!skipped(&run(&[], in_prod.clone())));
    assert!(skipped(&run(&[], format!("{in_prod}---\n{namespace}"))), "a Namespace anywhere in the input");
    assert!(skipped(&run(&["--namespace-file", "ns.yaml"], in_prod.clone())));
    assert!(skipped(&run(&["--namespace-annotations", "prod:proxy-injection=disabled"], in_prod.clone())));
    assert!(skipped(&run(&["--namespace-annotations", "proxy-injection=disabled"], in_prod.clone())));
    assert!(skipped(&run(&["--namespace-labels", "prod:proxy-injection=disabled"], in_prod.clone())));
    assert!(!skipped(&run(&["--namespace-labels", "test:proxy-injection=disabled"], in_prod.clone())));
    assert!(
        skipped(&run(&["-n", "prod", "--namespace-file", "ns.yaml"], WEB.to_owned())),
        "-n is for objects without one"
    );
    assert!(!skipped(&run(&["-n", "prod", "--namespace-file", "ns.yaml"], in_prod.replace("prod", "test"))));
    let system = injector(["inject", "-n", "kube-system"]).stdin(WEB).succeeds();
    assert!(system.stderr.contains("(kube-system): skipped: excluded-namespace"), "{}", system.stderr);
}

#[test]
fn the_version_of_the_cluster_decides_on_native_sidecars() {
    let job = WEB
        .replace("apps/v1", "batch/v1")
        .replace("Deployment", "Job")
        .replace("      containers:\n", "      restartPolicy: Never\n      containers:\n");
    let new = known("inject", ["-q"]).stdin(job.clone()).succeeds().stdout;
    assert!(new.contains("restartPolicy: Always"), "{new}");
    let old = known("inject", ["--kubernetes-version", "v1.28.3"]).stdin(job.clone()).succeeds();
    assert_eq!(old.stdout, job);
    assert!(old.stderr.contains("skipped: job:"), "{}", old.stderr);
}

#[test]
fn native_sidecar_replaces_what_the_profile_says() {
    let job = WEB
        .replace("apps/v1", "batch/v1")
        .replace("Deployment", "Job")
        .replace("      containers:\n", "      restartPolicy: Never\n      containers:\n");
    let says = |text: &str| adding("one", "helper").replace("spec:", &format!("spec:\n  nativeSidecar: {text}"));
    for (text, of_auto) in [(WEB, false), (job.as_str(), true)] {
        for profile in ["auto", "true", "false"] {
            for (flag, native) in [("auto", of_auto), ("true", true), ("false", false)] {
                let run = |command, value, stdin: &str| {
                    known(command, ["-q", "-p", "one.yaml", "--native-sidecar", value])
                        .file("one.yaml", says(profile))
                        .stdin(stdin)
                };
                let out = run("inject", flag, text).succeeds().stdout;
                let place = if native { "initContainers:" } else { "containers:" };
                let above = &out[..out.find("name: helper").unwrap()];
                assert!(above.rsplit('\n').any(|line| line.trim() == place), "{profile} {flag}: {out}");
                assert_eq!(out.contains("restartPolicy: Always"), native, "{profile} {flag}: {out}");
                assert_eq!(run("inject", flag, &out).succeeds().stdout, out, "a second run changes nothing");
                run("check", flag, &out).succeeds();
                let other = if native { "false" } else { "true" };
                run("check", other, &out).exits(ExitStatus::Findings);
                let back = injector(["uninject"]).stdin(out).succeeds();
                assert_eq!(back.stdout, text);
                assert!(!back.stderr.contains("warning"), "{}", back.stderr);
            }
        }
    }
}

#[test]
fn native_sidecar_makes_an_operators_workload_complete() {
    let text = WEB.replace("apps/v1", "example.com/v1").replace("Deployment", "Training");
    let run = |command, more: &[&'static str]| {
        known(command, ["--template-path", "Training=/spec/template"].iter().chain(more).copied())
    };
    let native = run("inject", &["-q", "--native-sidecar=true"]).stdin(text.clone()).succeeds().stdout;
    assert!(native.contains("restartPolicy: Always"), "{native}");
    assert!(!run("inject", &["-q"]).stdin(text.clone()).succeeds().stdout.contains("restartPolicy: Always"));
    assert!(
        run("diff", &["--native-sidecar=true"])
            .stdin(text.clone())
            .exits(ExitStatus::Findings)
            .stdout
            .contains("restartPolicy: Always")
    );
    let ran = run("explain", &["--native-sidecar=true"]).stdin(text.clone()).succeeds();
    assert!(
        ran.stdout.contains("the profile or `--native-sidecar` says whether the sidecar is native"),
        "{}",
        ran.stdout
    );
    let old = run("inject", &["--native-sidecar=true", "--kubernetes-version=1.28"]).stdin(text).fails();
    assert!(old.stderr.contains("`--native-sidecar false` makes a classic one"), "{}", old.stderr);
}

#[test]
fn a_template_path_makes_a_kind_known() {
    let text = WEB.replace("apps/v1", "example.com/v1").replace("Deployment", "Application");
    let unknown = known("inject", []).stdin(text.clone()).succeeds();
    assert_eq!(unknown.stdout, text);
    for path in ["Application.example.com=/spec/template", "Application=/spec/template"] {
        let ran = known("inject", ["--template-path", path]).stdin(text.clone()).succeeds();
        assert!(ran.stderr.starts_with("application/web (default)"), "{}", ran.stderr);
        assert!(ran.stdout.contains("proxy-sidecar"));
        let back = injector(["uninject", "-q", "--template-path", path]).stdin(ran.stdout).succeeds();
        assert_eq!(back.stdout, text);
    }
}

/// As the training kinds of Kubeflow have it: the operator writes the policy into the pods.
#[test]
fn a_restart_policy_beside_the_template_says_that_its_pods_complete() {
    let training = |policy: &str| {
        let role = |name: &str| {
            let pod = format!("{{spec: {{containers: [{{name: app, image: \"a:1\", {RESOURCES}}}]}}}}");
            format!("    {name}: {{restartPolicy: {policy}, template: {pod}}}\n")
        };
        format!(
            "apiVersion: ml.example/v1\nkind: Training\nmetadata: {{name: night}}\nspec:\n  roles:\n{}{}",
            role("Head"),
            role("Worker")
        )
    };
    let path = "--template-path=Training.ml.example=/spec/roles/*/template";
    for (policy, native) in [("OnFailure", true), ("Never", true), ("ExitCode", true), ("Always", false)] {
        let ran = known("inject", ["-o", "json", path]).stdin(training(policy)).succeeds();
        let object: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        for role in ["Head", "Worker"] {
            let spec = &object["spec"]["roles"][role]["template"]["spec"];
            let classic = spec["containers"].as_array().unwrap().len() == 2;
            let sidecar = &spec["initContainers"][1];
            assert_eq!((classic, sidecar["restartPolicy"] == "Always"), (!native, native), "{policy} {role}: {spec}");
        }
        known("check", [path]).stdin(ran.stdout).succeeds();
    }
}

#[test]
fn the_hint_on_an_unknown_kind_names_each_template_that_is_not_named_yet() {
    let pod = "{spec: {containers: [{name: app, image: \"a:1\", resources: {requests: {cpu: 1m}}}]}}";
    let text = format!(
        "apiVersion: ml.example/v1\nkind: Training\nmetadata: {{name: night}}\nspec:\n  head: {{template: {pod}}}\n  \
         worker: {{template: {pod}}}\n"
    );
    let head = "--template-path Training.ml.example=/spec/head/template";
    let worker = "--template-path Training.ml.example=/spec/worker/template";
    let hints = |args: &[&'static str]| {
        let said = known("inject", args.iter().copied()).stdin(text.clone()).succeeds().stderr;
        (said.contains(head), said.contains(worker))
    };
    assert_eq!(hints(&[]), (true, true));
    assert_eq!(hints(&["--template-path", "Training.ml.example=/spec/head/template"]), (false, true));
    let both = ["--template-path", "Training=/spec/head/template", "--template-path", "Training=/spec/worker/template"];
    assert_eq!(hints(&both), (false, false));
}

/// In the cluster, the mesh's webhook comes later: only its key shows that the proxy is to come.
#[test]
fn what_asks_for_another_mesh_is_left_to_it() {
    let pod = |metadata: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a{metadata}}}\nspec: {{containers: [{{name: a, image: a}}]}}\n"
        )
    };
    let skipped = |text: String, facts: &[&'static str]| {
        let ran = injector(["inject"].into_iter().chain(facts.iter().copied())).stdin(text.clone()).succeeds();
        assert_eq!(ran.stdout == text, ran.stderr.contains("skipped: foreign-sidecar: "), "{}", ran.stderr);
        ran.stdout == text
    };
    for metadata in [
        ", labels: {sidecar.istio.io/inject: \"true\"}",
        ", annotations: {sidecar.istio.io/inject: \"true\"}",
        ", annotations: {linkerd.io/inject: enabled}",
        ", labels: {kuma.io/sidecar-injection: enabled}",
        ", annotations: {consul.hashicorp.com/connect-inject: \"true\"}",
    ] {
        assert!(skipped(pod(metadata), &[]), "{metadata}");
    }
    for facts in [
        &["--namespace-labels=istio-injection=enabled", "--namespace-annotations=a=b"][..],
        &["--namespace-labels=a=b", "--namespace-annotations=linkerd.io/inject=enabled"],
        &["--namespace-labels=kuma.io/sidecar-injection=enabled", "--namespace-annotations=a=b"],
    ] {
        assert!(skipped(pod(""), facts), "{facts:?}");
    }
    // The pod's own opt-out wins over its namespace.
    let istio = ["--namespace-labels=istio-injection=enabled"];
    assert!(!skipped(pod(", labels: {sidecar.istio.io/inject: \"false\"}"), &istio));
    let linkerd = ["--namespace-annotations=linkerd.io/inject=enabled"];
    assert!(!skipped(pod(", annotations: {linkerd.io/inject: disabled}"), &linkerd));
    assert!(!skipped(pod(""), &[]));
}

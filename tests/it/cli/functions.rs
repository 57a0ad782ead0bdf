//! `fn`: a KRM function, as kustomize and kpt run it.

use serde_json::{Value, json};

use crate::support::manifests::WEB;
use crate::support::{Ran, injector};

/// A list with a workload of a package's file, and one that is never applied.
fn list(config: &str) -> String {
    let item = WEB.replace("  name: web\n", "  name: web\n  annotations:\n    config.kubernetes.io/path: base/web.yaml\n    config.kubernetes.io/index: '1'\n");
    let local = WEB.replace(
        "  name: web\n",
        "  name: tool\n  annotations: {config.kubernetes.io/local-config: \"true\", config.kubernetes.io/path: tool.yaml}\n",
    );
    let indented = |text: &str| text.replace('\n', "\n  ").trim_end().to_owned();
    format!(
        "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n{config}items:\n- {} # kept\n- {}\n",
        indented(&item),
        indented(&local)
    )
}

fn config(kind: &str, rest: &str) -> String {
    let api = if kind == "ConfigMap" { "v1" } else { "sidecar-injector/v1" };
    format!("functionConfig:\n  apiVersion: {api}\n  kind: {kind}\n  metadata: {{name: mine}}\n{rest}")
}

const MINE: &str = "  spec:\n    policy: OptOut\n    containers: [{name: mine, image: \"mine:1\"}]\n";

fn results(ran: &Ran) -> Vec<Value> {
    let read: Value = serde_yaml::from_str(&ran.stdout).unwrap();
    read["results"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_function_config_says_with_which_profiles_and_parameters() {
    for (config, expected) in [
        (String::new(), "name: proxy-sidecar"),
        (config("Profile", MINE), "image: mine:1"),
        (config("Config", "  spec: {profiles: [./p.yaml]}\n"), "image: file:1"),
        (config("ConfigMap", "  data: {profile: ./p.yaml}\n"), "image: file:1"),
        (config("ConfigMap", "  data:\n    set.proxyMemoryLimit: 99Mi\n"), "memory: 99Mi"),
        (
            config("ConfigMap", "  data:\n    set: |\n      cortexflow.proxyMemoryLimit=98Mi\n      proxyCpuLimit=2\n"),
            "memory: 98Mi",
        ),
    ] {
        let profile = format!(
            "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: file}}\n{}",
            MINE.replace("mine", "file").replace("\n  ", "\n").trim_start()
        );
        let run = |command: &str| injector([command]).file("p.yaml", &profile).stdin(list(&config));
        let ran = run("fn").succeeds();
        assert_eq!(ran.stdout.matches(expected).count(), 1, "{config}: {}", ran.stdout);
        let text: String = ran.stdout.split("results:\n").next().unwrap().to_owned();
        assert_eq!(run("inject").succeeds().stdout, text, "the results are all that `fn` adds");
        let checked = injector(["fn", "check"]).file("p.yaml", &profile).stdin(text.as_str()).succeeds();
        assert!(checked.stdout.starts_with(&text), "{}", checked.stdout);
        let undone = injector(["uninject"]).stdin(text.replace(&config, "")).succeeds().stdout;
        assert_eq!(undone, list(""));
    }
    // A flag wins.
    let with = injector(["fn", "--set", "proxyMemoryLimit=97Mi"])
        .stdin(list(&config("ConfigMap", "  data: {set.proxyMemoryLimit: 99Mi}\n")));
    assert!(with.succeeds().stdout.contains("memory: 97Mi"));
}

#[test]
fn every_message_is_a_result_with_its_resource_field_and_file() {
    let bad = list("").replace("      labels:\n", "      annotations: {proxy-injection: disable}\n      labels:\n");
    let ran = injector(["fn"]).stdin(bad.as_str()).finds();
    assert!(ran.stdout.starts_with(&bad), "nothing is changed: {}", ran.stdout);
    let found = &results(&ran)[0];
    assert_eq!(found["severity"], "error");
    assert!(found["message"].as_str().unwrap().contains("proxy-injection"), "{found}");
    let resource = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "namespace": "default"});
    assert_eq!(found["resourceRef"], resource);
    assert_eq!(found["field"]["path"], "spec.template.metadata.annotations.proxy-injection");
    assert_eq!(found["file"], json!({"path": "base/web.yaml", "index": 1}));
    assert!(ran.stderr.contains("base/web.yaml[1]: annotation `proxy-injection`"), "{}", ran.stderr);
    let ran = injector(["fn", "check"]).stdin(list("")).finds();
    assert!(ran.stdout.starts_with(&list("")));
    assert_eq!(results(&ran)[0]["message"], "not injected by cortexflow");
    assert_eq!(results(&ran)[0]["severity"], "error");
    let ran = injector(["fn"]).stdin(list("")).succeeds();
    assert_eq!(results(&ran)[0]["message"], "injected by cortexflow");
    assert_eq!(results(&ran)[0]["severity"], "info");
    assert!(results(&ran).iter().all(|result| result["resourceRef"]["name"] == "web"), "{}", ran.stdout);
}

#[test]
fn results_of_another_function_are_replaced_and_json_stays_json() {
    let before = list("").replace("items:\n", "results:\n- {message: old}\nitems:\n");
    let ran = injector(["fn"]).stdin(before.as_str()).succeeds();
    assert!(!ran.stdout.contains("old") && ran.stdout.matches("results:").count() == 1, "{}", ran.stdout);
    for written in ["[{message: old}]", "[]", "null", "[ # old\n  {message: old}\n]", "\n  [{message: old}]", ""] {
        let before = list("") + &format!("results: {written} # kept\n");
        let ran = injector(["fn"]).stdin(before.as_str()).succeeds();
        assert!(!ran.stdout.contains("old") && ran.stdout.matches("# kept\n").count() == 2, "{}", ran.stdout);
        assert!(!ran.stdout.contains("# [") && !ran.stdout.contains("# null"), "{}", ran.stdout);
        assert_eq!(results(&ran)[0]["message"], "injected by cortexflow");
    }
    let value: Value = serde_yaml::from_str(&list("")).unwrap();
    let ran = injector(["fn"]).stdin(value.to_string()).succeeds();
    let read: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(read["results"][0]["message"], "injected by cortexflow");
    let empty = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n";
    assert_eq!(injector(["fn"]).stdin(empty).succeeds().stdout, empty);
}

#[test]
fn a_function_config_that_cannot_be_used_is_an_error_at_its_place_and_the_list_is_printed() {
    for (config, place, message) in [
        (config("ConfigMap", "  data: {profil: nginx}\n"), "7:18", "unknown key `profil`"),
        (config("ConfigMap", "  data: {set.proxyCpuLimit: 2}\n"), "7:29", "`set.proxyCpuLimit` is not a string"),
        (config("ConfigMap", "  data: {set.cpu: \"2\"}\n"), "7:19", "no profile of this run has a parameter `cpu`"),
        (config("ConfigMap", "  data: {set.tcpPort: many}\n"), "7:23", "`tcpPort`: `many` is not"),
        (config("Profile", &MINE.replace("policy", "polcy")), "8:5", "unknown field `polcy`"),
        (config("Config", "  spec: {profile: [nginx]}\n"), "7:10", "unknown field `profile`"),
        (config("Config", "  spec: {profiles: [ngnix]}\n"), "7:21", "there is no built-in profile `ngnix`"),
        (config("ConfigMap", "  dta: {profile: nginx}\n"), "7:3", "unknown field `dta`"),
        (config("ConfigMap", "  data: {profile: nginx}\n  spec: {}\n"), "8:3", "unknown field `spec`"),
        (config("ConfigMap", "  data: [nginx]\n"), "7:3", "`data` is a list, not an object"),
        (
            config("Config", "  spec: {profiles: [nginx]}\n").replace("injector/v1", "injector/v2"),
            "4:15",
            "injector does not read a Config of `sidecar-injector/v2`",
        ),
        (
            config("ConfigMap", "  data: {profile: nginx}\n").replace(" v1", " core/v1"),
            "4:15",
            "injector does not read a ConfigMap of `core/v1`",
        ),
        (
            config("Profile", MINE).replace("apiVersion: sidecar-injector/v1\n  ", ""),
            "4:3",
            "injector does not read a Profile without `apiVersion`",
        ),
        (
            config("Injector", "  spec: {profile: nginx}\n"),
            "5:9",
            "injector does not read a functionConfig of the kind `Injector`",
        ),
    ] {
        let ran = injector(["fn"]).stdin(list(&config)).finds();
        let place = format!("error: <stdin>:{place}: {message}");
        assert!(ran.stderr.contains(&place), "{place}\n{}", ran.stderr);
        assert!(ran.stdout.starts_with(&list(&config)));
        assert!(results(&ran)[0]["message"].as_str().unwrap().starts_with(message));
        let ran = injector(["inject"]).stdin(list(&config)).fails();
        assert!(ran.stderr.contains(&place), "{}", ran.stderr);
    }
    let ran = injector(["fn"]).stdin(WEB).fails();
    assert!(ran.stderr.contains("standard input is not one ResourceList"), "{}", ran.stderr);
}

const SETTINGS: &str = "\
apiVersion: sidecar-injector/v1
kind: Config
spec:
  set: {cortexflow: {proxyMemoryLimit: 91Mi}}
  exclude: [base/left*]
  overrides:
    - {files: base/**, namespace: shop, set: {cortexflow: {proxyMemoryLimit: 92Mi}}}
";

/// A list of one item with these annotations.
fn item(config: &str, annotations: &str) -> String {
    let item = WEB.replace("  name: web\n", &format!("  name: web\n  annotations: {{{annotations}}}\n"));
    let item = item.replace('\n', "\n  ");
    format!("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n{config}items:\n- {}\n", item.trim_end())
}

#[test]
fn overrides_and_exclusions_of_the_settings_count_for_the_file_of_an_item() {
    let path = |path: &str| format!("config.kubernetes.io/path: {path}");
    let below = "internal.config.kubernetes.io/package-path: ";
    for (annotations, memory, namespace) in [
        (path("web.yaml"), Some("91Mi"), "default"),
        (path("base/web.yaml"), Some("92Mi"), "shop"),
        ("internal.config.kubernetes.io/path: base/a/web.yaml".to_owned(), Some("92Mi"), "shop"),
        (path("base/left.yaml"), None, ""),
        // kpt runs a pipeline for a package inside another one, and kustomize makes a path of namespace and name.
        (format!("{}, {below}base", path("web.yaml")), Some("92Mi"), "shop"),
        (format!("{}, {below}base/other", path("left.yaml")), Some("92Mi"), "shop"),
        (format!("{}, kustomize.config.k8s.io/id: x", path("base/web.yaml")), Some("91Mi"), "default"),
    ] {
        let written = SETTINGS.replace('\n', "\n  ");
        let of_config = format!("functionConfig:\n  {}\n", written.trim_end());
        for (config, file) in [("", ".injector.yaml"), (of_config.as_str(), "unused.yaml")] {
            let list = item(config, &annotations);
            let run = |args: &[&str]| injector(args.iter().copied()).file(file, SETTINGS).stdin(list.as_str());
            for args in [&["fn"][..], &["inject"]] {
                let ran = run(args).succeeds();
                match memory {
                    Some(memory) => {
                        assert!(ran.stdout.contains(&format!("memory: {memory}")), "{annotations}: {}", ran.stdout);
                        assert!(ran.stderr.contains(&format!("deployment/web ({namespace})")), "{}", ran.stderr);
                    }
                    None => assert_eq!(ran.stdout, list),
                }
            }
            match memory {
                Some(_) => drop(run(&["fn", "check"]).finds()),
                None => assert_eq!(run(&["fn", "check"]).succeeds().stdout, list),
            }
        }
    }
}

#[test]
fn patterns_of_a_config_of_a_pipeline_begin_at_its_package() {
    let settings = SETTINGS.replace(
        "kind: Config\n",
        "kind: Config\nmetadata: {annotations: {internal.config.kubernetes.io/package-path: /pkg}}\n",
    );
    let config = format!("functionConfig:\n  {}\n", settings.replace('\n', "\n  ").trim_end());
    for (package, memory) in [("/pkg", "92Mi"), ("/pkg/base", "92Mi"), ("/pkg/other", "91Mi"), ("/base", "91Mi")] {
        let package = format!("internal.config.kubernetes.io/package-path: {package}");
        let list = item(&config, &format!("{package}, config.kubernetes.io/path: base/web.yaml"));
        let text = injector(["fn"]).stdin(list).succeeds().stdout;
        assert!(text.contains(&format!("memory: {memory}")), "{package}: {text}");
    }
}

#[test]
fn a_message_about_an_object_that_is_no_workload_has_it_too() {
    let namespace = "- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: shop\n    labels: {x: 1}\n    annotations: {config.kubernetes.io/path: ns.yaml, config.kubernetes.io/index: '2'}\n";
    let ran = injector(["fn"]).stdin(list("") + namespace).succeeds();
    let found = results(&ran).into_iter().find(|one| one["tags"]["code"] == "bad-value").unwrap();
    assert_eq!(found["resourceRef"], json!({"apiVersion": "v1", "kind": "Namespace", "name": "shop"}));
    assert_eq!(found["file"], json!({"path": "ns.yaml", "index": 2}));
    assert_eq!(found["field"]["path"], "metadata.labels.x");
    assert!(ran.stderr.contains("warning: ns.yaml[2]: `x` of a namespace"), "{}", ran.stderr);

    let ran = injector(["fn"]).stdin(list(&config("ConfigMap", "  data: {profil: nginx}\n"))).finds();
    let found = &results(&ran)[0];
    assert_eq!(found["resourceRef"], json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "mine"}));
    assert_eq!(found["field"]["path"], "data.profil");
    assert_eq!(found.get("file"), None);
}

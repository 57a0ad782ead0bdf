//! `.injector.yaml`: what a repository says once, for every command. A flag wins over it.

use crate::support::injector;
use crate::support::manifests::WEB;

/// Settings with a profile of their own in another folder.
const CONFIG: &str = "\
apiVersion: sidecar-injector/v1
kind: Config
spec:
  profiles: [nginx, ./profiles/audit.yaml]
  set:
    nginx: {port: 8081}
  namespace: shop
  kubernetesVersion: \"1.33\"
  namespaces:
    - {name: shop, labels: {sidecar-inject: enabled}}
    - {name: batch, annotations: {sidecar-inject: \"disabled\"}}
  exclude: [\"*.tmpl.yaml\"]
  allow: [namespace-unknown]
  overrides:
    - files: staging/**
      set:
        nginx: {port: 9090}
    - files: [\"tools/*\", \"old.yaml\"]
      profiles: [./profiles/tool.yaml]
      namespace: tools
";

const AUDIT: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: audit}
spec:
  policy: OptOut
  parameters:
    - {name: paths, type: list, of: string, default: []}
    - {name: level, type: string, default: \"1.5\"}
  containers:
    - name: audit
      image: audit:1
      args: [\"--paths={{ paths.join('+') }}\", \"--level={{ level }}\"]
";

const TOOL: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: tool}
spec:
  policy: OptOut
  containers: [{name: tool, image: \"tool:1\"}]
";

fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> crate::support::Run {
    injector(args.into_iter().map(str::to_owned))
        .file(".injector.yaml", CONFIG)
        .file("profiles/audit.yaml", AUDIT)
        .file("profiles/tool.yaml", TOOL)
        .file("web.yaml", WEB)
        .file("staging/web.yaml", WEB)
        .file("tools/web.yaml", WEB)
        .file("web.tmpl.yaml", "{{ not yaml")
}

#[test]
fn every_command_takes_profiles_parameters_and_facts_from_the_settings() {
    let ran = run(["inject", "web.yaml"]).succeeds();
    let text = ran.stdout;
    assert!(text.contains("containerPort: 8081") && text.contains("image: audit:1"), "{text}");
    assert!(ran.stderr.contains("(shop)") && !ran.stderr.contains("cortexflow"), "{}", ran.stderr);
    for command in ["check", "diff"] {
        let ran = run([command, "web.yaml"]).finds();
        let said = ran.stderr.clone() + &ran.stdout;
        assert!(said.contains("audit") && said.contains("nginx"), "{command}: {said}");
    }
    let text = run(["explain", "web.yaml"]).succeeds().stdout;
    assert!(text.contains("8081") && text.contains("audit"), "{text}");
}

#[test]
fn the_last_override_whose_pattern_matches_a_file_counts_for_it() {
    let ran = run(["inject", "-i", "-R", "."]).succeeds();
    let read = |name: &str| String::from_utf8(ran.read(name)).unwrap();
    assert!(read("web.yaml").contains("containerPort: 8081"));
    assert!(read("staging/web.yaml").contains("containerPort: 9090"));
    assert!(read("tools/web.yaml").contains("image: tool:1") && !read("tools/web.yaml").contains("nginx"));
    assert_eq!(read("web.tmpl.yaml"), "{{ not yaml", "it is excluded");
    assert!(ran.stderr.contains("deployment/web (tools)"), "{}", ran.stderr);
    ran.then(["check", "-R", "."]).succeeds();
}

#[test]
fn a_flag_wins_over_the_settings() {
    let inject = |args: &[&'static str]| {
        let all = ["inject", "staging/web.yaml"].iter().chain(args).copied();
        run(all).succeeds().stdout
    };
    for flag in ["port=7000", "nginx.port=7000"] {
        assert!(inject(&["--set", flag]).contains("containerPort: 7000"), "{flag}");
    }
    let tool = inject(&["-p", "profiles/tool.yaml"]);
    assert!(tool.contains("image: tool:1") && !tool.contains("audit:1"), "{tool}");
    assert!(inject(&["--no-config"]).contains("proxy-sidecar"));
    assert!(run(["inject", "-p", "nginx"]).stdin(WEB).succeeds().stdout.contains("8081"));
    run(["inject", "web.yaml", "--deny", "warnings", "-n", "unknown"]).succeeds();
    run(["inject", "web.yaml", "--deny", "namespace-unknown", "-n", "unknown"]).fails();
}

#[test]
fn values_of_lists_are_written_as_lists() {
    let config =
        CONFIG.replace("  namespace: shop\n", "    audit: {paths: [/a, /b], level: \"1.10\"}\n  namespace: shop\n");
    let ran = run(["inject", "web.yaml"]).file(".injector.yaml", config).succeeds();
    let text = ran.stdout;
    assert!(text.contains("--paths=/a+/b") && text.contains("--level=1.10"), "{text}");
}

#[test]
fn a_file_can_be_named_and_its_paths_begin_at_its_folder() {
    let named = |args: &[&'static str]| {
        injector(args.iter().copied())
            .file("settings/ci.yaml", CONFIG.replace("./profiles/", "profiles/"))
            .file("settings/profiles/audit.yaml", AUDIT)
            .file("settings/profiles/tool.yaml", TOOL)
            .file("settings/staging/web.yaml", WEB)
            .file("web.yaml", WEB)
    };
    let text = named(&["inject", "--config", "settings/ci.yaml", "settings/staging/web.yaml"]).succeeds().stdout;
    assert!(text.contains("containerPort: 9090"));
    let ran = named(&["inject", "web.yaml"]).env("INJECTOR_CONFIG", "settings/ci.yaml").succeeds();
    assert!(ran.stdout.contains("audit:1"));
    let ran = named(&["inject", "web.yaml"]).env("INJECTOR_CONFIG", "").succeeds();
    assert!(!ran.stdout.contains("audit:1"));
    let ran = named(&["inject", "--config", "no.yaml", "web.yaml"]).fails();
    assert!(ran.stderr.contains("error: no.yaml: cannot read the settings: there is no such file"), "{}", ran.stderr);
    let ran = named(&["inject", "--no-config", "web.yaml"]).env("INJECTOR_CONFIG", "settings/ci.yaml").succeeds();
    assert!(!ran.stdout.contains("audit:1"));
}

#[test]
fn what_is_wrong_has_its_place_and_the_nearest_name() {
    for (from, to, expected) in [
        ("profiles: [nginx", "profils: [nginx", "4:3: unknown field `profils`|did you mean `profiles`?"),
        ("[nginx,", "[ngnix,", "4:14: there is no built-in profile `ngnix`|did you mean `nginx`?"),
        ("./profiles/audit.yaml", "./audit.yaml", "4:21: there is no file `./audit.yaml`|a path begins at the folder"),
        (
            "    nginx: {port: 8081}",
            "    ngnix: {port: 8081}",
            "6:19: no profile here is called `ngnix`|did you mean `nginx`?",
        ),
        ("{port: 8081}", "{prot: 8081}", "6:19: the profile `nginx` has no parameter `prot`|did you mean `port`?"),
        ("{port: 8081}", "{port: many}", "6:19: `port`: `many` is not"),
        ("{port: 8081}", "{port: 80.5}", "6:19: `80.5` is a number with a fraction|quote the value"),
        ("{port: 9090}", "{port: [1]}", "17:17: `port` is of type `port`, and takes one value"),
        ("\"1.33\"", "1.33", "8:22: expected a string, found a number|quote the value"),
        ("namespace: shop", "namespace: Shop", "7:14: `Shop` is not a DNS label"),
        ("sidecar-inject: enabled", "sidecar-inject: \"a b\"", "10:45: `a b` is not a label value"),
        (
            "namespace-unknown",
            "namespace-unkown",
            "13:11: `namespace-unkown`: not a code|did you mean `namespace-unknown`",
        ),
        ("    - files: staging/**\n", "    -\n", "16:7: field `files` is missing"),
        ("kind: Config", "kind: Profile", "2:7: `Profile` is not `Config`"),
        ("spec:\n", "profiles: [curl]\nspec:\n", "3:1: unknown field `profiles`|write it below `spec`"),
    ] {
        let config = CONFIG.replacen(from, to, 1);
        assert_ne!(config, CONFIG, "{from}");
        let ran = run(["check", "web.yaml"]).file(".injector.yaml", config).fails();
        for part in expected.split('|') {
            let part = if part.starts_with(|c: char| c.is_ascii_digit()) {
                format!("error: .injector.yaml:{part}")
            } else {
                part.to_owned()
            };
            assert!(ran.stderr.contains(&part), "{to}: {part}\n{}", ran.stderr);
        }
    }
}

#[test]
fn undoing_takes_what_is_excluded_and_where_templates_are_and_no_profiles() {
    let injected = run(["inject", "-i", "web.yaml"]).succeeds();
    let undone = injected.then(["uninject", "-i", "-R", "."]).succeeds();
    assert_eq!(undone.read("web.yaml"), WEB.as_bytes());
}

#[test]
fn config_show_prints_every_value_with_where_it_is_from_and_is_a_file_of_settings_itself() {
    let ran = run(["config", "show", "--set", "nginx.port=7000", "-n", "prod"]).succeeds();
    let text = ran.stdout;
    for line in [
        "    - nginx # .injector.yaml:4:14\n    - \"./profiles/audit.yaml\" # .injector.yaml:4:21\n",
        "      port: \"7000\" # --set\n",
        "  namespace: prod # --namespace\n",
        "  kubernetesVersion: \"1.33\" # .injector.yaml:8:22\n",
        "    - files: [\"staging/**\"]\n      set:\n        nginx:\n          port: 9090 # .injector.yaml:17:23\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let again = run(["config", "show"]).file(".injector.yaml", &text).succeeds();
    let plain = |text: &str| text.lines().map(|line| line.split(" # ").next().unwrap_or_default().to_owned()).collect();
    let (first, second): (Vec<String>, Vec<String>) = (plain(&text), plain(&again.stdout));
    assert_eq!(first, second);
    let of_file = run(["config", "show", "tools/web.yaml"]).succeeds().stdout;
    assert!(of_file.contains("- \"./profiles/tool.yaml\" #") && of_file.contains("namespace: tools #"), "{of_file}");
    assert!(!of_file.contains("overrides:"), "{of_file}");
    let none = injector(["config", "show"]).succeeds().stdout;
    assert!(none.contains("- cortexflow # default"), "{none}");
}

#[test]
#[cfg(feature = "serve")]
fn install_takes_profiles_and_parameters_from_the_settings() {
    let text = run(["install", "--cert-manager"]).succeeds().stdout;
    assert!(text.contains("nginx.port=8081") && text.contains("image: audit:1"), "{text}");
    let text = run(["install", "--cert-manager", "--set", "port=7000"]).succeeds().stdout;
    assert!(text.contains("port=7000") && !text.contains("port=8081"), "{text}");
}

#[test]
fn explain_says_where_a_parameter_is_set() {
    let explain = |args: &[&'static str]| {
        let all = ["explain", "staging/web.yaml"].iter().chain(args).copied();
        run(all).succeeds().stdout
    };
    let text = explain(&[]);
    assert!(text.contains(" `9090` (settings)  .injector.yaml:17:23\n"), "{text}");
    assert!(explain(&["--set", "port=7000"]).contains(" `7000` (`--set`)\n"));
    let text = explain(&["-o", "json"]);
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let parameters = read["workloads"][0]["templates"][0]["profiles"][0]["parameters"].as_array().unwrap();
    let port = parameters.iter().find(|one| one["name"] == "port").unwrap();
    let expected = serde_json::json!({
        "name": "port", "value": 9090, "source": "settings", "file": ".injector.yaml", "line": 17, "column": 23,
    });
    assert_eq!(*port, expected);
}

#[test]
fn a_file_with_another_extension_is_an_error() {
    for command in ["inject", "check", "explain"] {
        let ran = injector([command, "web.yaml"]).file(".injector.yml", CONFIG).file("web.yaml", WEB).fails();
        let said =
            "error: .injector.yml: settings are in `.injector.yaml`, and nothing reads this file\n  hint: rename it";
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        let other = ran.then([command, "--no-config", "web.yaml"]).exits_any();
        assert!(!other.stderr.contains(".injector.yml"), "{}", other.stderr);
    }
}

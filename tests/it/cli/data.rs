//! What `explain` and `profile list` print as JSON says the same as their text.

use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use crate::support::injector;
use crate::support::manifests::{WEB, known};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn an_explanation_has_every_rule_and_what_it_saw_as_the_text_has_it() {
    let two = format!(
        "{WEB}---\n{}",
        WEB.replace("      labels:\n", "      annotations: {proxy-injection: disabled}\n      labels:\n")
    );
    let run = |args: &[&'static str]| {
        let args = args.iter().copied().chain(["-p=cortexflow", "-p=nginx", "web.yaml"]);
        known("explain", args).file("web.yaml", &two).succeeds()
    };
    let text = run(&[]).stdout;
    let explained = json(&run(&["-o", "json"]).stdout);
    assert_eq!(explained["version"], "v1");
    let mut decided = Vec::new();
    for workload in explained["workloads"].as_array().unwrap() {
        let title = format!("deployment/web (default)  web.yaml:{}:{}", workload["line"], workload["column"]);
        assert!(text.contains(&title), "{title}");
        for profile in workload["templates"][0]["profiles"].as_array().unwrap() {
            for rule in profile["rules"].as_array().unwrap() {
                let (id, saw) = (rule["rule"].as_str().unwrap(), rule["saw"].as_str().unwrap());
                let place =
                    rule.get("line").map_or(String::new(), |line| format!("  web.yaml:{line}:{}", rule["column"]));
                let is_there =
                    |line: &&str| line.contains(&format!("{id} ")) && line.ends_with(&format!("  {saw}{place}"));
                assert!(text.lines().any(|line| is_there(&line)), "{id}: {saw}{place}");
                if rule["applies"] == "decides" {
                    decided.push((id.to_owned(), rule["effect"].as_str().unwrap().to_owned()));
                    assert_eq!(profile["rule"], id);
                }
            }
        }
    }
    let expected = [
        ("default", "inject"),
        ("namespace-not-selected", "skip"),
        ("pod-opted-out", "skip"),
        ("namespace-not-selected", "skip"),
    ];
    assert_eq!(decided, expected.map(|(rule, effect)| (rule.to_owned(), effect.to_owned())));
    let opted_out = &explained["workloads"][1]["templates"][0]["profiles"][0];
    assert_eq!((&opted_out["verdict"], &opted_out["rule"]), (&"skipped".into(), &"pod-opted-out".into()));
    let rules = opted_out["rules"].as_array().unwrap();
    let decisive = rules.iter().find(|rule| rule["applies"] == "decides").unwrap();
    assert_eq!(decisive["path"], "/spec/template/metadata/annotations/proxy-injection");
}

#[test]
fn an_explanation_is_one_object_also_where_there_is_nothing_to_explain_and_where_something_cannot_be_read() {
    let ran = injector(["explain", "-o", "json"]).stdin("kind: ConfigMap\napiVersion: v1\n").succeeds();
    assert_eq!(json(&ran.stdout)["workloads"], Value::Array(Vec::new()));
    assert_eq!(ran.stderr, "0 workloads\n");
    let ran = known("explain", ["-o", "json"]).stdin(format!("{WEB}---\na: [\n")).exits(ExitStatus::Error);
    let explained = json(&ran.stdout);
    assert_eq!(explained["workloads"].as_array().map(Vec::len), Some(1));
    assert_eq!(explained["diagnostics"][0]["code"], "syntax");
    assert!(ran.stderr.starts_with("error: <stdin>:"), "{}", ran.stderr);
    let hostile = WEB.replace("name: web\n", "name: \"\\u001b[31m\\\"😀\\n%\"\n");
    let ran = known("explain", ["-o", "json"]).stdin(hostile).exits_any();
    assert_eq!(json(&ran.stdout)["workloads"][0]["name"], "\u{1b}[31m\"😀\n%");
}

#[test]
fn the_list_of_profiles_has_those_of_the_text_with_their_parameters() {
    let text = injector(["profile", "list"]).succeeds().stdout;
    let list = json(&injector(["profile", "list", "-o", "json"]).succeeds().stdout);
    assert_eq!(list["version"], "v1");
    let profiles = list["profiles"].as_array().unwrap();
    let rows = text.lines().filter(|line| line.starts_with("  ") && !line.starts_with("  NAME"));
    assert_eq!(rows.clone().count(), profiles.len());
    for (row, profile) in rows.zip(profiles) {
        let member = |name: &str| profile[name].as_str().unwrap();
        let words: Vec<&str> = row.split_whitespace().take(3).collect();
        assert_eq!(words, [member("name"), member("policy"), member("podSecurity")]);
        assert!(row.ends_with(member("description")), "{row}");
        assert!(text.contains(&format!("{}\n", member("group"))));
        let shown = injector(["profile", "show", member("name")]).succeeds().stdout;
        for parameter in profile["parameters"].as_array().unwrap() {
            assert!(shown.contains(parameter["name"].as_str().unwrap()));
        }
    }
    let nginx = profiles.iter().find(|profile| profile["name"] == "nginx").unwrap();
    assert!(nginx["containers"].as_array().is_some_and(|names| !names.is_empty()));
    let port = nginx["parameters"].as_array().unwrap().iter().find(|parameter| parameter["name"] == "port").unwrap();
    assert_eq!(port["type"], "port");
}

//! Variables of the application with `append` and `prepend`: text goes to the ends of the user's own value, and undoing takes
//! out this text alone.

use serde_json::{Value, json};

use crate::support::injector;
use crate::support::manifests::{RESOURCES, profile};

/// A profile that adds these variables to the application.
fn adding(name: &str, env: &str) -> String {
    profile(name, &format!("  labels: {{{name}: \"1\"}}\n  application:\n    env: [{env}]\n"))
}

const APPENDED: &str = "{name: OPTS, append: \"-javaagent:/a.jar\", separator: \" \"}";
const PREPENDED: &str = "{name: OPTS, prepend: \"it's \\\"p\\\"\", separator: \";\"}";
const AT_BOTH_ENDS: &str = "{name: OPTS, prepend: /a/b, append: /c}";

/// A pod whose container has this `env`, indented by four.
fn pod(env: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}} # c\nspec:\n  containers:\n  - name: a\n    image: b\n    {RESOURCES}\n{env}"
    )
}

fn run(command: &'static str, profiles: &[(&'static str, String)], text: &str) -> String {
    let args = profiles.iter().flat_map(|(file, _)| ["-p", file]);
    injector([command, "-q"].into_iter().chain(args)).files(profiles.to_vec()).stdin(text).succeeds().stdout
}

/// The variable's value in the first container of an object, which is YAML or JSON.
fn value(text: &str) -> Value {
    let object: Value = serde_yaml::from_str(text).unwrap();
    let env = object["spec"]["containers"][0]["env"].as_array().cloned().unwrap_or_default();
    env.into_iter().find(|variable| variable["name"] == "OPTS").map_or(Value::Null, |mut found| found["value"].take())
}

/// Each way to write the variable to which any text can be added, with the value that it has.
fn spellings() -> Vec<(String, &'static str)> {
    let mut all = vec![
        (String::new(), ""),
        ("    env: []\n".to_owned(), ""),
        ("    env:\n".to_owned(), ""),
        ("    env:\n    - name: OTHER\n      value: x\n".to_owned(), ""),
        ("    env:\n    - name: OPTS\n".to_owned(), ""),
        ("    env: [{name: OPTS}]\n".to_owned(), ""),
    ];
    for (text, value) in [("", ""), ("~", ""), ("null", ""), ("\"\"", ""), ("''", "")] {
        all.push((format!("    env:\n    - name: OPTS\n      value: {text}\n"), value));
    }
    let values = [
        ("'-Xmx1g'", "-Xmx1g"),
        ("\"-Xmx1g\"", "-Xmx1g"),
        ("\"\\x2dX \\\"q\\\" \\\\\"", "-X \"q\" \\"),
        ("'it''s'", "it's"),
        ("'1'", "1"),
        ("\"# no: comment\"", "# no: comment"),
        ("\"a\n        b\"", "a b"),
        ("'a\n        b'", "a b"),
        ("\"ü\\n\"", "ü\n"),
    ];
    for (text, value) in values {
        all.push((format!("    env:\n    - name: OPTS\n      value: {text} # c\n    - name: B\n"), value));
        all.push((format!("    env:\n    - value: {text}\n      name: OPTS\n"), value));
        all.push((format!("    env: [{{name: OPTS, value: {text}}}, {{name: B}}] # c\n"), value));
    }
    all
}

#[test]
fn text_goes_to_the_ends_of_a_value_and_is_taken_out_again_to_the_byte() {
    for (env, before) in spellings() {
        for (item, head, tail) in
            [(APPENDED, "", " -javaagent:/a.jar"), (PREPENDED, "it's \"p\";", ""), (AT_BOTH_ENDS, "/a/b", "/c")]
        {
            let profiles = [("one.yaml", adding("one", item))];
            let text = pod(&env);
            let injected = run("inject", &profiles, &text);
            let wanted = match before {
                "" => format!("{}{}", head.trim_end_matches(';'), tail.trim_start()),
                before => format!("{head}{before}{tail}"),
            };
            assert_eq!(value(&injected), wanted.as_str(), "{injected}");
            assert_eq!(run("inject", &profiles, &injected), injected, "injecting twice changes nothing");
            assert_eq!(run("uninject", &profiles, &injected), text, "{injected}");
        }
    }
}

#[test]
fn a_value_without_quotes_stays_without_them() {
    for plain in ["-Xmx1g", "/a/b", "a b", "-Da=b -Dc=$(D)", "http://a"] {
        let profiles = [("one.yaml", adding("one", APPENDED))];
        for env in [
            format!("    env:\n    - name: OPTS\n      value: {plain} # c\n"),
            format!("    env:\n    - {{name: B, value: x}}\n    - value: {plain}\n      name: OPTS"),
        ] {
            let text = pod(&env);
            let injected = run("inject", &profiles, &text);
            assert!(injected.contains(&format!("value: {plain} -javaagent:/a.jar")), "{injected}");
            assert_eq!(run("uninject", &profiles, &injected), text);
        }
    }
}

#[test]
fn a_json_document_gets_the_text_in_its_string() {
    let text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"b\",\"env\":[{\"name\":\"OPTS\",\"value\":\"a\\u0062\"}]}]}}\n";
    let profiles = [("one.yaml", adding("one", PREPENDED))];
    let injected = run("inject", &profiles, text);
    assert!(injected.contains(r#""value":"it's \"p\";a\u0062""#), "{injected}");
    assert_eq!(run("uninject", &profiles, &injected), text);
}

#[test]
fn two_profiles_nest_and_are_undone_in_either_order() {
    let one = ("one.yaml", adding("one", APPENDED));
    for other in ["{name: OPTS, append: -second, separator: \",\"}", PREPENDED, APPENDED] {
        let two = ("two.yaml", adding("two", other));
        for (env, before) in spellings() {
            let text = pod(&env);
            let both = run("inject", &[one.clone(), two.clone()], &text);
            let alone = |profile: &(&'static str, String)| run("inject", std::slice::from_ref(profile), &text);
            let without = |name: &'static str, text: &str| {
                injector(["uninject", "-q", "--profile", name])
                    .files([one.clone(), two.clone()])
                    .stdin(text)
                    .succeeds()
                    .stdout
            };
            let first = without("two.yaml", &both);
            if before.is_empty() {
                // Then all of the value is injected, and may keep the quotes that both texts together need.
                let object = |text: &str| serde_yaml::from_str::<Value>(text).unwrap();
                assert_eq!(object(&first), object(&alone(&one)), "{both}");
            } else {
                assert_eq!(first, alone(&one), "{both}");
            }
            assert_eq!(without("one.yaml", &first), text);
            let rest = without("one.yaml", &both);
            assert_eq!(value(&rest), value(&alone(&two)), "{both}");
            assert_eq!(run("inject", std::slice::from_ref(&two), &rest), rest, "it is as if it had come alone");
            assert_eq!(without("two.yaml", &rest), text);
            assert_eq!(run("uninject", &[one.clone(), two.clone()], &both), text);
        }
    }
}

#[test]
fn text_that_a_value_has_as_a_whole_token_is_not_added() {
    let profiles = [("one.yaml", adding("one", APPENDED))];
    for (own, is_there) in
        [("-javaagent:/a.jar", true), ("-a -javaagent:/a.jar -b", true), ("-javaagent:/a.jar2", false)]
    {
        let text = pod(&format!("    env:\n    - name: OPTS\n      value: \"{own}\"\n"));
        let injected = run("inject", &profiles, &text);
        assert_eq!(value(&injected) == own, is_there, "{injected}");
        assert!(injected.contains("\"edited\"") != is_there, "{injected}");
        assert_eq!(run("uninject", &profiles, &injected), text);
    }
}

#[test]
fn the_record_has_nothing_of_the_users_value() {
    let text = pod("    env:\n    - name: OPTS\n      value: secret\n");
    let injected = run("inject", &[("one.yaml", adding("one", APPENDED))], &text);
    assert_eq!(injected.matches("secret").count(), 1, "{injected}");
}

#[test]
fn a_value_that_was_edited_is_left_with_a_warning() {
    let one = adding("one", APPENDED);
    let injected = run("inject", &[("one.yaml", one.clone())], &pod("    env:\n    - name: OPTS\n      value: 'x'\n"));
    let edited = injected.replace("'x -javaagent:/a.jar'", "'x -javaagent:/a.jar -Dmine'");
    let run = |args: &[&'static str]| {
        injector(args.iter().copied()).files([("one.yaml", one.clone())]).stdin(&*edited).succeeds()
    };
    let undone = run(&["uninject"]);
    assert!(undone.stdout.contains("'x -javaagent:/a.jar -Dmine'"), "{}", undone.stdout);
    assert!(undone.stderr.contains("it stays as it is"), "{}", undone.stderr);
    let kept = run(&["inject", "-p", "one.yaml"]);
    assert_eq!(kept.stdout, edited);
    assert!(kept.stderr.contains("profile `one` adds it"), "{}", kept.stderr);
    assert!(!kept.stderr.contains("Dmine"), "the user's value may be a secret: {}", kept.stderr);
}

#[test]
fn a_value_from_elsewhere_is_skipped_or_refused() {
    let text = pod("    env:\n    - name: OPTS\n      valueFrom: {fieldRef: {fieldPath: status.podIP}}\n");
    for (word, refused) in [("", false), (", onValueFrom: Skip", false), (", onValueFrom: Reject", true)] {
        let one = adding("one", &format!("{{name: OPTS, append: x{word}}}"));
        let injector = injector(["inject", "-p", "one.yaml"]).files([("one.yaml", one)]).stdin(&*text);
        let output = if refused { injector.fails() } else { injector.succeeds() };
        assert!(output.stderr.contains("`valueFrom`"), "{}", output.stderr);
    }
}

#[test]
fn a_string_that_cannot_be_extended_in_its_own_form_is_refused() {
    let one = adding("one", APPENDED);
    for own in [
        "|\n        -Xmx1g",
        ">\n        -Xmx1g",
        "|-\n        -D: x",
        "!!str x",
        "a\n        b",
        "&x x\n    - name: B\n      value: *x",
    ] {
        let text = pod(&format!("    env:\n    - name: OPTS\n      value: {own}\n"));
        let injector =
            |args: &[&'static str]| injector(args.iter().copied()).files([("one.yaml", one.clone())]).stdin(&*text);
        let refused = injector(&["inject", "-p", "one.yaml"]).fails();
        assert!(
            ["is not written in quotes", "has an alias"].iter().any(|why| refused.stderr.contains(why)),
            "{own}: {}",
            refused.stderr
        );
        let expanded = injector(&["inject", "-q", "--expand", "-p", "one.yaml"]).succeeds().stdout;
        assert!(value(&expanded).as_str().is_some_and(|value| value.ends_with(" -javaagent:/a.jar")), "{expanded}");
    }
}

#[test]
fn a_variable_says_where_it_goes() {
    let one = adding(
        "one",
        "{name: A, value: a}, {name: B, at: First, value: b}, {name: C, at: Last, value: c}, {name: D, at: First, value: d}",
    );
    let text = pod("    env:\n    - name: OWN\n");
    let injected = run("inject", &[("one.yaml", one.clone())], &text);
    let object: Value = serde_yaml::from_str(&injected).unwrap();
    let env = object["spec"]["containers"][0]["env"].as_array().unwrap();
    let names: Vec<&str> = env.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["B", "D", "OWN", "A", "C"]);
    assert!(env.iter().all(|variable| variable.get("at").is_none()));
    assert_eq!(run("uninject", &[("one.yaml", one)], &injected), text);
}

#[test]
fn a_sidecar_copies_variables_of_a_container() {
    let spec = |copy: &str| {
        profile(
            "one",
            &format!(
                "  containers:\n  - name: side\n    image: side:1\n    env:\n    - copyFrom: {copy}\n    - {{name: Z, value: z}}\n"
            ),
        )
    };
    let text = pod(
        "    env:\n    - {name: A, value: a}\n    - {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}\n    - {name: C, value: c}\n",
    );
    for (copy, wanted) in [
        (
            "{container: a, env: [B, A, D]}",
            json!([{"name": "A", "value": "a"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
        ),
        (
            "{container: \"{{ pod.spec.containers[0].name }}\", env: \"{{ ['C'] }}\"}",
            json!([{"name": "C", "value": "c"}]),
        ),
        ("{container: other, env: [A]}", json!([])),
    ] {
        let one = [("one.yaml", spec(copy))];
        let injected = run("inject", &one, &text);
        let object: Value = serde_yaml::from_str(&injected).unwrap();
        let mut wanted = wanted.as_array().unwrap().clone();
        wanted.push(json!({"name": "Z", "value": "z"}));
        assert_eq!(object["spec"]["containers"][1]["env"], Value::Array(wanted), "{injected}");
        assert_eq!(run("uninject", &one, &injected), text);
    }
    for (copy, message) in [
        ("{container: a}", "env"),
        ("{container: a, env: [\"x{{ 1 }}\"]}", "one expression in braces"),
        ("{container: \"{{ podd }}\", env: [A]}", "podd"),
        ("{container: \"{{ 1 }}\", env: [A]}", "must be a string"),
    ] {
        let failed = injector(["inject", "-p", "one.yaml"]).files([("one.yaml", spec(copy))]).stdin(&*text).fails();
        assert!(failed.stderr.contains(message), "{copy}: {}", failed.stderr);
    }
}

#[test]
fn a_condition_of_a_block_is_asked_for_each_workload() {
    let spec =
        "  application: [{when: \"pod.metadata.?labels.?app.orValue('') == 'a'\", env: [{name: ADDED, value: x}]}]\n";
    let labelled =
        |app: &str| pod("").replace("metadata: {name: a}", &format!("metadata: {{name: a, labels: {{app: {app}}}}}"));
    let text = format!("{}---\n{}---\n{}", labelled("a"), labelled("b"), labelled("a"));
    let injected = run("inject", &[("one.yaml", profile("one", spec))], &text);
    let has: Vec<bool> = injected.split("---\n").map(|object| object.contains("name: ADDED")).collect();
    assert_eq!(has, [true, false, true], "{injected}");
}

#[test]
fn an_annotation_cannot_ask_for_any_amount() {
    let spec = "  parameters: [{name: t, type: string, default: a, annotation: big/t}]\n  labels: {x: \"y\"}\n  containers: [{name: s, image: 'a:1', args: [{forEach: {name: i, in: 'lists.range(64)'}, value: '{{ t }}'}]}]\n";
    let sized = |bytes: usize| {
        let big = "b".repeat(bytes);
        let text =
            pod("").replace("metadata: {name: a}", &format!("metadata: {{name: a, annotations: {{big/t: {big}}}}}"));
        injector(["inject", "-p", "one.yaml"]).files([("one.yaml", profile("one", spec))]).stdin(text)
    };
    sized(900).succeeds();
    let failed = sized(1100).fails();
    assert!(failed.stderr.contains("and may have at most 65536"), "{}", failed.stderr);
    assert_eq!(failed.stdout, "");
}

#[test]
fn sources_of_variables_go_before_the_applications_own() {
    let spec = "  application:\n    envFrom:\n    - {configMapRef: {name: a}}\n    - {secretRef: {name: a}, prefix: P_}\n    - {secretRef: {name: b, optional: true}}\n";
    let one = [("one.yaml", profile("one", spec))];
    for env in [
        "",
        "    envFrom: []\n",
        "    envFrom:\n    - secretRef: {name: b} # own\n    - configMapRef: {name: own}\n",
        "    envFrom: [{prefix: P_, secretRef: {name: a}}]\n",
    ] {
        let text = pod(env);
        let injected = run("inject", &one, &text);
        let object: Value = serde_yaml::from_str(&injected).unwrap();
        let sources = object["spec"]["containers"][0]["envFrom"].as_array().unwrap();
        assert_eq!(sources[0]["configMapRef"]["name"], "a", "{injected}");
        assert_eq!(sources.len(), if env.contains("own") { 4 } else { 3 }, "{injected}");
        assert_eq!(run("inject", &one, &injected), injected, "injecting twice changes nothing");
        assert_eq!(run("uninject", &one, &injected), text, "{injected}");
    }
    let wrong = profile("one", "  application: {envFrom: [{prefix: P_}]}\n");
    let failed = injector(["inject", "-p", "one.yaml"]).files([("one.yaml", wrong)]).stdin(pod("")).fails();
    assert!(failed.stderr.contains("exactly one of `configMapRef` and `secretRef`"), "{}", failed.stderr);
}

#[test]
fn members_that_do_not_go_together_are_reported_when_the_profile_is_loaded() {
    for (env, message) in [
        ("{name: A, append: a, value: b}", "either a value or text"),
        ("{name: A, prepend: a, valueFrom: {fieldRef: {fieldPath: status.podIP}}}", "either a value or text"),
        ("{name: A, value: b, separator: \" \"}", "goes with `append` or `prepend`"),
        ("{name: A, value: b, onValueFrom: Skip}", "goes with `append` or `prepend`"),
        ("{name: A, value: b, at: Middle}", "Middle"),
        ("{name: A, append: b, onValueFrom: Keep}", "Keep"),
    ] {
        let failed =
            injector(["inject", "-p", "one.yaml"]).files([("one.yaml", adding("one", env))]).stdin(pod("")).fails();
        assert!(failed.stderr.contains(message), "{env}: {}", failed.stderr);
    }
}

//! Each state of an injection that is there, in each command: what it prints, how it ends, what it says.

use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use crate::support::manifests::{WEB, known, profile};
use crate::support::{Ran, injector};

/// One row: an injection that is there, and what becomes of it.
struct Row {
    state: &'static str,
    found: String,
    /// What `inject` makes of it; an error where there is nothing.
    injected: Option<String>,
    reinjected: String,
    /// What `uninject` gives back after `inject --reinject`.
    source: String,
}

fn trace(host: &str) -> String {
    let spec = format!(
        "  podSwitch: {{annotation: trace, inject: [\"yes\"], skip: [\"no\"]}}\n  \
         application: {{env: [{{name: TRACE_HOST, value: {host}}}]}}\n  labels: {{traced: full}}\n"
    );
    profile("trace", &spec)
}

fn run(command: &'static str, args: &[&'static str], profile: &str, manifest: &str) -> Ran {
    known(command, ["-p", "p.yaml"].into_iter().chain(args.iter().copied()))
        .file("p.yaml", profile)
        .stdin(manifest)
        .exits_any()
}

fn inject(profile: &str, manifest: &str) -> String {
    run("inject", &["-q"], profile, manifest).stdout
}

fn rows() -> Vec<Row> {
    let source = WEB.replacen("      labels:\n", "      annotations:\n        trace: \"yes\"\n      labels:\n", 1);
    let web = inject(&trace("here"), &source);
    let same = |state, found: &str, reinjected: &str, source: &str| Row {
        state,
        found: found.to_owned(),
        injected: Some(found.to_owned()),
        reinjected: reinjected.to_owned(),
        source: source.to_owned(),
    };
    let changed = |from: &str, to: &str| {
        assert!(web.contains(from), "{from}: {web}");
        web.replacen(from, to, 1)
    };
    let late = |text: &str| {
        text.replacen("      containers:\n", "      containers:\n        - name: late\n          image: late:1\n", 1)
    };
    let opted_out = |text: &str| text.replacen("trace: \"yes\"", "trace: \"no\"", 1);
    let whole = inject(&trace("here"), &late(&web));
    vec![
        same("current", &web, &web, &source),
        Row {
            state: "incomplete",
            found: late(&web),
            injected: Some(whole.clone()),
            reinjected: whole,
            source: late(&source),
        },
        same("edited", &changed("value: here", "value: there"), &web, &source),
        same("edited", &changed("traced: full", "traced: no"), &web, &source),
        same("outdated", &inject(&trace("there"), &source), &web, &source),
        same("unwanted", &opted_out(&web), &opted_out(&source), &opted_out(&source)),
        Row {
            state: "partial",
            found: changed("        traced: full\n", ""),
            injected: None,
            reinjected: web.clone(),
            source,
        },
    ]
}

/// The only result of a report as JSON, with the report's summary.
fn result(ran: &Ran) -> (Value, Value) {
    let report: Value = serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    (report["entries"][0]["results"][0].clone(), report["summary"].clone())
}

#[test]
fn inject_leaves_completes_or_refuses_and_reinject_puts_right() {
    let profile = trace("here");
    for Row { state, found, injected, reinjected, source } in rows() {
        let ran = run("inject", &["--report=json"], &profile, &found);
        let (result, _) = result(&ran);
        assert_eq!(result["state"], state, "{result}");
        assert_eq!(ran.stdout, injected.clone().unwrap_or_default(), "{state}");
        let expected = if injected.is_some() { ExitStatus::Done } else { ExitStatus::Error };
        assert_eq!(ran.status, expected, "{state}");
        let again = run("inject", &["--reinject"], &profile, &found);
        assert_eq!((&again.stdout, again.status), (&reinjected, ExitStatus::Done), "{state}: {}", again.stderr);
        let removed = again.stderr.contains("pod-opted-out") && again.stderr.contains("injected before is removed");
        assert_eq!(removed, state == "unwanted", "{}", again.stderr);
        assert!(!again.stderr.contains("warning"), "{state}: {}", again.stderr);
        assert_eq!(run("inject", &["-q", "--reinject"], &profile, &reinjected).stdout, reinjected, "{state}");
        assert_eq!(injector(["uninject", "-q"]).stdin(reinjected).succeeds().stdout, source, "{state}");
    }
}

#[test]
fn inject_warns_of_each_field_that_was_edited_and_of_the_rule_that_would_skip() {
    for Row { state, found, injected, .. } in rows() {
        if injected.is_none() {
            continue;
        }
        let said = run("inject", &[], &trace("here"), &found).stderr;
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with("warning: ")).collect();
        match state {
            "edited" => assert!(warnings.len() == 1 && warnings[0].contains("was edited after"), "{said}"),
            "unwanted" => assert!(warnings.len() == 1 && warnings[0].contains(": pod-opted-out: "), "{said}"),
            _ => assert!(warnings.is_empty(), "{state}: {said}"),
        }
    }
}

#[test]
fn check_passes_what_is_current_alone() {
    let profile = trace("here");
    for Row { state, found, reinjected, .. } in rows() {
        let ran = run("check", &["--report=json"], &profile, &found);
        let (result, summary) = result(&ran);
        let verdict = if state == "current" { "injected" } else { state };
        assert_eq!((&result["state"], &result["verdict"]), (&state.into(), &verdict.into()), "{result}");
        assert_eq!(summary[verdict], 1, "{summary}");
        assert_eq!(result["fields"].as_array().map(Vec::len), (state == "edited").then_some(1), "{result}");
        let expected = if state == "current" { ExitStatus::Done } else { ExitStatus::Findings };
        assert_eq!((ran.status, ran.stdout.as_str()), (expected, ""), "{state}");
        assert_eq!(run("check", &[], &profile, &reinjected).status, ExitStatus::Done, "{state}");
    }
}

#[test]
fn diff_shows_what_inject_and_reinject_would_do() {
    let profile = trace("here");
    for Row { state, found, injected, reinjected, .. } in rows() {
        let plain = run("diff", &[], &profile, &found);
        let status = |made: &str| if made == found { ExitStatus::Done } else { ExitStatus::Findings };
        assert_eq!(plain.status, injected.as_deref().map_or(ExitStatus::Error, status), "{state}");
        assert_eq!(plain.stdout.is_empty(), plain.status != ExitStatus::Findings, "{state}: {}", plain.stdout);
        let again = run("diff", &["--reinject"], &profile, &found);
        assert_eq!(again.status, status(&reinjected), "{state}");
        let added = again.stdout.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++"));
        assert!(added.clone().all(|line| reinjected.contains(&line[1..])), "{state}: {}", again.stdout);
        assert_eq!(again.stdout.is_empty(), reinjected == found, "{state}: {}", again.stdout);
    }
}

#[test]
fn explain_names_the_state_and_both_values_of_what_was_edited() {
    for Row { state, found, .. } in rows() {
        let ran = run("explain", &[], &trace("here"), &found);
        let record = format!("  record: trace by injector {}: {state}", env!("CARGO_PKG_VERSION"));
        assert!(ran.stdout.contains(&record), "{state}: {}", ran.stdout);
        let edited: Vec<&str> = ran.stdout.lines().filter(|line| line.trim_start().starts_with("edited: ")).collect();
        match (state, found.contains("value: there")) {
            ("edited", true) => assert!(
                edited.len() == 1 && edited[0].contains(r#"env/0/value` is `"there"`, the profile has `"here"`"#),
                "{edited:?}"
            ),
            ("edited", false) => assert!(
                edited.len() == 1 && edited[0].contains("labels/traced` is ") && edited[0].contains(r#"has `"full"`"#),
                "{edited:?}"
            ),
            _ => assert!(edited.is_empty(), "{state}: {edited:?}"),
        }
    }
}

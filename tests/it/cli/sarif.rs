//! SARIF: what a report has beside its results, and what the SARIF multitool says of it.

use std::process::Command;

use injector::internals::report::exit::ExitStatus;
use serde_json::{Value, json};

use crate::support::manifests::{WEB, known};
use crate::support::{Lack, Ran, injector, skipped};

const BAD: &str = "a: [\n";

/// A run in a folder of a repository, on files within and outside of it.
fn in_repository() -> Ran {
    let run =
        known("check", ["--keep-going", "--report=sarif", "a b/é #.yaml", "../bad.yaml", "../../out.yaml", "gone"]);
    let folder = run.folder().join("repository/deploy");
    run.file("repository/.git/HEAD", "")
        .file("repository/deploy/a b/é #.yaml", WEB)
        .file("repository/bad.yaml", BAD)
        .file("out.yaml", WEB)
        .within(&folder)
        .exits(ExitStatus::Error)
}

fn sarif(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr))
}

#[test]
fn paths_count_from_the_root_of_the_repository() {
    let log = sarif(&in_repository());
    let run = &log["runs"][0];
    assert_eq!(run["originalUriBaseIds"]["%SRCROOT%"]["uri"], "file://[DIR]/repository/");
    assert_eq!(run["automationDetails"]["id"], "injector/");
    let artifact = |rule: &str| {
        let of_rule = |result: &&Value| result["ruleId"] == rule;
        let results = run["results"].as_array().unwrap().iter().filter(of_rule);
        results.map(|one| one["locations"][0]["physicalLocation"]["artifactLocation"].clone()).collect::<Vec<_>>()
    };
    let inside = |uri: &str| json!({"uri": uri, "uriBaseId": "%SRCROOT%"});
    assert_eq!(
        artifact("missing"),
        [inside("deploy/a%20b/%C3%A9%20%23.yaml"), json!({"uri": "file://[DIR]/out.yaml"})]
    );
    assert_eq!(artifact("syntax"), [inside("bad.yaml")]);
    assert_eq!(artifact("file-missing"), [inside("deploy/gone")]);
}

#[test]
fn standard_input_has_a_workload_and_no_uri() {
    let ran = known("check", ["--report=sarif"]).stdin(WEB).finds();
    let log = sarif(&ran);
    assert_eq!(
        log["runs"][0]["results"][0]["locations"],
        json!([{"logicalLocations": [{"name": "deployment/web (default)"}]}])
    );
    assert!(!ran.stderr.contains("stdin%3E"), "{}", ran.stderr);
    // What has no location at all is no result, which code scanning would refuse.
    let ran = known("check", ["--report=sarif"]).stdin(BAD).fails();
    let run = &sarif(&ran)["runs"][0];
    assert_eq!(run["results"], json!([]));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["associatedRule"]["id"], "syntax");
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let fingerprints = |text: &str| {
        let log = sarif(&known("check", ["--report=sarif", "a.yaml"]).file("a.yaml", text).finds());
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|one| one["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    let two = format!("{WEB}---\n{}", WEB.replace("name: web\n", "name: other\n"));
    let moved = fingerprints(&format!("# above\n\n{two}"));
    assert_eq!(fingerprints(&two), moved);
    assert_ne!(moved[0], moved[1]);
}

#[test]
fn a_wrong_command_line_is_a_report_in_the_form_that_it_asks_for() {
    const MESSAGE: &str = "unexpected argument '--wrong' found";
    let wrong = |args: &[&'static str]| injector(args.iter().copied().chain(["--wrong"])).fails();
    let text = format!("error: {MESSAGE}\n\n  tip: ");
    for args in [
        &["check"][..],
        &["check", "--report", "text"],
        &["check", "--report=github"],
        &["check", "--report=json=a.json"],
    ] {
        let told = wrong(args).stderr;
        assert!(told.starts_with(&text) && told.contains("\nUsage: injector check "), "{args:?}: {told}");
    }
    let json: Value = serde_json::from_str(&wrong(&["check", "--report", "json"]).stderr).unwrap();
    let error = &json["diagnostics"][0];
    assert_eq!(
        (&error["code"], &error["severity"], &error["message"]),
        (&"usage".into(), &"error".into(), &MESSAGE.into())
    );
    let log = sarif(&wrong(&["check", "--report=sarif"]));
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["descriptor"]["id"], "usage");
    assert!(told["message"]["text"].as_str().unwrap().starts_with(MESSAGE));
    let gitlab: Value = serde_json::from_str(&wrong(&["check", "--report=gitlab"]).stderr).unwrap();
    assert_eq!((&gitlab[0]["check_name"], &gitlab[0]["location"]["path"]), (&"usage".into(), &".".into()));
    let junit = wrong(&["check", "--report=junit"]).stderr;
    let document = roxmltree::Document::parse(&junit).unwrap();
    let error = document.descendants().find(|node| node.has_tag_name("error")).unwrap();
    assert_eq!((error.attribute("type"), error.attribute("message")), (Some("usage"), Some(MESSAGE)));
    // Two reports on standard error are wrong too, and so is a form that there is not.
    let twice = injector(["check", "--report", "json", "--report", "text"]).fails();
    assert!(serde_json::from_str::<Value>(&twice.stderr).is_ok(), "{}", twice.stderr);
    let unknown = injector(["check", "--report=json", "--report=xml=a"]).fails();
    assert!(serde_json::from_str::<Value>(&unknown.stderr).is_ok(), "{}", unknown.stderr);
    // What comes after `--` is no flag.
    let ended = injector(["check", "--wrong", "--", "--report=json"]).fails();
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
}

#[test]
fn files_get_the_error_of_a_wrong_command_line_too() {
    let ran = injector(["check", "--wrong", "--report=json=a.json", "--report-file", "b"]).fails();
    let json: Value = serde_json::from_slice(&ran.read("a.json")).unwrap();
    assert_eq!(json["diagnostics"][0]["code"], "usage");
    assert!(ran.read("b").starts_with(b"error: unexpected argument '--wrong' found\n"));
    let ran = injector(["check", "--wrong"]).env("INJECTOR_REPORT_FILE", "b").fails();
    assert!(ran.read("b").starts_with(b"error: unexpected argument '--wrong' found\n"));
    let ran = injector(["check", "--wrong", "--report=json=a/b"]).file("a", "").fails();
    assert!(ran.stderr.contains("\nerror: a/b: cannot be written: "), "{}", ran.stderr);
    // Bare, the program prints its help.
    let ran = injector([""; 0]).env("INJECTOR_REPORT_FILE", "b").fails();
    assert!(ran.read("b").starts_with(b"error: no command is given\n"));
}

#[test]
fn the_multitool_finds_nothing_against_the_schema_and_the_rules_of_github() {
    let Some(multitool) = std::env::var_os("INJECTOR_SARIF_MULTITOOL") else {
        skipped("cli::sarif", &Lack::SarifMultitool);
        return;
    };
    for ran in [
        in_repository(),
        known("check", ["--report=sarif"]).stdin(WEB).finds(),
        known("check", ["--report=sarif"]).stdin(BAD).fails(),
        injector(["check", "--report=sarif", "--wrong"]).fails(),
    ] {
        let file = ran.folder().join("report.sarif");
        std::fs::write(&file, ran.stderr.replace("[DIR]", "/somewhere")).unwrap();
        let output = Command::new(&multitool)
            .args(["validate", "--rule-kind", "Sarif;Ghas"])
            .arg(&file)
            // The system may lack the tables of languages.
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("Analysis completed successfully."), "{output:?}");
        // There is no public repository that could be named, and a file that is not there has no lines.
        let known =
            [(" warning SARIF2005: ", "'informationUri'"), (" warning SARIF2017: ", "'region' property is absent")];
        let is_known = |line: &str| known.iter().any(|(rule, what)| line.contains(rule) && line.contains(what));
        let found: Vec<&str> = text.lines().filter(|line| line.contains(".sarif(") && !is_known(line)).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

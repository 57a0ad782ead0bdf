//! Where reports go: to standard error, and to files.

use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use crate::support::manifests::{WEB, known};
use crate::support::{Ran, injector};

const BAD: &str = "a: [\n";

#[test]
fn one_run_has_several_reports() {
    let ran = known(
        "check",
        ["--color=always", "--report=text", "--report=sarif=out/a.sarif", "--report", "json=b=c.json", "web.yaml"],
    )
    .file("web.yaml", WEB)
    .finds();
    assert!(ran.stderr.contains("not injected by cortexflow"), "{}", ran.stderr);
    let sarif: Value = serde_json::from_slice(&ran.read("out/a.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "missing");
    let json: Value = serde_json::from_slice(&ran.read("b=c.json")).unwrap();
    assert_eq!(json["summary"]["missing"], 1);
    let names: Vec<_> = ran.tree().into_keys().collect();
    assert_eq!(names.len(), 3, "no temporary file is left: {names:?}");
}

#[test]
fn standard_error_gets_text_where_only_a_file_is_named() {
    let ran = known("check", ["--report=json=report.json", "web.yaml"]).file("web.yaml", WEB).finds();
    assert_eq!(ran.stderr, "deployment/web (default): not injected by cortexflow\n1 workload: 1 not injected\n");
    // A report that is there is replaced.
    let again = ran.then(["inject", "-q", "--report", "json=report.json", "web.yaml"]).succeeds();
    let json: Value = serde_json::from_slice(&again.read("report.json")).unwrap();
    assert_eq!(json["summary"]["injected"], 1);
}

#[test]
fn a_report_file_has_what_standard_error_has_without_colours() {
    let text = "deployment/web (default): not injected by cortexflow\n1 workload: 1 not injected\n";
    let ran = known("check", ["--color=always", "--report-file", "log"]).stdin(WEB).finds();
    assert!(ran.stderr.contains("\x1b[31mnot injected by cortexflow\x1b[0m"), "{}", ran.stderr);
    assert_eq!(ran.read("log"), text.as_bytes());
    let ran = known("check", ["--report=json=a.json"]).env("INJECTOR_REPORT_FILE", "sub/log").stdin(WEB).finds();
    assert_eq!(ran.read("sub/log"), text.as_bytes());
    let ran = known("check", ["--report=json"]).env("INJECTOR_REPORT_FILE", "log").stdin(WEB).finds();
    assert_eq!(ran.read("log"), ran.stderr.as_bytes());
    // The flag wins over the variable.
    let ran = known("check", ["--report-file=flag"]).env("INJECTOR_REPORT_FILE", "log").stdin(WEB).finds();
    assert_eq!(ran.tree().into_keys().collect::<Vec<_>>(), [std::path::Path::new("flag")]);
}

#[test]
fn reports_are_written_also_where_the_run_fails() {
    for args in [
        &["inject"][..],
        &["uninject"],
        &["check"],
        &["diff"],
        &["inject", "gone.yaml"],
        &["inject", "-p", "gone"],
        &["inject", "--set", "x=1"],
        &["profile", "lint", "gone.yaml"],
        #[cfg(feature = "serve")]
        &["certs", "inspect", "gone"],
    ] {
        let reports = ["--report=json=a.json", "--report-file=log"];
        let ran = injector(args.iter().chain(&reports).copied()).stdin(BAD).fails();
        let json: Value = serde_json::from_slice(&ran.read("a.json")).unwrap();
        assert_eq!(json["diagnostics"][0]["severity"], "error", "{args:?}");
        assert_eq!(String::from_utf8(ran.read("log")).unwrap(), ran.stderr, "{args:?}");
        assert!(ran.stderr.starts_with("error: "), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_the_others_are_written() {
    let ran = known("inject", ["--report=json=web.yaml/a", "--report=text=b", "--report=sarif=out", "web.yaml"])
        .file("web.yaml", WEB)
        .file("out/x", "")
        .exits(ExitStatus::Error);
    assert!(ran.stderr.contains("error: web.yaml/a: cannot be written: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("error: out: is not a file that can be replaced\n"), "{}", ran.stderr);
    assert!(ran.read("b").starts_with(b"deployment/web (default): injected by cortexflow\n"));
    assert_eq!(ran.read("web.yaml"), WEB.as_bytes());
    assert!(ran.stdout.contains("proxy-sidecar"), "the result itself is printed");
}

/// A run in a folder of a repository, about files within and outside of it.
fn in_repository(report: &'static str) -> Ran {
    let args = ["--report", report, "a b/é #.yaml", "../up.yaml", "../../out.yaml"];
    let run = known("check", args);
    let repository = run.folder().join("repository");
    let run = run
        .files(["repository/deploy/a b/é #.yaml", "repository/up.yaml", "out.yaml"].map(|name| (name, WEB)))
        // As in a worktree.
        .file("repository/.git", "gitdir: elsewhere");
    run.within(&repository.join("deploy")).finds()
}

#[test]
fn paths_count_from_the_root_of_the_repository() {
    let ran = in_repository("github");
    assert_eq!(
        ran.stderr,
        "::error file=deploy/a b/é #.yaml,line=1,col=1,title=missing::deployment/web (default): not injected by cortexflow\n\
         ::error file=up.yaml,line=1,col=1,title=missing::deployment/web (default): not injected by cortexflow\n\
         ::error title=missing::../../out.yaml:1:1: deployment/web (default): not injected by cortexflow\n"
    );
    let gitlab: Vec<Value> = serde_json::from_str(&in_repository("gitlab").stderr).unwrap();
    let paths: Vec<&str> = gitlab.iter().map(|one| one["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["deploy/a b/é #.yaml", "up.yaml", "."]);
    assert_eq!(gitlab[2]["description"], "../../out.yaml:1:1: deployment/web (default): not injected by cortexflow");
    let junit = in_repository("junit").stderr;
    let document = roxmltree::Document::parse(&junit).unwrap();
    let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
    let names: Vec<&str> = suites.filter_map(|suite| suite.attribute("name")).collect();
    assert_eq!(names, ["deploy/a b/é #.yaml", "up.yaml", "[DIR]/out.yaml"]);
}

#[test]
fn junit_has_a_test_for_each_workload_and_profile_and_an_error_for_what_is_unreadable() {
    let ran = known(
        "inject",
        ["--keep-going", "--report=junit=junit.xml", "-p=cortexflow", "-p=nginx", "web.yaml", "bad.yaml"],
    )
    .file("web.yaml", WEB)
    .file("bad.yaml", BAD)
    .exits(ExitStatus::Error);
    let junit = String::from_utf8(ran.read("junit.xml")).unwrap();
    let document = roxmltree::Document::parse(&junit).unwrap();
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    let seen: Vec<_> = cases
        .map(|case| {
            let outcome = case.children().find(roxmltree::Node::is_element).map(|node| node.tag_name().name());
            (case.attribute("classname").unwrap(), case.attribute("name").unwrap(), outcome)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("injector", "syntax", Some("error")),
            ("cortexflow", "deployment/web (default)", None),
            ("nginx", "deployment/web (default)", Some("skipped")),
        ]
    );
}

#[test]
fn github_actions_get_annotations_where_no_report_is_asked_for() {
    let run = |args: &[&'static str]| known("check", args.iter().copied()).stdin(WEB);
    let text = run(&[]).finds().stderr;
    let github = run(&["--report=github"]).finds().stderr;
    assert_ne!(text, github);
    let there = |args: &[&'static str]| run(args).env("GITHUB_ACTIONS", "true").finds();
    assert_eq!(there(&[]).stderr, github);
    assert_eq!(there(&["--report=text"]).stderr, text);
    assert_eq!(there(&["--report=json=a.json"]).stderr, text);
    let ran = there(&["--report-file=log"]);
    assert_eq!((ran.stderr.as_str(), ran.read("log")), (github.as_str(), text.clone().into_bytes()));
    for elsewhere in ["", "false", "1"] {
        assert_eq!(run(&[]).env("GITHUB_ACTIONS", elsewhere).finds().stderr, text, "{elsewhere}");
    }
    assert_eq!(run(&[]).env("GITLAB_CI", "true").finds().stderr, text);
}

#[test]
fn a_report_does_not_overwrite_an_input() {
    for args in [
        &["inject", "--report=json=web.yaml", "web.yaml"][..],
        &["check", "--report-file", "./web.yaml", "-f", "web.yaml"],
        &["check", "--report-file", "web.yaml", "-fweb.yaml"],
        &["diff", "--report=text=web.yaml", "--filename=web.yaml"],
        &["uninject", "--report=json", "--report=text=web.yaml", "--", "web.yaml"],
    ] {
        let ran = injector(args.iter().copied()).file("web.yaml", WEB).fails();
        assert!(ran.stderr.contains("the report would overwrite the input '"), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.read("web.yaml"), WEB.as_bytes(), "{args:?}");
    }
    let ran = injector(["check", "web.yaml"]).env("INJECTOR_REPORT_FILE", "web.yaml").file("web.yaml", WEB).fails();
    assert_eq!(ran.read("web.yaml"), WEB.as_bytes());
}

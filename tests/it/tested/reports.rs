//! The forms of the report on tests, for programs.

use roxmltree::Document;
use serde_json::Value;

use super::{case, run};

/// A case that passes, one that fails, and one that cannot be run.
fn three() -> String {
    format!(
        "{}    - {{name: b, input: ../web.yaml, expect: {{verdict: skipped}}}}\n    \
         - {{name: c, input: ../web.yaml, object: pod/x, expect: {{verdict: injected}}}}\n",
        case("expect: {verdict: injected}")
    )
}

#[test]
fn lines_for_people_end_with_the_numbers() {
    let ran = run([], &three()).exits_any();
    insta::assert_snapshot!(ran.stderr, @r#"
    error: tests/tail.yaml:10:55: tail/b: pod/web (default): the verdict is `injected`, not `skipped`
      -skipped
      +injected by tail, by the rule default
    error: tests/tail.yaml:11:45: no object of the input is `pod/x`
      hint: there is `pod/web`
    3 cases: 1 passed, 1 failed, 1 not run
    "#);
    assert!(!run(["-q"], &three()).exits_any().stderr.contains("cases"));
    let coloured = run(["--color", "always"], &three()).exits_any().stderr;
    assert!(coloured.contains("\n  \u{1b}[31m-skipped\u{1b}[0m\n"), "{coloured}");
}

#[test]
fn junit_has_a_test_for_each_case() {
    let ran = run(["--report", "junit"], &three()).exits_any();
    let document = Document::parse(&ran.stderr).unwrap();
    let all: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let told: Vec<String> = all
        .iter()
        .map(|node| {
            let inside = node.children().find(|child| child.is_element());
            let outcome = inside
                .map(|inside| format!("{} {}", inside.tag_name().name(), inside.attribute("type").unwrap_or_default()));
            let attribute = |name| node.attribute(name).unwrap_or_default();
            format!(
                "{} {} {}:{} {}",
                attribute("classname"),
                attribute("name"),
                attribute("file"),
                attribute("line"),
                outcome.unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "tail a tests/tail.yaml:7 ",
            "tail b tests/tail.yaml:10 failure test-failed",
            "tail c tests/tail.yaml:11 error test"
        ]
    );
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    assert_eq!(["tests", "failures", "errors"].map(|name| suite.attribute(name).unwrap()), ["3", "1", "1"]);
    assert!(document.descendants().any(|node| node.text().is_some_and(|text| text.contains("-skipped\n+injected"))));
}

#[test]
fn json_has_every_case_and_others_have_what_fails() {
    let ran = run(["--report", "json"], &three()).exits_any();
    let report: Value = serde_json::from_str(&ran.stderr).unwrap();
    let outcomes: Vec<&str> =
        report["cases"].as_array().unwrap().iter().map(|case| case["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["passed", "failed", "error"]);
    let problem = &report["cases"][1]["problems"][0];
    assert_eq!(problem["code"], "test-failed");
    assert_eq!(
        (&problem["line"], &problem["diff"]),
        (&Value::from(10), &Value::from("-skipped\n+injected by tail, by the rule default\n"))
    );
    let ran = run(["--report", "github"], &three()).exits_any();
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stderr);
    assert!(lines[0].starts_with("::error file=tests/tail.yaml,line=10,col="), "{}", lines[0]);
    assert!(
        lines[0].contains(
            "title=test-failed::tail/b: pod/web (default): the verdict is `injected`, not `skipped`%0A-skipped%0A+"
        ),
        "{}",
        lines[0]
    );
    for format in ["sarif", "gitlab"] {
        let ran = run(["--report", format], &three()).exits_any();
        let report: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(report.to_string().matches("tail/b: pod/web").count(), 1, "{report}");
    }
    let ran = run(["--report-file", "out.txt", "--report", "text", "--report", "junit=out.xml"], &three()).exits_any();
    assert_eq!(String::from_utf8(ran.read("out.txt")).unwrap(), ran.stderr);
    assert!(ran.read("out.xml").starts_with(b"<?xml"));
}

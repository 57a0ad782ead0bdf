//! What a case can expect, and what is said where it does not hold.

use super::{case, run, test};

/// What is said of a test that fails, or is wrong.
fn said(test: &str) -> String {
    let ran = run([], test).exits_any();
    assert_eq!(ran.stdout, "");
    ran.stderr
}

fn passes(test: &str) {
    let ran = run([], test).exits_any();
    assert!(ran.stderr.contains(" passed\n") && !ran.stderr.contains("error"), "{test}\n{}", ran.stderr);
}

#[test]
fn all_that_holds_passes() {
    for lines in [
        "expect: {verdict: injected}",
        "expect: {verdict: {tail: injected}, rule: {tail: default}}",
        "namespace: shop\nnamespaces: [{name: shop}]\nexpect: {warnings: [], errors: [], notes: []}",
        "expect: {warnings: [namespace-unknown]}",
        "expect: {warnings: [{code: namespace-unknown, message: default}]}",
        "object: pod/web\nexpect: {verdict: injected}",
        "object: po/web\nexpect: {verdict: injected}",
        "set: {tail: {lines: 3}}\nexpect: {contains: {spec: {containers: [{name: tail, args: [\"3\"]}]}}}",
        "namespaces: [{name: default, labels: {tail: \"off\"}}]\nexpect: {verdict: skipped, rule: namespace-opted-out}",
        "command: check\nexpect: {verdict: missing}",
        "command: uninject\nexpect: {verdict: unchanged, patch: []}",
        "expect:\n  patch:\n    - {op: add, path: /metadata/annotations, value: {}}\n    - op: add\n      path: /spec/containers/-\n      \
         value: {name: tail, image: \"tail:1\", ports: [{containerPort: 9000}], args: [-n, \"10\"]}",
    ] {
        passes(&case(lines));
    }
}

#[test]
fn what_does_not_hold_has_the_place_of_the_expectation() {
    insta::assert_snapshot!(said(&case("expect: {verdict: skipped, rule: pod-opted-out}")), @"");
    insta::assert_snapshot!(said(&case("expect:\n  warnings: []\n  notes: [guessed-port]")), @"");
    insta::assert_snapshot!(said(&case("expect: {contains: {spec: {containers: [{name: tail, image: \"tail:2\"}], hostNetwork: true}}}")), @"");
    insta::assert_snapshot!(said(&case("expect: {patch: []}")), @"");
}

#[test]
fn an_error_that_no_one_expects_fails_a_case() {
    let busy = "input:\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: web}\n  spec:\n    containers:\n    - {name: web, image: a, ports: [{containerPort: 9000}]}";
    let with = |expect: &str| {
        let lines: String = format!("{busy}\n{expect}").lines().map(|line| format!("      {line}\n")).collect();
        test(&format!("  cases:\n    - name: a\n{lines}"))
    };
    insta::assert_snapshot!(said(&with("expect: {notes: []}")), @"");
    insta::assert_snapshot!(said(&with("expect: {verdict: injected}")), @"");
    passes(&with("expect: {verdict: rejected}"));
    passes(&with("expect: {errors: [conflict]}"));
    passes(&with("expect: {errors: [{code: conflict, path: /spec/containers/0/ports/0/containerPort}]}"));
}

#[test]
fn a_case_says_which_object_it_is_about() {
    let two = "input: [../web.yaml, {apiVersion: v1, kind: Pod, metadata: {name: api}, spec: {containers: [{name: a, image: b}]}}]";
    let with = |lines: &str| {
        let lines: String = format!("{two}\n{lines}").lines().map(|line| format!("      {line}\n")).collect();
        test(&format!("  cases:\n    - name: a\n{lines}"))
    };
    passes(&with("object: pod/api\nexpect: {verdict: injected}"));
    passes(&with("expect: {errors: []}"));
    insta::assert_snapshot!(said(&with("expect: {verdict: injected}")), @"");
    insta::assert_snapshot!(said(&with("object: pod/shop\nexpect: {verdict: injected}")), @"");
    let service = "  cases:\n    - name: a\n      input: {apiVersion: v1, kind: Service, metadata: {name: web}}\n";
    insta::assert_snapshot!(said(&test(&format!("{service}      expect: {{patch: []}}\n"))), @"");
}

#[test]
fn what_is_wrong_in_a_test_has_its_place_and_nothing_runs() {
    let mut all = String::new();
    for lines in [
        "expect: {}",
        "expect: {verdit: injected}",
        "expect: {verdict: injcted}",
        "expect: {verdict: {tail: 3}}",
        "expect: {rule: pod-opted-uot}",
        "expect: {warnings: [qos-change]}",
        "expect: {contains: {}}",
        "expect: {patch: [{path: /a}]}",
        "expect: {golden: \"\"}",
        "object: web\nexpect: {verdict: injected}",
        "set: {tail: {line: 3}}\nexpect: {verdict: injected}",
        "set: {tial: {lines: 3}}\nexpect: {verdict: injected}",
        "profiles: [../tial.yaml]\nexpect: {verdict: injected}",
        "comand: check\nexpect: {verdict: injected}",
        "command: serve\nexpect: {verdict: injected}",
        "reinject: 1\nexpect: {verdict: injected}",
    ] {
        all += &format!("{lines}\n{}", run([], &case(lines)).fails().stderr);
    }
    for rest in [
        "",
        "  cases: []\n",
        "  cases: 3\n",
        "  cases: [{name: a, input: ../none.yaml, expect: {verdict: injected}}]\n",
    ] {
        all += &format!("{rest}{}", run([], &test(rest)).fails().stderr);
    }
    insta::assert_snapshot!(all, @"");
}

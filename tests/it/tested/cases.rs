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
    insta::assert_snapshot!(said(&case("expect: {verdict: skipped, rule: pod-opted-out}")), @r#"
    error: tests/tail.yaml:9:25: tail/a: pod/web (default): the verdict is `injected`, not `skipped`
      -skipped
      +injected by tail, by the rule default
    1 case: 1 failed
    "#);
    insta::assert_snapshot!(said(&case("expect:\n  warnings: []\n  notes: [guessed-port]")), @r#"
    error: tests/tail.yaml:10:9: tail/a: the warnings are not those expected
      +namespace-unknown: the value of label `tail` on namespace `default` is not known, so it is ignored
    error: tests/tail.yaml:11:17: tail/a: the notes are not those expected
      -guessed-port
    1 case: 1 failed
    "#);
    insta::assert_snapshot!(said(&case("expect: {contains: {spec: {containers: [{name: tail, image: \"tail:2\"}], hostNetwork: true}}}")), @r#"
    error: tests/tail.yaml:9:67: tail/a: pod/web (default): `/spec/containers/tail/image` is not as expected
      -"tail:2"
      +"tail:1"
    error: tests/tail.yaml:9:92: tail/a: pod/web (default): `/spec/hostNetwork` is not there
      -true
    1 case: 1 failed
    "#);
    insta::assert_snapshot!(said(&case("expect: {patch: []}")), @r#"
    error: tests/tail.yaml:9:16: tail/a: pod/web (default): the patch is not as expected
      @@ -0,0 +1,2 @@
      +{"op":"add","path":"/metadata/annotations","value":{}}
      +{"op":"add","path":"/spec/containers/-","value":{"args":["-n","10"],"image":"tail:1","name":"tail","ports":[{"containerPort":9000}]}}
    1 case: 1 failed
    "#);
}

#[test]
fn an_error_that_no_one_expects_fails_a_case() {
    let busy = "input:\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: web}\n  spec:\n    containers:\n    - {name: web, image: a, ports: [{containerPort: 9000}]}";
    let with = |expect: &str| {
        let lines: String = format!("{busy}\n{expect}").lines().map(|line| format!("      {line}\n")).collect();
        test(&format!("  cases:\n    - name: a\n{lines}"))
    };
    insta::assert_snapshot!(said(&with("expect: {notes: []}")), @r#"
    error: tests/tail.yaml:14:59: tail/a: an error that is not expected: container port 9000 of container `tail` is already used by container `web`
    1 case: 1 failed
    "#);
    insta::assert_snapshot!(said(&with("expect: {verdict: injected}")), @r#"
    error: tests/tail.yaml:15:25: tail/a: pod/web (default): the verdict is `rejected`, not `injected`
      -injected
      +rejected by tail
      +error: tests/tail.yaml:14:59: container port 9000 of container `tail` is already used by container `web`
    1 case: 1 failed
    "#);
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
    insta::assert_snapshot!(said(&with("expect: {verdict: injected}")), @r#"
    error: tests/tail.yaml:7:7: the input has 2 workloads, and the case does not say which one it is about
      hint: write `object:` with one of `pod/web`, `pod/api`
    1 case: 1 not run
    "#);
    insta::assert_snapshot!(said(&with("object: pod/shop\nexpect: {verdict: injected}")), @r#"
    error: tests/tail.yaml:9:15: no object of the input is `pod/shop`
      hint: there is `pod/web`, `pod/api`
    1 case: 1 not run
    "#);
    let service = "  cases:\n    - name: a\n      input: {apiVersion: v1, kind: Service, metadata: {name: web}}\n";
    insta::assert_snapshot!(said(&test(&format!("{service}      expect: {{patch: []}}\n"))), @r#"
    error: tests/tail.yaml:7:7: there is no workload in the input
    1 case: 1 not run
    "#);
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
        "expect: {verdict: injected, warnings: }",
        "expect: {verdict: , rule: default}",
        "expect: {verdict: {}, rule: default}",
        "expect: {patch: {}}",
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
    insta::assert_snapshot!(all, @r#"
    expect: {}
    error: tests/tail.yaml:9:7: a case that expects nothing cannot fail
    expect: {verdit: injected}
    error: tests/tail.yaml:9:16: unknown field `verdit`
      hint: did you mean `verdict`?
    expect: {verdict: injcted}
    error: tests/tail.yaml:9:25: `injcted` is not known here
      hint: did you mean `injected`?
    expect: {verdict: {tail: 3}}
    error: tests/tail.yaml:9:32: expected a string, found a number
      hint: quote the value
    expect: {rule: pod-opted-uot}
    error: tests/tail.yaml:9:22: `pod-opted-uot` is not known here
      hint: did you mean `pod-opted-out`?
    expect: {warnings: [qos-change]}
    error: tests/tail.yaml:9:27: `qos-change` is not known here
      hint: did you mean `qos-changed`?
    expect: {contains: {}}
    error: tests/tail.yaml:9:16: an empty part is in every object
    expect: {patch: [{path: /a}]}
    error: tests/tail.yaml:9:24: field `op` is missing
    expect: {golden: ""}
    error: tests/tail.yaml:9:24: the path of a file has to be here
    object: web
    expect: {verdict: injected}
    error: tests/tail.yaml:9:15: `web` is not of the form `KIND/NAME`
    set: {tail: {line: 3}}
    expect: {verdict: injected}
    error: tests/tail.yaml:9:26: the profile `tail` has no parameter `line`
      hint: did you mean `lines`?
    1 case: 1 not run
    set: {tial: {lines: 3}}
    expect: {verdict: injected}
    error: tests/tail.yaml:9:27: no profile here is called `tial`
      hint: did you mean `tail`?
    1 case: 1 not run
    profiles: [../tial.yaml]
    expect: {verdict: injected}
    error: tests/tail.yaml:9:18: there is no file `tests/../tial.yaml`
      hint: a path begins at the folder of this file
    comand: check
    expect: {verdict: injected}
    error: tests/tail.yaml:9:7: unknown field `comand`
      hint: did you mean `command`?
    command: serve
    expect: {verdict: injected}
    error: tests/tail.yaml:9:16: `serve` is not one of `inject`, `uninject`, `check`
    reinject: 1
    expect: {verdict: injected}
    error: tests/tail.yaml:9:17: expected a boolean, found a number
    expect: {verdict: injected, warnings: }
    error: tests/tail.yaml:9:35: `warnings` has no value
      hint: `[]` says that there is none
    expect: {verdict: , rule: default}
    error: tests/tail.yaml:9:16: `verdict` has no value
    expect: {verdict: {}, rule: default}
    error: tests/tail.yaml:9:16: at least one profile has to be named here
    expect: {patch: {}}
    error: tests/tail.yaml:9:16: expected a list of operations, or the path of a file, found an object
    error: tests/tail.yaml:4:1: field `cases` is missing
      cases: []
    error: tests/tail.yaml:6:3: at least one case has to be here
      cases: 3
    error: tests/tail.yaml:6:10: expected a list, found a number
      cases: [{name: a, input: ../none.yaml, expect: {verdict: injected}}]
    error: tests/tail.yaml:6:28: there is no file `tests/../none.yaml`
      hint: a path begins at the folder of this file
    "#);
}

#[test]
fn what_is_about_nothing_does_not_pass() {
    // An object that is not there has no warnings and no errors, and no text of its own.
    let mut all = String::new();
    for lines in [
        "object: pod/shop\nexpect: {warnings: []}",
        "object: pod/shop\nexpect: {golden: ../web.yaml, errors: []}",
        "object: pod/shop\nexpect: {verdict: injected, rule: default, contains: {kind: Pod}}",
    ] {
        all += &format!("{lines}\n{}", said(&case(lines)));
    }
    for input in ["{}", "{apiVersion: v1, kind: Service, metadata: {name: web}}"] {
        let rest = format!("  cases:\n    - name: a\n      input: {input}\n      expect: {{errors: [], notes: []}}\n");
        all += &format!("{input}\n{}", said(&test(&rest)));
    }
    insta::assert_snapshot!(all, @r#"
    object: pod/shop
    expect: {warnings: []}
    error: tests/tail.yaml:9:15: no object of the input is `pod/shop`
      hint: there is `pod/web`
    1 case: 1 not run
    object: pod/shop
    expect: {golden: ../web.yaml, errors: []}
    error: tests/tail.yaml:9:15: no object of the input is `pod/shop`
      hint: there is `pod/web`
    1 case: 1 not run
    object: pod/shop
    expect: {verdict: injected, rule: default, contains: {kind: Pod}}
    error: tests/tail.yaml:9:15: no object of the input is `pod/shop`
      hint: there is `pod/web`
    1 case: 1 not run
    {}
    error: tests/tail.yaml:7:7: there is no workload in the input
    1 case: 1 not run
    {apiVersion: v1, kind: Service, metadata: {name: web}}
    error: tests/tail.yaml:7:7: there is no workload in the input
    1 case: 1 not run
    "#);
    // What is expected can come of other objects too.
    passes(&test(
        "  cases:\n    - name: a\n      input: {apiVersion: v1, kind: Deploymnt, metadata: {name: web}, spec: {template: {spec: {containers: [{name: a, image: a:1}]}}}}\n      expect: {warnings: [misspelt-kind]}\n",
    ));
    passes(&test(
        "  cases:\n    - name: a\n      input: {apiVersion: v1, kind: Service, metadata: {name: web}}\n      object: service/web\n      expect: {warnings: []}\n",
    ));
}

#[test]
fn an_error_of_another_object_is_not_the_expected_one() {
    let pod = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: a, image: b, ports: [{{containerPort: 9000}}]}}]}}}}"
        )
    };
    let with = |expect: &str| {
        let input = format!("[{}, {}]", pod("one"), pod("two"));
        test(&format!("  cases:\n    - name: a\n      input: {input}\n      object: pod/one\n      {expect}\n"))
    };
    for expect in ["expect: {verdict: rejected}", "expect: {errors: [conflict]}"] {
        let said = said(&with(expect));
        assert_eq!(said.matches("an error that is not expected: ").count(), 1, "{said}");
        assert!(said.ends_with("1 case: 1 failed\n"), "{said}");
    }
    let ran = run(["--update"], &with("expect: {verdict: rejected, report: a.txt}")).succeeds();
    assert_eq!(String::from_utf8(ran.read("tests/a.txt")).unwrap().matches("error: ").count(), 2);
}

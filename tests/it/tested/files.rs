//! Which tests are found, which cases are chosen, and which files are written.

use super::{POD, TAIL, case, run, test};
use crate::support::injector;

#[test]
fn tests_are_found_in_folders_by_name_and_beside_a_profile() {
    let one = case("expect: {verdict: injected}");
    for args in [
        &[][..],
        &["."],
        &["tests"],
        &["tests/tail.yaml"],
        &["tail.yaml"],
        &["tests", "tests/tail.yaml", "./tail.yaml"],
    ] {
        assert_eq!(run(args.iter().copied(), &one).succeeds().stderr, "1 case: 1 passed\n", "{args:?}");
    }
    // A test of another profile is not one of this.
    let other = TAIL.replace("{name: tail}", "{name: other}");
    let ran = run(["other.yaml"], &one).file("other.yaml", other).fails();
    insta::assert_snapshot!(ran.stderr, @"error: other.yaml: no test in `tests` is about this profile");
    // A hidden folder is a tool's own, and a manifest is no test.
    let ran = injector(["test"]).file(".git/tests/tail.yaml", &one).file("web.yaml", POD).fails();
    insta::assert_snapshot!(ran.stderr, @r#"
    error: there is no test in `.`
      hint: a test is a file with `apiVersion: sidecar-injector/v1` and `kind: Test`
    "#);
    insta::assert_snapshot!(run(["web.yaml"], &one).fails().stderr, @r#"
    error: web.yaml: the file holds no test, and no profile
      hint: a test has `apiVersion: sidecar-injector/v1` and `kind: Test`
    "#);
    insta::assert_snapshot!(run(["none"], &one).fails().stderr, @"error: none: there is no such file");
    insta::assert_snapshot!(run(["-"], &one).stdin(one.as_str()).fails().stderr, @r#"
    error: standard input cannot be a test: its paths begin nowhere
      hint: name a file
    "#);
    // A slip in what makes a file a test does not leave it out.
    let slip = |from: &str, to: &str, file: &str| run([], &one).file(file, one.replace(from, to)).fails().stderr;
    let mut all = slip("kind: Test", "kind: test", "other.yaml");
    all += &slip("kind: Test", "kind: Tests", "other.yaml");
    all += &slip("sidecar-injector/v1", "sidecar-injector/v2", "other.yaml");
    all += &slip("kind: Test\n", "kind: \"Test\" # a test\n  - x\n", "other.yaml");
    insta::assert_snapshot!(all, @r#"
    error: other.yaml:2:7: `test` is not `Test`
      hint: did you mean `Test`?
    error: other.yaml:2:7: `Tests` is not `Test`
      hint: did you mean `Test`?
    error: other.yaml:1:13: `sidecar-injector/v2` is not `sidecar-injector/v1`
      hint: did you mean `sidecar-injector/v1`?
    error: other.yaml:3:3: did not find expected key while parsing a block mapping
      hint: fix the indentation
    "#);
    let json = r#"{"apiVersion": "sidecar-injector/v1", "kind": "Test", "spec": {"cases": ["#;
    assert!(run([], &one).file("other.json", json).fails().stderr.starts_with("error: other.json:1:"));
    // A test that cannot be read, or that is behind another document, is not passed over.
    insta::assert_snapshot!(run([], &format!("{TAIL}---\n{one}")).fails().stderr, @"error: tests/tail.yaml:2:7: `Profile` is not `Test`");
    insta::assert_snapshot!(run([], &format!("{one}  cases: [\n")).fails().stderr, @r#"
    error: tests/tail.yaml:11:1: the document ends too early: did not find expected node content while parsing a flow node
      hint: is the file complete?
    "#);
}

#[test]
fn a_pattern_chooses_cases_by_test_and_name() {
    let two = format!(
        "{}    - name: b\n      input: ../web.yaml\n      expect: {{verdict: skipped}}\n",
        case("expect: {verdict: injected}")
    );
    assert_eq!(run(["--run", "^tail/a$"], &two).succeeds().stderr, "1 case: 1 passed\n");
    assert!(run(["--run", "tail"], &two).finds().stderr.ends_with("2 cases: 1 passed, 1 failed\n"));
    insta::assert_snapshot!(run(["--run", "c$"], &two).fails().stderr, @r#"
    error: no case has a name that `c$` matches
      hint: the name of a case reads `tail/a`
    "#);
    insta::assert_snapshot!(run(["--run", "("], &two).fails().stderr, @r#"
    error: invalid value '(' for '--run <REGEX>': found open group without closing ')'

    For more information, try '--help'.
    "#);
}

#[test]
fn golden_files_are_written_all_or_none_and_no_other() {
    let lines = "expect: {golden: out/a.yaml, patch: out/a.json, report: out/a.txt}";
    let ran = run([], &case(lines)).finds();
    assert!(
        ran.stderr.contains("error: tests/tail.yaml:9:24: tail/a: there is no file `out/a.yaml`\n"),
        "{}",
        ran.stderr
    );
    let ran = ran.then(["test", "--update"]).succeeds();
    insta::assert_snapshot!(ran.stderr, @r#"
    note: tests/out/a.json: written
    note: tests/out/a.txt: written
    note: tests/out/a.yaml: written
    1 case: 1 passed
    "#);
    assert_eq!(ran.tree().len(), 6);
    assert!(
        ran.read("tests/out/a.yaml")
            .starts_with(POD.split("spec").next().unwrap().trim_end().trim_end_matches('}').as_bytes())
    );
    assert_eq!(ran.then(["test"]).succeeds().stderr, "1 case: 1 passed\n");
    assert_eq!(ran.then(["test", "--update"]).succeeds().stderr, "1 case: 1 passed\n", "nothing is written again");

    // An input is never written, and two cases have to agree on a file.
    let ran = run(["--update"], &case("expect: {golden: ../web.yaml}")).finds();
    insta::assert_snapshot!(ran.stderr, @r#"
    error: tests/tail.yaml:9:24: tail/a: `../web.yaml` is not what came
      @@ -1,6 +1,6 @@
       apiVersion: v1
       kind: Pod
      -metadata: {name: web}
      +metadata: {name: web, annotations: {sidecar-injector/status: '[{"profile":"tail","version":"0.1.0","hash":"fa794bdeb6747696","containers":["tail"],"created":["/metadata/annotations"]}]'}}
       spec:
         # the application
      -  containers: [{name: web, image: "web:1"}]
      +  containers: [{name: web, image: "web:1"}, {name: tail, image: "tail:1", ports: [{containerPort: 9000}], args: ["-n", "10"]}]
      hint: a test reads this file, so `--update` does not write it
    1 case: 1 failed
    "#);
    assert_eq!(ran.read("web.yaml"), POD.as_bytes());
    for source in ["../tail.yaml", "tail.yaml", "./../settings.yaml", "../namespaces.yaml"] {
        let lines = format!("namespaceFiles: [../namespaces.yaml]\nexpect: {{golden: {source}}}");
        let test = case(&lines).replace("spec:\n  profiles", "spec:\n  config: ../settings.yaml\n  profiles");
        let run = run(["--update"], &test)
            .file("settings.yaml", "apiVersion: sidecar-injector/v1\nkind: Config\nspec: {}\n")
            .file("namespaces.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
        let ran = run.finds();
        assert!(ran.stderr.contains("so `--update` does not write it"), "{source}: {}", ran.stderr);
        assert!(!ran.stderr.contains("written"), "{source}: {}", ran.stderr);
    }
    let both = format!(
        "{}    - name: b\n      set: {{tail: {{lines: 3}}}}\n      input: ../web.yaml\n      expect: {{golden: a.yaml}}\n",
        case("expect: {golden: a.yaml}")
    );
    let ran = run(["--update"], &both).finds();
    assert!(ran.stderr.contains("tail/b: `a.yaml` is not what came"), "{}", ran.stderr);

    assert!(ran.stderr.contains("hint: another case expects another text in this file"), "{}", ran.stderr);
    let otherwise = both.replacen("{golden: a.yaml}", "{golden: ../tests/a.yaml}", 1);
    let ran = run(["--update"], &otherwise).finds();
    assert!(ran.stderr.contains("tail/b: `a.yaml` is not what came"), "one file, whatever its path: {}", ran.stderr);

    // What is refused has no output.
    let refused = test(
        "  cases:\n    - name: a\n      input: {apiVersion: v1, kind: Pod, metadata: {name: a, annotations: {tail.example/lines: x}}, \
         spec: {containers: [{name: a, image: b}]}}\n      expect: {verdict: rejected, golden: a.yaml}\n",
    );
    let ran = run(["--update"], &refused).finds();
    insta::assert_snapshot!(ran.stderr, @r#"
    error: tests/tail.yaml:9:43: tail/a: there is nothing to compare `a.yaml` with: because of errors, nothing came
    1 case: 1 failed
    "#);
}

#[test]
fn a_manifest_in_a_test_has_its_lines_and_its_text() {
    let inline = |annotations: &str| {
        test(&format!(
            "  cases:\n    - name: a\n      input:\n        apiVersion: v1\n        kind: Pod\n        metadata:\n          name: web\n          \
             annotations: {{{annotations}}}   # mine\n        spec:\n          containers: [{{name: web, image: \"web:1\"}}]\n      \
             expect: {{golden: a.yaml}}\n"
        ))
    };
    let ran = run(["--update"], &inline("a: b")).succeeds();
    let text = String::from_utf8(ran.read("tests/a.yaml")).unwrap();
    assert!(text.starts_with("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations: {a: b, "), "{text}");
    assert!(text.contains("}   # mine\nspec:\n"), "{text}");
    insta::assert_snapshot!(run([], &inline("tail.example/lines: many")).finds().stderr, @r#"
    error: tests/tail.yaml:16:24: tail/a: there is nothing to compare `a.yaml` with: because of errors, nothing came
    error: tests/tail.yaml:13:45: tail/a: an error that is not expected: annotation `tail.example/lines`: `many` is not a whole number
    1 case: 1 failed
    "#);
}

#[test]
fn settings_count_only_where_a_test_names_them() {
    let config = "apiVersion: sidecar-injector/v1\nkind: Config\nspec:\n  profiles: [tail.yaml]\n  set: {tail: {lines: 77}}\n  namespace: shop\n";
    let lines =
        |lines: &str| format!("expect: {{contains: {{spec: {{containers: [{{name: tail, args: [\"{lines}\"]}}]}}}}}}");
    let plain = case(&lines("10"));
    run([], &plain).file(".injector.yaml", config).succeeds();
    run([], &plain).file("c.yaml", config).env("INJECTOR_CONFIG", "c.yaml").env("INJECTOR_PROFILE", "nginx").succeeds();
    let named = |more: &str, expect: &str| {
        let case = format!("  cases:\n    - name: a\n      input: ../web.yaml\n      {expect}\n");
        format!(
            "apiVersion: sidecar-injector/v1\nkind: Test\nmetadata: {{name: tail}}\nspec:\n  config: ../.injector.yaml\n{more}{case}"
        )
    };
    run([], &named("", &lines("77"))).file(".injector.yaml", config).succeeds();
    run([], &named("  set: {tail: {lines: 5}}\n", &lines("5"))).file(".injector.yaml", config).succeeds();
    // The test wins over what the settings say for some files.
    let overrides = format!("{config}  overrides: [{{files: \"*\", set: {{tail: {{lines: 99}}}}}}]\n");
    run([], &named("", &lines("99"))).file(".injector.yaml", &overrides).succeeds();
    run([], &named("  set: {tail: {lines: 5}}\n", &lines("5"))).file(".injector.yaml", &overrides).succeeds();
    let ran =
        run([], &named("", &lines("77"))).file(".injector.yaml", config.replace("lines: 77", "lnes: 77")).exits_any();
    insta::assert_snapshot!(ran.stderr, @r#"
    error: tests/../.injector.yaml:5:22: the profile `tail` has no parameter `lnes`
      hint: did you mean `lines`?
    1 case: 1 not run
    "#);
    let without = case("expect: {verdict: injected}").replace("  profiles: [../tail.yaml]\n", "");
    insta::assert_snapshot!(run([], &without).fails().stderr, @r#"
    error: tests/tail.yaml:6:7: no profile is named, neither here nor for all cases
      hint: write `profiles` below `spec`
    "#);
}

#[cfg(unix)]
#[test]
fn update_writes_nothing_where_one_file_cannot_be_written() {
    // A link that leads nowhere is such a file.
    let run_with_link = run(["--update"], &case("expect: {golden: a.yaml, report: b.txt}"));
    std::os::unix::fs::symlink("none/b.txt", run_with_link.folder().join("tests/b.txt")).unwrap();
    let ran = run_with_link.fails();
    assert!(ran.stderr.contains("error: tests/b.txt: "), "{}", ran.stderr);
    assert!(!ran.folder().join("tests/a.yaml").exists());
}

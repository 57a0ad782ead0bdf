//! The golden cases: each folder of `testdata/golden` is a test of profiles, with what goes in and what comes out. They are
//! written to be read; `testdata/golden/README.md` explains them.
//!
//! `injector test` runs them. The commands that users type have to print the very same, so they run here too.
//!
//! `injector test --update testdata/golden` writes what comes out now; look at the difference before you commit it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use crate::support::{Ran, injector};

/// What a run is compared with; every other file of a case but the test goes in.
const RESULTS: [&str; 5] = ["expected.yaml", "expected.json", "patch.json", "report.txt", "test.yaml"];

/// A file that comes out, and its bytes; none where it must not be there.
type Result = (String, Option<Vec<u8>>);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/golden")
}

/// The cases, each a folder.
fn cases() -> BTreeSet<PathBuf> {
    fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The document of a case, which says in comments before it what it shows.
fn test_of(case: &Path) -> Value {
    let text = fs::read_to_string(case.join("test.yaml")).unwrap();
    assert!(text.starts_with("# "), "{}: `test.yaml` says in a comment what the case shows", case.display());
    let test: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(test["metadata"]["name"], name(case), "{}", case.display());
    assert_eq!(test["spec"]["cases"].as_array().unwrap().len(), 1, "{}", case.display());
    test
}

/// What a user would type for the case.
fn arguments(case: &Path) -> Vec<String> {
    let test = test_of(case);
    let (spec, only) = (&test["spec"], &test["spec"]["cases"][0]);
    let known = ["cases", "namespaceFiles", "profiles", "templatePaths"];
    assert!(spec.as_object().unwrap().keys().all(|field| known.contains(&field.as_str())), "{}", case.display());
    let known = ["command", "expect", "input", "name", "reinject"];
    assert!(only.as_object().unwrap().keys().all(|field| known.contains(&field.as_str())), "{}", case.display());
    let mut words = vec![only["command"].as_str().unwrap_or("inject").to_owned()];
    for (flag, field) in
        [("-p", "profiles"), ("--template-path", "templatePaths"), ("--namespace-file", "namespaceFiles")]
    {
        for value in spec[field].as_array().into_iter().flatten() {
            words.extend([flag.to_owned(), value.as_str().unwrap().to_owned()]);
        }
    }
    words.extend((only["reinject"] == true).then(|| "--reinject".to_owned()));
    words.push(only["input"].as_str().unwrap().to_owned());
    words
}

fn run(case: &Path, more: &[&str]) -> Ran {
    let arguments = arguments(case).into_iter().chain(more.iter().map(|&argument| argument.to_owned()));
    let inputs = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path());
    let inputs = inputs.filter(|path| !RESULTS.contains(&name(path).as_str()));
    injector(arguments).files(inputs.map(|path| (name(&path), fs::read(path).unwrap()))).exits_any()
}

/// The patches with one operation a line.
fn lines_of(patches: &str) -> String {
    let mut out = String::new();
    for patch in serde_json::Deserializer::from_str(patches).into_iter::<Value>() {
        match patch.unwrap() {
            Value::Array(operations) if !operations.is_empty() => {
                let lines: Vec<String> = operations.iter().map(|operation| format!("  {operation}")).collect();
                let _ = writeln!(out, "[\n{}\n]", lines.join(",\n"));
            }
            other => drop(writeln!(out, "{other}")),
        }
    }
    out
}

/// What comes out of a case now.
fn results(case: &Path) -> Vec<Result> {
    let (ran, patched) = (run(case, &[]), run(case, &["-o", "patch", "--guard", "none"]));
    assert_eq!(ran.status, patched.status, "{}: the form of the output changes no decision", case.display());
    let expected = if case.join("input.json").exists() { RESULTS[1] } else { RESULTS[0] };
    let (output, patch) = match ran.status {
        ExitStatus::Done => (Some(ran.bytes), Some(lines_of(&patched.stdout).into_bytes())),
        _ => {
            assert!(ran.bytes.is_empty() && patched.bytes.is_empty(), "{}: an error prints no data", case.display());
            (None, None)
        }
    };
    [(expected, output), (RESULTS[2], patch), (RESULTS[3], Some(ran.stderr.into_bytes()))]
        .map(|(name, bytes)| (name.to_owned(), bytes))
        .into()
}

/// What is wrong with a case; nothing where it is as it should be.
fn compare(case: &Path, results: &[Result]) -> String {
    let mut wrong = String::new();
    let expect = &test_of(case)["spec"]["cases"][0]["expect"];
    for ((name, now), field) in results.iter().zip(["golden", "patch", "report"]) {
        let file = case.join(name);
        let before = fs::read(&file).ok();
        if &before != now {
            let [before, now] =
                [&before, now].map(|bytes| String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()));
            let diff = similar::TextDiff::from_lines(&before, &now).unified_diff().to_string();
            let _ = writeln!(wrong, "{}:\n{diff}", file.display());
        }
        if expect[field].as_str() != now.as_ref().map(|_| name.as_str()) {
            let _ = writeln!(wrong, "{}: `{field}` is {}", case.join("test.yaml").display(), expect[field]);
        }
    }
    wrong
}

#[test]
fn every_case_comes_out_as_it_is_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ran = injector(["test", "testdata/golden"]).within(root).succeeds();
    let all = cases().len();
    assert_eq!(ran.stderr, format!("{all} cases: {all} passed\n"));
    assert!(all >= 28, "only {all} cases");
}

#[test]
fn the_commands_print_what_the_tests_compare() {
    let wrong: String = cases().iter().map(|case| compare(case, &results(case))).collect();
    assert!(wrong.is_empty(), "{wrong}\n`injector test --update testdata/golden` writes these files");
}

#[test]
fn every_injection_is_undone_to_the_byte() {
    let mut held = 0;
    for case in cases() {
        let [input, expected] =
            ["input.yaml", "expected.yaml"].map(|file| fs::read(case.join(file)).unwrap_or_default());
        let is_injected = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("sidecar-injector/status");
        if is_injected(&expected) && !is_injected(&input) {
            let path = test_of(&case)["spec"]["templatePaths"][0].as_str().map(str::to_owned);
            let flags = path.into_iter().flat_map(|path| ["--template-path".to_owned(), path]);
            let words = ["uninject".to_owned()].into_iter().chain(flags);
            let ran = injector(words).stdin(expected).succeeds();
            assert_eq!(String::from_utf8_lossy(&ran.bytes), String::from_utf8_lossy(&input), "{}", case.display());
            held += 1;
        }
    }
    assert!(held >= 15, "only {held} cases were undone");
}

/// The errors of a report for people, each with its hint.
fn errors_of(report: &str) -> String {
    let mut is_error = false;
    let mut kept = |line: &&str| {
        is_error = line.starts_with("error: ") || (is_error && line.starts_with("  "));
        is_error
    };
    report.split_inclusive('\n').filter(|line| kept(line)).collect()
}

#[test]
fn quiet_leaves_out_what_is_no_error_and_nothing_else() {
    let cases_files = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    for command in ["inject", "uninject", "check"] {
        for more in [&[][..], &["--keep-going"], &["--deny", "warnings"]] {
            if command == "uninject" && more.contains(&"--deny") {
                continue;
            }
            let run = |quiet: &[&'static str]| {
                let words = [command, "-R", "cases"].into_iter().chain(more.iter().chain(quiet).copied());
                injector(words).within(cases_files.parent().unwrap()).exits_any()
            };
            let (loud, quiet) = (run(&[]), run(&["-q"]));
            assert_eq!((&quiet.stdout, quiet.status), (&loud.stdout, loud.status), "{command} {more:?}");
            assert_eq!(quiet.stderr, errors_of(&loud.stderr), "{command} {more:?}");
            assert!(!quiet.stderr.is_empty() && quiet.stderr != loud.stderr, "{command} {more:?}: nothing is tried");
        }
    }
    for case in cases() {
        let (loud, quiet) = (run(&case, &[]), run(&case, &["-q"]));
        assert_eq!((&quiet.stdout, quiet.status), (&loud.stdout, loud.status), "{}", case.display());
        assert_eq!(quiet.stderr, errors_of(&loud.stderr), "{}", case.display());
    }
}

#[test]
fn every_patch_makes_the_expected_object_of_the_input() {
    let mut held = 0;
    for case in cases() {
        let [input, expected, patch] = ["input.yaml", "expected.yaml", "patch.json"].map(|file| {
            // Several documents are not one YAML value, and a refused case has no output.
            serde_yaml::from_slice::<Value>(&fs::read(case.join(file)).unwrap_or_default()).unwrap_or_default()
        });
        let operations: std::result::Result<json_patch::Patch, _> = serde_json::from_value(patch);
        // The patch of a List's item is that item's own.
        if let Ok(operations) = operations
            && !input.is_null()
            && input["kind"] != "List"
        {
            let mut object = input;
            json_patch::patch(&mut object, &operations).unwrap();
            assert_eq!(object, expected, "{}", case.display());
            held += 1;
        }
    }
    assert!(held >= 12, "only {held} cases were held against their patches");
}

#[test]
fn a_case_that_comes_out_otherwise_is_found() {
    let case = folder().join("pod-opted-out");
    let mut results = results(&case);
    assert_eq!(compare(&case, &results), "");
    results[2].1 = Some(b"another report\n".to_vec());
    assert!(compare(&case, &results).contains("\n+another report\n"));
    results[0].1 = None;
    assert!(compare(&case, &results).contains("expected.yaml"));
}

#[test]
fn a_test_finds_each_file_that_is_not_what_came() {
    let case = folder().join("two-profiles");
    let files = || fs::read_dir(&case).unwrap().map(|entry| entry.unwrap().path());
    for changed in ["expected.yaml", "patch.json", "report.txt"] {
        let bytes = |path: &Path| {
            let bytes = fs::read(path).unwrap();
            if name(path) == changed { [&bytes[..], b"more\n"].concat() } else { bytes }
        };
        let ran = injector(["test"]).files(files().map(|path| (name(&path), bytes(&path)))).finds();
        assert!(ran.stderr.contains(&format!("`{changed}` is not what came\n")), "{}", ran.stderr);
        assert!(ran.stderr.contains("\n  -more\n") && ran.stderr.ends_with("1 case: 1 failed\n"), "{}", ran.stderr);
        let ran = ran.then(["test", "--update"]).succeeds();
        assert!(ran.stderr.contains(&format!("note: {changed}: written\n")), "{}", ran.stderr);
        assert_eq!(ran.read(changed), fs::read(case.join(changed)).unwrap(), "it is as it was");
    }
}

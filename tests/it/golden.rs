//! The golden cases: each folder of `testdata/golden` is a command line, what goes in, and what comes out. They are
//! written to be read; `testdata/golden/README.md` explains the format.
//!
//! `INJECTOR_UPDATE_GOLDEN=1 cargo test golden::` writes what comes out now; look at the difference before you commit it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use crate::support::{Ran, injector};

/// What a run is compared with; the `command` and every other file of a case go in.
const RESULTS: [&str; 4] = ["expected.yaml", "expected.json", "patch.json", "report.txt"];

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

/// The arguments behind `injector` on the last line of `command`; the lines before it say in words what the case shows.
fn arguments(case: &Path) -> Vec<String> {
    let text = fs::read_to_string(case.join("command")).unwrap();
    let (comments, command): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("# "));
    assert!(!comments.is_empty(), "{}: `command` says in a comment what the case shows", case.display());
    let [command] = command.as_slice() else { panic!("{}: `command` has one command", case.display()) };
    assert!(!command.contains(['\'', '"', '\\', '$', '|']), "{}: the command needs no shell", case.display());
    let mut words = command.split_whitespace().map(str::to_owned);
    assert_eq!(words.next().as_deref(), Some("injector"), "{}", case.display());
    words.collect()
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
    for (name, now) in results {
        let file = case.join(name);
        let before = fs::read(&file).ok();
        if &before != now {
            let [before, now] =
                [&before, now].map(|bytes| String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()));
            let diff = similar::TextDiff::from_lines(&before, &now).unified_diff().to_string();
            let _ = writeln!(wrong, "{}:\n{diff}", file.display());
        }
    }
    wrong
}

fn update(case: &Path, results: Vec<Result>) {
    for (name, now) in results {
        match now {
            Some(bytes) => fs::write(case.join(name), bytes).unwrap(),
            None => drop(fs::remove_file(case.join(name))),
        }
    }
}

#[test]
fn every_case_comes_out_as_it_is_written() {
    let is_update = std::env::var_os("INJECTOR_UPDATE_GOLDEN").is_some();
    let is_ci = std::env::var_os("INJECTOR_TESTS_REQUIRE_ALL").is_some();
    assert!(!(is_update && is_ci), "INJECTOR_UPDATE_GOLDEN would make this test pass whatever comes out");
    let mut wrong = String::new();
    for case in cases() {
        let results = results(&case);
        if is_update {
            update(&case, results);
        } else {
            wrong += &compare(&case, &results);
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nINJECTOR_UPDATE_GOLDEN=1 cargo test golden:: writes these files");
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

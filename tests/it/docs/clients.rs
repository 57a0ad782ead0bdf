//! The table of the programs that run injector, against the tests that run them and the scripts that install them.

use std::collections::BTreeSet;
use std::fs;

use super::markdown::{code, rows};
use super::root;

const PAGE: &str = "docs/clients.md";

/// The rows: program, versions, what it needs, script, tests.
fn table() -> Vec<Vec<String>> {
    rows(PAGE, "## What is tried")
}

/// Whether there is a function of this name, which is a test or a scenario of the cluster.
fn is_test(path: &str) -> bool {
    let Some((module, function)) = path.rsplit_once("::") else { return false };
    let file = root().join(format!("tests/it/{}.rs", module.replace("::", "/")));
    let Ok(text) = fs::read_to_string(file) else { return false };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let head = lines.iter().position(|line| line.contains(&format!("fn {function}(")));
    // A scenario is in a list of scenarios too, or in that of `cluster.rs`.
    let listed = || {
        let all = format!("{text}{}", fs::read_to_string(root().join("tests/it/cluster.rs")).unwrap());
        module.starts_with("cluster::") && all.lines().any(|line| line.trim().trim_end_matches(';') == function)
    };
    head.is_some_and(|at| (at > 0 && lines[at - 1] == "#[test]") || listed())
}

/// The tests that the page names, in the table and outside.
fn tests() -> Vec<String> {
    let text = fs::read_to_string(root().join(PAGE)).unwrap();
    code(&text).into_iter().filter(|word| word.contains("::")).collect()
}

#[test]
fn every_test_that_the_page_names_is_there() {
    for row in table() {
        assert!(!code(&row[4]).is_empty(), "{}: no test", row[0]);
    }
    for test in tests() {
        assert!(is_test(&test), "there is no test `{test}`");
    }
    for wrong in ["hosts::helm::no_test", "hosts::no_file::x", "hosts::helm::packed", "x"] {
        assert!(!is_test(wrong), "{wrong}");
    }
}

#[test]
fn the_scripts_install_the_versions_that_the_table_names() {
    for row in table() {
        let [script] = code(&row[3]).try_into().unwrap();
        let text = fs::read_to_string(root().join(&script)).unwrap_or_else(|error| panic!("{script}: {error}"));
        // The control plane's is the newest patch, and kubectl may be that of the machine.
        if script != "contrib/control-plane" {
            let mut digits = row[1].split(|c: char| !(c.is_ascii_digit() || c == '.'));
            let version = digits.find(|word| word.split('.').count() == 3).unwrap();
            assert!(text.contains(version), "{}: {script} does not install {version}", row[0]);
        }
    }
}

#[test]
fn every_file_of_hosts_is_on_the_page() {
    let files: BTreeSet<String> = fs::read_dir(root().join("tests/it/hosts"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let named: BTreeSet<String> =
        tests().iter().filter_map(|test| Some(test.strip_prefix("hosts::")?.split("::").next()?.to_owned())).collect();
    assert_eq!(files, named);
}

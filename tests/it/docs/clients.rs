//! The table of the programs that run injector: each of its tests is there, and each version is the one that CI installs.

use std::fs;

use super::markdown::{code, root, rows};

/// The scripts that install programs, by a word of the table's first column.
const SCRIPTS: [(&str, &str); 4] = [
    ("kustomize", "contrib/kustomize"),
    ("pre-commit", "contrib/pre-commit"),
    ("SARIF multitool", "contrib/sarif-multitool"),
    ("Helm", "contrib/helm"),
];

#[test]
fn every_program_has_its_test_and_the_version_that_is_installed() {
    let table = rows("docs/clients.md", "# Programs that run injector");
    assert!(table.len() > SCRIPTS.len());
    for row in &table {
        for test in code(&row[3]) {
            let (module, function) = test.rsplit_once("::").unwrap();
            let file = root().join("tests/it").join(module.replace("::", "/")).with_extension("rs");
            let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert!(source.contains(&format!("fn {function}()")), "there is no test `{test}`");
        }
    }
    for (program, script) in SCRIPTS {
        let row = table.iter().find(|row| row[0].contains(program)).unwrap_or_else(|| panic!("{program}"));
        // A packed crate has no `contrib`.
        let Ok(script) = fs::read_to_string(root().join(script)) else { continue };
        for version in row[1].split(", ") {
            assert!(script.contains(version), "{program} {version}");
        }
    }
}

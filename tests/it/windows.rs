//! The program on Windows: paths with `\`, files that are replaced, and the name by which kubectl calls it. CI compiles this,
//! and runs none of it.

use std::fs;
use std::process::Command;

use crate::support::injector;

const TAIL: &str = include_str!("../../testdata/examples/tail.yaml");

/// A Pod, with the line ends of Windows.
const WEB: &str = "kind: Pod # one\r\napiVersion: v1\r\nmetadata: {name: web}\r\nspec:\r\n  containers:\r\n    - {name: web, image: 'web:1'}\r\n";

#[test]
fn files_of_a_folder_are_injected_in_place_and_come_back_to_the_byte() {
    let files = [("tail.yaml", TAIL), (r"m\web.yaml", WEB), (r"m\sub\web.yaml", WEB), (r"m\out\web.yaml", WEB)];
    let args = ["inject", "-p", r".\tail.yaml", "-i", "-R", "m", "--exclude", "m/out/*"];
    let ran = injector(args).files(files).succeeds();
    assert!(ran.stderr.ends_with("2 workloads: 2 injected\n"), "{}", ran.stderr);
    assert_eq!(ran.read(r"m\out\web.yaml"), WEB.as_bytes(), "left out");
    let injected = String::from_utf8(ran.read(r"m\sub\web.yaml")).unwrap();
    assert!(injected.contains("name: tail\r\n") && !injected.replace("\r\n", "").contains('\n'), "{injected}");
    let ran = ran.then(["uninject", "-i", "-R", r".\m"]).succeeds();
    for name in [r"m\web.yaml", r"m\sub\web.yaml"] {
        assert_eq!(ran.read(name), WEB.as_bytes(), "{name}");
    }
    assert_eq!(ran.tree().len(), files.len(), "nothing is left beside them");
}

#[test]
fn results_go_below_a_folder_and_reports_name_paths_with_slashes() {
    let files = [("tail.yaml", TAIL), (r"m\sub\web.yaml", WEB)];
    let out = r"--output-dir=new\out";
    let ran = injector(["inject", "-p", "tail.yaml", "-R", "m", out]).files(files).succeeds();
    assert!(String::from_utf8(ran.read(r"new\out\sub\web.yaml")).unwrap().contains("name: tail"));
    let report = ["check", "-p", "tail.yaml", "-R", "m", "--report", "github"];
    let ran = ran.then(report).finds();
    assert!(ran.stderr.contains("file=m/sub/web.yaml,"), "{}", ran.stderr);
}

#[test]
fn a_read_only_file_fails_the_run_and_no_file_is_changed() {
    let run = injector(["inject", "-p", "tail.yaml", "-i", "a.yaml", "b.yaml"]);
    let run = run.files([("tail.yaml", TAIL), ("a.yaml", WEB), ("b.yaml", WEB)]);
    let closed = run.folder().join("b.yaml");
    let mut permissions = closed.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&closed, permissions.clone()).unwrap();
    let ran = run.fails();
    assert!(ran.stderr.contains("b.yaml: cannot be written: "), "{}", ran.stderr);
    for name in ["a.yaml", "b.yaml"] {
        assert_eq!(ran.read(name), WEB.as_bytes(), "{name}");
    }
    #[expect(clippy::permissions_set_readonly_false, reason = "this is Windows, where it means no one else")]
    permissions.set_readonly(false);
    fs::set_permissions(&closed, permissions).unwrap();
}

#[test]
fn kubectl_calls_it_with_the_ending_of_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("kubectl-sidecar_inject.exe");
    fs::copy(env!("CARGO_BIN_EXE_injector"), &plugin).unwrap();
    let ran = Command::new(&plugin).arg("version").output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(said, concat!("kubectl sidecar-inject ", env!("CARGO_PKG_VERSION"), "\n"));
}

//! Results that go to files.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use injector::internals::report::exit::ExitStatus;

use crate::support::manifests::{SERVICE, WEB, injected, known};

fn bad() -> String {
    WEB.replace("      labels:\n", "      annotations: {proxy-injection: maybe}\n      labels:\n")
}

#[test]
fn files_are_rewritten_and_undone() {
    let ran = known("inject", ["-i", "-R", "d"]).file("d/a.yaml", WEB).file("d/b/c.yaml", WEB).succeeds();
    assert_eq!(ran.stdout, "");
    assert_eq!((ran.read("d/a.yaml"), ran.read("d/b/c.yaml")), (injected().into_bytes(), injected().into_bytes()));
    let back = ran.then(["uninject", "-i", "-R", "d"]).succeeds();
    assert_eq!((back.read("d/a.yaml"), back.read("d/b/c.yaml")), (WEB.into(), WEB.into()));
    assert_eq!(back.tree().len(), 2, "nothing else is left");
}

#[test]
fn a_file_that_does_not_change_is_not_touched() {
    let run = known("inject", ["-i", "web.yaml", "done.yaml", "service.yaml"])
        .file("web.yaml", WEB)
        .file("done.yaml", injected())
        .file("service.yaml", SERVICE);
    let facts = |name: &str| {
        let file = fs::metadata(run.folder().join(name)).unwrap();
        (file.ino(), file.mtime(), file.mtime_nsec())
    };
    let before = [facts("done.yaml"), facts("service.yaml")];
    let web = facts("web.yaml");
    let folder = run.folder().to_owned();
    let facts = |name: &str| {
        let file = fs::metadata(folder.join(name)).unwrap();
        (file.ino(), file.mtime(), file.mtime_nsec())
    };
    let ran = run.succeeds();
    assert_eq!([facts("done.yaml"), facts("service.yaml")], before);
    assert_ne!(facts("web.yaml"), web);
    assert_eq!(ran.read("web.yaml"), injected().into_bytes());
}

#[test]
fn modes_and_links_are_kept() {
    let run = known("inject", ["-i", "link.yaml"]).file("there/web.yaml", WEB);
    let file = run.folder().join("there/web.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("there/web.yaml", run.folder().join("link.yaml")).unwrap();
    let ran = run.succeeds();
    assert!(ran.folder().join("link.yaml").is_symlink());
    assert_eq!(ran.read("there/web.yaml"), injected().into_bytes());
    assert_eq!(fs::metadata(ran.folder().join("there/web.yaml")).unwrap().mode() & 0o7777, 0o640);
}

#[test]
fn all_files_are_written_or_none() {
    let ran = known("inject", ["-i", "a.yaml", "b.yaml"]).file("a.yaml", WEB).file("b.yaml", bad()).fails();
    assert_eq!((ran.read("a.yaml"), ran.read("b.yaml")), (WEB.into(), bad().into_bytes()));
}

#[test]
fn with_keep_going_what_fails_passes_and_the_rest_is_done() {
    let ran = known("inject", ["-i", "--keep-going", "a.yaml", "b.yaml", "c.yaml"])
        .file("a.yaml", WEB)
        .file("b.yaml", bad())
        .file("c.yaml", "kind: [\n")
        .exits(ExitStatus::Error);
    assert_eq!(ran.read("a.yaml"), injected().into_bytes());
    assert_eq!((ran.read("b.yaml"), ran.read("c.yaml")), (bad().into_bytes(), b"kind: [\n".into()));
    let stream = format!("{}---\n{WEB}---\nkind: [\n", bad());
    let ran = known("inject", ["--keep-going"]).stdin(stream).exits(ExitStatus::Error);
    assert_eq!(ran.stdout, format!("{}---\n{}---\nkind: [\n", bad(), injected()));
    assert!(!ran.stderr.contains("nothing was printed"), "{}", ran.stderr);
}

#[test]
fn a_tree_is_mirrored() {
    let ran = known("inject", ["-R", "in", "x/one.yaml", "--output-dir", "out/new"])
        .file("in/a.yaml", WEB)
        .file("in/sub/service.yaml", SERVICE)
        .file("x/one.yaml", WEB)
        .succeeds();
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.read("out/new/a.yaml"), injected().into_bytes());
    assert_eq!(ran.read("out/new/sub/service.yaml"), SERVICE.as_bytes());
    assert_eq!(ran.read("out/new/x/one.yaml"), injected().into_bytes());
    assert_eq!(ran.read("in/a.yaml"), WEB.as_bytes());
    assert_eq!(ran.tree().len(), 6);
}

#[test]
fn an_input_is_not_overwritten_by_a_mirrored_tree() {
    for args in [["-R", "in", "--output-dir", "in"], ["-R", "in", "--output-dir=in/../in", "-q"]] {
        let ran = known("inject", args).file("in/a.yaml", WEB).fails();
        assert_eq!(ran.read("in/a.yaml"), WEB.as_bytes());
        assert!(ran.stderr.contains("the result would overwrite the input `in/a.yaml`"), "{}", ran.stderr);
    }
    known("inject", ["in/a.yaml", "--output-dir", "."]).file("in/a.yaml", WEB).fails();
    // One input's result may be another input.
    let ran =
        known("inject", ["in", "out/a.yaml", "--output-dir", "out"]).file("in/a.yaml", WEB).file("out/a.yaml", WEB);
    assert!(ran.fails().stderr.contains("`out/a.yaml`"));
    // Inside of the folder, and beside what was read.
    known("inject", ["in", "--output-dir", "in/new"]).file("in/a.yaml", WEB).succeeds();
}

#[test]
fn nothing_is_mirrored_when_a_document_fails() {
    let ran = known("inject", ["in", "--output-dir", "out"]).file("in/a.yaml", WEB).file("in/b.yaml", bad()).fails();
    assert!(!ran.folder().join("out").exists());
}

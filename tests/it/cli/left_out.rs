//! What is named, and left out all the same.

use injector::internals::report::exit::ExitStatus;

use crate::support::manifests::WEB;
use crate::support::{Run, injector};

const SETTINGS: &str = "apiVersion: sidecar-injector/v1\nkind: Config\nspec: {exclude: [web.yaml]}\n";

fn run(args: &[&str]) -> Run {
    let run =
        injector(args.iter().copied()).file("web.yaml", WEB).file("api.yaml", WEB.replace("name: web", "name: api"));
    run.file(".injector.yaml", SETTINGS)
}

#[test]
fn where_nothing_is_left_to_print_there_is_an_error() {
    for args in [&["inject", "web.yaml"][..], &["inject", "-ojson", "web.yaml"], &["uninject", "web.yaml"]] {
        let ran = run(args).fails();
        assert_eq!(
            ran.stderr,
            "error: web.yaml: every file that is named is left out, as `exclude` says\n  \
             hint: `--no-config` takes no settings of a repository\n"
        );
    }
    let ran = run(&["inject", "--no-config", "--exclude", "web.yaml", "web.yaml"]).fails();
    assert!(ran.stderr.starts_with("error: web.yaml: every file that is named is left out"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hint"), "{}", ran.stderr);
}

/// A hook names all files of a commit.
#[test]
fn elsewhere_it_is_said_and_the_rest_is_done() {
    let note = "note: web.yaml: left out, as `exclude` says\n";
    for args in [&["inject", "web.yaml", "api.yaml"][..], &["inject", "-i", "web.yaml"], &["diff", "web.yaml"]] {
        let ran = run(args).exits_any();
        assert!(ran.status != ExitStatus::Error && ran.stderr.contains(note), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.read("web.yaml"), WEB.as_bytes());
    }
    assert!(run(&["check", "web.yaml"]).succeeds().stderr.contains(note));
    assert!(!run(&["check", "."]).finds().stderr.contains("left out"), "a folder has many such files");
}

#[test]
fn a_report_never_overwrites_what_was_read() {
    for report in ["d/web.yaml", "./d/../d/web.yaml"] {
        for command in ["inject", "check", "diff"] {
            let flags = [command, "d", "--report", &format!("sarif={report}"), "--report", "text=more.txt"];
            let ran = injector(flags).file("d/web.yaml", WEB).fails();
            assert_eq!(ran.read("d/web.yaml"), WEB.as_bytes());
            assert!(ran.stderr.contains("web.yaml: the report would overwrite this input\n"), "{}", ran.stderr);
        }
    }
}

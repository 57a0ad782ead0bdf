//! `--deny` and `--allow`: a team decides which warnings are errors, and which are noise.

use crate::support::injector;
use crate::support::manifests::{WEB, injected, known};

#[test]
fn a_denied_warning_is_an_error_and_nothing_is_written() {
    let warning = injector(["inject", "-i", "web.yaml"]).file("web.yaml", WEB).succeeds();
    assert!(warning.stderr.contains("warning: web.yaml"), "{}", warning.stderr);
    for args in [&["--deny", "warnings"][..], &["--deny=namespace-unknown", "--keep-going"]] {
        let of =
            |more: &[&'static str]| ["inject", "web.yaml"].iter().chain(args).chain(more).copied().collect::<Vec<_>>();
        let ran = injector(of(&["-i"])).file("web.yaml", WEB).fails();
        assert_eq!(ran.read("web.yaml"), WEB.as_bytes());
        assert!(ran.stderr.contains("error: web.yaml"), "{}", ran.stderr);
        let ran = injector(of(&[])).file("web.yaml", WEB).fails();
        assert!(ran.stdout.is_empty() && ran.stderr.contains("note: nothing was printed"), "{}", ran.stderr);
        let ran = injector(of(&["--output-dir", "out"])).file("web.yaml", WEB).fails();
        assert_eq!(ran.tree().len(), 1, "nothing is left");
    }
    injector(["check", "--deny", "warnings"]).stdin(WEB).fails();
}

#[test]
fn an_allowed_warning_is_not_reported() {
    for args in ["inject --allow namespace-unknown", "inject --deny warnings --allow namespace-unknown"] {
        let ran = injector(args.split(' ')).stdin(WEB).succeeds();
        assert!(!ran.stderr.contains("warning") && !ran.stderr.contains("error"), "{}", ran.stderr);
    }
}

#[test]
fn a_skipped_workload_is_an_error_where_that_is_denied_but_one_that_has_the_sidecar_is_none() {
    let out = WEB.replace("      labels:\n", "      annotations: {proxy-injection: \"disabled\"}\n      labels:\n");
    for command in ["inject", "check"] {
        known(command, []).stdin(out.as_str()).succeeds();
        let ran = known(command, ["--deny", "skipped"]).stdin(out.as_str()).fails();
        assert!(ran.stderr.contains("the profile `cortexflow` skips the workload"), "{}", ran.stderr);
        known(command, ["--deny", "skipped"]).stdin(injected()).succeeds();
    }
}

#[test]
fn lint_takes_both() {
    let lint = |args: &[&'static str]| injector(["profile", "lint", "nginx"].iter().chain(args).copied());
    lint(&["--fail-on", "error"]).succeeds();
    lint(&["--fail-on", "error", "--deny", "kubernetes-version"]).finds();
    let ran = lint(&["--fail-on", "note", "--allow", "kubernetes-version"]).exits_any();
    assert!(!ran.stderr.contains("runs from Kubernetes"), "{}", ran.stderr);
}

#[test]
fn lint_reads_standard_input() {
    let profile = injector(["profile", "show", "curl"]).succeeds().stdout;
    let ran = injector(["profile", "lint", "--fail-on=error", "-"]).stdin(profile).succeeds();
    assert!(ran.stderr.contains("<stdin>:"), "{}", ran.stderr);
}

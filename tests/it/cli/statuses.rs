//! The table of exit statuses, a row each.

use std::process::{Command, Stdio};

use crate::support::injector;
use crate::support::manifests::{WEB, adding, injected, known, profile};

#[test]
fn zero_where_all_is_done() {
    known("inject", []).stdin(WEB).succeeds();
    known("inject", []).stdin(injected()).succeeds();
    injector(["uninject"]).stdin(injected()).succeeds();
    known("check", []).stdin(injected()).succeeds();
    known("check", ["-n", "kube-system"]).stdin(WEB).succeeds();
    known("diff", []).stdin(injected()).succeeds();
    known("explain", []).stdin(WEB).succeeds();
    for args in [
        vec!["--version"],
        vec!["--help"],
        vec!["inject", "-h"],
        vec!["help"],
        vec!["help", "profile", "lint"],
        vec!["version"],
        vec!["profile", "list"],
        vec!["profile", "show", "curl"],
        vec!["man"],
        vec!["completions", "bash"],
    ] {
        let ran = injector(args).succeeds();
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty());
    }
}

#[test]
fn zero_where_the_reader_goes_away() {
    for args in ["inject", "inject -o json", "inject -o patch", "diff", "profile show cortexflow", "man"] {
        let run = injector(["inject"]).file("web.yaml", WEB);
        let mut command = Command::new(env!("CARGO_BIN_EXE_injector"));
        command.args(args.split(' ')).current_dir(run.folder());
        if !args.starts_with("profile") && args != "man" {
            command.arg("web.yaml");
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(i32::from(args == "diff")), "{args}");
    }
}

#[test]
fn one_where_check_diff_or_lint_have_something_to_tell() {
    known("check", []).stdin(WEB).finds();
    known("check", ["--set", "tcpPort=7000"]).stdin(injected()).finds();
    known("check", []).stdin(&injected()[..injected().find("        - name: proxy-sidecar").unwrap()]).finds();
    let switch = profile(
        "mine",
        "  labels: {mine: added}\n  namespaceSwitch: {annotation: inject, inject: [on], skip: [off]}\n",
    );
    let typo = |value: &str, more: &[&'static str]| {
        let value = format!("inject={value}");
        let args = ["check", "-p", "mine.yaml", "--namespace-annotations", &value];
        injector(args.into_iter().chain(more.iter().copied()))
            .file(
                "mine.yaml",
                switch.replace("OptOut", "OptIn").replace("[on], skip: [off]", "[always], skip: [never]"),
            )
            .stdin(WEB)
    };
    for more in [&[][..], &["-q"]] {
        typo("never", more).succeeds();
        typo("nevr", more).finds();
    }
    known("diff", []).stdin(WEB).finds();
    known("diff", ["--reinject", "--set", "tcpPort=7000"]).stdin(injected()).finds();
    injector(["profile", "lint", "a.yaml"]).file("a.yaml", adding("a", "a").replace("a:1", "a")).finds();
}

#[test]
fn two_where_anything_is_wrong() {
    let bad = WEB.replace("      labels:\n", "      annotations: {proxy-injection: maybe}\n      labels:\n");
    for command in ["inject", "check", "diff"] {
        known(command, []).stdin(bad.clone()).fails();
        known(command, []).stdin(format!("{WEB}---\n{bad}")).fails();
        known(command, []).stdin("a: [\n").fails();
        known(command, ["gone.yaml"]).fails();
    }
    injector(["uninject"]).stdin("a: [\n").fails();
    injector(["explain"]).stdin("a: [\n").exits(injector::internals::report::exit::ExitStatus::Error);
    injector(["profile", "lint", "a.yaml"]).file("a.yaml", "a: [\n").fails();
    injector(["profile", "show", "gone"]).fails();
    injector(["nothing"]).fails();
    injector(Vec::<&str>::new()).fails();
}

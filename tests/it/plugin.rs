//! The program as a plugin of kubectl: a link to the same binary, whose name says so.
#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The name that a link for `kubectl sidecar-inject` has.
const NAME: &str = "kubectl-sidecar_inject";

/// A folder with links to the binary.
struct Links(TempDir);

impl Links {
    fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            symlink(env!("CARGO_BIN_EXE_injector"), folder.path().join(name)).unwrap();
        }
        Self(folder)
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `NAME ARGS…` in the folder.
    fn run(&self, name: &str, args: &str) -> Output {
        let path = std::env::var_os("PATH").unwrap();
        let mut command = Command::new(self.path(name));
        command.args(args.split_whitespace()).current_dir(self.folder()).env_clear().env("PATH", path).output().unwrap()
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Whether a line calls the program by its own name.
fn calls_itself(line: &str) -> bool {
    ["inject ", "uninject", "check", "diff", "explain", "profile", "install", "certs", "serve", "man", "completions"]
        .iter()
        .any(|command| line.contains(&format!(" injector {command}")) || line.contains(&format!("`injector {command}")))
}

#[test]
fn help_and_usage_are_in_the_words_of_the_plugin() {
    let links = Links::new(&[NAME, "kubectl-inject"]);
    let mut todo = vec![String::new()];
    let mut seen = 0;
    while let Some(command) = todo.pop() {
        let help = text(&links.run(NAME, &format!("{command} --help")));
        let usage = format!("Usage: kubectl sidecar-inject{command} ");
        assert!(help.lines().any(|line| format!("{line} ").starts_with(&usage)), "{command}: {help}");
        let wrong: Vec<_> = help.lines().filter(|line| calls_itself(&format!(" {line}"))).collect();
        assert!(wrong.is_empty(), "{command}: {wrong:?}");
        let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        todo.extend(commands.filter_map(|line| Some(format!("{command} {}", line.split_whitespace().next()?))));
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
    assert!(text(&links.run("kubectl-inject", "")).contains("Usage: kubectl inject "));
}

#[test]
fn version_errors_and_hints_are_in_the_words_of_the_plugin() {
    let links = Links::new(&[NAME, "injector"]);
    let version = concat!("kubectl sidecar-inject ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(text(&links.run(NAME, "--version")), version);
    assert_eq!(text(&links.run("injector", "version")), concat!("injector ", env!("CARGO_PKG_VERSION"), "\n"));
    for (args, expected) in [
        ("check -i", "Usage: kubectl sidecar-inject check "),
        ("injekt", "Usage: kubectl sidecar-inject "),
        ("inject -i -", "Usage: kubectl sidecar-inject "),
        ("inject --dry-run", "see `kubectl sidecar-inject diff`"),
        ("inject https://a.example/b", "hint: `curl -fsSL https://a.example/b | kubectl sidecar-inject …`"),
        (
            "inject --report json https://a.example/b",
            r#""hint":"`curl -fsSL https://a.example/b | kubectl sidecar-inject …`""#,
        ),
    ] {
        let output = links.run(NAME, args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        let compact = text(&output).replace("\": \"", "\":\"");
        assert!(compact.contains(expected), "{args}: {compact}");
    }
}

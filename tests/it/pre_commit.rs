//! Real pre-commit runs the hooks of this repository on the example of the settings: it says of each workload what `check` says.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Lack, skipped};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A repository, and the program that its hooks find on `PATH`.
struct Repository {
    folder: tempfile::TempDir,
    pre_commit: std::ffi::OsString,
    cache: tempfile::TempDir,
}

impl Repository {
    fn command(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Output {
        let programs = Path::new(env!("CARGO_BIN_EXE_injector")).parent().unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command.args(args).current_dir(self.folder.path()).env("PATH", path).env("PRE_COMMIT_HOME", self.cache.path());
        for variable in ["INJECTOR_PROFILE", "INJECTOR_CONFIG", "GITHUB_ACTIONS", "GIT_DIR", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
        command.output().unwrap()
    }

    fn git(&self, args: &[&str]) -> String {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        let output = self.command("git", &identity.iter().chain(args).copied().collect::<Vec<_>>());
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Whether a hook passes, and what it says.
    fn hook(&self, args: &[&str]) -> (bool, String) {
        let output = self.command(&self.pre_commit, &[&["run", "--verbose"], args].concat());
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// The shop of the examples, in a repository of its own that has the hooks from one that has nothing else.
fn shop(pre_commit: std::ffi::OsString) -> (Repository, tempfile::TempDir) {
    let new = || tempfile::tempdir().unwrap();
    let hooks = Repository { folder: new(), pre_commit: pre_commit.clone(), cache: new() };
    fs::copy(Path::new(ROOT).join(".pre-commit-hooks.yaml"), hooks.folder.path().join(".pre-commit-hooks.yaml"))
        .unwrap();
    hooks.git(&["init", "--quiet"]);
    hooks.git(&["add", "."]);
    hooks.git(&["commit", "--quiet", "-m", "hooks"]);
    let revision = hooks.git(&["rev-parse", "HEAD"]);
    let repository = Repository { folder: new(), pre_commit, cache: new() };
    copy(&Path::new(ROOT).join("testdata/examples/shop"), repository.folder.path());
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {revision}\n    hooks: [{{id: injector-check}}, {{id: injector-inject, stages: [manual]}}]\n",
        hooks.folder.path().display()
    );
    fs::write(repository.folder.path().join(".pre-commit-config.yaml"), config).unwrap();
    repository.git(&["init", "--quiet"]);
    repository.git(&["add", "."]);
    (repository, hooks.folder)
}

#[test]
fn the_hooks_say_of_each_workload_what_check_says() {
    let Some(pre_commit) = std::env::var_os("INJECTOR_PRE_COMMIT") else {
        return skipped("the_hooks_say_of_each_workload_what_check_says", &Lack::PreCommit);
    };
    let (shop, _hooks) = shop(pre_commit);
    let manifest = Path::new(ROOT).join(".pre-commit-hooks.yaml");
    let valid = shop.command(&shop.pre_commit, &["validate-manifest", manifest.to_str().unwrap()]);
    assert!(valid.status.success(), "{}", String::from_utf8_lossy(&valid.stdout));
    let check = |args: &[&str]| {
        let output = shop.command(env!("CARGO_BIN_EXE_injector"), &[&["check"], args].concat());
        let mut lines: Vec<String> = String::from_utf8(output.stderr).unwrap().lines().map(str::to_owned).collect();
        lines.retain(|line| line.contains("(shop)") || line.contains("(batch)"));
        lines
    };
    let expected = check(&["-R", "."]);
    assert_eq!(expected.len(), 6, "{expected:?}");
    let (passes, said) = shop.hook(&["injector-check", "--all-files"]);
    assert!(!passes, "{said}");
    for line in &expected {
        assert!(said.contains(line.as_str()), "{line}\n{said}");
    }
    // One staged file of a namespace that has opted out: the Namespace is in the settings, not in the commit.
    let staged = ["--files", "jobs/report.yaml"];
    let (passes, said) = shop.hook(&[&["injector-check"], &staged[..]].concat());
    assert!(passes && said.contains("namespace-opted-out"), "{said}");
    let (unchanged, said) = shop.hook(&[&["injector-inject", "--hook-stage", "manual"], &staged[..]].concat());
    assert!(unchanged, "{said}");
    let (unchanged, said) = shop.hook(&["injector-inject", "--hook-stage", "manual", "--all-files"]);
    assert!(!unchanged && said.contains("files were modified by this hook"), "{said}");
    let (passes, said) = shop.hook(&["injector-check", "--all-files"]);
    assert!(passes, "{said}");
    assert_eq!(shop.git(&["diff", "--name-only"]).lines().count(), 5, "all but the one that opted out");
}

//! pre-commit with the hooks of this repository, in a repository that is made of the example `shop`. It looks for the program
//! in `INJECTOR_PRE_COMMIT`; `contrib/pre-commit` installs it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::{copy, root};
use crate::support::{Lack, skipped};

/// How a program ended, and what it printed on both streams.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) success: bool,
    pub(super) text: String,
}

/// The repository of a user, the one with the hooks beside it, and a home.
pub(super) struct Repository {
    folder: TempDir,
    pre_commit: OsString,
}

impl Repository {
    /// One that uses the hook with this id; none where pre-commit or git is not there, and then `test` is skipped.
    pub(super) fn with(hook: &str, test: &str) -> Option<Self> {
        let Some(pre_commit) = std::env::var_os("INJECTOR_PRE_COMMIT") else {
            skipped(test, &Lack::PreCommit);
            return None;
        };
        if Command::new("git").arg("--version").output().is_err() {
            skipped(test, &Lack::Program("git", "git"));
            return None;
        }
        let one = Self { folder: tempfile::tempdir().unwrap(), pre_commit };
        fs::create_dir(one.path("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_injector"), one.path("bin/injector")).unwrap();
        fs::write(one.path(".gitconfig"), "[user]\nname = a test\nemail = test@example.com\n").unwrap();
        fs::create_dir(one.path("hooks")).unwrap();
        fs::copy(root().join(".pre-commit-hooks.yaml"), one.path("hooks/.pre-commit-hooks.yaml")).unwrap();
        copy(&root().join("testdata/examples/shop"), &one.path("shop"));
        let config = fs::read_to_string(root().join("testdata/examples/pre-commit-config.yaml")).unwrap();
        let config = config.replace("https://git.example/injector", one.path("hooks").to_str().unwrap());
        let config = config.replace("injector-check", hook);
        fs::write(one.path("shop/.pre-commit-config.yaml"), config).unwrap();
        for name in ["hooks", "shop"] {
            for command in ["init --quiet", "add --all", "commit --quiet --message=first"] {
                assert!(one.run("git", name, command).success);
            }
        }
        assert!(one.run("git", "hooks", concat!("tag v", env!("CARGO_PKG_VERSION"))).success);
        Some(one)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `PROGRAM ARGS…` in one of the repositories, with injector on the `PATH`.
    pub(super) fn run(&self, program: impl Into<OsString>, within: &str, args: &str) -> Said {
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(program.into())
            .args(args.split_whitespace())
            .current_dir(self.path(within))
            .env_clear()
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        Said { success: output.status.success(), text: String::from_utf8(text).unwrap() }
    }

    pub(super) fn pre_commit(&self, args: &str) -> Said {
        self.run(&self.pre_commit, "shop", args)
    }

    /// A commit of this file alone; pre-commit is git's hook.
    fn commit(&self, name: &str, text: &str) -> Said {
        let installed = self.pre_commit("install");
        assert!(installed.success, "{installed:?}");
        fs::write(self.path("shop").join(name), text).unwrap();
        assert!(self.run("git", "shop", &format!("add {name}")).success);
        self.run("git", "shop", "commit --message=one")
    }
}

/// The verdicts of a report, and the numbers at its end.
fn verdicts(report: &str) -> Vec<&str> {
    let words = [": injected by ", ": not injected by ", ": skipped: ", " workloads: "];
    report.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect()
}

fn job(namespace: &str) -> String {
    let job = fs::read_to_string(root().join("testdata/examples/shop/jobs/migrate.yaml")).unwrap();
    job.replace("  name: migrate\nspec", &format!("  name: cleanup\n  namespace: {namespace}\nspec"))
}

/// What no YAML parser reads; the settings of the example leave it out.
const TEMPLATE: &str = "{{- if .Values.on }}\nkind: Pod\n{{- end }}\n";

#[test]
fn the_manifest_of_the_hooks_is_valid() {
    let Some(one) = Repository::with("injector-check", "the_manifest_of_the_hooks_is_valid") else { return };
    let manifest = root().join(".pre-commit-hooks.yaml");
    let said = one.pre_commit(&format!("validate-manifest {}", manifest.display()));
    assert!(said.success, "{said:?}");
    fs::write(one.path("wrong.yaml"), "- id: a\n  name: a\n").unwrap();
    assert!(!one.pre_commit("validate-manifest ../wrong.yaml").success, "it can fail");
}

#[test]
fn all_files_have_the_verdicts_of_check() {
    let Some(one) = Repository::with("injector-check", "all_files_have_the_verdicts_of_check") else { return };
    fs::write(one.path("shop/pod.tmpl.yaml"), TEMPLATE).unwrap();
    assert!(one.run("git", "shop", "add --all").success);
    let compare = |success: bool| {
        let hook = one.pre_commit("run --all-files --verbose");
        let check = one.run(one.path("bin/injector"), "shop", "check -R .");
        assert_eq!((hook.success, check.success), (success, success), "{hook:?} {check:?}");
        assert_eq!(verdicts(&hook.text), verdicts(&check.text));
        assert_eq!(verdicts(&hook.text).len(), 7, "{hook:?}");
    };
    compare(false);
    assert!(one.run(one.path("bin/injector"), "shop", "inject -i -R .").success);
    compare(true);
}

#[test]
fn a_commit_of_one_job_knows_whether_its_namespace_opted_out() {
    let test = "a_commit_of_one_job_knows_whether_its_namespace_opted_out";
    let Some(one) = Repository::with("injector-check", test) else { return };
    let said = one.commit("jobs/cleanup.yaml", &job("batch"));
    assert!(said.success, "{said:?}");
    let said = one.commit("jobs/cleanup.yaml", &job("shop"));
    assert!(!said.success, "{said:?}");
    assert!(said.text.contains("job/cleanup (shop): not injected by audit\n"), "{said:?}");
}

#[test]
fn injected_files_stop_the_first_commit_and_pass_the_second() {
    let test = "injected_files_stop_the_first_commit_and_pass_the_second";
    let Some(one) = Repository::with("injector-inject", test) else { return };
    let read = || fs::read_to_string(one.path("shop/jobs/cleanup.yaml")).unwrap();
    assert!(one.commit("jobs/cleanup.yaml", &job("batch")).success);
    assert_eq!(read(), job("batch"), "its namespace has opted out");
    let said = one.commit("jobs/cleanup.yaml", &job("shop"));
    assert!(!said.success && said.text.contains("files were modified by this hook"), "{said:?}");
    assert!(read().contains("name: audit"), "{}", read());
    assert!(one.commit("jobs/cleanup.yaml", &read()).success);
}

#[test]
fn tests_of_profiles_run_whichever_files_a_commit_has() {
    let test = "tests_of_profiles_run_whichever_files_a_commit_has";
    let Some(one) = Repository::with("injector-test", test) else { return };
    let said = one.commit("base/web.yaml", "# changed\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n");
    assert!(said.success, "{said:?}");
    let config = fs::read_to_string(one.path("shop/.injector.yaml")).unwrap();
    let said = one.commit(".injector.yaml", &config.replace("level: debug", "level: warning"));
    assert!(!said.success, "{said:?}");
    assert!(said.text.contains("profiles/tests/audit.yaml:12:"), "{said:?}");
    assert!(said.text.contains("2 cases: 1 passed, 1 failed\n"), "{said:?}");
}

#[test]
fn the_example_names_the_version_of_the_program() {
    let text = fs::read_to_string(root().join("testdata/examples/pre-commit-config.yaml")).unwrap();
    assert!(text.contains(&format!("rev: v{}\n", env!("CARGO_PKG_VERSION"))), "{text}");
}

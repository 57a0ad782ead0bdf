//! Runs the binary as a user does, in a folder of its own and with an environment that holds `PATH` alone.
//!
//! Which exit status is expected has to be said, so that no test passes over one.

#![allow(dead_code, reason = "a harness offers what a test may need")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use assert_cmd::Command;
use injector::internals::report::exit::ExitStatus;
use tempfile::TempDir;

/// `injector ARGS…`, to be run in a new folder.
pub(crate) fn injector<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Run {
    Run::of(Command::new(env!("CARGO_BIN_EXE_injector")), args)
}

/// A run that is being prepared; [`Run::exits`] or one of its short forms runs it.
#[must_use = "a run that is not said how to end does not begin"]
pub(crate) struct Run {
    command: Command,
    folder: Rc<TempDir>,
    /// Where it runs; else in the folder.
    within: Option<PathBuf>,
}

/// What a run left behind. Paths of its folder read `[DIR]`.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Standard output as text.
    pub(crate) stdout: String,
    /// Standard error as text.
    pub(crate) stderr: String,
    /// Standard output as it came, nothing redacted.
    pub(crate) bytes: Vec<u8>,
    /// How it ended.
    pub(crate) status: ExitStatus,
    folder: Rc<TempDir>,
}

impl Run {
    fn of<A: Into<OsString>>(mut command: Command, args: impl IntoIterator<Item = A>) -> Self {
        command.args(args.into_iter().map(Into::into)).env_clear().timeout(Duration::from_secs(60));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Self { command, folder: Rc::new(tempfile::tempdir().unwrap()), within: None }
    }

    /// With this on standard input, which is empty otherwise.
    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.command.write_stdin(bytes);
        self
    }

    /// With this file in the folder.
    pub(crate) fn file(self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// With these files in the folder.
    pub(crate) fn files<N: AsRef<Path>, C: AsRef<[u8]>>(self, files: impl IntoIterator<Item = (N, C)>) -> Self {
        files.into_iter().fold(self, |run, (name, content)| run.file(name, content))
    }

    /// With this variable in the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// In this folder.
    pub(crate) fn within(self, folder: &Path) -> Self {
        Self { within: Some(folder.to_owned()), ..self }
    }

    /// The folder, to prepare in it what is no file.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it, and fails the test unless it ends with this status.
    pub(crate) fn exits(self, status: ExitStatus) -> Ran {
        let ran = self.exits_any();
        assert_eq!(
            ran.status, status,
            "expected the exit status of {status:?}\n--- stdout\n{}\n--- stderr\n{}",
            ran.stdout, ran.stderr
        );
        ran
    }

    /// Runs it, however it ends, but by no other status than the program's own.
    pub(crate) fn exits_any(mut self) -> Ran {
        let output = self.command.current_dir(self.within.as_deref().unwrap_or(self.folder.path())).output().unwrap();
        let known = [ExitStatus::Done, ExitStatus::Findings, ExitStatus::Error];
        let status = known.into_iter().find(|known| output.status.code() == Some(known.code().into()));
        Ran {
            stdout: redact(&output.stdout, self.folder.path()),
            stderr: redact(&output.stderr, self.folder.path()),
            status: status.unwrap_or_else(|| panic!("not a status of the program: {output:?}")),
            bytes: output.stdout,
            folder: self.folder,
        }
    }

    /// Exit status 0.
    pub(crate) fn succeeds(self) -> Ran {
        self.exits(ExitStatus::Done)
    }

    /// Exit status 1.
    pub(crate) fn finds(self) -> Ran {
        self.exits(ExitStatus::Findings)
    }

    /// Exit status 2, and nothing on standard output.
    pub(crate) fn fails(self) -> Ran {
        let ran = self.exits(ExitStatus::Error);
        assert_eq!(ran.stdout, "", "an error prints no data");
        ran
    }
}

impl Ran {
    /// Another run in the same folder.
    pub(crate) fn then<A: Into<OsString>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        Run { folder: Rc::clone(&self.folder), ..injector(args) }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the folder, as it is now.
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    /// All files of the folder with their content, by their paths below it. Compares whole folders.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut todo = vec![self.folder.path().to_owned()];
        while let Some(folder) = todo.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    todo.push(path);
                } else {
                    let name = path.strip_prefix(self.folder.path()).unwrap().to_owned();
                    files.insert(name, fs::read(path).unwrap_or_default());
                }
            }
        }
        files
    }
}

fn redact(bytes: &[u8], folder: &Path) -> String {
    let text = String::from_utf8_lossy(bytes);
    let canonical = folder.canonicalize().unwrap();
    text.replace(canonical.to_str().unwrap(), "[DIR]").replace(folder.to_str().unwrap(), "[DIR]")
}

fn shell(script: &str) -> Run {
    Run::of(Command::new("/bin/sh"), ["-c", script])
}

#[test]
fn a_run_sees_its_folder_its_input_and_nothing_else() {
    let ran = shell("pwd; cat; cat sub/a; env | sort | sed 's/=.*//'; echo \"$PWD/x\" >&2; touch new")
        .stdin("in\n")
        .files([("sub/a", "file\n")])
        .env("GIVEN", "1")
        .succeeds();
    let (text, env) = ran.stdout.split_at("[DIR]\nin\nfile\n".len());
    assert_eq!(text, "[DIR]\nin\nfile\n");
    assert!(env.lines().all(|name| ["GIVEN", "PATH", "PWD", "OLDPWD", "SHLVL", "_"].contains(&name)), "{env}");
    assert_eq!(ran.stderr, "[DIR]/x\n");
    assert_eq!(ran.tree().keys().collect::<Vec<_>>(), [Path::new("new"), Path::new("sub/a")]);
    assert_eq!(ran.read("sub/a"), b"file\n");
}

#[test]
#[should_panic(expected = "expected the exit status of Findings")]
fn another_exit_status_than_declared_fails_a_test() {
    shell("exit 2").finds();
}

#[test]
#[should_panic(expected = "an error prints no data")]
fn data_beside_an_error_fails_a_test() {
    shell("echo data; exit 2").fails();
}

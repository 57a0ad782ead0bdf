//! Helm 3 and Helm 4, from the folder that `INJECTOR_HELM` names.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Lack, skipped};

/// A version of Helm, with settings and caches of its own.
pub(crate) struct Helm {
    pub(crate) name: &'static str,
    program: PathBuf,
    home: TempDir,
    kubeconfig: Option<PathBuf>,
    /// Where it runs, in place of the test's own folder, and what is added to its environment.
    within: Option<PathBuf>,
    env: Vec<(&'static str, PathBuf)>,
}

/// What a run of Helm gave.
#[derive(Debug)]
pub(crate) struct Helmed {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Helm {
    /// Both versions; none where they are not there, and then `test` is skipped.
    pub(crate) fn all(test: &str) -> Vec<Self> {
        let Some(folder) = std::env::var_os("INJECTOR_HELM") else {
            skipped(test, &Lack::Helm);
            return Vec::new();
        };
        let helm = |name| {
            let program = Path::new(&folder).join(name);
            assert!(program.exists(), "INJECTOR_HELM has no {name}");
            let home = tempfile::tempdir().unwrap();
            Self { name, program, home, kubeconfig: None, within: None, env: Vec::new() }
        };
        ["helm3", "helm4"].map(helm).into()
    }

    /// The same, with this cluster.
    pub(crate) fn of(self, kubeconfig: PathBuf) -> Self {
        Self { kubeconfig: Some(kubeconfig), ..self }
    }

    /// The same, in this folder.
    pub(crate) fn within(self, folder: &Path) -> Self {
        Self { within: Some(folder.to_owned()), ..self }
    }

    /// The same, with this variable in the environment.
    pub(crate) fn env(mut self, name: &'static str, value: impl Into<PathBuf>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Where it keeps its plugins, as `HELM_DATA_HOME` would name it.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join(".local/share/helm")
    }

    /// A file for Helm to read; its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// `helm ARGS…`.
    pub(crate) fn run<A: AsRef<str>>(&self, args: impl IntoIterator<Item = A>) -> Helmed {
        let mut command = Command::new(&self.program);
        command.args(args.into_iter().map(|arg| arg.as_ref().to_owned())).env_clear().env("HOME", self.home.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.within {
            command.current_dir(folder);
        }
        if let Some(kubeconfig) = &self.kubeconfig {
            command.env("KUBECONFIG", kubeconfig);
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Helmed { success: output.status.success(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// `helm ARGS…`, which has to succeed; its standard output.
    pub(crate) fn ok<A: AsRef<str>>(&self, args: impl IntoIterator<Item = A>) -> String {
        let ran = self.run(args);
        assert!(ran.success, "{}: {ran:#?}", self.name);
        ran.stdout
    }
}

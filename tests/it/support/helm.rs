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
            Self { name, program, home: tempfile::tempdir().unwrap(), kubeconfig: None }
        };
        ["helm3", "helm4"].map(helm).into()
    }

    /// The same, with this cluster.
    pub(crate) fn of(self, kubeconfig: PathBuf) -> Self {
        Self { kubeconfig: Some(kubeconfig), ..self }
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

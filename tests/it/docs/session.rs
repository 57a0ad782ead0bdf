//! Runs the commands of a document, in a copy of the examples, with stand-ins for kubectl and Helm.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::markdown::{Block, root};

/// A command of a document, and the lines below it.
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) command: String,
    pub(super) output: Vec<String>,
}

pub(super) fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (index, line) in block.text.lines().enumerate() {
        let number = block.line + index + 1;
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: number, command: command.to_owned(), output: Vec::new() });
        } else {
            let step = steps.last_mut().unwrap_or_else(|| panic!("line {number}: output before the first command"));
            step.output.push(line.to_owned());
        }
    }
    steps
}

/// What is run for a command of a document. `cargo` would build what is already built and run the tests within the
/// tests: the binary at hand is used for what `run` builds, and `cargo test` is what CI runs.
fn runnable(command: &str) -> String {
    if let Some(arguments) = command.strip_prefix("cargo run --locked -- ") {
        return format!("injector {arguments}");
    }
    match command {
        "cargo test --locked" | "cargo install --path . --locked" => {
            // A packed crate has no `.ci`.
            if let Ok(ci) = fs::read_to_string(root().join(".ci/run")) {
                let is_it = |line: &str| line == command || line.starts_with(&format!("{command} --debug "));
                assert!(ci.lines().any(is_it), "CI does not run `{command}`");
            }
            "true".to_owned()
        }
        _ => {
            assert!(!command.contains("cargo "), "no rule for `{command}`");
            command.to_owned()
        }
    }
}

/// Two ports that no one has, below those that the system gives to clients, so that none takes them meanwhile.
fn free_ports() -> [u16; 2] {
    let begin = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let mut free = (begin..32_000).filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    [free.next().unwrap(), free.next().unwrap()]
}

/// A copy of the examples, the stand-ins, and what these were given.
pub(super) struct Session {
    folder: TempDir,
}

impl Session {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        copy(&root().join("testdata/examples"), &path.join("work/testdata/examples"));
        copy(&root().join("contrib/helm"), &path.join("work/contrib/helm"));
        fs::copy(root().join("LICENSE"), path.join("work/LICENSE")).unwrap();
        for new in ["bin", "seen", "out", "home", "cluster"] {
            fs::create_dir(path.join(new)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_injector"), path.join("bin/injector")).unwrap();
        for stand_in in ["kubectl", "helm"] {
            let target = path.join("bin").join(stand_in);
            fs::copy(root().join("testdata/docs").join(stand_in), &target).unwrap();
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { folder }
    }

    /// The next one, with what stays from one block to the next.
    pub(super) fn after(last: &Self) -> Self {
        let next = Self::new();
        for kept in ["cluster", "work/testdata/examples/certs"] {
            if last.path(kept).exists() {
                copy(&last.path(kept), &next.path(kept));
            }
        }
        next
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a block in one bash; gives each step's output, both streams as they come, and exit status.
    pub(super) fn run(&self, start: &str, steps: &[Step]) -> Vec<(String, i32)> {
        // Nothing that was started in the background outlives the block.
        let mut script = "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n".to_owned();
        script.push_str(&format!("cd '{}'\nstatus=0\n", self.path(start).display()));
        let [tls, probes] = free_ports();
        for (index, step) in steps.iter().enumerate() {
            let command = runnable(&step.command);
            let command = command.replace(":9443", &format!(":{tls}")).replace(":9444", &format!(":{probes}"));
            let out = self.path("out").join(index.to_string());
            // Braces and not parentheses: what a command changes, such as the folder, stays for the next one.
            script.push_str(&format!("(exit $status)\n{{ {command}\n}} >'{0}' 2>&1\nstatus=$?\n", out.display()));
            script.push_str(&format!("echo $status >'{}.status'\n", out.display()));
        }
        let path = std::env::var("PATH").unwrap();
        let done = Command::new("bash")
            .args(["--noprofile", "--norc", "-c", &script])
            .env_clear()
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("HOME", self.path("home"))
            .envs(
                ["INJECTOR_HELM", "INJECTOR_KREW"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .env("DOCS_EXAMPLES", root().join("testdata/examples"))
            .env("DOCS_SEEN", self.path("seen"))
            .env("DOCS_CLUSTER", self.path("cluster"))
            .env("INJECTOR_LISTEN", format!("127.0.0.1:{tls}"))
            .env("INJECTOR_PROBE_LISTEN", format!("127.0.0.1:{probes}"))
            .output()
            .unwrap();
        assert!(done.stderr.is_empty(), "{}\n{script}", String::from_utf8_lossy(&done.stderr));
        let read = |name: String| fs::read_to_string(self.path("out").join(name)).unwrap();
        let status = |index| read(format!("{index}.status")).trim().parse().unwrap();
        (0..steps.len()).map(|index| (read(index.to_string()), status(index))).collect()
    }

    /// Puts the files of a release that a block names into the folder of the examples.
    pub(super) fn bring(&self, release: &Path, steps: &[Step]) {
        for entry in fs::read_dir(release).unwrap() {
            let (name, file) = entry.map(|entry| (entry.file_name(), entry.path())).unwrap();
            if steps.iter().any(|step| step.command.contains(name.to_str().unwrap())) {
                symlink(file, self.path("work/testdata/examples").join(name)).unwrap();
            }
        }
    }

    /// What a stand-in was given; `None` where it was not called.
    pub(super) fn seen(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path("seen").join(name)).ok()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

//! The README is run: every command of its `console` blocks, with the output that it shows, and every table is compared
//! with what the program has.
//!
//! The rules of a `console` block. A line that begins with `$ ` is a command for bash; the lines below it are all that it
//! prints on either stream, where `…` stands for any text, and alone on a line for any number of lines. A command exits
//! with 0, unless `$ echo $?` follows, whose output says otherwise. Every block begins in a fresh copy of
//! `testdata/examples`, one with a `cargo` command in the folder above `testdata`. `kubectl` and `helm` are stand-ins
//! (`testdata/readme/`) that answer from the examples and keep what they are given, which is then examined here. The
//! folder `certs`, and what was applied of the webhook, stay from one block to the next. `serve` has its default ports
//! in the README, and free ones here; a block with `curl` is skipped where there is none.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support;

mod tables;
mod webhook;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// A fenced block: its language, the line of its fence, its text.
struct Block {
    language: String,
    line: usize,
    text: String,
}

struct Step {
    line: usize,
    command: String,
    output: Vec<String>,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in markdown.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(language), false) => {
                blocks.push(Block { language: language.to_owned(), line: index + 1, text: String::new() });
                open = true;
            }
            (Some(rest), true) => {
                assert_eq!(rest, "", "line {}: a block within a block", index + 1);
                open = false;
            }
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!open, "the last block does not end");
    blocks
}

fn steps(block: &Block) -> Vec<Step> {
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

/// What is run for a command of the README. `cargo` would build what is already built and run the tests within the
/// tests: the binary at hand stands for what `run` and `install` build, and `cargo test` is what CI runs.
fn runnable(command: &str) -> String {
    if let Some(arguments) = command.strip_prefix("cargo run --release -- ") {
        return format!("injector {arguments}");
    }
    if command == "cargo test" {
        if let Ok(ci) = fs::read_to_string(root().join(".ci/run")) {
            let is_test = |line: &str| line.split('#').next().is_some_and(|code| code.contains("cargo test"));
            let line = ci.lines().find(|line| is_test(line)).expect("CI runs the tests");
            assert!(line.contains(command), "CI runs the tests by `{line}`");
        }
        return "true".to_owned();
    }
    assert!(!command.contains("cargo ") || command == "cargo install --path .", "no rule for `{command}`");
    if command.starts_with("cargo ") { "true".to_owned() } else { command.to_owned() }
}

/// Two ports that nobody has, below those that the system gives to clients, so that none takes them meanwhile.
fn free_ports() -> [u16; 2] {
    let begin = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let mut free = (begin..32_000).filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    [free.next().unwrap(), free.next().unwrap()]
}

/// A copy of the examples, the stand-ins, and what these were given.
struct Session {
    folder: TempDir,
}

impl Session {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        copy(&root().join("testdata/examples"), &path.join("work/testdata/examples"));
        for new in ["bin", "seen", "out", "home", "cluster"] {
            fs::create_dir(path.join(new)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_injector"), path.join("bin/injector")).unwrap();
        for stand_in in ["kubectl", "helm"] {
            let target = path.join("bin").join(stand_in);
            fs::copy(root().join("testdata/readme").join(stand_in), &target).unwrap();
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { folder }
    }

    /// The next one, with what stays from one block to the next.
    fn after(last: &Self) -> Self {
        let next = Self::new();
        for kept in ["cluster", "work/testdata/examples/certs"] {
            if last.path(kept).exists() {
                copy(&last.path(kept), &next.path(kept));
            }
        }
        next
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a block in one bash; gives each step's output, both streams as they come, and exit status.
    fn run(&self, start: &str, steps: &[Step]) -> Vec<(String, i32)> {
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
            .env("README_EXAMPLES", root().join("testdata/examples"))
            .env("README_SEEN", self.path("seen"))
            .env("README_CLUSTER", self.path("cluster"))
            .env("INJECTOR_LISTEN", format!("127.0.0.1:{tls}"))
            .env("INJECTOR_PROBE_LISTEN", format!("127.0.0.1:{probes}"))
            .output()
            .unwrap();
        assert!(done.stderr.is_empty(), "{}\n{script}", String::from_utf8_lossy(&done.stderr));
        let read = |name: String| fs::read_to_string(self.path("out").join(name)).unwrap();
        let status = |index| read(format!("{index}.status")).trim().parse().unwrap();
        (0..steps.len()).map(|index| (read(index.to_string()), status(index))).collect()
    }

    /// What a stand-in was given; `None` where it was not called.
    fn seen(&self, name: &str) -> Option<String> {
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

/// Whether lines are those expected, in which `…` stands for anything.
fn matches(expected: &[String], actual: &[&str]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((any, rest)) if any == "…" => (0..=actual.len()).any(|skip| matches(rest, &actual[skip..])),
        Some((line, rest)) => {
            actual.split_first().is_some_and(|(first, others)| matches_line(line, first) && matches(rest, others))
        }
    }
}

fn matches_line(expected: &str, actual: &str) -> bool {
    match expected.split_once('…') {
        None => expected == actual,
        Some((head, rest)) => actual.strip_prefix(head).is_some_and(|tail| {
            (0..=tail.len()).filter(|at| tail.is_char_boundary(*at)).any(|at| matches_line(rest, &tail[at..]))
        }),
    }
}

#[test]
fn every_command_prints_what_the_readme_shows() {
    let markdown = readme();
    let mut run = 0;
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    let mut session = Session::new();
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    for block in blocks(&markdown).iter().filter(|block| block.language == "console") {
        let steps = steps(block);
        assert!(!steps.is_empty(), "line {}: a block without a command", block.line);
        if !has_curl && steps.iter().any(|step| step.command.starts_with("curl ")) {
            support::skipped(
                &format!("readme: the block in line {}", block.line),
                &support::Lack::Program("curl", "curl"),
            );
            run += steps.len();
            continue;
        }
        session = Session::after(&session);
        let from_root = steps.iter().any(|step| step.command.starts_with("cargo "));
        let results = session.run(if from_root { "work" } else { "work/testdata/examples" }, &steps);
        for (index, (step, (output, status))) in steps.iter().zip(&results).enumerate() {
            run += 1;
            let actual: Vec<&str> = output.lines().collect();
            let told = steps.get(index + 1).is_some_and(|next| next.command == "echo $?");
            if !matches(&step.output, &actual) || (*status != 0 && !told) {
                wrong.push(format!("line {}: $ {}\n{output}(exit status {status})", step.line, step.command));
            }
        }
        seen.extend(examine(&session));
        seen.extend(webhook::examine(&session, &steps));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let written = markdown.lines().filter(|line| line.starts_with("$ ")).count();
    assert_eq!(run, written, "a command stands outside of every console block");
    assert!(run > 40, "only {run} commands: is the README read as it should be?");
    seen.sort_unstable();
    seen.dedup();
    let all = ["apply.yaml", "installed", "manifest.yaml", "patch.json", "removed", "replace.yaml", "rotated"];
    assert_eq!(seen, all, "a stand-in is no longer used");
}

/// Whether what a block gave to `kubectl` and `helm` is what it should be; gives the names of what was given.
fn examine(session: &Session) -> Vec<&'static str> {
    let live = fs::read_to_string(root().join("testdata/examples/live.yaml")).unwrap();
    let mut seen = Vec::new();
    if let Some(text) = session.seen("apply.yaml") {
        let list: Value = serde_yaml::from_str(&text).unwrap();
        assert!(has_proxy(&list["items"][0]), "{text}");
        seen.push("apply.yaml");
    }
    if let Some(text) = session.seen("patch.json") {
        let patch: json_patch::Patch = serde_json::from_str(&text).unwrap();
        let mut patched: Value = serde_yaml::from_str(&live).unwrap();
        json_patch::patch(&mut patched, &patch).unwrap();
        assert!(has_proxy(&patched), "{text}");
        seen.push("patch.json");
    }
    if let Some(text) = session.seen("replace.yaml") {
        assert_eq!(text, live, "nothing was injected there, so nothing is undone");
        seen.push("replace.yaml");
    }
    if let Some(text) = session.seen("manifest.yaml") {
        let documents: Vec<Value> = serde_yaml::Deserializer::from_str(&text)
            .map(|one| serde::Deserialize::deserialize(one).unwrap())
            .collect();
        let kinds: Vec<_> = documents.iter().map(|document| document["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Service", "Deployment", "Job"]);
        assert!(has_proxy(&documents[1]) && has_proxy(&documents[2]), "{text}");
        seen.push("manifest.yaml");
    }
    seen
}

fn has_proxy(object: &Value) -> bool {
    let pod = &object["spec"]["template"]["spec"];
    [&pod["containers"], &pod["initContainers"]]
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
        .any(|container| container["name"] == "proxy-sidecar")
}

#[test]
fn every_block_is_of_a_language_that_is_checked_and_every_yaml_block_is_part_of_an_example() {
    let mut examples = Vec::new();
    let mut todo = vec![root().join("testdata/examples")];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                examples.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    for Block { language, line, text } in blocks(&readme()) {
        match language.as_str() {
            "console" => {}
            "yaml" => assert!(
                examples.iter().any(|example| example.contains(&text)),
                "line {line}: this is no part of a file in testdata/examples"
            ),
            other => panic!("line {line}: nothing checks a block of the language `{other}`"),
        }
    }
}

#[test]
fn the_pre_commit_hook_does_what_its_entry_says() {
    let text = fs::read_to_string(root().join("testdata/examples/pre-commit-config.yaml")).unwrap();
    let config: Value = serde_yaml::from_str(&text).unwrap();
    let entry = config["repos"][0]["hooks"][0]["entry"].as_str().unwrap().to_owned();
    let step = |command: String| Step { line: 0, command, output: Vec::new() };
    // pre-commit appends the names of the files.
    let hook = format!("{entry} manifests/api.yaml manifests/jobs/cleanup.yaml");
    let session = Session::new();
    let api = session.path("work/testdata/examples/manifests/api.yaml");
    let before = fs::read(&api).unwrap();
    assert_eq!(session.run("work/testdata/examples", &[step(hook.clone())])[0].1, 0);
    let after = fs::read(&api).unwrap();
    assert_ne!(before, after);
    assert_eq!(session.run("work/testdata/examples", &[step(hook)])[0].1, 0);
    assert_eq!(fs::read(&api).unwrap(), after, "the second commit goes through");
}

#[test]
fn an_ellipsis_stands_for_anything_and_nothing_else_does() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (expected, actual, is_match) in [
        ("", "", true),
        ("", "a", false),
        ("…", "", true),
        ("…", "a\nb", true),
        ("a\n…\nc", "a\nb\nb\nc", true),
        ("a\n…\nc", "a\nb", false),
        ("a…c", "abbc", true),
        ("a…c", "ab", false),
        ("a…", "a", true),
        ("a", "ab", false),
    ] {
        let actual: Vec<&str> = actual.lines().collect();
        assert_eq!(matches(&lines(expected), &actual), is_match, "{expected:?} {actual:?}");
    }
}

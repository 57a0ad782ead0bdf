//! The documents are run: every command of their `console` blocks, with the output that they show, and every table is
//! compared with what the program has.
//!
//! The rules of a `console` block. A line that begins with `$ ` is a command for bash; the lines below it are all that it
//! prints on either stream, where `…` stands for any text, and alone on a line for any number of lines. A command exits
//! with 0, unless `$ echo $?` follows, whose output says otherwise. Every block begins in a fresh copy of
//! `testdata/examples`, one with a `cargo` command or a script of `contrib` in the folder above `testdata`. `kubectl` and `helm` are stand-ins
//! (`testdata/docs/`) that answer from the examples and keep what they are given, which is then examined here. The folder
//! `certs`, and what was applied of the webhook, stay from one block of a page to the next. `serve` has its default ports
//! in the documents, and free ones here; a block with `curl` is skipped where there is none. The files of a release that a
//! block names are there, if what makes them is.
//!
//! With `INJECTOR_UPDATE_DOCS=1`, outputs that differ are written into the documents: look at the change before you keep it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support;
use markdown::{Page, blocks, pages, root};
use session::{Session, Step, steps};

mod architecture;
mod clients;
mod data;
mod markdown;
pub(crate) mod profiles;
mod session;
mod tables;
mod text;
mod webhook;

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

/// What a page's commands did.
#[derive(Default)]
struct Ran {
    commands: usize,
    wrong: Vec<Wrong>,
    seen: Vec<&'static str>,
}

/// A command that printed something else than its page shows, or failed.
struct Wrong {
    /// The command's line.
    line: usize,
    command: String,
    /// How many lines of output the page shows.
    shown: usize,
    output: String,
    status: i32,
}

fn run(page: &Page) -> Ran {
    let mut ran = Ran::default();
    let mut session = Session::new();
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    for block in blocks(&page.text).iter().filter(|block| block.language == "console") {
        let steps = steps(block);
        assert!(!steps.is_empty(), "{}:{}: a block without a command", page.path, block.line);
        ran.commands += steps.len();
        if !has_curl && steps.iter().any(|step| step.command.starts_with("curl ")) {
            let block = format!("docs: the block at {}:{}", page.path, block.line);
            support::skipped(&block, &support::Lack::Program("curl", "curl"));
            continue;
        }
        session = Session::after(&session);
        if steps.iter().any(|step| is_of_release(&step.command)) {
            match release(&format!("docs: the block at {}:{}", page.path, block.line), &steps) {
                Some(folder) => session.bring(folder, &steps),
                None => continue,
            }
        }
        let needs_root = |step: &Step| step.command.starts_with("cargo ") || step.command.contains("contrib/");
        let from_root = steps.iter().any(needs_root);
        let results = session.run(if from_root { "work" } else { "work/testdata/examples" }, &steps);
        for (index, (step, (output, status))) in steps.iter().zip(results).enumerate() {
            let may_fail = steps.get(index + 1).is_some_and(|next| next.command == "echo $?");
            if !matches(&step.output, &output.lines().collect::<Vec<_>>()) || (status != 0 && !may_fail) {
                let (line, command, shown) = (step.line, step.command.clone(), step.output.len());
                ran.wrong.push(Wrong { line, command, shown, output, status });
            }
        }
        ran.seen.extend(examine(&session));
        ran.seen.extend(webhook::examine(&session, &steps));
    }
    ran
}

/// Whether a command takes a file of a release.
fn is_of_release(command: &str) -> bool {
    ["SHA256SUMS", "sidecar-inject.yaml", "injector-helm-"].iter().any(|name| command.contains(name))
}

/// The files of a release, as the tests of it make them. `None` where what the block needs is not there, and then it is skipped.
#[cfg(target_os = "linux")]
fn release(block: &str, steps: &[Step]) -> Option<&'static Path> {
    let wants_krew = steps.iter().any(|step| step.command.contains(" krew "));
    if wants_krew && std::env::var_os("INJECTOR_KREW").is_none() {
        support::skipped(block, &support::Lack::Krew);
        return None;
    }
    if !cfg!(target_arch = "x86_64") {
        support::skipped(block, &support::Lack::Machine("the page is for x86-64".to_owned()));
        return None;
    }
    crate::release::built(block)
}

#[cfg(not(target_os = "linux"))]
fn release(block: &str, _: &[Step]) -> Option<&'static Path> {
    support::skipped(block, &support::Lack::Machine("the page is for Linux".to_owned()));
    None
}

/// Writes into a page what its commands print.
fn update(page: &Page, wrong: &[Wrong]) {
    let mut lines: Vec<&str> = page.text.lines().collect();
    for one in wrong.iter().rev() {
        lines.splice(one.line..one.line + one.shown, one.output.lines());
    }
    fs::write(root().join(&page.path), lines.join("\n") + "\n").unwrap();
}

#[test]
fn every_command_prints_what_its_page_shows() {
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    let mut commands = 0;
    for page in pages() {
        let ran = run(&page);
        let written = page.text.lines().filter(|line| line.starts_with("$ ")).count();
        assert_eq!(ran.commands, written, "{}: a command is outside of every console block", page.path);
        commands += ran.commands;
        seen.extend(ran.seen);
        if std::env::var_os("INJECTOR_UPDATE_DOCS").is_some() {
            update(&page, &ran.wrong);
        }
        wrong.extend(ran.wrong.iter().map(|one| {
            let Wrong { line, command, output, status, .. } = one;
            format!("{}:{line}: $ {command}\n{output}(exit status {status})", page.path)
        }));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(commands > 80, "only {commands} commands: are the documents read as they should be?");
    seen.sort_unstable();
    seen.dedup();
    let all = [
        "apply.yaml",
        "hooks.yaml",
        "installed",
        "manifest.yaml",
        "patch.json",
        "removed",
        "removed policies",
        "replace.yaml",
        "rotated",
    ];
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
    // Helm 3 keeps hooks back from the post-renderer, and the Job is one.
    for (name, expected) in
        [("manifest.yaml", &["Service", "Deployment"][..]), ("hooks.yaml", &["Service", "Deployment", "Job"])]
    {
        let Some(text) = session.seen(name) else { continue };
        let documents: Vec<Value> = serde_yaml::Deserializer::from_str(&text)
            .map(|one| serde::Deserialize::deserialize(one).unwrap())
            .collect();
        let kinds: Vec<_> = documents.iter().map(|document| document["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, expected, "{name}");
        assert!(documents[1..].iter().all(has_proxy), "{text}");
        seen.push(name);
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
fn the_pre_commit_hook_does_what_its_entry_says() {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks: Value = serde_yaml::from_str(&text).unwrap();
    let hook = hooks.as_array().unwrap().iter().find(|hook| hook["id"] == "injector-inject").unwrap();
    let entry = hook["entry"].as_str().unwrap();
    let step = |command: String| Step { line: 0, command, output: Vec::new() };
    // pre-commit appends the names of the files.
    let hook = format!("{entry} base/api.yaml jobs/report.yaml");
    let session = Session::new();
    let read = |name: &str| fs::read(session.path("work/testdata/examples/shop").join(name)).unwrap();
    let before = [read("base/api.yaml"), read("jobs/report.yaml")];
    assert_eq!(session.run("work/testdata/examples/shop", &[step(hook.clone())])[0].1, 0);
    let after = read("base/api.yaml");
    assert_ne!(before[0], after);
    assert_eq!(before[1], read("jobs/report.yaml"), "its namespace has opted out");
    assert_eq!(session.run("work/testdata/examples/shop", &[step(hook)])[0].1, 0);
    assert_eq!(read("base/api.yaml"), after, "the second commit goes through");
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

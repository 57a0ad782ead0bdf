//! Real `kubectl patch --local` applies our patch to our input, and gives our output: over every fixture it can read.
//!
//! kubectl reads the input itself, so that the test says something about how we read it, too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::{Lack, skipped};

/// What a comparison came to.
enum Held {
    /// kubectl gives what we give.
    Equal,
    /// It is refused by us or by kubectl, which other tests are about.
    Refused,
}

#[test]
fn kubectl_applies_our_patch_and_gives_our_output() {
    if Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        let kubectl = Lack::Program("kubectl", "kubernetes-client");
        return skipped("kubectl_applies_our_patch_and_gives_our_output", &kubectl);
    }
    let inputs = fixtures();
    assert!(!inputs.is_empty());
    let (next, equal) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let folder = tempfile::tempdir().unwrap();
        let mut wrong = Vec::new();
        while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
            for (index, file) in single_objects(input, folder.path()).into_iter().enumerate() {
                match compare(&file) {
                    Ok(Held::Equal) => drop(equal.fetch_add(1, Ordering::Relaxed)),
                    Ok(Held::Refused) => {}
                    Err(why) => wrong.push(format!("{}, object {index}: {why}", input.display())),
                }
            }
        }
        wrong
    };
    let wrong: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let equal = equal.into_inner();
    assert!(equal * 2 > inputs.len(), "only {equal} of {} inputs were injected and compared", inputs.len());
}

/// Every manifest of `testdata`.
fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut todo = ["cases", "cluster", "examples"].map(|name| root.join(name)).to_vec();
    let mut files = Vec::new();
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let manifest =
                path.extension().is_some_and(|ext| ["yaml", "yml", "json"].iter().any(|known| ext == *known));
            if path.is_dir() {
                todo.push(path);
            } else if manifest {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The file itself where it holds one object; else a file of JSON for each, as kubectl reads them.
fn single_objects(input: &Path, folder: &Path) -> Vec<PathBuf> {
    let whole = injector(input, "json").stdout;
    let several = serde_json::from_slice(&whole).is_ok_and(|value: Value| value["kind"] == "List");
    if !several {
        return vec![input.to_owned()];
    }
    let read = kubectl(input, "[]");
    let objects = serde_json::Deserializer::from_slice(&read.stdout).into_iter::<Value>();
    objects
        .enumerate()
        .map(|(index, object)| {
            let path = folder.join(format!("{index}.json"));
            fs::write(&path, object.unwrap().to_string()).unwrap();
            path
        })
        .collect()
}

fn compare(input: &Path) -> Result<Held, String> {
    let patch = injector(input, "patch");
    let ours = injector(input, "json");
    if patch.status.success() != ours.status.success() {
        return Err("`-o patch` and `-o json` do not agree that it can be injected".to_owned());
    }
    let patch = String::from_utf8(patch.stdout).unwrap();
    if !ours.status.success() || !patch.starts_with('[') {
        return Ok(Held::Refused);
    }
    let theirs = kubectl(input, &patch);
    if !theirs.status.success() {
        // Not the patch's fault when kubectl refuses the empty one, too; and a review's is for the object inside it.
        let read = kubectl(input, "[]");
        let review = serde_json::from_slice(&read.stdout).is_ok_and(|value: Value| value["kind"] == "AdmissionReview");
        let why = String::from_utf8_lossy(&theirs.stderr).into_owned();
        let refused = review || !read.status.success();
        return if refused { Ok(Held::Refused) } else { Err(format!("kubectl refuses the patch: {why}")) };
    }
    let [ours, theirs] = [ours.stdout, theirs.stdout].map(|text| serde_json::from_slice::<Value>(&text).unwrap());
    if ours == theirs { Ok(Held::Equal) } else { Err(format!("we give {ours}\n  kubectl gives {theirs}")) }
}

fn injector(input: &Path, output: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_injector"));
    command.args(["inject", "--quiet", "--output", output]).arg(input).env_clear().output().unwrap()
}

fn kubectl(input: &Path, patch: &str) -> Output {
    let mut command = Command::new("kubectl");
    command.args(["patch", "--local", "--type=json", "--output=json", "--patch", patch, "--filename"]).arg(input);
    command.env("KUBECONFIG", "/dev/null").output().unwrap()
}

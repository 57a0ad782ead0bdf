//! GitHub Actions: `action.yml`, and the workflows of the documents. actionlint reads them, where `INJECTOR_ACTIONLINT` names
//! it; `contrib/actionlint` builds it. The step itself runs here as a runner would start it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{copy, root};
use crate::support::{Lack, skipped};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn action() -> Value {
    serde_yaml::from_str(&read("action.yml")).unwrap()
}

/// What actionlint says of this workflow, in a repository that has this `action.yml`; `None` where it is not there, and then
/// `test` is skipped.
fn lint(test: &str, action: &str, workflow: &str) -> Option<Result<(), String>> {
    let Some(actionlint) = std::env::var_os("INJECTOR_ACTIONLINT") else {
        skipped(test, &Lack::Actionlint);
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".github/workflows")).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("action.yml"), action).unwrap();
    let file = ".github/workflows/one.yaml";
    fs::write(folder.path().join(file), workflow).unwrap();
    // What it would ask of shellcheck depends on the machine, and CI asks shellcheck itself.
    let args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes=", file];
    let ran = Command::new(actionlint).args(args).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
    assert_eq!(ran.status.success(), said.is_empty(), "{said}");
    Some(if ran.status.success() { Ok(()) } else { Err(said) })
}

/// The workflow of the documents that uses the action, with the one of this repository.
fn workflow() -> String {
    let text = read("testdata/examples/github-action.yaml");
    let action = concat!("example/injector@v", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(action), "{text}");
    text.replace(action, "./")
}

#[test]
fn actionlint_finds_nothing_in_the_action_and_in_the_workflows() {
    let test = "actionlint_finds_nothing_in_the_action_and_in_the_workflows";
    let own = read(".github/workflows/release.yaml");
    for workflow in [read("testdata/examples/github-workflow.yaml"), workflow(), own] {
        assert_eq!(lint(test, &read("action.yml"), &workflow).unwrap_or(Ok(())), Ok(()), "{workflow}");
    }
}

#[test]
fn actionlint_finds_nothing_in_the_steps_of_the_action() {
    // It does not read the steps of an action. So they become those of a workflow with the same inputs.
    let action = action();
    let inputs: BTreeMap<&String, Value> =
        action["inputs"].as_object().unwrap().keys().map(|name| (name, json!({"type": "string"}))).collect();
    let workflow = json!({
        "on": {"workflow_call": {"inputs": inputs}},
        "jobs": {"one": {
            "runs-on": "ubuntu-latest",
            "outputs": {"sarif": action["outputs"]["sarif"]["value"]},
            "steps": action["runs"]["steps"],
        }},
    });
    let test = "actionlint_finds_nothing_in_the_steps_of_the_action";
    assert_eq!(lint(test, &read("action.yml"), &workflow.to_string()).unwrap_or(Ok(())), Ok(()));
}

#[test]
fn actionlint_finds_what_is_wrong() {
    let (action, workflow) = (read("action.yml"), workflow());
    for (action, workflow, expected) in [
        (&action, workflow.replace("files:", "folders:"), "input \"folders\" is not defined"),
        (&action.replace("composite", "compost"), workflow.clone(), "compost"),
        (&action, workflow.replace("outputs.sarif", "outputs.report"), "property \"report\" is not defined"),
    ] {
        let Some(said) = lint("actionlint_finds_what_is_wrong", action, &workflow) else { return };
        assert!(said.as_ref().is_err_and(|said| said.contains(expected)), "{expected}: {said:?}");
    }
}

/// A runner with the example `shop` checked out.
struct Runner {
    folder: TempDir,
}

/// How a step ended.
#[derive(Debug)]
struct Stepped {
    status: Option<i32>,
    text: String,
    /// What the step wrote for later steps: its outputs, and folders for the `PATH`.
    outputs: String,
    path: String,
}

impl Runner {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("testdata/examples/shop"), &folder.path().join("shop"));
        for file in ["output", "path"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the action's step with these inputs, as a runner does for `shell: bash`.
    fn step(&self, given: &[(&str, &str)]) -> Stepped {
        let action = action();
        let step = &action["runs"]["steps"][0];
        let input = |name: &str| {
            let given = given.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
            given.unwrap_or_else(|| action["inputs"][name]["default"].as_str().unwrap()).to_owned()
        };
        let env = step["env"].as_object().unwrap().iter().map(|(name, value)| {
            let value = value.as_str().unwrap();
            let of = value.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
            (name, input(of))
        });
        let ran = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()])
            .current_dir(self.path("shop"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(env)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_PATH", self.path("path"))
            .output()
            .unwrap();
        let text = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
        let file = |name| fs::read_to_string(self.path(name)).unwrap();
        Stepped { status: ran.status.code(), text, outputs: file("output"), path: file("path") }
    }
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_injector")
}

#[test]
fn the_step_annotates_findings_and_writes_sarif() {
    let runner = Runner::new();
    let stepped = runner.step(&[("path", program()), ("version", concat!("v", env!("CARGO_PKG_VERSION")))]);
    assert_eq!(stepped.status, Some(1), "{stepped:?}");
    let annotation =
        "::error file=base/api.yaml,line=1,col=1,title=missing::deployment/api (shop): not injected by audit";
    assert!(stepped.text.lines().any(|line| line == annotation), "{stepped:?}");
    assert_eq!(stepped.outputs, "sarif=injector.sarif\n");
    let folder = Path::new(program()).parent().unwrap();
    assert_eq!(stepped.path, format!("{}\n", folder.display()), "later steps find it too");
    let sarif: Value = serde_json::from_slice(&fs::read(runner.path("shop/injector.sarif")).unwrap()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "missing").count(), 5, "{sarif}");
}

#[test]
fn the_step_checks_the_files_and_takes_the_arguments_that_it_is_given() {
    let folder = Path::new(program()).parent().unwrap().to_str().unwrap();
    let given = [("path", folder), ("files", "jobs\n\nnamespaces.yaml\n"), ("arguments", "--exclude\nmigrate.yaml\n")];
    let stepped = Runner::new().step(&given);
    assert_eq!(stepped.status, Some(0), "only what opted out is left: {stepped:?}");
    let stepped = Runner::new().step(&[("path", folder), ("arguments", "--no-config"), ("sarif", "out/a b.sarif")]);
    assert_eq!(stepped.status, Some(1), "{stepped:?}");
    assert!(stepped.text.contains("not injected by cortexflow"), "{stepped:?}");
    assert_eq!(stepped.outputs, "sarif=out/a b.sarif\n");
}

#[test]
fn the_step_says_what_is_wrong_with_the_program() {
    for (given, expected) in [
        (("path", "base"), "::error title=injector::there is no program `injector` in "),
        (("version", "9.9.9"), "::error title=injector::the version must be 9.9.9, but this is injector "),
    ] {
        let usual = ("path", program());
        let stepped = Runner::new().step(&[given, usual]);
        assert_eq!(stepped.status, Some(2), "{stepped:?}");
        assert!(stepped.text.starts_with(expected), "{stepped:?}");
        assert_eq!(stepped.outputs, "", "there is no report");
    }
}

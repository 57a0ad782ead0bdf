//! `injector test`: tests of profiles, as their authors write and run them. The golden cases are tests too (`golden`).

mod cases;
mod files;
mod mutated;
mod reports;

use crate::support::{Run, injector};

/// A profile with one parameter and a switch.
const TAIL: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: tail}
spec:
  policy: OptOut
  podSwitch: {annotation: tail.example/inject, inject: [\"true\"], skip: [\"false\"]}
  namespaceSwitch: {label: tail, inject: [\"on\"], skip: [\"off\"]}
  parameters: [{name: lines, type: integer, default: 10, annotation: tail.example/lines}]
  containers:
    - name: tail
      image: tail:1
      ports: [{containerPort: 9000}]
      args: [-n, \"{{ lines }}\"]
";

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  # the application
  containers: [{name: web, image: \"web:1\"}]
";

/// A test in `tests/tail.yaml`, with these lines below `spec` behind the profile.
fn test(rest: &str) -> String {
    format!(
        "apiVersion: sidecar-injector/v1\nkind: Test\nmetadata: {{name: tail}}\nspec:\n  profiles: [../tail.yaml]\n{rest}"
    )
}

/// A test of one case with the pod, and these lines in the case.
fn case(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("      {line}\n")).collect();
    test(&format!("  cases:\n    - name: a\n      input: ../web.yaml\n{lines}"))
}

/// `injector test ARGS` with that test.
fn run<'a>(args: impl IntoIterator<Item = &'a str>, test: &str) -> Run {
    injector(std::iter::once("test").chain(args).map(str::to_owned))
        .file("tail.yaml", TAIL)
        .file("web.yaml", POD)
        .file("tests/tail.yaml", test)
}

//! Every message that a user can see, in one place: what is refused, why, where, and what to do about it.
//!
//! Each is what a terminal shows, then the codes that `--report json` gives. A refusal prints no data and changes no
//! file: the helpers see to that.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::manifests::{WEB, known};
use crate::support::{Ran, Run, injector};

mod clashes;
mod codes;
mod conflicts;
mod flags;
mod nearly;
mod objects;
mod profiles;
mod syntax;
#[cfg(unix)]
mod system;
mod unread;
mod warnings;
#[cfg(feature = "serve")]
mod webhook;

/// What is told, and the codes of it. Not for what writes to files.
fn told(ran: &Ran, again: Run) -> String {
    let report = again.exits_any();
    let report: Value = serde_json::from_str(&report.stderr).unwrap_or_else(|error| panic!("{error}: {report:?}"));
    let mut codes = BTreeSet::new();
    collect(&report, &mut codes);
    format!("{}codes: {}", without_numbers(&ran.stderr), codes.into_iter().collect::<Vec<_>>().join(", "))
}

/// Without the last line of a run: it has the numbers of workloads, which are tested with the command line.
fn without_numbers(report: &str) -> &str {
    let start = report.trim_end().rfind('\n').map_or(0, |end| end + 1);
    let (before, last) = report.split_at(start);
    let is_numbers = last.starts_with(|c: char| c.is_ascii_digit()) && last.contains(" workload");
    if is_numbers { before } else { report }
}

fn collect(value: &Value, codes: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for name in ["code", "ruleId"] {
                codes.extend(members.get(name).and_then(Value::as_str).map(str::to_owned));
            }
            let rule = members.get("associatedRule").and_then(|rule| rule["id"].as_str());
            codes.extend(rule.map(str::to_owned));
            members.values().for_each(|member| collect(member, codes));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, codes)),
        _ => {}
    }
}

/// What `inject` says where it refuses this on a file `web.yaml`.
fn refused(text: &str) -> String {
    refused_with(&[], text)
}

/// The same with further arguments.
fn refused_with(args: &[&str], text: &str) -> String {
    let run = |more: &[&'static str]| {
        let args = args.iter().copied().chain(more.iter().copied()).chain(["web.yaml"]);
        known("inject", args).file("web.yaml", text)
    };
    let ran = run(&["-i"]).fails();
    assert_eq!(ran.read("web.yaml"), text.as_bytes(), "the file is as it was");
    assert_eq!(ran.tree().len(), 1, "no other file is left");
    told(&run(&[]).fails(), run(&["--report=json"]))
}

/// What `inject` says of this on a file `web.yaml`, where it takes it.
fn taken_with(args: &[&str], text: &str) -> String {
    let run = |more: &[&'static str]| {
        let args = args.iter().copied().chain(more.iter().copied()).chain(["web.yaml"]);
        known("inject", args).file("web.yaml", text)
    };
    told(&run(&[]).succeeds(), run(&["--report=json"]))
}

/// What `inject` says where these profiles, `0.yaml` and `1.yaml`, do not get along on this.
fn fought(text: &str, profiles: &[String]) -> String {
    let names = ["0.yaml", "1.yaml"];
    let run = |report: &'static str| {
        let args = names.iter().take(profiles.len()).flat_map(|name| ["-p", name]).chain([report, "web.yaml"]);
        known("inject", args).files(names.iter().zip(profiles)).file("web.yaml", text)
    };
    told(&run("--report=text").fails(), run("--report=json"))
}

/// What a command line says that is wrong on a good file.
fn misused(args: &[&str]) -> String {
    let ran = injector(args.iter().copied()).file("web.yaml", WEB).fails();
    assert_eq!(ran.read("web.yaml"), WEB.as_bytes(), "the file is as it was");
    ran.stderr
}

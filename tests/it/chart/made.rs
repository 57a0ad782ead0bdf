//! The part of the chart that is made from what `install` prints.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use injector::internals::profile::builtin;
use injector::internals::report::exit::ExitStatus;
use serde_json::Value;

use super::holes::{self, Hole, MARKERS};
use super::manifest::{Document, documents, indent, indented};
use crate::support::{Ran, injector, manifests};

const HEADER: &str = "{{- /* Made from what `injector install` prints: see CONTRIBUTING.md. */}}\n";

/// The name, the namespace and the ports are [`MARKERS`].
const MARKED: &[&str] =
    &["--name=chart-name", "--namespace=chart-namespace", "--listen-port=29443", "--probe-port=29444"];

/// What makes `install` print every line that a template has.
const EVERYTHING: &[&str] = &[
    "--existing-namespace",
    "--cert-manager",
    "--service-monitor",
    "--prometheus-rule",
    "--image=chart-image",
    "--image-pull-secret=pull",
    "--priority-class=first",
    "--toleration=taint",
    "--set=level=all",
    "--native-sidecar=auto",
    "--kubernetes-version=1.36",
    "--profile=chart-profile.yaml",
];

/// The runs in which a template finds its alternatives.
const RUNS: &[(&str, &[&str])] = &[
    ("", WATCHED),
    ("unwatched", &["--watch-namespaces=false", "--watch-serviceaccounts=false"]),
    ("host", &["--watch-namespaces", "--watch-serviceaccounts", "--host-network"]),
    ("openshift", &["--watch-namespaces", "--watch-serviceaccounts", "--openshift"]),
];

const WATCHED: &[&str] = &["--watch-namespaces", "--watch-serviceaccounts"];

type Runs = BTreeMap<&'static str, Vec<Document>>;

/// Every file, by its path in the chart.
pub(super) fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    webhook(&mut files);
    let mut profiles = HEADER.to_owned();
    let mut compiled = Vec::new();
    for builtin in builtin::ALL {
        let name = builtin.name;
        let printed = install(&["--cert-manager", "--profile", name]).succeeds().stdout;
        let objects = super::objects(&printed);
        let text = super::find(&objects, "ConfigMap", "chart-name-profiles")["data"][format!("{name}.yaml")].clone();
        files.insert(format!("profiles/{name}.yaml"), text.as_str().unwrap().to_owned());
        profile(&mut profiles, name, &documents(&printed), &objects);
        if let Some(policy) = policy(name) {
            compiled.push(name);
            files.insert(format!("templates/policy/{name}.yaml"), policy);
        }
    }
    let _ = write!(profiles, "\n{{{{- define \"injector.policies\" -}}}}\n{}\n{{{{- end }}}}\n", compiled.join(" "));
    files.insert("templates/_profiles.tpl".to_owned(), profiles);
    files
}

/// The templates of the webhook: a file for each manifest.
fn webhook(files: &mut BTreeMap<String, String>) {
    let level = "  parameters: [{name: level, type: enum, values: [all, some], default: all}]\n";
    let own = manifests::profile(
        "chart-profile",
        &format!("{level}  labels: [{{key: level, value: \"{{{{ level }}}}\"}}]\n"),
    );
    let run = |flags: &[&str]| {
        let flags = [EVERYTHING, flags].concat();
        documents(&install_with(&flags, &own).stdout)
    };
    let runs: Runs = RUNS.iter().map(|(name, flags)| (*name, run(flags))).collect();
    for document in &runs[""] {
        let text = filled(document, holes::WEBHOOK, &runs);
        let condition = holes::condition(&document.kind);
        let name = document.name.strip_prefix("chart-name").unwrap();
        let file = format!("templates/webhook/{}{name}.yaml", document.kind.to_lowercase());
        let text = format!("{HEADER}{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n");
        assert!(files.insert(file, text).is_none());
    }
    let used: BTreeSet<&str> = runs[""].iter().map(|document| document.kind.as_str()).collect();
    let unused = holes::WEBHOOK.iter().find(|hole| !used.contains(hole.kind));
    assert!(unused.is_none(), "a hole in a manifest that is not printed: {}", unused.unwrap().kind);
}

/// What the templates of the webhook ask of one built-in profile.
fn profile(out: &mut String, name: &str, printed: &[Document], objects: &[Value]) {
    let role = objects.iter().find(|object| object["kind"] == "ClusterRole");
    let watches = role.map_or_else(Vec::new, |role| words(&role["rules"][0]["resources"]));
    let _ = write!(out, "\n{{{{- define \"injector.watches.{name}\" -}}}}\n{}\n{{{{- end }}}}\n", watches.join(" "));
    let mut webhook = printed.last().unwrap().clone();
    let starts: &[&str] = match webhook.lines.iter().any(|line| line.contains("matchConditions:")) {
        true => &["namespaceSelector:", "objectSelector:", "matchConditions:"],
        false => &["namespaceSelector:", "objectSelector:"],
    };
    webhook.lines = starts.iter().flat_map(|start| indented(&webhook.lines[webhook.block(start)], 0)).collect();
    let holes = if starts.len() == 3 { holes::SELECTORS } else { &[] };
    let text = filled(&webhook, holes, &Runs::new());
    let _ = write!(out, "\n{{{{- define \"injector.selectors.{name}\" -}}}}\n{text}{{{{- end }}}}\n");
}

/// The template of a profile's policies, if it can be one.
fn policy(name: &str) -> Option<String> {
    let flags = ["install", "--name=chart-name", "--as=policy", "--profile", name, "--failure-policy=Fail"];
    let ran = injector(flags).exits_any();
    match ran.status {
        ExitStatus::Done => {}
        _ => {
            assert!(ran.stderr.contains("cannot be a policy"), "{}", ran.stderr);
            return None;
        }
    }
    let mut text =
        format!("{HEADER}{{{{- if and (eq $.Values.mode \"policy\") (has \"{name}\" $.Values.profiles) }}}}\n");
    let documents = documents(&ran.stdout);
    for document in &documents {
        let is_warning = document.name.ends_with("-warnings");
        let holes = if is_warning { &[] } else { holes::POLICY };
        let body = format!("---\n{}", filled(document, holes, &Runs::new()));
        text.push_str(&match is_warning {
            true => format!("{{{{- if $.Values.policyWarnings }}}}\n{body}{{{{- end }}}}\n"),
            false => body,
        });
    }
    text.push_str("{{- end }}\n");
    Some(text.replace("managed-by: injector", "managed-by: {{ $.Release.Service }}"))
}

fn install(flags: &[&str]) -> crate::support::Run {
    injector(["install"].iter().chain(&MARKED[..2]).chain(flags).copied())
}

fn install_with(flags: &[&str], profile: &str) -> Ran {
    let run = injector(["install"].iter().chain(MARKED).chain(flags).copied());
    run.file("chart-profile.yaml", profile).succeeds()
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// A manifest with templates in its holes and for its markers.
fn filled(document: &Document, holes: &[Hole], runs: &Runs) -> String {
    let mut document = document.clone();
    for hole in holes.iter().filter(|hole| hole.kind == document.kind) {
        let block = document.block(hole.start);
        let template = instead(&document.lines[block.clone()], hole, &|run, start| {
            let same = |other: &&Document| (&other.kind, &other.name) == (&document.kind, &document.name);
            let other = runs[run].iter().find(same).unwrap_or_else(|| panic!("no {} in `{run}`", document.kind));
            other.lines[other.block(start)].to_vec()
        });
        document.lines.splice(block, template);
    }
    document.lines.iter().map(|line| marked(line) + "\n").collect()
}

/// The lines of a template in the place of a block.
fn instead(block: &[String], hole: &Hole, other: &dyn Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    let depth = indent(&block[0]);
    let line = |line: &str| match line.strip_prefix('@') {
        Some("") => block.to_vec(),
        Some(elsewhere) => {
            let (run, start) = elsewhere.split_once(' ').unwrap();
            indented(&other(run, start), depth)
        }
        None => vec![format!("{}{line}", " ".repeat(depth)).replace("INDENT", &(depth + 2).to_string())],
    };
    hole.template.lines().flat_map(line).collect()
}

/// A line with templates for its markers; one that is a whole scalar stays a string whatever the value looks like.
fn marked(line: &str) -> String {
    MARKERS.iter().fold(line.to_owned(), |line, (marker, template)| {
        let is_number = marker.bytes().all(|byte| byte.is_ascii_digit());
        match line.strip_suffix(marker) {
            Some(start) if !is_number && (start.ends_with(": ") || start.ends_with("- ")) => {
                format!("{start}{{{{ {template} | quote }}}}")
            }
            _ => line.replace(marker, &format!("{{{{ {template} }}}}")),
        }
    })
}

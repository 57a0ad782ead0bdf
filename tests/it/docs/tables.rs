//! The tables of the documents against the program: what is there is in its table, and what is in a table is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use clap::ValueEnum;
use injector::internals::decide::eligibility::Rule;
use injector::internals::decide::inject::InjectionState;
use injector::internals::decide::record;
use injector::internals::diagnostic::Code;
use injector::internals::diagnostic::{Placed, Position, Severity};
use injector::internals::kube::workload::KINDS;
use injector::internals::process::output::OUTPUT_FORMATS;
use injector::internals::profile::load::{load, spec_fields};
use injector::internals::report::exit::ExitStatus;
use injector::internals::report::{Report, ReportFormat, ReportVerdict, ResultLine, TemplateReport};
use injector::internals::shell::cli::Cli;
use injector::internals::text::yaml::parse_yaml;
use serde_json::{Value, json};

use super::markdown::{Page, code, first_column, is_manual, manual, page, pages, root, rows, set};

/// Where most tables are.
const REFERENCE: &str = "docs/reference.md";

/// The Rust files below `src`, without their tests.
pub(super) fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut todo = vec![root().join("src")];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path.file_stem().is_some_and(|stem| stem != "tests")
            {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
                files.push((path, code));
            }
        }
    }
    files
}

/// The string literals between `open` and the next `close` after it, at each place of `open`.
fn literals(text: &str, open: &str, close: &str) -> Vec<String> {
    text.match_indices(open)
        .flat_map(|(at, _)| {
            let inner = &text[at + open.len()..];
            let inner = inner.split(close).next().unwrap();
            inner.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_eligibility_table_is_that_of_the_program_row_by_row() {
    let ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(first_column(REFERENCE, "## Which pods"), ids);
}

#[test]
fn every_state_of_an_injection_is_in_its_table() {
    let unwanted = InjectionState::Unwanted { rule: Rule::Default, reason: String::new() };
    let all = [
        InjectionState::Current,
        InjectionState::Incomplete,
        InjectionState::Edited(Vec::new()),
        InjectionState::Outdated,
        unwanted,
        InjectionState::Partial(Vec::new()),
    ];
    // A state that is new has to be added above.
    let _ = |state| match state {
        InjectionState::Current | InjectionState::Incomplete | InjectionState::Edited(_) => (),
        InjectionState::Outdated | InjectionState::Unwanted { .. } | InjectionState::Partial(_) => (),
    };
    assert_eq!(
        first_column("docs/webhook.md", "## Pods that are injected already"),
        all.each_ref().map(InjectionState::id)
    );
}

#[test]
fn every_exit_status_is_in_its_table() {
    let all = [ExitStatus::Done, ExitStatus::Findings, ExitStatus::Error];
    // An exit status that is new has to be added above.
    let _ = |status| match status {
        ExitStatus::Done | ExitStatus::Findings | ExitStatus::Error => (),
    };
    let shown: Vec<String> = rows(REFERENCE, "## Exit status").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(shown, all.map(|status| status.code().to_string()));
}

#[test]
fn every_diagnostic_code_is_in_its_table_with_its_level_fault_and_meaning_and_no_other() {
    let expected: Vec<String> = Code::ALL
        .iter()
        .map(|code| {
            let level = json!(code.severity());
            let fault = match format!("{:?}", code.fault()).as_str() {
                "Bug" => "injector".to_owned(),
                "None" => "–".to_owned(),
                other => other.to_lowercase(),
            };
            let (id, level) = (code.id(), level.as_str().unwrap());
            format!("`{id}` | {level} | {fault} | {}", code.meaning())
        })
        .collect();
    let shown: Vec<String> =
        rows("docs/diagnostics.md", "# Diagnostic codes").iter().map(|row| row.join(" | ")).collect();
    assert_eq!(shown.join("\n"), expected.join("\n"));
}

fn with_all(verdict: ReportVerdict) -> ResultLine {
    ResultLine { state: Some("edited"), fields: vec![String::new()], ..ResultLine::new(String::new(), verdict) }
}

#[test]
fn every_field_of_the_report_is_in_its_table_and_no_other() {
    let placed = Placed::new(Code::Usage, "").hint(Some("")).at("", Some(Position { line: 1, column: 1 }));
    let skipped = ReportVerdict::Skipped { rule: String::new(), reason: String::new(), would_deny: false };
    let verdicts = [
        ReportVerdict::Injected,
        skipped,
        ReportVerdict::Rejected { errors: vec![placed.clone()] },
        ReportVerdict::Uninjected,
        ReportVerdict::Unchanged,
        ReportVerdict::Outdated,
        ReportVerdict::Incomplete,
        ReportVerdict::Edited,
        ReportVerdict::Unwanted,
        ReportVerdict::Partial,
        ReportVerdict::Missing,
    ];
    // A verdict that is new has to be added above.
    let _ = |verdict| match verdict {
        ReportVerdict::Injected | ReportVerdict::Skipped { .. } | ReportVerdict::Rejected { .. } => (),
        ReportVerdict::Uninjected
        | ReportVerdict::Unchanged
        | ReportVerdict::Outdated
        | ReportVerdict::Partial
        | ReportVerdict::Missing => (),
        ReportVerdict::Incomplete | ReportVerdict::Edited | ReportVerdict::Unwanted => (),
    };
    let entry = TemplateReport {
        file: String::new(),
        position: Some(Position { line: 1, column: 1 }),
        api_version: String::new(),
        kind: String::new(),
        namespace: String::new(),
        name: String::new(),
        item: None,
        template: Some(String::new()),
        results: verdicts.map(with_all).into(),
        diagnostics: vec![placed],
    };
    let report = serde_json::to_value(Report::new(vec![entry], Vec::new())).unwrap();
    let entry = &report["entries"][0];
    let results = entry["results"].as_array().unwrap();
    let verdicts = set(results.iter().map(|result| result["verdict"].as_str().unwrap()));
    let severities = [Severity::Note, Severity::Warning, Severity::Error].map(|severity| json!(severity));
    let levels = set(severities.iter().map(|severity| severity.as_str().unwrap()));
    let keys = |value: &Value| set(value.as_object().unwrap().keys());
    let counts: BTreeSet<String> = keys(&report["summary"]).difference(&verdicts).cloned().collect();
    let expected = BTreeMap::from([
        ("the report", keys(&report)),
        ("entry", keys(entry)),
        ("result", results.iter().flat_map(&keys).collect()),
        ("verdict", verdicts.iter().cloned().chain(["check".to_owned()]).collect()),
        ("diagnostic", keys(&entry["diagnostics"][0]).into_iter().chain(levels).collect()),
        ("summary", counts),
    ]);
    let shown = rows(REFERENCE, "## Report");
    let shown: BTreeMap<&str, BTreeSet<String>> =
        shown.iter().map(|row| (row[0].as_str(), set(code(&row[1])))).collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_field_of_the_record_is_in_its_table_and_no_other() {
    assert_eq!(set(first_column(REFERENCE, "## The record")), set(record::Entry::members()));
    assert!(manual().contains(record::ANNOTATION));
}

#[test]
fn every_field_of_a_profile_is_in_its_table_and_no_other() {
    let spec = set(spec_fields());
    let mut inner = BTreeSet::new();
    for (path, text) in sources() {
        if path.to_string_lossy().contains("profile/load") {
            inner.extend(literals(&text, " FIELDS: &[&str] =", ";"));
            inner.extend(literals(&text, ".object(&[", "]"));
        }
    }
    assert!(spec.len() > 20 && inner.len() > 12, "the profile's fields are no longer found: {spec:?} {inner:?}");
    assert_eq!(set(first_column("docs/profiles.md", "## Fields")), spec);
    let shown = set(rows("docs/profiles.md", "## Fields")
        .iter()
        .flat_map(|row| code(&row[1]).into_iter().chain(code(&row[2]))));
    let words = set(shown.iter().flat_map(|word| word.split(|c: char| !c.is_ascii_alphabetic())));
    let missing: Vec<&String> = inner.difference(&words).collect();
    assert!(missing.is_empty(), "not in the table of a profile's fields: {missing:?}");
}

/// What is wrong with a profile that has this parameter, each with its hint.
fn wrong_in_parameter(fields: &str) -> Vec<(String, String)> {
    let text = format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: p}}\nspec:\n  policy: OptIn\n  labels: {{a: b}}\n  parameters: [{{{fields}}}]\n"
    );
    let tree = parse_yaml(&text).unwrap();
    let errors = load(tree.view(tree.root().unwrap())).err().unwrap_or_default();
    errors.iter().map(|error| (error.to_string(), error.hint().unwrap_or_default())).collect()
}

#[test]
fn every_type_and_field_of_a_parameter_is_in_its_table_with_the_types_that_have_it() {
    const PAGE: &str = "docs/parameters.md";
    let types = code(&wrong_in_parameter("name: p, type: zzzzzzzz")[0].0).split_off(1);
    assert_eq!(first_column(PAGE, "## Types"), types);
    let fields = code(&wrong_in_parameter("name: p, type: string, zzzzzzzz: 1")[0].1);
    let more = |field: &str| if field == "name" || field == "type" { String::new() } else { format!(", {field}: 1") };
    let types_of = |field: &String| {
        let wrong = wrong_in_parameter(&format!("name: p, type: boolean{}", more(field)));
        let other = wrong.iter().find(|(message, _)| message.starts_with(&format!("`{field}` belongs to ")));
        let mut types = other.map(|(message, _)| code(message)).unwrap_or_default();
        types.pop();
        types.into_iter().skip(1).collect::<Vec<_>>()
    };
    let expected: BTreeMap<String, Vec<String>> = fields.iter().map(|field| (field.clone(), types_of(field))).collect();
    let shown: BTreeMap<String, Vec<String>> =
        rows(PAGE, "## Fields").iter().map(|row| (code(&row[0]).concat(), code(&row[1]))).collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_need_that_a_profile_can_express_is_shown_by_a_profile() {
    let rows = rows("docs/needs.md", "# What sidecars need");
    assert_eq!(rows.len(), 55);
    for (index, row) in rows.iter().enumerate() {
        let [number, need, answer, word, see] = row.as_slice() else { panic!("{row:?}") };
        assert_eq!(number.parse(), Ok(index + 1), "{need}");
        if answer != "yes" {
            assert!((answer == "no" || answer == "not yet") && word.is_empty(), "{row:?}");
            continue;
        }
        let file = see.split_once("](../").and_then(|(_, rest)| rest.strip_suffix(')')).expect("a link to a profile");
        let text = std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let [word] = code(word).try_into().expect("one word");
        assert!(text.contains(&word), "{need}: {file} has no `{word}`");
    }
}

#[test]
fn every_flag_for_manifests_is_in_its_table_with_its_commands() {
    let manifests = ["inject", "uninject", "check", "diff", "explain"];
    let everywhere = ["help", "version", "color"];
    let mut expected = BTreeSet::new();
    let root = Cli::definition("injector");
    let lint = root.find_subcommand("profile").unwrap().find_subcommand("lint").unwrap();
    let commands = manifests.map(|name| (name, root.find_subcommand(name).unwrap()));
    for (name, command) in commands.into_iter().chain([("profile lint", lint)]) {
        let long = command.get_arguments().filter_map(|argument| argument.get_long());
        expected
            .extend(long.filter(|flag| !everywhere.contains(flag)).map(|flag| (format!("--{flag}"), name.to_owned())));
    }
    let mut shown = BTreeSet::new();
    for row in rows(REFERENCE, "## Flags for manifests") {
        // `all`, perhaps without some and with others.
        let (all, also) = row[1].split_once("; also").unwrap_or((&row[1], ""));
        let named = set(code(all));
        let commands = match all.starts_with("all") {
            true => set(manifests).difference(&named).cloned().collect(),
            false => named,
        };
        for flag in code(&row[0]).iter().filter(|word| word.starts_with("--")) {
            let flag = flag.split(' ').next().unwrap().to_owned();
            for command in commands.iter().cloned().chain(code(also)) {
                assert!(shown.insert((flag.clone(), command)), "twice: `{flag}`");
            }
        }
    }
    assert_eq!(shown, expected);
}

/// Flags of cargo, docker, kubectl, kustomize, kpt, Helm, curl, linkerd and pre-commit.
const OTHERS: &[&str] = &[
    "--local",
    "--manual",
    "--feature-gates",
    "--runtime-config",
    "--dry-run",
    "--enable-alpha-plugins",
    "--enable-exec",
    "--exec",
    "--allow-exec",
    "--target",
    "--results-dir",
    "--locked",
    "--path",
    "--type",
    "--patch-file",
    "--cacert",
    "--json",
    "--retry",
    "--retry-connrefused",
    "--post-renderer",
    "--post-renderer-args",
    "--ignore-cluster",
    "--ignore-not-found",
    "--cert",
    "--key",
    "--create-namespace",
    "--install",
    "--kube-version",
    "--set-file",
    "--set-json",
    "--wait",
    "--verify",
    "--all-files",
];

#[test]
fn every_flag_command_and_choice_is_written_about_and_no_other_flag() {
    let markdown = manual();
    let mut known = set(OTHERS.iter().copied());
    let mut todo = vec![Cli::definition("injector")];
    while let Some(command) = todo.pop() {
        for argument in command.get_arguments() {
            let Some(long) = argument.get_long().filter(|long| *long != "help" && *long != "version") else { continue };
            let flag = format!("--{long}");
            assert!(code(&markdown).iter().any(|word| word.starts_with(&flag)), "`{flag}` is not written about");
            for choice in argument.get_possible_values().iter().filter(|choice| choice.get_name() != "true") {
                let name = choice.get_name();
                assert!(name == "false" || markdown.contains(name), "`{name}` of `{flag}` is not written about");
            }
            known.insert(flag);
        }
        for inner in command.get_subcommands() {
            let name = inner.get_name();
            assert!(markdown.contains(name), "the command `{name}` is not written about");
            todo.push(inner.clone());
        }
    }
    known.extend(set(["--help", "--version"]));
    // The pages of profiles, and that of the installation, are about flags of other programs.
    let of_others = |page: &Page| page.path.starts_with("docs/profiles/") || page.path == "docs/install.md";
    let ours: String =
        pages().into_iter().filter(|page| is_manual(page) && !of_others(page)).map(|page| page.text).collect();
    let words = ours.split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
    let stale: Vec<&str> = words
        .filter(|word| word.starts_with("--") && word.len() > 3 && !word.starts_with("---"))
        .filter(|word| !known.contains(*word))
        .collect();
    assert!(stale.is_empty(), "no such flags: {stale:?}");
}

#[test]
fn every_output_report_and_kind_is_written_about() {
    let outputs: Vec<String> = OUTPUT_FORMATS.iter().map(|format| format.name.to_owned()).collect();
    assert_eq!(first_column(REFERENCE, "## Outputs"), outputs);
    let formats: Vec<String> = ReportFormat::value_variants()
        .iter()
        .map(|one| one.to_possible_value().unwrap().get_name().to_owned())
        .collect();
    let flag = format!("--report {}", formats.join("|"));
    let flags = first_column(REFERENCE, "## Flags for manifests");
    assert!(flags.contains(&flag), "`{flag}` is not in the table of flags");
    let markdown = page(REFERENCE);
    for kind in KINDS {
        let word = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == kind.kind);
        let paragraph = markdown.split("\n\n").find(|text| text.starts_with("Kinds with a pod template:")).unwrap();
        assert!(word(paragraph), "the kind `{}` is not written about", kind.kind);
    }
}

#[test]
fn the_figures_are_the_same_wherever_they_are_shown() {
    assert_eq!(rows("docs/comparison.md", "## Figures"), rows("benches/README.md", "## Offline"));
}

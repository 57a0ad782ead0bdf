//! What the documents say of the webhook, against the program: its flags, routes, statuses, metrics and alerts, and what its
//! commands left in the cluster that the stand-in for kubectl keeps.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use clap::{Arg, Command};
use injector::internals::shell::cli::Cli;
use injector::internals::shell::server::judge::{CountedVerdict, VerdictResult};
use injector::internals::shell::server::metrics::Metrics;

use super::markdown::{code, first_column, page, root, rows, set};
use super::tables::sources;
use super::{Session, Step};
use crate::support::injector;

/// Whether the cluster is as it should be after this block; gives what was done to it.
pub(super) fn examine(session: &Session, steps: &[Step]) -> Vec<&'static str> {
    let did = |command: &str| steps.iter().any(|step| step.command.contains(command));
    let objects: Vec<String> = fs::read_dir(session.path("cluster"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    if did("injector uninstall --as policy") {
        assert_eq!(objects, [""; 0], "nothing is left");
        return vec!["removed policies"];
    }
    if did("injector uninstall") {
        assert_eq!(objects, ["namespace.injector-system"], "the namespace alone is left");
        return vec!["removed"];
    }
    let (webhook, secret) = ("mutatingwebhookconfiguration.injector", "secret.injector-tls");
    if !objects.iter().any(|object| object == webhook) {
        return Vec::new();
    }
    // After every block, the API server trusts what the pods serve.
    let read = |name: &str| fs::read_to_string(session.path("cluster").join(name)).unwrap();
    let args = ["certs", "inspect", "-q", "secret.yaml", "--ca-bundle", "webhook.yaml"];
    injector(args).file("secret.yaml", read(secret)).file("webhook.yaml", read(webhook)).succeeds();
    match (did("injector install"), did("injector certs rotate")) {
        (true, _) => {
            assert_eq!(objects.len(), 11, "{objects:?}");
            vec!["installed"]
        }
        (_, true) => {
            let args = ["certs", "ca-bundle", "-q", "ca.crt", "-f", "webhook.yaml"];
            let authority = fs::read(session.path("work/testdata/examples/certs/ca.crt")).unwrap();
            let ran = injector(args).file("ca.crt", authority).file("webhook.yaml", read(webhook)).succeeds();
            assert_eq!(ran.stdout, read(webhook), "the new CA alone is trusted");
            vec!["rotated"]
        }
        _ => Vec::new(),
    }
}

fn command(path: &[&str]) -> Command {
    path.iter().fold(Cli::definition("injector"), |command, name| command.find_subcommand(name).unwrap().clone())
}

/// The flags that a command has of its own.
fn flags(command: &Command) -> Vec<Arg> {
    let everywhere = ["help", "version", "color", "report", "report-file", "quiet"];
    let is_own = |arg: &&Arg| arg.get_long().is_some_and(|long| !everywhere.contains(&long));
    command.get_arguments().filter(is_own).cloned().collect()
}

/// A flag as tables have it, without its value.
fn long(arg: &Arg) -> String {
    format!("--{}", arg.get_long().unwrap())
}

fn default(arg: &Arg) -> Option<String> {
    let is_switch = !arg.get_action().takes_values();
    arg.get_default_values().first().filter(|_| !is_switch).map(|value| value.to_str().unwrap().to_owned())
}

/// The flags of a table with their defaults: where a row has several, the defaults are in the same order.
fn shown(heading: &str) -> BTreeSet<(String, Option<String>)> {
    let mut all = BTreeSet::new();
    for row in rows("docs/reference.md", heading) {
        let defaults = code(&row[1]);
        let long =
            |word: &String| Some(word.split([' ', '[']).next()?.to_owned()).filter(|flag| flag.starts_with("--"));
        for (index, flag) in code(&row[0]).iter().filter_map(long).enumerate() {
            all.insert((flag, defaults.get(index).cloned()));
        }
    }
    all
}

#[test]
fn every_flag_of_serve_and_install_is_in_its_table_with_its_default() {
    for (name, heading, by_itself) in [
        // What is no default of clap's, but of the profile's list.
        ("serve", "## Flags of `serve`", "--profile"),
        ("install", "## Flags of `install`", "--profile"),
    ] {
        let expected: BTreeSet<(String, Option<String>)> = flags(&command(&[name]))
            .iter()
            .map(|arg| (long(arg), default(arg).or((long(arg) == by_itself).then(|| "cortexflow".to_owned()))))
            .collect();
        assert_eq!(shown(heading), expected, "{heading}");
    }
}

#[test]
fn every_flag_of_certs_is_in_its_table_with_its_default_and_its_commands() {
    let mut expected = BTreeSet::new();
    for inner in command(&["certs"]).get_subcommands() {
        for arg in flags(inner) {
            expected.insert((inner.get_name().to_owned(), long(&arg), default(&arg)));
        }
    }
    let mut shown = BTreeSet::new();
    for row in rows("docs/certificates.md", "## Flags of `certs`") {
        let commands = row[2].split(':').next().unwrap();
        let long = |word: &String| Some(word.split(' ').next()?.to_owned()).filter(|flag| flag.starts_with("--"));
        for flag in code(&row[0]).iter().filter_map(long) {
            for name in code(commands) {
                // Its default depends on the other names.
                let default = code(&row[1]).first().filter(|_| flag != "--secret-name").cloned();
                assert!(shown.insert((name, flag.clone(), default)), "twice: `{flag}`");
            }
        }
    }
    assert_eq!(shown, expected);
}

#[test]
fn what_uninstall_takes_is_listed() {
    let markdown = page("docs/reference.md");
    let paragraph = markdown.split("\n\n").find(|text| text.starts_with("`uninstall` has")).unwrap();
    let shown = set(code(paragraph).into_iter().filter(|word| word.starts_with("--")));
    assert_eq!(shown, set(flags(&command(&["uninstall"])).iter().map(long)));
}

#[test]
fn every_flag_of_serve_has_the_twin_in_the_environment_that_the_reference_promises() {
    for arg in flags(&command(&["serve"])) {
        let twin = format!("INJECTOR_{}", arg.get_long().unwrap().replace('-', "_").to_uppercase());
        assert_eq!(arg.get_env().unwrap().to_str().unwrap(), twin);
    }
}

#[test]
fn every_route_is_in_its_table_and_no_other() {
    let mut routes = BTreeSet::new();
    for (path, text) in sources() {
        if path.ends_with("server/routes.rs") || path.ends_with("server/probes.rs") {
            routes.extend(
                text.match_indices(".route(\"")
                    .map(|(at, open)| text[at + open.len()..].split('"').next().unwrap().to_owned()),
            );
        }
    }
    assert!(routes.len() > 8, "the routes are no longer found: {routes:?}");
    let table = rows("docs/webhook.md", "## Routes");
    let requests = table.iter().filter(|row| !row[0].starts_with(char::is_numeric));
    let shown = requests.flat_map(|row| code(&row[0])).map(|word| word.split(' ').next_back().unwrap().to_owned());
    assert_eq!(set(shown), routes);
}

#[test]
fn every_status_of_a_failure_is_in_its_table_and_no_other() {
    let all = sources();
    let (_, refusal) = all.iter().find(|(path, _)| path.ends_with("routes/refusal.rs")).unwrap();
    let function = refusal.split("fn status(&self) -> StatusCode {").nth(1).unwrap().split("\n    }").next().unwrap();
    let known = [
        ("BAD_REQUEST", 400),
        ("NOT_FOUND", 404),
        ("METHOD_NOT_ALLOWED", 405),
        ("REQUEST_TIMEOUT", 408),
        ("PAYLOAD_TOO_LARGE", 413),
        ("UNSUPPORTED_MEDIA_TYPE", 415),
        ("INTERNAL_SERVER_ERROR", 500),
        ("SERVICE_UNAVAILABLE", 503),
        ("GATEWAY_TIMEOUT", 504),
    ];
    let statuses: BTreeSet<u16> = function
        .split("StatusCode::")
        .skip(1)
        .map(|name| name.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).next().unwrap())
        .map(|name| known.iter().find(|(word, _)| *word == name).unwrap_or_else(|| panic!("{name} is new")).1)
        .collect();
    let table = rows("docs/webhook.md", "## Routes");
    let shown: BTreeSet<u16> = table
        .iter()
        .filter(|row| row[0].starts_with(char::is_numeric))
        .flat_map(|row| row[0].split(", ").map(|status| status.parse().unwrap()).collect::<Vec<_>>())
        .collect();
    assert_eq!(shown, statuses);
}

/// What a process shows that has had one of everything: the name of each metric as a query has it, and its series.
fn metrics() -> (BTreeSet<String>, Vec<String>) {
    let metrics = Metrics::new();
    for result in [VerdictResult::Injected, VerdictResult::Skipped, VerdictResult::Rejected, VerdictResult::Failed] {
        metrics.decided(&CountedVerdict { profile: "curl".to_owned(), result, reason: "default" });
    }
    metrics.answered(200, Duration::from_millis(1), Some(1));
    let text = metrics.text();
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let name = |(name, kind): (&str, &str)| match kind {
        "counter" => format!("{name}_total"),
        "info" => format!("{name}_info"),
        _ => name.to_owned(),
    };
    let series = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    (types.map(name).collect(), series)
}

/// The labels of a series, each as `name="value"`.
fn labels(series: &str) -> Vec<(&str, &str)> {
    let inner = series.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')).map_or("", |(inner, _)| inner);
    inner
        .split(',')
        .filter_map(|label| label.split_once('='))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect()
}

#[test]
fn every_metric_is_in_its_table_with_its_labels_and_their_values_and_no_other() {
    let (names, series) = metrics();
    assert_eq!(set(first_column("docs/operations.md", "## Metrics")), names);
    // Of these, the values are too many for the table.
    let open = ["code", "profile", "reason", "version"];
    for row in rows("docs/operations.md", "## Metrics") {
        for metric in code(&row[0]) {
            let mut expected = BTreeSet::new();
            for one in series.iter().filter(|one| one.split(['{', ' ']).next() == Some(&metric)) {
                for (name, value) in labels(one) {
                    expected.insert(name.to_owned());
                    // Why a connection was cut is a closed set, why a pod was skipped is not.
                    if !open.contains(&name) || metric == "injector_connections_cut_total" {
                        expected.insert(value.to_owned());
                    }
                }
            }
            assert_eq!(set(code(&row[1])), expected, "{metric}");
        }
    }
}

#[test]
fn every_alert_asks_for_a_metric_and_a_label_value_that_there_is() {
    let (_, series) = metrics();
    for row in rows("docs/operations.md", "## Alerts worth having") {
        let query = code(&row[1]).remove(0);
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let ours = |word: &&str| word.starts_with("injector_") || word.starts_with("sidecar_");
        let mut asked = 0;
        for word in query.split(|c| !is_word(c)).filter(ours) {
            let of = |one: &&String| one.split(['{', ' ']).next() == Some(word);
            assert!(series.iter().any(|one| of(&one)), "there is no `{word}`: {query}");
            for part in query.split(word).skip(1).filter(|part| part.starts_with('{')) {
                let selector = part.split_inclusive('}').next().unwrap();
                for (name, values) in labels(selector) {
                    for value in values.trim_start_matches(['~', '"']).split('|') {
                        let is_there = |one: &String| labels(one).contains(&(name, value));
                        assert!(series.iter().filter(of).any(is_there), "no `{word}` has {name}=`{value}`: {query}");
                    }
                }
            }
            asked += 1;
        }
        assert!(asked > 0 || query.contains("apiserver_admission_webhook_"), "{query}");
    }
}

#[test]
fn every_cargo_feature_is_in_its_table_and_no_other() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[features]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let lines = section.lines().filter(|line| !line.starts_with('#'));
    let features: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(" = ")).collect();
    let named = |name: &str| features.iter().find(|feature| feature.0 == name).unwrap().1;
    let expected = set(features.iter().map(|feature| feature.0).filter(|name| *name != "default"));
    assert_eq!(set(first_column("docs/reference.md", "## Cargo features")), expected);
    for row in rows("docs/reference.md", "## Cargo features") {
        let is_default = named("default").contains(&format!("\"{}\"", code(&row[0])[0]));
        assert_eq!(row[1], if is_default { "yes" } else { "no" });
    }
}

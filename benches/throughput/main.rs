//! How long injector takes from start to exit, and how much memory, beside what reading alone takes on the same input, beside a
//! program that does nothing, and beside kubectl where it is at hand; and how fast a profile with many expressions is beside one
//! without. It prints figures, and at the end a table of ratios with their limits; it asserts nothing.
//!
//! Run with `cargo bench --locked`, or with `contrib/bench`, which brings what the other benchmarks need.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and has nobody to hand an error to")]

use std::path::Path;
use std::process::Command;

use injector::internals::text::yaml::{judge_yaml, parse_yaml};

mod inputs;
mod measure;

use inputs::{different_workloads, mixed, pod, tree, workload, workloads};
use measure::{Exit, RUNS, Run, alone, in_turns, median, median_of, ms, rate, ratio, show, twice};

/// What injects `nginx`, whose rendering depends on parameters alone.
const NGINX: &[&str] = &["inject", "-q", "-o", "yaml", "-p", "nginx", "--namespace-labels", "sidecar-inject=enabled"];

/// What injects `linkerd`, which reads the pod in some hundred expressions.
const LINKERD: &[&str] = &[
    "inject",
    "-q",
    "-o",
    "yaml",
    "-p",
    "linkerd",
    "--namespace-annotations",
    "linkerd.io/inject=enabled",
    "--set",
    concat!("trustAnchors=", include_str!("../anchors.pem")),
];

/// What injects the default profile, and says only what is wrong.
const PLAIN: &[&str] = &["inject", "-q", "-o", "yaml"];

/// Runs of what takes some milliseconds, in turns: each is disturbed by whatever else the machine does.
const SHORT_RUNS: usize = 101;

/// A figure beside its limit, for the table at the end.
struct Goal {
    what: &'static str,
    here: String,
    limit: &'static str,
}

impl Goal {
    fn new(what: &'static str, here: String, limit: &'static str) -> Self {
        Self { what, here, limit }
    }
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let injector = Path::new(env!("CARGO_BIN_EXE_injector"));
    let path = folder.path().join("input.yaml");
    println!("median of {RUNS} runs, start to exit, output thrown away");
    let mut goals = start_up(injector, &path);
    goals.extend(stream(injector, &path, ("mixed, 50 MB", &mixed(50_000_000)), ["700 MB/s", "1.5"]));
    goals.extend(stream(injector, &path, ("workloads only, 50 MB", &workloads(50_000_000)), ["100 MB/s", "2.5"]));
    goals.push(files(injector, &folder.path().join("tree")));
    goals.extend(profiles(injector, &path));
    sizes(injector, &path);
    println!("\n{:<50} {:>12}  limit", "", "here");
    for Goal { what, here, limit } in goals {
        println!("{what:<50} {here:>12}  {limit}");
    }
}

/// One Deployment, beside a program that does nothing.
fn start_up(injector: &Path, path: &Path) -> Vec<Goal> {
    let text = workload(1);
    std::fs::write(path, &text).expect("the input is written");
    println!("\none Deployment: {} bytes", text.len());
    let [ours, empty] = in_turns(SHORT_RUNS, [(injector, PLAIN), (Path::new("true"), &[])], path);
    show("injector inject", text.len(), ours, None);
    show("a program that does nothing", text.len(), empty, None);
    kubectl(path, text.len(), ours);
    let times = format!("{:.1}", ratio(ours.wall, empty.wall));
    vec![Goal::new("one Deployment: times a program that does nothing", times, "2")]
}

/// One stream, beside what reading it alone takes; with a limit for the speed, and one for the memory in sizes of the input.
fn stream(
    injector: &Path,
    path: &Path,
    (name, text): (&'static str, &str),
    [speed, memory]: [&'static str; 2],
) -> [Goal; 2] {
    std::fs::write(path, text).expect("the input is written");
    let bytes = text.len();
    println!("\n{name}: {bytes} bytes");
    let ours = median(injector, PLAIN, path);
    show("injector inject", bytes, ours, None);
    for (name, limit) in [
        ("the parser alone", alone(text, |text| drop(parse_yaml(text)))),
        ("libyaml alone", alone(text, |text| drop(judge_yaml(text)))),
        ("a copy in memory", alone(text, |text| drop(std::hint::black_box(text.to_owned())))),
    ] {
        let times = ratio(ours.wall, limit);
        println!(
            "  {name:<28} {:>9.1} ms  {:>7.1} MB/s   injector takes {times:.2} times as long",
            ms(limit),
            rate(bytes, limit)
        );
    }
    let [what, of_input] = match name {
        "mixed, 50 MB" => ["mixed", "mixed: memory, times the input"],
        _ => ["workloads only", "workloads only: memory, times the input"],
    };
    [
        Goal::new(what, format!("{:.0} MB/s", rate(bytes, ours.wall)), speed),
        Goal::new(of_input, format!("{:.1}", ours.peak as f64 * 1024.0 / bytes as f64), memory),
    ]
}

/// `check` over a tree of 2,000 files, beside reading all of them twice.
fn files(injector: &Path, folder: &Path) -> Goal {
    let bytes = tree(folder, 2000);
    println!("\ncheck over 2,000 files: {bytes} bytes");
    let ours = median_of(injector, &["check", "-q", "-R"], folder, Exit::Findings);
    show("injector check", bytes, ours, None);
    let twice = twice(folder);
    println!("  {:<28} {:>9.1} ms  {:>7.1} MB/s", "reading them twice", ms(twice), rate(2 * bytes, twice));
    Goal::new("check: times reading the files twice", format!("{:.1}", ratio(ours.wall, twice)), "1")
}

/// kubectl, where it is at hand.
fn kubectl(path: &Path, bytes: usize, ours: Run) {
    if Command::new("kubectl").arg("version").arg("--client").output().is_ok() {
        let kubectl = median(Path::new("kubectl"), &["annotate", "--local", "-o", "yaml", "x=y", "-f"], path);
        show("kubectl annotate --local", bytes, kubectl, Some(ours));
    }
}

/// What a run costs against the size of its input: many documents, many containers in one pod, and one long variable.
fn sizes(injector: &Path, path: &Path) {
    println!("\nagainst size");
    let documents = [1, 10, 100, 1_000, 10_000, 100_000].map(|count| {
        let text = (0..count).map(|index| format!("---\n{}", workload(index))).collect();
        (format!("{count} Deployments"), text)
    });
    let containers = [1, 10, 100, 1_000].map(|count| (format!("a Pod of {count} containers"), pod(count, "v")));
    let variables =
        [1_000, 1_000_000].map(|bytes| (format!("a variable of {bytes} bytes"), pod(1, &"v".repeat(bytes))));
    for (name, text) in documents.into_iter().chain(containers).chain(variables) {
        std::fs::write(path, &text).expect("the input is written");
        show(&name, text.len(), median(injector, PLAIN, path), None);
    }
}

/// The profiles `nginx` and `linkerd` side by side: runs take turns, and medians count.
fn profiles(injector: &Path, path: &Path) -> [Goal; 2] {
    let inputs = [
        ("one Deployment", workload(1)),
        ("workloads only, 10 MB", workloads(10_000_000)),
        ("workloads that differ, 10 MB", different_workloads(10_000_000)),
    ];
    let [one, stream, _] = inputs.map(|(name, text)| {
        std::fs::write(path, &text).expect("the input is written");
        let bytes = text.len();
        println!("\n{name}, with two profiles: {bytes} bytes");
        let runs = if bytes < 100_000 { SHORT_RUNS } else { RUNS };
        let [nginx, linkerd] = in_turns(runs, [(injector, NGINX), (injector, LINKERD)], path);
        show("nginx", bytes, nginx, None);
        show("linkerd", bytes, linkerd, None);
        (nginx.wall, linkerd.wall)
    });
    [
        Goal::new("one Deployment with linkerd", format!("{:.1} ms", ms(one.1)), "8 ms"),
        Goal::new(
            "a stream with linkerd: speed to that with nginx",
            format!("{:.2}", ratio(stream.0, stream.1)),
            "0.50",
        ),
    ]
}

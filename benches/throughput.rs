//! How long `injector inject` takes from start to exit, and how much memory, beside what reading alone takes on the same input,
//! and beside kubectl where it is at hand; and how fast a profile with many expressions is beside one without.
//! Prints figures, ratios and the stated limits; asserts nothing.
//!
//! Run with `cargo bench --locked`.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and has nobody to hand an error to")]

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use injector::internals::text::document::split;
use injector::internals::text::yaml::{judge_yaml, parse_yaml};

/// Runs of each command; the median counts.
const RUNS: usize = 7;

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
    concat!("trustAnchors=", include_str!("anchors.pem")),
];

/// A run of a command.
#[derive(Clone, Copy)]
struct Run {
    wall: Duration,
    /// The largest resident set, in KiB; 0 where the system does not say.
    peak: u64,
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let injector = Path::new(env!("CARGO_BIN_EXE_injector"));
    println!("median of {RUNS} runs, start to exit, output thrown away");
    let inputs = [
        ("one Deployment", workload(1)),
        ("mixed, 50 MB", mixed(50_000_000)),
        ("workloads only, 10 MB", workloads(10_000_000)),
    ];
    for (name, text) in &inputs {
        let path = folder.path().join("input.yaml");
        std::fs::write(&path, text).expect("the input is written");
        let bytes = text.len();
        println!("\n{name}: {bytes} bytes");
        let ours = median(injector, &["inject", "-q", "-o", "yaml"], &path);
        show("injector inject", bytes, ours, None);
        for (name, limit) in [
            ("the parser alone", alone(text, |text| drop(parse_yaml(text)))),
            ("libyaml alone", alone(text, |text| drop(judge_yaml(text)))),
            ("a copy in memory", alone(text, |text| drop(std::hint::black_box(text.to_owned())))),
        ] {
            let verdict = ratio(ours.wall, limit);
            println!(
                "  {name:<28} {:>9.1} ms  {:>7.1} MB/s   injector takes {verdict:.2} times as long",
                ms(limit),
                rate(bytes, limit)
            );
        }
        if bytes < 20_000_000 && Command::new("kubectl").arg("version").arg("--client").output().is_ok() {
            let kubectl = median(Path::new("kubectl"), &["annotate", "--local", "-o", "yaml", "x=y", "-f"], &path);
            show("kubectl annotate --local", bytes, kubectl, Some(ours));
        }
        if bytes < 100_000 {
            println!("  limits: 5 ms, 16 MB");
        } else if *name == "mixed, 50 MB" {
            println!("  limits: 150 MB/s, {:.0} MB (two and a half times the input)", 2.5 * bytes as f64 / 1e6);
        }
    }
    let path = folder.path().join("input.yaml");
    profiles(injector, &path);
    sizes(injector, &path);
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
        show(&name, text.len(), median(injector, &["inject", "-q", "-o", "yaml"], path), None);
    }
}

/// A pod with so many containers, each with a variable of this value.
fn pod(containers: usize, value: &str) -> String {
    let mut text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: large\nspec:\n  containers:\n".to_owned();
    for index in 0..containers {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - name: c{index}\n    image: registry.example.com/c:{index}\n    env:\n    - name: V\n      value: {value}\n    ports:\n    - containerPort: {}\n",
            10_000 + index
        );
    }
    text
}

/// The profiles `nginx` and `linkerd` side by side: runs take turns, and medians count.
fn profiles(injector: &Path, path: &Path) {
    for (name, text) in [("one Deployment", workload(1)), ("workloads only, 10 MB", workloads(10_000_000))] {
        std::fs::write(path, &text).expect("the input is written");
        let bytes = text.len();
        println!("\n{name}, with two profiles: {bytes} bytes");
        let (mut nginx, mut linkerd) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            nginx.push(run(injector, NGINX, path));
            linkerd.push(run(injector, LINKERD, path));
        }
        let (nginx, linkerd) = (middle(nginx), middle(linkerd));
        show("nginx", bytes, nginx, None);
        show("linkerd", bytes, linkerd, None);
        if bytes < 100_000 {
            println!("  limit: 8 ms with linkerd");
        } else {
            println!("  linkerd is {:.2} times as fast as nginx; limit: 0.50", ratio(nginx.wall, linkerd.wall));
        }
    }
}

fn show(name: &str, bytes: usize, run: Run, base: Option<Run>) {
    let compared =
        base.map_or(String::new(), |base| format!("   injector is {:.1} times as fast", ratio(run.wall, base.wall)));
    println!(
        "  {name:<28} {:>9.1} ms  {:>7.1} MB/s  {:>7.1} MB{compared}",
        ms(run.wall),
        rate(bytes, run.wall),
        run.peak as f64 * 1024.0 / 1e6
    );
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}

fn ratio(left: Duration, right: Duration) -> f64 {
    left.as_secs_f64() / right.as_secs_f64()
}

fn median(program: &Path, args: &[&str], input: &Path) -> Run {
    middle((0..RUNS).map(|_| run(program, args, input)).collect())
}

/// The run of median length.
fn middle(mut runs: Vec<Run>) -> Run {
    runs.sort_by_key(|run| run.wall);
    runs.swap_remove(runs.len() / 2)
}

/// Runs a command and watches its resident set, as the kernel keeps its high-water mark.
fn run(program: &Path, args: &[&str], input: &Path) -> Run {
    let start = Instant::now();
    let mut command = Command::new(program);
    command
        .args(args)
        .arg(input)
        .stdout(Stdio::from(File::create("/dev/null").expect("/dev/null")))
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("the command starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(text) = std::fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok());
            peak = peak.max(kib.unwrap_or(0));
        }
        match child.try_wait().expect("the command is waited for") {
            Some(status) => {
                assert!(status.success(), "{} fails: {status}", program.display());
                return Run { wall: start.elapsed(), peak };
            }
            None => std::thread::sleep(Duration::from_micros(200)),
        }
    }
}

/// One thing done with every document of the stream.
fn alone(text: &str, work: impl Fn(&str)) -> Duration {
    let mut times: Vec<Duration> = (0..3)
        .map(|_| {
            let start = Instant::now();
            for document in split(text).expect("a stream") {
                work(document.text(text));
            }
            start.elapsed()
        })
        .collect();
    times.sort();
    times.swap_remove(1)
}

fn workload(index: usize) -> String {
    include_str!("workload.yaml").replace("INDEX", &index.to_string())
}

fn config_map(index: usize) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{index}\n  namespace: ns-{}\ndata:\n  app.properties: |\n",
        index % 7
    );
    for key in 0..50 + index * 7919 % 150 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    key{key} = value {} # not a comment", (index * 31 + key) % 9973);
    }
    text
}

fn workloads(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 2000);
    for index in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str("---\n");
        text.push_str(&workload(index));
    }
    text
}

/// A tenth of the bytes are workloads, the rest ConfigMaps.
fn mixed(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 20_000);
    let mut of_workloads = 0;
    for index in 0.. {
        if text.len() >= bytes {
            break;
        }
        let document = if of_workloads * 10 <= text.len() { workload(index) } else { config_map(index) };
        if document.starts_with('#') {
            of_workloads += document.len();
        }
        text.push_str("---\n");
        text.push_str(&document);
    }
    text
}

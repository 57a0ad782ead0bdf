//! How long the creation of a pod takes, and how much processor time: with an API server alone, with `injector serve` as its
//! webhook, and with the policies that make the same pod. Prints figures and their ratios to the API server alone; asserts that
//! the pods are right, and nothing else.
//!
//! The pods are stored and deleted again: a user waits for the storage too, so the ratios are what a user sees. A dry run would
//! leave it out. Deleting is not measured.
//!
//! Run with `cargo bench --locked --bench policies`, with a control plane in `KUBEBUILDER_ASSETS`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark prints, and has nobody to hand an error to"
)]

#[allow(dead_code, reason = "the tests only ask what would be")]
#[path = "../../tests/it/cluster/api.rs"]
mod api;
#[path = "../../tests/it/support/control_plane.rs"]
mod control_plane;
#[allow(dead_code, reason = "the benchmark of the webhook uses more of it")]
#[path = "../webhook/server.rs"]
mod server;
mod ways;

/// As the tests name it, for what is theirs.
mod support {
    pub(crate) use crate::control_plane;
}

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::{Value, json};

use api::{Answer, Api};
use control_plane::ControlPlane;
use server::{Server, cpu_of};
use ways::Way;

/// Creations of one way before it is the next one's turn.
const ROUND: usize = 20;

/// How long it may take until what was installed is in use.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Parser)]
struct Args {
    /// Creations of each pod in each way
    #[arg(long, default_value_t = 300)]
    requests: usize,
    /// Containers of the pods
    #[arg(long, value_delimiter = ',', default_values_t = [1, 100])]
    containers: Vec<usize>,
    /// What cargo says to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        println!(
            "KUBEBUILDER_ASSETS is not set, so nothing is measured: export KUBEBUILDER_ASSETS=$(contrib/control-plane)"
        );
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plane = ControlPlane::start(Path::new(&assets));
    let webhook = ways::install(&plane, folder.path());
    let mut bench = Bench {
        api: Api::new(&plane),
        webhook,
        api_server: process_at(plane.address().port()).expect("the API server is a process"),
        created: 0,
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "profile cortexflow, one connection, {} creations each in rounds of {ROUND} in turn, {processors} processors shared by all",
        args.requests
    );
    bench.wait();
    for containers in &args.containers {
        bench.measure(*containers, args.requests);
    }
}

/// The process of the API server that listens on this port.
fn process_at(port: u16) -> Option<u32> {
    let flags = format!("\0--secure-port\0{port}\0");
    let processes = std::fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.into_iter().find(|pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        // The shell that guards it has the same flags.
        line.split('\0').next().is_some_and(|program| program.ends_with("kube-apiserver")) && line.contains(&flags)
    })
}

/// A pod that each way but the first injects.
fn pod(containers: usize) -> Value {
    let container = |index| {
        json!({
            "name": format!("app-{index}"),
            "image": "app:1",
            "ports": [{"containerPort": 8080 + index}],
            "env": [{"name": "LEVEL", "value": "info"}],
        })
    };
    let containers: Vec<Value> = (0..containers).map(container).collect();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": {"containers": containers}})
}

/// A control plane in which all ways are installed.
struct Bench<'a> {
    api: Api<'a>,
    webhook: Server,
    api_server: u32,
    /// How many pods there have been: each has a name of its own.
    created: usize,
}

/// What was measured of one way.
struct Measured {
    way: Way,
    latencies: Vec<Duration>,
    api_server: Duration,
    webhook: Duration,
}

impl Bench<'_> {
    /// Waits until each way does all that it does: a pod comes out right, and one with a bad value is refused.
    fn wait(&mut self) {
        let mut bad = pod(1);
        bad["metadata"]["annotations"] = json!({"sidecar-injector/tcp-port": "none"});
        for way in Way::ALL {
            let end = Instant::now() + PATIENCE;
            loop {
                let (plain, refused) = (self.try_out(way, &pod(1)), self.try_out(way, &bad));
                let wrong = wrong(way, 1, &plain);
                if wrong.is_none() && (refused.status >= 400) == way.injects() {
                    break;
                }
                assert!(Instant::now() < end, "{}: {wrong:?}, {refused:?}", way.name());
                thread::sleep(Duration::from_millis(100));
            }
        }
    }

    /// What would become of a pod.
    fn try_out(&mut self, way: Way, pod: &Value) -> Answer {
        let path = format!("/api/v1/namespaces/{}/pods?dryRun=All", way.namespace());
        self.api.call("POST", &path, Some(pod))
    }

    fn measure(&mut self, containers: usize, requests: usize) {
        let pod = pod(containers);
        self.compare(&pod);
        let mut all = Way::ALL.map(Measured::new);
        for one in &mut all {
            self.round(&mut Measured::new(one.way), &pod, ROUND);
        }
        for first in (0..requests).step_by(ROUND) {
            for one in &mut all {
                self.round(one, &pod, ROUND.min(requests - first));
            }
            // Who comes after whom changes, and with it whose garbage is collected in whose time.
            all.rotate_left(1);
        }
        print(containers, pod.to_string().len(), &mut all);
    }

    /// All ways that inject make the same pod.
    fn compare(&mut self, pod: &Value) {
        let mut made = Way::ALL.into_iter().filter(|way| way.injects()).map(|way| {
            let pod = self.try_out(way, pod).body;
            (pod["metadata"]["annotations"].clone(), pod["spec"].clone())
        });
        let first = made.next();
        made.for_each(|other| assert_eq!(Some(other), first, "the pods are the same"));
    }

    /// Creates so many pods, and deletes them afterwards.
    fn round(&mut self, one: &mut Measured, pod: &Value, requests: usize) {
        let all = format!("/api/v1/namespaces/{}/pods", one.way.namespace());
        let names: Vec<String> = (self.created..).take(requests).map(|number| format!("pod-{number}")).collect();
        self.created += requests;
        let containers = pod["spec"]["containers"].as_array().map_or(0, Vec::len);
        let (api_server, webhook) = (cpu_of(self.api_server), self.webhook.cpu());
        for name in &names {
            let mut pod = pod.clone();
            pod["metadata"]["name"] = json!(name);
            let start = Instant::now();
            let answer = self.api.call("POST", &all, Some(&pod));
            one.latencies.push(start.elapsed());
            let wrong = wrong(one.way, containers, &answer);
            assert!(wrong.is_none(), "{}: {wrong:?}", one.way.name());
        }
        one.api_server += cpu_of(self.api_server).saturating_sub(api_server);
        one.webhook += self.webhook.cpu().saturating_sub(webhook);
        for name in names {
            self.api.ok("DELETE", &format!("{all}/{name}?gracePeriodSeconds=0"), None);
        }
    }
}

/// What is wrong with the answer about a pod of so many containers.
fn wrong(way: Way, containers: usize, answer: &Answer) -> Option<String> {
    let pod = &answer.body;
    let has_record = pod["metadata"]["annotations"]["sidecar-injector/status"].is_string();
    let added = if way.injects() { 1 } else { 0 };
    let has = |list: &str| pod["spec"][list].as_array().map_or(0, Vec::len);
    let warns = answer.warnings.iter().any(|text| text.contains("quality-of-service class changes"));
    let is_right = answer.status == 201
        && has_record == way.injects()
        && has("containers") == containers + added
        && has("initContainers") == added
        && warns == way.warns();
    (!is_right).then(|| format!("{answer:?}"))
}

impl Measured {
    const fn new(way: Way) -> Self {
        Self { way, latencies: Vec::new(), api_server: Duration::ZERO, webhook: Duration::ZERO }
    }

    /// The latency that this share of creations stayed under, in milliseconds. They are sorted.
    fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (share * last as f64).round() as usize;
        self.latencies.get(index).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }

    /// This time for each creation, in milliseconds.
    fn each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e3 / self.latencies.len() as f64
    }
}

fn print(containers: usize, bytes: usize, all: &mut [Measured]) {
    let plural = if containers == 1 { "" } else { "s" };
    println!("\na pod of {containers} container{plural}, {bytes} bytes");
    println!("  way                       p50 ms   p99 ms   p50 of none   API server's CPU ms   webhook's CPU ms");
    for one in &mut *all {
        one.latencies.sort_unstable();
    }
    let none = all.iter().find(|one| one.way == Way::None).map_or(f64::NAN, |one| one.percentile(0.5));
    let in_order = Way::ALL.into_iter().filter_map(|way| all.iter().find(|one| one.way == way));
    for one in in_order {
        println!(
            "  {:<24} {:>7.1} {:>8.1} {:>12.2}x {:>21.1} {:>18.1}",
            one.way.name(),
            one.percentile(0.5),
            one.percentile(0.99),
            one.percentile(0.5) / none,
            one.each(one.api_server),
            one.each(one.webhook),
        );
    }
}

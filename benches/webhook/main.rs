//! How many reviews a second `injector serve` answers, how fast, and in how much memory, beside the most that the same TLS and
//! HTTP stack can do, and beside a handler that reads each review into a JSON value and writes it back. Prints figures, ratios
//! and the stated limits; asserts that the answers are right, and nothing else.
//!
//! Run with `cargo bench --locked --bench webhook`; a million by hand:
//! `cargo bench --locked --bench webhook -- --only serve --review small --connections 32 --requests 1000000`.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and has nobody to hand an error to")]

mod client;
mod review;
mod server;
mod stand_in;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;

use client::{Round, Target, Until};
use review::Size;
use server::{Certificates, Kind, Server};

/// The same as the program's, so that the stand-ins have what it has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Least share of the limit's requests/s, on the small review.
const SHARE: f64 = 0.60;

/// Most memory, in MB, at any time, with 200 connections.
const MEMORY: f64 = 30.0;

/// Requests before anything is measured: buffers, threads and sessions are there afterwards.
const WARM_UP: u64 = 400;

#[derive(Parser)]
struct Args {
    /// Connections, one set of rounds for each number
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32, 200])]
    connections: Vec<usize>,
    /// Which reviews
    #[arg(long, value_delimiter = ',', default_values = ["small", "large"])]
    review: Vec<Size>,
    /// Which servers
    #[arg(long, value_delimiter = ',', default_values = ["serve", "limit", "reference"])]
    only: Vec<Kind>,
    /// Length of a round
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Rounds of each server, in turn with the others'; medians count
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// One round of so many requests instead, with memory sampled meanwhile
    #[arg(long)]
    requests: Option<u64>,
    /// What cargo says to every bench
    #[arg(long, hide = true)]
    bench: bool,
    #[command(flatten)]
    stand_in: StandIn,
}

/// How this program starts itself as another server.
#[derive(clap::Args)]
struct StandIn {
    #[arg(id = "kind", long = "stand-in", hide = true)]
    kind: Option<Kind>,
    #[arg(long, hide = true, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[arg(long, hide = true, default_value = ".")]
    tls_cert: PathBuf,
    #[arg(long, hide = true, default_value = ".")]
    tls_key: PathBuf,
    #[arg(long, hide = true, default_value = ".")]
    answer: PathBuf,
}

fn main() {
    let args = Args::parse();
    let StandIn { kind, listen, tls_cert, tls_key, answer } = &args.stand_in;
    match kind {
        Some(Kind::Limit) => stand_in::limit(*listen, tls_cert, tls_key, answer),
        Some(Kind::Reference) => stand_in::reference(*listen, tls_cert, tls_key),
        Some(Kind::Serve) | None => measure(&args),
    }
}

fn measure(args: &Args) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let certificates = Certificates::make(folder.path());
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    match args.requests {
        Some(requests) => {
            println!("one round of {requests} requests each, {processors} processors shared with the client")
        }
        None => println!(
            "medians of {} rounds of {} s in turn, {processors} processors shared with the client",
            args.rounds, args.seconds
        ),
    }
    for size in &args.review {
        let body = size.review();
        let answer = folder.path().join("answer");
        std::fs::write(&answer, right_answer(&body, &certificates, &answer)).expect("the answer is written");
        let answered = std::fs::metadata(&answer).map_or(0, |metadata| metadata.len());
        println!("\nreviews of {} bytes, answers of {answered} bytes", body.len());
        println!(
            "  connections  server      requests/s   of limit   p50 ms   p99 ms  p99.9 ms  CPU µs/request  memory MB  peak MB  errors"
        );
        for connections in &args.connections {
            Cell { args, certificates: &certificates, body: &body, answer: &answer, connections: *connections }.run();
        }
        if *size == Size::Small {
            println!(
                "  limits of serve: at least {:.0} % of the limit, a p99 of at most 2.5 times its own, and a peak under {MEMORY:.0} MB with 200 connections",
                SHARE * 100.0
            );
        }
    }
}

/// What serve answers, checked to the end.
fn right_answer(body: &[u8], certificates: &Certificates, unused: &Path) -> Vec<u8> {
    let server = Server::start(Kind::Serve, certificates, unused);
    let answer = client::once(&target(&server, certificates, body, &[])).expect("serve answers");
    review::check(body, &answer);
    answer
}

fn target(server: &Server, certificates: &Certificates, body: &[u8], answer: &[u8]) -> Target {
    Target {
        address: server.address,
        tls: client::tls(certificates.ca.clone()),
        request: review::request(body).into(),
        answer: answer.into(),
    }
}

/// One number of connections: new processes, so that their memory is their own.
struct Cell<'a> {
    args: &'a Args,
    certificates: &'a Certificates,
    body: &'a [u8],
    answer: &'a Path,
    connections: usize,
}

/// A server, and what was measured of it.
struct Measured {
    kind: Kind,
    server: Server,
    target: Target,
    rounds: Vec<Round>,
    /// Processor time a request, in microseconds, by rounds.
    cpu: Vec<f64>,
    samples: Vec<u64>,
}

impl Cell<'_> {
    fn run(&self) {
        let mut all: Vec<Measured> = self.args.only.iter().map(|kind| self.start(*kind)).collect();
        let (rounds, until) = match self.args.requests {
            Some(requests) => (1, Until::Requests(requests)),
            None => (self.args.rounds, Until::After(Duration::from_secs_f64(self.args.seconds))),
        };
        for _ in 0..rounds {
            for one in &mut all {
                one.round(self.connections, until);
            }
        }
        let limit = all.iter().find(|one| one.kind == Kind::Limit);
        for one in &all {
            self.print(one, limit);
        }
    }

    fn start(&self, kind: Kind) -> Measured {
        let server = Server::start(kind, self.certificates, self.answer);
        let mut target = target(&server, self.certificates, self.body, &[]);
        let answer: Arc<[u8]> = client::once(&target).expect("the server answers").into();
        match kind {
            Kind::Serve => review::check(self.body, &answer),
            Kind::Limit => assert_eq!(std::fs::read(self.answer).expect("the answer was written"), *answer),
            Kind::Reference => assert_eq!(self.body, &*answer, "a review that is written back is the same"),
        }
        target.answer = answer;
        client::round(&target, self.connections, Until::Requests(WARM_UP));
        Measured { kind, server, target, rounds: Vec::new(), cpu: Vec::new(), samples: Vec::new() }
    }

    fn print(&self, one: &Measured, limit: Option<&Measured>) {
        // Rounds stand beside each other in time: what disturbs one disturbs its neighbour too.
        let share = limit.map_or(String::new(), |limit| {
            let shares = one.rounds.iter().zip(&limit.rounds).map(|(one, limit)| one.rate() / limit.rate());
            format!("{:.1} %", median(shares) * 100.0)
        });
        println!(
            "  {:>11}  {:<10} {:>11.0} {share:>10} {:>8.3} {:>8.3} {:>9.3} {:>15.1} {:>10.1} {:>8.1} {:>7}",
            self.connections,
            one.kind.name(),
            median(one.rounds.iter().map(Round::rate)),
            median(one.rounds.iter().map(|round| round.percentile(0.5))),
            median(one.rounds.iter().map(|round| round.percentile(0.99))),
            median(one.rounds.iter().map(|round| round.percentile(0.999))),
            median(one.cpu.iter().copied()),
            megabytes(one.server.memory()),
            megabytes(one.server.peak()),
            one.rounds.iter().map(|round| round.errors).sum::<u64>(),
        );
        if let Some(error) = one.rounds.iter().find_map(|round| round.first_error.as_ref()) {
            println!("{:>13}the first error: {error}", "");
        }
        if self.args.requests.is_some() && !one.samples.is_empty() {
            let last = one.samples.len() - 1;
            let tenths = (0..=10).filter_map(|tenth| one.samples.get(last * tenth / 10));
            let tenths: Vec<_> = tenths.map(|sample| format!("{:.1}", megabytes(*sample))).collect();
            println!("{:>13}memory in MB over the {:.0} s: {}", "", one.took(), tenths.join(" "));
        }
    }
}

impl Measured {
    fn round(&mut self, connections: usize, until: Until) {
        let before = self.server.cpu();
        let (round, samples) = self.server.watched(|| client::round(&self.target, connections, until));
        let spent = self.server.cpu().saturating_sub(before);
        self.cpu.push(spent.as_secs_f64() * 1e6 / round.latencies.len().max(1) as f64);
        self.rounds.push(round);
        self.samples.extend(samples);
    }

    fn took(&self) -> f64 {
        self.rounds.iter().map(|round| round.took.as_secs_f64()).sum()
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

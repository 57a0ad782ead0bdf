//! One command, run and watched; figures as they are printed.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use injector::internals::text::document::split;

/// Runs of each command; the median counts.
pub(crate) const RUNS: usize = 7;

/// Runs of a command.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// The median, start to exit.
    pub(crate) wall: Duration,
    /// The largest resident set, in KiB; 0 where the system does not say.
    pub(crate) peak: u64,
}

pub(crate) fn show(name: &str, bytes: usize, run: Run, base: Option<Run>) {
    let compared =
        base.map_or(String::new(), |base| format!("   injector is {:.1} times as fast", ratio(run.wall, base.wall)));
    println!(
        "  {name:<28} {:>9.1} ms  {:>7.1} MB/s  {:>7.1} MB{compared}",
        ms(run.wall),
        rate(bytes, run.wall),
        run.peak as f64 * 1024.0 / 1e6
    );
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

pub(crate) fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}

pub(crate) fn ratio(left: Duration, right: Duration) -> f64 {
    left.as_secs_f64() / right.as_secs_f64()
}

/// How a command is to end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// With 0.
    Done,
    /// With 1: `check` finds what is not injected.
    Findings,
}

pub(crate) fn median(program: &Path, args: &[&str], input: &Path) -> Run {
    median_of(program, args, input, Exit::Done)
}

pub(crate) fn median_of(program: &Path, args: &[&str], input: &Path, exit: Exit) -> Run {
    let walls = (0..RUNS).map(|_| time(program, args, input, exit)).collect();
    Run { wall: middle(walls), peak: peak(program, args, input, exit) }
}

/// Two commands that take turns, so many times.
pub(crate) fn in_turns(runs: usize, commands: [(&Path, &[&str]); 2], input: &Path) -> [Run; 2] {
    let mut walls = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        for ((program, args), walls) in commands.iter().zip(&mut walls) {
            walls.push(time(program, args, input, Exit::Done));
        }
    }
    let mut walls = walls.into_iter().map(middle);
    commands.map(|(program, args)| Run {
        wall: walls.next().unwrap_or_default(),
        peak: peak(program, args, input, Exit::Done),
    })
}

/// The median.
fn middle(mut walls: Vec<Duration>) -> Duration {
    walls.sort();
    walls.swap_remove(walls.len() / 2)
}

/// How long a command takes, start to exit.
fn time(program: &Path, args: &[&str], input: &Path, exit: Exit) -> Duration {
    let start = Instant::now();
    let status = start_of(program, args, input).wait().expect("the command is waited for");
    let wall = start.elapsed();
    assert_is(exit, status, program);
    wall
}

/// The largest resident set of a run in KiB, as the kernel keeps its high-water mark; 0 where the system does not say. To ask for it
/// again and again slows the run down, so it has a run of its own.
fn peak(program: &Path, args: &[&str], input: &Path, exit: Exit) -> u64 {
    let mut child = start_of(program, args, input);
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
                assert_is(exit, status, program);
                return peak;
            }
            None => std::thread::sleep(Duration::from_micros(200)),
        }
    }
}

fn start_of(program: &Path, args: &[&str], input: &Path) -> Child {
    let mut command = Command::new(program);
    command
        .args(args)
        .arg(input)
        .stdout(Stdio::from(File::create("/dev/null").expect("/dev/null")))
        .stderr(Stdio::null());
    command.spawn().expect("the command starts")
}

fn assert_is(exit: Exit, status: ExitStatus, program: &Path) {
    assert_eq!(status.code(), Some(i32::from(exit == Exit::Findings)), "{}", program.display());
}

/// One thing done with every document of the stream.
pub(crate) fn alone(text: &str, work: impl Fn(&str)) -> Duration {
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

/// All files of a folder, read twice.
pub(crate) fn twice(folder: &Path) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..2 {
                read_all(folder);
            }
            start.elapsed()
        })
        .collect();
    times.sort();
    times.swap_remove(RUNS / 2)
}

fn read_all(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path);
        } else {
            drop(std::hint::black_box(std::fs::read(&path).expect("a file")));
        }
    }
}

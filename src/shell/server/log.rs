//! The log: one line for each request, as text or JSON, on standard error.
//!
//! It never has an object's content. Text from a client is cut, and escaped so that it cannot begin a new line.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Level, enabled, event};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use super::judge::Reply;
use super::routes::refusal::Refusal;
use crate::install::LogFormat;

/// A name, uid or message is cut at this length: names of Kubernetes have 253 characters at most.
const LONGEST: usize = 256;

/// The target of the line that every request gets.
pub(crate) const REQUEST: &str = "injector::request";

/// What is logged: `--log-level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// What needs attention
    Error,
    /// Also requests that were refused or failed
    Warn,
    /// Also every other request
    #[default]
    Info,
    /// Also what the libraries log
    Debug,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
        }
    }
}

/// Logs to standard error from now on, in the whole process. Only the first call counts.
pub(crate) fn start(format: LogFormat, level: LogLevel) {
    let ansi = if io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() { Ansi::On } else { Ansi::Off };
    // An error means that a log was started before, which stays.
    let _ = tracing::dispatcher::set_global_default(subscriber(format, level, ansi, io::stderr));
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ansi {
    /// With escape codes.
    On,
    /// Plain.
    Off,
}

/// A subscriber that writes log lines to `writer`.
pub fn subscriber<W>(format: LogFormat, level: LogLevel, ansi: Ansi, writer: W) -> Dispatch
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // Above `debug`, libraries log only what is wrong.
    let level = LevelFilter::from(level);
    let others = if level >= LevelFilter::DEBUG { LevelFilter::INFO } else { level.min(LevelFilter::WARN) };
    let targets = Targets::new().with_target("injector", level).with_default(others);
    let registry = tracing_subscriber::registry().with(targets);
    let layer = tracing_subscriber::fmt::layer().with_ansi(ansi == Ansi::On).with_writer(writer);
    match format {
        LogFormat::Text => registry.with(layer).into(),
        LogFormat::Json => {
            registry.with(layer.json().flatten_event(true).with_current_span(false).with_span_list(false)).into()
        }
    }
}

/// The line of a request that was answered.
pub(super) fn answered(answer: &Reply, took: Duration) {
    macro_rules! line {
        ($level:expr) => {
            if enabled!(target: REQUEST, $level) {
                let subject = &answer.subject;
                event!(
                    target: REQUEST,
                    $level,
                    uid = cut(&subject.uid),
                    namespace = cut(&subject.namespace),
                    kind = cut(&subject.kind),
                    name = cut(&subject.name),
                    operation = cut(&subject.operation),
                    profiles = verdicts(answer),
                    allowed = answer.review.response.allowed,
                    code = 200,
                    seconds = took.as_secs_f64(),
                    "answered"
                );
            }
        };
    }
    if answer.review.response.allowed {
        line!(Level::INFO);
    } else {
        line!(Level::WARN);
    }
}

/// The line of a request that got no answer.
pub(super) fn refused(refusal: &Refusal, took: Duration) {
    let code = refusal.status().as_u16();
    let seconds = took.as_secs_f64();
    if let Refusal::Panicked(panic) = refusal {
        event!(target: REQUEST, Level::ERROR, code, seconds, panic = cut(panic), "panicked");
    } else if enabled!(target: REQUEST, Level::WARN) {
        let reason = refusal.to_string();
        let (uid, reason) = (refusal.uid().map(cut), cut(&reason));
        event!(target: REQUEST, Level::WARN, uid, code, seconds, reason, "refused");
    }
}

/// The line of a request whose client went away. Its body was not read, so nothing is known of the review.
pub(super) fn gone(code: u16, took: Duration) {
    event!(target: REQUEST, Level::WARN, code, seconds = took.as_secs_f64(), "the client went away");
}

/// `cortexflow: injected (default), nginx: skipped (namespace-not-selected)`.
fn verdicts(answer: &Reply) -> String {
    let mut out = String::new();
    for verdict in &answer.verdicts {
        let separator = if out.is_empty() { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(out, "{separator}{}: {} ({})", verdict.profile, verdict.result.name(), verdict.reason);
    }
    out
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default()
}

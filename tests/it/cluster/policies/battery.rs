//! Every pod of a battery three ways, and what differs.

use std::collections::BTreeMap;
use std::fmt;

use injector::internals::decide::record::Entry;
use serde_json::{Map, Value};

use super::own::Added;
use super::rows::Row;
use super::subject::{LEAST, RECORD, Subject};
use super::ways::{Outcome, Place, Told};
use super::{pods, random, records, values, warnings, workloads};
use crate::support::control_plane::ControlPlane;

/// Which ways are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ways {
    /// Policy, webhook and manifest.
    Three,
    /// Policy and webhook: with the admission of ServiceAccounts, a manifest is injected before the pod has its token's volume.
    Two,
}

/// What a comparison of one pod came to.
#[derive(Debug)]
enum Verdict {
    Equal,
    /// All refuse it.
    Refused(Words),
    /// A difference that is known, with its reason.
    Known(&'static str),
    Different(String),
    /// The records differ in nothing but a hash.
    Hash(String),
}

/// How two refusals of a pod compare.
#[derive(Debug)]
enum Words {
    Same,
    /// No policy refuses it, but the API server.
    OfServer,
    /// Those of each.
    Other(String),
}

/// How many pods came to what, and what differed.
#[derive(Debug, Default)]
pub(super) struct Tally {
    name: String,
    pods: usize,
    equal: usize,
    injected: usize,
    refused: usize,
    known: BTreeMap<&'static str, usize>,
    /// Pods whose records differ in nothing but a hash.
    pub(super) hashes: Vec<String>,
    /// Pods with what differs.
    pub(super) different: Vec<String>,
    /// Pods that the API server itself refuses where the webhook does so before.
    by_server: usize,
    /// Refusals of the same pod in other words.
    pub(super) words: Vec<String>,
    /// Warnings of the same pod that differ.
    pub(super) warnings: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, pods, equal, injected, refused, known, hashes, different, by_server, words, warnings } = self;
        writeln!(
            f,
            "{name}: {pods} pods, {equal} equal ({injected} injected), {refused} refused by all ({by_server} by the API server, {} in other words), {} known, {} with another hash, {} different, {} with other warnings",
            words.len(),
            known.values().sum::<usize>(),
            hashes.len(),
            different.len(),
            warnings.len()
        )?;
        for (reason, count) in known {
            writeln!(f, "  known: {count}: {reason}")?;
        }
        for (what, lines) in [("hash", hashes), ("different", different), ("words", words), ("warnings", warnings)] {
            for line in lines {
                writeln!(f, "  {what}: {line}")?;
            }
        }
        Ok(())
    }
}

/// Pods with which a mistake was found: each run tries them. A dozen wrong keys are named in the order of the profile.
const FOUND: [&str; 1] = ["names-12"];

/// The pods for a subject.
fn rows(subject: &Subject) -> Vec<Row> {
    let injected = subject.injected();
    let added = Added::new(subject, &injected);
    let own = added.containers();
    let mut rows = [pods::rows(subject), records::rows(subject, &own), added.rows(), values::rows(subject)].concat();
    rows.extend(random::rows(subject, &rows));
    rows.extend(workloads::rows(subject));
    let step = subject.step(rows.len());
    let is_tried = |(index, row): &(usize, Row)| index.is_multiple_of(step) || FOUND.contains(&row.name.as_str());
    let rows: Vec<Row> = rows.into_iter().enumerate().filter(is_tried).map(|(_, row)| row).collect();
    assert!(rows.len() >= LEAST || !subject.is_builtin(), "{}: only {} pods", subject.name, rows.len());
    rows
}

/// Runs a battery with these policies.
pub(super) fn run(plane: &ControlPlane, subject: &Subject, objects: &[Value], ways: Ways) -> Tally {
    let rows = rows(subject);
    let mut place = Place::new(plane, subject);
    let told = place.told(&rows);
    let manifest = match ways {
        Ways::Three => Some(place.by_manifest(&told)),
        Ways::Two => None,
    };
    let policy = place.by_policy(objects, &rows, &told);
    let webhook = place.by_webhook(&rows, &told);
    let mut tally = Tally { name: subject.name.clone(), pods: rows.len(), ..Tally::default() };
    for (index, row) in rows.iter().enumerate() {
        let ways = (&policy[index], &webhook[index], manifest.as_ref().map(|all| &all[index]));
        tally.count(row, &compare(row, ways, &told[index]), ways.0);
        tally.compare_warnings(row, ways);
    }
    tally
}

type Outcomes<'o> = (&'o Outcome, &'o Outcome, Option<&'o Outcome>);

impl Tally {
    fn count(&mut self, row: &Row, verdict: &Verdict, policy: &Outcome) {
        let name = format!("{}/{}/{}", self.name, row.namespace, row.name);
        match verdict {
            Verdict::Equal => {
                self.equal += 1;
                let record = |pod: &Value, at: &str| pod.pointer(at).cloned().unwrap_or_default();
                let after = policy.stored.as_ref().map(|pod| pod["annotations"][RECORD].clone()).unwrap_or_default();
                let before = record(&row.pod, "/metadata/annotations/sidecar-injector~1status");
                self.injected += usize::from(after.is_string() && after != before);
            }
            Verdict::Refused(words) => {
                self.refused += 1;
                match words {
                    Words::Same => {}
                    Words::OfServer => self.by_server += 1,
                    Words::Other(words) => self.words.push(format!("{name}\n{words}")),
                }
            }
            Verdict::Known(reason) => *self.known.entry(reason).or_default() += 1,
            Verdict::Hash(what) => self.hashes.push(format!("{name}\n{what}")),
            Verdict::Different(what) => self.different.push(format!("{name}\n{what}")),
        }
    }

    fn compare_warnings(&mut self, row: &Row, (policy, webhook, manifest): Outcomes<'_>) {
        if policy.stored.is_err() || webhook.stored.is_err() || known(row, policy, webhook).is_some() {
            return;
        }
        let record = row.pod["metadata"]["annotations"][RECORD].as_str().unwrap_or_default();
        let is_injected = record.contains(&format!("\"profile\":\"{}\"", self.name));
        if let Some(difference) = warnings::difference((policy, webhook, manifest), is_injected) {
            self.warnings.push(format!("{}/{}/{}{difference}", self.name, row.namespace, row.name));
        }
    }
}

fn compare(row: &Row, (policy, webhook, manifest): Outcomes<'_>, told: &Told) -> Verdict {
    let mut lines = Vec::new();
    let mut differ = |what: &str, one: &Outcome, two: &Outcome| {
        if let Some(difference) = difference(one, two) {
            lines.push(format!("      {what}: {difference}"));
        }
    };
    differ("policy | webhook", policy, webhook);
    // A manifest may be refused for how its values are written, which a webhook does not see; and its record is read even where
    // the API server would ask no one about the pod.
    let kept = webhook
        .stored
        .as_ref()
        .is_ok_and(|pod| pod["annotations"][RECORD] == row.pod["metadata"]["annotations"][RECORD]);
    let is_seen_by_no_other = |way: &&Outcome| {
        let says = |words: &str| way.stored.as_ref().is_err_and(|why| why.contains(words));
        says("is not written in quotes") || (kept && says(UNREAD))
    };
    if let Some(manifest) = manifest.filter(|way| !is_seen_by_no_other(way)) {
        differ("webhook | manifest", &without_old_handlers(webhook), &without_old_handlers(manifest));
    }
    if !lines.is_empty() {
        let what = lines.join("\n");
        let manifest = manifest.map(without_hashes);
        let (one, two) = (without_hashes(policy), without_hashes(webhook));
        let is_hash = difference(&one, &two).is_none()
            && manifest
                .is_none_or(|three| difference(&without_old_handlers(&two), &without_old_handlers(&three)).is_none());
        return match known(row, policy, webhook) {
            _ if is_hash => Verdict::Hash(what),
            Some(reason) => Verdict::Known(reason),
            None => Verdict::Different(what),
        };
    }
    match (&policy.stored, &webhook.stored) {
        (Err(of_policy), Err(of_webhook)) => match known(row, policy, webhook) {
            Some(reason) => Verdict::Known(reason),
            None => Verdict::Refused(words(of_policy, of_webhook, told)),
        },
        _ => Verdict::Equal,
    }
}

/// Why a difference is as it has to be.
fn known(row: &Row, policy: &Outcome, webhook: &Outcome) -> Option<&'static str> {
    let refused = policy.stored.as_ref().err();
    if refused.is_some_and(|text| text.contains("which a policy cannot do")) {
        return Some("a policy cannot complete a container, and says so");
    }
    if has_container_to_complete(&row.pod) {
        if difference(policy, webhook).is_none() {
            return Some("admission has given a container to be completed its defaults before the webhook sees it");
        }
        if policy.warnings.iter().any(|text| text.contains("which a policy cannot do")) {
            return Some("a policy cannot complete a container, and warns where the profile says `onError: Skip`");
        }
        if refused.is_some_and(|text| text.contains("image: Required value")) {
            return Some("a policy cannot complete a container, and the API server takes none without an image");
        }
    }
    let given = row.pod["metadata"]["annotations"][RECORD].as_str();
    let is_left = || policy.stored.as_ref().is_ok_and(|pod| pod["annotations"][RECORD].as_str() == given);
    // The API server looks before a policy can refuse: at a pod that the policy that patches has left alone.
    let is_unread = refused.is_some_and(|text| text.contains(UNREAD) || !text.contains(DENIED)) || is_left();
    if is_unread && given.is_some_and(is_in_another_form) {
        return Some("a policy reads a record only in the form in which injector writes it");
    }
    None
}

/// What a policy's refusal has before its message.
const DENIED: &str = "denied request: ";

/// What is said of a record that is not understood. A policy says no more.
pub(super) const UNREAD: &str = "the record `sidecar-injector/status` cannot be read";

/// Whether this is a record, but not as injector writes it: with blanks, in another order, with other escapes.
fn is_in_another_form(text: &str) -> bool {
    let entries = serde_json::from_str::<Vec<Entry>>(text);
    entries.is_ok_and(|entries| serde_json::to_string(&entries).unwrap() != text)
}

/// Whether a container has no image of its own, so that a profile may give it one.
fn has_container_to_complete(pod: &Value) -> bool {
    let lists = ["containers", "initContainers"].map(|list| pod["spec"][list].as_array());
    let all = lists.into_iter().flatten().flatten();
    all.map(|container| container["image"].as_str()).any(|image| matches!(image, None | Some("" | "auto")))
}

/// The record has an old probe as it was: in a manifest without the API server's defaults.
fn without_old_handlers(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    let Ok(pod) = &mut outcome.stored else { return outcome };
    let Some(text) = pod["annotations"][RECORD].as_str() else { return outcome };
    let Ok(mut record) = serde_json::from_str::<Value>(text) else { return outcome };
    for entry in record.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        let replaced = entry.get_mut("replaced").and_then(Value::as_object_mut);
        replaced.into_iter().flat_map(Map::values_mut).filter(|old| old.is_object()).for_each(|old| *old = Value::Null);
    }
    pod["annotations"][RECORD] = record;
    outcome
}

/// An outcome whose record has no hashes.
fn without_hashes(outcome: &Outcome) -> Outcome {
    const START: &str = r#""hash":""#;
    let mut outcome = outcome.clone();
    let Ok(pod) = &mut outcome.stored else { return outcome };
    let Some(text) = pod["annotations"][RECORD].as_str() else { return outcome };
    let mut parts = text.split(START);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut is_escaped = false;
        let end = part.find(|c| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        });
        plain = plain + START + &part[end.unwrap_or(part.len())..];
    }
    pod["annotations"][RECORD] = Value::from(plain);
    outcome
}

/// What differs between two ways; nothing where both store the same or both refuse.
fn difference(one: &Outcome, two: &Outcome) -> Option<String> {
    match (&one.stored, &two.stored) {
        (Err(_), Err(_)) => None,
        (Ok(one), Ok(two)) if one == two => None,
        (Ok(one), Ok(two)) => {
            let mut lines = Vec::new();
            walk("", one, two, &mut lines);
            Some(lines.join("\n        "))
        }
        (Ok(_), Err(why)) => Some(format!("stored | refused: {why}")),
        (Err(why), Ok(_)) => Some(format!("refused: {why} | stored")),
    }
}

fn walk(at: &str, one: &Value, two: &Value, lines: &mut Vec<String>) {
    match (one, two) {
        (Value::Object(left), Value::Object(right)) => {
            let new = right.keys().filter(|key| !left.contains_key(*key));
            for key in left.keys().chain(new) {
                walk(&format!("{at}/{key}"), &one[key], &two[key], lines);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (one, two)) in left.iter().zip(right).enumerate() {
                walk(&format!("{at}/{index}"), one, two, lines);
            }
        }
        _ if one == two => {}
        _ => lines.push(format!("{at}: {} | {}", cut(&one.to_string()), cut(&two.to_string()))),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(700) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Parts of messages about what only the API server asks.
const OF_SERVER: [&str; 3] =
    [" is above its limit of ", "` has a space before or after it", "environment variable name `"];

/// How a message begins about fields of the pod that a profile sets.
const OF_FIELDS: &str = "the profile `pod`: ";

/// A message with the length that the webhook counts: what the API server has filled in may be in the record.
fn counted(message: &str, webhook: &str) -> String {
    let is_long = "would be too long: ";
    let (Some((start, end)), Some((_, there))) = (message.split_once(is_long), webhook.split_once(is_long)) else {
        return message.to_owned();
    };
    let after = |text: &str| text.find(' ').unwrap_or_default();
    format!("{start}{is_long}{}{}", &there[..after(there)], &end[after(end)..])
}

/// A message as a policy has it: it does not say what is wrong with a record.
fn normal(message: &str) -> &str {
    if message.starts_with(UNREAD) { UNREAD } else { message }
}

/// The words of each way, where a message of the command line is not in both. A message alone counts: a policy leaves out the
/// place and the hint.
fn words(policy: &str, webhook: &str, told: &Told) -> Words {
    if !policy.contains(DENIED) {
        return Words::OfServer;
    }
    let messages = told.pod.as_ref().err().cloned().unwrap_or_default();
    // A policy writes no line break, and no more than so much.
    let plain = |text: &str| text.replace(['\n', '\r'], " ");
    let in_policy = policy.split_once(DENIED).map_or("", |(_, words)| words);
    // What only the API server asks, a policy leaves to it.
    let of_server =
        |message: &str| message.starts_with(OF_FIELDS) || OF_SERVER.iter().any(|words| message.contains(words));
    let asked = messages.iter().filter(|message| !of_server(message));
    let wanted = plain(&asked.map(|message| counted(normal(message), webhook)).collect::<Vec<_>>().join("; "));
    let is_same = match in_policy.strip_suffix('…') {
        Some(start) => wanted.starts_with(start),
        // The API server takes the blanks around a message away.
        None => in_policy.trim() == wanted.trim(),
    };
    let is_told = webhook.ends_with('…') || messages.iter().all(|message| webhook.contains(&counted(message, webhook)));
    if is_same && is_told && !messages.is_empty() {
        return Words::Same;
    }
    Words::Other(format!(
        "      policy:  {}\n      webhook: {}\n      command: {}",
        cut(policy),
        cut(webhook),
        cut(&wanted)
    ))
}

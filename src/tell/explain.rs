//! An explanation: every rule, what it saw and where, and which one decided.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::decide::eligibility::Applies;
use crate::decide::explain::{EntryState, Explanation, ParameterState, ProfileExplanation, RecordState, shown};
use crate::decide::facts::ClusterFacts;
use crate::decide::inject::{Edit, EditedField, InjectionState, Verdict};
use crate::diagnostic::{Diagnostic, Placed, Position, Severity};
use crate::kube::workload::Identity;
use crate::policy;
use crate::process::explain::{self as process, Explained};
use crate::process::look::Triage;
use crate::process::object::ObjectClass;
use crate::process::run::Run;
use crate::process::stream::Stream;
use crate::profile::parameter::Origin;
use crate::report::{Colour, Ink, visible};
use crate::text::yaml::tree::Tree;
use crate::value::pointer::Pointer;

mod json;

use json::Obstacle;
pub(crate) use json::{Explanations, PolicyAnswer, Workload};

/// In which form.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// Text.
    Text(Colour),
    /// Data.
    Json,
}

/// What was explained: the one or the other form.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) text: String,
    pub(crate) workloads: Vec<Workload>,
    /// The workloads that were looked at, with anything to tell or without.
    pub(crate) explained: Vec<Identity>,
    pub(crate) errors: Vec<Placed>,
}

/// Explains all objects of streams, each with what is asked of it.
pub(crate) fn explain<'s>(
    streams: impl Iterator<Item = (&'s Stream<'s>, &'s Run)>,
    cluster: &ClusterFacts,
    form: Form,
) -> Told {
    let colour = match form {
        Form::Text(colour) => colour,
        Form::Json => Colour::Off,
    };
    let mut told = Told::default();
    for (stream, run) in streams {
        told.errors.extend(stream.error.iter().chain(&stream.note).cloned());
        for (index, document) in stream.documents.iter().enumerate() {
            if stream.triage(index, run) == Triage::Opaque {
                continue;
            }
            let tree = match document.parse(stream.text) {
                Ok(tree) => tree,
                Err(error) => {
                    let foreign = stream.foreign(document, &error, run);
                    told.errors.push(foreign.unwrap_or_else(|| stream.unreadable(document, &error)));
                    continue;
                }
            };
            let page = Page { stream, tree: &tree, run, start: document.range.start, colour };
            for object in process::explain(&tree, run, cluster) {
                if object.class == ObjectClass::Workload {
                    told.explained.push(object.identity.clone());
                }
                match form {
                    _ if object.is_empty() => {}
                    Form::Text(_) => page.object(&mut told.text, &object),
                    Form::Json => told.workloads.push(page.workload(&object)),
                }
            }
        }
    }
    told
}

/// What keeps each profile, with its parameters, from being a policy of the API server.
fn obstacles<'r>(runs: impl Iterator<Item = &'r Run>) -> Vec<(&'r str, Vec<Diagnostic>)> {
    let mut told: Vec<(&str, Option<&BTreeMap<String, String>>)> = Vec::new();
    let mut all = Vec::new();
    for (profile, run) in runs.flat_map(|run| run.profiles().iter().map(move |profile| (profile, run))) {
        let set = run.set().get(&profile.name);
        if !told.contains(&(profile.name.as_str(), set)) {
            told.push((&profile.name, set));
            let none = BTreeMap::new();
            all.push((profile.name.as_str(), policy::obstacles(profile, set.unwrap_or(&none))));
        }
    }
    all
}

/// The same as data.
pub(crate) fn policy_answers<'r>(runs: impl Iterator<Item = &'r Run>) -> Vec<PolicyAnswer> {
    let obstacle = |found: &Diagnostic| Obstacle { path: found.at.to_string(), message: found.message.clone() };
    let answer = |(profile, found): (&str, Vec<Diagnostic>)| PolicyAnswer {
        profile: profile.to_owned(),
        possible: found.is_empty(),
        obstacles: found.iter().map(obstacle).collect(),
    };
    obstacles(runs).into_iter().map(answer).collect()
}

/// Whether each profile can be a policy of the API server, and else what keeps it from being one.
pub(crate) fn as_policies<'r>(runs: impl Iterator<Item = &'r Run>) -> String {
    let mut text = String::new();
    for (name, obstacles) in obstacles(runs) {
        match obstacles.as_slice() {
            [] => text.push_str(&format!("{name} can be a policy: injector install --as policy\n")),
            [first, ..] => {
                let reasons = if obstacles.len() == 1 { "reason" } else { "reasons" };
                let count = obstacles.len();
                text.push_str(&format!("{name} cannot be a policy, for {count} {reasons}: injector profile lint\n"));
                text.push_str(&format!("  {}: {}\n", first.at, first.message));
            }
        }
    }
    text
}

/// What is printed about one document, with the tree in which the places are looked up.
struct Page<'a> {
    stream: &'a Stream<'a>,
    tree: &'a Tree<'a>,
    run: &'a Run,
    /// Where the document begins in the stream.
    start: usize,
    colour: Colour,
}

impl Page<'_> {
    fn object(&self, out: &mut String, object: &Explained) {
        let identity = &object.identity;
        let name = identity.name.as_ref().or(identity.generate_name.as_ref()).map_or("", String::as_str);
        let at = self.at(object, &Pointer::root());
        let (title, at) =
            (format!("{}/{name} ({})", identity.kind.to_lowercase(), object.namespace), format!("  {at}"));
        let head = |out: &mut String| self.inked(out, 0, ["", &title, &at], Ink::Bold);
        for explanation in &object.explanations {
            head(out);
            self.explanation(out, object, explanation);
            out.push('\n');
        }
        if !object.warnings.is_empty() {
            // They are about the whole object, and follow its last template.
            match object.explanations.is_empty() {
                true => head(out),
                false => drop(out.pop()),
            }
            for warning in &object.warnings {
                let word = if warning.code.severity() == Severity::Note { "note" } else { "warning" };
                self.diagnostic(out, object, word, warning);
            }
            out.push('\n');
        }
    }

    fn explanation(&self, out: &mut String, object: &Explained, explanation: &Explanation) {
        let template = &explanation.template;
        if !template.is_root() {
            line(out, 1, &format!("pod template: {template}  {}", self.at(object, template)));
        }
        match &explanation.record {
            RecordState::None => line(out, 1, "record: none"),
            RecordState::Entries(entries) => {
                for entry in entries {
                    line(out, 1, &format!("record: {} by injector {}: {entry}", entry.profile, entry.version));
                    self.edits(out, object, entry);
                }
            }
            RecordState::Unreadable(wrong) => self.diagnostic(out, object, "record", wrong),
        }
        for profile in &explanation.profiles {
            self.profile(out, object, profile);
        }
    }

    fn profile(&self, out: &mut String, object: &Explained, profile: &ProfileExplanation) {
        let (sentence, ink) = verdict(profile);
        self.inked(out, 1, [&format!("profile {}: ", profile.profile), &sentence, ""], ink);
        let width = profile.rules.iter().map(|step| step.rule.id().len()).max().unwrap_or(0);
        for step in &profile.rules {
            let decides = matches!(step.applies, Applies::Decides(_));
            let mark = if decides { '→' } else { ' ' };
            let at = step.at.as_ref().map_or(String::new(), |at| format!("  {}", self.at(object, at)));
            let applies = step.applies.to_string();
            let text = format!("{mark} {:<width$}  {applies:<13}  {}", step.rule.id(), step.saw);
            match decides {
                true => self.inked(out, 2, ["", &text, &at], Ink::Bold),
                false => line(out, 2, &format!("{text}{at}")),
            }
        }
        if !profile.parameters.is_empty() {
            line(out, 2, "parameters:");
        }
        let width = profile.parameters.iter().map(|parameter| parameter.name.len()).max().unwrap_or(0);
        for parameter in &profile.parameters {
            let at = match &parameter.value {
                Ok((_, Origin::Annotation(at) | Origin::Place(at))) => format!("  {}", self.at(object, at)),
                Ok(_) => String::new(),
                Err(wrong) => format!("  {}", self.at(object, &wrong.at)),
            };
            let said = match (&parameter.value, self.set_in(profile, parameter)) {
                (Ok((value, _)), Some((file, at))) => {
                    format!("`{}` (settings)  {file}:{}:{}", shown(value), at.line, at.column)
                }
                _ => format!("{parameter}{at}"),
            };
            line(out, 3, &format!("{:<width$}  {said}", parameter.name));
        }
        if let Verdict::Rejected(errors, _) = &profile.verdict {
            errors.iter().for_each(|error| self.diagnostic(out, object, "error", error));
        }
        profile.warnings.iter().for_each(|warning| self.diagnostic(out, object, "warning", warning));
    }

    /// Where a parameter that is set for all objects is set in a file of settings.
    fn set_in(&self, profile: &ProfileExplanation, parameter: &ParameterState) -> Option<&(String, Position)> {
        let is_set = matches!(parameter.value, Ok((_, Origin::Set)));
        self.run.set_place(&profile.profile, &parameter.name).filter(|_| is_set)
    }

    /// Each edited field of an entry with both values.
    fn edits(&self, out: &mut String, object: &Explained, entry: &EntryState) {
        let Some(InjectionState::Edited(fields)) = &entry.state else { return };
        for EditedField { at, edit, .. } in fields {
            let text =
                |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), |it| format!("`{it}`"));
            let both = match edit {
                Edit::Value { wanted, found } => format!("is {}, the profile has {}", text(found), text(wanted)),
                Edit::Index { wanted, found } => format!("is at index {found}, the profile puts it at {wanted}"),
            };
            self.inked(out, 2, ["", "edited:", &format!(" `{at}` {both}  {}", self.at(object, at))], Ink::Red);
        }
    }

    fn diagnostic(&self, out: &mut String, object: &Explained, word: &str, diagnostic: &Diagnostic) {
        let ink = if word == "warning" { Ink::Yellow } else { Ink::Red };
        let text = format!(" {}  {}", diagnostic.message, self.at(object, &diagnostic.at));
        self.inked(out, 2, ["", &format!("{word}:"), &text], ink);
        if let Some(hint) = &diagnostic.hint {
            self.inked(out, 3, ["", "hint:", &format!(" {hint}")], Ink::Cyan);
        }
    }

    /// A line of three parts, of which the second is coloured.
    fn inked(&self, out: &mut String, depth: usize, parts: [&str; 3], ink: Ink) {
        let [before, text, after] = parts.map(visible);
        let (on, off) = self.colour.around(ink);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{:1$}{before}{on}{text}{off}{after}", "", 2 * depth);
    }

    fn position(&self, object: &Explained, at: &Pointer) -> Position {
        self.stream.places.position(self.start + self.tree.locate(object.node, at))
    }

    fn at(&self, object: &Explained, at: &Pointer) -> String {
        let position = self.position(object, at);
        format!("{}:{}:{}", self.stream.name, position.line, position.column)
    }
}

fn verdict(profile: &ProfileExplanation) -> (String, Ink) {
    match &profile.verdict {
        Verdict::Injected(rule) => (format!("injected, by the rule {rule}"), Ink::Green),
        Verdict::Extended(rule) => (format!("what is missing is added, by the rule {rule}"), Ink::Green),
        Verdict::Removed(rule, reason) => (format!("removed, by the rule {rule}: {reason}"), Ink::Yellow),
        Verdict::Rejected(..) => ("rejected".to_owned(), Ink::Red),
        Verdict::Skipped { rule, reason, .. } => (format!("skipped, by the rule {rule}: {reason}"), Ink::Yellow),
        Verdict::Uninjected => ("uninjected".to_owned(), Ink::Green),
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    // Text of an object never moves the cursor or begins a line of its own. Writing to a string cannot fail.
    let _ = writeln!(out, "{:1$}{2}", "", 2 * depth, visible(text));
}

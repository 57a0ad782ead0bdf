//! One case: its settings prepared, its manifests taken through, and what came of it.

use serde_json::Value;

use crate::decide::inject::{Step, Verdict};
use crate::decide::uninject::{Leftovers, Which};
use crate::diagnostic::{Code, Placed, Severity};
use crate::expect::{Came, CameVerdict, TextKind};
use crate::process::object::{Object, ObjectClass};
use crate::process::output::{self as forms, OutputFormat};
use crate::process::run::{Action, Leaves};
use crate::process::stream::{DocumentResult, Stream};
use crate::report::{Closing, Report, ResultLine, TemplateReport};
use crate::shell::cli::LevelArgs;
use crate::shell::files::input::{self, Input, InputSource, Recursion};
use crate::shell::files::suite::{Case, CaseCommand, CaseInput, Suite};

use super::super::settings::Prepared;
use super::super::{batch, inject, publish};
use crate::tell::report::{self as tell, HeldBack, Subjects, Voice};

/// What came of a case.
pub(super) struct Tried {
    /// The one object that the case is about, or why there is none.
    pub(super) object: Result<Came, Placed>,
    /// What is reported, of the object that the case names or of all.
    pub(super) diagnostics: Came,
    /// All errors of the run.
    pub(super) errors: Vec<Placed>,
    output: Option<String>,
    patch: Option<String>,
    report: String,
}

impl Tried {
    /// A text that came; `None` where errors hold it back.
    pub(super) fn text(&self, kind: TextKind) -> Option<&str> {
        match kind {
            TextKind::Output => self.output.as_deref(),
            TextKind::Patch => self.patch.as_deref(),
            TextKind::Report => Some(&self.report),
        }
    }
}

/// Runs a case.
///
/// # Errors
/// What keeps it from being run: a profile that cannot be loaded, a value that no parameter takes, a file that cannot be read, an
/// input without the object that the case names, or without anything that the case could be about.
pub(super) fn try_case(suite: &Suite, case: &Case) -> Result<Tried, Vec<Placed>> {
    let mut prepared = prepared(case)?;
    let inputs = inputs(suite, case)?;
    let streams = batch::run(&inputs, &mut prepared)?;
    let (voice, levels) = match case.command {
        CaseCommand::Check => (Voice::Checking, prepared.levels(&LevelArgs::default())),
        CaseCommand::Inject => (Voice::Doing, prepared.levels(&LevelArgs::default())),
        CaseCommand::Uninject => (Voice::Doing, crate::report::Levels::default()),
    };
    let output = inject::default_output(&streams, &prepared.run.action);
    let is_failed = prepared.is_failed() || inject::is_held_back(&streams, output);
    let fails = case.command != CaseCommand::Check && is_failed;
    let report = batch::report(&streams, &prepared.diagnostics, (Subjects::All, voice))
        .closing(tell::closing(&streams, Closing::Numbers));
    let (report, held_back) = tell::settled(report, &levels, fails);
    let at = case.object.as_ref().map_or(case.at, |object| object.at);
    let chosen = chosen(&streams, case).map_err(|error| error.at(suite.file.as_str(), Some(at)));
    let named = case.object.as_ref().and_then(|_| chosen.as_ref().ok());
    let diagnostics = match named {
        Some(one) => Came { diagnostics: one.diagnostics(&report), title: one.title(&report), ..Came::default() },
        None => Came { diagnostics: all_of(&report), ..Came::default() },
    };
    let errors: Vec<Placed> = all_of(&report).into_iter().filter(|placed| placed.severity == Severity::Error).collect();
    if let Err(error) = &chosen
        && (case.object.is_some() || (errors.is_empty() && is_idle(&streams, case)))
    {
        return Err(std::iter::once(error.clone()).chain(errors).collect());
    }
    let is_free = held_back == HeldBack::No;
    let printed = is_free.then(|| printed(case, &streams, output)).transpose().map_err(|error| vec![error])?;
    let patch = is_free.then(|| patch_text(&streams, named)).transpose().map_err(|error| vec![error])?;
    Ok(Tried {
        object: chosen.map(|one| one.came(&report)),
        diagnostics,
        errors,
        output: printed,
        patch,
        report: publish::plain(&in_folder(report.with(held_back.note()), suite)),
    })
}

fn prepared(case: &Case) -> Result<Prepared, Vec<Placed>> {
    let settings = case.settings.clone();
    let mut prepared = match case.command {
        CaseCommand::Uninject => {
            let namespace = settings.layer.namespace.as_ref().map(|written| written.value.clone());
            let profiles = settings.layer.profiles.iter().flatten().map(|written| written.value.clone()).collect();
            let mut prepared = Prepared::undoing(profiles, Vec::new(), settings)?;
            prepared.run.action = Action::Uninject(Which::All, Leftovers::Refuse);
            if let Some(namespace) = namespace {
                prepared.run.default_namespace = namespace;
            }
            prepared
        }
        CaseCommand::Inject | CaseCommand::Check => Prepared::of_settings(settings)?,
    };
    let run = &mut prepared.run;
    // The patch is wanted too; it changes no decision.
    run.leaves = Leaves::Patch;
    (run.outdated, run.clean, run.expand) = (case.outdated, case.clean, case.expand);
    Ok(prepared)
}

fn inputs(suite: &Suite, case: &Case) -> Result<Vec<Input>, Vec<Placed>> {
    let mut all = Vec::new();
    for input in &case.inputs {
        match input {
            CaseInput::File(path) => {
                let read = input::read(std::slice::from_ref(path), Recursion::Off);
                all.extend(read.map_err(|error| vec![error.placed()])?);
            }
            // Its lines and columns are those of the test.
            CaseInput::Inline(manifest) => all.push(Input {
                source: InputSource::File(suite.file.clone().into()),
                root: None,
                text: manifest.text.clone().into(),
            }),
        }
    }
    Ok(all)
}

/// An object of a run, with the stream and the document that it is in.
#[derive(Clone, Copy)]
struct Chosen<'s, 't> {
    stream: &'s Stream<'t>,
    document: usize,
    object: &'s Object,
}

/// All objects of a run.
fn objects<'s, 't>(streams: &'s [Stream<'t>]) -> Vec<Chosen<'s, 't>> {
    let mut all = Vec::new();
    for stream in streams {
        for (document, result) in stream.results.iter().enumerate() {
            let DocumentResult::Done(processed) = result else { continue };
            all.extend(processed.objects.iter().map(|object| Chosen { stream, document, object }));
        }
    }
    all
}

/// Whether a case expects only that nothing comes, of an input of which nothing can come.
fn is_idle(streams: &[Stream<'_>], case: &Case) -> bool {
    let expects_nothing = case.expectations.iter().all(|expectation| expectation.wanted.holds_of_nothing());
    expects_nothing && !objects(streams).iter().any(Chosen::is_workload)
}

/// The object that a case is about: the one that it names, or the only workload.
fn chosen<'s, 't>(streams: &'s [Stream<'t>], case: &Case) -> Result<Chosen<'s, 't>, Placed> {
    let all = objects(streams);
    let is_meant = |one: &Chosen<'_, '_>| match &case.object {
        Some(name) => name.value.is(&one.object.identity),
        None => one.is_workload(),
    };
    let meant: Vec<Chosen<'_, '_>> = all.iter().copied().filter(is_meant).collect();
    let names = |of: &[Chosen<'_, '_>]| of.iter().map(|one| format!("`{}`", one.name())).collect::<Vec<_>>().join(", ");
    match (meant.as_slice(), &case.object) {
        ([only], _) => Ok(*only),
        ([], Some(name)) => {
            let hint = (!all.is_empty()).then(|| format!("there is {}", names(&all)));
            Err(Placed::new(Code::Test, format!("no object of the input is `{}`", name.value)).hint(hint))
        }
        ([], None) => Err(Placed::new(Code::Test, "there is no workload in the input")),
        (several, Some(name)) => {
            Err(Placed::new(Code::Test, format!("{} objects of the input are `{}`", several.len(), name.value)))
        }
        (several, None) => {
            let message =
                format!("the input has {} workloads, and the case does not say which one it is about", several.len());
            Err(Placed::new(Code::Test, message).hint(Some(format!("write `object:` with one of {}", names(several)))))
        }
    }
}

impl Chosen<'_, '_> {
    fn is_workload(&self) -> bool {
        self.object.class == ObjectClass::Workload || self.object.review.is_some()
    }

    /// As a test names it.
    fn name(&self) -> String {
        let identity = &self.object.identity;
        let name = identity.name.clone().or_else(|| identity.generate_name.as_ref().map(|name| format!("{name}*")));
        format!("{}/{}", identity.kind.to_lowercase(), name.unwrap_or_default())
    }

    /// What is reported of it: an entry for each pod template.
    fn entries<'r>(&self, report: &'r Report) -> Vec<&'r TemplateReport> {
        let start = self.stream.documents.get(self.document).map_or(0, |document| document.range.start);
        let position = self.stream.places.position(start + self.object.location.start);
        let is_own = |entry: &&TemplateReport| entry.file == self.stream.name && entry.position == Some(position);
        report.entries().iter().filter(is_own).collect()
    }

    fn title(&self, report: &Report) -> String {
        let usual = || format!("{} ({})", self.name(), self.object.namespace);
        self.entries(report)
            .first()
            .map_or_else(usual, |entry| TemplateReport { template: None, ..(*entry).clone() }.title())
    }

    fn diagnostics(&self, report: &Report) -> Vec<Placed> {
        self.entries(report).into_iter().flat_map(TemplateReport::placed).cloned().collect()
    }

    fn came(&self, report: &Report) -> Came {
        let entries = self.entries(report);
        let results = entries.iter().flat_map(|entry| &entry.results);
        let steps = self.steps();
        let verdicts = results.enumerate().map(|(index, result)| verdict(result, steps.get(index).copied())).collect();
        let patch = serde_json::to_value(&self.object.outcome.patch).unwrap_or_default();
        Came {
            title: self.title(report),
            verdicts,
            diagnostics: self.diagnostics(report),
            patch: match patch {
                Value::Array(operations) => operations,
                _ => Vec::new(),
            },
            object: self.stream.result_of(self.document, self.object).unwrap_or_default(),
        }
    }

    /// Its steps in the order of the report: one pod template after the other.
    fn steps(&self) -> Vec<&Step> {
        let all = &self.object.outcome.steps;
        let mut templates: Vec<_> = Vec::new();
        for step in all {
            if !templates.contains(&&step.template) {
                templates.push(&step.template);
            }
        }
        templates.into_iter().flat_map(|template| all.iter().filter(move |step| step.template == *template)).collect()
    }
}

fn verdict(result: &ResultLine, step: Option<&Step>) -> CameVerdict {
    let rule = step.and_then(|step| match &step.verdict {
        Verdict::Injected(rule) | Verdict::Extended(rule) | Verdict::Removed(rule, _) => Some(rule.id()),
        Verdict::Skipped { rule, .. } => Some(rule.id()),
        Verdict::Rejected(..) | Verdict::Uninjected => None,
    });
    let mut sentence = result.verdict.sentence(&[&result.profile], true);
    if let Some(rule) = rule.filter(|rule| !sentence.contains(rule)) {
        sentence.push_str(&format!(", by the rule {rule}"));
    }
    for error in result.verdict.errors() {
        sentence.push_str(&format!("\n+error: {}{}", error.place(), error.message));
    }
    CameVerdict { profile: result.profile.clone(), word: result.verdict.word(), rule, sentence }
}

/// All diagnostics of a run.
fn all_of(report: &Report) -> Vec<Placed> {
    report.diagnostics().iter().chain(report.entries().iter().flat_map(TemplateReport::placed)).cloned().collect()
}

/// What the command would print. A manifest that is written in the test is printed as if it were a file.
fn printed(case: &Case, streams: &[Stream<'_>], output: &OutputFormat) -> Result<String, Placed> {
    let has_inline = case.inputs.iter().any(|input| matches!(input, CaseInput::Inline(_)));
    if !has_inline || output.name != forms::YAML.name {
        return Ok(output.write(streams)?.collect());
    }
    let mut all = String::new();
    for (input, stream) in case.inputs.iter().zip(streams) {
        let text: String = stream.pieces().collect();
        if !all.is_empty() {
            all.push_str("---\n");
        }
        all.push_str(&match input {
            CaseInput::Inline(manifest) => manifest.unpadded(&text),
            CaseInput::File(_) => text,
        });
    }
    Ok(all)
}

/// The patches as `-o patch` prints them, with one operation a line.
fn patch_text(streams: &[Stream<'_>], named: Option<&Chosen<'_, '_>>) -> Result<String, Placed> {
    let patches: Vec<Value> = match named {
        Some(one) => serde_json::to_value(&one.object.outcome.patch).into_iter().collect(),
        None => {
            let text: String = forms::PATCH.write(streams)?.collect();
            serde_json::Deserializer::from_str(&text).into_iter().filter_map(Result::ok).collect()
        }
    };
    let lines = |patch: &Value| match patch {
        Value::Array(operations) if !operations.is_empty() => {
            let lines: Vec<String> = operations.iter().map(|operation| format!("  {operation}")).collect();
            format!("[\n{}\n]\n", lines.join(",\n"))
        }
        other => format!("{other}\n"),
    };
    Ok(patches.iter().map(lines).collect())
}

/// The report with the files as the test names them, so that it is the same wherever the test runs.
fn in_folder(report: Report, suite: &Suite) -> Report {
    report.with_files(|file| match std::path::Path::new(file).strip_prefix(&suite.folder) {
        Ok(below) => below.display().to_string(),
        Err(_) => file.to_owned(),
    })
}

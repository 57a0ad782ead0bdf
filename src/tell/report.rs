//! What a run has to say: outcomes, which point at values, become report entries, which point at lines.

use std::collections::BTreeSet;

use crate::decide::inject::{Answer, InjectionState, Step, Verdict};
use crate::diagnostic::{Code, Diagnostic, Placed, Severity};
use crate::process::object::{ChangeError, Object, ObjectClass};
use crate::process::stream::{DocumentResult, Stream};
use crate::report::{Closing, Levels, Report, ReportVerdict, ResultLine, TemplateReport};
use crate::value::pointer::Pointer;

/// Whose report it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// `inject`, `uninject` and `diff`: what was done.
    Doing,
    /// `check`: what there is.
    Checking,
}

/// Which documents a report is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// All that were read.
    All,
    /// Those with an error: no one sees the rest.
    Failed,
}

impl Subjects {
    fn has(self, result: &DocumentResult) -> bool {
        match (self, result) {
            (_, DocumentResult::Opaque | DocumentResult::Silent(_)) => false,
            (Self::Failed, DocumentResult::Done(processed)) => processed.objects.iter().any(Object::is_failed),
            _ => true,
        }
    }
}

/// Whether the results were kept from being written, because something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeldBack {
    /// A document or a workload is in error.
    ByFailures,
    /// `--deny` made an error of something.
    Denied,
    /// A file could not be written.
    Unwritten,
    No,
}

impl HeldBack {
    /// The note that says so.
    pub(crate) fn note(self) -> Option<Placed> {
        let all = || Placed::new(Code::HeldBack, "nothing was printed and no file was changed, because of the errors");
        match self {
            Self::ByFailures => {
                Some(all().hint(Some("`--keep-going` prints the rest, and passes on unchanged what fails")))
            }
            Self::Denied => Some(all()),
            Self::Unwritten => Some(Placed::new(Code::HeldBack, "no file was changed")),
            Self::No => None,
        }
    }
}

/// Which document: the index of its stream, and its own in it.
pub(crate) type DocumentIndex = (usize, usize);

/// What there is to report on one document.
#[derive(Debug, Default)]
pub(crate) struct DocumentReport {
    entries: Vec<TemplateReport>,
    diagnostics: Vec<Placed>,
}

/// The report on these documents of a run. `before` is what was found before the first document. `each` makes the reports on documents, in their
/// order: one after the other, or several at a time.
pub(crate) fn report(
    streams: &[Stream<'_>],
    before: &[Placed],
    (subjects, voice): (Subjects, Voice),
    each: impl FnOnce(&[DocumentIndex], &(dyn Fn(DocumentIndex) -> DocumentReport + Sync)) -> Vec<DocumentReport>,
) -> Report {
    let of_document = |(index, document): DocumentIndex| {
        streams.get(index).map(|stream| of_document(stream, document, voice)).unwrap_or_default()
    };
    let told = |(index, stream): (usize, &Stream<'_>)| {
        let results = stream.results.iter().enumerate().filter(|(_, result)| subjects.has(result));
        results.map(|(document, _)| (index, document)).collect::<Vec<_>>()
    };
    let told: Vec<DocumentIndex> = streams.iter().enumerate().flat_map(told).collect();
    let mut reports = told.iter().zip(each(&told, &of_document)).peekable();
    let mut entries = Vec::with_capacity(told.len());
    let mut diagnostics = before.to_vec();
    for (index, stream) in streams.iter().enumerate() {
        diagnostics.extend(stream.error.iter().chain(&stream.note).cloned());
        diagnostics.extend(stream.warnings.iter().cloned());
        while let Some((_, report)) = reports.next_if(|((of, _), _)| *of == index) {
            entries.extend(report.entries);
            diagnostics.extend(report.diagnostics);
        }
    }
    once_a_namespace(&mut entries, &diagnostics);
    Report::new(entries, diagnostics)
}

/// The reports on documents, one after the other.
pub(crate) fn in_turn(
    told: &[DocumentIndex],
    of_document: &(dyn Fn(DocumentIndex) -> DocumentReport + Sync),
) -> Vec<DocumentReport> {
    told.iter().copied().map(of_document).collect()
}

fn of_document(stream: &Stream<'_>, document: usize, voice: Voice) -> DocumentReport {
    let (Some(result), Some(document)) = (stream.results.get(document), stream.documents.get(document)) else {
        return DocumentReport::default();
    };
    let processed = match result {
        DocumentResult::Opaque | DocumentResult::Silent(_) => return DocumentReport::default(),
        DocumentResult::Unreadable(placed) | DocumentResult::Foreign(placed) => {
            return DocumentReport { diagnostics: vec![(**placed).clone()], entries: Vec::new() };
        }
        DocumentResult::Done(processed) => processed,
    };
    let start = document.range.start;
    let teller = Teller { stream, start, voice };
    let ignored = processed.ignored.map(|ignored| {
        let placed = Placed::new(Code::IgnoredText, "kubectl ignores what follows `...`; it is kept");
        placed.at(stream.name.as_str(), Some(stream.places.position(start + ignored)))
    });
    let mut entries: Vec<TemplateReport> = processed.objects.iter().flat_map(|object| teller.entries(object)).collect();
    // Mostly one, and all are kept until the last is made.
    entries.shrink_to_fit();
    DocumentReport { entries, diagnostics: ignored.into_iter().collect() }
}

/// How the report on these streams ends, where one with anything in it ends so.
pub(crate) fn closing(streams: &[Stream<'_>], usual: Closing) -> Closing {
    let is_blank = |line: &str| line.trim().is_empty() || line.starts_with('#') || line.trim_end() == "---";
    let is_empty = |stream: &Stream<'_>| stream.text.trim_start_matches('\u{feff}').lines().all(is_blank);
    let is_empty = !streams.is_empty() && streams.iter().all(is_empty);
    if is_empty { Closing::EmptyInput } else { usual }
}

/// The report at these levels, and why the results must not be written, where that is so.
pub(crate) fn settled(report: Report, levels: &Levels, fails: bool) -> (Report, HeldBack) {
    let errors = report.errors();
    let report = levels.apply(report);
    // A denied warning is about a result, so that there is no rest to pass on.
    let held_back = match (report.errors() > errors, fails) {
        (true, _) => HeldBack::Denied,
        (false, true) => HeldBack::ByFailures,
        (false, false) => HeldBack::No,
    };
    (report, held_back)
}

/// A warning about a namespace is given once: at its own place in the input, or else with the first workload in it.
fn once_a_namespace(entries: &mut [TemplateReport], diagnostics: &[Placed]) {
    let of_namespace = |placed: &Placed| match placed.code {
        Code::NamespaceUnknown => true,
        Code::UnreadAnnotation => placed.path.is_empty(),
        _ => false,
    };
    let mut told: BTreeSet<String> = diagnostics.iter().map(|placed| placed.message.clone()).collect();
    for entry in entries {
        entry.diagnostics.retain(|placed| !of_namespace(placed) || told.insert(placed.message.clone()));
    }
}

fn is_partial(errors: &[Diagnostic]) -> bool {
    errors.iter().all(|error| error.code == Code::PartialInjection)
}

/// What `check` says of an injection that is there.
const fn found(state: &InjectionState) -> ReportVerdict {
    match state {
        InjectionState::Current => ReportVerdict::Injected,
        InjectionState::Incomplete => ReportVerdict::Incomplete,
        InjectionState::Edited(_) => ReportVerdict::Edited,
        InjectionState::Outdated => ReportVerdict::Outdated,
        InjectionState::Unwanted { .. } => ReportVerdict::Unwanted,
        InjectionState::Partial(_) => ReportVerdict::Partial,
    }
}

/// The state of the injection that was there, and its edited fields.
fn state(verdict: &Verdict) -> (Option<&'static str>, Vec<String>) {
    match verdict {
        Verdict::Skipped { state: Some(state), .. } => {
            let fields = match state {
                InjectionState::Edited(fields) => fields.iter().map(|field| field.at.to_string()).collect(),
                _ => Vec::new(),
            };
            (Some(state.id()), fields)
        }
        Verdict::Extended(_) => (Some(InjectionState::Incomplete.id()), Vec::new()),
        Verdict::Rejected(errors, _) if is_partial(errors) => (Some("partial"), Vec::new()),
        _ => (None, Vec::new()),
    }
}

struct Teller<'a> {
    stream: &'a Stream<'a>,
    /// Where the document begins in the stream.
    start: usize,
    voice: Voice,
}

impl Teller<'_> {
    /// One report for each pod template of an object; none for an object about which there is nothing to say.
    fn entries(&self, object: &Object) -> Vec<TemplateReport> {
        let mut templates: Vec<&Pointer> = Vec::new();
        for step in &object.outcome.steps {
            if !templates.contains(&&step.template) {
                templates.push(&step.template);
            }
        }
        let mut warnings: Vec<Placed> =
            object.outcome.warnings.iter().map(|warning| self.placed(object, warning, usual(warning))).collect();
        warnings.extend(object.failure.as_ref().map(|failure| self.failure(failure)));
        let base = self.entry(object);
        if templates.is_empty() {
            let silent = object.class == ObjectClass::Other && warnings.is_empty();
            let results = match (object.class, self.voice) {
                (ObjectClass::Workload, Voice::Doing) => {
                    vec![ResultLine::new(String::new(), ReportVerdict::Unchanged)]
                }
                _ => Vec::new(),
            };
            return if silent { Vec::new() } else { vec![TemplateReport { results, diagnostics: warnings, ..base }] };
        }
        let usual = object.identity.workload().and_then(|row| match row.templates {
            [only] => Some(Pointer::of(only.iter().copied())),
            _ => None,
        });
        let entries = templates.iter().map(|template| {
            let steps = || object.outcome.steps.iter().filter(|step| step.template == **template);
            let mut diagnostics = std::mem::take(&mut warnings);
            diagnostics.extend(steps().flat_map(|step| self.missing(object, step)));
            let mut results = Vec::with_capacity(steps().count());
            results.extend(steps().map(|step| self.result(object, step)));
            TemplateReport {
                template: (usual.as_ref() != Some(*template)).then(|| template.to_string()),
                results,
                diagnostics,
                ..base.clone()
            }
        });
        entries.collect()
    }

    fn entry(&self, object: &Object) -> TemplateReport {
        let identity = &object.identity;
        let generated = || identity.generate_name.as_ref().map(|prefix| format!("{prefix}*"));
        TemplateReport {
            file: self.stream.name.clone(),
            position: Some(self.stream.places.position(self.start + object.location.start)),
            api_version: identity.api_version.clone(),
            kind: identity.kind.clone(),
            namespace: object.namespace.clone(),
            name: identity.name.clone().or_else(generated).unwrap_or_default(),
            ..TemplateReport::default()
        }
    }

    fn result(&self, object: &Object, step: &Step) -> ResultLine {
        let errors = |errors: &[Diagnostic], severity: Severity| {
            errors.iter().map(|error| self.placed(object, error, severity)).collect::<Vec<_>>()
        };
        let verdict = match (&step.verdict, self.voice) {
            (Verdict::Injected(_) | Verdict::Extended(_) | Verdict::Uninjected, Voice::Doing)
                if object.failure.is_some() =>
            {
                ReportVerdict::Rejected { errors: Vec::new() }
            }
            // What another step rejects is as it was: nothing of the object is changed.
            (Verdict::Injected(_) | Verdict::Extended(_) | Verdict::Uninjected, Voice::Doing)
                if object.outcome.is_rejected() =>
            {
                ReportVerdict::Unchanged
            }
            (Verdict::Injected(_) | Verdict::Extended(_), Voice::Doing) => ReportVerdict::Injected,
            (Verdict::Injected(_), Voice::Checking) => ReportVerdict::Missing,
            (Verdict::Extended(_), Voice::Checking) => ReportVerdict::Incomplete,
            (Verdict::Skipped { state: Some(state), .. }, Voice::Checking) => found(state),
            (Verdict::Skipped { rule, reason, answer, state }, _) => {
                let would_deny = *answer == Answer::Deny;
                let reason = match state {
                    None | Some(InjectionState::Current) => reason.clone(),
                    Some(InjectionState::Unwanted { .. }) => {
                        format!("{reason}, and it is unwanted: `--reinject` removes it")
                    }
                    Some(state) => format!("{reason}, and it is {}: `--reinject` injects it again", state.id()),
                };
                ReportVerdict::Skipped { rule: rule.id().to_owned(), reason, would_deny }
            }
            (Verdict::Removed(rule, reason), _) => ReportVerdict::Skipped {
                rule: rule.id().to_owned(),
                reason: match (self.voice, object.is_failed()) {
                    (Voice::Doing, true) => reason.clone(),
                    _ => format!("{reason}; what was injected before is removed"),
                },
                would_deny: false,
            },
            (Verdict::Rejected(found, _), Voice::Checking) if is_partial(found) => ReportVerdict::Partial,
            (Verdict::Rejected(found, _), _) => ReportVerdict::Rejected { errors: errors(found, Severity::Error) },
            (Verdict::Uninjected, _) => ReportVerdict::Uninjected,
        };
        let (state, fields) = state(&step.verdict);
        ResultLine { profile: step.profile.clone(), verdict, state, fields }
    }

    /// What is gone of an injection that `check` finds to be partial: `check` reports it as a warning, not as an error.
    fn missing(&self, object: &Object, step: &Step) -> Vec<Placed> {
        match (&step.verdict, self.voice) {
            (Verdict::Rejected(found, _), Voice::Checking) if is_partial(found) => {
                found.iter().map(|error| self.placed(object, error, Severity::Warning)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn placed(&self, object: &Object, diagnostic: &Diagnostic, severity: Severity) -> Placed {
        let position = self.stream.places.position(self.start + object.offset_of(diagnostic));
        let mut placed = Placed::new(diagnostic.code, diagnostic.message.as_str())
            .at(self.stream.name.as_str(), Some(position))
            .hint(diagnostic.hint.as_deref());
        placed.severity = severity;
        placed.path = diagnostic.at.to_string();
        placed
    }

    fn failure(&self, failure: &ChangeError) -> Placed {
        match failure {
            ChangeError::Splice(error) => {
                let at = self.stream.places.position(self.start + error.offset);
                let mut placed = Placed::new(Code::Construct, error.to_string())
                    .at(self.stream.name.as_str(), Some(at))
                    .hint(Some(error.hint()));
                placed.path = error.at.to_string();
                placed
            }
            ChangeError::Proof(error) => Placed::new(Code::Proof, format!("nothing was changed, because {error}"))
                .at(self.stream.name.as_str(), Some(self.stream.places.position(self.start)))
                .hint(Some("please report this as a bug of injector, with this document")),
        }
    }
}

/// How grave a warning is: no more than a warning, since the object goes on; some only inform.
fn usual(warning: &Diagnostic) -> Severity {
    warning.code.severity().min(Severity::Warning)
}

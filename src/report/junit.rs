//! The report as JUnit XML, which CI servers show as tests: a suite for each file, a test for each workload and profile.
//!
//! There is no standard. Elements and attributes are those that Jenkins, GitLab and the actions for GitHub read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::checkout::FilePlace;
use super::entry::{ReportVerdict, ResultLine, TemplateReport};
use super::model::Report;
use super::style::Style;
use super::tested::{CaseOutcome as TestOutcome, CaseReport};
use super::xml::escaped;
use crate::diagnostic::{Code, Placed, Severity};

/// The class of tests that are about no profile, and the suite of what is about no file.
const OWN: &str = env!("CARGO_PKG_NAME");

pub(super) fn write(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let suites = Suites::of(report, style).all;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let all = suites.iter().flat_map(|suite| &suite.cases);
    writeln!(out, r#"<testsuites name="{OWN}" {}>"#, Counts::of(all))?;
    for suite in &suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

/// Suites in the order in which their files come.
struct Suites<'s> {
    style: &'s Style<'s>,
    all: Vec<Suite>,
    by_name: BTreeMap<String, usize>,
}

#[derive(Default)]
struct Suite {
    name: String,
    /// The file, from the root of the repository.
    file: Option<String>,
    cases: Vec<Case>,
    /// Warnings and notes that are about no workload.
    notes: Vec<String>,
    /// How often a test has a class and name: both together are unique in a suite.
    names: BTreeMap<String, usize>,
}

struct Case {
    class: String,
    name: String,
    line: Option<usize>,
    outcome: CaseOutcome,
    /// Warnings and notes.
    notes: Vec<String>,
}

enum CaseOutcome {
    Passed,
    Skipped(String),
    /// A finding of `check`, or a rejection.
    Failure(Trouble),
    /// Something could not be read or written.
    Error(Trouble),
}

struct Trouble {
    code: &'static str,
    message: String,
    text: String,
}

impl<'s> Suites<'s> {
    fn of(report: &Report, style: &'s Style<'s>) -> Self {
        let mut suites = Self { style, all: Vec::new(), by_name: BTreeMap::new() };
        for placed in report.diagnostics() {
            let suite = suites.suite(&placed.file);
            match placed.severity {
                Severity::Error => {
                    let line = placed.position.map(|position| position.line);
                    let outcome = CaseOutcome::Error(Trouble::of(placed));
                    suite.add(OWN, placed.code.id(), (line, outcome));
                }
                Severity::Warning | Severity::Note => suite.notes.push(words(placed)),
            }
        }
        for entry in report.entries() {
            suites.suite(&entry.file).entry(entry);
        }
        for case in report.cases() {
            suites.suite(&case.file).case(case);
        }
        suites
    }

    fn suite(&mut self, file: &str) -> &mut Suite {
        let place = self.style.checkout.place(file);
        let name = match &place {
            FilePlace::NoFile if file.is_empty() => OWN.to_owned(),
            _ => place.name(file),
        };
        let Self { all, by_name, .. } = self;
        let index = *by_name.entry(name.clone()).or_insert_with(|| {
            all.push(Suite { name, file: place.in_repository(), ..Suite::default() });
            all.len() - 1
        });
        &mut all[index]
    }
}

impl Suite {
    fn add(&mut self, class: &str, name: &str, (line, outcome): (Option<usize>, CaseOutcome)) {
        let seen = self.names.entry(format!("{class}\n{name}")).or_insert(0);
        *seen += 1;
        let name = if *seen == 1 { name.to_owned() } else { format!("{name} #{seen}") };
        self.cases.push(Case { class: class.to_owned(), name, line, outcome, notes: Vec::new() });
    }

    /// A case of a test: the class is the test.
    fn case(&mut self, case: &CaseReport) {
        let mut texts = case.problems().iter().map(|problem| words(&problem.whole(problem.placed.clone())));
        let trouble = case
            .problems()
            .first()
            .map(|first| Trouble { text: texts.by_ref().collect::<Vec<_>>().join("\n"), ..Trouble::of(&first.placed) });
        let outcome = match (trouble, case.outcome()) {
            (None, _) => CaseOutcome::Passed,
            (Some(trouble), TestOutcome::Error) => CaseOutcome::Error(trouble),
            (Some(trouble), _) => CaseOutcome::Failure(trouble),
        };
        self.add(&case.test, &case.case, (Some(case.position.line), outcome));
    }

    fn entry(&mut self, entry: &TemplateReport) {
        let (title, first) = (entry.title(), self.cases.len());
        let line = entry.position.map(|position| position.line);
        for result in &entry.results {
            let class = if result.profile.is_empty() { OWN } else { &result.profile };
            self.add(class, &title, (line, outcome(entry, result)));
        }
        let (errors, notes): (Vec<&Placed>, Vec<&Placed>) =
            entry.diagnostics.iter().partition(|placed| placed.severity == Severity::Error);
        for placed in errors {
            let name = format!("{title}: {}", placed.code.id());
            let line = placed.position.map(|position| position.line);
            self.add(OWN, &name, (line, CaseOutcome::Failure(Trouble::of(placed))));
        }
        if self.cases.len() == first && !notes.is_empty() {
            self.add(OWN, &title, (line, CaseOutcome::Passed));
        }
        if let Some(case) = self.cases.get_mut(first) {
            case.notes = notes.into_iter().map(words).collect();
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, r#"  <testsuite name="{}" {}>"#, escaped(&self.name), Counts::of(self.cases.iter()))?;
        for case in &self.cases {
            case.write(self.file.as_deref(), out)?;
        }
        write_notes("    ", &self.notes, out)?;
        writeln!(out, "  </testsuite>")
    }
}

fn outcome(entry: &TemplateReport, result: &ResultLine) -> CaseOutcome {
    let sentence = result.verdict.sentence(&[&result.profile], true);
    if let Some(code) = result.verdict.finding() {
        let placed = Placed::new(code, sentence).at(entry.file.as_str(), entry.position);
        return CaseOutcome::Failure(Trouble::of(&placed));
    }
    match &result.verdict {
        ReportVerdict::Skipped { .. } => CaseOutcome::Skipped(sentence),
        ReportVerdict::Rejected { errors } => CaseOutcome::Failure(Trouble {
            code: errors.first().map_or("rejected", |error| error.code.id()),
            message: errors.first().map_or_else(|| sentence.clone(), |error| error.message.clone()),
            text: errors.iter().map(words).collect::<Vec<_>>().join("\n"),
        }),
        _ => CaseOutcome::Passed,
    }
}

impl Trouble {
    fn of(placed: &Placed) -> Self {
        Self { code: Code::id(placed.code), message: placed.message.clone(), text: words(placed) }
    }
}

/// A diagnostic as a line of text, with its hint below it.
fn words(placed: &Placed) -> String {
    let level = match placed.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let hint = placed.hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    format!("{level}: {}{}{hint}", placed.place(), placed.message)
}

impl Case {
    fn write(&self, file: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        let file = file.map(|file| format!(r#" file="{}""#, escaped(file))).unwrap_or_default();
        let line = self.line.map(|line| format!(r#" line="{line}""#)).unwrap_or_default();
        let (class, name) = (escaped(&self.class), escaped(&self.name));
        writeln!(out, r#"    <testcase classname="{class}" name="{name}"{file}{line} time="0">"#)?;
        match &self.outcome {
            CaseOutcome::Passed => {}
            CaseOutcome::Skipped(why) => writeln!(out, r#"      <skipped message="{}"/>"#, escaped(why))?,
            CaseOutcome::Failure(trouble) => trouble.write("failure", out)?,
            CaseOutcome::Error(trouble) => trouble.write("error", out)?,
        }
        write_notes("      ", &self.notes, out)?;
        writeln!(out, "    </testcase>")
    }
}

impl Trouble {
    fn write(&self, element: &str, out: &mut dyn Write) -> io::Result<()> {
        let (code, message, text) = (escaped(self.code), escaped(&self.message), escaped(&self.text));
        writeln!(out, r#"      <{element} type="{code}" message="{message}">{text}</{element}>"#)
    }
}

fn write_notes(indent: &str, notes: &[String], out: &mut dyn Write) -> io::Result<()> {
    match notes {
        [] => Ok(()),
        notes => writeln!(out, "{indent}<system-out>{}</system-out>", escaped(&notes.join("\n"))),
    }
}

/// The numbers of a suite, or of all of them, as attributes.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'c>(cases: impl Iterator<Item = &'c Case>) -> Self {
        cases.fold(Self::default(), |mut counts, case| {
            counts.tests += 1;
            match case.outcome {
                CaseOutcome::Passed => {}
                CaseOutcome::Skipped(_) => counts.skipped += 1,
                CaseOutcome::Failure(_) => counts.failures += 1,
                CaseOutcome::Error(_) => counts.errors += 1,
            }
            counts
        })
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { tests, failures, errors, skipped } = self;
        write!(f, r#"tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}" time="0""#)
    }
}

#[cfg(test)]
mod tests;

//! `explain`: every rule, what it saw and where, and which one decided. It is data, so it goes to standard output.

use std::io;

use crate::report::exit::ExitStatus;
use crate::report::{Closing, ColourChoice, Report};
use crate::shell::cli::{DataFormat, ExplainArgs, Program, ReportArgs};
use crate::shell::files::kustomize;
use crate::tell::explain::{self, Explanations, Form, Told};

use super::settings::Prepared;
use super::{CommandError, batch, publish};

pub(super) fn explain(args: &ExplainArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let report = ReportArgs::plain();
    let reported = |errors| CommandError::reported(errors, &report);
    let mut prepared = Prepared::new(&args.decision, &args.facts).map_err(reported)?;
    let inputs = super::read(&args.input, &mut prepared).map_err(reported)?;
    let files = kustomize::classify(&inputs);
    let runs = prepared.runs(&inputs, &files).map_err(reported)?;
    let streams = batch::read_facts(batch::open(&inputs), (&inputs, &files), &runs, &mut prepared);
    batch::refuse_function(&inputs, &streams, "an explanation").map_err(|error| reported(vec![error]))?;
    let form = match args.output {
        DataFormat::Text => Form::Text(publish::colour(colour, &io::stdout())),
        DataFormat::Json => Form::Json,
    };
    let asked = streams.iter().enumerate().map(|(index, stream)| (stream, runs.of(index).unwrap_or(&prepared.run)));
    let Told { mut text, workloads, explained, mut errors } = explain::explain(asked, &prepared.cluster, form);
    errors.extend(prepared.run.picks.missed(explained.iter()));
    let is_empty = text.is_empty() && workloads.is_empty();
    match args.output {
        DataFormat::Text if text.is_empty() => {}
        DataFormat::Text => text.push_str(&Program::current().in_words(&explain::as_policies(runs.each()))),
        DataFormat::Json => {
            let policies = explain::policy_answers(runs.each());
            let all = Explanations { version: "v1", workloads, policies, diagnostics: errors.clone() };
            text = super::as_json(&all).map_err(|error| reported(vec![error]))?;
        }
    }
    super::print(text.as_bytes()).map_err(|error| reported(vec![error]))?;
    let usual = if is_empty { Closing::WhereEmpty } else { Closing::None };
    let closing = crate::tell::report::closing(&streams, usual);
    let report_on = Report::new(Vec::new(), errors).closing(closing);
    let status = report_on.status();
    Ok(status.max(publish::write(report_on, &report, colour)))
}

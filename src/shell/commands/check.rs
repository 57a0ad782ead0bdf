//! `check`: what is not injected, or not as it would be now. Nothing is changed.

use crate::diagnostic::Code;
use crate::process::run::{Detail, Leaves};
use crate::report::exit::ExitStatus;
use crate::shell::cli::CheckArgs;

use super::settings::Prepared;
use super::{CommandError, batch, publish};
use crate::report::{Closing, ColourChoice};
use crate::tell::report::{self as tell, Subjects, Voice};

pub(super) fn check(args: &CheckArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let mut prepared = Prepared::new(&args.decision, &args.facts).map_err(reported)?;
    let inputs = super::to_the_end(super::read_for(&args.input, args.keep_going, &mut prepared).map_err(reported)?);
    super::keep_inputs(&inputs, &args.report)?;
    let opened = batch::open(&inputs);
    prepared = prepared.with_function((&inputs, &opened), &args.decision, &args.facts).map_err(reported)?;
    let levels = prepared.levels(&args.levels);
    if publish::has_errors_only(&args.report, &levels) {
        // Warnings count: one of them is a finding.
        prepared.run.detail = Detail::Warnings;
    }
    prepared.run.leaves = Leaves::Nothing;
    let streams = super::to_the_end(batch::run_opened(opened, &inputs, &mut prepared).map_err(reported)?);
    let report = batch::report(&streams, &prepared.diagnostics, (Subjects::All, Voice::Checking))
        .closing(tell::closing(&streams, Closing::Numbers));
    let report = levels.apply(report);
    // kpt takes no output for an empty list, and deletes the files of all items.
    let echoed = batch::function_inputs(&inputs, &streams);
    super::print_pieces(echoed.iter().map(|stream| stream.text)).map_err(|error| reported(vec![error]))?;
    // A switch with a value that it does not take counts as not set, which is not what its author meant.
    let typo = report
        .entries()
        .iter()
        .flat_map(|entry| &entry.diagnostics)
        .chain(report.diagnostics())
        .any(|found| found.code == Code::BadValue);
    let findings = if typo { ExitStatus::Findings } else { ExitStatus::Done };
    let status = report.status().max(findings);
    Ok(status.max(publish::write(report, &args.report, colour)))
}

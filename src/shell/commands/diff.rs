//! `diff`: what `inject` would change, as a unified diff.

use std::borrow::Cow;
use std::io;

use crate::process::stream::Stream;
use crate::report::exit::ExitStatus;
use crate::report::{Closing, ColourChoice};
use crate::shell::cli::DiffArgs;
use crate::tell::diff::{coloured, unified};
use crate::tell::report::{self as tell, Subjects, Voice};

use super::settings::Prepared;
use super::{CommandError, batch, publish};

pub(super) fn diff(args: &DiffArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let mut prepared = Prepared::new(&args.decision, &args.facts).map_err(reported)?.changing(&args.change);
    let inputs = super::read(&args.input, &mut prepared).map_err(reported)?;
    super::keep_inputs(&inputs, &args.report)?;
    let streams = super::to_the_end(batch::run(&inputs, &mut prepared).map_err(reported)?);
    batch::refuse_function(&inputs, &streams, "a diff").map_err(|error| reported(vec![error]))?;
    let report = batch::report(&streams, &prepared.diagnostics, (Subjects::All, Voice::Doing))
        .closing(tell::closing(&streams, Closing::WhereEmpty));
    let mut found = report.status();
    if !prepared.is_failed() && !streams.iter().any(Stream::is_failed) {
        let diffs: Vec<String> = streams.iter().filter(|stream| stream.is_changed()).map(unified).collect();
        let on = publish::colour(colour, &io::stdout());
        let diffs: Vec<Cow<'_, str>> = diffs.iter().map(|diff| coloured(diff, on)).collect();
        let diffs: Vec<&[u8]> = diffs.iter().map(|diff| diff.as_bytes()).filter(|diff| !diff.is_empty()).collect();
        if !diffs.is_empty() {
            found = found.max(ExitStatus::Findings);
        }
        super::print_pieces(diffs.iter()).map_err(|error| reported(vec![error]))?;
    }
    Ok(found.max(publish::write(report, &args.report, colour)))
}

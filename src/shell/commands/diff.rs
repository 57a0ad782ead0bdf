//! `diff`: what `inject` would change, as a unified diff.

use similar::TextDiff;

use crate::process::stream::Stream;
use crate::report::exit::ExitStatus;
use crate::report::{Closing, ColourChoice};
use crate::shell::cli::DiffArgs;

use super::settings::Prepared;
use super::tell::{self, Voice};
use super::{CommandError, batch};

pub(super) fn diff(args: &DiffArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let mut prepared = Prepared::new(&args.decision, &args.facts).map_err(reported)?.changing(&args.change);
    let inputs = super::read(&args.input).map_err(reported)?;
    let streams = batch::run(&inputs, &mut prepared);
    batch::refuse_function(&inputs, &streams, "a diff").map_err(|error| reported(vec![error]))?;
    let report = tell::report(&streams, &prepared, Voice::Doing).closing(Closing::WhereEmpty);
    let mut found = report.status();
    if !streams.iter().any(Stream::is_failed) {
        let diffs: Vec<String> = streams.iter().filter(|stream| stream.is_changed()).map(unified).collect();
        let diffs: Vec<&[u8]> = diffs.iter().map(|diff| diff.as_bytes()).filter(|diff| !diff.is_empty()).collect();
        if !diffs.is_empty() {
            found = found.max(ExitStatus::Findings);
        }
        super::print_pieces(&diffs).map_err(|error| reported(vec![error]))?;
    }
    tell::write(&report, &args.report, colour);
    Ok(found)
}

/// The diff of one input, with the names that `git apply` and `patch -p1` take.
fn unified(stream: &Stream<'_>) -> String {
    let new = stream.pieces().concat();
    let name = stream.name.trim_start_matches(['<', '/']).trim_end_matches('>').trim_start_matches("./");
    let diff = TextDiff::from_lines(stream.text, new.as_str());
    diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

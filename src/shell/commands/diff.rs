//! `diff`: what `inject` would change, as a unified diff.

use std::borrow::Cow;
use std::io;

use similar::TextDiff;

use crate::process::stream::Stream;
use crate::report::exit::ExitStatus;
use crate::report::{Closing, Colour, ColourChoice, Ink};
use crate::shell::cli::DiffArgs;

use super::settings::Prepared;
use super::tell::{self, Voice};
use super::{CommandError, batch, publish};

pub(super) fn diff(args: &DiffArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let reported = |errors| CommandError::reported(errors, &args.report);
    let mut prepared = Prepared::new(&args.decision, &args.facts).map_err(reported)?.changing(&args.change);
    let inputs = super::read(&args.input, &mut prepared).map_err(reported)?;
    let streams = batch::run(&inputs, &mut prepared).map_err(reported)?;
    batch::refuse_function(&inputs, &streams, "a diff").map_err(|error| reported(vec![error]))?;
    let report = tell::report(&streams, &prepared, Voice::Doing).closing(Closing::WhereEmpty);
    let mut found = report.status();
    if !prepared.is_failed() && !streams.iter().any(Stream::is_failed) {
        let diffs: Vec<String> = streams.iter().filter(|stream| stream.is_changed()).map(unified).collect();
        let on = publish::colour(colour, &io::stdout());
        let diffs: Vec<Cow<'_, str>> = diffs.iter().map(|diff| coloured(diff, on)).collect();
        let diffs: Vec<&[u8]> = diffs.iter().map(|diff| diff.as_bytes()).filter(|diff| !diff.is_empty()).collect();
        if !diffs.is_empty() {
            found = found.max(ExitStatus::Findings);
        }
        super::print_pieces(&diffs).map_err(|error| reported(vec![error]))?;
    }
    Ok(found.max(publish::write(&report, &args.report, colour)))
}

/// The diff of one input, with the names that `git apply` and `patch -p1` take.
fn unified(stream: &Stream<'_>) -> String {
    let new = stream.pieces().concat();
    let name = stream.name.trim_start_matches(['<', '/']).trim_end_matches('>').trim_start_matches("./");
    let diff = TextDiff::from_lines(stream.text, new.as_str());
    diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

/// The same diff with the colours of `git diff`. Without colours it is as it was, so that `patch` takes it.
fn coloured(diff: &str, colour: Colour) -> Cow<'_, str> {
    if colour == Colour::Off {
        return Cow::Borrowed(diff);
    }
    let mut out = String::with_capacity(diff.len() * 2);
    for (index, line) in diff.split_inclusive('\n').enumerate() {
        let ink = match line.as_bytes().first() {
            // The names of the files. Below them, every line begins with a sign of its own.
            _ if index < 2 => Some(Ink::Bold),
            Some(b'@') => Some(Ink::Cyan),
            Some(b'+') => Some(Ink::Green),
            Some(b'-') => Some(Ink::Red),
            _ => None,
        };
        let (on, off) = ink.map_or(("", ""), |ink| colour.around(ink));
        let text = line.trim_end_matches(['\r', '\n']);
        out.extend([on, text, off, line.get(text.len()..).unwrap_or_default()]);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coloured_diff_is_the_diff_with_colours() {
        let diff = "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n---- b\n+++ c\r\n\\ No newline at end of file\n";
        assert_eq!(coloured(diff, Colour::Off), diff);
        assert_eq!(
            coloured(diff, Colour::On),
            "\x1b[1m--- a/x\x1b[0m\n\x1b[1m+++ b/x\x1b[0m\n\x1b[36m@@ -1,3 +1,3 @@\x1b[0m\n a\n\x1b[31m---- b\x1b[0m\n\
             \x1b[32m+++ c\x1b[0m\r\n\\ No newline at end of file\n"
        );
    }
}

//! `diff`: what `inject` would change, as a unified diff.

use similar::TextDiff;

use crate::decide::clean::Clean;
use crate::decide::inject::Outdated;
use crate::process::{Action, Expand};
use crate::report::exit::ExitStatus;
use crate::shell::cli::DiffArgs;

use super::batch::{self, File, Patches, Task};
use super::settings::Settings;
use super::tell::{self, HeldBack, Voice};
use super::{Colour, Failed};

pub(super) fn diff(args: &DiffArgs, colour: Colour) -> Result<ExitStatus, Failed> {
    let told = |errors| Failed::told(errors, &args.report);
    let mut settings = Settings::new(&args.decision, &args.facts).map_err(told)?;
    let inputs = super::read(&args.input).map_err(told)?;
    let task = Task {
        action: Action::Inject,
        outdated: if args.reinject { Outdated::Replace } else { Outdated::Keep },
        clean: if args.clean { Clean::Strip } else { Clean::Keep },
        expand: if args.expand { Expand::Render } else { Expand::Refuse },
        patches: Patches::Drop,
    };
    let files = batch::run(&inputs, &mut settings, &task);
    let report = tell::report(&files, &settings, Voice::Doing(HeldBack::No));
    let mut found = report.status();
    if !files.iter().any(File::is_failed) {
        let diffs: Vec<String> = files.iter().filter(|file| file.is_changed()).map(unified).collect();
        let diffs: Vec<&[u8]> = diffs.iter().map(|diff| diff.as_bytes()).filter(|diff| !diff.is_empty()).collect();
        if !diffs.is_empty() {
            found = found.max(ExitStatus::Findings);
        }
        super::print_pieces(&diffs).map_err(|error| told(vec![error]))?;
    }
    tell::write(&report, &args.report, colour);
    Ok(found)
}

/// The diff of one file, with the names that `git apply` and `patch -p1` take.
fn unified(file: &File<'_>) -> String {
    let new = file.pieces().concat();
    let name = file.name.trim_start_matches(['<', '/']).trim_end_matches('>').trim_start_matches("./");
    let diff = TextDiff::from_lines(file.text, new.as_str());
    diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

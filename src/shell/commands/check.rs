//! `check`: what is not injected, or not as it would be now. Nothing is changed.

use crate::decide::clean::Clean;
use crate::decide::inject::Outdated;
use crate::diagnostic::Code;
use crate::process::{Action, Expand};
use crate::report::exit::ExitStatus;
use crate::shell::cli::CheckArgs;

use super::batch::{self, Patches, Task};
use super::settings::Settings;
use super::tell::{self, Voice};
use super::{Colour, Failed};

pub(super) fn check(args: &CheckArgs, colour: Colour) -> Result<ExitStatus, Failed> {
    let told = |errors| Failed::told(errors, &args.report);
    let mut settings = Settings::new(&args.decision, &args.facts).map_err(told)?;
    let inputs = super::read(&args.input).map_err(told)?;
    let task = Task {
        action: Action::Inject,
        outdated: Outdated::Keep,
        clean: Clean::Keep,
        expand: Expand::Refuse,
        patches: Patches::Drop,
    };
    let files = batch::run(&inputs, &mut settings, &task);
    let report = tell::report(&files, &settings, Voice::Checking);
    tell::write(&report, &args.report, colour);
    // A switch with a value that it does not take counts as unset: nobody meant that.
    let typo = report
        .entries()
        .iter()
        .flat_map(|entry| &entry.diagnostics)
        .chain(report.diagnostics())
        .any(|found| found.code == Code::BadValue);
    let findings = if typo { ExitStatus::Findings } else { ExitStatus::Done };
    Ok(report.status().max(findings))
}

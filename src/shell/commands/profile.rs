//! `profile list|show|lint|init|import`.

use std::path::Path;

use crate::diagnostic::{Code, Placed, Places, Severity};
use crate::lint;
use crate::profile::import::{self, ImportError};
use crate::profile::starter;
use crate::report::exit::ExitStatus;
use crate::report::{ColourChoice, Report};
use crate::shell::cli::{LintArgs, ProfileCommand};
use crate::shell::files::input::{self, Recursion};
use crate::shell::files::selection::ProfileRef;

mod list;

use super::written::WrittenProfile;
use super::{CommandError, ReportArgs, policy, publish, settings};

pub(super) fn profile(command: &ProfileCommand, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    match command {
        ProfileCommand::List { output } => list::list(*output),
        ProfileCommand::Show { profile, resolved } => show(profile, *resolved),
        ProfileCommand::Init { name } => {
            let text = starter::named(name).ok_or_else(|| {
                Placed::new(Code::Usage, format!("`{name}` is not a name for a profile"))
                    .hint(Some("at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends"))
            })?;
            Ok(super::print(text.as_bytes())?)
        }
        ProfileCommand::Lint(args) => lint(args, colour),
        ProfileCommand::Compile(args) => policy::compile(args),
        ProfileCommand::Import { file, entry } => import(file, entry.as_deref()),
    }
}

/// A profile's text, or the one document that it is together with those that it extends.
fn show(reference: &ProfileRef, is_resolved: bool) -> Result<ExitStatus, CommandError> {
    let (file, text) = settings::profile_text(reference)?;
    if !is_resolved {
        return Ok(super::print(text.as_bytes())?);
    }
    let plain = ReportArgs::plain();
    let (_, extended) =
        settings::read_profile(&file, &text).map_err(|errors| CommandError::reported(errors, &plain))?;
    let text = extended.map_or(text, |extended| extended.text());
    Ok(super::print(text.as_bytes())?)
}

/// The profile that the configuration of another injector becomes. Nothing is printed where it would not load.
fn import(path: &Path, entry: Option<&str>) -> Result<ExitStatus, CommandError> {
    let plain = ReportArgs::plain();
    let reported = |errors| CommandError::reported(errors, &plain);
    let inputs = input::read(&[path.to_owned()], Recursion::Off).map_err(|error| reported(vec![error.placed()]))?;
    let [input] = inputs.as_slice() else {
        let several = Placed::new(Code::Usage, format!("`{}` is a directory with several files", path.display()));
        return Err(several.hint(Some("name one file")).into());
    };
    let places = Places::new(&input.text);
    let told = |error: ImportError| {
        let mut placed = Placed::new(Code::Profile, error.message).hint(error.hint);
        placed.path = error.path.to_string();
        placed.at(input.source.to_string(), Some(places.position(error.at)))
    };
    match import::import(&input.text, entry) {
        Ok(profile) => Ok(super::print(profile.as_bytes())?),
        Err(errors) => Err(reported(errors.into_iter().map(told).collect())),
    }
}

/// A profile's text, and what to call the file; `-` is standard input.
fn linted_text(reference: &ProfileRef) -> Result<(String, String), Placed> {
    if *reference != ProfileRef::BuiltIn("-".to_owned()) {
        return settings::profile_text(reference);
    }
    let unreadable = |error| Placed::new(Code::Profile, format!("cannot read the profile: {error}"));
    let file = "<stdin>".to_owned();
    match std::io::read_to_string(std::io::stdin()) {
        Ok(text) => Ok((file, text)),
        Err(error) => Err(unreadable(error).at(file, None)),
    }
}

/// Findings go to standard error, as every report does; a profile that cannot be loaded is an error.
fn lint(args: &LintArgs, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    let mut found: Vec<Placed> = Vec::new();
    let mut status = ExitStatus::Done;
    for reference in &args.profiles {
        let (file, text) = linted_text(reference).map_err(|error| CommandError::reported(vec![error], &args.report))?;
        let (profile, extended) = match settings::read_profile(&file, &text) {
            Ok(read) => read,
            Err(errors) => {
                status = ExitStatus::Error;
                found.extend(errors);
                continue;
            }
        };
        let written = WrittenProfile::new(file, text, extended);
        let mut findings = Vec::new();
        for finding in lint::lint(&profile) {
            let (file, position) = written.place(&finding.at);
            let mut placed = Placed::new(finding.code, finding.message).at(file, position).hint(finding.hint);
            placed.severity = finding.severity;
            placed.path = finding.at.to_string();
            findings.push(placed);
        }
        args.levels.levels().apply_to(&mut findings);
        if findings.iter().any(|placed| placed.severity >= Severity::from(args.fail_on)) {
            status = status.max(ExitStatus::Findings);
        }
        found.extend(findings);
    }
    Ok(status.max(publish::write(Report::new(Vec::new(), found), &args.report, colour)))
}

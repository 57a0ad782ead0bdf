//! `profile list|show|lint|init`.

use crate::diagnostic::{Code, Placed, Places, Severity};
use crate::lint;
use crate::profile::{builtin, starter};
use crate::report::exit::ExitStatus;
use crate::report::{ColourChoice, Report};
use crate::shell::cli::{LintArgs, ProfileCommand};
use crate::shell::files::selection::ProfileRef;
use crate::text::yaml;

use super::{CommandError, settings, tell};

pub(super) fn profile(command: &ProfileCommand, colour: ColourChoice) -> Result<ExitStatus, CommandError> {
    match command {
        ProfileCommand::List => list(),
        ProfileCommand::Show { name } => {
            let (_, text) = settings::profile_text(&ProfileRef::BuiltIn(name.clone()))?;
            Ok(super::print(text.as_bytes())?)
        }
        ProfileCommand::Init { name } => {
            let text = starter::named(name).ok_or_else(|| {
                Placed::new(Code::Usage, format!("`{name}` is not a name for a profile"))
                    .hint(Some("at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends"))
            })?;
            Ok(super::print(text.as_bytes())?)
        }
        ProfileCommand::Lint(args) => lint(args, colour),
    }
}

/// A line for each built-in profile.
fn list() -> Result<ExitStatus, CommandError> {
    let mut lines = format!("{:<12}{:<9}{:<12}{}\n", "NAME", "POLICY", "LEVEL", "DESCRIPTION");
    for (name, _) in builtin::ALL {
        let profile = settings::load_profile(&ProfileRef::BuiltIn((*name).to_owned()))
            .map_err(|errors| errors.into_iter().next().unwrap_or_else(|| Placed::new(Code::Profile, "unreadable")))?;
        let summary = lint::summary(&profile);
        let (policy, level) = (summary.policy, summary.pod_security);
        lines.push_str(&format!("{name:<12}{policy:<9}{level:<12}{}\n", summary.description));
    }
    Ok(super::print(lines.as_bytes())?)
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
        let profile = match settings::parse_profile(&file, &text) {
            Ok(profile) => profile,
            Err(errors) => {
                status = ExitStatus::Error;
                found.extend(errors);
                continue;
            }
        };
        let places = Places::new(&text);
        let tree = if text.trim_start().starts_with('{') {
            yaml::parse_json(&text).map(|(tree, _)| tree)
        } else {
            yaml::parse_yaml(&text)
        };
        let mut findings = Vec::new();
        for finding in lint::lint(&profile) {
            let root = tree.as_ref().ok().and_then(|tree| Some((tree, tree.root()?)));
            let position = root.map(|(tree, root)| places.position(tree.locate(root, &finding.at)));
            let mut placed = Placed::new(finding.code, finding.message).at(file.as_str(), position).hint(finding.hint);
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
    tell::write(&Report::new(Vec::new(), found), &args.report, colour);
    Ok(status)
}

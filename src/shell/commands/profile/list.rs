//! `profile list`: the built-in profiles, as lines or as JSON.

use crate::diagnostic::{Code, Placed};
use crate::lint;
use crate::profile::Profile;
use crate::profile::builtin::{self, Group};
use crate::report::exit::ExitStatus;
use crate::shell::cli::DataFormat;
use crate::shell::commands::{CommandError, as_json, print, settings};
use crate::shell::files::selection::ProfileRef;
use crate::tell::profiles::{List, ListedProfile};

pub(super) fn list(output: DataFormat) -> Result<ExitStatus, CommandError> {
    let mut profiles = Vec::new();
    for group in Group::ALL {
        for builtin in builtin::ALL.iter().filter(|known| known.group == group) {
            let profile = settings::load_profile(&ProfileRef::BuiltIn(builtin.name.to_owned())).map_err(|errors| {
                errors.into_iter().next().unwrap_or_else(|| Placed::new(Code::Profile, "unreadable"))
            })?;
            profiles.push((group, profile));
        }
    }
    let text = match output {
        DataFormat::Text => lines(&profiles),
        DataFormat::Json => {
            let profiles = profiles.iter().map(|(group, profile)| ListedProfile::of(*group, profile)).collect();
            as_json(&List { version: "v1", profiles })?
        }
    };
    Ok(print(text.as_bytes())?)
}

/// A line for each profile, below the heading of its group.
fn lines(profiles: &[(Group, Profile)]) -> String {
    let widest = builtin::names().map(str::len).max().unwrap_or_default() + 2;
    let mut lines = String::new();
    let mut last = None;
    for (group, profile) in profiles {
        if last != Some(*group) {
            let before = if lines.is_empty() { "" } else { "\n" };
            let title = group.title();
            lines.push_str(&format!(
                "{before}{title}\n  {:<widest$}{:<9}{:<12}{}\n",
                "NAME", "POLICY", "LEVEL", "DESCRIPTION"
            ));
            last = Some(*group);
        }
        let summary = lint::summary(profile);
        let (name, policy, level) = (summary.name, summary.policy, summary.pod_security);
        lines.push_str(&format!("  {name:<widest$}{policy:<9}{level:<12}{}\n", summary.description));
    }
    lines
}

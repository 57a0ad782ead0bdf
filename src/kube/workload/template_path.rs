//! `KIND[.GROUP]=/spec/…`: where a kind of the user's own has its pod template. Only the form of the text is checked here.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Identity;
use super::spelling::known_kind;
use crate::value::pointer::{Pointer, PointerError};

/// Where a kind has its pod template: `--template-path KIND[.GROUP]=/spec/…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplatePath {
    /// The kind.
    pub kind: String,
    /// The API group; `None` for any.
    pub group: Option<String>,
    /// From the object's root to the pod template.
    pub path: Pointer,
}

impl TemplatePath {
    /// Whether it is for objects like this one.
    pub fn is_for(&self, identity: &Identity) -> bool {
        self.kind == identity.kind && self.group.as_ref().is_none_or(|group| *group == identity.group)
    }
}

impl fmt::Display for TemplatePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if let Some(group) = &self.group {
            write!(f, ".{group}")?;
        }
        write!(f, "={}", self.path)
    }
}

/// Why a text is not a template path. The user's or the profile's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplatePathError {
    /// The text before `=` is not a kind.
    #[error("`{written}` is not a kind: write {meant}")]
    Kind {
        /// What is written.
        written: String,
        /// What to write instead.
        meant: String,
    },
    /// There is no `=`.
    #[error("`{0}` is not a template path: write KIND[.GROUP]=/PATH, such as `Rollout.argoproj.io=/spec/template`")]
    NoEquals(String),
    /// The text after `=` is not a JSON Pointer.
    #[error(transparent)]
    Path(#[from] PointerError),
}

impl FromStr for TemplatePath {
    type Err = TemplatePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, path) = text.split_once('=').ok_or_else(|| TemplatePathError::NoEquals(text.to_owned()))?;
        let (kind, group) = match name.split_once('.') {
            Some((kind, group)) => (kind, Some(group)),
            None => (name, None),
        };
        let is_kind =
            kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.bytes().all(|b| b.is_ascii_alphanumeric());
        let is_group = |group: &str| {
            group.split('.').all(|label| !label.is_empty())
                && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
        };
        if !is_kind || !group.is_none_or(is_group) {
            return Err(not_a_kind(name, kind, group));
        }
        Ok(Self { kind: kind.to_owned(), group: group.map(str::to_owned), path: Pointer::parse(path)? })
    }
}

/// The error for what is not a kind, with the one that was meant: `deployments.apps` is what kubectl takes.
fn not_a_kind(name: &str, kind: &str, group: Option<&str>) -> TemplatePathError {
    let meant = match known_kind(kind) {
        Some(known) => {
            let group = group.filter(|group| !group.is_empty());
            format!("`{known}{}`", group.map_or(String::new(), |group| format!(".{}", group.to_lowercase())))
        }
        None => "`Rollout` or `Rollout.argoproj.io`".to_owned(),
    };
    TemplatePathError::Kind { written: name.to_owned(), meant }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_paths_come_back_as_they_were_written() {
        for text in ["Rollout.argoproj.io=/spec/template", "Thing=/a~1b/0", "Thing="] {
            assert_eq!(text.parse::<TemplatePath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_error_says_what_is_wrong() {
        for (text, message) in [
            (
                "Rollout",
                "`Rollout` is not a template path: write KIND[.GROUP]=/PATH, such as `Rollout.argoproj.io=/spec/template`",
            ),
            ("=/spec", "`` is not a kind: write `Rollout` or `Rollout.argoproj.io`"),
            ("rollouts.argoproj.io=/spec", "`rollouts.argoproj.io` is not a kind: write `Rollout.argoproj.io`"),
            ("deployment=/spec", "`deployment` is not a kind: write `Deployment`"),
            ("deploy=/spec", "`deploy` is not a kind: write `Deployment`"),
            ("cron-job.Batch=/spec", "`cron-job.Batch` is not a kind: write `CronJob.batch`"),
            ("widget=/spec", "`widget` is not a kind: write `Rollout` or `Rollout.argoproj.io`"),
            ("Rollout.=/spec", "`Rollout.` is not a kind: write `Rollout`"),
            ("Rollout=spec/template", "`spec/template` is not a JSON Pointer: it does not begin with `/`"),
        ] {
            assert_eq!(text.parse::<TemplatePath>().unwrap_err().to_string(), message);
        }
    }
}

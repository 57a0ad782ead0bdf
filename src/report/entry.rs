//! What a report says of one pod template.

use serde::Serialize;

use crate::diagnostic::{Code, Placed, Position};

/// What happened to one pod template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateReport {
    /// The file as it was named on the command line, or `<stdin>`.
    pub file: String,
    /// Where the object begins.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// `apiVersion` as it is written.
    pub api_version: String,
    /// `kind` as it is written.
    pub kind: String,
    /// The namespace that the rules saw: the object's, else the one given, else `default`.
    pub namespace: String,
    /// `metadata.name`, else `generateName` with a `*`, else empty.
    pub name: String,
    /// The file of a KRM function's host, and which object of that file it is.
    #[serde(skip)]
    pub item: Option<(String, usize)>,
    /// The JSON Pointer of the pod template, where it is not at the usual place of the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// One for each profile, in the order of application.
    pub results: Vec<ResultLine>,
    /// Warnings, and errors that are no profile's.
    pub diagnostics: Vec<Placed>,
}

/// What one profile came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResultLine {
    /// The profile's name.
    pub profile: String,
    /// The verdict; as JSON, `verdict` names it and its fields are beside it.
    #[serde(flatten)]
    pub verdict: ReportVerdict,
    /// The state of the injection that was there: `current`, `incomplete`, `edited`, `outdated`, `unwanted` or `partial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// The fields of an edited injection that are not as the profile has them, as JSON Pointers from the object's root.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// The word for each verdict.
pub(crate) const VERDICTS: [&str; 11] = [
    "injected",
    "skipped",
    "rejected",
    "uninjected",
    "unchanged",
    "outdated",
    "incomplete",
    "edited",
    "unwanted",
    "partial",
    "missing",
];

/// What happened, or for `check`, what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ReportVerdict {
    /// It was injected; for `check`, it holds an injection that is up to date.
    Injected,
    /// It was left alone.
    Skipped {
        /// The row of the eligibility table that decided.
        rule: String,
        /// Why, in a phrase.
        reason: String,
        /// Whether the webhook would deny the object rather than allow it unchanged.
        would_deny: bool,
    },
    /// It was refused.
    Rejected {
        /// Why.
        errors: Vec<Placed>,
    },
    /// An injection was removed.
    Uninjected,
    /// There was nothing to do.
    Unchanged,
    /// A finding of `check`: it was injected by another version or with other values.
    Outdated,
    /// A finding of `check`: the profile would add more now.
    Incomplete,
    /// A finding of `check`: someone edited the injection.
    Edited,
    /// A finding of `check`: the rules would skip it now, and it is injected.
    Unwanted,
    /// A finding of `check`: some of what the record names is gone.
    Partial,
    /// A finding of `check`: it should be injected and is not.
    Missing,
}

impl TemplateReport {
    /// How people call it: `deployment/web (default)`; with the template's place where that is not the usual one.
    pub fn title(&self) -> String {
        let Self { kind, name, namespace, .. } = self;
        let kind = kind.to_lowercase();
        match &self.template {
            None => format!("{kind}/{name} ({namespace})"),
            Some(template) => format!("{kind}/{name} ({namespace}) at {template}"),
        }
    }

    /// All that has a place: each profile's errors, then the rest.
    pub fn placed(&self) -> impl Iterator<Item = &Placed> {
        self.results.iter().flat_map(|result| result.verdict.errors()).chain(&self.diagnostics)
    }

    /// The lines that say what happened, without the title: results that read the same are one line.
    pub(super) fn lines(&self) -> Vec<(&ReportVerdict, String)> {
        let mut groups: Vec<(&ReportVerdict, Vec<&str>)> = Vec::new();
        for ResultLine { profile, verdict, .. } in &self.results {
            match groups.iter_mut().find(|(known, _)| known.reads_like(verdict)) {
                Some((_, profiles)) => profiles.push(profile),
                None => groups.push((verdict, vec![profile])),
            }
        }
        let only = self.results.len() == 1;
        groups.into_iter().map(|(verdict, profiles)| (verdict, verdict.sentence(&profiles, only))).collect()
    }
}

impl ResultLine {
    /// A verdict of a profile, without an injection that was there.
    pub const fn new(profile: String, verdict: ReportVerdict) -> Self {
        Self { profile, verdict, state: None, fields: Vec::new() }
    }
}

impl ReportVerdict {
    pub(crate) fn errors(&self) -> &[Placed] {
        match self {
            Self::Rejected { errors } => errors,
            _ => &[],
        }
    }

    /// The word for it in `--report json`.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Skipped { .. } => "skipped",
            Self::Rejected { .. } => "rejected",
            Self::Uninjected => "uninjected",
            Self::Unchanged => "unchanged",
            Self::Outdated => "outdated",
            Self::Incomplete => "incomplete",
            Self::Edited => "edited",
            Self::Unwanted => "unwanted",
            Self::Partial => "partial",
            Self::Missing => "missing",
        }
    }

    fn reads_like(&self, other: &Self) -> bool {
        self == other || matches!((self, other), (Self::Rejected { .. }, Self::Rejected { .. }))
    }

    /// `only`: there is no other profile, so that the name can be left out.
    pub(crate) fn sentence(&self, profiles: &[&str], only: bool) -> String {
        let profiles = profiles.join(", ");
        match self {
            Self::Injected => format!("injected by {profiles}"),
            Self::Skipped { rule, reason, would_deny } => {
                let by = if only { String::new() } else { format!(" by {profiles}") };
                let denied = if *would_deny { " (the webhook would deny it)" } else { "" };
                format!("skipped{by}{denied}: {rule}: {reason}")
            }
            Self::Rejected { .. } if profiles.is_empty() => "rejected".to_owned(),
            Self::Rejected { .. } => format!("rejected by {profiles}"),
            Self::Uninjected => format!("uninjected: {profiles}"),
            Self::Unchanged => "unchanged".to_owned(),
            Self::Outdated => format!("outdated injection by {profiles}"),
            Self::Incomplete => format!("incomplete injection by {profiles}"),
            Self::Edited => format!("edited injection by {profiles}"),
            Self::Unwanted => format!("unwanted injection by {profiles}"),
            Self::Partial => format!("partial injection by {profiles}"),
            Self::Missing => format!("not injected by {profiles}"),
        }
    }

    /// The stable id of a verdict that is a finding of `check`.
    pub(super) fn finding(&self) -> Option<Code> {
        match self {
            Self::Outdated => Some(Code::Outdated),
            Self::Incomplete => Some(Code::Incomplete),
            Self::Edited => Some(Code::Edited),
            Self::Unwanted => Some(Code::Unwanted),
            Self::Partial => Some(Code::Partial),
            Self::Missing => Some(Code::Missing),
            _ => None,
        }
    }
}

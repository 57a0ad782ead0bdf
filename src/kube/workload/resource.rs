//! Resources as kubectl names them on its command line.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::Identity;
use super::TemplatePath;
use super::kinds::{KINDS, Trait, WorkloadKind};
use super::spelling::SHORT_NAMES;
use crate::diagnostic::words::nearest;

/// The kind with a pod template that a word names: a kind, its plural or its short name, in any case, and perhaps with a
/// version and a group: `deploy`, `Deployments`, `deployments.apps`, `deployment.v1.apps`. No guesses.
///
/// Without its group, `service` is that of the core, which has no pod template.
pub(crate) fn resource(word: &str) -> Option<&'static WorkloadKind> {
    let word = word.to_lowercase();
    let (name, rest) = word.split_once('.').map_or((word.as_str(), None), |(name, rest)| (name, Some(rest)));
    let short = SHORT_NAMES.iter().find(|(short, _)| *short == name).map(|(_, kind)| *kind);
    let is_named = |row: &WorkloadKind| {
        let kind = row.kind.to_lowercase();
        short == Some(row.kind) || name == kind || name.strip_suffix('s') == Some(&kind)
    };
    let is_group = |row: &WorkloadKind, group: &str| row.groups.contains(&group);
    KINDS.iter().find(|row| {
        is_named(row)
            && match rest {
                None => !row.traits.contains(&Trait::Knative),
                Some(rest) => {
                    is_group(row, rest) || rest.split_once('.').is_some_and(|(_, group)| is_group(row, group))
                }
            }
    })
}

/// A word for a kind, as [`resource`] takes it; of a kind that is not known there, the kind itself or its plural.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindWord(String);

impl FromStr for KindWord {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for KindWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl KindWord {
    /// The known kind that was most likely meant by a word that names none.
    pub(crate) fn meant(&self) -> Option<&'static str> {
        if resource(&self.0).is_some() {
            return None;
        }
        let name = self.0.split('.').next().unwrap_or_default();
        nearest(name.strip_suffix('s').unwrap_or(name), KINDS.iter().map(|row| row.kind))
    }

    /// Whether it names the kind of this object.
    pub(crate) fn names(&self, identity: &Identity) -> bool {
        self.is_of(&identity.kind, Some(&identity.group))
    }

    /// Whether it names the kind that has its pod template there.
    pub(crate) fn names_kind_of(&self, path: &TemplatePath) -> bool {
        self.is_of(&path.kind, path.group.as_deref())
    }

    /// Whether it names a kind of this group; of any, where none is given.
    fn is_of(&self, kind: &str, group: Option<&str>) -> bool {
        let word = self.0.to_lowercase();
        let (name, rest) = word.split_once('.').map_or((word.as_str(), None), |(name, rest)| (name, Some(rest)));
        let is_group = |rest: &str| {
            let without_version = rest.split_once('.').map(|(_, group)| group);
            group.is_none_or(|group| rest == group || without_version == Some(group))
        };
        let is_kind = || {
            let kind = kind.to_lowercase();
            name == kind || name == plural(&kind)
        };
        let is_known = || resource(&word).is_some_and(|row| row.kind == kind);
        rest.is_none_or(is_group) && (is_known() || is_kind())
    }
}

/// The plural of a kind in lower case, as kubectl guesses it.
fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_the_kind_of_an_object() {
        let names = |word: &str, group: &str, kind: &str| {
            let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
            let object = serde_json::json!({"apiVersion": api_version, "kind": kind});
            KindWord(word.to_owned()).names(&super::super::identify(&object).unwrap())
        };
        for word in ["deploy", "Deployment", "deployments", "deployment.apps", "deployments.v1.apps"] {
            assert!(names(word, "apps", "Deployment"), "{word}");
            assert!(!names(word, "apps", "ReplicaSet"), "{word}");
            assert_eq!(names(word, "extensions", "Deployment"), !word.contains('.'), "{word}");
        }
        for word in ["app", "Apps", "app.own.example", "apps.v2.own.example"] {
            assert!(names(word, "own.example", "App"), "{word}");
            assert!(!names(word, "own.example", "Apps2"), "{word}");
        }
        assert!(!names("app.other.example", "own.example", "App"));
        assert!(names("policies", "own.example", "Policy") && names("glasses", "own.example", "Glass"));
        assert!(names("service", "serving.knative.dev", "Service"));
        assert!(!names("svc", "", "Service"), "not one of the kinds with templates, so no short name");
    }

    #[test]
    fn a_resource_is_named_as_for_kubectl() {
        for (word, kind) in [
            ("deploy", Some("Deployment")),
            ("Deployment", Some("Deployment")),
            ("deployments", Some("Deployment")),
            ("deployments.apps", Some("Deployment")),
            ("deployment.v1.apps", Some("Deployment")),
            ("deploy.batch", None),
            ("sts", Some("StatefulSet")),
            ("po", Some("Pod")),
            ("cj", Some("CronJob")),
            ("rollout", Some("Rollout")),
            ("service", None),
            ("svc", None),
            ("services.serving.knative.dev", Some("Service")),
            ("deploymnet", None),
            ("manifests", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(resource(word).map(|row| row.kind), kind, "{word}");
        }
    }
}

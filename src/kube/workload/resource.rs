//! Resources as kubectl names them on its command line.

use super::kinds::{KINDS, Trait, WorkloadKind};
use super::spelling::SHORT_NAMES;

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

#[cfg(test)]
mod tests {
    use super::*;

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

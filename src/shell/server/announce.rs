//! What a server logs about itself, when it starts and when it reloads something.

use std::time::{Duration, SystemTime};

use super::judge::Watched;
use super::tls::{ServingCertificate, date, seconds};
use crate::decide::eligibility::Rule;
use crate::decide::eligibility::row::{Fact, Needs, Path};
use crate::profile::Profile;

/// Logs the certificate that is in use from now on, and what is wrong with it.
pub(crate) fn certificate(certificate: &ServingCertificate, now: SystemTime) {
    const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    let (names, expires) = (certificate.names.join(","), certificate.expiry());
    tracing::info!(names, expires, "certificate");
    if certificate.names.is_empty() {
        tracing::warn!("the certificate has no subject alternative name, so API servers refuse it");
    }
    if certificate.not_before > seconds(now) {
        tracing::warn!(from = date(certificate.not_before), "the certificate is not valid yet");
    }
    if certificate.not_after <= seconds(now + SOON) {
        tracing::warn!(expires, "the certificate expires soon");
    }
}

/// Logs the profiles that are injected from now on, and those of their rules that cannot work.
pub(crate) fn profiles(profiles: &[Profile], watched: &[Watched]) {
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    tracing::info!(profiles = names.join(","), "injecting");
    if !watched.contains(&Watched::Namespaces) {
        for BlindRule { profile, rule, message } in blind(profiles) {
            tracing::warn!(profile, rule = rule.id(), "{message}");
        }
    }
    if !watched.contains(&Watched::ServiceAccounts) {
        for profile in profiles.iter().filter(|profile| profile.reads_service_account()) {
            tracing::warn!(
                profile = profile.name,
                "pods are skipped or refused where an expression reads labels or annotations of their ServiceAccount, \
                 because the webhook cannot see them: use `--watch-serviceaccounts`"
            );
        }
    }
}

/// A rule that needs more of a namespace than a review has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BlindRule<'p> {
    profile: &'p str,
    rule: Rule,
    message: String,
}

/// The rules of these profiles that cannot work without a watch. All of the profiles are asked on `/mutate`.
fn blind(profiles: &[Profile]) -> Vec<BlindRule<'_>> {
    let path = if profiles.len() > 1 { Path::Shared } else { Path::Own };
    let mut found = Vec::new();
    for profile in profiles {
        for &rule in Rule::ALL {
            let Some(Needs { facts, without }) = rule.lacks(profile, path) else { continue };
            let facts: Vec<&str> = facts.into_iter().filter_map(Fact::watched).collect();
            let unseen = format!("the webhook cannot see the {} of namespaces", facts.join(" and "));
            let message = match rule.lacks(profile, Path::Own) {
                Some(_) => format!("{without}, because {unseen}: use `--watch-namespaces`"),
                None => format!(
                    "on `/mutate`, {without}, because {unseen}, and the API server checks them only for a path of one \
                     profile: use `--watch-namespaces`, or the path `/mutate/{}`",
                    profile.name
                ),
            };
            found.push(BlindRule { profile: &profile.name, rule, message });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::profile::{builtin, load::load};
    use crate::text::yaml::parse_yaml;

    fn built_in(name: &str) -> Profile {
        let tree = parse_yaml(builtin::text(name).unwrap()).unwrap();
        load(tree.view(tree.root().unwrap())).unwrap()
    }

    /// A profile with these members in its spec.
    fn profile(spec: &Value) -> Profile {
        let mut document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "p"},
            "spec": {"policy": "OptIn", "containers": [{"name": "side", "image": "side:1"}]}});
        for (name, value) in spec.as_object().unwrap() {
            document["spec"][name] = value.clone();
        }
        load(&document).unwrap()
    }

    fn reported(profiles: &[Profile]) -> Vec<String> {
        blind(profiles).iter().map(|rule| format!("{} {}: {}", rule.profile, rule.rule, rule.message)).collect()
    }

    #[test]
    fn rules_that_cannot_work_are_reported() {
        let (cortexflow, nginx) = (built_in("cortexflow"), built_in("nginx"));
        let opted_out = "cortexflow namespace-opted-out: pods in a namespace that opts out are injected, because the \
                         webhook cannot see the annotations and labels of namespaces: use `--watch-namespaces`";
        let meshes = "cortexflow foreign-sidecar: pods in a namespace of another mesh are injected, because the webhook \
                      cannot see the annotations and labels of namespaces: use `--watch-namespaces`";
        assert_eq!(reported(std::slice::from_ref(&nginx)), [""; 0]);
        assert_eq!(reported(std::slice::from_ref(&cortexflow)), [meshes, opted_out]);
        assert_eq!(
            reported(&[cortexflow, nginx]),
            [
                meshes,
                opted_out,
                "nginx namespace-not-selected: on `/mutate`, no pod is injected, because the webhook cannot see the labels \
                 of namespaces, and the API server checks them only for a path of one profile: use `--watch-namespaces`, \
                 or the path `/mutate/nginx`"
            ]
        );
    }

    #[test]
    fn an_opt_in_profile_with_only_a_label_on_the_namespace_is_reported() {
        let label = json!({"label": "steer", "inject": ["on"]});
        let pods = json!({"annotation": "steer", "inject": ["on"]});
        for (spec, expected) in [
            (json!({"namespaceSwitch": label}), "no pod is injected"),
            (json!({"namespaceSwitch": label, "podSwitch": pods}), "only pods that opt in themselves are injected"),
        ] {
            let because = "because the webhook cannot see the labels of namespaces: use `--watch-namespaces`";
            assert_eq!(reported(&[profile(&spec)]), [format!("p namespace-opted-in: {expected}, {because}")]);
        }
        assert_eq!(reported(&[profile(&json!({"namespaceSwitch": label, "policy": "OptOut"}))]), [""; 0]);
    }
}

//! What a server says of itself in the log, when it starts and when something was replaced.

use std::time::{Duration, SystemTime};

use super::tls::{Certificate, date, seconds};
use crate::profile::Profile;

/// A certificate is in use from now on.
pub(super) fn certificate(certificate: &Certificate, now: SystemTime) {
    const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    let (names, expires) = (certificate.names.join(","), certificate.expiry());
    tracing::info!(names, expires, "certificate");
    if certificate.names.is_empty() {
        tracing::warn!("the certificate has no subject alternative name: API servers do not accept it");
    }
    if certificate.not_before > seconds(now) {
        tracing::warn!(from = date(certificate.not_before), "the certificate does not count yet");
    }
    if certificate.not_after <= seconds(now + SOON) {
        tracing::warn!(expires, "the certificate expires soon");
    }
}

/// What is injected from now on, and which rules of it have nothing to go by.
pub(crate) fn profiles(profiles: &[Profile], namespaces: Namespaces) {
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    tracing::info!(profiles = names.join(","), "injecting");
    if namespaces == Namespaces::Unknown {
        for Blind { profile, rule, why } in blind(profiles) {
            tracing::warn!(profile, rule, why, "a rule cannot work without --watch-namespaces");
        }
    }
}

/// Whether anything is known of namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespaces {
    /// They are watched.
    Watched,
    /// Nobody asks the API server.
    Unknown,
}

/// A rule that asks for what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Blind<'p> {
    profile: &'p str,
    rule: &'static str,
    why: &'static str,
}

/// The rules of these profiles that need more of a namespace than a review has.
fn blind(profiles: &[Profile]) -> Vec<Blind<'_>> {
    let mut found = Vec::new();
    for profile in profiles {
        let name = profile.name.as_str();
        // A label that opts out can stand in the webhook configuration; an annotation cannot.
        if profile.namespace_switch.as_ref().is_some_and(|switch| switch.annotation.is_some()) {
            let why = "a review has neither annotations nor labels of its namespace";
            found.push(Blind { profile: name, rule: "namespaceSwitch", why });
        }
        // That of a path with one profile stands in the webhook configuration, where the API server evaluates it.
        if profile.namespace_selector.is_some() && profiles.len() > 1 {
            let why = "on `/mutate`, several profiles share a path, so the API server evaluates the selector of none";
            found.push(Blind { profile: name, rule: "namespaceSelector", why });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::files::selection::{Given, ProfileRef};
    use crate::shell::server::profiles::ProfileSets;

    #[test]
    fn rules_that_ask_for_a_namespace_are_told() {
        for (names, rules) in [
            (&["cortexflow"][..], &["cortexflow namespaceSwitch"][..]),
            (&["nginx"], &[]),
            (&["cortexflow", "nginx"], &["cortexflow namespaceSwitch", "nginx namespaceSelector"]),
        ] {
            let given = Given {
                profiles: names.iter().map(|name| ProfileRef::BuiltIn((*name).to_owned())).collect(),
                settings: Vec::new(),
                on_ineligible: None,
                template_paths: Vec::new(),
            };
            let sets = ProfileSets::load(&given, crate::kube::version::KubernetesVersion::NEWEST).unwrap();
            let told: Vec<String> =
                blind(sets.given()).iter().map(|blind| format!("{} {}", blind.profile, blind.rule)).collect();
            assert_eq!(told, rules, "{names:?}");
        }
    }
}

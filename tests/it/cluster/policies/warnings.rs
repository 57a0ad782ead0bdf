//! The warnings of a pod, by policy and by webhook.

use serde_json::json;

use super::objects::{Policies, WAY, printed};
use super::together::{Trial, pod, record};
use super::ways::Outcome;
use crate::support::control_plane::ControlPlane;

/// Parts of warnings and notes that a policy does not make; the page about policies says so.
const NOT_MADE: [&str; 11] = [
    " is also what a probe of container ",
    " redirects port ",
    " takes its default ",
    " is not expanded",
    ", below `",
    ", above `",
    " changes nothing in this pod",
    " has no effect: no profile reads it",
    " is injected, and its rules would skip it now: ",
    " says: a mount of its own for the time zone stays in ",
    " says: the pod's terminationGracePeriodSeconds ends before ",
];

/// The same of one with two parts: about a target by its name.
const NO_TARGET: (&str, &str) = ("the pod has no container `", " adds to the application: ");

/// Parts of the warnings that a policy makes of a pod that came injected, too: it sees the pod once it is injected.
const OF_INJECTED: [&str; 4] = [
    " adds to the application: nothing is added there",
    ", which the placement of profile ",
    " already has another value, which is kept",
    "the pod's quality-of-service class changes from ",
];

/// What differs; `None` where nothing does that may not. `is_injected` says whether the pod came injected.
pub(super) fn difference(
    (policy, webhook, manifest): (&Outcome, &Outcome, Option<&Outcome>),
    is_injected: bool,
) -> Option<String> {
    // What the API server says of any pod, whoever is asked.
    let of_all = |text: &String| {
        let has = |outcome: &Outcome| outcome.warnings.contains(text);
        has(policy) && has(webhook) && manifest.is_none_or(has)
    };
    let own = |outcome: &Outcome| -> Vec<String> {
        let mut own: Vec<String> =
            outcome.warnings.iter().filter(|text| !of_all(text)).map(|text| message(text)).collect();
        own.sort();
        own
    };
    let (of_policy, mut of_webhook) = (own(policy), own(webhook));
    // A policy says those of one kind together.
    let mut of_policy: Vec<String> =
        of_policy.iter().flat_map(|text| text.split("; ").map(str::to_owned).collect::<Vec<_>>()).collect();
    of_policy.sort();
    let names_no_target = |text: &str| text.starts_with(NO_TARGET.0) && text.contains(NO_TARGET.1);
    of_webhook.retain(|text| !NOT_MADE.iter().any(|part| text.contains(part)) && !names_no_target(text));
    let is_of_injected = |text: &String| is_injected && OF_INJECTED.iter().any(|part| text.contains(part));
    of_policy.retain(|text| !is_of_injected(text) || of_webhook.iter().any(|other| is_same(text, other)));
    let same =
        of_policy.len() == of_webhook.len() && of_policy.iter().zip(&of_webhook).all(|(one, two)| is_same(one, two));
    (!same).then(|| format!("\n      policy:  {of_policy:?}\n      webhook: {of_webhook:?}"))
}

/// Either may be cut; a policy leaves out places and hints.
fn is_same(policy: &str, webhook: &str) -> bool {
    let start = |text: &str| text.trim_end_matches('…').trim_end_matches("...").to_owned();
    let (one, two) = (start(policy), start(webhook));
    two.starts_with(&one) || (webhook.ends_with('…') && one.starts_with(&two))
}

/// A warning's message: without the policy's name.
fn message(text: &str) -> String {
    match text.split_once("' with binding '").and_then(|(_, rest)| rest.split_once("': ")) {
        Some((_, message)) if text.starts_with("Validation failed for ValidatingAdmissionPolicy") => message.to_owned(),
        _ => text.to_owned(),
    }
}

/// A variable and a source whose values count what is injected: the policy that warns sees other values than were added.
const COUNTS: &str = r#"
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: counts}
spec:
  policy: OptOut
  containers: [{name: side, image: "side:1"}]
  application:
    env:
      - {name: COUNT, value: "{{ pod.spec.containers.size() }}"}
      - {forEach: {name: end, in: "['A', 'B']"}, name: "COUNT_{{ end }}", value: "{{ pod.spec.containers.size() }}"}
    envFrom:
      - {prefix: "P{{ pod.spec.containers.size() }}_", configMapRef: {name: c}}
"#;

/// What the profile has added is no value of the pod's own that is kept.
pub(super) fn a_value_that_injection_changes_is_no_kept_one(plane: &ControlPlane) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counts.yaml");
    std::fs::write(&path, COUNTS).unwrap();
    let objects = printed(&["--as", "policy", "-p", path.to_str().unwrap()]).unwrap();
    let trial = Trial::new(plane, "counts", &[&format!("{WAY}=counts")]);
    let applied = Policies::bound(plane, &objects, "counts");
    let mut kept = pod();
    let env = json!([{"name": "COUNT", "value": "mine"}, {"name": "COUNT_B", "value": "mine"}]);
    kept["spec"]["containers"][0]["env"] = env;
    let words = |name: &str| format!("the variable `{name}` already has another value, which is kept");
    let answer = trial.until("it warns of what is kept", &kept, |answer| {
        answer.warnings.iter().any(|warning| warning.contains(&words("COUNT")))
    });
    let told = answer.warnings.join("; ");
    assert!(told.contains(&words("COUNT_B")) && !told.contains(&words("COUNT_A")), "{told}");
    let answer = trial.until("it is injected", &pod(), |answer| !record(&answer.body).is_empty());
    assert_eq!(answer.warnings, [""; 0], "all of it is the profile's own");
    drop(applied);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_warning_is_that_of_which_it_is_the_beginning() {
        assert!(is_same("a long…", "a long warning, at /spec") && is_same("a long warning", "a long…"));
        assert!(!is_same("a short…", "a long warning") && !is_same("a long warning", "a"));
    }
}

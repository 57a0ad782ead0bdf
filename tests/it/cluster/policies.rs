//! Admission policies against the webhook and the command line: a pod is the same whichever of them it goes through.
//!
//! `INJECTOR_TESTS_PROFILE` names the one profile to try. With it, or with `INJECTOR_TESTS_ALL`, no pod and no form of an item is
//! left out; without, a part of them is tried, spread evenly, so that a run takes minutes.

mod battery;
mod forms;
mod moving;
mod objects;
mod own;
mod pods;
mod random;
mod records;
mod rows;
mod settings;
mod subject;
mod together;
mod values;
mod warnings;
mod ways;
mod workloads;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use injector::internals::profile::builtin;

use super::Scenario;
use crate::support::control_plane::ControlPlane;
use crate::support::{Lack, skipped};

use battery::Ways;
use objects::policies_of;
use subject::Subject;

/// What is tried, each by its name.
pub(super) fn scenarios() -> Vec<(&'static str, Scenario)> {
    use self as policies;
    scenarios! {
        together:
            every_object_is_taken_and_small
            without_its_mutating_policy_a_pod_is_refused
            a_pod_that_meets_all_of_them_is_injected_once
            profiles_of_one_command_keep_their_order
            an_excluded_namespace_is_left_alone;
        forms:
            every_form_of_an_item_is_the_same_or_refused;
        moving:
            every_pod_is_injected_once_on_the_way_to_policies_and_back;
        warnings:
            a_value_that_injection_changes_is_no_kept_one;
        settings:
            a_changed_config_map_changes_the_next_pod
            settings_in_a_config_map_make_the_same_pods;
        policies:
            every_pod_is_the_same_by_policy_by_webhook_and_by_manifest;
    }
    .into()
}

/// Profiles of files, which a plain pod is injected with.
const FILES: [&str; 17] = [
    "examples/agent.yaml",
    "examples/audit.yaml",
    "examples/broker.yaml",
    "examples/java.yaml",
    "examples/tail.yaml",
    "profiles/after.yaml",
    "profiles/before.yaml",
    "profiles/everything.yaml",
    "profiles/language.yaml",
    "profiles/linkerd.yaml",
    "profiles/metadata.yaml",
    "profiles/object.yaml",
    "profiles/parameters.yaml",
    "profiles/pod.yaml",
    "profiles/repeat.yaml",
    "profiles/rewrite.yaml",
    "profiles/spelled.yaml",
];

/// The one whose manifests differ: what the API server fills in they do not have yet, so their record undoes other things.
const UNLIKE_MANIFEST: [&str; 2] = ["examples/broker.yaml", "profiles/pod.yaml"];

/// Whether nothing is left out.
fn is_thorough() -> bool {
    ["INJECTOR_TESTS_ALL", "INJECTOR_TESTS_PROFILE"].iter().any(|name| std::env::var_os(name).is_some())
}

/// The profiles to try: the built-in ones, and those of [`FILES`].
fn subjects() -> Vec<Subject> {
    let only = std::env::var("INJECTOR_TESTS_PROFILE").ok();
    let is_meant = |name: &&str| only.as_deref().is_none_or(|only| only == *name);
    let builtin = builtin::ALL.iter().map(|builtin| builtin.name).filter(is_meant).map(Subject::builtin);
    builtin.chain(FILES.into_iter().filter(is_meant).map(Subject::file)).collect()
}

/// Runs the batteries of profiles, as far as they can be policies; the pods that differ.
#[expect(clippy::print_stderr, reason = "the table is what a failure is found with")]
fn run(plane: &ControlPlane, subjects: &[Subject], flags: &[&str], ways: Ways) -> Vec<String> {
    let mut different = Vec::new();
    for subject in subjects {
        let is_unlike = UNLIKE_MANIFEST.iter().any(|file| subject.given.ends_with(file));
        let ways = if is_unlike { Ways::Two } else { ways };
        match policies_of(subject, flags) {
            Ok(objects) => {
                let ran = catch_unwind(AssertUnwindSafe(|| battery::run(plane, subject, &objects, ways)));
                let Ok(tally) = ran else {
                    different.push(format!("{}: as said above", subject.given));
                    continue;
                };
                eprint!("{tally}");
                different.extend([tally.hashes, tally.different, tally.words, tally.warnings].concat());
            }
            Err(why) => eprint!("{}: no policy: {why}", subject.given),
        }
    }
    different
}

fn assert_none(different: &[String]) {
    assert!(different.is_empty(), "{} pods differ:\n{}", different.len(), different.join("\n"));
}

fn every_pod_is_the_same_by_policy_by_webhook_and_by_manifest(plane: &ControlPlane) {
    assert_none(&run(plane, &subjects(), &[], Ways::Three));
}

/// The admission of ServiceAccounts gives a pod a volume and mounts before a policy sees it, and again after.
#[test]
fn with_service_accounts_a_policy_makes_what_the_webhook_makes() {
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        return skipped("policies", &Lack::ControlPlane);
    };
    let plane = ControlPlane::start_with_service_accounts(Path::new(&assets));
    let subjects = [Subject::builtin("nginx"), Subject::builtin("cortexflow"), Subject::file("profiles/pod.yaml")];
    assert_none(&run(&plane, &subjects, &[], Ways::Two));
}

#[test]
fn no_expression_has_a_wrong_type() {
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        return skipped("policies", &Lack::ControlPlane);
    };
    together::no_expression_has_a_wrong_type(&ControlPlane::start_with_type_checks(Path::new(&assets)));
}

/// The API and the language of older versions, as a newer API server emulates them.
#[test]
fn older_versions_have_the_same_policies() {
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        return skipped("policies", &Lack::ControlPlane);
    };
    let mut different = Vec::new();
    for (version, api) in [("1.34", "v1beta1"), ("1.35", "v1beta1"), ("1.35", "v1")] {
        let emulated = format!("--emulated-version={version}");
        let plane = ControlPlane::start_with(
            Path::new(&assets),
            &[
                &emulated,
                "--emulation-forward-compatible=true",
                "--feature-gates=MutatingAdmissionPolicy=true",
                "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
            ],
        );
        different.extend(run(&plane, &[Subject::builtin("curl")], &["--policy-api", api], Ways::Three));
    }
    assert_none(&different);
}

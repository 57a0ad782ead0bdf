//! Against a real API server with its controllers: what injector makes is taken, and what it says the cluster would do
//! is what the cluster does.
//!
//! One control plane serves all scenarios, each in namespaces of its own. It is looked for in `KUBEBUILDER_ASSETS`
//! alone, as controller-runtime's envtest does, so that any version of Kubernetes can be tried.
//! `INJECTOR_TESTS_SCENARIO=WORD` runs the scenarios with that word in their names.

macro_rules! scenarios {
    ($($module:ident: $($name:ident)*;)*) => {
        [$($((concat!(stringify!($module), "::", stringify!($name)), $module::$name as crate::cluster::Scenario)),*),*]
    };
}

#[cfg(feature = "serve")]
mod api;
#[cfg(feature = "watch")]
mod chart;
mod defaults;
mod pod_fields;
#[cfg(feature = "serve")]
mod pod_security;
#[cfg(feature = "serve")]
mod policies;
mod pull_secrets;
mod round_trip;
mod seen;
mod validity;
#[cfg(feature = "serve")]
mod webhook;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;

use crate::support::control_plane::ControlPlane;
use serde_json::{Value, json};

use crate::support::{Lack, skipped};

type Scenario = fn(&ControlPlane);

/// Sets a value at a JSON Pointer; members that are not there are made, and so is the item after a list's last.
fn set(root: &mut Value, pointer: &str, value: Value) {
    let mut node = root;
    for token in pointer.split('/').skip(1) {
        node = match node {
            Value::Array(list) => {
                let index: usize = token.parse().unwrap();
                if index == list.len() {
                    list.push(json!({}));
                }
                &mut list[index]
            }
            other => &mut other[token.replace("~1", "/")],
        };
    }
    if !pointer.is_empty() {
        *node = value;
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "which scenario says what")]
fn a_real_cluster_agrees() {
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") else {
        return skipped("a_real_cluster_agrees", &Lack::ControlPlane);
    };
    let mut scenarios = Vec::new();
    scenarios.extend(scenarios! {
        round_trip:
            the_pipe_gives_a_deployment_new_pods_with_the_sidecar
            a_second_run_of_the_pipe_changes_nothing
            a_cleaned_object_settles
            a_patch_is_applied_once_and_then_is_empty
            uninject_and_replace_bring_the_old_template_back
            what_was_applied_and_defaulted_is_uninjected_without_a_warning
            a_cleaned_object_can_be_created_elsewhere
            what_the_report_says_is_refused_is_refused
            an_object_that_changed_meanwhile_is_a_conflict_unless_it_is_cleaned
            of_all_that_is_live_only_what_owns_the_rest_is_injected;
        defaults:
            what_the_api_server_fills_in_is_no_difference
            what_is_changed_in_the_cluster_is_a_difference;
        pod_fields:
            every_field_is_taken
            what_is_refused_is_refused;
        seen:
            a_manifest_and_its_pod_are_seen_alike;
        validity:
            the_checks_refuse_what_the_api_server_refuses
            every_kind_is_taken_with_every_built_in_profile;
    });
    // Pod Security is asked over a connection of TLS; policies are compared with the webhook.
    #[cfg(feature = "serve")]
    {
        scenarios.extend(scenarios! { pod_security: the_api_server_names_what_was_injected_where_the_report_does; });
        scenarios.extend(webhook::scenarios());
        scenarios.extend(policies::scenarios());
    }
    // The chart is of the program as it is built by default.
    #[cfg(feature = "watch")]
    scenarios.extend(chart::scenarios());
    let plane = ControlPlane::start(Path::new(&assets));
    let only = std::env::var("INJECTOR_TESTS_SCENARIO").unwrap_or_default();
    let mut failed = Vec::new();
    for (name, scenario) in scenarios {
        if !name.contains(&only) {
            continue;
        }
        eprintln!("scenario {name}");
        let start = Instant::now();
        // Every scenario runs, so that one failure does not hide another.
        if catch_unwind(AssertUnwindSafe(|| scenario(&plane))).is_err() {
            failed.push(name);
        }
        eprintln!("  took {:.1} s", start.elapsed().as_secs_f32());
    }
    assert!(failed.is_empty(), "these scenarios failed, each as said above: {failed:#?}");
}

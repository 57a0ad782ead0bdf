//! The webhook against a real API server: what is asked, what is stored, and what becomes of a pod when there is no answer.
//!
//! The webhook is the real binary, or its server in this process with a judge that fails on purpose.

mod accounts;
mod authority;
mod catalogue;
mod configuration;
mod conditions;
mod decisions;
mod failures;
mod in_process;
mod install;
mod manifests;
mod namespaces;
mod pod_fields;
mod reinvocation;
mod replica;
mod reviews;
mod rotation;
mod service;

use serde_json::{Value, json};

use super::Scenario;

use crate::support::control_plane::ControlPlane;
pub(super) use install::{Installed, documents};

/// What is tried, each by its name.
pub(super) fn scenarios() -> Vec<(&'static str, Scenario)> {
    scenarios! {
        decisions:
            pods_come_out_as_the_truth_table_says
            pods_of_the_systems_namespaces_are_left_alone
            what_controllers_make_comes_out_injected;
        reviews:
            only_the_creation_of_a_pod_is_answered_with_a_patch
            what_is_created_by_a_deployment_has_no_name_yet
            a_dry_run_is_answered_the_same_and_stores_nothing
            either_version_of_reviews_is_answered;
        conditions:
            match_conditions_leave_out_what_could_not_be_injected
            under_fail_an_outage_touches_only_pods_that_asked;
        reinvocation:
            after_another_webhook_ours_is_asked_again_and_adds_nothing
            a_mesh_whose_webhook_comes_later_is_a_warning_for_the_user_of_kubectl;
        pod_fields:
            what_is_set_in_a_pod_is_stored;
        namespaces:
            a_namespace_opts_out_and_in_again
            without_the_watch_nothing_is_known_of_a_namespace;
        accounts:
            a_service_account_is_known_with_its_annotations_and_their_changes;
        catalogue:
            a_pod_of_each_profile_is_the_same_by_manifest_and_by_webhook;
        failures:
            a_failure_of_ours_follows_the_failure_policy
            an_invalid_annotation_is_refused_with_words_for_a_user_of_kubectl;
        manifests:
            every_manifest_is_taken_once_the_namespace_exists
            what_is_installed_runs_under_restricted_and_is_removed_again
            what_is_asked_of_cert_manager_fits_its_schema;
        rotation:
            no_creation_is_lost_to_a_rotation_or_a_restart;
    }
    .into()
}

/// A pod that is injected.
fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "app", "image": "app:1", "ports": [{"containerPort": 8080}]}]},
    })
}

/// Creates these objects in this namespace; they come back as they are stored, in the same order.
fn created(plane: &ControlPlane, namespace: &str, objects: &[Value]) -> Vec<Value> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let printed = plane.ok(&format!("create -n {namespace} -o json -f -"), list.to_string());
    let mut documents: Vec<Value> =
        serde_json::Deserializer::from_str(&printed).into_iter().collect::<Result<_, _>>().unwrap();
    if let [list] = documents.as_slice()
        && list["kind"] == "List"
    {
        documents = items(list);
    }
    assert_eq!(documents.len(), objects.len());
    documents
}

fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap().clone()
}

fn names(pod: &Value, list: &str) -> Vec<String> {
    let containers = pod["spec"][list].as_array().into_iter().flatten();
    containers.map(|container| container["name"].as_str().unwrap().to_owned()).collect()
}

/// The names of a pod's containers.
fn containers(pod: &Value) -> Vec<String> {
    names(pod, "containers")
}

/// The names of a pod's init containers.
fn init_containers(pod: &Value) -> Vec<String> {
    names(pod, "initContainers")
}

/// Whether `cortexflow` was put into a pod, whole, and once.
pub(super) fn is_injected(pod: &Value) -> bool {
    let all = [init_containers(pod), containers(pod)].concat();
    let count = |name: &str| all.iter().filter(|one| *one == name).count();
    let record = pod["metadata"]["annotations"]["sidecar-injector/status"].is_string();
    match (record, count("init-iptables"), count("proxy-sidecar")) {
        (true, 1, 1) => true,
        (false, 0, _) => false,
        _ => panic!("neither injected nor as it was: {pod:#}"),
    }
}

/// A pod as it is stored, without what is of this one object: its uid, its namespace, times, versions.
fn stored(pod: &Value) -> Value {
    let mut pod = pod.clone();
    let metadata = pod["metadata"].as_object_mut().unwrap();
    for field in ["uid", "creationTimestamp", "resourceVersion", "namespace", "managedFields", "generation", "selfLink"]
    {
        metadata.remove(field);
    }
    pod.as_object_mut().unwrap().remove("status");
    pod
}

/// As `assert_eq!`, telling only what differs.
fn assert_same(what: &str, left: &Value, right: &Value) {
    let text = |value| serde_json::to_string_pretty(value).unwrap();
    let (left_text, right_text) = (text(left), text(right));
    let diff = similar::TextDiff::from_lines(&left_text, &right_text);
    assert!(left == right, "{what}:\n{}", diff.unified_diff().context_radius(8));
}

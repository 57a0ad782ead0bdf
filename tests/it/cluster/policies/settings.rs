//! Settings in a ConfigMap: what they are when they are installed, and what they become.

use serde_json::{Value, json};

use super::battery::Ways;
use super::objects::{Policies, WAY, of_kind, printed};
use super::subject::Subject;
use super::together::{Trial, message, pod, record};
use super::{assert_none, run};
use crate::cluster::api::Answer;
use crate::support::control_plane::ControlPlane;

/// As installed they make the same pods, with the same hash, as settings in the policy do.
pub(super) fn settings_in_a_config_map_make_the_same_pods(plane: &ControlPlane) {
    let subjects = [Subject::builtin("k8tz"), Subject::file("profiles/parameters.yaml")];
    let subjects = subjects.map(|subject| subject.within("settings"));
    assert_none(&run(plane, &subjects, &["--params"], Ways::Three));
}

/// The image of the container that nginx adds; nothing where it was not injected.
fn image(answer: &Answer) -> &str {
    let containers = answer.body["spec"]["containers"].as_array();
    let own = containers.into_iter().flatten().find(|container| container["name"] == "nginx-sidecar");
    own.and_then(|own| own["image"].as_str()).unwrap_or_default()
}

/// A change counts for the next pod, and its record says so. What is no value, or not there, refuses pods.
pub(super) fn a_changed_config_map_changes_the_next_pod(plane: &ControlPlane) {
    plane.namespace("of-params", &[]);
    let install = |image: &str| {
        let set = format!("--set=image={image}");
        printed(&["--as", "policy", "-p", "nginx", "--params", "--namespace", "of-params", &set]).unwrap()
    };
    let objects = install("nginx:1");
    let trial = Trial::new(plane, "settings", &[&format!("{WAY}=settings"), "sidecar-inject=enabled"]);
    let applied = Policies::bound(plane, &objects, "settings");
    let hash = |answer: &Answer| record(&answer.body)[0]["hash"].as_str().unwrap().to_owned();
    let until = |wanted: &str| trial.until(wanted, &pod(), |answer| image(answer) == wanted);
    let first = hash(&until("nginx:1"));

    // As a cluster does it.
    let patch = |data: &Value| {
        let patch = json!({"data": data}).to_string();
        plane.ok(&format!("-n of-params patch configmap injector-nginx-params --type=merge -p {patch}"), "");
    };
    patch(&json!({"nginx.image": "nginx:2"}));
    let changed = hash(&until("nginx:2"));
    assert_eq!(changed, format!("{first};image=nginx:2"));

    // As injector does it: the policies stay as they are.
    let again = install("nginx:3");
    let policies = |objects: &[Value]| -> Vec<Value> { objects.iter().skip(1).cloned().collect() };
    assert_eq!(policies(&again), policies(&objects));
    assert_eq!(of_kind(&again, "ConfigMap").len(), 1);
    plane.ok("apply -f -", again[0].to_string());
    let installed = hash(&until("nginx:3"));
    assert!(!installed.contains(';') && installed != first, "{installed}");

    patch(&json!({"nginx.image": "no//image"}));
    let refused = trial.until("a bad value refuses", &pod(), |answer| answer.status != 201);
    let words = "key `nginx.image` of ConfigMap `of-params/injector-nginx-params`: `no//image` is not ";
    assert!(message(&refused).contains(words), "{refused:?}");

    patch(&json!({"nginx.image": null}));
    until("nginx:alpine");
    plane.ok("-n of-params delete configmap injector-nginx-params", "");
    trial.until("no ConfigMap, no pod", &pod(), |answer| answer.status != 201);
    drop(applied);
}

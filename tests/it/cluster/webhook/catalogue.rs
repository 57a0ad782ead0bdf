//! Every built-in profile that follows an injector: a pod of its example is created by manifest and by webhook, and is the same.

use std::fs;

use injector::internals::profile::builtin::{self, Group};
use serde_json::{Value, json};

use super::install::Installed;
use super::{assert_same, created, stored};
use crate::docs::profiles::{example, flags};
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// The pod of an example's only workload, and the metadata of its namespace where the example has one.
fn pod_of(name: &str) -> (Value, Value) {
    let (before, _) = example(name);
    let documents =
        serde_yaml::Deserializer::from_str(&before).map(|one| serde::Deserialize::deserialize(one).unwrap());
    let documents: Vec<Value> = documents.collect();
    let find = |wanted: &str, is: bool| documents.iter().find(|one| (one["kind"] == wanted) == is).cloned();
    let mut pod = find("Namespace", false).unwrap()["spec"]["template"].take();
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    pod["metadata"]["name"] = json!("web");
    // As the admission of ServiceAccounts does, which is off in this control plane.
    pod["spec"]["serviceAccountName"] = json!("default");
    (pod, find("Namespace", true).map(|mut namespace| namespace["metadata"].take()).unwrap_or_default())
}

pub(super) fn a_pod_of_each_profile_is_the_same_by_manifest_and_by_webhook(plane: &ControlPlane) {
    for builtin in builtin::ALL.iter().filter(|builtin| builtin.group != Group::Basic) {
        let name = builtin.name;
        let (pod, of_namespace) = pod_of(name);
        let space = format!("of-{name}");
        plane.namespace(&space, &["pod-security.kubernetes.io/enforce=privileged"]);
        let mut metadata = of_namespace;
        metadata["name"] = json!(space);
        plane.ok("apply -f -", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}).to_string());
        let given = flags(name);
        let settings: Vec<String> =
            given.chunks(2).filter(|flag| flag[0] == "--set").map(|flag| format!("--set={}", flag[1])).collect();
        // The namespace as the cluster has it comes before the pod, as in a file.
        let mut of_file = pod.clone();
        of_file["metadata"]["namespace"] = json!(space);
        let namespace = plane.get(&format!("namespace {space}"));
        let file = json!({"apiVersion": "v1", "kind": "List", "items": [namespace, of_file]});
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in.json");
        fs::write(&input, file.to_string()).unwrap();
        let arguments = ["inject", "-p", name].map(str::to_owned).into_iter().chain(settings.clone());
        let injected = injector(arguments.chain([input.to_str().unwrap().to_owned()])).succeeds();
        let mut list: Value = serde_json::from_str(&injected.stdout).unwrap();
        let manifest = list["items"][1].take();
        assert!(
            manifest["metadata"]["annotations"]["sidecar-injector/status"].is_string(),
            "{name}: {}",
            injected.stderr
        );
        let first = created(plane, &space, &[manifest]).remove(0);
        plane.ok(&format!("delete pod web -n {space} --force --grace-period=0"), "");

        let profile = format!("--profile={name}");
        let flags: Vec<&str> =
            [profile.as_str(), "--watch-namespaces"].into_iter().chain(settings.iter().map(String::as_str)).collect();
        let is_injected = || {
            let args = ["create", "--dry-run=server", "-o", "json", "-n", &space, "-f", "-"];
            plane.kubectl(args, pod.to_string()).stdout.contains("sidecar-injector/status")
        };
        let installed = Installed::asked(plane, &format!("of-{name}"), &flags, |_| is_injected());
        let second = created(plane, &space, std::slice::from_ref(&pod)).remove(0);
        assert_same(&format!("{name}: {}", installed.log()), &without_defaults(&first), &without_defaults(&second));
    }
}

/// A pod as it is stored. The record has an old probe as it was: a manifest's without the API server's defaults.
fn without_defaults(pod: &Value) -> Value {
    let mut pod = stored(pod);
    let record = &mut pod["metadata"]["annotations"]["sidecar-injector/status"];
    let mut entries: Value = serde_json::from_str(record.as_str().unwrap()).unwrap();
    for replaced in entries.as_array_mut().unwrap().iter_mut().filter_map(|entry| entry["replaced"].as_object_mut()) {
        replaced.values_mut().filter(|old| old.is_object()).for_each(|old| *old = Value::Null);
    }
    *record = entries;
    pod
}

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::{KINDS, identify, locate, templates};
use super::{OWNERS, owning_workload};
use crate::value::pointer::Pointer;

fn workload_of(object: &Value) -> [String; 3] {
    let identity = identify(object).unwrap();
    let place = templates(&identity, object, &[]).into_iter().next().unwrap_or_else(Pointer::root);
    let found = owning_workload(&identity, locate(object, &place).unwrap());
    [found.api_version, found.kind, found.name].map(Cow::into_owned)
}

/// A pod as the controller of this object makes it, with these labels and annotations.
fn pod(owner: (&str, &str, &str), labels: &[(&str, &str)]) -> Value {
    let labels: serde_json::Map<_, _> = labels.iter().map(|(name, value)| ((*name).into(), json!(value))).collect();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {
        "generateName": format!("{}-", owner.2), "labels": labels, "annotations": labels,
        "ownerReferences": [
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": "1"},
            {"apiVersion": owner.0, "kind": owner.1, "name": owner.2, "uid": "2", "controller": true},
        ],
    }})
}

/// The object that someone writes, what its controllers make until there is a pod, and the labels of that.
type MadePod =
    ((&'static str, &'static str), (&'static str, &'static str, &'static str), &'static [(&'static str, &'static str)]);

const MADE: &[MadePod] = &[
    (("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet", "web-1-5d59d67564"), &[("pod-template-hash", "5d59d67564")]),
    (("apps/v1", "StatefulSet"), ("apps/v1", "StatefulSet", "web-1"), &[("apps.kubernetes.io/pod-index", "0")]),
    (("apps/v1", "DaemonSet"), ("apps/v1", "DaemonSet", "web-1"), &[("controller-revision-hash", "5d59d67564")]),
    (("apps/v1", "ReplicaSet"), ("apps/v1", "ReplicaSet", "web-1"), &[]),
    (("v1", "ReplicationController"), ("v1", "ReplicationController", "web-1"), &[]),
    (("batch/v1", "Job"), ("batch/v1", "Job", "web-1"), &[("job-name", "web-1")]),
    (("batch/v1", "CronJob"), ("batch/v1", "Job", "web-1-29673120"), &[("job-name", "web-1-29673120")]),
    (
        ("apps.openshift.io/v1", "DeploymentConfig"),
        ("v1", "ReplicationController", "web-1-7"),
        &[("openshift.io/deployment-config.name", "web-1")],
    ),
    (
        ("argoproj.io/v1alpha1", "Rollout"),
        ("apps/v1", "ReplicaSet", "web-1-5d59d67564"),
        &[("rollouts-pod-template-hash", "5d59d67564")],
    ),
    (("apps.kruise.io/v1alpha1", "CloneSet"), ("apps.kruise.io/v1alpha1", "CloneSet", "web-1"), &[]),
    (
        ("serving.knative.dev/v1", "Service"),
        ("apps/v1", "ReplicaSet", "web-1-00001-deployment-5d59d67564"),
        &[
            ("pod-template-hash", "5d59d67564"),
            ("serving.knative.dev/configuration", "web-1"),
            ("serving.knative.dev/service", "web-1"),
        ],
    ),
    (
        ("serving.knative.dev/v1", "Configuration"),
        ("apps/v1", "ReplicaSet", "web-1-00001-deployment-5d59d67564"),
        &[("pod-template-hash", "5d59d67564"), ("serving.knative.dev/configuration", "web-1")],
    ),
    (("kubeflow.org/v1", "PyTorchJob"), ("kubeflow.org/v1", "PyTorchJob", "web-1"), &[]),
    (("kubeflow.org/v1", "TFJob"), ("kubeflow.org/v1", "TFJob", "web-1"), &[]),
    (("kubeflow.org/v1", "MPIJob"), ("kubeflow.org/v1", "MPIJob", "web-1"), &[]),
    (("kubeflow.org/v1", "XGBoostJob"), ("kubeflow.org/v1", "XGBoostJob", "web-1"), &[]),
    (("kubeflow.org/v1", "PaddleJob"), ("kubeflow.org/v1", "PaddleJob", "web-1"), &[]),
    (("kubeflow.org/v1", "JAXJob"), ("kubeflow.org/v1", "JAXJob", "web-1"), &[]),
    (
        ("jobset.x-k8s.io/v1alpha2", "JobSet"),
        ("batch/v1", "Job", "web-1-workers-0"),
        &[("jobset.sigs.k8s.io/jobset-name", "web-1")],
    ),
    (
        ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"),
        ("apps/v1", "StatefulSet", "web-1-0"),
        &[("leaderworkerset.sigs.k8s.io/name", "web-1")],
    ),
    (("ray.io/v1", "RayCluster"), ("ray.io/v1", "RayCluster", "web-1"), &[("ray.io/cluster", "web-1")]),
    (
        ("ray.io/v1", "RayJob"),
        ("ray.io/v1", "RayCluster", "web-1-x7k2p"),
        &[("ray.io/originated-from-crd", "RayJob"), ("ray.io/originated-from-cr-name", "web-1")],
    ),
    (
        ("ray.io/v1", "RayService"),
        ("ray.io/v1", "RayCluster", "web-1-x7k2p"),
        &[("ray.io/originated-from-crd", "RayService"), ("ray.io/originated-from-cr-name", "web-1")],
    ),
];

#[test]
fn a_pod_of_a_controller_has_the_workload_of_the_object_that_was_written() {
    for ((api_version, kind), owner, labels) in MADE {
        let written = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "web-1"}});
        let offline = workload_of(&written);
        assert_eq!(offline, [*api_version, *kind, "web-1"]);
        assert_eq!(workload_of(&pod(*owner, labels)), offline);
        // The object in between, as a cluster has it.
        let template = pod(*owner, labels)["metadata"].clone();
        let between = json!({"apiVersion": owner.0, "kind": owner.1, "metadata": {"name": owner.2},
            "spec": {"template": {"metadata": {"labels": template["labels"], "annotations": template["annotations"]}}}});
        if owner.1 != "RayCluster" {
            assert_eq!(workload_of(&between), offline);
        }
    }
}

#[test]
fn every_kind_that_makes_pods_has_a_pod_to_compare() {
    for row in KINDS.iter().filter(|row| !matches!(row.kind, "Pod" | "PodTemplate")) {
        assert!(MADE.iter().any(|((_, kind), ..)| *kind == row.kind), "{}", row.kind);
    }
    for row in OWNERS {
        assert!(MADE.iter().any(|((version, kind), ..)| (*version, *kind) == (row.api_version, row.kind)));
    }
}

#[test]
fn a_pod_without_a_controller_is_its_own_workload() {
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}});
    assert_eq!(workload_of(&pod), ["v1", "Pod", "p"]);
    pod["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r"}]);
    assert_eq!(workload_of(&pod), ["v1", "Pod", "p"]);
    pod["metadata"]["ownerReferences"] = json!([{"apiVersion": "v1", "kind": "Node", "name": "n", "controller": true}]);
    assert_eq!(workload_of(&pod), ["v1", "Pod", "p"]);
    pod["metadata"] = json!({"generateName": "p-"});
    assert_eq!(workload_of(&pod), ["v1", "Pod", ""]);
}

#[test]
fn a_name_that_only_looks_made_is_a_name() {
    let hash = &[("pod-template-hash", "abc")][..];
    for (owner, labels) in [
        (("apps/v1", "ReplicaSet", "web-abc"), &[][..]),
        (("apps/v1", "ReplicaSet", "webabc"), hash),
        (("apps/v1", "ReplicaSet", "-abc"), hash),
        (("apps/v1", "ReplicaSet", "abc"), hash),
        (("apps/v1", "StatefulSet", "web-abc"), hash),
        (("batch/v1", "Job", "migrate-20261231"), &[]),
        (("batch/v1", "Job", "migrate-3"), &[]),
        (("batch/v1", "Job", "29673120"), &[]),
        (("batch/v1", "Job", "migrate-2967312x"), &[]),
        (("ray.io/v1", "RayCluster", "c"), &[("ray.io/originated-from-crd", "RayCluster")]),
        (("example.com/v1", "Game", "g"), hash),
        (("example.com/v1", "ReplicaSet", "web-abc"), hash),
        (("example.com/v1", "Job", "migrate-29673120"), &[]),
    ] {
        assert_eq!(workload_of(&pod(owner, labels)), [owner.0, owner.1, owner.2]);
    }
}

//! Which templates objects hold, and what objects say about themselves.

use serde_json::{Value, json};

use super::*;

fn places(object: &Value, extra: &[&str]) -> Vec<String> {
    let extra: Vec<TemplatePath> = extra.iter().map(|path| path.parse().unwrap()).collect();
    templates(&identify(object).unwrap(), object, &extra).iter().map(ToString::to_string).collect()
}

#[test]
fn every_kind_has_its_template_in_every_group() {
    let rows = [
        ("v1", "Pod", ""),
        ("apps/v1", "Deployment", "/spec/template"),
        ("extensions/v1beta1", "Deployment", "/spec/template"),
        ("apps/v1", "StatefulSet", "/spec/template"),
        ("apps/v1", "DaemonSet", "/spec/template"),
        ("extensions/v1beta1", "DaemonSet", "/spec/template"),
        ("apps/v1", "ReplicaSet", "/spec/template"),
        ("extensions/v1beta1", "ReplicaSet", "/spec/template"),
        ("v1", "ReplicationController", "/spec/template"),
        ("batch/v1", "Job", "/spec/template"),
        ("batch/v1", "CronJob", "/spec/jobTemplate/spec/template"),
        ("batch/v1beta1", "CronJob", "/spec/jobTemplate/spec/template"),
        ("v1", "PodTemplate", "/template"),
        ("apps.openshift.io/v1", "DeploymentConfig", "/spec/template"),
        ("argoproj.io/v1alpha1", "Rollout", "/spec/template"),
        ("apps.kruise.io/v1alpha1", "CloneSet", "/spec/template"),
        ("apps.kruise.io/v1beta1", "StatefulSet", "/spec/template"),
        ("apps.kruise.io/v1alpha1", "DaemonSet", "/spec/template"),
        ("serving.knative.dev/v1", "Service", "/spec/template"),
        ("serving.knative.dev/v1", "Configuration", "/spec/template"),
    ];
    let everywhere = json!({"template": {}, "spec": {"template": {}, "jobTemplate": {"spec": {"template": {}}}}});
    for (version, kind, place) in rows {
        let mut object = everywhere.clone();
        object["apiVersion"] = version.into();
        object["kind"] = kind.into();
        assert_eq!(places(&object, &[]), [place], "{version} {kind}");
    }
    // Every row of the table and every group has a line above; CronJob's versions are two lines of one group.
    let single = KINDS.iter().filter(|row| matches!(row.templates, [only] if !only.contains(&"*")));
    assert_eq!(single.map(|row| row.groups.len()).sum::<usize>(), rows.len() - 1);
}

#[test]
fn a_kind_may_have_several_templates_in_every_group() {
    let jobs = |specs: &str| (format!("/spec/{specs}/A/template"), format!("/spec/{specs}/B/template"));
    let pair = |first: &str, second: &str| (first.to_owned(), second.to_owned());
    let rows = [
        ("kubeflow.org/v1", "PyTorchJob", jobs("pytorchReplicaSpecs")),
        ("kubeflow.org/v1", "TFJob", jobs("tfReplicaSpecs")),
        ("kubeflow.org/v2beta1", "MPIJob", jobs("mpiReplicaSpecs")),
        ("kubeflow.org/v1", "XGBoostJob", jobs("xgbReplicaSpecs")),
        ("kubeflow.org/v1", "PaddleJob", jobs("paddleReplicaSpecs")),
        ("kubeflow.org/v1", "JAXJob", jobs("jaxReplicaSpecs")),
        (
            "jobset.x-k8s.io/v1alpha2",
            "JobSet",
            pair("/spec/replicatedJobs/0/template/spec/template", "/spec/replicatedJobs/1/template/spec/template"),
        ),
        (
            "leaderworkerset.x-k8s.io/v1",
            "LeaderWorkerSet",
            pair("/spec/leaderWorkerTemplate/leaderTemplate", "/spec/leaderWorkerTemplate/workerTemplate"),
        ),
        ("ray.io/v1", "RayCluster", pair("/spec/headGroupSpec/template", "/spec/workerGroupSpecs/0/template")),
        (
            "ray.io/v1",
            "RayJob",
            pair("/spec/rayClusterSpec/headGroupSpec/template", "/spec/rayClusterSpec/workerGroupSpecs/0/template"),
        ),
        (
            "ray.io/v1",
            "RayService",
            pair("/spec/rayClusterConfig/headGroupSpec/template", "/spec/rayClusterConfig/workerGroupSpecs/0/template"),
        ),
    ];
    for (version, kind, (first, second)) in &rows {
        let mut object = json!({"apiVersion": version, "kind": kind});
        for place in [first, second] {
            let mut node = &mut object;
            for token in place.split('/').skip(1) {
                node = match token.parse::<usize>() {
                    Ok(index) => {
                        if node.is_null() {
                            *node = json!([]);
                        }
                        let list = node.as_array_mut().unwrap();
                        list.resize(list.len().max(index + 1), Value::Null);
                        &mut list[index]
                    }
                    Err(_) => &mut node[token],
                };
            }
            *node = json!({});
        }
        assert_eq!(places(&object, &[]), [first.as_str(), second.as_str()], "{kind}");
    }
    let several = KINDS.iter().filter(|row| !matches!(row.templates, [only] if !only.contains(&"*")));
    assert_eq!(several.count(), rows.len());
}

#[test]
fn a_star_in_a_template_path_is_every_member_or_element() {
    let object = json!({"apiVersion": "example.com/v1", "kind": "Thing", "spec": {
        "map": {"a": {"t": {}}, "b": {"t": {}}, "c": {"t": null}, "d": 1}, "list": [{"t": {}}, {}, {"t": {}}]}});
    assert_eq!(places(&object, &["Thing=/spec/map/*/t"]), ["/spec/map/a/t", "/spec/map/b/t"]);
    assert_eq!(
        places(&object, &["Thing=/spec/list/*/t", "Thing=/spec/list/0/t"]),
        ["/spec/list/0/t", "/spec/list/2/t"]
    );
    assert_eq!(places(&object, &["Thing=/spec/*/*/t"]).len(), 4);
    assert!(places(&object, &["Thing=/spec/*/t/*/x"]).is_empty());
}

#[test]
fn a_restart_policy_beside_the_template_says_that_the_pods_complete() {
    for (policy, expected) in
        [(json!("OnFailure"), true), (json!("Never"), true), (json!("Always"), false), (json!(null), false)]
    {
        let object = json!({"apiVersion": "example.com/v1", "kind": "Training", "spec": {"restartPolicy": policy, "template": {}}});
        let identity = identify(&object).unwrap();
        assert!(!identity.has(Trait::Completes));
        let found = identity.with_template(&object, &Pointer::of(["spec", "template"]));
        assert_eq!(found.has(Trait::Completes), expected, "{object}");
    }
    let of = |version: &str, kind: &str| identify(&json!({"apiVersion": version, "kind": kind})).unwrap();
    for (version, kind) in
        [("argoproj.io/v1alpha1", "Workflow"), ("kubeflow.org/v1", "TFJob"), ("jobset.x-k8s.io/v1alpha2", "JobSet")]
    {
        assert!(of(version, kind).has(Trait::Completes), "{kind}");
    }
    assert!(!of("ray.io/v1", "RayCluster").has(Trait::Completes));
}

#[test]
fn the_group_tells_kinds_of_one_name_apart() {
    let object = |version: &str, kind: &str| json!({"apiVersion": version, "kind": kind, "spec": {"template": {}}});
    for (version, kind, found) in [
        ("v1", "Service", false),
        ("serving.knative.dev/v1", "Service", true),
        ("apps/v1", "Pod", false),
        ("v1", "Deployment", false),
        ("apps.openshift.io/v1", "Deployment", false),
        ("example.com/v1", "Rollout", false),
        ("apps/v1", "CloneSet", false),
        ("extensions/v1beta1", "StatefulSet", false),
    ] {
        assert_eq!(!places(&object(version, kind), &[]).is_empty(), found, "{version} {kind}");
    }
}

#[test]
fn only_places_that_are_there_count_and_a_kind_may_have_several() {
    let job = json!({"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob", "spec": {"pytorchReplicaSpecs": {
        "Master": {"template": {}}, "Worker": {"template": {}}}, "parts": [{"template": {}}, {"template": null}]}});
    let master = "PyTorchJob.kubeflow.org=/spec/pytorchReplicaSpecs/Master/template";
    let worker = "PyTorchJob=/spec/pytorchReplicaSpecs/Worker/template";
    let rest = [
        "PyTorchJob=/spec/pytorchReplicaSpecs/None/template",
        "PyTorchJob.example.com=/spec",
        "Other=/spec",
        "PyTorchJob=/spec/parts/0/template",
        "PyTorchJob=/spec/parts/1/template",
        "PyTorchJob=/spec/parts/00/template",
        worker,
    ];
    let extra: Vec<&str> = [master, worker].into_iter().chain(rest).collect();
    assert_eq!(
        places(&job, &extra),
        [
            "/spec/pytorchReplicaSpecs/Master/template",
            "/spec/pytorchReplicaSpecs/Worker/template",
            "/spec/parts/0/template"
        ]
    );
    assert!(places(&json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {}}), &[]).is_empty());
    assert!(places(&json!({"apiVersion": "apps/v1", "kind": "Deployment"}), &[]).is_empty());
}

#[test]
fn an_identity_needs_version_and_kind() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "web-", "namespace": ""}});
    let identity = identify(&pod).unwrap();
    assert_eq!((identity.group.as_str(), identity.name, identity.namespace), ("", None, None));
    assert_eq!(identity.generate_name.as_deref(), Some("web-"));
    for value in [json!(null), json!([]), json!({"kind": "Pod"}), json!({"apiVersion": "v1", "kind": 1}), json!("Pod")]
    {
        assert_eq!(identify(&value), None, "{value}");
    }
}

#[test]
fn items_of_lists_have_places_and_kinds() {
    let kinds = |list: Value| {
        items(&identify(&list).unwrap(), &list).map(|items| {
            items
                .into_iter()
                .map(|(at, _, own)| (at.to_string(), own.map(|own| own.api_version + " " + &own.kind)))
                .collect::<Vec<_>>()
        })
    };
    let at = |index: usize, kind: Option<&str>| (format!("/items/{index}"), kind.map(str::to_owned));
    assert_eq!(
        kinds(json!({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod"}, {}, 3]})),
        Some(vec![at(0, Some("v1 Pod")), at(1, None), at(2, None)])
    );
    assert_eq!(
        kinds(json!({"apiVersion": "apps/v1", "kind": "DeploymentList",
            "items": [{}, {"kind": "Pod"}, {"apiVersion": "v1", "kind": "Pod"}, null]})),
        Some(vec![at(0, Some("apps/v1 Deployment")), at(1, None), at(2, Some("v1 Pod")), at(3, None)])
    );
    assert_eq!(kinds(json!({"apiVersion": "v1", "kind": "List", "items": null})), None);
    assert_eq!(kinds(json!({"apiVersion": "v1", "kind": "Pod", "items": []})), None);
}

#[test]
fn all_that_looks_like_a_template_is_found_the_shallowest_first() {
    let containers = json!([{"name": "a", "image": "b"}]);
    for (object, expected) in [
        (json!({"spec": {"containers": containers}}), &[""][..]),
        (
            json!({"spec": {"a": {"t": {"spec": {"containers": containers}}}, "z": {"spec": {"containers": containers}}}}),
            &["/spec/z", "/spec/a/t"],
        ),
        (
            json!({"spec": {"nodeSets": [{}, {"podTemplate": {"spec": {"containers": containers}}}]}}),
            &["/spec/nodeSets/1/podTemplate"],
        ),
        (json!({"spec": {"containers": []}}), &[]),
        (json!({"spec": {"containers": [{"name": "a"}]}}), &[]),
        (json!({"spec": {"containers": [{"image": "a"}]}}), &[]),
        (json!({"containers": containers}), &[]),
    ] {
        assert_eq!(
            look_like_templates(&object).iter().map(ToString::to_string).collect::<Vec<_>>(),
            expected,
            "{object}"
        );
    }
    let mut deep = json!({"spec": {"containers": containers}});
    for _ in 0..13 {
        deep = json!({"a": deep});
    }
    assert!(look_like_templates(&deep).is_empty());
    assert_eq!(look_like_templates(&deep["a"])[0].tokens().len(), 12);
    let wide = json!({"a": vec![json!([]); 20_000], "spec": {"t": {"spec": {"containers": containers}}}});
    assert!(look_like_templates(&wide).is_empty(), "the search gives up");
}

#[test]
fn what_a_kind_has_beyond_others_is_a_fact_of_its_row() {
    let of = |version: &str, kind: &str| identify(&json!({"apiVersion": version, "kind": kind})).unwrap();
    assert!(of("batch/v1beta1", "CronJob").has(Trait::Completes));
    assert!(of("apps/v1", "StatefulSet").has(Trait::VolumeClaims));
    assert!(!of("v1", "Service").has(Trait::Knative));
    assert_eq!(of("batch/v1", "Job").workload().unwrap().on_apply, OnApply::ImmutableTemplate);
    assert_eq!(of("v1", "Pod").workload().unwrap().on_apply, OnApply::ImmutablePod);
    assert!(of("example.com/v1", "Thing").workload().is_none());
}

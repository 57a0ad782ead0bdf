//! Pods that controllers make: each reaches admission without a name, with an owner.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::rows::Row;
use super::subject::Subject;
use crate::cluster::api::Api;

/// How long a controller may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What controllers put on the pods of one object alone.
const OF_CONTROLLERS: [&str; 5] = [
    "batch.kubernetes.io/controller-uid",
    "controller-revision-hash",
    "controller-uid",
    "pod-template-hash",
    "apps.kubernetes.io/pod-index",
];

/// The subject's pod as a Deployment, a Job and a StatefulSet have it.
pub(super) fn rows(subject: &Subject) -> Vec<Row> {
    let mut template = json!({"metadata": subject.base["metadata"], "spec": subject.base["spec"]});
    template["metadata"].as_object_mut().unwrap().remove("name");
    template["metadata"]["labels"]["app"] = json!("battery");
    let selector = json!({"matchLabels": {"app": "battery"}});
    let mut completing = template.clone();
    completing["spec"]["restartPolicy"] = json!("Never");
    [
        ("deployment", "apps/v1", "Deployment", json!({"selector": selector, "template": template})),
        (
            "stateful-set",
            "apps/v1",
            "StatefulSet",
            json!({"selector": selector, "serviceName": "a", "template": template}),
        ),
        ("job", "batch/v1", "Job", json!({"template": completing})),
    ]
    .into_iter()
    .map(|(name, version, kind, spec)| Row {
        name: name.to_owned(),
        namespace: subject.namespaces[0].0,
        change: json!({}),
        pod: json!({"apiVersion": version, "kind": kind, "metadata": {}, "spec": spec}),
    })
    .collect()
}

/// Where the API server has the objects of a kind, in a namespace.
pub(super) fn path(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]).to_lowercase());
    let api = if version.contains('/') { "apis" } else { "api" };
    format!("/{api}/{version}/namespaces/{}/{kind}s", text(&object["metadata"]["namespace"]))
}

/// The pod that a controller has made of a stored workload, which then is deleted with all that it owns.
pub(super) fn pod_of(api: &mut Api<'_>, workload: &Value) -> Option<Value> {
    let (name, namespace) = (&workload["metadata"]["name"], workload["metadata"]["namespace"].as_str().unwrap());
    let name = name.as_str().unwrap();
    let end = Instant::now() + PATIENCE;
    let is_of = |pod: &&Value| {
        let owner = pod["metadata"]["ownerReferences"][0]["name"].as_str().unwrap_or_default();
        owner == name || owner.starts_with(&format!("{name}-"))
    };
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    let pod = loop {
        let list = api.ok("GET", &pods, None);
        let found = list["items"].as_array().into_iter().flatten().find(is_of).cloned();
        if found.is_some() || Instant::now() > end {
            break found;
        }
        thread::sleep(Duration::from_millis(100));
    };
    let one = format!("{}/{name}", path(workload));
    api.ok("DELETE", &format!("{one}?propagationPolicy=Foreground"), None);
    while api.call("GET", &one, None).status != 404 {
        assert!(Instant::now() < end + PATIENCE, "{one} stays");
        thread::sleep(Duration::from_millis(50));
    }
    let mut pod = pod?;
    let labels = pod["metadata"]["labels"].as_object_mut();
    labels.into_iter().for_each(|labels| labels.retain(|key, _| !OF_CONTROLLERS.contains(&key.as_str())));
    Some(pod)
}

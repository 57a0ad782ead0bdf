//! The two reviews that are sent: one of 4 KB, as an API server asks of a ReplicaSet's pod, and one of 256 KB, in which the same
//! pod has hundreds of containers and thousands of environment variables. `review.json` is read, and padded.
//!
//! Both are sizes of the body as it is sent, `managedFields` included, in the compact JSON that Go writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use serde_json::{Value, json};

const CONTAINERS: &str = "/request/object/spec/containers";
const MANAGED: &str = "/request/object/metadata/managedFields/0/fieldsV1/f:spec/f:containers";

/// Environment variables of each container that is added; with them, a container is about 4 KB, its managed fields included.
const VARIABLES: usize = 24;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// 4 KB.
    Small,
    /// 256 KB.
    Large,
}

impl Size {
    /// Of the body, in bytes.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Small => 4096,
            Self::Large => 256 * 1024,
        }
    }

    /// The body.
    pub(crate) fn review(self) -> Vec<u8> {
        let mut review: Value = serde_json::from_str(include_str!("review.json")).expect("review.json is JSON");
        for index in 0.. {
            let mut larger = review.clone();
            add_container(&mut larger, index);
            if length(&larger) > self.bytes() {
                break;
            }
            review = larger;
        }
        let missing = self.bytes() - length(&review);
        *at(&mut review, &format!("{CONTAINERS}/0/env/0/value")) = Value::from("x".repeat(missing));
        let body = serde_json::to_vec(&review).expect("a value is written");
        assert_eq!(body.len(), self.bytes(), "the review has its size");
        body
    }
}

/// The whole request, as an API server's client sends it.
pub(crate) fn request(body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST /mutate?timeout=10s HTTP/1.1\r\nHost: injector.injector.svc:443\r\nUser-Agent: kube-apiserver-admission\r\n\
         Content-Length: {}\r\nAccept: application/json, */*\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// Checks an answer to the end: the same uid, allowed, and a patch that decodes, applies, and adds the proxy.
///
/// # Panics
///
/// It is none of that.
pub(crate) fn check(body: &[u8], answer: &[u8]) {
    let asked: Value = serde_json::from_slice(body).expect("the review is JSON");
    let answer: Value = serde_json::from_slice(answer).expect("the answer is JSON");
    let response = answer.get("response").expect("the answer has a response");
    assert_eq!(response.get("uid"), asked.pointer("/request/uid"), "the answer has the review's uid");
    assert_eq!(response.get("allowed"), Some(&Value::Bool(true)), "the answer allows: {response}");
    let patch = response.get("patch").and_then(Value::as_str).expect("the answer has a patch");
    let patch = STANDARD.decode(patch).expect("the patch is base64");
    let patch: json_patch::Patch = serde_json::from_slice(&patch).expect("the patch is a JSON Patch");
    let mut pod = asked.pointer("/request/object").expect("the review has an object").clone();
    json_patch::patch(&mut pod, &patch).expect("the patch applies");
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array).expect("the pod has containers");
    assert!(
        containers.iter().any(|container| container["name"] == "proxy-sidecar"),
        "the proxy is among the containers"
    );
}

fn length(review: &Value) -> usize {
    serde_json::to_vec(review).expect("a value is written").len()
}

fn add_container(review: &mut Value, index: usize) {
    let name = format!("worker-{index}");
    let env: Vec<Value> = (0..VARIABLES)
        .map(|variable| json!({"name": format!("SETTING_{variable}"), "value": format!("value {variable} of \"{name}\"")}))
        .collect();
    let mut managed = json!({".": {}, "f:name": {}, "f:image": {}, "f:env": {".": {}}});
    for variable in 0..VARIABLES {
        let key = format!("k:{{\"name\":\"SETTING_{variable}\"}}");
        managed["f:env"][key] = json!({".": {}, "f:name": {}, "f:value": {}});
    }
    at(review, MANAGED)[format!("k:{{\"name\":\"{name}\"}}")] = managed;
    let container = json!({
        "name": name,
        "image": "images.example/shop/worker:1.4",
        "env": env,
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    });
    at(review, CONTAINERS).as_array_mut().expect("containers are a list").push(container);
}

fn at<'a>(review: &'a mut Value, pointer: &str) -> &'a mut Value {
    review.pointer_mut(pointer).expect("review.json has this place")
}

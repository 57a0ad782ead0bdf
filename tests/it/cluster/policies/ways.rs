//! The three ways in which a pod comes to have a sidecar: a policy, the webhook, and the command line before it is created.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::battery::UNREAD;
use super::objects::{ASKED, ASKS, Policies, WAY, is_warnings_binding};
use super::rows::Row;
use super::subject::{RECORD, Subject};
use super::workloads;
use crate::cluster::api::{Answer, Api};
use crate::cluster::webhook::Installed;
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// How many pods one run of the command line takes.
const CHUNK: usize = 60;

/// How long to wait for what comes into use or ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of a pod.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// Its labels, annotations and spec as they are stored, or why it was refused.
    pub(super) stored: Result<Value, String>,
    /// What the user was warned of.
    pub(super) warnings: Vec<String>,
}

/// What the command line says of a pod.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The pod with what is added, or the messages of the errors.
    pub(super) pod: Result<Value, Vec<String>>,
    /// The messages of the warnings.
    pub(super) warnings: Vec<String>,
}

impl Told {
    fn is_injected(&self, row: &Row) -> bool {
        let record = |pod: &Value| pod["metadata"]["annotations"][RECORD].clone();
        self.pod.as_ref().is_ok_and(|pod| record(pod).is_string() && record(pod) != record(&row.pod))
    }
}

/// A battery's place in a cluster: one subject with its namespaces.
pub(super) struct Place<'a> {
    pub(super) plane: &'a ControlPlane,
    pub(super) subject: &'a Subject,
    api: Api<'a>,
}

impl<'a> Place<'a> {
    /// Makes the namespaces.
    pub(super) fn new(plane: &'a ControlPlane, subject: &'a Subject) -> Self {
        let mut objects: Vec<Value> =
            subject.namespaces.iter().map(|(variant, _)| subject.namespace_object(variant)).collect();
        // An account that a profile may give to a pod.
        objects.extend(subject.namespaces.iter().map(|(variant, _)| {
            let metadata = json!({"name": "agent", "namespace": subject.namespace(variant)});
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
        }));
        plane.ok("apply -f -", json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string());
        Self { plane, subject, api: Api::new(plane) }
    }

    /// What the command line makes of the pods.
    pub(super) fn told(&self, rows: &[Row]) -> Vec<Told> {
        rows.chunks(CHUNK).enumerate().flat_map(|(chunk, rows)| self.told_of(rows, chunk * CHUNK)).collect()
    }

    fn told_of(&self, rows: &[Row], first: usize) -> Vec<Told> {
        let namespaces = self.subject.namespaces.iter().map(|(variant, _)| self.subject.namespace_object(variant));
        let mut items: Vec<Value> = namespaces.collect();
        let before = items.len();
        items.extend(rows.iter().enumerate().map(|(index, row)| self.pod(row, first + index)));
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
        let arguments = self.subject.command(&["inject", "--keep-going", "--report=json"]);
        let ran = injector(arguments).stdin(list).exits_any();
        let report: Value = serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
        let mut printed: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        let pods = printed["items"].as_array_mut().unwrap().split_off(before);
        let entries = report["entries"].as_array().unwrap();
        assert_eq!((pods.len(), entries.len()), (rows.len(), rows.len()), "{}", report["diagnostics"]);
        let skips = self.subject.spec["onError"] == "Skip";
        pods.into_iter().zip(entries).map(|(pod, entry)| told(pod, entry, skips)).collect()
    }

    fn pod(&self, row: &Row, index: usize) -> Value {
        let mut pod = row.pod.clone();
        pod["metadata"]["name"] = json!(format!("p-{index}"));
        pod["metadata"]["namespace"] = json!(self.subject.namespace(row.namespace));
        pod
    }

    /// What becomes of manifests, with neither policy nor webhook.
    pub(super) fn by_manifest(&mut self, told: &[Told]) -> Vec<Outcome> {
        told.iter()
            .map(|told| match &told.pod {
                Ok(pod) => {
                    let outcome = self.create(pod);
                    Outcome { warnings: [told.warnings.clone(), outcome.warnings].concat(), ..outcome }
                }
                Err(messages) => Outcome { stored: Err(messages.join("; ")), warnings: told.warnings.clone() },
            })
            .collect()
    }

    /// What becomes of the pods where these policies are in use.
    pub(super) fn by_policy(&mut self, objects: &[Value], rows: &[Row], told: &[Told]) -> Vec<Outcome> {
        let applied = Policies::bound(self.plane, objects, "policy");
        self.set_way(&json!("policy"));
        self.wait_for_policies(objects, rows, told);
        let outcomes = self.create_all(rows);
        drop(applied);
        self.wait_for_nothing(rows, told);
        outcomes
    }

    /// What becomes of the pods where the webhook is in use.
    pub(super) fn by_webhook(&mut self, rows: &[Row], told: &[Told]) -> Vec<Outcome> {
        let flags = self.subject.command(&["--watch-namespaces"]);
        let here = |configuration: &mut Value| {
            for webhook in configuration["webhooks"].as_array_mut().unwrap() {
                webhook["namespaceSelector"]["matchLabels"][WAY] = json!("webhook");
            }
        };
        let name = self.subject.place();
        let installed = Installed::adjusted(self.plane, &name, &flags, here, |_| true);
        self.set_way(&json!("webhook"));
        self.wait_for_injection(rows, told);
        let outcomes = self.create_all(rows);
        drop(installed);
        self.wait_for_nothing(rows, told);
        outcomes
    }

    fn set_way(&mut self, way: &Value) {
        let subject = self.subject;
        for (variant, _) in &subject.namespaces {
            let change = json!({"metadata": {"labels": {WAY: way}}});
            let path = format!("/api/v1/namespaces/{}", subject.namespace(variant));
            self.api.ok("PATCH", &path, Some(&change));
        }
    }

    /// Tries a pod until this holds of the answer: its status, its body and its warnings. The last answer, where it never does.
    fn tried(&mut self, row: &Row, pod: &Value, holds: impl Fn(&Answer) -> bool) -> Result<(), Answer> {
        let namespace = self.subject.namespace(row.namespace);
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.api.would_create(&namespace, pod);
            if holds(&answer) {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(answer);
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// The same, where nothing can go on without it.
    fn wait(&mut self, what: &str, row: &Row, holds: impl Fn(&Answer) -> bool) {
        let pod = self.pod(row, 0);
        let tried = self.tried(row, &pod, holds);
        assert!(tried.is_ok(), "{}: {what}, with pod {}: {tried:?}", self.subject.name, row.name);
    }

    fn wait_for_injection(&mut self, rows: &[Row], told: &[Told]) {
        let is_plain = |row: &Row| row.name == "plain";
        let injected = rows.iter().zip(told).find(|(row, told)| is_plain(row) && told.is_injected(row));
        let (row, _) = injected.expect("the plain pod is injected");
        self.wait("it is injected", row, |answer| answer.body["metadata"]["annotations"][RECORD].is_string());
    }

    /// Waits for the mutating policy, for the one that refuses, and for the one that warns.
    fn wait_for_policies(&mut self, objects: &[Value], rows: &[Row], told: &[Told]) {
        self.wait_for_injection(rows, told);
        let warns = objects.iter().any(is_warnings_binding);
        let (row, _) = rows.iter().zip(told).find(|(row, told)| row.name == "plain" && told.is_injected(row)).unwrap();
        let mut pod = self.pod(row, 0);
        pod["metadata"]["name"] = json!(ASKS);
        let answers = |answer: &Answer| {
            let refuses = answer.body["message"].as_str().is_some_and(|text| text.contains(ASKED));
            refuses && (!warns || answer.warnings.iter().any(|text| text.contains(ASKED)))
        };
        let tried = self.tried(row, &pod, answers);
        assert!(tried.is_ok(), "{}: a policy does not answer: {tried:?}", self.subject.name);
    }

    fn wait_for_nothing(&mut self, rows: &[Row], told: &[Told]) {
        self.set_way(&Value::Null);
        let (row, _) = rows.iter().zip(told).find(|(row, told)| row.name == "plain" && told.is_injected(row)).unwrap();
        self.wait("it is let through", row, |answer| {
            answer.status == 201 && answer.body["metadata"]["annotations"][RECORD].is_null()
        });
    }

    fn create_all(&mut self, rows: &[Row]) -> Vec<Outcome> {
        let pods: Vec<Value> = rows.iter().enumerate().map(|(index, row)| self.pod(row, index)).collect();
        pods.iter().map(|pod| self.create(pod)).collect()
    }

    /// Creates a pod or a workload, and deletes it.
    fn create(&mut self, pod: &Value) -> Outcome {
        let all = workloads::path(pod);
        let one = format!("{all}/{}", pod["metadata"]["name"].as_str().unwrap());
        let made = self.api.call("POST", &all, Some(pod));
        if made.status >= 300 {
            let message = made.body["message"].as_str().map_or_else(|| made.body.to_string(), str::to_owned);
            return Outcome { stored: Err(message), warnings: made.warnings };
        }
        if pod["kind"] != "Pod" {
            let made = workloads::pod_of(&mut self.api, &made.body);
            let stored = made.map(|pod| what_counts(&pod)).ok_or_else(|| "its controller made no pod".to_owned());
            return Outcome { stored, warnings: Vec::new() };
        }
        let stored = what_counts(&made.body);
        // The API server answers with what it stores: looked at once, and relied on.
        if one.ends_with("/p-0") {
            assert_eq!(what_counts(&self.api.call("GET", &one, None).body), stored);
        }
        self.api.call("DELETE", &format!("{one}?gracePeriodSeconds=0"), None);
        Outcome { stored: Ok(stored), warnings: made.warnings }
    }
}

fn what_counts(pod: &Value) -> Value {
    let metadata = &pod["metadata"];
    // Its name has random letters at its end.
    let mut spec = pod["spec"].to_string();
    while let Some(at) = spec.find("kube-api-access-") {
        spec.replace_range(at..at + "kube-api-access-".len() + 5, "token");
    }
    let spec: Value = serde_json::from_str(&spec).unwrap();
    json!({"labels": metadata["labels"], "annotations": metadata["annotations"], "spec": spec})
}

/// What a report's entry says. Where errors let a pod through unchanged, they are warnings, but for those about a record.
fn told(pod: Value, entry: &Value, skips: bool) -> Told {
    let messages = |list: &Value, severity: &str| -> Vec<String> {
        let all = list.as_array().into_iter().flatten().filter(|one| one["severity"] == severity);
        all.map(|one| one["message"].as_str().unwrap().to_owned()).collect()
    };
    let results = entry["results"].as_array().unwrap();
    let mut errors: Vec<String> = results.iter().flat_map(|result| messages(&result["errors"], "error")).collect();
    errors.extend(messages(&entry["diagnostics"], "error"));
    let is_rejected = results.iter().any(|result| result["verdict"] == "rejected");
    let all = results.iter().flat_map(|result| result["errors"].as_array()).flatten();
    // A record that cannot be read is an error whatever the profile says.
    let is_unread = |error: &Value| error["message"].as_str().is_some_and(|text| text.starts_with(UNREAD));
    let skips = skips && !all.into_iter().any(is_unread);
    let mut warnings = messages(&entry["diagnostics"], "warning");
    let pod = match is_rejected || !errors.is_empty() {
        true if skips => {
            warnings.extend(errors);
            Ok(pod)
        }
        true => Err(errors),
        false => Ok(pod),
    };
    Told { pod, warnings }
}

//! Policies beside a webhook, beside each other, and beside pods that come injected.

use std::time::Duration;

use serde_json::{Value, json};

use super::objects::{Policies, WAY, of_kind, policies_of, printed};
use super::subject::{RECORD, Subject};
use crate::cluster::api::{Answer, Api};
use crate::cluster::webhook::{Installed, is_injected};
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// How long the types of one policy may take.
const CHECKING: Duration = Duration::from_secs(300);

/// The largest object that still leaves room: an API server takes 1.5 MiB, and kubectl keeps a copy in an annotation of 256 KiB.
const MOST_BYTES: usize = 256 * 1024;

pub(super) fn pod() -> Value {
    let container = json!({"name": "app", "image": "app:1", "ports": [{"containerPort": 8080}]});
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [container]}})
}

fn annotated(key: &str, value: &str) -> Value {
    let mut pod = pod();
    pod["metadata"]["annotations"][key] = json!(value);
    pod
}

/// Tries pods in one namespace, and stores none.
pub(super) struct Trial<'a> {
    plane: &'a ControlPlane,
    api: std::cell::RefCell<Api<'a>>,
    namespace: String,
}

impl<'a> Trial<'a> {
    /// A new namespace with these labels.
    pub(super) fn new(plane: &'a ControlPlane, namespace: &str, labels: &[&str]) -> Self {
        plane.namespace(namespace, labels);
        Self::within(plane, namespace)
    }

    pub(super) fn within(plane: &'a ControlPlane, namespace: &str) -> Self {
        Self { plane, api: Api::new(plane).into(), namespace: namespace.to_owned() }
    }

    fn ask(&self, pod: &Value) -> Answer {
        self.api.borrow_mut().would_create(&self.namespace, pod)
    }

    /// The pod as it would be stored.
    pub(super) fn stored(&self, pod: &Value) -> Value {
        let answer = self.ask(pod);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body
    }

    /// Waits until the answer for a pod is such, and gives it.
    pub(super) fn until(&self, what: &str, pod: &Value, holds: impl Fn(&Answer) -> bool) -> Answer {
        self.plane.eventually(what, || Some(self.ask(pod)).filter(&holds))
    }

    pub(super) fn until_injected(&self) -> Value {
        self.until("it is injected", &pod(), |answer| answer.body["metadata"]["annotations"][RECORD].is_string()).body
    }
}

pub(super) fn message(answer: &Answer) -> &str {
    answer.body["message"].as_str().unwrap_or_default()
}

pub(super) fn record(pod: &Value) -> Vec<Value> {
    let text = pod["metadata"]["annotations"][RECORD].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

fn profiles_of(pod: &Value) -> Vec<String> {
    record(pod).iter().map(|entry| entry["profile"].as_str().unwrap().to_owned()).collect()
}

/// The profiles whose types are checked, with flags: between them they have all that is compiled. The controller that checks
/// takes a minute for each on a busy machine.
const CHECKED: [(&str, &[&str]); 4] =
    [("cortexflow", &["--params"]), ("otel-java", &[]), ("k8tz", &[]), ("profiles/everything.yaml", &[])];

/// Every profile that can be a policy: what is printed is taken, and it is not too large.
/// Every other scenario applies objects without `--params`.
pub(super) fn every_object_is_taken_and_small(plane: &ControlPlane) {
    for (subject, params) in super::subjects().iter().flat_map(|subject| [(subject, false), (subject, true)]) {
        let flags: &[&str] = if params { &["--params"] } else { &[] };
        let Ok(objects) = policies_of(subject, flags) else { continue };
        let name = &subject.name;
        for object in &objects {
            let bytes = object.to_string().len();
            assert!(bytes <= MOST_BYTES, "{name}: {} has {bytes} bytes", object["metadata"]["name"]);
        }
        if params && (subject.is_builtin() || super::is_thorough()) {
            let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
            plane.ok("apply --dry-run=server -f -", &list);
        }
    }
}

/// The API server finds no wrong type in what refuses and what warns.
pub(super) fn no_expression_has_a_wrong_type(plane: &ControlPlane) {
    for (given, flags) in CHECKED {
        let subject = if given.ends_with(".yaml") { Subject::file(given) } else { Subject::builtin(given) };
        let objects = policies_of(&subject, flags).unwrap();
        let _applied = Policies::bound(plane, &objects, "nowhere");
        for policy in of_kind(&objects, "ValidatingAdmissionPolicy") {
            let policy = policy["metadata"]["name"].as_str().unwrap();
            let status = plane.within(CHECKING, &format!("the types of {policy} are checked"), || {
                let found = plane.get(&format!("validatingadmissionpolicy {policy}"));
                Some(found["status"].clone()).filter(|status| status["observedGeneration"].is_number())
            });
            assert_eq!(status["typeChecking"], json!({}), "{policy}");
        }
    }
}

/// A pod that should have been injected and was not is refused, whatever the reason: here the mutating policy is gone.
pub(super) fn without_its_mutating_policy_a_pod_is_refused(plane: &ControlPlane) {
    let objects = policies_of(&Subject::builtin("cortexflow"), &[]).unwrap();
    let is_validating = |object: &Value| object["kind"].as_str().is_some_and(|kind| kind.starts_with("Validating"));
    let validating: Vec<Value> = objects.into_iter().filter(is_validating).collect();
    let trial = Trial::new(plane, "guarded", &[&format!("{WAY}=guard")]);
    let _applied = Policies::bound(plane, &validating, "guard");
    let refused = trial.until("it is refused", &pod(), |answer| answer.status == 403);
    let text = message(&refused);
    assert!(text.contains("the pod should have been injected by") && text.contains("cortexflow"), "{text}");
    let out = trial.stored(&annotated("proxy-injection", "disabled"));
    assert_eq!(out["metadata"]["annotations"][RECORD], json!(null));
    let injected = injector(["inject"]).stdin(pod().to_string()).succeeds();
    assert!(is_injected(&trial.stored(&serde_json::from_str(&injected.stdout).unwrap())));
}

/// A policy, the webhook and the command line for the same pod: one injection, whoever comes first.
pub(super) fn a_pod_that_meets_all_of_them_is_injected_once(plane: &ControlPlane) {
    let objects = policies_of(&Subject::builtin("cortexflow"), &[]).unwrap();
    let trial = Trial::new(plane, "all-of-them", &[&format!("{WAY}=all")]);
    let here = |configuration: &mut Value| {
        for webhook in configuration["webhooks"].as_array_mut().unwrap() {
            webhook["namespaceSelector"]["matchLabels"][WAY] = json!("all");
        }
    };
    let let_through = || {
        trial.until("it is let through", &pod(), |answer| {
            answer.status == 201 && answer.body["metadata"]["annotations"].is_null()
        })
    };
    let by_webhook = {
        let _installed = Installed::adjusted(plane, "all-of-them-1", &["-p", "cortexflow"], here, |_| true);
        trial.until_injected()
    };
    let_through();
    let _applied = Policies::bound(plane, &objects, "all");
    let by_policy = trial.until_injected();
    let installed = Installed::adjusted(plane, "all-of-them-2", &["-p", "cortexflow"], here, |_| true);
    let decisions = installed.decisions();
    // The mutating policy comes before the webhook, which finds its own containers.
    trial.until("the webhook is asked too", &pod(), |_| installed.decisions() > decisions);
    let by_both = trial.stored(&pod());
    assert!(is_injected(&by_both));
    let spec_and_record = |pod: &Value| (pod["spec"].clone(), pod["metadata"]["annotations"].clone());
    assert_eq!(spec_and_record(&by_both), spec_and_record(&by_policy));
    assert_eq!(spec_and_record(&by_both), spec_and_record(&by_webhook));
    let injected = injector(["inject"]).stdin(pod().to_string()).succeeds();
    let injected: Value = serde_json::from_str(&injected.stdout).unwrap();
    let again = trial.stored(&injected);
    assert_eq!(again["metadata"]["annotations"], injected["metadata"]["annotations"]);
    assert!(is_injected(&again));
}

/// Profiles of one command are one policy, so that their order is the one given.
pub(super) fn profiles_of_one_command_keep_their_order(plane: &ControlPlane) {
    for (index, order) in [["cortexflow", "nginx"], ["nginx", "cortexflow"]].into_iter().enumerate() {
        let flags = ["--as", "policy", "-p", order[0], "-p", order[1]];
        let objects = printed(&flags).unwrap();
        let [policy] = of_kind(&objects, "MutatingAdmissionPolicy")[..] else { panic!("{objects:?}") };
        assert_eq!(policy["spec"]["mutations"].as_array().unwrap().len(), 2);
        let way = format!("order-{index}");
        let trial = Trial::new(plane, &way, &[&format!("{WAY}={way}"), "sidecar-inject=enabled"]);
        let _applied = Policies::bound(plane, &objects, &way);
        let both = trial.until_injected();
        assert_eq!(profiles_of(&both), order);
        let flags: Vec<String> = order.iter().map(|name| format!("--profile={name}")).collect();
        let mut of_namespace = pod();
        of_namespace["metadata"]["namespace"] = json!(way);
        let facts =
            [format!("--namespace-labels={way}:sidecar-inject=enabled"), format!("--namespace-annotations={way}:")];
        let ran = injector(["inject".to_owned()].into_iter().chain(flags).chain(facts)).stdin(of_namespace.to_string());
        let manifest: Value = serde_json::from_str(&ran.succeeds().stdout).unwrap();
        assert_eq!(record(&both), record(&manifest));
    }
}

/// Namespaces that a profile leaves alone, and the system's, are not touched.
pub(super) fn an_excluded_namespace_is_left_alone(plane: &ControlPlane) {
    let objects = policies_of(&Subject::builtin("cortexflow"), &[]).unwrap();
    let trial = Trial::new(plane, "not-excluded", &[]);
    let _applied = Policies::applied(plane, &objects);
    trial.until_injected();
    for namespace in ["kube-system", "kube-public"] {
        let stored = Trial::within(plane, namespace).stored(&pod());
        assert_eq!(stored["metadata"]["annotations"], json!(null), "{namespace}");
    }
}

//! From the webhook to policies and back, as docs/policies.md says, with creations under way and `Fail` on both sides.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::objects::{Policies, WAY, policies_of};
use super::subject::Subject;
use super::together::{Trial, pod, record};
use crate::cluster::webhook::{Installed, documents, is_injected};
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// The namespace, and whose turn it is there.
const PLACE: &str = "moving";

/// How many pods are created between two steps.
const BETWEEN: usize = 20;

/// No pod is refused, none is without its sidecar, and none has it twice.
pub(super) fn every_pod_is_injected_once_on_the_way_to_policies_and_back(plane: &ControlPlane) {
    Trial::new(plane, PLACE, &[&format!("{WAY}={PLACE}")]);
    let objects = policies_of(&Subject::builtin("cortexflow"), &[]).unwrap();
    let first = webhook(plane, "moving-1");
    let progress = Progress::default();
    thread::scope(|scope| {
        let creating = scope.spawn(|| progress.create(plane));
        let _over = Over(&progress);
        progress.wait_for_more();
        let policies = Policies::bound(plane, &objects, PLACE);
        let has_found = || first.log().contains("already-injected").then_some(());
        plane.eventually("the webhook finds pods injected", has_found);
        progress.wait_for_more();
        first.retire();
        progress.wait_for_more();

        let second = webhook(plane, "moving-2");
        let found = second.decisions();
        plane.eventually("the webhook is asked again", || (second.decisions() > found).then_some(()));
        progress.wait_for_more();
        let removed = documents(&injector(["uninstall", "--as", "policy"]).succeeds().stdout);
        let list = json!({"apiVersion": "v1", "kind": "List", "items": removed});
        plane.ok("delete -f -", list.to_string());
        drop(policies);
        let injected = r#"sidecar_injection_total{profile="cortexflow",result="injected",reason="default"}"#;
        plane.eventually("the webhook injects", || (second.metric(injected) > 0.0).then_some(()));
        progress.wait_for_more();
        drop(_over);
        let answers = creating.join().unwrap();
        assert!(answers > 5 * BETWEEN);
    });
}

fn webhook<'a>(plane: &'a ControlPlane, name: &str) -> Installed<'a> {
    let here = |configuration: &mut Value| {
        for webhook in configuration["webhooks"].as_array_mut().unwrap() {
            webhook["namespaceSelector"]["matchLabels"][WAY] = json!(PLACE);
        }
    };
    let installed = Installed::adjusted(plane, name, &["-p", "cortexflow"], here, |_| true);
    Trial::within(plane, PLACE).until_injected();
    installed
}

/// How many pods were tried.
#[derive(Default)]
struct Progress {
    made: AtomicUsize,
    is_over: AtomicBool,
}

impl Progress {
    /// Tries pods one after another until it is over; each has to be injected once.
    fn create(&self, plane: &ControlPlane) -> usize {
        let trial = Trial::within(plane, PLACE);
        let _over = Over(self);
        while !self.is_over.load(Ordering::SeqCst) {
            let stored = trial.stored(&pod());
            assert!(is_injected(&stored), "{stored}");
            assert_eq!(record(&stored).len(), 1);
            let inits = stored["spec"]["initContainers"].as_array().unwrap();
            let all = inits.iter().chain(stored["spec"]["containers"].as_array().unwrap());
            let mut names: Vec<&Value> = all.map(|container| &container["name"]).collect();
            let number = names.len();
            names.dedup();
            assert_eq!(names.len(), number);
            self.made.fetch_add(1, Ordering::SeqCst);
        }
        self.made.load(Ordering::SeqCst)
    }

    fn wait_for_more(&self) {
        let (until, end) = (self.made.load(Ordering::SeqCst) + BETWEEN, Instant::now() + Duration::from_secs(60));
        while self.made.load(Ordering::SeqCst) < until {
            let goes_on = !self.is_over.load(Ordering::SeqCst) && Instant::now() < end;
            assert!(goes_on, "creations came to a halt");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// It is over when this is dropped: one side does not wait for the other that has failed.
struct Over<'p>(&'p Progress);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

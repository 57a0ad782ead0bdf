//! Another CA, another certificate, other processes: in the middle of 200 creations under `failurePolicy: Fail`, of which
//! none is lost, and none goes uninjected.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::authority::Authority;
use super::configuration::{Applied, Tried, hook, namespace, trust};
use super::replica::Replica;
use super::service::{Endpoint, Service};
use super::{is_injected, items, pod};
use crate::support::control_plane::ControlPlane;

/// How many pods are created at least.
const PODS: usize = 200;

/// How many go into one call of kubectl.
const BATCH: usize = 10;

pub(super) fn no_creation_is_lost_to_a_rotation_or_a_restart(plane: &ControlPlane) {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let volume = tempfile::tempdir().unwrap();
    old.pair().mount(volume.path());
    let flags = ["--reload-interval=200ms", "--drain-delay=2s", "--drain-timeout=20s", "--log-format=json"];
    let mut replicas = [(); 2].map(|()| Replica::start(volume.path(), flags));
    let endpoints = replicas.iter().map(|one| Endpoint { port: one.port(), probes: one.probes() }).collect();
    let service = Service::start(endpoints);
    namespace(plane, "under-way", "rotation");
    let url = format!("https://127.0.0.1:{}/mutate", service.port());
    let mut configuration = hook("rotation", &url, old.pem());
    let applied = Applied::new(plane, &configuration, "under-way", Tried::is_injected);

    let progress = Progress::default();
    thread::scope(|scope| {
        let creating = scope.spawn(|| progress.create(plane));
        let changing = scope.spawn(|| {
            let _over = OnDrop(|| progress.over.store(true, Ordering::SeqCst));
            progress.wait_for(2 * BATCH);
            // The new CA is trusted beside the old before anything is signed by it; then it alone.
            trust(&mut configuration, &[old.pem(), new.pem()]);
            applied.replace(&configuration);
            progress.wait_for(2 * BATCH);
            new.pair().mount(volume.path());
            for replica in &replicas {
                let reloaded = "injector_reloads_total{what=\"certificate\",result=\"success\"}";
                plane.eventually("the new pair is in use", || (replica.metric(reloaded) > 0.0).then_some(()));
            }
            progress.wait_for(BATCH);
            trust(&mut configuration, &[new.pem()]);
            applied.replace(&configuration);
            progress.wait_for(2 * BATCH);
            for replica in &mut replicas {
                replica.restart();
                progress.wait_for(BATCH);
            }
            // Once more, with the pair that came last.
            for replica in &mut replicas {
                replica.restart();
            }
            progress.wait_for(BATCH);
        });
        changing.join().unwrap();
        let number = creating.join().unwrap();
        let pods = items(&plane.get("pods -n under-way"));
        assert_eq!(pods.len(), number, "none is lost");
        assert!(number >= PODS);
        let bare: Vec<_> = pods.iter().filter(|pod| !is_injected(pod)).map(|pod| &pod["metadata"]["name"]).collect();
        assert!(bare.is_empty(), "uninjected: {bare:?}");
    });
}

/// How far the creations are, as both sides see it.
#[derive(Default)]
struct Progress {
    made: AtomicUsize,
    /// One side has ended: the other one does not wait for it.
    over: AtomicBool,
}

impl Progress {
    /// Creates pods, [`PODS`] at least, until the other side is done; gives how many.
    fn create(&self, plane: &ControlPlane) -> usize {
        let _over = OnDrop(|| self.over.store(true, Ordering::SeqCst));
        let mut number = 0;
        while number < PODS || !self.over.load(Ordering::SeqCst) {
            let batch: Vec<Value> = (0..BATCH).map(|index| pod(&format!("pod-{}", number + index))).collect();
            let list = json!({"apiVersion": "v1", "kind": "List", "items": batch});
            plane.ok("create -n under-way -f -", list.to_string());
            number += BATCH;
            self.made.store(number, Ordering::SeqCst);
        }
        number
    }

    /// Waits until `count` more pods are there.
    fn wait_for(&self, count: usize) {
        let (until, end) = (self.made.load(Ordering::SeqCst) + count, Instant::now() + Duration::from_secs(120));
        while self.made.load(Ordering::SeqCst) < until {
            assert!(!self.over.load(Ordering::SeqCst) && Instant::now() < end, "creations came to a halt");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

//! Namespaces that opt out: known through the watch, before and after they change.

use serde_json::{Value, json};

use super::install::Installed;
use super::{created, is_injected, pod};
use crate::support::control_plane::ControlPlane;

pub(super) fn a_namespace_opts_out_and_in_again(plane: &ControlPlane) {
    // `cortexflow` reads an annotation of namespaces, so that `install` turns the watch on by itself.
    let installed = Installed::new(plane, "watching", &[]);
    assert!(installed.watches(), "{}", installed.log());
    plane.namespace("changing", &[]);
    plane.namespace("labelled", &["proxy-injection=disabled"]);
    let mut count = 0;
    let mut stored = |namespace: &str, annotations: Option<&str>| -> Value {
        count += 1;
        let mut manifest = pod(&format!("number-{count}"));
        if let Some(word) = annotations {
            manifest["metadata"]["annotations"]["proxy-injection"] = word.into();
        }
        created(plane, namespace, &[manifest]).remove(0)
    };
    assert!(is_injected(&stored("changing", None)), "a namespace that says nothing");
    // What a user sees at once in one process takes a moment to be seen in another.
    let mut becomes = |injected: bool, what: &str| {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while is_injected(&stored("changing", None)) != injected {
            assert!(std::time::Instant::now() < end, "{what}\n{}", installed.log());
        }
    };
    plane.ok("annotate namespace changing proxy-injection=disabled", "");
    becomes(false, "after the annotation");
    plane.ok("annotate namespace changing proxy-injection-", "");
    becomes(true, "after it is gone");
    plane.ok("label namespace changing proxy-injection=disabled", "");
    becomes(false, "after the label");
    plane.ok("annotate namespace changing proxy-injection=enabled", "");
    becomes(true, "the annotation wins over the label");

    assert!(!is_injected(&stored("labelled", None)));
    assert!(is_injected(&stored("labelled", Some("enabled"))), "a pod beats its namespace");
    assert!(!is_injected(&stored("changing", Some("disabled"))), "a pod beats its namespace");
    // A pod that comes at once after its namespace is decided as that says: the watch knows it, or it is asked for.
    opted_out(plane, "quick");
    assert!(!is_injected(&stored("quick", None)));
    assert_eq!(installed.metric("injector_namespace_lookups_total{result=\"unknown\"}"), 0.0, "{}", installed.log());
}

/// A namespace that comes into being with its annotation.
fn opted_out(plane: &ControlPlane, name: &str) {
    let metadata = json!({"name": name, "annotations": {"proxy-injection": "disabled"}});
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
    plane.ok("create -f -", namespace.to_string());
}

pub(super) fn without_the_watch_nothing_is_known_of_a_namespace(plane: &ControlPlane) {
    let installed = Installed::new(plane, "blind", &["--watch-namespaces=false"]);
    assert!(!installed.watches());
    opted_out(plane, "unheard");
    let ran = plane.kubectl(["create", "-n", "unheard", "-o", "json", "-f", "-"], pod("blind").to_string());
    assert!(ran.success, "{ran:#?}");
    assert!(is_injected(&serde_json::from_str(&ran.stdout).unwrap()));
    assert!(ran.stderr.contains("Warning: "), "the user is told what could not be looked at: {}", ran.stderr);
}

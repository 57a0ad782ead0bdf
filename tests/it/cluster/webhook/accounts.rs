//! ServiceAccounts: known through the watch, before and after they change.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use super::install::Installed;
use super::{created, pod};
use crate::support::control_plane::ControlPlane;

const ROLE: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: role}
spec:
  policy: OptOut
  labels: [{key: role, value: \"{{ serviceAccount.annotations[?'cloud.example/role'].orValue('none') }}\"}]
";

pub(super) fn a_service_account_is_known_with_its_annotations_and_their_changes(plane: &ControlPlane) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("role.yaml");
    fs::write(&file, ROLE).unwrap();
    // The profile reads ServiceAccounts, so that `install` turns their watch on by itself.
    let profiles = ["--profile=cortexflow", "--profile", file.to_str().unwrap()];
    let installed = Installed::new(plane, "accounts", &[&profiles[..], &["--watch-namespaces=false"]].concat());
    assert!(installed.metric("injector_serviceaccount_watch_connected") > 0.0, "{}", installed.log());
    assert!(!installed.watches());
    let may = |resource: &str| {
        let account = "system:serviceaccount:injector-system-of-accounts:injector-accounts";
        plane.kubectl(["auth", "can-i", "watch", resource, "-A", "--as", account], "").stdout
    };
    assert_eq!([may("serviceaccounts"), may("namespaces"), may("secrets")], ["yes\n", "no\n", "no\n"]);

    plane.namespace("roles", &[]);
    let account = |role: &str| {
        let metadata = json!({"name": "app", "namespace": "roles", "annotations": {"cloud.example/role": role}});
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}).to_string()
    };
    plane.ok("create -f -", account("reader"));
    let mut count = 0;
    let mut role = |account: &str| {
        count += 1;
        let mut manifest = pod(&format!("number-{count}"));
        manifest["spec"]["serviceAccountName"] = account.into();
        created(plane, "roles", &[manifest]).remove(0)["metadata"]["labels"]["role"].clone()
    };
    // At once after the account: the watch knows it, or it is asked for.
    assert_eq!(role("app"), "reader", "{}", installed.log());
    plane.ok("apply -f -", account("writer"));
    let end = Instant::now() + Duration::from_secs(30);
    while role("app") != "writer" {
        assert!(Instant::now() < end, "{}", installed.log());
    }
    assert_eq!(
        installed.metric("injector_serviceaccount_lookups_total{result=\"unknown\"}"),
        0.0,
        "{}",
        installed.log()
    );
    let mut manifest = pod("lost");
    manifest["spec"]["serviceAccountName"] = "nobody".into();
    let refused = plane.kubectl(["create", "-n", "roles", "-f", "-"], manifest.to_string());
    let said = "the annotations of ServiceAccount `nobody` in namespace `roles` are not known";
    assert!(!refused.success && refused.stderr.contains(said), "never as if it had none: {refused:#?}");
}

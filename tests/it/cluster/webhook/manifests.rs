//! What `install` prints, as the API server takes it.

use serde_json::Value;

use super::install::{certificates, documents, printed};
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// Every way to be installed that is not about certificates.
const FLAGS: [&[&str]; 7] = [
    &[],
    &["--profile=cortexflow", "--profile=nginx", "--profile=curl", "--watch-namespaces"],
    &["--failure-policy=Fail", "--timeout-seconds=30", "--reinvocation-policy=Never", "--match-policy=Exact"],
    &["--kubernetes-version=1.27", "--replicas=3", "--priority-class=system-cluster-critical", "--log-format=json"],
    &["--on-ineligible=deny", "--set=tcpPort=6000", "--drain-delay=0s", "--watch-namespaces=false"],
    &["--listen-port=10250", "--openshift", "--image-pull-secret=registry", "--node-selector=pool=infra"],
    &["--host-network", "--toleration=dedicated=infra:NoSchedule", "--toleration=spot"],
];

pub(super) fn every_manifest_is_taken_once_the_namespace_exists(plane: &ControlPlane) {
    let folder = tempfile::tempdir().unwrap();
    let certs = folder.path().join("certs");
    let certs = certs.to_str().unwrap();
    for (number, flags) in FLAGS.iter().enumerate() {
        let namespace = format!("tried-{number}");
        let name = format!("tried-{number}");
        let certs = format!("{certs}-{number}");
        let place = ["--name", &name, "--namespace", &namespace, "--generate-certs", &certs];
        let flags: Vec<&str> = place.into_iter().chain(flags.iter().copied()).collect();
        let all = printed(&flags);
        assert_eq!(all[0]["kind"], "Namespace");
        plane.ok("apply -f -", all[0].to_string());
        let text = injector(["install"].iter().chain(&flags).copied()).succeeds().stdout;
        let taken = plane.kubectl(["apply", "--dry-run=server", "--validate=strict", "-f", "-"], &text);
        assert!(taken.success, "{flags:?}: {taken:#?}");
        assert_eq!(taken.stdout.lines().count(), all.len(), "{}", taken.stdout);
        assert_eq!(taken.stderr, "", "no warning, of a deprecated field or of Pod Security");
        // The two parts are the whole.
        let part = |only: &str| {
            let flags: Vec<&str> = flags.iter().copied().chain([only]).collect();
            printed(&flags)
        };
        assert_eq!([part("--only=rest"), part("--only=webhook")].concat(), all);
    }
}

pub(super) fn what_is_installed_runs_under_restricted_and_is_removed_again(plane: &ControlPlane) {
    let folder = tempfile::tempdir().unwrap();
    let certs = folder.path().join("certs");
    certificates("injector", "injector-system", &certs);
    let flags = ["install", "--only=rest", "--generate-certs", certs.to_str().unwrap()];
    let rest = injector(flags).succeeds().stdout;
    let applied = plane.kubectl(["apply", "-f", "-"], &rest);
    assert!(applied.success, "{applied:#?}");
    assert_eq!(applied.stderr, "", "no warning of Pod Security, or of anything else");
    let namespace = plane.get("namespace injector-system");
    assert_eq!(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    // Its own pods come into being, which they do not where Pod Security refuses them.
    let pods = plane.eventually("the Deployment has its pods", || {
        let pods = super::items(&plane.get("pods -n injector-system"));
        (pods.len() == 2).then_some(pods)
    });
    for pod in &pods {
        assert!(!super::is_injected(pod));
    }
    let again = plane.ok("apply -f -", &rest);
    // kubectl sends a PodDisruptionBudget's selector every time, since its patch strategy is "replace"
    // (k8s.io/api/policy/v1); nothing is changed by that.
    let changed: Vec<_> = again.lines().filter(|line| !line.ends_with(" unchanged")).collect();
    assert_eq!(changed, ["poddisruptionbudget.policy/injector configured"]);
    assert_eq!(plane.get("pdb injector -n injector-system")["metadata"]["generation"], 1);

    let removal = injector(["uninstall", "--only=rest", "--delete-namespace"]).succeeds().stdout;
    let kinds: Vec<String> = documents(&rest).iter().map(id).collect();
    let removed: Vec<String> = documents(&removal).iter().map(id).collect();
    for id in &kinds {
        assert!(removed.contains(id), "{id} is left behind: {removed:?}");
    }
    plane.ok("delete --wait=false --ignore-not-found -f -", &removal);
    plane.eventually("the pods are gone", || {
        super::items(&plane.get("deployments -n injector-system")).is_empty().then_some(())
    });
}

fn id(document: &Value) -> String {
    format!("{}/{}", document["kind"].as_str().unwrap(), document["metadata"]["name"].as_str().unwrap())
}

/// The schema that cert-manager publishes for the two kinds, as far as it is about fields that `install` may print: what it
/// allows and requires of them. An API server refuses every other field.
const CERT_MANAGER: &str = include_str!("../../../../testdata/cert-manager/crds.json");

pub(super) fn what_is_asked_of_cert_manager_fits_its_schema(plane: &ControlPlane) {
    plane.ok("create -f -", CERT_MANAGER);
    plane.ok(
        "wait --for=condition=Established --timeout=30s crd/certificates.cert-manager.io crd/issuers.cert-manager.io",
        "",
    );
    let flags = ["--name=by-cert-manager", "--namespace=by-cert-manager", "--cert-manager"];
    let all = printed(&flags);
    plane.ok("apply -f -", all[0].to_string());
    let text = injector(["install"].into_iter().chain(flags)).succeeds().stdout;
    let taken = plane.eventually("the API server knows cert-manager's kinds", || {
        let taken = plane.kubectl(["apply", "--dry-run=server", "--validate=strict", "-f", "-"], &text);
        (!taken.stderr.contains("no matches for kind")).then_some(taken)
    });
    assert!(taken.success, "{taken:#?}");
    assert_eq!(taken.stderr, "");
    for kind in ["certificate.cert-manager.io/", "issuer.cert-manager.io/"] {
        assert!(taken.stdout.contains(kind), "{}", taken.stdout);
    }
    // The field is cert-manager's alone: GitOps must not fight over it.
    for webhook in all.last().unwrap()["webhooks"].as_array().unwrap() {
        assert_eq!(webhook["clientConfig"].get("caBundle"), None);
    }
    plane.ok("delete --wait=false -f -", CERT_MANAGER);
}

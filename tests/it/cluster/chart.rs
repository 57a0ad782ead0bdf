//! The Helm chart in a real API server, with Helm 3 and Helm 4: it is taken, changed and removed. And a release that Helm's
//! post-renderer injects.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Scenario;
use crate::hosts;
use crate::support::control_plane::ControlPlane;
use crate::support::helm::Helm;
use crate::support::injector;

/// What is tried, each by its name.
pub(super) fn scenarios() -> Vec<(&'static str, Scenario)> {
    use self as chart;
    scenarios! {
        chart:
            its_objects_are_taken_with_cert_manager
            its_webhook_is_installed_changed_and_removed
            its_policies_inject_until_they_are_removed
            another_release_is_injected_by_the_post_renderer;
    }
    .into()
}

/// What cert-manager's two kinds are, as far as the chart has them.
const CERT_MANAGER: &str = include_str!("../../../testdata/cert-manager/crds.json");

fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("charts/injector")
}

/// The release, in a namespace of its own.
struct Release<'a> {
    plane: &'a ControlPlane,
    helm: Helm,
    name: String,
}

impl<'a> Release<'a> {
    /// One for each version of Helm; none where Helm is not there.
    fn each(plane: &'a ControlPlane, scenario: &str) -> Vec<Self> {
        let of = |helm: Helm| {
            let name = format!("{scenario}-{}", helm.name);
            Self { plane, helm: helm.of(plane.kubeconfig()), name }
        };
        Helm::all(&format!("chart::{scenario}")).into_iter().map(of).collect()
    }

    /// `helm VERB NAME CHART ARGS…`; what it says.
    fn helm(&self, verb: &str, args: &[&str]) -> String {
        let chart = chart();
        let place = [verb, &self.name, chart.to_str().unwrap(), "--namespace", &self.name];
        self.helm.ok(place.iter().chain(args))
    }

    fn uninstall(&self) {
        self.helm.ok(["uninstall", &self.name, "--namespace", &self.name]);
    }

    /// The names of all objects of this kind that are the release's.
    fn objects(&self, kind: &str) -> Vec<String> {
        let all = self.plane.get(&format!("{kind} --all-namespaces -l app.kubernetes.io/managed-by=Helm"));
        let names = all["items"].as_array().unwrap().iter().map(|object| object["metadata"]["name"].as_str().unwrap());
        names.filter(|name| name.starts_with(&self.name)).map(str::to_owned).collect()
    }

    fn namespace(&self) {
        self.plane.namespace(&self.name, &["pod-security.kubernetes.io/enforce=restricted"]);
    }

    /// Whether every object that Helm makes is taken without a word by an API server that wants to know every field.
    fn is_taken(&self, args: &[&str]) {
        let said = self.helm("install", &[&["--dry-run=server"], args].concat());
        assert!(said.contains("STATUS: pending-install") && said.contains("\nRunning pods stay as they are"), "{said}");
        let made = self.helm("template", &[&["--kube-version=1.36"], args].concat());
        let apply = ["apply", "--dry-run=server", "--validate=strict", "-f", "-"];
        let taken = self.plane.eventually("the API server knows the kinds", || {
            let taken = self.plane.kubectl(apply, &made);
            (!taken.stderr.contains("no matches for kind")).then_some(taken)
        });
        assert!(taken.success, "{taken:#?}");
        assert_eq!(taken.stderr, "");
    }
}

fn its_objects_are_taken_with_cert_manager(plane: &ControlPlane) {
    let releases = Release::each(plane, "by-cert-manager");
    plane.ok("create -f -", CERT_MANAGER);
    let names = "crd/certificates.cert-manager.io crd/issuers.cert-manager.io";
    plane.ok(&format!("wait --for=condition=Established --timeout=30s {names}"), "");
    for release in releases {
        release.namespace();
        release.is_taken(&["--set", "profiles={cortexflow,nginx,curl,istio}"]);
    }
    plane.ok("delete --wait=true -f -", CERT_MANAGER);
}

fn its_webhook_is_installed_changed_and_removed(plane: &ControlPlane) {
    for release in Release::each(plane, "by-secret") {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs");
        let certs = certs.to_str().unwrap();
        injector(["certs", "generate", &release.name, "--namespace", &release.name, "--out", certs]).succeeds();
        let authority = format!("certificates.caBundle={certs}/ca.crt");
        let secret = ["--set=certificates.source=secret,certificates.secretName=own", "--set-file", &authority];
        release.namespace();
        release.is_taken(&secret);
        release.helm("install", &secret);
        let name = &release.name;
        let deployment = plane.get(&format!("deployment {name} -n {name}"));
        assert_eq!(deployment["spec"]["replicas"], 2);
        let profiles = plane.get(&format!("configmap {name}-profiles -n {name}"));
        let shown = injector(["profile", "show", "cortexflow"]).succeeds().stdout;
        assert_eq!(profiles["data"]["cortexflow.yaml"], shown, "byte for byte");
        release.helm("upgrade", &[&secret[..], &["--set=replicas=3", "--set=profiles={cortexflow,curl}"]].concat());
        let configuration = plane.get(&format!("mutatingwebhookconfiguration {name}"));
        assert_eq!(configuration["webhooks"].as_array().unwrap().len(), 2);
        let deployment = plane.get(&format!("deployment {name} -n {name}"));
        assert_eq!(deployment["spec"]["replicas"], 3);
        release.uninstall();
        for kind in ["mutatingwebhookconfiguration", "clusterrole", "clusterrolebinding", "deployment", "configmap"] {
            assert_eq!(release.objects(kind), Vec::<String>::new(), "{kind}");
        }
    }
}

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {sidecar.me/inject: 'true'}}
spec: {containers: [{name: web, image: 'web:1'}]}
";

fn its_policies_inject_until_they_are_removed(plane: &ControlPlane) {
    for release in Release::each(plane, "by-policy") {
        release.namespace();
        let compiled = fs::read_dir(chart().join("templates/policy")).unwrap();
        let names = compiled.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
        for name in names.filter(|name| name != "objects") {
            release.is_taken(&["--set=mode=policy", "--set", &format!("profiles={{{name}}}")]);
        }
        let pods = format!("{}-pods", release.name);
        plane.namespace(&pods, &[]);
        let containers = || {
            let args = ["create", "--dry-run=server", "-o", "json", "-n", &pods, "-f", "-"];
            let created = plane.kubectl(args, POD);
            let pod: Value = serde_json::from_str(&created.stdout).ok()?;
            Some(pod["spec"]["containers"].as_array().unwrap().len())
        };
        assert_eq!(containers(), Some(1));
        release.helm("install", &["--set=mode=policy", "--set=profiles={curl}"]);
        plane.eventually("the policy injects", || (containers() == Some(2)).then_some(()));
        let policies = release.objects("mutatingadmissionpolicy");
        assert_eq!(policies, [format!("{}-curl", release.name)]);
        release.helm("upgrade", &["--set=mode=policy", "--set=profiles={curl}", "--set=failurePolicy=Ignore"]);
        assert_eq!(
            plane.get(&format!("mutatingadmissionpolicy {}-curl", release.name))["spec"]["failurePolicy"],
            "Ignore"
        );
        let printed = injector(["install", "--as=policy", "--name", &release.name, "-p=nginx,curl"]).succeeds().stdout;
        let own = format!("policyObjects={}", release.helm.file("policies.yaml", &printed));
        release.helm("upgrade", &["--set=mode=policy", "--set-json=profiles=[]", "--set-file", &own]);
        assert_eq!(release.objects("mutatingadmissionpolicy"), [release.name.as_str()], "one for both");
        assert_eq!(release.objects("validatingadmissionpolicybinding").len(), 4);
        plane.eventually("the policy still injects", || (containers() == Some(2)).then_some(()));
        release.uninstall();
        plane.eventually("the policy injects no more", || (containers() == Some(1)).then_some(()));
        for kind in ["mutatingadmissionpolicy", "mutatingadmissionpolicybinding", "validatingadmissionpolicy"] {
            assert_eq!(release.objects(kind), Vec::<String>::new(), "{kind}");
        }
    }
}

fn another_release_is_injected_by_the_post_renderer(plane: &ControlPlane) {
    for host in hosts::helm::Host::all("chart::another_release_is_injected_by_the_post_renderer") {
        let name = format!("rendered-{}", host.helm.name);
        plane.namespace(&name, &[]);
        let host = host.with_settings().of_cluster(plane.kubeconfig());
        // No kubelet runs the Job that is a hook, and Helm would wait for it.
        let args = ["--namespace", &name, "--no-hooks"];
        host.helm.ok(host.args("install", "shop").iter().chain(&args));
        for (object, own) in [("deployment shop", "shop"), ("statefulset shop-cache", "cache")] {
            let live = plane.get(&format!("{object} -n {name}"));
            let containers = live["spec"]["template"]["spec"]["containers"].as_array().unwrap();
            let names: Vec<&str> = containers.iter().map(|one| one["name"].as_str().unwrap()).collect();
            assert_eq!(names, [own, "tail"], "{object} by {}", host.helm.name);
        }
        host.helm.ok(["uninstall", "shop", "--namespace", &name, "--no-hooks"]);
    }
}

//! What `install` and `uninstall` print: as a user runs them, and what the documents promise.

#![cfg(feature = "serve")]

use std::collections::BTreeSet;
use std::time::Duration;

use injector::internals::install::{
    self, ApiWatches, Certificates, FailurePolicy, Installation, Keeper, LogFormat, MatchPolicy, NamespaceFate,
    OwnNamespace, Part, PodFit, ProfileSource, ReinvocationPolicy, Site, Watch,
};
use injector::internals::kube::pod_security::{self, Level};
use injector::internals::profile::{Overrides, Profile, load};
use injector::internals::report::exit::ExitStatus;
use serde_json::{Value, json};

use crate::support::injector;

mod fit;
mod image;
mod law;
mod profiles;
mod selection;

/// A watch of both kinds, or of none.
const fn watching(watch: Watch) -> ApiWatches {
    ApiWatches { namespaces: watch, service_accounts: watch }
}

/// The documents of a stream, as another reader of YAML has them.
fn documents(stream: &str) -> Vec<Value> {
    use serde::Deserialize as _;
    serde_yaml::Deserializer::from_str(stream).map(|document| Value::deserialize(document).unwrap()).collect()
}

/// What an object is, as `kubectl delete` finds it.
fn identity(object: &Value) -> (String, String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&object["kind"]), text(&object["metadata"]["namespace"]), text(&object["metadata"]["name"]))
}

fn kinds(documents: &[Value]) -> Vec<&str> {
    documents.iter().map(|document| document["kind"].as_str().unwrap()).collect()
}

fn find<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    documents.iter().find(|document| document["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

fn read(document: &Value) -> Profile {
    load::load(document).unwrap_or_else(|errors| panic!("{errors:?} in {document}"))
}

fn source(document: &Value) -> ProfileSource {
    ProfileSource { profile: read(document), text: document.to_string() }
}

fn installation(profiles: Vec<ProfileSource>) -> Installation {
    Installation {
        site: Site { name: "injector".into(), namespace: "injector-system".into() },
        own_namespace: OwnNamespace::Made,
        image: "injector:1".into(),
        replicas: 2,
        priority_class: None,
        fit: PodFit::default(),
        monitors: Vec::new(),
        profiles,
        set: Vec::new(),
        overrides: Overrides::default(),
        certificates: Certificates::CertManager,
        watches: watching(Watch::Off),
        failure_policy: FailurePolicy::default(),
        timeout_seconds: 5,
        reinvocation_policy: ReinvocationPolicy::default(),
        match_policy: MatchPolicy::default(),
        kubernetes_version: None,
        log_format: LogFormat::default(),
        drain_delay: Duration::from_secs(5),
        drain_timeout: Duration::from_secs(20),
    }
}

/// The documents of a command line.
fn printed(line: &str) -> Vec<Value> {
    documents(&injector(line.split_whitespace()).succeeds().stdout)
}

#[test]
fn the_webhook_configuration_is_the_last_that_comes_and_the_first_that_goes() {
    let documents = printed("install --cert-manager");
    assert_eq!(
        kinds(&documents),
        [
            "Namespace",
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "ConfigMap",
            "Issuer",
            "Certificate",
            "Issuer",
            "Certificate",
            "NetworkPolicy",
            "Service",
            "Deployment",
            "PodDisruptionBudget",
            "MutatingWebhookConfiguration",
        ]
    );
    let removed = printed("uninstall --cert-manager");
    assert_eq!(kinds(&removed)[0], "MutatingWebhookConfiguration");
}

#[test]
fn the_two_parts_are_the_whole() {
    for (whole, command) in [("install --cert-manager", "install"), ("uninstall", "uninstall")] {
        let mut parts = printed(&format!("{whole} --only rest"));
        let webhook = printed(&format!("{whole} --only webhook"));
        assert_eq!(kinds(&webhook), ["MutatingWebhookConfiguration"]);
        assert!(!kinds(&parts).contains(&"MutatingWebhookConfiguration"));
        match command {
            "install" => parts.extend(webhook),
            _ => parts.splice(0..0, webhook).for_each(drop),
        }
        assert_eq!(parts, printed(whole), "{whole}");
    }
}

#[test]
fn what_uninstall_prints_is_all_that_install_made_but_the_namespace() {
    let certificates = "--tls-secret own --ca-file ca.crt";
    let ca = rcgen::generate_simple_self_signed(["a".to_owned()]).unwrap().cert.pem();
    for (install, uninstall) in [
        ("install --generate-certs d --name a -n b --watch-namespaces", "uninstall --name a -n b"),
        ("install --cert-manager --watch-namespaces", "uninstall --cert-manager"),
        (&*format!("install {certificates} --watch-namespaces"), "uninstall --tls-secret own"),
        (
            "install --cert-manager --watch-namespaces --service-monitor --prometheus-rule",
            "uninstall --cert-manager --service-monitor --prometheus-rule",
        ),
    ] {
        let run = injector(install.split_whitespace()).file("ca.crt", &ca);
        let made: BTreeSet<_> = documents(&run.succeeds().stdout).iter().map(identity).collect();
        let gone: BTreeSet<_> = printed(uninstall).iter().map(identity).collect();
        let left: Vec<_> = made.difference(&gone).map(|(kind, ..)| kind.as_str()).collect();
        assert_eq!(left, ["Namespace"], "{install}");
        // What was made on its behalf goes as well, and nothing else.
        let more: BTreeSet<_> = gone.difference(&made).map(|(kind, ..)| kind.as_str()).collect();
        assert!(more.is_subset(&["Secret"].into()), "{uninstall}: {more:?}");
        assert!(!gone.iter().any(|(kind, _, name)| kind == "Secret" && name == "own"));
        let whole: BTreeSet<_> = printed(&format!("{uninstall} --delete-namespace")).iter().map(identity).collect();
        assert!(made.is_subset(&whole), "{install}");
    }
}

#[test]
fn the_namespace_is_left_alone_where_others_use_it() {
    assert_eq!(
        find(&printed("install --cert-manager"), "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
        "restricted"
    );
    let shared = printed("install --cert-manager -n kube-system --existing-namespace");
    assert!(!kinds(&shared).contains(&"Namespace"));
    let removed = injector(["uninstall", "--cert-manager", "--delete-namespace", "-n", "kube-system"]).fails();
    assert_eq!(
        removed.stderr,
        "error: --namespace: `kube-system` belongs to the cluster, not to the webhook alone\n  hint: leave out `--delete-namespace`\n"
    );
    let refused = injector(["install", "--cert-manager", "-n", "kube-system"]).fails();
    assert_eq!(
        refused.stderr,
        "error: --namespace: `kube-system` belongs to the cluster, not to the webhook alone\n  \
         hint: use `--existing-namespace`, which leaves it as it is, or another namespace\n"
    );
}

#[test]
fn the_same_settings_give_the_same_bytes_and_certificates_are_made_once() {
    let args = ["install", "--generate-certs", "certs", "-p", "nginx", "-p", "curl", "--set", "port=8081"];
    let first = injector(args).succeeds();
    let ca = String::from_utf8(first.read("certs/ca.crt")).unwrap();
    let second = first.then(args).succeeds();
    assert_eq!(first.bytes, second.bytes);
    let documents = documents(&first.stdout);
    let secret = &find(&documents, "Secret")["data"];
    let webhooks = find(&documents, "MutatingWebhookConfiguration")["webhooks"].as_array().unwrap();
    assert_eq!(webhooks.len(), 2);
    for webhook in webhooks {
        assert_eq!(webhook["clientConfig"]["caBundle"], secret["ca.crt"]);
    }
    let decode = |value: &Value| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(value.as_str().unwrap()).unwrap()
    };
    assert_eq!(String::from_utf8(decode(&secret["ca.crt"])).unwrap(), ca);
    assert_eq!(decode(&secret["tls.key"]), first.read("certs/tls.key"));
    let other = first.then(["install", "--generate-certs", "certs", "--name", "other"]).fails();
    assert!(other.stderr.contains("other.injector-system.svc"), "{}", other.stderr);
}

#[test]
fn cert_manager_alone_says_whom_to_trust() {
    let documents = printed("install --cert-manager --name hook -n infra");
    let configuration = find(&documents, "MutatingWebhookConfiguration");
    assert_eq!(configuration["metadata"]["annotations"], json!({"cert-manager.io/inject-ca-from": "infra/hook"}));
    for webhook in configuration["webhooks"].as_array().unwrap() {
        assert_eq!(webhook["clientConfig"].as_object().unwrap().keys().collect::<Vec<_>>(), ["service"]);
    }
    let serving = documents.iter().find(|d| identity(d) == ("Certificate".into(), "infra".into(), "hook".into()));
    let serving = &serving.unwrap()["spec"];
    let expected = ["hook.infra.svc", "hook.infra.svc.cluster.local", "hook.infra", "hook"];
    assert_eq!(serving["dnsNames"], json!(expected));
    let volumes = &find(&documents, "Deployment")["spec"]["template"]["spec"]["volumes"];
    assert_eq!(volumes[0]["secret"]["secretName"], serving["secretName"]);
}

#[test]
fn exactly_one_source_of_certificates_is_taken() {
    for line in [
        "install",
        "install --cert-manager --generate-certs d",
        "install --tls-secret a",
        "install --ca-file a",
        "install --ca-file a --cert-manager",
        "install --tls-secret a --ca-file b --cert-manager",
    ] {
        injector(line.split_whitespace()).fails();
    }
}

#[test]
fn what_cannot_be_installed_is_told_before_anything_is_printed() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for (line, expected) in [
        (
            "install --tls-secret a --ca-file key.pem",
            "error: key.pem: it contains a private key, and everyone can read a webhook configuration\n",
        ),
        (
            "install --tls-secret a --ca-file empty",
            "error: empty: there is no certificate in it (`-----BEGIN CERTIFICATE-----`)\n",
        ),
        (
            "install --cert-manager --kubernetes-version 1.21",
            "error: --kubernetes-version: the manifests are for Kubernetes 1.22 and later, not for 1.21\n",
        ),
        ("install --cert-manager -p curl -p curl", "error: the profile `curl` is named twice\n"),
        (
            "install --cert-manager --set prot=1 -p nginx",
            "error: --set: no profile of this run has a parameter `prot`\n  hint: did you mean `port`?\n",
        ),
    ] {
        let run = injector(line.split_whitespace()).file("key.pem", &key).file("empty", "");
        let told = run.exits(ExitStatus::Error);
        assert_eq!((told.stderr.as_str(), told.stdout.as_str()), (expected, ""), "{line}");
    }
    for line in ["--timeout-seconds 31", "--timeout-seconds 0", "--replicas 0", "--name 1a", "--drain-delay 5"] {
        injector(format!("install --cert-manager {line}").split_whitespace()).fails();
    }
}

#[test]
fn its_own_pods_pass_the_level_restricted() {
    for watch in [Watch::On, Watch::Off] {
        let settings = Installation { watches: watching(watch), ..installation(Vec::new()) };
        let manifests = install::manifests(&settings, Part::All);
        let deployment = &manifests.iter().find(|m| m.object["kind"] == "Deployment").unwrap().object;
        let template = &deployment["spec"]["template"];
        let violations = pod_security::violations(Level::Restricted, template);
        assert!(violations.is_empty(), "{violations:?}");
        let spec = &template["spec"];
        assert_eq!(spec["automountServiceAccountToken"], watch == Watch::On);
        assert_eq!(spec["enableServiceLinks"], false);
        assert_eq!(deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/instance"], "injector");
        let container = &spec["containers"][0];
        assert_eq!(container["resources"]["limits"], json!({"memory": "256Mi"}));
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            assert_eq!(container[probe]["httpGet"]["port"], "probes");
        }
        let arguments = container["args"].as_array().unwrap();
        assert_eq!(arguments.contains(&json!("--watch-namespaces")), watch == Watch::On);
    }
}

#[test]
fn a_pod_is_killed_only_after_its_drain() {
    for (delay, timeout, grace) in [(5_000, 20_000, 30), (0, 0, 5), (1, 0, 6), (500, 500, 6), (60_000, 120_000, 185)] {
        let settings = Installation {
            drain_delay: Duration::from_millis(delay),
            drain_timeout: Duration::from_millis(timeout),
            ..installation(Vec::new())
        };
        let manifests = install::manifests(&settings, Part::Rest);
        let deployment = &manifests.iter().find(|m| m.object["kind"] == "Deployment").unwrap().object;
        assert_eq!(deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"], grace);
    }
    let deployment = printed("install --cert-manager --drain-delay 1500ms --drain-timeout 1m");
    let arguments = &find(&deployment, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"];
    let arguments = arguments.as_array().unwrap();
    assert!(arguments.contains(&json!("--drain-delay=1500ms")) && arguments.contains(&json!("--drain-timeout=60s")));
}

#[test]
fn what_was_set_reaches_serve_as_it_was_written() {
    let document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "p"},
        "spec": {"policy": "OptOut", "parameters": [{"name": "text", "type": "string", "description": "d", "default": ""}],
            "containers": [{"name": "a", "image": "b", "args": ["{{ text }}"]}]}});
    let run = injector([
        "install",
        "--cert-manager",
        "-p",
        "p.json",
        "--set",
        "text=$(HOME) $$ a=b",
        "--set",
        "p.text=one",
        "--on-ineligible",
        "deny",
        "--native-sidecar",
        "true",
    ]);
    let documents = documents(&run.file("p.json", document.to_string()).succeeds().stdout);
    let arguments = &find(&documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"];
    let arguments = arguments.as_array().unwrap();
    // The kubelet makes `$` of `$$`, and a value of `$(HOME)`.
    assert!(arguments.contains(&json!("--set=text=$$(HOME) $$$$ a=b")), "{arguments:?}");
    assert!(arguments.contains(&json!("--set=p.text=one")), "{arguments:?}");
    assert!(arguments.contains(&json!("--on-ineligible=deny")));
    assert!(arguments.contains(&json!("--native-sidecar=true")));
}

#[test]
fn rights_come_with_the_watch_alone() {
    for (line, watched) in [
        ("install --cert-manager", true),
        ("install --cert-manager -p nginx", false),
        ("install --cert-manager -p nginx -p cortexflow", true),
        ("install --cert-manager -p nginx --watch-namespaces", true),
        ("install --cert-manager -p nginx --watch-namespaces=true", true),
        ("install --cert-manager -p cortexflow --watch-namespaces=false", false),
    ] {
        let kinds: BTreeSet<_> = printed(line).iter().map(|d| d["kind"].as_str().unwrap().to_owned()).collect();
        assert_eq!((kinds.contains("ClusterRole"), kinds.contains("ClusterRoleBinding")), (watched, watched), "{line}");
    }
    let told = injector(["install", "--cert-manager", "--watch-namespaces=false"]).succeeds().stderr;
    assert!(told.contains("the profile `cortexflow` needs labels or annotations of namespaces"), "{told}");
}

#[test]
fn older_clusters_are_spared_what_they_do_not_know() {
    for (version, conditions, policy) in
        [("1.22", false, false), ("1.27", false, true), ("1.28", true, true), ("1.36", true, true)]
    {
        let documents = printed(&format!("install --cert-manager --kubernetes-version {version}"));
        let webhook = &find(&documents, "MutatingWebhookConfiguration")["webhooks"][0];
        assert_eq!(webhook.get("matchConditions").is_some(), conditions, "{version}");
        let budget = &find(&documents, "PodDisruptionBudget")["spec"];
        assert_eq!(budget.get("unhealthyPodEvictionPolicy").is_some(), policy, "{version}");
    }
}

#[test]
fn a_removal_names_its_objects_and_says_no_more() {
    let place = Site { name: "a".into(), namespace: "b".into() };
    for manifest in install::removal(&place, Keeper::CertManager, &[], NamespaceFate::Deleted, Part::All) {
        let object = manifest.object.as_object().unwrap();
        assert_eq!(object.keys().collect::<Vec<_>>(), ["apiVersion", "kind", "metadata"]);
    }
}

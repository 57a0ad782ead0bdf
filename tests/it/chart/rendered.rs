//! What Helm makes of the chart, with both versions of Helm.

use std::collections::BTreeMap;
use std::fs;

use injector::internals::profile::builtin;
use serde_json::Value;

use super::{chart, objects, root, update};
use crate::support::helm::Helm;
use crate::support::injector;

/// Every object by its kind and name.
type Objects = BTreeMap<(String, String), Value>;

fn by_name(stream: &str) -> Objects {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all = Objects::new();
    for mut object in objects(stream) {
        // Helm would write its own name over it.
        if let Some(manager) = object["metadata"]["labels"].get_mut("app.kubernetes.io/managed-by") {
            *manager = "injector".into();
        }
        let name = (text(&object["kind"]), text(&object["metadata"]["name"]));
        assert!(all.insert(name.clone(), object).is_none(), "{name:?} is there twice");
    }
    all
}

impl Helm {
    /// `helm template` of the chart, with this name, version of Kubernetes, and values.
    fn template(&self, name: &str, version: &str, values: &str) -> crate::support::helm::Helmed {
        let (chart, file) = (chart(), self.file("values.yaml", values));
        let chart = chart.to_str().unwrap();
        self.run([
            "template",
            name,
            chart,
            "--namespace",
            "injector-system",
            "--kube-version",
            version,
            "--values",
            &file,
        ])
    }
}

/// Flags of `install`, and the values of the chart that say the same.
struct Choice {
    flags: &'static str,
    values: &'static str,
}

const fn choice(flags: &'static str, values: &'static str) -> Choice {
    Choice { flags, values }
}

/// With `--cert-manager`, unless they say something else.
const WEBHOOKS: &[Choice] = &[
    choice("", ""),
    choice(
        "-p nginx,curl --replicas 3 --failure-policy Fail --timeout-seconds 30 --reinvocation-policy Never --match-policy Exact",
        "{profiles: [nginx, curl], replicas: 3, failurePolicy: Fail, timeoutSeconds: 30, reinvocationPolicy: Never, matchPolicy: Exact}",
    ),
    choice(
        "--host-network --listen-port 19443 --probe-port 19444 --toleration dedicated=infra:NoSchedule --toleration spot",
        "{hostNetwork: true, listenPort: 19443, probePort: 19444, tolerations: [\
         {key: dedicated, operator: Equal, value: infra, effect: NoSchedule}, {key: spot, operator: Exists}]}",
    ),
    choice(
        "--openshift --image-pull-secret one --image-pull-secret two --node-selector pool=infra --priority-class system-cluster-critical",
        "{openshift: true, imagePullSecrets: [one, two], nodeSelector: {pool: infra}, priorityClassName: system-cluster-critical}",
    ),
    choice(
        "--image images.example/injector:1 --log-format json --drain-delay 0s --drain-timeout 61s",
        "{image: images.example/injector:1, logFormat: json, drainDelaySeconds: 0, drainTimeoutSeconds: 61}",
    ),
    choice(
        "--service-monitor --prometheus-rule --watch-namespaces=false",
        "{serviceMonitor: true, prometheusRule: true, watchNamespaces: false}",
    ),
    choice(
        "-p curl --watch-namespaces --watch-serviceaccounts",
        "{profiles: [curl], watchNamespaces: true, watchServiceAccounts: true}",
    ),
    choice(
        "-p dapr,nginx --set trustAnchors=a$(B)&'\"<c> --set nginx.port=8081 --native-sidecar true",
        "{profiles: [dapr, nginx], set: ['trustAnchors=a$(B)&''\"<c>', nginx.port=8081], nativeSidecar: true}",
    ),
    choice("--kubernetes-version 1.22", "{kubernetesVersion: '1.22'}"),
    choice("--kubernetes-version 1.27", "{kubernetesVersion: '1.27'}"),
    choice("--name true", "{name: 'true'}"),
    choice("--only rest", "{webhookConfiguration: false}"),
];

#[test]
fn it_installs_the_webhook_that_install_prints() {
    for helm in Helm::all("it_installs_the_webhook_that_install_prints") {
        for Choice { flags, values } in WEBHOOKS {
            let flags =
                ["install", "--existing-namespace", "--cert-manager"].into_iter().chain(flags.split_whitespace());
            let printed = injector(flags).succeeds().stdout;
            let made = helm.template("injector", "1.36.0", values);
            assert!(made.success, "{values}: {made:#?}");
            assert_eq!(by_name(&made.stdout), by_name(&printed), "{}: {values}", helm.name);
        }
    }
}

#[test]
fn an_older_api_server_gets_only_fields_that_it_knows() {
    let fields = ["matchConditions:", "unhealthyPodEvictionPolicy:"];
    for helm in Helm::all("an_older_api_server_gets_only_fields_that_it_knows") {
        for (version, known) in [("1.22.0", [false, false]), ("1.27.3", [false, true]), ("1.28.0-eks-1", [true, true])]
        {
            let made = helm.template("injector", version, "");
            assert!(made.success, "{}: {version}: {made:#?}", helm.name);
            assert_eq!(fields.map(|field| made.stdout.contains(field)), known, "{}: {version}", helm.name);
        }
    }
}

#[test]
fn it_installs_every_built_in_profile_as_install_does() {
    for helm in Helm::all("it_installs_every_built_in_profile_as_install_does") {
        for builtin in builtin::ALL {
            let name = builtin.name;
            let printed = injector(["install", "--existing-namespace", "--cert-manager", "-p", name]).succeeds().stdout;
            let made = helm.template("injector", "1.36.0", &format!("profiles: [{name}]"));
            assert_eq!(by_name(&made.stdout), by_name(&printed), "{}: {name}\n{}", helm.name, made.stderr);
        }
    }
}

#[test]
fn it_installs_the_webhook_of_a_profile_of_the_users_own() {
    let values = fs::read_to_string(root().join("testdata/examples/helm-values.yaml")).unwrap();
    let text = fs::read_to_string(root().join("testdata/examples/agent.yaml")).unwrap();
    let flags =
        ["install", "--existing-namespace", "--cert-manager", "--image=images.example/injector:0.1.0", "-p=agent.yaml"];
    let printed = injector(flags).file("agent.yaml", text).succeeds().stdout;
    for helm in Helm::all("it_installs_the_webhook_of_a_profile_of_the_users_own") {
        let made = helm.template("injector", "1.36.0", &values);
        assert_eq!(by_name(&made.stdout), by_name(&printed), "{}: {}", helm.name, made.stderr);
    }
}

#[test]
fn it_installs_the_webhook_with_a_secret_that_install_prints() {
    let made = injector(["certs", "generate", "--out", "."]).succeeds();
    let authority = String::from_utf8(made.read("ca.crt")).unwrap();
    let printed =
        made.then(["install", "--existing-namespace", "--tls-secret=own", "--ca-file=ca.crt"]).succeeds().stdout;
    let certificates = serde_json::json!({"source": "secret", "secretName": "own", "caBundle": authority});
    let values = serde_json::json!({"certificates": certificates}).to_string();
    for helm in Helm::all("it_installs_the_webhook_with_a_secret_that_install_prints") {
        let made = helm.template("injector", "1.36.0", &values);
        assert_eq!(by_name(&made.stdout), by_name(&printed), "{}: {}", helm.name, made.stderr);
    }
}

#[test]
fn it_installs_the_policies_that_install_prints() {
    let compiled: Vec<&str> = builtin::ALL
        .iter()
        .map(|builtin| builtin.name)
        .filter(|name| chart().join(format!("templates/policy/{name}.yaml")).exists())
        .collect();
    assert!(compiled.contains(&"cortexflow"), "{compiled:?}");
    let mut choices: Vec<(Vec<&str>, String)> =
        compiled.iter().map(|name| (vec!["-p", *name], format!("{{mode: policy, profiles: [{name}]}}"))).collect();
    choices.push((vec!["--failure-policy=Ignore"], "{mode: policy, failurePolicy: Ignore}".to_owned()));
    choices.push((
        vec!["-p=curl", "--without-warnings"],
        "{mode: policy, profiles: [curl], policyWarnings: false}".to_owned(),
    ));
    for helm in Helm::all("it_installs_the_policies_that_install_prints") {
        for (flags, values) in &choices {
            let printed = injector(["install", "--as=policy"].iter().chain(flags).copied()).succeeds().stdout;
            let made = helm.template("injector", "1.36.0", values);
            assert_eq!(by_name(&made.stdout), by_name(&printed), "{}: {values}\n{}", helm.name, made.stderr);
        }
        let flags = ["install", "--as=policy", "-p=nginx,curl", "--set=nginx.port=8081"];
        let printed = injector(flags).succeeds().stdout;
        let values = serde_json::json!({"mode": "policy", "profiles": [], "policyObjects": printed}).to_string();
        let made = helm.template("injector", "1.36.0", &values);
        assert_eq!(by_name(&made.stdout), by_name(&printed), "{}: {}", helm.name, made.stderr);
    }
}

/// The documents in an order of their own. Helm 4 has another one than Helm 3 within a kind, and blank lines between them.
fn sorted(stream: &str) -> Vec<&str> {
    let mut documents: Vec<&str> = stream.split("---\n# Source: ").map(str::trim_end).collect();
    documents.sort_unstable();
    documents
}

/// The golden cases: values, and what Helm makes of them.
const GOLDEN: [&str; 3] = ["webhook-cert-manager", "webhook-secret", "policy"];

#[test]
fn golden_files_show_what_helm_makes() {
    for helm in Helm::all("golden_files_show_what_helm_makes") {
        for name in GOLDEN {
            let path = |end: &str| root().join(format!("testdata/chart/{name}{end}"));
            let values = fs::read_to_string(path(".values.yaml")).unwrap();
            let made = helm.template("injector", "1.36.0", &values);
            assert!(made.success, "{}: {name}: {made:#?}", helm.name);
            if update() && helm.name == "helm3" {
                fs::write(path(".yaml"), &made.stdout).unwrap();
            }
            let golden = fs::read_to_string(path(".yaml")).unwrap();
            assert_eq!(sorted(&made.stdout), sorted(&golden), "{}: {name}", helm.name);
        }
    }
}

#[test]
fn helm_lint_finds_nothing() {
    for helm in Helm::all("helm_lint_finds_nothing") {
        for name in GOLDEN {
            let values = root().join(format!("testdata/chart/{name}.values.yaml"));
            let (chart, values) = (chart(), values.to_str().unwrap().to_owned());
            let args = ["lint", "--strict", "--kube-version", "1.36.0", chart.to_str().unwrap(), "--values", &values];
            let said = helm.ok(args);
            assert!(said.contains("1 chart(s) linted, 0 chart(s) failed"), "{}: {said}", helm.name);
            assert!(!said.contains("[WARNING]") && !said.contains("[ERROR]"), "{}: {said}", helm.name);
        }
    }
}

/// Values that are wrong, and what is said of them.
const REFUSED: &[(&str, &str)] = &[
    ("{mod: policy}", "additional properties 'mod' not allowed"),
    ("{mode: both}", "at '/mode': value must be one of 'webhook', 'policy'"),
    ("{profiles: [ngin]}", "at '/profiles/0': value must be one of 'cortexflow', 'nginx'"),
    ("{profiles: [{name: a, text: b}]}", "missing properties 'namespaceSelector', 'objectSelector'"),
    ("{timeoutSeconds: 31}", "at '/timeoutSeconds': maximum: got 31, want 30"),
    ("{replicas: '2'}", "at '/replicas': got string, want integer"),
    ("{set: [port]}", "at '/set/0': 'port' does not match pattern"),
    ("{listenPort: 443}", "at '/listenPort': minimum: got 443, want 1,024"),
    ("{profiles: []}", "profiles: there is none, and the webhook needs one"),
    ("{profiles: [curl, curl]}", "profiles: `curl` is there twice"),
    ("{name: 1a}", "name: `1a` is not up to 50 of a-z, 0-9 and -, with a letter first"),
    ("{listenPort: 9444}", "listenPort: 9444 is the port for probes too"),
    ("{hostNetwork: true, listenPort: 10250}", "hostNetwork: 10250 is the port of kubelet on each node"),
    (
        "{profiles: [{name: a, text: 'metadata: {name: b}', namespaceSelector: {}, objectSelector: {}}]}",
        "profiles: `a` has another name in its `text`, or no name",
    ),
    (
        "{profiles: [{name: a, text: 'metadata: {', namespaceSelector: {}, objectSelector: {}}]}",
        "profiles: `a` has another name in its `text`, or no name",
    ),
    ("{policyObjects: a}", "policyObjects: they are for `mode: policy`"),
    ("{certificates: {source: secret}}", "certificates.secretName: it is empty"),
    ("{certificates: {source: secret, secretName: a}}", "certificates.caBundle: there is no certificate in it"),
    ("{mode: policy, profiles: [istio]}", "profiles: `istio` cannot be a policy; these can: cortexflow"),
    ("{mode: policy, set: [port=1]}", "set: the settings of a policy are fixed when it is compiled"),
    (
        "{mode: policy, profiles: [nginx, curl]}",
        "hint: compile them together, `injector install --as policy -p nginx,curl`",
    ),
    ("{mode: policy, profiles: []}", "profiles: there is none, and there are no `policyObjects`"),
    (
        "{mode: policy, profiles: [{name: a, text: b, namespaceSelector: {}, objectSelector: {}}]}",
        "profiles: `a` has no policy in this chart",
    ),
];

#[test]
fn wrong_values_are_refused_with_the_reason() {
    for helm in Helm::all("wrong_values_are_refused_with_the_reason") {
        for (values, expected) in REFUSED {
            let made = helm.template("injector", "1.36.0", values);
            assert!(!made.success, "{}: {values}", helm.name);
            assert!(made.stderr.contains(expected), "{}: {values}: {}", helm.name, made.stderr);
        }
        let made = helm.template("injector", "1.35.0", "{mode: policy}");
        assert!(made.stderr.contains("mode: `policy` is for Kubernetes 1.36 and later, not for v1.35.0"), "{made:#?}");
    }
}

//! Every code of a diagnostic is reported by a run: those of the snapshots beside this file, and those of the runs here.

use std::collections::BTreeSet;
use std::fs;

use injector::internals::diagnostic::Code;
use serde_json::Value;

use super::collect;
use crate::support::manifests::{WEB, injected, known, profile};
use crate::support::{Ran, Run, injector};

/// Codes that no run here brings about, and why.
const EXCEPTIONS: &[(Code, &str)] = &[
    (Code::Proof, "a bug of ours; src/process has the tests of the proof"),
    (Code::NoFileName, "the command line refuses standard input beside `--output-dir` first"),
    (Code::PartlyWritten, "a rename fails after another one succeeded"),
    (Code::CertificateUnmade, "a failure inside rcgen"),
    (Code::Runtime, "the system starts no thread or hears no signal"),
    (Code::Listen, "of `serve`, which logs instead of reporting"),
    (Code::Cluster, "of `serve`, which logs instead of reporting"),
    (Code::Certificate, "of `serve`, which logs instead of reporting"),
];

/// What a run reports as JSON or SARIF.
fn reported(ran: &Ran) -> BTreeSet<String> {
    let report: Value = serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let mut codes = BTreeSet::new();
    collect(&report, &mut codes);
    codes
}

/// Everything that the lint finds.
const QUESTIONABLE: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: own}
spec:
  policy: OptOut
  parameters:
    - {name: spare, type: string, default: a}
    - {name: image, type: image, annotation: own/image}
    - {name: user, type: integer, from: [/spec/securityContext/runAsUser], default: 0}
  let: [{name: idle, value: '1'}]
  matchConditions: [{name: node, expression: '!has(pod.spec.nodeName)'}]
  require: [{that: 1 < 2, message: counts}]
  containers:
    - {name: a, image: 'a:latest', ports: [{containerPort: 80}]}
    - {name: b, image: b, ports: [{containerPort: 80}], securityContext: {privileged: true}}
    - name: c
      image: '{{ image }}'
      securityContext: {runAsUser: '{{ user }}'}
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: v, hostPath: {path: /}}]
  imagePullSecrets: [{name: s}]
  annotations:
    - {key: seen, value: '{{ sha256(pod.spec.containers[0].env[0].value) }}'}
    - {key: first, value: '{{ json(pod.spec.containers.map(c, c.env)) }}'}
";

/// Runs, and codes that each reports among others.
fn runs() -> Vec<(Run, &'static [&'static str])> {
    let web = |args: &[&'static str]| injector(args.iter().copied()).file("web.yaml", WEB);
    let lint = injector(["profile", "lint", "--report=json", "own.yaml"]).file("own.yaml", QUESTIONABLE);
    let found: &[&str] = &[
        "admission-only",
        "annotation-privilege",
        "clash",
        "constant-condition",
        "env-in-metadata",
        "kubernetes-version",
        "hides-pull-secrets",
        "latest-image",
        "local-volume",
        "no-probe",
        "no-resources",
        "not-compilable",
        "pod-privilege",
        "pod-volume",
        "unset-parameter",
        "untagged-image",
        "unused-let",
        "unused-parameter",
    ];
    let unread = "a: [\n---\na: 1\n";
    vec![
        (lint, found),
        (web(&["inject", "--report=json", "web.yaml/x"]), &["file-unreadable"]),
        (web(&["inject", "--report=json", "--namespace-file=web.yaml", "web.yaml"]), &["no-namespace"]),
        (web(&["inject", "--report=json", "--serviceaccount-file=web.yaml", "web.yaml"]), &["no-service-account"]),
        (
            web(&["inject", "-p=own.yaml", "--report=json", "web.yaml"]).file("own.yaml", of_an_account()),
            &["service-account-unknown"],
        ),
        (web(&["inject", "--report=json", "--deny=skipped", "-p=nginx", "web.yaml"]), &["skipped", "held-back"]),
        (web(&["inject", "--report=json", "--output-dir=web.yaml", "web.yaml"]), &["unwritable", "held-back"]),
        (web(&["inject", "--report=json", "--set=x=1", "web.yaml"]), &["usage"]),
        (web(&["inject", "--report=json", "--config=none.yaml", "web.yaml"]), &["config"]),
        (injector(["inject", "--report=json", "--keep-going", "-o", "json"]).stdin(unread), &["output"]),
        (
            web(&[
                "inject",
                "-p=nginx",
                "--namespace-labels=default:sidecar-inject=enabled",
                "--report=json",
                "web.yaml",
            ]),
            &["guessed-port"],
        ),
        (
            known("inject", ["--report=json"]).stdin(
                WEB.replace("image: web:1\n", "image: web:1\n          livenessProbe: {tcpSocket: {port: 80}}\n"),
            ),
            &["redirected-probe"],
        ),
        (web(&["check", "--report=sarif", "web.yaml"]), &["missing"]),
        (injector(["check", "--report=json"]).stdin(WEB.replace("          image: web:1\n", "")), &["patch-fragment"]),
        (injector(["check", "--report=sarif", "--set=tcpPort=7000"]).stdin(injected()), &["outdated"]),
        (injector(["check", "--report=sarif"]).stdin(partly_injected()), &["partial"]),
    ]
}

/// A profile for pods with a label of their ServiceAccount.
fn of_an_account() -> String {
    let condition = "{name: a, expression: serviceAccount.labels.a == 'b'}";
    profile("p", &format!("{ENV}  matchConditions: [{condition}]\n"))
}

/// A profile with a requirement that no pod meets.
fn demanding(severity: &str) -> String {
    profile("p", &format!("{ENV}  require: [{{that: 'false', message: a, severity: {severity}}}]\n"))
}

/// Runs of tests of profiles, and runs for a part of the input that is not there.
fn runs_on_tests() -> Vec<(Run, &'static [&'static str])> {
    let test = |args: &[&'static str], case: &str| {
        let text = format!(
            "apiVersion: sidecar-injector/v1\nkind: Test\nmetadata: {{name: t}}\nspec:\n  profiles: [nginx]\n  cases: [{{name: a, input: web.yaml, {case}}}]\n"
        );
        injector(["test", "--report=json"].iter().chain(args).copied()).file("web.yaml", WEB).file("t.yaml", text)
    };
    let part =
        |args: [&'static str; 2]| injector(["inject", "--report=json"].into_iter().chain(args)).file("web.yaml", WEB);
    vec![
        (test(&[], "expect: {verdict: rejected}"), &["test-failed"]),
        (test(&[], "expect: {}"), &["test"]),
        (test(&["--run=none"], "expect: {verdict: rejected}"), &["no-tests"]),
        (test(&["--update"], "expect: {golden: a.yaml}"), &["updated"]),
        (part(["--kind=Job", "web.yaml"]), &["nothing-selected"]),
        (injector(["check", "--report=json", "--exclude=web.yaml", "web.yaml"]).file("web.yaml", WEB), &["left-out"]),
        (part(["pod/none", "web.yaml"]), &["no-such-object"]),
    ]
}

/// Runs that find an injection in another state than the current one, or what is not a workload.
fn runs_on_states() -> Vec<(Run, &'static [&'static str])> {
    vec![
        (
            injector(["check", "--report=sarif"]).stdin(injected().replace("cortexflow-proxy:latest", "other:1")),
            &["edited", "edited-after-injection"],
        ),
        (
            injector(["check", "--report=sarif", "--namespace-annotations=default:proxy-injection=disabled"])
                .stdin(injected()),
            &["unwanted", "unwanted-injection"],
        ),
        (
            injector(["check", "--report=sarif", "-p", "p.yaml"]).file("p.yaml", profile("p", ENV)).stdin(lacking()),
            &["incomplete"],
        ),
        (
            injector(["inject", "--report=sarif", "-p", "p.yaml"]).file("p.yaml", demanding("Reject")).stdin(WEB),
            &["requirement"],
        ),
        (
            injector(["inject", "--report=sarif", "-p", "p.yaml"]).file("p.yaml", demanding("Warn")).stdin(WEB),
            &["profile-warning"],
        ),
        (injector(["check", "--report=sarif"]).stdin(FUNCTION), &["function-config"]),
        (injector(["inject", "--report=json"]).stdin(UNREAD), &["not-read"]),
        (injector(["inject", "--report=json", "-R", "."]).file("values.yaml", "a: 1\n"), &["no-kind"]),
    ]
}

/// What a KRM function gets, with settings that are not used.
const FUNCTION: &str = "\
apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig: {apiVersion: v1, kind: ConfigMap, data: {a: b}}
items: []
";

/// Not a workload, and text that the parser does not take.
const UNREAD: &str = "apiVersion: example.com/v1\nkind: Widget\nspec:\n  list: [a:, b]\n";

const ENV: &str = "  application: {env: [{name: A, value: a}]}\n";

/// An injected workload with a container that came later.
fn lacking() -> String {
    let run = injector(["inject", "-q", "-p", "p.yaml"]).file("p.yaml", profile("p", ENV)).stdin(WEB);
    run.succeeds().stdout.replacen("      containers:\n", "      containers:\n        - {name: late, image: a}\n", 1)
}

fn partly_injected() -> String {
    let injected = injected();
    injected[..injected.find("        - name: proxy-sidecar").unwrap()].to_owned()
}

/// The same for certificates, each run in the folder of the one before.
#[cfg(feature = "serve")]
fn runs_on_certificates() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let configuration = |webhooks: &str, annotations: &str| {
        format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, \
             metadata: {{name: x, annotations: {annotations}}}, webhooks: {webhooks}}}\n"
        )
    };
    let made = injector(["certs", "generate", "-n=x", "injector", "--out=c", "-q"])
        .file("none.yaml", configuration("[]", "{}"))
        .file("theirs.yaml", configuration("[{name: x, clientConfig: {}}]", "{cert-manager.io/inject-ca-from: a/b}"))
        .succeeds();
    let mut missing = Vec::new();
    for (line, code) in [
        ("certs inspect --report=json c", "certificates"),
        ("certs inspect --report=json none.yaml", "not-a-certificate"),
        ("certs generate -n=x injector --out=c --report=json", "certificate-exists"),
        ("certs ca-bundle --report=json -f none.yaml c", "no-webhook"),
        ("certs ca-bundle --report=json -f theirs.yaml c", "ca-bundle-injected"),
        ("certs rotate -q c", ""),
        ("certs rotate --report=json c", "rotation-order"),
    ] {
        let ran = made.then(line.split(' ')).exits_any();
        if code.is_empty() {
            continue;
        }
        let reported = reported(&ran);
        if !reported.contains(code) {
            missing.push(line);
        }
        codes.extend(reported);
    }
    assert_eq!(missing, Vec::<&str>::new());
    codes
}

#[cfg(not(feature = "serve"))]
fn runs_on_certificates() -> BTreeSet<String> {
    // There are no certificates without the webhook.
    let ids = [
        "certificates",
        "not-a-certificate",
        "certificate-exists",
        "no-webhook",
        "ca-bundle-injected",
        "rotation-order",
    ];
    ids.map(str::to_owned).into()
}

/// The codes that the snapshots of this folder name.
fn in_snapshots() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/errors");
    let texts = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let codes = texts.flat_map(|text| {
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix("codes: "));
        lines.flat_map(|codes| codes.split(", ")).map(str::to_owned).collect::<Vec<_>>()
    });
    codes.collect()
}

/// The codes of certificates that are of no use: `certs.rs` makes such certificates, and compares each with its code.
fn in_the_tests_of_certificates() -> impl Iterator<Item = String> {
    let ids = Code::ALL.iter().map(|code| code.id());
    ids.filter(|id| include_str!("../certs.rs").contains(&format!("\"{id}\""))).map(str::to_owned)
}

#[test]
fn every_code_is_reported_by_a_run() {
    let mut seen = in_snapshots();
    for (run, expected) in runs().into_iter().chain(runs_on_states()).chain(runs_on_tests()) {
        let reported = reported(&run.exits_any());
        let missing: Vec<&&str> = expected.iter().filter(|code| !reported.contains(**code)).collect();
        assert!(missing.is_empty(), "{missing:?} are not in {reported:?}");
        seen.extend(reported);
    }
    seen.extend(runs_on_certificates());
    seen.extend(in_the_tests_of_certificates());
    let missing = Code::ALL.iter().filter(|code| !seen.contains(code.id())).map(|code| code.id());
    let exceptions = EXCEPTIONS.iter().map(|(code, _)| code.id());
    assert_eq!(missing.collect::<BTreeSet<_>>(), exceptions.collect::<BTreeSet<_>>());
}

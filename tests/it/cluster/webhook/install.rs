//! What `install` prints, in the API server, with the Service replaced by the address of a process of the test's.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::configuration::{Applied, Tried};
use super::replica::Replica;
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// An installation in a namespace of its own, served by one process; dropping it takes the webhook out of use.
pub(crate) struct Installed<'a> {
    // Dropped in this order: the API server stops asking before the answer ends.
    _applied: Applied<'a>,
    replica: Replica,
    _volume: TempDir,
}

/// The documents that `injector install FLAGS…` prints.
pub(super) fn printed(flags: &[&str]) -> Vec<Value> {
    let printed = injector(["install"].iter().chain(flags).copied()).succeeds();
    documents(&printed.stdout)
}

/// The documents of a stream of YAML.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    use serde::Deserialize as _;
    let documents = serde_yaml::Deserializer::from_str(text).map(|one| Value::deserialize(one).unwrap());
    documents.filter(|document| !document.is_null()).collect()
}

/// Certificates for an installation, of `injector certs`, with the address of a process on this machine in them.
pub(super) fn certificates(name: &str, namespace: &str, folder: &Path) {
    let folder = folder.to_str().unwrap();
    injector(["certs", "generate", name, "--namespace", namespace, "--ip", "127.0.0.1", "--out", folder]).succeeds();
}

/// Replaces the Service by a port of this machine.
pub(super) fn called_at(configuration: &mut Value, port: u16) {
    for webhook in configuration["webhooks"].as_array_mut().unwrap() {
        let client = webhook["clientConfig"].as_object_mut().unwrap();
        let service = client.remove("service").unwrap();
        client.insert("url".into(), format!("https://127.0.0.1:{port}{}", service["path"].as_str().unwrap()).into());
    }
}

impl<'a> Installed<'a> {
    /// Installs with these flags, under a name of its own, so that two scenarios have nothing in common, and waits until
    /// the API server asks.
    pub(super) fn new(plane: &'a ControlPlane, scenario: &str, flags: &[&str]) -> Self {
        Self::asked(plane, scenario, flags, Tried::is_injected)
    }

    /// The same, in use as soon as this holds.
    pub(super) fn asked(
        plane: &'a ControlPlane,
        scenario: &str,
        flags: &[&str],
        is_asked: impl Fn(&Tried) -> bool,
    ) -> Self {
        Self::adjusted(plane, scenario, flags, |_| (), is_asked)
    }

    /// The same, with a change of the configuration.
    pub(crate) fn adjusted(
        plane: &'a ControlPlane,
        scenario: &str,
        flags: &[&str],
        adjust: impl FnOnce(&mut Value),
        is_asked: impl Fn(&Tried) -> bool,
    ) -> Self {
        let (name, namespace) = (format!("injector-{scenario}"), format!("injector-system-of-{scenario}"));
        let volume = tempfile::tempdir().unwrap();
        let folder = volume.path().join("certs");
        certificates(&name, &namespace, &folder);
        let place = ["--name", &name, "--namespace", &namespace, "--failure-policy=Fail", "--generate-certs"];
        let flags: Vec<&str> =
            place.into_iter().chain([folder.to_str().unwrap()]).chain(flags.iter().copied()).collect();
        let mut documents = printed(&flags);
        let mut configuration = documents.pop().unwrap();
        assert_eq!(configuration["kind"], "MutatingWebhookConfiguration");
        let list = json!({"apiVersion": "v1", "kind": "List", "items": documents});
        plane.ok("apply -f -", list.to_string());
        write_volumes(&documents, volume.path());
        let mut arguments = arguments(&documents, volume.path());
        if arguments.iter().any(|argument| argument.starts_with("--watch-")) {
            arguments.push(format!("--kubeconfig={}", plane.kubeconfig().display()));
        }
        let replica = Replica::start(&volume.path().join("tls"), arguments);
        called_at(&mut configuration, replica.port());
        adjust(&mut configuration);
        let probe = format!("{namespace}-probe");
        plane.namespace(&probe, &[]);
        let applied = Applied::new(plane, &configuration, &probe, is_asked);
        Self { _applied: applied, replica, _volume: volume }
    }

    /// Takes the webhook out of use. Its process answers until it has not been asked for a while, as pods do that are stopped.
    pub(crate) fn retire(self) {
        let Self { _applied: applied, replica, _volume } = self;
        drop(applied);
        let asked = || replica.total("sidecar_injection_total");
        let mut before = asked();
        loop {
            thread::sleep(Duration::from_secs(2));
            match asked() {
                now if now == before => return,
                now => before = now,
            }
        }
    }

    /// How many decisions were made.
    pub(crate) fn decisions(&self) -> usize {
        self.replica.total("sidecar_injection_total")
    }

    /// Whether it watches namespaces.
    pub(super) fn watches(&self) -> bool {
        self.replica.metric("injector_namespace_watch_connected") > 0.0
    }

    /// The value of a series.
    pub(crate) fn metric(&self, series: &str) -> f64 {
        self.replica.metric(series)
    }

    /// What the process has said.
    pub(crate) fn log(&self) -> String {
        self.replica.log()
    }
}

/// The folder below which the pod has its volumes.
const MOUNTS: &str = "/etc/injector";

/// Writes what the pod would find in its volumes below this folder.
fn write_volumes(documents: &[Value], folder: &Path) {
    let of = |kind: &str| documents.iter().find(|document| document["kind"] == kind).unwrap();
    let write = |volume: &str, file: &str, content: &[u8]| {
        fs::create_dir_all(folder.join(volume)).unwrap();
        fs::write(folder.join(volume).join(file), content).unwrap();
    };
    for (file, content) in of("ConfigMap")["data"].as_object().unwrap() {
        write("profiles", file, content.as_str().unwrap().as_bytes());
    }
    let secret = of("Secret");
    for (file, content) in secret["data"].as_object().into_iter().flatten() {
        write("tls", file, &STANDARD.decode(content.as_str().unwrap()).unwrap());
    }
    for (file, content) in secret["stringData"].as_object().into_iter().flatten() {
        write("tls", file, content.as_str().unwrap().as_bytes());
    }
}

/// The printed Deployment's arguments, but for its addresses and the certificate, with this folder for its volumes.
fn arguments(documents: &[Value], folder: &Path) -> Vec<String> {
    let deployment = documents.iter().find(|document| document["kind"] == "Deployment").unwrap();
    let arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    let arguments = arguments.iter().map(|argument| argument.as_str().unwrap());
    let elsewhere = ["serve", "--listen", "--probe-listen", "--tls-cert", "--tls-key"];
    let same = |argument: &&str| !elsewhere.contains(&argument.split('=').next().unwrap_or_default());
    arguments.filter(same).map(|argument| argument.replace(MOUNTS, folder.to_str().unwrap())).collect()
}

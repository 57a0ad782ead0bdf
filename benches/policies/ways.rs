//! The ways in which a pod comes to have its sidecar. All are in the API server at the same time, each for one namespace.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::control_plane::ControlPlane;
use crate::server::{Certificates, Kind, Server};

/// The label of namespaces that says which way is in use there.
const WAY: &str = "injector.bench/way";

/// What is asked about a new pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nothing: the pod stays as it is.
    None,
    /// `injector serve`, as `install` sets it up.
    Webhook,
    /// All that `install --as policy` prints.
    Policy,
    /// The same with `--without-warnings`.
    QuietPolicy,
}

impl Way {
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Webhook, Self::Policy, Self::QuietPolicy];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Webhook => "webhook",
            Self::Policy => "policy",
            Self::QuietPolicy => "policy without warnings",
        }
    }

    pub(crate) const fn namespace(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Webhook => "webhook",
            Self::Policy => "policy",
            Self::QuietPolicy => "quiet-policy",
        }
    }

    pub(crate) const fn injects(self) -> bool {
        !matches!(self, Self::None)
    }

    /// Whether the user hears that the pod's quality-of-service class changes.
    pub(crate) const fn warns(self) -> bool {
        matches!(self, Self::Webhook | Self::Policy)
    }
}

/// Puts all of them into the API server; the webhook's server comes back.
pub(crate) fn install(plane: &ControlPlane, folder: &Path) -> Server {
    for way in Way::ALL {
        plane.namespace(way.namespace(), &[&format!("{WAY}={}", way.namespace())]);
    }
    let server = install_webhook(plane, folder);
    apply(plane, Way::Policy, documents(&["install", "--as=policy"]));
    apply(plane, Way::QuietPolicy, documents(&["install", "--as=policy", "--name=quiet", "--without-warnings"]));
    server
}

fn install_webhook(plane: &ControlPlane, folder: &Path) -> Server {
    let certs = folder.join("certs");
    let out = certs.to_str().expect("a path of text");
    injector(&["certs", "generate", "injector", "--namespace=injector", "--ip=127.0.0.1", "--out", out]);
    let ca = fs::read(certs.join("ca.crt")).expect("the CA was written");
    let certificates = Certificates {
        ca: CertificateDer::from_pem_slice(&ca).expect("the CA is one"),
        cert: certs.join("tls.crt"),
        key: certs.join("tls.key"),
    };
    let server = Server::start(Kind::Serve, &certificates, folder);
    let place = ["--name=injector", "--namespace=injector", "--failure-policy=Fail", "--generate-certs", out];
    let mut configuration = documents(&[&["install", "--only=webhook"], place.as_slice()].concat());
    for webhook in configuration.iter_mut().flat_map(|one| one["webhooks"].as_array_mut()).flatten() {
        let client = webhook["clientConfig"].as_object_mut().expect("a webhook has a client");
        let service = client.remove("service").expect("it calls a Service");
        let path = service["path"].as_str().expect("a Service has a path");
        client.insert("url".to_owned(), format!("https://{}{path}", server.address).into());
    }
    apply(plane, Way::Webhook, configuration);
    server
}

/// Puts these objects into the API server, for the namespace of this way.
fn apply(plane: &ControlPlane, way: Way, mut objects: Vec<Value>) {
    for object in &mut objects {
        for webhook in object["webhooks"].as_array_mut().into_iter().flatten() {
            webhook["namespaceSelector"]["matchLabels"][WAY] = json!(way.namespace());
        }
        if object["kind"].as_str().is_some_and(|kind| kind.ends_with("PolicyBinding")) {
            object["spec"]["matchResources"]["namespaceSelector"]["matchLabels"][WAY] = json!(way.namespace());
        }
    }
    plane.ok("apply -f -", json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string());
}

/// The documents that `injector ARGS…` prints.
fn documents(args: &[&str]) -> Vec<Value> {
    let printed = injector(args);
    let documents = serde_yaml::Deserializer::from_str(&printed);
    let documents = documents.map(|document| Value::deserialize(document).expect("injector prints YAML"));
    documents.filter(|document| !document.is_null()).collect()
}

/// What `injector ARGS…` prints.
fn injector(args: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_injector")).args(args).output().expect("injector starts");
    assert!(ran.status.success(), "injector {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("injector prints text")
}

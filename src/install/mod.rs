//! The manifests that install the webhook in a cluster, and those that remove it.
//!
//! An [`Installation`] goes in, documents come out, in the order in which to apply them. The webhook configuration comes
//! last, since pods wait for the webhook from then on, and is removed first. The same installation always gives the same
//! bytes. Nothing here reads files or makes keys. Imports `value`, `diagnostic`, `text`, `kube`, `profile` and `decide`; a manifest is added
//! here.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kube::version::KubernetesVersion;
pub use crate::policy::FailurePolicy;
use crate::profile::{Overrides, Profile};
use crate::text::yaml::emit::{self, BlockLayout};

mod access;
mod certmanager;
mod cluster;
mod deployment;
mod monitoring;
mod pods;
mod policy;
mod webhook;

pub(crate) use monitoring::Monitor;
pub use pods::PodFit;
pub(crate) use pods::{PodNetwork, PodUser, TaintEffect, Toleration};
pub use webhook::needs_watch;

/// The oldest Kubernetes for which the manifests work: the first in which every namespace has the label with its name. By
/// that label the webhook leaves out its own namespace.
pub(crate) const OLDEST: KubernetesVersion = KubernetesVersion(22);

/// The user and group as which the image runs; the Dockerfile has the same number.
pub const USER: u32 = 65532;

/// The namespace of an installation, unless another was given.
pub(crate) const NAMESPACE: &str = "injector-system";

/// The port of the webhook in the pod, unless another was given.
pub const WEBHOOK_PORT: u16 = 9443;

/// The port of probes and metrics in the pod, unless another was given.
pub const PROBE_PORT: u16 = 9444;

/// The name and the namespace of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The name of the Service, and the name or the beginning of the name of every other object: an RFC 1035 label.
    pub name: String,
    /// The namespace: an RFC 1123 label.
    pub namespace: String,
}

/// Everything that the manifests depend on.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Its name and namespace.
    pub site: Site,
    /// Whether it makes the namespace.
    pub own_namespace: OwnNamespace,
    /// The container's image.
    pub image: String,
    /// The number of pods.
    pub replicas: u32,
    /// The pods' priority class.
    pub priority_class: Option<String>,
    /// How the pods fit the cluster.
    pub fit: PodFit,
    /// What the Prometheus operator gets.
    pub monitors: Vec<Monitor>,
    /// The profiles, in the order in which they are applied.
    pub profiles: Vec<ProfileSource>,
    /// Parameters for all objects, as `--set` takes them.
    pub set: Vec<String>,
    /// What replaces fields of the profiles; `profiles` have these values already.
    pub overrides: Overrides,
    /// Where the serving certificate comes from.
    pub certificates: Certificates,
    /// What `serve` watches.
    pub watches: ApiWatches,
    /// What an API server does without an answer.
    pub failure_policy: FailurePolicy,
    /// How long an API server waits, in seconds, 1 to 30.
    pub timeout_seconds: u32,
    /// Whether the webhook is asked again after another webhook changed the pod.
    pub reinvocation_policy: ReinvocationPolicy,
    /// Whether requests by other versions of an API count.
    pub match_policy: MatchPolicy,
    /// The cluster's version, where it is known.
    pub kubernetes_version: Option<KubernetesVersion>,
    /// The format of the log.
    pub log_format: LogFormat,
    /// How long a pod still answers as before after it was asked to stop, while it reports that it is not ready.
    pub drain_delay: Duration,
    /// How long it then waits for requests that it is still answering.
    pub drain_timeout: Duration,
}

impl Installation {
    fn version(&self) -> KubernetesVersion {
        self.kubernetes_version.unwrap_or(KubernetesVersion::NEWEST)
    }
}

/// A profile with the text that it was read from.
#[derive(Clone, Debug)]
pub struct ProfileSource {
    /// As it was read from the text.
    pub profile: Profile,
    /// The whole text, byte for byte.
    pub text: String,
}

/// Whether the installation makes its namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnNamespace {
    /// It does, and the namespace enforces the Pod Security level `restricted`, unless the pods need the node's network.
    #[default]
    Made,
    /// The namespace exists, others may use it, and it is left as it is.
    Existing,
}

/// Where the serving certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// From here: it goes into a Secret.
    Given {
        /// The certificates that an API server trusts, as PEM.
        ca: String,
        /// The serving certificate, as PEM.
        certificate: String,
        /// Its private key.
        key: KeyPem,
    },
    /// From a Secret that someone else manages.
    Secret {
        /// The Secret's name.
        name: String,
        /// The certificates that an API server trusts, as PEM.
        ca: String,
    },
    /// From cert-manager, which also puts the CA into the webhook configuration.
    CertManager,
}

/// A private key, as PEM. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPem(pub String);

impl fmt::Debug for KeyPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPem(…)")
    }
}

/// What `serve` watches. It has the rights for that, and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiWatches {
    /// Namespaces.
    pub namespaces: Watch,
    /// ServiceAccounts.
    pub service_accounts: Watch,
}

/// Whether `serve` watches objects of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// It does.
    On,
    /// It does not.
    Off,
}

impl ApiWatches {
    /// Each watch, with the resource of the API that it reads and the flag of `serve` for it.
    const fn each(self) -> [(Watch, &'static str, &'static str); 2] {
        [
            (self.namespaces, "namespaces", "--watch-namespaces"),
            (self.service_accounts, "serviceaccounts", "--watch-serviceaccounts"),
        ]
    }

    /// The resources that are watched. Without any, the webhook has no access to the API.
    pub(crate) fn resources(self) -> Vec<&'static str> {
        self.each().into_iter().filter(|(watch, ..)| *watch == Watch::On).map(|(_, resource, _)| resource).collect()
    }

    fn flags(self) -> impl Iterator<Item = &'static str> {
        self.each().into_iter().filter(|(watch, ..)| *watch == Watch::On).map(|(.., flag)| flag)
    }
}

/// Whether the webhook is asked again after another webhook changed the pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReinvocationPolicy {
    /// It is.
    #[default]
    IfNeeded,
    /// It is not.
    Never,
}

/// Whether a request by another version of an API counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchPolicy {
    /// It does.
    #[default]
    Equivalent,
    /// It does not.
    Exact,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A part of the manifests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of them.
    #[default]
    All,
    /// All but the webhook configuration.
    Rest,
    /// The webhook configuration alone.
    Webhook,
}

/// One document.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// A comment line above it; empty for no comment.
    pub comment: &'static str,
    /// The object.
    pub object: Value,
}

impl Manifest {
    fn new(comment: &'static str, object: Value) -> Self {
        Self { comment, object }
    }
}

/// The documents to apply, in this order.
pub fn manifests(installation: &Installation, part: Part) -> Vec<Manifest> {
    let rest = || {
        let mut all = cluster::namespace(installation);
        all.extend(access::account(installation));
        all.extend(cluster::profiles(installation));
        all.extend(match &installation.certificates {
            Certificates::Given { ca, certificate, key } => {
                vec![cluster::secret(&installation.site, ca, certificate, key)]
            }
            Certificates::Secret { .. } => Vec::new(),
            Certificates::CertManager => certmanager::certificates(&installation.site),
        });
        all.extend(policy::network_policy(installation));
        all.extend(deployment::workload(installation));
        all.extend(monitoring::monitors(installation));
        all
    };
    match part {
        Part::All => rest().into_iter().chain([webhook::webhook(installation)]).collect(),
        Part::Rest => rest(),
        Part::Webhook => vec![webhook::webhook(installation)],
    }
}

/// Who made the Secret with the serving certificate, and so whether it is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeper {
    /// The installation: it is removed.
    #[default]
    Own,
    /// Someone else: it stays.
    Other,
    /// cert-manager, for the installation: it is removed, and so are the objects that asked for it.
    CertManager,
}

/// Whether the namespace is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NamespaceFate {
    /// It is, with everything that others have in it.
    Deleted,
    /// It is not.
    #[default]
    Kept,
}

/// The objects to delete, in this order: all that [`manifests`] can make, for any [`Installation`] at this site with these
/// monitors. kubectl refuses a kind that the cluster does not know, so the monitors are named only where they were asked for.
pub fn removal(site: &Site, keeper: Keeper, monitors: &[Monitor], fate: NamespaceFate, part: Part) -> Vec<Manifest> {
    let Site { name, namespace } = site;
    let object = |api_version: &str, kind: &str, name: &str| {
        let metadata = json!({"name": name, "namespace": namespace});
        json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})
    };
    let cluster_wide = |api_version: &str, kind: &str, name: &str| json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
    let webhook = cluster_wide("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", name);
    let mut rest: Vec<Value> =
        monitors.iter().map(|monitor| object(monitoring::API_VERSION, monitor.kind(), name)).collect();
    rest.extend([
        object("policy/v1", "PodDisruptionBudget", name),
        object("apps/v1", "Deployment", name),
        object("v1", "Service", name),
        object(policy::API_VERSION, "NetworkPolicy", name),
    ]);
    if keeper == Keeper::CertManager {
        rest.extend(certmanager::names(site).map(|(kind, name)| object(certmanager::API_VERSION, kind, &name)));
        rest.push(object("v1", "Secret", &cluster::ca_secret_name(site)));
    }
    if keeper != Keeper::Other {
        rest.push(object("v1", "Secret", &cluster::secret_name(site)));
    }
    rest.push(object("v1", "ConfigMap", &cluster::profiles_name(site)));
    rest.push(cluster_wide(access::API_VERSION, "ClusterRoleBinding", name));
    rest.push(cluster_wide(access::API_VERSION, "ClusterRole", name));
    rest.push(object("v1", "ServiceAccount", name));
    if fate == NamespaceFate::Deleted {
        rest.push(cluster_wide("v1", "Namespace", namespace));
    }
    let documents = match part {
        Part::All => std::iter::once(webhook).chain(rest).collect(),
        Part::Rest => rest,
        Part::Webhook => vec![webhook],
    };
    documents.into_iter().map(|object| Manifest::new("", object)).collect()
}

/// The documents as a YAML stream.
pub(crate) fn text(manifests: &[Manifest]) -> String {
    let mut out = String::new();
    for (index, Manifest { comment, object }) in manifests.iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        }
        if !comment.is_empty() {
            out.push_str("# ");
            out.push_str(comment);
            out.push('\n');
        }
        emit::block(&mut out, object, 0, &BlockLayout::default());
        out.push('\n');
    }
    out
}

/// The labels of every object. A newer version must not change those of [`selected`]: a Deployment's selector is immutable.
fn labels(site: &Site) -> Value {
    let mut labels = selected(site);
    labels["app.kubernetes.io/component"] = "webhook".into();
    labels["app.kubernetes.io/version"] = env!("CARGO_PKG_VERSION").into();
    labels
}

/// The labels by which the Service and the Deployment find the pods.
fn selected(site: &Site) -> Value {
    json!({"app.kubernetes.io/name": "injector", "app.kubernetes.io/instance": site.name})
}

/// The metadata of an object in the namespace.
fn metadata(site: &Site, name: &str) -> Value {
    json!({"name": name, "namespace": site.namespace, "labels": labels(site)})
}

/// The metadata of an object outside of namespaces.
fn cluster_metadata(site: &Site, name: &str) -> Value {
    json!({"name": name, "labels": labels(site)})
}

//! The manifests that put the webhook into a cluster, and the list of what takes it out again.
//!
//! Installation go in, documents come out, in the order in which they are to be applied: the webhook configuration is the last,
//! since from then on pods wait for an answer, and the first to go. The same settings always give the same bytes. Nothing
//! here reads files or makes keys.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kube::version::KubernetesVersion;
use crate::profile::{OnIneligible, Profile};
use crate::text::yaml::emit::{self, Style};

mod access;
mod certmanager;
mod cluster;
mod deployment;
mod webhook;

pub use webhook::needs_watch;

/// The oldest Kubernetes that the manifests are for: the first on which every namespace is sure to have the label with its
/// name, by which the webhook leaves its own namespace out.
pub(crate) const OLDEST: KubernetesVersion = KubernetesVersion(22);

/// The user and group that the image runs as; the Dockerfile says the same.
pub const USER: u32 = 65532;

/// The port of the webhook in the pod.
pub const WEBHOOK_PORT: u16 = 9443;

/// The port of probes and metrics in the pod.
pub const PROBE_PORT: u16 = 9444;

/// What the installation is called, and where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The name of the Service and of all else, or what their names begin with: an RFC 1035 label.
    pub name: String,
    /// The namespace: an RFC 1123 label.
    pub namespace: String,
}

/// Everything that the manifests depend on.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Names.
    pub site: Site,
    /// Whether the namespace is part of it.
    pub own_namespace: OwnNamespace,
    /// The container's image.
    pub image: String,
    /// How many pods.
    pub replicas: u32,
    /// The pods' priority class.
    pub priority_class: Option<String>,
    /// The profiles, in the order in which they are applied.
    pub profiles: Vec<ProfileSource>,
    /// Parameters that are set for all objects, as they were given.
    pub set: Vec<(String, String)>,
    /// What overrides the profiles' `onIneligible`; their own value is overridden already.
    pub on_ineligible: Option<OnIneligible>,
    /// Where the serving certificate comes from.
    pub certificates: Certificates,
    /// Whether `serve` watches namespaces.
    pub watch: Watch,
    /// What an API server does without an answer.
    pub failure_policy: FailurePolicy,
    /// How long an API server waits, in seconds; 1 to 30.
    pub timeout_seconds: u32,
    /// Whether the webhook is asked again after another has changed the pod.
    pub reinvocation_policy: ReinvocationPolicy,
    /// Whether other versions of the API for pods count.
    pub match_policy: MatchPolicy,
    /// What the cluster is, where that is known.
    pub kubernetes_version: Option<KubernetesVersion>,
    /// The form of the log.
    pub log_format: LogFormat,
    /// How long a pod that is to end goes on as before, but for its readiness.
    pub drain_delay: Duration,
    /// How long it then waits for requests in flight.
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
    /// As it was read.
    pub profile: Profile,
    /// To the byte.
    pub text: String,
}

/// Whether the namespace is part of the installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnNamespace {
    /// It is the installation's own: it is made, and enforces the Pod Security level `restricted`.
    #[default]
    Made,
    /// It is there, others may use it, and it is left as it is.
    Existing,
}

/// Where the serving certificate comes from. Exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// It is at hand, and goes into a Secret.
    Given {
        /// The certificates that an API server trusts, as PEM.
        ca: String,
        /// The serving certificate, as PEM.
        certificate: String,
        /// Its key.
        key: KeyPem,
    },
    /// It is in a Secret that somebody else keeps.
    Secret {
        /// The Secret's name.
        name: String,
        /// The certificates that an API server trusts, as PEM.
        ca: String,
    },
    /// cert-manager makes it, and tells API servers whom to trust.
    CertManager,
}

/// A private key, as PEM, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPem(pub String);

impl fmt::Debug for KeyPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPem(…)")
    }
}

/// Whether `serve` may read namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// It watches them, and has the rights to.
    On,
    /// It has no access to the API.
    Off,
}

/// What an API server does without an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// The pod is refused.
    Fail,
    /// The pod is let through, not injected.
    #[default]
    Ignore,
}

/// Whether the webhook is asked again after another has changed the pod.
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

/// The form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
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
    /// A line for its reader; empty where the document speaks for itself.
    pub comment: &'static str,
    /// The object.
    pub object: Value,
}

impl Manifest {
    fn new(comment: &'static str, object: Value) -> Self {
        Self { comment, object }
    }
}

/// What is to be applied, in this order.
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
        all.extend(deployment::workload(installation));
        all
    };
    match part {
        Part::All => rest().into_iter().chain([webhook::webhook(installation)]).collect(),
        Part::Rest => rest(),
        Part::Webhook => vec![webhook::webhook(installation)],
    }
}

/// Whose Secret holds the serving certificate, as far as removing goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeper {
    /// The installation's: it goes with it.
    #[default]
    Own,
    /// Somebody else's: it stays.
    Other,
    /// cert-manager's, at the installation's behest: it goes, and what asked for it goes too.
    CertManager,
}

/// What becomes of the namespace when all else goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NamespaceFate {
    /// It goes too, with all that others have in it.
    Deleted,
    /// It stays.
    #[default]
    Kept,
}

/// What is to be deleted, in this order: all that [`manifests`] may have made, whatever its settings were.
pub fn removal(site: &Site, keeper: Keeper, fate: NamespaceFate, part: Part) -> Vec<Manifest> {
    let Site { name, namespace } = site;
    let object = |api_version: &str, kind: &str, name: &str| {
        let metadata = json!({"name": name, "namespace": namespace});
        json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})
    };
    let cluster_wide = |api_version: &str, kind: &str, name: &str| json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
    let webhook = cluster_wide("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", name);
    let mut rest = vec![
        object("policy/v1", "PodDisruptionBudget", name),
        object("apps/v1", "Deployment", name),
        object("v1", "Service", name),
    ];
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
        emit::block(&mut out, object, 0, &Style::default());
        out.push('\n');
    }
    out
}

/// The labels of every object. Those of [`selected`] are never changed by a newer version: a Deployment's selector cannot.
fn labels(site: &Site) -> Value {
    let mut labels = selected(site);
    labels["app.kubernetes.io/component"] = "webhook".into();
    labels["app.kubernetes.io/version"] = env!("CARGO_PKG_VERSION").into();
    labels
}

/// The labels by which the pods are found.
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

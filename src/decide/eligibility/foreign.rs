//! The keys by which other meshes are asked to add their proxies.
//!
//! An API server calls webhooks in the order of their configurations' names, so another mesh's proxy may not be there yet
//! when this program is asked; in a file it never is. Its key says that it will come.

use std::borrow::Cow;

use crate::decide::facts::{Known, Namespace};
use crate::profile::Profile;
use crate::value::view::{View, is_same_name};

/// Another mesh, known by its name and by its proxy's.
struct Mesh {
    name: &'static str,
    proxy: &'static str,
    between: Precedence,
}

/// What holds where a pod and its namespace say different things.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Precedence {
    Pod,
    OptOut,
}

const ISTIO: &Mesh = &Mesh { name: "Istio", proxy: "istio-proxy", between: Precedence::OptOut };
const LINKERD: &Mesh = &Mesh { name: "Linkerd", proxy: "linkerd-proxy", between: Precedence::Pod };
const KUMA: &Mesh = &Mesh { name: "Kuma", proxy: "kuma-sidecar", between: Precedence::Pod };
const CONSUL: &Mesh = &Mesh { name: "Consul", proxy: "consul-dataplane", between: Precedence::Pod };
const MESHES: [&Mesh; 4] = [ISTIO, LINKERD, KUMA, CONSUL];

/// What has the key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Pod,
    Namespace,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Annotations,
    Labels,
}

impl List {
    const fn field(self) -> &'static str {
        match self {
            Self::Annotations => "annotations",
            Self::Labels => "labels",
        }
    }
}

/// One key of a mesh.
struct MeshKey {
    mesh: &'static Mesh,
    holder: Holder,
    list: List,
    key: &'static str,
    asks: Asks,
}

/// What the values of a key ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asks {
    /// Every value that is not empty asks for the proxy.
    Any,
    /// These do, in any case of their letters; every other that is not empty asks for none.
    IgnoringCase(&'static [&'static str]),
    /// The first ask for the proxy, the second for none, and others say nothing.
    Words(&'static [&'static str], &'static [&'static str]),
}

impl Asks {
    /// Whether a value asks for the proxy; `None` where it says nothing.
    fn of(self, value: &str) -> Option<bool> {
        match self {
            Self::Any => (!value.is_empty()).then_some(true),
            Self::IgnoringCase(yes) => {
                (!value.is_empty()).then(|| yes.iter().any(|yes| value.eq_ignore_ascii_case(yes)))
            }
            Self::Words(yes, _) if yes.contains(&value) => Some(true),
            Self::Words(_, no) => no.contains(&value).then_some(false),
        }
    }
}

/// Of one holder and one mesh, the first key that says something decides.
///
/// Sources: <https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/>,
/// <https://linkerd.io/2/features/proxy-injection/>,
/// <https://kuma.io/docs/latest/reference/kubernetes-annotations/>,
/// <https://developer.hashicorp.com/consul/docs/k8s/annotations-and-labels>.
#[rustfmt::skip]
const KEYS: &[MeshKey] = &[
    key(ISTIO, Holder::Pod, List::Labels, "sidecar.istio.io/inject", YES_ELSE_NO),
    key(ISTIO, Holder::Pod, List::Annotations, "sidecar.istio.io/inject", YES_ELSE_NO),
    key(ISTIO, Holder::Pod, List::Labels, "istio.io/rev", Asks::Any),
    key(ISTIO, Holder::Namespace, List::Labels, "istio-injection", ENABLED),
    key(ISTIO, Holder::Namespace, List::Labels, "istio.io/rev", Asks::Any),
    key(LINKERD, Holder::Pod, List::Annotations, "linkerd.io/inject", ENABLED_OR_INGRESS),
    key(LINKERD, Holder::Namespace, List::Annotations, "linkerd.io/inject", ENABLED_OR_INGRESS),
    key(KUMA, Holder::Pod, List::Labels, "kuma.io/sidecar-injection", ENABLED_OR_TRUE),
    key(KUMA, Holder::Pod, List::Annotations, "kuma.io/sidecar-injection", ENABLED_OR_TRUE),
    key(KUMA, Holder::Namespace, List::Labels, "kuma.io/sidecar-injection", ENABLED_OR_TRUE),
    key(KUMA, Holder::Namespace, List::Annotations, "kuma.io/sidecar-injection", ENABLED_OR_TRUE),
    key(CONSUL, Holder::Pod, List::Annotations, "consul.hashicorp.com/connect-inject", GO_BOOL),
    key(CONSUL, Holder::Namespace, List::Annotations, "consul.hashicorp.com/connect-inject", GO_BOOL),
];

const fn key(mesh: &'static Mesh, holder: Holder, list: List, key: &'static str, asks: Asks) -> MeshKey {
    MeshKey { mesh, holder, list, key, asks }
}

/// Istio takes YAML 1.1's words for true in any case, and everything else for false.
const YES_ELSE_NO: Asks = Asks::IgnoringCase(&["y", "yes", "true", "on"]);
const ENABLED: Asks = Asks::Words(&["enabled"], &["disabled"]);
const ENABLED_OR_INGRESS: Asks = Asks::Words(&["enabled", "ingress"], &["disabled"]);
const ENABLED_OR_TRUE: Asks = Asks::Words(&["enabled", "true"], &["disabled", "false"]);
/// What Go's `strconv.ParseBool` takes.
const GO_BOOL: Asks =
    Asks::Words(&["1", "t", "T", "true", "TRUE", "True"], &["0", "f", "F", "false", "FALSE", "False"]);

/// A key that asks for another mesh's proxy.
pub(super) struct MeshOptIn {
    /// In words.
    pub(super) saw: String,
    /// From the template's root; `None` where the namespace has the key.
    pub(super) place: Option<[&'static str; 3]>,
}

/// What a pod template has keys in.
#[derive(Clone, Copy)]
struct PodKeys<V> {
    annotations: Option<V>,
    labels: Option<V>,
}

impl MeshKey {
    const fn place(&self) -> [&'static str; 3] {
        ["metadata", self.list.field(), self.key]
    }

    /// An unknown label or annotation of a namespace says nothing.
    fn value<'v, 'a: 'v, V: View<'a>>(&self, pod: PodKeys<V>, namespace: &'v Namespace) -> Option<Cow<'v, str>> {
        match (self.holder, self.list) {
            (Holder::Pod, List::Annotations) => pod.annotations?.text(&[self.key]),
            (Holder::Pod, List::Labels) => pod.labels?.text(&[self.key]),
            (Holder::Namespace, List::Annotations) => known(&namespace.annotations, self.key),
            (Holder::Namespace, List::Labels) => known(&namespace.labels, self.key),
        }
    }

    fn found(&self, value: &str, namespace: &Namespace) -> MeshOptIn {
        let word = match self.list {
            List::Annotations => "annotation",
            List::Labels => "label",
        };
        let (key, mesh) = (self.key, self.mesh.name);
        let holder = match self.holder {
            Holder::Pod => "the pod template".to_owned(),
            Holder::Namespace => format!("namespace `{}`", namespace.name),
        };
        let saw = format!("{word} `{key}: {value}` of {holder} asks for the proxy of {mesh}");
        MeshOptIn { saw, place: (self.holder == Holder::Pod).then(|| self.place()) }
    }
}

fn known<'v>(values: &'v Known<std::collections::BTreeMap<String, String>>, key: &str) -> Option<Cow<'v, str>> {
    match values {
        Known::Yes(values) => values.get(key).map(|value| Cow::Borrowed(value.as_str())),
        Known::No => None,
    }
}

/// The first mesh but the profile's own that is asked to add its proxy to this pod.
pub(super) fn opt_in<'a, V: View<'a>>(
    (annotations, labels): (Option<V>, Option<V>),
    namespace: &Namespace,
    profile: &Profile,
) -> Option<MeshOptIn> {
    let pod = PodKeys { annotations, labels };
    let of_holder = |mesh: &Mesh, holder: Holder| {
        let mut keys = KEYS.iter().filter(|row| row.holder == holder && is_same_name(row.mesh.name, mesh.name));
        keys.find_map(|row| {
            let value = row.value(pod, namespace)?;
            let asks = row.asks.of(&value)?;
            Some((row, value, asks))
        })
    };
    let of_mesh = |mesh: &&Mesh| {
        let (pod, around) = (of_holder(mesh, Holder::Pod), of_holder(mesh, Holder::Namespace));
        let opts_out = |found: &Option<(_, _, bool)>| found.as_ref().is_some_and(|(.., asks)| !asks);
        if mesh.between == Precedence::OptOut && opts_out(&around) {
            return None;
        }
        let (row, value, asks) = pod.or(around)?;
        (asks && !is_own(mesh, profile)).then(|| row.found(&value, namespace))
    };
    MESHES.iter().find_map(of_mesh)
}

/// What the keys of another mesh say, in the order in which they are asked.
pub(crate) struct MeshWords {
    /// Of the pod: the member of the metadata, the key, and what its values ask for.
    pub(crate) pod: Vec<(&'static str, &'static str, Asks)>,
    /// Of the namespace.
    pub(crate) namespace: Vec<(&'static str, &'static str, Asks)>,
    /// Whether a namespace that asks for none decides.
    pub(crate) namespace_opts_out: bool,
}

/// Every mesh but the profile's own.
pub(crate) fn meshes(profile: &Profile) -> Vec<MeshWords> {
    let keys = |mesh: &Mesh, holder: Holder| {
        let rows = KEYS.iter().filter(|row| row.mesh.name == mesh.name && row.holder == holder);
        rows.map(|row| (row.list.field(), row.key, row.asks)).collect()
    };
    let words = |mesh: &&Mesh| MeshWords {
        pod: keys(mesh, Holder::Pod),
        namespace: keys(mesh, Holder::Namespace),
        namespace_opts_out: mesh.between == Precedence::OptOut,
    };
    MESHES.iter().filter(|mesh| !is_own(mesh, profile)).map(words).collect()
}

/// Whether the profile is this mesh's own: it adds the mesh's proxy, or reads one of the mesh's keys.
fn is_own(mesh: &Mesh, profile: &Profile) -> bool {
    let switches = profile.pod_switch.iter().chain(&profile.namespace_switch);
    let switched = switches.flat_map(|switch| switch.annotation.iter().chain(&switch.label));
    let selectors = profile.object_selector.iter().chain(&profile.namespace_selector);
    let selected = selectors.flat_map(|selector| &selector.0).map(|requirement| &requirement.key);
    let is_key = |read: &String| KEYS.iter().any(|row| row.mesh.name == mesh.name && row.key == read);
    profile.adds_container(mesh.proxy) || switched.chain(selected).any(is_key)
}

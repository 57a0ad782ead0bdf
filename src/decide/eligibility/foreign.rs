//! The keys by which other meshes are asked to add their proxies.
//!
//! An API server calls webhooks in the order of their configurations' names, so another mesh's proxy may not be there yet
//! when this program is asked; in a file it never is. Its key says that it will come.

use std::borrow::Cow;

use crate::decide::facts::{Known, Namespace};
use crate::profile::Profile;
use crate::value::view::View;

/// Another mesh, known by its name and by its proxy's.
struct Mesh {
    name: &'static str,
    proxy: &'static str,
}

const ISTIO: &Mesh = &Mesh { name: "Istio", proxy: "istio-proxy" };
const LINKERD: &Mesh = &Mesh { name: "Linkerd", proxy: "linkerd-proxy" };
const KUMA: &Mesh = &Mesh { name: "Kuma", proxy: "kuma-sidecar" };
const CONSUL: &Mesh = &Mesh { name: "Consul", proxy: "consul-dataplane" };
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

/// The values of a key that ask for the proxy.
enum OptIn {
    Any,
    Of(&'static [&'static str]),
}

/// One key of a mesh. A value of neither side counts as no key.
struct MeshKey {
    mesh: &'static Mesh,
    holder: Holder,
    list: List,
    key: &'static str,
    opt_in: OptIn,
    opt_out: &'static [&'static str],
}

/// Of one mesh the first key that says something decides. The pod's come before the namespace's, so that its opt-out wins.
///
/// Sources: <https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/>,
/// <https://linkerd.io/2/features/proxy-injection/>,
/// <https://kuma.io/docs/latest/reference/kubernetes-annotations/>,
/// <https://developer.hashicorp.com/consul/docs/k8s/annotations-and-labels>.
#[rustfmt::skip]
const KEYS: &[MeshKey] = &[
    key(ISTIO, Holder::Pod, List::Labels, "sidecar.istio.io/inject", OptIn::Of(&["true"]), &["false"]),
    key(ISTIO, Holder::Pod, List::Annotations, "sidecar.istio.io/inject", OptIn::Of(&["true"]), &["false"]),
    key(ISTIO, Holder::Pod, List::Labels, "istio.io/rev", OptIn::Any, &[]),
    key(ISTIO, Holder::Namespace, List::Labels, "istio-injection", OptIn::Of(&["enabled"]), &["disabled"]),
    key(ISTIO, Holder::Namespace, List::Labels, "istio.io/rev", OptIn::Any, &[]),
    key(LINKERD, Holder::Pod, List::Annotations, "linkerd.io/inject", OptIn::Of(&["enabled", "ingress"]), &["disabled"]),
    key(LINKERD, Holder::Namespace, List::Annotations, "linkerd.io/inject", OptIn::Of(&["enabled", "ingress"]), &["disabled"]),
    key(KUMA, Holder::Pod, List::Labels, "kuma.io/sidecar-injection", OptIn::Of(&["enabled", "true"]), &["disabled", "false"]),
    key(KUMA, Holder::Pod, List::Annotations, "kuma.io/sidecar-injection", OptIn::Of(&["enabled", "true"]), &["disabled", "false"]),
    key(KUMA, Holder::Namespace, List::Labels, "kuma.io/sidecar-injection", OptIn::Of(&["enabled", "true"]), &["disabled", "false"]),
    key(KUMA, Holder::Namespace, List::Annotations, "kuma.io/sidecar-injection", OptIn::Of(&["enabled", "true"]), &["disabled", "false"]),
    key(CONSUL, Holder::Pod, List::Annotations, "consul.hashicorp.com/connect-inject", OptIn::Of(&["true"]), &["false"]),
    key(CONSUL, Holder::Namespace, List::Annotations, "consul.hashicorp.com/connect-inject", OptIn::Of(&["true"]), &["false"]),
];

const fn key(
    mesh: &'static Mesh,
    holder: Holder,
    list: List,
    key: &'static str,
    opt_in: OptIn,
    opt_out: &'static [&'static str],
) -> MeshKey {
    MeshKey { mesh, holder, list, key, opt_in, opt_out }
}

/// A key that asks for another mesh's proxy.
pub(super) struct MeshOptIn {
    /// In words.
    pub(super) saw: String,
    /// From the template's root; `None` where the namespace has the key.
    pub(super) place: Option<[&'static str; 3]>,
}

impl MeshKey {
    /// Whether a value asks for the proxy; `None` where it says nothing.
    fn asks(&self, value: &str) -> Option<bool> {
        let is_opt_in = match self.opt_in {
            OptIn::Any => !value.is_empty(),
            OptIn::Of(values) => values.contains(&value),
        };
        is_opt_in.then_some(true).or_else(|| self.opt_out.contains(&value).then_some(false))
    }

    const fn place(&self) -> [&'static str; 3] {
        let list = match self.list {
            List::Annotations => "annotations",
            List::Labels => "labels",
        };
        ["metadata", list, self.key]
    }

    /// An unknown label or annotation of a namespace says nothing.
    fn value<'v, 'a: 'v, V: View<'a>>(&self, template: V, namespace: &'v Namespace) -> Option<Cow<'v, str>> {
        match (self.holder, self.list) {
            (Holder::Pod, _) => template.path(&self.place())?.string(),
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
pub(super) fn opt_in<'a, V: View<'a>>(template: V, namespace: &Namespace, profile: &Profile) -> Option<MeshOptIn> {
    let of_mesh = |mesh: &&Mesh| {
        let mut keys = KEYS.iter().filter(|row| row.mesh.name == mesh.name);
        let (row, value, asks) = keys.find_map(|row| {
            let value = row.value(template, namespace)?;
            let asks = row.asks(&value)?;
            Some((row, value, asks))
        })?;
        (asks && !is_own(mesh, profile)).then(|| row.found(&value, namespace))
    };
    MESHES.iter().find_map(of_mesh)
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

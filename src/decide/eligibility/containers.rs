//! Containers that decide: the profile's own, those that it completes, and other meshes' proxies.

use std::borrow::Cow;

use crate::profile::{ContainerPattern, Profile, glob};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// Names and images of other meshes' proxies. A match in either list is enough.
const FOREIGN_NAMES: &[&str] =
    &["consul-dataplane", "envoy-sidecar", "istio-proxy", "kuma-sidecar", "linkerd-proxy", "nginx-mesh-sidecar"];
const FOREIGN_IMAGES: &[&str] = &[
    "*/aws-appmesh-envoy*",
    "*/consul-dataplane*",
    "*/kuma-dp*",
    "*/nginx-mesh-sidecar*",
    "*istio/proxyv2*",
    "*istio-release/proxyv2*",
    "*linkerd/proxy:*",
    "*linkerd/proxy@*",
];

/// A container of a pod template.
pub(super) struct PodContainer<'a, V> {
    list: &'static str,
    index: usize,
    /// Empty where it has no name.
    pub(super) name: Cow<'a, str>,
    pub(super) view: V,
}

impl<V> PodContainer<'_, V> {
    /// From the template's root.
    pub(super) fn at(&self) -> Pointer {
        Pointer::of(["spec", self.list, &self.index.to_string()])
    }
}

/// The init containers, then the containers.
pub(super) fn all<'a, V: View<'a>>(template: V) -> impl Iterator<Item = PodContainer<'a, V>> {
    ["initContainers", "containers"].into_iter().flat_map(move |list| {
        let elements = template.path(&["spec", list]).map(View::elements).unwrap_or_default();
        elements.into_iter().enumerate().map(move |(index, view)| PodContainer {
            list,
            index,
            name: view.text(&["name"]).unwrap_or_default(),
            view,
        })
    })
}

/// Whether the pod declares this container for the profile to complete: it has a name that the profile adds, and
/// `image: auto` or no image.
pub(crate) fn is_to_complete<'a, V: View<'a>>(profile: &Profile, container: V) -> bool {
    let is_open = match container.member("image") {
        None => true,
        Some(image) => image.kind() == Kind::Null || image.string().is_some_and(|image| image == "auto"),
    };
    is_open && container.text(&["name"]).is_some_and(|name| profile.adds_container(&name))
}

/// Whether a container is another mesh's proxy, by name or image.
pub(crate) fn is_foreign_sidecar<'a, V: View<'a>>(container: V) -> bool {
    container.text(&["name"]).is_some_and(|name| FOREIGN_NAMES.contains(&&*name))
        || container
            .text(&["image"])
            .is_some_and(|image| FOREIGN_IMAGES.iter().any(|pattern| glob::matches(pattern, &image)))
}

/// The first of a profile's patterns that a container matches.
pub(super) fn pattern<'p, 'a, V: View<'a>>(profile: &'p Profile, container: V) -> Option<&'p ContainerPattern> {
    profile.already_injected.iter().find(|pattern| pattern.matches(container))
}

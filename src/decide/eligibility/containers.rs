//! Containers that decide: the profile's own, those that it completes, and other meshes' proxies.

use std::borrow::Cow;

use crate::decide::record::{self, Entry};
use crate::profile::{ContainerPattern, Profile};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// Names and images of other meshes' proxies. A match in either list is enough.
pub(crate) const FOREIGN_NAMES: &[&str] =
    &["consul-dataplane", "envoy-sidecar", "istio-proxy", "kuma-sidecar", "linkerd-proxy", "nginx-mesh-sidecar"];
/// Of an image, what is directly before a slash, and what is directly behind it.
pub(crate) const FOREIGN_IMAGES: &[(&str, &str)] = &[
    ("", "aws-appmesh-envoy"),
    ("", "consul-dataplane"),
    ("", "kuma-dp"),
    ("", "nginx-mesh-sidecar"),
    ("istio", "proxyv2"),
    ("istio-release", "proxyv2"),
    ("linkerd", "proxy:"),
    ("linkerd", "proxy@"),
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

/// The init containers of a pod's spec, then its containers.
pub(super) fn all<'a, V: View<'a>>(spec: Option<V>) -> impl Iterator<Item = PodContainer<'a, V>> {
    ["initContainers", "containers"].into_iter().flat_map(move |list| {
        let elements = spec.and_then(|spec| spec.member(list)).map(View::elements).unwrap_or_default();
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
        || container.text(&["image"]).is_some_and(|image| is_foreign_image(&image))
}

fn is_foreign_image(image: &str) -> bool {
    let mut around = image.match_indices('/').filter_map(|(at, _)| Some((image.get(..at)?, image.get(at + 1..)?)));
    around.any(|(before, behind)| {
        FOREIGN_IMAGES.iter().any(|(end, start)| behind.starts_with(start) && before.ends_with(end))
    })
}

/// The annotation of a pod template that names its main container, for kubectl too.
pub(crate) const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// The index, among `containers`, of the application's first container: the one that the template's annotation names, else
/// the first that is no sidecar: not the profile's, not one that the record lists, and no other mesh's proxy. It is for the values of
/// parameters alone: `None`, without a look, where no parameter has `from`.
pub(crate) fn application<'a, V: View<'a>>(profile: &Profile, template: V) -> Option<usize> {
    if profile.parameters.iter().all(|parameter| parameter.from.is_empty()) {
        return None;
    }
    let containers = template.path(&["spec", "containers"]).map(View::elements).unwrap_or_default();
    let is_named = |container: &V, wanted: &str| container.text(&["name"]).is_some_and(|name| name == wanted);
    let chosen = template.text(&["metadata", "annotations", DEFAULT_CONTAINER]);
    let chosen = chosen.and_then(|chosen| containers.iter().position(|container| is_named(container, &chosen)));
    chosen.or_else(|| {
        let record = record::read(template).unwrap_or_default();
        let recorded: Vec<&String> = record.iter().flat_map(Entry::all_containers).collect();
        containers.iter().position(|container| {
            let name = container.text(&["name"]).unwrap_or_default();
            let is_sidecar = profile.adds_container(&name)
                || recorded.iter().any(|known| **known == name)
                || is_foreign_sidecar(*container);
            !is_sidecar
        })
    })
}

/// The first of a profile's patterns that a container matches.
pub(super) fn pattern<'p, 'a, V: View<'a>>(profile: &'p Profile, container: V) -> Option<&'p ContainerPattern> {
    profile.already_injected.iter().find(|pattern| pattern.matches(container))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::glob;

    #[test]
    fn the_image_of_a_proxy_is_foreign_wherever_it_comes_from() {
        let is_one = |image: &str| {
            let of_patterns = |(before, behind): &(&str, &str)| glob::matches(&format!("*{before}/{behind}*"), image);
            assert_eq!(FOREIGN_IMAGES.iter().any(of_patterns), is_foreign_image(image), "{image}");
            is_foreign_image(image)
        };
        for image in [
            "docker.io/istio/proxyv2:1.24",
            "gcr.io/istio-release/proxyv2",
            "istio/proxyv2",
            "cr.l5d.io/linkerd/proxy:edge",
            "linkerd/proxy@sha256:00",
            "/kuma-dp",
            "example.com/a/b/nginx-mesh-sidecar-2",
            "istio/proxyv2/istio",
        ] {
            assert!(is_one(image), "{image}");
        }
        for image in
            ["", "/", "kuma-dp", "istio/proxy", "linkerd/proxy-init:v2", "linkerd/proxy", "istio//proxyv2", "proxyv2"]
        {
            assert!(!is_one(image), "{image}");
        }
    }
}

//! Annotations whose value is a list of names with commas between them. A profile adds names to the pod's own list, so each
//! name is an item by itself, and the record names it as if the text were a list: `/metadata/annotations/KEY/NAME`.

use crate::value::pointer::{Pointer, ReferenceToken};

/// Lists volumes whose data may be lost: all others keep the cluster autoscaler from removing a node.
///
/// Source: <https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md>.
pub(crate) const LOCAL_VOLUMES: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";

/// The annotations, each with names to which more can be added without a change of what the others mean.
const LISTS: [&str; 9] = [
    LOCAL_VOLUMES,
    "config.linkerd.io/skip-inbound-ports",
    "config.linkerd.io/skip-outbound-ports",
    "consul.hashicorp.com/transparent-proxy-exclude-inbound-ports",
    "consul.hashicorp.com/transparent-proxy-exclude-outbound-ports",
    "traffic.kuma.io/exclude-inbound-ports",
    "traffic.kuma.io/exclude-outbound-ports",
    "traffic.sidecar.istio.io/excludeInboundPorts",
    "traffic.sidecar.istio.io/excludeOutboundPorts",
];

/// The keys of these annotations.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    LISTS.into_iter()
}

/// Whether an annotation with this key and value is such a list.
///
/// Only a text on one line, without quotes and the like, can get more names in any form in which YAML can write it.
pub(crate) fn is_list(key: &str, value: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./, ".contains(&byte);
    LISTS.contains(&key) && value.bytes().all(is_plain)
}

/// Whether a pointer from a pod template is that of such an annotation.
pub(crate) fn is_annotation(at: &Pointer) -> bool {
    is_key(at.tokens())
}

fn is_key(tokens: &[ReferenceToken]) -> bool {
    matches!(tokens, [metadata, annotations, key]
        if metadata == "metadata" && annotations == "annotations" && LISTS.contains(&key.as_str()))
}

/// The annotation and the name, where a pointer from a pod template names an item of such a list.
pub(crate) fn item(named: &Pointer) -> Option<(Pointer, &str)> {
    let (name, annotation) = named.tokens().split_last()?;
    is_key(annotation).then(|| (Pointer::of(annotation.iter().cloned()), name.as_str()))
}

/// The names of a list.
pub(crate) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|name| !name.is_empty())
}

/// The list with these names behind its own.
pub(crate) fn with(list: &str, added: &[&str]) -> String {
    let own = Some(list).filter(|list| !list.is_empty());
    own.into_iter().chain(added.iter().copied()).collect::<Vec<_>>().join(",")
}

/// The list without the last item of this name, and without the comma before it.
pub(crate) fn without(list: &str, name: &str) -> String {
    let mut items: Vec<&str> = list.split(',').collect();
    if let Some(index) = items.iter().rposition(|item| *item == name) {
        items.remove(index);
    }
    items.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_can_be_taken_away_again() {
        for list in ["", "tmp", "tmp,cache", "tmp,", ",", "a, b"] {
            let one = with(list, &["run"]);
            let two = with(&one, &["late"]);
            assert!(names(&two).any(|name| name == "run"), "{two}");
            assert_eq!(without(&two, "late"), one);
            assert_eq!(without(&one, "run"), list);
            assert_eq!(without(&without(&two, "run"), "late"), list, "in any order");
        }
        assert_eq!(without("run,tmp,run", "run"), "run,tmp", "the pod's own comes first, and stays");
    }
}

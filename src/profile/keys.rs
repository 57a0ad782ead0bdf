//! The annotations and labels of pod templates and namespaces that profiles read or add.

use std::sync::OnceLock;

use serde_json::Value;

use super::slot::Slot;
use super::template::Template;
use super::{Inherit, Profile, Switch, builtin, library};

/// What has the key in its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyHolder {
    Namespace,
    PodTemplate,
}

/// The map of the metadata that the key is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyList {
    Annotations,
    Labels,
}

impl KeyList {
    pub(crate) const ALL: [Self; 2] = [Self::Annotations, Self::Labels];

    /// The member of the metadata.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Annotations => "annotations",
            Self::Labels => "labels",
        }
    }

    /// One key with its value, in messages.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Annotations => "annotation",
            Self::Labels => "label",
        }
    }
}

/// What a profile does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    /// It adds the key, or takes a value of the pod's own from there.
    Carried,
    /// The annotation sets a parameter.
    Parameter,
    /// The annotations whose keys begin so are entries of a parameter.
    ParameterPrefix,
    /// A selector compares the label, which may have other uses.
    Selector,
    /// Its value opts in or out.
    Switch,
}

impl KeyUse {
    /// Whether the key has no other use than to control injection.
    pub(crate) const fn controls(self) -> bool {
        matches!(self, Self::Parameter | Self::ParameterPrefix | Self::Switch)
    }
}

/// A key that a profile reads or adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProfileKey {
    pub(crate) holder: KeyHolder,
    pub(crate) list: KeyList,
    pub(crate) used: KeyUse,
    pub(crate) key: String,
}

impl ProfileKey {
    /// Whether it is the key at that place.
    pub(crate) fn is(&self, holder: KeyHolder, list: KeyList, key: &str) -> bool {
        self.names(key) && self.list == list && self.holder == holder
    }

    /// Whether it is that key, wherever it is.
    pub(crate) fn names(&self, key: &str) -> bool {
        match self.used {
            KeyUse::ParameterPrefix => key.len() > self.key.len() && key.starts_with(&self.key),
            _ => self.key == key,
        }
    }

    /// The key in messages, without backticks.
    pub(crate) fn shown(&self) -> String {
        let rest = if self.used == KeyUse::ParameterPrefix { "…" } else { "" };
        format!("{}{rest}", self.key)
    }
}

impl Profile {
    /// Every key that the profile reads or adds.
    pub(crate) fn keys(&self) -> Vec<ProfileKey> {
        let pod = KeyHolder::PodTemplate;
        let mut keys = Vec::new();
        let mut add = |holder, list, used, key: &str| {
            keys.push(ProfileKey { holder, list, used, key: key.to_owned() });
        };
        for (holder, switch) in [(pod, &self.pod_switch), (KeyHolder::Namespace, &self.namespace_switch)] {
            let Some(Switch { annotation, label, .. }) = switch else { continue };
            annotation.iter().for_each(|key| add(holder, KeyList::Annotations, KeyUse::Switch, key));
            label.iter().for_each(|key| add(holder, KeyList::Labels, KeyUse::Switch, key));
        }
        for parameter in &self.parameters {
            parameter.annotations.iter().for_each(|key| add(pod, KeyList::Annotations, KeyUse::Parameter, key));
            let prefix = parameter.annotation_prefix.iter();
            prefix.for_each(|key| add(pod, KeyList::Annotations, KeyUse::ParameterPrefix, key));
            if parameter.inherit == Inherit::Namespace {
                let keys = parameter.annotations.iter();
                keys.for_each(|key| add(KeyHolder::Namespace, KeyList::Annotations, KeyUse::Parameter, key));
            }
            for place in &parameter.from {
                let [metadata, list, key] = place.tokens() else { continue };
                let list = KeyList::ALL.into_iter().find(|known| known.field() == list);
                if let Some(list) = list.filter(|_| metadata == "metadata") {
                    add(pod, list, KeyUse::Carried, key);
                }
            }
        }
        for (holder, selector) in [(pod, &self.object_selector), (KeyHolder::Namespace, &self.namespace_selector)] {
            for requirement in selector.iter().flat_map(|selector| &selector.0) {
                add(holder, KeyList::Labels, KeyUse::Selector, &requirement.key);
            }
        }
        for (slot, list) in [(Slot::Annotations, KeyList::Annotations), (Slot::Labels, KeyList::Labels)] {
            for addition in &self.added[slot] {
                let written = addition.template.part("key");
                let literal = match written.as_deref() {
                    Some(Template::Literal(Value::String(key))) => Some(key),
                    _ => None,
                };
                addition.key.iter().chain(literal).for_each(|key| add(pod, list, KeyUse::Carried, key));
            }
        }
        keys
    }
}

/// The keys of the built-in profiles. They are read once, when someone first asks.
pub(crate) fn of_builtin() -> &'static [ProfileKey] {
    static KEYS: OnceLock<Vec<ProfileKey>> = OnceLock::new();
    KEYS.get_or_init(|| builtin::names().filter_map(library::get).flat_map(Profile::keys).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_the_built_in_profiles_are_known() {
        let known = |holder, list, key| of_builtin().iter().find(|own| own.is(holder, list, key)).map(|own| own.used);
        let (pod, namespace) = (KeyHolder::PodTemplate, KeyHolder::Namespace);
        for (holder, list, key, expected) in [
            (pod, KeyList::Annotations, "proxy-injection", Some(KeyUse::Switch)),
            (pod, KeyList::Labels, "proxy-injection", None),
            (namespace, KeyList::Annotations, "proxy-injection", Some(KeyUse::Switch)),
            (namespace, KeyList::Labels, "proxy-injection", Some(KeyUse::Switch)),
            (pod, KeyList::Annotations, "sidecar-injector/tcp-port", Some(KeyUse::Parameter)),
            (pod, KeyList::Labels, "sidecar.me/inject", Some(KeyUse::Selector)),
            (namespace, KeyList::Labels, "sidecar-inject", Some(KeyUse::Selector)),
        ] {
            assert_eq!(known(holder, list, key), expected, "{key}");
        }
    }
}

//! What parameters take from the annotations of the pod's namespace.

use std::collections::BTreeMap;

use crate::profile::{Parameter, Profile};
use crate::value::view::View;

/// From where a parameter takes its annotation where the pod does not have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inherit {
    /// The namespace of the pod.
    Namespace,
    /// From nowhere.
    #[default]
    Nothing,
}

/// The namespace of a pod, as far as parameters inherit from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inherited<'f> {
    pub(crate) namespace: &'f str,
    /// `None` where they are not known.
    pub(crate) annotations: Option<&'f BTreeMap<String, String>>,
}

impl<'f> Inherited<'f> {
    /// A namespace without annotations.
    #[cfg(test)]
    pub(crate) const NONE: Inherited<'static> = Inherited { namespace: "default", annotations: Some(&BTreeMap::new()) };

    /// The first annotation of the namespace that the parameter inherits, with its value.
    pub(super) fn of<'p>(self, parameter: &'p Parameter) -> Option<(&'p str, &'f str)> {
        let annotations = self.annotations?;
        inherited_keys(parameter).find_map(|key| Some((key, annotations.get(key)?.as_str())))
    }
}

/// The keys that a parameter looks for on the namespace.
fn inherited_keys(parameter: &Parameter) -> impl Iterator<Item = &str> {
    let keys = parameter.annotations.iter().map(String::as_str);
    keys.filter(|_| parameter.inherit == Inherit::Namespace)
}

/// Whether an annotation of the pod or of its namespace, or what is not known of these, may give any of the profile's parameters.
pub(super) fn may_be_written<'a, V: View<'a>>(
    profile: &Profile,
    annotations: Option<V>,
    inherited: Inherited<'_>,
) -> bool {
    let on_pod = annotations.map(View::members).unwrap_or_default();
    let is_read = |key: &str| {
        profile.parameters.iter().any(|parameter| {
            let prefix = parameter.annotation_prefix.as_deref();
            parameter.annotations.iter().any(|known| known == key)
                || prefix.is_some_and(|prefix| key.starts_with(prefix))
        })
    };
    let may_inherit = match inherited.annotations {
        Some(of_namespace) => of_namespace.keys().any(|key| is_read(key)),
        None => profile.parameters.iter().any(|parameter| parameter.inherit == Inherit::Namespace),
    };
    may_inherit || on_pod.iter().any(|(key, _)| is_read(key))
}

/// The annotation that the pod does not have, and of which no one knows whether the namespace has it. Its parameter has no
/// value that could be right.
pub(crate) fn unknown<'p, 'a, V: View<'a>>(profile: &'p Profile, template: V, from: Inherited<'_>) -> Option<&'p str> {
    if from.annotations.is_some() {
        return None;
    }
    profile.parameters.iter().find_map(|parameter| unknown_key(parameter, template, from))
}

/// The same for one parameter.
pub(super) fn unknown_key<'p, 'a, V: View<'a>>(
    parameter: &'p Parameter,
    template: V,
    from: Inherited<'_>,
) -> Option<&'p str> {
    let key = inherited_keys(parameter).next().filter(|_| from.annotations.is_none())?;
    let annotations = template.path(&["metadata", "annotations"]);
    let has = |key| annotations.is_some_and(|annotations| annotations.member(key).is_some());
    (!inherited_keys(parameter).any(has)).then_some(key)
}

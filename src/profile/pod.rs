//! What `pod:` of a profile may set: fields of the pod's spec that are there once, one row each. Lists to which it may add are
//! in `lists`.
//!
//! Loading, rendering, applying, the record and undoing go over [`PodField::ALL`]. A new field is one row here.

use std::fmt;

use serde_json::{Value, json};

use super::template::Template;
use crate::kube::defaults::seen;
use crate::kube::schema::{POD_TEMPLATE, Shape};
use crate::value::pointer::Pointer;
use crate::value::view::View;

mod lists;

pub(crate) use lists::{PodList, PodListAddition};

/// A field of the pod's spec, by its path from there. A list or an object is set as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PodField(&'static [&'static str]);

/// The object of the pod's spec in which fields are set one by one.
pub(crate) const SECURITY_CONTEXT: &str = "securityContext";

impl PodField {
    /// Every field, in the order in which they are added.
    pub(crate) const ALL: [Self; 15] = [
        Self(&["shareProcessNamespace"]),
        Self(&["dnsPolicy"]),
        Self(&["dnsConfig"]),
        Self(&["serviceAccountName"]),
        Self(&["automountServiceAccountToken"]),
        Self(&["terminationGracePeriodSeconds"]),
        Self(&["runtimeClassName"]),
        Self(&["priorityClassName"]),
        Self(&[SECURITY_CONTEXT, "runAsUser"]),
        Self(&[SECURITY_CONTEXT, "runAsGroup"]),
        Self(&[SECURITY_CONTEXT, "runAsNonRoot"]),
        Self(&[SECURITY_CONTEXT, "fsGroup"]),
        Self(&[SECURITY_CONTEXT, "fsGroupChangePolicy"]),
        Self(&[SECURITY_CONTEXT, "supplementalGroups"]),
        Self(&[SECURITY_CONTEXT, "seccompProfile"]),
    ];

    /// Its names from the pod's spec on.
    pub(crate) const fn path(self) -> &'static [&'static str] {
        self.0
    }

    /// The names of what can be set below this path, in alphabetical order.
    pub(crate) fn members(path: &[&str]) -> Vec<&'static str> {
        let below = |field: &'static [&'static str]| field.get(path.len()).copied().filter(|_| field.starts_with(path));
        let all = Self::ALL.into_iter().map(Self::path).chain(PodList::ALL.into_iter().map(PodList::path));
        let mut names: Vec<&'static str> = all.filter_map(below).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Its place in the pod template.
    pub(crate) fn place(self) -> Pointer {
        Pointer::of(["spec"].iter().chain(self.0).copied())
    }

    /// The field at this place of a pod template, if it is one of these.
    pub(crate) fn at(place: &Pointer) -> Option<Self> {
        let (spec, path) = place.tokens().split_first()?;
        let is_it = |field: &Self| field.0.iter().eq(path);
        Self::ALL.into_iter().find(|field| spec == "spec" && is_it(field))
    }

    /// Whether a pointer to a field of an object with a pod template ends like that of one of these.
    pub(crate) fn is_end_of(at: &Pointer) -> bool {
        Self::ALL.into_iter().any(|field| at.tokens().ends_with(field.place().tokens()))
    }

    /// The old name under which the API server stores the same value once more, and reads it where the new one is absent.
    pub(crate) fn old_name(self) -> Option<Pointer> {
        (self.0 == ["serviceAccountName"]).then(|| Pointer::of(["spec", "serviceAccount"]))
    }

    /// Members of the pod's spec that admission has computed from the old value: the API server refuses a pod in which they
    /// do not fit the new one.
    pub(crate) fn computed(self) -> impl Iterator<Item = Pointer> {
        let names: &[&str] = if self.0 == ["priorityClassName"] { &["priority", "preemptionPolicy"] } else { &[] };
        names.iter().map(|name| Pointer::of(["spec", *name]))
    }

    /// The field from which the value at this place of a pod template is computed.
    pub(crate) fn behind(place: &Pointer) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.computed().any(|computed| computed == *place))
    }

    /// Its type; the table has only fields that Kubernetes has.
    pub(crate) fn shape(self) -> Option<&'static Shape> {
        self.0.iter().try_fold(POD_TEMPLATE.member("spec")?, |shape, name| shape.member(name))
    }

    /// The field of a pod template as the API server would store it.
    pub(crate) fn seen<'a, V: View<'a>>(self, template: V) -> Option<Value> {
        Some(seen(template, "").member("spec")?.path(self.0)?.value())
    }

    /// What the API server fills in where nothing is written.
    pub(crate) fn default(self) -> Option<Value> {
        self.seen(&json!({"spec": {}}))
    }

    /// Whether a profile may have replaced this value: what counts as not set, and a number that was too low.
    pub(crate) fn may_have_been(self, value: &Value) -> bool {
        let is_number = matches!(self.shape(), Some(Shape::Int)) && value.is_i64();
        is_number || value.is_null() || *value == "" || self.default().as_ref() == Some(value)
    }
}

impl fmt::Display for PodField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// What happens where the pod has another value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// The pod's own one stays, with a warning.
    #[default]
    Keep,
    /// It is an error.
    Reject,
    /// The greater of two numbers counts.
    Max,
}

/// A field that a profile sets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PodAddition {
    pub(crate) field: PodField,
    pub(crate) template: Template,
    pub(crate) on_conflict: OnConflict,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_at_its_place_and_kubernetes_has_it() {
        for field in PodField::ALL {
            assert_eq!(PodField::at(&field.place()), Some(field));
            assert!(field.shape().is_some(), "{field}");
        }
        for place in ["/spec", "/spec/securityContext", "/spec/hostNetwork", "/metadata/dnsPolicy", ""] {
            assert_eq!(PodField::at(&Pointer::parse(place).unwrap()), None, "{place}");
        }
    }

    #[test]
    fn what_a_profile_may_have_replaced_is_a_default_or_a_number() {
        let field = |path: &str| PodField::at(&Pointer::parse(path).unwrap()).unwrap();
        assert!(field("/spec/dnsPolicy").may_have_been(&json!("ClusterFirst")));
        assert!(!field("/spec/dnsPolicy").may_have_been(&json!("None")));
        assert!(field("/spec/terminationGracePeriodSeconds").may_have_been(&json!(5)));
        assert!(!field("/spec/terminationGracePeriodSeconds").may_have_been(&json!("5")));
        assert!(!field("/spec/shareProcessNamespace").may_have_been(&json!(true)));
        assert!(field("/spec/serviceAccountName").may_have_been(&json!("default")));
        assert!(!field("/spec/serviceAccountName").may_have_been(&json!("admin")));
    }
}

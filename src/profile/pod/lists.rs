//! Lists and maps of the pod's spec to which `pod:` of a profile may add, one row each.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value, json};

use super::OnConflict;
use crate::kube::defaults::{self, DefaultsOf, Difference};
use crate::kube::schema::{POD_TEMPLATE, Shape};
use crate::profile::template::Template;
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};

/// A list or a map of the pod's spec, by its path from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PodList {
    path: &'static [&'static str],
    key: ElementKey,
}

/// By what an element is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ElementKey {
    /// This member of it.
    Member(&'static str),
    /// All of it.
    Whole,
    /// Its key in a map.
    Map,
}

impl PodList {
    /// Every list, in the order in which elements are added.
    pub(crate) const ALL: [Self; 5] = [
        Self { path: &["hostAliases"], key: ElementKey::Member("ip") },
        Self { path: &["tolerations"], key: ElementKey::Whole },
        Self { path: &["readinessGates"], key: ElementKey::Member("conditionType") },
        Self { path: &["nodeSelector"], key: ElementKey::Map },
        Self { path: &["securityContext", "sysctls"], key: ElementKey::Member("name") },
    ];

    /// Its names from the pod's spec on.
    pub(crate) const fn path(self) -> &'static [&'static str] {
        self.path
    }

    /// Its place in the pod template.
    pub(crate) fn place(self) -> Pointer {
        Pointer::of(["spec"].iter().chain(self.path).copied())
    }

    /// Whether it is a map.
    pub(crate) fn is_map(self) -> bool {
        self.key == ElementKey::Map
    }

    /// Its type; the table has only fields that Kubernetes has.
    pub(crate) fn shape(self) -> Option<&'static Shape> {
        self.path.iter().try_fold(POD_TEMPLATE.member("spec")?, |shape, name| shape.member(name))
    }

    /// The list at this place of a pod template, if it is one of these.
    pub(crate) fn at(place: &Pointer) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.is_at(place.tokens()))
    }

    /// The list and the key, where a pointer whose list indexes are names is that of an element.
    pub(crate) fn element(named: &Pointer) -> Option<(Self, &str)> {
        let (key, place) = named.tokens().split_last()?;
        Some((Self::ALL.into_iter().find(|list| list.is_at(place))?, key))
    }

    fn is_at(self, place: &[ReferenceToken]) -> bool {
        place.split_first().is_some_and(|(spec, path)| spec == "spec" && self.path.iter().eq(path))
    }

    /// The key of an element of a list.
    pub(crate) fn key_of<'a, V: View<'a>>(self, element: V) -> Option<Cow<'a, str>> {
        match self.key {
            ElementKey::Member(member) => element.text(&[member]),
            ElementKey::Whole => (element.kind() == Kind::Mapping).then(|| Cow::Owned(whole(element))),
            ElementKey::Map => None,
        }
    }

    /// The index of the element of this key, as a token; in a map, the key itself.
    pub(crate) fn find<'a, V: View<'a>>(self, list: V, key: &str) -> Option<String> {
        if self.is_map() {
            return list.member(key).map(|_| key.to_owned());
        }
        let index = list.elements().into_iter().position(|element| self.key_of(element).as_deref() == Some(key))?;
        Some(index.to_string())
    }

    /// What is rendered for it, element by element, each with its key; the key is empty where there is none.
    pub(crate) fn elements(self, rendered: Value) -> Vec<(String, Value)> {
        match rendered {
            Value::Object(map) => map.into_iter().collect(),
            Value::Array(list) => {
                let keyed = |value: Value| (self.key_of(&value).map(Cow::into_owned).unwrap_or_default(), value);
                list.into_iter().map(keyed).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Where two values of an element of this key differ in meaning, from the element on.
    pub(crate) fn differences(self, key: &str, wanted: &Value, found: &Value) -> Vec<Difference> {
        let spec = |value: &Value| {
            let list = if self.is_map() { json!({ key: value }) } else { json!([value]) };
            self.path.iter().rev().fold(list, |value, name| json!({ *name: value }))
        };
        let of_spec = defaults::differences(DefaultsOf::PodSpec, &spec(wanted), &spec(found));
        of_spec.into_iter().map(|difference| difference.within(self.path.len() + 1)).collect()
    }

    /// The member by which an element is known, where it is one.
    pub(crate) const fn key_member(self) -> Option<&'static str> {
        match self.key {
            ElementKey::Member(member) => Some(member),
            ElementKey::Whole | ElementKey::Map => None,
        }
    }
}

impl fmt::Display for PodList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path.join("."))
    }
}

/// A toleration as JSON, with its members in order, and without those that say nothing.
fn whole<'a, V: View<'a>>(element: V) -> String {
    let mut members = element.members();
    members.retain(|(name, value)| {
        value.kind() != Kind::Null
            && value.string().is_none_or(|text| !text.is_empty() && (name != "operator" || text != "Equal"))
    });
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    let members: Map<String, Value> =
        members.into_iter().map(|(name, value)| (name.into_owned(), value.value())).collect();
    Value::Object(members).to_string()
}

/// Elements that a profile adds to a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PodListAddition {
    pub(crate) list: PodList,
    pub(crate) template: Template,
    pub(crate) on_conflict: OnConflict,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_found_at_its_place_and_kubernetes_has_it() {
        for list in PodList::ALL {
            assert_eq!(PodList::at(&list.place()), Some(list));
            assert_eq!(PodList::element(&list.place().join("a/b")), Some((list, "a/b")));
            assert_eq!(list.is_map(), matches!(list.shape(), Some(Shape::StrMap)), "{list}");
        }
        assert_eq!(PodList::element(&Pointer::of(["spec", "volumes", "a"])), None);
    }

    #[test]
    fn tolerations_that_mean_the_same_have_one_key() {
        let list = PodList::at(&Pointer::of(["spec", "tolerations"])).unwrap();
        let key = |value: Value| list.key_of(&value).unwrap().into_owned();
        assert_eq!(key(json!({"operator": "Exists", "key": "a"})), r#"{"key":"a","operator":"Exists"}"#);
        assert_eq!(key(json!({"key": "a", "operator": "Equal", "effect": "", "value": null})), r#"{"key":"a"}"#);
        assert_eq!(key(json!({})), "{}");
    }
}

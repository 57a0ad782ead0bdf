//! Fields of the pod's spec, each as `{value, onConflict, when}`, and what is added to its lists.

use super::Added;
use crate::kube::schema::Shape;
use crate::profile::Profile;
use crate::profile::load::parser::Within;
use crate::profile::pod::{OnConflict, PodAddition, PodField, PodList, PodListAddition, SECURITY_CONTEXT};
use crate::profile::reader::{Node, ProfileErrorKind};
use crate::value::view::{Kind, View};

impl Added<'_> {
    pub(super) fn pod<'a, V: View<'a>>(&mut self, node: Node<V>, profile: &mut Profile) {
        let Some(spec) = node.object(&PodField::members(&[]), self.parser.errors) else { return };
        let context = spec.get(SECURITY_CONTEXT);
        let context = context.and_then(|node| node.object(&PodField::members(&[SECURITY_CONTEXT]), self.parser.errors));
        let node = |path: &[&str]| match path {
            [name] => spec.get(name),
            [_, name] => context.as_ref().and_then(|context| context.get(name)),
            _ => None,
        };
        for field in PodField::ALL {
            if let Some((node, shape)) = node(field.path()).zip(field.shape()) {
                profile.pod.extend(self.pod_field(field, node, shape));
            }
        }
        for list in PodList::ALL {
            if let Some((node, shape)) = node(list.path()).zip(list.shape()) {
                profile.pod_lists.extend(self.pod_list(list, node, shape));
            }
        }
    }

    /// A list or a map as in a Pod, or the same in `value`.
    fn pod_list<'a, V: View<'a>>(
        &mut self,
        list: PodList,
        node: Node<V>,
        shape: &'static Shape,
    ) -> Option<PodListAddition> {
        let wanted = if list.is_map() { Kind::Mapping } else { Kind::Sequence };
        // A key of a map may be `value` too: that of a list or a map is one, and that of a key is text.
        let has_value = node.get("value").is_some_and(|value| value.view.kind() == wanted);
        let is_long = node.view.kind() == Kind::Mapping && (has_value || !list.is_map());
        if !is_long {
            let template = self.parser.parse(&node, Some(shape), Within::Object);
            return Some(PodListAddition { list, template, on_conflict: OnConflict::default() });
        }
        let node = node.object(&["oneOf", "onConflict", "value", "when"], self.parser.errors)?;
        let words = [("Keep", OnConflict::Keep), ("Reject", OnConflict::Reject)];
        let on_conflict = node.get("onConflict").and_then(|node| node.choice(&words, self.parser.errors));
        let template = self.parser.valued(&node, shape);
        Some(PodListAddition { list, template, on_conflict: on_conflict.unwrap_or_default() })
    }

    fn pod_field<'a, V: View<'a>>(
        &mut self,
        field: PodField,
        node: Node<V>,
        shape: &'static Shape,
    ) -> Option<PodAddition> {
        let found = node.view.kind();
        if found != Kind::Mapping {
            let message = format!("expected an object with `value`, found {}", found.name());
            let hint = Some("write the value as `{value: …}`".to_owned());
            self.parser.errors.add(&node.at, ProfileErrorKind::Schema { message, hint });
            return None;
        }
        let node = node.object(&["oneOf", "onConflict", "value", "when"], self.parser.errors)?;
        let mut words = vec![("Keep", OnConflict::Keep), ("Reject", OnConflict::Reject)];
        if matches!(shape, Shape::Int) {
            words.push(("Max", OnConflict::Max));
        }
        let on_conflict = node.get("onConflict").and_then(|node| node.choice(&words, self.parser.errors));
        let template = self.parser.valued(&node, shape);
        Some(PodAddition { field, template, on_conflict: on_conflict.unwrap_or_default() })
    }
}

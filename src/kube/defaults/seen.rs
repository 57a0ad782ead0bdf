//! A pod template as expressions read it: as the API server would store it, whether it has done so or not.
//!
//! What it fills in is there, what it leaves out is not, quantities are in canonical form, fields are in Kubernetes' order and
//! maps in that of their keys. So a manifest and the pod that a webhook sees give the same values. What only admission adds
//! is not filled in, except for the name of the ServiceAccount: tolerations, priority, and the token's volume and mounts.

use std::borrow::Cow;

use serde_json::Value;

use super::core_v1::{DefaultRow, DefaultValue, When, defaults_of, ends_with};
use super::{PodNetwork, amount, is_nothing, latest};
use crate::kube::schema::{FieldName, POD_TEMPLATE, Shape};
use crate::value::trace::Beside;
use crate::value::view::{Kind, View};

/// A value of a pod template that is being read. `'f` is the lifetime of the facts. It is copied at every step, so it is small.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'f, V> {
    node: Node<'f, V>,
    spot: Spot,
    namespace: Beside<'f>,
    network: PodNetwork,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
enum Node<'f, V> {
    Written(V),
    /// The object's member at this spot. What it lacks comes from the object's member of this name.
    Both(V, FieldName),
    /// An object of which nothing is written.
    Empty,
    Text(&'f str),
    Int(i64),
    Bool(bool),
}

impl<'a, V: View<'a>> Node<'_, V> {
    /// A value that is written. For the API server, null in a list or a map is the type's zero value.
    fn of(value: V, shape: &Shape) -> Self {
        match shape {
            _ if value.kind() != Kind::Null => Self::Written(value),
            Shape::Str => Self::Text(""),
            Shape::Quantity => Self::Text("0"),
            Shape::Int => Self::Int(0),
            Shape::Bool => Self::Bool(false),
            _ => Self::Written(value),
        }
    }
}

/// The type of a value, and its name with those of the objects around it, the innermost first. They are long enough for
/// the paths of the table.
#[derive(Clone, Copy, Debug)]
struct Spot {
    shape: &'static Shape,
    names: [FieldName; 3],
}

impl Spot {
    const TEMPLATE: Self = Self { shape: &POD_TEMPLATE, names: [&"template", &"", &""] };

    fn member(self, name: &str) -> Option<Self> {
        let (name, shape) = self.shape.field(name)?;
        let [parent, grandparent, _] = self.names;
        let name = if *name == "spec" && *parent == "template" { &"pod" } else { name };
        Some(Self { shape, names: [name, parent, grandparent] })
    }

    fn element(self) -> Self {
        let shape = match self.shape {
            Shape::List(element) => *element,
            other => other,
        };
        let names = match self.names() {
            ["containers" | "initContainers", "pod", _] => [&"container", &"", &""],
            ["volumes", "pod", _] => [&"volume", &"", &""],
            _ => self.names,
        };
        Self { shape, names }
    }

    fn names(&self) -> [&'static str; 3] {
        self.names.map(|name| *name)
    }

    fn ends(&self, path: &str) -> bool {
        ends_with(path, self.names().into_iter())
    }

    const fn is_map(&self) -> bool {
        matches!(self.shape, Shape::StrMap | Shape::QuantityMap)
    }
}

/// A pod template, or a Pod, of an object in this namespace. What a Pod has beside its template is not seen.
pub fn seen<'f, 'a: 'f, V: View<'a>>(template: V, namespace: &'f str) -> Seen<'f, V> {
    seen_beside(template, Beside::untraced(namespace))
}

/// The same, where it may be noted what is read.
pub(crate) fn seen_beside<'f, 'a: 'f, V: View<'a>>(template: V, namespace: Beside<'f>) -> Seen<'f, V> {
    let network = template.member("spec").map_or(PodNetwork::Own, PodNetwork::of);
    Seen { node: Node::Written(template), spot: Spot::TEMPLATE, namespace, network }
}

impl<'f, 'a: 'f, V: View<'a>> Seen<'f, V> {
    const fn with(self, node: Node<'f, V>, spot: Spot) -> Self {
        Self { node, spot, ..self }
    }

    /// A member as it is written, unless it means nothing.
    fn written(self, name: &str, spot: Spot) -> Option<V> {
        let found = match self.node {
            Node::Written(object) => object.member(name),
            Node::Both(object, second) => {
                self.both(object, second).into_iter().flatten().find_map(|one| one.member(name))
            }
            Node::Empty | Node::Text(_) | Node::Int(_) | Node::Bool(_) => None,
        }?;
        // Whatever is in a map is a value, null too.
        let is_nothing = !self.spot.is_map() && is_nothing(spot.shape, found, |path| spot.ends(path));
        (!is_nothing).then_some(found)
    }

    /// The members of [`Node::Both`].
    fn both(self, object: V, second: FieldName) -> [Option<V>; 2] {
        let [first, ..] = self.spot.names();
        [object.member(first), object.member(second)]
    }

    /// The default of a member.
    fn default(self, row: &DefaultRow) -> Option<Node<'f, V>> {
        let holds = match (row.when, self.node) {
            (When::Always, _) => true,
            (When::Latest(image), Node::Written(object)) => latest(object, image),
            (When::Fixed(image), Node::Written(object)) => !latest(object, image),
            (When::NoSource, Node::Written(volume)) => volume.members().iter().all(|(name, _)| name == "name"),
            (When::HostNetwork, _) => self.network == PodNetwork::Host,
            (When::Latest(_) | When::Fixed(_) | When::NoSource, _) => false,
        };
        match row.value {
            _ if !holds => None,
            DefaultValue::Str(text) | DefaultValue::Quantity(text) => Some(Node::Text(text)),
            DefaultValue::Int(number) => Some(Node::Int(number)),
            DefaultValue::Bool(flag) => Some(Node::Bool(flag)),
            DefaultValue::Object => Some(Node::Empty),
            DefaultValue::Sibling(name) | DefaultValue::MembersOf(name) => {
                self.written(name, self.spot.member(name)?).map(Node::Written)
            }
        }
    }

    /// The quantity in canonical form.
    fn quantity(self) -> Option<String> {
        match (self.node, self.spot.shape) {
            (Node::Written(value), Shape::Quantity) => Some(amount(value)?.to_string()),
            _ => None,
        }
    }
}

impl<'f, 'a: 'f, V: View<'a>> View<'f> for Seen<'f, V> {
    fn kind(self) -> Kind {
        match self.node {
            Node::Written(_) if self.quantity().is_some() => Kind::String,
            Node::Written(value) => value.kind(),
            Node::Both(..) | Node::Empty => Kind::Mapping,
            Node::Text(_) => Kind::String,
            Node::Int(_) => Kind::Number,
            Node::Bool(_) => Kind::Boolean,
        }
    }

    fn member(self, name: &str) -> Option<Self> {
        let spot = self.spot.member(name)?;
        if name == "namespace" && spot.ends("template/metadata/namespace") {
            let namespace = self.namespace.read();
            return (!namespace.is_empty()).then(|| self.with(Node::Text(namespace), spot));
        }
        let written = self.written(name, spot);
        let mut rows = defaults_of(name);
        let node = match written {
            None if self.kind() != Kind::Mapping => None,
            None => rows.filter(|row| spot.ends(row.path)).find_map(|row| self.default(row)),
            Some(value) => {
                let both = rows.find_map(|row| match (&row.value, self.node) {
                    (DefaultValue::MembersOf(name), Node::Written(object)) if spot.ends(row.path) => {
                        self.default(row).map(|_| Node::Both(object, name))
                    }
                    _ => None,
                });
                Some(both.unwrap_or_else(|| Node::of(value, spot.shape)))
            }
        };
        Some(self.with(node?, spot))
    }

    fn members(self) -> Vec<(Cow<'f, str>, Self)> {
        if self.kind() != Kind::Mapping {
            return Vec::new();
        }
        if let Shape::Obj(_) = self.spot.shape {
            let names = self.spot.shape.names();
            return names.filter_map(|name| Some((Cow::Borrowed(name), self.member(name)?))).collect();
        }
        let mut names: Vec<Cow<'f, str>> = match self.node {
            Node::Written(one) => one.members().into_iter().map(|(name, _)| name).collect(),
            Node::Both(object, second) => {
                let both = self.both(object, second).into_iter().flatten();
                both.flat_map(View::members).map(|(name, _)| name).collect()
            }
            _ => Vec::new(),
        };
        if self.spot.is_map() {
            names.sort_unstable();
            names.dedup();
        }
        let found = |name: Cow<'f, str>| self.member(&name).map(|member| (name, member));
        names.into_iter().filter_map(found).collect()
    }

    fn elements(self) -> Vec<Self> {
        match self.node {
            Node::Written(list) => {
                let spot = self.spot.element();
                list.elements().into_iter().map(|element| self.with(Node::of(element, spot.shape), spot)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn element(self, index: usize) -> Option<Self> {
        match self.node {
            Node::Written(list) => {
                let spot = self.spot.element();
                Some(self.with(Node::of(list.element(index)?, spot.shape), spot))
            }
            _ => None,
        }
    }

    fn length(self) -> usize {
        match self.node {
            Node::Written(list) => list.length(),
            _ => 0,
        }
    }

    fn string(self) -> Option<Cow<'f, str>> {
        match self.node {
            Node::Written(value) => self.quantity().map(Cow::Owned).or_else(|| value.string()),
            Node::Text(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    /// Recurses as deep as the template is nested, which its document caps.
    fn value(self) -> Value {
        match (self.kind(), self.node) {
            (Kind::Mapping, _) => {
                self.members().into_iter().map(|(name, member)| (name.into_owned(), member.value())).collect()
            }
            (Kind::Sequence, _) => self.elements().into_iter().map(View::value).collect(),
            (Kind::String, _) => self.string().map_or(Value::Null, |text| Value::from(text.into_owned())),
            (_, Node::Written(value)) => value.value(),
            (_, Node::Int(number)) => Value::from(number),
            (_, Node::Bool(flag)) => Value::from(flag),
            (_, Node::Both(..) | Node::Empty | Node::Text(_)) => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests;

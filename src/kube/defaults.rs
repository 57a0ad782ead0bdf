//! Whether what is found in a pod is what was added to it: what the API server fills in, and what it leaves out, is no
//! difference. The defaults are in `core_v1`.

use serde_json::Value;

use super::image::{ImageParts, image_parts};
use super::quantity::Quantity;
use super::schema::{self, Shape};
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};
use core_v1::{ADDED, DEFAULTS, DefaultValue, KEYS, When, ends_with};

mod core_v1;
mod nothing;
mod seen;
#[cfg(test)]
mod tests;

pub(crate) use nothing::is_left_out;
pub(crate) use seen::seen_beside;
pub use seen::{Seen, seen};

use nothing::is_nothing;

/// What is compared, and so which defaults it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultsOf {
    /// A container or an init container, in a pod with this network.
    Container(PodNetwork),
    /// A volume of a pod.
    Volume,
    /// An item of a container's `env`.
    EnvVar,
    /// An item of a container's `envFrom`.
    EnvFromSource,
    /// An item of a container's `volumeMounts`.
    VolumeMount,
    /// An item of `imagePullSecrets`.
    PullSecret,
    /// A pod's spec, or a part of one.
    PodSpec,
    /// The value of an annotation or of a label.
    Text,
}

/// Whose network a pod has: with the node's, each port of a container is one of the node too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodNetwork {
    /// Its own.
    Own,
    /// The node's: `hostNetwork: true`.
    Host,
}

impl PodNetwork {
    /// The network of a pod with this spec.
    pub fn of<'a, V: View<'a>>(spec: V) -> Self {
        match spec.member("hostNetwork").and_then(View::boolean) {
            Some(true) => Self::Host,
            _ => Self::Own,
        }
    }
}

/// One value that is not as it was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, from the item on. In a list that is merged by key, the index is that in what is found; of an element that
    /// is not found, it is that in what is wanted.
    pub at: Pointer,
    /// What was added; `None` where nothing was.
    pub wanted: Option<Value>,
    /// What is there now; `None` where nothing is.
    pub found: Option<Value>,
}

impl Difference {
    /// The same with its place from so many names below on.
    pub(crate) fn within(self, depth: usize) -> Self {
        Self { at: Pointer::of(self.at.tokens().iter().skip(depth).cloned()), ..self }
    }
}

/// Where an item that was added and what is found in its place differ in meaning, each time as deep as can be.
///
/// A default of the API server is the same as nothing, on either side; so is a zero value that it leaves out. Quantities
/// are compared by value. Lists with keys are compared by key in any order, all others by position.
pub fn differences<'a, V: View<'a>>(subject: DefaultsOf, wanted: &Value, found: V) -> Vec<Difference> {
    let (root, shape) = match subject {
        DefaultsOf::Container(_) => ("container", &schema::CONTAINER),
        DefaultsOf::Volume => ("volume", &schema::VOLUME),
        DefaultsOf::EnvVar => ("env", &schema::ENV_VAR),
        DefaultsOf::EnvFromSource => ("envFrom", &schema::ENV_FROM_SOURCE),
        DefaultsOf::VolumeMount => ("volumeMounts", &schema::VOLUME_MOUNT),
        DefaultsOf::PullSecret => ("imagePullSecrets", &schema::PULL_SECRET),
        DefaultsOf::PodSpec => ("pod", &schema::POD_SPEC),
        DefaultsOf::Text => ("text", &Shape::Str),
    };
    let network = if let DefaultsOf::Container(network) = subject { network } else { PodNetwork::Own };
    let mut comparison = Comparison { network, found: Vec::new() };
    comparison.value(&Trail { parent: None, token: Token::Name(root) }, shape, wanted, found);
    comparison.found
}

/// The way from the item, which is the first token, to a value. It is on the stack, so that equal values cost nothing.
#[derive(Clone, Copy)]
struct Trail<'t> {
    parent: Option<&'t Self>,
    token: Token<'t>,
}

#[derive(Clone, Copy)]
enum Token<'t> {
    Name(&'t str),
    Index(usize),
}

impl<'t> Trail<'t> {
    const fn down(&'t self, token: Token<'t>) -> Self {
        Self { parent: Some(self), token }
    }

    /// Whether it ends like this path of the tables.
    fn ends(&self, path: &str) -> bool {
        let names = std::iter::successors(Some(self), |trail| trail.parent).filter_map(|trail| match trail.token {
            Token::Name(name) => Some(name),
            Token::Index(_) => None,
        });
        ends_with(path, names)
    }

    fn pointer(&self) -> Pointer {
        let Some(parent) = self.parent else { return Pointer::root() };
        match self.token {
            Token::Name(name) => parent.pointer().join(name),
            Token::Index(index) => parent.pointer().element(index),
        }
    }
}

struct Comparison {
    network: PodNetwork,
    found: Vec<Difference>,
}

/// What it means that a value is on one side alone.
enum Lack {
    /// Nothing: the API server fills it in.
    Filled,
    /// It depends on the object's members: the API server fills in `{}`, and then those.
    ByMember,
    /// It depends on the elements of a list with these keys: the API server adds some itself.
    ByElement(&'static [&'static str]),
    Different,
}

/// An object and one of its members.
type Within<T> = (Option<T>, Option<T>);

impl Comparison {
    fn differ<'a, V: View<'a>>(&mut self, trail: &Trail<'_>, wanted: Option<&Value>, found: Option<V>) {
        self.found.push(Difference { at: trail.pointer(), wanted: wanted.cloned(), found: found.map(View::value) });
    }

    /// Compares two values that are both there.
    fn value<'a, V: View<'a>>(&mut self, trail: &Trail<'_>, shape: &Shape, wanted: &Value, found: V) {
        match (shape, wanted, found.kind()) {
            (Shape::Obj(_) | Shape::StrMap | Shape::QuantityMap, Value::Object(_), Kind::Mapping) => {
                self.object(trail, shape, Some(wanted), Some(found));
            }
            (Shape::List(element), Value::Array(items), Kind::Sequence) => self.list(trail, element, items, found),
            (Shape::Quantity, ..) if amount(wanted).zip(amount(found)).is_some_and(|(w, f)| w.is_stored_as(f)) => {}
            _ if found.equals(wanted) => {}
            _ => self.differ(trail, Some(wanted), Some(found)),
        }
    }

    /// Compares two objects member by member. One may be absent; it then counts as empty.
    fn object<'a, V: View<'a>>(&mut self, trail: &Trail<'_>, shape: &Shape, wanted: Option<&Value>, found: Option<V>) {
        let members = wanted.and_then(Value::as_object);
        for (name, value) in members.into_iter().flatten() {
            let there = found.and_then(|found| found.member(name));
            self.member(&trail.down(Token::Name(name)), shape, (wanted, Some(value)), (found, there));
        }
        for (name, there) in found.into_iter().flat_map(View::members) {
            if members.is_none_or(|members| !members.contains_key(&*name)) {
                self.member(&trail.down(Token::Name(&name)), shape, (wanted, None), (found, Some(there)));
            }
        }
    }

    /// Compares the last member of the trail, in objects of this shape.
    fn member<'a, V: View<'a>>(
        &mut self,
        trail: &Trail<'_>,
        object: &Shape,
        (wanted_object, wanted): Within<&Value>,
        (found_object, found): Within<V>,
    ) {
        let Token::Name(name) = trail.token else { return };
        let shape = object.member(name).unwrap_or(&Shape::Any);
        // Whatever is in a map is a value, an empty text too.
        let is_map = !matches!(object, Shape::Obj(_));
        let wanted = wanted.filter(|value| is_map || !is_nothing(shape, *value, |path| trail.ends(path)));
        let found = found.filter(|value| is_map || !is_nothing(shape, *value, |path| trail.ends(path)));
        if let Some(other) = filled_from(trail) {
            let others = |name: &str| {
                let wanted = wanted_object.and_then(|object| amount(object.path(&[other, name])?));
                [wanted, found_object.and_then(|object| amount(object.path(&[other, name])?))]
            };
            return self.amounts(trail, wanted, found, others);
        }
        let lack = match (wanted, found) {
            (None, None) => return,
            (Some(wanted), Some(found)) => return self.value(trail, shape, wanted, found),
            (Some(value), None) => self.lack(trail, found_object, wanted_object, value),
            (None, Some(value)) => self.lack(trail, wanted_object, found_object, value),
        };
        match lack {
            Lack::Filled => {}
            Lack::ByMember => self.object(trail, shape, wanted, found),
            Lack::ByElement(keys) => {
                let Shape::List(element) = shape else { return };
                let items = wanted.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                self.keyed(trail, element, keys, items, &found.map(View::elements).unwrap_or_default());
            }
            Lack::Different => self.differ(trail, wanted, found),
        }
    }

    /// Compares two maps of quantities in which an absent one is that of the same name in another map, on either side.
    fn amounts<'a, V: View<'a>>(
        &mut self,
        trail: &Trail<'_>,
        wanted: Option<&Value>,
        found: Option<V>,
        others: impl Fn(&str) -> [Option<Quantity>; 2],
    ) {
        let mut whole = Self { network: self.network, found: Vec::new() };
        whole.object(trail, &Shape::QuantityMap, wanted, found);
        whole.found.retain(|difference| {
            let ((Some(value), None) | (None, Some(value))) = (&difference.wanted, &difference.found) else {
                return true;
            };
            let name = difference.at.tokens().last().map_or("", ReferenceToken::as_str);
            amount(value).is_none_or(|value| !others(name).contains(&Some(value)))
        });
        self.found.append(&mut whole.found);
    }

    /// What it means that a value is not in the one object, but in the other.
    fn lack<'a, 'b, A: View<'a>, P: View<'b>>(
        &self,
        trail: &Trail<'_>,
        without: Option<A>,
        with: Option<P>,
        value: P,
    ) -> Lack {
        if let (Kind::Sequence, Some(keys)) = (value.kind(), keys_of(trail)) {
            return Lack::ByElement(keys);
        }
        for row in DEFAULTS.iter().filter(|row| trail.ends(row.path) && self.holds(row.when, without, with)) {
            let same = match row.value {
                DefaultValue::Object => return Lack::ByMember,
                DefaultValue::MembersOf(_) => false,
                DefaultValue::Str(text) => value.string().is_some_and(|value| value == text),
                DefaultValue::Int(number) => value.kind() == Kind::Number && value.value() == number,
                DefaultValue::Bool(flag) => value.boolean() == Some(flag),
                DefaultValue::Quantity(text) => amount(value).is_some_and(|value| Quantity::parse(text) == Ok(value)),
                DefaultValue::Sibling(name) => {
                    let sibling = with.and_then(|object| object.member(name));
                    sibling.is_some_and(|sibling| sibling.equals(&value.value()))
                }
            };
            if same {
                return Lack::Filled;
            }
        }
        Lack::Different
    }

    /// Whether a default's condition holds. The image may have been changed before the API server filled in the default,
    /// or after: that of either side counts.
    fn holds<'a, 'b, A: View<'a>, P: View<'b>>(&self, when: When, without: Option<A>, with: Option<P>) -> bool {
        let is_latest = |image: &str| {
            let latest = [without.map(|o| latest(o, image)), with.map(|o| latest(o, image))];
            move |wanted: bool| latest.contains(&Some(wanted))
        };
        match when {
            When::Always => true,
            When::Latest(image) => is_latest(image)(true),
            When::Fixed(image) => is_latest(image)(false),
            When::NoSource => without.is_some_and(|volume| volume.members().iter().all(|(name, _)| name == "name")),
            When::HostNetwork => self.network == PodNetwork::Host,
        }
    }

    fn list<'a, V: View<'a>>(&mut self, trail: &Trail<'_>, element: &Shape, wanted: &[Value], found: V) {
        let there = found.elements();
        if let Some(keys) = keys_of(trail) {
            return self.keyed(trail, element, keys, wanted, &there);
        }
        if element.is_scalar() && there.len() != wanted.len() {
            let wanted = Value::Array(wanted.to_vec());
            return self.differ(trail, Some(&wanted), Some(found));
        }
        for index in 0..there.len().max(wanted.len()) {
            let trail = trail.down(Token::Index(index));
            match (wanted.get(index), there.get(index)) {
                (Some(wanted), Some(found)) => self.value(&trail, element, wanted, *found),
                (wanted, found) => self.differ(&trail, wanted, found.copied()),
            }
        }
    }

    /// Compares two lists by key. Of several elements with one key, the first goes with the first, and so on.
    fn keyed<'a, V: View<'a>>(
        &mut self,
        trail: &Trail<'_>,
        shape: &Shape,
        keys: &[&str],
        wanted: &[Value],
        there: &[V],
    ) {
        let mut met = vec![false; there.len()];
        for (index, item) in wanted.iter().enumerate() {
            let is_it = |other: usize| !met[other] && self.same_key(trail, shape, keys, item, there[other]);
            let place = (index < there.len() && is_it(index)).then_some(index);
            match place.or_else(|| (0..there.len()).find(|other| is_it(*other))) {
                Some(other) => {
                    met[other] = true;
                    self.value(&trail.down(Token::Index(other)), shape, item, there[other]);
                }
                None if is_added(trail, item) => {}
                None => self.differ(&trail.down(Token::Index(index)), Some(item), None::<V>),
            }
        }
        for (index, item) in there.iter().enumerate().filter(|(index, _)| !met[*index]) {
            if !is_added(trail, *item) {
                self.differ(&trail.down(Token::Index(index)), None, Some(*item));
            }
        }
    }

    fn same_key<'a, V: View<'a>>(
        &self,
        trail: &Trail<'_>,
        shape: &Shape,
        keys: &[&str],
        wanted: &Value,
        found: V,
    ) -> bool {
        let mut keys_only = Self { network: self.network, found: Vec::new() };
        let trail = trail.down(Token::Index(0));
        for key in keys {
            let sides = ((Some(wanted), wanted.get(key)), (Some(found), found.member(key)));
            keys_only.member(&trail.down(Token::Name(key)), shape, sides.0, sides.1);
        }
        keys_only.found.is_empty()
    }
}

fn keys_of(list: &Trail<'_>) -> Option<&'static [&'static str]> {
    KEYS.iter().find(|(path, _)| list.ends(path)).map(|(_, keys)| *keys)
}

/// The map, a sibling of the trail's, whose members are the defaults of this one's.
fn filled_from(trail: &Trail<'_>) -> Option<&'static str> {
    DEFAULTS.iter().find_map(|row| match row.value {
        DefaultValue::MembersOf(other) if trail.ends(row.path) => Some(other),
        _ => None,
    })
}

/// Whether the API server adds such an element to this list.
fn is_added<'a, V: View<'a>>(list: &Trail<'_>, element: V) -> bool {
    ADDED.iter().filter(|(path, _)| list.ends(path)).any(|(_, members)| {
        members.iter().all(|(name, start)| element.text(&[name]).is_some_and(|text| text.starts_with(start)))
    })
}

fn amount<'a, V: View<'a>>(value: V) -> Option<Quantity> {
    match value.kind() {
        Kind::String => Quantity::parse(&value.string()?).ok(),
        Kind::Number => Quantity::from_value(&value.value()).ok(),
        _ => None,
    }
}

/// Whether the image that this member names is one that moves: without a tag and a digest, or with the tag `latest`.
fn latest<'a, V: View<'a>>(object: V, image: &str) -> bool {
    object.text(&[image]).is_some_and(|text| match image_parts(&text) {
        ImageParts { tag: Some(tag), .. } => tag == "latest",
        ImageParts { digest, .. } => digest.is_none(),
    })
}

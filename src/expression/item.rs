//! Values while an expression is evaluated. A list or a map of the pod's stays where it is.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::rc::Rc;

use serde_json::{Map, Number, Value};

use super::types::Sort;
use crate::value::view::{self, Kind, View};

/// A text: one of the pod's, or one that was made.
#[derive(Clone, Debug)]
pub(crate) enum Text<'v> {
    Borrowed(&'v str),
    Made(Rc<str>),
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl<'v> From<Cow<'v, str>> for Text<'v> {
    fn from(text: Cow<'v, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Borrowed(text),
            Cow::Owned(text) => Self::Made(text.into()),
        }
    }
}

/// A value. It is cheap to copy.
#[derive(Clone, Debug)]
pub(crate) enum Item<'v, V> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Text<'v>),
    Bytes(Rc<[u8]>),
    Type(Sort),
    List(Rc<[Self]>),
    /// In the order of its members.
    Map(Rc<[(Text<'v>, Self)]>),
    /// A list or an object of the pod's.
    View(V),
    Optional(Option<Rc<Self>>),
}

impl<'v, V: View<'v>> Item<'v, V> {
    /// What a view has. A number beyond 64 bits, or with a fraction, is a double.
    pub(crate) fn of_view(view: V) -> Self {
        match view.kind() {
            Kind::Null => Self::Null,
            Kind::Boolean => view.boolean().map_or(Self::Null, Self::Bool),
            Kind::Number => match view.value() {
                Value::Number(number) => Self::of_number(&number),
                _ => Self::Null,
            },
            Kind::String => view.string().map_or(Self::Null, |text| Self::Text(text.into())),
            Kind::Sequence | Kind::Mapping => Self::View(view),
        }
    }

    fn of_number(number: &Number) -> Self {
        match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Self::Int(value),
            (None, value) => Self::Double(value.unwrap_or_default()),
        }
    }

    /// A copy of a JSON value.
    pub(crate) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::of_number(number),
            Value::String(text) => Self::text(text.as_str()),
            Value::Array(elements) => Self::List(elements.iter().map(Self::of_value).collect()),
            Value::Object(members) => Self::Map(
                members.iter().map(|(name, value)| (Text::Made(name.as_str().into()), Self::of_value(value))).collect(),
            ),
        }
    }

    pub(crate) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(Text::Made(text.into()))
    }

    /// A map of these members, in this order.
    pub(crate) fn map(members: impl IntoIterator<Item = (&'v str, Self)>) -> Self {
        Self::Map(members.into_iter().map(|(name, item)| (Text::Borrowed(name), item)).collect())
    }

    /// A text, which stays where it is if it is borrowed.
    pub(crate) fn of_text(text: Cow<'v, str>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn some(self) -> Self {
        Self::Optional(Some(Rc::new(self)))
    }

    pub(crate) fn sort(&self) -> Sort {
        match self {
            Self::Null => Sort::Null,
            Self::Bool(_) => Sort::Bool,
            Self::Int(_) => Sort::Int,
            Self::Uint(_) => Sort::Uint,
            Self::Double(_) => Sort::Double,
            Self::Text(_) => Sort::String,
            Self::Bytes(_) => Sort::Bytes,
            Self::Type(_) => Sort::Type,
            Self::List(_) => Sort::List,
            Self::Map(_) => Sort::Map,
            Self::View(view) => {
                if view.kind() == Kind::Sequence {
                    Sort::List
                } else {
                    Sort::Map
                }
            }
            Self::Optional(_) => Sort::Optional,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The elements of a list.
    pub(crate) fn elements(&self) -> Option<Rc<[Self]>> {
        match self {
            Self::List(elements) => Some(Rc::clone(elements)),
            Self::View(view) if view.kind() == Kind::Sequence => {
                Some(view.elements().into_iter().map(Self::of_view).collect())
            }
            _ => None,
        }
    }

    /// The members of a map. Of an object of the pod's, a null is no member.
    pub(crate) fn members(&self) -> Option<Rc<[(Text<'v>, Self)]>> {
        match self {
            Self::Map(members) => Some(Rc::clone(members)),
            Self::View(view) if view.kind() == Kind::Mapping => {
                let members = view.members().into_iter().filter(|(_, member)| member.kind() != Kind::Null);
                Some(members.map(|(name, member)| (name.into(), Self::of_view(member))).collect())
            }
            _ => None,
        }
    }

    /// The element at an index.
    pub(crate) fn element(&self, index: usize) -> Option<Self> {
        match self {
            Self::List(elements) => elements.get(index).cloned(),
            Self::View(view) => view.element(index).map(Self::of_view),
            _ => None,
        }
    }

    /// The member of a name.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        match self {
            Self::Map(members) => {
                members.iter().find(|(known, _)| known.as_str() == name).map(|(_, item)| item.clone())
            }
            Self::View(view) => view.member(name).filter(|member| member.kind() != Kind::Null).map(Self::of_view),
            _ => None,
        }
    }

    /// How many elements or members it has.
    pub(crate) fn length(&self) -> Option<usize> {
        match self {
            Self::List(elements) => Some(elements.len()),
            Self::Map(members) => Some(members.len()),
            Self::View(view) if view.kind() == Kind::Sequence => Some(view.length()),
            Self::View(_) => self.members().map(|members| members.len()),
            _ => None,
        }
    }

    /// The order of two values; `None` where they have none.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(one), Self::Bool(two)) => Some(one.cmp(two)),
            (Self::Text(one), Self::Text(two)) => Some(one.as_str().cmp(two.as_str())),
            (Self::Bytes(one), Self::Bytes(two)) => Some(one.cmp(two)),
            _ => match (self.whole(), other.whole()) {
                (Some(one), Some(two)) => Some(one.cmp(&two)),
                _ => compare_doubles(self, other),
            },
        }
    }

    /// An integer of either type.
    fn whole(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(i128::from(*value)),
            Self::Uint(value) => Some(i128::from(*value)),
            _ => None,
        }
    }

    /// Whether [`Self::to_value`] gives this, to the letter: members in the same order, and numbers written alike.
    pub(crate) fn is_as(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(text), Value::String(value)) => view::is_same_name(text.as_str(), value),
            (Self::Map(members), Value::Object(values)) => {
                members.len() == values.len()
                    && members.iter().zip(values).all(|((name, item), (known, value))| {
                        view::is_same_name(name.as_str(), known) && item.is_as(value)
                    })
            }
            // All members count here, those that are null too.
            (Self::View(view), Value::Object(values)) if view.kind() == Kind::Mapping => {
                let members = view.members();
                members.len() == values.len()
                    && members
                        .iter()
                        .zip(values)
                        .all(|((name, member), (known, value))| name == known && Self::of_view(*member).is_as(value))
            }
            (Self::View(view), Value::Array(values)) if view.kind() == Kind::Sequence => {
                let elements = view.elements();
                elements.len() == values.len()
                    && elements.iter().zip(values).all(|(element, value)| Self::of_view(*element).is_as(value))
            }
            (Self::List(elements), Value::Array(values)) => {
                elements.len() == values.len()
                    && elements.iter().zip(values).all(|(element, value)| element.is_as(value))
            }
            (Self::View(_) | Self::Map(_) | Self::List(_), _) => false,
            (single, value) => single.to_value().is_some_and(|single| view::identical(&single, value)),
        }
    }

    /// The value as JSON. `None` where the value cannot be written as JSON, or is too large for it, and where it is larger or deeper than any object may be: the
    /// parts of a value may be shared, so that a small one is very large when it is written out.
    pub(crate) fn to_value(&self) -> Option<Value> {
        self.written(&Cell::new(LARGEST_VALUE), DEEPEST_VALUE)
    }

    fn written(&self, left: &Cell<usize>, depth: usize) -> Option<Value> {
        let text_length = self.as_str().map_or(0, str::len);
        left.set(left.get().checked_sub(size_of::<Value>() + text_length)?);
        let depth = depth.checked_sub(1)?;
        Some(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::from(*value),
            Self::Uint(value) => Value::from(*value),
            Self::Double(value) => Value::Number(Number::from_f64(*value)?),
            Self::Text(text) => Value::from(text.as_str()),
            Self::List(elements) => {
                Value::Array(elements.iter().map(|element| element.written(left, depth)).collect::<Option<_>>()?)
            }
            Self::Map(members) => {
                object(members.iter().map(|(name, item)| (name.as_str(), item.clone())), left, depth)?
            }
            Self::View(view) if view.kind() == Kind::Mapping => {
                let members = view.members();
                object(members.iter().map(|(name, member)| (&**name, Self::of_view(*member))), left, depth)?
            }
            Self::View(view) => {
                let elements = view.elements().into_iter();
                Value::Array(
                    elements.map(|element| Self::of_view(element).written(left, depth)).collect::<Option<_>>()?,
                )
            }
            Self::Bytes(_) | Self::Type(_) | Self::Optional(_) => return None,
        })
    }
}

fn object<'m, 'v: 'm, V: View<'v>>(
    members: impl Iterator<Item = (&'m str, Item<'v, V>)>,
    left: &Cell<usize>,
    depth: usize,
) -> Option<Value> {
    let mut made = Map::new();
    for (name, item) in members {
        left.set(left.get().checked_sub(name.len())?);
        made.insert(name.to_owned(), item.written(left, depth)?);
    }
    Some(Value::Object(made))
}

/// How many bytes a value may take, and how deep it may be nested.
const LARGEST_VALUE: usize = 16 << 20;
const DEEPEST_VALUE: usize = 128;

/// The order of two numbers of which one or both are doubles. As in Kubernetes, an integer is compared as the nearest double.
#[expect(clippy::cast_precision_loss, reason = "Kubernetes compares so, too")]
fn compare_doubles<'v, V: View<'v>>(one: &Item<'v, V>, two: &Item<'v, V>) -> Option<Ordering> {
    let double = |item: &Item<'v, V>| match item {
        Item::Double(value) => Some(*value),
        other => other.whole().map(|value| value as f64),
    };
    double(one)?.partial_cmp(&double(two)?)
}

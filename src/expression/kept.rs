//! A value of an expression, kept beyond its evaluation to be compared with others.

use std::cell::Cell;

use super::item::Item;
use crate::value::view::View;

/// A value that holds nothing of an object. Whoever reads it cannot tell it from an [`Item`] that it is the same as.
#[derive(Clone, Debug)]
pub(crate) enum KeptItem {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// Its bits.
    Double(u64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl KeptItem {
    /// A copy; `None` for what is of another sort, has a part of the object in it, or takes more bytes than are left.
    pub(crate) fn of<'v, V: View<'v>>(item: &Item<'v, V>, left: &Cell<usize>) -> Option<Self> {
        let text_length = item.as_str().map_or(0, str::len);
        left.set(left.get().checked_sub(size_of::<Self>() + text_length)?);
        Some(match item {
            Item::Null => Self::Null,
            Item::Bool(value) => Self::Bool(*value),
            Item::Int(value) => Self::Int(*value),
            Item::Uint(value) => Self::Uint(*value),
            Item::Double(value) => Self::Double(value.to_bits()),
            Item::Text(text) => Self::Text(text.as_str().to_owned()),
            Item::List(elements) => {
                Self::List(elements.iter().map(|element| Self::of(element, left)).collect::<Option<_>>()?)
            }
            Item::Map(members) => {
                let member = |(name, member): &(super::item::Text<'v>, Item<'v, V>)| {
                    left.set(left.get().checked_sub(size_of::<String>() + name.as_str().len())?);
                    Some((name.as_str().to_owned(), Self::of(member, left)?))
                };
                Self::Map(members.iter().map(member).collect::<Option<_>>()?)
            }
            Item::Bytes(_) | Item::Type(_) | Item::View(_) | Item::Optional(_) => return None,
        })
    }

    /// Whether a value is the same, to its sort and the order of its members.
    pub(crate) fn is<'v, V: View<'v>>(&self, item: &Item<'v, V>) -> bool {
        match (self, item) {
            (Self::Null, Item::Null) => true,
            (Self::Bool(one), Item::Bool(other)) => one == other,
            (Self::Int(one), Item::Int(other)) => one == other,
            (Self::Uint(one), Item::Uint(other)) => one == other,
            (Self::Double(one), Item::Double(other)) => *one == other.to_bits(),
            (Self::Text(one), Item::Text(other)) => one == other.as_str(),
            (Self::List(one), Item::List(other)) => {
                one.len() == other.len() && one.iter().zip(&**other).all(|(one, other)| one.is(other))
            }
            (Self::Map(one), Item::Map(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .zip(&**other)
                        .all(|((name, one), (other, item))| name == other.as_str() && one.is(item))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    type Found<'v> = Item<'v, &'v Value>;

    fn kept(item: &Found<'_>) -> Option<KeptItem> {
        KeptItem::of(item, &Cell::new(1000))
    }

    #[test]
    fn what_can_be_told_apart_is_not_the_same() {
        let list = |items: Vec<Found<'static>>| Item::List(items.into());
        let all = [
            Item::Null,
            Item::Bool(false),
            Item::Int(1),
            Item::Uint(1),
            Item::Double(1.0),
            Item::Double(0.0),
            Item::Double(-0.0),
            Item::text("1"),
            list(vec![]),
            list(vec![Item::Int(1)]),
            list(vec![Item::Uint(1)]),
            list(vec![Item::Int(1), Item::Null]),
            Item::map([]),
            Item::map([("a", Item::Int(1))]),
            Item::map([("b", Item::Int(1))]),
            Item::map([("a", Item::Int(1)), ("b", Item::Int(1))]),
            Item::map([("b", Item::Int(1)), ("a", Item::Int(1))]),
        ];
        for (index, one) in all.iter().enumerate() {
            let kept = kept(one).unwrap();
            for (at, other) in all.iter().enumerate() {
                assert_eq!(kept.is(other), index == at, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_part_of_an_object_and_what_is_large_are_not_kept() {
        let object = json!({"a": 1});
        assert!(kept(&Item::of_view(&object)).is_none());
        assert!(kept(&Item::List(vec![Item::of_view(&object)].into())).is_none());
        assert!(kept(&Found::Int(1).some()).is_none());
        assert!(kept(&Item::text("a".repeat(1000))).is_none());
        assert!(kept(&Item::List(vec![Found::Null; 100].into())).is_none());
        assert!(kept(&Item::map([("a".repeat(1000).as_str(), Found::Null)])).is_none());
    }
}

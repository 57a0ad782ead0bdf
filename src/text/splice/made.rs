//! A new value, as the operations of a patch put it together.
//!
//! A patch makes an empty list or object, and then adds to it one by one. What is added can be large, is shared by many documents,
//! and is not copied into the collection: the collection is kept as its parts. Two that have the same parts in memory are the same,
//! without a look at them.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use crate::value::patch::Op;
use crate::value::pointer::ReferenceToken;

#[derive(Clone, Debug)]
pub(super) enum Made {
    Whole(Arc<Value>),
    /// A list of these.
    List(Vec<Arc<Value>>),
    /// An object of these, each name once.
    Object(Vec<(ReferenceToken, Arc<Value>)>),
}

impl Made {
    /// As one value.
    pub(super) fn value(&self) -> Cow<'_, Value> {
        match self {
            Self::Whole(value) => Cow::Borrowed(value),
            Self::List(parts) => Cow::Owned(parts.iter().map(|part| Value::clone(part)).collect()),
            Self::Object(parts) => {
                Cow::Owned(parts.iter().map(|(name, part)| (name.to_string(), Value::clone(part))).collect())
            }
        }
    }

    /// Whether this is one of the values that it was put together from, in memory; a whole value is the only one.
    pub(super) fn is_of(&self, value: &Arc<Value>) -> bool {
        let is_it = |part: &Arc<Value>| Arc::ptr_eq(part, value);
        match self {
            Self::Whole(whole) => is_it(whole),
            Self::List(parts) => parts.iter().any(is_it),
            Self::Object(parts) => parts.iter().any(|(_, part)| is_it(part)),
        }
    }

    /// Whether another has the same value, and was put together in the same way, as far as that shows without a long comparison.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => is_same_at_once(one, other),
            (Self::List(one), Self::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same_at_once(one, other))
            }
            (Self::Object(one), Self::Object(other)) => {
                let same = |((name, one), (known, other)): (&(ReferenceToken, _), &(ReferenceToken, _))| {
                    name == known && is_same_at_once(one, other)
                };
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            _ => false,
        }
    }

    /// Whether another has the same parts in memory.
    pub(super) fn is_it(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => Arc::ptr_eq(one, other),
            (Self::List(one), Self::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| Arc::ptr_eq(one, other))
            }
            _ => false,
        }
    }

    /// Makes an operation inside the value; `None` where it has no such place.
    pub(super) fn apply(&mut self, tokens: &[ReferenceToken], op: &Op) -> Option<()> {
        if let (Op::Add(_, new), [token]) = (op, tokens) {
            self.open();
            match self {
                Self::List(parts) => {
                    let index = if token == "-" { parts.len() } else { token.parse().ok()? };
                    return (index <= parts.len()).then(|| parts.insert(index, Arc::clone(new)));
                }
                Self::Object(parts) => {
                    match parts.iter_mut().find(|(name, _)| name == token) {
                        Some((_, part)) => *part = Arc::clone(new),
                        None => parts.push((token.clone(), Arc::clone(new))),
                    }
                    return Some(());
                }
                Self::Whole(_) => {}
            }
        }
        let mut whole = match self {
            Self::Whole(value) => std::mem::take(value),
            _ => Arc::new(self.value().into_owned()),
        };
        let done = inside(Arc::make_mut(&mut whole), tokens, op);
        *self = Self::Whole(whole);
        done
    }

    /// An empty collection is one of parts that are yet to come.
    fn open(&mut self) {
        let Self::Whole(value) = self else { return };
        match &**value {
            Value::Array(elements) if elements.is_empty() => *self = Self::List(Vec::new()),
            Value::Object(members) if members.is_empty() => *self = Self::Object(Vec::new()),
            _ => {}
        }
    }
}

/// Whether two values are the same, as far as that shows at once: the same in memory, or equal single values.
fn is_same_at_once(one: &Arc<Value>, other: &Arc<Value>) -> bool {
    Arc::ptr_eq(one, other) || (!one.is_object() && !one.is_array() && one == other)
}

/// Whether two values are equal; most that are have one place in memory.
pub(super) fn is_same(one: &Arc<Value>, other: &Arc<Value>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

fn inside(value: &mut Value, tokens: &[ReferenceToken], op: &Op) -> Option<()> {
    let (last, parents) = tokens.split_last()?;
    let mut parent = value;
    for token in parents {
        parent = match parent {
            Value::Object(map) => map.get_mut(token.as_str())?,
            Value::Array(list) => list.get_mut(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    match (parent, op) {
        (Value::Object(map), Op::Add(_, new) | Op::Replace(_, new)) => {
            drop(map.insert(last.to_string(), Value::clone(new)))
        }
        (Value::Object(map), Op::Remove(_)) => drop(map.shift_remove(last.as_str())?),
        (Value::Array(list), Op::Add(_, new)) if last == "-" => list.push(Value::clone(new)),
        (Value::Array(list), Op::Add(_, new)) => {
            let index = last.parse().ok().filter(|index| *index <= list.len())?;
            list.insert(index, Value::clone(new));
        }
        (Value::Array(list), Op::Replace(_, new)) => *list.get_mut(last.parse::<usize>().ok()?)? = Value::clone(new),
        (Value::Array(list), Op::Remove(_)) => {
            let index = last.parse().ok().filter(|index| *index < list.len())?;
            list.remove(index);
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::value::pointer::Pointer;

    fn made(start: Value, ops: &[(&str, Option<Value>)]) -> Option<Made> {
        let mut made = Made::Whole(Arc::new(start));
        for (at, value) in ops {
            let at = Pointer::parse(at).unwrap();
            let op = match value {
                Some(value) => Op::Add(at.clone(), Arc::new(value.clone())),
                None => Op::Remove(at.clone()),
            };
            made.apply(at.tokens(), &op)?;
        }
        Some(made)
    }

    #[test]
    fn parts_are_the_value_that_they_would_be_in_one() {
        let (one, two) = (|| Some(json!({"a": [1]})), || Some(json!("x")));
        for (start, ops, expected, is_whole) in [
            (json!([]), vec![("/-", one()), ("/0", two()), ("/2", two())], json!(["x", {"a": [1]}, "x"]), false),
            (json!({}), vec![("/a", one()), ("/b", two()), ("/a", two())], json!({"a": "x", "b": "x"}), false),
            (json!([]), vec![("/-", one()), ("/0/a/-", two())], json!([{"a": [1, "x"]}]), true),
            (json!({}), vec![("/a", one()), ("/a", None)], json!({}), true),
            (json!([1]), vec![("/-", two())], json!([1, "x"]), true),
        ] {
            let made = made(start, &ops).unwrap();
            assert_eq!(*made.value(), expected);
            assert_eq!(matches!(made, Made::Whole(_)), is_whole, "{expected}");
        }
        assert!(made(json!([]), &[("/1", one())]).is_none() && made(json!("x"), &[("/a", one())]).is_none());
    }

    #[test]
    fn two_are_the_same_part_by_part_and_in_order() {
        let list = |values: &[&str]| {
            made(json!([]), &values.iter().map(|value| ("/-", Some(json!(value)))).collect::<Vec<_>>()).unwrap()
        };
        let object = |names: &[&'static str]| {
            made(json!({}), &names.iter().map(|name| (*name, Some(json!(1)))).collect::<Vec<_>>()).unwrap()
        };
        assert!(list(&["a", "b"]).is_as(&list(&["a", "b"])) && object(&["/a", "/b"]).is_as(&object(&["/a", "/b"])));
        assert!(!list(&["a", "b"]).is_as(&list(&["b", "a"])) && !object(&["/a", "/b"]).is_as(&object(&["/b", "/a"])));
        assert!(!list(&["a"]).is_as(&list(&["a", "a"])) && !list(&[]).is_as(&object(&[])));
    }
}

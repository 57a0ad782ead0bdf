//! The read-only view through which decisions look at an object, whether it is in YAML text or in a JSON tree.

use std::borrow::Cow;

use serde_json::{Number, Value};

use crate::value::footprint::{Footprint, KnownPlace};

/// The type of a value, by Kubernetes' own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`, or nothing at all.
    Null,
    /// `true` or `false`.
    Boolean,
    /// An integer or a float.
    Number,
    /// A string.
    String,
    /// A list.
    Sequence,
    /// An object.
    Mapping,
}

impl Kind {
    /// The word that messages use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Sequence => "a list",
            Self::Mapping => "an object",
        }
    }
}

/// A value that can be read, and not changed. It is cheap to copy, and follows aliases and merge keys.
pub trait View<'a>: Copy + 'a {
    /// The type of the value.
    fn kind(self) -> Kind;
    /// The member of that name; `None` where there is none, or where this is not an object.
    fn member(self, name: &str) -> Option<Self>;
    /// All members in their order; empty where this is not an object.
    fn members(self) -> Vec<(Cow<'a, str>, Self)>;
    /// All elements; empty where this is not a list.
    fn elements(self) -> Vec<Self>;
    /// The string, where this is one.
    fn string(self) -> Option<Cow<'a, str>>;
    /// The whole value as JSON has it.
    fn value(self) -> Value;

    /// The element at an index; `None` where there is none, or where this is not a list.
    fn element(self, index: usize) -> Option<Self> {
        self.elements().get(index).copied()
    }

    /// How many elements it has; 0 where this is not a list.
    fn length(self) -> usize {
        self.elements().len()
    }

    /// Whether it has this value. The order of an object's members does not matter.
    fn equals(self, value: &Value) -> bool {
        match (value, self.kind()) {
            (Value::Object(wanted), Kind::Mapping) => {
                let members = self.members();
                members.len() == wanted.len()
                    && members
                        .iter()
                        .all(|(name, member)| wanted.get(&**name).is_some_and(|value| member.equals(value)))
            }
            (Value::Array(wanted), Kind::Sequence) => {
                let elements = self.elements();
                elements.len() == wanted.len()
                    && elements.iter().zip(wanted).all(|(element, value)| element.equals(value))
            }
            (Value::String(wanted), _) => self.string().is_some_and(|text| text == *wanted),
            (_, Kind::Mapping | Kind::Sequence) => false,
            _ => self.value() == *value,
        }
    }

    /// Whether it has no member and no element.
    fn is_empty(self) -> bool {
        self.members().is_empty() && self.elements().is_empty()
    }

    /// The member at the end of a path of names.
    fn path(self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self, |node, name| node.member(name))
    }

    /// The boolean, where this is one.
    fn boolean(self) -> Option<bool> {
        match self.kind() {
            Kind::Boolean => self.value().as_bool(),
            _ => None,
        }
    }

    /// The whole number from 0 on, where this is one.
    fn unsigned(self) -> Option<u64> {
        match self.kind() {
            Kind::Number => self.value().as_u64(),
            _ => None,
        }
    }

    /// Begins to note what is read of it, for [`footprint`](Self::footprint). A view that cannot note it has no footprint.
    fn watch(self) {}

    /// Its shape, and what was read of it since [`watch`](Self::watch).
    fn footprint(self) -> Option<Footprint> {
        None
    }

    /// Whether it has this shape, and the same where it was read. Then who has read that finds the same here.
    fn is_like(self, _known: &Footprint) -> bool {
        false
    }

    /// Where it is in the text that its document is like. In another document that is like that text, a value of the same shape is at
    /// this place.
    fn known_place(self) -> Option<KnownPlace> {
        None
    }

    /// What is at another place of its document.
    fn at_place(self, _place: u32) -> Option<Self> {
        None
    }

    /// The string at the end of a path of names, where there is one.
    fn text(self, names: &[&str]) -> Option<Cow<'a, str>> {
        self.path(names)?.string()
    }
}

/// Whether two names are the same. Each document compares some hundred, and nearly all have at most 16 bytes: then the first and the
/// last bytes are compared in place, without a call.
pub(crate) fn is_same_name(one: &str, two: &str) -> bool {
    const fn ends<const N: usize>(name: &[u8]) -> (Option<&[u8; N]>, Option<&[u8; N]>) {
        (name.first_chunk(), name.last_chunk())
    }
    let (one, two) = (one.as_bytes(), two.as_bytes());
    one.len() == two.len()
        && match one.len() {
            0..4 => one.iter().eq(two),
            4..8 => ends::<4>(one) == ends::<4>(two),
            8..=16 => ends::<8>(one) == ends::<8>(two),
            _ => one == two,
        }
}

/// Whether two values have the same text: members in the same order, and numbers written alike.
pub(crate) fn identical(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|((name, left), (other, right))| name == other && identical(left, right))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| identical(left, right))
        }
        // A negative zero equals zero, and is written otherwise.
        (Value::Number(left), Value::Number(right)) => {
            let sign = |number: &Number| number.as_f64().is_some_and(f64::is_sign_negative);
            left == right && sign(left) == sign(right)
        }
        (left, right) => left == right,
    }
}

impl<'a> View<'a> for &'a Value {
    fn kind(self) -> Kind {
        match self {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Boolean,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::String,
            Value::Array(_) => Kind::Sequence,
            Value::Object(_) => Kind::Mapping,
        }
    }

    /// Most objects of a pod are small: to compare their names is less work than the hash of one.
    fn member(self, name: &str) -> Option<Self> {
        const SMALL: usize = 16;
        let members = self.as_object()?;
        if members.len() > SMALL {
            return members.get(name);
        }
        members.iter().find(|(known, _)| is_same_name(known, name)).map(|(_, value)| value)
    }

    fn members(self) -> Vec<(Cow<'a, str>, Self)> {
        self.as_object().into_iter().flatten().map(|(name, value)| (Cow::Borrowed(name.as_str()), value)).collect()
    }

    fn elements(self) -> Vec<Self> {
        self.as_array().into_iter().flatten().collect()
    }

    fn element(self, index: usize) -> Option<Self> {
        self.as_array()?.get(index)
    }

    fn length(self) -> usize {
        self.as_array().map_or(0, Vec::len)
    }

    fn string(self) -> Option<Cow<'a, str>> {
        self.as_str().map(Cow::Borrowed)
    }

    fn value(self) -> Value {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_if_their_texts_are() {
        let names: Vec<String> = (0..20).map(|length| "abcdefghijklmnopqrstuvwxyz"[..length].to_owned()).collect();
        for one in &names {
            for two in &names {
                assert_eq!(is_same_name(one, two), one == two);
            }
            for index in 0..one.len() {
                let mut other = one.clone().into_bytes();
                other[index] = b'-';
                assert!(!is_same_name(one, &String::from_utf8(other).unwrap()), "{one} {index}");
            }
        }
    }
}

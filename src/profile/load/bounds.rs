//! What a parameter's values may be beyond their type.

use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::{Bounds, ParameterType, Presence};
use crate::expression::WholePattern;
use crate::value::view::{Kind, View};

pub(super) fn bounds<'a, V: View<'a>>(node: &Node<V>, ty: &ParameterType, errors: &mut Errors) -> Bounds {
    let bounds = Bounds {
        max_length: node.get("maxLength").and_then(|most| max_length(&most, ty, errors)),
        max_items: node.get("maxItems").and_then(|most| count(&most, ANY_COUNT, errors)),
        min: node.get("min").and_then(|min| integer(&min, errors)),
        max: node.get("max").and_then(|max| integer(&max, errors)),
        pattern: node.get("pattern").and_then(|pattern| value_pattern(&pattern, errors)),
    };
    if let (Some(min), Some(max)) = (bounds.min, bounds.max)
        && min > max
    {
        errors.add(&node.at.join("min"), ProfileErrorKind::Empty("`min` is more than `max`: no value could be right"));
    }
    bounds
}

pub(super) fn presence<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Presence {
    let mut is = |field| node.get(field).and_then(|field| field.boolean(errors)).unwrap_or_default();
    let (optional, required) = (is("optional"), is("required"));
    if !required {
        return if optional { Presence::Optional } else { Presence::Given };
    }
    for (other, has) in [("default", node.get("default").is_some()), ("optional", optional)] {
        if has {
            errors.add(&node.at.join("required"), ProfileErrorKind::Contradiction { one: "required", other });
        }
    }
    Presence::Required
}

pub(super) fn value_pattern<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<WholePattern> {
    let value = node.string(errors)?;
    let pattern = WholePattern::new(&value);
    if pattern.is_none() {
        let form = "a regular expression (in the syntax of RE2, at most 256 bytes)";
        errors.add(&node.at, ProfileErrorKind::BadForm { value, form });
    }
    pattern
}

/// A whole number.
fn integer<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<i64> {
    const EXPECTED: &str = "a whole number";
    if node.view.kind() != Kind::Number {
        errors.add(&node.at, ProfileErrorKind::WrongType { expected: EXPECTED, found: node.view.kind() });
        return None;
    }
    let value = node.view.value();
    if value.as_i64().is_none() {
        errors.add(&node.at, ProfileErrorKind::OutOfRange { value: value.to_string(), expected: EXPECTED });
    }
    value.as_i64()
}

/// How long a value may be. That of ports has a bound that no profile moves.
fn max_length<'a, V: View<'a>>(node: &Node<V>, ty: &ParameterType, errors: &mut Errors) -> Option<usize> {
    match ty {
        ParameterType::Ports => count(node, (ty.max_bytes(), "a whole number from 1 to 1024"), errors),
        _ => count(node, ANY_COUNT, errors),
    }
}

const ANY_COUNT: (usize, &str) = (usize::MAX, "a whole number from 1 on");

/// A whole number from 1 to `most`, which `expected` says in words.
fn count<'a, V: View<'a>>(
    node: &Node<V>,
    (most, expected): (usize, &'static str),
    errors: &mut Errors,
) -> Option<usize> {
    let value = integer(node, errors)?;
    let count = usize::try_from(value).ok().filter(|count| (1..=most).contains(count));
    if count.is_none() {
        errors.add(&node.at, ProfileErrorKind::OutOfRange { value: value.to_string(), expected });
    }
    count
}

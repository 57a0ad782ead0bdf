//! What says nothing, so that the API server leaves it out.

use serde_json::Value;

use super::core_v1::{POINTERS, WRITTEN, ends_with};
use crate::kube::schema::{POD_TEMPLATE, Shape};
use crate::value::pointer::ReferenceToken;
use crate::value::view::{Kind, View};

/// Whether the API server takes it for nothing, and leaves it out. `ends` says whether the way to it ends like a path.
pub(super) fn is_nothing<'a, V: View<'a>>(shape: &Shape, value: V, ends: impl Fn(&str) -> bool) -> bool {
    let zero = match (shape, value.kind()) {
        (_, Kind::Null) => return true,
        (Shape::List(_), Kind::Sequence) => return value.is_empty(),
        (Shape::StrMap | Shape::QuantityMap, Kind::Mapping) => return value.is_empty(),
        (Shape::Str, Kind::String) => value.string().is_some_and(|text| text.is_empty()),
        (Shape::Int, Kind::Number) => value.value() == 0,
        (Shape::Bool, Kind::Boolean) => value.boolean() == Some(false),
        _ => false,
    };
    zero && !POINTERS.iter().any(|path| ends(path))
}

/// Whether the API server leaves this value out, at this place of a pod template. Whatever is in a map is a value.
pub(crate) fn is_left_out(place: &[ReferenceToken], value: &Value) -> bool {
    let mut shape = &POD_TEMPLATE;
    for token in place {
        shape = match shape {
            Shape::StrMap | Shape::QuantityMap => return false,
            Shape::List(element) => element,
            shape => shape.member(token).unwrap_or(&Shape::Any),
        };
    }
    let names = || place.iter().rev().map(ReferenceToken::as_str).filter(|token| token.parse::<usize>().is_err());
    !WRITTEN.iter().any(|path| ends_with(path, names())) && is_nothing(shape, value, |path| ends_with(path, names()))
}

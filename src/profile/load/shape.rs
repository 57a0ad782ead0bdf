//! Whether what a profile adds is what Kubernetes knows: its fields, the types of its values, and the types of the
//! parameters that stand for them. What a value may be beyond its type is the matter of `validity`.

use serde_json::Value;

use super::super::reader::{Errors, ProfileErrorKind};
use super::super::template::{Segment, segments};
use super::super::{Parameter, ParameterType, grammar};
use crate::kube::schema::{self, Shape};
use crate::value::pointer::Pointer;

/// Tells every field that Kubernetes does not know, and every value and parameter of the wrong type. A place that has an
/// error already gets no second one.
pub(super) fn check(value: &Value, shape: &Shape, at: &Pointer, parameters: &[Parameter], errors: &mut Errors) {
    for wrong in schema::check(value, shape, at) {
        if !errors.has(&wrong.at) {
            errors.add(&wrong.at, ProfileErrorKind::Schema { message: wrong.message, hint: wrong.hint });
        }
    }
    // By an explicit stack, so that depth costs no call stack.
    let mut open = vec![(value, Pointer::root())];
    while let Some((value, path)) = open.pop() {
        match value {
            Value::String(text) => {
                let place = schema::shape_at(shape, path.tokens());
                if let Some(unfit) = place.and_then(|shape| unfit(text, shape, parameters)) {
                    let at = at.append(&path);
                    if !errors.has(&at) {
                        errors.add(&at, unfit);
                    }
                }
            }
            Value::Array(list) => {
                open.extend(list.iter().enumerate().rev().map(|(index, item)| (item, path.join(index.to_string()))));
            }
            Value::Object(map) => {
                open.extend(map.iter().rev().map(|(key, member)| (member, path.join(key.as_str()))));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What a text with parameters cannot be; `None` where it can, and where it has no parameter.
fn unfit(text: &str, shape: &Shape, parameters: &[Parameter]) -> Option<ProfileErrorKind> {
    if !shape.is_scalar() || !text.contains("{{") {
        return None;
    }
    let pieces = segments(text);
    if let [Ok(Segment::Parameter(name))] = pieces.as_slice() {
        let parameter = parameters.iter().find(|parameter| parameter.name == *name)?;
        return (!fits(&parameter.ty, shape)).then(|| ProfileErrorKind::Unfit {
            name: parameter.name.clone(),
            ty: parameter.ty.id(),
            expected: shape.expected(),
        });
    }
    // What is no parameter has its own error.
    let typed = matches!(shape, Shape::Int | Shape::Bool) && pieces.iter().all(Result::is_ok);
    typed.then(|| ProfileErrorKind::UnfitText(shape.expected()))
}

/// Whether a parameter alone can be what its place wants. A string may be a quantity, whoever sets it.
fn fits(ty: &ParameterType, shape: &Shape) -> bool {
    match shape {
        Shape::Bool => matches!(ty, ParameterType::Boolean),
        Shape::Int => matches!(ty, ParameterType::Integer | ParameterType::Port),
        Shape::IntOrStr => !matches!(ty, ParameterType::Boolean),
        Shape::Quantity => match ty {
            ParameterType::Enum(values) => values.iter().all(|value| grammar::is_quantity(value)),
            ParameterType::Integer | ParameterType::Port | ParameterType::Quantity | ParameterType::String => true,
            ParameterType::Boolean | ParameterType::Duration | ParameterType::Image | ParameterType::Ports => false,
        },
        _ => true,
    }
}

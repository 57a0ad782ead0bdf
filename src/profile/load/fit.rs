//! Whether what a scalar stands for can be of the type that Kubernetes wants at its place.

use super::super::reader::ProfileErrorKind;
use super::super::{Parameter, ParameterType, grammar};
use crate::expression::{Sort, Type};
use crate::kube::schema::Shape;

/// Why a parameter alone cannot be there; `None` where it can.
pub(super) fn parameter(parameter: &Parameter, shape: &Shape) -> Option<ProfileErrorKind> {
    (!fits(&parameter.ty, shape)).then(|| ProfileErrorKind::Unfit {
        name: parameter.name.clone(),
        ty: parameter.ty.id(),
        expected: shape.expected(),
    })
}

/// Why a parameter alone cannot be in any text or field, wherever that is; `None` where it can.
pub(super) fn structured(parameter: &Parameter) -> Option<ProfileErrorKind> {
    parameter.ty.structure()?;
    let name = &parameter.name;
    let instead = match &parameter.ty {
        ParameterType::Map(_) => format!("{name}.map(key, key).join(',')"),
        ParameterType::Envs => format!("{name}.map(one, one.name).join(',')"),
        ty if matches!(ty.single().expression_type(), Type::String) => format!("{name}.join(',')"),
        _ => format!("{name}.map(one, string(one)).join(',')"),
    };
    Some(ProfileErrorKind::Structured { name: name.clone(), ty: parameter.ty.id(), instead })
}

/// Why what an expression gives cannot be there. A string takes whatever is a single value.
pub(super) fn expression(result: &Type, shape: &Shape) -> Option<ProfileErrorKind> {
    let fits = match shape {
        _ if matches!(result, Type::Null) => true,
        Shape::Bool => result.may_be(Sort::Bool),
        Shape::Int => result.may_be(Sort::Int),
        _ => !matches!(result.sort(), Sort::List | Sort::Map | Sort::Optional | Sort::Bytes | Sort::Type),
    };
    let expected = if matches!(shape, Shape::Any) { "a single value" } else { shape.expected() };
    (!fits).then(|| ProfileErrorKind::UnfitExpression { found: result.to_string(), expected })
}

/// Why a text of several pieces cannot be there.
pub(super) fn text(shape: &Shape) -> Option<ProfileErrorKind> {
    matches!(shape, Shape::Int | Shape::Bool).then(|| ProfileErrorKind::UnfitText(shape.expected()))
}

/// Whether a parameter alone can be what its place wants. A string may be a quantity: its value is checked later.
fn fits(ty: &ParameterType, shape: &Shape) -> bool {
    match shape {
        Shape::Bool => matches!(ty, ParameterType::Boolean),
        Shape::Int => matches!(ty, ParameterType::Integer | ParameterType::Port),
        Shape::IntOrStr => !matches!(ty, ParameterType::Boolean),
        Shape::Quantity => match ty {
            ParameterType::Enum(values) => values.iter().all(|value| grammar::is_quantity(value)),
            ParameterType::Integer | ParameterType::Port | ParameterType::Quantity | ParameterType::String => true,
            ParameterType::Boolean
            | ParameterType::Duration
            | ParameterType::Envs
            | ParameterType::Image
            | ParameterType::List(_)
            | ParameterType::Map(_)
            | ParameterType::Name
            | ParameterType::Path
            | ParameterType::Ports => false,
        },
        _ => true,
    }
}

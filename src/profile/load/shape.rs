//! Whether what a profile adds is what Kubernetes knows: its fields, the types of its values, and the types of the
//! parameters in them. What a value may be beyond its type is checked in `kube::validity`, once parameters have values.

use serde_json::Value;

use super::super::reader::{Errors, ProfileErrorKind};
use super::super::template::{Expression, Template, TemplateScalar};
use super::super::{Parameter, ParameterType, grammar};
use crate::kube::schema::{self, Shape};
use crate::value::pointer::Pointer;

/// The parameters of a profile that may have errors.
#[derive(Clone, Copy)]
pub(super) struct KnownParameters<'r> {
    /// The names of all of them, in their order.
    pub(super) names: &'r [String],
    /// Those without errors.
    pub(super) parameters: &'r [Parameter],
}

impl KnownParameters<'_> {
    /// The parameter at an index of the names; `None` where it has errors of its own.
    fn at(&self, index: usize) -> Option<&Parameter> {
        let name = self.names.get(index)?;
        self.parameters.iter().find(|parameter| parameter.name == *name)
    }
}

/// Reports every field that Kubernetes does not know, and every value and parameter of the wrong type. A place that has an
/// error already gets no second one. `template` is what the value was parsed to.
pub(super) fn check(
    value: &Value,
    template: &Template,
    shape: &Shape,
    at: &Pointer,
    parameters: &KnownParameters<'_>,
    errors: &mut Errors,
) {
    for wrong in schema::check(value, shape, at) {
        if !errors.has(&wrong.at) {
            errors.add(&wrong.at, ProfileErrorKind::Schema { message: wrong.message, hint: wrong.hint });
        }
    }
    for scalar in template.scalars() {
        let path = scalar.at.tokens().get(at.tokens().len()..).unwrap_or_default();
        let place = schema::shape_at(shape, path).filter(|shape| shape.is_scalar());
        if let Some(unfit) = place.and_then(|shape| unfit(scalar, shape, parameters))
            && !errors.has(&scalar.at)
        {
            errors.add(&scalar.at, unfit);
        }
    }
}

/// Why a scalar cannot be at a place; `None` where it can.
fn unfit(scalar: &TemplateScalar, shape: &Shape, parameters: &KnownParameters<'_>) -> Option<ProfileErrorKind> {
    match &scalar.expression {
        Expression::Parameter(index) => {
            let parameter = parameters.at(*index)?;
            (!fits(&parameter.ty, shape)).then(|| ProfileErrorKind::Unfit {
                name: parameter.name.clone(),
                ty: parameter.ty.id(),
                expected: shape.expected(),
            })
        }
        Expression::Text(_) | Expression::Concatenation(_) => {
            matches!(shape, Shape::Int | Shape::Bool).then(|| ProfileErrorKind::UnfitText(shape.expected()))
        }
    }
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
            ParameterType::Boolean | ParameterType::Duration | ParameterType::Image | ParameterType::Ports => false,
        },
        _ => true,
    }
}

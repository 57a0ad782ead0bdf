//! The types that operators take and give.

use crate::expression::ast::Binary;
use crate::expression::types::{Sort, Type};

/// The type of what an operator gives; `None` where it takes no such operands.
pub(super) fn result(operator: Binary, left: &Type, right: &Type) -> Option<Type> {
    let either_dyn = matches!(left, Type::Dyn) || matches!(right, Type::Dyn);
    let alike = left.sort() == right.sort();
    let numbers = left.is_number() && right.is_number();
    let known = if matches!(left, Type::Dyn) { right } else { left };
    match operator {
        Binary::Or | Binary::And => Some(Type::Bool),
        Binary::Equal | Binary::NotEqual => {
            let is_null = left.sort() == Sort::Null || right.sort() == Sort::Null;
            (either_dyn || alike || numbers || is_null).then_some(Type::Bool)
        }
        Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => {
            let is_ordered =
                known.is_number() || matches!(known.sort(), Sort::Bool | Sort::String | Sort::Bytes | Sort::Any);
            (is_ordered && (either_dyn || alike || numbers)).then_some(Type::Bool)
        }
        Binary::In => (right.may_be(Sort::List) || right.may_be(Sort::Map)).then_some(Type::Bool),
        Binary::Add => {
            let adds = known.is_number() || matches!(known.sort(), Sort::String | Sort::Bytes | Sort::List | Sort::Any);
            (adds && (either_dyn || alike)).then(|| match known {
                Type::List(_) => match (left, right) {
                    (Type::List(one), Type::List(two)) if one == two => left.clone(),
                    _ => Type::list(Type::Dyn),
                },
                known => known.clone(),
            })
        }
        Binary::Subtract | Binary::Multiply | Binary::Divide => {
            ((known.is_number() || known.sort() == Sort::Any) && (either_dyn || alike)).then(|| known.clone())
        }
        Binary::Remainder => {
            (matches!(known.sort(), Sort::Int | Sort::Uint | Sort::Any) && (either_dyn || alike)).then(|| known.clone())
        }
    }
}

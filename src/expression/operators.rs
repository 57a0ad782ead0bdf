//! What the operators do.

use std::cmp::Ordering;
use std::rc::Rc;

use super::ast::{Access, Binary, Unary};
use super::equality::{many, order, same};
use super::fault::{EvalFault, Meter, wrong};
use super::item::Item;
use super::library;
use super::types::Sort;
use crate::value::view::{Kind, View};

/// The value of an operator but `&&` and `||`.
pub(super) fn binary<'v, V: View<'v>>(
    operator: Binary,
    left: &Item<'v, V>,
    right: &Item<'v, V>,
    meter: &Meter,
) -> Result<Item<'v, V>, EvalFault> {
    let ordered = |holds: fn(Ordering) -> bool| match order(left, right, meter)? {
        Some(order) => Ok(Item::Bool(holds(order))),
        None if is_nan(left) || is_nan(right) => Err(EvalFault::NotANumber),
        None => Err(operands(operator, left, right)),
    };
    match operator {
        Binary::Or | Binary::And => Err(operands(operator, left, right)),
        Binary::Equal | Binary::NotEqual => Ok(Item::Bool(same(left, right, meter)? == (operator == Binary::Equal))),
        Binary::Less => ordered(Ordering::is_lt),
        Binary::LessOrEqual => ordered(Ordering::is_le),
        Binary::Greater => ordered(Ordering::is_gt),
        Binary::GreaterOrEqual => ordered(Ordering::is_ge),
        Binary::In => contains(left, right, meter),
        Binary::Add => add(left, right, meter),
        Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder => arithmetic(operator, left, right),
    }
}

fn is_nan<V>(item: &Item<'_, V>) -> bool {
    matches!(item, Item::Double(value) if value.is_nan())
}

fn contains<'v, V: View<'v>>(item: &Item<'v, V>, of: &Item<'v, V>, meter: &Meter) -> Result<Item<'v, V>, EvalFault> {
    if let Some(elements) = of.elements() {
        meter.steps(many(elements.len()))?;
        for element in &*elements {
            if same(element, item, meter)? {
                return Ok(Item::Bool(true));
            }
        }
        return Ok(Item::Bool(false));
    }
    match (of.sort(), item.as_str()) {
        (Sort::Map, name) => {
            pass_over(of, meter)?;
            Ok(Item::Bool(name.is_some_and(|name| of.member(name).is_some())))
        }
        _ => Err(operands(Binary::In, item, of)),
    }
}

fn add<'v, V: View<'v>>(left: &Item<'v, V>, right: &Item<'v, V>, meter: &Meter) -> Result<Item<'v, V>, EvalFault> {
    match (left, right) {
        (Item::Text(one), Item::Text(two)) => {
            let (one, two) = (one.as_str(), two.as_str());
            meter.bytes(one.len() + two.len())?;
            Ok(Item::text([one, two].concat()))
        }
        (Item::Bytes(one), Item::Bytes(two)) => {
            meter.bytes(one.len() + two.len())?;
            Ok(Item::Bytes([&**one, &**two].concat().into()))
        }
        _ => match (left.elements(), right.elements()) {
            (Some(one), Some(two)) => {
                meter.bytes((one.len() + two.len()) * size_of::<Item<'v, V>>())?;
                Ok(Item::List(one.iter().chain(two.iter()).cloned().collect()))
            }
            _ => arithmetic(Binary::Add, left, right),
        },
    }
}

fn operands<'v, V: View<'v>>(operator: Binary, left: &Item<'v, V>, right: &Item<'v, V>) -> EvalFault {
    let found = format!("{} and {}", left.sort().noun(), right.sort().noun());
    EvalFault::Operands { operation: operator.sign(), found }
}

/// Counts what a look into a list or a map costs: a map that was made is searched, and a list of the pod's is read.
fn pass_over<'v, V: View<'v>>(holder: &Item<'v, V>, meter: &Meter) -> Result<(), EvalFault> {
    match holder {
        Item::Map(members) => meter.steps(many(members.len())),
        Item::View(view) if view.kind() == Kind::Sequence => meter.steps(many(view.length())),
        _ => Ok(()),
    }
}

/// Whether a value of this type could never have a member. Asking for one that may be absent is then no error.
const fn has_no_members(sort: Sort) -> bool {
    !matches!(sort, Sort::List | Sort::Map | Sort::Optional)
}

/// A member. Of an optional it is an optional too.
pub(super) fn select<'v, V: View<'v>>(
    of: &Item<'v, V>,
    field: &str,
    access: Access,
    meter: &Meter,
) -> Result<Item<'v, V>, EvalFault> {
    let (holder, access) = match of {
        Item::Optional(None) => return Ok(Item::Optional(None)),
        Item::Optional(Some(held)) => (&**held, Access::Optional),
        other => (other, access),
    };
    pass_over(holder, meter)?;
    match holder.sort() {
        Sort::Map => {}
        sort if access == Access::Optional && has_no_members(sort) => return Ok(Item::Optional(None)),
        _ => return Err(wrong(Sort::Map, holder)),
    }
    match (holder.member(field), access) {
        (Some(found), Access::Required) => Ok(found),
        (Some(found), Access::Optional) => Ok(found.some()),
        (None, Access::Optional) => Ok(Item::Optional(None)),
        (None, Access::Required) => Err(EvalFault::NoField(field.to_owned())),
    }
}

/// An element or a member. Of an optional it is an optional too.
pub(super) fn index<'v, V: View<'v>>(
    of: &Item<'v, V>,
    key: &Item<'v, V>,
    access: Access,
    meter: &Meter,
) -> Result<Item<'v, V>, EvalFault> {
    let (holder, access) = match of {
        Item::Optional(None) => return Ok(Item::Optional(None)),
        Item::Optional(Some(held)) => (&**held, Access::Optional),
        other => (other, access),
    };
    pass_over(holder, meter)?;
    let (found, absent) = match holder.sort() {
        Sort::Map => (key.as_str().and_then(|name| holder.member(name)), EvalFault::NoKey),
        Sort::List => {
            let index = library::integer(key)?;
            let found = usize::try_from(index).ok().and_then(|index| holder.element(index));
            (found, EvalFault::OutOfRange { index, length: holder.length().unwrap_or_default() })
        }
        sort if access == Access::Optional && has_no_members(sort) => return Ok(Item::Optional(None)),
        _ => return Err(wrong(Sort::List, holder)),
    };
    match (found, access) {
        (Some(found), Access::Required) => Ok(found),
        (Some(found), Access::Optional) => Ok(Item::Optional(Some(Rc::new(found)))),
        (None, Access::Optional) => Ok(Item::Optional(None)),
        (None, Access::Required) => Err(absent),
    }
}

pub(super) fn unary<'v, V: View<'v>>(operator: Unary, inner: &Item<'v, V>) -> Result<Item<'v, V>, EvalFault> {
    match (operator, inner) {
        (Unary::Not, Item::Bool(value)) => Ok(Item::Bool(!value)),
        (Unary::Negate, Item::Int(value)) => value.checked_neg().map(Item::Int).ok_or(EvalFault::Overflow),
        (Unary::Negate, Item::Double(value)) => Ok(Item::Double(-value)),
        (Unary::Not, other) => Err(wrong(Sort::Bool, other)),
        (Unary::Negate, other) => Err(wrong(Sort::Int, other)),
    }
}

fn arithmetic<'v, V: View<'v>>(
    operator: Binary,
    left: &Item<'v, V>,
    right: &Item<'v, V>,
) -> Result<Item<'v, V>, EvalFault> {
    let divides = matches!(operator, Binary::Divide | Binary::Remainder);
    match (left, right) {
        (Item::Int(_), Item::Int(0)) | (Item::Uint(_), Item::Uint(0)) if divides => Err(EvalFault::DivisionByZero),
        (Item::Int(one), Item::Int(two)) => {
            let made = match operator {
                Binary::Add => one.checked_add(*two),
                Binary::Subtract => one.checked_sub(*two),
                Binary::Multiply => one.checked_mul(*two),
                Binary::Divide => one.checked_div(*two),
                _ => one.checked_rem(*two),
            };
            made.map(Item::Int).ok_or(EvalFault::Overflow)
        }
        (Item::Uint(one), Item::Uint(two)) => {
            let made = match operator {
                Binary::Add => one.checked_add(*two),
                Binary::Subtract => one.checked_sub(*two),
                Binary::Multiply => one.checked_mul(*two),
                Binary::Divide => one.checked_div(*two),
                _ => one.checked_rem(*two),
            };
            made.map(Item::Uint).ok_or(EvalFault::Overflow)
        }
        (Item::Double(one), Item::Double(two)) => match operator {
            Binary::Add => Ok(Item::Double(one + two)),
            Binary::Subtract => Ok(Item::Double(one - two)),
            Binary::Multiply => Ok(Item::Double(one * two)),
            Binary::Divide => Ok(Item::Double(one / two)),
            _ => Err(operands(operator, left, right)),
        },
        _ => Err(operands(operator, left, right)),
    }
}

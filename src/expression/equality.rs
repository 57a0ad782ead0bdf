//! Whether two values are the same. The parts of a value may be shared, so that a few bytes are very many values: each one
//! that is looked at counts.

use std::cmp::Ordering;

use super::fault::{EvalFault, Meter};
use super::item::Item;
use super::types::Sort;
use crate::value::view::View;

/// Numbers of different types are compared by value; values of different types are never the same. Recurses as deep as the
/// two are nested, which their documents and the expression cap.
pub(super) fn same<'v, V: View<'v>>(one: &Item<'v, V>, two: &Item<'v, V>, meter: &Meter) -> Result<bool, EvalFault> {
    meter.steps(1)?;
    match (one, two) {
        (Item::Null, Item::Null) => return Ok(true),
        (Item::Type(one), Item::Type(two)) => return Ok(one == two),
        (Item::Optional(one), Item::Optional(two)) => {
            return match (one, two) {
                (Some(one), Some(two)) => same(one, two, meter),
                (one, two) => Ok(one.is_none() && two.is_none()),
            };
        }
        _ => {}
    }
    match (one.sort(), two.sort()) {
        (Sort::List, Sort::List) => {
            let (one, two) = (one.elements().unwrap_or_default(), two.elements().unwrap_or_default());
            meter.steps(many(one.len()) + many(two.len()))?;
            if one.len() != two.len() {
                return Ok(false);
            }
            for (one, two) in one.iter().zip(two.iter()) {
                if !same(one, two, meter)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Sort::Map, Sort::Map) => {
            let (members, others) = (one.members().unwrap_or_default(), two.members().unwrap_or_default());
            meter.steps(many(members.len()) + many(others.len()))?;
            if members.len() != others.len() {
                return Ok(false);
            }
            for (name, value) in &*members {
                meter.steps(many(others.len()))?;
                let Some(found) = two.member(name.as_str()) else { return Ok(false) };
                if !same(value, &found, meter)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(order(one, two, meter)? == Some(Ordering::Equal)),
    }
}

/// The order of two values; `None` where they have none.
pub(super) fn order<'v, V: View<'v>>(
    one: &Item<'v, V>,
    two: &Item<'v, V>,
    meter: &Meter,
) -> Result<Option<Ordering>, EvalFault> {
    meter.steps(weight(one).min(weight(two)))?;
    Ok(one.compare(two))
}

/// The steps for a text or bytes that are looked at as a whole.
pub(super) fn weight<V>(item: &Item<'_, V>) -> usize {
    match item {
        Item::Text(text) => many(text.as_str().len()),
        Item::Bytes(bytes) => many(bytes.len()),
        _ => 0,
    }
}

/// The steps for so many elements or bytes that are passed over.
pub(super) const fn many(count: usize) -> usize {
    count / 32
}

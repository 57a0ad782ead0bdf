//! What the functions do. Texts are counted in characters, as CEL does.

use std::cmp::Ordering;

use super::equality::{many, same, weight};
use super::fault::{EvalFault, Meter, wrong};
use super::functions::Function;
use super::item::Item;
use super::types::Sort;
use crate::value::view::View;

mod own;
mod text;

pub(super) use text::pattern;

type Called<'v, V> = Result<Item<'v, V>, EvalFault>;

/// The result of a function. The arguments are as many as one of its overloads takes, but may be of other types.
pub(super) fn call<'v, V: View<'v>>(function: Function, arguments: &[Item<'v, V>], meter: &Meter) -> Called<'v, V> {
    let [first, rest @ ..] = arguments else {
        return Ok(Item::Optional(None));
    };
    let second = rest.first();
    match function {
        Function::Size => size(first, meter),
        Function::ToInt => to_int(first),
        Function::ToUint => to_uint(first),
        Function::ToDouble => to_double(first),
        Function::ToText => to_text(first, meter),
        Function::ToBool => to_bool(first),
        Function::ToBytes => match first {
            Item::Text(text) => Ok(Item::Bytes(text.as_str().as_bytes().into())),
            Item::Bytes(_) => Ok(first.clone()),
            other => Err(wrong(Sort::String, other)),
        },
        Function::ToDyn => Ok(first.clone()),
        Function::TypeOf => Ok(Item::Type(first.sort())),
        Function::OptionalOf => Ok(first.clone().some()),
        Function::OptionalOfNonZero => Ok(if is_zero(first) { Item::Optional(None) } else { first.clone().some() }),
        Function::OptionalNone => Ok(Item::Optional(None)),
        Function::HasValue | Function::OptionalValue | Function::Or | Function::OrValue => {
            optional(function, first, second)
        }
        Function::Distinct | Function::Flatten | Function::Sort | Function::Slice | Function::Join => {
            list(function, first, rest, meter)
        }
        Function::Range => range(integer(first)?, meter),
        Function::Keys
        | Function::Merge
        | Function::ToJson
        | Function::FromJson
        | Function::FromYaml
        | Function::Base64
        | Function::Sha256
        | Function::PortOf
        | Function::QuantityAdd
        | Function::QuantityMax
        | Function::QuantityCompare
        | Function::WholeCores
        | Function::LabelValue => own::call(function, first, second.unwrap_or(first), meter),
        Function::Contains
        | Function::StartsWith
        | Function::EndsWith
        | Function::Matches
        | Function::CharAt
        | Function::IndexOf
        | Function::LastIndexOf
        | Function::LowerAscii
        | Function::UpperAscii
        | Function::Replace
        | Function::Split
        | Function::Substring
        | Function::Trim
        | Function::Cut => text::call(function, str(first)?, rest, meter),
    }
}

/// The numbers from zero up to the length, which is not one of them.
fn range<'v, V: View<'v>>(length: i64, meter: &Meter) -> Called<'v, V> {
    let length = usize::try_from(length).unwrap_or_default();
    meter.bytes(length.saturating_mul(size_of::<Item<'v, V>>()))?;
    Ok(Item::List((0_i64..).take(length).map(Item::Int).collect()))
}

pub(super) fn str<'i, 'v, V: View<'v>>(item: &'i Item<'v, V>) -> Result<&'i str, EvalFault> {
    item.as_str().ok_or_else(|| wrong(Sort::String, item))
}

/// A whole number, of whatever type.
#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
pub(super) fn integer<'v, V: View<'v>>(item: &Item<'v, V>) -> Result<i64, EvalFault> {
    match item {
        Item::Int(value) => Ok(*value),
        Item::Uint(value) => i64::try_from(*value).map_err(|_| EvalFault::Overflow),
        Item::Double(value) if value.fract() == 0.0 && value.abs() < 9e15 => Ok(*value as i64),
        other => Err(wrong(Sort::Int, other)),
    }
}

fn made<'v, V: View<'v>>(text: String, meter: &Meter) -> Called<'v, V> {
    meter.bytes(text.len())?;
    Ok(Item::text(text))
}

fn size<'v, V: View<'v>>(item: &Item<'v, V>, meter: &Meter) -> Called<'v, V> {
    let length = match item {
        Item::Text(text) => {
            meter.steps(text.as_str().len() / 64)?;
            text.as_str().chars().count()
        }
        Item::Bytes(bytes) => bytes.len(),
        other => {
            let length = other.length().ok_or_else(|| wrong(Sort::List, other))?;
            meter.steps(many(length))?;
            length
        }
    };
    i64::try_from(length).map(Item::Int).map_err(|_| EvalFault::Overflow)
}

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
fn to_int<'v, V: View<'v>>(item: &Item<'v, V>) -> Called<'v, V> {
    match item {
        Item::Int(value) => Ok(Item::Int(*value)),
        Item::Uint(value) => i64::try_from(*value).map(Item::Int).map_err(|_| EvalFault::Overflow),
        Item::Double(value) if value.abs() < 9_223_372_036_854_775_808.0 => Ok(Item::Int(value.trunc() as i64)),
        Item::Double(_) => Err(EvalFault::Overflow),
        Item::Text(text) => {
            text.as_str().parse().map(Item::Int).map_err(|_| EvalFault::Conversion("a string", "an integer"))
        }
        other => Err(wrong(Sort::Int, other)),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the bounds are checked before")]
fn to_uint<'v, V: View<'v>>(item: &Item<'v, V>) -> Called<'v, V> {
    match item {
        Item::Uint(value) => Ok(Item::Uint(*value)),
        Item::Int(value) => u64::try_from(*value).map(Item::Uint).map_err(|_| EvalFault::Overflow),
        Item::Double(value) if (0.0..18_446_744_073_709_551_616.0).contains(value) => {
            Ok(Item::Uint(value.trunc() as u64))
        }
        Item::Double(_) => Err(EvalFault::Overflow),
        Item::Text(text) => {
            let digits = Some(text.as_str()).filter(|text| !text.starts_with('+'));
            let value = digits.and_then(|digits| digits.parse().ok());
            value.map(Item::Uint).ok_or(EvalFault::Conversion("a string", "an unsigned integer"))
        }
        other => Err(wrong(Sort::Uint, other)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "CEL gives the nearest double")]
fn to_double<'v, V: View<'v>>(item: &Item<'v, V>) -> Called<'v, V> {
    match item {
        Item::Double(value) => Ok(Item::Double(*value)),
        Item::Int(value) => Ok(Item::Double(*value as f64)),
        Item::Uint(value) => Ok(Item::Double(*value as f64)),
        Item::Text(text) => {
            // `inf` is one, but a number that is too large is not.
            let is_one = |value: &f64| value.is_finite() || !text.as_str().contains(|next: char| next.is_ascii_digit());
            let value = text.as_str().parse().ok().filter(is_one);
            value.map(Item::Double).ok_or(EvalFault::Conversion("a string", "a double"))
        }
        other => Err(wrong(Sort::Double, other)),
    }
}

fn to_text<'v, V: View<'v>>(item: &Item<'v, V>, meter: &Meter) -> Called<'v, V> {
    match item {
        Item::Text(_) => Ok(item.clone()),
        Item::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| EvalFault::Conversion("bytes", "a string"))?;
            made(text.to_owned(), meter)
        }
        Item::Int(value) => made(value.to_string(), meter),
        Item::Uint(value) => made(value.to_string(), meter),
        Item::Double(value) => made(text::double(*value), meter),
        Item::Bool(value) => made(value.to_string(), meter),
        other => Err(wrong(Sort::String, other)),
    }
}

fn to_bool<'v, V: View<'v>>(item: &Item<'v, V>) -> Called<'v, V> {
    match item {
        Item::Bool(_) => Ok(item.clone()),
        Item::Text(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Item::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Item::Bool(false)),
            _ => Err(EvalFault::Conversion("a string", "a boolean")),
        },
        other => Err(wrong(Sort::Bool, other)),
    }
}

fn is_zero<'v, V: View<'v>>(item: &Item<'v, V>) -> bool {
    match item {
        Item::Null => true,
        Item::Bool(value) => !value,
        Item::Int(value) => *value == 0,
        Item::Uint(value) => *value == 0,
        Item::Double(value) => *value == 0.0,
        Item::Text(text) => text.as_str().is_empty(),
        Item::Bytes(bytes) => bytes.is_empty(),
        Item::Type(_) => false,
        Item::List(_) | Item::Map(_) | Item::View(_) => item.length() == Some(0),
        Item::Optional(held) => held.is_none(),
    }
}

fn optional<'v, V: View<'v>>(function: Function, first: &Item<'v, V>, second: Option<&Item<'v, V>>) -> Called<'v, V> {
    let Item::Optional(held) = first else {
        // As in Kubernetes, any other value is one that is there.
        let has_next = matches!(function, Function::Or | Function::OrValue);
        return if has_next { Ok(first.clone()) } else { Err(wrong(Sort::Optional, first)) };
    };
    match (function, held, second) {
        (Function::HasValue, held, _) => Ok(Item::Bool(held.is_some())),
        (Function::Or, Some(_), _) => Ok(first.clone()),
        (_, Some(held), _) => Ok((**held).clone()),
        (Function::Or | Function::OrValue, None, Some(next)) => Ok(next.clone()),
        _ => Err(EvalFault::EmptyOptional),
    }
}

fn list<'v, V: View<'v>>(
    function: Function,
    first: &Item<'v, V>,
    rest: &[Item<'v, V>],
    meter: &Meter,
) -> Called<'v, V> {
    let elements = first.elements().ok_or_else(|| wrong(Sort::List, first))?;
    meter.steps(elements.len())?;
    let at = |index: usize| rest.get(index).map_or(Ok(0), integer);
    match function {
        Function::Join => {
            let separator = rest.first().map_or(Ok(""), str)?;
            let texts: Vec<&str> = elements.iter().map(str).collect::<Result<_, _>>()?;
            // Counted before anything is made: many elements may be one long text.
            meter.bytes(texts.iter().map(|text| text.len() + separator.len()).sum())?;
            Ok(Item::text(texts.join(separator)))
        }
        Function::Distinct => {
            let mut kept: Vec<Item<'v, V>> = Vec::new();
            'each: for element in &*elements {
                for known in &kept {
                    if same(known, element, meter)? {
                        continue 'each;
                    }
                }
                kept.push(element.clone());
            }
            Ok(Item::List(kept.into()))
        }
        Function::Flatten => {
            let depth = if rest.is_empty() { 1 } else { at(0)? };
            if depth < 0 {
                return Err(EvalFault::Negative(depth));
            }
            let mut flat = Vec::new();
            flatten(&elements, depth, &mut flat, meter)?;
            Ok(Item::List(flat.into()))
        }
        Function::Sort => {
            let mut sorted = elements.to_vec();
            sort(&mut sorted, meter)?;
            Ok(Item::List(sorted.into()))
        }
        _ => {
            let (start, end) = (at(0)?, at(1)?);
            let part = usize::try_from(start).ok().zip(usize::try_from(end).ok());
            let part = part.and_then(|(start, end)| elements.get(start..end));
            let fault = EvalFault::OutOfRange { index: end, length: elements.len() };
            part.map(|part| Item::List(part.into())).ok_or(fault)
        }
    }
}

/// Recurses as deep as the list is nested.
fn flatten<'v, V: View<'v>>(
    elements: &[Item<'v, V>],
    depth: i64,
    flat: &mut Vec<Item<'v, V>>,
    meter: &Meter,
) -> Result<(), EvalFault> {
    meter.bytes(size_of_val(elements))?;
    for element in elements {
        match element.elements().filter(|_| depth > 0) {
            Some(inner) => flatten(&inner, depth - 1, flat, meter)?,
            None => flat.push(element.clone()),
        }
    }
    Ok(())
}

fn sort<'v, V: View<'v>>(items: &mut [Item<'v, V>], meter: &Meter) -> Result<(), EvalFault> {
    check_order(items.iter(), meter)?;
    items.sort_by(|one, two| one.compare(two).unwrap_or(Ordering::Equal));
    Ok(())
}

/// Sorts pairs by their first members; equal ones keep their order.
pub(super) fn sort_by_key<'v, V: View<'v>>(
    pairs: &mut [(Item<'v, V>, Item<'v, V>)],
    meter: &Meter,
) -> Result<(), EvalFault> {
    check_order(pairs.iter().map(|(key, _)| key), meter)?;
    pairs.sort_by(|(one, _), (two, _)| one.compare(two).unwrap_or(Ordering::Equal));
    Ok(())
}

/// All of them have to be of one type that has an order. Counts the steps that sorting takes.
fn check_order<'i, 'v: 'i, V: View<'v>>(
    mut items: impl Iterator<Item = &'i Item<'v, V>>,
    meter: &Meter,
) -> Result<(), EvalFault> {
    let Some(first) = items.next() else { return Ok(()) };
    if first.compare(first).is_none() {
        return Err(EvalFault::Operands { operation: "sort", found: first.sort().noun().to_owned() });
    }
    for item in items {
        if item.sort() != first.sort() {
            return Err(wrong(first.sort(), item));
        }
        meter.steps(8 + weight(item).saturating_mul(16))?;
    }
    Ok(())
}

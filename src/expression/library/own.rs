//! What only injector has.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Called, integer, made, sort, str, text};
use crate::expression::fault::{EvalFault, Meter, wrong};
use crate::expression::functions::Function;
use crate::expression::item::{Item, Text};
use crate::expression::types::Sort;
use crate::kube::quantity::Quantity;
use crate::text::yaml::{MAX_DEPTH, parse_yaml};
use crate::value::view::View;

/// How long a label's value may be: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>.
const LONGEST_LABEL: usize = 63;

/// The result of a function of our own.
pub(super) fn call<'v, V: View<'v>>(
    function: Function,
    first: &Item<'v, V>,
    second: &Item<'v, V>,
    meter: &Meter,
) -> Called<'v, V> {
    match function {
        Function::Keys => {
            let members = first.members().ok_or_else(|| wrong(Sort::Map, first))?;
            let mut keys: Vec<Item<'v, V>> = members.iter().map(|(name, _)| Item::Text(name.clone())).collect();
            sort(&mut keys, meter)?;
            Ok(Item::List(keys.into()))
        }
        Function::Merge => merge(first, meter),
        Function::ToJson => {
            let made = json(first, meter)?;
            Ok(Item::text(made))
        }
        Function::FromJson => {
            let text = str(first)?;
            meter.bytes(text.len() * 8)?;
            let value: Value = serde_json::from_str(text).map_err(|_| EvalFault::Conversion("a string", "JSON"))?;
            Ok(Item::of_value(&value))
        }
        Function::FromYaml => from_yaml(str(first)?, meter),
        Function::Base64 => made(STANDARD.encode(bytes(first)?), meter),
        Function::Sha256 => {
            let bytes = bytes(first)?;
            meter.bytes(bytes.len())?;
            let digest = Sha256::digest(bytes);
            Ok(Item::text(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
        }
        Function::PortOf => port_of(first, second),
        Function::QuantityAdd | Function::QuantityMax | Function::QuantityCompare => {
            let (one, two) = (quantity(first)?, quantity(second)?);
            match function {
                Function::QuantityAdd => {
                    one.checked_add(two).map(|sum| Item::text(sum.to_string())).map_err(|_| EvalFault::Overflow)
                }
                Function::QuantityMax => Ok(Item::text(one.max(two).to_string())),
                _ => Ok(Item::Int(one.cmp(&two) as i64)),
            }
        }
        Function::WholeCores => quantity(first)?.rounded_up().map(Item::Int).ok_or(EvalFault::Overflow),
        _ => {
            let cut: String = str(first)?.chars().take(LONGEST_LABEL).collect();
            made(cut.trim_matches(|end: char| !end.is_ascii_alphanumeric()).to_owned(), meter)
        }
    }
}

fn bytes<'i, 'v, V: View<'v>>(item: &'i Item<'v, V>) -> Result<&'i [u8], EvalFault> {
    match item {
        Item::Text(text) => Ok(text.as_str().as_bytes()),
        Item::Bytes(bytes) => Ok(bytes),
        other => Err(wrong(Sort::String, other)),
    }
}

/// The value as JSON in one line, with the members of each object sorted.
fn json<'v, V: View<'v>>(item: &Item<'v, V>, meter: &Meter) -> Result<String, EvalFault> {
    let value = item.to_value().ok_or(EvalFault::NotJson)?;
    let text = sorted(value).to_string();
    meter.bytes(text.len())?;
    Ok(text)
}

/// Recurses as deep as the value is nested.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().collect();
            members.sort_by(|(one, _), (two, _)| one.cmp(two));
            Value::Object(members.into_iter().map(|(name, value)| (name, sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements.into_iter().map(sorted).collect(),
        other => other,
    }
}

fn quantity<'v, V: View<'v>>(item: &Item<'v, V>) -> Result<Quantity, EvalFault> {
    let text = match item {
        Item::Text(text) => text.as_str().trim().to_owned(),
        Item::Int(value) => value.to_string(),
        Item::Uint(value) => value.to_string(),
        Item::Double(value) => text::double(*value),
        other => return Err(wrong(Sort::String, other)),
    };
    Quantity::parse(&text).map_err(|_| EvalFault::Conversion("a value", "a quantity"))
}

/// The number of a container's port, which may be given by its name.
fn port_of<'v, V: View<'v>>(container: &Item<'v, V>, port: &Item<'v, V>) -> Called<'v, V> {
    let Item::Text(name) = port else { return integer(port).map(Item::Int) };
    let ports = container.member("ports").and_then(|ports| ports.elements()).unwrap_or_default();
    let is_it = |port: &&Item<'v, V>| port.member("name").is_some_and(|found| found.as_str() == Some(name.as_str()));
    let found = ports.iter().find(is_it).and_then(|port| port.member("containerPort"));
    found.ok_or(EvalFault::NoPort)
}

/// One map with the members of all maps of a list.
fn merge<'v, V: View<'v>>(list: &Item<'v, V>, meter: &Meter) -> Called<'v, V> {
    let elements = list.elements().ok_or_else(|| wrong(Sort::List, list))?;
    let mut all: Vec<(Text<'v>, Item<'v, V>)> = Vec::new();
    for element in elements.iter() {
        let members = element.members().ok_or_else(|| wrong(Sort::Map, element))?;
        for (name, value) in members.iter() {
            meter.steps(all.len() + 1)?;
            if all.iter().any(|(known, _)| known.as_str() == name.as_str()) {
                return Err(EvalFault::NamedTwice);
            }
            all.push((name.clone(), value.clone()));
        }
    }
    meter.bytes(all.len() * size_of::<(Text<'v>, Item<'v, V>)>())?;
    Ok(Item::Map(all.into()))
}

/// The value of a YAML document, read as Kubernetes reads one. Without aliases it is not larger than its text.
fn from_yaml<'v, V: View<'v>>(text: &str, meter: &Meter) -> Called<'v, V> {
    meter.bytes(text.len() * 8)?;
    let fault = || EvalFault::Conversion("a string", "YAML");
    let tree = parse_yaml(text).map_err(|_| fault())?;
    match tree.root() {
        None => Ok(Item::Null),
        Some(root) if tree.is_within(MAX_DEPTH) && !tree.has_aliases() => Ok(Item::of_value(&tree.view(root).value())),
        Some(_) => Err(fault()),
    }
}

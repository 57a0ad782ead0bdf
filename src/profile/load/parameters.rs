//! The parameters of a profile: their names, types, defaults, and where their values come from.

use std::borrow::Cow;

use serde_json::Value;

use super::super::grammar::is_parameter_name;
use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::slot::is_annotation_key;
use super::super::template::first_expression;
use super::super::{Parameter, ParameterType, Profile};
use super::{check_key, nodes};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// Fills in the profile's parameters, and returns the names of all of them, in their order.
///
/// The names are also those of parameters with errors: where such a one is used, that is no second error. A profile without
/// errors has a parameter for each name, at the same index.
pub(super) fn read<'a, V: View<'a>>(spec: &Node<V>, profile: &mut Profile, errors: &mut Errors) -> Vec<String> {
    for node in nodes(spec.get("parameters"), errors) {
        let Some(parameter) = parameter(node.clone(), errors) else { continue };
        if profile.parameters.iter().any(|other| other.name == parameter.name) {
            let at = node.at.join("name");
            errors.add(&at, ProfileErrorKind::Duplicate { what: "parameter", name: parameter.name });
        } else {
            profile.parameters.push(parameter);
        }
    }
    let written = spec.get("parameters").map(|list| list.view.elements()).unwrap_or_default();
    written.into_iter().filter_map(|parameter| parameter.text(&["name"]).map(Cow::into_owned)).collect()
}

fn parameter<'a, V: View<'a>>(node: Node<V>, errors: &mut Errors) -> Option<Parameter> {
    const FIELDS: &[&str] = &["annotation", "default", "description", "from", "name", "optional", "type", "values"];
    let node = node.object(FIELDS, errors)?;
    let form = "a parameter name: a letter, then letters, digits and `_`";
    let name = node.require("name", errors).and_then(|name| name.formed(form, is_parameter_name, errors));
    let ty = parameter_type(&node, errors);
    let description = node.get("description").and_then(|text| text.string(errors)).unwrap_or_default();
    let annotation = node.get("annotation").and_then(|key| {
        let text = key.string(errors)?;
        check_key(&text, is_annotation_key, &key.at, errors);
        Some(text)
    });
    let mut from = Vec::new();
    for place in nodes(node.get("from"), errors) {
        match place.string(errors).map(|text| Pointer::parse(&text)) {
            Some(Ok(pointer)) => from.push(pointer),
            Some(Err(error)) => errors.add(&place.at, error),
            None => {}
        }
    }
    let (name, ty) = (name?, ty?);
    let default = node.get("default").and_then(|default| default_of(&default, &name, &ty, errors));
    let optional = node.get("optional").and_then(|optional| optional.boolean(errors)).unwrap_or_default();
    Some(Parameter { name, ty, description, default, optional, from, annotation })
}

/// A default is a value and not a template: with a parameter in it, the braces themselves would be added to pods.
fn default_of<'a, V: View<'a>>(node: &Node<V>, name: &str, ty: &ParameterType, errors: &mut Errors) -> Option<Value> {
    let name = name.to_owned();
    if let Some(other) = node.view.string().as_deref().and_then(first_expression) {
        errors.add(&node.at, ProfileErrorKind::ParameterInDefault { name, other: other.to_owned() });
        return None;
    }
    ty.check(&node.view.value()).map_err(|bad| errors.add(&node.at, ProfileErrorKind::Default { name, bad })).ok()
}

fn parameter_type<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<ParameterType> {
    let types = [
        ParameterType::String,
        ParameterType::Integer,
        ParameterType::Port,
        ParameterType::Ports,
        ParameterType::Boolean,
        ParameterType::Quantity,
        ParameterType::Image,
        ParameterType::Duration,
        ParameterType::Name,
        ParameterType::Path,
        ParameterType::Enum(Vec::new()),
    ];
    let words: Vec<(&'static str, &ParameterType)> = types.iter().map(|ty| (ty.id(), ty)).collect();
    let ty = node.require("type", errors)?.choice(&words, errors)?;
    let values = node.get("values");
    if !matches!(ty, ParameterType::Enum(_)) {
        if let Some(values) = values {
            errors.add(&values.at, ProfileErrorKind::ValuesWithoutEnum(ty.id()));
        }
        return Some(ty.clone());
    }
    let Some(values) = values else {
        errors.add(&node.at, ProfileErrorKind::Missing("values"));
        return None;
    };
    if values.view.kind() == Kind::Sequence && values.view.elements().is_empty() {
        errors.add(&values.at, ProfileErrorKind::Empty("an enum needs at least one value"));
    }
    Some(ParameterType::Enum(values.strings("value", errors)))
}

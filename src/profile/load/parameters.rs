//! The parameters of a profile: their names, types, defaults, and where their values come from.

use std::borrow::Cow;

use super::super::grammar::is_parameter_name;
use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::slot::is_annotation_key;
use super::super::{Inherit, Known, ListType, MapType, Parameter, ParameterType, Profile, RECORD};
use super::bounds::{bounds, presence, value_pattern};
use super::computed::Earlier;
use super::{check_key, nodes};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// Fills in the profile's parameters, and returns the names of all of them, in their order.
///
/// The names are also those of parameters with errors: where such a one is used, that is no second error. A profile without
/// errors has a parameter for each name, at the same index.
pub(super) fn read<'a, V: View<'a>>(spec: &Node<V>, profile: &mut Profile, errors: &mut Errors) -> Vec<String> {
    let written = spec.get("parameters").map(|list| list.view.elements()).unwrap_or_default();
    let names: Vec<String> =
        written.into_iter().filter_map(|parameter| parameter.text(&["name"]).map(Cow::into_owned)).collect();
    for node in nodes(spec.get("parameters"), errors) {
        let earlier = Earlier { parameters: &profile.parameters, all: &names };
        let Some(parameter) = parameter(node.clone(), &earlier, errors) else { continue };
        if profile.parameters.iter().any(|other| other.name == parameter.name) {
            let at = node.at.join("name");
            errors.add(&at, ProfileErrorKind::Duplicate { what: "parameter", name: parameter.name });
        } else {
            profile.parameters.push(parameter);
        }
    }
    names
}

/// The fields of a parameter.
const FIELDS: &[&str] = &[
    "annotation",
    "annotationPrefix",
    "default",
    "description",
    "from",
    "inherit",
    "keyPattern",
    "keySeparator",
    "max",
    "maxItems",
    "maxLength",
    "min",
    "name",
    "of",
    "optional",
    "pattern",
    "required",
    "separator",
    "type",
    "values",
];

/// The fields that only some types have, with these. A field that counts for the items of a list or map has the types of the
/// items.
const FIELDS_OF_TYPES: &[(&str, &[&str])] = &[
    ("annotationPrefix", &["map"]),
    ("keyPattern", &["map"]),
    ("keySeparator", &["map"]),
    ("max", &["integer", "port"]),
    ("maxItems", &["envs", "list", "map"]),
    ("min", &["integer", "port"]),
    ("of", &["list", "map"]),
    ("pattern", &["image", "name", "path", "string"]),
    ("separator", &["list", "map"]),
    ("values", &["enum"]),
];

fn parameter<'a, V: View<'a>>(node: Node<V>, earlier: &Earlier<'_>, errors: &mut Errors) -> Option<Parameter> {
    let node = node.object(FIELDS, errors)?;
    let form = "a parameter name: a letter, then letters, digits and `_`";
    let name = node.require("name", errors).and_then(|name| name.formed(form, is_parameter_name, errors));
    let ty = parameter_type(&node, errors);
    let description = node.get("description").and_then(|text| text.string(errors)).unwrap_or_default();
    let annotations = annotations(&node, errors);
    let annotation_prefix = node.get("annotationPrefix").and_then(|prefix| annotation_prefix(&prefix, errors));
    let inherit = inherit(&node, errors);
    let mut from = Vec::new();
    for place in nodes(node.get("from"), errors) {
        match place.string(errors).map(|text| Pointer::parse(&text)) {
            Some(Ok(pointer)) => from.push(pointer),
            Some(Err(error)) => errors.add(&place.at, error),
            None => {}
        }
    }
    let presence = presence(&node, errors);
    let (name, ty) = (name?, ty?);
    let bounds = bounds(&node, &ty, errors);
    let mut parameter = Parameter {
        name,
        ty,
        description,
        default: None,
        computed: None,
        presence,
        from,
        annotations,
        annotation_prefix,
        inherit,
        bounds,
        set: Known::default(),
    };
    if let Some(default) = node.get("default") {
        read_default(&default, &mut parameter, earlier, errors);
    }
    Some(parameter)
}

/// A parameter inherits its annotation, so it needs one.
fn inherit<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Inherit {
    let Some(written) = node.get("inherit") else { return Inherit::Nothing };
    if node.get("annotation").is_none() {
        errors.add(&node.at, ProfileErrorKind::Missing("annotation"));
    }
    written.choice(&[("Namespace", Inherit::Namespace)], errors).unwrap_or_default()
}

/// One key or several, no two the same.
fn annotations<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Vec<String> {
    let Some(node) = node.get("annotation") else { return Vec::new() };
    let is_list = node.view.kind() == Kind::Sequence;
    let written = if is_list { node.clone().list(errors) } else { vec![node.clone()] };
    if written.is_empty() {
        errors.add(&node.at, ProfileErrorKind::Empty("`annotation` needs at least one key"));
    }
    let mut keys: Vec<String> = Vec::new();
    for node in written {
        let Some(key) = node.string(errors) else { continue };
        check_key(&key, is_annotation_key, &node.at, errors);
        if keys.contains(&key) {
            errors.add(&node.at, ProfileErrorKind::Duplicate { what: "the key", name: key });
        } else {
            keys.push(key);
        }
    }
    keys
}

/// What annotation keys begin with: a domain and `/` at least, so that they are the profile's own.
fn annotation_prefix<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<String> {
    const FORM: &str = "the beginning of annotation keys, such as `example.com/secret-`";
    let begins_keys = |text: &str| text.contains('/') && is_annotation_key(&format!("{text}x"));
    let prefix = node.formed(FORM, begins_keys, errors)?;
    if RECORD.starts_with(&prefix) {
        errors.add(&node.at, ProfileErrorKind::Reserved(RECORD.to_owned()));
    }
    Some(prefix)
}

/// A default is a value, or a text with expressions over the parameters before it.
fn read_default<'a, V: View<'a>>(
    node: &Node<V>,
    parameter: &mut Parameter,
    earlier: &Earlier<'_>,
    errors: &mut Errors,
) {
    let text = node.view.string();
    if let Some(text) = text.filter(|text| earlier.is_computed(text)) {
        parameter.computed = earlier.computed(node, &text, parameter, errors);
        return;
    }
    earlier.check_parts(node, errors);
    let name = parameter.name.clone();
    let checked = parameter.check_default(node.view);
    parameter.default = checked.map_err(|bad| errors.add(&node.at, ProfileErrorKind::Default { name, bad })).ok();
}

/// The types of single values, of which lists and maps can be.
fn single_types() -> [ParameterType; 11] {
    [
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
    ]
}

fn parameter_type<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<ParameterType> {
    const LIST: &str = "list";
    const MAP: &str = "map";
    let single = single_types();
    let single_words: Vec<(&'static str, &ParameterType)> = single.iter().map(|ty| (ty.id(), ty)).collect();
    let mut words: Vec<(&'static str, Option<&ParameterType>)> =
        single_words.iter().map(|(word, ty)| (*word, Some(*ty))).collect();
    words.extend([(LIST, None), (MAP, None), (ParameterType::Envs.id(), Some(&ParameterType::Envs))]);
    let written = node.require("type", errors)?;
    let found = written.choice(&words, errors)?;
    let (ty, of) = match found {
        Some(ty) => (ty.id(), ty),
        None => {
            let of = node.require("of", errors)?.choice(&single_words, errors)?;
            (if written.view.string().as_deref() == Some(MAP) { MAP } else { LIST }, of)
        }
    };
    for (field, types) in FIELDS_OF_TYPES {
        let has = types.contains(&ty) || (found.is_none() && types.contains(&of.id()));
        if let Some(other) = node.get(field).filter(|_| !has) {
            errors.add(&other.at, ProfileErrorKind::FieldOfOtherType { field, types, ty });
        }
    }
    let of = match of {
        ParameterType::Enum(_) => enum_of(node, errors)?,
        other => other.clone(),
    };
    match ty {
        LIST => Some(ParameterType::List(ListType {
            of: Box::new(of),
            separator: separator(node, "separator", ",", errors)?,
        })),
        MAP => map_type(node, of, errors).map(ParameterType::Map),
        _ => Some(of),
    }
}

fn enum_of<'a, V: View<'a>>(node: &Node<V>, errors: &mut Errors) -> Option<ParameterType> {
    let values = node.require("values", errors)?;
    if values.view.kind() == Kind::Sequence && values.view.elements().is_empty() {
        errors.add(&values.at, ProfileErrorKind::Empty("an enum needs at least one value"));
    }
    Some(ParameterType::Enum(values.strings("value", errors)))
}

fn map_type<'a, V: View<'a>>(node: &Node<V>, of: ParameterType, errors: &mut Errors) -> Option<MapType> {
    let between = separator(node, "separator", ",", errors);
    let key_separator = separator(node, "keySeparator", "=", errors);
    let key_pattern = node.get("keyPattern").and_then(|pattern| value_pattern(&pattern, errors));
    let (separator, key_separator) = (between?, key_separator?);
    if key_separator.contains(&separator) {
        let at = node.at.join(if node.get("keySeparator").is_some() { "keySeparator" } else { "separator" });
        errors.add(&at, ProfileErrorKind::Empty("`separator` is in `keySeparator`: no entry could be read"));
        return None;
    }
    Some(MapType { of: Box::new(of), separator, key_separator, key_pattern })
}

fn separator<'a, V: View<'a>>(node: &Node<V>, field: &str, usual: &str, errors: &mut Errors) -> Option<String> {
    let Some(node) = node.get(field) else { return Some(usual.to_owned()) };
    let text = node.string(errors)?;
    if text.is_empty() {
        errors.add(&node.at, ProfileErrorKind::Empty("a separator has at least one character"));
        return None;
    }
    Some(text)
}

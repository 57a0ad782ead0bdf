//! Typed parameters: reading a value of each type, and where a parameter's value comes from.
//!
//! The grammars themselves are in `grammar`. Nothing here decides whether an object is injected.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use thiserror::Error;

use super::grammar;
use super::{Parameter, ParameterType, Profile};
use crate::diagnostic::words::{list, nearest};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::duration;
use crate::kube::image::is_image;
use crate::kube::workload::locate;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// A value that its parameter's type does not allow. The fault of whoever wrote the value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BadValue {
    /// A text or number that the type does not allow.
    #[error("{} is not {expected}", shown(value))]
    NotOfType {
        /// The value as it is written.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// None of an enum's values.
    #[error("{} is none of {}", shown(value), list(allowed))]
    NoneOf {
        /// The value as it is written.
        value: String,
        /// What is allowed.
        allowed: Vec<String>,
    },
    /// Another sort of value altogether.
    #[error("{} is {}, not {expected}", shown(value), kind.name())]
    WrongKind {
        /// The value as JSON.
        value: String,
        /// What it is.
        kind: Kind,
        /// What is allowed.
        expected: String,
    },
}

impl BadValue {
    /// What to do, where there is one thing to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::WrongKind { value, kind: Kind::Boolean | Kind::Number, .. } => {
                Some(format!("quote it: `\"{value}\"`"))
            }
            Self::NoneOf { value, allowed } => {
                nearest(value, allowed.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
            }
            _ => None,
        }
    }
}

impl ParameterType {
    /// The word for this type in a profile.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Duration => "duration",
            Self::Enum(_) => "enum",
            Self::Image => "image",
            Self::Integer => "integer",
            Self::Port => "port",
            Self::Ports => "ports",
            Self::Quantity => "quantity",
            Self::String => "string",
        }
    }

    /// Reads a value that is written as text: an annotation's, or one from the command line.
    /// Ports come back with their spaces removed; every other text as it is written.
    pub fn parse(&self, text: &str) -> Result<Value, BadValue> {
        let read = match self {
            Self::Boolean => grammar::boolean(text).map(Value::from),
            Self::Duration => duration::go(text).is_some().then(|| Value::from(text)),
            Self::Enum(allowed) => {
                return if allowed.iter().any(|value| value == text) {
                    Ok(Value::from(text))
                } else {
                    Err(BadValue::NoneOf { value: text.to_owned(), allowed: allowed.clone() })
                };
            }
            Self::Image => is_image(text).then(|| Value::from(text)),
            Self::Integer => grammar::integer(text).map(Value::from),
            Self::Port => grammar::port(text).map(Value::from),
            Self::Ports => grammar::ports(text).map(Value::from),
            Self::Quantity => grammar::is_quantity(text).then(|| Value::from(text)),
            Self::String => Some(Value::from(text)),
        };
        read.ok_or_else(|| BadValue::NotOfType { value: text.to_owned(), expected: self.expected().to_owned() })
    }

    /// Checks a typed value: a default's, or one found in the pod. Text is read as [`parse`](Self::parse) does.
    pub fn check(&self, value: &Value) -> Result<Value, BadValue> {
        match (self, value) {
            (_, Value::String(text)) => self.parse(text),
            (Self::Boolean, Value::Bool(_)) => Ok(value.clone()),
            (Self::Integer | Self::Port | Self::Ports | Self::Quantity, Value::Number(number)) => {
                self.parse(&number.to_string())
            }
            _ => Err(BadValue::WrongKind {
                value: value.to_string(),
                kind: value.kind(),
                expected: self.expected().to_owned(),
            }),
        }
    }

    /// What values there are, with an article, for messages.
    const fn expected(&self) -> &'static str {
        match self {
            Self::Boolean => "a boolean: `true` or `false`",
            Self::Duration => "a duration, such as `30s` or `1m30s`",
            Self::Enum(_) => "a string",
            Self::Image => "an image reference, such as `registry.example/name:tag`",
            Self::Integer => "an integer of 64 bits",
            Self::Port => "a port: a number from 1 to 65535",
            Self::Ports => "a list of ports, such as `80,443,8000-8100`, or `*`",
            Self::Quantity => "a quantity, such as `100m` or `128Mi`",
            Self::String => "a string",
        }
    }
}

/// Where a parameter's value comes from. Places count from the pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The pod template's annotation.
    Annotation(Pointer),
    /// `--set`.
    Set,
    /// A place that the parameter names.
    Place(Pointer),
    /// The profile.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Annotation(at) => write!(f, "annotation `{}`", at.tokens().last().map_or("", String::as_str)),
            Self::Set => f.write_str("`--set`"),
            Self::Place(at) => write!(f, "`{at}`"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The value of each of a profile's parameters for one pod template.
///
/// The first of these that is there: the template's annotation, `--set`, the places that the parameter names, its
/// default. A name in `set` that the profile does not have is passed over: it may be another profile's.
///
/// # Errors
///
/// One diagnostic for each bad or missing value, whose place counts from the template's root.
pub(crate) fn resolve<'p, 'a, V: View<'a>>(
    profile: &'p Profile,
    template: V,
    set: &BTreeMap<String, String>,
) -> Result<Vec<Cow<'p, Value>>, Vec<Diagnostic>> {
    let annotations = template.path(&["metadata", "annotations"]);
    let mut values = Vec::with_capacity(profile.parameters.len());
    let mut wrong = Vec::new();
    for parameter in &profile.parameters {
        match find(parameter, template, annotations, set) {
            Ok((value, _)) => values.push(value),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

/// The values of [`resolve`], which stand in the order of the profile's parameters, by name.
pub(crate) fn by_name(profile: &Profile, values: &[Cow<'_, Value>]) -> BTreeMap<String, Value> {
    let names = profile.parameters.iter().map(|parameter| parameter.name.clone());
    names.zip(values.iter().map(|value| Value::clone(value))).collect()
}

/// The value of one parameter for one pod template, and where it comes from; see [`resolve`].
///
/// # Errors
///
/// What is wrong with the value, or that there is none; the place counts from the template's root.
pub(crate) fn value_of<'p, 'a, V: View<'a>>(
    parameter: &'p Parameter,
    template: V,
    set: &BTreeMap<String, String>,
) -> Result<(Cow<'p, Value>, Origin), Diagnostic> {
    find(parameter, template, template.path(&["metadata", "annotations"]), set)
}

fn find<'p, 'a, V: View<'a>>(
    parameter: &'p Parameter,
    template: V,
    annotations: Option<V>,
    set: &BTreeMap<String, String>,
) -> Result<(Cow<'p, Value>, Origin), Diagnostic> {
    let name = &parameter.name;
    if let Some(key) = &parameter.annotation
        && let Some(found) = annotations.and_then(|annotations| annotations.member(key))
    {
        let at = Pointer::of(["metadata", "annotations", key]);
        let Some(text) = found.string() else {
            let message = format!("annotation `{key}` is {}, not a string", found.kind().name());
            return Err(Diagnostic::new(Code::BadValue, at, message).hint("quote the value"));
        };
        return match parameter.ty.parse(&text) {
            Ok(value) => Ok((Cow::Owned(value), Origin::Annotation(at))),
            Err(bad) => Err(told(at, &format!("annotation `{key}`"), &bad)),
        };
    }
    if let Some(text) = set.get(name) {
        return match parameter.ty.parse(text) {
            Ok(value) => Ok((Cow::Owned(value), Origin::Set)),
            Err(bad) => Err(told(Pointer::root(), &format!("`--set {name}`"), &bad)),
        };
    }
    for place in &parameter.from {
        if let Some(found) = locate(template, place).filter(|found| found.kind() != Kind::Null) {
            let checked = match found.kind() {
                // Not read whole: a place can hold the entire pod.
                kind @ (Kind::Sequence | Kind::Mapping) => Err(BadValue::WrongKind {
                    value: place.to_string(),
                    kind,
                    expected: parameter.ty.expected().to_owned(),
                }),
                _ => parameter.ty.check(&found.value()),
            };
            return match checked {
                Ok(value) => Ok((Cow::Owned(value), Origin::Place(place.clone()))),
                Err(bad) => Err(told(place.clone(), &format!("parameter `{name}`"), &bad)),
            };
        }
    }
    parameter.default.as_ref().map(|value| (Cow::Borrowed(value), Origin::Default)).ok_or_else(|| {
        let message = format!("parameter `{name}` has no value");
        let hint = match &parameter.annotation {
            Some(key) => format!("set it with the annotation `{key}` or `--set {name}=…`"),
            None => format!("set it with `--set {name}=…`"),
        };
        Diagnostic::new(Code::BadValue, Pointer::root(), message).hint(hint)
    })
}

fn told(at: Pointer, who: &str, bad: &BadValue) -> Diagnostic {
    Diagnostic { hint: bad.hint(), ..Diagnostic::new(Code::BadValue, at, format!("{who}: {bad}")) }
}

/// A value in backticks; a long one is cut.
fn shown(value: &str) -> impl fmt::Display {
    const MOST: usize = 100;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameter(ty: ParameterType) -> Parameter {
        Parameter {
            name: "p".into(),
            ty,
            description: String::new(),
            default: None,
            from: Vec::new(),
            annotation: Some("example.com/p".into()),
        }
    }

    fn resolved(parameter: Parameter, template: &Value, set: &[(&str, &str)]) -> Result<Value, Vec<Diagnostic>> {
        let mut profile = crate::profile::load::load(&json!({
            "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"}, "spec": {"policy": "OptOut"},
        }))
        .unwrap();
        profile.parameters = vec![parameter];
        let set = set.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        resolve(&profile, template, &set).map(|values| values[0].clone().into_owned())
    }

    #[test]
    fn bad_values_name_the_value_and_what_is_allowed() {
        let level = ParameterType::Enum(vec!["debug".into(), "info".into()]);
        for (ty, text, message) in [
            (ParameterType::Port, "99999", "`99999` is not a port: a number from 1 to 65535"),
            (ParameterType::Boolean, "yes", "`yes` is not a boolean: `true` or `false`"),
            (ParameterType::Integer, "1.5", "`1.5` is not an integer of 64 bits"),
            (ParameterType::Duration, "30", "`30` is not a duration, such as `30s` or `1m30s`"),
            (ParameterType::Quantity, "1Zi", "`1Zi` is not a quantity, such as `100m` or `128Mi`"),
            (ParameterType::Image, "a b", "`a b` is not an image reference, such as `registry.example/name:tag`"),
            (ParameterType::Ports, "80,x", "`80,x` is not a list of ports, such as `80,443,8000-8100`, or `*`"),
            (level, "inof", "`inof` is none of `debug`, `info`"),
        ] {
            assert_eq!(ty.parse(text).unwrap_err().to_string(), message);
        }
        let long = ParameterType::Port.parse(&"é".repeat(500)).unwrap_err().to_string();
        assert!(long.starts_with(&format!("`{}…` is not", "é".repeat(100))));
    }

    #[test]
    fn typed_values_are_checked_and_text_among_them_is_read() {
        for (ty, value, expected) in [
            (ParameterType::Port, json!(80), Some(json!(80))),
            (ParameterType::Port, json!("80"), Some(json!(80))),
            (ParameterType::Port, json!(80.0), None),
            (ParameterType::Port, json!(true), None),
            (ParameterType::Ports, json!(80), Some(json!("80"))),
            (ParameterType::Ports, json!("80, 443"), Some(json!("80,443"))),
            (ParameterType::Boolean, json!(false), Some(json!(false))),
            (ParameterType::Boolean, json!("true"), Some(json!(true))),
            (ParameterType::Boolean, json!(1), None),
            (ParameterType::Quantity, json!(1), Some(json!("1"))),
            (ParameterType::Quantity, json!(0.5), Some(json!("0.5"))),
            (ParameterType::Integer, json!(-3), Some(json!(-3))),
            (ParameterType::String, json!("x"), Some(json!("x"))),
            (ParameterType::String, json!(1), None),
            (ParameterType::Enum(vec!["1".into()]), json!(1), None),
            (ParameterType::String, json!(null), None),
            (ParameterType::String, json!([]), None),
        ] {
            assert_eq!(ty.check(&value).ok(), expected, "{ty:?} {value}");
        }
        let bad = ParameterType::String.check(&json!(true)).unwrap_err();
        assert_eq!(bad.to_string(), "`true` is a boolean, not a string");
        assert_eq!(bad.hint().unwrap(), "quote it: `\"true\"`");
    }

    #[test]
    fn annotation_then_set_then_places_then_default() {
        let full = || Parameter {
            default: Some(json!(4)),
            from: ["/spec/containers/9/x", "/spec/none", "/spec/containers/0/ports/0/containerPort"]
                .map(|place| Pointer::parse(place).unwrap())
                .to_vec(),
            ..parameter(ParameterType::Port)
        };
        let containers = json!([{"ports": [{"containerPort": 3}]}]);
        let annotated =
            json!({"metadata": {"annotations": {"example.com/p": "1"}}, "spec": {"containers": containers}});
        let plain = json!({"spec": {"none": null, "containers": containers}});
        assert_eq!(resolved(full(), &annotated, &[("p", "2")]).unwrap(), json!(1));
        assert_eq!(resolved(full(), &plain, &[("p", "2"), ("other", "x")]).unwrap(), json!(2));
        assert_eq!(resolved(full(), &plain, &[]).unwrap(), json!(3));
        assert_eq!(resolved(full(), &json!({}), &[]).unwrap(), json!(4));
    }

    #[test]
    fn every_wrong_source_has_its_place_and_message() {
        let from = Parameter {
            from: vec![Pointer::parse("/spec/x").unwrap(), Pointer::parse("/spec").unwrap()],
            ..parameter(ParameterType::Port)
        };
        for (template, set, at, message) in [
            (
                json!({"metadata": {"annotations": {"example.com/p": "0"}}}),
                None,
                "/metadata/annotations/example.com~1p",
                "annotation `example.com/p`: `0` is not a port: a number from 1 to 65535",
            ),
            (
                json!({"metadata": {"annotations": {"example.com/p": 80}}}),
                Some(("p", "1")),
                "/metadata/annotations/example.com~1p",
                "annotation `example.com/p` is a number, not a string",
            ),
            (json!({}), Some(("p", "x")), "", "`--set p`: `x` is not a port: a number from 1 to 65535"),
            (
                json!({"spec": {"x": "web"}}),
                None,
                "/spec/x",
                "parameter `p`: `web` is not a port: a number from 1 to 65535",
            ),
            (
                json!({"spec": {"y": 1}}),
                None,
                "/spec",
                "parameter `p`: `/spec` is an object, not a port: a number from 1 to 65535",
            ),
            (json!({}), None, "", "parameter `p` has no value"),
        ] {
            let wrong = resolved(from.clone(), &template, set.as_slice()).unwrap_err();
            assert_eq!(wrong.len(), 1);
            assert_eq!((wrong[0].at.to_string().as_str(), wrong[0].message.as_str()), (at, message));
            assert_eq!(wrong[0].code, Code::BadValue);
        }
        let missing = resolved(from, &json!({}), &[]).unwrap_err();
        assert_eq!(missing[0].hint.as_deref().unwrap(), "set it with the annotation `example.com/p` or `--set p=…`");
    }
}

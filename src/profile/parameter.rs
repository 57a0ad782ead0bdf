//! Where the value of a parameter comes from, for one pod template. What a value may be is in `parameter::types`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::{Parameter, ParameterType, Profile};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::Type;
use crate::kube::workload::locate;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

mod bounds;
mod collection;
mod types;

pub(crate) use bounds::{Bounds, ValuePattern};
pub(crate) use collection::{ListType, MapType};
pub(crate) use types::BadValue;

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

/// What `--set` gives: by profile, then by parameter.
pub(crate) type SetValues = BTreeMap<String, BTreeMap<String, String>>;

/// The value of each of a profile's parameters for one pod template.
///
/// The first of these that is there: the template's annotation, `--set`, the places that the parameter names, its
/// default. The values come in the order of the profile's parameters. `application` is the index of the application's first
/// container: a place that names the first container means that one.
///
/// # Errors
///
/// One diagnostic for each bad or missing value, whose place counts from the template's root.
pub(crate) fn resolve<'p, 'a, V: View<'a>>(
    profile: &'p Profile,
    template: V,
    set: &SetValues,
    application: Option<usize>,
) -> Result<Vec<Cow<'p, Value>>, Vec<Diagnostic>> {
    let annotations = template.path(&["metadata", "annotations"]);
    let set = set.get(&profile.name);
    let mut values = Vec::with_capacity(profile.parameters.len());
    let mut wrong = Vec::new();
    for parameter in &profile.parameters {
        match find(parameter, template, annotations, set, application) {
            Ok((value, _)) => values.push(value),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

/// The value of one of the profile's parameters for one pod template, and where it comes from; see [`resolve`].
///
/// # Errors
///
/// What is wrong with the value, or that there is none; the place counts from the template's root.
pub(crate) fn value_of<'p, 'a, V: View<'a>>(
    profile: &Profile,
    parameter: &'p Parameter,
    template: V,
    set: &SetValues,
    application: Option<usize>,
) -> Result<(Cow<'p, Value>, Origin), Diagnostic> {
    find(parameter, template, template.path(&["metadata", "annotations"]), set.get(&profile.name), application)
}

fn find<'p, 'a, V: View<'a>>(
    parameter: &'p Parameter,
    template: V,
    annotations: Option<V>,
    set: Option<&BTreeMap<String, String>>,
    application: Option<usize>,
) -> Result<(Cow<'p, Value>, Origin), Diagnostic> {
    let name = &parameter.name;
    if let Some((key, found)) = parameter.written_in(annotations) {
        let at = Pointer::of(["metadata", "annotations", key]);
        let Some(text) = found.string() else {
            let message = format!("annotation `{key}` is {}, not a string", found.kind().name());
            return Err(Diagnostic::new(Code::BadValue, at, message).hint("quote the value"));
        };
        return match parameter.parse(&text) {
            Ok(value) => Ok((Cow::Owned(value), Origin::Annotation(at))),
            Err(bad) => Err(bad_value(at, &format!("annotation `{key}`"), &bad)),
        };
    }
    if let Some(text) = set.and_then(|set| set.get(name)) {
        return match parameter.parse(text) {
            Ok(value) => Ok((Cow::Owned(value), Origin::Set)),
            Err(bad) => Err(bad_value(Pointer::root(), &format!("`--set {name}`"), &bad)),
        };
    }
    for place in &parameter.from {
        let Some(place) = in_application(template, place, &parameter.ty, application) else { continue };
        if let Some(found) = locate(template, &place).filter(|found| found.kind() != Kind::Null) {
            let checked = match found.kind() {
                // Not read whole: a place can hold the entire pod.
                kind @ (Kind::Sequence | Kind::Mapping) if parameter.ty.structure() != Some(kind) => {
                    let expected = parameter.ty.expected().to_owned();
                    Err(BadValue::WrongKind { value: place.to_string(), kind, expected })
                }
                _ => parameter.check(found),
            };
            return match checked {
                Ok(value) => Ok((Cow::Owned(value), Origin::Place(place.into_owned()))),
                Err(bad) => Err(bad_value(place.into_owned(), &format!("parameter `{name}`"), &bad)),
            };
        }
    }
    let default = parameter.default.as_ref().map(Cow::Borrowed);
    let default = default.or_else(|| parameter.optional.then_some(Cow::Owned(Value::Null)));
    default.map(|value| (value, Origin::Default)).ok_or_else(|| {
        let message = format!("parameter `{name}` has no value");
        let hint = match parameter.annotation() {
            Some(key) => format!("set it with the annotation `{key}` or `--set {name}=…`"),
            None => format!("set it with `--set {name}=…`"),
        };
        Diagnostic::new(Code::BadValue, Pointer::root(), message).hint(hint)
    })
}

impl Parameter {
    /// The annotation that messages name.
    pub(crate) fn annotation(&self) -> Option<&str> {
        self.annotations.first().map(String::as_str)
    }

    /// The first of its annotations that is there, and its key.
    fn written_in<'a, V: View<'a>>(&self, annotations: Option<V>) -> Option<(&str, V)> {
        self.annotations.iter().find_map(|key| Some((key.as_str(), annotations?.member(key)?)))
    }

    /// The type of its value in an expression. An optional one may be null.
    pub(crate) fn expression_type(&self) -> Type {
        if self.optional { Type::Dyn } else { self.ty.expression_type() }
    }

    /// Reads a value that is written as text. An empty one of an optional parameter is null.
    ///
    /// # Errors
    ///
    /// The type does not allow it.
    pub(crate) fn parse(&self, text: &str) -> Result<Value, BadValue> {
        if self.optional && text.is_empty() {
            return Ok(Value::Null);
        }
        self.bounds.check_text(text)?;
        let value = self.ty.parse(text)?;
        self.bounds.check(&value)?;
        Ok(value)
    }

    /// Reads a value that is found in the pod.
    ///
    /// # Errors
    ///
    /// The type does not allow it.
    fn check<'a, V: View<'a>>(&self, found: V) -> Result<Value, BadValue> {
        found.string().map_or(Ok(()), |text| self.bounds.check_text(&text))?;
        let value = self.ty.check(found)?;
        self.bounds.check(&value)?;
        Ok(value)
    }

    /// Reads a default. The usual bound of a value's length is for values that others give.
    ///
    /// # Errors
    ///
    /// The type does not allow it.
    pub(super) fn check_default<'a, V: View<'a>>(&self, written: V) -> Result<Value, BadValue> {
        let value = self.ty.check(written)?;
        self.bounds.of_default().check(&value)?;
        Ok(value)
    }
}

/// The place that is meant: a container may be given by its name, the first container is the application's first, and the first port of a port parameter is the
/// first TCP port. `None` where there is none.
fn in_application<'p, 'a, V: View<'a>>(
    template: V,
    place: &'p Pointer,
    ty: &ParameterType,
    application: Option<usize>,
) -> Option<Cow<'p, Pointer>> {
    let [spec, list, first, rest @ ..] = place.tokens() else { return Some(Cow::Borrowed(place)) };
    if spec == "spec" && matches!(list.as_str(), "containers" | "initContainers") && !is_index(first) {
        let containers = template.path(&["spec", list])?.elements();
        let named = |container: &V| container.text(&["name"]).is_some_and(|name| name == first.as_str());
        let index = containers.iter().position(named)?.to_string();
        let tokens = [spec.clone(), list.clone(), index];
        return Some(Cow::Owned(Pointer::of(tokens.into_iter().chain(rest.iter().cloned()))));
    }
    if (spec.as_str(), list.as_str(), first.as_str()) != ("spec", "containers", "0") {
        return Some(Cow::Borrowed(place));
    }
    let container = application?;
    let mut rest: Vec<String> = rest.to_vec();
    if let (ParameterType::Port, [ports, port, ..]) = (ty, rest.as_mut_slice())
        && (ports.as_str(), port.as_str()) == ("ports", "0")
    {
        let declared = template.path(&["spec", "containers"])?.element(container)?.member("ports")?.elements();
        let is_tcp = |port: &V| port.text(&["protocol"]).is_none_or(|protocol| protocol == "TCP");
        *port = declared.iter().position(is_tcp)?.to_string();
    }
    let tokens = [spec.clone(), list.clone(), container.to_string()];
    Some(Cow::Owned(Pointer::of(tokens.into_iter().chain(rest))))
}

/// Whether a container is meant by its index. A name of digits alone is a DNS label too, but the index was there first.
fn is_index(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit())
}

fn bad_value(at: Pointer, what: &str, bad: &BadValue) -> Diagnostic {
    Diagnostic { hint: bad.hint(), ..Diagnostic::new(Code::BadValue, at, format!("{what}: {bad}")) }
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
            optional: false,
            from: Vec::new(),
            annotations: vec!["example.com/p".into()],
            bounds: Bounds::default(),
        }
    }

    fn resolved(parameter: Parameter, template: &Value, set: &[(&str, &str)]) -> Result<Value, Vec<Diagnostic>> {
        let mut profile = crate::profile::load::load(&json!({
            "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"}, "spec": {"policy": "OptOut", "labels": {"a": "b"}},
        }))
        .unwrap();
        profile.parameters = vec![parameter];
        let set = set.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let set =
            SetValues::from([("t".to_owned(), set), ("other".to_owned(), [("p".to_owned(), "9".to_owned())].into())]);
        resolve(&profile, template, &set, Some(0)).map(|values| values[0].clone().into_owned())
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
    fn the_first_annotation_that_is_there_counts() {
        let two = || Parameter {
            annotations: vec!["example.com/p".into(), "example.com/old".into()],
            ..parameter(ParameterType::Port)
        };
        for (annotations, expected) in [
            (json!({"example.com/old": "2", "example.com/p": "1"}), Ok(1)),
            (json!({"example.com/old": "2"}), Ok(2)),
            (json!({"example.com/old": "2", "example.com/p": ""}), Err("/metadata/annotations/example.com~1p")),
            (json!({"example.com/old": "x"}), Err("/metadata/annotations/example.com~1old")),
        ] {
            let found = resolved(two(), &json!({"metadata": {"annotations": annotations}}), &[("p", "9")]);
            match expected {
                Ok(port) => assert_eq!(found.unwrap(), json!(port)),
                Err(at) => assert_eq!(found.unwrap_err()[0].at.to_string(), at),
            }
        }
    }

    #[test]
    fn a_place_finds_a_container_by_its_name() {
        let from = |place| Parameter {
            default: Some(json!(4)),
            from: vec![Pointer::parse(place).unwrap()],
            ..parameter(ParameterType::Integer)
        };
        let pod = json!({"spec": {
            "containers": [{"name": "a", "x": 1}, {"x": 0}, {"name": "b", "x": 2}],
            "initContainers": [{"name": "b", "x": 3}],
        }});
        for (place, expected) in [
            ("/spec/containers/b/x", 2),
            ("/spec/initContainers/b/x", 3),
            ("/spec/initContainers/a/x", 4),
            ("/spec/containers/2/x", 2),
        ] {
            assert_eq!(resolved(from(place), &pod, &[]).unwrap(), json!(expected), "{place}");
        }
        let bad = json!({"spec": {"containers": [{"name": "a"}, {"name": "b", "x": "y"}]}});
        let wrong = resolved(from("/spec/containers/b/x"), &bad, &[]).unwrap_err();
        assert_eq!(wrong[0].at.to_string(), "/spec/containers/1/x");
    }

    #[test]
    fn a_place_may_hold_what_the_type_is() {
        let from = |ty, place| Parameter { from: vec![Pointer::parse(place).unwrap()], ..parameter(ty) };
        let list = || ParameterType::List(ListType { of: Box::new(ParameterType::String), separator: ",".into() });
        let (between, key_separator) = (",".to_owned(), "=".to_owned());
        let of = Box::new(ParameterType::String);
        let map = ParameterType::Map(MapType { of, separator: between, key_separator, key_pattern: None });
        let variables = json!([{"name": "A", "value": "1"}]);
        let pod = json!({
            "metadata": {"labels": {"b": "1", "a": "2"}},
            "spec": {"containers": [{"args": ["x", "y"], "env": variables, "image": "i,j", "more": [["x"]]}]},
        });
        let args = resolved(from(list(), "/spec/containers/0/args"), &pod, &[]).unwrap();
        assert_eq!(args, json!(["x", "y"]));
        assert_eq!(resolved(from(list(), "/spec/containers/0/image"), &pod, &[]).unwrap(), json!(["i", "j"]));
        let labels = resolved(from(map, "/metadata/labels"), &pod, &[]).unwrap();
        assert_eq!(labels.to_string(), r#"{"b":"1","a":"2"}"#);
        let env = resolved(from(ParameterType::Envs, "/spec/containers/0/env"), &pod, &[]).unwrap();
        assert_eq!(env, variables);
        for (place, message) in [
            ("/spec", "parameter `p`: `/spec` is an object, not a list"),
            ("/spec/containers/0/more", "parameter `p`: item 1: `[\"x\"]` is a list, not a string"),
        ] {
            let wrong = resolved(from(list(), place), &pod, &[]).unwrap_err();
            assert_eq!(wrong[0].message, message);
        }
        let set = "x,".repeat(65);
        let wrong = resolved(parameter(list()), &pod, &[("p", &set)]).unwrap_err();
        assert_eq!(wrong[0].message, "`--set p`: 65 items are more than `maxItems: 64`");
        let long = json!({"metadata": {"annotations": {"example.com/p": "x".repeat(5000)}}});
        let wrong = resolved(parameter(ParameterType::String), &long, &[]).unwrap_err();
        assert_eq!(wrong[0].message, "annotation `example.com/p`: 5000 bytes are more than `maxLength: 4096`");
    }

    #[test]
    fn an_empty_value_of_an_optional_parameter_is_null() {
        let optional = |default| Parameter { optional: true, default, ..parameter(ParameterType::Integer) };
        let empty = json!({"metadata": {"annotations": {"example.com/p": ""}}});
        assert_eq!(resolved(optional(Some(json!(4))), &json!({}), &[("p", "")]).unwrap(), json!(null));
        assert_eq!(resolved(optional(Some(json!(4))), &empty, &[("p", "5")]).unwrap(), json!(null));
        assert_eq!(resolved(optional(Some(json!(4))), &json!({}), &[]).unwrap(), json!(4));
        assert_eq!(resolved(optional(None), &json!({}), &[]).unwrap(), json!(null));
        assert_eq!(resolved(optional(None), &json!({}), &[("p", "5")]).unwrap(), json!(5));
        resolved(parameter(ParameterType::Integer), &json!({}), &[("p", "")]).unwrap_err();
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

//! Values in which `{{ name }}` stands for a parameter.
//!
//! It lives in scalars that are parsed already: what a parameter brings becomes a scalar or a part of one, and never
//! structure. Keys are never templates.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thiserror::Error;

use super::Template;
use super::grammar::is_parameter_name;
use crate::value::pointer::Pointer;

/// A piece of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'t> {
    /// Text that stands for itself.
    Text(&'t str),
    /// The parameter of this name.
    Parameter(&'t str),
}

/// What is wrong in a `{{ … }}`. The profile's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// What stands between the braces is not a name.
    #[error("`{{{{{0}}}}}` is not a parameter's name: expressions beyond a parameter's name are not supported")]
    Expression(String),
    /// There is no `}}`.
    #[error("`{{{{` without `}}}}`")]
    Unclosed,
}

/// The pieces of a scalar, in order.
pub(crate) fn segments(text: &str) -> Vec<Result<Segment<'_>, TemplateError>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        if !before.is_empty() {
            pieces.push(Ok(Segment::Text(before)));
        }
        let Some((inner, tail)) = after.split_once("}}") else {
            pieces.push(Err(TemplateError::Unclosed));
            return pieces;
        };
        pieces.push(match inner.trim() {
            "'{{'" => Ok(Segment::Text("{{")),
            name if is_parameter_name(name) => Ok(Segment::Parameter(name)),
            _ => Err(TemplateError::Expression(inner.to_owned())),
        });
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Ok(Segment::Text(rest)));
    }
    pieces
}

impl Template {
    /// The names of the parameters that it uses.
    pub fn parameters(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        let mut open = vec![&self.0];
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => names.extend(segments(text).into_iter().filter_map(|piece| match piece {
                    Ok(Segment::Parameter(name)) => Some(name),
                    _ => None,
                })),
                Value::Array(elements) => open.extend(elements),
                Value::Object(members) => open.extend(members.values()),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        names
    }

    /// Its `name`, where it is an object with one, as it is written.
    pub fn name(&self) -> Option<&str> {
        self.0.get("name")?.as_str()
    }

    /// The value with parameters filled in.
    ///
    /// A scalar that is nothing but one parameter keeps the parameter's type, unless `wants_string` says of its place
    /// (from this template's root) that Kubernetes wants a string there. Elsewhere the parameter's text is put into the
    /// scalar's. A parameter without a value, which loading and resolving rule out, stays as it is written.
    pub fn render(&self, values: &BTreeMap<String, Value>, wants_string: &dyn Fn(&Pointer) -> bool) -> Value {
        Renderer { values, wants_string, place: Vec::new() }.value(&self.0)
    }
}

struct Renderer<'r> {
    values: &'r BTreeMap<String, Value>,
    wants_string: &'r dyn Fn(&Pointer) -> bool,
    place: Vec<String>,
}

impl Renderer<'_> {
    /// Recurses as deep as the profile's document is nested, which loading caps.
    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.scalar(text),
            Value::Array(elements) => {
                elements.iter().enumerate().map(|(index, element)| self.within(index.to_string(), element)).collect()
            }
            Value::Object(members) => Value::Object(
                members.iter().map(|(key, member)| (key.clone(), self.within(key.clone(), member))).collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn within(&mut self, token: String, value: &Value) -> Value {
        self.place.push(token);
        let rendered = self.value(value);
        self.place.pop();
        rendered
    }

    fn scalar(&self, text: &str) -> Value {
        let pieces = segments(text);
        if let [Ok(Segment::Parameter(name))] = pieces.as_slice()
            && let Some(value) = self.values.get(*name)
        {
            let keeps_type = value.is_string() || !(self.wants_string)(&Pointer::of(self.place.iter().cloned()));
            return if keeps_type { value.clone() } else { Value::String(plain(value).into_owned()) };
        }
        let mut rendered = String::with_capacity(text.len());
        for piece in pieces {
            match piece {
                Ok(Segment::Text(literal)) => rendered.push_str(literal),
                Ok(Segment::Parameter(name)) => match self.values.get(name) {
                    Some(value) => rendered.push_str(&plain(value)),
                    None => return Value::String(text.to_owned()),
                },
                Err(_) => return Value::String(text.to_owned()),
            }
        }
        Value::String(rendered)
    }
}

/// A scalar as text; a parameter's value is never anything else.
fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values() -> BTreeMap<String, Value> {
        [("port", json!(5054)), ("on", json!(true)), ("image", json!("nginx:1")), ("evil", json!("a\nb: {{ port }}"))]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }

    #[test]
    fn a_lone_parameter_keeps_its_type_and_text_is_concatenated() {
        for (written, expected) in [
            (json!("{{ port }}"), json!(5054)),
            (json!("{{port}}"), json!(5054)),
            (json!("{{ on }}"), json!(true)),
            (json!("{{ image }}"), json!("nginx:1")),
            (json!(" {{ port }}"), json!(" 5054")),
            (json!("{{ port }}{{ on }}"), json!("5054true")),
            (json!("a {{ '{{' }} b }} {{ on }}"), json!("a {{ b }} true")),
            (json!("{{ '{{' }}"), json!("{{")),
            (json!("{{'{{'}} .Values.x }}"), json!("{{ .Values.x }}")),
            (json!(["{{ port }}", 1, null, {"{{ port }}": "{{ on }}"}]), json!([5054, 1, null, {"{{ port }}": true}])),
            (json!("plain"), json!("plain")),
            (json!(""), json!("")),
        ] {
            assert_eq!(Template(written.clone()).render(&values(), &|_| false), expected, "{written}");
        }
    }

    #[test]
    fn a_place_that_wants_a_string_gets_one() {
        let template = Template(json!({"env": [{"value": "{{ port }}"}], "port": "{{ port }}", "args": ["{{ on }}"]}));
        let wants = |at: &Pointer| at.to_string().starts_with("/args/") || at.to_string() == "/env/0/value";
        assert_eq!(
            template.render(&values(), &wants),
            json!({"env": [{"value": "5054"}], "port": 5054, "args": ["true"]})
        );
        assert_eq!(Template(json!("{{ port }}")).render(&values(), &Pointer::is_root), json!("5054"));
    }

    #[test]
    fn a_value_adds_no_structure_and_is_not_a_template_itself() {
        let rendered = Template(json!({"a": "{{ evil }}", "b": "x{{ evil }}"})).render(&values(), &|_| true);
        assert_eq!(rendered, json!({"a": "a\nb: {{ port }}", "b": "xa\nb: {{ port }}"}));
    }

    #[test]
    fn parameters_are_found_wherever_they_stand_but_in_keys() {
        let template = Template(json!({"{{ key }}": ["{{ a }}-{{ b }}", {"c": "{{ '{{' }} {{a}}"}], "n": 1}));
        assert_eq!(template.parameters().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn what_is_no_name_is_an_error_each() {
        let errors =
            |text| segments(text).into_iter().filter_map(Result::err).map(|e| e.to_string()).collect::<Vec<_>>();
        assert_eq!(
            errors("{{ a + 1 }} and {{ }} and {{ b"),
            [
                "`{{ a + 1 }}` is not a parameter's name: expressions beyond a parameter's name are not supported",
                "`{{ }}` is not a parameter's name: expressions beyond a parameter's name are not supported",
                "`{{` without `}}`",
            ]
        );
        assert_eq!(errors("{{ .Values.x }}").len(), 1);
        assert_eq!(errors("{{ 1a }}").len(), 1);
        assert_eq!(errors("{{{ a }}}").len(), 1);
        assert_eq!(errors("}} {"), Vec::<String>::new());
    }
}

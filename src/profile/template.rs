//! Values in which `{{ name }}` stands for a parameter, parsed once: rendering looks for no braces and no names.
//!
//! Only scalars hold parameters: what a parameter brings becomes a scalar or a part of one, and never structure. Keys are
//! never templates.

use std::borrow::Cow;

use serde_json::{Map, Value};
use thiserror::Error;

use super::grammar::is_parameter_name;
use crate::kube::schema::{self, Shape};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// A value of a profile, parsed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Template {
    /// A value without any parameter: it is rendered as it is.
    Literal(Value),
    Scalar(TemplateScalar),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// A text with braces in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TemplateScalar {
    pub(crate) expression: Expression,
    /// Its place in the profile's document.
    pub(crate) at: Pointer,
    pub(crate) wanted: WantedType,
}

/// What a scalar is computed from. A further kind of expression is a further variant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    /// Text that stands for itself.
    Text(String),
    /// The parameter at this index of the profile's parameters.
    Parameter(usize),
    /// The texts of these, one after another.
    Concatenation(Vec<Self>),
}

/// What Kubernetes wants at the place of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WantedType {
    /// A string, whatever type a parameter has.
    String,
    /// The value in its own type.
    Typed,
}

impl WantedType {
    /// What is wanted at a place of a shape; a place that Kubernetes does not know wants nothing.
    const fn at(shape: Option<&Shape>) -> Self {
        match shape {
            Some(Shape::Str | Shape::Quantity) => Self::String,
            _ => Self::Typed,
        }
    }
}

/// What is wrong in a template. The profile's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// What is between the braces is not a name.
    #[error("`{{{{{0}}}}}` is not a parameter's name: expressions beyond a parameter's name are not supported")]
    Expression(String),
    /// There is no `}}`.
    #[error("`{{{{` without `}}}}`")]
    Unclosed,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment<'t> {
    Text(&'t str),
    /// The parameter of this name.
    Parameter(&'t str),
}

/// The pieces of a text, in order. `{{ '{{' }}` is the way to write two braces.
fn segments(text: &str) -> Vec<Result<Segment<'_>, TemplateError>> {
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

/// The first parameter that a text names.
pub(super) fn first_parameter(text: &str) -> Option<&str> {
    segments(text).into_iter().find_map(|piece| match piece {
        Ok(Segment::Parameter(name)) => Some(name),
        _ => None,
    })
}

/// Something that parsing a value met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ScalarFault {
    Syntax(TemplateError),
    /// No parameter has this name.
    Unknown(String),
    /// A parameter in a key: only values are templates.
    InKey(String),
    /// The value is nested deeper than is read.
    TooDeep,
}

/// Parses the values of a profile.
pub(super) struct Parser<'r> {
    /// The names of the profile's parameters, in their order.
    pub(super) names: &'r [String],
    /// How many tokens the pointer to a value may have. It bounds the recursion, here and in rendering.
    pub(super) deepest: usize,
    pub(super) faults: Vec<(Pointer, ScalarFault)>,
}

impl Parser<'_> {
    /// Parses a value of a shape, whose place in the profile's document is `at`. What is wrong goes to the faults.
    pub(super) fn parse<'a, V: View<'a>>(&mut self, view: V, at: &Pointer, shape: Option<&'static Shape>) -> Template {
        if at.tokens().len() > self.deepest {
            // One fault for a value, however many of its branches are too deep.
            if !self.faults.iter().any(|(_, fault)| *fault == ScalarFault::TooDeep) {
                self.faults.push((at.clone(), ScalarFault::TooDeep));
            }
            return Template::Literal(Value::Null);
        }
        let below = |token: &str| shape.and_then(|shape| schema::shape_at(shape, &[token.to_owned()]));
        match view.kind() {
            Kind::Mapping => {
                let members = view.members().into_iter().map(|(name, member)| {
                    if let Some(parameter) = first_parameter(&name) {
                        self.faults.push((at.join(&*name), ScalarFault::InKey(parameter.to_owned())));
                    }
                    let parsed = self.parse(member, &at.join(&*name), below(&name));
                    (name.into_owned(), parsed)
                });
                object(members.collect())
            }
            Kind::Sequence => {
                let elements = view.elements().into_iter().enumerate().map(|(index, element)| {
                    let token = index.to_string();
                    self.parse(element, &at.join(token.as_str()), below(&token))
                });
                list(elements.collect())
            }
            Kind::String => {
                let text = view.string().unwrap_or_default();
                self.text(&text, at, WantedType::at(shape))
            }
            Kind::Null | Kind::Boolean | Kind::Number => Template::Literal(view.value()),
        }
    }

    /// Parses a text, whose place is `at`.
    pub(super) fn text(&mut self, text: &str, at: &Pointer, wanted: WantedType) -> Template {
        if !text.contains("{{") {
            return Template::Literal(Value::from(text));
        }
        let mut parts = Vec::new();
        for piece in segments(text) {
            match piece {
                Ok(Segment::Text(text)) => parts.push(Expression::Text(text.to_owned())),
                Ok(Segment::Parameter(name)) => match self.names.iter().position(|known| known == name) {
                    Some(index) => parts.push(Expression::Parameter(index)),
                    None => self.faults.push((at.clone(), ScalarFault::Unknown(name.to_owned()))),
                },
                Err(error) => self.faults.push((at.clone(), ScalarFault::Syntax(error))),
            }
        }
        let expression = match parts.len() {
            1 => parts.remove(0),
            _ => Expression::Concatenation(parts),
        };
        Template::Scalar(TemplateScalar { expression, at: at.clone(), wanted })
    }
}

/// An object of these members; a literal where all of them are.
fn object(members: Vec<(String, Template)>) -> Template {
    if !members.iter().all(|(_, member)| matches!(member, Template::Literal(_))) {
        return Template::Object(members);
    }
    let literals = members.into_iter().filter_map(|(name, member)| match member {
        Template::Literal(value) => Some((name, value)),
        _ => None,
    });
    Template::Literal(Value::Object(literals.collect()))
}

/// A list of these elements; a literal where all of them are.
fn list(elements: Vec<Template>) -> Template {
    if !elements.iter().all(|element| matches!(element, Template::Literal(_))) {
        return Template::List(elements);
    }
    let literals = elements.into_iter().filter_map(|element| match element {
        Template::Literal(value) => Some(value),
        _ => None,
    });
    Template::Literal(Value::Array(literals.collect()))
}

impl Template {
    /// Every scalar that is not a literal, in the order of the document.
    pub(crate) fn scalars(&self) -> Vec<&TemplateScalar> {
        let mut scalars = Vec::new();
        self.collect(&mut scalars);
        scalars
    }

    fn collect<'t>(&'t self, scalars: &mut Vec<&'t TemplateScalar>) {
        match self {
            Self::Literal(_) => {}
            Self::Scalar(scalar) => scalars.push(scalar),
            Self::List(elements) => elements.iter().for_each(|element| element.collect(scalars)),
            Self::Object(members) => members.iter().for_each(|(_, member)| member.collect(scalars)),
        }
    }

    /// Its `name`, where it is an object with one that is a literal. Those of containers always are.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(value) => value.get("name")?.as_str(),
            _ => match self.member("name")? {
                Self::Literal(name) => name.as_str(),
                _ => None,
            },
        }
    }

    /// The member of an object of which not all is a literal.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, member)| member),
            _ => None,
        }
    }

    /// The value with parameters filled in: `values` are those of the profile's parameters, in their order.
    ///
    /// A scalar that is nothing but one parameter keeps the parameter's type, unless Kubernetes wants a string there. Where
    /// the parameter is null, the member or element is left out; a whole template is null.
    /// Recurses as deep as the profile's document is nested, which parsing caps.
    pub(crate) fn render(&self, values: &[Cow<'_, Value>]) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Scalar(scalar) => scalar.render(values),
            Self::List(elements) => elements.iter().filter_map(|element| element.render_part(values)).collect(),
            Self::Object(members) => {
                let members =
                    members.iter().filter_map(|(key, member)| Some((key.clone(), member.render_part(values)?)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

impl Template {
    /// A member or element; `None` where it is left out. A null that the profile itself writes stays.
    fn render_part(&self, values: &[Cow<'_, Value>]) -> Option<Value> {
        let value = self.render(values);
        (!matches!(self, Self::Scalar(_)) || !value.is_null()).then_some(value)
    }
}

impl TemplateScalar {
    fn render(&self, values: &[Cow<'_, Value>]) -> Value {
        match &self.expression {
            Expression::Parameter(index)
                if self.wanted == WantedType::Typed || values.get(*index).is_none_or(|value| value.is_null()) =>
            {
                values.get(*index).map_or(Value::Null, |value| Value::clone(value))
            }
            expression => {
                let mut text = String::new();
                expression.write(values, &mut text);
                Value::String(text)
            }
        }
    }

    /// The indexes of the parameters that it uses.
    pub(crate) fn parameters(&self) -> Vec<usize> {
        let mut used = Vec::new();
        self.expression.collect(&mut used);
        used
    }
}

impl Expression {
    fn write(&self, values: &[Cow<'_, Value>], text: &mut String) {
        match self {
            Self::Text(literal) => text.push_str(literal),
            // A parameter's value is always a scalar.
            Self::Parameter(index) => match values.get(*index).map(|value| &**value) {
                Some(Value::String(value)) => text.push_str(value),
                Some(Value::Null) | None => {}
                Some(other) => text.push_str(&other.to_string()),
            },
            Self::Concatenation(parts) => parts.iter().for_each(|part| part.write(values, text)),
        }
    }

    fn collect(&self, used: &mut Vec<usize>) {
        match self {
            Self::Text(_) => {}
            Self::Parameter(index) => used.push(*index),
            Self::Concatenation(parts) => parts.iter().for_each(|part| part.collect(used)),
        }
    }
}

#[cfg(test)]
mod tests;

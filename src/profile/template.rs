//! Values in which `{{ … }}` stands for what an expression gives, parsed once: rendering looks for no braces and no names.
//! The simplest expression is the name of a parameter.
//!
//! Only scalars hold expressions: what one gives becomes a scalar or a part of one, and never structure. Keys are never
//! templates.

use std::borrow::Cow;

use serde_json::Value;
use thiserror::Error;

use super::grammar::is_parameter_name;
use super::scope;
use crate::expression::{CompileError, Expression};
use crate::kube::schema::Shape;
use crate::value::pointer::Pointer;

mod rendering;
mod scalar;
mod spent;
mod surroundings;

pub(crate) use rendering::{MadeUnit, RenderFault, Rendering, Unit};
pub(crate) use spent::Spent;
pub(crate) use surroundings::Surroundings;

/// A value of a profile, parsed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Template {
    /// A value without any parameter: it is rendered as it is.
    Literal(Value),
    Scalar(TemplateScalar),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
    /// A list or an object that is itself left out where all in it is left out.
    Sparse(Box<Self>),
    /// A member or element that is not always there once.
    Part(Box<Part>),
}

/// A member of an object or an element of a list that may be left out, repeated, or one of several alternatives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// Only of an element.
    pub(crate) repeat: Option<Repeat>,
    /// It is left out where this does not hold.
    pub(crate) when: Option<Condition>,
    pub(crate) content: Content,
}

/// Once for each element of a list, which is then the variable that was added last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Repeat {
    pub(crate) over: Expression,
    /// Its place in the profile's document.
    pub(crate) at: Pointer,
}

/// An expression that gives true or false.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) holds: Expression,
    /// Its place in the profile's document.
    pub(crate) at: Pointer,
}

/// What a part gives where it is there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    One(Template),
    /// Elements in the place of one.
    Several(Vec<Template>),
    /// The elements that an expression gives, in the place of one.
    Spliced(TemplateScalar),
    /// The first alternative whose condition holds, together with the members that all have in common. Where none holds, the
    /// part is left out.
    OneOf {
        common: Vec<(String, Template)>,
        alternatives: Vec<(Option<Condition>, Template)>,
    },
}

/// A text with braces in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TemplateScalar {
    pub(crate) source: ScalarSource,
    /// Its place in the profile's document.
    pub(crate) at: Pointer,
    pub(crate) wanted: WantedType,
}

/// What a scalar is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ScalarSource {
    /// Text that stands for itself.
    Text(String),
    /// The parameter at this index of the profile's parameters.
    Parameter(usize),
    /// What an expression gives.
    Computed(Expression),
    /// The texts of these, one after another.
    Concatenation(Vec<Self>),
}

/// What Kubernetes wants at the place of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WantedType {
    /// A string, whatever type a parameter has.
    String,
    /// An integer.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// The value in its own type.
    Typed,
    /// A node of the pod, with all that is in it.
    Node,
}

impl WantedType {
    /// What is wanted at a place of a shape; a place that Kubernetes does not know wants nothing.
    pub(super) const fn at(shape: Option<&Shape>) -> Self {
        match shape {
            Some(Shape::Str | Shape::Quantity) => Self::String,
            Some(Shape::Int) => Self::Integer,
            Some(Shape::Bool) => Self::Boolean,
            _ => Self::Typed,
        }
    }
}

/// What is wrong in a template. The profile's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// What is between the braces is no expression.
    #[error("`{{{{ {text} }}}}`: {error}{}", place(text, error.at))]
    Expression {
        /// The text between the braces.
        text: String,
        /// Why not.
        error: CompileError,
    },
    /// There is no `}}`.
    #[error("`{{{{` without `}}}}`")]
    Unclosed,
}

/// Where in an expression of some length a byte is, in characters from 1 on.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    if before.is_empty() { String::new() } else { format!(", at character {}", before.chars().count() + 1) }
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segment<'t> {
    Text(&'t str),
    /// What is between braces, without blanks around it.
    Code(&'t str),
}

/// The pieces of a text, in order.
pub(super) fn segments(text: &str) -> Vec<Result<Segment<'_>, TemplateError>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        if !before.is_empty() {
            pieces.push(Ok(Segment::Text(before)));
        }
        let Some((inner, tail)) = split_at_close(after) else {
            pieces.push(Err(TemplateError::Unclosed));
            return pieces;
        };
        pieces.push(Ok(Segment::Code(inner.trim())));
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Ok(Segment::Text(rest)));
    }
    pieces
}

/// The text before and after the `}}` that closes an expression: one that is in no string of it, and in no map.
fn split_at_close(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    let mut open = 0_usize;
    let mut is_escaped = false;
    for (at, next) in text.char_indices() {
        match (quote, next) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(mark), _) if next == mark => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(next),
            (None, '{') => open += 1,
            (None, '}') if open > 0 => open -= 1,
            (None, '}') if text[at..].starts_with("}}") => return Some((&text[..at], &text[at + 2..])),
            (None, _) => {}
        }
    }
    // Not closed as an expression should be: what is wrong inside is said better than that.
    text.split_once("}}")
}

/// The first expression in a text that is not for another program: a parameter's name, or what begins with a variable.
pub(super) fn first_expression(text: &str) -> Option<&str> {
    let is_ours = |code: &&str| {
        let name = code.split(|next: char| !next.is_ascii_alphanumeric() && next != '_').next().unwrap_or_default();
        is_parameter_name(code) || (name.len() < code.len() && scope::is_known(name))
    };
    segments(text).into_iter().find_map(|piece| match piece {
        Ok(Segment::Code(code)) => Some(code).filter(is_ours),
        Ok(Segment::Text(_)) | Err(_) => None,
    })
}

/// An object of these members; a literal where all of them are.
pub(crate) fn object(members: Vec<(String, Template)>) -> Template {
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
pub(crate) fn list(elements: Vec<Template>) -> Template {
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
    /// The indexes of the variables that it uses.
    pub(crate) fn variables(&self) -> Vec<usize> {
        let mut used = Vec::new();
        self.visit(&mut Vec::new(), &mut |found, _| used.extend(found.variables()));
        used
    }

    /// Every scalar that is not a literal, with the variables on which it depends: those of the lists over which it repeats,
    /// too.
    pub(crate) fn scalars_with_variables(&self) -> Vec<(&TemplateScalar, Vec<usize>)> {
        let mut scalars = Vec::new();
        self.visit(&mut Vec::new(), &mut |found, around| {
            if let Found::Scalar(scalar) = found {
                let mut variables = found.variables();
                variables.extend(around.iter().flat_map(|repeat| repeat.over.variables()));
                scalars.push((scalar, variables));
            }
        });
        scalars
    }

    /// Every expression, with its place in the profile's document. A parameter by its name alone is none.
    pub(crate) fn expressions(&self) -> Vec<(&Expression, &Pointer)> {
        let mut expressions = Vec::new();
        self.visit(&mut Vec::new(), &mut |found, _| match found {
            Found::Scalar(scalar) => expressions.extend(scalar.source.expressions().map(|one| (one, &scalar.at))),
            Found::Condition(condition) => expressions.push((&condition.holds, &condition.at)),
            Found::Repeat(repeat) => expressions.push((&repeat.over, &repeat.at)),
        });
        expressions
    }

    /// Every condition in it.
    pub(crate) fn conditions(&self) -> Vec<&Condition> {
        let mut conditions = Vec::new();
        self.visit(&mut Vec::new(), &mut |found, _| {
            if let Found::Condition(condition) = found {
                conditions.push(condition);
            }
        });
        conditions
    }

    /// Meets everything that is not a literal, each with what repeats it. Recurses as deep as the profile's document is
    /// nested, which parsing caps.
    fn visit<'t>(&'t self, around: &mut Vec<&'t Repeat>, meet: &mut dyn FnMut(Found<'t>, &[&'t Repeat])) {
        match self {
            Self::Literal(_) => {}
            Self::Scalar(scalar) => meet(Found::Scalar(scalar), around),
            Self::List(elements) => elements.iter().for_each(|element| element.visit(around, meet)),
            Self::Object(members) => members.iter().for_each(|(_, member)| member.visit(around, meet)),
            Self::Sparse(inner) => inner.visit(around, meet),
            Self::Part(part) => {
                if let Some(repeat) = &part.repeat {
                    meet(Found::Repeat(repeat), around);
                    around.push(repeat);
                }
                part.when.iter().for_each(|when| meet(Found::Condition(when), around));
                part.content.visit(around, meet);
                around.truncate(around.len() - usize::from(part.repeat.is_some()));
            }
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

    /// The member of an object, whether it is a literal or not.
    pub(crate) fn part(&self, name: &str) -> Option<Cow<'_, Self>> {
        let value = match self {
            Self::Literal(value) => value,
            Self::Part(part) => match &part.content {
                Content::One(template) => return template.part(name),
                _ => return self.member(name).map(Cow::Borrowed),
            },
            _ => return self.member(name).map(Cow::Borrowed),
        };
        value.get(name).map(|value| Cow::Owned(Self::Literal(value.clone())))
    }

    /// The member of an object of which not all is a literal; of alternatives, one that all have in common.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let find = |members: &'_ [(String, Self)]| members.iter().position(|(key, _)| key == name);
        match self {
            Self::Object(members) => members.get(find(members)?).map(|(_, member)| member),
            Self::Sparse(inner) => inner.member(name),
            Self::Part(part) => match &part.content {
                Content::One(template) => template.member(name),
                Content::OneOf { common, .. } => common.get(find(common)?).map(|(_, member)| member),
                Content::Several(_) | Content::Spliced(_) => None,
            },
            Self::Literal(_) | Self::Scalar(_) | Self::List(_) => None,
        }
    }
}

impl Content {
    fn visit<'t>(&'t self, around: &mut Vec<&'t Repeat>, meet: &mut dyn FnMut(Found<'t>, &[&'t Repeat])) {
        match self {
            Self::One(template) => template.visit(around, meet),
            Self::Several(templates) => templates.iter().for_each(|template| template.visit(around, meet)),
            Self::Spliced(scalar) => meet(Found::Scalar(scalar), around),
            Self::OneOf { common, alternatives } => {
                common.iter().for_each(|(_, member)| member.visit(around, meet));
                for (when, template) in alternatives {
                    when.iter().for_each(|when| meet(Found::Condition(when), around));
                    template.visit(around, meet);
                }
            }
        }
    }
}

/// What a visit of a template meets.
#[derive(Clone, Copy)]
enum Found<'t> {
    Scalar(&'t TemplateScalar),
    Condition(&'t Condition),
    Repeat(&'t Repeat),
}

impl Found<'_> {
    fn variables(self) -> Vec<usize> {
        match self {
            Self::Scalar(scalar) => scalar.variables(),
            Self::Condition(condition) => condition.holds.variables().collect(),
            Self::Repeat(repeat) => repeat.over.variables().collect(),
        }
    }
}

impl ScalarSource {
    /// The expressions in it.
    fn expressions(&self) -> Box<dyn Iterator<Item = &Expression> + '_> {
        match self {
            Self::Text(_) | Self::Parameter(_) => Box::new(std::iter::empty()),
            Self::Computed(expression) => Box::new(std::iter::once(expression)),
            Self::Concatenation(parts) => Box::new(parts.iter().flat_map(Self::expressions)),
        }
    }
}

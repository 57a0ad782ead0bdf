//! From what a profile writes to templates: the parts of a document that become values of a pod.
//!
//! One walk does it all: it reads expressions and the language's own members, and checks the fields and types that
//! Kubernetes knows. What a value may be beyond its type is checked in `kube::validity`, once expressions have values.

use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::template::{
    Content, Part, Repeat, ScalarSource, Segment, Template, TemplateScalar, WantedType, first_expression, list, object,
    segments,
};
use super::super::{Parameter, grammar};
use crate::expression::{Scope, Sort, Type, is_reserved};
use crate::kube::schema::{self, Shape};
use crate::value::view::{Kind, View};

/// As deep as any document may be nested. It bounds the recursion, here and in rendering.
const DEEPEST: usize = 100;

/// The members that the language gives a meaning, beside those that Kubernetes knows.
const WHEN: &str = "when";
const ONE_OF: &str = "oneOf";
const FOR_EACH: &str = "forEach";
const VALUE: &str = "value";
const VALUES: &str = "values";
pub(super) const COPY_FROM: &str = "copyFrom";

/// The members of `forEach`.
const REPEAT: &[&str] = &["in", "name"];

const VARIABLE: &str = "the name of a variable: a letter, then letters, digits and `_`";

fn is_variable(name: &str) -> bool {
    grammar::is_parameter_name(name) && !is_reserved(name)
}

/// Whether an element of a list is an environment variable.
fn is_env_var(shape: &Shape) -> bool {
    shape.member("valueFrom").is_some()
}

/// Whether a text is an expression, with braces around it or without: it may then give a list or a map.
pub(super) fn is_whole_expression(text: &str) -> bool {
    !text.contains("{{") || matches!(segments(text).as_slice(), [Ok(Segment::Code(_))])
}

/// A value of a shape; one that says nothing where it is empty is then left out, unless it is written as empty.
fn sparse(template: Template, shape: Option<&Shape>) -> Template {
    match template {
        Template::Literal(_) => template,
        other if shape.is_some_and(Shape::is_nothing_where_empty) => Template::Sparse(Box::new(other)),
        other => other,
    }
}

/// What a value is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    List,
    /// A list of what is added, whose elements have these members beside those of the pod's.
    Slot(&'static [&'static str]),
    /// An object, or nothing.
    Object,
}

impl Within {
    const fn own(self) -> &'static [&'static str] {
        match self {
            Self::Slot(own) => own,
            Self::List | Self::Object => &[],
        }
    }
}

/// Reads the values of a profile.
pub(super) struct Parser<'r> {
    /// The names of the profile's parameters, in their order.
    pub(super) names: &'r [String],
    /// Those without errors.
    pub(super) parameters: &'r [Parameter],
    /// What an expression may use: the parameters first, in the same order.
    pub(super) scope: Scope,
    pub(super) errors: &'r mut Errors,
}

impl Parser<'_> {
    /// Reads a value of a shape; `None` is a place that Kubernetes does not know. What is wrong goes to the errors.
    pub(super) fn parse<'a, V: View<'a>>(
        &mut self,
        node: &Node<V>,
        shape: Option<&'static Shape>,
        within: Within,
    ) -> Template {
        if node.at.tokens().len() > DEEPEST {
            // One error for a document, however many of its branches are too deep.
            let is_known = |kind: &ProfileErrorKind| matches!(kind, ProfileErrorKind::TooDeep(_));
            if !self.errors.0.iter().any(|error| is_known(&error.kind)) {
                self.errors.add(&node.at, ProfileErrorKind::TooDeep(DEEPEST));
            }
            return list(Vec::new());
        }
        match node.view.kind() {
            Kind::Mapping => self.mapping(node, shape, within),
            Kind::Sequence => self.sequence(node, shape),
            Kind::String => {
                let text = node.view.string().unwrap_or_default();
                if text.contains("{{") && shape.is_none_or(Shape::may_be_text) {
                    return self.text(&text, &node.at, shape);
                }
                self.literal(node, shape)
            }
            Kind::Null | Kind::Boolean | Kind::Number => self.literal(node, shape),
        }
    }

    fn literal<'a, V: View<'a>>(&mut self, node: &Node<V>, shape: Option<&'static Shape>) -> Template {
        let value = node.view.value();
        if let Some(wrong) = shape.and_then(|shape| schema::misfit(&value, shape, &node.at)) {
            self.misfit(wrong);
        }
        Template::Literal(value)
    }

    fn misfit(&mut self, wrong: schema::SchemaError) {
        if !self.errors.has(&wrong.at) {
            self.errors.add(&wrong.at, ProfileErrorKind::Schema { message: wrong.message, hint: wrong.hint });
        }
    }

    fn sequence<'a, V: View<'a>>(&mut self, node: &Node<V>, shape: Option<&'static Shape>) -> Template {
        if let Some(shape) = shape.filter(|shape| !matches!(shape, Shape::List(_) | Shape::Any)) {
            self.misfit(schema::wrong_type(&node.view.value(), shape, &node.at));
            return list(Vec::new());
        }
        let element = shape.and_then(|shape| match shape {
            Shape::List(element) => Some(*element),
            _ => None,
        });
        let elements = node.clone().list(self.errors);
        sparse(list(elements.iter().map(|node| self.parse(node, element, Within::List)).collect()), shape)
    }

    fn mapping<'a, V: View<'a>>(&mut self, node: &Node<V>, shape: Option<&'static Shape>, within: Within) -> Template {
        let has = |names: &[&str]| names.iter().any(|name| node.view.member(name).is_some());
        match shape {
            Some(scalar) if scalar.is_scalar() && has(&[WHEN, ONE_OF, FOR_EACH, VALUE, VALUES]) => {
                self.part(node, shape, within)
            }
            Some(Shape::List(element)) if has(&[VALUES]) => self.list_of_values(node, element),
            Some(variable @ Shape::Obj(_)) if has(&[COPY_FROM]) && is_env_var(variable) => {
                self.part(node, shape, within)
            }
            Some(Shape::Obj(_) | Shape::QuantityMap) if has(&[WHEN, ONE_OF, FOR_EACH]) => {
                self.part(node, shape, within)
            }
            Some(Shape::Obj(_) | Shape::StrMap | Shape::QuantityMap | Shape::Any) | None => {
                sparse(object(self.members(node, shape, within.own(), &[])), shape)
            }
            Some(shape) => {
                self.misfit(schema::wrong_type(&node.view.value(), shape, &node.at));
                Template::Literal(node.view.value())
            }
        }
    }

    /// The members of an object but these.
    fn members<'a, V: View<'a>>(
        &mut self,
        node: &Node<V>,
        shape: Option<&'static Shape>,
        own: &[&str],
        but: &[&str],
    ) -> Vec<(String, Template)> {
        let mut members = Vec::new();
        for (name, member) in node.clone().entries(self.errors) {
            if own.contains(&name.as_str()) || but.contains(&name.as_str()) {
                continue;
            }
            if let Some(parameter) = first_expression(&name) {
                self.errors.add(&member.at, ProfileErrorKind::ParameterInPlain(parameter.to_owned()));
            }
            let below = shape.and_then(|shape| shape.member(&name));
            if let (Some(shape @ Shape::Obj(_)), None) = (shape, below) {
                self.misfit(schema::unknown_field(&name, shape, &node.at));
                continue;
            }
            // A field that is null counts as absent, as for the API server.
            let is_absent = member.view.kind() == Kind::Null && matches!(shape, Some(Shape::Obj(_)));
            let parsed = self.parse(&member, below.filter(|_| !is_absent), Within::Object);
            members.push((name, parsed));
        }
        members
    }

    /// A value with members of the language.
    fn part<'a, V: View<'a>>(&mut self, node: &Node<V>, shape: Option<&'static Shape>, within: Within) -> Template {
        let is_scalar = shape.is_some_and(Shape::is_scalar);
        if is_scalar {
            let _ = node.clone().object(&[FOR_EACH, ONE_OF, VALUE, VALUES, WHEN], self.errors);
        }
        let repeat = node.get(FOR_EACH).and_then(|repeat| self.repeat(&repeat, within));
        let when = node.get(WHEN).and_then(|when| self.condition(&when));
        let content = match (is_scalar, node.get(VALUES), node.get(ONE_OF)) {
            _ if let Some(copy) = node.get(COPY_FROM).filter(|_| shape.is_some_and(is_env_var)) => {
                let _ = node.clone().object(&[COPY_FROM, FOR_EACH, WHEN], self.errors);
                self.copied(&copy)
            }
            (true, Some(values), _) => self.values(&values, shape),
            (_, _, Some(alternatives)) => self.one_of(node, &alternatives, shape, within),
            (true, None, None) => match node.get(VALUE) {
                Some(value) => Content::One(self.parse(&value, shape, Within::Object)),
                None => {
                    self.errors.add(&node.at, ProfileErrorKind::Missing(VALUE));
                    Content::Several(Vec::new())
                }
            },
            (false, _, None) => {
                let members = self.members(node, shape, within.own(), &[FOR_EACH, WHEN]);
                Content::One(sparse(object(members), shape))
            }
        };
        if repeat.is_some() {
            self.scope.pop();
        }
        // Members that all alternatives have in common are written, so what is empty with them was not written so.
        let has_common = matches!(&content, Content::OneOf { common, .. } if !common.is_empty());
        sparse(Template::Part(Box::new(Part { repeat, when, content })), shape.filter(|_| has_common))
    }

    /// A member that is a list, all in one: it may be left out.
    fn list_of_values<'a, V: View<'a>>(&mut self, node: &Node<V>, element: &'static Shape) -> Template {
        let known = node.clone().object(&[VALUES, WHEN], self.errors);
        let Some((known, values)) = known.and_then(|known| Some((known.clone(), known.get(VALUES)?))) else {
            return list(Vec::new());
        };
        let when = known.get(WHEN).and_then(|when| self.condition(&when));
        let elements = list(match self.values(&values, Some(element)) {
            Content::Several(templates) => templates,
            content => vec![Template::Part(Box::new(Part { repeat: None, when: None, content }))],
        });
        let elements = sparse(elements, Some(&Shape::List(element)));
        match when {
            Some(_) => Template::Part(Box::new(Part { repeat: None, when, content: Content::One(elements) })),
            None => elements,
        }
    }

    /// A list of texts that an expression gives.
    pub(super) fn texts<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Template {
        let content = self.values(node, Some(&Shape::Str));
        list(vec![Template::Part(Box::new(Part { repeat: None, when: None, content }))])
    }

    fn values<'a, V: View<'a>>(&mut self, node: &Node<V>, shape: Option<&'static Shape>) -> Content {
        if node.view.kind() == Kind::Sequence {
            let elements = node.clone().list(self.errors);
            return Content::Several(elements.iter().map(|node| self.parse(node, shape, Within::List)).collect());
        }
        let source = self.expression(node).and_then(|expression| {
            let is_list = expression.result().may_be(Sort::List) || *expression.result() == Type::Null;
            if !is_list {
                let found = expression.result().to_string();
                self.errors.add(&node.at, ProfileErrorKind::UnfitExpression { found, expected: "a list" });
            }
            is_list.then_some(ScalarSource::Computed(expression))
        });
        match source {
            Some(source) => {
                Content::Spliced(TemplateScalar { source, at: node.at.clone(), wanted: WantedType::at(shape) })
            }
            None => Content::Several(Vec::new()),
        }
    }

    fn one_of<'a, V: View<'a>>(
        &mut self,
        node: &Node<V>,
        alternatives: &Node<V>,
        shape: Option<&'static Shape>,
        within: Within,
    ) -> Content {
        let is_scalar = shape.is_some_and(Shape::is_scalar);
        let but = [FOR_EACH, ONE_OF, WHEN];
        let common = if is_scalar { Vec::new() } else { self.members(node, shape, within.own(), &but) };
        if is_scalar {
            return self.values_one_of(alternatives, shape);
        }
        let mut read = Vec::new();
        for node in self.alternatives(alternatives) {
            let when = node.get(WHEN).and_then(|when| self.condition(&when));
            let template = {
                let members = self.members(&node, shape, &[], &[WHEN]);
                for (name, _) in members.iter().filter(|(name, _)| common.iter().any(|(known, _)| known == name)) {
                    let duplicate = ProfileErrorKind::Duplicate { what: "the member", name: name.clone() };
                    self.errors.add(&node.at.join(name.as_str()), duplicate);
                }
                sparse(object(members), shape)
            };
            read.push((when, template));
        }
        Content::OneOf { common, alternatives: read }
    }

    /// The alternatives of a `oneOf`: each but the last has a condition.
    fn alternatives<'a, V: View<'a>>(&mut self, list: &Node<V>) -> Vec<Node<V>> {
        let all = list.clone().list(self.errors);
        let before_last = all.split_last().map(|(_, before)| before).unwrap_or_default();
        if let Some(always) = before_last.iter().find(|node| node.get(WHEN).is_none()) {
            self.errors.add(&always.at, ProfileErrorKind::AlwaysTaken);
        }
        all
    }

    /// Alternatives that each have their value in `value`.
    fn values_one_of<'a, V: View<'a>>(&mut self, alternatives: &Node<V>, shape: Option<&'static Shape>) -> Content {
        let mut read = Vec::new();
        for node in self.alternatives(alternatives) {
            let when = node.get(WHEN).and_then(|when| self.condition(&when));
            let known = node.clone().object(&[VALUE, WHEN], self.errors);
            let value = known.and_then(|node| node.require(VALUE, self.errors));
            let parsed = value.map(|value| self.parse(&value, shape, Within::Object));
            read.push((when, parsed.unwrap_or(Template::Literal(().into()))));
        }
        Content::OneOf { common: Vec::new(), alternatives: read }
    }

    /// An object that has a value of a shape in `value`, or in those of `oneOf`, and perhaps `when`.
    pub(super) fn valued<'a, V: View<'a>>(&mut self, node: &Node<V>, shape: &'static Shape) -> Template {
        let when = node.get(WHEN).and_then(|when| self.condition(&when));
        let content = match node.get(ONE_OF) {
            Some(alternatives) => self.values_one_of(&alternatives, Some(shape)),
            None => match node.require(VALUE, self.errors) {
                Some(value) => Content::One(self.parse(&value, Some(shape), Within::Object)),
                None => Content::Several(Vec::new()),
            },
        };
        Template::Part(Box::new(Part { repeat: None, when, content }))
    }

    /// `forEach`, whose variable is then the last of the scope.
    fn repeat<'a, V: View<'a>>(&mut self, node: &Node<V>, within: Within) -> Option<Repeat> {
        if within == Within::Object {
            self.errors
                .add(&node.at, ProfileErrorKind::Empty("`forEach` repeats an element of a list, and this is none"));
            return None;
        }
        let node = node.clone().object(REPEAT, self.errors)?;
        let name = node.require("name", self.errors);
        let name = name.and_then(|name| name.formed(VARIABLE, is_variable, self.errors));
        let list = node.require("in", self.errors)?;
        let over = self.expression(&list)?;
        let Some(element) = over.result().element() else {
            let found = over.result().to_string();
            self.errors.add(&list.at, ProfileErrorKind::UnfitExpression { found, expected: "a list or a map" });
            return None;
        };
        self.scope.add(name?, element);
        Some(Repeat { over, at: list.at })
    }
}

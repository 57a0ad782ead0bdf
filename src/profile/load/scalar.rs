//! Scalars of a profile: texts with expressions in them, and expressions alone.

use super::super::grammar;
use super::super::reader::{Node, ProfileErrorKind};
use super::super::template::{
    Condition, ScalarSource, Segment, Template, TemplateError, TemplateScalar, WantedType, segments,
};
use super::fit;
use super::parser::Parser;
use crate::diagnostic::words::nearest;
use crate::expression::{Expression, Sort};
use crate::kube::schema::Shape;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

impl Parser<'_> {
    /// An expression that gives true or false, with braces around it or without.
    pub(super) fn condition<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Option<Condition> {
        let holds = self.expression(node)?;
        if holds.result().may_be(Sort::Bool) {
            return Some(Condition { holds, at: node.at.clone() });
        }
        let found = holds.result().to_string();
        self.errors.add(&node.at, ProfileErrorKind::UnfitExpression { found, expected: Shape::Bool.expected() });
        None
    }

    /// A text that is one expression, with braces around it or without.
    pub(super) fn expression<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Option<Expression> {
        if node.view.kind() == Kind::Boolean {
            return Expression::new(&node.view.value().to_string(), &self.scope).ok();
        }
        let text = node.string(self.errors)?;
        let code = match segments(&text).as_slice() {
            [Ok(Segment::Code(code))] => *code,
            _ => text.trim(),
        };
        match Expression::new(code, &self.scope) {
            Ok(expression) => Some(expression),
            Err(error) => {
                let error = TemplateError::Expression { text: code.to_owned(), error };
                self.errors.add(&node.at, error);
                None
            }
        }
    }

    /// A text that is one expression, as the template that it is.
    pub(super) fn computed<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Option<Template> {
        let source = ScalarSource::Computed(self.expression(node)?);
        Some(Template::Scalar(TemplateScalar { source, at: node.at.clone(), wanted: WantedType::Typed }))
    }

    /// Reads a text, whose place is `at`.
    pub(super) fn text(&mut self, text: &str, at: &Pointer, shape: Option<&'static Shape>) -> Template {
        if !text.contains("{{") {
            return Template::Literal(text.into());
        }
        let mut parts = Vec::new();
        for piece in segments(text) {
            match piece {
                Ok(Segment::Text(text)) => parts.push(ScalarSource::Text(text.to_owned())),
                Ok(Segment::Code("'{{'")) => parts.push(ScalarSource::Text("{{".to_owned())),
                Ok(Segment::Code(code)) => parts.extend(self.code(code, at)),
                Err(error) => self.errors.add(at, error),
            }
        }
        let source = match parts.len() {
            1 => parts.remove(0),
            _ => ScalarSource::Concatenation(parts),
        };
        if !self.errors.has(at)
            && let Some(unfit) = self.unfit(&source, shape.unwrap_or(&Shape::Any))
        {
            self.errors.add(at, unfit);
        }
        Template::Scalar(TemplateScalar { source, at: at.clone(), wanted: WantedType::at(shape) })
    }

    fn code(&mut self, code: &str, at: &Pointer) -> Option<ScalarSource> {
        if let Some(index) = self.names.iter().position(|known| known == code) {
            let parameter = self.parameters.iter().find(|parameter| parameter.name == code);
            if let Some(wrong) = parameter.and_then(fit::structured) {
                self.errors.add(at, wrong);
            }
            return Some(ScalarSource::Parameter(index));
        }
        match Expression::new(code, &self.scope) {
            Ok(expression) => return Some(ScalarSource::Computed(expression)),
            Err(_) if grammar::is_parameter_name(code) => {
                let nearest = nearest(code, self.names.iter().map(String::as_str)).map(str::to_owned);
                self.errors.add(at, ProfileErrorKind::UnknownParameter { name: code.to_owned(), nearest });
            }
            Err(error) => self.errors.add(at, TemplateError::Expression { text: code.to_owned(), error }),
        }
        None
    }

    /// Why a scalar cannot be at a place; `None` where it can.
    fn unfit(&self, source: &ScalarSource, shape: &Shape) -> Option<ProfileErrorKind> {
        let parameter = |index: &usize| {
            let name = self.names.get(*index)?;
            self.parameters.iter().find(|parameter| parameter.name == *name)
        };
        match source {
            ScalarSource::Parameter(index) => fit::parameter(parameter(index)?, shape),
            ScalarSource::Computed(expression) => fit::expression(expression.result(), shape),
            ScalarSource::Text(_) => fit::text(shape),
            ScalarSource::Concatenation(pieces) => {
                fit::text(shape).or_else(|| pieces.iter().find_map(|piece| self.unfit(piece, &Shape::Any)))
            }
        }
    }
}

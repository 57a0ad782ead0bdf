//! Defaults with expressions.

use super::super::parameter::ComputedDefault;
use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::super::scope;
use super::super::template::{Segment, first_expression, segments};
use super::super::{Let, Parameter, grammar};
use super::parser::{Parser, is_whole_expression};
use crate::expression::{Expression, Scope};
use crate::value::view::{Kind, View};

const WHOLE_TEXT: &str = "an expression cannot be a part of a default: write the whole default as one text";

/// What a default may use.
pub(super) struct Earlier<'p> {
    /// The parameters before it.
    pub(super) parameters: &'p [Parameter],
    /// The names of all parameters.
    pub(super) all: &'p [String],
}

impl Earlier<'_> {
    /// Whether expressions give this default. Braces that are for another program stay as they are.
    pub(super) fn is_computed(&self, text: &str) -> bool {
        if !text.contains("{{") {
            return false;
        }
        let scope = self.scope();
        let is_ours = |code: &str| {
            let name = code.split(|next: char| !next.is_ascii_alphanumeric() && next != '_').next().unwrap_or_default();
            self.all.iter().any(|known| known == name)
                || Expression::new(code, &scope).is_ok_and(|compiled| compiled.variables().next().is_some())
        };
        let has_ours = |piece| matches!(piece, Ok(Segment::Code(code)) if is_ours(code));
        first_expression(text).is_some() || segments(text).into_iter().any(has_ours)
    }

    /// Checks that no part of a list or map has expressions: they would stay as they are written.
    pub(super) fn check_parts<'a, V: View<'a>>(&self, node: &Node<V>, errors: &mut Errors) {
        let mut open = vec![node.clone()];
        while let Some(node) = open.pop() {
            match node.view.kind() {
                Kind::Sequence => open.extend(node.list(errors)),
                Kind::Mapping => open.extend(node.entries(errors).into_iter().map(|(_, member)| member)),
                Kind::String => {
                    let text = node.view.string().unwrap_or_default();
                    if self.is_computed(&text) {
                        errors.add(&node.at, ProfileErrorKind::Empty(WHOLE_TEXT));
                    }
                }
                Kind::Null | Kind::Boolean | Kind::Number => {}
            }
        }
    }

    fn scope(&self) -> Scope {
        scope::of_parameters(&self.names(), self.parameters)
    }

    fn names(&self) -> Vec<String> {
        self.parameters.iter().map(|parameter| parameter.name.clone()).collect()
    }

    /// The default of a parameter.
    pub(super) fn computed<'a, V: View<'a>>(
        &self,
        node: &Node<V>,
        text: &str,
        parameter: &Parameter,
        errors: &mut Errors,
    ) -> Option<ComputedDefault> {
        let later = segments(text).into_iter().find_map(|piece| match piece {
            Ok(Segment::Code(code)) if grammar::is_parameter_name(code) => self.later(code),
            _ => None,
        });
        if let Some(other) = later {
            let name = parameter.name.clone();
            errors.add(&node.at, ProfileErrorKind::ParameterInDefault { name, other });
            return None;
        }
        let before = errors.0.len();
        let names = self.names();
        let mut parser = Parser { names: &names, parameters: self.parameters, scope: self.scope(), errors };
        let value = match is_whole_expression(text) {
            true => parser.computed(node),
            false => Some(parser.text(text, &node.at, None)),
        };
        let made = Let { name: parameter.name.clone(), at: node.at.clone(), value: value? };
        (errors.0.len() == before).then(|| ComputedDefault::new(text.to_owned(), made))
    }

    /// The name, where it is that of a parameter that is not an earlier one.
    fn later(&self, name: &str) -> Option<String> {
        let is_earlier = self.parameters.iter().any(|parameter| parameter.name == name);
        self.all.iter().find(|known| *known == name && !is_earlier).cloned()
    }
}

//! `copyFrom`: variables of a container of the pod, as they are there, whether they have a value or a source.

use std::fmt::Write as _;

use super::super::reader::{Node, ProfileErrorKind};
use super::super::template::{Content, ScalarSource, Segment, TemplateError, TemplateScalar, WantedType, segments};
use super::parser::{COPY_FROM, Parser};
use crate::expression::{Expression, Sort};
use crate::value::view::{Kind, View};

/// The members of `copyFrom`.
const COPY: &[&str] = &["container", "env"];

/// The variables of the container in the pod's order. A container or variable that is not there gives none.
const COPIED: &str = "(pod.?spec.?containers.orValue([]) + pod.?spec.?initContainers.orValue([]))\
    .filter(copied, copied.?name.orValue('') == CONTAINER)\
    .map(copied, copied.?env.orValue([]).filter(variable, variable.?name.orValue('') in NAMES)).flatten()";

impl Parser<'_> {
    /// The variables that an element of `env` copies.
    pub(super) fn copied<'a, V: View<'a>>(&mut self, node: &Node<V>) -> Content {
        let none = Content::Several(Vec::new());
        let Some(copy) = node.clone().object(COPY, self.errors) else { return none };
        let container =
            copy.require("container", self.errors).and_then(|container| self.code_of(&container, Sort::String));
        let names = copy.require("env", self.errors).and_then(|names| self.names_code(&names));
        let Some((container, names)) = container.zip(names) else { return none };
        let code = COPIED.replace("CONTAINER", &container).replace("NAMES", &names);
        match Expression::new(&code, &self.scope) {
            Ok(expression) => Content::Spliced(TemplateScalar {
                source: ScalarSource::Computed(expression),
                at: node.at.clone(),
                wanted: WantedType::Node,
            }),
            Err(error) => {
                self.errors.add(&node.at, TemplateError::Expression { text: COPY_FROM.to_owned(), error });
                none
            }
        }
    }

    fn names_code<'a, V: View<'a>>(&mut self, names: &Node<V>) -> Option<String> {
        if names.view.kind() != Kind::Sequence {
            return self.code_of(names, Sort::List);
        }
        let mut code = String::from("[");
        for name in names.clone().list(self.errors) {
            // Writing to a string cannot fail.
            let _ = write!(code, "{}, ", self.code_of(&name, Sort::String)?);
        }
        Some(format!("{}]", code.trim_end_matches(", ")))
    }

    /// The code of a text: of one expression that gives this, or of the text itself.
    fn code_of<'a, V: View<'a>>(&mut self, node: &Node<V>, wanted: Sort) -> Option<String> {
        let text = node.string(self.errors)?;
        match segments(&text).as_slice() {
            [Ok(Segment::Code(code))] => {
                let expression = self.expression(node)?;
                if expression.result().may_be(wanted) {
                    return Some(format!("({code})"));
                }
                let found = expression.result().to_string();
                self.errors.add(&node.at, ProfileErrorKind::UnfitExpression { found, expected: wanted.noun() });
                None
            }
            _ if text.contains("{{") || wanted == Sort::List => {
                self.errors.add(&node.at, ProfileErrorKind::Empty("this is a name, or one expression in braces"));
                None
            }
            _ => serde_json::to_string(&*text).ok(),
        }
    }
}

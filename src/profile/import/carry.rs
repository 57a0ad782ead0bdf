//! Values of the input that become a part of the profile as they are.

use serde_json::Value;

use super::draft::{Content, Draft, Line, Member};
use super::source::{ImportError, Node};
use crate::kube::schema::{self, Shape};
use crate::value::view::Kind;

const UNKNOWN: &str = "Kubernetes has no such field here";

/// A value of a shape, as a part of what the profile adds: braces stay literal, and a field that Kubernetes does not have is
/// dropped, because a profile may not have it.
pub(super) fn part(node: &Node<'_>, shape: &'static Shape) -> Result<Draft, ImportError> {
    let content = match node.kind() {
        Kind::Mapping => {
            let mut lines = Vec::new();
            for (name, value) in fields(node, shape)? {
                lines.push(member(name, &value, shape)?);
            }
            Content::Object(lines)
        }
        Kind::Sequence => {
            let element = match shape {
                Shape::List(element) => element,
                _ => &Shape::Any,
            };
            let elements = node.elements()?;
            let parts = elements.iter().map(|one| Ok(Line::Written(part(one, element)?)));
            Content::List(parts.collect::<Result<_, ImportError>>()?)
        }
        Kind::String => Content::Scalar(Value::String(literal(&node.text()?))),
        Kind::Null | Kind::Boolean | Kind::Number => Content::Scalar(node.value()),
    };
    Ok(Draft::new(node.at(), content))
}

/// The members of an object of a shape. A profile's language has objects where Kubernetes has single values and lists, so an
/// object there must not come through.
pub(super) fn fields<'a>(node: &Node<'a>, shape: &Shape) -> Result<Vec<(String, Node<'a>)>, ImportError> {
    if shape.is_scalar() || matches!(shape, Shape::List(_)) {
        let wrong = schema::wrong_type(&node.value(), shape, &node.path);
        return Err(node.error(wrong.message));
    }
    node.members()
}

/// A member of an object of a shape.
pub(super) fn member(name: String, value: &Node<'_>, shape: &'static Shape) -> Result<Line<Member>, ImportError> {
    // A profile's language has these words in a map of resources too. No resource has such a name.
    let is_word = matches!(shape, Shape::QuantityMap) && ["forEach", "oneOf", "when"].contains(&name.as_str());
    match shape.member(&name).filter(|_| !is_word) {
        Some(below) => Ok(Line::Written((name, part(value, below)?))),
        None => Ok(Line::dropped(value, UNKNOWN)),
    }
}

/// A value that is no part of what is added: nothing in it is an expression.
pub(super) fn plain(node: &Node<'_>) -> Result<Draft, ImportError> {
    let content = match node.kind() {
        Kind::Mapping => {
            let members = node.members()?.into_iter();
            Content::Object(
                members
                    .map(|(name, value)| Ok(Line::Written((name, plain(&value)?))))
                    .collect::<Result<_, ImportError>>()?,
            )
        }
        Kind::Sequence => {
            let elements = node.elements()?;
            Content::List(
                elements.iter().map(|one| Ok(Line::Written(plain(one)?))).collect::<Result<_, ImportError>>()?,
            )
        }
        _ => Content::Scalar(node.value()),
    };
    Ok(Draft::new(node.at(), content))
}

/// A text as a profile writes it, in which two braces begin an expression.
pub(super) fn literal(text: &str) -> String {
    text.replace("{{", "{{ '{{' }}")
}

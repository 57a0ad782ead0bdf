//! What is wrong with a value.

use std::fmt;

use thiserror::Error;

use crate::diagnostic::words::{list, nearest};
use crate::expression::WholePattern;
use crate::value::view::Kind;

/// A value that its parameter's type does not allow.
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
    /// A value that is not in an enum's list.
    #[error("{} is not one of {}", shown(value), list(allowed))]
    NoneOf {
        /// The value as it is written.
        value: String,
        /// What is allowed.
        allowed: Vec<String>,
    },
    /// A part of a list or map that is wrong.
    #[error("{place}: {bad}")]
    Part {
        /// Which: `item 2`, or `key` and the key.
        place: String,
        /// What is wrong with it.
        bad: Box<Self>,
    },
    /// A key or name that comes twice.
    #[error("{} is given twice", shown(name))]
    Twice {
        /// The key or name.
        name: String,
    },
    /// More items than a list or map may have.
    #[error("{found} items are more than `maxItems: {most}`")]
    TooManyItems {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A longer value than there may be.
    #[error("{found} bytes are more than `maxLength: {most}`")]
    TooLong {
        /// How many bytes there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A control character in a text.
    #[error("the control character U+{:04X} is not allowed: only line breaks and tabs are", u32::from(*control))]
    Control {
        /// The character.
        control: char,
    },
    /// An empty value of a parameter that must have one.
    #[error("the value is empty, and the parameter is `required`")]
    Empty,
    /// A number below the smallest that is allowed.
    #[error("`{value}` is less than `min: {min}`")]
    BelowMin {
        /// The number.
        value: i64,
        /// The bound.
        min: i64,
    },
    /// A number above the largest that is allowed.
    #[error("`{value}` is more than `max: {max}`")]
    AboveMax {
        /// The number.
        value: i64,
        /// The bound.
        max: i64,
    },
    /// A text that does not match a pattern.
    #[error("{} does not match `{field}: {pattern}`", shown(value))]
    Unmatched {
        /// The text.
        value: String,
        /// The field of the parameter that has the pattern.
        field: &'static str,
        /// The pattern.
        pattern: String,
    },
    /// A value of another kind altogether.
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
            Self::Part { bad, .. } => bad.hint(),
            _ => None,
        }
    }
}

/// Checks a text against a pattern; `field` is the parameter's that has it.
pub(super) fn matched(pattern: &WholePattern, field: &'static str, text: &str) -> Result<(), BadValue> {
    if pattern.matches(text) {
        return Ok(());
    }
    Err(BadValue::Unmatched { value: text.to_owned(), field, pattern: pattern.as_str().to_owned() })
}

/// A value in backticks; a long one is cut: it may be a secret, or not meant for this parameter.
pub(super) fn shown(value: &str) -> impl fmt::Display {
    const MOST: usize = 40;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}

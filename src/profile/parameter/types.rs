//! The values that each type of parameter takes. The grammars themselves are in `grammar`.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use super::super::{ParameterType, grammar};
use crate::diagnostic::words::{list, nearest};
use crate::kube::duration;
use crate::kube::image::is_image;
use crate::kube::names::is_dns_label;
use crate::value::view::{Kind, View};

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
            _ => None,
        }
    }
}

impl ParameterType {
    /// The word for this type in a profile.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Duration => "duration",
            Self::Enum(_) => "enum",
            Self::Image => "image",
            Self::Integer => "integer",
            Self::Name => "name",
            Self::Path => "path",
            Self::Port => "port",
            Self::Ports => "ports",
            Self::Quantity => "quantity",
            Self::String => "string",
        }
    }

    /// Reads a value that is written as text: an annotation's, or one from the command line.
    /// Ports come back with their spaces removed; every other text as it is written.
    pub fn parse(&self, text: &str) -> Result<Value, BadValue> {
        let read = match self {
            Self::Boolean => grammar::boolean(text).map(Value::from),
            Self::Duration => duration::go(text).is_some().then(|| Value::from(text)),
            Self::Enum(allowed) => {
                return if allowed.iter().any(|value| value == text) {
                    Ok(Value::from(text))
                } else {
                    Err(BadValue::NoneOf { value: text.to_owned(), allowed: allowed.clone() })
                };
            }
            Self::Image => is_image(text).then(|| Value::from(text)),
            Self::Integer => grammar::integer(text).map(Value::from),
            Self::Name => is_dns_label(text).then(|| Value::from(text)),
            Self::Path => grammar::is_path(text).then(|| Value::from(text)),
            Self::Port => grammar::port(text).map(Value::from),
            Self::Ports => grammar::ports(text).map(Value::from),
            Self::Quantity => grammar::is_quantity(text).then(|| Value::from(text)),
            Self::String => Some(Value::from(text)),
        };
        read.ok_or_else(|| {
            let is_whole = text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
            let expected = match self {
                Self::Integer if !is_whole => "a whole number",
                _ => self.expected(),
            };
            BadValue::NotOfType { value: text.to_owned(), expected: expected.to_owned() }
        })
    }

    /// Checks a typed value: a default's, or one found in the pod. Text is read as [`parse`](Self::parse) does.
    pub fn check(&self, value: &Value) -> Result<Value, BadValue> {
        match (self, value) {
            (_, Value::String(text)) => self.parse(text),
            (Self::Boolean, Value::Bool(_)) => Ok(value.clone()),
            (Self::Integer | Self::Port | Self::Ports | Self::Quantity, Value::Number(number)) => {
                self.parse(&number.to_string())
            }
            _ => Err(BadValue::WrongKind {
                value: value.to_string(),
                kind: value.kind(),
                expected: self.expected().to_owned(),
            }),
        }
    }

    /// What values there are, with an article, for messages.
    pub(super) const fn expected(&self) -> &'static str {
        match self {
            Self::Boolean => "a boolean: `true` or `false`",
            Self::Duration => "a duration, such as `30s` or `1m30s`",
            Self::Enum(_) => "a string",
            Self::Image => "an image reference, such as `registry.example/name:tag`",
            Self::Integer => "an integer of 64 bits",
            Self::Name => "a DNS label: at most 63 of `a-z`, `0-9` and `-`, with a letter or digit at both ends",
            Self::Path => "an absolute path without `..` and control characters, such as `/var/log`",
            Self::Port => "a port: a number from 1 to 65535",
            Self::Ports => "a list of ports, such as `80,443,8000-8100`, or `*`",
            Self::Quantity => "a quantity, such as `100m` or `128Mi`",
            Self::String => "a string",
        }
    }
}

/// A value in backticks; a long one is cut.
fn shown(value: &str) -> impl fmt::Display {
    const MOST: usize = 100;
    match value.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bad_values_name_the_value_and_what_is_allowed() {
        let level = ParameterType::Enum(vec!["debug".into(), "info".into()]);
        for (ty, text, message) in [
            (ParameterType::Port, "99999", "`99999` is not a port: a number from 1 to 65535"),
            (ParameterType::Boolean, "yes", "`yes` is not a boolean: `true` or `false`"),
            (ParameterType::Integer, "1.5", "`1.5` is not a whole number"),
            (ParameterType::Integer, "99999999999999999999", "`99999999999999999999` is not an integer of 64 bits"),
            (ParameterType::Duration, "30", "`30` is not a duration, such as `30s` or `1m30s`"),
            (ParameterType::Quantity, "1Zi", "`1Zi` is not a quantity, such as `100m` or `128Mi`"),
            (ParameterType::Image, "a b", "`a b` is not an image reference, such as `registry.example/name:tag`"),
            (ParameterType::Ports, "80,x", "`80,x` is not a list of ports, such as `80,443,8000-8100`, or `*`"),
            (level, "inof", "`inof` is not one of `debug`, `info`"),
        ] {
            assert_eq!(ty.parse(text).unwrap_err().to_string(), message);
        }
        let long = ParameterType::Port.parse(&"é".repeat(500)).unwrap_err().to_string();
        assert!(long.starts_with(&format!("`{}…` is not", "é".repeat(100))));
    }

    #[test]
    fn a_name_is_a_dns_label() {
        for (text, allowed) in [("app", true), ("a-1", true), ("", false), ("-a", false), ("A", false), ("a.b", false)]
        {
            assert_eq!(ParameterType::Name.parse(text).is_ok(), allowed, "{text}");
        }
        let label = "a".repeat(63);
        assert!(ParameterType::Name.parse(&label).is_ok());
        assert!(ParameterType::Name.parse(&format!("{label}a")).is_err());
    }

    #[test]
    fn a_path_is_absolute_and_does_not_go_up() {
        for path in ["/", "/var/log", "/a..b/...", "/with space", "/é"] {
            assert_eq!(ParameterType::Path.check(&json!(path)), Ok(json!(path)));
        }
        for path in ["", "var", "./a", "/..", "/a/../b", "/a/..", "/a\0", "/a\nb", "/a\u{7f}"] {
            assert!(ParameterType::Path.parse(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn typed_values_are_checked_and_text_among_them_is_read() {
        for (ty, value, expected) in [
            (ParameterType::Port, json!(80), Some(json!(80))),
            (ParameterType::Port, json!("80"), Some(json!(80))),
            (ParameterType::Port, json!(80.0), None),
            (ParameterType::Port, json!(true), None),
            (ParameterType::Ports, json!(80), Some(json!("80"))),
            (ParameterType::Ports, json!("80, 443"), Some(json!("80,443"))),
            (ParameterType::Boolean, json!(false), Some(json!(false))),
            (ParameterType::Boolean, json!("true"), Some(json!(true))),
            (ParameterType::Boolean, json!(1), None),
            (ParameterType::Quantity, json!(1), Some(json!("1"))),
            (ParameterType::Quantity, json!(0.5), Some(json!("0.5"))),
            (ParameterType::Integer, json!(-3), Some(json!(-3))),
            (ParameterType::String, json!("x"), Some(json!("x"))),
            (ParameterType::String, json!(1), None),
            (ParameterType::Enum(vec!["1".into()]), json!(1), None),
            (ParameterType::String, json!(null), None),
            (ParameterType::String, json!([]), None),
        ] {
            assert_eq!(ty.check(&value).ok(), expected, "{ty:?} {value}");
        }
        let bad = ParameterType::String.check(&json!(true)).unwrap_err();
        assert_eq!(bad.to_string(), "`true` is a boolean, not a string");
        assert_eq!(bad.hint().unwrap(), "quote it: `\"true\"`");
    }
}

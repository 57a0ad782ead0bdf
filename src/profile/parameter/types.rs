//! The values that each type of parameter takes. The grammars themselves are in `grammar`.

use serde_json::Value;

use super::super::{ListType, MapType, ParameterType, grammar};
use super::collection;
use super::fault::BadValue;
use crate::expression::Type;
use crate::kube::duration;
use crate::kube::image::is_image;
use crate::kube::names::is_dns_label;
use crate::value::view::{Kind, View};

impl ParameterType {
    /// The word for this type in a profile.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Duration => "duration",
            Self::Enum(_) => "enum",
            Self::Envs => "envs",
            Self::Image => "image",
            Self::Integer => "integer",
            Self::List(_) => "list",
            Self::Map(_) => "map",
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
            Self::Envs => return collection::envs_of_text(text),
            Self::Image => is_image(text).then(|| Value::from(text)),
            Self::Integer => grammar::integer(text).map(Value::from),
            Self::List(list) => return list.parse(text),
            Self::Map(map) => return map.parse(text),
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
    pub(crate) fn check<'a, V: View<'a>>(&self, view: V) -> Result<Value, BadValue> {
        if let Some(text) = view.string() {
            return self.parse(&text);
        }
        match (self, view.kind()) {
            (Self::Boolean, Kind::Boolean) => Ok(view.value()),
            (Self::Integer | Self::Port | Self::Ports | Self::Quantity, Kind::Number) => {
                self.parse(&view.value().to_string())
            }
            (Self::Envs, Kind::Sequence) => collection::envs(view),
            (Self::List(list), Kind::Sequence) => list.check(view),
            (Self::Map(map), Kind::Mapping) => map.check(view),
            (_, kind) => {
                Err(BadValue::WrongKind { value: view.value().to_string(), kind, expected: self.expected().to_owned() })
            }
        }
    }

    /// How many bytes a value may have as text where the profile does not say; of ports, what it may say at most. Ports are
    /// compared with each other, which is quadratic work, in an admission policy that of the API server.
    pub(crate) const fn max_bytes(&self) -> usize {
        match self {
            Self::Ports => 1024,
            _ => 4096,
        }
    }

    /// The kind of value that it has where that is not a single one.
    pub(crate) const fn structure(&self) -> Option<Kind> {
        match self {
            Self::Envs | Self::List(_) => Some(Kind::Sequence),
            Self::Map(_) => Some(Kind::Mapping),
            _ => None,
        }
    }

    /// The type of a single value: of an item of a list or map, or this one.
    pub(crate) fn single(&self) -> &Self {
        match self {
            Self::List(ListType { of, .. }) | Self::Map(MapType { of, .. }) => of,
            _ => self,
        }
    }

    /// The type of its values in expressions.
    pub(crate) fn expression_type(&self) -> Type {
        match self {
            Self::Boolean => Type::Bool,
            Self::Integer | Self::Port => Type::Int,
            Self::Envs => Type::list(Type::Object(&collection::ENV)),
            Self::List(list) => Type::list(list.of.expression_type()),
            Self::Map(map) => Type::Map(Box::new(map.of.expression_type())),
            Self::Duration
            | Self::Enum(_)
            | Self::Image
            | Self::Name
            | Self::Path
            | Self::Ports
            | Self::Quantity
            | Self::String => Type::String,
        }
    }

    /// What values there are, with an article, for messages.
    pub(crate) const fn expected(&self) -> &'static str {
        match self {
            Self::Boolean => "a boolean: `true` or `false`",
            Self::Duration => "a duration, such as `30s` or `1m30s`",
            Self::Enum(_) => "a string",
            Self::Envs => "a list of variables, such as `A=1,B=2`",
            Self::Image => "an image reference, such as `registry.example/name:tag`",
            Self::Integer => "an integer from -9007199254740991 to 9007199254740991",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Name => "a DNS label: at most 63 of `a-z`, `0-9` and `-`, with a letter or digit at both ends",
            Self::Path => "an absolute path without `..` and control characters, such as `/var/log`",
            Self::Port => "a port: a number from 1 to 65535",
            Self::Ports => "a list of ports, such as `80,443,8000-8100`, or `*`",
            Self::Quantity => "a quantity, such as `100m` or `128Mi`",
            Self::String => "a string",
        }
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
            (
                ParameterType::Integer,
                "9007199254740992",
                "`9007199254740992` is not an integer from -9007199254740991 to 9007199254740991",
            ),
            (ParameterType::Duration, "30", "`30` is not a duration, such as `30s` or `1m30s`"),
            (ParameterType::Quantity, "1Zi", "`1Zi` is not a quantity, such as `100m` or `128Mi`"),
            (ParameterType::Image, "a b", "`a b` is not an image reference, such as `registry.example/name:tag`"),
            (ParameterType::Ports, "80,x", "`80,x` is not a list of ports, such as `80,443,8000-8100`, or `*`"),
            (level, "inof", "`inof` is not one of `debug`, `info`"),
        ] {
            assert_eq!(ty.parse(text).unwrap_err().to_string(), message);
        }
        let long = ParameterType::Port.parse(&"é".repeat(500)).unwrap_err().to_string();
        assert!(long.starts_with(&format!("`{}…` is not", "é".repeat(40))));
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

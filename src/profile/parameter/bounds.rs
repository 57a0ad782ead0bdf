//! How much a value may be, whatever its type.

use serde_json::Value;

use super::fault::{BadValue, matched, shown};
use crate::expression::WholePattern;
use crate::profile::ParameterType;

/// How many items a list or map may have where the profile does not say. No more can be repeated.
const MOST_ITEMS: usize = 64;
/// The bounds of a parameter's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// How many bytes all texts of a value may have.
    pub(crate) max_length: Option<usize>,
    /// How many items a list or map may have.
    pub(crate) max_items: Option<usize>,
    /// The smallest integer or port.
    pub(crate) min: Option<i64>,
    /// The largest integer or port.
    pub(crate) max: Option<i64>,
    /// What a text must match.
    pub(crate) pattern: Option<WholePattern>,
}

impl Bounds {
    /// The same for a default: it is in the profile, so only what the profile says bounds its length.
    pub(super) fn of_default(&self) -> Self {
        Self { max_length: self.max_length.or(Some(usize::MAX)), ..self.clone() }
    }

    /// How many bytes a value of this type may have that others give.
    pub(crate) fn most_bytes(&self, ty: &ParameterType) -> usize {
        self.max_length.unwrap_or_else(|| ty.max_bytes())
    }

    /// How many items a list or map may have.
    pub(crate) fn most_items(&self) -> usize {
        self.max_items.unwrap_or(MOST_ITEMS)
    }

    /// Checks the length of a text of this type before it is read.
    pub(super) fn check_text(&self, text: &str, ty: &ParameterType) -> Result<(), BadValue> {
        self.check_length(text.len(), ty)
    }

    /// Checks a value of this type.
    pub(super) fn check(&self, value: &Value, ty: &ParameterType) -> Result<(), BadValue> {
        let most = self.most_items();
        match items(value) {
            Some(found) if found > most => return Err(BadValue::TooManyItems { found, most }),
            _ => {}
        }
        self.check_length(length(value), ty)?;
        if let Some(control) = control(value) {
            return Err(BadValue::Control { control });
        }
        let part = |place: String| move |bad| BadValue::Part { place, bad: Box::new(bad) };
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| self.check_single(item).map_err(part(format!("item {}", index + 1)))),
            Value::Object(entries) => entries
                .iter()
                .try_for_each(|(key, value)| self.check_single(value).map_err(part(format!("key {}", shown(key))))),
            single => self.check_single(single),
        }
    }

    fn check_single(&self, value: &Value) -> Result<(), BadValue> {
        match (value.as_i64(), self.min, self.max) {
            (Some(value), Some(min), _) if value < min => return Err(BadValue::BelowMin { value, min }),
            (Some(value), _, Some(max)) if value > max => return Err(BadValue::AboveMax { value, max }),
            _ => {}
        }
        match (value.as_str(), &self.pattern) {
            (Some(text), Some(pattern)) => matched(pattern, "pattern", text),
            _ => Ok(()),
        }
    }

    fn check_length(&self, found: usize, ty: &ParameterType) -> Result<(), BadValue> {
        let most = self.most_bytes(ty);
        if found > most { Err(BadValue::TooLong { found, most }) } else { Ok(()) }
    }
}

fn items(value: &Value) -> Option<usize> {
    value.as_array().map(Vec::len).or_else(|| value.as_object().map(serde_json::Map::len))
}

/// How many bytes the texts of a value have. No value is nested deeper than the variables of `envs`.
fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(length).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + length(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// The first control character that no text may have. JSON escapes it, which an admission policy cannot.
fn control(value: &Value) -> Option<char> {
    let in_text = |text: &str| text.chars().find(|c| *c < ' ' && !matches!(c, '\n' | '\r' | '\t'));
    match value {
        Value::String(text) => in_text(text),
        Value::Array(elements) => elements.iter().find_map(control),
        Value::Object(members) => members.iter().find_map(|(name, value)| in_text(name).or_else(|| control(value))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bound_counts_bytes_and_items() {
        let bounds = Bounds { max_length: Some(3), max_items: Some(2), ..Bounds::default() };
        for good in [json!("abc"), json!(["a", "b"]), json!({"a": "", "b": "c"}), json!(12345), json!([1234, 5678])] {
            assert_eq!(bounds.check(&good, &ParameterType::String), Ok(()), "{good}");
        }
        for (value, message) in [
            (json!("abcd"), "4 bytes are more than `maxLength: 3`"),
            (json!("éé"), "4 bytes are more than `maxLength: 3`"),
            (json!({"ab": "cd"}), "4 bytes are more than `maxLength: 3`"),
            (json!([1, 2, 3]), "3 items are more than `maxItems: 2`"),
        ] {
            assert_eq!(bounds.check(&value, &ParameterType::String).unwrap_err().to_string(), message);
        }
        assert!(Bounds::default().check(&json!("a".repeat(4096)), &ParameterType::String).is_ok());
        assert!(Bounds::default().check(&json!("a".repeat(4097)), &ParameterType::String).is_err());
        assert!(Bounds::default().of_default().check(&json!("a".repeat(4097)), &ParameterType::String).is_ok());
        assert!(bounds.of_default().check(&json!("abcd"), &ParameterType::String).is_err());
        assert!(Bounds::default().check(&json!(vec![0; 65]), &ParameterType::String).is_err());
    }

    #[test]
    fn ports_are_shorter_than_other_values() {
        let check = |bytes| Bounds::default().check_text(&"8".repeat(bytes), &ParameterType::Ports);
        assert_eq!(check(1024), Ok(()));
        assert_eq!(check(1025).unwrap_err().to_string(), "1025 bytes are more than `maxLength: 1024`");
        let default = Bounds::default().of_default();
        assert_eq!(default.check(&json!("8".repeat(1025)), &ParameterType::Ports), Ok(()));
    }

    #[test]
    fn a_text_has_no_control_characters_but_line_breaks_and_tabs() {
        let check = |value| Bounds::default().check(&value, &ParameterType::String);
        for good in [json!("a\n\r\tb"), json!("\u{7f}\u{85}é"), json!({"a\t": ["\n"]})] {
            assert_eq!(check(good.clone()), Ok(()), "{good}");
        }
        for (value, found) in [
            (json!("a\0b"), "U+0000"),
            (json!(["a", "\u{1f}"]), "U+001F"),
            (json!({"a\u{b}": "b"}), "U+000B"),
            (json!([{"name": "A", "value": "\u{1b}[0m"}]), "U+001B"),
        ] {
            let message = format!("the control character {found} is not allowed: only line breaks and tabs are");
            assert_eq!(check(value).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn numbers_and_texts_have_bounds_wherever_they_are() {
        let pattern = WholePattern::new("[a-z]+");
        let bounds = Bounds { min: Some(-1), max: Some(10), pattern, ..Bounds::default() };
        for good in [json!(-1), json!(10), json!("a"), json!(["a", "b"]), json!({"A": "a"}), json!(true), json!(null)] {
            assert_eq!(bounds.check(&good, &ParameterType::String), Ok(()), "{good}");
        }
        for (value, message) in [
            (json!(-2), "`-2` is less than `min: -1`"),
            (json!([10, 11]), "item 2: `11` is more than `max: 10`"),
            (json!({"a": 11}), "key `a`: `11` is more than `max: 10`"),
            (json!("A"), "`A` does not match `pattern: [a-z]+`"),
            (json!(["a", ""]), "item 2: `` does not match `pattern: [a-z]+`"),
        ] {
            assert_eq!(bounds.check(&value, &ParameterType::String).unwrap_err().to_string(), message);
        }
        let long = bounds.check(&json!("A".repeat(50)), &ParameterType::String).unwrap_err().to_string();
        assert_eq!(long, format!("`{}…` does not match `pattern: [a-z]+`", "A".repeat(40)));
    }
}

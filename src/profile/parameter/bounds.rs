//! How much a value may be, whatever its type.

use regex_lite::{Regex, RegexBuilder};
use serde_json::Value;

use super::BadValue;

/// How long a value may be in bytes where the profile does not say, unless it is a default.
const MOST_BYTES: usize = 4096;
/// How many items a list or map may have where the profile does not say. No more can be repeated.
const MOST_ITEMS: usize = 64;
/// How long a pattern may be.
const LONGEST_PATTERN: usize = 256;
/// How many bytes a pattern may take in memory.
const LARGEST_PATTERN: usize = 64 << 10;

/// The bounds of a parameter's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// How many bytes all texts of a value may have.
    pub(crate) max_length: Option<usize>,
    /// How many items a list or map may have.
    pub(crate) max_items: Option<usize>,
}

impl Bounds {
    /// The same for a default: it is in the profile, so only what the profile says bounds its length.
    pub(super) fn of_default(&self) -> Self {
        Self { max_length: self.max_length.or(Some(usize::MAX)), ..self.clone() }
    }

    /// Checks the length of a text before it is read.
    pub(super) fn check_text(&self, text: &str) -> Result<(), BadValue> {
        self.check_length(text.len())
    }

    pub(super) fn check(&self, value: &Value) -> Result<(), BadValue> {
        let most = self.max_items.unwrap_or(MOST_ITEMS);
        match items(value) {
            Some(found) if found > most => return Err(BadValue::TooManyItems { found, most }),
            _ => {}
        }
        self.check_length(length(value))
    }

    fn check_length(&self, found: usize) -> Result<(), BadValue> {
        let most = self.max_length.unwrap_or(MOST_BYTES);
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

/// A regular expression that a whole text must match.
#[derive(Clone, Debug)]
pub(crate) struct ValuePattern {
    text: String,
    anchored: Regex,
}

impl PartialEq for ValuePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ValuePattern {}

impl ValuePattern {
    /// Reads a pattern. `None` where it is none, or too large.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.len() > LONGEST_PATTERN {
            return None;
        }
        let compiled = |text: &str| RegexBuilder::new(text).size_limit(LARGEST_PATTERN).nest_limit(16).build().ok();
        // Alone first: `a)|(b` is a pattern only with the parentheses of the anchored one around it.
        compiled(text)?;
        Some(Self { text: text.to_owned(), anchored: compiled(&format!(r"\A(?:{text})\z"))? })
    }

    /// Checks a text; `field` is the parameter's that has the pattern.
    pub(super) fn check(&self, field: &'static str, text: &str) -> Result<(), BadValue> {
        if self.anchored.is_match(text) {
            return Ok(());
        }
        Err(BadValue::Unmatched { value: text.to_owned(), field, pattern: self.text.clone() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pattern_is_for_the_whole_text() {
        let matches = |pattern: &str, text: &str| ValuePattern::new(pattern).unwrap().check("pattern", text).is_ok();
        assert!(matches("a|b", "a") && matches("a|b", "b") && matches("", ""));
        assert!(!matches("a|b", "ab") && !matches("a|b", "xb") && !matches("a", "a\n") && !matches("^a$", "b\na"));
        for wrong in ["(", "a)|(b", "(?x", "[", "a{99999}", &"a".repeat(257), r"(?:\w{500}){500}"] {
            assert!(ValuePattern::new(wrong).is_none(), "{wrong}");
        }
        let bad = ValuePattern::new("a+").unwrap().check("keyPattern", "b").unwrap_err();
        assert_eq!(bad.to_string(), "`b` does not match `keyPattern: a+`");
    }

    #[test]
    fn a_bound_counts_bytes_and_items() {
        let bounds = Bounds { max_length: Some(3), max_items: Some(2) };
        for good in [json!("abc"), json!(["a", "b"]), json!({"a": "", "b": "c"}), json!(12345), json!([1234, 5678])] {
            assert_eq!(bounds.check(&good), Ok(()), "{good}");
        }
        for (value, message) in [
            (json!("abcd"), "4 bytes are more than `maxLength: 3`"),
            (json!("éé"), "4 bytes are more than `maxLength: 3`"),
            (json!({"ab": "cd"}), "4 bytes are more than `maxLength: 3`"),
            (json!([1, 2, 3]), "3 items are more than `maxItems: 2`"),
        ] {
            assert_eq!(bounds.check(&value).unwrap_err().to_string(), message);
        }
        assert!(Bounds::default().check(&json!("a".repeat(4096))).is_ok());
        assert!(Bounds::default().check(&json!("a".repeat(4097))).is_err());
        assert!(Bounds::default().of_default().check(&json!("a".repeat(4097))).is_ok());
        assert!(bounds.of_default().check(&json!("abcd")).is_err());
        assert!(Bounds::default().check(&json!(vec![0; 65])).is_err());
    }
}

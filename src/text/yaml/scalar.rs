//! The types that Kubernetes gives to YAML scalars: the rules of goyaml.v2 under `sigs.k8s.io/yaml`, which kubectl and the
//! API server use. They are neither YAML 1.1 nor 1.2: `yes` is a boolean, `0644` is 420, `1_000` is 1000, `1:30` is text.
//!
//! This runs for every scalar, so it decides on the first byte and allocates nothing for a string. A merge key (`<<`)
//! is text here; [`is_merge`] finds it.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

mod json;
mod number;
mod timestamp;

pub(crate) use json::json;

/// The long form of the tags that have a meaning.
const STANDARD: &str = "tag:yaml.org,2002:";

/// What a scalar is to Kubernetes.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `~`, `null`, or nothing at all.
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites.
    Boolean(bool),
    /// A whole number that fits an `i64`.
    Integer(i64),
    /// A whole number above `i64::MAX`.
    Unsigned(u64),
    /// A finite number with a point or an exponent, or one too large for an integer.
    Float(f64),
    /// Any other text.
    String(Cow<'a, str>),
}

/// A number that JSON cannot hold. The user's fault. kubectl refuses it as a value; as a key it is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot be written in JSON", self.as_key())]
pub enum NotFinite {
    /// `.inf` or `+.inf`.
    Infinity,
    /// `-.inf`.
    NegativeInfinity,
    /// `.nan`.
    NotANumber,
}

impl NotFinite {
    /// The text that it is as a mapping's key.
    pub fn as_key(self) -> &'static str {
        match self {
            Self::Infinity => ".inf",
            Self::NegativeInfinity => "-.inf",
            Self::NotANumber => ".nan",
        }
    }
}

/// A scalar whose text does not fit its explicit tag. The user's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// The text is of another type.
    #[error("`{text}` cannot be read as `{tag}`")]
    Mismatch {
        /// The tag in its short form, `!!int`.
        tag: String,
        /// The scalar's text.
        text: String,
    },
    /// The text of a `!!binary` is not base64.
    #[error("the text of a `!!binary` value is not base64")]
    Base64,
    /// An infinity, or `.nan`.
    #[error(transparent)]
    NotFinite(#[from] NotFinite),
}

/// A scalar that cannot be a key of a JSON object. The user's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A null key.
    #[error("a key must not be null")]
    Null,
    /// A whole number that kubectl refuses as a key, though not as a value.
    #[error("the number `{0}` is too large for a key")]
    Unsigned(u64),
}

/// The type of an untagged plain scalar.
///
/// # Errors
///
/// Infinities and `.nan`, which JSON cannot hold.
pub fn plain(text: &str) -> Result<Scalar<'_>, NotFinite> {
    let Some(first) = text.as_bytes().first() else { return Ok(Scalar::Null) };
    let resolved = match first {
        b'0'..=b'9' => number::number(text),
        b'+' | b'-' => return not_finite(text).map_or(Ok(number::number(text).unwrap_or_else(|| string(text))), Err),
        b'.' => return not_finite(text).map_or(Ok(number::dotted(text).unwrap_or_else(|| string(text))), Err),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        _ => None,
    };
    Ok(resolved.unwrap_or_else(|| string(text)))
}

/// The type of a scalar with an explicit tag.
///
/// The tag is as a parser gives it: `tag:yaml.org,2002:int` for `!!int`, `!` for the non-specific tag, and empty where
/// there is none. Only without a tag does it matter whether the scalar is `plain`. With any other tag (`!foo`, `!!map`)
/// the text is a string, as for kubectl.
///
/// # Errors
///
/// The text does not fit the tag, or JSON cannot hold it.
pub fn tagged<'a>(tag: &str, text: &'a str, plain: bool) -> Result<Scalar<'a>, TagError> {
    if tag.is_empty() && plain {
        return Ok(self::plain(text)?);
    }
    let Some(short) = tag.strip_prefix(STANDARD) else { return Ok(string(text)) };
    let mismatch = || TagError::Mismatch { tag: format!("!!{short}"), text: text.to_owned() };
    match (short, self::plain(text)) {
        ("binary", _) => binary(text),
        ("timestamp", _) if timestamp::is_timestamp(text) => Ok(string(text)),
        ("bool", Ok(scalar @ Scalar::Boolean(_)))
        | ("null", Ok(scalar @ Scalar::Null))
        | ("int", Ok(scalar @ (Scalar::Integer(_) | Scalar::Unsigned(_))))
        | ("float", Ok(scalar @ Scalar::Float(_))) => Ok(scalar),
        #[expect(clippy::cast_precision_loss, reason = "goyaml.v2 makes a float of it in the same way")]
        ("float", Ok(Scalar::Integer(integer))) => Ok(Scalar::Float(integer as f64)),
        ("float", Err(not_finite)) => Err(not_finite.into()),
        ("bool" | "null" | "int" | "float" | "timestamp", _) => Err(mismatch()),
        _ => Ok(string(text)),
    }
}

/// Whether a mapping key merges its value into the mapping: `<<`, plain or tagged `!!merge` (or `!`). `tag` is as in
/// [`tagged`], empty when there is none.
pub(crate) fn is_merge(tag: &str, text: &str, plain: bool) -> bool {
    text == "<<" && (plain && tag.is_empty() || tag == "!" || tag.strip_prefix(STANDARD) == Some("merge"))
}

/// What a scalar becomes as a key of a JSON object. (A key that is [`NotFinite`] becomes [`NotFinite::as_key`].)
///
/// # Errors
///
/// Null, and whole numbers above `i64::MAX`.
pub(crate) fn key(scalar: Scalar<'_>) -> Result<Cow<'_, str>, KeyError> {
    match scalar {
        Scalar::Null => Err(KeyError::Null),
        Scalar::Boolean(true) => Ok(Cow::Borrowed("true")),
        Scalar::Boolean(false) => Ok(Cow::Borrowed("false")),
        Scalar::Integer(integer) => Ok(Cow::Owned(integer.to_string())),
        Scalar::Unsigned(unsigned) => Err(KeyError::Unsigned(unsigned)),
        Scalar::Float(float) => Ok(Cow::Owned(number::float_key(float))),
        Scalar::String(text) => Ok(text),
    }
}

/// What an untagged plain scalar becomes as a key of a JSON object.
///
/// # Errors
///
/// As [`key`].
pub fn plain_key(text: &str) -> Result<Cow<'_, str>, KeyError> {
    if certainly_string(text) {
        return Ok(Cow::Borrowed(text));
    }
    plain(text).map_or_else(|not_finite| Ok(Cow::Borrowed(not_finite.as_key())), key)
}

/// The JSON value that kubectl sends for a scalar. Go prints a float below 10^21 without an exponent, so that a whole
/// one is read back as an integer: `8.0` is 8, `1e3` is 1000.
pub fn to_value(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(boolean) => Value::Bool(boolean),
        Scalar::Integer(integer) => integer.into(),
        Scalar::Unsigned(unsigned) => unsigned.into(),
        Scalar::Float(float) => number::float_value(float),
        Scalar::String(text) => Value::String(text.into_owned()),
    }
}

/// Whether an untagged plain scalar is certainly a string: it begins with an ASCII letter, and is not a word for a
/// boolean or null. This is a quick test; where it is false, the scalar may still be a string.
pub fn certainly_string(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => word(text).is_none(),
        Some(first) => first.is_ascii_alphabetic(),
        None => false,
    }
}

fn string(text: &str) -> Scalar<'_> {
    Scalar::String(Cow::Borrowed(text))
}

/// The longest word is `false`.
fn word(text: &str) -> Option<Scalar<'static>> {
    if text.len() > 5 {
        return None;
    }
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Scalar::Boolean(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Scalar::Boolean(false))
        }
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        _ => None,
    }
}

fn not_finite(text: &str) -> Option<NotFinite> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(NotFinite::Infinity),
        "-.inf" | "-.Inf" | "-.INF" => Some(NotFinite::NegativeInfinity),
        ".nan" | ".NaN" | ".NAN" => Some(NotFinite::NotANumber),
        _ => None,
    }
}

/// Decodes as Go's `base64.StdEncoding`: it skips line ends, needs the padding, and ignores trailing bits. The result
/// becomes a JSON string, in which each byte that is not UTF-8 is replaced.
fn binary(text: &str) -> Result<Scalar<'static>, TagError> {
    const LAX: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, LAX);
    let encoded: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let bytes = engine.decode(encoded).map_err(|_| TagError::Base64)?;
    let mut decoded = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        decoded.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(Scalar::String(Cow::Owned(decoded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of the table that the parser does not take for plain scalars: a tag, an anchor, a mapping.
    fn is_other_syntax(text: &str) -> bool {
        text.ends_with(':') || text.starts_with(['!', '&', '@']) || text == "-"
    }

    #[test]
    fn plain_scalars_have_the_types_of_the_table() {
        let table = include_str!("../../../testdata/yaml-scalars.tsv");
        let mut rows = 0;
        for line in table.lines().filter(|line| !line.starts_with("# ")) {
            let (text, json) = line.split_once('\t').unwrap();
            rows += 1;
            if is_other_syntax(text) {
                continue;
            }
            if json == "ERROR" {
                assert!(plain(text).is_err(), "`{text}` is an error for kubectl");
                continue;
            }
            let expected: Value = serde_json::from_str(json).unwrap();
            assert_eq!(to_value(plain(text).unwrap()), expected, "`{text}`");
            if certainly_string(text) {
                assert!(expected.is_string(), "`{text}` is not a string");
            }
        }
        assert_eq!(rows, 1152);
    }

    #[test]
    fn strings_are_borrowed() {
        for text in ["nginx", "no-way", "10m", "1_000x", "2001-01-01", "./x", "-c", "~x", "<<", "ünï"] {
            assert!(matches!(plain(text), Ok(Scalar::String(Cow::Borrowed(same))) if same == text), "{text}");
        }
    }

    #[test]
    fn usual_keys_are_certainly_strings_and_words_are_not() {
        for text in ["name", "app", "namespace", "env", "Yess", "nOpe", "proxy-injection"] {
            assert!(certainly_string(text), "{text}");
        }
        for text in ["y", "on", "Off", "NULL", "true", "1", "", "~", ".x", "_x"] {
            assert!(!certainly_string(text), "{text}");
        }
    }

    #[test]
    fn keys_become_text_as_sigs_yaml_has_it() {
        for (text, expected) in [
            ("y", "true"),
            ("off", "false"),
            ("0x10", "16"),
            ("-1", "-1"),
            ("1.5", "1.5"),
            ("1e3", "1000"),
            ("100000.0", "100000"),
            ("1e6", "1e+06"),
            ("16777217.0", "1.6777216e+07"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1e40", ".inf"),
            ("1e-50", "0"),
            ("-0.0", "-0"),
            ("-.inf", "-.inf"),
            (".NaN", ".nan"),
            ("2001-01-01", "2001-01-01"),
            ("name", "name"),
        ] {
            assert_eq!(plain_key(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(plain_key("~"), Err(KeyError::Null));
        assert_eq!(plain_key(""), Err(KeyError::Null));
        assert_eq!(plain_key("9223372036854775808"), Err(KeyError::Unsigned(1 << 63)));
    }

    #[test]
    fn tags_decide_over_the_text() {
        let long = |short: &str| short.strip_prefix("!!").map_or(short.to_owned(), |name| format!("{STANDARD}{name}"));
        for (tag, text, expected) in [
            ("!!str", "yes", r#""yes""#),
            ("!!str", "", r#""""#),
            ("!", "12", r#""12""#),
            ("!foo", "12", r#""12""#),
            ("!!map", "12", r#""12""#),
            ("!!int", "0x10", "16"),
            ("!!float", "12", "12"),
            ("!!float", "9223372036854775807", "9223372036854776000"),
            ("!!bool", "yes", "true"),
            ("!!null", "", "null"),
            ("!!timestamp", "2001-01-01", r#""2001-01-01""#),
            ("!!binary", "aGVs\nbG8=", r#""hello""#),
            ("!!binary", "/+KC", "\"\u{fffd}\u{fffd}\u{fffd}\""),
            ("!!binary", "aGVsbG9=", r#""hello""#),
        ] {
            let value = to_value(tagged(&long(tag), text, false).unwrap());
            assert_eq!(value, serde_json::from_str::<Value>(expected).unwrap(), "{tag} {text}");
        }
        for (tag, text, message) in [
            ("!!int", "1.0", "`1.0` cannot be read as `!!int`"),
            ("!!float", "18446744073709551615", "`18446744073709551615` cannot be read as `!!float`"),
            ("!!null", "x", "`x` cannot be read as `!!null`"),
            ("!!timestamp", "12", "`12` cannot be read as `!!timestamp`"),
            ("!!float", ".inf", "`.inf` cannot be written in JSON"),
            ("!!binary", "aGVs bG8=", "the text of a `!!binary` value is not base64"),
            ("!!binary", "aGVsbG8", "the text of a `!!binary` value is not base64"),
        ] {
            assert_eq!(tagged(&long(tag), text, true).unwrap_err().to_string(), message, "{tag} {text}");
        }
    }

    #[test]
    fn merge_keys_are_plain_or_tagged_so() {
        let merge = format!("{STANDARD}merge");
        assert!(is_merge("", "<<", true) && is_merge(&merge, "<<", false) && is_merge("!", "<<", false));
        assert!(!is_merge("", "<<", false) && !is_merge("!foo", "<<", true) && !is_merge("", "<", true));
    }
}

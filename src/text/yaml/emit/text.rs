//! How scalars are written: plain where no parser of YAML 1.1 or 1.2 could read anything but this string, in single
//! quotes where they save backslashes, else in double quotes. In doubt a string is quoted.

use std::fmt::Write as _;

use serde_json::Number;

use super::Context;

/// Words that some parser reads as a boolean, null or a number, in upper or lower case.
const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
/// Units of quantities and durations. Digits with one of them are a string for every parser; with `e`, `E` or `f` they are
/// not.
const UNITS: &[&str] =
    &["m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi", "n", "u", "ns", "us", "ms", "s", "h"];

/// A string that can be a literal block.
pub(super) struct Literal<'a> {
    /// `|` or `|-`.
    pub(super) header: &'static str,
    /// The lines, without the final line end.
    pub(super) lines: &'a str,
}

/// The literal block of a string of several lines, where every parser reads the same string and no editor changes it
/// (as one that removes spaces at the ends of lines would).
pub(super) fn literal(string: &str) -> Option<Literal<'_>> {
    let (header, lines) = match string.strip_suffix('\n') {
        Some(lines) => ("|", lines),
        None => ("|-", string),
    };
    let exact = lines.contains('\n')
        && !lines.starts_with([' ', '\n'])
        && !lines.ends_with('\n')
        && lines.split('\n').all(|line| !line.starts_with('\t') && !line.ends_with([' ', '\t']))
        && lines.chars().all(|char| matches!(char, '\n' | '\t') || !needs_escape(char));
    exact.then_some(Literal { header, lines })
}

/// A string on one line.
pub(super) fn string(out: &mut String, string: &str, context: Context) {
    if context == Context::Json {
        return double_quoted(out, string);
    }
    if is_plain(string, context) {
        out.push_str(string);
    } else if is_single_quoted(string) {
        out.push('\'');
        out.push_str(string);
        out.push('\'');
    } else {
        double_quoted(out, string);
    }
}

/// A number. In YAML 1.1 one with an exponent is a float only with a point before the exponent and a sign in it.
pub(super) fn number(out: &mut String, number: &Number, context: Context) {
    let digits = number.to_string();
    match digits.split_once('e') {
        Some((mantissa, exponent)) if context != Context::Json => {
            out.push_str(mantissa);
            out.push_str(if mantissa.contains('.') { "e" } else { ".0e" });
            out.push_str(if exponent.starts_with(['-', '+']) { "" } else { "+" });
            out.push_str(exponent);
        }
        _ => out.push_str(&digits),
    }
}

/// Whether a string needs no quotes, as a value or as a key.
fn is_plain(string: &str, context: Context) -> bool {
    let begins = match string.as_bytes() {
        [b'0'..=b'9', ..] => return is_quantity(string),
        [b'A'..=b'Z' | b'a'..=b'z', ..] => !WORDS.iter().any(|word| word.eq_ignore_ascii_case(string)),
        [b'/', ..] | [b'$', b'(', ..] => true,
        [b'_', second, ..] => second.is_ascii_alphabetic(),
        [b'-', second, ..] | [b'-', b'-', second, ..] if second.is_ascii_alphabetic() => context == Context::Block,
        _ => false,
    };
    begins && string.as_bytes().windows(2).all(|pair| is_plain_pair(pair[0], pair[1], context)) && {
        let last = string.as_bytes().last().copied().unwrap_or(b' ');
        is_plain_pair(last, b' ', context) && last != b' '
    }
}

/// Whether a byte, followed by another one, may be in a plain scalar.
fn is_plain_pair(byte: u8, next: u8, context: Context) -> bool {
    match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => true,
        b'-' | b'_' | b'.' | b'/' | b'=' | b'+' | b'@' | b'$' | b'(' | b')' => true,
        b':' => context == Context::Block && next != b' ',
        b',' => context == Context::Block,
        b' ' => next != b' ',
        _ => false,
    }
}

/// `100m`, `1.5Gi`, `30s`.
fn is_quantity(string: &str) -> bool {
    let unit = string.trim_start_matches(|char: char| char.is_ascii_digit());
    let unit = match unit.strip_prefix('.') {
        Some(rest) if rest.starts_with(|char: char| char.is_ascii_digit()) => {
            rest.trim_start_matches(|char: char| char.is_ascii_digit())
        }
        _ => unit,
    };
    UNITS.contains(&unit)
}

/// One line of printable ASCII with a character that double quotes would escape, and none that single quotes would.
fn is_single_quoted(string: &str) -> bool {
    string.contains(['"', '\\']) && string.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'\'')
}

/// Escapes, also in JSON, each character that a YAML parser refuses or reads as a line end. The value stays the same.
fn double_quoted(out: &mut String, string: &str) {
    out.push('"');
    for char in string.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            _ if needs_escape(char) => {
                let _ = write!(out, "\\u{:04x}", u32::from(char)); // writing to a string cannot fail
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// Whether a character is not printable by YAML's rules, one of its rare line ends, or the byte order mark. None of
/// them needs more than four hexadecimal digits.
fn needs_escape(char: char) -> bool {
    matches!(char, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::yaml::scalar;

    fn spelt(text: &str, context: Context) -> String {
        let mut out = String::new();
        string(&mut out, text, context);
        out
    }

    #[test]
    fn strings_are_spelt_as_a_person_would_and_quoted_when_in_doubt() {
        for (text, block, flow) in [
            ("proxy-sidecar", "proxy-sidecar", "proxy-sidecar"),
            (
                "lorenzotettamanti/cortexflow-proxy:latest",
                "lorenzotettamanti/cortexflow-proxy:latest",
                "\"lorenzotettamanti/cortexflow-proxy:latest\"",
            ),
            ("/etc/nginx", "/etc/nginx", "/etc/nginx"),
            ("two words", "two words", "two words"),
            ("$(POD_IP)", "$(POD_IP)", "$(POD_IP)"),
            ("-c", "-c", "\"-c\""),
            ("--port=80", "--port=80", "\"--port=80\""),
            ("NET_ADMIN,NET_RAW", "NET_ADMIN,NET_RAW", "\"NET_ADMIN,NET_RAW\""),
            ("100m", "100m", "100m"),
            ("1.5Gi", "1.5Gi", "1.5Gi"),
            ("", "\"\"", "\"\""),
            ("y", "\"y\"", "\"y\""),
            ("oFF", "\"oFF\"", "\"oFF\""),
            ("null", "\"null\"", "\"null\""),
            ("~", "\"~\"", "\"~\""),
            ("<<", "\"<<\"", "\"<<\""),
            ("=", "\"=\"", "\"=\""),
            ("0644", "\"0644\"", "\"0644\""),
            ("1.2.3", "\"1.2.3\"", "\"1.2.3\""),
            ("12:30", "\"12:30\"", "\"12:30\""),
            ("1e3", "\"1e3\"", "\"1e3\""),
            ("1E", "\"1E\"", "\"1E\""),
            ("2001-01-01", "\"2001-01-01\"", "\"2001-01-01\""),
            (".5", "\".5\"", "\".5\""),
            ("-5", "\"-5\"", "\"-5\""),
            ("---", "\"---\"", "\"---\""),
            ("- a", "\"- a\"", "\"- a\""),
            ("a: b", "\"a: b\"", "\"a: b\""),
            ("a:", "\"a:\"", "\"a:\""),
            ("a #b", "\"a #b\"", "\"a #b\""),
            ("a  b", "\"a  b\"", "\"a  b\""),
            (" a", "\" a\"", "\" a\""),
            ("a ", "\"a \"", "\"a \""),
            ("{{ x }}", "\"{{ x }}\"", "\"{{ x }}\""),
            ("it's", "\"it's\"", "\"it's\""),
            (r#"{"a":"b"}"#, r#"'{"a":"b"}'"#, r#"'{"a":"b"}'"#),
            (r"\d+", r"'\d+'", r"'\d+'"),
            (r#"'"'"#, r#""'\"'""#, r#""'\"'""#),
            ("a\nb", r#""a\nb""#, r#""a\nb""#),
            (
                "\u{0}\u{7f}\u{85}\u{2028}\u{feff}\u{ffff}",
                r#""\u0000\u007f\u0085\u2028\ufeff\uffff""#,
                r#""\u0000\u007f\u0085\u2028\ufeff\uffff""#,
            ),
            ("ü😀", "\"ü😀\"", "\"ü😀\""),
        ] {
            assert_eq!(spelt(text, Context::Block), block, "{text:?}");
            assert_eq!(spelt(text, Context::Flow), flow, "{text:?}");
        }
    }

    #[test]
    fn json_is_escaped_as_by_serde_json_but_for_what_yaml_cannot_hold() {
        for text in ["", "a", "y", "\"\\/\u{8}\u{c}\n\r\t\u{1f}\u{0}", "ü😀", "a\u{a0}b"] {
            assert_eq!(spelt(text, Context::Json), serde_json::to_string(text).unwrap());
        }
        assert_eq!(spelt("\u{7f}\u{2028}", Context::Json), r#""\u007f\u2028""#);
    }

    #[test]
    fn nothing_plain_is_anything_but_a_string_to_kubernetes() {
        let table = include_str!("../../../../testdata/yaml-scalars.tsv");
        for text in
            table.lines().filter_map(|line| line.split('\t').next()).filter(|text| is_plain(text, Context::Block))
        {
            assert!(matches!(scalar::plain(text), Ok(scalar::Scalar::String(_))), "{text}");
        }
    }

    #[test]
    fn floats_are_floats_in_yaml_1_1_too() {
        for (float, yaml) in
            [(1e30, "1.0e+30"), (1.5e-9, "1.5e-9"), (0.1, "0.1"), (8.0, "8.0"), (-2.5e300, "-2.5e+300")]
        {
            let mut out = String::new();
            number(&mut out, &Number::from_f64(float).unwrap(), Context::Block);
            assert_eq!(out, yaml);
        }
    }

    #[test]
    fn only_lines_that_no_one_can_mistake_become_a_literal_block() {
        for (text, header) in [
            ("a\nb", Some("|-")),
            ("a\nb\n", Some("|")),
            ("if x; then\n  y: \"z\" # no\n\n\tfi\n", None),
            ("if x; then\n  y: \"z\" # no\n\nfi\tü\n", Some("|")),
            ("---\n...\n", Some("|")),
            ("a", None),
            ("a\n", None),
            ("a\nb\n\n", None),
            ("\na\nb", None),
            (" a\nb", None),
            ("a \nb", None),
            ("a\n \nb", None),
            ("a\r\nb", None),
            ("a\n\u{7f}b", None),
            ("a\u{2028}\nb", None),
        ] {
            assert_eq!(literal(text).map(|literal| literal.header), header, "{text:?}");
        }
    }
}

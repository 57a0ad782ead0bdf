//! Pieces of the expressions in a policy.

pub(super) use crate::expression::kubernetes::{literal, quoted};

/// An expression as text. It can be followed by `.` or stand in a list as it is, unless the function that made it says
/// otherwise.
pub(super) type Cel = String;

/// A list that has no elements, of a type that goes with every other.
pub(super) const NOTHING: &str = "['x'].filter(x, false)";

/// Whether a text, which is an expression, matches a pattern in which `*` is any text.
pub(super) fn glob(pattern: &str, text: &str) -> Cel {
    let parts: Vec<&str> = pattern.split('*').collect();
    let inner: Vec<&str> = parts.iter().copied().skip(1).rev().skip(1).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["", ""] => "true".to_owned(),
        [whole] => format!("{text} == {}", quoted(whole)),
        [first, ""] => format!("{text}.startsWith({})", quoted(first)),
        ["", last] => format!("{text}.endsWith({})", quoted(last)),
        ["", .., ""] if inner.len() == 1 => format!("{text}.contains({})", quoted(&inner.concat())),
        ["", .., ""] if inner.is_empty() => "true".to_owned(),
        parts => {
            let escaped: Vec<String> = parts.iter().map(|part| escaped(part)).collect();
            format!("{text}.matches({})", quoted(&format!("^(?s:{})$", escaped.join(".*"))))
        }
    }
}

/// A text as a part of a regular expression that matches nothing else.
pub(super) fn escaped(text: &str) -> String {
    let mut pattern = String::new();
    for next in text.chars() {
        if next.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(next);
    }
    pattern
}

/// What is the first of several; the last has no condition.
pub(super) fn first_of(cases: impl IntoIterator<Item = (Cel, Cel)>, otherwise: &str) -> Cel {
    let cases: String = cases.into_iter().map(|(condition, value)| format!("{condition} ? {value} :\n")).collect();
    format!("{cases}{otherwise}")
}

/// One operation of a JSON Patch that adds; path and value are expressions.
pub(super) fn add(path: &str, value: &str) -> Cel {
    format!("JSONPatch{{op: \"add\", path: {path}, value: {value}}}")
}

/// Lists one after another.
pub(super) fn joined(lists: &[Cel]) -> Cel {
    match lists {
        [] => NOTHING.to_owned(),
        lists => lists.join(" +\n"),
    }
}

/// Whether one of several holds.
pub(super) fn any(conditions: &[Cel]) -> Cel {
    if conditions.is_empty() { "false".to_owned() } else { format!("({})", conditions.join(" || ")) }
}

/// A text as it is cut in messages: at most 40 characters, and on one line.
pub(super) fn shown(text: &str) -> Cel {
    format!("(({text}.size() > 40 ? {text}.substring(0, 40) + '…' : {text}).replace('\\n', ' ').replace('\\r', ' '))")
}

/// A value of an expression, under a name, within another expression: the language of policies has no `let`.
pub(super) fn bound(value: &str, name: &str, within: &str) -> Cel {
    format!("[{value}].map({name}, {within})[0]")
}

/// A text as it is between the quotes of a JSON string.
pub(super) fn json_inner(text: &str) -> String {
    let quoted = quoted(text);
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// A text without control characters other than line ends and tabs, as it is between the quotes of a JSON string.
pub(super) fn json_short(text: &str) -> Cel {
    format!(
        "{text}.replace('\\\\', '\\\\\\\\').replace('\"', '\\\\\"').replace('\\n', '\\\\n').replace('\\r', '\\\\r').replace('\\t', '\\\\t')"
    )
}

/// Any text, as it is between the quotes of a JSON string.
pub(super) fn json_text(text: &str) -> Cel {
    let short = json_short(text);
    let rest = (0_u8..0x20).filter(|code| !matches!(code, b'\n' | b'\r' | b'\t'));
    let long: String = rest
        .map(|code| {
            let character = char::from(code).to_string();
            format!(".replace({}, {})", quoted(&character), quoted(&json_inner(&character)))
        })
        .collect();
    // Few texts have other control characters, and each replacement costs the length of the text.
    let has_others = format!("{text}.matches({})", quoted("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]"));
    format!("({has_others} ? {short}{long} : {short})")
}

/// Whether a value has a text as a whole token: between separators, or at an end. All three are expressions.
pub(super) fn has_token(value: &str, text: &str, separator: &str) -> Cel {
    format!(
        "({value} == {text} || {value}.startsWith({text} + {separator}) || {value}.endsWith({separator} + {text}) || {value}.contains({separator} + {text} + {separator}))"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_becomes_the_simplest_test_of_a_text() {
        for (pattern, cel) in [
            ("a", r#"x == "a""#),
            ("a*", r#"x.startsWith("a")"#),
            ("*a", r#"x.endsWith("a")"#),
            ("*a*", r#"x.contains("a")"#),
            ("**", "true"),
            ("*", "true"),
            ("a*b.c", r#"x.matches("^(?s:a.*b\\.c)$")"#),
            ("*a*b*", r#"x.matches("^(?s:.*a.*b.*)$")"#),
        ] {
            assert_eq!(glob(pattern, "x"), cel);
        }
    }
}

//! A label selector as text, as for `kubectl -l`: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
//! Syntax of <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.

use std::str::FromStr;

use thiserror::Error;

use super::{Operator, Requirement, Selector};
use crate::kube::names;

/// What is wrong with the text of a selector.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelectorError {
    /// Nothing is between two commas.
    #[error(
        "a requirement is empty; write `KEY=VALUE`, `KEY!=VALUE`, `KEY in (A,B)`, `KEY notin (A,B)`, `KEY` or `!KEY`"
    )]
    Empty,
    /// It is none of the forms.
    #[error("`{0}` is not `KEY=VALUE`, `KEY!=VALUE`, `KEY in (A,B)`, `KEY notin (A,B)`, `KEY` or `!KEY`")]
    Form(String),
    /// A list of values has no end, or ends twice.
    #[error("`{0}` has a parenthesis without its other half")]
    Parenthesis(String),
    /// Not the key of a label.
    #[error("the key `{0}` {1}")]
    Key(String, String),
    /// Not the value of a label.
    #[error("the value `{0}` {1}")]
    Value(String, String),
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Ok(Self(Vec::new()));
        }
        parts(text)?.into_iter().map(requirement).collect::<Result<_, _>>().map(Self)
    }
}

/// What is between the commas that are in no parentheses.
fn parts(text: &str) -> Result<Vec<&str>, SelectorError> {
    let unpaired = || SelectorError::Parenthesis(text.to_owned());
    let (mut parts, mut start, mut is_within) = (Vec::new(), 0, false);
    for (index, c) in text.char_indices() {
        match c {
            '(' | ')' if is_within == (c == '(') => return Err(unpaired()),
            '(' | ')' => is_within = c == '(',
            ',' if !is_within => {
                parts.push(text.get(start..index).unwrap_or_default());
                start = index + 1;
            }
            _ => {}
        }
    }
    if is_within {
        return Err(unpaired());
    }
    parts.push(text.get(start..).unwrap_or_default());
    Ok(parts)
}

fn requirement(text: &str) -> Result<Requirement, SelectorError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(SelectorError::Empty);
    }
    let of = |key: &str, operator, values: Vec<&str>| {
        let key = key.trim();
        names::qualified_name(key).map_err(|why| SelectorError::Key(key.to_owned(), why))?;
        let values: Vec<String> = values.into_iter().map(|value| value.trim().to_owned()).collect();
        for value in &values {
            names::label_value(value).map_err(|why| SelectorError::Value(value.clone(), why))?;
        }
        Ok(Requirement { key: key.to_owned(), operator, values })
    };
    if let Some((head, list)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let mut words = head.split_whitespace();
        let operator = |word| match word {
            "in" => Some(Operator::In),
            "notin" => Some(Operator::NotIn),
            _ => None,
        };
        return match (words.next(), words.next().and_then(operator), words.next()) {
            (Some(key), Some(operator), None) => of(key, operator, list.split(',').collect()),
            _ => Err(SelectorError::Form(text.to_owned())),
        };
    }
    if let Some((key, value)) = text.split_once("!=") {
        return of(key, Operator::NotIn, vec![value]);
    }
    if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return of(key, Operator::In, vec![value]);
    }
    if text.contains(char::is_whitespace) && !text.starts_with('!') {
        return Err(SelectorError::Form(text.to_owned()));
    }
    match text.strip_prefix('!') {
        Some(key) => of(key, Operator::DoesNotExist, Vec::new()),
        None => of(text, Operator::Exists, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match text.parse::<Selector>() {
            Ok(Selector(all)) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn every_form_of_kubectl_is_read() {
        for (text, read_as) in [
            ("a=b", "`a` is `b`"),
            ("a==b", "`a` is `b`"),
            ("a=", "`a` is ``"),
            ("a != b", "`a` is not one of `b`"),
            ("a in (b, c),d", "`a` is one of `b`, `c`; `d` exists"),
            ("x.example/a notin (b),!d", "`x.example/a` is not one of `b`; `d` does not exist"),
            ("a in(b)", "`a` is `b`"),
            (" a = b , ! c ", "`a` is `b`; `c` does not exist"),
            ("in in (in)", "`in` is `in`"),
            ("", ""),
        ] {
            assert_eq!(read(text), read_as, "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_is_an_error_with_its_part() {
        for (text, part) in [
            ("a=b,,c", "a requirement is empty"),
            ("a b", "`a b` is not `KEY=VALUE`"),
            ("a within (b)", "`a within (b)` is not"),
            ("a in (b", "parenthesis"),
            ("a in b)", "parenthesis"),
            ("a in ((b))", "parenthesis"),
            ("a=b=c", "the value `b=c` must have only"),
            ("a>1", "the key `a>1` must have only"),
            ("-a=b", "the key `-a` must"),
            ("=b", "the key `` must"),
        ] {
            let said = read(text);
            assert!(said.starts_with("error: ") && said.contains(part), "{text}: {said}");
        }
    }
}

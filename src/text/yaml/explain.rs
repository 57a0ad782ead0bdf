//! Turns the parser's errors into errors that the author of the text understands, at the place to fix.
//!
//! It decides nothing: a text that comes here has already been refused.

use super::error::{SyntaxError, SyntaxErrorKind};

/// How many characters of the text a message shows.
const SHOWN: usize = 60;

/// The error for what the parser found (`problem`, at the offset `at`) while it read something (`context`, which began
/// at the offset `began`).
pub(super) fn parser_error(text: &str, problem: &str, context: &str, at: usize, began: Option<usize>) -> SyntaxError {
    let began = began.unwrap_or(at);
    if text.get(at..).is_some_and(|rest| rest.starts_with('\t')) && problem.contains("cannot start any token") {
        return SyntaxError::new(at, SyntaxErrorKind::Tab);
    }
    if problem.contains("cannot start any token") {
        let found = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        return SyntaxError::new(at, SyntaxErrorKind::Indicator(found));
    }
    if context.contains("quoted scalar")
        && (problem.contains("end of stream") || problem.contains("document indicator"))
    {
        return SyntaxError::new(began, SyntaxErrorKind::OpenQuote);
    }
    if problem.contains("could not find expected ':'") {
        let line = text.get(began..).unwrap_or_default().lines().next().unwrap_or_default();
        return SyntaxError::new(began, SyntaxErrorKind::NoColon(shortened(line.trim_end())));
    }
    let words = if context.is_empty() { problem.to_owned() } else { format!("{problem} {context}") };
    let is_end = text.get(at..).is_some_and(|rest| rest.trim().is_empty());
    SyntaxError::new(at, if is_end { SyntaxErrorKind::CutOff(words) } else { SyntaxErrorKind::Yaml(words) })
}

/// The error, or its likely cause: a template that was not rendered, or a directive.
pub(super) fn refined(text: &str, error: SyntaxError) -> SyntaxError {
    match error.kind {
        SyntaxErrorKind::Yaml(_)
        | SyntaxErrorKind::CutOff(_)
        | SyntaxErrorKind::NoColon(_)
        | SyntaxErrorKind::OpenQuote
        | SyntaxErrorKind::Indicator(_)
        | SyntaxErrorKind::Key(_) => {}
        _ => return error,
    }
    if let Some(offset) = directive(text) {
        let line = text.get(offset..).unwrap_or_default().lines().next().unwrap_or_default();
        return SyntaxError::new(offset, SyntaxErrorKind::Directive(shortened(line.trim_end())));
    }
    match braces(text, error.offset) {
        Some(offset) => SyntaxError::new(offset, SyntaxErrorKind::Braces(expression(text, offset))),
        None => error,
    }
}

/// The offset of a directive, where nothing but comments is before it.
fn directive(text: &str) -> Option<usize> {
    let mut offset = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text.get(offset..)?.split_inclusive('\n') {
        match line.trim_start() {
            _ if line.starts_with('%') => return Some(offset),
            blank if blank.is_empty() || blank.starts_with('#') => offset += line.len(),
            _ => return None,
        }
    }
    None
}

/// The offset of `{{` on the line of an error. Or at the beginning of the line before it: the parser then took that
/// line for the start of a key, and found its error only on the next line.
fn braces(text: &str, offset: usize) -> Option<usize> {
    let start = |end: usize| text.get(..end).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = start(offset);
    let end = text.get(offset..)?.find('\n').map_or(text.len(), |newline| offset + newline);
    if let Some(found) = text.get(line..end)?.find("{{") {
        return Some(line + found);
    }
    let before = text.get(..line)?.trim_end().len();
    let line = start(before);
    let content = text.get(line..before)?;
    content.trim_start().starts_with("{{").then(|| line + content.len() - content.trim_start().len())
}

/// From `{{` to the first `}}`, or to the end of the line.
fn expression(text: &str, offset: usize) -> String {
    let line = text.get(offset..).unwrap_or_default().lines().next().unwrap_or_default();
    shortened(line.find("}}").and_then(|end| line.get(..end + 2)).unwrap_or(line).trim_end())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::text::yaml::parse_yaml;

    #[test]
    fn an_error_says_what_is_wrong_at_the_place_to_fix() {
        for (text, expected) in [
            ("a:\n\tb: 1\n", "3 YAML cannot be indented with a tab"),
            ("a: @b\n", "3 a value cannot begin with `@`"),
            ("a: 1\nb: \"open\nc: 2\n", "8 the quoted text that begins here does not end"),
            ("a: 1\nname web\nb: 2\n", "5 `name web` has no `:`"),
            ("a: [1,\n", "7 the document ends too early: did not find expected node content while parsing a flow node"),
            ("a: b: c\n", "4 mapping values are not allowed in this context"),
            ("%YAML 1.2\n", "0 `%YAML 1.2` is a YAML directive, which kubectl does not accept"),
            ("# c\n%TAG ! x\n", "4 `%TAG ! x` is a YAML directive, which kubectl does not accept"),
            ("a: {{ .Values.x }}\n", "3 `{{ .Values.x }}` is a template expression, not YAML"),
            ("{{ .Values.x }}: 1\n", "0 `{{ .Values.x }}` is a template expression, not YAML"),
            ("a: 1\n{{- if .x }}\nb: 2\n{{- end }}\n", "5 `{{- if .x }}` is a template expression, not YAML"),
            (
                "a:\n  {{- toYaml .x | nindent 2 }}\n",
                "5 `{{- toYaml .x | nindent 2 }}` is a template expression, not YAML",
            ),
        ] {
            let error = parse_yaml(text).unwrap_err();
            assert_eq!(format!("{} {error}", error.offset), expected, "{text:?}");
        }
    }
}

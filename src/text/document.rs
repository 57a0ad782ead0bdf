//! Splits a stream into documents as kubectl does. Each keeps its bytes and is parsed on its own.
//!
//! Source: `YAMLOrJSONDecoder` and `YAMLReader` of k8s.io/apimachinery, with which kubectl reads manifests.

use std::ops::Range;

use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::tree::{Language, Tree};
use crate::text::yaml::{parse_json, parse_yaml};

const BOM: char = '\u{feff}';

/// One document: its bytes in the stream, and the language it is in. The documents of a stream cover all of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Bytes of the stream, with the `---` line before the document, and with white space around JSON.
    pub range: Range<usize>,
    /// The language that it is written in.
    pub language: Language,
}

impl Document {
    /// Parses the document. Offsets in the tree and in errors count from the document's first byte.
    pub fn parse<'t>(&self, stream: &'t str) -> Result<Tree<'t>, SyntaxError> {
        let text = self.text(stream);
        match self.language {
            Language::Yaml => parse_yaml(text),
            Language::Json => parse_json(text).map(|(tree, _)| tree),
        }
    }

    /// The document's text.
    pub fn text<'t>(&self, stream: &'t str) -> &'t str {
        stream.get(self.range.clone()).unwrap_or_default()
    }
}

/// Whether a document has to be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triage {
    /// It certainly holds no workload and no namespace: its bytes pass through unread.
    Opaque,
    /// Only parsing it tells.
    Candidate,
}

impl Triage {
    /// Looks only at the beginnings of a document's lines, so that documents of other kinds need no parser.
    ///
    /// A document is opaque where a line begins with `kind:`, each such line has a kind that never holds a pod
    /// template, no line begins with a character that could give these lines another meaning (a quote, a brace, an
    /// anchor and so on), and all lines end in LF or CRLF. In doubt it is a candidate: that costs time, while a wrong answer would leave out a workload.
    ///
    /// `is_without_template` says of an API group and a kind that no object of it holds a pod template.
    pub fn of(text: &str, is_without_template: impl Fn(&str, &str) -> bool) -> Self {
        let mut group = None;
        let mut kinds = Vec::new();
        let is_content =
            |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#') && !line.starts_with("---");
        // If the first key is indented, the object's own keys are not in the first column, and these lines say nothing.
        if text.lines().find(is_content).is_some_and(|line| line.starts_with(' ')) {
            return Self::Candidate;
        }
        for start in std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1)) {
            let rest = text.get(start..).unwrap_or_default();
            match rest.as_bytes().first() {
                Some(b'k' | b'a') => {
                    let line = rest.split('\n').next().unwrap_or_default();
                    if let Some(kind) = line.strip_prefix("kind:") {
                        kinds.push(plain_word(kind));
                    } else if let Some(version) = line.strip_prefix("apiVersion:") {
                        let version = plain_word(version);
                        if group.replace(version).is_some_and(|known| known != version) {
                            return Self::Candidate;
                        }
                    } else if line.starts_with("kind") || line.starts_with("apiVersion") {
                        return Self::Candidate;
                    }
                }
                Some(b'\r') if rest.starts_with("\r\n") => {}
                Some(b'"' | b'\'' | b'?' | b'{' | b'[' | b'&' | b'*' | b'!' | b'%' | b'<' | b'\t' | b'\r' | 0x80..) => {
                    return Self::Candidate;
                }
                _ => {}
            }
        }
        // The parser may begin a line where this function saw none.
        if has_other_line_end(text) {
            return Self::Candidate;
        }
        let Some(Some(version)) = group else { return Self::Candidate };
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let skippable = |kind: &Option<&str>| kind.is_some_and(|kind| is_without_template(group, kind));
        if !kinds.is_empty() && kinds.iter().all(skippable) { Self::Opaque } else { Self::Candidate }
    }
}

/// Whether a line ends in a way that YAML knows beside LF and CRLF: CR, NEL, LS or PS.
fn has_other_line_end(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr3_iter(b'\r', 0xC2, 0xE2, bytes).any(|at| match bytes.get(at..).unwrap_or_default() {
        [b'\r', next, ..] => *next != b'\n',
        rest => matches!(rest, [b'\r'] | [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..]),
    })
}

/// The word after a colon, where only a comment follows it.
fn plain_word(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(' ')?.trim_start_matches(' ');
    let (word, tail) = rest.split_at(rest.find([' ', '\r']).unwrap_or(rest.len()));
    let tail = tail.trim();
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./-".contains(&byte));
    (is_word && (tail.is_empty() || tail.starts_with('#'))).then_some(word)
}

/// Splits a stream; offsets in an error count from the stream's first byte.
///
/// A stream that begins with `{` is JSON: values one after another. Where the first or the second value is not JSON,
/// the rest is read as YAML, as kubectl does.
pub fn split(stream: &str) -> Result<Vec<Document>, SyntaxError> {
    let mut documents = Vec::new();
    let mut at = 0;
    if stream.trim_start().starts_with('{') {
        loop {
            let rest = stream.get(at..).unwrap_or_default();
            if rest.trim_start().is_empty() {
                if let Some(last) = documents.last_mut() {
                    let last: &mut Document = last;
                    last.range.end = stream.len();
                }
                return Ok(documents);
            }
            match parse_json(rest) {
                Ok((_, length)) => {
                    documents.push(Document { range: at..at + length, language: Language::Json });
                    at += length;
                }
                Err(error) if documents.len() > 1 || !matches!(error.kind, SyntaxErrorKind::Json(_)) => {
                    return Err(SyntaxError { offset: at + error.offset, ..error });
                }
                Err(error) => return rest_as_yaml(stream, at, documents, error),
            }
        }
    }
    split_yaml(stream, at, &mut documents)?;
    Ok(documents)
}

/// What follows a first JSON document, or all of a stream that only began like JSON.
fn rest_as_yaml(
    stream: &str,
    at: usize,
    mut documents: Vec<Document>,
    json_error: SyntaxError,
) -> Result<Vec<Document>, SyntaxError> {
    let rest = stream.get(at..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start().len();
    let line_end = rest.find('\n').map_or(blank, |newline| newline + 1).min(blank);
    if let Some(last) = documents.last_mut() {
        last.range.end = at + line_end;
    }
    let start = documents.last().map_or(at, |last| last.range.end);
    split_yaml(stream, start, &mut documents)?;
    // The rest is not YAML either, so it was meant to be JSON: the error of the JSON parser says more.
    let first_yaml = documents.iter().find(|document| document.language == Language::Yaml);
    match first_yaml.map(|document| document.parse(stream)) {
        Some(Err(error)) if error.kind.is_of_parser() && at + json_error.offset < stream.len() => {
            Err(SyntaxError { offset: at + json_error.offset, ..json_error })
        }
        _ => Ok(documents),
    }
}

fn split_yaml(stream: &str, from: usize, documents: &mut Vec<Document>) -> Result<(), SyntaxError> {
    let text = stream.get(from..).unwrap_or_default();
    let mut start = from;
    if text.starts_with("---") {
        check_separator(stream, from)?;
        // Only the lines of later separators are cut out by kubectl; this one goes to its parser.
        if text.starts_with("---#") {
            return Err(SyntaxError { offset: from, kind: SyntaxErrorKind::Separator("#".to_owned()) });
        }
    }
    for mark in memchr::memmem::find_iter(text.as_bytes(), b"\n---") {
        let line = from + mark + 1;
        check_separator(stream, line)?;
        documents.push(Document { range: start..line, language: Language::Yaml });
        start = line;
        // kubectl cuts out the line of a later separator, so a byte order mark directly below it begins a text. Here
        // the line becomes an empty document of its own. The mark is then at the beginning of a text, where every
        // parser expects it.
        let below =
            stream.get(line..).and_then(|rest| rest.find('\n')).map_or(stream.len(), |newline| line + newline + 1);
        if stream.get(below..).is_some_and(|rest| rest.starts_with(BOM)) {
            documents.push(Document { range: line..below, language: Language::Yaml });
            start = below;
        }
    }
    if start < stream.len() {
        documents.push(Document { range: start..stream.len(), language: Language::Yaml });
    }
    Ok(())
}

/// Only a comment may follow `---` on its line.
fn check_separator(stream: &str, line: usize) -> Result<(), SyntaxError> {
    let rest = stream.get(line + 3..).unwrap_or_default();
    let rest = rest.split('\n').next().unwrap_or_default().trim();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(());
    }
    Err(SyntaxError { offset: line, kind: SyntaxErrorKind::Separator(rest.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(stream: &str) -> Vec<&str> {
        split(stream).unwrap().iter().map(|document| document.text(stream)).collect()
    }

    #[test]
    fn documents_cover_the_stream() {
        for (stream, expected) in [
            ("", vec![]),
            ("a: 1", vec!["a: 1"]),
            ("---\na: 1\n--- # c\nb: 2\n", vec!["---\na: 1\n", "--- # c\nb: 2\n"]),
            ("# c\n---\na: 1\n", vec!["# c\n", "---\na: 1\n"]),
            ("a: 1\r\n---\r\nb: 2\r\n", vec!["a: 1\r\n", "---\r\nb: 2\r\n"]),
            ("{\"a\": 1}\n{\"b\": 2}\n", vec!["{\"a\": 1}", "\n{\"b\": 2}\n"]),
            ("{\"a\": 1}\n---\nb: 2\n", vec!["{\"a\": 1}\n", "---\nb: 2\n"]),
            ("{a: 1}\n---\nb: 2\n", vec!["{a: 1}\n", "---\nb: 2\n"]),
            ("a: 1\n--- # c\n\u{feff}b: 2\n", vec!["a: 1\n", "--- # c\n", "\u{feff}b: 2\n"]),
            ("a: 1\n---\r\n\u{feff}\n---\nb: 2\n", vec!["a: 1\n", "---\r\n", "\u{feff}\n", "---\nb: 2\n"]),
        ] {
            assert_eq!(texts(stream), expected, "{stream:?}");
        }
    }

    #[test]
    fn a_document_is_opaque_only_where_it_is_certainly_not_a_workload() {
        let config = "apiVersion: v1\nkind: ConfigMap\n";
        for (text, expected) in [
            (config.to_owned(), Triage::Opaque),
            (format!("---\n# c\n\n{config}data: {{a: b}}\n"), Triage::Opaque),
            (config.replace('\n', "\r\n"), Triage::Opaque),
            ("apiVersion: v1\nkind: Pod\n".to_owned(), Triage::Candidate),
            (format!("{config}'kind': Pod\n"), Triage::Candidate),
            // Lines of a quoted text may begin anywhere.
            (format!(" kind: Pod\n apiVersion: v1\n x: \"\n{config}\"\n"), Triage::Candidate),
            (format!("kind : Pod\nx: \"\n{config}\"\n"), Triage::Candidate),
            // Other ends of lines are those of the parser alone.
            (format!("x: \"\n{config} \"\rkind: Pod\rapiVersion: v1\r"), Triage::Candidate),
            (format!("x: \"\n{config} \"\u{85}kind: Pod\n"), Triage::Candidate),
            (format!("x: \"\n{config} \"\u{2028}kind: Pod\n"), Triage::Candidate),
            (format!("x: \"\n{config} \"\u{2029}kind: Pod\n"), Triage::Candidate),
            (format!("{config}x: \u{e9} \u{2026} \u{20ac} \u{a0}\n"), Triage::Opaque),
        ] {
            assert_eq!(Triage::of(&text, |group, kind| group.is_empty() && kind == "ConfigMap"), expected, "{text:?}");
        }
    }

    #[test]
    fn text_on_the_line_of_a_separator_is_refused_as_kubectl_does() {
        for stream in ["--- {a: 1}\n", "---# c\na: 1\n", "a: 1\n---- \n", "a: 1\n--- b\n"] {
            assert!(matches!(split(stream).unwrap_err().kind, SyntaxErrorKind::Separator(_)), "{stream:?}");
        }
    }

    #[test]
    fn broken_json_has_a_json_error() {
        let error = split("{\"a\": 1,\n\"b\" 2}\n").unwrap_err();
        assert_eq!((error.offset, error.to_string().as_str()), (13, "`:` is missing after the key"));
    }
}

//! Splits a stream into documents as kubectl does. Each keeps its bytes and is parsed on its own.
//!
//! Source: `YAMLOrJSONDecoder` and `YAMLReader` of k8s.io/apimachinery, with which kubectl reads manifests.

use std::ops::Range;

use crate::text::workers::{InTurn, Workers};
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::tree::{Language, Tree};
use crate::text::yaml::{parse_json, parse_yaml};

/// How many bytes are searched at a time.
const CHUNK: usize = 1 << 18;

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

/// Splits a stream; offsets in an error count from the stream's first byte.
///
/// A stream that begins with `{` is JSON: values one after another. Where the first or the second value is not JSON,
/// the rest is read as YAML, as kubectl does.
pub fn split(stream: &str) -> Result<Vec<Document>, SyntaxError> {
    split_by(stream, &InTurn)
}

/// The same; several workers look for separators at a time.
pub(crate) fn split_by(stream: &str, workers: &impl Workers) -> Result<Vec<Document>, SyntaxError> {
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
                Err(error) => return rest_as_yaml(stream, (at, error), documents, workers),
            }
        }
    }
    split_yaml(stream, at, &mut documents, workers)?;
    Ok(documents)
}

/// What follows a first JSON document, or all of a stream that only began like JSON.
fn rest_as_yaml(
    stream: &str,
    (at, json_error): (usize, SyntaxError),
    mut documents: Vec<Document>,
    workers: &impl Workers,
) -> Result<Vec<Document>, SyntaxError> {
    let rest = stream.get(at..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start().len();
    let line_end = rest.find('\n').map_or(blank, |newline| newline + 1).min(blank);
    if let Some(last) = documents.last_mut() {
        last.range.end = at + line_end;
    }
    let start = documents.last().map_or(at, |last| last.range.end);
    split_yaml(stream, start, &mut documents, workers)?;
    // The rest is not YAML either, so it was meant to be JSON: the error of the JSON parser says more.
    let first_yaml = documents.iter().find(|document| document.language == Language::Yaml);
    match first_yaml.map(|document| document.parse(stream)) {
        Some(Err(error)) if error.kind.is_of_parser() && at + json_error.offset < stream.len() => {
            Err(SyntaxError { offset: at + json_error.offset, ..json_error })
        }
        _ => Ok(documents),
    }
}

fn split_yaml(
    stream: &str,
    from: usize,
    documents: &mut Vec<Document>,
    workers: &impl Workers,
) -> Result<(), SyntaxError> {
    let text = stream.get(from..).unwrap_or_default();
    let mut start = from;
    if text.starts_with("---") {
        check_separator(stream, from)?;
        // Only the lines of later separators are cut out by kubectl; this one goes to its parser.
        if text.starts_with("---#") {
            return Err(SyntaxError { offset: from, kind: SyntaxErrorKind::Separator("#".to_owned()) });
        }
    }
    for mark in marks(text.as_bytes(), workers) {
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

/// Where lines end before a separator.
fn marks(bytes: &[u8], workers: &impl Workers) -> Vec<usize> {
    const MARK: &[u8] = b"\n---";
    let starts: Vec<usize> = (0..bytes.len()).step_by(CHUNK).collect();
    let of_chunk = |start: &usize| {
        // A mark that begins in a chunk may end in the next one.
        let end = bytes.len().min(start + CHUNK + MARK.len() - 1);
        let chunk = bytes.get(*start..end).unwrap_or_default();
        memchr::memmem::find_iter(chunk, MARK).map(|at| start + at).collect::<Vec<_>>()
    };
    workers.each(&starts, of_chunk).concat()
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
    fn a_separator_may_be_in_two_chunks() {
        for before in (CHUNK - 5)..(CHUNK + 2) {
            let stream = format!("{}\n---\nb: 2\n---\n", "a".repeat(before));
            assert_eq!(texts(&stream), [&stream[..=before], "---\nb: 2\n", "---\n"], "{before}");
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

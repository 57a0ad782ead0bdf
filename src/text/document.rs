//! Splits a stream into documents as kubectl does. Each keeps its bytes and is parsed on its own.
//!
//! Source: `YAMLOrJSONDecoder` and `YAMLReader` of k8s.io/apimachinery, with which kubectl reads manifests.

use std::ops::Range;

use crate::text::line::next_separator;
use crate::text::look::Look;
use crate::text::workers::{InTurn, Workers};
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::tree::{Language, Tree};
use crate::text::yaml::{parse_json, parse_yaml};

/// Documents in their order, and what a look at each of them says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen<'t> {
    pub(crate) documents: Vec<Document>,
    /// One for each document.
    pub(crate) looks: Vec<Look<'t>>,
}

impl<'t> Seen<'t> {
    fn push(&mut self, range: Range<usize>, language: Language, look: Look<'t>) {
        self.documents.push(Document { range, language });
        self.looks.push(look);
    }

    fn append(&mut self, mut others: Self) {
        self.documents.append(&mut others.documents);
        self.looks.append(&mut others.looks);
    }
}

/// How many bytes are searched at a time. Of a text of few parts, one core looks at all of it in less time than it takes to start a
/// thread for another.
const PART: usize = 1 << 15;

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
    Ok(split_by(stream, &InTurn)?.documents)
}

/// The same, with a look at each document; several workers look at a time.
pub(crate) fn split_by<'t>(stream: &'t str, workers: &impl Workers) -> Result<Seen<'t>, SyntaxError> {
    let mut seen = Seen::default();
    let mut at = 0;
    if stream.trim_start().starts_with('{') {
        loop {
            let rest = stream.get(at..).unwrap_or_default();
            if rest.trim_start().is_empty() {
                if let Some(last) = seen.documents.last_mut() {
                    last.range.end = stream.len();
                }
                return Ok(seen);
            }
            match parse_json(rest) {
                Ok((_, length)) => {
                    seen.push(at..at + length, Language::Json, Look::Doubt);
                    at += length;
                }
                Err(error) if seen.documents.len() > 1 || !matches!(error.kind, SyntaxErrorKind::Json(_)) => {
                    return Err(SyntaxError { offset: at + error.offset, ..error });
                }
                Err(error) => return rest_as_yaml(stream, (at, error), seen, workers),
            }
        }
    }
    split_yaml(stream, at, &mut seen, workers)?;
    Ok(seen)
}

/// What follows a first JSON document, or all of a stream that only began like JSON.
fn rest_as_yaml<'t>(
    stream: &'t str,
    (at, json_error): (usize, SyntaxError),
    mut seen: Seen<'t>,
    workers: &impl Workers,
) -> Result<Seen<'t>, SyntaxError> {
    let rest = stream.get(at..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start().len();
    let line_end = rest.find('\n').map_or(blank, |newline| newline + 1).min(blank);
    if let Some(last) = seen.documents.last_mut() {
        last.range.end = at + line_end;
    }
    let start = seen.documents.last().map_or(at, |last| last.range.end);
    split_yaml(stream, start, &mut seen, workers)?;
    // The rest is not YAML either, so it was meant to be JSON: the error of the JSON parser says more.
    let first_yaml = seen.documents.iter().find(|document| document.language == Language::Yaml);
    match first_yaml.map(|document| document.parse(stream)) {
        Some(Err(error)) if error.kind.is_of_parser() && at + json_error.offset < stream.len() => {
            Err(SyntaxError { offset: at + json_error.offset, ..json_error })
        }
        _ => Ok(seen),
    }
}

fn split_yaml<'t>(
    stream: &'t str,
    from: usize,
    seen: &mut Seen<'t>,
    workers: &impl Workers,
) -> Result<(), SyntaxError> {
    let text = stream.get(from..).unwrap_or_default();
    if text.starts_with("---") {
        check_separator(stream, from)?;
        // Only the lines of later separators are cut out by kubectl; this one goes to its parser.
        if text.starts_with("---#") {
            return Err(SyntaxError { offset: from, kind: SyntaxErrorKind::Separator("#".to_owned()) });
        }
    }
    let starts: Vec<usize> = (from..stream.len()).step_by(PART).collect();
    let begun = |start: &usize| begun_in(stream, *start..stream.len().min(start + PART), from);
    for part in workers.each(&starts, begun) {
        seen.append(part?);
    }
    Ok(())
}

/// The documents that begin in a part of a stream that is YAML from `from` on. One begins at `from`, and one at each later line that
/// begins with `---`; with a byte order mark below that line, another one begins there, and counts as of the line's part. A document may
/// end in another part than the one in which it begins. So each is looked at once, and as a whole.
fn begun_in(stream: &str, part: Range<usize>, from: usize) -> Result<Seen<'_>, SyntaxError> {
    let mut seen = Seen::default();
    let mut start = part.start;
    if start > from {
        // The line break above a separator may be in the part before, and the end of its `---` in the next one.
        let before = start - 1;
        let area = before..stream.len().min(part.end + 2);
        let next = next_separator(stream.as_bytes().get(area).unwrap_or_default());
        start = next.map_or(part.end, |next| before + next);
    }
    while start < part.end {
        if start > from {
            check_separator(stream, start)?;
            // kubectl cuts out the line of a later separator, so a byte order mark directly below it begins a text. Here
            // the line becomes an empty document of its own. The mark is then at the beginning of a text, where every
            // parser expects it.
            let rest = stream.get(start..).unwrap_or_default();
            let below = rest.split_once('\n').map_or("", |(_, below)| below);
            if below.starts_with(BOM) {
                let end = stream.len() - below.len();
                seen.push(start..end, Language::Yaml, Look::Doubt);
                start = end;
            }
        }
        let (look, length) = Look::at_first(stream.get(start..).unwrap_or_default());
        seen.push(start..start + length, Language::Yaml, look);
        start += length;
    }
    Ok(seen)
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
            ("{\"a\": 1}\nb: 2\n", vec!["{\"a\": 1}\n", "b: 2\n"]),
            ("{a: 1}\n---\nb: 2\n", vec!["{a: 1}\n", "---\nb: 2\n"]),
            ("a: 1\n--- # c\n\u{feff}b: 2\n", vec!["a: 1\n", "--- # c\n", "\u{feff}b: 2\n"]),
            ("a: 1\n---\r\n\u{feff}\n---\nb: 2\n", vec!["a: 1\n", "---\r\n", "\u{feff}\n", "---\nb: 2\n"]),
        ] {
            assert_eq!(texts(stream), expected, "{stream:?}");
        }
    }

    #[test]
    fn a_separator_may_be_in_two_parts() {
        for before in (PART - 5)..(PART + 2) {
            let stream = format!("{}\n---\nb: 2\n---\n", "a".repeat(before));
            assert_eq!(texts(&stream), [&stream[..=before], "---\nb: 2\n", "---\n"], "{before}");
        }
    }

    /// Streams of pieces, the same in each run.
    fn streams() -> Vec<String> {
        let long = " ".repeat(70);
        let separators = ["\n---\n", "\n---\n", "\n--- # c\n", "---"];
        let lines = ["\n", "\r\n", "\r", "kind: Pod\n", "\nkind: Pod\napiVersion: v1\n"];
        let pieces = [&separators[..], &lines, &["a", "\u{feff}", "é", "'", &long]].concat();
        let mut seed = 7_u64;
        let mut pick = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % below
        };
        (0..3_000).map(|_| (0..pick(24)).map(|_| pieces[pick(pieces.len())]).collect()).collect()
    }

    fn in_parts(stream: &str, from: usize, length: usize) -> Result<Seen<'_>, SyntaxError> {
        let mut seen = Seen::default();
        for start in (from..stream.len()).step_by(length) {
            seen.append(begun_in(stream, start..stream.len().min(start + length), from)?);
        }
        Ok(seen)
    }

    #[test]
    fn a_stream_has_the_same_documents_whatever_its_parts_are() {
        let (mut several, mut plain) = (0, 0);
        for stream in streams() {
            let starts: Vec<usize> = (0..stream.len()).filter(|at| stream.is_char_boundary(*at)).collect();
            for from in [0, starts.get(starts.len() / 3).copied().unwrap_or(0)] {
                let whole = in_parts(&stream, from, stream.len().max(1));
                for length in 1..9 {
                    assert_eq!(in_parts(&stream, from, length), whole, "{from}, {length}, {stream:?}");
                }
                let Ok(Seen { documents, looks }) = whole else { continue };
                let ends: Vec<usize> = documents.iter().map(|document| document.range.end).collect();
                let begins: Vec<usize> = documents.iter().map(|document| document.range.start).collect();
                let expected: Vec<usize> = [from].into_iter().chain(ends.iter().copied()).take(ends.len()).collect();
                assert_eq!(begins, expected, "{from}, {stream:?}");
                assert_eq!(ends.last().copied().unwrap_or(from), stream.len(), "{from}, {stream:?}");
                let is_separator =
                    |at: &&usize| **at > from && stream[..**at].ends_with('\n') && stream[**at..].starts_with("---");
                assert!(starts.iter().filter(is_separator).all(|at| begins.contains(at)), "{from}, {stream:?}");
                let is_found =
                    |at: &usize| *at == from || stream[*at..].starts_with("---") || stream[*at..].starts_with(BOM);
                assert!(begins.iter().all(is_found), "{from}, {stream:?}");
                for (document, look) in documents.iter().zip(looks) {
                    assert_eq!(look, Look::at(document.text(&stream)), "{document:?}, {stream:?}");
                    plain += usize::from(look != Look::Doubt);
                }
                several += usize::from(ends.len() > 2);
            }
        }
        assert!(several > 300 && plain > 300, "{several} {plain}");
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

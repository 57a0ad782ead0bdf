//! Parses YAML text into a tree, with `libyaml-safer`: a port of libyaml to Rust, as kubectl uses a port of it to Go.
//!
//! It works around mistakes of that crate (its issues 6 and 7): it appends a final line end, leaves out a byte order mark,
//! bounds the nesting, and catches a panic. It reads only the first document of a text, as kubectl does.

use std::cell::Cell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use libyaml_safer::{Error, ErrorKind, Event, EventData, MappingStyle, Parser, ScalarStyle as Written, SequenceStyle};

use super::build::Builder;
use super::error::{SyntaxError, SyntaxErrorKind};
use super::explain;
use super::tree::{CollectionStyle, Language, NodeKind, ScalarStyle, Tree};
use crate::text::line::has_content;

type Libyaml = Parser<Cursor<Vec<u8>>>;

const BOM: &str = "\u{feff}";

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    /// The parser between two documents. It keeps its buffers: to allocate them costs more than to parse a small
    /// document. After a panic the parser is dropped.
    static PARSER: Cell<Option<Box<Libyaml>>> = const { Cell::new(None) };
}

/// Whether this thread is inside the parser, where a panic is caught: a panic hook should then print nothing.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Reads the first document of a text into spans.
pub(super) fn parse(text: &str) -> Result<Tree<'_>, SyntaxError> {
    GUARDED.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| Reader::read(text)));
    GUARDED.set(false);
    outcome.unwrap_or_else(|_| Err(SyntaxError::new(0, SyntaxErrorKind::Parser("it panicked".to_owned()))))
}

struct Reader<'t> {
    builder: Builder<'t>,
    text: &'t str,
    /// How many bytes at the beginning of the text the parser does not see.
    skipped: usize,
}

impl<'t> Reader<'t> {
    fn read(text: &'t str) -> Result<Tree<'t>, SyntaxError> {
        let body = text.strip_prefix(BOM).unwrap_or(text);
        // kubectl cuts out the line of a separator before it parses. This parser would read `---#` as the start of a word.
        let body = if body.starts_with("---#") {
            body.get(body.find('\n').unwrap_or(body.len())..).unwrap_or("")
        } else {
            body
        };
        let mut bytes = Vec::with_capacity(body.len() + 1);
        bytes.extend_from_slice(body.as_bytes());
        if !body.ends_with('\n') {
            bytes.push(b'\n');
        }
        let mut reader = Self { builder: Builder::new(text, Language::Yaml)?, text, skipped: text.len() - body.len() };
        let mut parser = PARSER.take().unwrap_or_else(|| Box::new(Parser::new()));
        parser.set_input(Cursor::new(bytes));
        parser.set_encoding(libyaml_safer::Encoding::Utf8);
        let outcome = reader.events(&mut parser);
        parser.reset();
        PARSER.set(Some(parser));
        outcome.map(|()| reader.builder.finish())
    }

    fn events(&mut self, parser: &mut Libyaml) -> Result<(), SyntaxError> {
        loop {
            let event = parser.parse().map_err(|error| self.error(&error))?;
            let end = self.offset(event.end_mark.index);
            match event.data {
                // More text may follow: after `...`, or after a flow collection that is the whole document.
                EventData::DocumentEnd { .. } => {
                    self.note_ignored(end);
                    return Ok(());
                }
                EventData::StreamEnd => return Ok(()),
                EventData::Scalar { .. }
                | EventData::Alias { .. }
                | EventData::SequenceStart { .. }
                | EventData::MappingStart { .. } => {
                    self.check_mark(self.offset(event.start_mark.index))?;
                    self.event(event)?;
                }
                _ => self.event(event)?,
            }
        }
    }

    /// Refuses a byte order mark at the start of a later line.
    ///
    /// This parser skips the mark but counts it as a column, so that the lines below it end the document. To kubectl it is
    /// part of a key.
    fn check_mark(&self, start: usize) -> Result<(), SyntaxError> {
        let before = self.text.get(..start).unwrap_or_default().trim_end_matches(' ');
        match before.strip_suffix(BOM) {
            Some(above) if above.ends_with('\n') => {
                Err(SyntaxError::new(above.len(), SyntaxErrorKind::Control(BOM.chars().next().map_or(0, u32::from))))
            }
            _ => Ok(()),
        }
    }

    fn event(&mut self, event: Event) -> Result<(), SyntaxError> {
        let span = self.offset(event.start_mark.index)..self.offset(event.end_mark.index);
        match event.data {
            EventData::Scalar { anchor, tag, value, plain_implicit, quoted_implicit, style } => {
                let style = match style {
                    Written::SingleQuoted | Written::DoubleQuoted => ScalarStyle::Quoted,
                    Written::Literal | Written::Folded => ScalarStyle::Block,
                    _ => ScalarStyle::Plain,
                };
                // The tag `!` makes a plain scalar a string. The parser reports it only by these two flags.
                let tag = tag.or_else(|| {
                    (!plain_implicit && quoted_implicit && style == ScalarStyle::Plain).then(|| "!".to_owned())
                });
                let written = self.text.get(span.clone()).unwrap_or_default();
                let is_bare = anchor.is_none() && tag.is_none();
                let is_written_so = match style {
                    ScalarStyle::Plain => written == value,
                    ScalarStyle::Quoted => is_bare && written.get(1..written.len() - 1) == Some(&value),
                    ScalarStyle::Block => false,
                };
                self.builder.scalar(style, span, (!is_written_so).then_some(value), anchor, tag)
            }
            EventData::Alias { anchor } => self.builder.alias(anchor, span),
            EventData::SequenceStart { anchor, tag, style, .. } => {
                let style = if style == SequenceStyle::Flow { CollectionStyle::Flow } else { CollectionStyle::Block };
                self.builder.open(NodeKind::Sequence(style), span, anchor, tag)
            }
            EventData::MappingStart { anchor, tag, style, .. } => {
                let style = if style == MappingStyle::Flow { CollectionStyle::Flow } else { CollectionStyle::Block };
                self.builder.open(NodeKind::Mapping(style), span, anchor, tag)
            }
            EventData::SequenceEnd | EventData::MappingEnd => {
                // The end event of a flow collection has the span of the closing bracket. The one of a block
                // collection, or of a pair without braces, points at the next token.
                let bracket = if matches!(event.data, EventData::SequenceEnd) { "]" } else { "}" };
                let closed = self.text.get(span.clone()) == Some(bracket);
                self.builder.close(closed.then_some(span.end))
            }
            _ => Ok(()),
        }
    }

    /// The offset in the whole text, from one in what the parser saw: without its beginning, and with one more line end.
    fn offset(&self, index: u64) -> usize {
        usize::try_from(index).unwrap_or(usize::MAX).saturating_add(self.skipped).min(self.text.len())
    }

    /// Notes where text begins that follows the document and is more than comments.
    fn note_ignored(&mut self, end: usize) {
        let rest = self.text.get(end..).unwrap_or_default();
        let mut offset = end;
        for line in rest.split_inclusive('\n') {
            if has_content(line) {
                self.builder.tree_mut().ignored = Some(offset);
                return;
            }
            offset += line.len();
        }
    }

    fn error(&self, error: &Error) -> SyntaxError {
        if error.kind() == ErrorKind::Reader {
            let control = self.text.char_indices().skip(1).find(|(_, c)| is_refused(*c));
            if let Some((offset, c)) = control.or_else(|| self.text.char_indices().find(|(_, c)| is_refused(*c))) {
                return SyntaxError::new(offset, SyntaxErrorKind::Control(c.into()));
            }
        }
        let offset = error.problem_mark().map_or(0, |mark| self.offset(mark.index));
        let began = error.context_mark().map(|mark| self.offset(mark.index));
        explain::parser_error(self.text, error.problem(), error.context().unwrap_or_default(), offset, began)
    }
}

/// The characters that libyaml refuses: YAML 1.1, section 5.1.
const fn is_refused(c: char) -> bool {
    !matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_kubectl_ignores_is_found() {
        for (text, expected) in [
            ("a: 1\n", None),
            ("a: 1\n...\n# c\n", None),
            ("a: 1\n...\nb: 2\n", Some(9)),
            ("a: 1\n... # c\n", None),
            ("{a: 1}\n", None),
            ("{a: 1} # c\n", None),
            ("{a: 1}\n# c\n{b: 2}\n", Some(11)),
            ("\u{feff}{\"a\": 1}\n{\"b\": 2}\n", Some(12)),
        ] {
            assert_eq!(parse(text).unwrap().ignored, expected, "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_at_the_start_of_a_later_line_is_refused() {
        let refused = |text: &str| parse(text).err().map(|error| (error.offset, error.kind));
        for (text, expected) in [
            ("\u{feff}a: 1\nb: 2\n", None),
            ("\u{feff}  a: 1\n  b: 2\n", None),
            ("a: \u{feff}x\n", None),
            ("a: |\n  \u{feff}x\n", None),
            ("---\n\u{feff}a: 1\nb: 2\n", Some(4)),
            ("# c\n\u{feff}- a\n- b\n", Some(4)),
            ("---\n\u{feff}  a: 1\n", Some(4)),
            ("a:\n\u{feff}b: 2\n", Some(3)),
        ] {
            assert_eq!(refused(text), expected.map(|at| (at, SyntaxErrorKind::Control(0xfeff))), "{text:?}");
        }
    }

    #[test]
    fn a_collection_ends_with_its_own_bracket() {
        for (text, expected) in
            [("[a: b]", "a: b"), ("[{a: b}]", "{a: b}"), ("[a: [c]]", "a: [c]"), ("[a: b, c]", "a: b")]
        {
            let tree = parse(text).unwrap();
            let first = tree.children(tree.root().unwrap()).next().unwrap();
            assert_eq!(tree.source(first), expected, "{text:?}");
        }
    }
}

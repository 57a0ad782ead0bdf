//! Reads plain YAML in block style, several times as fast as `libyaml`, and hands over everything that it is not sure of.
//!
//! Most manifests use a small part of YAML: keys and dashes by indentation, scalars on one line, `|` and `>` blocks, and brackets that
//! close on their line. This reads that part, line by line, into the same builder. Anything else makes it [`Unsure`], and
//! the whole document is then read by `libyaml`: anchors, aliases and tags, tabs, carriage returns, scalars over several lines,
//! explicit keys, unusual characters, and every error. So it refuses nothing by itself, and no error message is its own.
//!
//! **What has to hold.** What it reads, `libyaml` reads too, with the same nodes at the same bytes. `tests` holds both side by
//! side on manifests and on documents that are made from parts; so does the fuzzer on any text.
//!
//! The state between two lines is the collections that are open, each with its column, and perhaps an entry that still waits for
//! its value ([`Scanner::waiting`]). A line's column alone decides which of them it closes ([`Scanner::settle`]).

use super::build::Builder;
use super::tree::{CollectionStyle, Language, NodeKind, ScalarStyle, Tree};

mod flow;
mod scalar;

use scalar::After;

/// The document has something that is for `libyaml` to judge.
#[derive(Debug)]
struct Unsure;

type Sure<T> = Result<T, Unsure>;

/// Longer keys are not read: `libyaml` wants the colon within 1024 characters.
const LONGEST_KEY: usize = 1000;

/// Reads the first document of a text; `None` where it is not sure of all of it.
pub fn parse(text: &str) -> Option<Tree<'_>> {
    if !text.ends_with('\n') || !is_plain(text) {
        return None;
    }
    let builder = Builder::new(text, Language::Yaml).ok()?;
    let mut scanner = Scanner { bytes: text.as_bytes(), builder, open: Vec::with_capacity(16), waiting: None };
    scanner.document().ok()?;
    Some(scanner.builder.finish())
}

/// Whether a text has only characters that mean nothing special to any reader: no control characters, no line ends but `\n`, no byte
/// order mark.
fn is_plain(text: &str) -> bool {
    const WIDE: u8 = 0x80;
    // Without a branch for each byte, so that many are looked at together.
    let odd = |byte: u8| (byte < b' ' && byte != b'\n') || byte == 0x7f;
    match text.bytes().fold(0, |found, byte| found | u8::from(odd(byte)) | (byte & WIDE)) {
        0 => return true,
        WIDE => {}
        _ => return false,
    }
    let is_fine = |c: char| matches!(c, '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let mut wide = rest.get(at..).unwrap_or_default().chars();
        if !wide.next().is_some_and(is_fine) {
            return false;
        }
        rest = wide.as_str();
    }
    true
}

/// A block collection that is open.
#[derive(Clone, Copy)]
struct Open {
    kind: OpenKind,
    /// The column of its keys or dashes.
    column: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenKind {
    Mapping,
    Sequence,
    /// A list in the column of the key that it is the value of.
    Indentless,
}

struct Scanner<'t> {
    bytes: &'t [u8],
    builder: Builder<'t>,
    open: Vec<Open>,
    /// The innermost collection has an entry without a value yet: where a null would be.
    waiting: Option<usize>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Sure<()> {
        let mut at = self.separator()?;
        while at < self.bytes.len() {
            let content = self.after_spaces(at);
            at = match self.byte(content) {
                b'\n' => content + 1,
                b'#' => self.next_line(content),
                _ => self.line(at, content)?,
            };
        }
        while !self.open.is_empty() {
            self.close()?;
        }
        // Without any content there is no root, which is rare enough.
        if self.builder.nodes() == 0 { Err(Unsure) } else { Ok(()) }
    }

    /// The byte at an offset; a line end behind the last one.
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn after_spaces(&self, mut at: usize) -> usize {
        while self.byte(at) == b' ' {
            at += 1;
        }
        at
    }

    fn next_line(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1)
    }

    /// Where the document begins: behind a first line `---`.
    fn separator(&self) -> Sure<usize> {
        if self.bytes.starts_with(b"---") { self.end_of_line(3) } else { Ok(0) }
    }

    /// The next line, where only spaces and a comment are left on this one.
    fn end_of_line(&self, at: usize) -> Sure<usize> {
        let content = self.after_spaces(at);
        match self.byte(content) {
            b'\n' => Ok(content + 1),
            b'#' if content > at => Ok(self.next_line(content)),
            _ => Err(Unsure),
        }
    }

    /// Whether the dash of a list is here.
    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == b'-' && self.is_blank(at + 1)
    }

    fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n')
    }

    /// Reads a line with content, and what belongs to its last scalar; the next line comes back.
    fn line(&mut self, start: usize, content: usize) -> Sure<usize> {
        let column = content - start;
        // `---` and `...` end a document in the first column.
        if column == 0 && matches!(self.bytes.get(content..content + 3), Some(b"---" | b"...")) {
            return Err(Unsure);
        }
        match self.settle(content, column)? {
            OpenKind::Mapping => self.entry(content),
            OpenKind::Sequence | OpenKind::Indentless => self.element(content, column),
        }
    }

    /// Closes what a line in this column ends, and opens what it begins. The innermost collection is then the one that the line
    /// has an entry of.
    fn settle(&mut self, content: usize, column: usize) -> Sure<OpenKind> {
        let is_dash = self.is_dash(content);
        loop {
            let Some(top) = self.open.last().copied() else {
                return if self.builder.nodes() == 0 { self.begin(content, column) } else { Err(Unsure) };
            };
            if self.waiting.is_some() {
                if column > top.column {
                    return self.begin(content, column);
                }
                if is_dash && column == top.column && top.kind == OpenKind::Mapping {
                    return self.begin_list(content, column, OpenKind::Indentless);
                }
                self.null()?;
            }
            // Deeper, and no entry waits: the line would continue a scalar, or is an error.
            if column > top.column {
                return Err(Unsure);
            }
            match top.kind {
                _ if column < top.column => {}
                OpenKind::Mapping if !is_dash => return Ok(top.kind),
                OpenKind::Sequence | OpenKind::Indentless if is_dash => return Ok(top.kind),
                OpenKind::Indentless => {}
                OpenKind::Mapping | OpenKind::Sequence => return Err(Unsure),
            }
            self.close()?;
        }
    }

    /// Opens the collection that begins here.
    fn begin(&mut self, content: usize, column: usize) -> Sure<OpenKind> {
        if self.is_dash(content) {
            return self.begin_list(content, column, OpenKind::Sequence);
        }
        self.begin_mapping(content, column)?;
        Ok(OpenKind::Mapping)
    }

    fn begin_mapping(&mut self, content: usize, column: usize) -> Sure<()> {
        self.begin_kind(NodeKind::Mapping(CollectionStyle::Block), content, Open { kind: OpenKind::Mapping, column })
    }

    fn begin_list(&mut self, content: usize, column: usize, kind: OpenKind) -> Sure<OpenKind> {
        self.begin_kind(NodeKind::Sequence(CollectionStyle::Block), content, Open { kind, column })?;
        Ok(kind)
    }

    fn begin_kind(&mut self, node: NodeKind, content: usize, open: Open) -> Sure<()> {
        self.waiting = None;
        self.builder.open(node, content..content, None, None).map_err(|_| Unsure)?;
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self) -> Sure<()> {
        if self.waiting.is_some() {
            self.null()?;
        }
        self.open.pop();
        self.builder.close(None).map_err(|_| Unsure)
    }

    /// The value of an entry that has none.
    fn null(&mut self) -> Sure<()> {
        let Some(at) = self.waiting.take() else { return Ok(()) };
        self.scalar(ScalarStyle::Plain, (at, at), None)
    }

    fn scalar(&mut self, style: ScalarStyle, (start, end): (usize, usize), text: Option<String>) -> Sure<()> {
        self.builder.scalar(style, start..end, text, None, None).map_err(|_| Unsure)
    }

    /// The elements of lists that begin on this line, one in the other, and what the innermost one holds.
    fn element(&mut self, mut at: usize, mut column: usize) -> Sure<usize> {
        loop {
            let value = self.after_spaces(at + 1);
            match self.byte(value) {
                b'\n' | b'#' => {
                    self.waiting = Some(at + 1);
                    return self.end_of_line(at + 1);
                }
                _ => column += value - at,
            }
            at = value;
            if !self.is_dash(at) {
                break;
            }
            self.begin_list(at, column, OpenKind::Sequence)?;
        }
        match self.byte(at) {
            b'|' | b'>' | b'[' | b'{' => self.value(at),
            _ => {
                let scalar = self.one_line(at)?;
                match scalar.after {
                    After::Colon(colon) => {
                        self.begin_mapping(at, column)?;
                        self.key(scalar.style, (at, scalar.end), scalar.text)?;
                        self.value_of_key(colon)
                    }
                    After::Line(next) => {
                        self.scalar(scalar.style, (at, scalar.end), scalar.text)?;
                        Ok(next)
                    }
                }
            }
        }
    }

    /// A key, and what follows it on its line.
    fn entry(&mut self, at: usize) -> Sure<usize> {
        let scalar = self.one_line(at)?;
        let After::Colon(colon) = scalar.after else { return Err(Unsure) };
        self.key(scalar.style, (at, scalar.end), scalar.text)?;
        self.value_of_key(colon)
    }

    fn key(&mut self, style: ScalarStyle, (start, end): (usize, usize), text: Option<String>) -> Sure<()> {
        if end - start > LONGEST_KEY {
            return Err(Unsure);
        }
        self.scalar(style, (start, end), text)
    }

    fn value_of_key(&mut self, colon: usize) -> Sure<usize> {
        let value = self.after_spaces(colon + 1);
        if matches!(self.byte(value), b'\n' | b'#') {
            self.waiting = Some(colon + 1);
            return self.end_of_line(colon + 1);
        }
        self.value(value)
    }

    /// A value that begins on this line.
    fn value(&mut self, at: usize) -> Sure<usize> {
        match self.byte(at) {
            b'|' | b'>' => self.block(at),
            b'[' | b'{' => {
                let end = self.flow(at)?;
                self.end_of_line(end)
            }
            _ => {
                let scalar = self.one_line(at)?;
                let After::Line(next) = scalar.after else { return Err(Unsure) };
                self.scalar(scalar.style, (at, scalar.end), scalar.text)?;
                Ok(next)
            }
        }
    }

    /// The column in which the innermost collection has its entries.
    fn column(&self) -> usize {
        self.open.last().map_or(0, |top| top.column)
    }
}

#[cfg(test)]
mod tests;

//! Scalars that are sure: on one line, or a block.

use super::{Scanner, Sure, Unsure};
use crate::text::yaml::tree::ScalarStyle;

/// A scalar on one line.
pub(super) struct OneLine {
    pub(super) style: ScalarStyle,
    pub(super) end: usize,
    /// What it says, where that is not what is written between its quotes.
    pub(super) text: Option<String>,
    pub(super) after: After,
}

/// What follows a scalar on its line.
pub(super) enum After {
    /// The colon here makes it a key.
    Colon(usize),
    /// Nothing: the next line begins here.
    Line(usize),
}

impl Scanner<'_> {
    /// A plain or quoted scalar outside of brackets, and what follows it.
    pub(super) fn one_line(&self, at: usize) -> Sure<OneLine> {
        match self.byte(at) {
            b'"' | b'\'' => {
                let (end, text) = self.quoted(at)?;
                let next = self.after_spaces(end);
                let after = match self.byte(next) {
                    b':' if self.is_blank(next + 1) => After::Colon(next),
                    _ => After::Line(self.end_of_line(end)?),
                };
                Ok(OneLine { style: ScalarStyle::Quoted, end, text, after })
            }
            _ => self.plain(at),
        }
    }

    /// A plain scalar. It ends before `: ` and before ` #`.
    fn plain(&self, start: usize) -> Sure<OneLine> {
        if !self.begins_plain(start) {
            return Err(Unsure);
        }
        // Behind the last byte that is no space.
        let mut end = start;
        let mut at = start;
        let after = loop {
            match self.byte(at) {
                b'\n' => break After::Line(at + 1),
                b' ' => {
                    at += 1;
                    continue;
                }
                b':' if self.is_blank(at + 1) => break After::Colon(at),
                b'#' if end < at => break After::Line(self.next_line(at)),
                _ => at += 1,
            }
            end = at;
        };
        Ok(OneLine { style: ScalarStyle::Plain, end, text: None, after })
    }

    /// Whether a plain scalar certainly begins here. Fewer than YAML has may do so.
    pub(super) fn begins_plain(&self, at: usize) -> bool {
        match self.byte(at) {
            b'-' => !self.is_blank(at + 1),
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => true,
            other => b"_/.~$()+=;^<\\".contains(&other),
        }
    }

    /// A scalar in quotes that ends on its line: its end, and what it says, where that is not what is between the quotes.
    pub(super) fn quoted(&self, start: usize) -> Sure<(usize, Option<String>)> {
        let quote = self.byte(start);
        let mut at = start + 1;
        let mut is_written_so = true;
        loop {
            match self.byte(at) {
                b'\n' => return Err(Unsure),
                b'\\' if quote == b'"' && self.byte(at + 1) != b'\n' => {
                    is_written_so = false;
                    at += 2;
                }
                b'\'' if quote == b'\'' && self.byte(at + 1) == b'\'' => {
                    is_written_so = false;
                    at += 2;
                }
                byte if byte == quote => break,
                _ => at += 1,
            }
        }
        let text = if is_written_so { None } else { Some(self.resolved(start + 1, at, quote)?) };
        Ok((at + 1, text))
    }

    /// What a quoted text with escapes says.
    fn resolved(&self, start: usize, end: usize, quote: u8) -> Sure<String> {
        let written = self.bytes.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(Unsure)?;
        if quote == b'\'' {
            return Ok(written.replace("''", "'"));
        }
        let mut text = String::with_capacity(written.len());
        let mut rest = written.chars();
        while let Some(c) = rest.next() {
            text.push(match c {
                '\\' => match rest.next() {
                    Some(same @ ('"' | '\\' | '/')) => same,
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    _ => return Err(Unsure),
                },
                c => c,
            });
        }
        Ok(text)
    }

    /// A literal (`|`) or a folded (`>`) block, without the indentation of its first line. The next line comes back.
    pub(super) fn block(&mut self, start: usize) -> Sure<usize> {
        let lines = if self.byte(start) == b'|' { Lines::Literal } else { Lines::Folded };
        let (chomping, header) = match self.byte(start + 1) {
            sign @ (b'-' | b'+') => (Some(sign), start + 2),
            _ => (None, start + 1),
        };
        let first = self.end_of_line(header)?;
        let content = self.after_spaces(first);
        let indent = content - first;
        // Blank lines before the first one could be deeper than it.
        if indent <= self.column() || self.byte(content) == b'\n' {
            return Err(Unsure);
        }
        let mut text = String::new();
        // Line ends that count only if more text follows, or all of them are kept.
        let mut breaks = 0;
        let mut at = first;
        while at < self.bytes.len() {
            let content = self.after_spaces(at);
            let next = self.next_line(content);
            if content - at >= indent && !(content - at == indent && next == content + 1) {
                // The end of a line that begins with a space, and the one before it, are not folded.
                if lines == Lines::Folded && content - at > indent {
                    return Err(Unsure);
                }
                lines.join(&mut text, breaks);
                let line = self.bytes.get(at + indent..next - 1).unwrap_or_default();
                text.push_str(std::str::from_utf8(line).map_err(|_| Unsure)?);
                breaks = 1;
            } else if next == content + 1 {
                breaks += 1;
            } else if content - at > self.column() {
                // Neither inside nor outside.
                return Err(Unsure);
            } else {
                break;
            }
            at = next;
        }
        let kept = match chomping {
            Some(b'-') => 0,
            Some(_) => breaks,
            None => breaks.min(1),
        };
        text.extend(std::iter::repeat_n('\n', kept));
        self.scalar(ScalarStyle::Block, (start, at), Some(text))?;
        Ok(at)
    }
}

/// What becomes of the line ends within a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// They stay.
    Literal,
    /// A single one becomes a space; of several, the first is left out.
    Folded,
}

impl Lines {
    /// Writes the line ends between two lines of a block. Before the first line there are none.
    fn join(self, text: &mut String, breaks: usize) {
        match (self, breaks) {
            (Self::Folded, 1) => text.push(' '),
            (Self::Folded, _) => text.extend(std::iter::repeat_n('\n', breaks.saturating_sub(1))),
            (Self::Literal, _) => text.extend(std::iter::repeat_n('\n', breaks)),
        }
    }
}

//! Block scalars (`|` and `>`): where their text ends, and which lines below would become a part of it.

use super::text::Lines;
use super::{Edit, Splicer};
use crate::text::yaml::tree::{NodeKind, ScalarStyle};

/// A block scalar's text.
pub(super) struct BlockScalar<'s> {
    source: &'s str,
    header_end: usize,
    indicators: &'s str,
    /// The length of its text, without the last line end, and without blank lines that are not part of its value.
    pub(super) length: usize,
}

impl<'s> BlockScalar<'s> {
    pub(super) fn of(source: &'s str) -> Self {
        let header_end = source.find('\n').unwrap_or(source.len());
        let header = source.get(..header_end).unwrap_or_default();
        let indicators = header.find(['|', '>']).and_then(|at| header.get(at..)).unwrap_or_default();
        let indicators = indicators.split([' ', '\t', '#', '\r']).next().unwrap_or_default();
        let mut scalar = Self { source, header_end, indicators, length: source.len() };
        let content = if scalar.keeps_blank_lines() { source } else { scalar.without_blank_lines() };
        let content = content.strip_suffix('\n').unwrap_or(content);
        let content = source.get(..content.len().max(header_end)).unwrap_or_default();
        scalar.length = content.strip_suffix('\r').unwrap_or(content).len();
        scalar
    }

    /// Whether it has `|+` or `>+`.
    fn keeps_blank_lines(&self) -> bool {
        self.indicators.contains('+')
    }

    fn lines(&self) -> impl Iterator<Item = &'s str> {
        self.source.get(self.header_end..).unwrap_or_default().lines().filter(|line| !is_blank(line))
    }

    /// A blank line of more spaces is part of the value: the spaces beyond the indentation are content.
    ///
    /// With an explicit indentation (`|2`), which counts from the parent's column, only a line without any space is surely not
    /// part of the value.
    fn indent_of_blank_lines(&self) -> usize {
        let has_number = self.indicators.contains(|c: char| c.is_ascii_digit());
        if has_number { 0 } else { self.lines().next().map_or(usize::MAX, leading_spaces) }
    }

    fn without_blank_lines(&self) -> &'s str {
        let indent = self.indent_of_blank_lines();
        let mut kept = self.source;
        while kept.len() > self.header_end {
            let line_start = kept.strip_suffix('\n').unwrap_or(kept).rfind('\n').map_or(0, |newline| newline + 1);
            let line = kept.get(line_start..).unwrap_or_default();
            if line_start == 0 || !is_blank(line) || leading_spaces(line) > indent {
                break;
            }
            kept = kept.get(..line_start).unwrap_or_default();
        }
        kept
    }

    /// The end of those blank lines and comments from this line on that would be a part of the value, were they below it;
    /// `column` is that of the line in which it begins.
    fn past_taken(&self, lines: Lines<'_>, line_start: usize, column: usize) -> usize {
        let blank_indent = self.indent_of_blank_lines();
        let text_indent = self.lines().map(leading_spaces).min().unwrap_or(column + 1);
        let (mut at, mut taken) = (line_start, line_start);
        while at < lines.0.len() {
            let next = lines.next(at);
            let line = lines.slice(at, next);
            let is_taken = if is_blank(line) {
                self.keeps_blank_lines() || leading_spaces(line) > blank_indent
            } else if lines.comment_column(at).is_some_and(|column| column >= text_indent) {
                true
            } else {
                break;
            };
            taken = if is_taken { next } else { taken };
            at = next;
        }
        taken
    }
}

fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\r', '\n']).is_empty()
}

fn leading_spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

impl Splicer<'_> {
    /// Where lines below a block scalar are deleted, what was below these must not become a part of the scalar: blank lines, and
    /// comments that are indented as deep as its text, go with the lines above them, to which they belong.
    pub(super) fn guard_block_scalars(&self, edits: &mut Vec<Edit>) {
        if !edits.iter().any(|edit| edit.text.is_empty() && self.lines.slice(0, edit.range.end).ends_with('\n')) {
            return;
        }
        let mut open: Vec<_> = self.tree.root().into_iter().collect();
        while let Some(node) = open.pop() {
            match self.tree.kind(node) {
                NodeKind::Scalar(ScalarStyle::Block) => {
                    let (start, scalar) = (self.tree.span(node).start, BlockScalar::of(self.tree.source(node)));
                    self.guard(&scalar, start, edits);
                }
                NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
                _ => open.extend(self.tree.children(node)),
            }
        }
    }

    fn guard(&self, scalar: &BlockScalar<'_>, start: usize, edits: &mut Vec<Edit>) {
        let end = self.lines.next(start + scalar.length);
        // The edit of the first line below it that is not blank.
        let below = self.lines.past_blank(end);
        let is_there = |edit: &Edit| edit.range.start >= end && edit.range.start <= below && edit.range.end >= below;
        let Some(index) = edits.iter().position(is_there) else { return };
        let column = self.lines.indentation(start).len();
        while let Some(edit) = edits.get(index).filter(|edit| edit.text.is_empty()) {
            let after = edit.range.end;
            let end = match edits.get(index + 1).cloned() {
                Some(next) if next.range.start == after && next.text.is_empty() => {
                    edits.remove(index + 1);
                    next.range.end
                }
                // Inserted lines end the scalar.
                Some(next) if next.range.start == after => return,
                next if self.lines.slice(0, after).ends_with('\n') => {
                    let limit = next.map_or(self.lines.0.len(), |next| next.range.start);
                    scalar.past_taken(self.lines, after, column).min(limit)
                }
                _ => return,
            };
            if end == after {
                return;
            }
            if let Some(edit) = edits.get_mut(index) {
                edit.range.end = end;
            }
        }
    }
}

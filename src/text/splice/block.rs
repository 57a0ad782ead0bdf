//! Edits of block collections: whole lines are inserted and deleted.

use std::sync::Arc;

use serde_json::Value;

use super::Writer;
use super::overlay::{Content, Edited, Entry, Place, places};
use crate::text::yaml::emit::{self, Context};
use crate::text::yaml::tree::{Anchor, NodeId, ScalarStyle, Shape, Style};

impl Writer<'_> {
    pub(super) fn block(&mut self, edited: &Edited) {
        let column = self.column(edited.node);
        let kept: Vec<Place> = edited.entries.iter().filter_map(|entry| entry.place).collect();
        self.delete_gone(edited.node, &kept);
        let mut added: Vec<&Entry> = Vec::new();
        let mut previous: Option<Place> = None;
        for entry in &edited.entries {
            let Some(place) = entry.place else {
                added.push(entry);
                continue;
            };
            // A list's new item follows the one before it; an object's new member stands before the one it was put at.
            match previous {
                Some(previous) if place.key.is_none() => self.insert_after(previous, &added, column),
                _ => self.insert_before(edited.node, place, &added, column),
            }
            added.clear();
            self.change(entry, place, Style::Block);
            previous = Some(place);
        }
        if let Some(previous) = previous {
            self.insert_after(previous, &added, column);
        }
    }

    /// Writes what became of an entry that was there.
    pub(super) fn change(&mut self, entry: &Entry, place: Place, parent: Style) {
        match &entry.content {
            Content::Old(_) => {}
            Content::Edited(child) if child.keeps_any() => self.collection(child),
            Content::Edited(child) => self.replace(place, &child.as_new(self.tree), parent),
            Content::New(value) => self.replace(place, value, parent),
        }
    }

    /// Where a block collection's keys or dashes stand.
    fn column(&self, node: NodeId) -> usize {
        let first = places(self.tree, node).next();
        first.map_or(0, |place| self.lines.column(self.entry_start(node, 0, place)))
    }

    /// Where an entry's key or dash stands.
    fn entry_start(&self, parent: NodeId, index: usize, place: Place) -> usize {
        if let Some(key) = place.key {
            return self.question(key).unwrap_or(self.tree.span(key).start);
        }
        // The parser gives no place for a dash. The first is where the list begins, behind its anchor and tag; the others
        // begin lines in the same column, after the item before.
        let dash_from = |from: usize, to: usize, column: Option<usize>| {
            let mut line = self.lines.start(from);
            while line <= to {
                let start = line.max(if column.is_none() { from } else { line });
                let content = self.lines.slice(start, self.lines.next(line));
                let at = start + (content.len() - content.trim_start_matches([' ', '\t']).len());
                let is_dash = self.lines.slice(at, at + 1) == "-" && !content.trim_start().starts_with("---");
                if is_dash && column.is_none_or(|column| self.lines.column(at) == column) {
                    return Some(at);
                }
                let next = self.lines.next(line);
                if next == line || next >= self.lines.0.len() {
                    break;
                }
                line = next;
            }
            None
        };
        let own = self.tree.span(place.value).start;
        let list = self.tree.span(parent);
        let first = dash_from(list.start, own, None).unwrap_or(list.start);
        if index == 0 {
            return first;
        }
        let before = places(self.tree, parent).nth(index - 1).map_or(first, |place| self.content_end(place));
        dash_from(self.lines.next(before), own, Some(self.lines.column(first))).unwrap_or(own)
    }

    /// The end of a value's last line that says something, without its line end.
    ///
    /// A block scalar's own end mark includes blank lines after it. They are part of a `|+` alone; anything else may be
    /// followed directly.
    pub(super) fn content_end(&self, place: Place) -> usize {
        let Place { mut key, value: mut leaf } = place;
        while let Shape::Mapping(Style::Block) | Shape::Sequence(Style::Block) = self.tree.shape(leaf) {
            let Some(last) = places(self.tree, leaf).last() else { break };
            (key, leaf) = (last.key, last.value);
        }
        let span = self.tree.span(leaf);
        if span.is_empty() {
            // Of an explicit key without a value (`? key`), the parser puts the value where the next key begins.
            return self.value_start(Place { key, value: leaf });
        }
        if self.tree.shape(leaf) != Shape::Scalar(ScalarStyle::Block) {
            return span.end;
        }
        let source = self.tree.source(leaf);
        let header_end = source.find('\n').unwrap_or(source.len());
        let header = source.get(..header_end).unwrap_or_default();
        let indicators = header.find(['|', '>']).and_then(|at| header.get(at..)).unwrap_or_default();
        let indicators = indicators.split([' ', '\t', '#', '\r']).next().unwrap_or_default();
        let content =
            if indicators.contains('+') { source } else { without_blank_lines(source, header_end, indicators) };
        let content = content.strip_suffix('\n').unwrap_or(content);
        span.start + content.len().max(header_end)
    }

    /// Where the lines after an entry begin: past the comments that are indented deeper than its key or dash.
    fn after(&self, place: Place, column: usize) -> usize {
        self.lines.past_deeper_comments(self.lines.next(self.content_end(place)), column)
    }

    /// Deletes the entries that are not kept; at least one is.
    fn delete_gone(&mut self, node: NodeId, kept: &[Place]) {
        let all: Vec<Place> = places(self.tree, node).collect();
        let mut from = 0;
        if let (Some(first), Some(keep)) = (all.first(), all.iter().position(|place| kept.contains(place))) {
            let start = self.entry_start(node, 0, *first);
            if keep > 0 && !self.lines.is_first(start) {
                // The collection begins behind a dash: the first entry that is kept takes that place.
                let next = all.get(keep).map_or(start, |place| self.entry_start(node, keep, *place));
                self.delete(start..next);
                from = keep;
            }
        }
        for (index, place) in all.iter().enumerate().skip(from) {
            if !kept.contains(place) {
                self.delete_lines(node, index, *place);
            }
        }
    }

    fn delete_lines(&mut self, parent: NodeId, index: usize, place: Place) {
        let start = self.entry_start(parent, index, place);
        let end = self.content_end(place);
        if self.lines.is_first(start) {
            self.delete(self.lines.start(start)..self.lines.next(end));
        } else {
            self.delete(start..end);
        }
    }

    /// The lines of each new entry.
    fn render(&self, added: &[&Entry], column: usize) -> Vec<Arc<str>> {
        let lines = |entry: &&Entry| match &entry.content {
            Content::New(value) => Some(self.rendered.lines(&entry.name, value, column, &self.layout.yaml)),
            Content::Old(_) | Content::Edited(_) => None,
        };
        added.iter().filter_map(lines).collect()
    }

    fn insert_after(&mut self, previous: Place, added: &[&Entry], column: usize) {
        if !added.is_empty() {
            let at = self.after(previous, column);
            self.render(added, column).into_iter().for_each(|lines| self.insert_lines(at, lines));
        }
    }

    fn insert_before(&mut self, parent: NodeId, next: Place, added: &[&Entry], column: usize) {
        if added.is_empty() {
            return;
        }
        let index = places(self.tree, parent).position(|place| place == next).unwrap_or(0);
        let start = self.entry_start(parent, index, next);
        let lines = self.render(added, column);
        if self.lines.is_first(start) {
            let at = self.lines.before_attached_comments(self.lines.start(start), column);
            lines.into_iter().for_each(|lines| self.insert(at, lines));
        } else {
            // Behind a dash: the new entry takes the place, and the old one begins a line of its own.
            let mut lines = lines.concat();
            lines.push_str(&" ".repeat(column));
            self.insert(start, lines.split_off(column));
        }
    }

    /// Inserts whole lines before a line, or after a last one that has no line end.
    fn insert_lines(&mut self, at: usize, lines: Arc<str>) {
        let eol = self.layout.yaml.eol;
        if at == self.lines.0.len() && self.lines.lacks_final_newline() {
            let lines = lines.strip_suffix(eol).unwrap_or(&lines);
            self.insert(at, format!("{eol}{lines}"));
        } else {
            self.insert(at, lines);
        }
    }

    /// Gives a member or element another value where it stands.
    fn replace(&mut self, place: Place, new: &Value, parent: Style) {
        let old = place.value;
        let is_empty = !matches!(new, Value::Array(list) if !list.is_empty())
            && !matches!(new, Value::Object(map) if !map.is_empty());
        match self.tree.shape(old) {
            Shape::Sequence(Style::Block) | Shape::Mapping(Style::Block) => {
                for (index, child) in places(self.tree, old).enumerate() {
                    self.delete_lines(old, index, child);
                }
                if is_empty {
                    let mut text = String::from(" ");
                    emit::scalar(&mut text, new, Context::Block);
                    self.insert(self.after_colon(place), text);
                } else {
                    self.insert_children(place, new);
                }
            }
            _ if !is_empty && parent == Style::Block && self.can_give_way(place) => {
                let span = self.tree.span(old);
                if !span.is_empty() {
                    self.delete(span.start - 1..span.end);
                }
                self.insert_children(place, new);
            }
            _ => self.replace_inline(place, new, parent),
        }
    }

    /// Whether a null or empty token can be deleted so that lines below its key take its place: exactly one space before
    /// it, nothing within it or directly behind it, a plain key. Else undoing could not bring it back as it was.
    fn can_give_way(&self, place: Place) -> bool {
        let span = self.tree.span(place.value);
        let is_explicit = place.key.is_none_or(|key| self.question(key).is_some());
        if is_explicit || self.tree.is_tagged(place.value) || self.tree.anchor(place.value) != Anchor::None {
            return false;
        }
        let Some(colon) = self.colon(place).map(|colon| colon + 1) else { return false };
        if span.is_empty() {
            return true;
        }
        let source = self.tree.source(place.value);
        let is_followed = !self.lines.slice(span.end, span.end + 1).trim_start().is_empty();
        !is_followed && self.lines.slice(colon, span.start) == " " && !source.contains(['\n', '#'])
    }

    /// The offset behind a key's colon.
    fn after_colon(&self, place: Place) -> usize {
        self.colon(place).map_or(self.tree.span(place.value).start, |colon| colon + 1)
    }

    /// Where a key's colon stands: behind the key, blanks and comments. None where a key has no value, or without a key.
    pub(super) fn colon(&self, place: Place) -> Option<usize> {
        let mut at = self.tree.span(place.key?).end;
        loop {
            match self.lines.0.as_bytes().get(at)? {
                b':' => return Some(at),
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'#' => at = self.lines.next(at),
                _ => return None,
            }
        }
    }

    /// Where the `?` of an explicit key stands.
    pub(super) fn question(&self, key: NodeId) -> Option<usize> {
        let start = self.tree.span(key).start;
        let before = self.lines.slice(0, start);
        let question = before.trim_end_matches([' ', '\t', '\r', '\n']).strip_suffix('?')?;
        let is_indicator = question.len() + 1 < start
            && question.chars().next_back().is_none_or(|c| c.is_whitespace() || ",{[\u{feff}".contains(c));
        is_indicator.then_some(question.len())
    }

    /// Puts a collection's lines below its key's.
    fn insert_children(&mut self, place: Place, new: &Value) {
        let colon = self.after_colon(place);
        let style = &self.layout.yaml;
        let parent = self.lines.column(place.key.map_or(colon, |key| self.tree.span(key).start));
        let column = parent + if new.is_array() { style.dash } else { style.indent };
        let mut lines = String::new();
        emit::block(&mut lines, new, column, style);
        lines.push_str(style.eol);
        self.insert_lines(self.lines.next(colon), lines.into());
    }
}

/// A block scalar without the blank lines at its end, which are no part of its value. A line of more spaces than the
/// scalar's indentation is a part of it.
fn without_blank_lines<'s>(source: &'s str, header_end: usize, indicators: &str) -> &'s str {
    let is_blank = |line: &str| line.trim_matches([' ', '\r', '\n']).is_empty();
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let body = source.get(header_end..).unwrap_or_default();
    let first = body.lines().find(|line| !is_blank(line));
    // Where the indentation is given as a number, only what has none at all is surely none of the value's.
    let has_number = indicators.contains(|c: char| c.is_ascii_digit());
    let indent = if has_number { 0 } else { first.map_or(usize::MAX, spaces) };
    let mut kept = source;
    while kept.len() > header_end {
        let line_start = kept.strip_suffix('\n').unwrap_or(kept).rfind('\n').map_or(0, |newline| newline + 1);
        let line = kept.get(line_start..).unwrap_or_default();
        if line_start == 0 || !is_blank(line) || spaces(line) > indent {
            break;
        }
        kept = kept.get(..line_start).unwrap_or_default();
    }
    kept
}

//! Edits of flow collections, JSON text among them: entries are inserted between brackets.
//!
//! A new entry goes directly behind the last byte of the entry before it, with its comma first: `[a` + `, b` + `]`. The
//! comma that follows in the text, with any comment and line break behind it, then stays in its place and separates the new
//! entry from the next one. An entry that goes first has its comma behind it: `[` + `b, ` + `a]`. An entry is deleted with
//! the same comma that it was inserted with, so deletion undoes insertion byte for byte.
//!
//! YAML has one trap here: a comma directly behind a colon, a tag or an anchor can be read as part of it (`{a:, b: 1}`,
//! `[!!str, b]`). Where the entry before has an empty value, a space goes before the comma.

use std::ops::Range;

use serde_json::Value;

use super::overlay::{CollectionEntry, Content, Edited, EntryNodes, entry_nodes};
use super::{Quoting, Splicer};
use crate::text::yaml::emit::{self, Context, Spacing};
use crate::text::yaml::tree::{CollectionStyle, NodeId, NodeKind};

impl Splicer<'_> {
    pub(super) fn flow(&mut self, edited: &Edited) {
        let kept: Vec<EntryNodes> = edited.entries.iter().filter_map(|entry| entry.nodes).collect();
        self.delete_runs(edited.node, &kept);
        let mut added: Vec<&CollectionEntry> = Vec::new();
        let mut previous: Option<EntryNodes> = None;
        for entry in &edited.entries {
            let Some(nodes) = entry.nodes else {
                added.push(entry);
                continue;
            };
            match previous {
                Some(previous) => self.put_after(previous, &added),
                None => self.put_first(nodes, &added),
            }
            added.clear();
            self.change(entry, nodes, CollectionStyle::Flow);
            previous = Some(nodes);
        }
        if let Some(previous) = previous {
            self.put_after(previous, &added);
        }
    }

    /// Deletes the entries that are not kept, each run of them at once, with the right commas: behind an entry that stays,
    /// a run was inserted with its commas first; at the beginning, with its commas last.
    fn delete_runs(&mut self, node: NodeId, kept: &[EntryNodes]) {
        let mut previous: Option<EntryNodes> = None;
        let mut run: Option<Range<usize>> = None;
        for nodes in entry_nodes(self.tree, node) {
            let span = self.entry_span(nodes);
            if !kept.contains(&nodes) {
                let start = run.map_or(span.start, |run| run.start);
                run = Some(start..span.end);
                continue;
            }
            if let Some(run) = run.take() {
                match previous {
                    Some(previous) => self.delete_behind(previous, run.end),
                    None => self.delete(run.start..span.start),
                }
            }
            previous = Some(nodes);
        }
        if let (Some(run), Some(previous)) = (run, previous) {
            self.delete_behind(previous, run.end);
        }
    }

    /// Deletes what is behind an entry, up to an offset. The text that was inserted behind an empty value began with a space,
    /// and a comma or a bracket that comes next now needs that space; but behind an anchor they need none.
    fn delete_behind(&mut self, previous: EntryNodes, end: usize) {
        let previous = self.last_member(previous);
        let start = self.entry_span(previous).end;
        let touches =
            self.lines.slice(end, end + 1).starts_with([',', '}', ']']) && !self.last_word(previous).starts_with('&');
        let needs_space = touches && self.is_bare(previous) && !self.has_sure_colon(previous);
        let has_space = self.lines.slice(start, start + 1) == " ";
        self.delete(start + usize::from(needs_space && has_space)..end);
    }

    /// The offset of a comma between entries, outside of comments.
    fn comma(&self, gap: Range<usize>) -> Option<usize> {
        let mut is_comment = false;
        let mut before = ' ';
        for (at, c) in self.lines.slice(gap.start, gap.end).char_indices() {
            match c {
                '\r' | '\n' => is_comment = false,
                '#' if before.is_whitespace() => is_comment = true,
                ',' if !is_comment => return Some(gap.start + at),
                _ => {}
            }
            before = c;
        }
        None
    }

    /// Whether the colon behind an entry's key is surely a colon, whatever follows: quotes, a comment or an alias end the key.
    pub(super) fn has_sure_colon(&self, nodes: EntryNodes) -> bool {
        let Some(key) = nodes.key else { return false };
        let has_comment = |colon| self.lines.slice(self.tree.span(key).end, colon).contains('#');
        let key_text = self.lines.slice(self.tree.content_start(key), self.tree.span(key).end);
        key_text.starts_with(['"', '\'', '*']) || self.colon(nodes).is_some_and(has_comment)
    }

    /// The member of an object without braces, which an element of a list may be (`[a: b]`); else the entry itself. For the
    /// parser such an object ends where the next token begins, and its member where its text ends.
    fn last_member(&self, nodes: EntryNodes) -> EntryNodes {
        let content = self.lines.slice(self.tree.content_start(nodes.value), self.lines.0.len());
        if content.starts_with(['{', '[']) {
            nodes
        } else {
            entry_nodes(self.tree, nodes.value).last().unwrap_or(nodes)
        }
    }

    fn entry_span(&self, nodes: EntryNodes) -> Range<usize> {
        let value = self.tree.span(nodes.value);
        let start = nodes.key.map_or(value.start, |key| self.question(key).unwrap_or(self.tree.span(key).start));
        start..if value.is_empty() { self.value_start(nodes) } else { value.end }
    }

    /// Where a member's value begins, behind its anchor and tag. An empty value is behind its key's colon, or behind
    /// the key where there is no colon; the parser gives an offset for it that may be farther on.
    pub(super) fn value_start(&self, nodes: EntryNodes) -> usize {
        match nodes.key {
            Some(key) if self.tree.span(nodes.value).is_empty() => {
                self.colon(nodes).map_or_else(|| self.text_end(key), |colon| colon + 1)
            }
            _ => self.tree.content_start(nodes.value),
        }
    }

    /// Inserts entries behind one that stays.
    fn put_after(&mut self, previous: EntryNodes, added: &[&CollectionEntry]) {
        let previous = self.last_member(previous);
        let span = self.entry_span(previous);
        let mut text = String::new();
        for entry in added {
            if text.is_empty() && self.is_bare(previous) {
                text.push(' ');
            }
            text.push(',');
            text.push_str(&self.gap(span.start));
            self.element(&mut text, entry, self.lines.indentation(span.start).len());
        }
        if !text.is_empty() {
            self.insert(span.end, text);
        }
    }

    /// Inserts entries before the first one that stays.
    fn put_first(&mut self, next: EntryNodes, added: &[&CollectionEntry]) {
        let start = self.entry_span(next).start;
        let mut text = String::new();
        for entry in added {
            self.element(&mut text, entry, self.lines.indentation(start).len());
            text.push(',');
            text.push_str(&self.gap(start));
        }
        if !text.is_empty() {
            self.insert(start, text);
        }
    }

    /// Whether an entry ends with a colon, a tag or an anchor, as its value is empty: a comma directly behind it would
    /// be part of that.
    fn is_bare(&self, nodes: EntryNodes) -> bool {
        let value = self.tree.span(nodes.value);
        let is_empty = value.is_empty() || self.value_start(nodes) >= value.end;
        let last = self.last_word(nodes);
        is_empty && (last.ends_with(':') || last.starts_with(['!', '&']))
    }

    /// What is behind the last blank in an entry.
    fn last_word(&self, nodes: EntryNodes) -> &str {
        let span = self.entry_span(nodes);
        self.lines.slice(span.start, span.end).rsplit([' ', '\t', '\n']).next().unwrap_or_default()
    }

    /// What goes between a comma and the next entry: a line break where entries have lines of their own, else a space or
    /// nothing, as in the rest of the text.
    fn gap(&self, neighbour: usize) -> String {
        let indentation = self.lines.indentation(neighbour);
        let line = self.lines.start(neighbour);
        if line > 0 && line + indentation.len() == neighbour {
            format!("{}{indentation}", self.layout.yaml.eol)
        } else if self.layout.spacing == Spacing::Spaced {
            String::from(" ")
        } else {
            String::new()
        }
    }

    fn element(&self, out: &mut String, entry: &CollectionEntry, column: usize) {
        let Content::New(made) = &entry.content else { return };
        if !entry.name.is_empty() {
            emit::key(out, &entry.name, self.context());
            out.push(':');
            if self.layout.spacing == Spacing::Spaced {
                out.push(' ');
            }
        }
        self.inline(out, &made.value(), column);
    }

    pub(super) const fn context(&self) -> Context {
        match self.layout.json {
            Quoting::Json => Context::Json,
            Quoting::Yaml => Context::Flow,
        }
    }

    /// Writes a value in flow style, over several lines where the document is JSON with a line for each member.
    pub(super) fn inline(&self, out: &mut String, value: &Value, column: usize) {
        let pretty = self.layout.json == Quoting::Json && self.layout.spacing == Spacing::Spaced && self.is_pretty();
        if pretty {
            emit::json_pretty(out, value, column, self.layout.json_indent, self.layout.yaml.eol);
        } else {
            emit::flow(out, value, self.context(), self.layout.spacing);
        }
    }

    /// Whether JSON has a line for each member: it is taken to, where the root's first member has one.
    fn is_pretty(&self) -> bool {
        self.tree.root().and_then(|root| self.tree.pairs(root).next()).is_some_and(|(key, _)| {
            let start = self.tree.span(key).start;
            let line = self.lines.start(start);
            line > 0 && line + self.lines.indentation(start).len() == start
        })
    }

    /// Replaces a scalar, an empty value or a flow collection on its line.
    ///
    /// Between an empty and a filled collection of the same kind, only what is between the brackets changes: an anchor or a
    /// tag before them, and blanks or comments between them, are not deleted.
    pub(super) fn replace_inline(&mut self, nodes: EntryNodes, new: &Value, parent: CollectionStyle) {
        let span = self.tree.span(nodes.value);
        let same_kind = matches!(
            (self.tree.kind(nodes.value), new),
            (NodeKind::Sequence(CollectionStyle::Flow), Value::Array(_))
                | (NodeKind::Mapping(CollectionStyle::Flow), Value::Object(_))
        );
        let children: Vec<EntryNodes> =
            if same_kind { entry_nodes(self.tree, nodes.value).collect() } else { Vec::new() };
        let column = self.lines.indentation(nodes.key.map_or(span.start, |key| self.tree.span(key).start)).len();
        let is_new_empty =
            matches!(new, Value::Array(list) if list.is_empty()) || matches!(new, Value::Object(map) if map.is_empty());
        if let (true, Some(first), Some(last)) = (is_new_empty, children.first(), children.last()) {
            // Blanks that were there before are behind what was inserted; those before it were inserted with it.
            let (open, first) = (self.opening(nodes.value), self.entry_start_in_flow(*first));
            let (last, close) = (self.entry_span(*last).end, span.end - 1);
            let comma = self.comma(last..close);
            let gaps = [open..first, last..comma.unwrap_or(close), comma.map_or(close, |comma| comma + 1)..close];
            let is_blank = |gap: Range<usize>| self.lines.slice(gap.start, gap.end).trim().is_empty();
            if open < first && gaps.into_iter().all(is_blank) {
                self.delete(open..close);
            } else {
                self.delete(first..last);
                comma.into_iter().for_each(|comma| self.delete(comma..comma + 1));
            }
            return;
        }
        if same_kind && children.is_empty() && !is_new_empty {
            let mut text = String::new();
            self.inline(&mut text, new, column);
            let inner = text.get(1..text.len() - 1).unwrap_or_default().to_owned();
            let at = self.opening(nodes.value);
            let whole = self.lines.slice(at, span.end - 1);
            if whole.is_empty() {
                self.insert(at, inner);
            } else {
                // Directly behind the bracket: undoing then leaves the blanks and comments that are there.
                self.insert(at, inner.trim().to_owned());
            }
            return;
        }
        let start = self.value_start(nodes);
        let old = start..if span.is_empty() { start } else { self.content_end(nodes).max(start) };
        let listed = new.as_str().and_then(|new| self.listed(nodes.value, &old, new, parent));
        if let Some(text) = listed {
            self.respell(old, &text);
        } else if new.is_null() {
            self.restore_null(nodes, old, parent);
        } else {
            self.replace_token(nodes, old, new, parent);
        }
    }

    pub(super) fn entry_start_in_flow(&self, nodes: EntryNodes) -> usize {
        self.entry_span(nodes).start
    }

    /// The colon that a key without one needs before its value: after `{a}` on the line, after `? a` on a line of its own.
    pub(super) fn missing_colon(&self, key: NodeId, parent: CollectionStyle) -> String {
        match self.question(key) {
            Some(question) if parent == CollectionStyle::Block || self.lines.is_first(question) => {
                format!("{}{}: ", self.layout.yaml.eol, " ".repeat(self.lines.column(question)))
            }
            _ => String::from(": "),
        }
    }

    /// The offset behind a flow collection's opening bracket.
    fn opening(&self, node: NodeId) -> usize {
        self.tree.content_start(node) + 1
    }
}

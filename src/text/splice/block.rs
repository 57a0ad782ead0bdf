//! Edits of block collections: whole lines are inserted and deleted.
//!
//! Why an insertion is safe. The lines of a new entry begin in the column of the collection's keys or dashes. A line in
//! that column ends every deeper node above it, plain scalars and block scalars included, and cannot continue one. So
//! the new lines belong to this collection, and they change no value above. They also end with a line end and never
//! with a block scalar (see [`emit::block`]), so the lines below mean the same as before.
//!
//! Where it goes, by example; `+` marks the new lines:
//!
//! ```yaml
//! containers:
//! - name: web
//!   image: nginx
//!   # a comment that is indented deeper than the dash belongs to the item above it
//! + - name: proxy
//!
//! # a blank line, or a comment in the column of the dash, belongs to what follows
//! volumes: []
//! ```
//!
//! A member that goes before another one (`initContainers` before `containers`) also goes before the comments directly
//! above that one, in its column: they belong to it. Where the first key is behind a dash, `- name: web`, there is no
//! line to insert before; the new member takes the place behind the dash, and the old one gets a line of its own.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::Splicer;
use super::frame::Block;
use super::overlay::{CollectionEntry, Content, Edited, EntryNodes, entry_nodes};
use super::scalar::BlockScalar;
use crate::text::yaml::emit;
use crate::text::yaml::tree::{CollectionStyle, NodeId, NodeKind, ScalarStyle};

impl Splicer<'_> {
    pub(super) fn block(&mut self, edited: &Edited) {
        let column = self.column(edited.node);
        let kept: Vec<EntryNodes> = edited.entries.iter().filter_map(|entry| entry.nodes).collect();
        self.delete_gone(edited.node, &kept);
        let mut added: Vec<&CollectionEntry> = Vec::new();
        let mut previous: Option<EntryNodes> = None;
        for entry in &edited.entries {
            let Some(nodes) = entry.nodes else {
                added.push(entry);
                continue;
            };
            // A new item of a list belongs to the one before it, an object's new member to the one that it was put before.
            match previous {
                Some(previous) if nodes.key.is_none() => self.insert_after(previous, &added, column),
                _ if added.is_empty() => {}
                Some(_) => self.insert_before(edited.node, nodes, &added, column),
                None => match self.moved_up(edited.node, kept.first().copied()) {
                    Some((_, gap)) => self.insert_behind_dash(gap.end, &added, column),
                    None => self.insert_before(edited.node, nodes, &added, column),
                },
            }
            added.clear();
            self.change(entry, nodes, CollectionStyle::Block);
            previous = Some(nodes);
        }
        if let Some(previous) = previous {
            self.insert_after(previous, &added, column);
        }
    }

    /// Writes the change of an entry that is in the text.
    pub(super) fn change(&mut self, entry: &CollectionEntry, nodes: EntryNodes, parent: CollectionStyle) {
        match &entry.content {
            Content::Old(_) => {}
            Content::Edited(child) if child.keeps_any() => self.collection(child),
            Content::Edited(child) => self.replace(nodes, &child.as_new(self.tree), parent),
            Content::New(made) => self.replace(nodes, &made.value(), parent),
            Content::Text(text) => {
                let old = self.tree.content_start(nodes.value)..self.tree.span(nodes.value).end;
                self.respell(old, text);
            }
        }
    }

    /// The column of a block collection's keys or dashes.
    fn column(&self, node: NodeId) -> usize {
        let first = entry_nodes(self.tree, node).next();
        first.map_or(0, |nodes| self.lines.column(self.entry_start(node, 0, nodes)))
    }

    /// Where an entry begins: its key, the `?` of an explicit key, or its dash.
    fn entry_start(&self, parent: NodeId, index: usize, nodes: EntryNodes) -> usize {
        if let Some(key) = nodes.key {
            return self.question(key).unwrap_or(self.tree.span(key).start);
        }
        // The parser gives no offset for a dash, so it is searched for. The first is where the list begins, behind the
        // list's anchor and tag. Each other one is the first in the same column of a line below the item before it:
        // nothing but a comment can be between them, and a comment begins with `#`.
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
        let own = self.tree.span(nodes.value).start;
        let list = self.tree.span(parent);
        let first = dash_from(list.start, own, None).unwrap_or(list.start);
        if index == 0 {
            return first;
        }
        let before = entry_nodes(self.tree, parent).nth(index - 1).map_or(first, |nodes| self.content_end(nodes));
        dash_from(self.lines.next(before), own, Some(self.lines.column(first))).unwrap_or(own)
    }

    /// The end of a value's text, without the line end.
    ///
    /// For a block scalar the parser's end includes all blank lines after it. They are part of the value for `|+` and `>+`
    /// alone, and then the next entry has to go below them. For all others it goes directly below the last line with
    /// content, so that blank lines stay between this collection and what follows it.
    pub(super) fn content_end(&self, nodes: EntryNodes) -> usize {
        let EntryNodes { mut key, value: mut leaf } = nodes;
        while let NodeKind::Mapping(CollectionStyle::Block) | NodeKind::Sequence(CollectionStyle::Block) =
            self.tree.kind(leaf)
        {
            let Some(last) = entry_nodes(self.tree, leaf).last() else { break };
            (key, leaf) = (last.key, last.value);
        }
        let span = self.tree.span(leaf);
        if span.is_empty() {
            // Of an explicit key without a value (`? key`), the parser puts the value where the next key begins.
            return self.value_start(EntryNodes { key, value: leaf });
        }
        self.text_end(leaf)
    }

    /// The end of a key's or a value's text, without the line end of a block scalar.
    pub(super) fn text_end(&self, node: NodeId) -> usize {
        let span = self.tree.span(node);
        match self.tree.kind(node) {
            NodeKind::Scalar(ScalarStyle::Block) => span.start + BlockScalar::of(self.tree.source(node)).length,
            _ => span.end,
        }
    }

    /// Where new lines go after an entry: below it, and below the comments that are indented deeper than its key or dash.
    fn after(&self, nodes: EntryNodes, column: usize) -> usize {
        self.lines.past_deeper_comments(self.lines.next(self.content_end(nodes)), column)
    }

    /// Deletes the entries that are not kept. At least one is kept: an empty collection would need another style.
    fn delete_gone(&mut self, node: NodeId, kept: &[EntryNodes]) {
        let all: Vec<EntryNodes> = entry_nodes(self.tree, node).collect();
        let mut from = 0;
        if let Some((index, gap)) = self.moved_up(node, kept.first().copied()) {
            self.delete(gap);
            from = index;
        }
        for (index, nodes) in all.iter().enumerate().skip(from) {
            if !kept.contains(nodes) {
                self.delete_lines(node, index, *nodes);
            }
        }
    }

    /// Where a collection begins behind a dash, and its first entries go: the first one that is kept moves up to the dash. This
    /// undoes the insertion of a member behind a dash, and leaves no dash without a value. Comes out: its index, and what goes.
    /// Comments above it stay.
    fn moved_up(&self, node: NodeId, first_kept: Option<EntryNodes>) -> Option<(usize, Range<usize>)> {
        let all: Vec<EntryNodes> = entry_nodes(self.tree, node).collect();
        let keep = all.iter().position(|nodes| Some(*nodes) == first_kept).filter(|keep| *keep > 0)?;
        let start = self.entry_start(node, 0, *all.first()?);
        if self.lines.is_first(start) {
            return None;
        }
        let next = self.entry_start(node, keep, *all.get(keep)?);
        let below = self.lines.next(self.content_end(*all.get(keep - 1)?)).min(next);
        let comment = self.lines.slice(below, next).find('#').map(|at| below + at);
        Some((keep, start..comment.unwrap_or(next)))
    }

    /// Deletes an entry with its line end. Comments around it stay: an insertion never brings any.
    fn delete_lines(&mut self, parent: NodeId, index: usize, nodes: EntryNodes) {
        let start = self.entry_start(parent, index, nodes);
        let end = self.content_end(nodes);
        if self.lines.is_first(start) {
            self.delete(self.lines.start(start)..self.lines.next(end));
        } else {
            self.delete(start..end);
        }
    }

    /// The lines of each new entry.
    fn render(&mut self, added: &[&CollectionEntry], column: usize) -> Vec<Arc<str>> {
        let mut all = Vec::with_capacity(added.len());
        for entry in added {
            let Content::New(made) = &entry.content else { continue };
            let rendered = self.rendered.get(&entry.name, made, column, &self.layout.yaml);
            all.push(Arc::clone(&rendered.lines));
            self.blocks.push(Block { made: made.clone(), rendered });
        }
        all
    }

    fn insert_after(&mut self, previous: EntryNodes, added: &[&CollectionEntry], column: usize) {
        if !added.is_empty() {
            let at = self.after(previous, column);
            self.render(added, column).into_iter().for_each(|lines| self.insert_lines(at, lines));
        }
    }

    fn insert_before(&mut self, parent: NodeId, next: EntryNodes, added: &[&CollectionEntry], column: usize) {
        let index = entry_nodes(self.tree, parent).position(|nodes| nodes == next).unwrap_or(0);
        let start = self.entry_start(parent, index, next);
        if self.lines.is_first(start) {
            let at = self.lines.before_attached_comments(self.lines.start(start), column);
            self.render(added, column).into_iter().for_each(|lines| self.insert(at, lines));
        } else {
            self.insert_behind_dash(start, added, column);
        }
    }

    /// The first line of the new entry needs no indentation, and the old entry gets one: this moves the first `column` spaces
    /// from the beginning of the inserted text to its end.
    fn insert_behind_dash(&mut self, at: usize, added: &[&CollectionEntry], column: usize) {
        let mut lines = self.render(added, column).concat();
        lines.push_str(&" ".repeat(column));
        self.insert(at, lines.split_off(column));
    }

    /// Inserts whole lines at the beginning of a line. At the end of a text without a final line end, the line end goes
    /// before them, so that the text still has none.
    fn insert_lines(&mut self, at: usize, lines: Arc<str>) {
        let eol = self.layout.yaml.eol;
        if at == self.lines.0.len() && self.lines.lacks_final_newline() {
            let lines = lines.strip_suffix(eol).unwrap_or(&lines);
            self.insert(at, format!("{eol}{lines}"));
        } else {
            self.insert(at, lines);
        }
    }

    /// Replaces the value of a member or element in its place.
    fn replace(&mut self, nodes: EntryNodes, new: &Value, parent: CollectionStyle) {
        let old = nodes.value;
        let is_empty = !matches!(new, Value::Array(list) if !list.is_empty())
            && !matches!(new, Value::Object(map) if !map.is_empty());
        match self.tree.kind(old) {
            NodeKind::Sequence(CollectionStyle::Block) | NodeKind::Mapping(CollectionStyle::Block) => {
                for (index, child) in entry_nodes(self.tree, old).enumerate() {
                    self.delete_lines(old, index, child);
                }
                if is_empty { self.put_back(nodes, new) } else { self.insert_children(nodes, new) }
            }
            _ if !is_empty && parent == CollectionStyle::Block && self.can_become_lines(nodes) => {
                self.set_aside(nodes, new);
                self.insert_children(nodes, new);
            }
            _ => self.replace_inline(nodes, new, parent),
        }
    }

    /// The offset behind a key's colon.
    pub(super) fn after_colon(&self, nodes: EntryNodes) -> usize {
        self.colon(nodes).map_or(self.tree.span(nodes.value).start, |colon| colon + 1)
    }

    /// The offset of a key's colon. `None` for an element of a list, and for a key without a colon (`{a}`, `? a`).
    ///
    /// Between a key and its value there are only blanks, line ends, comments and the colon. Where there is no colon, the
    /// empty value is where the next token begins: in `? a`, then `:b: 1`, that is a key.
    pub(super) fn colon(&self, nodes: EntryNodes) -> Option<usize> {
        self.indicator(b':', self.tree.span(nodes.key?).end..self.tree.span(nodes.value).start)
    }

    /// The offset of the `?` of an explicit key (`? key`), which the parser does not give.
    pub(super) fn question(&self, key: NodeId) -> Option<usize> {
        self.indicator(b'?', self.tree.gap_before(key))
    }

    /// The offset of an indicator between two tokens: of what may be there, only a comment can have such a character too.
    fn indicator(&self, indicator: u8, between: Range<usize>) -> Option<usize> {
        let mut at = between.start;
        while at < between.end {
            match self.lines.0.as_bytes().get(at)? {
                b'#' => at = self.lines.next(at),
                byte if *byte == indicator => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    /// Inserts the lines of a collection below the line of its key.
    fn insert_children(&mut self, nodes: EntryNodes, new: &Value) {
        let colon = self.after_colon(nodes);
        let style = &self.layout.yaml;
        let parent = self.lines.column(nodes.key.map_or(colon, |key| self.tree.span(key).start));
        let column = parent + if new.is_array() { style.dash } else { style.indent };
        let mut lines = String::new();
        emit::block(&mut lines, new, column, style);
        lines.push_str(style.eol);
        self.insert_lines(self.lines.next(colon), lines.into());
    }
}

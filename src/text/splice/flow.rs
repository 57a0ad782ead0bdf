//! Edits of flow collections, JSON text among them: elements are inserted between brackets, directly after the element
//! before them.

use std::ops::Range;

use serde_json::Value;

use super::overlay::{Content, Edited, Entry, Place, places};
use super::{Quoting, Writer};
use crate::text::yaml::emit::{self, Context, Spacing};
use crate::text::yaml::tree::{NodeId, Shape, Style};

impl Writer<'_> {
    pub(super) fn flow(&mut self, edited: &Edited) {
        let kept: Vec<Place> = edited.entries.iter().filter_map(|entry| entry.place).collect();
        self.delete_runs(edited.node, &kept);
        let mut added: Vec<&Entry> = Vec::new();
        let mut previous: Option<Place> = None;
        for entry in &edited.entries {
            let Some(place) = entry.place else {
                added.push(entry);
                continue;
            };
            match previous {
                Some(previous) => self.put_after(previous, &added),
                None => self.put_first(place, &added),
            }
            added.clear();
            self.change(entry, place, Style::Flow);
            previous = Some(place);
        }
        if let Some(previous) = previous {
            self.put_after(previous, &added);
        }
    }

    /// Deletes entries together with the commas that came with them: an entry that follows one that stays was inserted
    /// after that one, and any other before the next one.
    fn delete_runs(&mut self, node: NodeId, kept: &[Place]) {
        let mut previous: Option<Place> = None;
        let mut run: Option<Range<usize>> = None;
        for place in places(self.tree, node) {
            let span = self.entry_span(place);
            if !kept.contains(&place) {
                let start = run.map_or(span.start, |run| run.start);
                run = Some(start..span.end);
                continue;
            }
            if let Some(run) = run.take() {
                match previous {
                    // What was inserted behind an empty value began with a space, which the next comma needs too.
                    Some(previous) => {
                        let end = self.entry_span(previous).end;
                        let needs_space = self.is_bare(previous) && self.lines.slice(run.end, run.end + 1) == ",";
                        self.delete(end + usize::from(needs_space)..run.end);
                    }
                    None => self.delete(run.start..span.start),
                }
            }
            previous = Some(place);
        }
        if let (Some(run), Some(previous)) = (run, previous) {
            self.delete(self.entry_span(previous).end..run.end);
        }
    }

    fn entry_span(&self, place: Place) -> Range<usize> {
        let value = self.tree.span(place.value);
        let start = place.key.map_or(value.start, |key| self.question(key).unwrap_or(self.tree.span(key).start));
        start..if value.is_empty() { self.value_start(place) } else { value.end }
    }

    /// Where a member's value begins behind its anchor and tag. An empty one stands behind its key's colon, or, without
    /// one, behind the key: the parser's mark for it may be farther on.
    pub(super) fn value_start(&self, place: Place) -> usize {
        match place.key {
            Some(key) if self.tree.span(place.value).is_empty() => {
                self.colon(place).map_or(self.tree.span(key).end, |colon| colon + 1)
            }
            _ => self.tree.content_start(place.value),
        }
    }

    fn put_after(&mut self, previous: Place, added: &[&Entry]) {
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

    fn put_first(&mut self, next: Place, added: &[&Entry]) {
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

    /// Whether an entry ends in a colon, a tag or an anchor, since its value is empty: a comma directly behind it would be
    /// a part of that.
    fn is_bare(&self, place: Place) -> bool {
        let (span, value) = (self.entry_span(place), self.tree.span(place.value));
        let is_empty = value.is_empty() || self.value_start(place) >= value.end;
        let last = self.lines.slice(span.start, span.end).rsplit([' ', '\t', '\n']).next().unwrap_or_default();
        is_empty && (last.ends_with(':') || last.starts_with(['!', '&']))
    }

    /// What stands between an entry and the one before it: a line break where entries have lines of their own.
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

    fn element(&self, out: &mut String, entry: &Entry, column: usize) {
        let Content::New(value) = &entry.content else { return };
        if !entry.name.is_empty() {
            emit::key(out, &entry.name, self.context());
            out.push(':');
            if self.layout.spacing == Spacing::Spaced {
                out.push(' ');
            }
        }
        self.inline(out, value, column);
    }

    const fn context(&self) -> Context {
        match self.layout.json {
            Quoting::Json => Context::Json,
            Quoting::Yaml => Context::Flow,
        }
    }

    /// Writes a value in flow style: over several lines where JSON is written so.
    fn inline(&self, out: &mut String, value: &Value, column: usize) {
        let pretty = self.layout.json == Quoting::Json && self.layout.spacing == Spacing::Spaced && self.is_pretty();
        if pretty {
            emit::json_pretty(out, value, column, self.layout.json_indent, self.layout.yaml.eol);
        } else {
            emit::flow(out, value, self.context(), self.layout.spacing);
        }
    }

    /// Whether JSON is written with a line for each member: its root's first one has its own.
    fn is_pretty(&self) -> bool {
        self.tree.root().and_then(|root| self.tree.pairs(root).next()).is_some_and(|(key, _)| {
            let start = self.tree.span(key).start;
            let line = self.lines.start(start);
            line > 0 && line + self.lines.indentation(start).len() == start
        })
    }

    /// Gives a scalar, an empty value or a flow collection another value where it stands.
    pub(super) fn replace_inline(&mut self, place: Place, new: &Value, parent: Style) {
        let span = self.tree.span(place.value);
        let same_sort = matches!(
            (self.tree.shape(place.value), new),
            (Shape::Sequence(Style::Flow), Value::Array(_)) | (Shape::Mapping(Style::Flow), Value::Object(_))
        );
        let children: Vec<Place> = if same_sort { places(self.tree, place.value).collect() } else { Vec::new() };
        let column = self.lines.indentation(place.key.map_or(span.start, |key| self.tree.span(key).start)).len();
        let is_new_empty =
            matches!(new, Value::Array(list) if list.is_empty()) || matches!(new, Value::Object(map) if map.is_empty());
        if let (true, Some(first), Some(last)) = (is_new_empty, children.first(), children.last()) {
            let inner = self.lines.slice(self.opening(place.value), span.end - 1);
            let between = self.entry_span(*first).start..self.entry_span(*last).end;
            let around = self.lines.slice(between.end, span.end - 1).trim().is_empty()
                && self.lines.slice(self.opening(place.value), between.start).trim().is_empty();
            let whole = self.opening(place.value)..self.opening(place.value) + inner.len();
            self.delete(if around { whole } else { between });
            return;
        }
        if same_sort && children.is_empty() && !is_new_empty {
            let mut text = String::new();
            self.inline(&mut text, new, column);
            let inner = text.get(1..text.len() - 1).unwrap_or_default().to_owned();
            let at = self.opening(place.value);
            let whole = self.lines.slice(at, span.end - 1);
            if whole.trim().is_empty() && inner.contains('\n') {
                self.replace_text(at..span.end - 1, inner);
            } else {
                self.insert(at, inner.trim_end().to_owned());
            }
            return;
        }
        let mut text = String::new();
        let context = if parent == Style::Flow { self.context() } else { Context::Block };
        let start = self.value_start(place);
        if let (Some(key), None) = (place.key, self.colon(place)) {
            text.push_str(&self.missing_colon(key, parent));
        } else if start >= span.end || span.is_empty() {
            text.push(' ');
        }
        if new.is_array() || new.is_object() {
            self.inline(&mut text, new, column);
        } else {
            emit::scalar(&mut text, new, context);
        }
        let end = if span.is_empty() { start } else { self.content_end(place).max(start) };
        self.replace_text(start..end, text);
    }

    /// What makes a value possible behind a key without a colon: `{a}`, or `? a`.
    fn missing_colon(&self, key: NodeId, parent: Style) -> String {
        match self.question(key) {
            Some(question) if parent == Style::Block || self.lines.is_first(question) => {
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

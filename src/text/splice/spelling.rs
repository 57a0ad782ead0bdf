//! How a null or empty value was spelt, kept in the form of the text that replaces it.
//!
//! The record says that a value was null, and is the same for YAML and JSON. The spelling is a fact of the text, so the text
//! keeps it:
//!
//! ```yaml
//! volumes:                # was `volumes:`
//! - name: x
//! volumes: # ~            was `volumes: ~`: the token is commented out, with all that is around it
//! - name: x
//! image: web:1 # null     was `image: null`
//! spec: {volumes: [ {name: x} ]}   # was `spec: {volumes: ~}`: the blanks inside the brackets count, see `NULLS`
//! spec: {image: !!str "web:1"}     # was `spec: {image: ~}`: the blanks behind the tag count
//! ```
//!
//! Text that another tool has formatted since gives back the object, in the spelling that the form stands for.

use std::ops::Range;

use serde_json::Value;

use super::Splicer;
use super::listed::is_plain;
use super::overlay::{EntryNodes, entry_nodes};
use crate::text::yaml::emit::{self, Context};
use crate::text::yaml::tree::{Anchor, CollectionStyle, Language, NodeId, NodeKind, ScalarStyle, Tree};
use crate::value::view::{Kind, View as _};

/// Spellings of null. Where no comment can be, the index is the number of blanks that stand for it.
const NULLS: [&str; 5] = ["null", "~", "", "Null", "NULL"];

/// The number of blanks that stands for a key without a value and without a colon: `{volumes}`, `? volumes`.
const NO_COLON: usize = NULLS.len();

const TAG: &str = "!!str";

/// Whether a text begins with a null or empty value of this kind, as a word of its own.
fn begins_with(text: &str, value: &Value) -> bool {
    let pair = |open: char, close: char| {
        text.strip_prefix(open).and_then(|inner| inner.trim_start_matches([' ', '\t']).strip_prefix(close))
    };
    let rest = match value {
        Value::Array(_) => pair('[', ']'),
        Value::Object(_) => pair('{', '}'),
        _ => NULLS.iter().filter(|null| !null.is_empty()).find_map(|null| text.strip_prefix(null)),
    };
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// The quotes around a scalar, where neither its value nor a new one needs them: the new one then gets the same ones, and the
/// old one gets them back.
fn quote_of(token: &str, new: &Value, context: Context) -> Option<&'static str> {
    let quote = quotes(token)?;
    let is_free = |text: &str| text.is_empty() || is_plain(text, context);
    (is_free(token.trim_matches(|c| quote.contains(c))) && new.as_str().is_some_and(is_free)).then_some(quote)
}

fn quotes(token: &str) -> Option<&'static str> {
    ["\"", "'"].into_iter().find(|quote| token.strip_prefix(quote).is_some_and(|rest| rest.ends_with(quote)))
}

/// Whether a single value comes back as it is written, once something else has been in its place.
pub(crate) fn comes_back(tree: &Tree<'_>, node: NodeId) -> bool {
    let token = tree.text().get(tree.content_start(node)..tree.span(node).end).unwrap_or_default().trim_end();
    match tree.view(node).value() {
        Value::String(_) if tree.language() == Language::Json => true,
        Value::String(text) => {
            let token = quotes(token).map_or(token, |quote| token.trim_matches(|c| quote.contains(c)));
            token == text && (text.is_empty() || is_plain(&text, Context::Flow))
        }
        Value::Number(number) => token == number.to_string(),
        _ => true,
    }
}

impl Splicer<'_> {
    /// Whether a null or empty value (`null`, `{}`, or nothing) can be replaced by lines below its key.
    ///
    /// It can where it can be commented out: it is on its key's line, behind spaces alone, without anchor or tag, and no
    /// comment or line break is inside it. The key must not be explicit (`? key`). Otherwise the new value is written in
    /// flow style, on the line. So is one that would take a comment of the user's own for its old spelling.
    pub(super) fn can_become_lines(&self, nodes: EntryNodes) -> bool {
        let span = self.tree.span(nodes.value);
        let is_explicit = nodes.key.is_none_or(|key| self.question(key).is_some());
        if is_explicit || self.tree.is_tagged(nodes.value) || self.tree.anchor(nodes.value) != Anchor::None {
            return false;
        }
        let Some(colon) = self.colon(nodes).map(|colon| colon + 1) else { return false };
        if span.is_empty() {
            return self.commented(colon, &Value::Null).is_none();
        }
        let blanks = self.lines.slice(colon, span.start);
        let is_followed = !self.lines.slice(span.end, span.end + 1).trim_start().is_empty();
        let is_behind_spaces = !blanks.is_empty() && blanks.bytes().all(|byte| byte == b' ');
        !is_followed && is_behind_spaces && !self.tree.source(nodes.value).contains(['\n', '#'])
    }

    /// Takes a null or empty value out of the way of the lines that go below its key.
    pub(super) fn set_aside(&mut self, nodes: EntryNodes, new: &Value) {
        let span = self.tree.span(nodes.value);
        if span.is_empty() {
            return;
        }
        let is_usual = matches!(self.tree.source(nodes.value), "{}" | "[]")
            && self.lines.slice(self.after_colon(nodes), span.start) == " "
            && self.commented(span.end, new).is_none();
        if is_usual { self.delete(span.start - 1..span.end) } else { self.insert(span.start, "# ") }
    }

    /// The inverse of [`Self::set_aside`], where the lines below the key go.
    pub(super) fn put_back(&mut self, nodes: EntryNodes, new: &Value) {
        let at = self.after_colon(nodes);
        if let Some(token) = self.commented(at, new) {
            self.delete(token - 2..token);
        } else if !new.is_null() || nodes.key.is_none() {
            let mut text = String::from(" ");
            emit::scalar(&mut text, new, Context::Block);
            self.insert(self.behind_properties(at), text);
        }
    }

    /// The offset behind the anchor and the tag that begin here; the same offset where there are none.
    fn behind_properties(&self, at: usize) -> usize {
        let mut end = at;
        loop {
            let rest = self.lines.slice(end, self.lines.0.len());
            let property = rest.trim_start();
            if !property.starts_with(['&', '!']) {
                return end;
            }
            let length = property.find(char::is_whitespace).unwrap_or(property.len());
            end += rest.len() - property.len() + length;
        }
    }

    /// The offset of a value of this kind that is commented out on the line, with only spaces before its comment.
    fn commented(&self, at: usize, value: &Value) -> Option<usize> {
        let line = self.lines.slice(at, self.lines.next(at));
        let comment = line.trim_start_matches(' ');
        let token =
            comment.strip_prefix("# ").filter(|token| comment.len() < line.len() && begins_with(token, value))?;
        Some(at + line.len() - token.len())
    }

    /// Replaces a scalar, or a null of any spelling, by a value on its line. `old` is its text, behind an anchor or a tag.
    pub(super) fn replace_token(&mut self, nodes: EntryNodes, old: Range<usize>, new: &Value, parent: CollectionStyle) {
        let is_null = self.is_null(nodes.value);
        let is_collection = new.is_array() || new.is_object();
        let column = self.lines.indentation(nodes.key.map_or(old.start, |key| self.tree.span(key).start)).len();
        let token = self.lines.slice(old.start, old.end);
        let mut blanks = NULLS.iter().position(|null| is_null && *null == token).unwrap_or(0);
        let mut text = String::new();
        if let (Some(key), None) = (nodes.key, self.colon(nodes)) {
            text.push_str(&self.missing_colon(key, parent));
            blanks = NO_COLON;
        } else if token.is_empty() {
            text.push(' ');
        }
        let may_be_commented = parent == CollectionStyle::Block && !is_collection && is_null;
        if may_be_commented && token.is_empty() && blanks != NO_COLON {
            blanks = if self.commented(old.end, &Value::Null).is_some() { blanks } else { 0 };
        }
        if may_be_commented && !token.is_empty() {
            emit::scalar(&mut text, new, Context::Block);
            text.push_str(" # ");
            return self.insert(old.start, text);
        }
        let context = if parent == CollectionStyle::Flow { self.context() } else { Context::Block };
        let gap = " ".repeat(blanks);
        if is_collection && blanks == 0 {
            self.inline(&mut text, new, column);
        } else if is_collection {
            let mut flow = String::new();
            // Without JSON's quotes, also beside keys that have them: where all else is JSON, the text would be JSON now, and
            // that has only one null.
            emit::flow(&mut flow, new, Context::Flow, self.layout.spacing);
            let (open, inner) = flow.split_at(1);
            let (inner, close) = inner.split_at(inner.len() - 1);
            text.extend([open, &gap, inner, &gap, close]);
        } else {
            if blanks > 0 && !self.tree.is_tagged(nodes.value) {
                text.extend([TAG, &gap]);
            }
            // In YAML, a string without quotes stays without, also beside keys that have them.
            let is_bare = self.tree.language() == Language::Yaml
                && !is_null
                && self.tree.kind(nodes.value) == NodeKind::Scalar(ScalarStyle::Plain);
            match (quote_of(token, new, context), new.as_str()) {
                (Some(quote), new) => text.extend([quote, new.unwrap_or_default(), quote]),
                (None, Some(new)) if is_bare && is_plain(new, Context::Flow) => text.push_str(new),
                (None, _) => emit::scalar(&mut text, new, context),
            }
        }
        self.replace_text(old, text);
    }

    /// The inverse of [`Self::replace_token`], for a null.
    pub(super) fn restore_null(&mut self, nodes: EntryNodes, value: Range<usize>, parent: CollectionStyle) {
        let is_scalar = matches!(self.tree.kind(nodes.value), NodeKind::Scalar(_));
        let is_in_block = parent == CollectionStyle::Block;
        let before = self.lines.slice(0, value.start);
        let tagged = before.trim_end_matches(' ');
        let is_bare = is_scalar && is_in_block && !tagged.ends_with(TAG);
        let token = self.commented(value.end, &Value::Null).filter(|_| is_bare);
        if let Some(token) = token.filter(|token| self.lines.slice(value.end, *token) == " # ") {
            return self.delete(value.start..token);
        }
        let (start, blanks) = if self.tree.language() == Language::Json {
            (value.start, 0)
        } else if let Some(untagged) = tagged.strip_suffix(TAG).filter(|_| is_scalar) {
            (untagged.len(), before.len() - tagged.len())
        } else if is_scalar {
            (value.start, if is_in_block { 2 } else { 0 })
        } else {
            let first = entry_nodes(self.tree, nodes.value).next().map(|first| self.entry_start_in_flow(first));
            let gap = first.map_or("", |first| self.lines.slice(value.start + 1, first));
            (value.start, if gap.bytes().all(|byte| byte == b' ') { gap.len() } else { 0 })
        };
        // Another tool may have set blanks that stand for a spelling which is no null here.
        let may_lack_colon = |key: &NodeId| !is_in_block || self.question(*key).is_some();
        if let (NO_COLON, Some(key)) = (blanks, nodes.key.filter(may_lack_colon)) {
            return self.delete(self.text_end(key)..value.end);
        }
        // Behind a key without quotes, `:,` is no colon. The entries behind this one may have gone already.
        let gone = self.edits.iter().rev().find(|edit| edit.text.is_empty() && edit.range.start == value.end);
        let next = gone.map_or(value.end, |gone| gone.range.end);
        let is_next = self.lines.slice(next, next + 1).starts_with([',', '}', ']']);
        let mut words = self.lines.slice(0, start).trim_end().rsplit(|c: char| c.is_whitespace() || ":,{[".contains(c));
        let is_behind_anchor = words.next().is_some_and(|word| word.starts_with('&'));
        let is_closed_up = is_next && !is_behind_anchor && !self.has_sure_colon(nodes);
        let may_be = |null: &&str| !null.is_empty() || is_in_block || !is_closed_up;
        let null = NULLS.get(blanks).copied().filter(may_be).unwrap_or("null");
        let has_space = null.is_empty() && self.lines.slice(0, start).ends_with(' ');
        self.replace_text(start - usize::from(has_space)..value.end, null.to_owned());
    }

    fn is_null(&self, node: NodeId) -> bool {
        matches!(self.tree.kind(node), NodeKind::Scalar(_)) && self.tree.view(node).kind() == Kind::Null
    }
}

//! Applies a patch to a document's text: a few insertions and deletions by byte offset, in the document's own style.
//!
//! Two steps:
//!
//! 1. The operations are applied to an overlay of the tree (`overlay`). Many operations can change one collection, and only
//!    their sum says where its new entries go.
//! 2. One walk over the changed collections, in the order of the text, writes the edits: `block` for collections in block
//!    style, `flow` for those in brackets, JSON among them. `spelling` keeps how a null was written, `listed` how a list of names was, and `extended` how a string was; `text` knows lines and comments; `lines` renders what is new, and `made` says what that is; `alike` knows what was written into documents alike; `frame` says what has to be read to prove it.
//!
//! What has to hold:
//!
//! - *The result, read again, is the patched object.* The caller proves this for every document (`process::proof`), so a
//!   mistake here is an error message and never a wrong file.
//! - *No other byte changes.* The only bytes that are deleted are a null or empty value, a replaced value, and, when an
//!   injection is undone, what it inserted. No proof finds a comment that moved to the wrong item: the rules for
//!   comments in `block` and `flow` have to be right by themselves.
//! - *Removing what was inserted gives the first text back, byte for byte.* So an entry is deleted in the exact form in
//!   which it would be inserted, with its line end or its comma. `spelling` keeps how a null was written: `volumes:`,
//!   `volumes: ~`. The one exception is `image: auto`, which may come back in its usual spelling.

use std::ops::Range;
use std::sync::Arc;

use thiserror::Error;

use crate::text::yaml::emit::{BlockLayout, Spacing};
use crate::text::yaml::tree::{Anchor, CollectionStyle, Language, NodeId, NodeKind, ScalarStyle, Tree};
use crate::value::patch::Patch;
use crate::value::pointer::Pointer;

mod alike;
mod block;
mod extended;
mod flow;
mod frame;
mod lines;
mod listed;
mod made;
mod outline;
mod overlay;
mod scalar;
mod spelling;
mod stand_in;
mod text;

pub(crate) use alike::KnownSplices;
pub(crate) use frame::{Block, Frame, FramedPatch};
pub(crate) use lines::RenderedLines;
use overlay::Overlay;
pub(crate) use spelling::comes_back;
use text::Lines;

/// One change of a text: these bytes are replaced by that text. An insertion has an empty range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the document's text.
    pub range: Range<usize>,
    /// What replaces them. It is shared, since many documents get the same text.
    pub text: Arc<str>,
}

/// A patch as changes of a text.
#[derive(Debug, Default)]
pub(crate) struct Splice {
    /// In the order of the text.
    pub(crate) edits: Vec<Edit>,
    /// What was inserted as blocks of lines; some edits have their lines.
    pub(crate) blocks: Vec<Block>,
}

/// Why a patch cannot be spliced into this text. The user's text is valid, but has a construct that cannot be changed in
/// place.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{kind}")]
pub struct SpliceError {
    /// Where the construct is: a byte offset in the document's text.
    pub offset: usize,
    /// The value that would have to change.
    pub at: Pointer,
    /// Which construct it is.
    pub kind: SpliceErrorKind,
}

/// Constructs that cannot be spliced into, or only with a change of another value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SpliceErrorKind {
    /// The value is an alias: its text is elsewhere.
    #[error("`{0}` is an alias: a change here would also change its anchor")]
    Alias(String),
    /// The value's anchor is used elsewhere.
    #[error("`{0}` has an alias: a change here would also change the value there")]
    Anchor(String),
    /// The value comes from a merge key.
    #[error("`{0}` comes from a merge key (`<<`): it has no text of its own to change")]
    Merge(String),
    /// A carriage return without a line feed, or another character by which YAML 1.1 ends lines.
    #[error("this line ends neither in LF nor in CRLF, and a document with such a line is not changed")]
    LineBreak,
    /// A member of a list is a pair without braces: `[a: 1]`.
    #[error("`{0}` is an object without braces: it cannot have another member")]
    Pair(String),
    /// The string has a form in which no text can be added to its ends.
    #[error(
        "`{0}` is not written in quotes, or on one line, as it must be so that text can be added to it and taken away again"
    )]
    Text(String),
    /// A value that undoing could not write again as it is written.
    #[error("`{0}` would be replaced, and undoing that could not write it as it is written here")]
    Spelling(String),
    /// Text directly behind the document's braces, which kubectl ignores.
    #[error("kubectl ignores this text: no `---` separates it from the document before it")]
    Trailing,
    /// The patch names a value that the text does not have: a bug.
    #[error("the patch does not fit the text at `{0}`")]
    Misfit(String),
}

impl SpliceError {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self.kind {
            SpliceErrorKind::LineBreak => "convert the line ends to LF or CRLF",
            SpliceErrorKind::Trailing => "write `---` before it, or remove it",
            SpliceErrorKind::Misfit(_) => "please report this as a bug of injector",
            _ => "write the part out, or use `--expand`, which renders this document again",
        }
    }
}

/// Strings of the user's own that are replaced: they keep their quotes.
#[derive(Clone, Copy)]
pub(crate) struct UserStrings {
    /// Whether the string at a pointer is one.
    pub(crate) is_one: fn(&Pointer) -> bool,
    pub(crate) undo: Undo,
}

/// What has to come of it when a string is replaced back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undo {
    /// Its old text, byte for byte. Where it would not, it is an error.
    Exact,
    /// Its old value.
    Value,
}

impl UserStrings {
    /// No string is one.
    #[cfg(feature = "serve")]
    pub(crate) const NONE: Self = Self { is_one: |_| false, undo: Undo::Value };
}

/// The edits that make an object's text what the patch makes of the object, in the order of the text.
///
/// The pointers of the patch count from `root`, which is the object's node in the tree. `rendered` keeps lines from one
/// document to the next. The edits do not overlap.
///
/// # Errors
/// See [`SpliceErrorKind`].
pub(crate) fn splice(
    tree: &Tree<'_>,
    root: NodeId,
    patch: &Patch,
    rendered: &RenderedLines,
    strings: UserStrings,
) -> Result<Splice, SpliceError> {
    if let Some((op, offset)) = patch.0.first().zip(tree.odd_line_break(|| odd_line_break(tree))) {
        return Err(SpliceError { offset, at: op.path().clone(), kind: SpliceErrorKind::LineBreak });
    }
    if let Some((op, offset)) = patch.0.first().zip(trailing_text(tree)) {
        return Err(SpliceError { offset, at: op.path().clone(), kind: SpliceErrorKind::Trailing });
    }
    let mut overlay = Overlay::new(tree, root, strings);
    for op in &patch.0 {
        overlay.apply(op)?;
    }
    let mut splicer = Splicer {
        tree,
        lines: Lines(tree.text()),
        layout: Layout::of(tree, root),
        rendered,
        edits: Vec::new(),
        blocks: Vec::new(),
    };
    if let Some(edited) = overlay.root() {
        splicer.collection(edited);
    }
    Ok(splicer.finish())
}

/// The first line break that is neither LF nor CRLF: a lone CR, and three characters that end lines in YAML 1.1.
///
/// [`Lines`] finds lines by LF alone, so in such a text a column could be wrong. In quotes these characters do no harm, as
/// no line begins there for the splicer. In JSON they are white space, or only in strings.
fn odd_line_break(tree: &Tree<'_>) -> Option<usize> {
    if tree.language() == Language::Json {
        return None;
    }
    let text = tree.text();
    // Most texts have none of the bytes with which such a break begins.
    memchr::memchr3(b'\r', 0xc2, 0xe2, text.as_bytes())?;
    let is_odd = |at: usize, c: char| match c {
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        c => matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'),
    };
    let mut found = text.char_indices().filter(|(at, c)| is_odd(*at, *c)).map(|(at, _)| at).peekable();
    found.peek()?;
    let mut quoted: Vec<Range<usize>> = Vec::new();
    let mut open: Vec<NodeId> = tree.root().into_iter().collect();
    while let Some(node) = open.pop() {
        match tree.kind(node) {
            NodeKind::Scalar(ScalarStyle::Quoted) => quoted.push(tree.span(node)),
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
            _ => open.extend(tree.children(node)),
        }
    }
    quoted.sort_by_key(|span| span.start);
    found.find(|at| {
        let before = quoted.partition_point(|span| span.start <= *at);
        before.checked_sub(1).and_then(|index| quoted.get(index)).is_none_or(|span| span.end <= *at)
    })
}

/// Where text follows the document without a separator.
///
/// kubectl ignores such text. But an insertion could change that: braces on one line may be the key of a mapping, and
/// braces on several lines may not. Text after `...` is safe, since that line ends the document in any case.
fn trailing_text(tree: &Tree<'_>) -> Option<usize> {
    let end = tree.span(tree.root()?).end;
    tree.ignored.filter(|ignored| !tree.text().get(end..*ignored).is_some_and(|between| between.contains("\n...")))
}

/// The text with the edits made, as slices of it and of what is inserted; `edits` are in order and do not overlap.
pub fn pieces<'e>(text: &'e str, edits: &'e [Edit]) -> Vec<&'e str> {
    let mut pieces = Vec::with_capacity(2 * edits.len() + 1);
    let mut at = 0;
    for edit in edits {
        pieces.push(text.get(at..edit.range.start).unwrap_or_default());
        pieces.push(&edit.text);
        at = edit.range.end;
    }
    pieces.push(text.get(at..).unwrap_or_default());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// How new text looks, as measured in the document.
#[derive(Clone, Debug)]
struct Layout {
    yaml: BlockLayout,
    /// Spaces a level of pretty-printed JSON.
    json_indent: usize,
    json: Quoting,
    spacing: Spacing,
}

/// How scalars in flow style are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quoting {
    /// As JSON.
    Json,
    /// Without quotes where that is safe.
    Yaml,
}

struct Splicer<'t> {
    tree: &'t Tree<'t>,
    lines: Lines<'t>,
    layout: Layout,
    rendered: &'t RenderedLines,
    edits: Vec<Edit>,
    blocks: Vec<Block>,
}

impl Splicer<'_> {
    fn collection(&mut self, edited: &overlay::Edited) {
        match self.tree.kind(edited.node) {
            NodeKind::Sequence(CollectionStyle::Flow) | NodeKind::Mapping(CollectionStyle::Flow) => self.flow(edited),
            _ => self.block(edited),
        }
    }

    fn insert(&mut self, at: usize, text: impl Into<Arc<str>>) {
        self.edits.push(Edit { range: at..at, text: text.into() });
    }

    fn delete(&mut self, range: Range<usize>) {
        self.replace_text(range, String::new());
    }

    fn replace_text(&mut self, range: Range<usize>, text: String) {
        if !range.is_empty() || !text.is_empty() {
            self.edits.push(Edit { range, text: text.into() });
        }
    }

    /// Replaces what differs between a token and its new text.
    fn respell(&mut self, old: Range<usize>, text: &str) {
        let token = self.lines.slice(old.start, old.end);
        let (head, tail) = extended::common_ends(token, text);
        let gone = token.get(head..token.len() - tail).unwrap_or_default();
        let new = text.get(head..text.len() - tail).unwrap_or_default();
        let old = old.start + head..old.end - tail;
        if let Some((before, behind)) = new.split_once(gone).filter(|_| !gone.is_empty()) {
            self.replace_text(old.start..old.start, before.to_owned());
            return self.replace_text(old.end..old.end, behind.to_owned());
        }
        self.replace_text(old, new.to_owned());
    }

    /// Puts the edits in order, and joins deletions that touch.
    ///
    /// Two collections can end at the same offset: the list of containers, and the pod's spec around it. What is added to
    /// the inner one must come first. The walk visits it first, and the sort is stable, so insertions at one offset keep
    /// their order. An insertion comes before a deletion that begins at the same offset.
    fn finish(mut self) -> Splice {
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut merged: Vec<Edit> = Vec::with_capacity(self.edits.len());
        for edit in std::mem::take(&mut self.edits) {
            match merged.last_mut() {
                Some(last) if edit.text.is_empty() && last.text.is_empty() && edit.range.start <= last.range.end => {
                    last.range.end = last.range.end.max(edit.range.end);
                }
                _ => merged.push(edit),
            }
        }
        self.guard_block_scalars(&mut merged);
        self.lines.keep_missing_final_newline(&mut merged);
        Splice { edits: merged, blocks: self.blocks }
    }
}

impl Layout {
    fn of(tree: &Tree<'_>, root: NodeId) -> Self {
        let text = tree.text();
        let eol = match memchr::memchr(b'\n', text.as_bytes()) {
            Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            _ => "\n",
        };
        let (mut indent, mut dash) = (None, None);
        measure(tree, root, &mut indent, &mut dash);
        let body = tree.source(root);
        let nested = body.lines().skip(1).map(|line| line.len() - line.trim_start().len()).find(|width| *width > 0);
        let quoted = tree.pairs(root).next().is_some_and(|(key, _)| {
            matches!(tree.kind(key), NodeKind::Scalar(ScalarStyle::Quoted)) && tree.source(key).starts_with('"')
        });
        let is_flow = matches!(tree.kind(root), NodeKind::Mapping(CollectionStyle::Flow));
        let json = tree.language() == Language::Json || is_flow && quoted;
        Self {
            yaml: BlockLayout { indent: indent.unwrap_or(2), dash: dash.unwrap_or(0), eol },
            json_indent: nested.unwrap_or(2),
            json: if json { Quoting::Json } else { Quoting::Yaml },
            spacing: if !json || body.contains("\": ") { Spacing::Spaced } else { Spacing::Compact },
        }
    }
}

/// Finds how far the first nested mapping is indented from its key, and the first list's dash from its key.
fn measure(tree: &Tree<'_>, node: NodeId, indent: &mut Option<usize>, dash: &mut Option<usize>) {
    let lines = Lines(tree.text());
    let from_key = |key: NodeId, value: NodeId| {
        // With a tag or an anchor the value begins on the key's line, which says nothing about its column.
        let is_below = !tree.is_tagged(value) && tree.anchor(value) == Anchor::None;
        let column = |node: NodeId| lines.column(tree.span(node).start);
        is_below.then(|| column(value).checked_sub(column(key))).flatten()
    };
    for (key, value) in tree.pairs(node) {
        if indent.is_some() && dash.is_some() {
            return;
        }
        match tree.kind(value) {
            NodeKind::Mapping(CollectionStyle::Block) => {
                *indent = indent.or_else(|| from_key(key, value).filter(|columns| *columns > 0));
                measure(tree, value, indent, dash);
            }
            NodeKind::Sequence(CollectionStyle::Block) => {
                *dash = dash.or_else(|| from_key(key, value));
                for item in tree.children(value).take(1) {
                    if matches!(tree.kind(item), NodeKind::Mapping(CollectionStyle::Block)) {
                        measure(tree, item, indent, dash);
                    }
                }
            }
            _ => {}
        }
    }
}

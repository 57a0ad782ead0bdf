//! What has to be read so that a changed text is proved: its frame, in which one line stands for each inserted block that was
//! read before.
//!
//! A run inserts the same few blocks of lines into many documents. Each block is read once, alone, by the parser that is the
//! judge (`stand_in`). Of a document, only the frame is read then ([`Frame::of`]): the text with a *stand-in* in the place
//! of each block, one line that begins as the block does and has a token as its value:
//!
//! ```yaml
//! containers:
//! - name: web              # the text, as it was
//! - proved-block-0         # stands for the 60 lines of a container
//! ```
//!
//! **The claim.** If the frame reads as the expected object with tokens in the places of values, then the text reads as the
//! expected object.
//!
//! **Why.** Let `c` be the column of the block's first character. A reader of YAML in block style keeps a stack of
//! indentations, and at the start of a line nothing else, if no scalar and no bracket is open.
//!
//! 1. *Before the block* the two texts are the same bytes, so the reader is in the same state.
//! 2. *The first line* begins with the same bytes in both, the indentation and `- ` or `name:`, and a line begins there
//!    ([`Frame::of`]), so that `- ` or `name:` is in column `c`. In the frame a plain scalar follows
//!    that is exactly the token, and its parent is a collection in block style ([`Frame::holds`]). So no scalar and no
//!    bracket was open, and the collection to which the entry belongs has its indentation, `c`, on top of the stack.
//! 3. *Inside the block* every line begins deeper than `c`, but for the dashes of a list that is the value of `name:`: nothing
//!    in it closes that collection, or adds another entry to it. What it says depends on its own bytes and on `c` alone: it
//!    has no anchor, alias or tag. Alone it was read in the same column, so it says the same here.
//! 4. *Behind the block* the last value ends with its line: it is no block scalar, and is not empty. The next line with
//!    content, if there is one, is in a column `k`. A line in the frame with `k > c` would continue the token, or be an
//!    error; so `k <= c`, and it ends everything of the block, as it ends the token. Comments and blank lines mean nothing to
//!    either. From there on the state is the same, and so are the bytes.
//!
//! A block can be for a collection that several operations put together. Then each large value that was added has a token in the
//! patch, which is not in the text, and the block's token stands for the collection of them ([`Frame::stands_for`]).
//!
//! Tabs in an indentation are allowed or not by the depth of what is open, so a text with a tab has no frame; aliases are
//! counted against all nodes of a document, so one with an alias has none either; nor has
//! one with a string that could be taken for a token. Where there is no frame, or it does not hold,
//! the whole text is read: a frame makes the proof cheaper and never decides against it.

use std::sync::Arc;

use memchr::memmem;
use serde_json::Value;

use super::lines::RenderedValue;
use super::made::Made;
use super::stand_in::StandIn;
use super::{Edit, pieces};
use crate::text::yaml::tree::{CollectionStyle, NodeKind, ScalarStyle, Tree};
use crate::value::patch::{Op, Patch};

/// How a token begins; a number follows.
const TOKEN: &str = "proved-block-";

/// A block of lines that was inserted, and the value that it is for.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(super) made: Made,
    pub(super) rendered: Arc<RenderedValue>,
}

/// A changed text with stand-ins.
pub(crate) struct Frame<'b> {
    pub(crate) text: String,
    /// The patch, with tokens in the place of values that no other operation changes.
    pub(crate) patch: Patch,
    /// Where the tokens are in the text.
    tokens: Vec<usize>,
    blocks: &'b [Block],
    /// What the tokens stand for that are in the patch alone; their numbers follow those of the blocks.
    parts: Vec<Arc<Value>>,
}

impl<'b> Frame<'b> {
    /// The frame of a document with these edits, among which are these blocks, and of the patch that they are for. `None` where a
    /// part of the text would have to be known, or where there is no block.
    pub(crate) fn of(tree: &Tree<'_>, edits: &[Edit], patch: &Patch, blocks: &'b [Block]) -> Option<Self> {
        let text = tree.text();
        if text.contains('\t') || has_token(tree) {
            return None;
        }
        let mut framed = edits.to_vec();
        let mut replaced = 0;
        for edit in &mut framed {
            let is_it = |block: &Block| Arc::ptr_eq(&block.rendered.lines, &edit.text);
            let Some(index) = blocks.iter().position(is_it) else { continue };
            let Some(StandIn { before, eol }) = blocks.get(index)?.rendered.stand_in() else { continue };
            edit.text = format!("{before}{TOKEN}{index}{eol}").into();
            replaced += 1;
        }
        let framed = pieces(text, &framed).concat();
        let tokens: Vec<usize> = memmem::find_iter(framed.as_bytes(), TOKEN.as_bytes()).collect();
        // A block that does not begin where a line does is in another column than the one in which it was read alone.
        let is_line = |at: &usize| {
            let number = framed.get(at + TOKEN.len()..)?.split(['\r', '\n']).next()?.parse::<usize>().ok()?;
            let line = framed.get(..*at)?.rsplit('\n').next()?;
            Some(blocks.get(number)?.rendered.stand_in()?.before == line)
        };
        if replaced == 0 || tokens.len() != replaced || !tokens.iter().all(|at| is_line(at) == Some(true)) {
            return None;
        }
        let mut parts = Vec::new();
        let mut in_place = |op: &Op| match op {
            Op::Add(at, value) => Some(Op::Add(at.clone(), in_place_of(value, blocks, &mut parts)?)),
            Op::Replace(_, value) if holds_token(value) => None,
            other => Some(other.clone()),
        };
        let patch = Patch(patch.0.iter().map(&mut in_place).collect::<Option<_>>()?);
        Some(Self { text: framed, patch, tokens, blocks, parts })
    }

    /// Whether a string is a token that stands for this value, in which there may be tokens of the patch.
    pub(crate) fn stands_for(&self, token: &str, value: &Value) -> bool {
        let Some(block) = number_of(token).and_then(|number| self.blocks.get(number)) else { return false };
        match (&block.made, value) {
            (Made::Whole(whole), value) => self.is(value, whole),
            (Made::List(parts), Value::Array(elements)) => {
                parts.len() == elements.len() && parts.iter().zip(elements).all(|(part, found)| self.is(found, part))
            }
            (Made::Object(parts), Value::Object(members)) => {
                let is_there =
                    |(name, part): &(String, Arc<Value>)| members.get(name).is_some_and(|found| self.is(found, part));
                parts.len() == members.len() && parts.iter().all(is_there)
            }
            _ => false,
        }
    }

    /// Whether something that the patch added is this value, or a token for it.
    fn is(&self, found: &Value, value: &Arc<Value>) -> bool {
        match found.as_str().and_then(|token| self.behind(token)) {
            Some(known) => Arc::ptr_eq(known, value) || known == value,
            None => *found == **value,
        }
    }

    /// The value in whose place a token is in the patch.
    fn behind(&self, token: &str) -> Option<&Arc<Value>> {
        let number = number_of(token)?;
        match self.blocks.get(number) {
            Some(Block { made: Made::Whole(whole), .. }) => Some(whole),
            Some(_) => None,
            None => self.parts.get(number - self.blocks.len()),
        }
    }

    /// Whether each token was read as the claim wants it: a plain scalar, an entry of a collection in block style.
    pub(crate) fn holds(&self, tree: &Tree<'_>) -> bool {
        let Some(root) = tree.root() else { return false };
        let mut found = 0;
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            let is_block = match tree.kind(node) {
                NodeKind::Alias(_) => return false,
                NodeKind::Scalar(_) => continue,
                NodeKind::Sequence(style) | NodeKind::Mapping(style) => style == CollectionStyle::Block,
            };
            for child in tree.children(node) {
                let is_plain = tree.kind(child) == NodeKind::Scalar(ScalarStyle::Plain);
                if is_block && is_plain && self.tokens.binary_search(&tree.span(child).start).is_ok() {
                    found += 1;
                }
                open.push(child);
            }
        }
        found == self.tokens.len()
    }
}

/// Whether any string of a document could be taken for a token.
fn has_token(tree: &Tree<'_>) -> bool {
    memmem::find(tree.text().as_bytes(), TOKEN.as_bytes()).is_some()
        || tree.resolved_texts().any(|text| text.starts_with(TOKEN))
}

fn number_of(token: &str) -> Option<usize> {
    token.strip_prefix(TOKEN)?.parse().ok()
}

/// Whether any string of a value could be taken for a token. As deep as the value, which is one of ours.
fn holds_token(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(TOKEN),
        Value::Array(elements) => elements.iter().any(holds_token),
        Value::Object(members) => members.values().any(holds_token),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What is in the patch in the place of a value: the token of its block, a token of its own where it is a large part of one, else
/// the value itself; `None` where that could be taken for a token. `parts` has those with a token of their own.
fn in_place_of(value: &Arc<Value>, blocks: &[Block], parts: &mut Vec<Arc<Value>>) -> Option<Arc<Value>> {
    let token = |number: usize| Some(Arc::new(Value::String(format!("{TOKEN}{number}"))));
    let itself = || (!holds_token(value)).then(|| Arc::clone(value));
    let is_it = |part: &Arc<Value>| Arc::ptr_eq(part, value);
    let of_it = |block: &&Block| block.rendered.stand_in().is_some() && block.made.parts().any(is_it);
    let Some(block) = blocks.iter().find(of_it) else { return itself() };
    if let Made::Whole(_) = block.made {
        // Blocks with the same lines have one token: that of the first.
        let is_first = |first: &Block| Arc::ptr_eq(&first.rendered.lines, &block.rendered.lines);
        return token(blocks.iter().position(is_first)?);
    }
    if !value.is_array() && !value.is_object() {
        return itself();
    }
    let number = parts.iter().position(is_it).unwrap_or_else(|| {
        parts.push(Arc::clone(value));
        parts.len() - 1
    });
    token(blocks.len() + number)
}

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
//! Tabs in an indentation are allowed or not by the depth of what is open, so a text with a tab has no frame; aliases are
//! counted against all nodes of a document, so one with an alias has none either. Where there is no frame, or it does not hold,
//! the whole text is read: a frame makes the proof cheaper and never decides against it.

use std::sync::Arc;

use memchr::memmem;
use serde_json::Value;

use super::lines::RenderedValue;
use super::stand_in::StandIn;
use super::{Edit, pieces};
use crate::text::yaml::tree::{CollectionStyle, NodeKind, ScalarStyle, Tree};
use crate::value::patch::{Op, Patch};

/// How a token begins; a number follows.
const TOKEN: &str = "proved-block-";

/// A block of lines that was inserted, and the value of the patch that it is for.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(super) value: Arc<Value>,
    pub(super) rendered: Arc<RenderedValue>,
}

/// A changed text with stand-ins.
pub(crate) struct Frame {
    pub(crate) text: String,
    /// The patch, with tokens in the place of values that no other operation changes.
    pub(crate) patch: Patch,
    /// Where the tokens are in the text.
    tokens: Vec<usize>,
    /// What they stand for, by their numbers.
    values: Vec<Arc<Value>>,
}

impl Frame {
    /// The frame of a text with these edits, among which are these blocks, and of the patch that they are for. `None` where a
    /// part of the text would have to be known, or where there is no block.
    pub(crate) fn of(text: &str, edits: &[Edit], patch: &Patch, blocks: &[Block]) -> Option<Self> {
        if text.contains('\t') || memmem::find(text.as_bytes(), TOKEN.as_bytes()).is_some() {
            return None;
        }
        let token = |index: usize| format!("{TOKEN}{index}");
        let mut framed = edits.to_vec();
        let mut replaced = 0;
        for edit in &mut framed {
            let is_it = |block: &Block| Arc::ptr_eq(&block.rendered.lines, &edit.text);
            let Some(index) = blocks.iter().position(is_it) else { continue };
            let Some(StandIn { before, eol }) = blocks.get(index)?.rendered.stand_in() else { continue };
            edit.text = format!("{before}{}{eol}", token(index)).into();
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
        let patch = patch.0.iter().map(|op| match op {
            Op::Add(at, value) => {
                let is_it = |block: &Block| Arc::ptr_eq(&block.value, value) && block.rendered.stand_in().is_some();
                // Blocks with the same lines have one token: that of the first.
                let lines = blocks.iter().find(|block| is_it(block)).map(|block| &block.rendered.lines);
                let index =
                    lines.and_then(|lines| blocks.iter().position(|block| Arc::ptr_eq(&block.rendered.lines, lines)));
                Op::Add(at.clone(), index.map_or_else(|| Arc::clone(value), |index| Arc::new(token(index).into())))
            }
            other => other.clone(),
        });
        let patch = Patch(patch.collect());
        let values = blocks.iter().map(|block| Arc::clone(&block.value)).collect();
        Some(Self { text: framed, patch, tokens, values })
    }

    /// What a token stands for.
    pub(crate) fn value_of(&self, token: &str) -> Option<&Value> {
        let number = token.strip_prefix(TOKEN)?;
        self.values.get(number.parse::<usize>().ok()?).map(|value| &**value)
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

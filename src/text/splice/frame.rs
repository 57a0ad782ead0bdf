//! What has to be read so that a changed text is proved: its frame, in which one line stands for each inserted block,
//! and one word for each value that stays as it is.
//!
//! Each block is read once, alone, when it is rendered (`stand_in`); by the fast parser where it is plain, which has not written
//! it. Of a document, only the frame is read then, by the parser that is the judge ([`Frame::of`]): the text before the change,
//! and the text behind it, with a *token* for each value that no edit goes into (`outline`), and a *stand-in* in the place of
//! each block, one line that begins as the block does and has a token as its value:
//!
//! ```yaml
//! metadata: proved-kept-2  # stands for all lines of the metadata
//! spec:                    # the text, as it was
//!   containers:
//!   - proved-kept-3        # stands for a container that stays
//!   - proved-block-0       # stands for the 60 lines of a new one
//! ```
//!
//! **The claim.** If the patch makes the frame behind of the frame before, with tokens in the places of values, then it makes the
//! text behind of the text before.
//!
//! **Why, for a block.** Let `c` be the column of the block's first character. A reader of YAML in block style keeps a stack of
//! indentations, and at the start of a line nothing else, if no scalar and no bracket is open.
//!
//! 1. *Before the block* the two texts are the same bytes, or tokens for the same, so the reader is in the same state.
//! 2. *The first line* begins with the same bytes in both, the indentation and `- ` or `name:`, and a line begins there
//!    ([`Frame::begins_with_its_line`]), so that `- ` or `name:` is in column `c`. In the frame a plain scalar follows
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
//! **Why, for a value that stays.** The same four points hold in the text before and in the text behind, with the value's lines in
//! the place of the block's (`outline::keep` sees to points 2 and 3). What these lines say is not known here, and need not
//! be: they are the same bytes in the same column, so they say the same in both texts, and no path of the patch leads into
//! them. Where the lines end is where the parser that planned saw the value end. For point 4, a block scalar may be the last of
//! them: blank lines behind it would be part of it, so then no edit may begin there ([`Kept::is_left_alone_by`]).
//!
//! Comments and blank lines behind a token say nothing, and are left out: frames of documents alike are then the same, and are
//! proved once (`process::proof::frames`).
//!
//! A block can be for a collection that several operations put together. Then each large value that was added has a token in the
//! patch, which is not in the text, and the block's token stands for the collection of them ([`Frame::stands_for`]).
//!
//! Tabs in an indentation are allowed or not by the depth of what is open, so a text with a tab has no frame; aliases are
//! counted against all nodes of a document, so one with an alias has none either; nor has
//! one with a string that could be taken for a token. Where there is no frame, or it does not hold,
//! the whole text is read: a frame makes the proof cheaper and never decides against it.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use super::Edit;
use super::lines::RenderedValue;
use super::made::Made;
use super::outline::{self, Kept};
use super::stand_in::StandIn;
use crate::text::yaml::tree::{CollectionStyle, Language, NodeId, NodeKind, ScalarStyle, Tree};
use crate::value::patch::Patch;

mod patch;

pub(crate) use patch::FramedPatch;

/// How a token begins.
const PREFIX: &str = "proved-";

/// The token of a block, or of a part of one; a number follows.
const TOKEN: &str = "proved-block-";

/// The token of a value that stays; a number follows.
const KEPT: &str = "proved-kept-";

/// A block of lines that was inserted, and the value that it is for.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(super) made: Made,
    pub(super) rendered: Arc<RenderedValue>,
}

/// A text before and after its change, with stand-ins.
pub(crate) struct Frame<'b> {
    /// The text before, with tokens for what stays.
    pub(crate) before: String,
    /// The changed text, with tokens for what stays and for blocks.
    pub(crate) after: String,
    /// Where the tokens are in either.
    tokens: [Vec<usize>; 2],
    blocks: &'b [Block],
}

/// A change of a text: another one in the place of these bytes.
struct Change<'c> {
    range: Range<usize>,
    text: Inserted<'c>,
}

/// What is there after a change.
enum Inserted<'c> {
    Text(&'c str),
    /// The token of this number, after what begins its line. An entry ends with it, so a line with a comment behind it says nothing.
    Token {
        before: &'c str,
        prefix: &'static str,
        number: usize,
        eol: &'c str,
    },
}

impl<'b> Frame<'b> {
    /// The frame of a document with these edits, among which are these blocks, and of the patch that they are for. `None` where a
    /// part of the text would have to be known, or where there would be no token.
    pub(crate) fn of(
        (tree, root): (&Tree<'_>, NodeId),
        edits: &[Edit],
        patch: &Patch,
        blocks: &'b [Block],
    ) -> Option<Self> {
        let text = tree.text();
        if tree.language() == Language::Json || text.contains('\t') || has_token(tree) || tree.has_aliases() {
            return None;
        }
        if !edits.is_sorted_by(|one, next| one.range.end <= next.range.start) {
            return None;
        }
        let kept = outline::kept(tree, root, patch);
        // The edits are in order. If the first that does not end before a value leaves it alone, then so do those behind.
        let is_kept = |kept: &&Kept| {
            let index = edits.partition_point(|edit| edit.range.end <= kept.range.start);
            edits.get(index).is_none_or(|edit| kept.is_left_alone_by(&edit.range))
        };
        let kept: Vec<&Kept> = kept.iter().filter(is_kept).collect();
        let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let stays = kept.iter().enumerate().map(|(number, kept)| {
            let text = Inserted::Token { before: " ", prefix: KEPT, number, eol };
            Change { range: kept.range.clone(), text }
        });
        let stays: Vec<Change<'_>> = stays.collect();
        let before = assembled(text, &stays)?;
        let edited = edits.iter().map(|edit| {
            let is_it = |block: &Block| Arc::ptr_eq(&block.rendered.lines, &edit.text);
            let index = blocks.iter().position(is_it);
            let stand_in = index.and_then(|index| Some((index, blocks.get(index)?.rendered.stand_in()?)));
            let text = match stand_in {
                Some((number, StandIn { before, eol })) => Inserted::Token { before, prefix: TOKEN, number, eol },
                None => Inserted::Text(&edit.text),
            };
            Change { range: edit.range.clone(), text }
        });
        let changes = merged(stays, edited);
        let after = assembled(text, &changes)?;
        let tokens = |text: &str| memmem::find_iter(text.as_bytes(), PREFIX.as_bytes()).collect::<Vec<_>>();
        let tokens = [tokens(&before), tokens(&after)];
        let wanted = changes.iter().filter(|change| matches!(change.text, Inserted::Token { .. })).count();
        let frame = Self { before, after, tokens, blocks };
        let is_line = |at: &usize| frame.begins_with_its_line(*at, text, &kept) == Some(true);
        let [_, after] = &frame.tokens;
        (wanted > 0 && after.len() == wanted && after.iter().all(is_line)).then_some(frame)
    }

    /// Whether what stands before a token on its line is what was there before the value: then the value is in the column in which
    /// it was read.
    fn begins_with_its_line(&self, at: usize, text: &str, kept: &[&Kept]) -> Option<bool> {
        let (before, token) = self.after.split_at_checked(at)?;
        let token = token.get(..memchr::memchr2(b'\r', b'\n', token.as_bytes()).unwrap_or(token.len()))?;
        let line = before.get(memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1)..)?;
        if let Some(number) = token.strip_prefix(KEPT) {
            let kept = kept.get(number.parse::<usize>().ok()?)?;
            return Some(line.strip_suffix(' ')? == text.get(kept.line..kept.range.start)?);
        }
        Some(self.blocks.get(number_of(token)?)?.rendered.stand_in()?.before == line)
    }

    /// Whether each token was read as the claim wants it, before and after the change.
    pub(crate) fn holds(&self, before: &Tree<'_>, after: &Tree<'_>) -> bool {
        let [known, new] = &self.tokens;
        are_entries(before, known) && are_entries(after, new)
    }
}

/// Whether each token is a plain scalar, and an entry of a collection in block style.
fn are_entries(tree: &Tree<'_>, tokens: &[usize]) -> bool {
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
            if is_block && is_plain && tokens.binary_search(&tree.span(child).start).is_ok() {
                found += 1;
            }
            open.push(child);
        }
    }
    found == tokens.len()
}

/// Two lists of changes as one, in their order. An edit where a value ends comes behind it.
fn merged<'c>(stays: Vec<Change<'c>>, edited: impl Iterator<Item = Change<'c>>) -> Vec<Change<'c>> {
    let order = |change: &Change<'_>| (change.range.start, change.range.end);
    let mut all = Vec::with_capacity(stays.len() + edited.size_hint().0);
    let mut stays = stays.into_iter().peekable();
    for edit in edited {
        all.extend(std::iter::from_fn(|| stays.next_if(|kept| order(kept) <= order(&edit))));
        all.push(edit);
    }
    all.extend(stays);
    all
}

/// A text with these changes made, which are in order; `None` where they overlap. Comments and blank lines behind the end of an
/// entry are left out: they say nothing, and differ from one document to the next.
fn assembled(text: &str, changes: &[Change<'_>]) -> Option<String> {
    let mut made = String::with_capacity(text.len());
    let (mut at, mut has_ended) = (0, true);
    for change in changes {
        if change.range.start < at {
            return None;
        }
        push_between(&mut made, text.get(at..change.range.start)?, has_ended);
        at = change.range.end;
        has_ended = match change.text {
            Inserted::Text(text) => {
                made.push_str(text);
                false
            }
            Inserted::Token { before, prefix, number, eol } => {
                made.push_str(before);
                push_token(&mut made, prefix, number);
                made.push_str(eol);
                true
            }
        };
    }
    push_between(&mut made, text.get(at..)?, has_ended);
    Some(made)
}

/// Adds what is between two changes. `has_ended` says that an entry ends right before it.
fn push_between(made: &mut String, mut between: &str, has_ended: bool) {
    if has_ended && (made.is_empty() || made.ends_with('\n')) {
        if let Some(rest) = between.strip_prefix("---\n").filter(|_| made.is_empty()) {
            made.push_str("---\n");
            between = rest;
        }
        loop {
            let content = between.bytes().find(|byte| *byte != b' ');
            let line = memchr::memchr(b'\n', between.as_bytes()).filter(|_| matches!(content, Some(b'#' | b'\n')));
            let Some(rest) = line.and_then(|newline| between.get(newline + 1..)) else { break };
            between = rest;
        }
    }
    made.push_str(between);
}

/// Whether any string of a document could be taken for a token.
fn has_token(tree: &Tree<'_>) -> bool {
    memmem::find(tree.text().as_bytes(), PREFIX.as_bytes()).is_some()
        || tree.resolved_texts().any(|text| text.starts_with(PREFIX))
}

fn number_of(token: &str) -> Option<usize> {
    token.strip_prefix(TOKEN)?.parse().ok()
}

fn push_token(text: &mut String, prefix: &str, number: usize) {
    text.push_str(prefix);
    push_number(text, number);
}

/// Most have one digit or two, and there are some for each value that stays.
fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.extend(u32::try_from(number % 10).ok().and_then(|digit| char::from_digit(digit, 10)));
}

//! Splices of documents alike: a text that differs from an earlier one in single words gets the edits of that one, at its own places.
//!
//! ```yaml
//! # workload 17           # a comment before the document: it may be another one
//! kind: Deployment
//! metadata:
//!   name: web-17          # a word: it may be another one
//!   labels: {app: web}    # all else is the same, byte for byte
//! ```
//!
//! **The claim.** Let a patch of additions make `T'` of the text `T`, and let that be proved. Let `U` be `T` with other words in the
//! places of some, and `U'` be `T'` with these words. Then the same patch makes `U'` of `U`; and so does a patch that adds other words,
//! if they are written in `U'` where those of the first are written in `T'`.
//!
//! **Why.** A word is a plain scalar in block style: all of the value of a member or an element, on one line, with nothing but a
//! comment behind it. It begins with a letter or a digit, and has no character that means anything to a reader of YAML in that place.
//! So a reader that meets another word there goes on in the same state, and gives the same events but for the text of this one
//! scalar: `U` and `U'` say what `T` and `T'` say, with other words. No path of the patch leads into a word, because what it adds
//! to are collections, which are the same in both; and what an addition makes does not depend on the values beside it.
//! What an added word is written as is asked of `emit`, which has to write it plain. Where it is written is guessed, and the guess is
//! tried on the first document that adds another word there: it has to give what the splicer gives ([`KnownSplices::keep`]).
//!
//! All that the splicer looks at beside this is the same too: lines, columns, comments, and styles. So it would write the same edits.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::Edit;
use crate::text::yaml::emit::{self, Context};
use crate::text::yaml::tree::{Anchor, CollectionStyle, Language, Merges, NodeId, NodeKind, ScalarStyle, Tree};
use crate::value::patch::{Op, Patch};
use crate::value::streak::Streak;
use crate::value::view;

/// How many splices are kept, the latest, and how long their texts may be, in bytes.
const KEPT: usize = 4;
const LONGEST: usize = 16 << 10;

/// The latest splices of a run.
#[derive(Debug, Default)]
pub(crate) struct KnownSplices(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    latest: VecDeque<KnownSplice>,
    streak: Streak,
}

/// The splice of one document.
#[derive(Debug)]
struct KnownSplice {
    text: String,
    /// What another document may have otherwise, in order.
    gaps: Vec<Gap>,
    patch: Patch,
    edits: Vec<Edit>,
    /// For each operation, where its value is written, if that is a word.
    written: Vec<Option<Written>>,
}

/// A part of a text that may be another one.
#[derive(Clone, Debug)]
struct Gap {
    range: Range<usize>,
    of: Free,
}

/// What may be in a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Free {
    Word,
    /// What follows the `#` of a comment.
    Comment,
}

/// A word in the text of an edit.
#[derive(Clone, Debug)]
struct Written {
    edit: usize,
    range: Range<usize>,
    trial: Trial,
}

/// Whether another word in this place was what the splicer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trial {
    Ahead,
    Passed,
    Failed,
}

/// Other words, by the operations that add them.
type Words<'p> = Vec<(usize, &'p str)>;

impl Free {
    /// How long the text is that may be here, at the beginning of this one.
    fn length(self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        match self {
            Self::Comment => bytes.iter().position(|byte| !matches!(byte, b' '..=b'~')),
            Self::Word => {
                let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._/:".contains(byte);
                let length = bytes.iter().position(|byte| !is_inside(byte))?;
                let word = bytes.get(..length)?;
                // A colon at the end would make a key of it.
                let is_word = word.first().is_some_and(u8::is_ascii_alphanumeric) && word.last() != Some(&b':');
                is_word.then_some(length)
            }
        }
    }
}

impl KnownSplices {
    /// The edits of a document that is like an earlier one, and gets the same.
    pub(crate) fn of(&self, tree: &Tree<'_>, patch: &Patch) -> Option<Vec<Edit>> {
        if tree.language() == Language::Json {
            return None;
        }
        let kept = &mut *self.lock();
        if !kept.streak.is_worth_a_look() {
            return None;
        }
        let found = kept.latest.iter().find_map(|known| {
            let shifts = known.shifts(tree.text())?;
            let words = known.other_words(patch)?;
            words.iter().all(|(op, _)| known.trial(*op) == Some(Trial::Passed)).then(|| known.edits(&shifts, &words))?
        })?;
        kept.streak.end();
        Some(found)
    }

    /// Keeps the edits of a document for which there were none. They are proved. If it is like an earlier one but for what it adds, that
    /// one is kept: now it is known where it writes this.
    pub(crate) fn keep(&self, tree: &Tree<'_>, patch: &Patch, edits: &[Edit]) {
        let kept = &mut *self.lock();
        if !kept.streak.is_worth_keeping() {
            return;
        }
        let tried = |known: &mut KnownSplice| {
            let shifts = known.shifts(tree.text())?;
            let words = known.other_words(patch)?;
            let guess = known.edits(&shifts, &words)?;
            known.set(&words, if guess == edits { Trial::Passed } else { Trial::Failed });
            Some(())
        };
        if kept.latest.iter_mut().find_map(tried).is_none()
            && let Some(known) = KnownSplice::of(tree, patch, edits)
        {
            kept.latest.truncate(KEPT - 1);
            kept.latest.push_front(known);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KnownSplice {
    fn of(tree: &Tree<'_>, patch: &Patch, edits: &[Edit]) -> Option<Self> {
        let is_plain = tree.language() == Language::Yaml
            && !tree.has_aliases()
            && tree.merges() == Merges::Absent
            && tree.text().len() <= LONGEST
            && !edits.is_empty()
            && patch.0.iter().all(|op| matches!(op, Op::Add(..)));
        let gaps = gaps(tree).filter(|_| is_plain)?;
        let is_in = |edit: &Edit, gap: &Gap| edit.range.start < gap.range.end && gap.range.start < edit.range.end;
        if edits.iter().any(|edit| gaps.iter().any(|gap| is_in(edit, gap))) {
            return None;
        }
        let written = patch.0.iter().map(|op| written(op, edits)).collect();
        Some(Self { text: tree.text().to_owned(), gaps, patch: patch.clone(), edits: edits.to_vec(), written })
    }

    fn trial(&self, op: usize) -> Option<Trial> {
        Some(self.written.get(op)?.as_ref()?.trial)
    }

    fn set(&mut self, words: &Words<'_>, trial: Trial) {
        for (op, _) in words {
            self.written.get_mut(*op).and_then(Option::as_mut).into_iter().for_each(|written| written.trial = trial);
        }
    }

    /// Where what follows each gap begins in another text; `None` where that differs in more than in what may be another one.
    fn shifts(&self, text: &str) -> Option<Vec<usize>> {
        let mut shifts = Vec::with_capacity(self.gaps.len());
        let (mut from, mut at) = (0, 0);
        for Gap { range, of } in &self.gaps {
            let same = self.text.get(from..range.start)?;
            let rest = text.get(at..)?.strip_prefix(same)?;
            at += same.len() + of.length(rest)?;
            from = range.end;
            shifts.push(at);
        }
        (text.get(at..)? == self.text.get(from..)?).then_some(shifts)
    }

    /// The edits of another text, with other words added.
    fn edits(&self, shifts: &[usize], words: &Words<'_>) -> Option<Vec<Edit>> {
        let mut edits = self.edits.clone();
        let ends = self.gaps.iter().map(|gap| gap.range.end).zip(shifts.iter().copied());
        let mut ends = ends.peekable();
        let (mut from, mut at) = (0, 0);
        for Edit { range, .. } in &mut edits {
            while let Some(next) = ends.next_if(|(end, _)| *end <= range.start) {
                (from, at) = next;
            }
            *range = range.start - from + at..range.end - from + at;
        }
        let mut words: Vec<(&Written, &str)> =
            words.iter().map(|(op, word)| Some((self.written.get(*op)?.as_ref()?, *word))).collect::<Option<_>>()?;
        // The last first: a word moves what is behind it.
        words.sort_unstable_by_key(|(written, _)| std::cmp::Reverse((written.edit, written.range.start)));
        for (Written { edit, range, .. }, word) in words {
            let edit = edits.get_mut(*edit)?;
            edit.text = [edit.text.get(..range.start)?, word, edit.text.get(range.end..)?].concat().into();
        }
        Some(edits)
    }

    /// The words that another patch adds in the places of others; `None` where it differs in more than that.
    fn other_words<'p>(&self, patch: &'p Patch) -> Option<Words<'p>> {
        if self.patch.0.len() != patch.0.len() {
            return None;
        }
        let mut words = Vec::new();
        for (index, (one, two)) in self.patch.0.iter().zip(&patch.0).enumerate() {
            let (Op::Add(place, known), Op::Add(at, value)) = (one, two) else { return None };
            if place != at {
                return None;
            }
            if !Arc::ptr_eq(known, value) && !view::identical(known, value) {
                let written = self.written.get(index)?.as_ref()?;
                words.push((index, plain_word(value).filter(|_| written.trial != Trial::Failed)?));
            }
        }
        Some(words)
    }
}

/// What another document may have otherwise, and this splice with it; `None` where the text may begin with anything else.
fn gaps(tree: &Tree<'_>) -> Option<Vec<Gap>> {
    let text = tree.text();
    let root = tree.root()?;
    let mut gaps = Vec::new();
    let mut line = 0;
    for of_head in text.get(..tree.span(root).start)?.split_inclusive('\n') {
        let start = line + 1;
        line += of_head.len();
        let comment = of_head.strip_prefix('#').and_then(|comment| comment.strip_suffix('\n'));
        if comment
            .is_some_and(|comment| Free::Comment.length(of_head.get(1..).unwrap_or_default()) == Some(comment.len()))
        {
            gaps.push(Gap { range: start..line - 1, of: Free::Comment });
        }
    }
    words(tree, root, &mut gaps);
    Some(gaps)
}

/// Adds the words in a collection in block style, in their order. As deep as the document, which its parser bounds.
fn words(tree: &Tree<'_>, node: NodeId, gaps: &mut Vec<Gap>) {
    let mut value = |value: NodeId| match tree.kind(value) {
        NodeKind::Scalar(ScalarStyle::Plain) if !tree.is_tagged(value) && tree.anchor(value) == Anchor::None => {
            let range = tree.span(value);
            let behind = tree.text().get(range.start..).unwrap_or_default();
            let length = Free::Word.length(behind).filter(|length| *length == range.len());
            let line = length.and_then(|length| behind.get(length..)).and_then(|rest| rest.split('\n').next());
            if line.is_some_and(|rest| rest.is_empty() || rest.starts_with(" #")) {
                gaps.push(Gap { range, of: Free::Word });
            }
        }
        NodeKind::Mapping(CollectionStyle::Block) | NodeKind::Sequence(CollectionStyle::Block) => {
            words(tree, value, gaps)
        }
        _ => {}
    };
    match tree.kind(node) {
        NodeKind::Mapping(CollectionStyle::Block) => tree.pairs(node).for_each(|(_, member)| value(member)),
        NodeKind::Sequence(CollectionStyle::Block) => tree.children(node).for_each(value),
        _ => {}
    }
}

/// A string that is written as a word.
fn plain_word(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    let mut plain = String::with_capacity(text.len() + 1);
    emit::scalar(&mut plain, value, Context::Block);
    let is_plain = plain == text;
    plain.push('\n');
    (is_plain && Free::Word.length(&plain) == Some(text.len())).then_some(text)
}

/// Where the value of an operation is written, if it is a word: most likely on the one line with its name and this word.
fn written(op: &Op, edits: &[Edit]) -> Option<Written> {
    let Op::Add(at, value) = op else { return None };
    let (name, word) = (at.tokens().last()?.as_str(), plain_word(value)?);
    let entry = format!("{name}: {word}");
    let mut found = Vec::new();
    for (edit, Edit { text, .. }) in edits.iter().enumerate() {
        let mut end = 0;
        for line in text.split_inclusive('\n') {
            end += line.len();
            if line.trim() == entry {
                let end = end - (line.len() - line.trim_end().len());
                found.push(Written { edit, range: end - word.len()..end, trial: Trial::Ahead });
            }
        }
    }
    found.pop().filter(|_| found.is_empty())
}

#[cfg(test)]
mod tests;

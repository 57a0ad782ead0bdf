//! Splices of documents alike: a text that differs from an earlier one in the gaps of [`known`](crate::text::yaml::known) alone gets the
//! edits of that one, at its own places.
//!
//! **The claim.** Let a patch of additions make `T'` of the text `T`, and let that be proved. Let `U` be `T` with something else in
//! some gaps, and `U'` be `T'` with the same in these. Then the same patch makes `U'` of `U`; and so does a patch that adds other
//! words, if they are written in `U'` where those of the first are written in `T'`.
//!
//! **Why.** A reader of `T'` or `U'` meets the same around each gap as in `T` or `U`, for no edit is in one, and what is inserted behind a
//! gap begins on another line or in a place that is in neither scalar nor comment. So `U` and `U'` say what `T` and `T'` say, with
//! other scalars. No path of the patch leads into one, because what it adds to are collections, which are the same in both; and what
//! an addition makes does not depend on the values beside it.
//! What an added word is written as is asked of `emit`, which has to write it plain. Where it is written is guessed, and the guess is
//! tried on the first document that adds another word there: it has to give what the splicer gives ([`KnownSplices::keep`]).
//!
//! All that the splicer looks at beside this is the same too: lines, columns, comments, and styles. So it would write the same edits.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::Edit;
use crate::text::yaml::emit::{self, Context};
use crate::text::yaml::tree::likeness::{Free, KnownText, Like};
use crate::text::yaml::tree::{Language, Tree};
use crate::value::patch::{Op, Patch};
use crate::value::recent::Recent;
use crate::value::view;

/// How many splices are kept, the latest.
const KEPT: usize = 4;

/// The latest splices of a run.
#[derive(Debug, Default)]
pub(crate) struct KnownSplices(Recent<KnownSplice, KEPT>);

/// The splice of one document.
#[derive(Debug)]
struct KnownSplice {
    of: Arc<KnownText>,
    patch: Patch,
    /// At their places in the known text.
    edits: Vec<Edit>,
    /// For each operation, where its value is written, if that is a word.
    written: Vec<Option<Written>>,
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

impl KnownSplices {
    /// The edits of a document that is like an earlier one, and gets the same.
    pub(crate) fn of(&self, tree: &Tree<'_>, patch: &Patch) -> Option<Vec<Edit>> {
        let like = tree.like()?;
        self.0.find(|known| {
            let words = known.of_text(like)?.other_words(patch)?;
            words.iter().all(|(op, _)| known.trial(*op) == Some(Trial::Passed)).then(|| known.edits(like, &words))?
        })
    }

    /// Keeps the edits of a document for which there were none. They are proved. If it is like an earlier one but for what it adds, that
    /// one is kept: now it is known where it writes this.
    pub(crate) fn keep(&self, tree: &Tree<'_>, patch: &Patch, edits: &[Edit]) {
        let Some(like) = tree.like().filter(|_| self.0.is_worth_keeping()) else { return };
        let tried = |known: &mut KnownSplice| {
            let words = known.of_text(like)?.other_words(patch)?;
            let guess = known.edits(like, &words)?;
            known.set(&words, if guess == edits { Trial::Passed } else { Trial::Failed });
            Some(())
        };
        if self.0.change(tried).is_none()
            && tree.language() == Language::Yaml
            && let Some(known) = KnownSplice::of(like, patch, edits)
        {
            self.0.push(known);
        }
    }
}

impl KnownSplice {
    fn of(like: &Like, patch: &Patch, edits: &[Edit]) -> Option<Self> {
        let only_adds = patch.0.iter().all(|op| matches!(op, Op::Add(..)));
        let to_known =
            |Edit { range, text }: &Edit| Some(Edit { range: like.to_known(range)?, text: Arc::clone(text) });
        let edits: Vec<Edit> =
            edits.iter().map(to_known).collect::<Option<_>>().filter(|_| only_adds && !edits.is_empty())?;
        let written = patch.0.iter().map(|op| written(op, &edits)).collect();
        Some(Self { of: Arc::clone(&like.known), patch: patch.clone(), edits, written })
    }

    /// This one, if it is of the text that another one is like.
    fn of_text(&self, like: &Like) -> Option<&Self> {
        Arc::ptr_eq(&self.of, &like.known).then_some(self)
    }

    fn trial(&self, op: usize) -> Option<Trial> {
        Some(self.written.get(op)?.as_ref()?.trial)
    }

    fn set(&mut self, words: &Words<'_>, trial: Trial) {
        for (op, _) in words {
            self.written.get_mut(*op).and_then(Option::as_mut).into_iter().for_each(|written| written.trial = trial);
        }
    }

    /// The edits of another text, with other words added.
    fn edits(&self, like: &Like, words: &Words<'_>) -> Option<Vec<Edit>> {
        let moved = |Edit { range, text }: &Edit| Some(Edit { range: like.of_known(range)?, text: Arc::clone(text) });
        let mut edits: Vec<Edit> = self.edits.iter().map(moved).collect::<Option<_>>()?;
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

/// A string that is written as a word.
fn plain_word(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    let mut plain = String::with_capacity(text.len() + 1);
    emit::scalar(&mut plain, value, Context::Block);
    let is_plain = plain == text;
    plain.push('\n');
    (is_plain && Free::Word.length(plain.as_bytes()) == Some(text.len())).then_some(text)
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

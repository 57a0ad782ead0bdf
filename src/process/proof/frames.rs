//! Frames that were proved, so that documents alike are proved once.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use super::{ProofError, applied, identical, same};
use crate::text::splice::{Block, Frame};
use crate::text::yaml::judge_yaml;
use crate::value::patch::Patch;

/// The latest frames of a run that held.
///
/// A proof reads nothing but the frame, the patch and the blocks. What was proved of one document is so proved of every other in
/// which these are the same; they are compared as a whole, and not by a hash.
#[derive(Debug, Default)]
pub(crate) struct ProvedFrames(RwLock<VecDeque<Proved>>);

#[derive(Debug)]
struct Proved {
    before: String,
    after: String,
    patch: Patch,
    blocks: Vec<Block>,
}

impl ProvedFrames {
    /// How many are kept, and how long they may be, in bytes.
    const KEPT: usize = 64;
    const LONGEST: usize = 16 << 10;

    /// Proves by its frame that a changed text says what the patch makes of the text before.
    ///
    /// # Errors
    /// The frame does not show it. The text may say it all the same.
    pub(crate) fn prove(&self, frame: &Frame<'_>, patch: &Patch) -> Result<(), ProofError> {
        if self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(|proved| proved.is_for(frame, patch)) {
            return Ok(());
        }
        prove_frame(frame, patch)?;
        if frame.after.len() <= Self::LONGEST {
            let mut proved = self.0.write().unwrap_or_else(PoisonError::into_inner);
            proved.truncate(Self::KEPT - 1);
            let (before, after) = (frame.before.clone(), frame.after.clone());
            proved.push_front(Proved { before, after, patch: patch.clone(), blocks: frame.blocks.to_vec() });
        }
        Ok(())
    }
}

impl Proved {
    fn is_for(&self, frame: &Frame<'_>, patch: &Patch) -> bool {
        let same_block = |(known, block): (&Block, &Block)| known.is_as(block);
        self.after == frame.after
            && self.before == frame.before
            && self.blocks.len() == frame.blocks.len()
            && self.blocks.iter().zip(frame.blocks).all(same_block)
            && identical(&self.patch, patch)
    }
}

pub(super) fn prove_frame(frame: &Frame<'_>, patch: &Patch) -> Result<(), ProofError> {
    let different = || ProofError::Different(String::new());
    let framed = frame.patch(patch).ok_or_else(different)?;
    let before = judge_yaml(&frame.before)?;
    let root = before.root().ok_or_else(different)?;
    let expected = applied(crate::value::view::View::value(before.view(root)), &framed.patch)?;
    let after = judge_yaml(&frame.after)?;
    same(&after, &expected, &|token, value| frame.stands_for(&framed, token, value))?;
    if frame.holds(&before, &after) { Ok(()) } else { Err(different()) }
}

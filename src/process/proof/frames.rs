//! Frames that were proved, so that documents alike are proved once.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use super::{ProofError, applied, same};
use crate::text::splice::{Frame, FramedPatch};
use crate::text::yaml::judge_yaml;
use crate::value::patch::Patch;
use crate::value::view::View as _;

/// The latest frames of a run that held.
///
/// A proof uses nothing but the frame, and the patch with tokens. What was proved of one document is so proved of every other in
/// which these are the same, whatever the tokens stand for there; they are compared as a whole, and not by a hash.
#[derive(Debug, Default)]
pub(crate) struct ProvedFrames(RwLock<VecDeque<Proved>>);

#[derive(Debug)]
struct Proved {
    before: String,
    after: String,
    patch: FramedPatch<'static>,
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
        let patch = frame.patch(patch).ok_or_else(different)?;
        let is_it = |proved: &Proved| {
            proved.after == frame.after && proved.before == frame.before && proved.patch.is_as(&patch)
        };
        if self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(is_it) {
            return Ok(());
        }
        prove_frame(frame, &patch)?;
        if frame.after.len() <= Self::LONGEST {
            let mut proved = self.0.write().unwrap_or_else(PoisonError::into_inner);
            proved.truncate(Self::KEPT - 1);
            proved.push_front(Proved {
                before: frame.before.clone(),
                after: frame.after.clone(),
                patch: patch.into_owned(),
            });
        }
        Ok(())
    }
}

fn different() -> ProofError {
    ProofError::Different(String::new())
}

fn prove_frame(frame: &Frame<'_>, patch: &FramedPatch<'_>) -> Result<(), ProofError> {
    let before = judge_yaml(&frame.before)?;
    let root = before.root().ok_or_else(different)?;
    let expected = applied(before.view(root).value(), &patch.patch())?;
    let after = judge_yaml(&frame.after)?;
    same(&after, &expected, &|token, value| frame.stands_for(patch, token, value))?;
    if frame.holds(&before, &after) { Ok(()) } else { Err(different()) }
}

#[cfg(test)]
mod tests;

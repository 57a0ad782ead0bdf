//! What is to become of an object: what `plan` returns.

use super::editor::Editor;
use super::state::InjectionState;
use crate::decide::eligibility::Rule;
use crate::diagnostic::Diagnostic;
use crate::profile::OnError;
use crate::value::layer::Change;
use crate::value::patch::Patch;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What is to become of an object.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// One step for each pod template and profile, in order.
    pub steps: Vec<Step>,
    /// The patch, from the object's root; empty where anything was rejected.
    pub patch: Patch,
    /// What becomes of each changed pod template, at its place. The proof compares the patch with it.
    pub changed: Vec<(Pointer, Change)>,
    /// What should be known.
    pub warnings: Vec<Diagnostic>,
}

/// What one profile does to one pod template.
#[derive(Clone, Debug)]
pub struct Step {
    /// The pod template, from the object's root.
    pub template: Pointer,
    /// The profile's name.
    pub profile: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of one profile on one pod template.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It was injected, by this rule.
    Injected(Rule),
    /// What its profile would add more by now was added to the injection that is there; by this rule it would be injected now.
    Extended(Rule),
    /// An injection was removed, and the rules do not let it be made again.
    Removed(Rule, String),
    /// A value is wrong. With [`OnError::Skip`] the object is let through unchanged.
    Rejected(Vec<Diagnostic>, OnError),
    /// It is not injected, and nothing is wrong.
    Skipped {
        /// The rule that decided.
        rule: Rule,
        /// Why.
        reason: String,
        /// What a webhook answers.
        answer: Answer,
        /// The state of the injection that is there; `None` where the record has none of the profile.
        state: Option<InjectionState>,
    },
    /// It was undone.
    Uninjected,
}

/// What a webhook answers for a pod that is not injected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The pod is created as it is.
    Allow,
    /// The pod is refused: the profile says `onIneligible: Deny`, and the rule that decided is one that may be denied.
    Deny,
}

impl Verdict {
    pub(crate) const fn rejected(errors: Vec<Diagnostic>) -> Self {
        Self::Rejected(errors, OnError::Reject)
    }
}

impl Outcome {
    /// Whether anything was rejected, so that the object must not go on.
    pub fn is_rejected(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.verdict, Verdict::Rejected(_, OnError::Reject)))
    }

    /// Takes over what was done to a template.
    pub(crate) fn take<'a, V: View<'a>>(&mut self, editor: Editor<V>) {
        let place = editor.place().clone();
        let (patch, change) = editor.finish();
        if !patch.is_empty() {
            self.patch.0.extend(patch.0);
            self.changed.push((place, change));
        }
    }

    /// Drops the patch.
    pub(crate) fn forget_patch(&mut self) {
        self.patch = Patch::default();
        self.changed = Vec::new();
    }

    /// Nothing of an object is changed when a part of it was rejected.
    pub(crate) fn settle(&mut self) {
        if self.is_rejected() {
            self.forget_patch();
        }
    }
}

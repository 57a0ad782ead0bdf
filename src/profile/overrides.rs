//! What a command line says of all profiles of a run.

use super::slot::Slot;
use super::{NativeSidecar, OnIneligible, Profile};

/// What a command line puts in the place of the profiles' own fields: the same for every profile of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--on-ineligible`.
    pub on_ineligible: Option<OnIneligible>,
    /// `--native-sidecar`.
    pub native_sidecar: Option<NativeSidecar>,
}

impl Overrides {
    /// Replaces the fields that were given.
    pub(crate) fn apply(self, profile: &mut Profile) {
        profile.on_ineligible = self.on_ineligible.unwrap_or(profile.on_ineligible);
        if let Some(choice) = self.native_sidecar {
            profile.native_sidecar = choice;
            profile.added[Slot::Containers].iter_mut().for_each(|addition| addition.native = None);
            profile.document.forget_native();
        }
    }
}

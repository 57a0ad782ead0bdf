//! What a profile adds, as it is compiled.

use super::application::Application;
use super::containers::OwnContainer;
use super::lists::Elements;
use super::pod::PodChanges;

/// The digests that a record of this profile has: of classic and of native sidecars.
pub(super) struct Digests {
    pub(super) classic: String,
    pub(super) native: String,
}

/// All that a profile adds.
pub(super) struct Added {
    pub(super) own: Vec<OwnContainer>,
    pub(super) application: Application,
    pub(super) changes: PodChanges,
    pub(super) elements: Vec<Elements>,
}

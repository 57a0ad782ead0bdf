//! The text of a profile, in which places are found.

use crate::diagnostic::{Places, Position};
use crate::profile::extended::ExtendedProfile;
use crate::text::yaml;
use crate::value::pointer::Pointer;

/// A profile as it is written, together with those that it extends.
pub(super) struct WrittenProfile {
    file: String,
    text: String,
    extended: Option<ExtendedProfile>,
}

impl WrittenProfile {
    pub(super) const fn new(file: String, text: String, extended: Option<ExtendedProfile>) -> Self {
        Self { file, text, extended }
    }

    /// The file and the position of a place in the profile's document.
    pub(super) fn place(&self, at: &Pointer) -> (&str, Option<Position>) {
        match &self.extended {
            Some(extended) => extended.place(at, false).unwrap_or((&self.file, None)),
            None => (&self.file, self.position(at)),
        }
    }

    fn position(&self, at: &Pointer) -> Option<Position> {
        let tree = if self.text.trim_start().starts_with('{') {
            yaml::parse_json(&self.text).map(|(tree, _)| tree)
        } else {
            yaml::parse_yaml(&self.text)
        };
        let tree = tree.ok()?;
        Some(Places::new(&self.text).position(tree.locate(tree.root()?, at)))
    }
}

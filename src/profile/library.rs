//! The built-in profiles as they are loaded: each when it is first asked for, and once.

use std::sync::OnceLock;

use super::builtin::{self, Builtin};
use super::{Profile, load};
use crate::text::yaml::parse_yaml;

/// The built-in profile of this name.
pub(crate) fn get(name: &str) -> Option<&'static Profile> {
    static LOADED: [OnceLock<Option<Profile>>; builtin::ALL.len()] = [const { OnceLock::new() }; builtin::ALL.len()];
    let index = builtin::ALL.iter().position(|known| known.name == name)?;
    let loaded = LOADED.get(index)?;
    loaded.get_or_init(|| builtin::ALL.get(index).and_then(read)).as_ref()
}

/// A test holds that every one can be read.
fn read(builtin: &Builtin) -> Option<Profile> {
    let tree = parse_yaml(builtin.text).ok()?;
    load::load(tree.view(tree.root()?)).ok()
}

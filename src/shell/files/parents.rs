//! Profiles that others extend: built-in ones, and files.

use std::path::Path;
use std::str::FromStr as _;

use super::profile_text::{self, ProfileRef};
use crate::profile::builtin;
use crate::profile::extended::{NoParent, Parents};
#[cfg(feature = "serve")]
use crate::profile::{
    extended::MOST,
    file::{self, DocumentKind},
};
#[cfg(feature = "serve")]
use crate::value::view::View as _;

/// The profiles of this machine.
pub(crate) struct FileParents;

impl Parents for FileParents {
    fn read(&self, child: &str, reference: &str) -> Result<(String, String), NoParent> {
        // A file is meant from the folder of the one that names it.
        let reference = match ProfileRef::from_str(reference) {
            Ok(ProfileRef::File(path)) => {
                ProfileRef::File(Path::new(child).parent().unwrap_or(Path::new("")).join(path))
            }
            Ok(ProfileRef::BuiltIn(name)) if builtin::text(&name).is_none() => {
                let hint = profile_text::which_built_in(&name);
                return Err(NoParent { message: format!("there is no built-in profile `{name}`"), hint: Some(hint) });
            }
            Ok(built_in) => built_in,
            Err(never) => match never {},
        };
        profile_text::profile_text(&reference).map_err(|error| NoParent { message: error.message, hint: None })
    }

    /// Whether two paths lead to one file.
    fn is_same(&self, one: &str, other: &str) -> bool {
        let canonical = |path: &str| std::fs::canonicalize(path).ok();
        canonical(one).is_some_and(|one| canonical(other) == Some(one))
    }
}

/// The files that a profile's file extends, as far as they can be read.
#[cfg(feature = "serve")]
pub(crate) fn files(path: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(child) = next.take().filter(|_| files.len() < MOST) {
        let reference = std::fs::read_to_string(&child).ok().and_then(|text| {
            let name = |tree: &crate::text::yaml::tree::Tree<'_>, root| {
                Ok(tree.view(root).text(&["spec", "extends"]).map(|name| name.into_owned()))
            };
            file::parsed("", &text, DocumentKind::Profile, name).ok().flatten()
        });
        let reference = reference.map(|reference| ProfileRef::from_str(&reference));
        if let Some(Ok(ProfileRef::File(parent))) = reference {
            let parent = child.parent().unwrap_or(Path::new("")).join(parent);
            files.push(parent.clone());
            next = Some(parent);
        }
    }
    files
}

//! A profile's file with those that it extends: read, merged, and loaded, with every error in the file that it is from.

use std::path::Path;
use std::str::FromStr as _;

use serde_json::Value;

use super::profile_text::{self, DocumentKind, ProfileRef};
use crate::diagnostic::{Code, Placed, Places, Position};
use crate::profile::extends::{self, MergedProfile};
use crate::profile::load::{self, ProfileError};
use crate::profile::{Profile, builtin};
use crate::text::yaml::emit::{self, BlockLayout};
use crate::value::pointer::Pointer;
use crate::value::view::View as _;

/// How many profiles may extend each other.
const MOST: usize = 8;

/// A profile's file, and its text.
struct Source {
    file: String,
    text: String,
}

/// A profile's file, and those that it extends.
pub(crate) struct ExtendedProfile {
    merged: MergedProfile,
    /// The child first.
    sources: Vec<Source>,
}

impl ExtendedProfile {
    /// The one document that says the same, as YAML.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        emit::block(&mut text, &self.merged.document, 0, &BlockLayout::default());
        text.push('\n');
        text
    }

    /// The file that the value at a place of that document is from, and where it is there.
    pub(crate) fn place(&self, at: &Pointer, of_value: bool) -> Option<(&str, Option<Position>)> {
        let origin = self.merged.origin(at);
        let source = self.sources.get(origin.source)?;
        Some((&source.file, place(&source.text, &origin.at, of_value)))
    }

    /// An error at its place in the file that it is from.
    fn told(&self, error: &ProfileError) -> Placed {
        let origin = self.merged.origin(&error.at);
        let mut placed = Placed::new(Code::Profile, error.to_string()).hint(error.hint());
        placed.path = origin.at.to_string();
        if let Some(child) = self.sources.first().filter(|_| origin.source > 0) {
            placed.message = format!("{} (`{}` extends this profile)", placed.message, child.file);
        }
        match self.place(&error.at, !error.kind.is_about_key()) {
            Some((file, position)) => placed.at(file, position),
            None => placed,
        }
    }
}

/// Loads a profile that extends another. `document` is what the file says.
///
/// # Errors
/// Everything that is wrong, each in its file. What a profile gets from another one is wrong there.
pub(crate) fn load(file: &str, text: &str, document: Value) -> Result<(Profile, ExtendedProfile), Vec<Placed>> {
    let mut sources = vec![Source { file: file.to_owned(), text: text.to_owned() }];
    let mut documents = vec![document];
    while let Some(reference) = documents.last().and_then(extends::extended).map(str::to_owned) {
        let (parent, text) = parent(&sources, &reference).map_err(|error| vec![error])?;
        let document =
            profile_text::parsed(&parent, &text, DocumentKind::Profile, |tree, root| Ok(tree.view(root).value()))?;
        if !document.is_object() {
            return Err(vec![Placed::new(Code::Profile, "the file holds no profile").at(parent, None)]);
        }
        documents.push(document);
        sources.push(Source { file: parent, text });
    }
    let mut merged: Option<MergedProfile> = None;
    for (index, document) in documents.into_iter().enumerate().rev() {
        merged = Some(match &merged {
            None => MergedProfile::new(document, index),
            Some(parent) => parent.with(&document, index),
        });
    }
    let Some(merged) = merged else { return Err(Vec::new()) };
    let extended = ExtendedProfile { merged, sources };
    match load::load(&extended.merged.document) {
        Ok(profile) => Ok((profile, extended)),
        Err(errors) => Err(errors.iter().map(|error| extended.told(error)).collect()),
    }
}

/// The profile that the last of these extends.
fn parent(sources: &[Source], reference: &str) -> Result<(String, String), Placed> {
    let child = sources.last().map_or("", |source| source.file.as_str());
    let at = |message: String| {
        let text = sources.last().map_or("", |source| source.text.as_str());
        Placed::new(Code::Profile, message).at(child, place(text, &Pointer::of(["spec", "extends"]), true))
    };
    // A file is meant from the folder of the one that names it.
    let reference = match ProfileRef::from_str(reference) {
        Ok(ProfileRef::File(path)) => ProfileRef::File(Path::new(child).parent().unwrap_or(Path::new("")).join(path)),
        Ok(ProfileRef::BuiltIn(name)) if builtin::text(&name).is_none() => {
            let all: Vec<&str> = builtin::names().collect();
            let hint =
                format!("the built-in profiles are {}; a file needs a `/` or the ending `.yaml`", all.join(", "));
            return Err(at(format!("`extends`: there is no built-in profile `{name}`")).hint(Some(hint)));
        }
        Ok(built_in) => built_in,
        Err(never) => match never {},
    };
    let (file, text) = profile_text::profile_text(&reference)
        .map_err(|error| at(format!("`extends`: {error}", error = error.message)))?;
    let is_same = |source: &Source| source.file == file || is_same_file(&source.file, &file);
    if sources.iter().any(is_same) {
        return Err(at(format!("`extends`: `{file}` extends this file in turn")));
    }
    if sources.len() >= MOST {
        return Err(at(format!("`extends`: more than {MOST} profiles extend each other")));
    }
    Ok((file, text))
}

/// Whether two paths lead to one file.
fn is_same_file(one: &str, other: &str) -> bool {
    let canonical = |path: &str| std::fs::canonicalize(path).ok();
    canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Where a place is in a text that was read before.
fn place(text: &str, at: &Pointer, of_value: bool) -> Option<Position> {
    let offset = profile_text::parsed("", text, DocumentKind::Profile, |tree, root| {
        Ok(if of_value { tree.locate_value(root, at) } else { tree.locate(root, at) })
    });
    offset.ok().map(|offset| Places::new(text).position(offset))
}

/// The files that a profile's file extends, as far as they can be read.
#[cfg(feature = "serve")]
pub(crate) fn files(path: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(file) = next.take().filter(|_| files.len() < MOST) {
        let reference = std::fs::read_to_string(&file).ok().and_then(|text| {
            let name = |tree: &crate::text::yaml::tree::Tree<'_>, root| {
                Ok(tree.view(root).text(&["spec", "extends"]).map(|name| name.into_owned()))
            };
            profile_text::parsed("", &text, DocumentKind::Profile, name).ok().flatten()
        });
        let reference = reference.map(|reference| ProfileRef::from_str(&reference));
        if let Some(Ok(ProfileRef::File(parent))) = reference {
            let parent = file.parent().unwrap_or(Path::new("")).join(parent);
            files.push(parent.clone());
            next = Some(parent);
        }
    }
    files
}

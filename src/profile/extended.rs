//! A profile's file with those that it extends: read, merged, and loaded, with every error in the file that it is from.

use serde_json::Value;

use super::Profile;
use super::extends::{self, MergedProfile};
use super::file::{self, DocumentKind};
use super::load::{self, ProfileError};
use crate::diagnostic::{Code, Placed, Places, Position};
use crate::text::yaml::emit::{self, BlockLayout};
use crate::value::pointer::Pointer;
use crate::value::view::View as _;

/// How many profiles may extend each other.
pub(crate) const MOST: usize = 8;

/// Where profiles that others extend are read.
pub(crate) trait Parents {
    /// What to call the file that a profile's file `child` names, and its text.
    fn read(&self, child: &str, reference: &str) -> Result<(String, String), NoParent>;

    /// Whether two files of other names are one.
    fn is_same(&self, one: &str, other: &str) -> bool;
}

/// Why there is nothing to extend.
pub(crate) struct NoParent {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// A profile's file, and its text.
struct Source {
    file: String,
    text: String,
}

impl Source {
    /// An error about what it extends.
    fn wrong(&self, message: &str) -> Placed {
        let at = place(&self.text, &Pointer::of(["spec", "extends"]), true);
        Placed::new(Code::Profile, format!("`extends`: {message}")).at(self.file.as_str(), at)
    }
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

/// Reads a profile's text, and those that it extends.
///
/// # Errors
/// Everything that is wrong, each in its file. What a profile gets from another one is wrong there.
pub(crate) fn read_profile(
    file: &str,
    text: &str,
    parents: &dyn Parents,
) -> Result<(Profile, Option<ExtendedProfile>), Vec<Placed>> {
    let places = Places::new(text);
    file::parsed(file, text, DocumentKind::Profile, |tree, root| {
        if tree.view(root).text(&["spec", "extends"]).is_some() {
            let (profile, extended) = load_extended(file, text, tree.view(root).value(), parents)?;
            return Ok((profile, Some(extended)));
        }
        let told = |error: &ProfileError| {
            // An unknown field is wrong at its name, everything else at its value.
            let offset = if error.kind.is_about_key() {
                tree.locate(root, &error.at)
            } else {
                tree.locate_value(root, &error.at)
            };
            let at = places.position(offset);
            let mut placed = Placed::new(Code::Profile, error.to_string()).at(file, Some(at)).hint(error.hint());
            placed.path = error.at.to_string();
            placed
        };
        let profile = load::load(tree.view(root)).map_err(|errors| errors.iter().map(told).collect::<Vec<_>>())?;
        Ok((profile, None))
    })
}

/// Loads a profile that extends another. `document` is what the file says.
fn load_extended(
    file: &str,
    text: &str,
    document: Value,
    parents: &dyn Parents,
) -> Result<(Profile, ExtendedProfile), Vec<Placed>> {
    let mut sources = vec![Source { file: file.to_owned(), text: text.to_owned() }];
    let mut documents = vec![document];
    while let Some(reference) = documents.last().and_then(extends::extended).map(str::to_owned) {
        let parent = parent(&sources, &reference, parents).map_err(|error| vec![error])?;
        let document =
            file::parsed(&parent.file, &parent.text, DocumentKind::Profile, |tree, root| Ok(tree.view(root).value()))?;
        if !document.is_object() {
            return Err(vec![Placed::new(Code::Profile, "the file holds no profile").at(parent.file, None)]);
        }
        documents.push(document);
        sources.push(parent);
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
fn parent(sources: &[Source], reference: &str, parents: &dyn Parents) -> Result<Source, Placed> {
    // The first is there always.
    let none = Source { file: String::new(), text: String::new() };
    let child = sources.last().unwrap_or(&none);
    let (file, text) =
        parents.read(&child.file, reference).map_err(|none| child.wrong(&none.message).hint(none.hint))?;
    if sources.iter().any(|source| source.file == file || parents.is_same(&source.file, &file)) {
        return Err(child.wrong(&format!("`{file}` extends this file in turn")));
    }
    if sources.len() >= MOST {
        return Err(child.wrong(&format!("more than {MOST} profiles extend each other")));
    }
    Ok(Source { file, text })
}

/// Where a place is in a text that was read before.
fn place(text: &str, at: &Pointer, of_value: bool) -> Option<Position> {
    let offset = file::parsed("", text, DocumentKind::Profile, |tree, root| {
        Ok(if of_value { tree.locate_value(root, at) } else { tree.locate(root, at) })
    });
    offset.ok().map(|offset| Places::new(text).position(offset))
}

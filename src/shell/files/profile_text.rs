//! The text of a profile: found, read, and parsed.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::diagnostic::{Code, Placed, Places};
use crate::profile::builtin;
use crate::text::document;
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::tree::{NodeId, Tree};
use crate::text::yaml::{parse_json, parse_yaml};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View as _};

/// A profile as it is named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileRef {
    /// A built-in one, by its name; whether there is one is not known here.
    BuiltIn(String),
    /// A file: there is a path separator in it, or an extension of manifests at its end.
    File(PathBuf),
    /// One that is part of another file. No command line names it.
    Inline {
        /// What messages call that file.
        file: String,
        /// The profile alone.
        text: String,
    },
}

impl FromStr for ProfileRef {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let path = Path::new(text);
        let manifest = path.extension().is_some_and(|e| ["yaml", "yml", "json"].iter().any(|known| e == *known));
        let separated = text.contains(std::path::is_separator);
        Ok(if manifest || separated { Self::File(path.to_owned()) } else { Self::BuiltIn(text.to_owned()) })
    }
}

/// A profile's text, and what to call the file.
pub(crate) fn profile_text(reference: &ProfileRef) -> Result<(String, String), Placed> {
    match reference {
        ProfileRef::Inline { file, text } => Ok((file.clone(), text.clone())),
        ProfileRef::BuiltIn(name) => match builtin::text(name) {
            Some(text) => Ok((format!("<{name}>"), text.to_owned())),
            None => {
                let all: Vec<&str> = builtin::names().collect();
                let manifest = format!("{name}.yaml");
                let hint = if name.contains(std::path::is_separator) {
                    format!("a built-in profile has a name; the built-in profiles are {}", all.join(", "))
                } else if Path::new(name).is_file() {
                    format!("for the file of that name, write `./{name}`")
                } else if Path::new(&manifest).is_file() {
                    format!("for the file of that name, write `{manifest}`")
                } else {
                    format!("the built-in profiles are {}; a file needs a `/` or the ending `.yaml`", all.join(", "))
                };
                Err(Placed::new(Code::Profile, format!("there is no built-in profile `{name}`")).hint(Some(hint)))
            }
        },
        ProfileRef::File(path) => {
            let file = path.display().to_string();
            let unreadable = |error: &dyn std::fmt::Display| {
                Placed::new(Code::Profile, format!("cannot read the profile: {error}")).at(file.clone(), None)
            };
            let bytes = fs::read(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => unreadable(&"there is no such file"),
                _ => unreadable(&error),
            })?;
            let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
            Ok((file, text))
        }
    }
}

/// What a file of one document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    Profile,
    /// A repository's settings.
    Config,
    /// A test of profiles.
    Test,
}

impl DocumentKind {
    const fn code(self) -> Code {
        match self {
            Self::Profile => Code::Profile,
            Self::Config => Code::Config,
            Self::Test => Code::Test,
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Config => "settings",
            Self::Test => "test",
        }
    }
}

/// Parses the text of a file that holds one document, and does something with it.
pub(crate) fn parsed<T>(
    file: &str,
    text: &str,
    kind: DocumentKind,
    read: impl FnOnce(&Tree<'_>, NodeId) -> Result<T, Vec<Placed>>,
) -> Result<T, Vec<Placed>> {
    let places = Places::new(text);
    let syntax = |error: SyntaxError| {
        let hint = match &error.kind {
            SyntaxErrorKind::Braces(expression) => Some(format!("quote it: `\"{expression}\"`")),
            _ => error.hint().map(str::to_owned),
        };
        let placed = Placed::new(kind.code(), error.to_string()).hint(hint);
        vec![placed.at(file, Some(places.position(error.offset)))]
    };
    let tree = if text.trim_start().starts_with('{') {
        parse_json(text).map(|(tree, _)| tree).map_err(syntax)?
    } else {
        parse_yaml(text).map_err(syntax)?
    };
    let Some(root) = tree.root() else {
        return Err(vec![Placed::new(kind.code(), format!("the file holds no {}", kind.noun())).at(file, None)]);
    };
    let read = read(&tree, root)?;
    match second_document(text).map_err(syntax)? {
        None => Ok(read),
        Some(offset) => {
            let (message, hint) = match kind {
                DocumentKind::Profile => {
                    ("a profile is one document, and this is a second one", "write each profile in a file of its own")
                }
                DocumentKind::Test => {
                    ("a test is one document, and this is a second one", "write each test in a file of its own")
                }
                DocumentKind::Config => ("the settings are one document, and this is a second one", "merge the two"),
            };
            let placed = Placed::new(kind.code(), message).hint(Some(hint));
            Err(vec![placed.at(file, Some(places.position(offset)))])
        }
    }
}

/// Where a second document begins, which would otherwise be ignored; one that holds only comments does not count.
fn second_document(text: &str) -> Result<Option<usize>, SyntaxError> {
    for document in document::split(text)?.into_iter().skip(1) {
        let start = document.range.start;
        let tree = document.parse(text).map_err(|error| SyntaxError { offset: start + error.offset, ..error })?;
        if let Some(root) = tree.root().filter(|root| tree.view(*root).kind() != Kind::Null) {
            return Ok(Some(start + tree.locate_value(root, &Pointer::root())));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_a_name_or_a_file() {
        for (text, file) in [
            ("nginx", false),
            ("my.profile", false),
            ("nginx.yaml", true),
            ("a.yml", true),
            ("a.json", true),
            ("./nginx", true),
            ("profiles/nginx", true),
        ] {
            let expected = if file { ProfileRef::File(text.into()) } else { ProfileRef::BuiltIn(text.into()) };
            assert_eq!(text.parse(), Ok(expected));
        }
    }
}

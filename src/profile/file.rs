//! A file of one document, a profile or settings: parsed, with every error at its place.

use crate::diagnostic::{Code, Placed, Places};
use crate::text::document;
use crate::text::yaml::error::{SyntaxError, SyntaxErrorKind};
use crate::text::yaml::tree::{NodeId, Tree};
use crate::text::yaml::{parse_json, parse_yaml};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View as _};

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

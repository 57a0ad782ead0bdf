//! The input of an importer: its values, each with its place in the file, also where a text of the file is a document of its
//! own.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use crate::text::document;
use crate::text::yaml::error::SyntaxError;
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::Tree;
use crate::text::yaml::{parse_json, parse_yaml};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View as _};

/// Why an input cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImportError {
    /// The byte of the file at which it is.
    pub at: usize,
    /// The place of the value in the input; empty where it is about all of it.
    pub path: Pointer,
    /// What is wrong.
    pub message: String,
    /// What to do, where there is one thing to do.
    pub hint: Option<String>,
}

impl ImportError {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, path: Pointer::root(), message: message.into(), hint: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Where a document is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ground<'t> {
    /// It is the file.
    File,
    /// It is the text of a scalar of the file, at these bytes.
    Scalar { file: &'t str, start: usize, end: usize, text: &'t str },
}

impl<'t> Ground<'t> {
    /// The document that a scalar of the file holds. `text` is its value.
    pub(super) fn scalar(file: &'t str, span: Range<usize>, text: &'t str) -> Self {
        Self::Scalar { file, start: span.start, end: span.end, text }
    }

    /// The byte of the file for a byte of the document. It is the start of the scalar where that is not written line by line.
    pub(super) fn place(self, offset: usize) -> usize {
        match self {
            Self::File => offset,
            Self::Scalar { file, start, end, text } => {
                let source = file.get(start..end).unwrap_or_default();
                line_by_line(source, text, offset).map_or(start, |offset| start + offset)
            }
        }
    }
}

/// The byte of a block scalar's source for a byte of its text. Below its header it has the same lines, with indentation.
fn line_by_line(source: &str, text: &str, offset: usize) -> Option<usize> {
    let before = text.get(..offset)?;
    let number = before.matches('\n').count();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(line_start..)?.split('\n').next()?;
    let mut start = source.find('\n')? + 1;
    for _ in 0..number {
        start += source.get(start..)?.find('\n')? + 1;
    }
    let written = source.get(start..)?.split('\n').next()?.trim_end_matches('\r');
    let indentation = written.len().checked_sub(line.len()).filter(|_| written.ends_with(line))?;
    (source.starts_with('|') && written.get(..indentation)?.trim().is_empty())
        .then_some(start + indentation + offset - line_start)
}

/// Parses a text that holds one document.
pub(super) fn parse<'t>(text: &'t str, ground: Ground<'_>) -> Result<Tree<'t>, ImportError> {
    let syntax = |offset: usize, error: &SyntaxError| {
        let made = ImportError::new(ground.place(offset), error.to_string());
        ImportError { hint: error.hint().map(str::to_owned), ..made }
    };
    let tree =
        if text.trim_start().starts_with('{') { parse_json(text).map(|(tree, _)| tree) } else { parse_yaml(text) };
    let tree = tree.map_err(|error| syntax(error.offset, &error))?;
    let documents = document::split(text).map_err(|error| syntax(error.offset, &error))?;
    for document in documents.into_iter().skip(1) {
        let start = document.range.start;
        let other = document.parse(text).map_err(|error| syntax(start + error.offset, &error))?;
        if other.root().is_some_and(|root| other.view(root).kind() != Kind::Null) {
            let message = "this is a second document, and only one can be imported";
            return Err(ImportError::new(ground.place(start), message).hint("put each document into a file of its own"));
        }
    }
    Ok(tree)
}

/// A value of the input.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    view: NodeRef<'a>,
    ground: Ground<'a>,
    pub(super) path: Pointer,
}

impl<'a> Node<'a> {
    pub(super) const fn new(view: NodeRef<'a>, ground: Ground<'a>, path: Pointer) -> Self {
        Self { view, ground, path }
    }

    /// The byte of the file at which it is.
    pub(super) fn at(&self) -> usize {
        self.ground.place(self.view.span().start)
    }

    /// The document in the text of this scalar.
    pub(super) fn ground_of(&self, text: &'a str) -> Ground<'a> {
        Ground::scalar(self.view.document(), self.view.span(), text)
    }

    pub(super) fn kind(&self) -> Kind {
        self.view.kind()
    }

    pub(super) fn value(&self) -> Value {
        self.view.value()
    }

    /// An error about this value.
    pub(super) fn error(&self, message: impl Into<String>) -> ImportError {
        ImportError { path: self.path.clone(), ..ImportError::new(self.at(), message) }
    }

    fn child(&self, view: NodeRef<'a>, token: &str) -> Self {
        Self { view, ground: self.ground, path: self.path.join(token) }
    }

    /// The member of that name; null counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        let view = self.view.member(name).filter(|member| member.kind() != Kind::Null)?;
        Some(self.child(view, name))
    }

    pub(super) fn require(&self, name: &str) -> Result<Self, ImportError> {
        self.expect(Kind::Mapping)?;
        self.get(name).ok_or_else(|| self.error(format!("field `{name}` is missing")))
    }

    /// The members of this object.
    pub(super) fn members(&self) -> Result<Vec<(String, Self)>, ImportError> {
        self.expect(Kind::Mapping)?;
        let place = |(name, view): (Cow<'a, str>, NodeRef<'a>)| (name.to_string(), self.child(view, &name));
        Ok(self.view.members().into_iter().map(place).collect())
    }

    /// The members of this object that are not null.
    pub(super) fn given(&self) -> Result<Vec<(String, Self)>, ImportError> {
        let is_given = |(_, value): &(String, Self)| value.kind() != Kind::Null;
        Ok(self.members()?.into_iter().filter(is_given).collect())
    }

    /// The elements of this list.
    pub(super) fn elements(&self) -> Result<Vec<Self>, ImportError> {
        self.expect(Kind::Sequence)?;
        let elements = self.view.elements().into_iter().enumerate();
        Ok(elements.map(|(index, view)| self.child(view, &index.to_string())).collect())
    }

    /// This string.
    pub(super) fn text(&self) -> Result<String, ImportError> {
        self.expect(Kind::String)?;
        Ok(self.view.string().unwrap_or_default().into_owned())
    }

    /// The string at the end of a path of names, where there is one.
    pub(super) fn text_at(&self, names: &[&str]) -> Option<Cow<'a, str>> {
        self.view.text(names)
    }

    fn expect(&self, expected: Kind) -> Result<(), ImportError> {
        let found = self.kind();
        match found == expected {
            true => Ok(()),
            false => Err(self.error(format!("expected {}, found {}", expected.name(), found.name()))),
        }
    }
}

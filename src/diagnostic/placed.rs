//! A diagnostic at its place in a file: the form in which reports carry it.

use serde::Serialize;

use super::{Code, Severity};

/// An error, a warning or a note, at its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// How grave it is.
    pub severity: Severity,
    /// Which kind of problem it is: stable, lower case with dashes.
    pub code: Code,
    /// What is wrong, or worth knowing, without the place.
    pub message: String,
    /// What to do, where there is one thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The file as it was named on the command line, `<stdin>`, or empty where it is not about a file.
    pub file: String,
    /// Where the value is.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// The JSON Pointer of the value, from the root of the object; empty where it is not about a value.
    pub path: String,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in Unicode code points.
    pub column: usize,
}

impl Placed {
    /// About no file yet, and as grave as its code usually is.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: code.severity(),
            code,
            message: message.into(),
            hint: None,
            file: String::new(),
            position: None,
            path: String::new(),
        }
    }

    /// The same about a file, and a place in it where that is known.
    #[must_use]
    pub fn at(mut self, file: impl Into<String>, position: Option<Position>) -> Self {
        self.file = file.into();
        self.position = position;
        self
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }

    /// `deploy.yaml:12:11: `, as far as it is known.
    pub fn place(&self) -> String {
        match (self.file.as_str(), self.position) {
            ("", _) => String::new(),
            (file, None) => format!("{file}: "),
            (file, Some(Position { line, column })) => format!("{file}:{line}:{column}: "),
        }
    }
}

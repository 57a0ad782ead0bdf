//! Why a text could not be read. All of these are the fault of whoever wrote it, but for [`SyntaxErrorKind::Parser`].

use thiserror::Error;

/// An error with its place in the document.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{kind}")]
pub struct SyntaxError {
    /// Byte offset in the document's text.
    pub offset: usize,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
}

impl SyntaxError {
    pub(crate) const fn new(offset: usize, kind: SyntaxErrorKind) -> Self {
        Self { offset, kind }
    }

    /// What to do about it, where there is one thing to do.
    pub fn hint(&self) -> Option<&'static str> {
        match &self.kind {
            SyntaxErrorKind::Separator(_) => Some("write the document's first line below the `---`"),
            SyntaxErrorKind::Braces(_) => {
                Some("this looks like a Helm template that was not rendered: `helm template … | injector …`")
            }
            SyntaxErrorKind::Directive(_) => Some("remove that line"),
            SyntaxErrorKind::Indicator(_) => Some("quote the value"),
            SyntaxErrorKind::Tab => Some("use spaces"),
            SyntaxErrorKind::CutOff(_) => Some("is it cut off?"),
            SyntaxErrorKind::Yaml(problem) if problem.starts_with("mapping values are not allowed") => {
                Some("quote a value with `: ` in it, or mend the indentation")
            }
            SyntaxErrorKind::Yaml(problem) if problem.contains("while parsing a block") => Some("mend the indentation"),
            SyntaxErrorKind::DuplicateKey { .. } => {
                Some("kubectl keeps the last one and drops the others: remove all but one")
            }
            SyntaxErrorKind::AliasBomb => Some("write the repeated part out"),
            SyntaxErrorKind::Parser(_) => Some("please report this text as a bug of injector"),
            _ => None,
        }
    }
}

/// What is wrong with a text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Aliases that expand to far more than what is written.
    #[error("aliases expand to far more than what is written")]
    AliasBomb,
    /// `{{ .Values.name }}`, which would be a mapping with a mapping for a key.
    #[error("`{0}` is an expression of a template, not YAML")]
    Braces(String),
    /// A character that YAML does not allow.
    #[error("the control character U+{0:04X} is not allowed")]
    Control(u32),
    /// YAML whose end is missing.
    #[error("the document ends too early: {0}")]
    CutOff(String),
    /// `%YAML` or `%TAG`.
    #[error("`{0}` is a directive, which kubectl does not read")]
    Directive(String),
    /// More nesting than is read.
    #[error("nested deeper than {0} levels")]
    Depth(usize),
    /// More values than anything that is read could need.
    #[error("more than {0} values")]
    Values(usize),
    /// A key that stands twice in one object.
    #[error("the key `{key}` is already there, on line {line}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The first one's line, counted from 1 in the document.
        line: usize,
    },
    /// A character that begins no plain value.
    #[error("a value cannot begin with `{0}`")]
    Indicator(char),
    /// JSON that is none.
    #[error("{0}")]
    Json(String),
    /// A mapping's key that JSON cannot have.
    #[error("{0} cannot be a key")]
    Key(&'static str),
    /// `<<` with something else than objects.
    #[error("`<<` takes an object or a list of objects")]
    Merge,
    /// A line among others of the form `key: value`.
    #[error("`{0}` has no `:`")]
    NoColon(String),
    /// A quotation mark without its second.
    #[error("the quoted text that begins here does not end")]
    OpenQuote,
    /// The parser itself failed: a bug.
    #[error("the YAML parser failed: {0}")]
    Parser(String),
    /// Something else than a comment after `---`.
    #[error("`{0}` stands on the line of `---`, which kubectl refuses")]
    Separator(String),
    /// A document of 4 GiB or more.
    #[error("documents of 4 GiB and more are not read")]
    Size,
    /// A scalar that JSON cannot have, or that does not fit its tag.
    #[error("{0}")]
    Scalar(String),
    /// Indentation by tabs.
    #[error("a tab cannot indent YAML")]
    Tab,
    /// An alias without its anchor.
    #[error("the alias `*{0}` has no anchor before it")]
    UnknownAnchor(String),
    /// YAML that is none.
    #[error("{0}")]
    Yaml(String),
}

impl SyntaxErrorKind {
    /// Whether the text is no YAML at all, rather than YAML that is not taken here.
    pub(crate) const fn is_of_parser(&self) -> bool {
        matches!(
            self,
            Self::Yaml(_) | Self::CutOff(_) | Self::Indicator(_) | Self::NoColon(_) | Self::OpenQuote | Self::Tab
        )
    }
}

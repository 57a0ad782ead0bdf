//! Why a text cannot be read. The author of the text made a mistake, except for [`SyntaxErrorKind::Parser`], which is a bug
//! here.

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
            SyntaxErrorKind::Separator(_) => Some("move it to the next line"),
            SyntaxErrorKind::Braces(_) => {
                Some("this looks like a Helm template: render it first, `helm template … | injector …`")
            }
            SyntaxErrorKind::Directive(_) => Some("remove that line"),
            SyntaxErrorKind::Indicator(_) => Some("quote the value"),
            SyntaxErrorKind::Tab => Some("use spaces"),
            SyntaxErrorKind::CutOff(_) => Some("is the file complete?"),
            SyntaxErrorKind::Yaml(problem) if problem.starts_with("mapping values are not allowed") => {
                Some("quote a value with `: ` in it, or fix the indentation")
            }
            SyntaxErrorKind::Yaml(problem) if problem.contains("while parsing a block") => Some("fix the indentation"),
            SyntaxErrorKind::DuplicateKey { .. } => {
                Some("kubectl keeps the last one and drops the others: remove all but one")
            }
            SyntaxErrorKind::AliasBomb => Some("write the part out instead of repeating its alias"),
            SyntaxErrorKind::Parser(_) => Some("please report this text as a bug of injector"),
            _ => None,
        }
    }
}

/// What is wrong with a text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Aliases that expand to far more than the text itself, as in a "billion laughs" attack.
    #[error("the aliases expand to far more than the text itself")]
    AliasBomb,
    /// `{{ .Values.name }}`, which YAML reads as a mapping with a mapping as its key.
    #[error("`{0}` is a template expression, not YAML")]
    Braces(String),
    /// A character that YAML does not allow.
    #[error("the control character U+{0:04X} is not allowed")]
    Control(u32),
    /// YAML whose end is missing.
    #[error("the document ends too early: {0}")]
    CutOff(String),
    /// `%YAML` or `%TAG`.
    #[error("`{0}` is a YAML directive, which kubectl does not accept")]
    Directive(String),
    /// More nesting than is accepted.
    #[error("nested deeper than {0} levels")]
    Depth(usize),
    /// More values than any object has.
    #[error("more than {0} values")]
    Values(usize),
    /// A key that is twice in one object.
    #[error("the key `{key}` is already on line {line}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The first one's line, counted from 1 in the document.
        line: usize,
    },
    /// A character that begins no plain value.
    #[error("a value cannot begin with `{0}`")]
    Indicator(char),
    /// Text that is not JSON.
    #[error("{0}")]
    Json(String),
    /// A key of a mapping that cannot be a key in JSON.
    #[error("{0} cannot be a key")]
    Key(&'static str),
    /// `<<` with a value that is neither an object nor a list of objects.
    #[error("the value of `<<` is not an object or a list of objects")]
    Merge,
    /// A line without a colon among lines of the form `key: value`.
    #[error("`{0}` has no `:`")]
    NoColon(String),
    /// A quotation mark without the closing one.
    #[error("the quoted text that begins here does not end")]
    OpenQuote,
    /// The parser itself failed: a bug.
    #[error("the YAML parser failed: {0}")]
    Parser(String),
    /// Text other than a comment on the line of `---`.
    #[error("`{0}` is on the same line as `---`, which kubectl does not accept")]
    Separator(String),
    /// A document of 4 GiB or more: offsets have 32 bits.
    #[error("the document has 4 GiB or more")]
    Size,
    /// A scalar that JSON cannot have, or that does not fit its tag.
    #[error("{0}")]
    Scalar(String),
    /// Indentation by tabs.
    #[error("YAML cannot be indented with a tab")]
    Tab,
    /// An alias without its anchor.
    #[error("the alias `*{0}` has no anchor `&{0}` before it")]
    UnknownAnchor(String),
    /// Text that is not YAML, in the words of the parser.
    #[error("{0}")]
    Yaml(String),
}

impl SyntaxErrorKind {
    /// Whether the text is not YAML at all. The others are YAML that is not accepted here.
    pub(crate) const fn is_of_parser(&self) -> bool {
        matches!(
            self,
            Self::Yaml(_) | Self::CutOff(_) | Self::Indicator(_) | Self::NoColon(_) | Self::OpenQuote | Self::Tab
        )
    }
}

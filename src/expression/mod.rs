//! Expressions: a part of the Common Expression Language, which Kubernetes uses for its own policies
//! (<https://kubernetes.io/docs/reference/using-api/cel/>).
//!
//! Text goes in once and is parsed and checked; the result is evaluated over read-only views, so nothing of a pod is copied.
//! Evaluation ends: there are no loops but those over lists, and steps and bytes are counted. It is deterministic: a map
//! keeps the order of its document, or of its literal.
//!
//! Imports `value`, `text` for what is YAML in a string, `kube`, and the words of `diagnostic`. A further function is a row in `functions` and an arm in `eval`.

use std::fmt;

use thiserror::Error;

mod ast;
mod check;
mod equality;
mod eval;
mod fault;
mod functions;
mod item;
mod kept;
pub(crate) mod kubernetes;
mod library;
mod operators;
mod parse;
#[cfg(not(sealed))]
pub(crate) mod standalone;
mod token;
mod types;
mod whole;
#[cfg(test)]
mod tests;

pub(crate) use eval::Variables;
pub(crate) use fault::{Effort, EvalFault, Meter};
pub(crate) use item::Item;
pub(crate) use kept::KeptItem;
pub(crate) use token::is_reserved;
pub(crate) use types::{Sort, Type};
pub(crate) use whole::WholePattern;

/// How long an expression may be.
pub(crate) const MOST_BYTES: usize = 1024;
/// How many levels its tree may have.
pub(crate) const MOST_LEVELS: usize = 64;
/// How many macros may be inside one another.
pub(crate) const MOST_LOOPS: usize = 3;

/// An expression that has been checked against the variables that it may use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expression {
    root: ast::CheckedNode,
    result: Type,
    uses: Vec<Use>,
    members: Vec<String>,
}

/// A variable that an expression uses, with the members that it reads of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// The variable's index in the scope.
    pub(crate) variable: usize,
    /// The members that follow it, as far as they are written out.
    pub(crate) path: Vec<String>,
    /// The byte of the expression at which it is named.
    pub(crate) at: usize,
}

/// The variables that an expression may use, each with its type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    types: Vec<Type>,
    names: Vec<(String, usize)>,
    groups: Vec<(&'static str, Vec<(String, usize)>)>,
}

impl Scope {
    /// Adds a variable that has no name yet, and returns its index.
    pub(crate) fn variable(&mut self, ty: Type) -> usize {
        self.types.push(ty);
        self.types.len() - 1
    }

    /// Adds a variable of this name, and returns its index. A later one hides an earlier one of the same name.
    pub(crate) fn add(&mut self, name: impl Into<String>, ty: Type) -> usize {
        let index = self.variable(ty);
        self.names.push((name.into(), index));
        index
    }

    /// Adds a group: its members are variables, each written `GROUP.NAME`.
    pub(crate) fn group(&mut self, group: &'static str) {
        self.groups.push((group, Vec::new()));
    }

    /// Makes a variable a member of a group.
    pub(crate) fn member(&mut self, group: &str, name: impl Into<String>, index: usize) {
        if let Some((_, members)) = self.groups.iter_mut().find(|(known, _)| *known == group) {
            members.push((name.into(), index));
        }
    }

    /// Takes away the last variable.
    pub(crate) fn pop(&mut self) {
        self.types.pop();
        let count = self.types.len();
        self.names.retain(|(_, index)| *index < count);
    }

    fn find(&self, name: &str) -> Option<(usize, &Type)> {
        let (_, index) = self.names.iter().rfind(|(known, _)| known == name)?;
        self.types.get(*index).map(|ty| (*index, ty))
    }

    fn grouped(&self, group: &str) -> Option<&[(String, usize)]> {
        self.groups.iter().find(|(known, _)| *known == group).map(|(_, members)| members.as_slice())
    }

    fn of(&self, index: usize) -> Type {
        self.types.get(index).cloned().unwrap_or(Type::Dyn)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str()).chain(self.groups.iter().map(|(name, _)| *name))
    }
}

impl Expression {
    /// Reads and checks an expression.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with the byte at which it is.
    pub(crate) fn new(text: &str, scope: &Scope) -> Result<Self, CompileError> {
        let parsed = parse::parse(text)?;
        let checked = check::check(parsed, scope)?;
        Ok(Self { root: checked.root, result: checked.result, uses: checked.uses, members: checked.members })
    }

    /// The type of its value, as far as it is known.
    pub(crate) const fn result(&self) -> &Type {
        &self.result
    }

    /// The indexes of the variables that it uses.
    pub(crate) fn variables(&self) -> impl Iterator<Item = usize> {
        self.uses.iter().map(|known| known.variable)
    }

    /// The texts and whole numbers that are written out in it.
    pub(crate) fn literals(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.root.literals(&mut found);
        found
    }

    /// Whether it reads a member of this name, of whatever.
    pub(crate) fn reads_member(&self, name: &str) -> bool {
        self.members.iter().any(|member| member == name)
    }

    /// The variables that it uses.
    pub(crate) fn uses(&self) -> &[Use] {
        &self.uses
    }
}

/// Why a text is no expression of the scope. The profile's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// The byte of the text.
    pub at: usize,
    pub(crate) fault: SyntaxFault,
}

impl CompileError {
    const fn new(at: usize, fault: SyntaxFault) -> Self {
        Self { at, fault }
    }
}

impl CompileError {
    /// What to write instead, where that is known.
    pub(crate) fn hint(&self) -> Option<String> {
        self.fault.hint()
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

/// What is wrong with an expression.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum SyntaxFault {
    #[error("unexpected character `{0}`")]
    Character(char),
    #[error("`{0}` is not a number that can be used: an integer has 64 bits, a double is finite")]
    Number(String),
    #[error("not an escape sequence")]
    Escape,
    #[error("a {0} that is not closed")]
    Unclosed(&'static str),
    #[error("expected {wanted}, found {found}")]
    Unexpected { wanted: &'static str, found: String },
    #[error("`{0}` is a reserved word")]
    Reserved(String),
    #[error("{0} bytes, more than the {MOST_BYTES} that an expression may have")]
    TooLong(usize),
    #[error("nested more than {MOST_LEVELS} levels deep")]
    TooDeep,
    #[error("more than {MOST_LOOPS} macros inside one another")]
    TooManyLoops,
    #[error("`{0}` is not used like this")]
    Macro(String),
    #[error("`{0}` is no value by itself")]
    Group(&'static str),
    #[error("`{0}` is not a regular expression that can be used")]
    Pattern(String),
    #[error("unknown name `{name}`")]
    UnknownName { name: String, nearest: Option<String> },
    #[error("unknown function `{name}`")]
    UnknownFunction { name: String, nearest: Option<String> },
    #[error("unknown field `{name}`")]
    UnknownField { name: String, nearest: Option<String> },
    #[error("`{function}` does not take {found}")]
    Arguments { function: String, found: String, takes: String },
    #[error("expected {wanted}, found {found}")]
    Type { wanted: &'static str, found: String },
}

impl SyntaxFault {
    /// What to write instead, where that is known.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownName { nearest, .. }
            | Self::UnknownFunction { nearest, .. }
            | Self::UnknownField { nearest, .. } => nearest.as_ref().map(|name| format!("did you mean `{name}`?")),
            Self::Arguments { takes, .. } => Some(format!("it takes {takes}")),
            Self::Macro(name) => Some(match name.as_str() {
                "has" => "write `has(a.b)`".to_owned(),
                name => format!("write `list.{name}(x, …)`, where `x` is a name for each element"),
            }),
            Self::Group(name) => Some(format!("write `{name}.NAME`")),
            Self::Reserved(name) if name == "namespace" => Some("`ns` has the namespace's facts".to_owned()),
            Self::Reserved(_) => Some("the member of a map is written `map['name']`".to_owned()),
            Self::Character('=') => Some("two values are compared with `==`".to_owned()),
            Self::Character('&') => Some("both conditions: `a && b`".to_owned()),
            Self::Character('|') => Some("one of two conditions: `a || b`".to_owned()),
            Self::Character('`' | '“' | '”' | '‘' | '’') => {
                Some("a text is written 'text' or \"text\"".to_owned())
            }
            Self::Escape => Some("a backslash is written `\\\\`, or the text as r'…'".to_owned()),
            Self::TooLong(_) | Self::TooDeep | Self::TooManyLoops => Some("name a part of it in `let`".to_owned()),
            Self::Pattern(_) => {
                Some("the syntax is RE2's, without `\\p` and `\\Q`, and with 256 bytes at most".to_owned())
            }
            Self::Number(_) | Self::Character(_) | Self::Unclosed(_) | Self::Unexpected { .. } | Self::Type { .. } => {
                None
            }
        }
    }
}

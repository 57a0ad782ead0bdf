//! Reading a document node by node, collecting every error with its place. It knows no field of a profile.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use super::parameter::BadValue;
use super::slot::{Home, Slot};
use super::template::{TemplateError, first_expression};
use crate::diagnostic::words::{self, list, nearest};
use crate::kube::workload::TemplatePathError;
use crate::value::pointer::{Pointer, PointerError};
use crate::value::view::{Kind, View};

/// Something wrong in a profile's document. The profile's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// Where in the profile's document; an unknown field's own place, and for a missing one the object's.
    pub at: Pointer,
    /// What is wrong.
    pub kind: ProfileErrorKind,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for ProfileError {}

impl ProfileErrorKind {
    /// Whether a field's name is wrong, and not its value.
    pub(crate) fn is_about_key(&self) -> bool {
        match self {
            Self::UnknownField { .. } | Self::Reserved(_) => true,
            Self::Schema { message, .. } => message.starts_with("unknown field"),
            _ => false,
        }
    }
}

/// Every kind of error in a profile's document.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProfileErrorKind {
    /// A name that does not have the form it must have.
    #[error("`{value}` is not {form}")]
    BadForm {
        /// What is written.
        value: String,
        /// What it should be, with its article.
        form: &'static str,
    },
    /// A parameter where only a plain value can be: it would count as it is written.
    #[error("this names the parameter `{0}`: only a plain value can be here")]
    ParameterInPlain(String),
    /// A default that names a parameter which has no value yet.
    #[error("the default of parameter `{name}` names the parameter `{other}`, which is not before it")]
    ParameterInDefault {
        /// The parameter.
        name: String,
        /// The one in its default.
        other: String,
    },
    /// A parameter's default is not of its type.
    #[error("default of parameter `{name}`: {bad}")]
    Default {
        /// The parameter.
        name: String,
        /// What is wrong.
        bad: BadValue,
    },
    /// Every slot is empty.
    #[error("the profile adds nothing")]
    AddsNothing,
    /// Two things of one name.
    #[error("{what} `{name}` is given twice")]
    Duplicate {
        /// What kind of thing.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Something that must have at least one entry has none.
    #[error("{0}")]
    Empty(&'static str),
    /// Two fields that cannot both be there.
    #[error("a parameter with `{one}` cannot have `{other}`")]
    Contradiction {
        /// The one field.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A field that must be there is not.
    #[error("field `{0}` is missing")]
    Missing(&'static str),
    /// A word that is not one of those allowed.
    #[error("`{value}` {} {}", if allowed.len() == 1 { "is not" } else { "is not one of" }, list(allowed))]
    NoneOf {
        /// What is written.
        value: String,
        /// What is allowed.
        allowed: Vec<&'static str>,
    },
    /// An alternative that is always taken, and not the last.
    #[error("an alternative without `when` is always taken, so those after it never are")]
    AlwaysTaken,
    /// A place that is not a JSON Pointer.
    #[error(transparent)]
    Pointer(#[from] PointerError),
    /// A key that only the injector writes.
    #[error("`{0}` is the record of what was injected, and only the injector writes it")]
    Reserved(String),
    /// What Kubernetes does not know, or of the wrong type, in what is added.
    #[error("{message}")]
    Schema {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// Values where the operator takes none, or none where it takes some.
    #[error("operator `{operator}` {}", if *takes_values { "needs `values`" } else { "takes no `values`" })]
    SelectorValues {
        /// The operator.
        operator: String,
        /// Whether it takes values.
        takes_values: bool,
    },
    /// A parameter with several values where a single one has to be.
    #[error("parameter `{name}` is of type `{ty}`, and this must be a single value")]
    Structured {
        /// The parameter.
        name: String,
        /// Its type.
        ty: &'static str,
        /// An expression that gives a single value.
        instead: String,
    },
    /// One value both opts in and out.
    #[error("value `{0}` both injects and skips")]
    SwitchOverlap(String),
    /// A text with a `{{` that is no expression.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A text that is not a template path.
    #[error(transparent)]
    TemplatePath(#[from] TemplatePathError),
    /// Nested deeper than is read.
    #[error("nested deeper than {0}")]
    TooDeep(usize),
    /// A parameter whose type cannot be what Kubernetes wants there.
    #[error("parameter `{name}` is of type `{ty}`, and this must be {expected}")]
    Unfit {
        /// The parameter.
        name: String,
        /// Its type.
        ty: &'static str,
        /// What is wanted, with its article.
        expected: &'static str,
    },
    /// An expression that cannot give what Kubernetes wants there.
    #[error("the expression gives {found}, and this must be {expected}")]
    UnfitExpression {
        /// What it gives, with its article.
        found: String,
        /// What is wanted, with its article.
        expected: &'static str,
    },
    /// A text with a parameter in it where no string can be.
    #[error("a text with a parameter in it is a string, and this must be {0}")]
    UnfitText(&'static str),
    /// A field that does not exist.
    #[error("unknown field `{name}`")]
    UnknownField {
        /// What is written.
        name: String,
        /// The fields that exist.
        known: Vec<&'static str>,
    },
    /// A parameter that does not exist.
    #[error("unknown parameter `{name}`")]
    UnknownParameter {
        /// What is written.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// A field of a parameter that another type has.
    #[error("`{field}` belongs to {} {}, and this is `{ty}`", if types.len() == 1 { "type" } else { "the types" }, list(types))]
    FieldOfOtherType {
        /// The field.
        field: &'static str,
        /// The types that have it.
        types: &'static [&'static str],
        /// The parameter's own type.
        ty: &'static str,
    },
    /// A number that is too small or too large.
    #[error("`{value}` is not {expected}")]
    OutOfRange {
        /// What is written.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A value of another kind.
    #[error("expected {expected}, found {}", found.name())]
    WrongType {
        /// What it should be, with its article.
        expected: &'static str,
        /// What it is.
        found: Kind,
    },
}

impl ProfileError {
    /// What to do, where there is one thing to do.
    pub fn hint(&self) -> Option<String> {
        let meant = |name: &str| format!("did you mean `{name}`?");
        match &self.kind {
            ProfileErrorKind::Default { bad, .. } => bad.hint(),
            ProfileErrorKind::NoneOf { value, allowed } => words::meant(value, allowed.iter().copied()).map(meant),
            ProfileErrorKind::AlwaysTaken => Some("put it last".to_owned()),
            ProfileErrorKind::AddsNothing => {
                let fields = Slot::ALL.into_iter().filter(|slot| slot.home() != Home::Application).map(Slot::field);
                let fields: Vec<&str> = fields.chain(["application", "pod"]).collect();
                Some(format!("add to at least one of the fields {}", list(&fields)))
            }
            ProfileErrorKind::Schema { hint, .. } => hint.clone(),
            ProfileErrorKind::Structured { instead, .. } => {
                Some(format!("write an expression that gives one, such as `{{{{ {instead} }}}}`"))
            }
            ProfileErrorKind::UnfitText(_) => Some("write one parameter, and nothing else".to_owned()),
            ProfileErrorKind::Template(TemplateError::Expression { error, .. }) => error.hint(),
            ProfileErrorKind::Template(TemplateError::Unclosed) => Some("write two braces as `{{ '{{' }}`".to_owned()),
            ProfileErrorKind::UnknownField { name, known } => Some(match nearest(name, known.iter().copied()) {
                Some(near) => meant(near),
                None => format!("the fields here are {}", list(known)),
            }),
            ProfileErrorKind::UnknownParameter { nearest, .. } => nearest.as_deref().map(meant),
            ProfileErrorKind::WrongType { expected: "a string", found: Kind::Boolean | Kind::Number } => {
                Some("quote the value".to_owned())
            }
            _ => None,
        }
    }
}

/// All errors of one document, in the order in which they were met.
#[derive(Debug, Default)]
pub(crate) struct Errors(pub(crate) Vec<ProfileError>);

impl Errors {
    pub(crate) fn add(&mut self, at: &Pointer, kind: impl Into<ProfileErrorKind>) {
        self.0.push(ProfileError { at: at.clone(), kind: kind.into() });
    }

    /// Whether something is wrong at this very place.
    pub(super) fn has(&self, at: &Pointer) -> bool {
        self.0.iter().any(|error| error.at == *at)
    }
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node<V> {
    pub(crate) view: V,
    pub(crate) at: Pointer,
}

impl<'a, V: View<'a>> Node<V> {
    /// The member of that name; one that is null counts as not there, as it does for the API server.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        let view = self.view.member(name).filter(|member| member.kind() != Kind::Null)?;
        Some(Self { view, at: self.at.join(name) })
    }

    /// The member of that name, whose absence is an error.
    pub(crate) fn require(&self, name: &'static str, errors: &mut Errors) -> Option<Self> {
        let found = self.get(name);
        if found.is_none() {
            errors.add(&self.at, ProfileErrorKind::Missing(name));
        }
        found
    }

    /// This node, where it is an object; its fields must be among those known.
    pub(crate) fn object(self, known: &[&'static str], errors: &mut Errors) -> Option<Self> {
        let node = self.of_kind(Kind::Mapping, errors)?;
        for (name, _) in node.view.members() {
            if !known.contains(&&*name) {
                let at = node.at.join(&*name);
                errors.add(&at, ProfileErrorKind::UnknownField { name: name.into_owned(), known: known.to_vec() });
            }
        }
        Some(node)
    }

    /// The members of this object, whatever their names.
    pub(crate) fn entries(self, errors: &mut Errors) -> Vec<(String, Self)> {
        let Some(node) = self.of_kind(Kind::Mapping, errors) else { return Vec::new() };
        let place = |(name, view): (Cow<'a, str>, V)| {
            let at = node.at.join(&*name);
            (name.into_owned(), Self { view, at })
        };
        node.view.members().into_iter().map(place).collect()
    }

    /// The elements of this list.
    pub(crate) fn list(self, errors: &mut Errors) -> Vec<Self> {
        let Some(node) = self.of_kind(Kind::Sequence, errors) else { return Vec::new() };
        let place = |(index, view): (usize, V)| Self { view, at: node.at.element(index) };
        node.view.elements().into_iter().enumerate().map(place).collect()
    }

    /// This string, in which no parameter can be.
    pub(super) fn plain(&self, errors: &mut Errors) -> Option<String> {
        let text = self.string(errors)?;
        if let Some(parameter) = first_expression(&text) {
            errors.add(&self.at, ProfileErrorKind::ParameterInPlain(parameter.to_owned()));
        }
        Some(text)
    }

    /// This string.
    pub(crate) fn string(&self, errors: &mut Errors) -> Option<String> {
        let text = self.view.string();
        if text.is_none() {
            errors.add(&self.at, ProfileErrorKind::WrongType { expected: "a string", found: self.view.kind() });
        }
        text.map(Cow::into_owned)
    }

    /// This boolean.
    pub(crate) fn boolean(&self, errors: &mut Errors) -> Option<bool> {
        let value = self.view.value().as_bool();
        if value.is_none() {
            errors.add(&self.at, ProfileErrorKind::WrongType { expected: "a boolean", found: self.view.kind() });
        }
        value
    }

    /// This string, which must have a form.
    pub(crate) fn formed(&self, form: &'static str, has: fn(&str) -> bool, errors: &mut Errors) -> Option<String> {
        let value = self.string(errors)?;
        if has(&value) {
            return Some(value);
        }
        errors.add(&self.at, ProfileErrorKind::BadForm { value, form });
        None
    }

    /// The strings of this list, no two the same.
    pub(crate) fn strings(self, what: &'static str, errors: &mut Errors) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for node in self.list(errors) {
            let Some(text) = node.plain(errors) else { continue };
            if texts.contains(&text) {
                errors.add(&node.at, ProfileErrorKind::Duplicate { what, name: text });
            } else {
                texts.push(text);
            }
        }
        texts
    }

    /// What this word stands for.
    pub(crate) fn choice<T: Copy>(&self, words: &[(&'static str, T)], errors: &mut Errors) -> Option<T> {
        let value = self.string(errors)?;
        let found = words.iter().find(|(word, _)| *word == value).map(|&(_, meaning)| meaning);
        if found.is_none() {
            let allowed = words.iter().map(|&(word, _)| word).collect();
            errors.add(&self.at, ProfileErrorKind::NoneOf { value, allowed });
        }
        found
    }

    fn of_kind(self, expected: Kind, errors: &mut Errors) -> Option<Self> {
        let found = self.view.kind();
        if found == expected {
            return Some(self);
        }
        errors.add(&self.at, ProfileErrorKind::WrongType { expected: expected.name(), found });
        None
    }
}

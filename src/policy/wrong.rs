//! What keeps a profile from being a policy.

use std::cell::RefCell;
use std::fmt;

use crate::diagnostic::{Code, Diagnostic};
use crate::value::pointer::Pointer;

/// Collects it, each with its place in the profile's document.
#[derive(Default)]
pub(super) struct Wrong(RefCell<Vec<Diagnostic>>);

impl Wrong {
    /// An expression at this place says something that a policy cannot.
    pub(super) fn push(&self, at: &Pointer, why: &impl fmt::Display) {
        self.say(at, &why.to_string());
    }

    /// Something at this place is not compiled.
    pub(super) fn say(&self, at: &Pointer, message: &str) {
        self.add(Code::NotCompilable, at, message);
    }

    /// A value at this place is missing or bad, which has nothing to do with policies.
    pub(super) fn value(&self, at: &Pointer, message: &str) {
        self.add(Code::BadValue, at, message);
    }

    fn add(&self, code: Code, at: &Pointer, message: &str) {
        let diagnostic = Diagnostic::new(code, at.clone(), message);
        let mut all = self.0.borrow_mut();
        if !all.contains(&diagnostic) {
            all.push(diagnostic);
        }
    }

    pub(super) fn into_all(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

//! A profile on its way to being a policy: the variables so far, and what is wrong.

use super::cel::Cel;
use super::scope::Scope;
use super::values::Values;
use super::wrong::Wrong;

/// What a policy is made of, as far as it is known.
pub(super) struct Draft<'p> {
    pub(super) scope: Scope<'p>,
    pub(super) wrong: Wrong,
    /// Names and expressions. A later one may use an earlier one.
    pub(super) variables: Vec<(String, Cel)>,
    /// Expressions of warnings: each a list of texts, for the pod as it is once all is added.
    pub(super) warnings: Vec<Cel>,
}

impl Draft<'_> {
    /// Adds a variable, and returns what names it.
    pub(super) fn define(&mut self, name: &str, expression: impl Into<Cel>) -> Cel {
        let name = format!("{}{name}", self.scope.prefix);
        let reference = format!("variables.{name}");
        self.variables.push((name, expression.into()));
        reference
    }

    /// A variable that was added.
    pub(super) fn named(&self, name: &str) -> Cel {
        self.scope.variable(name)
    }

    pub(super) const fn values(&self) -> Values<'_, '_> {
        Values { scope: &self.scope, wrong: &self.wrong }
    }
}

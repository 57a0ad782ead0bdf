//! A profile on its way to being a policy: the variables so far, and what is wrong.

use super::cel::{Cel, joined};
use super::scope::Scope;
use super::values::Values;
use super::wrong::Wrong;

/// What a policy is made of, as far as it is known.
pub(super) struct Draft<'p> {
    pub(super) scope: Scope<'p>,
    pub(super) wrong: Wrong,
    /// Names and expressions. A later one may use an earlier one.
    pub(super) variables: Vec<(String, Cel)>,
    /// Who asks the gates of the profile.
    pub(super) gates: Gates,
    /// Expressions of warnings: each a list of texts, for a pod that is injected, as it is once all is added.
    pub(super) warnings: Vec<Cel>,
    /// Those about the namespace, which concern every pod for which its words count.
    pub(super) of_namespace: Vec<Cel>,
}

/// Who asks whether the namespace and the pod's labels are those that a profile is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gates {
    /// The API server, before it evaluates anything.
    Server,
    /// The rules: the policy is for several profiles with different gates.
    Rules,
}

impl Draft<'_> {
    /// Adds a variable, and returns what names it.
    pub(super) fn define(&mut self, name: &str, expression: impl Into<Cel>) -> Cel {
        let name = format!("{}{name}", self.scope.prefix);
        let reference = format!("variables.{name}");
        self.variables.push((name, expression.into()));
        reference
    }

    /// Adds a variable that is lists one after another. Long ones are several variables: an API server takes no expression of
    /// more than 100,000 characters, and to check the types of one costs the square of its length.
    pub(super) fn define_joined(&mut self, name: &str, lists: &[Cel]) -> Cel {
        let groups = groups(lists);
        if groups.len() < 2 {
            return self.define(name, joined(lists));
        }
        let parts: Vec<Cel> = groups
            .iter()
            .enumerate()
            .map(|(index, group)| self.define(&format!("{name}{index}"), joined(group)))
            .collect();
        self.define(name, joined(&parts))
    }

    /// Adds variables that have, for each `element` of a list, lists one after another. What is returned are the parts for the
    /// one with the index `i`.
    pub(super) fn define_each(&mut self, name: &str, (list, element): (&str, &str), lists: &[Cel]) -> Vec<Cel> {
        let list = self.named(list);
        let each = |lists: &[Cel]| format!("{list}.map({element}, {})", joined(lists));
        let parts = groups(lists).into_iter().enumerate();
        parts.map(|(index, lists)| self.define(&format!("{name}{index}"), each(&lists)) + "[i]").collect()
    }

    /// A variable that was added.
    pub(super) fn named(&self, name: &str) -> Cel {
        self.scope.variable(name)
    }

    pub(super) const fn values(&self) -> Values<'_, '_> {
        Values { scope: &self.scope, wrong: &self.wrong }
    }
}

/// Lists in groups, each of which is short enough for one expression, or of one list.
fn groups(lists: &[Cel]) -> Vec<Vec<Cel>> {
    const MOST: usize = 3_000;
    let mut groups: Vec<Vec<Cel>> = Vec::new();
    let mut length = 0;
    for list in lists {
        length += list.len();
        match groups.last_mut() {
            Some(group) if length <= MOST => group.push(list.clone()),
            _ => {
                length = list.len();
                groups.push(vec![list.clone()]);
            }
        }
    }
    groups
}

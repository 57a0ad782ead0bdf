//! Which variables a profile's expressions use, and what stands behind them.

use std::collections::BTreeSet;

#[cfg(feature = "serve")]
use super::Inherit;
use super::scope::{Fact, Variable};
use super::slot::Slot;
use super::template::{Condition, Content, Template};
use super::{ApplicationBlock, Profile};
use crate::expression::{Expression, Use};
use crate::value::pointer::Pointer;

impl Profile {
    /// The indexes of the parameters on which variables depend, also through `let` values.
    pub(crate) fn parameters_behind(&self, variables: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open: Vec<usize> = variables.into_iter().collect();
        while let Some(index) = open.pop() {
            match Variable::at(index, self.parameters.len(), self.lets.len()) {
                Variable::Parameter(index) => {
                    let computed = self.parameters.get(index).and_then(|parameter| parameter.computed.as_ref());
                    if found.insert(index) {
                        open.extend(computed.iter().flat_map(|computed| computed.parameters()));
                    }
                }
                // One sees only those before it, so this ends.
                Variable::Let(index) => {
                    open.extend(self.lets.get(index).iter().flat_map(|made| made.value.variables()))
                }
                Variable::Fact(_) | Variable::Local(_) => {}
            }
        }
        found
    }

    /// The fields of the namespace that its expressions read and its parameters inherit from.
    #[cfg(feature = "serve")]
    pub(crate) fn namespace_fields(&self) -> BTreeSet<&str> {
        let expressions = self.expressions().into_iter();
        let read = expressions.flat_map(|(found, _)| self.paths_of(Fact::Ns, found)).filter_map(<[String]>::first);
        read.map(String::as_str).chain(self.inherits().then_some("annotations")).collect()
    }

    /// Whether its expressions read more of the ServiceAccount than its name.
    pub(crate) fn reads_service_account(&self) -> bool {
        self.expressions().iter().any(|(found, _)| !self.service_account_fields(found).is_empty())
    }

    /// The fields of the ServiceAccount that an expression reads, beside the name, which the pod has; empty for all of it.
    pub(crate) fn service_account_fields<'e>(&self, expression: &'e Expression) -> Vec<&'e str> {
        let first = |path: &'e [String]| path.first().map_or("", String::as_str);
        let read = self.paths_of(Fact::ServiceAccount, expression).map(first);
        read.filter(|field| *field != "name").collect()
    }

    /// The paths of a fact that an expression reads, as far as their names stand in it.
    fn paths_of<'e>(&self, fact: Fact, expression: &'e Expression) -> impl Iterator<Item = &'e [String]> {
        let (parameters, lets) = (self.parameters.len(), self.lets.len());
        let of_fact = move |one: &&Use| Variable::at(one.variable, parameters, lets) == Variable::Fact(fact);
        expression.uses().iter().filter(of_fact).map(|one| one.path.as_slice())
    }

    /// Whether a parameter inherits from the namespace.
    #[cfg(feature = "serve")]
    pub(crate) fn inherits(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.inherit == Inherit::Namespace)
    }

    /// Whether variables depend on a fact, also through `let` values.
    pub(crate) fn reads(&self, wanted: Fact, variables: impl IntoIterator<Item = usize>) -> bool {
        variables.into_iter().any(|index| match Variable::at(index, self.parameters.len(), self.lets.len()) {
            Variable::Fact(fact) => fact == wanted,
            Variable::Let(index) => self.lets.get(index).is_some_and(|made| self.reads(wanted, made.value.variables())),
            Variable::Parameter(_) | Variable::Local(_) => false,
        })
    }

    /// Whether an expression reads this field of a fact, or the fact as a whole.
    pub(crate) fn reads_field(&self, fact: Fact, field: &str) -> bool {
        let is_it = |path: &[String]| path.first().is_none_or(|first| first == field);
        self.expressions().iter().any(|(found, _)| self.paths_of(fact, found).any(is_it))
    }

    /// The indexes of all variables that the profile uses, each as often as it does.
    pub(crate) fn variables(&self) -> impl Iterator<Item = usize> {
        let templates = self.templates().chain(self.lets.iter().map(|made| &made.value));
        let templates = templates.chain(self.requirements.iter().map(|one| &one.message));
        templates.flat_map(Template::variables).chain(self.conditions().flat_map(|one| one.holds.variables()))
    }

    /// Every expression, with its place in the profile's document. A parameter by its name alone is none.
    pub(crate) fn expressions(&self) -> Vec<(&Expression, &Pointer)> {
        let templates = self.templates().chain(self.lets.iter().map(|made| &made.value));
        let templates = templates.chain(self.requirements.iter().map(|one| &one.message));
        let conditions = self.conditions().map(|one| (&one.holds, &one.at));
        templates.flat_map(Template::expressions).chain(conditions).collect()
    }

    /// Every condition, also those in templates.
    pub(crate) fn all_conditions(&self) -> Vec<&Condition> {
        self.conditions().chain(self.templates().flat_map(Template::conditions)).collect()
    }

    /// The indexes of the `let` values that what is added, or a condition, depends on.
    pub(crate) fn used_lets(&self) -> BTreeSet<usize> {
        let templates = self.templates().chain(self.requirements.iter().map(|one| &one.message));
        let conditions = self.conditions().flat_map(|one| one.holds.variables());
        let mut open: Vec<usize> = templates.flat_map(Template::variables).chain(conditions).collect();
        let mut used = BTreeSet::new();
        while let Some(index) = open.pop() {
            if let Variable::Let(index) = Variable::at(index, self.parameters.len(), self.lets.len())
                && used.insert(index)
            {
                open.extend(self.lets.get(index).iter().flat_map(|made| made.value.variables()));
            }
        }
        used
    }

    /// The fields of the pod that an expression reads, as far as their names stand in it.
    pub(crate) fn pod_fields<'e>(&self, expression: &'e Expression) -> Vec<&'e [String]> {
        self.paths_of(Fact::Pod, expression).collect()
    }

    /// The expressions of what is added to a slot.
    pub(crate) fn added_expressions(&self, slot: Slot) -> impl Iterator<Item = (&Expression, &Pointer)> {
        self.added[slot].iter().flat_map(|addition| addition.template.expressions())
    }

    /// Whether an expression reads a member of this name, of whatever, also through `let` values.
    pub(crate) fn reads_member(&self, expression: &Expression, member: &str) -> bool {
        let of_let = |index: usize| match Variable::at(index, self.parameters.len(), self.lets.len()) {
            // One sees only those before it, so this ends.
            Variable::Let(index) => self
                .lets
                .get(index)
                .is_some_and(|made| made.value.expressions().iter().any(|(found, _)| self.reads_member(found, member))),
            Variable::Parameter(_) | Variable::Fact(_) | Variable::Local(_) => false,
        };
        expression.reads_member(member) || expression.variables().any(of_let)
    }

    /// The conditions that are no part of a template.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let conditions = self.match_conditions.iter().map(|one| &one.condition);
        let required = self.requirements.iter().map(|one| &one.that);
        conditions.chain(required).chain(self.blocks.iter().filter_map(|block| block.when.as_ref()))
    }

    /// Whether a block depends on the container at hand.
    pub(crate) fn reads_container(&self, block: &ApplicationBlock) -> bool {
        let (parameters, lets) = (self.parameters.len(), self.lets.len());
        let mut used = block.templates().flat_map(Template::variables);
        !block.rewrites.is_empty() || used.any(|index| Variable::at(index, parameters, lets) == Variable::Local(0))
    }

    /// Whether what a template gives at a place in it depends on the object beside the parameters. Where that cannot be told, it
    /// may; whether the whole is there does not count.
    pub(crate) fn may_read_object_at(&self, template: &Template, path: &[String]) -> bool {
        match template {
            Template::Part(part) => match &part.content {
                Content::One(inner) => self.place_reads_object(inner, path),
                _ => self.use_object(template.variables()),
            },
            whole => self.place_reads_object(whole, path),
        }
    }

    fn place_reads_object(&self, template: &Template, path: &[String]) -> bool {
        match (template, path) {
            (Template::Literal(_), _) => false,
            (Template::Sparse(inner), _) => self.place_reads_object(inner, path),
            (Template::Object(members), [name, rest @ ..]) => {
                let member = members.iter().find(|(known, _)| known == name);
                member.is_some_and(|(_, member)| self.place_reads_object(member, rest))
            }
            // Each element is there once, so its index is that of what it gives.
            (Template::List(elements), [index, rest @ ..])
                if !elements.iter().any(|element| matches!(element, Template::Part(_))) =>
            {
                let element = index.parse::<usize>().ok().and_then(|index| elements.get(index));
                element.map_or_else(
                    || self.use_object(template.variables()),
                    |element| self.place_reads_object(element, rest),
                )
            }
            (whole, _) => self.use_object(whole.variables()),
        }
    }

    /// Whether one of these depends on the object, or is an element of what may.
    fn use_object(&self, variables: impl IntoIterator<Item = usize>) -> bool {
        let mut open: Vec<usize> = variables.into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(index) = open.pop() {
            match Variable::at(index, self.parameters.len(), self.lets.len()) {
                Variable::Fact(_) | Variable::Local(_) => return true,
                Variable::Let(index) if seen.insert(index) => {
                    open.extend(self.lets.get(index).iter().flat_map(|made| made.value.variables()));
                }
                Variable::Let(_) | Variable::Parameter(_) => {}
            }
        }
        false
    }

    /// Whether what it adds depends on the object beside its parameters. Loading keeps the answer.
    pub(super) fn finds_object(&self) -> bool {
        let (parameters, lets) = (self.parameters.len(), self.lets.len());
        let reads = |index| matches!(Variable::at(index, parameters, lets), Variable::Fact(_));
        self.variables().any(reads) || self.blocks.iter().any(|block| self.reads_container(block))
    }
}

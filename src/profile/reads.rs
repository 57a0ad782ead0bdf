//! What rendering a profile reads, part by part: what a part gives depends on nothing else.

use super::scope::{Fact, Variable};
use super::template::{Condition, Template};
use super::{Addition, ApplicationBlock, Profile};
use crate::expression::Use;

/// What is at the end of these names in what is known beside the pod, or that it is not there.
pub(crate) type KnownPlace = (Fact, Vec<String>);

/// What the parts of a profile may read, beside the pod and `let` values: which places of the pod and which of these values are
/// read depends on the pod, and is noted when it happens. A part is an addition to a slot, or all the rest.
#[derive(Debug, Default)]
pub(crate) struct ProfileReads {
    /// Each that is read, once.
    pub(crate) known: Vec<KnownPlace>,
    /// Each addition, in the order of the slots, and then the rest.
    pub(crate) parts: Vec<UnitReads>,
    /// What each of the `let` values is made of; `None` for one that no part asks for.
    pub(crate) lets: Vec<Option<UnitReads>>,
}

/// What a part, or a `let` value, may read.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnitReads {
    /// The indexes of parameters.
    pub(crate) parameters: Vec<usize>,
    /// Indexes of [`ProfileReads::known`].
    pub(crate) known: Vec<usize>,
}

impl ProfileReads {
    /// What rendering this profile reads.
    pub(crate) fn of(profile: &Profile) -> Self {
        let mut reader = Reader::new(profile);
        let of = |addition: &Addition| {
            let mut found = UnitReads::default();
            addition.templates().for_each(|template| reader.template(template, &mut found));
            found
        };
        let mut parts: Vec<_> = profile.added.iter().flat_map(|(_, additions)| additions).map(of).collect();
        let mut rest = UnitReads::default();
        let ports = profile.redirected_ports.iter().flat_map(|ports| [Some(&ports.include), ports.exclude.as_ref()]);
        let reserved = profile.reserved_user.iter().flat_map(|reserved| [&reserved.id, &reserved.when]);
        let blocks = profile.blocks.iter().flat_map(ApplicationBlock::templates);
        let pod = profile.pod_templates().map(|(_, template)| template);
        let templates = ports.flatten().chain(reserved).chain(blocks).chain(pod);
        templates.for_each(|template| reader.template(template, &mut rest));
        for block in &profile.blocks {
            block.when.iter().for_each(|when| reader.uses(when.holds.uses(), &mut rest));
        }
        parts.push(rest);
        reader.finish(parts)
    }

    /// What conditions of this profile read. Together they are one part.
    pub(crate) fn of_conditions<'p>(profile: &'p Profile, conditions: impl Iterator<Item = &'p Condition>) -> Self {
        let mut reader = Reader::new(profile);
        let mut found = UnitReads::default();
        conditions.for_each(|condition| reader.uses(condition.holds.uses(), &mut found));
        reader.finish(vec![found])
    }
}

struct Reader<'p> {
    profile: &'p Profile,
    known: Vec<KnownPlace>,
    /// What each `let` value is made of, as far as that was asked.
    lets: Vec<Option<UnitReads>>,
}

impl<'p> Reader<'p> {
    fn new(profile: &'p Profile) -> Self {
        Self { profile, known: Vec::new(), lets: vec![None; profile.lets.len()] }
    }

    fn finish(self, parts: Vec<UnitReads>) -> ProfileReads {
        ProfileReads { known: self.known, parts, lets: self.lets }
    }

    fn template(&mut self, template: &Template, found: &mut UnitReads) {
        // A parameter by its name alone is in no expression.
        for variable in template.variables() {
            if let Variable::Parameter(index) = self.at(variable) {
                add(index, &mut found.parameters);
            }
        }
        for (expression, _) in template.expressions() {
            self.uses(expression.uses(), found);
        }
    }

    fn uses(&mut self, uses: &[Use], found: &mut UnitReads) {
        for Use { variable, path, .. } in uses {
            match self.at(*variable) {
                Variable::Parameter(index) => add(index, &mut found.parameters),
                Variable::Fact(Fact::Pod) => {}
                Variable::Fact(fact) => add(self.known((fact, path.clone())), &mut found.known),
                Variable::Let(index) => self.make(index),
                // What is behind it is read where it is made.
                Variable::Local(_) => {}
            }
        }
    }

    fn make(&mut self, index: usize) {
        let profile = self.profile;
        let (Some(made), Some(None)) = (profile.lets.get(index), self.lets.get(index)) else { return };
        // One sees only those before it, so this ends.
        let mut read = UnitReads::default();
        self.template(&made.value, &mut read);
        if let Some(known) = self.lets.get_mut(index) {
            *known = Some(read);
        }
    }

    fn at(&self, variable: usize) -> Variable {
        Variable::at(variable, self.profile.parameters.len(), self.profile.lets.len())
    }

    fn known(&mut self, place: KnownPlace) -> usize {
        self.known.iter().position(|known| *known == place).unwrap_or_else(|| {
            self.known.push(place);
            self.known.len() - 1
        })
    }
}

fn add(index: usize, found: &mut Vec<usize>) {
    if !found.contains(&index) {
        found.push(index);
    }
}

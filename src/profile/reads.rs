//! What rendering a profile reads, part by part: what a part gives depends on nothing else.

use super::scope::{Fact, Variable};
use super::slot::Slot;
use super::template::Template;
use super::{Addition, ApplicationBlock, Profile};
use crate::expression::Use;

/// Something that rendering reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The value of the parameter at this index.
    Parameter(usize),
    /// What is at the end of these names in what is known of the object, or that it is not there.
    Known(Fact, Vec<String>),
    /// The `let` value at this index, whatever it is made of.
    Let(usize),
}

/// What the parts of a profile read. A part is an addition to a slot, or all the rest.
#[derive(Debug, Default)]
pub(crate) struct ProfileReads {
    /// Everything that is read, each once.
    pub(crate) sources: Vec<Source>,
    /// What each part reads, indexes of `sources`: each addition, in the order of the slots, and then the rest.
    pub(crate) parts: Vec<Vec<usize>>,
    /// What each of the `let` values is made of that are read.
    pub(crate) lets: Vec<Vec<usize>>,
    /// What all parts read, those first that tell two objects apart with little work.
    pub(crate) all: Vec<usize>,
}

impl ProfileReads {
    /// What rendering this profile reads.
    pub(crate) fn of(profile: &Profile) -> Self {
        let mut reader = Reader { profile, sources: Vec::new(), lets: vec![None; profile.lets.len()] };
        let of = |addition: &Addition| {
            let mut found = Vec::new();
            addition.templates().for_each(|template| reader.template(template, &mut found));
            found
        };
        let mut parts: Vec<_> = profile.added.iter().flat_map(|(_, additions)| additions).map(of).collect();
        let mut rest = Vec::new();
        let ports = profile.redirected_ports.iter().flat_map(|ports| [Some(&ports.include), ports.exclude.as_ref()]);
        let reserved = profile.reserved_user.iter().flat_map(|reserved| [&reserved.id, &reserved.when]);
        let blocks = profile.blocks.iter().flat_map(ApplicationBlock::templates);
        let pod = profile.pod_templates().map(|(_, template)| template);
        let templates = ports.flatten().chain(reserved).chain(blocks).chain(pod);
        templates.for_each(|template| reader.template(template, &mut rest));
        for block in &profile.blocks {
            block.when.iter().for_each(|when| reader.uses(when.holds.uses(), &mut rest));
            // It is made for each container that there is.
            if profile.reads_container(block) {
                for list in [Slot::InitContainers, Slot::Containers] {
                    let path = vec!["spec".to_owned(), list.field().to_owned()];
                    reader.source(Source::Known(Fact::Pod, path), &mut rest);
                }
            }
        }
        let lets = reader.lets.into_iter().map(Option::unwrap_or_default).collect();
        let sources = reader.sources;
        let mut all = rest.clone();
        parts.iter().flatten().for_each(|index| add(*index, &mut all));
        parts.push(rest);
        all.sort_by_key(|index| match sources.get(*index) {
            Some(Source::Known(Fact::Pod, _)) | None => 2,
            Some(Source::Known(..)) => 0,
            Some(Source::Parameter(_)) => 1,
            Some(Source::Let(_)) => 3,
        });
        Self { sources, parts, lets, all }
    }
}

struct Reader<'p> {
    profile: &'p Profile,
    sources: Vec<Source>,
    /// What each `let` value is made of, as far as that was asked.
    lets: Vec<Option<Vec<usize>>>,
}

impl Reader<'_> {
    fn template(&mut self, template: &Template, found: &mut Vec<usize>) {
        // A parameter by its name alone is in no expression.
        for variable in template.variables() {
            if let Variable::Parameter(index) = self.at(variable) {
                self.source(Source::Parameter(index), found);
            }
        }
        for (expression, _) in template.expressions() {
            self.uses(expression.uses(), found);
        }
    }

    fn uses(&mut self, uses: &[Use], found: &mut Vec<usize>) {
        for Use { variable, path, .. } in uses {
            match self.at(*variable) {
                Variable::Parameter(index) => self.source(Source::Parameter(index), found),
                Variable::Fact(fact) => self.source(Source::Known(fact, path.clone()), found),
                Variable::Let(index) => self.made(index, found),
                // What is behind it is read where it is made.
                Variable::Local(_) => {}
            }
        }
    }

    fn made(&mut self, index: usize, found: &mut Vec<usize>) {
        let profile = self.profile;
        let (Some(made), Some(known)) = (profile.lets.get(index), self.lets.get(index)) else { return };
        if known.is_none() {
            // One sees only those before it, so this ends.
            let mut read = Vec::new();
            self.template(&made.value, &mut read);
            self.lets.get_mut(index).into_iter().for_each(|known| *known = Some(std::mem::take(&mut read)));
        }
        self.source(Source::Let(index), found);
    }

    fn at(&self, variable: usize) -> Variable {
        Variable::at(variable, self.profile.parameters.len(), self.profile.lets.len())
    }

    fn source(&mut self, source: Source, found: &mut Vec<usize>) {
        let index = self.sources.iter().position(|known| *known == source).unwrap_or_else(|| {
            self.sources.push(source);
            self.sources.len() - 1
        });
        add(index, found);
    }
}

fn add(index: usize, found: &mut Vec<usize>) {
    if !found.contains(&index) {
        found.push(index);
    }
}

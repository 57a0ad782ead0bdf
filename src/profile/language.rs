//! The parts of a profile that are there for its expressions: values with names, conditions, requirements, places.

use super::rewrite::Rewrite;
use super::slot::SlotMap;
use super::template::{Condition, ScalarSource, Template, TemplateScalar};
use super::{Addition, EnvPlacement, Targets};
use crate::expression::Type;
use crate::value::pointer::Pointer;

/// What is added to some of the application's containers. Its expressions see the `container` at hand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApplicationBlock {
    pub(crate) targets: BlockTargets,
    /// It counts only where this holds.
    pub(crate) when: Option<Condition>,
    pub(crate) env_placement: EnvPlacement,
    /// What is added, by slot.
    pub(crate) added: SlotMap<Vec<Addition>>,
    /// Which probes and hooks get another handler; of two that are about one, the first.
    pub(crate) rewrites: Vec<Rewrite>,
}

/// Which containers a block is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BlockTargets {
    Fixed(Targets),
    /// A list of names.
    Computed(Template),
}

impl ApplicationBlock {
    /// All templates in it.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        let targets = match &self.targets {
            BlockTargets::Fixed(_) => None,
            BlockTargets::Computed(names) => Some(names),
        };
        let added = self.added.iter().flat_map(|(_, added)| added).map(|addition| &addition.template);
        targets.into_iter().chain(added).chain(self.rewrites.iter().map(|rewrite| &rewrite.to))
    }
}

/// A value with a name. It sees the parameters, what is known of the object, and those before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Let {
    pub(crate) name: String,
    /// The place of the value in the profile's document.
    pub(crate) at: Pointer,
    pub(crate) value: Template,
}

impl Let {
    /// The type of its value, as far as it is known.
    pub(crate) fn value_type(&self) -> Type {
        match &self.value {
            Template::Scalar(TemplateScalar { source, .. }) => match source {
                ScalarSource::Computed(expression) => expression.result().clone(),
                ScalarSource::Text(_) | ScalarSource::Concatenation(_) => Type::String,
                ScalarSource::Parameter(_) => Type::Dyn,
            },
            _ => Type::Dyn,
        }
    }
}

/// A condition for the injection: where it does not hold, the pod is left alone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MatchCondition {
    pub(crate) name: String,
    pub(crate) condition: Condition,
}

/// What a pod must meet that the profile is injected into.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Requirement {
    pub(crate) that: Condition,
    /// The reason, in the profile's own words.
    pub(crate) message: Template,
    pub(crate) severity: RequirementSeverity,
}

/// What happens to a pod that does not meet a requirement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RequirementSeverity {
    /// It is an error, and `onError` says what becomes of the pod.
    #[default]
    Reject,
    /// The pod is left alone.
    Skip,
    /// The pod is injected, with a warning.
    Warn,
}

impl RequirementSeverity {
    /// Every value, with its word in a profile.
    pub(crate) const WORDS: [(&str, Self); 3] = [("Reject", Self::Reject), ("Skip", Self::Skip), ("Warn", Self::Warn)];
}

/// Where a container goes, with expressions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PlacementTemplate {
    /// A text: `First` or `Last`.
    Word(Template),
    /// The name of the container after it.
    Before(Template),
    /// The name of the container before it.
    After(Template),
}

impl PlacementTemplate {
    pub(super) fn template(&self) -> &Template {
        match self {
            Self::Word(template) | Self::Before(template) | Self::After(template) => template,
        }
    }
}

//! Pods for which a profile's own expressions confirmed the injection. If another pod reads the same, they need not be evaluated.

use std::sync::Arc;

use crate::decide::latest::{Latest, Now};
use crate::decide::memo::KeptReads;
use crate::profile::Profile;
use crate::profile::reads::ProfileReads;
use crate::profile::rule::Rule;

/// The latest pods for which each rule of a profile had nothing to say.
#[derive(Debug, Default)]
pub(crate) struct Confirmed(Latest<Rule, KeptReads>);

impl Confirmed {
    /// The latest for one of the rules that confirm, and what the rule reads.
    pub(super) fn latest(&self, profile: &Profile, rule: Rule) -> Arc<Now<KeptReads>> {
        self.0.now(profile, rule, || match rule {
            Rule::Requirement => ProfileReads::of_conditions(profile, profile.requirements.iter().map(|one| &one.that)),
            _ => ProfileReads::of_conditions(profile, profile.match_conditions.iter().map(|one| &one.condition)),
        })
    }

    pub(super) fn keep(&self, profile: &Profile, rule: Rule, reads: KeptReads) {
        self.0.push(profile, rule, reads);
    }
}

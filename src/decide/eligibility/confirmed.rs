//! Pods for which a profile's own expressions confirmed the injection. If another pod reads the same, they need not be evaluated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::decide::latest::Latest;
use crate::decide::memo::KeptReads;
use crate::profile::Profile;
use crate::profile::reads::ProfileReads;
use crate::profile::rule::Rule;

/// The latest pods for which each rule of a profile had nothing to say, in one run. No two profiles of it have one name, and each has
/// the same settings for all objects.
#[derive(Debug, Default)]
pub(crate) struct Confirmed(Mutex<HashMap<(String, Rule), Latest<KeptReads>>>);

impl Confirmed {
    /// The latest for one of the rules that confirm, and what the rule reads.
    pub(super) fn latest(&self, profile: &Profile, rule: Rule) -> (Arc<ProfileReads>, Vec<Arc<KeptReads>>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = all.entry((profile.name.clone(), rule)).or_insert_with(|| {
            Latest::new(match rule {
                Rule::Requirement => {
                    ProfileReads::of_conditions(profile, profile.requirements.iter().map(|one| &one.that))
                }
                _ => ProfileReads::of_conditions(profile, profile.match_conditions.iter().map(|one| &one.condition)),
            })
        });
        latest.now()
    }

    pub(super) fn keep(&self, profile: &Profile, rule: Rule, reads: KeptReads) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(latest) = all.get_mut(&(profile.name.clone(), rule)) {
            latest.push(reads);
        }
    }
}

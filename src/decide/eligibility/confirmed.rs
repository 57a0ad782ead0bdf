//! Pods of which a profile's own expressions confirmed the injection, kept from one object to the next: of another pod that reads the
//! same, they need not be evaluated.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::decide::memo::KeptReads;
use crate::profile::Profile;
use crate::profile::reads::ProfileReads;
use crate::profile::rule::Rule;

/// How many are kept for each rule of a profile, the latest.
const KEPT: usize = 8;

/// What was confirmed in one run, in which no two profiles have one name, and each has the same settings for all objects.
#[derive(Debug, Default)]
pub(crate) struct Confirmed(Mutex<HashMap<(String, Rule), Latest>>);

/// The latest pods for which a rule found nothing to say.
#[derive(Clone, Debug)]
pub(super) struct Latest {
    pub(super) reads: Arc<ProfileReads>,
    pub(super) kept: VecDeque<Arc<KeptReads>>,
}

impl Confirmed {
    /// The latest of one of the rules that confirm.
    pub(super) fn latest(&self, profile: &Profile, rule: Rule) -> Latest {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = all.entry((profile.name.clone(), rule)).or_insert_with(|| {
            let reads = match rule {
                Rule::Requirement => {
                    ProfileReads::of_conditions(profile, profile.requirements.iter().map(|one| &one.that))
                }
                _ => ProfileReads::of_conditions(profile, profile.match_conditions.iter().map(|one| &one.condition)),
            };
            Latest { reads: Arc::new(reads), kept: VecDeque::new() }
        });
        latest.clone()
    }

    pub(super) fn keep(&self, profile: &Profile, rule: Rule, reads: KeptReads) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(latest) = all.get_mut(&(profile.name.clone(), rule)) {
            latest.kept.truncate(KEPT - 1);
            latest.kept.push_front(Arc::new(reads));
        }
    }
}

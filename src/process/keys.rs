//! Which annotations and labels someone most likely wrote for a profile, though no profile reads them there.
//!
//! Such a key is one or two letters from a key that a profile reads; or it is that key as a label where an annotation is
//! read, or the other way round; or it has the domain in front of the `/` that a profile's own keys have.

use std::sync::Arc;

use crate::diagnostic::words::edits;
use crate::profile::keys::{self, KeyHolder, KeyList, KeyUse, ProfileKey};
use crate::profile::{Profile, RECORD};

/// Domains of keys for many purposes, and those below them. A profile that reads one of their keys does not own the others.
const SHARED: &[&str] = &[
    "amazonaws.com",
    "argoproj.io",
    "azure.com",
    "cert-manager.io",
    "cilium.io",
    "dapr.io",
    "datadoghq.com",
    "fluxcd.io",
    "google.com",
    "hashicorp.com",
    "helm.sh",
    "istio.io",
    "k8s.io",
    "keda.sh",
    "knative.dev",
    "kubernetes.io",
    "kuma.io",
    "linkerd.io",
    "openshift.io",
    "prometheus.io",
    "x-k8s.io",
];

/// The most edits of any slip.
const MOST_EDITS: usize = 2;

/// Names that differ in more than this share of their letters do not mean the same.
const MOST_DIFFERENT: (usize, usize) = (2, 5);

/// A key of a profile of the run, ready to be compared.
#[derive(Debug)]
pub(crate) struct RunKey {
    pub(super) profile: String,
    pub(super) own: ProfileKey,
    folded: String,
    letters: u64,
}

/// The keys of a run's profiles, and of other profiles that may be at work in the same pods.
#[derive(Debug, Default)]
pub(crate) struct RunKeys {
    own: Vec<RunKey>,
    /// The domains of keys that control injection.
    domains: Vec<String>,
    others: Arc<Vec<ProfileKey>>,
}

/// Why a key has no effect.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeyFinding<'k> {
    /// A profile reads it in another map, or of another object.
    Elsewhere(&'k RunKey),
    /// No profile reads it: the key that was most likely meant, if any.
    Unread(Option<&'k RunKey>),
}

impl RunKeys {
    /// The keys of these profiles. What `others` read is not reported either.
    pub(super) fn new(profiles: &[Profile], others: Arc<Vec<ProfileKey>>) -> Self {
        let mut own: Vec<RunKey> = Vec::new();
        for profile in profiles {
            for key in profile.keys() {
                let (folded, letters) = (folded(&key.key), letters(&key.key));
                own.push(RunKey { profile: profile.name.clone(), own: key, folded, letters });
            }
        }
        let mut domains: Vec<String> = Vec::new();
        for domain in own.iter().filter(|key| key.own.used.controls()).filter_map(|key| domain(&key.own.key)) {
            if !is_shared(domain) && !domains.iter().any(|known| known == domain) {
                domains.push(domain.to_owned());
            }
        }
        Self { own, domains, others }
    }

    /// The keys that are not reported, for a run with other profiles.
    #[cfg(feature = "serve")]
    pub(super) fn others(&self) -> Arc<Vec<ProfileKey>> {
        Arc::clone(&self.others)
    }

    /// The key of the run's profiles at this place, where one of them reads it there.
    pub(super) fn read(&self, holder: KeyHolder, list: KeyList, key: &str) -> Option<&RunKey> {
        self.own.iter().find(|known| known.own.used != KeyUse::Carried && known.own.is(holder, list, key))
    }

    /// Why a key at this place has no effect; `None` where it has one, or is not for a profile. `has` says whether the
    /// object has a key where it is read.
    pub(super) fn judge(
        &self,
        holder: KeyHolder,
        list: KeyList,
        key: &str,
        has: impl Fn(&ProfileKey) -> bool,
    ) -> Option<KeyFinding<'_>> {
        if key == RECORD || self.own.iter().any(|known| known.own.is(holder, list, key)) {
            return None;
        }
        let finding = if let Some(same) = self.same(holder, list, key) {
            let is_reported = same.own.holder == holder || same.own.used.controls();
            (is_reported && !has(&same.own)).then_some(KeyFinding::Elsewhere(same))?
        } else if let Some(near) = self.near(holder, list, key) {
            // A selector's label may have a neighbour with a purpose of its own.
            (near.own.used.controls() || !has(&near.own)).then_some(KeyFinding::Unread(Some(near)))?
        } else {
            let own = self.domains.iter().any(|own| domain(key).is_some_and(|it| it.eq_ignore_ascii_case(own)));
            own.then(|| KeyFinding::Unread(self.alike(holder, list, key)))?
        };
        let others = self.others.iter().chain(keys::of_builtin());
        (!others.into_iter().any(|other| other.is(holder, list, key))).then_some(finding)
    }

    /// The keys that control injection with the same domain in front, for a message: those with this name in theirs, or all.
    pub(super) fn of_domain(&self, key: &str) -> Vec<String> {
        let written = folded(key);
        let name = written.split_once('/').map_or("", |(_, name)| name);
        let mut all: Vec<&RunKey> = Vec::new();
        for known in self.own.iter().filter(|known| known.own.used.controls()) {
            let is_same =
                domain(&known.own.key).is_some_and(|own| domain(key).is_some_and(|it| it.eq_ignore_ascii_case(own)));
            if is_same && all.iter().all(|other| other.own.key != known.own.key) {
                all.push(known);
            }
        }
        let has_name = |known: &RunKey| {
            known.folded.split_once('/').is_some_and(|(_, own)| !name.is_empty() && own.contains(name))
        };
        if all.iter().any(|known| has_name(known)) {
            all.retain(|known| has_name(known));
        }
        all.into_iter().map(|known| known.own.shown()).collect()
    }

    /// The keys that a user may have meant.
    fn candidates(&self) -> impl Iterator<Item = &RunKey> {
        self.own.iter().filter(|known| known.own.used != KeyUse::Carried)
    }

    /// The same key in another place; best of the same object.
    fn same(&self, holder: KeyHolder, list: KeyList, key: &str) -> Option<&RunKey> {
        self.candidates().filter(|known| known.own.names(key)).min_by_key(|known| known.distance(holder, list))
    }

    /// The nearest key: that of a few edits, or with something behind it, such as a container's name.
    fn near(&self, holder: KeyHolder, list: KeyList, key: &str) -> Option<&RunKey> {
        let (length, letters) = (key.chars().filter(|c| is_kept(*c)).count(), letters(key));
        let mut written: Option<String> = None;
        let mut best: Option<(usize, (bool, bool), &RunKey)> = None;
        let is_possible = |known: &&RunKey| {
            // A selector's label has other uses on other objects.
            let is_meant = known.own.holder == holder || known.own.used.controls();
            // Almost every key is of other letters, so that its edits need no counting.
            let differing = (known.letters ^ letters).count_ones();
            is_meant && known.folded.len().abs_diff(length) <= MOST_EDITS && differing as usize <= 2 * MOST_EDITS
        };
        for known in self.candidates().filter(is_possible) {
            let written = written.get_or_insert_with(|| folded(key));
            let rank = (edits(written, &known.folded), known.distance(holder, list), known);
            let is_better = best.is_none_or(|best| (rank.0, rank.1) < (best.0, best.1));
            if rank.0 <= most_edits(written, &known.folded) && is_better {
                best = Some(rank);
            }
        }
        let extends = |known: &&RunKey| {
            let rest = key.strip_prefix(known.own.key.as_str()).and_then(|rest| rest.strip_prefix(['.', '/']));
            known.own.used.controls() && rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
        };
        best.map(|(_, _, known)| known).or_else(|| self.candidates().find(extends))
    }

    /// The key below the same domain whose name is most like this one's, where they have enough in common.
    fn alike(&self, holder: KeyHolder, list: KeyList, key: &str) -> Option<&RunKey> {
        let written = folded(key);
        let (domain, name) = written.split_once('/')?;
        let alike = self.candidates().filter_map(|known| {
            let (own_domain, own_name) = known.folded.split_once('/')?;
            let edits = edits(name, own_name);
            let length = name.chars().count().max(own_name.chars().count());
            let is_alike = own_domain == domain && edits * MOST_DIFFERENT.1 <= length * MOST_DIFFERENT.0;
            is_alike.then_some((edits, known.distance(holder, list), known))
        });
        alike.min_by_key(|(edits, distance, _)| (*edits, *distance)).map(|(.., known)| known)
    }
}

impl RunKey {
    /// How far the place where it is read is from this one.
    fn distance(&self, holder: KeyHolder, list: KeyList) -> (bool, bool) {
        (self.own.holder != holder, self.own.list != list)
    }
}

fn domain(key: &str) -> Option<&str> {
    key.split_once('/').map(|(domain, _)| domain)
}

fn is_shared(domain: &str) -> bool {
    let below = |shared: &&str| domain.strip_suffix(*shared).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    SHARED.iter().any(below)
}

/// Capitals and separators do not count: `proxyInjection` and `Proxy_Injection` are `proxy-injection`.
fn folded(key: &str) -> String {
    key.chars().filter(|c| is_kept(*c)).map(|c| c.to_ascii_lowercase()).collect()
}

/// Which letters there are, one bit each, as they are folded. One edit changes at most two bits.
fn letters(key: &str) -> u64 {
    let bit = |c: char| 1_u64 << (u32::from(c.to_ascii_lowercase()) % u64::BITS);
    key.chars().filter(|c| is_kept(*c)).fold(0, |bits, c| bits | bit(c))
}

const fn is_kept(c: char) -> bool {
    !matches!(c, '-' | '_' | '.')
}

/// Enough for a slip, too few for another word. Below one domain only the names behind it count.
fn most_edits(written: &str, known: &str) -> usize {
    let word = match (written.split_once('/'), known.split_once('/')) {
        (Some((domain, _)), Some((own, name))) if domain == own => name,
        _ => known,
    };
    match word.chars().count() {
        0..=4 => 0,
        5..=7 => 1,
        _ => MOST_EDITS,
    }
}

#[cfg(test)]
mod tests;

//! Whether a profile is injected into a pod template, by which rule, and why.
//!
//! One function decides. It reads the object and the facts, changes nothing, and does not know who asks. The caller hands
//! in what the record says and whether the template needs a native sidecar.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use crate::decide::detail::Detail;
use crate::decide::expressions::PodReading;
use crate::diagnostic::Diagnostic;
use crate::profile::Profile;
use crate::profile::parameter::{self, ParameterValues, SetValues};
use crate::value::pointer::Pointer;
use crate::value::view::View;

mod conditions;
mod confirmed;
mod containers;
mod foreign;
mod fragment;
#[cfg(feature = "serve")]
pub(crate) mod row;
mod rules;
mod steering;

pub(crate) use confirmed::Confirmed;
use containers::PodContainer;
pub(crate) use containers::{
    DEFAULT_CONTAINER, FOREIGN_IMAGES, FOREIGN_NAMES, application, is_foreign_sidecar, is_to_complete,
};
pub(crate) use foreign::{Asks, MeshWords, meshes};

pub(crate) use rules::{MIRROR, OS_LABELS};

pub use crate::profile::rule::Rule;

/// What a decision about a pod template looks at beside what expressions read of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'s, V> {
    /// The whole object. A Pod is its own template.
    pub object: V,
    /// From the object's root to the template.
    pub at: &'s Pointer,
    pub record: Record<'s>,
    /// All profiles that are asked about: any of them may complete a container.
    pub profiles: &'s [Profile],
    /// Parameters set for all objects.
    pub set: &'s SetValues,
    /// What the profiles' own expressions confirmed so far.
    pub confirmed: &'s Confirmed,
    /// What is worth its work to be said.
    pub detail: Detail,
    /// Whether a classic sidecar would keep the pod from completing, or its restart policy asks for a native one.
    pub needs_native: bool,
}

/// What the record on a pod template says. A record that cannot be read, or an entry with missing parts, is an error before
/// any rule is asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Record<'s> {
    /// The entry of the profile under decision.
    pub entry: Recorded,
    /// The names of all containers and init containers that any profile's entry lists.
    pub containers: &'s [String],
}

/// Whether a record has an entry of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It has no entry, or one that is about to be replaced.
    #[default]
    None,
    /// It has an entry, and everything that the entry names is present.
    Whole,
}

/// Whether a profile is injected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Decision {
    Inject {
        rule: Rule,
        warnings: Vec<Diagnostic>,
    },
    /// It is not injected, and nothing is wrong.
    Skip {
        rule: Rule,
        /// Why, in the words of a report.
        reason: String,
        warnings: Vec<Diagnostic>,
        /// Whether a webhook denies this where the profile says `onIneligible: Deny`.
        deniable: Deniable,
    },
    /// A value on the object cannot be understood.
    Reject(Vec<Diagnostic>),
}

/// Whether `onIneligible: Deny` covers a skipped object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deniable {
    No,
    /// The pod or the namespace opted out, or the container is there without a record.
    Yes,
}

/// What one rule saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleTrace {
    pub rule: Rule,
    /// The value that it looked at, in words.
    pub saw: String,
    /// Where that value is, from the object's root; `None` where it is outside the object or absent.
    pub at: Option<Pointer>,
    pub applies: Applies,
}

/// Whether a rule applies, and whether it decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applies {
    /// It applies, and it is the first that does.
    Decides(Effect),
    No,
    /// The profile does not ask for it.
    Off,
    /// It applies too, but an earlier rule decided.
    Overruled(Effect),
}

/// What a rule that applies leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The object is rejected: the value cannot be understood.
    Error,
    Inject,
    Skip,
}

impl fmt::Display for Applies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decides(effect) => write!(f, "{effect}"),
            Self::No => f.write_str("no"),
            Self::Off => f.write_str("not asked for"),
            Self::Overruled(effect) => write!(f, "would {effect}"),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Inject => "inject",
            Self::Skip => "skip",
        })
    }
}

/// What a rule found. A rule knows nothing of the others: their order is that of [`Rule::ALL`].
struct RuleFinding {
    saw: Cow<'static, str>,
    at: Option<Pointer>,
    ruling: Ruling,
    warnings: Vec<Diagnostic>,
}

enum Ruling {
    Error(Box<Diagnostic>),
    Inject,
    No,
    Off,
    Skip(String, Deniable),
    /// What it needs is not known, so that nothing may be changed.
    Unknown(String),
    /// The same, where that is an error.
    Unanswerable(Box<Diagnostic>),
}

/// Why a decision is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// The template has no injection of the profile.
    First,
    /// It has one, which is taken away for the question. The rules that protect an object do not count: they say that it must
    /// not be changed, not that the injection should not be there.
    Again,
}

/// Everything that a rule may look at.
struct Case<'c, 'p, V> {
    subject: &'c Subject<'c, V>,
    reading: &'c PodReading<'p, V>,
    profile: &'p Profile,
    words: Words,
    /// The values of the profile's parameters, once a rule has asked for them.
    values: OnceCell<Result<ParameterValues<'p>, Vec<Diagnostic>>>,
    /// What several rules look at, once one of them has.
    containers: OnceCell<Vec<PodContainer<'p, V>>>,
    spec: OnceCell<Option<V>>,
    labels: OnceCell<Option<V>>,
    annotations: OnceCell<Option<V>>,
}

impl<'c, 'p, 'a, V: View<'a>> Case<'c, 'p, V> {
    const fn new(
        (subject, reading): (&'c Subject<'c, V>, &'c PodReading<'p, V>),
        profile: &'p Profile,
        words: Words,
    ) -> Self {
        Self {
            subject,
            reading,
            profile,
            words,
            values: OnceCell::new(),
            containers: OnceCell::new(),
            spec: OnceCell::new(),
            labels: OnceCell::new(),
            annotations: OnceCell::new(),
        }
    }

    /// The init containers of the template, then its containers.
    fn containers(&self) -> &[PodContainer<'p, V>]
    where
        'a: 'p,
    {
        self.containers.get_or_init(|| containers::all(self.spec()).collect())
    }

    fn spec(&self) -> Option<V> {
        *self.spec.get_or_init(|| self.reading.template.member("spec"))
    }

    fn labels(&self) -> Option<V> {
        *self.labels.get_or_init(|| self.reading.template.path(&["metadata", "labels"]))
    }

    fn annotations(&self) -> Option<V> {
        *self.annotations.get_or_init(|| self.reading.template.path(&["metadata", "annotations"]))
    }

    /// The values of the profile's parameters, or what is wrong with them.
    fn values(&self) -> &Result<ParameterValues<'p>, Vec<Diagnostic>> {
        self.values.get_or_init(|| {
            let PodReading { template, facts, .. } = *self.reading;
            let application = application(self.profile, template);
            parameter::resolve(self.profile, template, self.subject.set, application, facts.namespace.inherited())
        })
    }
}

/// What becomes of the words for what a rule saw, and of the value's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// `explain` shows them.
    Shown,
    /// A decision needs the reason of the rule that decides, and nothing else: no words are made for the other rules.
    Dropped,
}

/// Decides whether the profile is injected into the template: the first [`Rule`] that applies wins. The values of the profile's
/// parameters come with it, where a rule has asked for them.
pub(crate) fn decide<'p, 'a: 'p, V: View<'a>>(
    subject: &Subject<'_, V>,
    reading: &PodReading<'p, V>,
    profile: &'p Profile,
) -> (Decision, Option<ParameterValues<'p>>) {
    let case = Case::new((subject, reading), profile, Words::Dropped);
    let decision = first_ruling(&case, Asked::First);
    (decision, case.values.into_inner().and_then(Result::ok))
}

/// Decides about a template that has an injection of the profile, which was taken away for the question.
pub(crate) fn decide_again<'p, 'a: 'p, V: View<'a>>(
    subject: &Subject<'_, V>,
    reading: &PodReading<'p, V>,
    profile: &'p Profile,
) -> Decision {
    first_ruling(&Case::new((subject, reading), profile, Words::Dropped), Asked::Again)
}

fn first_ruling<'p, 'a: 'p, V: View<'a>>(case: &Case<'_, 'p, V>, asked: Asked) -> Decision {
    let mut warnings = Vec::new();
    // Once a rule injects, only those that confirm it are left to ask.
    let mut injects = None;
    let asked_now = |rule: &&Rule| asked == Asked::First || !rule.protects();
    for &rule in Rule::ALL.iter().filter(asked_now) {
        if rule.confirms() != injects.is_some() {
            continue;
        }
        let finding = rules::look(rule, case);
        warnings.extend(finding.warnings);
        match finding.ruling {
            Ruling::No | Ruling::Off => {}
            Ruling::Inject => injects = Some(rule),
            Ruling::Skip(reason, deniable) => return Decision::Skip { rule, reason, warnings, deniable },
            // What is there stays: it was injected when more was known.
            Ruling::Unknown(_) | Ruling::Unanswerable(_) if asked == Asked::Again => {}
            Ruling::Unknown(reason) => return Decision::Skip { rule, reason, warnings, deniable: Deniable::No },
            Ruling::Error(diagnostic) | Ruling::Unanswerable(diagnostic) => return Decision::Reject(vec![*diagnostic]),
        }
    }
    if let Some(rule) = injects {
        return Decision::Inject { rule, warnings };
    }
    // Never reached, because the default always applies. If it were, no rule would have allowed a change.
    let reason = "no rule applies".to_owned();
    Decision::Skip { rule: Rule::Default, reason, warnings, deniable: Deniable::No }
}

/// Whether a rule protects the object as it is, whatever is injected in it.
pub(crate) fn is_protected<'p, 'a: 'p, V: View<'a>>(
    subject: &Subject<'_, V>,
    reading: &PodReading<'p, V>,
    profile: &'p Profile,
) -> bool {
    let case = Case::new((subject, reading), profile, Words::Dropped);
    let applies = |rule: &&Rule| matches!(rules::look(**rule, &case).ruling, Ruling::Skip(..));
    Rule::ALL.iter().filter(|rule| rule.protects()).any(|rule| applies(&rule))
}

/// What every rule sees, also those after the one that decides. It asks the same functions as [`decide`].
pub(crate) fn trace<'p, 'a: 'p, V: View<'a>>(
    subject: &Subject<'_, V>,
    reading: &PodReading<'p, V>,
    profile: &'p Profile,
) -> Vec<RuleTrace> {
    let case = Case::new((subject, reading), profile, Words::Shown);
    let unshown = Case::new((subject, reading), profile, Words::Dropped);
    let injected = matches!(first_ruling(&unshown, Asked::First), Decision::Inject { .. });
    let mut decided = false;
    let mut injects = false;
    let step = |&rule: &Rule| {
        let finding = match rule.confirms() && !injects {
            true => RuleFinding::off("asked only of a pod that another rule injects"),
            false => rules::look(rule, &case),
        };
        let effect = match finding.ruling {
            Ruling::No => Err(Applies::No),
            Ruling::Off => Err(Applies::Off),
            Ruling::Inject => Ok(Effect::Inject),
            Ruling::Skip(..) | Ruling::Unknown(_) => Ok(Effect::Skip),
            Ruling::Error(_) | Ruling::Unanswerable(_) => Ok(Effect::Error),
        };
        let applies = match effect {
            Err(not) => not,
            Ok(effect) if decided => Applies::Overruled(effect),
            // One of those that confirm it says otherwise.
            Ok(Effect::Inject) if !injected => {
                injects = true;
                Applies::Overruled(Effect::Inject)
            }
            Ok(effect) => {
                injects |= effect == Effect::Inject;
                decided = true;
                Applies::Decides(effect)
            }
        };
        RuleTrace { rule, saw: finding.saw.into_owned(), at: finding.at, applies }
    };
    Rule::ALL.iter().map(step).collect()
}

#[cfg(test)]
mod tests;

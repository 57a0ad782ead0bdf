//! Whether a profile is injected into a pod template, by which rule, and why.
//!
//! One function decides. It reads the object and the facts, and neither changes anything nor knows who asks. What the
//! record says, and whether the template needs a native sidecar, is handed in.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::decide::facts::Facts;
use crate::diagnostic::Diagnostic;
use crate::kube::workload::Identity;
use crate::profile::Profile;
use crate::value::pointer::Pointer;
use crate::value::view::View;

mod containers;
mod rules;
mod steering;

pub(crate) use containers::{is_foreign_sidecar, is_to_complete};

macro_rules! rules {
    ($($(#[$doc:meta])+ $variant:ident = $id:literal,)+) => {
        /// A row of the table above [`decide`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])+ $variant,)+
        }

        impl Rule {
            /// All rules, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable identifier, as reports and metrics carry it.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }
        }
    };
}

rules! {
    /// The sidecar is there already.
    AlreadyInjected = "already-injected",
    /// The template has no containers.
    NoContainers = "no-containers",
    /// A static pod's mirror, which the API server does not run.
    MirrorPod = "mirror-pod",
    /// The object is being deleted.
    Terminating = "terminating",
    /// A live object that a controller owns.
    OwnedLive = "owned-live",
    /// The pod uses the node's network.
    HostNetwork = "host-network",
    /// The pod runs on Windows.
    Windows = "windows",
    /// Another mesh's proxy is there.
    ForeignSidecar = "foreign-sidecar",
    /// The pod needs a native sidecar, and the cluster is too old.
    Job = "job",
    /// The profile leaves the namespace alone.
    ExcludedNamespace = "excluded-namespace",
    /// The profile's namespace selector does not match.
    NamespaceNotSelected = "namespace-not-selected",
    /// The profile's object selector does not match.
    ObjectNotSelected = "object-not-selected",
    /// The pod template opts out.
    PodOptedOut = "pod-opted-out",
    /// The pod template opts in.
    PodOptedIn = "pod-opted-in",
    /// The namespace opts out.
    NamespaceOptedOut = "namespace-opted-out",
    /// The namespace opts in.
    NamespaceOptedIn = "namespace-opted-in",
    /// The profile's policy.
    Default = "default",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// What a decision is about: one pod template of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'s, V> {
    /// The whole object; for a Pod, the template too.
    pub object: V,
    /// The pod template.
    pub template: V,
    /// What the object is.
    pub identity: &'s Identity,
    /// From the object's root to the template.
    pub at: &'s Pointer,
    /// What the record on the template says.
    pub record: Record<'s>,
    /// Whether a classic sidecar would keep the pod from completing, or its restart policy asks for a native one.
    pub needs_native: bool,
}

/// What the record on a pod template says. A record that is broken, or an entry of which parts are missing, is an error
/// before anything is decided.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Record<'s> {
    /// The entry of the profile that is asked about.
    pub entry: Recorded,
    /// The names of all containers and init containers that any profile's entry lists.
    pub containers: &'s [String],
}

/// Whether a record has an entry of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// There is none; or it is about to be replaced.
    #[default]
    None,
    /// There is one, and all that it names is present.
    Whole,
}

/// Whether a profile is injected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Decision {
    /// It is.
    Inject {
        /// The rule that decided.
        rule: Rule,
        /// What should be known nevertheless.
        warnings: Vec<Diagnostic>,
    },
    /// It is not, and nothing is wrong.
    Skip {
        /// The rule that decided.
        rule: Rule,
        /// Why, in the words of a report.
        reason: String,
        /// The value that decided, from the object's root; the template's place where it stands outside the object.
        at: Pointer,
        /// What should be known nevertheless.
        warnings: Vec<Diagnostic>,
        /// Whether a webhook denies this where the profile says `onIneligible: Deny`.
        deniable: Deniable,
    },
    /// A value on the object cannot be understood.
    Reject(Vec<Diagnostic>),
}

/// Whether `onIneligible: Deny` covers a skipped object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deniable {
    /// Never denied.
    No,
    /// A pod or a namespace that opted out, or a container that is there without a record.
    Yes,
}

/// What one rule saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The rule.
    pub rule: Rule,
    /// The value that it looked at, in words.
    pub saw: String,
    /// Where that value is, from the object's root; `None` where it is outside the object, or not there.
    pub at: Option<Pointer>,
    /// What came of it.
    pub applies: Applies,
}

/// What came of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applies {
    /// It applies, and decided.
    Decides(Effect),
    /// It does not apply.
    No,
    /// The profile does not ask for it.
    Off,
    /// It would apply, but an earlier one had decided.
    Overruled(Effect),
}

/// What a rule that applies leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The object is rejected: the value cannot be understood.
    Error,
    /// Injection.
    Inject,
    /// No injection.
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

/// What a rule found. Rules say nothing about each other: their order is [`Rule::ALL`].
struct Finding {
    saw: String,
    at: Option<Pointer>,
    verdict: Verdict,
    warnings: Vec<Diagnostic>,
}

enum Verdict {
    Error(Box<Diagnostic>),
    Inject,
    No,
    Off,
    Skip(String, Deniable),
}

/// All that a rule may look at.
struct Case<'c, V> {
    subject: &'c Subject<'c, V>,
    facts: &'c Facts,
    profile: &'c Profile,
}

/// Decides whether the profile is injected into the template. The first row that applies wins:
///
/// | rule | when | verdict |
/// |---|---|---|
/// | `already-injected` | the record has a whole entry of this profile; or a container that no entry lists, and that is not to be completed, has a name that the profile adds or matches `alreadyInjected` | skip |
/// | `no-containers` | the template has no containers | skip |
/// | `mirror-pod` | annotation `kubernetes.io/config.mirror` | skip |
/// | `terminating` | `metadata.deletionTimestamp` is set | skip |
/// | `owned-live` | a `resourceVersion` and a controller owner | skip |
/// | `host-network` | asked for, and `hostNetwork: true` | skip |
/// | `windows` | asked for, and `spec.os.name` or a node selector says Windows | skip |
/// | `foreign-sidecar` | asked for, and another mesh's proxy by name or image | skip |
/// | `job` | `nativeSidecar: auto`, a template that needs a native sidecar, and Kubernetes below 1.29 | skip |
/// | `excluded-namespace` | the namespace is in the profile's list | skip |
/// | `namespace-not-selected` | the namespace selector does not match, or is neither known nor evaluated already | skip |
/// | `object-not-selected` | the object selector does not match | skip |
/// | `pod-opted-out` | the profile's key on the template says so | skip |
/// | `pod-opted-in` | the profile's key on the template says so | inject |
/// | `namespace-opted-out` | the profile's key on the namespace says so | skip |
/// | `namespace-opted-in` | the profile's key on the namespace says so | inject |
/// | `default` | always | the profile's policy |
pub(crate) fn decide<'a, V: View<'a>>(subject: &Subject<'_, V>, facts: &Facts, profile: &Profile) -> Decision {
    let case = Case { subject, facts, profile };
    let mut warnings = Vec::new();
    for &rule in Rule::ALL {
        let finding = rules::look(rule, &case);
        warnings.extend(finding.warnings);
        match finding.verdict {
            Verdict::No | Verdict::Off => {}
            Verdict::Inject => return Decision::Inject { rule, warnings },
            Verdict::Skip(reason, deniable) => {
                let at = finding.at.unwrap_or_else(|| subject.at.clone());
                return Decision::Skip { rule, reason, at, warnings, deniable };
            }
            Verdict::Error(diagnostic) => return Decision::Reject(vec![*diagnostic]),
        }
    }
    // Not reached: the last row always applies. Were it, nothing would have said that the pod may be changed.
    let reason = "no rule applies".to_owned();
    Decision::Skip { rule: Rule::Default, reason, at: subject.at.clone(), warnings, deniable: Deniable::No }
}

/// What every rule sees, those after the deciding one too. It asks the same functions as [`decide`].
pub(crate) fn trace<'a, V: View<'a>>(subject: &Subject<'_, V>, facts: &Facts, profile: &Profile) -> Vec<Step> {
    let case = Case { subject, facts, profile };
    let mut decided = false;
    let step = |&rule: &Rule| {
        let finding = rules::look(rule, &case);
        let effect = match finding.verdict {
            Verdict::No => Err(Applies::No),
            Verdict::Off => Err(Applies::Off),
            Verdict::Inject => Ok(Effect::Inject),
            Verdict::Skip(..) => Ok(Effect::Skip),
            Verdict::Error(_) => Ok(Effect::Error),
        };
        let applies = match effect {
            Err(not) => not,
            Ok(effect) if decided => Applies::Overruled(effect),
            Ok(effect) => {
                decided = true;
                Applies::Decides(effect)
            }
        };
        Step { rule, saw: finding.saw, at: finding.at, applies }
    };
    Rule::ALL.iter().map(step).collect()
}

#[cfg(test)]
mod tests;

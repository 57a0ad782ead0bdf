//! One function for each rule. It says what it saw and whether the rule applies; it does not know the other rules.

use std::borrow::Cow;

use crate::decide::record;
use crate::kube::version::KubernetesVersion;
use crate::profile::rule::{self, AskedWhen};
use crate::profile::{NativeSidecar, Policy, Profile};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

use super::conditions::{condition, requirement};
use super::foreign::{self, MeshOptIn};
use super::fragment::patch_fragment;
use super::steering::{
    namespace_not_selected, namespace_opted_in, namespace_opted_out, object_not_selected, pod_opted_in, pod_opted_out,
};
use super::{
    Case, Deniable, PodContainer, Recorded, Rule, RuleFinding, Ruling, Words, containers, is_foreign_sidecar,
    is_to_complete,
};

pub(crate) const MIRROR: &str = "kubernetes.io/config.mirror";
pub(crate) const OS_LABELS: [&str; 2] = ["kubernetes.io/os", "beta.kubernetes.io/os"];

macro_rules! look {
    ($($rule:ident {
        id: $id:literal,
        when: $when:literal,
        verdict: $verdict:literal,
        asked: $asked:expr,
        needs: $needs:expr,
        gate: $gate:expr,
        look: $look:ident,
    })+) => {
        /// What the rule finds.
        pub(super) fn look<'p, 'a: 'p, V: View<'a>>(rule: Rule, case: &Case<'_, 'p, V>) -> RuleFinding {
            if !rule.is_asked(case.profile) {
                return RuleFinding::off("not asked for by the profile");
            }
            match rule { $(Rule::$rule => $look(case),)+ }
        }
    };
}

rule::table!(look);

impl Rule {
    /// Whether the profile asks for the rule.
    pub(crate) fn is_asked(self, profile: &Profile) -> bool {
        match self.asked() {
            AskedWhen::Always => true,
            AskedWhen::ByProfile => profile.skip.contains(&self),
        }
    }
}

impl Rule {
    /// Whether the rule is asked only where another one injects.
    pub(crate) const fn confirms(self) -> bool {
        matches!(self, Self::Condition | Self::Requirement)
    }

    /// Whether the rule is about an object that must not be changed at all.
    pub(crate) const fn protects(self) -> bool {
        matches!(self, Self::NoContainers | Self::MirrorPod | Self::Terminating | Self::OwnedLive)
    }
}

impl RuleFinding {
    pub(super) fn no(saw: impl Into<Cow<'static, str>>) -> Self {
        Self { saw: saw.into(), at: None, ruling: Ruling::No, warnings: Vec::new() }
    }

    pub(super) fn off(saw: &'static str) -> Self {
        Self { ruling: Ruling::Off, ..Self::no(saw) }
    }

    /// A skip whose reason is what was seen.
    pub(super) fn skip(saw: impl Into<Cow<'static, str>>) -> Self {
        let saw = saw.into();
        Self { ruling: Ruling::Skip(saw.clone().into_owned(), Deniable::No), ..Self::no(saw) }
    }

    pub(super) fn deniable(saw: impl Into<Cow<'static, str>>) -> Self {
        let saw = saw.into();
        Self { ruling: Ruling::Skip(saw.clone().into_owned(), Deniable::Yes), ..Self::no(saw) }
    }

    pub(super) fn inject(saw: impl Into<Cow<'static, str>>) -> Self {
        Self { ruling: Ruling::Inject, ..Self::no(saw) }
    }

    /// With the value's place, which is made only where it is shown.
    pub(super) fn at<V>(self, case: &Case<'_, '_, V>, at: impl FnOnce() -> Pointer) -> Self {
        match case.words {
            Words::Shown => Self { at: Some(at()), ..self },
            Words::Dropped => self,
        }
    }
}

impl<'a, V: View<'a>> Case<'_, '_, V> {
    /// The rule does not apply. What it saw is put into words only where these are shown.
    pub(super) fn no(&self, saw: impl FnOnce() -> String) -> RuleFinding {
        RuleFinding::no(match self.words {
            Words::Shown => saw(),
            Words::Dropped => String::new(),
        })
    }

    /// A place in the template, from the object's root.
    pub(super) fn within(&self, names: &[&str]) -> Pointer {
        self.subject.at.append(&Pointer::of(names.iter().copied()))
    }
}

fn already_injected<'p, 'a: 'p, V: View<'a>>(case: &Case<'_, 'p, V>) -> RuleFinding {
    let (subject, profile) = (case.subject, case.profile);
    if subject.record.entry == Recorded::Whole {
        let at = case.within(&["metadata", "annotations", record::ANNOTATION]);
        return RuleFinding::skip(format!("the record has profile `{}`", profile.name)).at(case, || at);
    }
    let theirs = case
        .containers()
        .iter()
        .filter(|found| !subject.record.containers.iter().any(|known| *known == found.name))
        .filter(|found| !is_to_complete(profile, found.view));
    for found in theirs {
        let name = &found.name;
        let saw = if profile.adds_container(name) {
            format!("container `{name}` is already there, and no record lists it")
        } else if containers::pattern(profile, found.view).is_some() {
            format!("container `{name}` counts as the sidecar for profile `{}`, and no record lists it", profile.name)
        } else {
            continue;
        };
        return RuleFinding::deniable(saw).at(case, || subject.at.append(&found.at()));
    }
    case.no(|| format!("no record of profile `{}`, and no container of it", profile.name))
}

fn no_containers<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let place = ["spec", "containers"];
    match case.spec().and_then(|spec| spec.member("containers")) {
        Some(list) => match list.length() {
            0 => RuleFinding::skip("the pod template has no containers"),
            1 => RuleFinding::no("1 container"),
            count => case.no(|| format!("{count} containers")),
        }
        .at(case, || case.within(&place)),
        None => RuleFinding::skip("the pod template has no containers"),
    }
}

fn mirror_pod<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let place = ["metadata", "annotations", MIRROR];
    match case.annotations().and_then(|annotations| annotations.member(MIRROR)) {
        Some(_) => RuleFinding::skip(format!("annotation `{MIRROR}`: a kubelet runs this pod from a file of its own"))
            .at(case, || case.within(&place)),
        None => case.no(|| format!("no annotation `{MIRROR}`")),
    }
}

fn terminating<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let place = ["metadata", "deletionTimestamp"];
    match case.subject.object.path(&place).filter(|time| time.kind() != Kind::Null) {
        Some(_) => {
            RuleFinding::skip("`deletionTimestamp` is set: the object is being deleted").at(case, || Pointer::of(place))
        }
        None => RuleFinding::no("no `deletionTimestamp`"),
    }
}

fn owned_live<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let object = case.subject.object;
    if object.text(&["metadata", "resourceVersion"]).is_none_or(|version| version.is_empty()) {
        return RuleFinding::no("no `resourceVersion`: not from a cluster");
    }
    let owners = object.path(&["metadata", "ownerReferences"]).map(View::elements).unwrap_or_default();
    let is_controller = |owner: &V| owner.member("controller").and_then(View::boolean) == Some(true);
    let Some((index, owner)) = owners.into_iter().enumerate().find(|(_, owner)| is_controller(owner)) else {
        return RuleFinding::no("no controller owns it");
    };
    let part = |field| owner.text(&[field]).unwrap_or_default();
    let saw = format!("a live object that `{}/{}` owns: inject the owner", part("kind"), part("name"));
    RuleFinding::skip(saw).at(case, || Pointer::of(["metadata", "ownerReferences", &index.to_string()]))
}

fn host_network<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let place = ["spec", "hostNetwork"];
    match case.spec().and_then(|spec| spec.member("hostNetwork")) {
        Some(value) if value.boolean() == Some(true) => {
            RuleFinding::skip("`hostNetwork: true`: the sidecar's ports and network rules would be the node's")
                .at(case, || case.within(&place))
        }
        Some(_) => RuleFinding::no("`hostNetwork` is not true").at(case, || case.within(&place)),
        None => RuleFinding::no("no `hostNetwork`"),
    }
}

fn windows<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let [label, beta] = OS_LABELS;
    let at = |place: &[&str]| case.within(&["spec"]).append(&Pointer::of(place.iter().copied()));
    for place in [["os", "name"], ["nodeSelector", label], ["nodeSelector", beta]] {
        if case.spec().and_then(|spec| spec.text(&place)).is_some_and(|os| os == "windows") {
            return RuleFinding::skip("the pod is for Windows nodes").at(case, || at(&place));
        }
    }
    let terms = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
    if case.spec().and_then(|spec| spec.path(&terms)).is_some_and(all_ask_for_windows) {
        return RuleFinding::skip("the pod's required node affinity is for Windows nodes").at(case, || at(&terms));
    }
    RuleFinding::no("nothing asks for Windows nodes")
}

/// Whether no term lets in a node of another system. A node has to match one term, and in it every expression; a term
/// without any matches no node. The kubelet labels each node, and runs on Linux and Windows only.
fn all_ask_for_windows<'a, V: View<'a>>(terms: V) -> bool {
    let list = |value: V, name| value.member(name).map(View::elements).unwrap_or_default();
    let asks = |expression: V| {
        let key = expression.text(&["key"]);
        let values = list(expression, "values");
        let names = |system: &str| values.iter().any(|value| value.string().is_some_and(|value| value == system));
        key.is_some_and(|key| OS_LABELS.contains(&&*key))
            && match expression.text(&["operator"]).as_deref() {
                Some("In") => names("windows") && values.len() == 1,
                Some("NotIn") => names("linux") && !names("windows"),
                _ => false,
            }
    };
    let mut terms = terms
        .elements()
        .into_iter()
        .map(|term| (list(term, "matchExpressions"), list(term, "matchFields")))
        .filter(|(expressions, fields)| !expressions.is_empty() || !fields.is_empty())
        .peekable();
    terms.peek().is_some() && terms.all(|(expressions, _)| expressions.into_iter().any(asks))
}

fn foreign_sidecar<'p, 'a: 'p, V: View<'a>>(case: &Case<'_, 'p, V>) -> RuleFinding {
    // A profile may be that mesh's own, and complete its own container.
    let is_foreign =
        |found: &&PodContainer<'_, V>| is_foreign_sidecar(found.view) && !case.profile.adds_container(&found.name);
    match case.containers().iter().find(is_foreign) {
        Some(found) => RuleFinding::skip(format!("container `{}` is another mesh's proxy", found.name))
            .at(case, || case.subject.at.append(&found.at())),
        None => match foreign::opt_in((case.annotations(), case.labels()), &case.reading.facts.namespace, case.profile)
        {
            Some(MeshOptIn { saw, place: Some(place) }) => RuleFinding::skip(saw).at(case, || case.within(&place)),
            Some(MeshOptIn { saw, place: None }) => RuleFinding::skip(saw),
            None => RuleFinding::no("no other mesh's proxy, and nothing asks for one"),
        },
    }
}

fn job<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let (version, kind) = (case.reading.facts.kubernetes_version, &case.reading.identity.kind);
    let first = KubernetesVersion::NATIVE_SIDECARS;
    if case.profile.native_sidecar != NativeSidecar::Auto {
        RuleFinding::off("the profile or `--native-sidecar` says whether the sidecar is native")
    } else if !case.subject.needs_native {
        case.no(|| format!("this {kind} needs no native sidecar"))
    } else if version < first {
        RuleFinding::skip(format!(
            "this {kind} needs a native sidecar, which Kubernetes {version} does not run: {first} does"
        ))
    } else {
        case.no(|| format!("this {kind} needs a native sidecar, which Kubernetes {version} runs"))
    }
}

fn excluded_namespace<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let name = &case.reading.facts.namespace.name;
    let place = ["metadata", "namespace"];
    let finding = if case.profile.excluded_namespaces.contains(name) {
        RuleFinding::skip(format!("namespace `{name}` is in `excludedNamespaces` of profile `{}`", case.profile.name))
    } else {
        case.no(|| format!("namespace `{name}`"))
    };
    match case.subject.object.path(&place) {
        Some(_) => finding.at(case, || Pointer::of(place)),
        None => finding,
    }
}

fn default<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    match case.profile.policy {
        Policy::OptOut => RuleFinding::inject("policy OptOut: injected unless something opts out"),
        Policy::OptIn => RuleFinding::skip("policy OptIn, and nothing opts in"),
    }
}

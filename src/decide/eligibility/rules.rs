//! One function a rule. Each says what it saw and whether it applies, and nothing of the other rules.

use crate::decide::record;
use crate::kube::version::KubernetesVersion;
use crate::profile::{NativeSidecar, OptionalRule, Policy};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

use super::{
    Case, Deniable, Finding, Recorded, Rule, Verdict, containers, is_foreign_sidecar, is_to_complete, steering,
};

const MIRROR: &str = "kubernetes.io/config.mirror";
const OS_LABELS: [&str; 2] = ["kubernetes.io/os", "beta.kubernetes.io/os"];

/// What the rule finds. The match is the list of rules; their order is `Rule::ALL`.
pub(super) fn look<'a, V: View<'a>>(rule: Rule, case: &Case<'_, V>) -> Finding {
    match rule {
        Rule::AlreadyInjected => already_injected(case),
        Rule::NoContainers => no_containers(case),
        Rule::MirrorPod => mirror_pod(case),
        Rule::Terminating => terminating(case),
        Rule::OwnedLive => owned_live(case),
        Rule::HostNetwork => optional(case, OptionalRule::HostNetwork, host_network),
        Rule::Windows => optional(case, OptionalRule::Windows, windows),
        Rule::ForeignSidecar => optional(case, OptionalRule::ForeignSidecar, foreign_sidecar),
        Rule::Job => job(case),
        Rule::ExcludedNamespace => excluded_namespace(case),
        Rule::NamespaceNotSelected => steering::namespace_not_selected(case),
        Rule::ObjectNotSelected => steering::object_not_selected(case),
        Rule::PodOptedOut => steering::pod_opted_out(case),
        Rule::PodOptedIn => steering::pod_opted_in(case),
        Rule::NamespaceOptedOut => steering::namespace_opted_out(case),
        Rule::NamespaceOptedIn => steering::namespace_opted_in(case),
        Rule::Default => default(case),
    }
}

impl Finding {
    pub(super) fn no(saw: impl Into<String>) -> Self {
        Self { saw: saw.into(), at: None, verdict: Verdict::No, warnings: Vec::new() }
    }

    pub(super) fn off(saw: impl Into<String>) -> Self {
        Self { verdict: Verdict::Off, ..Self::no(saw) }
    }

    /// A skip whose reason is what was seen.
    pub(super) fn skip(saw: impl Into<String>) -> Self {
        let saw = saw.into();
        Self { verdict: Verdict::Skip(saw.clone(), Deniable::No), ..Self::no(saw) }
    }

    pub(super) fn deniable(saw: impl Into<String>) -> Self {
        let saw = saw.into();
        Self { verdict: Verdict::Skip(saw.clone(), Deniable::Yes), ..Self::no(saw) }
    }

    pub(super) fn inject(saw: impl Into<String>) -> Self {
        Self { verdict: Verdict::Inject, ..Self::no(saw) }
    }

    pub(super) fn at(self, at: Pointer) -> Self {
        Self { at: Some(at), ..self }
    }
}

impl<'a, V: View<'a>> Case<'_, V> {
    /// A place in the template, from the object's root.
    pub(super) fn within(&self, names: &[&str]) -> Pointer {
        self.subject.at.append(&Pointer::of(names.iter().copied()))
    }
}

fn already_injected<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let (subject, profile) = (case.subject, case.profile);
    if subject.record.entry == Recorded::Whole {
        let at = case.within(&["metadata", "annotations", record::ANNOTATION]);
        return Finding::skip(format!("the record has profile `{}`", profile.name)).at(at);
    }
    let theirs = containers::all(subject.template)
        .filter(|found| !subject.record.containers.iter().any(|known| *known == found.name))
        .filter(|found| !is_to_complete(profile, found.view));
    for found in theirs {
        let name = &found.name;
        let saw = if profile.adds_container(name) {
            format!("container `{name}` is there without a record")
        } else if containers::pattern(profile, found.view).is_some() {
            format!(
                "container `{name}` counts as the sidecar for profile `{}`, and is there without a record",
                profile.name
            )
        } else {
            continue;
        };
        return Finding::deniable(saw).at(subject.at.append(&found.at()));
    }
    Finding::no(format!("no record of profile `{}`, and none of its containers", profile.name))
}

fn no_containers<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let place = ["spec", "containers"];
    match case.subject.template.path(&place) {
        Some(list) => match list.elements().len() {
            0 => Finding::skip("the pod template has no containers"),
            1 => Finding::no("1 container"),
            count => Finding::no(format!("{count} containers")),
        }
        .at(case.within(&place)),
        None => Finding::skip("the pod template has no containers"),
    }
}

fn mirror_pod<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let place = ["metadata", "annotations", MIRROR];
    match case.subject.template.path(&place) {
        Some(_) => Finding::skip(format!("annotation `{MIRROR}`: a kubelet runs this pod from a file of its own"))
            .at(case.within(&place)),
        None => Finding::no(format!("no annotation `{MIRROR}`")),
    }
}

fn terminating<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let place = ["metadata", "deletionTimestamp"];
    match case.subject.object.path(&place).filter(|time| time.kind() != Kind::Null) {
        Some(_) => Finding::skip("`deletionTimestamp` is set: the object is being deleted").at(Pointer::of(place)),
        None => Finding::no("no `deletionTimestamp`"),
    }
}

fn owned_live<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let object = case.subject.object;
    if object.text(&["metadata", "resourceVersion"]).is_none_or(|version| version.is_empty()) {
        return Finding::no("no `resourceVersion`: not from a cluster");
    }
    let owners = object.path(&["metadata", "ownerReferences"]).map(View::elements).unwrap_or_default();
    let is_controller = |owner: &V| owner.member("controller").and_then(View::boolean) == Some(true);
    let Some((index, owner)) = owners.into_iter().enumerate().find(|(_, owner)| is_controller(owner)) else {
        return Finding::no("no controller owns it");
    };
    let part = |field| owner.text(&[field]).unwrap_or_default();
    let saw = format!("live, and owned by `{}/{}`, where the injection belongs", part("kind"), part("name"));
    Finding::skip(saw).at(Pointer::of(["metadata", "ownerReferences", &index.to_string()]))
}

fn optional<V>(case: &Case<'_, V>, rule: OptionalRule, look: impl Fn(&Case<'_, V>) -> Finding) -> Finding {
    if case.profile.skip.contains(&rule) { look(case) } else { Finding::off("not asked for by the profile") }
}

fn host_network<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let place = ["spec", "hostNetwork"];
    match case.subject.template.path(&place) {
        Some(value) if value.boolean() == Some(true) => {
            Finding::skip("`hostNetwork: true`: network rules would be the node's").at(case.within(&place))
        }
        Some(_) => Finding::no("`hostNetwork` is not true").at(case.within(&place)),
        None => Finding::no("no `hostNetwork`"),
    }
}

fn windows<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let [label, beta] = OS_LABELS;
    for place in [&["spec", "os", "name"][..], &["spec", "nodeSelector", label], &["spec", "nodeSelector", beta]] {
        if case.subject.template.text(place).is_some_and(|os| os == "windows") {
            return Finding::skip("the pod is for Windows nodes").at(case.within(place));
        }
    }
    Finding::no("nothing asks for Windows nodes")
}

fn foreign_sidecar<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    // A profile may be that mesh's own, and complete its own container.
    let is_foreign =
        |found: &containers::Found<'_, V>| is_foreign_sidecar(found.view) && !case.profile.adds_container(&found.name);
    match containers::all(case.subject.template).find(is_foreign) {
        Some(found) => Finding::skip(format!("container `{}` is another mesh's proxy", found.name))
            .at(case.subject.at.append(&found.at())),
        None => Finding::no("no other mesh's proxy"),
    }
}

fn job<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let (version, kind) = (case.facts.kubernetes_version, &case.subject.identity.kind);
    let first = KubernetesVersion::NATIVE_SIDECARS;
    if case.profile.native_sidecar != NativeSidecar::Auto {
        Finding::off("the profile says whether the sidecar is native")
    } else if !case.subject.needs_native {
        Finding::no(format!("this {kind} needs no native sidecar"))
    } else if version < first {
        Finding::skip(format!(
            "this {kind} needs a native sidecar, which Kubernetes {version} does not run: {first} does"
        ))
    } else {
        Finding::no(format!("this {kind} needs a native sidecar, which Kubernetes {version} runs"))
    }
}

fn excluded_namespace<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    let name = &case.facts.namespace.name;
    let place = ["metadata", "namespace"];
    let finding = if case.profile.excluded_namespaces.contains(name) {
        Finding::skip(format!("profile `{}` leaves namespace `{name}` alone", case.profile.name))
    } else {
        Finding::no(format!("namespace `{name}`"))
    };
    match case.subject.object.path(&place) {
        Some(_) => finding.at(Pointer::of(place)),
        None => finding,
    }
}

fn default<'a, V: View<'a>>(case: &Case<'_, V>) -> Finding {
    match case.profile.policy {
        Policy::OptOut => Finding::inject("policy OptOut: injected unless something opts out"),
        Policy::OptIn => Finding::skip("policy OptIn, and nothing opts in"),
    }
}

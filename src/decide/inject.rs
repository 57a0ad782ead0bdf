//! `plan`: the one function by which both shells inject. It is pure, and does not know which of them called it.

use std::sync::Arc;

use crate::decide::detail::Detail;
use crate::decide::eligibility;
use crate::decide::expressions::PodReading;
use crate::decide::facts::{Facts, Operation};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::workload::{self, Identity, TemplatePath, Trait};
use crate::profile::parameter::{self, Inherited, Origin, SetValues};
use crate::profile::slot::Slot;
use crate::profile::{NativeSidecar, Parameter, ParameterType, Profile};
use crate::value::pointer::Pointer;
use crate::value::view::View;

mod adding;
mod again;
mod application;
mod applier;
mod apply;
mod assess;
mod cause;
pub(crate) mod compare;
mod complete;
mod conflict;
mod containers;
pub(crate) mod editor;
mod mounts;
mod order;
mod outcome;
mod planner;
mod pod;
mod ports;
mod redirect;
pub(crate) mod removal;
pub(crate) mod rewrites;
mod render;
mod state;
pub(crate) mod texts;

pub use outcome::{Answer, Verdict};
pub(crate) use outcome::{Outcome, Step};
pub use render::Renderings;
pub(crate) use render::{HashMatch, Item, Rendered, Sidecar, digest, name};
pub use state::InjectionState;
pub(crate) use state::{Edit, EditedField};

pub(crate) use apply::write_record;
pub(crate) use planner::Planner;
pub(crate) use ports::port_clash;

/// What is asked of [`plan`], the same for every object of a run.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The profiles, in the order in which they are applied.
    pub profiles: &'a [Profile],
    /// Parameters set for all objects.
    pub set: &'a SetValues,
    /// Kinds with templates beside the known ones: those of the run, then those of its profiles.
    pub template_paths: &'a [TemplatePath],
    /// What happens to an injection that is not the one that its profile would make now.
    pub outdated: Outdated,
    /// What the run has rendered so far.
    pub renderings: &'a Renderings,
    /// What is worth its work to be said.
    pub detail: Detail,
}

/// What happens to an injection that is not the one that its profile would make now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outdated {
    /// It stays.
    #[default]
    Keep,
    /// It is removed, and made again.
    Replace,
}

/// Decides about every pod template of an object, profile by profile, each seeing what the one before it left.
///
/// Goes in: what the object is (an item of a typed list, or the object of a review, need not say so itself), the object, the
/// facts, and what is asked. Comes out: what is to become of it. An object without a pod template has no steps. Pointers
/// count from the object's root.
pub fn plan<'a, V: View<'a>>(identity: &Identity, object: V, facts: &Facts, request: &Request<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    if facts.operation != Operation::Create {
        return outcome;
    }
    for place in workload::templates(identity, object, request.template_paths) {
        let Some(template) = workload::locate(object, &place) else { continue };
        let identity = &*identity.with_template(object, &place);
        Planner { object, template, place: &place, identity, facts, request, editor: None }.run(&mut outcome);
    }
    outcome.settle();
    outcome
}

/// What a profile renders for a template; `None` where a parameter or an expression has no good value.
pub(crate) fn rendered_now<'f, 'a: 'f, V: View<'a>>(
    profile: &Profile,
    reading: &PodReading<'f, V>,
    request: &Request<'_>,
) -> Option<Arc<Rendered>> {
    let PodReading { identity, template, facts, .. } = *reading;
    let application = eligibility::application(profile, template);
    let inherited = facts.namespace.inherited();
    let values = parameter::resolve(profile, template, request.set, application, inherited).ok()?;
    let sidecar = sidecar(profile, identity, template);
    let rendered = request.renderings.get((profile, request.set), &values, reading, sidecar);
    rendered.failed.is_empty().then_some(rendered)
}

/// Native where it is asked for, or where a classic sidecar would keep the pod from completing.
fn sidecar<'a, V: View<'a>>(profile: &Profile, identity: &Identity, template: V) -> Sidecar {
    let native = match profile.native_sidecar {
        NativeSidecar::Always => profile.has_sidecars(),
        NativeSidecar::Never => false,
        NativeSidecar::Auto => needs_native(profile, identity, template),
    };
    if native { Sidecar::Native } else { Sidecar::Classic }
}

/// Whether a classic sidecar would keep the pod from completing: a Job's, or one whose restart policy is not `Always`.
pub(crate) fn needs_native<'a, V: View<'a>>(profile: &Profile, identity: &Identity, template: V) -> bool {
    let restart_policy = template.text(&["spec", "restartPolicy"]);
    let completes = identity.has(Trait::Completes) || restart_policy.is_some_and(|policy| policy != "Always");
    completes && profile.has_sidecars()
}

/// What an object says of its pods outside their template.
#[derive(Debug, Default)]
struct Beside {
    /// The names of the volumes that a StatefulSet's claims bring into its pods.
    claims: Vec<String>,
    /// The labels by which a workload selects its pods.
    selects: Vec<String>,
}

impl Beside {
    fn of<'a, V: View<'a>>(object: V, identity: &Identity) -> Self {
        let claims = object.path(&["spec", "volumeClaimTemplates"]).filter(|_| identity.has(Trait::VolumeClaims));
        let claims = claims.map(View::elements).unwrap_or_default();
        let claims = claims.into_iter().filter_map(|claim| Some(claim.text(&["metadata", "name"])?.into_owned()));
        Self { claims: claims.collect(), selects: selected_labels(object) }
    }
}

/// The keys of an object's selector. That of a ReplicationController is a map of labels.
fn selected_labels<'a, V: View<'a>>(object: V) -> Vec<String> {
    let Some(selector) = object.path(&["spec", "selector"]) else { return Vec::new() };
    let keys = |map: V| map.members().into_iter().map(|(key, _)| key.into_owned()).collect::<Vec<_>>();
    let (labels, expressions) = (selector.member("matchLabels"), selector.member("matchExpressions"));
    if labels.is_none() && expressions.is_none() {
        return keys(selector);
    }
    let named = expressions.map(View::elements).unwrap_or_default();
    let named = named.into_iter().filter_map(|one| Some(one.text(&["key"])?.into_owned()));
    labels.map(keys).unwrap_or_default().into_iter().chain(named).collect()
}

/// Ports that the profile would take from the application's, and that are their defaults because it declares none.
fn guessed_ports<'a, V: View<'a>>(
    profile: &Profile,
    template: V,
    (set, inherited): (&SetValues, Inherited<'_>),
    place: &Pointer,
) -> Vec<Diagnostic> {
    let is_from_ports = |parameter: &&Parameter| {
        parameter.ty == ParameterType::Port
            && parameter.from.iter().any(|place| place.tokens().iter().any(|token| token == "ports"))
    };
    let guess = |parameter: &Parameter| {
        let application = eligibility::application(profile, template);
        let (value, origin) = parameter::value_of(profile, parameter, template, set, application, inherited).ok()?;
        let name = &parameter.name;
        let message = format!(
            "the profile `{}` takes its default {value} for `{name}`: the application's container declares no such port",
            profile.name
        );
        let annotation = parameter.annotation_words().map(|words| format!("{words} or "));
        let hint = format!("declare the port, or set it with {}`--set {name}=…`", annotation.unwrap_or_default());
        (origin == Origin::Default).then(|| Diagnostic::new(Code::GuessedPort, place.join("spec"), message).hint(hint))
    };
    profile.parameters.iter().filter(is_from_ports).filter_map(guess).collect()
}

/// Knative's webhook refuses these unless a feature flag allows them.
fn knative_warning(profile: &Profile, identity: &Identity, rendered: &Rendered, place: &Pointer) -> Option<Diagnostic> {
    if !identity.has(Trait::Knative) {
        return None;
    }
    let mut flags = Vec::new();
    if !rendered.added[Slot::InitContainers].is_empty() {
        flags.push("kubernetes.podspec-init-containers");
    }
    if rendered.all_containers().any(|item| item.value.pointer("/securityContext/capabilities").is_some()) {
        flags.push("kubernetes.containerspec-addcapabilities");
    }
    if rendered.added[Slot::Containers].iter().any(|item| item.value.get("ports").is_some()) {
        flags.push("multi-container");
    }
    let message = format!("Knative refuses what the profile `{}` adds unless feature flags allow it", profile.name);
    (!flags.is_empty()).then(|| {
        Diagnostic::new(Code::FeatureFlag, place.clone(), message)
            .hint(format!("see config-features: {}", flags.join(", ")))
    })
}

#[cfg(test)]
mod tests;

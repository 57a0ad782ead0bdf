//! Profiles as admission policies: the same rules, values and patches as expressions that an API server evaluates itself,
//! without a webhook.
//!
//! A profile and its settings go in, objects come out, always with the same bytes. What a policy cannot say is an error with
//! its place in the profile, and never left out. Imports `value`, `diagnostic`, `text`, `kube`, `expression`, `profile`
//! and `decide`. What a new rule, slot or field of a profile becomes is decided here, or nothing builds.
//!
//! A mutating policy has no words for the user, so three policies share their variables: one patches where nothing is wrong,
//! one refuses with a message and notices a pod that should have been patched and was not, one warns.
//!
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/>.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::decide::inject::{Sidecar, digest};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::version::KubernetesVersion;
use crate::profile::Profile;
use crate::profile::parameter::SetValues;
use crate::text::yaml::emit::{self, BlockLayout};
use crate::value::pointer::Pointer;

use added::Digests;
use draft::Gates;
pub(crate) use params::{ParamNames, Params, can_be_kept, is_named};
use settings::Settings;

mod added;
mod application;
mod cel;
mod compile;
mod conflicts;
mod containers;
mod draft;
mod elements;
mod lists;
mod metadata;
mod objects;
mod parameters;
mod params;
mod patch;
mod pod;
mod record;
mod rules;
mod scope;
mod settings;
mod stored;
mod times;
mod types;
mod validations;
mod values;
mod workload;
mod wrong;

/// The oldest Kubernetes that has mutating policies without a feature gate.
pub(crate) const OLDEST: KubernetesVersion = KubernetesVersion(36);
/// The oldest Kubernetes that has them at all, as a beta.
pub(crate) const OLDEST_BETA: KubernetesVersion = KubernetesVersion(34);

/// How policies are made.
#[derive(Clone, Debug)]
pub(crate) struct PolicyOptions {
    /// The oldest API server that has to understand them.
    pub(crate) version: KubernetesVersion,
    pub(crate) api: PolicyApi,
    pub(crate) failure: FailurePolicy,
    pub(crate) warnings: PolicyWarnings,
    /// Where settings are kept outside of the policies.
    pub(crate) params: Option<Params>,
}

/// The version of the API of mutating policies. Validating ones are `v1` in each of these versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PolicyApi {
    /// From Kubernetes 1.36 on.
    #[default]
    V1,
    /// In Kubernetes 1.34 and 1.35, behind a feature gate.
    V1Beta1,
}

/// What becomes of a pod about which an API server gets no answer: from a webhook, or from an expression that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// It is refused.
    Fail,
    /// It is let through, not injected.
    #[default]
    Ignore,
}

/// Whether there is a policy that warns. It costs some of the API server's time for each pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PolicyWarnings {
    /// There is.
    #[default]
    Made,
    /// There is none.
    LeftOut,
}

/// The names of the objects of profiles, in the order in which they are deleted: what refuses a pod goes before what patches it.
#[cfg(feature = "serve")]
pub(crate) fn removal(name: &str, profiles: &[&str], api: PolicyApi, params: Option<&Params>) -> Vec<Value> {
    let validating = profiles.iter().flat_map(|profile| objects::validating_removal(&validating_name(name, profile)));
    let mutating_name = mutating_name(name, profiles);
    let mutating = objects::mutating_removal(&mutating_name, api);
    let config_map = params.map(|params| params::removal(&mutating_name, params));
    validating.chain(mutating).chain(config_map).collect()
}

/// What the mutating policy is called: as its one profile's others, or as the installation.
fn mutating_name(name: &str, profiles: &[&str]) -> String {
    match profiles {
        [profile] => validating_name(name, profile),
        _ => name.to_owned(),
    }
}

fn validating_name(name: &str, profile: &str) -> String {
    format!("{name}-{profile}")
}

/// Objects as a YAML stream.
pub(crate) fn text(objects: &[Value], comment: &str) -> String {
    let mut out = String::new();
    for (index, object) in objects.iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        } else if !comment.is_empty() {
            out.extend(comment.lines().map(|line| format!("# {line}\n")));
        }
        emit::block(&mut out, object, 0, &BlockLayout::default());
        out.push('\n');
    }
    out
}

/// A profile with the values that are set for its parameters, as they are written.
pub(crate) type ProfileWithSettings<'p> = (&'p Profile, &'p BTreeMap<String, String>);

/// The objects of profiles, in the order in which they are applied: the mutating policy first, since a validating one refuses
/// what was not patched. Several profiles have one mutating policy, and patch in their order.
///
/// # Errors
///
/// What cannot be said in a policy: the index of the profile, and the place in its document.
pub(crate) fn objects(
    name: &str,
    profiles: &[ProfileWithSettings<'_>],
    options: &PolicyOptions,
) -> Result<Vec<Value>, Vec<(usize, Diagnostic)>> {
    let names: Vec<&str> = profiles.iter().map(|(profile, _)| profile.name.as_str()).collect();
    let mutating_name = mutating_name(name, &names);
    let constraints: Vec<Value> = profiles.iter().map(|(profile, _)| objects::constraints(profile)).collect();
    let same = constraints.first().filter(|first| constraints.iter().all(|other| other == *first));
    let gates = if same.is_some() { Gates::Server } else { Gates::Rules };
    let digests: Vec<Digests> = profiles.iter().map(digests).collect();
    let mut wrong = Vec::new();
    let mut compiled = |index: usize, prefix: String, gates: Gates| {
        let ((profile, set), digests) = (profiles.get(index)?, digests.get(index)?);
        let params = options.params.as_ref();
        let settings = Settings { set, version: options.version, prefix, gates, policy_name: &mutating_name, params };
        let compiled = compile::compile(profile, digests, settings);
        compiled.map_err(|found| wrong.extend(found.into_iter().map(|one| (index, one)))).ok()
    };
    let prefix = |index: usize| if profiles.len() == 1 { String::new() } else { format!("p{index}_") };
    let patches: Vec<_> = (0..profiles.len()).filter_map(|index| compiled(index, prefix(index), gates)).collect();
    // A validating policy is for one profile alone, and the API server asks its gates.
    let others: Vec<_> =
        (0..profiles.len()).filter_map(|index| compiled(index, String::new(), Gates::Server)).collect();
    if !wrong.is_empty() {
        let mut told: Vec<(usize, Diagnostic)> = Vec::new();
        // Each profile was compiled twice.
        wrong.into_iter().for_each(|one| {
            if !told.contains(&one) {
                told.push(one)
            }
        });
        return Err(told);
    }
    let matched = same.cloned().unwrap_or_else(|| objects::all_pods(excluded_by_all(profiles)));
    // Without its ConfigMap, a policy has no settings.
    let config_map =
        options.params.as_ref().map(|params| params::config_map(&mutating_name, params, profiles, &digests));
    let mut all: Vec<Value> = config_map.into_iter().collect();
    all.extend(objects::mutating(&mutating_name, &names, (&patches, &matched), options));
    for ((profile, _), compiled) in profiles.iter().zip(&others) {
        let name = validating_name(name, &profile.name);
        all.extend(objects::validating((&name, &mutating_name), profile, compiled, options));
    }
    match all.iter().find_map(too_large) {
        Some(words) => Err(vec![(0, Diagnostic::new(Code::NotCompilable, Pointer::of(["spec"]), words))]),
        None => Ok(all),
    }
}

/// The most bytes that the annotations of an object have: <https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/>.
const MOST_ANNOTATIONS: usize = 256 * 1024;

/// What is wrong with an object of which kubectl cannot keep a copy in an annotation, as `apply` does. It writes some characters
/// of the copy with six.
fn too_large(object: &Value) -> Option<String> {
    const KEY: &str = "kubectl.kubernetes.io/last-applied-configuration";
    let text = object.to_string();
    let escaped = text.bytes().filter(|byte| matches!(byte, b'<' | b'>' | b'&')).count();
    let size = text.len() + 5 * escaped + KEY.len() + 1;
    let name = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    (size > MOST_ANNOTATIONS).then(|| {
        let (kind, name) = (name("/kind"), name("/metadata/name"));
        format!("{kind} `{name}` would be too large: {size} bytes in an annotation of kubectl are more than {MOST_ANNOTATIONS}")
    })
}

fn digests((profile, set): &ProfileWithSettings<'_>) -> Digests {
    let set = SetValues::from([(profile.name.clone(), (*set).clone())]);
    Digests { classic: digest(profile, &set, Sidecar::Classic), native: digest(profile, &set, Sidecar::Native) }
}

/// What keeps a profile from being a policy, each with its place in the profile's document. A parameter that only has no value
/// yet does not.
pub(crate) fn obstacles(profile: &Profile, set: &BTreeMap<String, String>) -> Vec<Diagnostic> {
    let options = PolicyOptions {
        version: KubernetesVersion::NEWEST.max(OLDEST),
        api: PolicyApi::V1,
        failure: FailurePolicy::Fail,
        warnings: PolicyWarnings::Made,
        params: None,
    };
    let found = objects("injector", &[(profile, set)], &options).err().unwrap_or_default();
    found.into_iter().map(|(_, one)| one).filter(|one| one.code == Code::NotCompilable).collect()
}

/// The namespaces that all of the profiles exclude.
fn excluded_by_all(profiles: &[ProfileWithSettings<'_>]) -> Vec<String> {
    let excluded = |(profile, _): &ProfileWithSettings<'_>| profile.excluded_namespaces.clone();
    let first = profiles.first().map(excluded).unwrap_or_default();
    let by_all = |name: &String| profiles.iter().all(|profile| excluded(profile).contains(name));
    first.into_iter().filter(by_all).collect()
}

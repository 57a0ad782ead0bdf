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

use crate::diagnostic::Diagnostic;
use crate::kube::version::KubernetesVersion;
use crate::profile::Profile;
use crate::text::yaml::emit::{self, BlockLayout};

mod application;
mod cel;
mod compile;
mod conflicts;
mod containers;
mod draft;
mod lists;
mod objects;
mod parameters;
mod pod;
mod record;
mod rules;
mod scope;
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct PolicyOptions {
    /// The oldest API server that has to understand them.
    pub(crate) version: KubernetesVersion,
    pub(crate) api: PolicyApi,
    pub(crate) failure: FailurePolicy,
    pub(crate) warnings: PolicyWarnings,
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

/// Whether there is a policy that warns. It costs the API server about a millisecond for each pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PolicyWarnings {
    /// There is.
    #[default]
    Made,
    /// There is none.
    LeftOut,
}

/// The names of the objects of one profile, in the order in which they are deleted: what refuses a pod goes before what patches
/// it.
pub(crate) fn removal(name: &str, api: PolicyApi) -> Vec<Value> {
    objects::removal(name, api)
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

/// The objects of one profile, in the order in which they are applied: the mutating policy first, since the validating one
/// refuses what was not patched.
///
/// # Errors
///
/// What cannot be said in a policy, each with its place in the profile's document.
pub(crate) fn objects(
    name: &str,
    profile: &Profile,
    set: &BTreeMap<String, String>,
    options: &PolicyOptions,
) -> Result<Vec<Value>, Vec<Diagnostic>> {
    let digests = compile::Digests { classic: "0".to_owned(), native: "1".to_owned() };
    let compiled = compile::compile(profile, set, (options.version, &digests, String::new()), name)?;
    let mut all = objects::mutating(name, profile, &compiled, options).to_vec();
    all.extend(objects::validating(name, profile, &compiled, options));
    Ok(all)
}

//! What one compilation of a profile is given.

use std::collections::BTreeMap;

use super::draft::Gates;
use super::params::Params;
use crate::kube::version::KubernetesVersion;

/// How a profile is compiled.
#[derive(Clone, Debug)]
pub(super) struct Settings<'s> {
    /// Values of parameters, as they are written.
    pub(super) set: &'s BTreeMap<String, String>,
    pub(super) version: KubernetesVersion,
    /// What the names of its variables begin with.
    pub(super) prefix: String,
    pub(super) gates: Gates,
    /// The name of the mutating policy.
    pub(super) policy_name: &'s str,
    /// Where settings are that are not in the policy.
    pub(super) params: Option<&'s Params>,
}

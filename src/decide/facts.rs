//! What is known about an object beside the object itself. Facts are handed in, so that deciding never asks who called.

use std::collections::BTreeMap;

use crate::kube::version::KubernetesVersion;

mod namespaces;

pub use namespaces::Namespaces;

/// What the API server asks about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// A new object; what a manifest stands for.
    #[default]
    Create,
    /// Anything else: update, delete, connect, or a subresource.
    Other,
}

/// Something known, or not known. What is unknown is not false.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known<T> {
    /// It is this.
    Yes(T),
    /// Nobody has said.
    #[default]
    No,
}

/// Who has evaluated a profile's namespace selector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NamespaceGate {
    /// Nobody yet: it is decided from the labels.
    #[default]
    Open,
    /// The API server has, and it matched.
    Matched,
}

/// A namespace, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Known<BTreeMap<String, String>>,
    /// Its annotations.
    pub annotations: Known<BTreeMap<String, String>>,
}

/// The facts for one object.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What is asked.
    pub operation: Operation,
    /// The object's namespace.
    pub namespace: Namespace,
    /// Whether the namespace selector still has to be decided.
    pub namespace_gate: NamespaceGate,
    /// What the cluster is.
    pub kubernetes_version: KubernetesVersion,
}

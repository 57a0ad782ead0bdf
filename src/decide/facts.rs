//! What is known about an object beside the object itself. Both shells hand in the facts, and a decision depends on nothing
//! else.

use std::collections::BTreeMap;

use crate::kube::version::KubernetesVersion;
use crate::profile::parameter::Inherited;
use crate::value::pointer::Pointer;

mod metadata;
mod namespaces;
pub(crate) mod service_accounts;

pub use namespaces::Namespaces;
pub use service_accounts::{AccountsOfNamespace, ServiceAccount, ServiceAccounts};

/// What is known of the other objects of a cluster.
#[derive(Clone, Debug, Default)]
pub struct ClusterFacts {
    /// Namespaces.
    pub namespaces: Namespaces,
    /// ServiceAccounts.
    pub service_accounts: ServiceAccounts,
}

/// What the API server asks about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// A new object. A manifest counts as one.
    #[default]
    Create,
    /// Update, delete, connect, or a subresource.
    Other,
}

/// A value that may be unknown. Unknown is not the same as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known<T> {
    /// The value.
    Yes(T),
    /// No document, flag or watch has it.
    #[default]
    No,
}

impl<T> Known<T> {
    /// The value, where it is known.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Yes(value) => Some(value),
            Self::No => None,
        }
    }
}

/// Who evaluates a profile's namespace selector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NamespaceGate {
    /// The rules do, from the labels.
    #[default]
    Open,
    /// The API server did, and it matched.
    Matched,
}

/// A namespace, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its name, always known.
    pub name: String,
    /// Its labels.
    pub labels: Known<BTreeMap<String, String>>,
    /// Its annotations.
    pub annotations: Known<BTreeMap<String, String>>,
}

impl Namespace {
    /// What parameters may inherit from it.
    pub(crate) fn inherited(&self) -> Inherited<'_> {
        Inherited { namespace: &self.name, annotations: self.annotations.as_ref() }
    }
}

/// Whether an object is part of one, so that it is not what runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fragment {
    /// Nothing outside its own fields says so.
    #[default]
    No,
    /// It has a directive of a strategic merge patch, from the object's root.
    Directive(Pointer),
    /// A kustomization lists its file as a patch.
    Listed,
}

/// The facts for one object.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What the API server is about to do.
    pub operation: Operation,
    /// The object's namespace.
    pub namespace: Namespace,
    /// The ServiceAccounts of its namespace.
    pub service_accounts: AccountsOfNamespace,
    /// Who evaluates the namespace selector.
    pub namespace_gate: NamespaceGate,
    /// The cluster's version.
    pub kubernetes_version: KubernetesVersion,
    /// Whether it is part of an object.
    pub fragment: Fragment,
}

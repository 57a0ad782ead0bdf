//! The kinds of objects that are watched, and what is kept of each.

use std::collections::BTreeMap;
use std::fmt::Debug;

use k8s_openapi::api::core::v1;
use kube::api::ObjectMeta;
use kube::core::PartialObjectMeta;
use kube::{Api, Client, Resource};

use crate::decide::facts::{Namespace, ServiceAccount};
use crate::shell::server::judge::{ObjectKey, Watched};

/// An annotation with the whole object, which kubectl writes when it applies the object. Nothing reads it.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What is kept of an object that is watched.
pub(crate) trait WatchedFact: Clone + Debug + Send + Sync + 'static {
    /// The object.
    type Object: Resource<DynamicType = ()> + Debug + Clone + Send + 'static;

    /// Its kind.
    const WATCHED: Watched;

    /// The API in which an object can be looked up.
    fn api(client: Client, key: &ObjectKey) -> Api<PartialObjectMeta<Self::Object>>;

    /// What is kept, by its key; `None` for one without a name, which no API server sends.
    fn entry(metadata: ObjectMeta) -> Option<(ObjectKey, Self)>;
}

impl WatchedFact for Namespace {
    type Object = v1::Namespace;

    const WATCHED: Watched = Watched::Namespaces;

    fn api(client: Client, _: &ObjectKey) -> Api<PartialObjectMeta<Self::Object>> {
        Api::all(client)
    }

    fn entry(metadata: ObjectMeta) -> Option<(ObjectKey, Self)> {
        let ObjectMeta { name, labels, annotations, .. } = metadata;
        let name = name?;
        let namespace = Self::known(&name, labels.unwrap_or_default(), kept(annotations));
        Some((ObjectKey { namespace: String::new(), name }, namespace))
    }
}

impl WatchedFact for ServiceAccount {
    type Object = v1::ServiceAccount;

    const WATCHED: Watched = Watched::ServiceAccounts;

    fn api(client: Client, key: &ObjectKey) -> Api<PartialObjectMeta<Self::Object>> {
        Api::namespaced(client, &key.namespace)
    }

    fn entry(metadata: ObjectMeta) -> Option<(ObjectKey, Self)> {
        let ObjectMeta { name, namespace, labels, annotations, .. } = metadata;
        let key = ObjectKey { namespace: namespace?, name: name? };
        let (labels, annotations) = (labels.unwrap_or_default(), kept(annotations));
        let account = Self { namespace: key.namespace.clone(), name: key.name.clone(), labels, annotations };
        Some((key, account))
    }
}

fn kept(annotations: Option<BTreeMap<String, String>>) -> BTreeMap<String, String> {
    let mut annotations = annotations.unwrap_or_default();
    annotations.remove(LAST_APPLIED);
    annotations
}

//! What is known of ServiceAccounts, from documents or a watch: identity webhooks read their annotations.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::metadata::Metadata;
use crate::diagnostic::Diagnostic;
use crate::kube::workload::identify;
use crate::value::view::View;

/// The ServiceAccount of a pod that names none:
/// <https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/>.
const DEFAULT: &str = "default";

/// A ServiceAccount as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// Everything that is known of ServiceAccounts in one run.
#[derive(Clone, Debug, Default)]
pub struct ServiceAccounts {
    known: BTreeMap<String, Arc<BTreeMap<String, ServiceAccount>>>,
    missed: Arc<Missed>,
}

/// The ServiceAccounts of one namespace. A clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct AccountsOfNamespace {
    known: Arc<BTreeMap<String, ServiceAccount>>,
    missed: Arc<Missed>,
}

/// The names that a decision looked for and that are not known. A profile may set `serviceAccountName`, so the pod alone does not
/// say which accounts the next profile reads.
#[derive(Debug, Default)]
struct Missed(Mutex<BTreeSet<String>>);

impl ServiceAccounts {
    /// Takes a `ServiceAccount`; ignores any other object. One that names no namespace is in the default one. A later
    /// document of the same name replaces an earlier one, as it does when both are applied.
    ///
    /// Returns a warning for each value that is not a string; it counts as not set.
    pub fn add_document<'a, V: View<'a>>(&mut self, document: V, default_namespace: &str) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        let Some(identity) = identify(document).filter(|identity| identity.is_core("ServiceAccount")) else {
            return warnings;
        };
        if let Some(name) = identity.name {
            let Metadata { labels, annotations } = Metadata::read(document, "a ServiceAccount", &mut warnings);
            let namespace = identity.namespace.unwrap_or_else(|| default_namespace.to_owned());
            self.add(ServiceAccount { namespace, name, labels, annotations });
        }
        warnings
    }

    /// Takes a ServiceAccount in the place of an earlier one of its name.
    pub fn add(&mut self, account: ServiceAccount) {
        let accounts = self.known.entry(account.namespace.clone()).or_default();
        Arc::make_mut(accounts).insert(account.name.clone(), account);
    }

    /// Those of a namespace.
    pub(crate) fn of(&self, namespace: &str) -> AccountsOfNamespace {
        let known = self.known.get(namespace).cloned().unwrap_or_default();
        AccountsOfNamespace { known, missed: Arc::clone(&self.missed) }
    }

    /// The names that decisions looked for since the last call and that are not known, whatever their namespace.
    #[cfg(feature = "serve")]
    pub(crate) fn take_missed(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.missed.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AccountsOfNamespace {
    /// The one of this name, where it is known.
    pub(crate) fn get(&self, name: &str) -> Option<&ServiceAccount> {
        let found = self.known.get(name);
        if found.is_none() {
            self.missed.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        }
        found
    }
}

/// The name of a pod's ServiceAccount. The API server reads the old field `serviceAccount` where the new one is empty.
pub(crate) fn name_in<'a>(template: impl View<'a>) -> Cow<'a, str> {
    let named = |field| template.text(&["spec", field]).filter(|name| !name.is_empty());
    named("serviceAccountName").or_else(|| named("serviceAccount")).unwrap_or(Cow::Borrowed(DEFAULT))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account(namespace: Option<&str>, role: &str) -> serde_json::Value {
        let mut metadata = json!({"name": "app", "annotations": {"role": role}});
        if let Some(namespace) = namespace {
            metadata["namespace"] = namespace.into();
        }
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    }

    #[test]
    fn a_document_is_found_by_namespace_and_name_and_the_last_one_counts() {
        let mut accounts = ServiceAccounts::default();
        for (namespace, role) in [(Some("shop"), "one"), (Some("shop"), "two"), (None, "three")] {
            assert_eq!(accounts.add_document(&account(namespace, role), "own"), []);
        }
        let role = |namespace: &str| Some(accounts.of(namespace).get("app")?.annotations["role"].clone());
        assert_eq!(role("shop").as_deref(), Some("two"));
        assert_eq!(role("own").as_deref(), Some("three"), "one without a namespace is in the default one");
        assert_eq!(role("other"), None);
        assert_eq!(accounts.of("shop").get("default"), None);
    }

    #[test]
    fn other_objects_are_ignored_and_a_wrong_value_is_a_warning() {
        let mut accounts = ServiceAccounts::default();
        for other in [
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app"}}),
            json!({"apiVersion": "example.com/v1", "kind": "ServiceAccount", "metadata": {"name": "app"}}),
            json!({"apiVersion": "v1", "kind": "ServiceAccount"}),
            json!(null),
        ] {
            assert_eq!(accounts.add_document(&other, "own"), []);
        }
        assert_eq!(accounts.of("own").get("app"), None);
        let wrong = json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": "app", "annotations": {"on": true, "role": "x"}}});
        let warnings = accounts.add_document(&wrong, "own");
        let messages: Vec<String> = warnings.iter().map(|one| format!("{}: {}", one.at, one.message)).collect();
        assert_eq!(
            messages,
            ["/metadata/annotations/on: `on` of a ServiceAccount is a boolean, not a string, and counts as not set"]
        );
        assert_eq!(accounts.of("own").get("app").unwrap().annotations.len(), 1);
    }

    #[test]
    fn a_pod_that_names_no_account_has_the_default_one() {
        for (spec, name) in [
            (json!({}), "default"),
            (json!({"serviceAccountName": ""}), "default"),
            (json!({"serviceAccount": "old"}), "old"),
            (json!({"serviceAccountName": "", "serviceAccount": "old"}), "old"),
            (json!({"serviceAccountName": "new", "serviceAccount": "old"}), "new"),
        ] {
            assert_eq!(name_in(&json!({"spec": spec})), name);
        }
    }
}

//! What expressions may read beside the parameters.

use std::rc::Rc;

use serde_json::Value;

use crate::expression::Item;
use crate::profile::scope::Fact;
use crate::value::view::View;

/// What expressions may read beside the parameters.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings<'v, V> {
    /// The pod template before the profile: `metadata` and `spec`.
    pub(crate) pod: V,
    /// `ns`, `workload`, `kubernetes` and `serviceAccount`. All that is evaluated for a pod has them in common.
    pub(crate) facts: Rc<[Item<'v, V>; 4]>,
}

impl<'v, V: View<'v>> Surroundings<'v, V> {
    /// With `ns`, `workload`, `kubernetes` and `serviceAccount`.
    pub(crate) fn new(pod: V, facts: [Item<'v, V>; 4]) -> Self {
        Self { pod, facts: Rc::new(facts) }
    }

    /// What is known of the object.
    pub(crate) fn fact(&self, fact: Fact) -> Item<'v, V> {
        let [ns, workload, kubernetes, account] = &*self.facts;
        match fact {
            Fact::Pod => Item::of_view(self.pod),
            Fact::Ns => ns.clone(),
            Fact::Workload => workload.clone(),
            Fact::Kubernetes => kubernetes.clone(),
            Fact::ServiceAccount => account.clone(),
        }
    }
}

impl<'v> Surroundings<'v, &'v Value> {
    /// Those of no object.
    pub(crate) fn nothing() -> Self {
        Self::new(&Value::Null, [const { Item::Null }; 4])
    }
}

//! What a profile's expressions may read of an object and its facts, and what is said of one that has no value.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::decide::facts::{Facts, Known, service_accounts};
use crate::diagnostic::{Code, Diagnostic, words};
use crate::expression::{EvalFault, Item};
use crate::kube::defaults::{self, Seen};
use crate::kube::workload::{Identity, owning_workload};
use crate::profile::Profile;
use crate::profile::scope::Fact;
use crate::profile::template::{RenderFault, Surroundings};
use crate::value::pointer::Pointer;
use crate::value::trace::{Again, Trace, Traced};
use crate::value::view::View;

/// What to do about facts of a namespace that are not known.
pub(crate) const NAME_FACTS: &str =
    "put the Namespace into the input, or use `--namespace-labels` and `--namespace-annotations`";

/// What to do about a ServiceAccount that is not known.
const NAME_ACCOUNT: &str =
    "put the ServiceAccount into the input, or use `--serviceaccount-file`; a webhook needs `--watch-serviceaccounts`";

/// A pod template as expressions read it, with notes of what is read of it as it is written.
pub(crate) type Pod<'t, V> = Seen<'t, Traced<'t, V>>;

/// A pod template as it was before the profile, for all expressions of the profile: those of the rules, and what it adds. They
/// share what is found once.
pub(crate) struct PodReading<'f, V> {
    pub(crate) identity: &'f Identity,
    pub(crate) template: V,
    pub(crate) facts: &'f Facts,
    /// What is known beside the pod.
    around: OnceCell<Rc<[Item<'f, Pod<'f, V>>; 4]>>,
    again: OnceCell<Again<V>>,
}

impl<'f, V> PodReading<'f, V> {
    pub(crate) const fn new(identity: &'f Identity, template: V, facts: &'f Facts) -> Self {
        Self { identity, template, facts, around: OnceCell::new(), again: OnceCell::new() }
    }
}

impl<'f, 'a: 'f, V: View<'a>> PodReading<'f, V> {
    /// What an expression may read. The trace notes what it reads of the pod.
    pub(crate) fn surroundings<'t>(&self, trace: &'t Trace) -> Surroundings<'t, Pod<'t, V>>
    where
        'f: 't,
    {
        let pod = defaults::seen_beside(trace.of(self.template), trace.beside(&self.facts.namespace.name));
        Surroundings { pod, facts: Rc::clone(self.around.get_or_init(|| Rc::new(self.around()))) }
    }

    /// The pod, to be compared with what was read of others.
    pub(crate) fn again(&self) -> &Again<V> {
        self.again.get_or_init(|| Again::new(self.template, &self.facts.namespace.name))
    }

    fn around(&self) -> [Item<'f, Pod<'f, V>>; 4] {
        let Self { identity, template, facts, .. } = *self;
        let namespace = &facts.namespace;
        let name = Item::of_text(namespace.name.as_str().into());
        let ns = named(name, namespace.labels.as_ref(), namespace.annotations.as_ref());
        let account_name = service_accounts::name_in(template);
        let known = facts.service_accounts.get(&account_name);
        let account =
            named(Item::of_text(account_name), known.map(|known| &known.labels), known.map(|known| &known.annotations));
        let owner = owning_workload(identity, template);
        let workload = [
            ("kind", Item::of_text(owner.kind)),
            ("name", Item::of_text(owner.name)),
            ("apiVersion", Item::of_text(owner.api_version)),
        ];
        let kubernetes = [("minor", Item::Int(i64::from(facts.kubernetes_version.0)))];
        [ns, Item::map(workload), Item::map(kubernetes), account]
    }
}

/// An object with its name, and with its labels and annotations where they are known.
fn named<'f, 'a: 'f, V: View<'a>>(
    name: Item<'f, Pod<'f, V>>,
    labels: Option<&'f BTreeMap<String, String>>,
    annotations: Option<&'f BTreeMap<String, String>>,
) -> Item<'f, Pod<'f, V>> {
    let mut members = vec![("name", name)];
    for (field, known) in [("labels", labels), ("annotations", annotations)] {
        if let Some(entries) = known {
            let entries = entries.iter().map(|(key, value)| (key.as_str(), Item::of_text(value.as_str().into())));
            members.push((field, Item::map(entries)));
        }
    }
    Item::map(members)
}

/// Something that an expression reads and that is not known.
pub(crate) struct UnknownFact {
    /// What a warning about it is.
    pub(crate) code: Code,
    /// What it is: a clause.
    pub(crate) what: String,
    /// How to make it known.
    pub(crate) hint: &'static str,
}

/// What an expression without a value read that is not known, where that is why it has none.
pub(crate) fn unknown_fact<'a>(
    profile: &Profile,
    failed: &RenderFault,
    facts: &Facts,
    template: impl View<'a>,
) -> Option<UnknownFact> {
    let EvalFault::NoField(field) = &failed.fault else { return None };
    // The name is always known, so that what reads nothing else has another reason.
    let reads = |fact| profile.reads_field(fact, field) && profile.reads(fact, failed.variables.iter().copied());
    let namespace = &facts.namespace;
    let of_namespace = match field.as_str() {
        "labels" => namespace.labels == Known::No,
        "annotations" => namespace.annotations == Known::No,
        _ => return None,
    };
    if of_namespace && reads(Fact::Ns) {
        let what = format!("the {field} of namespace `{}` are not known", namespace.name);
        return Some(UnknownFact { code: Code::NamespaceUnknown, what, hint: NAME_FACTS });
    }
    let account = service_accounts::name_in(template);
    (facts.service_accounts.get(&account).is_none() && reads(Fact::ServiceAccount)).then(|| {
        let what = format!("the {field} of ServiceAccount `{account}` in namespace `{}` are not known", namespace.name);
        UnknownFact { code: Code::ServiceAccountUnknown, what, hint: NAME_ACCOUNT }
    })
}

/// Whether variables read something that is not known here.
pub(crate) fn read_unknown<'a>(profile: &Profile, variables: &[usize], facts: &Facts, template: impl View<'a>) -> bool {
    let reads = |fact, field| profile.reads_field(fact, field) && profile.reads(fact, variables.iter().copied());
    let namespace = &facts.namespace;
    let is_account_unknown = || facts.service_accounts.get(&service_accounts::name_in(template)).is_none();
    (namespace.labels == Known::No && reads(Fact::Ns, "labels"))
        || (namespace.annotations == Known::No && reads(Fact::Ns, "annotations"))
        || (["labels", "annotations"].iter().any(|field| reads(Fact::ServiceAccount, field)) && is_account_unknown())
}

/// An expression of the profile that has no value for a template: at the annotation that it comes from, where there is one.
pub(crate) fn without_value<'a>(
    profile: &Profile,
    failed: &RenderFault,
    (facts, template): (&Facts, impl View<'a>),
    place: &Pointer,
) -> Diagnostic {
    let behind = profile.parameters_behind(failed.variables.iter().copied());
    let used = || behind.iter().filter_map(|index| profile.parameters.get(*index));
    let (why, hint) = match unknown_fact(profile, failed, facts, template) {
        Some(UnknownFact { what, hint, .. }) => (what, Some(hint.to_owned())),
        None => {
            let names: Vec<&str> = used().map(|parameter| parameter.name.as_str()).collect();
            let plural = if names.len() == 1 { "parameter" } else { "parameters" };
            let hint = (!names.is_empty()).then(|| format!("it uses the {plural} {}", words::list(&names)));
            (failed.fault.to_string(), hint)
        }
    };
    let message = format!("the expression at `{}` of the profile `{}` has no value: {why}", failed.at, profile.name);
    let at = match used().find_map(|parameter| parameter.annotation()) {
        Some(key) => place.append(&Pointer::of(["metadata", "annotations", key])),
        None => place.clone(),
    };
    Diagnostic { hint, ..Diagnostic::new(Code::BadValue, at, message) }
}

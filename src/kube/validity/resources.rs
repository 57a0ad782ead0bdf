//! The rules of requests and limits, of a container and of a whole pod, and the quality-of-service class of a pod.
//!
//! What a pod requests is computed as the scheduler and the API server do, with Kubernetes' defaults: a request that is
//! absent is the limit; native sidecars run beside the containers, so they are added; other init containers run one by
//! one before them, so the largest counts. A quantity that cannot be read is an error of its container, and is skipped
//! in sums.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ErrorList, given, is_native_sidecar, items, names, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::quantity::Quantity;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// Amounts by resource.
type Amounts = BTreeMap<String, Quantity>;

/// The quality-of-service class of a pod:
/// <https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Qos {
    /// No requests and limits. Evicted first.
    BestEffort,
    /// Some requests or limits.
    Burstable,
    /// Limits for cpu and memory in every container, and equal requests. Evicted last.
    Guaranteed,
}

impl Qos {
    /// As Kubernetes writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::BestEffort => "BestEffort",
            Self::Burstable => "Burstable",
            Self::Guaranteed => "Guaranteed",
        }
    }
}

/// The class that Kubernetes gives a pod of this spec. Where it has pod-level `resources`, only they decide.
pub(crate) fn qos_class<'a, V: View<'a>>(spec: V) -> Qos {
    if spec.member("resources").is_some_and(|resources| resources.kind() != Kind::Null) {
        let spec = &spec.value();
        let pod = PodLevel::read(spec, aggregate(spec, requests_of));
        let all_limited = pod.limits.is_empty() || is_limited(&pod.limits);
        let of = |amounts: &Amounts, name| amounts.get(name).copied().unwrap_or(Quantity::ZERO);
        return class(all_limited, COMPUTE.map(|name| (of(&pod.requests, name), of(&pod.limits, name))));
    }
    let (mut all_limited, mut has_any) = (true, false);
    let mut sums = COMPUTE.map(|_| (Quantity::ZERO, Quantity::ZERO));
    for list in ["containers", "initContainers"] {
        for container in spec.member(list).map(View::elements).unwrap_or_default() {
            let resources = container.member("resources");
            let [requests, limits] = ["requests", "limits"].map(|field| resources.and_then(|all| all.member(field)));
            for (name, (requested, limited)) in COMPUTE.into_iter().zip(&mut sums) {
                let amount = |of: Option<V>| of.and_then(|amounts| amounts.member(name)).and_then(quantity);
                let limit = amount(limits);
                let request = amount(requests).or(limit);
                all_limited &= limit.is_some_and(Quantity::is_positive);
                has_any |= [limit, request].into_iter().flatten().any(Quantity::is_positive);
                // Nothing that follows changes that.
                if has_any && !all_limited {
                    return Qos::Burstable;
                }
                *requested = sum(*requested, request.unwrap_or(Quantity::ZERO));
                *limited = sum(*limited, limit.unwrap_or(Quantity::ZERO));
            }
        }
    }
    class(all_limited, sums)
}

/// The resources that decide the class.
const COMPUTE: [&str; 2] = ["cpu", "memory"];

/// The class for the request and the limit of each resource. An amount of zero is the same as no amount.
fn class(all_limited: bool, amounts: [(Quantity, Quantity); 2]) -> Qos {
    let positive = |amount: Quantity| amount.max(Quantity::ZERO);
    let amounts = amounts.map(|(requested, limited)| (positive(requested), positive(limited)));
    if amounts.iter().all(|amounts| *amounts == (Quantity::ZERO, Quantity::ZERO)) {
        Qos::BestEffort
    } else if all_limited && amounts.iter().all(|(requested, limited)| requested == limited) {
        Qos::Guaranteed
    } else {
        Qos::Burstable
    }
}

fn quantity<'a, V: View<'a>>(amount: V) -> Option<Quantity> {
    match amount.string() {
        Some(text) => Quantity::parse(text.trim()).ok(),
        None => Quantity::from_value(&amount.value()).ok(),
    }
}

/// The sum, or the larger of the two where the sum is too large for a quantity: that is above any real bound too.
fn sum(one: Quantity, other: Quantity) -> Quantity {
    one.checked_add(other).unwrap_or_else(|_| one.max(other))
}

/// The errors of pod-level `resources` that are too small for what was added to a pod. `before` and `after` are its
/// specs, `at` the pointer to the spec. What was already too small before is not reported.
///
/// The rules are those of KEP-2837 and of the API server:
///
/// - The requests of all containers together are at most the pod's request. Where the pod has only a limit, they become its
///   request, and so are at most its limit.
/// - Each container's limit is at most the pod's limit.
/// - The limits on huge pages of all containers together are at most the pod's limit.
pub(crate) fn pod_resources(before: &Value, after: &Value, at: &Pointer) -> Vec<Diagnostic> {
    if given(after, "resources").is_none() {
        return Vec::new();
    }
    let at = at.join("resources");
    let mut found = Vec::new();
    let requested = aggregate(after, requests_of);
    let requested_before = aggregate(before, requests_of);
    let pod_limits = amounts(after, "limits");
    let pod_requests = amounts(after, "requests");
    for (resource, sum) in &requested {
        let own = pod_requests.get(resource).map(|bound| ("requests", bound));
        let defaulted = || pod_limits.get(resource).filter(|_| is_compute(resource)).map(|bound| ("limits", bound));
        let Some((field, bound)) = own.or_else(defaulted) else { continue };
        if sum > bound && requested_before.get(resource).is_none_or(|sum| sum <= bound) {
            let culprits = changed(before, after, "requests", resource);
            found.push(exceeded("request", sum, resource, field, bound, &culprits, &at));
        }
    }
    let limited = aggregate(after, |container| amounts(container, "limits"));
    let limited_before = aggregate(before, |container| amounts(container, "limits"));
    for (resource, sum) in limited.iter().filter(|(name, _)| is_huge_pages(name)) {
        let Some(bound) = pod_limits.get(resource) else { continue };
        if sum > bound && limited_before.get(resource).is_none_or(|sum| sum <= bound) {
            let culprits = changed(before, after, "limits", resource);
            found.push(exceeded("are limited to", sum, resource, "limits", bound, &culprits, &at));
        }
    }
    found.extend(single_limits(before, after, &pod_limits, &at));
    found
}

fn exceeded(
    verb: &str,
    sum: &Quantity,
    resource: &str,
    field: &str,
    bound: &Quantity,
    culprits: &[&str],
    at: &Pointer,
) -> Diagnostic {
    let culprits: Vec<_> = culprits.iter().map(|name| format!("`{name}`")).collect();
    let culprits = culprits.join(", ");
    let message = format!(
        "with {culprits} the containers {verb} `{sum}` of {resource}, more than the pod's own \
         `resources.{field}` of `{bound}`"
    );
    Diagnostic::new(Code::Invalid, at.join(field).join(resource), message)
        .hint(format!("raise the pod's `resources.{field}.{resource}`, or lower that of {culprits}"))
}

/// The containers, without init containers, whose own limit is above the pod's limit, and was not before.
fn single_limits(before: &Value, after: &Value, pod_limits: &Amounts, at: &Pointer) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (container, _) in items(after, "containers", at) {
        let name = text(container, "name");
        let earlier = containers(before).find(|c| text(c, "name") == name).map(|c| amounts(c, "limits"));
        for (resource, limit) in amounts(container, "limits") {
            let Some(bound) = pod_limits.get(&resource) else { continue };
            let was = earlier.as_ref().and_then(|limits| limits.get(&resource));
            if limit > *bound && was.is_none_or(|was| was <= bound) {
                let message = format!(
                    "container `{name}` has a limit of `{limit}` of {resource}, more than the pod's own \
                     `resources.limits` of `{bound}`"
                );
                let hint = format!("raise the pod's `resources.limits.{resource}`, or lower that of `{name}`");
                found.push(Diagnostic::new(Code::Invalid, at.join("limits").join(&resource), message).hint(hint));
            }
        }
    }
    found
}

/// Adds the errors of one container's resources.
pub(super) fn check(value: &Value, at: &Pointer, errors: &mut ErrorList) {
    let Some(resources) = given(value, "resources") else { return };
    let at = at.join("resources");
    let limits = read(resources, "limits", &at, errors);
    let requests = read(resources, "requests", &at, errors);
    for (resource, request) in &requests {
        let place = at.join("requests").join(resource);
        match limits.get(resource) {
            Some(limit) if request > limit => {
                errors.at(place, format!("request of `{request}` of {resource} is above its limit of `{limit}`"));
            }
            Some(limit) if request != limit && !is_overcommitted(resource) => {
                errors.at(place, format!("request of `{request}` of {resource} must equal its limit of `{limit}`"));
            }
            None if !is_overcommitted(resource)
                && given(resources, "limits").and_then(|l| l.get(resource)).is_none() =>
            {
                errors.at(place, format!("request of {resource} needs an equal limit"));
            }
            _ => {}
        }
    }
    let mut all = limits.keys().chain(requests.keys());
    if all.clone().any(|name| is_huge_pages(name)) && !all.any(|name| is_compute(name)) {
        errors.at(at, "huge pages also need a request or limit of cpu or memory");
    }
}

fn read(resources: &Value, field: &str, at: &Pointer, errors: &mut ErrorList) -> Amounts {
    let mut amounts = Amounts::new();
    let at = at.join(field);
    for (resource, value) in resources.get(field).and_then(Value::as_object).into_iter().flatten() {
        let at = at.join(resource);
        resource_name(resource, &at, errors);
        match Quantity::from_value(value) {
            // A value of the wrong type is an error of the schema.
            Err(_) if !value.is_string() && !value.is_number() => {}
            Err(error) => errors.hinted(at, error.to_string(), error.hint()),
            Ok(amount) if amount.is_negative() => errors.at(at, format!("`{amount}` of {resource} is negative")),
            Ok(amount) if resource.contains('/') && !is_native(resource) && !amount.is_whole() => {
                errors.at(at, format!("`{amount}` of {resource} is not a whole number"));
            }
            Ok(amount) => {
                amounts.insert(resource.clone(), amount);
            }
        }
    }
    amounts
}

fn resource_name(resource: &str, at: &Pointer, errors: &mut ErrorList) {
    let verdict = names::qualified_name(resource);
    if verdict.is_ok() && !resource.contains('/') && !is_overcommitted_standard(resource) && !is_huge_pages(resource) {
        let hint = "write cpu, memory, ephemeral-storage, hugepages-…, or a name with a domain before it";
        errors.hinted(at.clone(), format!("there is no resource `{resource}` for containers"), hint);
    } else if resource.contains('/') && resource.starts_with("requests.") {
        errors.at(at.clone(), format!("resource `{resource}` must not begin with `requests.`"));
    }
    errors.name("resource", resource, verdict, at);
}

/// The pod-level requests and limits, with Kubernetes' defaults.
struct PodLevel {
    requests: Amounts,
    limits: Amounts,
}

impl PodLevel {
    fn read(spec: &Value, aggregated: Amounts) -> Self {
        let limits = amounts(spec, "limits");
        let mut requests = amounts(spec, "requests");
        if !limits.is_empty() {
            for (resource, sum) in aggregated.into_iter().filter(|(name, _)| is_compute(name)) {
                requests.entry(resource).or_insert(sum);
            }
            for (resource, limit) in &limits {
                requests.entry(resource.clone()).or_insert(*limit);
            }
        }
        Self { requests, limits }
    }
}

/// The amounts that a pod needs at its most demanding moment.
fn aggregate(spec: &Value, of: impl Fn(&Value) -> Amounts) -> Amounts {
    let (mut total, mut sidecars, mut peak) = (Amounts::new(), Amounts::new(), Amounts::new());
    for container in list(spec, "containers") {
        add(&mut total, &of(container));
    }
    for init in list(spec, "initContainers") {
        let mut own = of(init);
        if is_native_sidecar(init) {
            add(&mut total, &own);
            add(&mut sidecars, &own);
            own.clone_from(&sidecars);
        } else {
            add(&mut own, &sidecars);
        }
        raise(&mut peak, own);
    }
    raise(&mut total, peak);
    total
}

/// The names of the containers that are new, or that have another amount of a resource than before.
fn changed<'v>(before: &Value, after: &'v Value, field: &str, resource: &str) -> Vec<&'v str> {
    let of = |container: &Value| {
        let list = if field == "requests" { requests_of(container) } else { amounts(container, field) };
        list.get(resource).copied()
    };
    containers(after)
        .filter(|container| {
            let name = text(container, "name");
            let was = containers(before).find(|earlier| text(earlier, "name") == name).and_then(of);
            of(container).is_some() && of(container) != was
        })
        .map(|container| text(container, "name"))
        .collect()
}

fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    list(spec, "containers").iter().chain(list(spec, "initContainers"))
}

fn list<'v>(spec: &'v Value, field: &str) -> &'v [Value] {
    spec.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The amounts in `resources.<field>` of a container or of a pod's spec.
fn amounts(value: &Value, field: &str) -> Amounts {
    let members = value.get("resources").and_then(|resources| resources.get(field)).and_then(Value::as_object);
    members
        .into_iter()
        .flatten()
        .filter_map(|(name, amount)| Some((name.clone(), Quantity::from_value(amount).ok()?)))
        .collect()
}

fn requests_of(container: &Value) -> Amounts {
    let mut requests = amounts(container, "requests");
    for (resource, limit) in amounts(container, "limits") {
        requests.entry(resource).or_insert(limit);
    }
    requests
}

fn add(total: &mut Amounts, more: &Amounts) {
    for (resource, amount) in more {
        let all = total.entry(resource.clone()).or_insert(Quantity::ZERO);
        *all = sum(*all, *amount);
    }
}

fn raise(total: &mut Amounts, other: Amounts) {
    for (resource, amount) in other {
        let most = total.entry(resource).or_insert(amount);
        *most = (*most).max(amount);
    }
}

fn is_limited(limits: &Amounts) -> bool {
    ["cpu", "memory"].iter().all(|name| limits.get(*name).is_some_and(|amount| amount.is_positive()))
}

fn is_compute(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory")
}

fn is_huge_pages(resource: &str) -> bool {
    resource.starts_with("hugepages-")
}

fn is_overcommitted_standard(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory" | "ephemeral-storage")
}

/// Whether a resource is one of Kubernetes' own.
fn is_native(resource: &str) -> bool {
    !resource.contains('/') || resource.contains("kubernetes.io/")
}

/// Whether a limit may be above the request.
fn is_overcommitted(resource: &str) -> bool {
    is_native(resource) && !is_huge_pages(resource)
}

//! The webhook configuration: which pods an API server asks about, derived from what the profiles say.
//!
//! **Law**: it never leaves out a pod that `plan` would inject, or that the profile has denied, those in the webhook's own
//! namespace and in namespaces that the profile excludes or does not select excepted. What cannot be said here exactly is
//! left to `plan`. A pod that could not be injected anyway may be left out though `plan` would find fault with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{
    Certificates, FailurePolicy, Manifest, MatchPolicy, Place, ReinvocationPolicy, Settings, certmanager,
    cluster_metadata,
};
use crate::kube::names::is_label_value;
use crate::kube::selector::{Operator, Requirement, Selector};
use crate::kube::version::KubernetesVersion;
use crate::profile::{OnIneligible, OptionalRule, Policy, Profile, Switch};

/// The label that holds a namespace's name.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// The first version that evaluates `matchConditions` unless it is told not to.
const MATCH_CONDITIONS: KubernetesVersion = KubernetesVersion(28);

/// The configuration, with one webhook for each profile, in their order.
pub(super) fn webhook(settings: &Settings) -> Manifest {
    let place = &settings.place;
    let mut metadata = cluster_metadata(place, &place.name);
    let ca = match &settings.certificates {
        Certificates::Given { ca, .. } | Certificates::Secret { ca, .. } => Some(ca.as_str()),
        Certificates::CertManager => {
            metadata["annotations"] = json!({"cert-manager.io/inject-ca-from": certmanager::source(place)});
            None
        }
    };
    let entries: Vec<Value> = settings.profiles.iter().map(|source| entry(settings, &source.profile, ca)).collect();
    let object = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": metadata,
        "webhooks": entries,
    });
    Manifest::new("From here on the API server asks about new pods: apply it once the Deployment is ready.", object)
}

fn entry(settings: &Settings, profile: &Profile, ca: Option<&str>) -> Value {
    let place = &settings.place;
    let service = json!({
        "name": place.name,
        "namespace": place.namespace,
        "path": format!("/mutate/{}", profile.name),
        "port": 443,
    });
    let mut client = json!({"service": service});
    if let Some(ca) = ca {
        client["caBundle"] = STANDARD.encode(ca).into();
    }
    let mut entry = json!({
        "name": format!("{}.{}.{}.svc", profile.name, place.name, place.namespace),
        "clientConfig": client,
        "rules": [{
            "operations": ["CREATE"],
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "resources": ["pods"],
            "scope": "Namespaced",
        }],
        "namespaceSelector": selector_value(&namespace_selector(place, profile)),
        "objectSelector": selector_value(&object_selector(profile)),
    });
    let conditions = conditions(profile);
    if settings.version() >= MATCH_CONDITIONS && !conditions.is_empty() {
        let conditions = conditions.iter().map(|c| json!({"name": c.name(), "expression": c.expression()}));
        entry["matchConditions"] = conditions.collect();
    }
    entry["matchPolicy"] = match settings.match_policy {
        MatchPolicy::Equivalent => "Equivalent",
        MatchPolicy::Exact => "Exact",
    }
    .into();
    entry["failurePolicy"] = match settings.failure_policy {
        FailurePolicy::Fail => "Fail",
        FailurePolicy::Ignore => "Ignore",
    }
    .into();
    entry["reinvocationPolicy"] = match settings.reinvocation_policy {
        ReinvocationPolicy::IfNeeded => "IfNeeded",
        ReinvocationPolicy::Never => "Never",
    }
    .into();
    entry["timeoutSeconds"] = settings.timeout_seconds.into();
    entry["sideEffects"] = "None".into();
    entry["admissionReviewVersions"] = json!(["v1", "v1beta1"]);
    entry
}

/// The namespaces that an API server asks about: all but the webhook's own and those that the profile excludes, those that
/// it selects, and none that opts out where nothing could opt in again.
fn namespace_selector(place: &Place, profile: &Profile) -> Selector {
    let mut left_out = vec![place.namespace.clone()];
    left_out.extend(profile.excluded_namespaces.iter().filter(|name| **name != place.namespace).cloned());
    let mut requirements =
        vec![Requirement { key: NAMESPACE_NAME.to_owned(), operator: Operator::NotIn, values: left_out }];
    requirements.extend(profile.namespace_selector.iter().flat_map(|selector| selector.0.iter().cloned()));
    requirements.extend(label_opt_out(profile));
    Selector(requirements)
}

/// A label of a namespace that opts out, where neither an annotation, which wins over it, nor a pod can opt in again, and
/// where nobody is to be told.
fn label_opt_out(profile: &Profile) -> Option<Requirement> {
    let pods_opt_in = profile.pod_switch.as_ref().is_some_and(|switch| !switch.inject.is_empty());
    let Some(Switch { annotation: None, label: Some(key), skip, .. }) = &profile.namespace_switch else { return None };
    if pods_opt_in || profile.on_ineligible == OnIneligible::Deny {
        return None;
    }
    // No label can have any other value, and an API server takes no other in a selector.
    let values: Vec<String> = skip.iter().filter(|value| is_label_value(value)).cloned().collect();
    (!values.is_empty()).then(|| Requirement { key: key.clone(), operator: Operator::NotIn, values })
}

/// The pods that an API server asks about, by their labels: those that the profile selects. All of them where it denies: a
/// container that is there already is denied whatever the labels.
fn object_selector(profile: &Profile) -> Selector {
    match (&profile.object_selector, profile.on_ineligible) {
        (Some(selector), OnIneligible::Allow) => selector.clone(),
        (_, OnIneligible::Deny) | (None, OnIneligible::Allow) => Selector(Vec::new()),
    }
}

/// Whether `serve` has to know of namespaces more than their names for what the profile says of them; for the rest of it
/// the API server has evaluated selectors.
pub fn needs_watch(profile: &Profile) -> bool {
    let Some(switch) = &profile.namespace_switch else { return false };
    let opts_in = profile.policy == Policy::OptIn && !switch.inject.is_empty();
    let opts_out = !switch.skip.is_empty() && label_opt_out(profile).is_none();
    switch.annotation.is_some() || opts_in || opts_out
}

/// Rows of the table of eligibility that CEL rules out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// Row `host-network`.
    HostNetwork,
    /// Row `mirror-pod`.
    MirrorPod,
    /// Row `windows`.
    Windows,
}

impl Condition {
    /// Its name in the configuration.
    const fn name(self) -> &'static str {
        match self {
            Self::HostNetwork => "not-host-network",
            Self::MirrorPod => "not-mirror-pod",
            Self::Windows => "not-windows",
        }
    }

    /// Its expression. An error in one would be the failure policy's, so none can fail: what may be absent is asked for
    /// first. See <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions>.
    const fn expression(self) -> &'static str {
        match self {
            Self::HostNetwork => "!has(object.spec.hostNetwork) || !object.spec.hostNetwork",
            Self::MirrorPod => {
                "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
            }
            Self::Windows => {
                "(!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || \
                 ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || \
                 object.spec.nodeSelector[label] != 'windows'))"
            }
        }
    }
}

/// The conditions for a profile: rows of the table of eligibility that come before all that steers. None where it denies:
/// a container that is there already comes first there.
fn conditions(profile: &Profile) -> Vec<Condition> {
    if profile.on_ineligible == OnIneligible::Deny {
        return Vec::new();
    }
    let mut conditions = vec![Condition::MirrorPod];
    for (rule, condition) in
        [(OptionalRule::HostNetwork, Condition::HostNetwork), (OptionalRule::Windows, Condition::Windows)]
    {
        if profile.skip.contains(&rule) {
            conditions.push(condition);
        }
    }
    conditions
}

/// A selector as Kubernetes writes it; `{}` selects all.
fn selector_value(selector: &Selector) -> Value {
    let expression = |requirement: &Requirement| {
        let operator = match requirement.operator {
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            Operator::In => "In",
            Operator::NotIn => "NotIn",
        };
        let mut expression = Map::new();
        expression.insert("key".to_owned(), requirement.key.as_str().into());
        expression.insert("operator".to_owned(), operator.into());
        if !requirement.values.is_empty() {
            expression.insert("values".to_owned(), requirement.values.clone().into());
        }
        Value::Object(expression)
    };
    if selector.0.is_empty() {
        return json!({});
    }
    json!({"matchExpressions": selector.0.iter().map(expression).collect::<Vec<_>>()})
}

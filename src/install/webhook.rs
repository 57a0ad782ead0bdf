//! The webhook configuration: which pods an API server asks about, derived from the rules' gates.
//!
//! **Law**: it never leaves out a pod that `plan` would inject or that the profile would deny, except in the webhook's own
//! namespace and in namespaces that the profile excludes or does not select. What a gate cannot say exactly is left to
//! `plan`. A pod that no rule would inject may be left out even where `plan` would report an error in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{
    Certificates, FailurePolicy, Installation, Manifest, MatchPolicy, ReinvocationPolicy, Site, certmanager,
    cluster_metadata,
};
use crate::decide::eligibility::Rule;
use crate::decide::eligibility::row::{Gate, Path};
use crate::kube::selector::{NAMESPACE_NAME, Operator, Requirement, Selector};
use crate::kube::version::KubernetesVersion;
use crate::profile::{OnIneligible, Profile, RECORD};

/// The first version that evaluates `matchConditions` by default.
const MATCH_CONDITIONS: KubernetesVersion = KubernetesVersion(28);

/// The configuration, with one webhook for each profile, in their order.
pub(super) fn webhook(installation: &Installation) -> Manifest {
    let site = &installation.site;
    let mut metadata = cluster_metadata(site, &site.name);
    let ca = match &installation.certificates {
        Certificates::Given { ca, .. } | Certificates::Secret { ca, .. } => Some(ca.as_str()),
        Certificates::CertManager => {
            metadata["annotations"] = json!({"cert-manager.io/inject-ca-from": certmanager::source(site)});
            None
        }
    };
    let entries: Vec<Value> =
        installation.profiles.iter().map(|source| entry(installation, &source.profile, ca)).collect();
    let object = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": metadata,
        "webhooks": entries,
    });
    Manifest::new(
        "From here on the API server asks the webhook about new pods: apply this once the Deployment is ready.",
        object,
    )
}

fn entry(installation: &Installation, profile: &Profile, ca: Option<&str>) -> Value {
    let site = &installation.site;
    let service = json!({
        "name": site.name,
        "namespace": site.namespace,
        "path": format!("/mutate/{}", profile.name),
        "port": 443,
    });
    let mut client = json!({"service": service});
    if let Some(ca) = ca {
        client["caBundle"] = STANDARD.encode(ca).into();
    }
    let mut entry = json!({
        "name": format!("{}.{}.{}.svc", profile.name, site.name, site.namespace),
        "clientConfig": client,
        "rules": [{
            "operations": ["CREATE"],
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "resources": ["pods"],
            "scope": "Namespaced",
        }],
        "namespaceSelector": namespace_selector(site, profile).to_json(),
        "objectSelector": object_selector(profile).to_json(),
    });
    let conditions = conditions(profile);
    if installation.version() >= MATCH_CONDITIONS && !conditions.is_empty() {
        entry["matchConditions"] = conditions.into();
    }
    entry["matchPolicy"] = match installation.match_policy {
        MatchPolicy::Equivalent => "Equivalent",
        MatchPolicy::Exact => "Exact",
    }
    .into();
    entry["failurePolicy"] = match installation.failure_policy {
        FailurePolicy::Fail => "Fail",
        FailurePolicy::Ignore => "Ignore",
    }
    .into();
    entry["reinvocationPolicy"] = match installation.reinvocation_policy {
        ReinvocationPolicy::IfNeeded => "IfNeeded",
        ReinvocationPolicy::Never => "Never",
    }
    .into();
    entry["timeoutSeconds"] = installation.timeout_seconds.into();
    entry["sideEffects"] = "None".into();
    entry["admissionReviewVersions"] = json!(["v1", "v1beta1"]);
    entry
}

/// The namespaces that an API server asks about: all but the webhook's own and those that the rules leave out.
fn namespace_selector(site: &Site, profile: &Profile) -> Selector {
    let mut left_out = vec![site.namespace.clone()];
    let mut requirements = Vec::new();
    for rule in Rule::ALL {
        match rule.row().gate {
            Gate::NamespaceNames(names) => {
                left_out.extend(names(profile).iter().filter(|name| **name != site.namespace).cloned());
            }
            Gate::NamespaceLabels(more) | Gate::NamespaceLabelsToo(more) => requirements.extend(more(profile)),
            Gate::None | Gate::Condition { .. } | Gate::PodLabels(_) => {}
        }
    }
    let names = Requirement { key: NAMESPACE_NAME.to_owned(), operator: Operator::NotIn, values: left_out };
    requirements.insert(0, names);
    Selector(requirements)
}

/// The pods that an API server asks about, by their labels. All of them where the profile denies: it denies a pod that
/// has the container already, whatever its labels.
fn object_selector(profile: &Profile) -> Selector {
    let requirements = |rule: &Rule| match rule.row().gate {
        Gate::PodLabels(requirements) => requirements(profile),
        _ => Vec::new(),
    };
    Selector(match profile.on_ineligible {
        OnIneligible::Allow => Rule::ALL.iter().flat_map(requirements).collect(),
        OnIneligible::Deny => Vec::new(),
    })
}

/// Whether `serve` has to read namespaces for this profile, which has a path of its own.
pub fn needs_watch(profile: &Profile) -> bool {
    Rule::ALL.iter().any(|rule| rule.lacks(profile, Path::Own).is_some())
}

/// The `matchConditions` of a profile. It has none where it denies: it denies a pod that has the container already before
/// it asks any of these rules. A pod with a record is asked about, so that one that is injected and should not be is a
/// warning; the rules that protect an object make none.
fn conditions(profile: &Profile) -> Vec<Value> {
    let condition = |rule: &Rule| match rule.row().gate {
        Gate::Condition { name, expression } if rule.is_asked(profile) => {
            let expression = expression(profile)?;
            let expression = match rule.protects() {
                true => expression.into_owned(),
                false => format!(
                    "has(object.metadata.annotations) && '{RECORD}' in object.metadata.annotations || ({expression})"
                ),
            };
            Some(json!({"name": name, "expression": expression}))
        }
        _ => None,
    };
    match profile.on_ineligible {
        OnIneligible::Allow => Rule::ALL.iter().filter_map(condition).collect(),
        OnIneligible::Deny => Vec::new(),
    }
}

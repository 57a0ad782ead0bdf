//! Settings outside of the policies: a ConfigMap has them, and a cluster changes them there without a new policy.
//!
//! The record's hash is one of the settings, and policies digest nothing. So the ConfigMap also has the digests of what was
//! installed and how each setting was spelled then. A setting that is another by now follows the hash, as a pod's own does.
//!
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#parameter-resources>.

use serde_json::{Map, Value, json};

use super::added::Digests;
use super::cel::{Cel, bound, json_inner, quoted};
use super::draft::Draft;
use super::metadata::labels;
use super::{ProfileWithSettings, types};
use crate::profile::parameter::{SetValues, spelled};
use crate::profile::{Parameter, ParameterType, Presence};

/// The annotation of the ConfigMap that says of what the digests are.
const INSTALLED: &str = "sidecar-injector/installed";

/// Which settings are in a ConfigMap, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    /// The ConfigMap's namespace.
    pub(crate) namespace: String,
    pub(crate) names: ParamNames,
}

/// Which parameters have their settings there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamNames {
    /// All whose values can be read from a text.
    All,
    /// Those of these names, each `NAME` or `PROFILE.NAME`.
    These(Vec<String>),
}

impl Params {
    /// Whether a parameter's setting is in the ConfigMap. One of a type that a policy cannot read stays in the policy.
    pub(super) fn keeps(&self, profile: &str, parameter: &Parameter) -> bool {
        let is_meant = match &self.names {
            ParamNames::All => true,
            ParamNames::These(names) => names.iter().any(|name| is_named(name, profile, parameter)),
        };
        is_meant && can_be_kept(parameter)
    }
}

/// Whether a name of `--params` means this parameter. Neither names of profiles nor of parameters have a dot.
pub(crate) fn is_named(name: &str, profile: &str, parameter: &Parameter) -> bool {
    name == parameter.name || name == key(profile, &parameter.name)
}

/// Whether a policy reads values of the parameter's type from a text.
pub(crate) fn can_be_kept(parameter: &Parameter) -> bool {
    types::faults(parameter, "''", "''").is_some()
}

/// The name of the ConfigMap of a mutating policy and of all that belongs to it.
pub(super) fn config_map_name(mutating: &str) -> String {
    format!("{mutating}-params")
}

/// What a policy's `spec.paramKind` is.
pub(super) fn kind() -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap"})
}

/// What a binding's `spec.paramRef` is. Without the ConfigMap, `failurePolicy` counts.
pub(super) fn reference(name: &str, params: &Params) -> Value {
    json!({"name": name, "namespace": params.namespace, "parameterNotFoundAction": "Deny"})
}

/// What [`config_map`] makes, by its name alone.
#[cfg(feature = "serve")]
pub(super) fn removal(mutating: &str, params: &Params) -> Value {
    let metadata = json!({"name": config_map_name(mutating), "namespace": params.namespace});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
}

/// The key of a setting in the ConfigMap.
pub(super) fn key(profile: &str, parameter: &str) -> String {
    format!("{profile}.{parameter}")
}

/// The ConfigMap of profiles, with what each parameter is set to, or its default where a text says it.
pub(super) fn config_map(
    mutating: &str,
    params: &Params,
    profiles: &[ProfileWithSettings<'_>],
    digests: &[Digests],
) -> Value {
    let mut data = Map::new();
    let mut installed = Vec::new();
    for ((profile, set), Digests { classic, native }) in profiles.iter().zip(digests) {
        installed.push(format!("{}={classic},{native}", profile.name));
        let all = SetValues::from([(profile.name.clone(), (*set).clone())]);
        for parameter in profile.parameters.iter().filter(|parameter| params.keeps(&profile.name, parameter)) {
            let Some(usual) = parameter.constant(profile, &all) else { continue };
            installed.push(format!("{}{}", profile.name, suffix_of(parameter, &usual)));
            let text = set.get(&parameter.name).cloned().or_else(|| default_text(parameter, &usual));
            data.extend(text.map(|text| (key(&profile.name, &parameter.name), Value::from(text))));
        }
    }
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": config_map_name(mutating),
            "namespace": params.namespace,
            "labels": labels(),
            "annotations": {INSTALLED: installed.join("\n")},
        },
        "data": data,
    })
}

/// What follows a record's hash where this value is not the installed one.
fn suffix_of(parameter: &Parameter, value: &Value) -> String {
    format!(";{}={}", parameter.name, json_inner(&spelled(value)))
}

/// A default as a text, where it can be set to one and stay the same. A place in the pod counts after a setting, so a parameter
/// with one has no text.
fn default_text(parameter: &Parameter, value: &Value) -> Option<String> {
    let text = match (&parameter.ty, value.as_array()) {
        (ParameterType::List(list), Some(items)) => items.iter().map(spelled).collect::<Vec<_>>().join(&list.separator),
        _ => spelled(value).into_owned(),
    };
    let is_said = !text.is_empty() || parameter.presence == Presence::Optional;
    let is_same = || parameter.parse(&text).is_ok_and(|parsed| parsed == *value);
    (parameter.from.is_empty() && is_said && is_same()).then_some(text)
}

/// Defines what the ConfigMap says.
pub(super) fn define(draft: &mut Draft<'_>) {
    let profile = draft.scope.profile.name.clone();
    draft.define("settings", "params.?data.orValue({})");
    let lines = format!("params.metadata.?annotations[?{}].orValue('').split('\\n')", quoted(INSTALLED));
    let lines = draft.define("installed", lines);
    let of = |mark: char| {
        let start = format!("{profile}{mark}");
        let length = profile.len();
        format!("{lines}.filter(l, l.startsWith({})).map(l, l.substring({length}))", quoted(&start))
    };
    // Whatever the annotation says, what goes into the record is a digest or nothing.
    let digests = format!("({} + ['='])[0].substring(1).split(',')", of('='));
    let digests = format!("{digests}.map(d, d.matches('^[0-9a-f]{{16}}$') ? d : '')");
    draft.define("digests", format!("{digests} + ['', '']"));
    draft.define("usual", of(';'));
}

/// What follows the hash for a parameter: what it is spelled, unless that is what was installed.
pub(super) fn suffix(usual: &str, name: &str, text: &str, given: &str) -> Cel {
    let start = quoted(&format!(";{name}="));
    let is_told = format!("!(s in {usual}) && ({given} || {usual}.exists(l, l.startsWith({start})))");
    format!("({})", bound(text, "s", &format!("{is_told} ? s : ''")))
}

/// The digests of a profile: of classic and of native sidecars.
pub(super) fn digests(draft: &Draft<'_>) -> [Cel; 2] {
    let digests = draft.named("digests");
    [0, 1].map(|index| format!("{digests}[{index}]"))
}

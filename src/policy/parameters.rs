//! Parameters as variables of a policy. One that nothing of a pod can set is a constant.
//!
//! Values that are not valid are told first, and nothing reads a value where one is not valid: variables are evaluated only
//! when they are read.

use serde_json::Value;

use super::cel::{Cel, bound, first_of, literal, quoted};
use super::params::{self, Params};
use super::scope::{Given, Scope};
use super::settings::Settings;
use super::types;
use super::values::Values;
use super::wrong::Wrong;
use crate::profile::slot::Slot;
use crate::profile::{Inherit, Parameter, ParameterType, Presence};
use crate::value::pointer::{Pointer, ReferenceToken};

/// What becomes of one parameter.
pub(super) struct CompiledParameter {
    pub(super) given: Given,
    /// The expression of its variable, where it has one.
    pub(super) variable: Option<Cel>,
    /// A list of messages about its value.
    pub(super) faults: Option<Cel>,
    /// What follows the record's hash where a pod has another value.
    pub(super) suffix: Option<Cel>,
}

/// A place that may give a value: when it does, the value, and a list of messages about it.
struct Source {
    there: Cel,
    value: Cel,
    faults: Cel,
}

impl Source {
    /// A place with a text, and the words for it; `None` where a text of this type is not read.
    fn of_text(parameter: &Parameter, there: String, text: &str, what: &str) -> Option<Self> {
        let faults = types::faults(parameter, text, what)?;
        Some(Self { there, value: types::value(parameter, text), faults })
    }
}

/// When the record's hash tells of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Unless it is the value that the policy has.
    UnlessUsual,
    /// Unless it is the value that the ConfigMap was installed with.
    UnlessInstalled,
}

/// How places in the pod count.
enum FromPlaces {
    /// They do.
    Count,
    /// A setting counts, and they do not.
    Settled,
    /// They count where the ConfigMap has no setting.
    AfterSettings(Option<Source>),
}

/// Compiles the next parameter of a scope that has all before it.
pub(super) fn compile(
    scope: &Scope<'_>,
    wrong: &Wrong,
    index: usize,
    settings: &Settings<'_>,
) -> Option<CompiledParameter> {
    let parameter = scope.profile.parameters.get(index)?;
    let at = Pointer::of(["spec", "parameters", &index.to_string()]);
    let set_text = settings.set.get(&parameter.name);
    let kept = settings.params.filter(|params| params.keeps(&scope.profile.name, parameter));
    let settled = set_text.map(|text| parameter.parse(text));
    let settled = match settled {
        Some(Err(bad)) => {
            wrong.value(&at, &format!("`--set {}`: {bad}", parameter.name));
            return None;
        }
        Some(Ok(value)) if kept.is_none() => Some(Given::Constant(value)),
        Some(Ok(_)) | None => default(scope, wrong, parameter),
    };
    let sources = match kept {
        Some(_) => sources(scope, parameter, FromPlaces::AfterSettings(of_settings(scope, parameter, settings))),
        None if set_text.is_some() => sources(scope, parameter, FromPlaces::Settled),
        None => sources(scope, parameter, FromPlaces::Count),
    };
    let Some(sources) = sources else {
        wrong.say(&at, &format!("a policy does not read a value of the type `{}` from a pod", parameter.ty.id()));
        return None;
    };
    if sources.is_empty() {
        let Some(given) = settled else {
            let name = &parameter.name;
            wrong.value(
                &at,
                &format!("parameter `{name}` has no value, and nothing of a pod gives one: use `--set {name}=…`"),
            );
            return None;
        };
        return Some(CompiledParameter { given, variable: None, faults: None, suffix: None });
    }
    let (told, advice) = match kept {
        Some(params) => (Told::UnlessInstalled, format!(": set {}", key_words(scope, parameter, settings, params))),
        None => (Told::UnlessUsual, String::new()),
    };
    Some(variable(scope, parameter, (&sources, settled.as_ref()), (told, &advice)))
}

fn variable(
    scope: &Scope<'_>,
    parameter: &Parameter,
    (sources, settled): (&[Source], Option<&Given>),
    (told, advice): (Told, &str),
) -> CompiledParameter {
    let name = scope.variable(&format!("p_{}", parameter.name));
    let otherwise = match settled {
        Some(Given::Constant(value)) => literal(value),
        Some(Given::Computed(text)) => text.clone(),
        Some(Given::Impossible(_)) | None => "null".to_owned(),
    };
    let values = sources.iter().map(|source| (source.there.clone(), format!("dyn({})", source.value)));
    let variable = first_of(values, &format!("dyn({otherwise})"));
    let none = match settled {
        Some(_) => "[]".to_owned(),
        None => format!("[{}]", quoted(&format!("parameter `{}` has no value{advice}", parameter.name))),
    };
    let faults = first_of(sources.iter().map(|source| (source.there.clone(), source.faults.clone())), &none);
    let given = super::cel::any(&sources.iter().map(|source| source.there.clone()).collect::<Vec<_>>());
    let mut spelled = types::spelled(parameter, &name);
    if types::is_free_text(parameter) {
        spelled = format!(
            "{spelled}.replace('\\\\', '\\\\\\\\').replace('\"', '\\\\\"').replace('\\n', '\\\\n').replace('\\r', '\\\\r').replace('\\t', '\\\\t')"
        );
    }
    let suffix = format!("{} + {spelled}", quoted(&format!(";{}=", parameter.name)));
    let suffix = match (told, settled) {
        (Told::UnlessInstalled, _) => params::suffix(&scope.variable("usual"), &parameter.name, &suffix, &given),
        (Told::UnlessUsual, Some(Given::Constant(value))) => {
            format!("({name} == dyn({}) ? '' : {suffix})", literal(value))
        }
        (Told::UnlessUsual, _) => format!("({given} ? {suffix} : '')"),
    };
    CompiledParameter {
        given: Given::Computed(name),
        variable: Some(variable),
        faults: Some(format!("({faults})")),
        suffix: Some(suffix),
    }
}

fn default(scope: &Scope<'_>, wrong: &Wrong, parameter: &Parameter) -> Option<Given> {
    if let Some(computed) = &parameter.computed {
        let values = Values { scope, wrong };
        let template = &computed.made().value;
        return Some(match scope.values(template, 0).as_deref() {
            Some([value]) => Given::Constant(value.clone()),
            Some(_) => Given::Constant(nothing(parameter)),
            None => Given::Computed(values.one(template, 0)),
        });
    }
    let nothing = || (parameter.presence == Presence::Optional).then(|| nothing(parameter));
    parameter.default.clone().or_else(nothing).map(Given::Constant)
}

fn nothing(parameter: &Parameter) -> Value {
    match &parameter.ty {
        ParameterType::List(_) | ParameterType::Envs => Value::Array(Vec::new()),
        ParameterType::Map(_) => Value::Object(serde_json::Map::new()),
        _ => Value::Null,
    }
}

/// All places that may give a value, in the order in which they count; `None` where one cannot be read.
fn sources(scope: &Scope<'_>, parameter: &Parameter, places: FromPlaces) -> Option<Vec<Source>> {
    let ann = scope.variable("ann");
    let mut all = Vec::new();
    for key in &parameter.annotations {
        let key_text = quoted(key);
        let what = quoted(&format!("annotation `{key}`: "));
        let there = format!("({key_text} in {ann})");
        all.push(Source::of_text(parameter, there, &format!("string({ann}[{key_text}])"), &what)?);
    }
    if let Some(prefix) = &parameter.annotation_prefix {
        all.push(entries(parameter, prefix, &ann)?);
    }
    for key in parameter.annotations.iter().filter(|_| parameter.inherit == Inherit::Namespace) {
        let key_text = quoted(key);
        let ann = scope.variable("nsAnn");
        let what = quoted(&format!("annotation `{key}` of namespace `"));
        let what = format!("{what} + namespaceObject.metadata.name + '`: '");
        let there = format!("({key_text} in {ann})");
        all.push(Source::of_text(parameter, there, &format!("string({ann}[{key_text}])"), &what)?);
    }
    match places {
        FromPlaces::Settled => return Some(all),
        FromPlaces::Count => {}
        FromPlaces::AfterSettings(settings) => all.push(settings?),
    }
    for place in &parameter.from {
        all.push(place_in_pod(scope, parameter, place)?);
    }
    Some(all)
}

/// The words for where a setting is.
fn key_words(scope: &Scope<'_>, parameter: &Parameter, settings: &Settings<'_>, of: &Params) -> String {
    let key = params::key(&scope.profile.name, &parameter.name);
    format!("key `{key}` of ConfigMap `{}/{}`", of.namespace, params::config_map_name(settings.policy_name))
}

/// The ConfigMap with the settings.
fn of_settings(scope: &Scope<'_>, parameter: &Parameter, settings: &Settings<'_>) -> Option<Source> {
    let what = quoted(&format!("{}: ", key_words(scope, parameter, settings, settings.params?)));
    let (all, key) = (scope.variable("settings"), quoted(&params::key(&scope.profile.name, &parameter.name)));
    let text = format!("string({all}[{key}])");
    // Each is written once: the messages about many parameters are one expression, of which an API server takes 100,000
    // characters.
    let faults = types::faults(parameter, "t", "w")?;
    let faults = bound(&text, "t", &bound(&what, "w", &faults));
    Some(Source { there: format!("({key} in {all})"), value: types::value(parameter, &text), faults })
}

/// The annotations whose keys begin so: entries of a map, each by the rest of its key.
fn entries(parameter: &Parameter, prefix: &str, ann: &str) -> Option<Source> {
    let ParameterType::Map(map) = &parameter.ty else { return None };
    let length = prefix.chars().count();
    let is_one = format!("k.startsWith({}) && k.size() > {length}", quoted(prefix));
    let keys = format!("{ann}.map(k, k).filter(k, {is_one}).sort()");
    let faults = types::entry_faults(parameter, map, &format!("{ann}[k]"), &format!("k.substring({length})"))?;
    let value = types::entry_value(map, "v");
    let most = parameter.bounds.most_items();
    let too_many = format!(
        "[{} + string({keys}.size()) + {}]",
        quoted(&format!("annotations `{prefix}…`: ")),
        quoted(&format!(" items are more than `maxItems: {most}`"))
    );
    Some(Source {
        there: format!("{ann}.exists(k, {is_one})"),
        value: format!("{ann}.transformMapEntry(k, v, {is_one}, {{k.substring({length}): dyn({value})}})"),
        faults: format!("({keys}.size() > {most} ? {too_many} : {keys}.map(k, {faults}).filter(m, m != ''))"),
    })
}

/// A place in the pod. The first container is the application's first, and its first port the first TCP port.
fn place_in_pod(scope: &Scope<'_>, parameter: &Parameter, place: &Pointer) -> Option<Source> {
    let mut path = "object".to_owned();
    let tokens = place.tokens();
    let is_index = |token: &str| token.bytes().all(|byte| byte.is_ascii_digit());
    for (index, token) in tokens.iter().enumerate() {
        let before: Vec<&str> = tokens.iter().take(index).map(ReferenceToken::as_str).collect();
        match before.as_slice() {
            ["spec", list] if Slot::InitContainers.field() == *list || Slot::Containers.field() == *list => {
                path = match token.as_str() {
                    "0" if *list == Slot::Containers.field() => format!("{}[?0]", scope.variable("application")),
                    token if is_index(token) => format!("{path}[?{token}]"),
                    name => format!("{path}.orValue([]).filter(c, c.name == {})[?0]", quoted(name)),
                };
            }
            ["spec", "containers", "0", "ports"] if token == "0" && parameter.ty == ParameterType::Port => {
                path = format!("{path}.orValue([]).filter(p, p.?protocol.orValue('TCP') == 'TCP')[?0]");
            }
            _ if is_index(token) => path = format!("{path}[?{token}]"),
            _ if token.bytes().all(|byte| byte.is_ascii_alphanumeric()) => path = format!("{path}.?{token}"),
            _ => path = format!("{path}[?{}]", quoted(token)),
        }
    }
    let text = match parameter.ty {
        ParameterType::Boolean => format!("({path}.orValue(false) ? 'true' : 'false')"),
        _ => format!("string({path}.orValue(''))"),
    };
    let what = quoted(&format!("parameter `{}`: ", parameter.name));
    Source::of_text(parameter, format!("{path}.hasValue()"), &text, &what)
}

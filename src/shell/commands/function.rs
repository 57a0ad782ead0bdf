//! The settings in the `functionConfig` of a ResourceList: a Profile, a Config, or a ConfigMap with `data`.
//!
//! They count where the list comes on standard input, as kpt and kustomize give it. A flag wins over them.

use std::path::Path;

use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Placed, Position};
use crate::kube::version::KubernetesVersion;
use crate::process::function::FunctionConfig;
use crate::process::items;
use crate::process::stream::Stream;
use crate::profile::Profile;
use crate::profile::load::{self, API_VERSION};
use crate::profile::reader::ProfileError;
use crate::profile::setting::Setting;
use crate::shell::cli::{DecisionArgs, FactArgs, NamespaceName};
use crate::shell::files::config::{Config, KIND as CONFIG, Written};
use crate::shell::files::input::{Input, InputSource};
use crate::shell::files::selection::ProfileRef;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View as _};

/// What a `functionConfig` says.
#[derive(Debug, Default)]
pub(super) struct FunctionSettings {
    /// Of the kind Config: it replaces the file of the repository.
    pub(super) config: Option<Config>,
    profiles: Vec<ProfileRef>,
    /// The parameters that are set, each where it is written in the list.
    settings: Vec<Written<Setting>>,
    /// What messages call the list.
    file: String,
    namespace: Option<NamespaceName>,
    kubernetes_version: Option<KubernetesVersion>,
}

impl FunctionSettings {
    /// Those of the ResourceList on standard input, where it has any.
    ///
    /// # Errors
    /// A kind that is not for injector, and what is wrong in one that is; each at its place in the list.
    pub(super) fn read((inputs, streams): (&[Input], &[Stream<'_>])) -> Result<Option<Self>, Vec<Placed>> {
        let mut all = inputs.iter().zip(streams);
        let Some((_, stream)) = all.find(|(input, _)| input.source == InputSource::Stdin) else { return Ok(None) };
        let Some(list) = &stream.resource_list else { return Ok(None) };
        list.with_config(stream.text, &stream.documents, |config| of_kind(stream, config)).transpose()
    }

    /// The flags, and below them what is said here.
    pub(super) fn below(&self, decision: &DecisionArgs, facts: &FactArgs) -> (DecisionArgs, FactArgs) {
        let (mut decision, mut facts) = (decision.clone(), facts.clone());
        if decision.profiles.is_empty() {
            decision.profiles.clone_from(&self.profiles);
        }
        let is_flag = |one: &&Setting| !decision.settings.iter().any(|flag| flag.replaces(one));
        let written: Vec<Setting> = self.settings.iter().map(|one| &one.value).filter(is_flag).cloned().collect();
        decision.settings.splice(0..0, written);
        facts.namespace = facts.namespace.or_else(|| self.namespace.clone());
        facts.kubernetes_version = facts.kubernetes_version.or(self.kubernetes_version);
        (decision, facts)
    }
}

impl FunctionSettings {
    /// Checks its parameters against the profiles of the run.
    pub(super) fn check(&self, profiles: &[Profile]) -> Result<(), Vec<Placed>> {
        let fault = |one: &Written<Setting>| {
            let fault = one.value.checked(profiles).err()?;
            let placed = Placed::new(Code::FunctionConfig, fault.text()).at(self.file.clone(), Some(one.at));
            Some(placed.hint(fault.hint))
        };
        let wrong: Vec<Placed> = self.settings.iter().filter_map(fault).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

fn of_kind(stream: &Stream<'_>, config: &FunctionConfig<'_>) -> Result<FunctionSettings, Vec<Placed>> {
    let (name, places) = (stream.name.as_str(), &stream.places);
    let view = config.tree.view(config.node);
    let field = |field: &str| view.text(&[field]).unwrap_or_default().into_owned();
    let (api_version, kind) = (field("apiVersion"), field("kind"));
    let placed = |at: &Pointer, offset: usize, message: String, hint: Option<String>| {
        let position = places.position(config.start + offset);
        let placed = Placed::new(Code::FunctionConfig, message).at(name, Some(position)).hint(hint);
        Placed { path: at.to_string(), ..placed }
    };
    let of_key = |at: &Pointer, message: String, hint: Option<String>| {
        placed(at, config.tree.locate(config.node, at), message, hint)
    };
    let wrong = |at: &Pointer, message: String, hint: Option<String>| {
        placed(at, config.tree.locate_value(config.node, at), message, hint)
    };
    match (api_version.as_str(), kind.as_str()) {
        (API_VERSION, load::KIND) => {
            load::load(view).map_err(|errors| {
                let told = |error: &ProfileError| match error.kind.is_about_key() {
                    true => of_key(&error.at, error.to_string(), error.hint()),
                    false => wrong(&error.at, error.to_string(), error.hint()),
                };
                errors.iter().map(told).collect::<Vec<_>>()
            })?;
            // JSON is YAML, and keeps every value as it is.
            let profile = ProfileRef::Inline { file: name.to_owned(), text: view.value().to_string() };
            Ok(FunctionSettings { profiles: vec![profile], ..FunctionSettings::default() })
        }
        (API_VERSION, CONFIG) => {
            let node = (&config.tree, config.node);
            let config = Config::of_tree((name, Path::new("")), node, places, config.start)?;
            config.check_files()?;
            let config = match items::package(view) {
                Some(package) => config.with_patterns_from(Path::new(&package)),
                None => config,
            };
            Ok(FunctionSettings { config: Some(config), ..FunctionSettings::default() })
        }
        ("v1", "ConfigMap") => of_config_map(config, &of_key, &wrong),
        (_, load::KIND | CONFIG | "ConfigMap") => {
            let version = if kind == "ConfigMap" { "v1" } else { API_VERSION };
            let hint = Some(format!("write `apiVersion: {version}`"));
            let message = match api_version.as_str() {
                "" => format!("injector does not read a {kind} without `apiVersion`"),
                other => format!("injector does not read a {kind} of `{other}`"),
            };
            Err(vec![wrong(&Pointer::of(["apiVersion"]), message, hint)])
        }
        _ => {
            let message = format!("injector does not read a functionConfig of the kind `{kind}`");
            let hint = "use a Profile or a Config of `sidecar-injector/v1`, or a ConfigMap with `data`";
            Err(vec![wrong(&Pointer::of(["kind"]), message, Some(hint.to_owned()))])
        }
    }
}

/// The keys of `data`; `set.` before the name of a parameter is one more.
const KEYS: [&str; 4] = ["profile", "set", "namespace", "kubernetesVersion"];

/// The fields of a ConfigMap that are read, or change nothing.
const FIELDS: [&str; 5] = ["apiVersion", "kind", "metadata", "data", "immutable"];

/// An error about a value or a key, with a hint.
type Wrong<'w> = &'w dyn Fn(&Pointer, String, Option<String>) -> Placed;

fn of_config_map(
    config: &FunctionConfig<'_>,
    of_key: Wrong<'_>,
    wrong: Wrong<'_>,
) -> Result<FunctionSettings, Vec<Placed>> {
    let mut settings =
        FunctionSettings { file: wrong(&Pointer::root(), String::new(), None).file, ..FunctionSettings::default() };
    let mut errors = Vec::new();
    let view = config.tree.view(config.node);
    for (name, _) in view.members().into_iter().filter(|(name, _)| !FIELDS.contains(&name.as_ref())) {
        let near = nearest(&name, FIELDS).map(|near| format!("did you mean `{near}`?"));
        let hint = near.or_else(|| Some("settings are in `data`".to_owned()));
        errors.push(of_key(&Pointer::of([&*name]), format!("unknown field `{name}`"), hint));
    }
    if let Some(data) = view.member("data").filter(|data| !matches!(data.kind(), Kind::Mapping | Kind::Null)) {
        errors.push(wrong(&Pointer::of(["data"]), format!("`data` is {}, not an object", data.kind().name()), None));
    }
    for (key, value) in view.member("data").map(|data| data.members()).unwrap_or_default() {
        let at = Pointer::of(["data", &*key]);
        if value.kind() != Kind::String {
            errors.push(wrong(&at, format!("`{key}` is not a string"), Some("quote the value".to_owned())));
            continue;
        }
        let text = value.string().unwrap_or_default();
        let place = wrong(&at, String::new(), None).position.unwrap_or_default();
        if let Err((message, hint)) = settings.take((&key, place), &text) {
            errors.push(wrong(&at, message, hint));
        }
    }
    if errors.is_empty() { Ok(settings) } else { Err(errors) }
}

impl FunctionSettings {
    /// Takes one key of a ConfigMap.
    fn take(&mut self, (key, at): (&str, Position), text: &str) -> Result<(), (String, Option<String>)> {
        let bad = |error: &dyn std::fmt::Display| (format!("`{key}`: {error}"), None);
        match key {
            "profile" => {
                let names = text.split([',', '\n']).map(str::trim).filter(|name| !name.is_empty());
                self.profiles.extend(names.map(|name| match name.parse() {
                    Ok(reference) => reference,
                    Err(never) => match never {},
                }));
            }
            "set" => {
                for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    let value = line.parse().map_err(|error| bad(&error))?;
                    self.settings.push(Written { value, at });
                }
            }
            "namespace" => self.namespace = Some(text.parse().map_err(|error| bad(&error))?),
            "kubernetesVersion" => self.kubernetes_version = Some(text.parse().map_err(|error| bad(&error))?),
            _ => match key.strip_prefix("set.") {
                Some(name) => {
                    let value = format!("{name}={text}").parse().map_err(|error| bad(&error))?;
                    self.settings.push(Written { value, at });
                }
                None => {
                    let near = nearest(key, KEYS).map(|near| format!("did you mean `{near}`?"));
                    let all = || format!("the keys are {}, and `set.` with a parameter", KEYS.join(", "));
                    return Err((format!("unknown key `{key}`"), Some(near.unwrap_or_else(all))));
                }
            },
        }
        Ok(())
    }
}

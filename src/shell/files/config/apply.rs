//! The settings below the flags of a command: what a flag does not say, they do.

use serde_json::Value;

use super::{Config, ConfigSetting, Layer, Written};
use crate::diagnostic::Placed;
use crate::diagnostic::words::nearest;
use crate::process::run::SetPlaces;
use crate::profile::parameter::SetValues;
use crate::profile::setting::{Setting, set_values};
use crate::profile::{Overrides, Parameter, ParameterType, Profile};
use crate::report::{Allowed, Denied, Levels};
use crate::shell::files::profile_text::ProfileRef;
use crate::shell::files::selection::{Given, Selection, load_profiles};

/// The settings, and the flags that win over them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layered {
    pub(crate) config: Config,
    pub(crate) flags: Given,
}

impl Layered {
    /// # Errors
    /// What is wrong in a value that overrides those of some files, whether such a file is read or not.
    pub(crate) fn new(config: Config, flags: Given) -> Result<Self, Vec<Placed>> {
        let layered = Self { config, flags };
        if layered.config.overrides.is_empty() {
            layered.check_names(&[])?;
            return Ok(layered);
        }
        let each: Vec<Vec<usize>> =
            std::iter::once(Vec::new()).chain((0..layered.config.overrides.len()).map(|index| vec![index])).collect();
        let mut profiles = Vec::new();
        for overrides in &each {
            profiles.extend(layered.selection(overrides)?.profiles);
        }
        layered.check_names(&profiles)?;
        let is_known = |flag: &&Setting| profiles.iter().any(|profile| flag.is_of(profile));
        if let Some(unknown) = layered.flags.settings.iter().find(|flag| !is_known(flag)) {
            set_values(std::slice::from_ref(unknown), &layered.selection(&[])?.profiles)?;
        }
        Ok(layered)
    }

    /// The profiles for the files of these overrides, in the order in which they are applied.
    pub(crate) fn profiles(&self, overrides: &[usize]) -> Vec<ProfileRef> {
        if !self.flags.profiles.is_empty() {
            return self.flags.profiles.clone();
        }
        self.written_profiles(overrides).into_iter().flatten().map(|profile| profile.value.clone()).collect()
    }

    /// Those of the settings, where they name any.
    pub(crate) fn written_profiles(&self, overrides: &[usize]) -> Option<&[Written<ProfileRef>]> {
        self.config.layers(overrides).rev().find_map(|layer| layer.profiles.as_deref())
    }

    /// What the last layer that has something says.
    pub(crate) fn last<T>(&self, overrides: &[usize], of: impl Fn(&Config, &Layer) -> Option<T>) -> Option<T> {
        self.config.layers(overrides).rev().find_map(|layer| of(&self.config, layer))
    }

    /// With which profiles and how the files of these overrides are decided.
    ///
    /// # Errors
    /// Profiles that cannot be loaded, and values that no parameter takes.
    pub(crate) fn selection(&self, overrides: &[usize]) -> Result<Selection, Vec<Placed>> {
        let mut profiles = load_profiles(&self.profiles(overrides))?;
        let fields = self.overrides(overrides);
        profiles.iter_mut().for_each(|profile| fields.apply(profile));
        let (mut set, mut set_places) = self.written_values(overrides, &profiles)?;
        // Where files have other profiles than the rest, a flag is for those that have its parameter.
        let is_meant =
            |flag: &&Setting| self.config.overrides.is_empty() || profiles.iter().any(|profile| flag.is_of(profile));
        let flags: Vec<Setting> = self.flags.settings.iter().filter(is_meant).cloned().collect();
        for (profile, values) in set_values(&flags, &profiles)? {
            for (name, value) in values {
                set_places.remove(&(profile.clone(), name.clone()));
                set.entry(profile.clone()).or_default().insert(name, value);
            }
        }
        let written = self.config.template_paths.iter().map(|path| path.value.clone());
        let template_paths = self.flags.template_paths.iter().cloned().chain(written).collect();
        Ok(Selection { profiles, set, set_places, template_paths })
    }

    /// What replaces fields of the profiles.
    pub(crate) fn overrides(&self, overrides: &[usize]) -> Overrides {
        let written = self.config.layers(overrides).map(|layer| Overrides {
            on_ineligible: layer.on_ineligible.as_ref().map(|choice| choice.value),
            native_sidecar: layer.native_sidecar.as_ref().map(|choice| choice.value),
        });
        written.chain([self.flags.overrides]).fold(Overrides::default(), |below, above| Overrides {
            on_ineligible: above.on_ineligible.or(below.on_ineligible),
            native_sidecar: above.native_sidecar.or(below.native_sidecar),
        })
    }

    /// The namespace of objects that name none, where the settings say.
    pub(crate) fn namespace(&self, overrides: &[usize]) -> Option<&Written<String>> {
        self.config.layers(overrides).rev().find_map(|layer| layer.namespace.as_ref())
    }

    /// The parameters that are set for these overrides, of whatever profile: the last one of a name counts.
    pub(crate) fn written(&self, overrides: &[usize]) -> impl Iterator<Item = &Written<ConfigSetting>> + use<'_> {
        self.config.layers(overrides).flat_map(|layer| &layer.set)
    }

    fn written_values(&self, overrides: &[usize], profiles: &[Profile]) -> Result<(SetValues, SetPlaces), Vec<Placed>> {
        let (mut set, mut places) = (SetValues::new(), SetPlaces::new());
        let mut wrong = Vec::new();
        for setting in self.written(overrides) {
            let Some(profile) = profiles.iter().find(|profile| profile.name == setting.value.profile) else { continue };
            match text(&setting.value, profile) {
                Ok(text) => {
                    let ConfigSetting { file, name, .. } = &setting.value;
                    set.entry(profile.name.clone()).or_default().insert(name.clone(), text);
                    places.insert((profile.name.clone(), name.clone()), (file.clone(), setting.at));
                }
                Err((message, hint)) => wrong.push(Config::wrong_setting(setting, message).hint(hint)),
            }
        }
        if wrong.is_empty() { Ok((set, places)) } else { Err(wrong) }
    }

    /// Refuses parameters of a profile that the settings name nowhere; without overrides `profiles` need not be given. Where flags name other profiles, they do not count.
    fn check_names(&self, profiles: &[Profile]) -> Result<(), Vec<Placed>> {
        let all: Vec<usize> = (0..self.config.overrides.len()).collect();
        if !self.flags.profiles.is_empty() || self.written(&all).next().is_none() {
            return Ok(());
        }
        let of_all = if profiles.is_empty() { self.selection(&[])?.profiles } else { Vec::new() };
        let mut known: Vec<String> = profiles.iter().chain(&of_all).map(|profile| profile.name.clone()).collect();
        known.dedup();
        let unknown = self.written(&all).filter(|setting| !known.contains(&setting.value.profile));
        let wrong: Vec<Placed> = unknown
            .map(|setting| {
                let name = &setting.value.profile;
                let near =
                    nearest(name, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
                let hint = near.unwrap_or_else(|| format!("the profiles here are {}", known.join(", ")));
                Config::wrong_setting(setting, format!("no profile here is called `{name}`")).hint(Some(hint))
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

impl Config {
    /// The levels of the settings below those of flags.
    pub(crate) fn levels(&self, flags: &Levels) -> Levels {
        // `--deny warnings` is about all that the repository does not allow by name.
        let denies = |allowed: Allowed| flags.denied.contains(&Denied::Code(allowed.0));
        let allows = |denied: Denied| flags.allowed.iter().any(|allowed| denied == Denied::Code(allowed.0));
        let denied = self.deny.iter().map(|one| one.value).filter(|denied| !allows(*denied));
        let allowed = self.allow.iter().map(|one| one.value).filter(|allowed| !denies(*allowed));
        Levels {
            denied: flags.denied.iter().copied().chain(denied).collect(),
            allowed: flags.allowed.iter().copied().chain(allowed).collect(),
        }
    }
}

/// What is wrong with a value, and what to do.
type Fault = (String, Option<String>);

/// The text of a value, as `--set` takes it.
fn text(setting: &ConfigSetting, profile: &Profile) -> Result<String, Fault> {
    let name = &setting.name;
    let Some(parameter) = profile.parameters.iter().find(|parameter| parameter.name == *name) else {
        let near = nearest(name, profile.parameters.iter().map(|parameter| parameter.name.as_str()));
        let message = format!("the profile `{}` has no parameter `{name}`", profile.name);
        return Err((message, near.map(|near| format!("did you mean `{near}`?"))));
    };
    let text = flat(&setting.value, parameter)?;
    parameter.parse(&text).map_err(|bad| (format!("`{name}`: {bad}"), bad.hint()))?;
    Ok(text)
}

fn flat(value: &Value, parameter: &Parameter) -> Result<String, Fault> {
    let part = |value: &Value, separators: &[&str]| {
        let text = scalar(value)?;
        match separators.iter().find(|separator| text.contains(**separator)) {
            Some(separator) => Err((format!("`{text}` has the separator `{separator}` in it"), None)),
            None => Ok(text),
        }
    };
    match (value, &parameter.ty) {
        (Value::Array(items), ParameterType::List(list)) => {
            let items: Result<Vec<String>, Fault> = items.iter().map(|item| part(item, &[&list.separator])).collect();
            Ok(items?.join(&list.separator))
        }
        (Value::Object(entries), ParameterType::Map(map)) => {
            let entry = |(key, value): (&String, &Value)| {
                let key = part(&Value::from(key.as_str()), &[&map.separator, &map.key_separator])?;
                Ok(format!("{key}{}{}", map.key_separator, part(value, &[&map.separator])?))
            };
            Ok(entries.iter().map(entry).collect::<Result<Vec<String>, Fault>>()?.join(&map.separator))
        }
        (Value::Array(_) | Value::Object(_), ty) => {
            let message = format!("`{}` is of type `{}`, and takes one value", parameter.name, ty.id());
            Err((message, Some("write it as `--set` takes it".to_owned())))
        }
        _ => scalar(value),
    }
}

/// A number with a fraction is refused: `1.10` would become 1.1.
fn scalar(value: &Value) -> Result<String, Fault> {
    let quote = || Some("quote the value".to_owned());
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(choice) => Ok(choice.to_string()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        Value::Number(number) => Err((format!("`{number}` is a number with a fraction, not a text"), quote())),
        Value::Null => Err(("expected a value, found null".to_owned(), None)),
        Value::Array(_) | Value::Object(_) => Err(("expected one value".to_owned(), quote())),
    }
}

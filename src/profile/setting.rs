//! `--set`: a value of a parameter, for every profile that has it or for one of them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Placed};
use crate::profile::parameter::SetValues;
use crate::profile::{Parameter, Profile};

/// A parameter's value: `name=value`, or `profile.name=value`. The value is text until the parameter's type is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The profile, where it is for one alone. Neither its name nor that of a parameter has a dot.
    pub profile: Option<String>,
    /// The parameter.
    pub name: String,
    /// All after the first `=`.
    pub value: String,
}

impl FromStr for Setting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (name, value) = text.split_once('=').ok_or(SettingError)?;
        let (profile, name) = name.split_once('.').map_or((None, name), |(profile, name)| (Some(profile), name));
        if name.is_empty() || profile.is_some_and(str::is_empty) {
            return Err(SettingError);
        }
        Ok(Self { profile: profile.map(str::to_owned), name: name.to_owned(), value: value.to_owned() })
    }
}

/// Settings, one on a line. The lines of a certificate or key (PEM, RFC 7468) belong to the setting that they begin in.
#[cfg(feature = "serve")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingLines(pub Vec<Setting>);

#[cfg(feature = "serve")]
impl FromStr for SettingLines {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let mut settings: Vec<Setting> = Vec::new();
        for line in text.split('\n') {
            let count = |setting: &Setting, mark: &str| setting.value.matches(mark).count();
            let is_open = |last: &&mut Setting| count(last, "-----BEGIN ") > count(last, "-----END ");
            let begins = line.starts_with("-----BEGIN ");
            match settings.last_mut().filter(|last| begins || line.is_empty() || is_open(last)) {
                Some(last) => {
                    last.value.push('\n');
                    last.value.push_str(line);
                }
                None => settings.push(line.parse()?),
            }
        }
        // The line end behind the last one is no part of a value.
        if let Some(last) = settings.last_mut().filter(|_| text.ends_with('\n')) {
            last.value.truncate(last.value.trim_end_matches('\n').len());
        }
        Ok(Self(settings))
    }
}

/// As it is written on a command line.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.label(), self.value)
    }
}

/// A text that is not of the form `name=value`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("not of the form `name=value` or `profile.name=value`")]
pub struct SettingError;

impl Setting {
    /// Whether a profile has the parameter, and is not another one than the one that is named.
    pub(crate) fn is_of(&self, profile: &Profile) -> bool {
        self.profile.as_ref().is_none_or(|name| *name == profile.name)
            && profile.parameters.iter().any(|parameter| parameter.name == self.name)
    }

    /// Whether it is for the same parameter of the same profile, or for that of every profile.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        self.name == other.name && (self.profile.is_none() || self.profile == other.profile)
    }

    /// What is set, as it was written.
    fn label(&self) -> String {
        match &self.profile {
            Some(profile) => format!("{profile}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The parameters that are meant, which all take the value.
    pub(crate) fn checked<'p>(&self, profiles: &'p [Profile]) -> Result<Vec<(&'p Profile, &'p Parameter)>, SetFault> {
        let meant = self.meant(profiles)?;
        for (_, parameter) in &meant {
            // A value that no profile can use is wrong once, not once a workload.
            parameter.parse(&self.value).map_err(|bad| SetFault {
                label: Some(self.label()),
                message: bad.to_string(),
                hint: bad.hint(),
            })?;
        }
        Ok(meant)
    }

    /// The parameters that are meant.
    fn meant<'p>(&self, profiles: &'p [Profile]) -> Result<Vec<(&'p Profile, &'p Parameter)>, SetFault> {
        match &self.profile {
            Some(profile) => self.of_profile(profile, profiles).map(|found| vec![found]),
            None => self.of_all(profiles),
        }
    }

    fn of_profile<'p>(&self, wanted: &str, profiles: &'p [Profile]) -> Result<(&'p Profile, &'p Parameter), SetFault> {
        let names = || profiles.iter().map(|profile| profile.name.as_str());
        let Some(profile) = profiles.iter().find(|profile| profile.name == wanted) else {
            let hint = nearest(wanted, names()).map_or_else(
                || {
                    let all: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                    format!("the profiles of this run are {}", all.join(", "))
                },
                |near| format!("did you mean `{near}.{}`?", self.name),
            );
            return Err(wrong(format!("no profile of this run is called `{wanted}`"), Some(hint)));
        };
        let parameter = profile.parameters.iter().find(|parameter| parameter.name == self.name);
        parameter.map(|parameter| (profile, parameter)).ok_or_else(|| {
            let near = nearest(&self.name, profile.parameters.iter().map(|parameter| parameter.name.as_str()));
            let message = format!("the profile `{wanted}` has no parameter `{}`", self.name);
            wrong(message, near.map(|near| format!("did you mean `{wanted}.{near}`?")))
        })
    }

    /// Those of every profile that has one of this name, where the name means the same everywhere.
    fn of_all<'p>(&self, profiles: &'p [Profile]) -> Result<Vec<(&'p Profile, &'p Parameter)>, SetFault> {
        let known = || profiles.iter().flat_map(|of| of.parameters.iter().map(move |parameter| (of, parameter)));
        let found: Vec<_> = known().filter(|(_, parameter)| parameter.name == self.name).collect();
        let Some((_, first)) = found.first() else {
            let near = nearest(&self.name, known().map(|(_, parameter)| parameter.name.as_str()));
            let message = format!("no profile of this run has a parameter `{}`", self.name);
            return Err(wrong(message, near.map(|near| format!("did you mean `{near}`?"))));
        };
        if found.iter().all(|(_, parameter)| means_the_same(first, parameter)) {
            return Ok(found);
        }
        let each = |text: &dyn Fn(&str) -> String, between: &str| {
            found.iter().map(|(profile, _)| text(&profile.name)).collect::<Vec<_>>().join(between)
        };
        let message = format!(
            "the parameter `{}` has different meanings in the profiles {}",
            self.name,
            each(&|profile| format!("`{profile}`"), ", ")
        );
        let hint = format!("write {}", each(&|profile| format!("`--set {profile}.{}=…`", self.name), " or "));
        Err(wrong(message, Some(hint)))
    }
}

/// Whether two parameters of a name are the same for a user: what they are for, which values they take, and the default.
fn means_the_same(one: &Parameter, other: &Parameter) -> bool {
    let meaning = |of: &Parameter| (of.ty.clone(), of.bounds.clone(), of.default.clone(), of.computed.clone());
    one.description == other.description && meaning(one) == meaning(other)
}

/// What is wrong with a setting, without where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetFault {
    /// The parameter, where the value is wrong; the message names it otherwise.
    label: Option<String>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl SetFault {
    /// In the words of a file.
    pub(crate) fn text(&self) -> String {
        self.label.as_ref().map_or_else(|| self.message.clone(), |label| format!("`{label}`: {}", self.message))
    }

    fn of_flag(self) -> Placed {
        let label = self.label.map(|label| format!(" {label}")).unwrap_or_default();
        Placed::new(Code::Usage, format!("--set{label}: {}", self.message)).hint(self.hint)
    }
}

fn wrong(message: String, hint: Option<String>) -> SetFault {
    SetFault { label: None, message, hint }
}

/// What is set, each for a parameter that there is, with a value that it takes. The name with a profile wins, and of equal
/// ones the last.
pub(crate) fn set_values(given: &[Setting], profiles: &[Profile]) -> Result<SetValues, Vec<Placed>> {
    let mut set = SetValues::new();
    let (all, single): (Vec<&Setting>, Vec<&Setting>) = given.iter().partition(|setting| setting.profile.is_none());
    for setting in all.into_iter().chain(single) {
        for (profile, parameter) in setting.checked(profiles).map_err(|fault| vec![fault.of_flag()])? {
            set.entry(profile.name.clone()).or_default().insert(parameter.name.clone(), setting.value.clone());
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile(name: &str, parameters: &serde_json::Value) -> Profile {
        crate::profile::load::load(&json!({
            "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": name},
            "spec": {"policy": "OptOut", "labels": {"a": "b"}, "parameters": parameters},
        }))
        .unwrap()
    }

    fn parameter(ty: &str, description: &str, default: &serde_json::Value) -> serde_json::Value {
        json!([{"name": "x", "type": ty, "description": description, "default": default}])
    }

    fn set(given: &[&str], profiles: &[Profile]) -> Result<String, String> {
        let given: Vec<Setting> = given.iter().map(|text| text.parse().unwrap()).collect();
        let set = set_values(&given, profiles).map_err(|errors| {
            errors
                .iter()
                .map(|error| format!("{} ({})", error.message, error.hint.as_deref().unwrap_or("-")))
                .collect::<String>()
        })?;
        let pairs = set
            .iter()
            .flat_map(|(profile, own)| own.iter().map(move |(name, value)| format!("{profile}.{name}={value}")));
        Ok(pairs.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_setting_is_split_at_its_first_equals_sign_and_dot() {
        let setting = |profile: Option<&str>, name: &str, value: &str| {
            Ok(Setting { profile: profile.map(str::to_owned), name: name.to_owned(), value: value.to_owned() })
        };
        for (text, expected) in [
            ("a=1", setting(None, "a", "1")),
            ("a=b=c", setting(None, "a", "b=c")),
            ("a=b.c=d", setting(None, "a", "b.c=d")),
            ("a=", setting(None, "a", "")),
            ("p.a=1", setting(Some("p"), "a", "1")),
            ("p.a=images.example/a:1", setting(Some("p"), "a", "images.example/a:1")),
            ("p.a=", setting(Some("p"), "a", "")),
            ("a", Err(SettingError)),
            ("=1", Err(SettingError)),
            (".a=1", Err(SettingError)),
            ("p.=1", Err(SettingError)),
            ("p.a", Err(SettingError)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
            if let Ok(setting) = expected {
                assert_eq!(setting.to_string(), text);
            }
        }
    }

    #[test]
    fn a_bare_name_is_for_all_profiles_in_which_it_means_the_same() {
        let base = || profile("a", &parameter("integer", "d", &json!(1)));
        for (ty, description, default, is_same) in [
            ("integer", "d", json!(1), true),
            ("port", "d", json!(1), false),
            ("integer", "other", json!(1), false),
            ("integer", "d", json!(2), false),
        ] {
            let all = [base(), profile("b", &parameter(ty, description, &default)), profile("c", &json!([]))];
            let clash = "--set: the parameter `x` has different meanings in the profiles `a`, `b` \
                         (write `--set a.x=…` or `--set b.x=…`)";
            let expected = if is_same { Ok("a.x=3 b.x=3".to_owned()) } else { Err(clash.to_owned()) };
            assert_eq!(set(&["x=3"], &all), expected, "{ty} {description} {default}");
            assert_eq!(set(&["a.x=3"], &all), Ok("a.x=3".to_owned()));
            assert_eq!(set(&["a.x=3", "b.x=4"], &all), Ok("a.x=3 b.x=4".to_owned()));
        }
    }

    #[test]
    fn a_name_with_a_profile_wins_and_else_the_last() {
        let all = ["a", "b"].map(|name| profile(name, &parameter("integer", "d", &json!(1))));
        for (given, expected) in [
            (&["x=1", "x=2"][..], "a.x=2 b.x=2"),
            (&["a.x=1", "x=2"], "a.x=1 b.x=2"),
            (&["x=2", "a.x=1"], "a.x=1 b.x=2"),
            (&["a.x=1", "a.x=2"], "a.x=2"),
            (&[], ""),
        ] {
            assert_eq!(set(given, &all), Ok(expected.to_owned()), "{given:?}");
        }
    }

    #[test]
    fn a_name_that_is_not_there_is_refused_with_the_nearest() {
        let all = [profile("nginx", &parameter("integer", "d", &json!(1))), profile("audit", &json!([]))];
        for (given, expected) in [
            ("ngnix.x=1", "--set: no profile of this run is called `ngnix` (did you mean `nginx.x`?)"),
            (
                "other.x=1",
                "--set: no profile of this run is called `other` (the profiles of this run are `nginx`, `audit`)",
            ),
            ("nginx.y=1", "--set: the profile `nginx` has no parameter `y` (-)"),
            ("audit.x=1", "--set: the profile `audit` has no parameter `x` (-)"),
            ("nginx.x=many", "--set nginx.x: `many` is not a whole number (-)"),
            ("unknown=1", "--set: no profile of this run has a parameter `unknown` (-)"),
        ] {
            assert_eq!(set(&[given], &all), Err(expected.to_owned()));
        }
    }

    #[test]
    #[cfg(feature = "serve")]
    fn a_certificate_goes_over_several_lines_and_everything_else_has_one() {
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIB=\na=b\n-----END CERTIFICATE-----";
        let two = format!("{certificate}\n{certificate}");
        for (text, expected) in [
            ("a=1\nb=2", vec![("a", "1"), ("b", "2")]),
            ("a=1\nb=2\n", vec![("a", "1"), ("b", "2")]),
            (&*format!("a={certificate}\nb=2"), vec![("a", certificate), ("b", "2")]),
            (&*format!("a={two}"), vec![("a", &*two)]),
        ] {
            let SettingLines(settings) = text.parse().unwrap();
            let found: Vec<(&str, &str)> = settings.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!("a=1\nb".parse::<SettingLines>(), Err(SettingError));
    }
}

//! The values of flags: one closed type for each choice, one parser for each form. A bad value is told by clap, with the
//! flag's name before it.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use thiserror::Error;

use crate::profile::OnIneligible;
use crate::profile::names::is_dns_label;
use crate::report::Severity;

/// What `inject` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// The documents, with what was injected
    Yaml,
    /// The objects as JSON: one as an object, several as a v1 List
    Json,
    /// The JSON Patch (RFC 6902)
    Patch,
    /// An AdmissionReview with its response; the default where the input is one
    Response,
}

/// What `uninject` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UninjectFormat {
    /// The documents, without what was injected
    Yaml,
    /// The objects as JSON: one as an object, several as a v1 List
    Json,
    /// The JSON Patch (RFC 6902)
    Patch,
}

/// What a pod that opted out, or has the container already, meets in the webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnIneligibleChoice {
    /// It is allowed, unchanged
    Allow,
    /// It is denied
    Deny,
}

impl From<OnIneligibleChoice> for OnIneligible {
    fn from(choice: OnIneligibleChoice) -> Self {
        match choice {
            OnIneligibleChoice::Allow => Self::Allow,
            OnIneligibleChoice::Deny => Self::Deny,
        }
    }
}

/// The least level of a finding that makes the exit status 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Anything
    Note,
    /// Warnings and errors
    #[default]
    Warning,
    /// Errors
    Error,
}

impl From<FailOn> for Severity {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Note => Self::Note,
            FailOn::Warning => Self::Warning,
            FailOn::Error => Self::Error,
        }
    }
}

/// A profile as it is named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileRef {
    /// A built-in one, by its name; whether there is one is not known here.
    BuiltIn(String),
    /// A file: there is a path separator in it, or an extension of manifests at its end.
    File(PathBuf),
}

impl FromStr for ProfileRef {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let path = Path::new(text);
        let manifest = path.extension().is_some_and(|e| ["yaml", "yml", "json"].iter().any(|known| e == *known));
        let separated = text.contains(std::path::is_separator);
        Ok(if manifest || separated { Self::File(path.to_owned()) } else { Self::BuiltIn(text.to_owned()) })
    }
}

/// A parameter's value: `name=value`. The value is text until the parameter's type is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: String,
    /// All after the first `=`.
    pub value: String,
}

impl FromStr for Setting {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            _ => Err(ValueError::Setting),
        }
    }
}

/// A namespace's name: an RFC 1123 label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceName(pub String);

impl FromStr for NamespaceName {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if is_dns_label(text) { Ok(Self(text.to_owned())) } else { Err(ValueError::Namespace) }
    }
}

/// Why a value is not of the form that its flag takes. The user's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ValueError {
    /// Of `--name`.
    #[error("not a name of lower case letters, digits and `-`, with a letter first, at most 50")]
    Installation,
    /// Of `--namespace`.
    #[error("not a name of lower case letters, digits and `-`, at most 63")]
    Namespace,
    /// Of `--set`.
    #[error("not of the form `name=value`")]
    Setting,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_a_name_or_a_file() {
        for (text, file) in [
            ("nginx", false),
            ("my.profile", false),
            ("nginx.yaml", true),
            ("a.yml", true),
            ("a.json", true),
            ("./nginx", true),
            ("profiles/nginx", true),
        ] {
            let expected = if file { ProfileRef::File(text.into()) } else { ProfileRef::BuiltIn(text.into()) };
            assert_eq!(text.parse(), Ok(expected));
        }
    }

    #[test]
    fn a_setting_is_split_at_its_first_equals_sign() {
        let setting = |name: &str, value: &str| Ok(Setting { name: name.to_owned(), value: value.to_owned() });
        for (text, expected) in [
            ("a=1", setting("a", "1")),
            ("a=b=c", setting("a", "b=c")),
            ("a=", setting("a", "")),
            ("a", Err(ValueError::Setting)),
            ("=1", Err(ValueError::Setting)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
    }
}

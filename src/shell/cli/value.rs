//! The values of flags: one closed type for each choice, one parser for each form. clap reports a bad value, with the
//! flag's name before it.

use std::ffi::OsString;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use thiserror::Error;

use crate::diagnostic::Severity;
use crate::kube::names::is_dns_label;
use crate::process::guard::Guard;
use crate::process::output::{OUTPUT_FORMATS, Offer, OutputFormat, YAML};
use crate::profile::{NativeSidecar, OnIneligible};
use crate::report::{ColourChoice, REPORT_FORMATS, ReportFormat};

/// The parser of `--output`: the forms that a command has, each with its help.
pub(super) fn output_formats(offers: &'static [Offer]) -> impl TypedValueParser<Value = &'static OutputFormat> {
    let rows = || OUTPUT_FORMATS.iter().filter(|format| offers.contains(&format.offer));
    PossibleValuesParser::new(rows().map(|format| PossibleValue::new(format.name).help(format.help)))
        // Only the name of a row comes through.
        .map(|name| OUTPUT_FORMATS.iter().find(|format| format.name == name).copied().unwrap_or(&YAML))
}

/// What a command prints that shows something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DataFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object, version `v1`
    Json,
}

/// What the webhook does with a pod that opted out, or that has the container already.
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

#[cfg(feature = "serve")]
impl From<OnIneligible> for OnIneligibleChoice {
    fn from(choice: OnIneligible) -> Self {
        match choice {
            OnIneligible::Allow => Self::Allow,
            OnIneligible::Deny => Self::Deny,
        }
    }
}

impl ValueEnum for NativeSidecar {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Auto => "Where a classic sidecar would keep the pod from completing",
            Self::Always => "Everywhere",
            Self::Never => "Nowhere",
        };
        Some(PossibleValue::new(self.word()).help(help))
    }
}

impl ValueEnum for Guard {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Parts, Self::None]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Auto => PossibleValue::new("auto").help("The version of a live object, or the parts of a manifest"),
            Self::Parts => PossibleValue::new("parts").help("What the patch adds to, replaces and removes"),
            Self::None => PossibleValue::new("none").help("Nothing"),
        })
    }
}

impl ValueEnum for ColourChoice {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Auto => {
                PossibleValue::new("auto").help("On a terminal, unless `NO_COLOR` or `CLICOLOR_FORCE` says otherwise")
            }
            Self::Always => PossibleValue::new("always").help("Also into a file or pipe"),
            Self::Never => PossibleValue::new("never").help("No colours"),
        })
    }
}

impl ValueEnum for ReportFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &REPORT_FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.help))
    }
}

/// The lowest level of a finding that makes the exit status 1.
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
}

/// `injector help X` is `injector X --help`, and `injector version` is `injector --version`.
pub(super) fn as_flags(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.collect();
    let flag = match args.get(1).and_then(|word| word.to_str()) {
        Some("help") => "--help",
        Some("version") => "--version",
        _ => return args,
    };
    args.remove(1);
    args.push(flag.into());
    args
}

//! Versions of Kubernetes.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A Kubernetes minor version, `1.MINOR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion(pub u32);

impl KubernetesVersion {
    /// The newest version that this release knows.
    pub const NEWEST: Self = Self(36);
    /// The first version that runs a native sidecar without a feature gate.
    pub const NATIVE_SIDECARS: Self = Self(29);
}

/// Why a text is not a Kubernetes version. The user's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum KubernetesVersionError {
    /// It does not have the form of a version.
    #[error("`{0}` is not a Kubernetes version: write `1.29` or `v1.29.3`")]
    Form(String),
    /// Its major version is not 1.
    #[error("`{0}` is not a Kubernetes version: its major version is not 1")]
    Major(String),
}

/// Reads `1.29`, `v1.29.3`, and what clusters say of themselves: `v1.29.3-gke.100`, `1.29+`.
impl FromStr for KubernetesVersion {
    type Err = KubernetesVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || KubernetesVersionError::Form(text.to_owned());
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let version = text.strip_prefix('v').unwrap_or(text);
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let parts: Vec<&str> = core.split('.').collect();
        let ([major, minor] | [major, minor, _]) = parts.as_slice() else { return Err(form()) };
        if !parts.iter().all(|part| is_number(part)) {
            return Err(form());
        }
        if *major != "1" {
            return Err(KubernetesVersionError::Major(text.to_owned()));
        }
        minor.parse().map(Self).map_err(|_| form())
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_written() {
        for (text, expected) in [
            ("1.29", "1.29"),
            ("v1.29", "1.29"),
            ("v1.29.3", "1.29"),
            ("v1.31.2-gke.1000", "1.31"),
            ("1.29+", "1.29"),
            ("1.30.4+k3s1", "1.30"),
            ("1.99", "1.99"),
        ] {
            assert_eq!(text.parse::<KubernetesVersion>().unwrap().to_string(), expected);
        }
        assert!(KubernetesVersion(28) < KubernetesVersion::NATIVE_SIDECARS);
    }

    #[test]
    fn a_text_that_is_not_a_version_is_an_error() {
        for text in ["", "1", "latest", "1.x", "1.", ".29", "1.2.3.4", "vv1.29", "1.29.x", "1.99999999999"] {
            let error = text.parse::<KubernetesVersion>().unwrap_err().to_string();
            assert_eq!(error, format!("`{text}` is not a Kubernetes version: write `1.29` or `v1.29.3`"));
        }
        assert_eq!(
            "2.1".parse::<KubernetesVersion>().unwrap_err().to_string(),
            "`2.1` is not a Kubernetes version: its major version is not 1"
        );
    }
}

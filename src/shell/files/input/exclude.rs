//! What is left out although it was named, or is below a directory that was named.

use std::path::Path;

use crate::profile::glob;
use crate::shell::files::config::{Patterns, with_slashes};

/// Patterns of files and folders that are not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exclusions {
    flags: Vec<String>,
    /// What the settings of the repository leave out.
    settings: Patterns,
}

impl Exclusions {
    /// Each pattern is for a whole path as it was given or found, without `./` before it, or for a base name alone. `*`
    /// is any text, `/` included.
    pub(crate) fn new(patterns: &[String]) -> Self {
        let plain = |pattern: &String| {
            let pattern = pattern.trim_end_matches('/');
            pattern.strip_prefix("./").unwrap_or(pattern).to_owned()
        };
        Self { flags: patterns.iter().map(plain).collect(), settings: Patterns::default() }
    }

    /// The same, and what the settings leave out.
    pub(crate) fn and(self, settings: Patterns) -> Self {
        Self { settings, ..self }
    }

    /// Whether a file or a folder is left out.
    pub(crate) fn cover(&self, path: &Path) -> bool {
        if self.settings.cover(path) {
            return true;
        }
        if self.flags.is_empty() {
            return false;
        }
        let whole = with_slashes(path.strip_prefix(".").unwrap_or(path));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.flags.iter().any(|pattern| glob::matches(pattern, &whole) || glob::matches(pattern, &name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_for_a_whole_path_or_for_a_base_name() {
        for (pattern, path, expected) in [
            ("values.yaml", "charts/web/values.yaml", true),
            ("charts", "charts", true),
            ("charts/", "./charts", true),
            ("./charts/*", "charts/web/values.yaml", true),
            ("charts/*.yaml", "./charts/web/values.yaml", true),
            ("web", "charts/web/values.yaml", false),
            ("*.tmpl.yaml", "a/b.tmpl.yaml", true),
            ("*.tmpl.yaml", "a/b.yaml", false),
        ] {
            assert_eq!(Exclusions::new(&[pattern.to_owned()]).cover(Path::new(path)), expected, "{pattern} on {path}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_pattern_has_slashes_where_a_path_has_none() {
        for (pattern, path, expected) in [
            ("./charts/*", r"charts\web\values.yaml", true),
            ("charts/*.yaml", r".\charts\web/values.yaml", true),
            ("values.yaml", r"C:\charts\values.yaml", true),
            ("web", r"charts\web\values.yaml", false),
        ] {
            assert_eq!(Exclusions::new(&[pattern.to_owned()]).cover(Path::new(path)), expected, "{pattern} on {path}");
        }
    }
}

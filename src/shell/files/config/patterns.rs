//! Patterns of files in the settings: for paths from the folder of the settings' file, wherever a command runs.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use crate::profile::glob;

/// Patterns, and the folder from which they count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Patterns {
    folder: PathBuf,
    patterns: Vec<String>,
}

impl Patterns {
    /// `folder` is a path from the working folder. Each pattern is for a path below it, or for a last part alone. `*` is any
    /// text, `/` included.
    pub(crate) fn new(folder: &Path, patterns: &[String]) -> Self {
        Self { folder: absolute(folder), patterns: patterns.iter().map(|pattern| plain(pattern)).collect() }
    }

    /// The same for paths from another folder.
    pub(super) fn from(&self, folder: &Path) -> Self {
        Self { folder: absolute(folder), patterns: self.patterns.clone() }
    }

    /// The patterns, as they are compared.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(String::as_str)
    }

    /// Whether a file or a folder, or one that it is in, is meant. What is not below the folder is not.
    pub(crate) fn cover(&self, path: &Path) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let path = absolute(path);
        let Ok(below) = path.strip_prefix(&self.folder) else { return false };
        let mut all = below.ancestors().filter(|part| !part.as_os_str().is_empty());
        all.any(|part| {
            let last = part.file_name().unwrap_or_default().to_string_lossy();
            let whole = with_slashes(part);
            self.patterns.iter().any(|pattern| glob::matches(pattern, &whole) || glob::matches(pattern, &last))
        })
    }
}

/// A path as a pattern sees it: on Windows too, patterns have `/`.
pub(crate) fn with_slashes(path: &Path) -> Cow<'_, str> {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/").into() } else { text }
}

/// The pattern without what changes nothing: `./` before it, `/` behind it.
fn plain(pattern: &str) -> String {
    let pattern = pattern.trim_end_matches('/');
    pattern.strip_prefix("./").unwrap_or(pattern).to_owned()
}

/// A path from the root, without `.` and `..`. Links are not followed: the names are those that are typed.
fn absolute(path: &Path) -> PathBuf {
    let whole =
        if path.is_absolute() { path.to_owned() } else { std::env::current_dir().unwrap_or_default().join(path) };
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_counts_from_the_folder_of_the_settings() {
        for (folder, pattern, path, expected) in [
            ("", "staging/**", "staging/web.yaml", true),
            ("", "staging/**", "./staging/a/web.yaml", true),
            ("", "staging/**", "x/../staging/web.yaml", true),
            ("", "staging/**", "prod/web.yaml", false),
            ("", "staging/**", "staging.yaml", false),
            ("", "staging", "staging/a/web.yaml", true),
            ("", "./staging/", "staging/web.yaml", true),
            ("", "web.yaml", "staging/web.yaml", true),
            ("", "*.tmpl.yaml", "a/b.tmpl.yaml", true),
            ("", "a/b.yaml", "x/a/b.yaml", false),
            ("repo", "staging/**", "repo/staging/web.yaml", true),
            ("repo", "staging/**", "staging/web.yaml", false),
            ("..", "staging/**", "../staging/web.yaml", true),
            ("..", "staging/**", "/staging/web.yaml", false),
        ] {
            let patterns = Patterns::new(Path::new(folder), &[pattern.to_owned()]);
            assert_eq!(patterns.cover(Path::new(path)), expected, "{pattern} from `{folder}` on {path}");
        }
        assert!(!Patterns::default().cover(Path::new("a")));
    }

    #[cfg(windows)]
    #[test]
    fn a_pattern_has_slashes_where_a_path_has_none() {
        for (pattern, path, expected) in [
            ("staging/**", r"staging\web.yaml", true),
            ("staging/**", r".\x\..\staging\a/web.yaml", true),
            ("staging/**", r"prod\web.yaml", false),
            ("a/b.yaml", r"x\a\b.yaml", false),
            ("staging/**", r"Q:\staging\web.yaml", false),
        ] {
            let patterns = Patterns::new(Path::new(""), &[pattern.to_owned()]);
            assert_eq!(patterns.cover(Path::new(path)), expected, "{pattern} on {path}");
        }
    }
}

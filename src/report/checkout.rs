//! Where the files of a run are, seen from the root of their repository: a host that shows a report beside the files counts paths
//! from there, wherever injector ran.
//!
//! Pure: the shell finds both folders. Paths are taken by their text, so what links lead to does not count.

/// The root of the repository, and the folder in which injector runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    root: Vec<String>,
    folder: Vec<String>,
}

/// Where a file of a report is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FilePlace {
    /// Below the root: the path from there, with `/`.
    Inside(Vec<String>),
    /// Elsewhere: the path from the root of the file system.
    Outside(Vec<String>),
    /// It is no file: standard input, a built-in profile, or nothing at all.
    NoFile,
}

/// What separates the parts of a path.
const SEPARATORS: &[char] = if cfg!(windows) { &['/', '\\'] } else { &['/'] };

impl Checkout {
    /// Both as absolute paths.
    pub(crate) fn new(root: &str, folder: &str) -> Self {
        let parts = |path: &str| normal(Vec::new(), path);
        Self { root: parts(root), folder: parts(folder) }
    }

    /// The root of the repository, from the root of the file system.
    pub(super) fn root(&self) -> &[String] {
        &self.root
    }

    /// Where a file is, as a report names it.
    pub(super) fn place(&self, file: &str) -> FilePlace {
        if file.is_empty() || (file.starts_with('<') && file.ends_with('>')) {
            return FilePlace::NoFile;
        }
        let has_drive = cfg!(windows) && file.as_bytes().get(1) == Some(&b':');
        let from = if file.starts_with(SEPARATORS) || has_drive { Vec::new() } else { self.folder.clone() };
        let parts = normal(from, file);
        match parts.strip_prefix(self.root.as_slice()) {
            Some(inside) => FilePlace::Inside(inside.to_vec()),
            None => FilePlace::Outside(parts),
        }
    }
}

/// The parts of a path from a folder on, without `.` and `..`.
fn normal(mut from: Vec<String>, path: &str) -> Vec<String> {
    for part in path.split(SEPARATORS) {
        match part {
            "" | "." => {}
            ".." => drop(from.pop()),
            name => from.push(name.to_owned()),
        }
    }
    from
}

impl FilePlace {
    /// The path from the root of the repository; `None` for what is not in it.
    pub(super) fn in_repository(&self) -> Option<String> {
        match self {
            Self::Inside(parts) if parts.is_empty() => Some(".".to_owned()),
            Self::Inside(parts) => Some(parts.join("/")),
            Self::Outside(_) | Self::NoFile => None,
        }
    }

    /// What it is called: the same wherever injector runs in the repository. `file` is the name that the report has for it.
    pub(super) fn name(&self, file: &str) -> String {
        match self {
            Self::Outside(parts) => format!("/{}", parts.join("/")),
            Self::Inside(_) | Self::NoFile => self.in_repository().unwrap_or_else(|| file.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_counts_from_the_root_of_the_repository() {
        for (root, folder, file, expected) in [
            ("/repo", "/repo", "a.yaml", Some("a.yaml")),
            ("/repo", "/repo", "./a/../b.yaml", Some("b.yaml")),
            ("/repo", "/repo/deploy", "a b/é#.yaml", Some("deploy/a b/é#.yaml")),
            ("/repo", "/repo/deploy", "../a.yaml", Some("a.yaml")),
            ("/repo", "/repo/deploy", "/repo/x/a.yaml", Some("x/a.yaml")),
            ("/repo", "/repo/deploy", "..", Some(".")),
            ("/", "/", "a.yaml", Some("a.yaml")),
            ("/repo", "/repo", "../repo2/a.yaml", None),
            ("/repo", "/repo", "/etc/a.yaml", None),
            ("/repo", "/repo", "../../../../a.yaml", None),
            ("/repo", "/repo", "<stdin>", None),
            ("/repo", "/repo", "<nginx>", None),
            ("/repo", "/repo", "", None),
        ] {
            let place = Checkout::new(root, folder).place(file);
            assert_eq!(place.in_repository().as_deref(), expected, "{root} {folder} {file}");
        }
        assert_eq!(Checkout::new("/repo", "/repo").place("../x").name("../x"), "/x");
        assert_eq!(Checkout::new("/repo", "/repo/a").place("x").name("x"), "a/x");
        assert_eq!(Checkout::new("/repo", "/repo/a").place("<stdin>").name("<stdin>"), "<stdin>");
    }

    #[cfg(windows)]
    #[test]
    fn a_path_of_windows_counts_from_the_root_of_the_repository() {
        for (folder, file, expected) in [
            (r"C:\repo\deploy", r"a\b.yaml", Some("deploy/a/b.yaml")),
            (r"C:\repo\deploy", r"..\x/b.yaml", Some("x/b.yaml")),
            (r"C:\repo", r"C:\repo\b.yaml", Some("b.yaml")),
            (r"C:\repo", r"C:/repo/b.yaml", Some("b.yaml")),
            (r"C:\repo", r"D:\repo\b.yaml", None),
        ] {
            let place = Checkout::new(r"C:\repo", folder).place(file);
            assert_eq!(place.in_repository().as_deref(), expected, "{folder} {file}");
        }
    }
}

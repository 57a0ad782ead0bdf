//! Where the settings are: a file that is named, or the nearest one between the working folder and the repository's root.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Config;
use crate::diagnostic::{Code, Placed};

/// The name of the file that is looked for.
const FILE_NAME: &str = ".injector.yaml";

/// Which settings a command takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The nearest file, where there is one.
    #[default]
    Nearest,
    /// This file, which has to be there.
    File(PathBuf),
    None,
}

/// The settings that were chosen; empty ones where there are none.
///
/// # Errors
/// A file that is named and is not there, one that cannot be read, and all that is wrong in it.
pub(crate) fn find(choice: &Choice) -> Result<Config, Vec<Placed>> {
    let path = match choice {
        Choice::None => None,
        Choice::File(path) => Some(path.clone()),
        Choice::Nearest => std::env::current_dir().ok().and_then(|folder| nearest(&folder)),
    };
    let Some(path) = path else { return Ok(Config::default()) };
    let file = path.display().to_string();
    let unreadable = |error: &dyn std::fmt::Display| {
        vec![Placed::new(Code::Config, format!("cannot read the settings: {error}")).at(file.clone(), None)]
    };
    let bytes = fs::read(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unreadable(&"there is no such file"),
        _ => unreadable(&error),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not UTF-8"))?;
    let config = Config::parse(&file, path.parent().unwrap_or(Path::new("")), &text)?;
    config.check_files()?;
    Ok(config)
}

/// The nearest file from a folder up to the root of its repository, as a path from that folder. Outside of a repository only the
/// folder itself counts: above it, a file could be anybody's.
fn nearest(folder: &Path) -> Option<PathBuf> {
    let root = folder.ancestors().position(|above| above.join(".git").exists()).unwrap_or(0);
    let depth = folder.ancestors().take(root + 1).position(|above| above.join(FILE_NAME).is_file())?;
    let mut path: PathBuf = std::iter::repeat_n("..", depth).collect();
    path.push(FILE_NAME);
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_is_taken_up_to_the_root_of_the_repository() {
        let top = tempfile::tempdir().unwrap();
        let at = |path: &str| top.path().join(path);
        fs::create_dir_all(at("repo/a/b")).unwrap();
        fs::write(at(FILE_NAME), "").unwrap();
        assert_eq!(nearest(&at("repo/a")), None, "above a folder that is in no repository");
        assert_eq!(nearest(top.path()), Some(FILE_NAME.into()));
        fs::create_dir(at("repo/.git")).unwrap();
        assert_eq!(nearest(&at("repo/a/b")), None, "above the repository");
        fs::write(at("repo/.injector.yaml"), "").unwrap();
        assert_eq!(nearest(&at("repo/a/b")), Some("../../.injector.yaml".into()));
        fs::write(at("repo/a/.injector.yaml"), "").unwrap();
        assert_eq!(nearest(&at("repo/a/b")), Some("../.injector.yaml".into()));
        assert_eq!(nearest(&at("repo")), Some(FILE_NAME.into()));
    }
}

//! Where the settings are: a file that is named, or the nearest one between the working folder and the repository's root.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Config;
use crate::diagnostic::{Code, Placed};

/// The name of the file that is looked for.
const FILE_NAME: &str = ".injector.yaml";

/// A name that is nearly that one: manifests may end so.
const NEAR_NAME: &str = ".injector.yml";

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
        Choice::Nearest => match std::env::current_dir() {
            Ok(folder) => nearest(&folder).map_err(|near| vec![misnamed(&near)])?,
            Err(_) => None,
        },
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
///
/// # Errors
/// On the way there is a file whose name is nearly right: it would count for nothing in silence.
fn nearest(folder: &Path) -> Result<Option<PathBuf>, PathBuf> {
    let root = folder.ancestors().position(|above| above.join(".git").exists()).unwrap_or(0);
    for (depth, above) in folder.ancestors().take(root + 1).enumerate() {
        let path = |name: &str| std::iter::repeat_n("..", depth).chain([name]).collect::<PathBuf>();
        if above.join(NEAR_NAME).is_file() {
            return Err(path(NEAR_NAME));
        }
        if above.join(FILE_NAME).is_file() {
            return Ok(Some(path(FILE_NAME)));
        }
    }
    Ok(None)
}

fn misnamed(path: &Path) -> Placed {
    let message = format!("settings are in `{FILE_NAME}`, and nothing reads this file");
    Placed::new(Code::Config, message)
        .at(path.display().to_string(), None)
        .hint(Some("rename it, or name it with `--config`"))
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
        let nearest = |folder: &Path| nearest(folder).unwrap();
        assert_eq!(nearest(&at("repo/a")), None, "above a folder that is in no repository");
        assert_eq!(nearest(top.path()), Some(FILE_NAME.into()));
        fs::create_dir(at("repo/.git")).unwrap();
        assert_eq!(nearest(&at("repo/a/b")), None, "above the repository");
        fs::write(at("repo/.injector.yaml"), "").unwrap();
        assert_eq!(nearest(&at("repo/a/b")), Some("../../.injector.yaml".into()));
        fs::write(at("repo/a/.injector.yaml"), "").unwrap();
        assert_eq!(nearest(&at("repo/a/b")), Some("../.injector.yaml".into()));
        assert_eq!(nearest(&at("repo")), Some(FILE_NAME.into()));
        fs::write(at(".injector.yml"), "").unwrap();
        assert_eq!(nearest(&at("repo")), Some(FILE_NAME.into()), "what is above the repository is anybody's");
    }

    #[test]
    fn a_file_whose_name_is_nearly_right_is_found() {
        let top = tempfile::tempdir().unwrap();
        let at = |path: &str| top.path().join(path);
        fs::create_dir_all(at(".git")).unwrap();
        fs::create_dir_all(at("a/b")).unwrap();
        fs::write(at(".injector.yml"), "").unwrap();
        assert_eq!(nearest(&at("a/b")), Err("../../.injector.yml".into()));
        fs::write(at("a/.injector.yaml"), "").unwrap();
        assert_eq!(nearest(&at("a/b")), Ok(Some("../.injector.yaml".into())), "the nearest one counts");
        fs::write(at(".injector.yaml"), "").unwrap();
        assert_eq!(nearest(top.path()), Err(".injector.yml".into()), "beside the right one too");
    }
}

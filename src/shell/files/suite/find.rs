//! Which files hold tests: those that are named, those in a folder, and for a profile those in the folder `tests` beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Suite;
use super::read::{self, Holds};
use crate::diagnostic::{Code, Placed};
use crate::shell::files::input::{self, Exclusions, Input, InputError, InputSource, Recursion};
use crate::shell::files::profile_text::ProfileRef;

/// The folder beside a profile.
const FOLDER: &str = "tests";

/// All tests below these paths, each once, in their order.
///
/// # Errors
/// Paths that lead nowhere, files that are named and hold no test, and all that is wrong in tests. Nothing is run then.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<Suite>, Vec<Placed>> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found = Found::default();
    for path in paths {
        if path.is_dir() {
            found.folder(path);
        } else {
            found.named(path);
        }
    }
    if !found.errors.is_empty() {
        return Err(found.errors);
    }
    if found.suites.is_empty() {
        let all: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        let hint = "a test is a file with `apiVersion: sidecar-injector/v1` and `kind: Test`";
        return Err(vec![
            Placed::new(Code::NoTests, format!("there is no test in {}", all.join(", "))).hint(Some(hint)),
        ]);
    }
    Ok(found.suites)
}

#[derive(Default)]
struct Found {
    suites: Vec<Suite>,
    errors: Vec<Placed>,
    /// By their canonical paths.
    seen: BTreeSet<PathBuf>,
}

impl Found {
    /// The tests of a folder and of those below it; other files are passed over.
    fn folder(&mut self, folder: &Path) {
        let (inputs, errors) = input::read_what_can_be(&[folder.to_owned()], Recursion::On, &Exclusions::default());
        // What is no text is no test.
        let unread = errors.iter().map(InputError::placed).filter(|error| error.code == Code::FileUnreadable);
        self.errors.extend(unread);
        for input in inputs {
            let Some((path, text)) = file(&input) else { continue };
            if read::holds(text) == Holds::Test {
                self.test(path.strip_prefix(".").unwrap_or(path), text);
            }
        }
    }

    /// A file that is named: it has to be a test, or a profile with tests.
    fn named(&mut self, path: &Path) {
        let inputs = match input::read(&[path.to_owned()], Recursion::Off) {
            Ok(inputs) => inputs,
            Err(error) => return self.errors.push(error.placed()),
        };
        for input in &inputs {
            let Some((path, text)) = file(input) else {
                let message = "standard input cannot be a test: its paths begin nowhere";
                self.errors.push(Placed::new(Code::Test, message).hint(Some("name a file")));
                continue;
            };
            match read::holds(text) {
                Holds::Test => self.test(path, text),
                Holds::Profile => self.beside(path),
                Holds::Other => {
                    let placed = Placed::new(Code::NoTests, "the file holds no test, and no profile");
                    let hint = "a test has `apiVersion: sidecar-injector/v1` and `kind: Test`";
                    self.errors.push(placed.at(path.display().to_string(), None).hint(Some(hint)));
                }
            }
        }
    }

    /// The tests of a profile.
    fn beside(&mut self, profile: &Path) {
        let folder = profile.parent().unwrap_or(Path::new("")).join(FOLDER);
        let mut of_folder = Self::default();
        if folder.is_dir() {
            of_folder.folder(&folder);
        }
        self.errors.append(&mut of_folder.errors);
        let names = |reference: &ProfileRef| match reference {
            ProfileRef::File(path) => path.canonicalize().ok() == profile.canonicalize().ok(),
            ProfileRef::BuiltIn(_) | ProfileRef::Inline { .. } => false,
        };
        let is_of = |suite: &Suite| {
            let mut profiles = suite.cases.iter().filter_map(|case| case.settings.layer.profiles.as_ref()).flatten();
            profiles.any(|written| names(&written.value))
        };
        let own: Vec<Suite> = of_folder.suites.into_iter().filter(is_of).collect();
        let has_none = own.is_empty();
        for suite in own {
            if self.is_new(Path::new(&suite.file)) {
                self.suites.push(suite);
            }
        }
        if has_none && self.errors.is_empty() {
            let message = format!("no test in `{}` is about this profile", folder.display());
            self.errors.push(Placed::new(Code::NoTests, message).at(profile.display().to_string(), None));
        }
    }

    fn test(&mut self, path: &Path, text: &str) {
        if !self.is_new(path) {
            return;
        }
        match read::read(path, text) {
            Ok(suite) => self.suites.push(suite),
            Err(mut errors) => self.errors.append(&mut errors),
        }
    }

    fn is_new(&mut self, path: &Path) -> bool {
        self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }
}

fn file(input: &Input) -> Option<(&Path, &str)> {
    match &input.source {
        InputSource::File(path) => Some((path, &input.text)),
        InputSource::Stdin => None,
    }
}

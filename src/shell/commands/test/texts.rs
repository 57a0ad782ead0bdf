//! The texts that cases expect in files: read, compared, and with `--update` written.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Placed};
use crate::expect::Expectation;
use crate::report::CaseProblem;
use crate::shell::cli::UpdateMode;
use crate::shell::files::output::{OutputError, Staged};
use crate::shell::files::suite::Suite;

/// The texts of a run.
pub(super) struct Texts {
    mode: UpdateMode,
    /// What the tests read is never written: an input, a profile, settings, the test itself.
    sources: BTreeSet<PathBuf>,
    /// What is to be written, by the one path that a file has. All is written, or nothing.
    changed: BTreeMap<PathBuf, Changed>,
}

/// A text that is to be written.
struct Changed {
    /// The path as the test has it.
    path: PathBuf,
    text: String,
}

impl Texts {
    pub(super) fn new(suites: &[Suite], mode: UpdateMode) -> Self {
        let sources = suites.iter().flat_map(Suite::sources).map(whole).collect();
        Self { mode, sources, changed: BTreeMap::new() }
    }

    /// Compares the file of a text with what came; `None` stands for nothing, because of errors. Where files are updated, a
    /// difference is noted, and is no problem.
    pub(super) fn judge(
        &mut self,
        suite: &Suite,
        expectation: &Expectation,
        (name, came): (&str, Option<&str>),
    ) -> Option<CaseProblem> {
        let path = suite.folder.join(name);
        let at = |placed: Placed| placed.at(suite.file.as_str(), Some(expectation.at));
        let Some(came) = came else {
            let message = format!("there is nothing to compare `{name}` with: because of errors, nothing came");
            return Some(CaseProblem::from(at(Placed::new(Code::TestFailed, message))));
        };
        let wanted = match self.text(&path) {
            Ok(wanted) => wanted,
            Err(error) => return Some(CaseProblem::from(at(error))),
        };
        let problem = expectation.judge_text(&suite.file, (name, wanted.as_deref()), came)?;
        if self.mode == UpdateMode::Compare {
            return Some(problem);
        }
        let whole = whole(&path);
        if self.sources.contains(&whole) {
            let hint = "a test reads this file, so `--update` does not write it";
            return Some(CaseProblem { placed: problem.placed.hint(Some(hint)), ..problem });
        }
        match self.changed.entry(whole) {
            Entry::Occupied(_) => {
                let hint = "another case expects another text in this file";
                Some(CaseProblem { placed: problem.placed.hint(Some(hint)), ..problem })
            }
            Entry::Vacant(entry) => {
                entry.insert(Changed { path, text: came.to_owned() });
                None
            }
        }
    }

    /// The text that is expected, which another case may have changed; `None` where there is no file.
    fn text(&self, path: &Path) -> Result<Option<String>, Placed> {
        if let Some(changed) = self.changed.get(&whole(path)) {
            return Ok(Some(changed.text.clone()));
        }
        let unreadable = |error: &dyn std::fmt::Display| {
            Placed::new(Code::Test, format!("`{}` cannot be read: {error}", path.display()))
        };
        match fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| unreadable(&"it is not UTF-8")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Writes what has changed, all or nothing, and says what it was.
    pub(super) fn write(self) -> Result<Vec<Placed>, Placed> {
        let mut staged = Staged::new();
        for Changed { path, text } in self.changed.values() {
            staged.stage(path, &[text.as_bytes()]).map_err(|error| error.placed())?;
        }
        let written = staged.commit().map_err(|error| OutputError::from(error).placed())?;
        let note = |path: &PathBuf| Placed::new(Code::Updated, "written").at(path.display().to_string(), None);
        Ok(written.iter().map(note).collect())
    }
}

/// The one path of a file, which need not be there: two cases may write it in two ways.
fn whole(path: &Path) -> PathBuf {
    let folder = || path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let in_folder = || Some(folder().canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(in_folder).unwrap_or_else(|| path.to_owned())
}

//! The texts that cases expect in files: read, compared, and with `--update` written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Placed};
use crate::expect::Expectation;
use crate::report::CaseProblem;
use crate::shell::cli::UpdateMode;
use crate::shell::files::output::{OutputError, Staged};
use crate::shell::files::suite::{CaseInput, Suite};

/// The texts of a run.
pub(super) struct Texts {
    mode: UpdateMode,
    /// What goes in is never written.
    inputs: BTreeSet<PathBuf>,
    /// What is to be written. All is written, or nothing.
    changed: BTreeMap<PathBuf, String>,
}

impl Texts {
    pub(super) fn new(suites: &[Suite], mode: UpdateMode) -> Self {
        let inputs = suites.iter().flat_map(|suite| &suite.cases).flat_map(|case| &case.inputs);
        let files = inputs.filter_map(|input| match input {
            CaseInput::File(path) => path.canonicalize().ok(),
            CaseInput::Inline(_) => None,
        });
        Self { mode, inputs: files.collect(), changed: BTreeMap::new() }
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
        if path.canonicalize().is_ok_and(|path| self.inputs.contains(&path)) {
            let hint = "it is an input too, so `--update` does not write it";
            return Some(CaseProblem { placed: problem.placed.hint(Some(hint)), ..problem });
        }
        match self.changed.get(&path) {
            // Another case has another text for it.
            Some(_) => Some(problem),
            None => {
                self.changed.insert(path, came.to_owned());
                None
            }
        }
    }

    /// The text that is expected, which another case may have changed; `None` where there is no file.
    fn text(&self, path: &Path) -> Result<Option<String>, Placed> {
        if let Some(changed) = self.changed.get(path) {
            return Ok(Some(changed.clone()));
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
        for (path, text) in &self.changed {
            staged.stage(path, &[text.as_bytes()]).map_err(|error| error.placed())?;
        }
        let written = staged.commit().map_err(|error| OutputError::from(error).placed())?;
        let note = |path: &PathBuf| Placed::new(Code::Updated, "written").at(path.display().to_string(), None);
        Ok(written.iter().map(note).collect())
    }
}

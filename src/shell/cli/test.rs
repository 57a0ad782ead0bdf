//! The arguments of `test`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use regex_lite::Regex;

use super::report::ReportArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  injector test                          # all tests in this folder and below it
  injector test profiles/audit.yaml      # those in profiles/tests that are about this profile
  injector test --run 'audit/opts out'
  injector test --update tests/          # write golden files; read the difference then
  injector test --report text --report junit=junit.xml";

/// The arguments of `test`.
#[derive(Args, Clone, Debug)]
pub struct TestArgs {
    /// Tests, profiles with a folder `tests` beside them, or folders [default: .]
    ///
    /// A test is a file with `apiVersion: sidecar-injector/v1` and `kind: Test`. In a folder, and in those below it, each such
    /// file is run, and other files are passed over. For a profile, the tests in the folder `tests` beside it are run that are
    /// about this profile.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Run only the cases whose name matches
    ///
    /// The name is that of the test, a `/`, and that of the case.
    #[arg(long, value_name = "REGEX")]
    pub run: Option<Regex>,
    /// Write the golden files that differ or are not there
    ///
    /// All are written, or none. A file that is an input of a case is never written, and no file is removed.
    #[arg(long)]
    pub update: bool,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// What happens to a golden file that is not what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdateMode {
    /// The case fails.
    Compare,
    /// It is written.
    Write,
}

impl TestArgs {
    /// The same without its flag.
    pub(crate) const fn mode(&self) -> UpdateMode {
        if self.update { UpdateMode::Write } else { UpdateMode::Compare }
    }
}

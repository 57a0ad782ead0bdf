//! What is reported about a run: the model, and the forms in which it is written.
//!
//! Pure: a form writes to what it is given. It imports `value` and `diagnostic`, and only the shell calls it. A form is added
//! as a row of `format.rs`. `--report json` is the model itself, so a field of it that changes its name or its meaning is a
//! new version of the model.

mod checkout;
mod colour;
mod counts;
mod entry;
pub(crate) mod exit;
mod finding;
mod format;
mod github;
mod gitlab;
mod json;
mod krm;
mod junit;
mod levels;
mod model;
mod sarif;
mod style;
mod summary;
mod tested;
mod text;
mod uri;
mod xml;

pub(crate) use checkout::Checkout;
pub(crate) use colour::{Colour, ColourChoice, ColourFacts, Ink};
pub(crate) use entry::VERDICTS;
pub use entry::{ReportVerdict, ResultLine, TemplateReport};
pub use format::ReportFormat;
pub(crate) use format::{FormKind, Quiet, REPORT_FORMATS, Reader};
pub(crate) use krm::{Resource, function_results};
pub(crate) use levels::Levels;
pub(crate) use levels::{Allowed, Denied};
pub use model::Report;
pub(crate) use model::{Closing, Verbosity};
pub(crate) use style::Style;
pub(crate) use tested::{CaseProblem, CaseReport};
pub(crate) use text::visible;

#[cfg(test)]
mod tests;

//! What a form of a report may follow beside the report itself.

use super::checkout::Checkout;
use super::colour::Colour;
use super::model::Verbosity;

/// What a form may follow beside the report.
#[derive(Clone, Copy, Debug)]
pub struct Style<'s> {
    /// How much to tell people; programs are told everything.
    pub verbosity: Verbosity,
    /// Whether lines for people have colours.
    pub colour: Colour,
    /// Where the files of the run are.
    pub checkout: &'s Checkout,
}

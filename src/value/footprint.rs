//! The shape of a value, and what was read of it: whoever reads the same of another value that has both finds the same there.
//!
//! [`trace`](super::trace) knows each place by its path, so that a value of another shape can be compared with it too. This knows
//! less, and is compared in one pass, with no look-up of a name.

use std::ops::Range;

/// A place in a text that other texts are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPlace {
    /// The number of the text: no other one of the run has it.
    pub text: u64,
    /// The number of the place.
    pub place: u32,
}

/// What was read of a value of a known shape. The room whose view made it writes its numbers, and reads them.
#[derive(Debug, Default)]
pub struct Footprint {
    /// A number for each place, in the order of the text: what it is, where the next one is, and whether it was read.
    pub places: Vec<u64>,
    /// Where the value is in the text that its document is like: in another document that is like it, the value there has the same shape.
    pub known: Option<KnownPlace>,
    /// What was read and may be another text there: its place in that text, and where its text is among these texts.
    pub free: Vec<(u32, Range<usize>)>,
    /// The lengths of the texts of those that were read.
    pub lengths: Vec<usize>,
    /// These texts, one after the other.
    pub texts: String,
}

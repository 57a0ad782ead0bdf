//! What there is to say to people and programs about profiles and what they did: reports with lines, explanations, diffs.
//!
//! Pure: it imports every pure room but `install`. What the command line prints and a page shows is the same text, so it is made
//! here, once. Another thing to say about a run is added here.

pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod profiles;
pub(crate) mod report;

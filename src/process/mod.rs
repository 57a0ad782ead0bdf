//! A document, or a review, taken all the way: its objects found, planned, proved, and written into the text again.
//!
//! Pure: text and facts go in, edits and outcomes come out. It imports `value`, `diagnostic`, `text`, `kube`, `profile` and
//! `decide`, and both shells call it, so that a file and an API server get the same answer. A form of standard output, or
//! another thing that carries objects, is added here.

pub(crate) mod admission;
pub(crate) mod document;
pub(crate) mod explain;
mod fragment;
pub(crate) mod function;
pub(crate) mod guard;
pub(crate) mod keys;
pub(crate) mod items;
mod kindless;
pub(crate) mod look;
mod nearly;
pub(crate) mod object;
pub(crate) mod objects;
pub(crate) mod output;
mod per_thread;
pub(crate) mod picks;
pub(crate) mod proof;
pub(crate) mod roundtrip;
pub(crate) mod run;
pub(crate) mod stream;
mod unread;

//! JSON values: pointers into them, patches of them, a read-only view that several trees implement, changes on top of one,
//! and what is noted of one so that the next may be found to be like it.
//!
//! Imports nothing of this crate. A new way to hold a JSON value implements [`view::View`] where that value lives.

pub(crate) mod footprint;
pub(crate) mod layer;
pub(crate) mod patch;
pub(crate) mod pointer;
pub(crate) mod recent;
pub(crate) mod trace;
pub(crate) mod view;

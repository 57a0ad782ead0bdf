//! Values rendered as lines, kept from one document to the next: a run adds the same few values to many documents, and most
//! documents have the same layout.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::text::yaml::emit::{self, BlockLayout};

/// How many different values are kept for one name, column and layout. Only parameters make them differ, and few runs have
/// more.
const KEPT: usize = 8;

/// The lines that a run has rendered so far.
#[derive(Debug, Default)]
pub(crate) struct RenderedLines(Mutex<HashMap<Key, Vec<RenderedValue>>>);

/// A value and its lines.
type RenderedValue = (Value, Arc<str>);

/// Where lines go, and how they look there.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    name: String,
    column: usize,
    indent: usize,
    dash: usize,
    eol: &'static str,
}

impl RenderedLines {
    /// The lines of a member, or of an item of a list where the name is empty. Each has its line end.
    pub(super) fn lines(&self, name: &str, value: &Value, column: usize, style: &BlockLayout) -> Arc<str> {
        let key = Key { name: name.to_owned(), column, indent: style.indent, dash: style.dash, eol: style.eol };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(key).or_default();
        if let Some((_, lines)) = known.iter().find(|(known, _)| known == value) {
            return Arc::clone(lines);
        }
        let mut lines = String::new();
        if name.is_empty() {
            emit::item(&mut lines, value, column, style);
        } else {
            emit::member(&mut lines, name, value, column, style);
        }
        lines.push_str(style.eol);
        let lines: Arc<str> = lines.into();
        if known.len() < KEPT {
            known.push((value.clone(), Arc::clone(&lines)));
        }
        lines
    }
}

//! Labels and annotations of an object that a decision about another one depends on.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

pub(super) type Values = BTreeMap<String, String>;

#[derive(Clone, Debug, Default)]
pub(super) struct Metadata {
    pub(super) labels: Values,
    pub(super) annotations: Values,
}

impl Metadata {
    /// Those of a document, with a warning for each value that is not a string; it counts as not set. `of` is what the
    /// warning calls the object.
    pub(super) fn read<'a, V: View<'a>>(document: V, of: &str, warnings: &mut Vec<Diagnostic>) -> Self {
        let mut read = |field| values_of(document, field, of, warnings);
        Self { labels: read("labels"), annotations: read("annotations") }
    }
}

fn values_of<'a, V: View<'a>>(document: V, field: &str, of: &str, warnings: &mut Vec<Diagnostic>) -> Values {
    let mut values = Values::new();
    let Some(metadata) = document.path(&["metadata", field]).filter(|node| node.kind() != Kind::Null) else {
        return values;
    };
    let place = Pointer::of(["metadata", field]);
    if metadata.kind() != Kind::Mapping {
        let message = format!("`{field}` of {of} is {}, not an object, and counts as not set", metadata.kind().name());
        warnings.push(Diagnostic::new(Code::BadValue, place, message));
        return values;
    }
    for (key, value) in metadata.members() {
        match value.string() {
            Some(text) => {
                values.insert(key.into_owned(), text.into_owned());
            }
            None => {
                let message =
                    format!("`{key}` of {of} is {}, not a string, and counts as not set", value.kind().name());
                warnings.push(Diagnostic::new(Code::BadValue, place.join(key), message).hint("quote the value"));
            }
        }
    }
    values
}

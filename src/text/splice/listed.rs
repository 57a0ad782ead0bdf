//! Names that are added to a string behind a comma, or taken from it: only these bytes change, and the string keeps its
//! quotes, so that taking them away gives the old text back.
//!
//! In a flow collection, a comma ends a string without quotes. So such a string gets quotes, and how a string with a comma is
//! written says how it was written without one:
//!
//! ```yaml
//! {volumes: 'tmp,run'}     # was `{volumes: tmp}`
//! {volumes: "tmp,run"}     # was `{volumes: "tmp"}`
//! {volumes: "tmp\x2crun"}  # was `{volumes: 'tmp'}`, which is seldom written
//! ```

use std::ops::Range;

use serde_json::Value;

use super::Splicer;
use crate::text::yaml::emit::{self, Context};
use crate::text::yaml::tree::{CollectionStyle, NodeId};
use crate::value::view::View as _;

/// A comma that says that the string was in single quotes.
const COMMA: &str = "\\x2c";

/// What happens to a string.
enum Change<'v> {
    /// This goes to its end.
    Added(&'v str),
    /// These bytes of it go.
    Gone(Range<usize>),
}

impl Splicer<'_> {
    /// The text of a string with other names, where it can be written as its old text is. `old` is the string's text.
    pub(super) fn listed(
        &self,
        node: NodeId,
        old: &Range<usize>,
        new: &str,
        parent: CollectionStyle,
    ) -> Option<String> {
        let before = self.tree.view(node).string()?;
        written(self.lines.slice(old.start, old.end), &before, new, parent)
    }
}

/// The same for a string with this text and this value.
pub(super) fn written(text: &str, before: &str, new: &str, parent: CollectionStyle) -> Option<String> {
    // The lines of `|-` may end in CRLF.
    let source = text.trim_end_matches('\r');
    if before == new {
        return Some(text.to_owned());
    }
    let inner = |quote: char| source.strip_prefix(quote)?.strip_suffix(quote);
    let in_flow = parent == CollectionStyle::Flow;
    let written = match (change(before, new)?, inner('"'), inner('\'')) {
        (Change::Added(tail), Some(inner), _) if inner.contains(COMMA) => Some(escaped(inner, tail)),
        (Change::Added(tail), Some(inner), _) => Some(format!("\"{inner}{tail}\"")),
        (Change::Added(tail), _, Some(inner)) if in_flow && !inner.contains(',') && tail.contains(',') => {
            Some(escaped(inner, tail))
        }
        (Change::Added(tail), _, Some(inner)) => Some(format!("'{inner}{tail}'")),
        (Change::Added(tail), ..) if in_flow => is_names(before).then(|| format!("'{source}{tail}'")),
        (Change::Added(tail), ..) => Some(format!("{source}{tail}")),
        (Change::Gone(range), Some(inner), _) => {
            let rest = cut(inner, before, &range)?;
            let was_single = inner.contains(COMMA) && !rest.contains(COMMA);
            Some(if was_single { format!("'{rest}'") } else { format!("\"{rest}\"") })
        }
        (Change::Gone(range), _, Some(inner)) => {
            let rest = cut(inner, before, &range)?;
            Some(if in_flow && is_plain(new, Context::Flow) { rest } else { format!("'{rest}'") })
        }
        // Also in lines of its own (`|-`).
        (Change::Gone(range), ..) => {
            cut(source, before, &range).filter(|_| source.starts_with(['|', '>']) || is_plain(new, Context::Block))
        }
    };
    Some(written? + text.get(source.len()..)?)
}

fn escaped(inner: &str, tail: &str) -> String {
    format!("\"{inner}{}\"", tail.replace(',', COMMA))
}

fn change<'v>(before: &'v str, after: &'v str) -> Option<Change<'v>> {
    let added = after
        .strip_prefix(before)
        .filter(|tail| is_names(before) && is_names(tail) && (before.is_empty() || tail.starts_with(',')));
    if let Some(tail) = added {
        return Some(Change::Added(tail));
    }
    let length = before.len().checked_sub(after.len())?;
    let start = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let gone = start..start + length;
    let is_rest = before.get(gone.end..) == after.get(start..);
    let is_name = after.is_empty() || before.get(gone.clone()).is_some_and(|gone| gone.contains(','));
    (is_names(before) && is_rest && is_name).then_some(Change::Gone(gone))
}

/// The text of a string without these bytes of its value.
fn cut(text: &str, value: &str, gone: &Range<usize>) -> Option<String> {
    let (mut rest, mut left) = (String::new(), text);
    for (at, character) in value.char_indices() {
        let comma = left.strip_prefix(COMMA).filter(|_| character == ',');
        // A string of several lines has what is at its end as it is.
        let Some(behind) = comma.or_else(|| left.strip_prefix(character)) else {
            let tail = value.get(gone.start..)?;
            let head = text.strip_suffix(tail).or_else(|| text.strip_suffix(&tail.replace(',', COMMA)))?;
            return Some(format!("{head}{}", value.get(gone.end..)?));
        };
        if !gone.contains(&at) {
            rest.push_str(left.get(..left.len() - behind.len())?);
        }
        left = behind;
    }
    left.is_empty().then_some(rest)
}

/// Whether these bytes mean themselves in every form of a string.
fn is_names(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./, ".contains(&byte))
}

/// Whether a string needs no quotes there.
pub(super) fn is_plain(text: &str, context: Context) -> bool {
    let mut written = String::new();
    emit::scalar(&mut written, &Value::String(text.to_owned()), context);
    written == text
}

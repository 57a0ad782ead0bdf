//! A string that is replaced by another keeps its quotes. Text that is added to its ends goes inside them, escaped for them, or
//! directly behind a string without quotes, so that taking it away gives the old text back:
//!
//! ```yaml
//! value: -Xmx1g -javaagent:/a.jar      # was `value: -Xmx1g`
//! value: '-Dname=it''s -javaagent:/a'  # was `value: '-Dname=it''s'`
//! value: '15020'                       # was `value: web`, which needed no quotes
//! value: "15020"                       # was `value: "web"`
//! value: "\U000000315020"              # was `value: 'web'`, which is seldom written
//! ```

use std::cmp::Ordering;

use super::listed;
use crate::text::yaml;
use crate::text::yaml::scalar::{self, Scalar};
use crate::text::yaml::tree::{CollectionStyle, NodeId, NodeKind, ScalarStyle, Tree};
use crate::value::view::View as _;

/// What happens to a string: text at its beginning, and text at its end.
#[derive(Clone, Copy)]
enum Change<'v> {
    Added(&'v str, &'v str),
    Gone(&'v str, &'v str),
    /// All else: what is the same at both ends has these lengths.
    Inside(usize, usize),
}

/// The text of a string with another value, written as its old text is. `None` where there is no such way, or where it is a list
/// of names, which has its own. `key` is that of the string.
pub(super) fn kept(tree: &Tree<'_>, (key, node): (&str, NodeId), new: &str, parent: CollectionStyle) -> Option<String> {
    let before = tree.view(node).string()?;
    let source = source(tree, node);
    let is_listed = key != "value" && listed::written(source, &before, new, parent).is_some();
    if is_listed || tree.is_tagged(node) {
        return None;
    }
    // An escape of the user's own (`\x38`) may run into our text.
    written(tree, node, source, new, parent).filter(|written| {
        let again = yaml::parse_yaml(written).ok();
        again.is_some_and(|again| again.root().and_then(|root| again.view(root).string()).is_some_and(|is| is == new))
    })
}

/// Whether undoing would not give the old text back: it does the same with the new text and the old value.
pub(super) fn is_lossy(tree: &Tree<'_>, (key, node): (&str, NodeId), new: &str, parent: CollectionStyle) -> bool {
    let Some(before) = tree.view(node).string() else { return false };
    let source = source(tree, node);
    if key != "value" && listed::written(source, &before, new, parent).is_some() {
        return false;
    }
    let back = || {
        let written = kept(tree, (key, node), new, parent)?;
        let again = yaml::parse_yaml(&written).ok()?;
        kept(&again, (key, again.root()?), &before, parent)
    };
    back().is_none_or(|back| back != source)
}

fn source<'t>(tree: &'t Tree<'_>, node: NodeId) -> &'t str {
    tree.text().get(tree.content_start(node)..tree.span(node).end).unwrap_or_default()
}

/// How many bytes two texts have in common at their beginnings, and at the ends of what is left.
pub(super) fn common_ends(one: &str, other: &str) -> (usize, usize) {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>, most: usize| {
        let lengths = pairs.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8());
        lengths
            .scan(0, |sum, length| {
                *sum += length;
                Some(*sum)
            })
            .take_while(|sum| *sum <= most)
            .last()
            .unwrap_or(0)
    };
    let shorter = one.len().min(other.len());
    let head = same(&mut one.chars().zip(other.chars()), shorter);
    (head, same(&mut one.chars().rev().zip(other.chars().rev()), shorter - head))
}

fn change<'v>(before: &'v str, new: &'v str) -> Change<'v> {
    let around = |inner: &str, outer: &'v str| {
        let at = match () {
            () if outer.starts_with(inner) => 0,
            () if outer.ends_with(inner) => outer.len() - inner.len(),
            () => outer.find(inner)?,
        };
        Some((outer.get(..at)?, outer.get(at + inner.len()..)?))
    };
    match before.len().cmp(&new.len()) {
        Ordering::Less => around(before, new).map(|(head, tail)| Change::Added(head, tail)),
        Ordering::Greater => around(new, before).map(|(head, tail)| Change::Gone(head, tail)),
        Ordering::Equal => None,
    }
    // What a profile that is not the last one has added can be between the user's text and another's.
    .unwrap_or_else(|| {
        let (head, tail) = common_ends(before, new);
        Change::Inside(head, tail)
    })
}

fn written(tree: &Tree<'_>, node: NodeId, source: &str, new: &str, parent: CollectionStyle) -> Option<String> {
    let before = tree.view(node).string()?;
    let change = change(&before, new);
    let inner = |quote: char| source.strip_prefix(quote)?.strip_suffix(quote);
    match tree.kind(node) {
        NodeKind::Scalar(ScalarStyle::Quoted) => match (inner('"'), inner('\'')) {
            (Some(inner), _) => match requoted(inner, (&before, new), parent) {
                Some(single) => Some(single),
                None => quoted(inner, (&before, new), change, double).map(|inner| format!("\"{inner}\"")),
            },
            (_, Some(inner)) => match unquoted(source, (&before, new), change, parent) {
                Some(other) => Some(other),
                None => quoted(inner, (&before, new), change, single).map(|inner| format!("'{inner}'")),
            },
            _ => None,
        },
        NodeKind::Scalar(ScalarStyle::Plain) if source == &*before => {
            if is_plain(new, change, parent) {
                Some(new.to_owned())
            } else {
                in_single(new)
            }
        }
        _ => None,
    }
}

/// A string without quotes gets single ones where its new text needs some. So with such a text, one that had single quotes gets
/// double ones, and its first character is escaped. That is how they are told apart when the old text is to come back.
fn unquoted(source: &str, (before, new): (&str, &str), change: Change<'_>, parent: CollectionStyle) -> Option<String> {
    let needs_quotes = |text: &str| !is_plain(text, Change::Inside(0, 0), parent);
    in_single(before).filter(|usual| usual == source)?;
    match (needs_quotes(before), needs_quotes(new), change) {
        (true, false, Change::Gone(..) | Change::Inside(..)) => Some(new.to_owned()),
        (false, true, Change::Added(..) | Change::Inside(..)) => marked(new).map(|inner| format!("\"{inner}\"")),
        _ => None,
    }
}

/// What becomes of the double quotes that [`unquoted`] writes: single ones, where the new text needs none.
fn requoted(inner: &str, (before, new): (&str, &str), parent: CollectionStyle) -> Option<String> {
    let needs_quotes = |text: &str| !is_plain(text, Change::Inside(0, 0), parent);
    let is_marked = inner.starts_with("\\U") && marked(before).is_some_and(|marked| marked == inner);
    match (is_marked && needs_quotes(before), needs_quotes(new)) {
        (true, false) => in_single(new),
        (true, true) => marked(new).map(|inner| format!("\"{inner}\"")),
        (false, _) => None,
    }
}

fn marked(text: &str) -> Option<String> {
    let first = text.chars().next().filter(char::is_ascii)?;
    Some(format!("\\U{:08x}{}", u32::from(first), double(text.get(1..)?)?))
}

fn in_single(text: &str) -> Option<String> {
    single(text).map(|inner| format!("'{inner}'"))
}

fn quoted(
    inner: &str,
    (before, new): (&str, &str),
    change: Change<'_>,
    escape: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    match change {
        Change::Added(head, tail) => {
            // At the ends of a string of several lines, blanks belong to the fold, not to the value.
            let is_blank = |end: Option<char>| end.is_none_or(char::is_whitespace);
            let is_folded = |end, text: &str| inner.contains('\n') && is_blank(end) && !text.is_empty();
            if is_folded(inner.chars().next(), head) || is_folded(inner.chars().next_back(), tail) {
                return None;
            }
            Some(format!("{}{inner}{}", escape(head)?, escape(tail)?))
        }
        Change::Gone(head, tail) => Some(inner.strip_prefix(&escape(head)?)?.strip_suffix(&escape(tail)?)?.to_owned()),
        Change::Inside(head, tail) => {
            // Behind the user's own text, or before it, all is ours, and escaped as we do it.
            // A fold keeps no blanks at its end.
            let is_folded = |end: Option<char>| inner.contains('\n') && end.is_none_or(char::is_whitespace);
            let at_end = || {
                let rest = inner.strip_suffix(&escape(before.get(head..)?)?)?;
                let tail = escape(new.get(head..)?)?;
                (!is_folded(rest.chars().next_back())).then(|| format!("{rest}{tail}"))
            };
            let at_start = || {
                let rest = inner.strip_prefix(&escape(before.get(..before.len() - tail)?)?)?;
                let head = escape(new.get(..new.len() - tail)?)?;
                (!is_folded(rest.chars().next())).then(|| format!("{head}{rest}"))
            };
            at_end().or_else(at_start)
        }
    }
}

/// In double quotes: the escapes that JSON and YAML share.
fn double(text: &str) -> Option<String> {
    let json = serde_json::to_string(text).ok()?;
    let mut escaped = String::with_capacity(json.len());
    for character in json.strip_prefix('"')?.strip_suffix('"')?.chars() {
        if is_printable(character) {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("\\u{:04x}", u32::from(character)));
        }
    }
    Some(escaped)
}

/// In single quotes, where only a quote can be escaped.
fn single(text: &str) -> Option<String> {
    text.chars().all(is_printable).then(|| text.replace('\'', "''"))
}

fn is_printable(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a string that had no quotes before the change needs none after it.
fn is_plain(text: &str, change: Change<'_>, parent: CollectionStyle) -> bool {
    let (head, tail) = match change {
        Change::Added(head, tail) | Change::Gone(head, tail) => (head, tail),
        Change::Inside(..) => (text, ""),
    };
    let begins = match (text.as_bytes().first(), text.as_bytes().get(1)) {
        (Some(b'-'), Some(second)) => !second.is_ascii_whitespace() && !text.starts_with("---"),
        (Some(first), _) => first.is_ascii_alphanumeric() || b"/._$(+=~^;\\".contains(first) || !first.is_ascii(),
        (None, _) => false,
    };
    let in_flow = parent == CollectionStyle::Flow;
    let has_indicator = |part: &str| part.contains([',', '[', ']', '{', '}', ':', '?', '#']);
    begins
        && text.chars().all(is_printable)
        && text.trim() == text
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !(in_flow && (has_indicator(head) || has_indicator(tail)))
        && matches!(scalar::plain(text), Ok(Scalar::String(_)))
}

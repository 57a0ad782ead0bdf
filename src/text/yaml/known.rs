//! Texts that need not be read, because an earlier one is like them.
//!
//! ```yaml
//! # workload 17           # a comment before the document: it may be another one
//! kind: Deployment
//! metadata:
//!   name: web-17          # a word: it may be another one
//!   namespace: "team-a"   # what is in quotes: it may be another one
//!   labels: {app: web}    # all else is the same, byte for byte
//! ```
//!
//! **The claim.** Let a text be read, and let another one be the same but for what is in some gaps. Then it has the tree of the
//! first, at its own places.
//!
//! **Why, in YAML.** A gap is in a scalar in block style that is all of the value of a member or an element, on one line, with nothing
//! but a comment behind it. It is a plain one that begins with a letter, a digit, `/` or `_`, and has no character that means anything to a reader of
//! YAML in that place; or it is what is between quotes, without these quotes and without escapes. So a reader that meets other
//! characters there goes on in the same state, and gives the same events but for the text of this one scalar. A tree has that text in
//! the document alone, and asks for its type when someone reads it; and no scalar that begins so is one that a document cannot have.
//! A comment is before all that the tree has, from the `#` at the beginning of a line to its end, and no reader looks into it.
//!
//! **Why, in JSON.** What is between the quotes of a string may be anything without quotes, escapes and control characters, and a whole
//! number any other one. Names of members have no gap.
//!
//! Debug builds, and so tests and the fuzzer, read each such text once more, and compare.

use std::sync::Arc;

use super::error::SyntaxError;
use super::tree::likeness::{Free, Gap, KnownText};
use super::tree::{CollectionStyle, Language, NodeId, NodeKind, ScalarStyle, Tree};
use crate::value::recent::Recent;

/// How many texts are kept, the latest, how long they may be, in bytes, and of how many nodes: whoever writes objects could ask for any
/// amount.
const KEPT: usize = 8;
const LONGEST: usize = 64 << 10;
const MOST_NODES: usize = 4096;

/// The latest texts that were read, by one parser for each language.
#[derive(Debug, Default)]
pub struct KnownTexts(Recent<Arc<KnownText>, KEPT>);

impl KnownTexts {
    /// Reads a text: as one that it is like, or with the parser.
    pub fn read<'t>(
        &self,
        (text, language): (&'t str, Language),
        parse: impl Fn(&'t str) -> Result<Tree<'t>, SyntaxError>,
    ) -> Result<Tree<'t>, SyntaxError> {
        if let Some(tree) = self.find(text, language) {
            debug_assert_eq!(Ok(&tree), parse(text).as_ref());
            return Ok(tree);
        }
        let mut tree = parse(text)?;
        if text.len() <= LONGEST
            && self.0.is_worth_keeping()
            && tree.nodes() <= MOST_NODES
            && let Some(known) = gaps(&tree).and_then(|gaps| KnownText::new(&tree, gaps)).map(Arc::new)
        {
            tree.set_known(&known);
            self.0.push(known);
        }
        Ok(tree)
    }

    /// The text as one that it is like.
    pub fn find<'t>(&self, text: &'t str, language: Language) -> Option<Tree<'t>> {
        if text.len() > LONGEST {
            return None;
        }
        self.0.find(|known| known.read(text, language))
    }
}

/// What another text may have otherwise, in order.
fn gaps(tree: &Tree<'_>) -> Option<Vec<Gap>> {
    let root = tree.root()?;
    let mut gaps = Vec::new();
    match tree.language() {
        Language::Yaml => {
            comments(tree, root, &mut gaps)?;
            of_block(tree, root, &mut gaps);
        }
        Language::Json => of_json(tree, &mut gaps),
    }
    Some(gaps)
}

/// Adds the comments before the document, each on a line of its own.
fn comments(tree: &Tree<'_>, root: NodeId, gaps: &mut Vec<Gap>) -> Option<()> {
    let mut end = 0;
    for line in tree.text().get(..tree.span(root).start)?.split_inclusive('\n') {
        let start = end + 1;
        end += line.len();
        if let Some(comment) = line.strip_prefix('#')
            && Free::Comment.length(comment.as_bytes()).map(|length| length + 1) == Some(comment.len())
            && line.ends_with('\n')
        {
            gaps.push(Gap { range: start..end - 1, of: Free::Comment, node: None });
        }
    }
    Some(())
}

/// Adds the scalars of a collection in block style. As deep as the document, which its parser bounds.
fn of_block(tree: &Tree<'_>, collection: NodeId, gaps: &mut Vec<Gap>) {
    let mut value = |value: NodeId| match tree.kind(value) {
        NodeKind::Scalar(style) => gaps.extend(of_scalar(tree, value, style)),
        NodeKind::Mapping(CollectionStyle::Block) | NodeKind::Sequence(CollectionStyle::Block) => {
            of_block(tree, value, gaps);
        }
        _ => {}
    };
    match tree.kind(collection) {
        NodeKind::Mapping(CollectionStyle::Block) => tree.pairs(collection).for_each(|(_, member)| value(member)),
        NodeKind::Sequence(CollectionStyle::Block) => tree.children(collection).for_each(value),
        _ => {}
    }
}

/// What may be another one in a scalar in block style.
fn of_scalar(tree: &Tree<'_>, scalar: NodeId, style: ScalarStyle) -> Option<Gap> {
    let span = tree.span(scalar);
    let written = tree.source(scalar).as_bytes();
    let (of, quotes) = match (style, written.first()) {
        (ScalarStyle::Plain, _) => (Free::Word, 0),
        (ScalarStyle::Quoted, Some(quote @ (b'"' | b'\''))) => (Free::Quoted(*quote), 1),
        _ => return None,
    };
    let range = span.start + quotes..span.end.checked_sub(quotes)?;
    let behind = tree.text().as_bytes().get(range.start..)?;
    // An anchor or a tag is a part of what is written, and begins neither.
    let is_all = of.length(behind) == Some(range.len()) && (quotes == 0 || behind.get(range.len()) == written.first());
    let rest = tree.text().get(span.end..).filter(|_| is_all)?;
    let line = rest.split('\n').next().unwrap_or_default();
    (line.is_empty() || line.starts_with(" #")).then_some(Gap { range, of, node: Some(scalar) })
}

/// Adds the strings and whole numbers of a JSON text, whether they have nodes or not.
fn of_json(tree: &Tree<'_>, gaps: &mut Vec<Gap>) {
    let bytes = tree.text().as_bytes();
    let mut nodes = tree.all().filter(|id| matches!(tree.kind(*id), NodeKind::Scalar(_))).peekable();
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        let (of, quotes) = match first {
            b'"' => (Free::Quoted(b'"'), 1),
            b' ' | b'\t' | b'\r' | b'\n' | b'[' | b']' | b'{' | b'}' | b':' | b',' => {
                at += 1;
                continue;
            }
            _ => (Free::Digits, 0),
        };
        let token = at..end_of_token(bytes, at);
        at = token.end;
        let range = token.start + quotes..token.end - quotes;
        let is_free = of.length(bytes.get(range.start..).unwrap_or_default()) == Some(range.len());
        let is_name = bytes.get(at..).unwrap_or_default().trim_ascii_start().first() == Some(&b':');
        while nodes.next_if(|id| tree.span(*id).end < at).is_some() {}
        if is_free && !is_name {
            let node = nodes.peek().copied().filter(|id| tree.span(*id) == token);
            gaps.push(Gap { range, of, node });
        }
    }
}

/// Where the string or literal ends that begins there, in a text that is JSON.
fn end_of_token(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start + 1..).unwrap_or_default();
    let mut is_escaped = false;
    let is_end = |byte: &u8| match bytes.get(start) {
        Some(b'"') => {
            let is_end = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            is_end
        }
        _ => !(byte.is_ascii_alphanumeric() || b"+-.".contains(byte)),
    };
    let length = rest.iter().position(is_end).unwrap_or(rest.len());
    start + 1 + length + usize::from(bytes.get(start) == Some(&b'"'))
}

#[cfg(test)]
mod tests;

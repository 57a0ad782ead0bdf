//! A manifest that is written in a test, taken out of it so that each of its values keeps its line and its column.

use serde_json::Value;

use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::Tree;
use crate::text::yaml::{parse_json, parse_yaml};
use crate::value::view::View as _;

/// The text of the manifest, behind as many empty lines and blanks as there is text before it in the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InlineManifest {
    pub(crate) text: String,
    lines: usize,
    blanks: usize,
}

impl InlineManifest {
    /// The manifest that is this node of a test's tree.
    pub(super) fn of(tree: &Tree<'_>, node: NodeRef<'_>) -> Self {
        let before = tree.text().get(..tree.span(node.id()).start).unwrap_or_default();
        let lines = before.matches('\n').count();
        let blanks = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let padded = |text: &str| format!("{}{}{}\n", "\n".repeat(lines), " ".repeat(blanks), text.trim_end());
        let (written, value) = (padded(tree.source(node.id())), node.value());
        // What takes a value from elsewhere in the test, by an alias, is not whole without it.
        let text = if reads_as(&written, &value) { written } else { padded(&value.to_string()) };
        Self { text, lines, blanks }
    }

    /// A text that came of it, without what is before each line in the test.
    pub(crate) fn unpadded(&self, text: &str) -> String {
        let without = |line: &'_ str| {
            let blanks = line.bytes().take(self.blanks).take_while(|byte| *byte == b' ').count();
            line.get(blanks..).unwrap_or_default().to_owned()
        };
        text.split_inclusive('\n').skip(self.lines).map(without).collect()
    }
}

fn reads_as(text: &str, value: &Value) -> bool {
    let read = |tree: Tree<'_>| tree.root().map(|root| tree.view(root).value());
    let found = if text.trim_start().starts_with('{') && parse_json(text).is_ok() {
        parse_json(text).ok().and_then(|(tree, _)| read(tree))
    } else {
        parse_yaml(text).ok().and_then(read)
    };
    found.as_ref() == Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::pointer::Pointer;

    #[test]
    fn a_manifest_keeps_its_lines_and_columns() {
        for (test, expected) in [
            ("cases:\n  - input:\n      # why\n      a: 1\n      b:\n      - c\n", "a: 1\nb:\n- c\n"),
            ("cases:\n- input: {a: 1,\n    b: [c]}\n", "{a: 1,\nb: [c]}\n"),
            ("x: &x [c]\ncases:\n- input: {a: 1, b: *x}\n", "{\"a\":1,\"b\":[\"c\"]}\n"),
            ("{\"cases\": [{\"input\": {\"a\": 1,\n \"b\": [\"c\"]}}]}\n", "{\"a\": 1,\n\"b\": [\"c\"]}\n"),
        ] {
            let tree = parse_yaml(test).unwrap();
            let root = tree.root().unwrap();
            let node = tree.find(root, &Pointer::of(["cases", "0", "input"])).unwrap();
            let inline = InlineManifest::of(&tree, tree.view(node));
            assert_eq!(inline.unpadded(&inline.text), expected);
            let line_of = |text: &str| text[..text.rfind('c').unwrap()].matches('\n').count();
            assert_eq!(line_of(&inline.text), if test.contains('*') { 2 } else { line_of(test) }, "{test}");
        }
    }
}

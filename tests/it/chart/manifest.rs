//! A manifest as lines, and the blocks of it: a line with the deeper ones below it.

use std::ops::Range;

/// One document of what `install` prints.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) lines: Vec<String>,
}

/// The documents of a stream. What would be an action of a template is text there.
pub(super) fn documents(stream: &str) -> Vec<Document> {
    let field = |lines: &[String], start: &str| {
        let line = lines.iter().find_map(|line| line.strip_prefix(start));
        line.unwrap_or_else(|| panic!("no `{start}` in {lines:#?}")).to_owned()
    };
    let document = |text: &str| {
        let lines: Vec<String> = text.lines().map(|line| line.replace("{{", r#"{{ "{{" }}"#)).collect();
        Document { kind: field(&lines, "kind: "), name: field(&lines, "  name: "), lines }
    };
    stream.split("\n---\n").map(document).collect()
}

impl Document {
    /// The block that begins with this: of a line without its indentation, unless `start` has one. There is one alone.
    pub(super) fn block(&self, start: &str) -> Range<usize> {
        let begins = |line: &String| {
            let line = if start.starts_with(' ') { line } else { line.trim_start() };
            line.starts_with(start)
        };
        let found: Vec<usize> = (0..self.lines.len()).filter(|at| begins(&self.lines[*at])).collect();
        let [first] = found[..] else {
            panic!("{} {}: `{start}` is there {} times", self.kind, self.name, found.len())
        };
        let line = &self.lines[first];
        // The items of a list are no deeper than its key.
        let is_list = line.ends_with(':') && !line.trim_start().starts_with("- ");
        let is_inside = |next: &&String| {
            let deeper = indent(next) > indent(line);
            next.is_empty() || deeper || is_list && indent(next) == indent(line) && next.trim_start().starts_with("- ")
        };
        let length = self.lines[first + 1..].iter().take_while(is_inside).count();
        first..first + 1 + length
    }
}

pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Lines with another indentation, the first line's.
pub(super) fn indented(lines: &[String], to: usize) -> Vec<String> {
    let from = lines.first().map_or(0, |line| indent(line));
    let moved =
        |line: &String| if line.is_empty() { String::new() } else { format!("{}{}", " ".repeat(to), &line[from..]) };
    lines.iter().map(moved).collect()
}

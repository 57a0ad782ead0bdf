//! Markdown, as far as the documents need it: pages, fenced blocks, tables, headings and links.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A document of this repository.
pub(super) struct Page {
    /// From the root of the repository.
    pub(super) path: String,
    pub(super) text: String,
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All documents, the README first.
pub(super) fn pages() -> Vec<Page> {
    let mut paths = vec!["README.md".to_owned(), "benches/README.md".to_owned()];
    for folder in ["", "docs/", "docs/profiles/"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                paths.push(format!("{folder}{name}"));
            }
        }
    }
    paths[1..].sort_unstable();
    paths.dedup();
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    paths.into_iter().map(|path| Page { text: page(&path), path }).collect()
}

/// What a user reads: the README and `docs/`, as one text.
pub(super) fn manual() -> String {
    pages().into_iter().filter(is_manual).map(|page| page.text).collect()
}

/// Whether a user reads a page.
pub(super) fn is_manual(page: &Page) -> bool {
    page.path == "README.md" || page.path.starts_with("docs/")
}

/// A fenced block: its language, the line of its fence, its text.
pub(super) struct Block {
    pub(super) language: String,
    pub(super) line: usize,
    pub(super) text: String,
}

pub(super) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in markdown.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(language), false) => {
                blocks.push(Block { language: language.to_owned(), line: index + 1, text: String::new() });
                open = true;
            }
            (Some(rest), true) => {
                assert_eq!(rest, "", "line {}: a block within a block", index + 1);
                open = false;
            }
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!open, "the last block does not end");
    blocks
}

/// The cells of all tables below a heading, until the next one; heads and rules left out.
pub(super) fn rows(path: &str, heading: &str) -> Vec<Vec<String>> {
    let markdown = page(path);
    let mut lines = markdown.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "{path}: there is no heading `{heading}`");
    let below: Vec<&str> = lines.take_while(|line| !line.starts_with('#')).collect();
    let mut rows = Vec::new();
    for (index, line) in below.iter().enumerate() {
        let is_head = below.get(index + 1).is_some_and(|next| next.starts_with("|--"));
        if line.starts_with('|') && !line.starts_with("|--") && !is_head {
            let inner = line.trim_start_matches('|').trim_end_matches('|').replace("\\|", "\u{0}");
            rows.push(inner.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect());
        }
    }
    assert!(!rows.is_empty(), "{path}: there is no table below `{heading}`");
    rows
}

/// What is in backticks.
pub(super) fn code(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

pub(super) fn set<S: Into<String>>(items: impl IntoIterator<Item = S>) -> BTreeSet<String> {
    items.into_iter().map(Into::into).collect()
}

pub(super) fn first_column(path: &str, heading: &str) -> Vec<String> {
    rows(path, heading).iter().flat_map(|row| code(&row[0])).collect()
}

/// The anchors of a page's headings, as the hosts make them.
pub(super) fn anchors(markdown: &str) -> BTreeSet<String> {
    let anchor = |heading: &str| -> String {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>().replace(' ', "-")
    };
    prose(markdown).iter().filter(|(_, line)| line.starts_with('#')).map(|(_, line)| anchor(line)).collect()
}

/// The lines outside of fenced blocks, with their numbers.
pub(super) fn prose(markdown: &str) -> Vec<(usize, &str)> {
    let mut open = false;
    let mut lines = Vec::new();
    for (index, line) in markdown.lines().enumerate() {
        if line.starts_with("```") {
            open = !open;
        } else if !open {
            lines.push((index + 1, line));
        }
    }
    lines
}

/// The targets of a page's links, with their lines.
pub(super) fn links(markdown: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(markdown) {
        for rest in line.split("](").skip(1) {
            links.push((number, rest.split(')').next().unwrap().to_owned()));
        }
    }
    links
}

//! The form of the documents: their length, their blocks, their links, and that what they name is there.

use std::fs;

use super::Session;
use super::markdown::{Block, anchors, blocks, links, page, pages, prose, root, rows};
use super::session::Step;

#[test]
fn pages_are_short_and_begin_with_who_needs_them() {
    for page in pages() {
        let limit = if page.path == "README.md" { 250 } else { 300 };
        let lines = page.text.lines().count();
        assert!(lines <= limit, "{}: {lines} lines, {limit} are allowed", page.path);
        let mut paragraphs = page.text.split("\n\n");
        assert!(paragraphs.next().unwrap().starts_with("# "), "{}: no title", page.path);
        let first = paragraphs.next().unwrap();
        if page.path.starts_with("docs/") {
            assert!(first.starts_with("This page is for "), "{}: who needs it? {first}", page.path);
        }
    }
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for one in pages() {
        let folder = root().join(&one.path).parent().unwrap().to_path_buf();
        for (line, target) in links(&one.text).into_iter().filter(|(_, target)| !target.starts_with("https://")) {
            checked += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if file.is_empty() { root().join(&one.path) } else { folder.join(file) };
            let leads =
                path.exists() && (anchor.is_empty() || anchors(&fs::read_to_string(&path).unwrap()).contains(anchor));
            if !leads {
                wrong.push(format!("{}:{line}: {target}", one.path));
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
    assert!(checked > 80, "only {checked} links: are they still found?");
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let readme = page("README.md");
    let linked: Vec<String> = links(&readme).into_iter().map(|(_, target)| target).collect();
    // Those of built-in profiles are linked where these are listed.
    let profiles = page("docs/profiles.md");
    let listed: Vec<String> = links(&profiles).into_iter().map(|(_, target)| format!("docs/{target}")).collect();
    for page in pages().iter().filter(|page| page.path != "README.md") {
        let from = if page.path.starts_with("docs/profiles/") { &listed } else { &linked };
        assert!(from.contains(&page.path), "there is no link to {}", page.path);
    }
}

/// The examples as text.
fn examples() -> Vec<String> {
    let mut examples = Vec::new();
    let mut todo = vec![root().join("testdata/examples")];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                examples.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    examples
}

#[test]
fn every_block_is_of_a_language_that_is_checked_and_every_yaml_block_is_part_of_an_example() {
    let examples = examples();
    for page in pages() {
        for Block { language, line, text } in blocks(&page.text) {
            let place = format!("{}:{line}", page.path);
            match language.as_str() {
                "console" => {}
                "yaml" => assert!(
                    examples.iter().any(|example| example.contains(&text)),
                    "{place}: this is not part of a file in testdata/examples"
                ),
                "sh" => text.lines().filter(|line| !line.starts_with('#')).for_each(|line| runs(&place, line)),
                "mermaid" if text.starts_with("xychart") => chart(&place, &text),
                "mermaid" => flowchart(&place, &text),
                other => panic!("{place}: nothing checks a block of the language `{other}`"),
            }
        }
    }
}

/// Whether what a command line for contributors names is there. They take too long, or need too much, to be run here.
fn runs(place: &str, line: &str) {
    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || "$()\"".contains(c)).collect();
    for word in words.iter().filter(|word| is_path(word)) {
        assert!(is_there(word), "{place}: there is no `{word}`: {line}");
    }
    let Some(at) = words.iter().position(|word| *word == "cargo") else {
        assert!(words.iter().any(|word| is_path(word)), "{place}: nothing checks `{line}`");
        return;
    };
    let known = ["bench", "clippy", "deny", "doc", "fmt", "fuzz", "insta", "install", "rustc", "test"];
    let command = words[at + 1..].iter().find(|word| !word.starts_with('+')).unwrap();
    assert!(known.contains(command), "{place}: nothing checks `{line}`");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for pair in words.windows(2).filter(|pair| pair[0] == "--test" || pair[0] == "--bench") {
        assert!(manifest.contains(&format!("name = \"{}\"", pair[1])), "{place}: there is no `{}`", pair[1]);
    }
    let folder = if words.contains(&"--lib") { "src" } else { "tests/it" };
    for filter in words.iter().filter_map(|word| word.strip_suffix("::")) {
        let path = format!("{folder}/{}", filter.replace("::", "/"));
        assert!(is_there(&path), "{place}: there is no `{path}`: {line}");
    }
}

/// Whether a word is a path from the root of the repository.
fn is_path(word: &str) -> bool {
    let folders = [".ci/", "benches/", "contrib/", "docs/", "fuzz/", "src/", "testdata/", "tests/"];
    folders.iter().any(|folder| word.starts_with(folder))
}

/// Whether there is such a file or folder. A Rust module may be named without `.rs`.
fn is_there(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    root().join(path).exists() || root().join(format!("{path}.rs")).exists()
}

#[test]
fn every_path_that_a_document_for_contributors_names_is_there() {
    for path in ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "benches/README.md"] {
        for (line, text) in prose(&page(path)) {
            for word in super::markdown::code(text).iter().filter(|word| is_path(word)) {
                assert!(is_there(word), "{path}:{line}: there is no `{word}`");
            }
        }
    }
}

/// Whether a Mermaid flowchart has the form that the hosts render: `a["text"]`, `a{"text"}`, `a`, joined by `-->` or
/// `-->|text|`, and every node has a text somewhere.
fn flowchart(place: &str, text: &str) {
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("flowchart ")), "{place}: not a flowchart");
    let (mut named, mut used) = (Vec::new(), Vec::new());
    for line in lines {
        for part in line.trim().split(" -->") {
            let part = part.trim_start();
            let node = part.strip_prefix('|').map_or(part, |rest| rest.split_once("| ").unwrap().1);
            let end = node.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(node.len());
            let (name, label) = node.split_at(end);
            assert!(!name.is_empty() && name != "end", "{place}: `{line}`");
            if !label.is_empty() {
                let inner = label.strip_prefix("[\"").and_then(|label| label.strip_suffix("\"]"));
                let inner = inner.or_else(|| label.strip_prefix("{\"").and_then(|label| label.strip_suffix("\"}")));
                assert!(inner.is_some_and(|inner| !inner.contains('"')), "{place}: `{line}`");
                named.push(name);
            }
            used.push(name);
        }
    }
    for name in used {
        assert!(named.contains(&name), "{place}: the node `{name}` has no text");
    }
}

/// Whether each bar of the one chart is what the table of its page says: microseconds for each Deployment of a stream.
fn chart(place: &str, text: &str) {
    let list = |line: &str| {
        let found = text.lines().find_map(|known| known.trim().strip_prefix(line)?.split_once('['));
        let inner = found.and_then(|(_, inner)| inner.strip_suffix(']'));
        inner.unwrap_or_else(|| panic!("{place}: there is no `{line}`")).to_owned()
    };
    let (labels, bars) = (list("x-axis"), list("bar"));
    let labels: Vec<&str> = labels.split('"').skip(1).step_by(2).collect();
    let bars: Vec<f64> = bars.split(", ").map(|bar| bar.parse().unwrap()).collect();
    assert_eq!(labels.len(), bars.len(), "{place}: there is not one bar for each label");
    let table = rows("benches/README.md", "## Against size");
    for (label, bar) in labels.into_iter().zip(bars) {
        let row = table.iter().find(|row| row[0] == format!("{label} Deployments"));
        let time = &row.unwrap_or_else(|| panic!("{place}: there is no row for {label}"))[2];
        let (number, unit) = time.split_once(' ').unwrap();
        let microseconds = number.parse::<f64>().unwrap() * if unit == "s" { 1e6 } else { 1e3 };
        let each = microseconds / label.replace(',', "").parse::<f64>().unwrap();
        assert!((bar / each - 1.0).abs() < 0.1, "{place}: {label}: {bar}, and the table says {each}");
    }
}

#[test]
fn the_first_command_prints_no_more_than_a_screen() {
    let readme = page("README.md");
    let line = readme.lines().find_map(|line| line.strip_prefix("$ cargo run --locked -- ")).unwrap();
    let step = Step { line: 0, command: format!("injector {line}"), output: Vec::new() };
    let (output, status) = Session::new().run("work", &[step]).remove(0);
    assert_eq!(status, 0, "{output}");
    assert!(output.lines().count() <= 43, "{output}");
    let input = fs::read_to_string(root().join(line.split(' ').next_back().unwrap())).unwrap();
    assert!(input.lines().all(|line| output.contains(line)), "every line of the input is still there");
}

//! Whoever reads a text reads the same: our scanner, libyaml, what takes a text for another one that it is like, and the look at the
//! beginnings of its lines that says whether to read it.
//!
//! The texts are parts of the fixtures and of the built-in profiles, with some changes each. `INJECTOR_TESTS_MUTANTS=N` tries N of
//! them instead of [`MUTANTS`], on all cores: before a change of a reader, 50 million (some twenty minutes on two cores, with `cargo test --release`).

use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

use injector::internals::profile::builtin;
use injector::internals::text::document::split;
use injector::internals::text::look::Look;
use injector::internals::text::yaml::known::KnownTexts;
use injector::internals::text::yaml::tree::Language;
use injector::internals::text::yaml::{judge_yaml, parse_yaml, scan_yaml};
use injector::internals::value::view::View as _;

use super::fixtures::fixtures;
use crate::support::numbers::Numbers;

/// How many changed texts are read.
const MUTANTS: usize = 40_000;

/// What is written into a text: what means something to a reader of YAML, and what does not.
const PIECES: &[&str] = &[
    "a", "Z", "0", "7", "-", "- ", ":", ": ", ", ", "#", " #", " # c", " ", "  ", "\n", "\n\n", "\n  ", "\n- ", "'",
    "''", "\"", "\\", "\\n", "[", "]", "{", "}", "[]", "{}", "|", "|\n", "|-\n", ">", ">+\n", "&a ", "*a", "!t ", "? ",
    "%", "@", "`", "~", "<<: ", "---\n", "...\n", "\t", "\r", "é", "\u{a0}", "\u{85}", "\u{2028}", "\u{feff}", "null",
    ".inf", "0x1f", "1e3", "yes", "=", "/", "_", ".", "x: y\n",
];

/// A part of so many, not empty if they are not.
fn range(numbers: &mut Numbers, of: usize, most: usize) -> Range<usize> {
    let start = numbers.below(of);
    start..(start + 1 + numbers.below(most)).min(of)
}

/// Some lines of a text, up to the first that is further to the left than the first of them, as far to the left as they can be.
fn part(lines: &[&str], numbers: &mut Numbers) -> Vec<String> {
    let lines = &lines[range(numbers, lines.len(), 14)];
    let indentation = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let first = lines.first().map_or(0, indentation);
    let inside = |line: &&&str| line.trim().is_empty() || indentation(line) >= first;
    lines.iter().take_while(inside).map(|line| line.get(first..).unwrap_or("\n").to_owned()).collect()
}

/// One change of a text.
fn change(lines: &mut Vec<String>, others: &[&str], numbers: &mut Numbers) {
    let at = numbers.below(lines.len());
    match numbers.below(10) {
        0 => lines[at].insert_str(0, numbers.one_of(&[" ", "  ", "- ", "# "])),
        1 => lines[at] = lines[at].trim_start_matches(' ').to_owned(),
        2 => {
            let with = numbers.below(lines.len());
            lines.swap(at, with);
        }
        3 => lines.insert(at, numbers.one_of(others).to_owned()),
        4 if lines.len() > 1 => drop(lines.remove(at)),
        _ => {
            let line = &mut lines[at];
            let places: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
            let Range { start, end } = range(numbers, places.len(), 2);
            let end = if numbers.below(2) == 0 { start } else { end.min(places.len() - 1) };
            line.replace_range(places[start]..places[end], numbers.one_of(PIECES));
        }
    }
}

/// How many texts the two fast readers took.
#[derive(Debug, Default)]
struct Taken {
    scanned: usize,
    known: usize,
}

impl Taken {
    /// Reads a text in each way.
    fn read(&mut self, text: &str, known: &KnownTexts) {
        let judged = judge_yaml(text);
        if let Some(tree) = scan_yaml(text) {
            self.scanned += 1;
            assert_eq!(Ok(&tree), judged.as_ref(), "{text}");
        }
        if let Some(tree) = known.find(text, Language::Yaml) {
            self.known += 1;
            assert_eq!(Ok(&tree), judged.as_ref(), "{text}");
        }
    }

    /// Reads that many texts, which are others for each seed.
    fn read_all(texts: &[&[&str]], seed: u64, count: usize) -> Self {
        let (mut taken, mut numbers) = (Self::default(), Numbers(seed));
        let mut left = count;
        while left > 0 {
            let base = part(numbers.one_of(texts), &mut numbers);
            let known = KnownTexts::default();
            let text = base.concat();
            // It is kept if it can be read.
            let _ = known.read((&text, Language::Yaml), parse_yaml);
            for _ in 0..left.min(8) {
                let mut lines = base.clone();
                for _ in 0..1 + numbers.below(2) {
                    change(&mut lines, numbers.one_of(texts), &mut numbers);
                }
                taken.read(&lines.concat(), &known);
                left -= 1;
            }
        }
        taken
    }
}

/// The lines of the texts of which parts are changed.
fn with_texts(test: impl FnOnce(&[&[&str]])) {
    let fixtures = fixtures();
    let texts = fixtures.iter().map(|fixture| fixture.input.as_str()).chain(builtin::ALL.iter().map(|one| one.text));
    let lines: Vec<Vec<&str>> =
        texts.filter(|text| !text.is_empty()).map(|text| text.split_inclusive('\n').collect()).collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    test(&lines);
}

/// How many changed texts to read.
fn count() -> usize {
    let asked = std::env::var("INJECTOR_TESTS_MUTANTS").ok();
    asked.map_or(MUTANTS, |all| all.parse().expect("a number"))
}

/// Tries so many texts on each core, which are others for each seed.
fn on_all_cores(test: impl Fn(u64, usize) + Sync) {
    let cores = thread::available_parallelism().map_or(1, Into::into);
    let (count, test) = (count() / cores, &test);
    thread::scope(|scope| {
        let seeds = (1..).map(|core: u64| core.wrapping_mul(0x9e37_79b9_7f4a_7c15)).take(cores);
        let threads: Vec<_> = seeds.map(|seed| scope.spawn(move || test(seed, count))).collect();
        for thread in threads {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
}

#[test]
fn whoever_reads_a_changed_text_reads_the_same() {
    with_texts(|texts| {
        on_all_cores(|seed, count| {
            let taken = Taken::read_all(texts, seed, count);
            assert!(taken.scanned > count / 5 && taken.known > count / 20, "{taken:?} of {count}");
        });
    });
}

/// An object, and before it a text over several lines that has the lines of another one.
fn with_a_decoy(numbers: &mut Numbers) -> Vec<String> {
    let (indentation, quote) = (numbers.one_of(&["", " "]), numbers.one_of(&["\"", "'"]));
    let key =
        numbers.one_of(&["\u{a0}#x: ", "\u{3000}#x: ", "e#x: ", "\t#x: ", "- ", "? ", "x: ", "x: [", "x: | ", "# "]);
    let [decoy, kind] = [(); 2].map(|()| numbers.one_of(&["ConfigMap", "Pod", "Secret \u{a0}", "List"]));
    let object = [format!("{indentation}kind: {kind}\n"), format!("{indentation}apiVersion: v1\n")];
    let lines = [format!("{indentation}{key}{quote}\n"), format!("kind: {decoy}\n"), "apiVersion: v1\n".to_owned()];
    lines.into_iter().chain([format!("x{quote}\n")]).chain(object).collect()
}

/// Looks at so many texts, and reads them: how many are plain, and how many of these are objects.
fn look_at_all(texts: &[&[&str]], seed: u64, count: usize) -> (usize, usize) {
    let (mut numbers, mut plain, mut objects) = (Numbers(seed), 0, 0);
    for _ in 0..count {
        let mut lines = with_a_decoy(&mut numbers);
        for _ in 0..numbers.below(4) {
            change(&mut lines, numbers.one_of(texts), &mut numbers);
        }
        let stream = lines.concat();
        for document in split(&stream).unwrap_or_default() {
            let text = document.text(&stream);
            let Look::Plain { group, kind, others } = Look::at(text) else { continue };
            plain += 1;
            let Ok(tree) = judge_yaml(text) else { continue };
            let Some(object) = tree.root().map(|root| tree.view(root)) else { continue };
            let Some(found) = object.text(&["kind"]) else { continue };
            let version = object.text(&["apiVersion"]).unwrap_or_default();
            objects += 1;
            assert!(kind == found || others.contains(&&*found), "{text}");
            assert_eq!(version.split_once('/').map_or("", |(group, _)| group), group, "{text}");
        }
    }
    (plain, objects)
}

/// A wrong answer would pass over a workload.
#[test]
fn a_look_at_a_changed_text_says_nothing_that_its_parser_does_not_say() {
    with_texts(|texts| {
        on_all_cores(|seed, count| {
            let (plain, objects) = look_at_all(texts, seed, count);
            assert!(plain > count / 20 && objects > count / 50, "{plain} and {objects} of {count}");
        });
    });
}

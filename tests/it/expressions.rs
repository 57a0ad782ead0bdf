//! The language of expressions: rows of `testdata/expressions`, each an expression and its value as CEL writes it.
//!
//! Kubernetes decides. The API server evaluates the rows of `kubernetes.txt` and `drafts.txt`, too, in a
//! ValidatingAdmissionPolicy. The rows of `own.txt` are about what only injector has.
//! `INJECTOR_UPDATE_GOLDEN=1` writes the values that injector gives.

mod api_server;
mod generated;
mod messages;

use std::path::Path;
use std::{env, fs};

use injector::internals::expression::evaluate;
use serde_json::Value;

/// A file of rows.
struct Corpus {
    /// The lines `name := JSON` at its head.
    variables: Vec<(String, Value)>,
    rows: Vec<Row>,
}

struct Row {
    line: usize,
    expression: String,
    /// `None` where the expression has no value.
    value: Option<String>,
}

const SEPARATOR: &str = " => ";
const NO_VALUE: &str = "error";

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/expressions").join(name)
}

fn corpus(name: &str) -> Corpus {
    let text = fs::read_to_string(path(name)).unwrap();
    let mut corpus = Corpus { variables: Vec::new(), rows: Vec::new() };
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let head = line.split_once(" := ").filter(|(name, _)| name.chars().all(|next| next.is_ascii_lowercase()));
        if let Some((variable, value)) = head {
            corpus.variables.push((variable.to_owned(), serde_json::from_str(value).unwrap()));
            continue;
        }
        let (expression, value) = line.rsplit_once(SEPARATOR).unwrap_or((line, ""));
        let value = (value != NO_VALUE).then(|| value.to_owned());
        corpus.rows.push(Row { line: index + 1, expression: expression.to_owned(), value });
    }
    corpus
}

impl Corpus {
    fn variables(&self) -> Vec<(&str, Value)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }
}

fn check(name: &str) {
    let corpus = corpus(name);
    let variables = corpus.variables();
    let mut wrong = Vec::new();
    let mut text = fs::read_to_string(path(name)).unwrap();
    for Row { line, expression, value } in &corpus.rows {
        let found = evaluate(expression, &variables);
        let written = found.as_ref().map_or(NO_VALUE, String::as_str);
        if value.as_deref().unwrap_or(NO_VALUE) != written {
            wrong.push(format!("{name}:{line}: {expression}\n    wanted {value:?}\n    found  {found:?}"));
            let mut lines: Vec<&str> = text.lines().collect();
            let replaced = format!("{expression}{SEPARATOR}{written}");
            lines[line - 1] = &replaced;
            text = lines.join("\n") + "\n";
        }
    }
    if env::var_os("INJECTOR_UPDATE_GOLDEN").is_some() {
        fs::write(path(name), text).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_kubernetes_has_has_the_value_that_the_rows_give() {
    check("kubernetes.txt");
}

#[test]
fn what_profiles_ask_of_pods_has_the_value_that_the_rows_give() {
    check("drafts.txt");
}

#[test]
fn what_only_injector_has_has_the_value_that_the_rows_give() {
    check("own.txt");
}

/// What is between backticks in the first column of the table below a heading.
fn named(page: &str, heading: &str) -> std::collections::BTreeSet<String> {
    let below = page.split_once(heading).expect(heading).1;
    let below = below.split("\n## ").next().unwrap();
    let cells = below.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    cells.flat_map(|cell| cell.trim_end_matches('`').split("`, `").map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn every_function_and_macro_is_in_its_table_and_no_other() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/expressions.md")).unwrap();
    let (functions, macros) = injector::internals::expression::signatures();
    assert_eq!(named(&page, "\n## Functions\n"), functions.into_iter().collect());
    let step = |(name, steps): (&'static str, &'static [usize])| {
        steps.iter().map(move |count| format!("x.{name}(v, {})", vec!["step"; *count].join(", ")))
    };
    let mut macros: std::collections::BTreeSet<String> = macros.into_iter().flat_map(step).collect();
    macros.insert("has(x.field)".to_owned());
    assert_eq!(named(&page, "\n## Macros\n"), macros);
}

//! Texts that are made to hurt: each is refused or taken quickly, and never by a panic or an overflow of the stack.

use std::time::{Duration, Instant};

use super::law::{Held, laws};
use super::{profile, profile_sets};

const POD: &str = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: nginx\n";

fn held(text: &str) -> Held {
    let start = Instant::now();
    let held = laws(text, &[profile("cortexflow")]);
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(20), "{taken:?} for {:?}", &text[..text.len().min(60)]);
    held
}

fn refusal(text: &str) -> String {
    match held(text) {
        Held::Unreadable(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = 10_000;
    let block: String = (0..3_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    for text in [
        "[".repeat(deep),
        format!("a: {}{}", "[".repeat(deep), "]".repeat(deep)),
        "{a: ".repeat(deep),
        "{\"a\":".repeat(deep),
        format!("{{\"a\":{}{}}}", "[".repeat(deep), "]".repeat(deep)),
        "- ".repeat(deep),
        "? ".repeat(deep),
        block,
        format!("{POD}x: {}1{}", "{a: ".repeat(120), "}".repeat(120)),
    ] {
        let why = refusal(&text);
        assert!(why.contains("nested deeper") || why.contains("cannot be a key"), "{why}");
    }
}

#[test]
fn an_object_may_be_nested_a_hundred_levels_and_no_more() {
    // The object itself is the first level.
    let nested = |levels: usize| format!("{POD}x: {}1{}\n", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(matches!(held(&nested(100)), Held::Injected(_)));
    assert!(refusal(&nested(101)).contains("nested deeper"));
}

#[test]
fn alias_bombs_are_refused_and_harmless_aliases_are_not() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 10].join(", ")));
    }
    assert!(refusal(&format!("{POD}{bomb}")).contains("expand"));
    let few = format!("{POD}x: &x [1, 2]\ny: [{}]\n", vec!["*x"; 50].join(", "));
    assert!(matches!(held(&few), Held::Injected(_)));
}

#[test]
fn large_documents_pass() {
    let text = format!("{POD}x: {}\n", "a".repeat(30_000_000));
    assert!(matches!(held(&text), Held::Injected(_)));
    let keys: String = (0..50_000).map(|key| format!("  k{key}: v\n")).collect();
    assert!(matches!(held(&format!("{POD}x:\n{keys}")), Held::Injected(_)));
    let lines = "# c\n".repeat(200_000);
    assert!(matches!(held(&format!("{POD}{lines}")), Held::Injected(_)));
}

#[test]
fn inputs_on_which_the_parser_panics_are_refused() {
    for text in
        ["[!,", "a: [!,", "{!,", "- |", "--- |\n", "\u{feff}", "\u{feff}\u{feff}a: 1", "a: |", "%", "&", "*", "!", "!<"]
    {
        let _ = held(text);
        let _ = held(&format!("{POD}x: {text}"));
    }
    assert!(refusal("[!,").contains("parser failed"));
}

#[test]
fn a_line_that_ends_in_a_cr_alone_is_refused_also_as_the_last_one() {
    for (before, behind) in [
        ("    args:\n    - |\n      one", ""),
        ("    args:\n    - |\r\n      one", ""),
        ("    args:\n    - |+\n      one", ""),
        ("    args:\n    - >\n      one", ""),
        ("    args:\n    - one", ""),
        ("    args: # one", ""),
        ("# one", ""),
        ("    args:\n    - |\n      one", "---\n"),
        ("    args:\n    - |\n      one", "      two\n"),
        ("    args:\n    - 'one' # two", ""),
    ] {
        for crs in ["\r", "\r\r"] {
            let text = format!("{POD}{before}{crs}{behind}");
            let held = held(&text);
            assert!(matches!(held, Held::Rejected(_) | Held::Unreadable(_)), "{text:?}: {held:?}");
        }
    }
    // In quotes it does no harm, and with an LF behind it it is no such end.
    for text in [format!("{POD}    args:\n    - 'one\rtwo'\n"), format!("{POD}    args:\r\n    - one\r\n")] {
        let held = held(&text);
        assert!(matches!(held, Held::Injected(_)), "{text:?}: {held:?}");
    }
}

/// What is written with JSON's quotes, and is JSON but for one null, is JSON once something else is in the place of that.
#[test]
fn a_null_that_json_does_not_know_comes_back_where_all_else_is_json() {
    let document = |nulls: [&str; 4]| {
        let [annotations, init, volumes, secrets] = nulls;
        format!(
            "{{\n  \"apiVersion\": \"v1\", \"kind\": \"Pod\",\n  \"metadata\": {{\"name\": \"web\", \"annotations\"{annotations}}},\n  \"spec\": {{\n    \"containers\": [{{\"name\": \"web\", \"image\": \"nginx\"}}],\n    \"initContainers\"{init},\n    \"volumes\"{volumes},\n    \"imagePullSecrets\"{secrets}\n  }}\n}}\n"
        )
    };
    let usual = ": null";
    for null in [":", ": ", ":   ", ": ~", ": Null", ": NULL", ":\n    ", ":\n    ~\n    ", ""] {
        for place in 0..4 {
            let mut nulls = [usual; 4];
            nulls[place] = null;
            for text in [document(nulls), document([null; 4])] {
                for profiles in profile_sets() {
                    let held = laws(&text, &profiles);
                    assert!(matches!(held, Held::Injected(_)), "{text}: {held:?}");
                }
            }
        }
    }
}

//! Any text is split and read without a panic, its documents cover all of its bytes, and the parser of plain documents reads
//! each as `libyaml` does, or not at all.
//!
//! `contrib/fuzz 60 documents`

#![no_main]

use injector::internals::text::document::split;
use injector::internals::text::yaml::{judge_yaml, parse_yaml};
use injector::internals::value::view::View;
use libfuzzer_sys::fuzz_target;

mod guard;

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    same(text);
    let Ok(documents) = split(text) else { return };
    let mut at = 0;
    for document in &documents {
        assert_eq!(document.range.start, at);
        at = document.range.end;
        same(document.text(text));
        if let Ok(tree) = document.parse(text) {
            let _ = tree.root().map(|root| View::value(tree.view(root)));
        }
    }
    assert!(at == text.len() || documents.is_empty());
});

/// Whether a text can be read, and every node of it with its bytes, does not depend on who reads it.
fn same(text: &str) {
    assert_eq!(parse_yaml(text).ok(), judge_yaml(text).ok());
}

//! Any text is split and read without a panic, and its documents cover all of its bytes.
//!
//! `cargo fuzz run documents`

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(documents) = injector::document::split(text) else { return };
    let mut at = 0;
    for document in &documents {
        assert_eq!(document.range.start, at);
        at = document.range.end;
        if let Ok(tree) = document.parse(text) {
            let _ = tree.root().map(|root| injector::view::View::value(tree.view(root)));
        }
    }
    assert!(at == text.len() || documents.is_empty());
});

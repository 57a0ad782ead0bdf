//! Any text is split and read without a panic, and its documents cover all of its bytes.
//!
//! `contrib/fuzz 60 documents`

#![no_main]

use libfuzzer_sys::fuzz_target;

mod guard;

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    let Ok(documents) = injector::internals::text::document::split(text) else { return };
    let mut at = 0;
    for document in &documents {
        assert_eq!(document.range.start, at);
        at = document.range.end;
        if let Ok(tree) = document.parse(text) {
            let _ = tree.root().map(|root| injector::internals::value::view::View::value(tree.view(root)));
        }
    }
    assert!(at == text.len() || documents.is_empty());
});

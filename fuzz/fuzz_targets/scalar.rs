//! Any string is written so that it is read back as the same string, wherever it is written; and a plain scalar has one type.
//!
//! `contrib/fuzz 60 scalar`, which begins with the table of scalars in `testdata`.

#![no_main]

use injector::internals::text::yaml::emit::{self, Context};
use injector::internals::text::yaml::scalar::{Scalar, certainly_string, plain, plain_key};
use injector::internals::text::yaml::{judge_yaml, parse_yaml};
use injector::internals::value::view::View as _;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

mod guard;

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    let typed = plain(text);
    if certainly_string(text) {
        assert!(matches!(&typed, Ok(Scalar::String(same)) if same == text), "{typed:?}");
        assert_eq!(plain_key(text).ok().as_deref(), Some(text));
    }
    let value = Value::String(text.to_owned());
    for (context, before, behind) in [(Context::Block, "k: ", "\n"), (Context::Flow, "k: [", "]\n")] {
        let mut written = before.to_owned();
        emit::scalar(&mut written, &value, context);
        written.push_str(behind);
        let expected = if context == Context::Block { json!({"k": value}) } else { json!({"k": [value]}) };
        for read in [parse_yaml(&written), judge_yaml(&written)] {
            let tree = read.unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(tree.view(tree.root().expect("a document")).value(), expected, "{written}");
        }
    }
});

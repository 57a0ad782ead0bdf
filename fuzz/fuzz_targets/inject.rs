//! The laws hold over any text: the same function as in the tests.
//!
//! `cargo fuzz run inject`, with the folders of `testdata/cases` as a corpus.

#![no_main]

use std::sync::LazyLock;

use injector::internals::profile::Profile;
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/law.rs"]
mod law;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../testdata/profiles/everything.yaml"),
        include_str!("../../testdata/profiles/before.yaml"),
        include_str!("../../src/profile/builtin/cortexflow.yaml"),
    ];
    texts.into_iter().map(law::profile_of).collect()
});

fuzz_target!(|input: (u8, &str)| {
    let (set, text) = input;
    let set = usize::from(set) % PROFILES.len();
    law::laws(text, &PROFILES[set..=set]);
});

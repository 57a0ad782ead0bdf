//! The laws hold over any text: the same function as in the tests.
//!
//! `contrib/fuzz 60 inject`, which begins with the files of `testdata`.

#![no_main]

use std::sync::LazyLock;

use injector::internals::profile::Profile;
use libfuzzer_sys::fuzz_target;

mod guard;

#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/law.rs"]
mod law;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../testdata/profiles/everything.yaml"),
        include_str!("../../testdata/profiles/before.yaml"),
        include_str!("../../testdata/profiles/language.yaml"),
        include_str!("../../src/profile/builtin/cortexflow.yaml"),
    ];
    texts.into_iter().map(law::profile_of).collect()
});

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    // The length chooses: a byte for it would be taken from a seed, which would no longer be a manifest.
    let set = text.len() % PROFILES.len();
    law::laws(text, &PROFILES[set..=set]);
    law::alike(text, &PROFILES[set..=set]);
});

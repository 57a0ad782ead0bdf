//! The laws hold over any text that was injected and then changed: the same functions as in the tests.
//!
//! `contrib/fuzz 60 states`, which begins with the files of `testdata`.

#![no_main]

use std::sync::LazyLock;

use injector::internals::profile::Profile;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/laws/change.rs"]
mod change;
mod guard;
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/law.rs"]
mod law;
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/state.rs"]
mod state;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../testdata/profiles/before.yaml"),
        include_str!("../../testdata/profiles/everything.yaml"),
        include_str!("../../src/profile/builtin/cortexflow.yaml"),
    ];
    texts.into_iter().map(law::profile_of).collect()
});

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    // The length and the last bytes choose, and stay part of the text: bytes for it would be taken from a seed, which would no
    // longer be a manifest.
    let set = text.len() % PROFILES.len();
    let Some(changes) = text.as_bytes().last_chunk::<12>() else { return };
    let profiles = &PROFILES[..=set];
    if let Some(changed) = state::changed(text, profiles, changes) {
        // Every value can be written as JSON, and JSON is YAML in flow style.
        let text: String = changed.objects.iter().map(|object| format!("{object}\n")).collect();
        state::laws(&changed, &text, profiles);
    }
});

//! Whatever a record says, `uninject` ends with a text that can be read and from which nothing more is to be taken, or with an
//! error and the text as it was.
//!
//! `contrib/fuzz 60 uninject`, which begins with the records and the files of `testdata`.

#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use injector::internals::decide::uninject::{Leftovers, Which};
use injector::internals::process::run::{Action, Run};
use injector::internals::profile::Profile;
use libfuzzer_sys::fuzz_target;

mod guard;
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/law.rs"]
mod law;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../testdata/profiles/everything.yaml"),
        include_str!("../../testdata/profiles/language.yaml"),
        include_str!("../../src/profile/builtin/cortexflow.yaml"),
    ];
    texts.into_iter().map(law::profile_of).collect()
});

fn asked(leftovers: Leftovers) -> Run {
    law::asked(&PROFILES, &BTreeMap::new(), Action::Uninject(Which::All, leftovers))
}

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    // The length chooses: a byte for it would be taken from a seed, which would no longer be a manifest.
    let asked = asked(if text.len().is_multiple_of(2) { Leftovers::Drop } else { Leftovers::Refuse });
    let Ok(once) = law::run_as(text, &asked) else { return };
    if !once.errors.is_empty() {
        return;
    }
    let again = law::run_as(&once.text, &asked).expect("what was printed can be read");
    assert_eq!(again.errors, Vec::<String>::new(), "{}", once.text);
    assert_eq!(again.text, once.text, "{text}");
});

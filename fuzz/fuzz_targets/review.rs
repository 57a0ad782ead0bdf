//! Any AdmissionReview has an answer whose patch was proved, the same one each time, or an error. It is read as a document, as the
//! offline commands do; the webhook's HTTP is not in it.
//!
//! `contrib/fuzz 60 review`, which begins with the reviews of `testdata`.

#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use injector::internals::process::run::{Action, Run};
use injector::internals::profile::Profile;
use libfuzzer_sys::fuzz_target;

mod guard;
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/law.rs"]
mod law;

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../src/profile/builtin/cortexflow.yaml"),
        include_str!("../../testdata/profiles/everything.yaml"),
        include_str!("../../testdata/profiles/language.yaml"),
    ];
    texts.into_iter().map(law::profile_of).collect()
});

/// The patches that would leave, as an API server gets them.
fn answers(text: &str, asked: &Run) -> Option<Vec<String>> {
    let run = law::run_as(text, asked).ok()?;
    let objects = run.documents.iter().flat_map(|(_, processed)| &processed.objects);
    let answers = objects.map(|object| match &object.proved {
        Some(patch) => serde_json::to_string(patch).expect("base64"),
        None => {
            assert!(object.outcome.patch.is_empty() || object.is_failed(), "a patch without a proof: {text}");
            String::new()
        }
    });
    Some(answers.collect())
}

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    // The length chooses: a byte for it would be taken from a seed, which would no longer be a review.
    let set = text.len() % PROFILES.len();
    // All that is kept from one document to the next is kept from the first try to the second.
    let asked = law::asked(&PROFILES[set..=set], &BTreeMap::new(), Action::Inject);
    assert_eq!(answers(text, &asked), answers(text, &asked), "{text}");
});

//! The laws (ARCHITECTURE.md lists them): over every fixture, over generated documents, and compared with Kubernetes' own libraries.

use injector::internals::profile::{Profile, builtin};

mod change;
mod explicit;
pub(crate) mod fixtures;
pub(crate) mod generated;
mod guards;
mod hostile;
mod kubernetes;
pub(crate) mod law;
mod picks;
mod pod;
mod readers;
mod shared;
mod spellings;
mod state;
pub(crate) mod states;
mod writer;

/// A built-in profile.
pub(crate) fn profile(name: &str) -> Profile {
    law::profile_of(builtin::text(name).expect("a built-in profile"))
}

/// The sets of profiles under which every law has to hold.
pub(crate) fn profile_sets() -> Vec<Vec<Profile>> {
    let everything = || law::profile_of(include_str!("../../testdata/profiles/everything.yaml"));
    let language = || law::profile_of(include_str!("../../testdata/profiles/language.yaml"));
    let before = || law::profile_of(include_str!("../../testdata/profiles/before.yaml"));
    let after = || law::profile_of(include_str!("../../testdata/profiles/after.yaml"));
    vec![
        vec![profile("cortexflow")],
        vec![profile("nginx"), profile("curl")],
        vec![everything()],
        vec![before(), after(), everything()],
        vec![after(), profile("cortexflow"), before()],
        vec![language()],
        vec![language(), everything()],
        vec![law::profile_of(include_str!("../../testdata/profiles/linkerd.yaml"))],
    ]
}

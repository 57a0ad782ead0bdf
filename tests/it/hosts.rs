//! Programs that run injector, each as its users do: the real program, with the files of this repository that are for it.

pub(crate) mod helm;

use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

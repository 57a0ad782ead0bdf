//! The files in `completions/` are what the command line's types give now.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use clap_complete::{Generator as _, Shell};
use injector::internals::shell::cli::completions;

#[test]
fn completion_scripts_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let update = std::env::var_os("INJECTOR_UPDATE").is_some_and(|value| value == "1");
    let mut expected = Vec::new();
    let mut stale = Vec::new();
    for shell in Shell::value_variants() {
        let (name, script) = (shell.file_name("injector"), completions(*shell));
        if update {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(&name), script).unwrap();
        } else if fs::read(folder.join(&name)).ok() != Some(script) {
            stale.push(name.clone());
        }
        expected.push(name);
    }
    assert!(stale.is_empty(), "not fresh: {stale:?}; run this test with INJECTOR_UPDATE=1");
    let mut present: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    present.sort();
    expected.sort();
    assert_eq!(present, expected, "a file in `completions/` belongs to no shell");
}

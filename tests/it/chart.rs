//! The Helm chart in `charts/injector`: its templates are made from what `install` prints, its values and their schema are
//! those that the templates take, and Helm makes from it what `install` prints for the same choices.
//!
//! `INJECTOR_UPDATE=1` writes the templates and the golden files. Tests that need Helm look for `helm3` and `helm4` in the
//! folder that `INJECTOR_HELM` names; `contrib/helm-clients` makes one.

mod holes;
mod made;
mod manifest;
mod rendered;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The chart's folder, with what is made written anew where that is asked for.
fn chart() -> PathBuf {
    static WRITTEN: Once = Once::new();
    let folder = root().join("charts/injector");
    if update() {
        WRITTEN.call_once(|| write(&folder));
    }
    folder
}

/// Writes what is made, and takes away what is made no more.
fn write(folder: &Path) {
    let made = made::files();
    for name in present(folder).into_keys().filter(|name| !made.contains_key(name)) {
        fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, text) in made {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn update() -> bool {
    std::env::var_os("INJECTOR_UPDATE").is_some_and(|value| value == "1")
}

/// The documents of a stream, as another reader of YAML has them.
fn objects(stream: &str) -> Vec<Value> {
    use serde::Deserialize as _;
    let documents = serde_yaml::Deserializer::from_str(stream).map(|one| Value::deserialize(one).unwrap());
    documents.filter(|document| !document.is_null()).collect()
}

fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let is = |object: &&Value| object["kind"] == kind && object["metadata"]["name"] == name;
    objects.iter().find(is).unwrap_or_else(|| panic!("no {kind} {name}"))
}

/// The files of the chart that are made, by their paths.
fn present(chart: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for folder in ["profiles", "templates", "templates/policy", "templates/webhook"] {
        for entry in fs::read_dir(chart.join(folder)).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(chart).unwrap().to_str().unwrap().to_owned();
            if path.is_file() && !BY_HAND.contains(&name.as_str()) {
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

/// The files in these folders that are written by hand.
const BY_HAND: [&str; 4] =
    ["templates/_helpers.tpl", "templates/check.yaml", "templates/NOTES.txt", "templates/policy/objects.yaml"];

#[test]
fn its_templates_are_made_from_what_install_prints() {
    let (made, present) = (made::files(), present(&chart()));
    let names: BTreeSet<&String> = made.keys().chain(present.keys()).collect();
    let stale: Vec<&String> = names.into_iter().filter(|name| made.get(*name) != present.get(*name)).collect();
    assert!(stale.is_empty(), "not fresh: {stale:?}; run this test with INJECTOR_UPDATE=1");
}

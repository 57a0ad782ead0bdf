//! The files that kustomize reads as patches. They look like manifests, and may be anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::{self, Path, PathBuf};

use super::input::{Input, InputSource};
use crate::process::run::Files;
use crate::text::document;
use crate::text::yaml::node::NodeRef;
use crate::value::view::View;

/// The names that kustomize looks for. The last is no name of a manifest, so no input has it.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What each input is, in their order. Asked are the kustomizations of all directories above it, named or not: kustomize
/// reads no patch from outside of its own directory. One that cannot be read lists nothing: as an input it is reported anyway.
pub(crate) fn classify(inputs: &[Input]) -> Vec<Files> {
    let paths = || inputs.iter().map(file);
    let mut directories = BTreeSet::new();
    for path in paths().flatten().filter_map(|path| path::absolute(path).ok()) {
        // Above a directory that is known, all are.
        let _ =
            path.ancestors().skip(1).try_for_each(|directory| directories.insert(directory.to_owned()).then_some(()));
    }
    let patches: BTreeSet<PathBuf> = directories.iter().flat_map(|directory| listed(directory)).collect();
    let is_patch = |path: &Path| !patches.is_empty() && path.canonicalize().is_ok_and(|path| patches.contains(&path));
    paths().map(|path| if path.is_some_and(is_patch) { Files::KustomizePatches } else { Files::Manifests }).collect()
}

fn file(input: &Input) -> Option<&Path> {
    match &input.source {
        InputSource::File(path) => Some(path),
        InputSource::Stdin => None,
    }
}

/// The patches that a directory's kustomizations list, as far as they are files.
fn listed(directory: &Path) -> Vec<PathBuf> {
    let texts = NAMES.iter().filter_map(|name| fs::read_to_string(directory.join(name)).ok());
    let names: Vec<String> = texts.flat_map(|text| names(&text)).collect();
    names.iter().filter_map(|name| directory.join(name).canonicalize().ok()).collect()
}

fn names(text: &str) -> Vec<String> {
    let documents = document::split(text).unwrap_or_default();
    let of_document = |document: document::Document| {
        let tree = document.parse(text).ok()?;
        let root = tree.view(tree.root()?);
        let elements = |list| root.member(list).map(NodeRef::elements).unwrap_or_default();
        let with_path = elements("patches").into_iter().chain(elements("patchesJson6902"));
        let paths = with_path.filter_map(|patch| patch.text(&["path"]));
        let plain = elements("patchesStrategicMerge").into_iter().filter_map(View::string);
        Some(paths.chain(plain).map(|name| name.into_owned()).collect::<Vec<_>>())
    };
    documents.into_iter().filter_map(of_document).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_listed_in_three_fields() {
        let text = "patches:\n- path: a.yaml\n- patch: |-\n    x\n- {path: ../b.yaml, target: {}}\n\
                    patchesJson6902: [{path: c.json}]\npatchesStrategicMerge:\n- d.yaml\nresources: [e.yaml]\n";
        assert_eq!(names(text), ["a.yaml", "../b.yaml", "c.json", "d.yaml"]);
        assert!(names("patches: 3\n").is_empty() && names("a: [").is_empty());
    }
}

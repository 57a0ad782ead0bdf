//! ARCHITECTURE.md against the sources: its rooms are the folders of `src/`, with the imports that the house allows.

use std::collections::BTreeSet;
use std::fs;

use super::markdown::{code, rows, set};
use super::root;
use crate::house::ROOMS;

#[test]
fn the_rooms_are_the_folders_of_the_sources_with_the_imports_that_are_allowed() {
    let folders: BTreeSet<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let mut shown = Vec::new();
    for row in rows("ARCHITECTURE.md", "## Rooms") {
        let name = code(&row[0]).remove(0);
        let room = ROOMS.iter().find(|room| room.name == name).unwrap_or_else(|| panic!("`{name}` is not a room"));
        // The last room imports all others, and says so in words.
        let imports = if row[2] == "all of the above" { set(shown.iter().cloned()) } else { set(code(&row[2])) };
        assert_eq!(imports, set(room.rooms.iter().copied()), "`{name}`");
        shown.push(name);
    }
    assert_eq!(set(shown), folders);
}

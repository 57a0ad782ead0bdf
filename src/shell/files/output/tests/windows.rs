//! Attributes, open files, and paths with drives.

use std::fs::{self, OpenOptions};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};

use super::*;

/// `FILE_SHARE_READ`: others may read the file, and neither write nor replace it.
const SHARE_READ: u32 = 1;

/// `FILE_ATTRIBUTE_TEMPORARY`: the system keeps such a file in memory where it can.
const TEMPORARY: u32 = 0x100;

#[test]
fn a_mirrored_tree_has_no_drive_and_no_share() {
    let inputs = [
        (r"m\sub\b.yaml", Some(r"m"), r"out\sub\b.yaml"),
        ("m/sub/c.yaml", Some(r"m\"), r"out\sub\c.yaml"),
        (r".\y\d.yaml", None, r"out\y\d.yaml"),
        (r"C:\etc\e.yaml", None, r"out\e.yaml"),
        (r"C:f.yaml", None, r"out\f.yaml"),
        (r"\etc\g.yaml", None, r"out\g.yaml"),
        (r"\\server\share\h.yaml", None, r"out\h.yaml"),
        (r"..\i.yaml", None, r"out\i.yaml"),
    ];
    let read: Vec<_> = inputs.iter().map(|(path, root, _)| input(path, *root)).collect();
    let expected: Vec<_> = inputs.iter().map(|(.., target)| PathBuf::from(target)).collect();
    assert_eq!(mirror(Path::new("out"), &read).unwrap(), expected);
}

#[test]
fn a_file_is_replaced_by_an_ordinary_one() {
    let dir = tempfile::tempdir().unwrap();
    let (file, new) = (dir.path().join("a.yaml"), dir.path().join(r"out\sub\b.yaml"));
    fs::write(&file, "old").unwrap();
    let mut staged = Staged::new();
    staged.stage(&file, &[b"n", b"", b"ew"]).unwrap();
    staged.stage(&new, &[b"new"]).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(staged.commit().unwrap(), [file.clone(), new.clone()], "the names are those that were given");
    for path in [&file, &new] {
        assert_eq!(fs::read_to_string(path).unwrap(), "new");
        assert_eq!(path.metadata().unwrap().file_attributes() & TEMPORARY, 0, "{}", path.display());
    }
    assert_eq!(names(dir.path()), ["a.yaml", "out"]);
}

#[test]
fn a_read_only_file_is_refused_before_anything_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let read_only = |value| {
        let mut permissions = path("b").metadata().unwrap().permissions();
        permissions.set_readonly(value);
        fs::set_permissions(path("b"), permissions).unwrap();
    };
    for name in ["a", "b"] {
        fs::write(path(name), "old").unwrap();
    }
    read_only(true);
    let mut staged = Staged::new();
    staged.stage(&path("a"), &[b"new"]).unwrap();
    let OutputError::Unwritable { error, .. } = staged.stage(&path("b"), &[b"new"]).unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    drop(staged);
    assert!(path("b").metadata().unwrap().permissions().readonly());
    assert_eq!(names(dir.path()), ["a", "b"]);
    for name in ["a", "b"] {
        assert_eq!(fs::read_to_string(path(name)).unwrap(), "old");
    }
    read_only(false);
}

#[test]
fn a_file_that_another_program_holds_open_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for name in ["a", "b"] {
        fs::write(path(name), "old").unwrap();
    }
    let mut staged = Staged::new();
    for name in ["a", "b"] {
        staged.stage(&path(name), &[b"new"]).unwrap();
    }
    let held = OpenOptions::new().read(true).share_mode(SHARE_READ).open(path("b")).unwrap();
    let partial = staged.commit().unwrap_err();
    assert_eq!((&partial.replaced, &partial.failed), (&vec![path("a")], &path("b")));
    drop(held);
    assert_eq!(fs::read_to_string(path("a")).unwrap(), "new");
    assert_eq!(fs::read_to_string(path("b")).unwrap(), "old");
    assert_eq!(names(dir.path()), ["a", "b"]);
}

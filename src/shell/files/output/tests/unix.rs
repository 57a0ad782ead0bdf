//! Modes, owners and links.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;

use super::*;

#[test]
fn files_are_replaced_with_their_mode_owner_and_links() {
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("a.yaml"), dir.path().join("link.yaml"));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    let root = std::os::unix::fs::chown(&file, Some(1234), Some(2345)).is_ok();
    symlink("a.yaml", &link).unwrap();

    let mut staged = Staged::new();
    staged.stage(&link, &[b"n", b"", b"ew"]).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(staged.commit().unwrap(), std::slice::from_ref(&link));

    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert!(link.is_symlink());
    let after = file.metadata().unwrap();
    assert_eq!(after.mode() & 0o7777, 0o640);
    if root {
        assert_eq!((after.uid(), after.gid()), (1234, 2345));
    }
    assert_eq!(names(dir.path()), ["a.yaml", "link.yaml"]);
}

#[test]
fn a_new_file_has_the_mode_of_any_new_file_and_its_folders_are_made() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain");
    fs::write(&plain, "").unwrap();
    let new = dir.path().join("out/sub/a.yaml");
    let mut staged = Staged::new();
    staged.stage(&new, &[b"x"]).unwrap();
    staged.commit().unwrap();
    assert_eq!(fs::read_to_string(&new).unwrap(), "x");
    assert_eq!(new.metadata().unwrap().mode(), plain.metadata().unwrap().mode());
}

#[test]
fn what_cannot_be_replaced_is_refused_before_anything_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("file"), "").unwrap();
    symlink("nowhere", path("broken")).unwrap();
    for (name, expected) in [
        ("", "is not a file that can be replaced"),
        ("file/below", "cannot be written: Not a directory (os error 20)"),
        ("broken", "cannot be written: No such file or directory (os error 2)"),
    ] {
        assert_eq!(Staged::new().stage(&path(name), &[]).unwrap_err().to_string(), expected, "{name}");
    }
    assert!(matches!(Staged::new().stage(Path::new("/dev/null"), &[]), Err(OutputError::NotAFile { .. })));
    assert_eq!(names(dir.path()), ["broken", "file"]);
}

/// A file system of 64 KiB, where the machine lets us mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "none"])
            .arg(dir.path())
            .output()
            .map_err(|error| format!("no `mount`: {error}"))?;
        if mounted.status.success() {
            Ok(Self(dir))
        } else {
            Err(String::from_utf8_lossy(&mounted.stderr).trim().to_owned())
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_fills_up_changes_nothing() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(_) => return skip::skipped("a_disk_that_fills_up_changes_nothing", &skip::Lack::Root),
    };
    let path = |name: &str| disk.0.path().join(name);
    for name in ["a", "b"] {
        fs::write(path(name), "old").unwrap();
    }
    let mut staged = Staged::new();
    staged.stage(&path("a"), &[b"new"]).unwrap();
    let error = staged.stage(&path("b"), &[&vec![b'x'; 100_000]]).unwrap_err();
    let OutputError::Unwritable { error: system, .. } = &error else { panic!("{error}") };
    assert_eq!(system.kind(), io::ErrorKind::StorageFull);
    drop(staged);
    assert_eq!(names(disk.0.path()), ["a", "b"]);
    assert_eq!(fs::read_to_string(path("a")).unwrap(), "old");
}

#[path = "../../../../../tests/it/support/skip.rs"]
#[allow(dead_code, reason = "what else a test may lack is for the integration tests")]
mod skip;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;

use super::*;

/// Takes at most `most` bytes a call, and `space` in all.
struct Narrow {
    got: Vec<u8>,
    most: usize,
    space: usize,
    full: io::ErrorKind,
}

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.most).min(self.space - self.got.len());
        if taken == 0 && !bytes.is_empty() {
            return Err(self.full.into());
        }
        self.got.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn narrow(most: usize, space: usize, full: io::ErrorKind) -> Narrow {
    Narrow { got: Vec::new(), most, space, full }
}

#[test]
fn chunks_arrive_whole_through_any_writer() {
    let many: Vec<String> = (0..3000).map(|i| if i % 7 == 0 { String::new() } else { format!("line {i}\n") }).collect();
    let chunks: Vec<&[u8]> = many.iter().map(String::as_bytes).collect();
    let expected = many.concat();
    for most in [1, 5, 4096] {
        let mut out = narrow(most, expected.len(), io::ErrorKind::StorageFull);
        assert_eq!(to_writer(&mut out, &chunks).unwrap(), Outlet::Written);
        assert!(out.got == expected.as_bytes(), "{most}");
    }
    let mut out = Vec::new();
    assert_eq!(to_writer(&mut out, &chunks).unwrap(), Outlet::Written);
    assert!(out == expected.as_bytes());
    assert_eq!(to_writer(&mut Vec::new(), &[]).unwrap(), Outlet::Written);
    assert_eq!(to_writer(&mut narrow(0, 0, io::ErrorKind::Other), &[b"", b""]).unwrap(), Outlet::Written);
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is() {
    let chunks: [&[u8]; 2] = [b"one", b"two"];
    assert_eq!(to_writer(&mut narrow(9, 4, io::ErrorKind::BrokenPipe), &chunks).unwrap(), Outlet::Closed);
    let error = to_writer(&mut narrow(9, 4, io::ErrorKind::StorageFull), &chunks).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

fn input(path: &str, root: Option<&str>) -> Input {
    let source = if path == "-" { InputSource::Stdin } else { InputSource::File(path.into()) };
    Input { source, root: root.map(PathBuf::from), bytes: Vec::new() }
}

#[test]
fn a_mirrored_tree_keeps_what_is_below_its_root() {
    let of = |inputs: &[(&str, Option<&str>)]| {
        let inputs: Vec<_> = inputs.iter().map(|(path, root)| input(path, *root)).collect();
        match mirror(Path::new("out"), &inputs) {
            Ok(targets) => targets.iter().map(|target| target.display().to_string()).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{}: {error}", error.placed().file),
        }
    };
    for (inputs, expected) in [
        (vec![("m/a.yaml", Some("m")), ("m/sub/b.yaml", Some("m/"))], "out/a.yaml out/sub/b.yaml"),
        (vec![("./a.yaml", Some("."))], "out/a.yaml"),
        (vec![("x/a.yaml", None), ("./y/a.yaml", None)], "out/x/a.yaml out/y/a.yaml"),
        (vec![("/etc/a.yaml", None), ("../b.yaml", None)], "out/a.yaml out/b.yaml"),
        (
            vec![("m/a.yaml", Some("m")), ("z.yaml", None), ("../a.yaml", None)],
            "out/a.yaml: both `m/a.yaml` and `../a.yaml` would be written here",
        ),
        (vec![("-", None)], ": what comes from standard input has no file name below `--output-dir`"),
    ] {
        assert_eq!(of(&inputs), expected);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

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
fn what_is_dropped_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.yaml");
    fs::write(&file, "old").unwrap();
    let mut staged = Staged::new();
    staged.stage(&file, &[b"new"]).unwrap();
    staged.stage(&dir.path().join("out/sub/b.yaml"), &[b"new"]).unwrap();
    drop(staged);
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(names(dir.path()), ["a.yaml"]);
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

#[test]
fn a_failed_rename_says_what_was_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for name in ["a", "b", "c"] {
        fs::write(path(name), "old").unwrap();
    }
    let mut staged = Staged::new();
    for name in ["a", "b", "c"] {
        staged.stage(&path(name), &[b"new"]).unwrap();
    }
    // Between the two steps somebody puts a folder where the file was.
    fs::remove_file(path("b")).unwrap();
    fs::create_dir(path("b")).unwrap();
    let partial = staged.commit().unwrap_err();
    assert_eq!((&partial.replaced, &partial.failed), (&vec![path("a")], &path("b")));
    let placed = OutputError::from(partial).placed();
    assert_eq!(placed.hint.unwrap(), format!("replaced already: `{}`", path("a").display()));
    assert_eq!(fs::read_to_string(path("c")).unwrap(), "old");
    assert_eq!(names(dir.path()), ["a", "b", "c"]);
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

#[path = "../../../../tests/it/support/skip.rs"]
#[allow(dead_code, reason = "what else a test may lack is for the integration tests")]
mod skip;

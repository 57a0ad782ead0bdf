use std::fs;

use super::*;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

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
        assert_eq!(to_writer(&mut out, chunks.iter()).unwrap(), Outlet::Written);
        assert!(out.got == expected.as_bytes(), "{most}");
    }
    let mut out = Vec::new();
    assert_eq!(to_writer(&mut out, chunks.iter()).unwrap(), Outlet::Written);
    assert!(out == expected.as_bytes());
    assert_eq!(to_writer(&mut Vec::new(), std::iter::empty::<&[u8]>()).unwrap(), Outlet::Written);
    assert_eq!(to_writer(&mut narrow(0, 0, io::ErrorKind::Other), ["", ""].iter()).unwrap(), Outlet::Written);
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is() {
    let chunks: [&[u8]; 2] = [b"one", b"two"];
    assert_eq!(to_writer(&mut narrow(9, 4, io::ErrorKind::BrokenPipe), chunks.iter()).unwrap(), Outlet::Closed);
    let error = to_writer(&mut narrow(9, 4, io::ErrorKind::StorageFull), chunks.iter()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

/// The path with `/` on every system.
fn slashes(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn input(path: &str, root: Option<&str>) -> Input {
    let source = if path == "-" { InputSource::Stdin } else { InputSource::File(path.into()) };
    Input { source, root: root.map(PathBuf::from), text: "".into() }
}

#[test]
fn a_mirrored_tree_keeps_what_is_below_its_root() {
    let of = |inputs: &[(&str, Option<&str>)]| {
        let inputs: Vec<_> = inputs.iter().map(|(path, root)| input(path, *root)).collect();
        match mirror(Path::new("out"), &inputs) {
            Ok(targets) => targets.iter().map(|target| slashes(target)).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{}: {error}", slashes(Path::new(&error.placed().file))),
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

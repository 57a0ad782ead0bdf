use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;
use std::path::MAIN_SEPARATOR;

use super::*;

struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("# {file}\n")).unwrap();
        }
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What is read, below the tree's root, or the error with its place and hint.
    fn read(&self, names: &[&str], recursion: Recursion) -> Result<Vec<String>, String> {
        let paths: Vec<_> =
            names.iter().map(|name| if *name == "-" { PathBuf::from("-") } else { self.path(name) }).collect();
        let root = format!("{}{MAIN_SEPARATOR}", self.0.path().display());
        let inputs = read_with(&paths, recursion, &Exclusions::default(), || Ok(b"from a pipe".to_vec()));
        inputs.map(|all| all.iter().map(|input| input.source.to_string().replace(&root, "")).collect()).map_err(
            |error| {
                let placed = error.placed();
                let hint = placed.hint.map(|hint| format!("; hint: {hint}")).unwrap_or_default();
                format!("{}: {}{hint}", placed.file, placed.message).replace(&root, "")
            },
        )
    }
}

#[cfg(unix)] // links
#[test]
fn files_and_directories_are_read_in_order() {
    let tree = Tree::new(&["b.yaml", "a.yml", "c.json", "notes.txt", ".hidden.yaml", "sub/d.yaml", "a/z.yaml", "x"]);
    symlink(tree.path("x"), tree.path("link.yaml")).unwrap();
    symlink(tree.path("sub"), tree.path("dir.yaml")).unwrap();
    for (names, recursion, expected) in [
        (vec![], Recursion::Off, vec!["<stdin>"]),
        (vec!["b.yaml", "-", "a.yml"], Recursion::Off, vec!["b.yaml", "<stdin>", "a.yml"]),
        (vec!["notes.txt"], Recursion::Off, vec!["notes.txt"]),
        (vec![""], Recursion::Off, vec![".hidden.yaml", "a.yml", "b.yaml", "c.json", "link.yaml"]),
        (
            vec![""],
            Recursion::On,
            vec![".hidden.yaml", "a/z.yaml", "a.yml", "b.yaml", "c.json", "link.yaml", "sub/d.yaml"],
        ),
        (vec!["dir.yaml"], Recursion::Off, vec!["dir.yaml/d.yaml"]),
    ] {
        assert_eq!(tree.read(&names, recursion).unwrap(), expected, "{names:?} {recursion:?}");
    }
}

#[cfg(windows)]
#[test]
fn a_file_is_the_same_in_capital_letters_and_by_another_way() {
    let tree = Tree::new(&["a.yaml", "sub/b.yaml"]);
    assert_eq!(tree.read(&[""], Recursion::On).unwrap(), ["a.yaml", r"sub\b.yaml"]);
    for (names, expected) in [
        (["a.yaml", "A.YAML"], "A.YAML: the same file as `a.yaml`"),
        (["a.yaml", r"sub\..\a.yaml"], r"sub\..\a.yaml: the same file as `a.yaml`"),
    ] {
        assert_eq!(tree.read(&names, Recursion::Off).unwrap_err(), expected, "{names:?}");
    }
}

#[test]
fn an_input_knows_its_directory_and_keeps_its_bytes() {
    let tree = Tree::new(&["d/a.yaml"]);
    fs::write(tree.path("d/a.yaml"), b"\xEF\xBB\xBFa: 1\r\n").unwrap();
    let inputs = read(&[tree.path("d")], Recursion::Off).unwrap();
    assert_eq!(
        inputs,
        [Input {
            source: InputSource::File(tree.path("d/a.yaml")),
            root: Some(tree.path("d")),
            text: "\u{feff}a: 1\r\n".into()
        }]
    );
}

#[cfg(unix)] // links
#[test]
fn a_file_is_the_same_by_a_link_beside_it_and_by_a_link_to_its_folder() {
    let tree = Tree::new(&["d/a.yaml", "d/c.yaml"]);
    symlink(tree.path("d"), tree.path("e")).unwrap();
    assert_eq!(tree.read(&["d", "e"], Recursion::Off).unwrap_err(), "e/a.yaml: the same file as `d/a.yaml`");
    assert_eq!(tree.read(&["d/c.yaml", "e"], Recursion::Off).unwrap_err(), "e/c.yaml: the same file as `d/c.yaml`");
    symlink("a.yaml", tree.path("d/b.yaml")).unwrap();
    assert_eq!(tree.read(&["d"], Recursion::Off).unwrap_err(), "d/b.yaml: the same file as `d/a.yaml`");
}

#[cfg(unix)] // links
#[test]
fn what_cannot_be_read_is_told() {
    let tree = Tree::new(&["a.yaml", "deep/down/b.yaml", "none/readme.txt"]);
    symlink(tree.path("a.yaml"), tree.path("again.yaml")).unwrap();
    symlink(tree.path("nowhere"), tree.path("deep/down/broken.yaml")).unwrap();
    for (names, recursion, expected) in [
        (vec!["absent.yaml"], Recursion::Off, "absent.yaml: there is no such file"),
        (vec!["a.yaml/b"], Recursion::Off, "a.yaml/b: cannot be read: Not a directory (os error 20)"),
        (vec!["none"], Recursion::Off, "none: no `.yaml`, `.yml` or `.json` file in this directory"),
        (vec!["none"], Recursion::On, "none: no `.yaml`, `.yml` or `.json` file in this directory"),
        (vec!["-", "-"], Recursion::Off, ": standard input is named twice"),
        (vec!["a.yaml", "again.yaml"], Recursion::Off, "again.yaml: the same file as `a.yaml`"),
        (vec!["a.yaml", "none/../a.yaml"], Recursion::Off, "none/../a.yaml: the same file as `a.yaml`"),
        (vec!["deep"], Recursion::On, "deep/down/broken.yaml: there is no such file"),
    ] {
        assert_eq!(tree.read(&names, recursion).unwrap_err(), expected, "{names:?}");
    }
    fs::remove_file(tree.path("deep/down/broken.yaml")).unwrap();
    assert_eq!(
        tree.read(&["deep"], Recursion::Off).unwrap_err(),
        "deep: no `.yaml`, `.yml` or `.json` file in this directory; hint: directories below it have some: add `-R`"
    );
}

#[test]
fn an_address_is_not_fetched() {
    let error = list(&["https://example.com/a.yaml".into()], Recursion::Off, &Exclusions::default())
        .into_iter()
        .find_map(Result::err)
        .unwrap();
    assert_eq!(error.to_string(), "`https://example.com/a.yaml` is an address, and injector does not use the network");
}

//! The files of a release, as `contrib/release/build` makes them: from this program, and from files that stand for the
//! programs of other systems. `INJECTOR_RELEASE` names the folder of the tools, `INJECTOR_KREW` that of krew.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Lack, skipped};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The target that krew takes on this machine.
const TARGET: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-musl" } else { "x86_64-unknown-linux-musl" };
const WINDOWS: &str = "x86_64-pc-windows-gnu";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The `PATH` with the tools of a release; `None` where they are not there, and then `test` is skipped.
fn path(test: &str) -> Option<OsString> {
    let Some(tools) = std::env::var_os("INJECTOR_RELEASE") else {
        skipped(test, &Lack::ReleaseTools);
        return None;
    };
    let rest = std::env::var_os("PATH").unwrap();
    let all = std::iter::once(PathBuf::from(tools)).chain(std::env::split_paths(&rest));
    Some(std::env::join_paths(all).unwrap())
}

fn script(name: &str, path: &OsStr, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    let mut command = Command::new(root().join("contrib/release").join(name));
    command.args(args).env("PATH", path).env("SOURCE_DATE_EPOCH", "1700000000").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// `TARGET=FILE` for this program, without what only a debugger reads, and for one that stands for Windows.
static PROGRAMS: LazyLock<[String; 2]> = LazyLock::new(|| {
    let folder = emptied("programs");
    let (own, windows) = (folder.join("own"), folder.join("windows"));
    let stripped = Command::new("strip").arg("-o").args([&own, Path::new(env!("CARGO_BIN_EXE_injector"))]).status();
    assert!(stripped.unwrap().success());
    fs::write(&windows, "for another system").unwrap();
    [(TARGET, own), (WINDOWS, windows)].map(|(target, file)| format!("{target}={}", file.display()))
});

fn programs() -> [&'static str; 8] {
    let [own, windows] = &*PROGRAMS;
    ["--target", TARGET, "--program", own, "--target", WINDOWS, "--program", windows]
}

/// A release, built once: its folder, and what was said.
static BUILT: LazyLock<Option<(PathBuf, String)>> = LazyLock::new(|| {
    let path = path("release")?;
    let folder = emptied("dist");
    let home = ["--home", "https://git.example/injector", "--out", folder.to_str().unwrap()];
    let ran = script("build", &path, home.iter().chain(&programs()));
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    Some((folder, text(&ran.stderr)))
});

pub(crate) fn built(test: &str) -> Option<&'static Path> {
    path(test)?;
    BUILT.as_ref().map(|(folder, _)| folder.as_path())
}

/// A folder that stays: the next run of the tests replaces it.
fn emptied(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The files below a folder, by their paths from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

fn set(names: impl IntoIterator<Item = impl Into<String>>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

/// An archive, unpacked by the usual program.
fn unpacked(archive: &Path) -> TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let is_zip = archive.extension().is_some_and(|ending| ending == "zip");
    let mut command = Command::new(if is_zip { "python3" } else { "tar" });
    command.args(if is_zip { &["-m", "zipfile", "-e"][..] } else { &["-xzf"] }).arg(archive);
    command.args(if is_zip { &[][..] } else { &["-C"] }).arg(folder.path());
    assert!(command.status().unwrap().success());
    folder
}

fn archive(target: &str) -> String {
    let ending = if target == WINDOWS { "zip" } else { "tar.gz" };
    format!("injector-{VERSION}-{target}.{ending}")
}

#[test]
fn a_release_has_these_files_and_says_which_targets_are_left_out() {
    let test = "a_release_has_these_files_and_says_which_targets_are_left_out";
    let Some(folder) = built(test) else { return };
    let sboms = [TARGET, WINDOWS].map(|target| format!("injector-{VERSION}-{target}.cdx.json"));
    let others = [format!("injector-helm-{VERSION}-{TARGET}.tgz"), "SHA256SUMS".into(), "sidecar-inject.yaml".into()];
    let archives = [archive(TARGET), archive(WINDOWS)];
    assert_eq!(files(folder), set(sboms.iter().chain(&others).chain(&archives)));
    let said = &BUILT.as_ref().unwrap().1;
    let all =
        ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin"];
    let expected = all.iter().filter(|target| **target != TARGET);
    let expected: String = expected.map(|target| format!("left out: {target}: it was not asked for\n")).collect();
    assert_eq!(*said, expected);
    let sums =
        Command::new("sha256sum").args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(folder).output();
    assert!(sums.as_ref().unwrap().status.success(), "{sums:?}");
    let listed = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(listed.lines().count(), files(folder).len() - 1, "all but itself");
}

#[test]
fn each_archive_has_the_program_and_what_belongs_to_it() {
    let Some(folder) = built("each_archive_has_the_program_and_what_belongs_to_it") else { return };
    let pages = tempfile::tempdir().unwrap();
    let own = Command::new(env!("CARGO_BIN_EXE_injector")).arg("man").arg(pages.path()).status();
    assert!(own.unwrap().success());
    for (target, program) in [(TARGET, "injector"), (WINDOWS, "injector.exe")] {
        let unpacked = unpacked(&folder.join(archive(target)));
        let folder = unpacked.path().join(format!("injector-{VERSION}-{target}"));
        let completions = files(&root().join("completions"));
        let expected = completions.iter().map(|name| format!("completions/{name}"));
        let pages_there = files(pages.path());
        let expected = expected.chain(pages_there.iter().map(|name| format!("man/man1/{name}")));
        assert_eq!(files(&folder), set(expected.chain([program, "LICENSE", "README.md"].map(str::to_owned))));
        for (name, source) in
            [("LICENSE", root().join("LICENSE")), ("man/man1/injector-check.1", pages.path().join("injector-check.1"))]
        {
            assert_eq!(fs::read(folder.join(name)).unwrap(), fs::read(source).unwrap(), "{target}: {name}");
        }
    }
    let unpacked = unpacked(&folder.join(archive(TARGET)));
    let program = unpacked.path().join(format!("injector-{VERSION}-{TARGET}/injector"));
    let said = Command::new(program).arg("version").output().unwrap();
    assert_eq!(text(&said.stdout), format!("injector {VERSION}\n"));
}

#[test]
fn the_list_of_parts_names_each_crate_of_its_target_and_no_folder_of_this_machine() {
    let test = "the_list_of_parts_names_each_crate_of_its_target_and_no_folder_of_this_machine";
    let Some(folder) = built(test) else { return };
    for target in [TARGET, WINDOWS] {
        let text = fs::read_to_string(folder.join(format!("injector-{VERSION}-{target}.cdx.json"))).unwrap();
        assert!(!text.contains(root().to_str().unwrap()), "{target}");
        let list: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&list["bomFormat"], &list["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
        assert_eq!(list["metadata"]["component"]["version"], VERSION);
        let names: BTreeSet<_> =
            list["components"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
        assert!(["serde_json", "rustls", "mimalloc"].iter().all(|name| names.contains(name)), "{names:?}");
        assert!(!names.contains("proptest"), "what tests need is in no program");
        assert_eq!(names.contains("windows-sys"), target == WINDOWS);
    }
}

#[test]
fn two_copies_in_two_folders_give_the_same_bytes() {
    let test = "two_copies_in_two_folders_give_the_same_bytes";
    let Some(path) = path(test) else { return };
    if !root().join(".git").exists() {
        return skipped(test, &Lack::Machine("this is no clone of the repository".to_owned()));
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let small = folder.path().join("small");
    let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_injector"));
    fs::write(&small, program).unwrap();
    fs::set_permissions(&small, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (dist, given) = (folder.path().join("dist"), format!("{TARGET}={}", small.display()));
    let ran = script(
        "reproduce",
        &path,
        [
            dist.to_str().unwrap(),
            "--target",
            TARGET,
            "--program",
            &given,
            "--target",
            WINDOWS,
            "--program",
            &PROGRAMS[1],
        ],
    );
    assert!(ran.status.success(), "{}{}", text(&ran.stdout), text(&ran.stderr));
    assert!(text(&ran.stdout).ends_with("both builds gave the same bytes: 7 files\n"), "{}", text(&ran.stdout));
    assert_eq!(files(&dist).len(), 7);
}

#[test]
fn wrong_arguments_build_nothing() {
    let Some(path) = path("wrong_arguments_build_nothing") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (full, new) = (folder.path().join("full"), folder.path().join("new"));
    fs::create_dir(&full).unwrap();
    fs::write(full.join("a"), "").unwrap();
    let (full, new) = (full.to_str().unwrap(), new.to_str().unwrap());
    for (args, expected) in [
        (&["--folder", "x"][..], "error: --folder: unknown argument; the head of contrib/release/build has all\n"),
        (&["--out"], "error: --out: a value is missing\n"),
        (&["--program", "x86_64-linux=/bin/sh"], "error: --program x86_64-linux=/bin/sh: the target is none of "),
        (
            &["--program", "x86_64-unknown-linux-musl=none"],
            "error: --program x86_64-unknown-linux-musl=none: there is no such file\n",
        ),
        (&["--out", full], &format!("error: {full}: the folder is not empty\n")),
    ] {
        let ran = script("build", &path, args);
        assert!(!ran.status.success() && text(&ran.stderr).starts_with(expected), "{args:?}: {ran:?}");
    }
    let ran = script("build", &path, ["--target", "aarch64-apple-darwin", "--out", new]);
    let said = "error: --target aarch64-apple-darwin: it is linked with files of macOS: ";
    assert!(!ran.status.success() && text(&ran.stderr).contains(said), "{ran:?}");
    let ran = script("build", &path, ["--target", WINDOWS, "--out", new, "--program", &PROGRAMS[1]]);
    let said = "error: none of the programs runs here, and one has to print the manual pages\n";
    assert!(!ran.status.success() && text(&ran.stderr).ends_with(said), "{ran:?}");
    assert!(files(Path::new(new)).is_empty());
}

#[test]
fn krew_takes_the_manifest_and_installs_the_plugin() {
    let test = "krew_takes_the_manifest_and_installs_the_plugin";
    let Some(krew) = std::env::var_os("INJECTOR_KREW") else { return skipped(test, &Lack::Krew) };
    let Some(release) = built(test) else { return };
    if Command::new("kubectl").arg("version").arg("--client").output().is_err() {
        return skipped(test, &Lack::Program("kubectl", "kubernetes-client"));
    }
    let manifest = release.join("sidecar-inject.yaml");
    let validator = Path::new(&krew).join("validate-krew-manifest");
    let valid = Command::new(validator).arg("-skip-install").arg("-manifest").arg(&manifest).output().unwrap();
    assert!(valid.status.success(), "{}", text(&valid.stderr));
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let all = [home.path().join("bin"), PathBuf::from(&krew)].into_iter().chain(std::env::split_paths(&path));
    let path = std::env::join_paths(all).unwrap();
    let kubectl = |args: &[&OsStr]| {
        let mut command = Command::new("kubectl");
        let command = command.args(args).env("PATH", &path).env("KREW_ROOT", home.path()).env("HOME", home.path());
        let ran = command.env("KREW_NO_UPGRADE_CHECK", "1").stdin(std::process::Stdio::null()).output().unwrap();
        assert!(ran.status.success(), "{args:?}: {ran:?}");
        text(&ran.stdout)
    };
    let given = [("--manifest=", manifest), ("--archive=", release.join(archive(TARGET)))];
    let [manifest, archive] = given.map(|(flag, file)| OsString::from(format!("{flag}{}", file.display())));
    kubectl(&["krew".as_ref(), "install".as_ref(), &manifest, &archive]);
    let plugin =
        |args: &[&str]| kubectl(&[&["sidecar-inject"], args].concat().iter().map(OsStr::new).collect::<Vec<_>>());
    assert_eq!(plugin(&["version"]), format!("kubectl sidecar-inject {VERSION}\n"));
    assert!(plugin(&["deploy/web"]).starts_with("patch=$(kubectl get deploy/web -o yaml | kubectl"));
    let store = home.path().join(format!("store/sidecar-inject/v{VERSION}"));
    assert_eq!(files(&store), set(["LICENSE", "injector"]));
}

#[test]
fn cargo_binstall_finds_the_archives_and_the_program_in_them() {
    let Some(folder) = built("cargo_binstall_finds_the_archives_and_the_program_in_them") else { return };
    let ran = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output();
    let all: Value = serde_json::from_slice(&ran.unwrap().stdout).unwrap();
    let given = &all["packages"][0]["metadata"]["binstall"];
    let krew = fs::read_to_string(folder.join("sidecar-inject.yaml")).unwrap();
    for (target, endings, ending) in [(TARGET, &[".tgz", ".tar.gz"][..], ""), (WINDOWS, &[".zip"], ".exe")] {
        let format = given["overrides"][target]["pkg-fmt"].as_str().unwrap_or(given["pkg-fmt"].as_str().unwrap());
        assert_eq!(format, if target == WINDOWS { "zip" } else { "tgz" });
        let filled = |template: &str, suffix: &str| {
            let template = given[template].as_str().unwrap().to_owned();
            let values = [("name", "injector"), ("bin", "injector"), ("version", VERSION), ("target", target)];
            let values = values.into_iter().chain([("archive-suffix", suffix), ("binary-ext", ending)]);
            values.fold(template, |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
        };
        let found = endings.iter().map(|ending| filled("pkg-url", ending)).find(|address| krew.contains(address));
        let address = found.unwrap_or_else(|| panic!("{target}: not an address of {krew}"));
        let unpacked = unpacked(&folder.join(address.rsplit('/').next().unwrap()));
        let program = filled("bin-dir", "");
        assert!(unpacked.path().join(&program).is_file(), "{program}");
    }
}

//! The house: which room may import which, what a pure room may touch, and how long a file or a function may be.
//!
//! It reads the sources as Rust, so an import counts wherever it is written: in a `use`, or as a path in an expression.
//! Code under `#[cfg(test)]`, and files named `tests.rs`, may import anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

mod source;

use source::{Import, Source};

/// A folder of `src/`, and what it may import.
pub(super) struct Room {
    pub(super) name: &'static str,
    /// The rooms that it may import, beside itself.
    pub(super) rooms: &'static [&'static str],
    reach: Reach,
}

/// What a room may touch outside this crate.
enum Reach {
    /// Values alone: these crates, and of the standard library what cannot reach a file, a clock, a socket or a thread.
    Pure(&'static [&'static str]),
    /// The world.
    Shell,
}

/// The rooms from the ground up. A room may only import rooms above its own line.
pub(super) const ROOMS: &[Room] = &[
    Room { name: "value", rooms: &[], reach: Reach::Pure(&["serde", "serde_json", "smol_str", "thiserror"]) },
    Room { name: "diagnostic", rooms: &["value"], reach: Reach::Pure(&["memchr", "serde", "strsim"]) },
    Room {
        name: "text",
        rooms: &["value"],
        reach: Reach::Pure(&["base64", "libyaml_safer", "memchr", "serde", "serde_json", "thiserror"]),
    },
    Room { name: "kube", rooms: &["value", "diagnostic"], reach: Reach::Pure(&["serde", "serde_json", "thiserror"]) },
    Room {
        name: "expression",
        rooms: &["value", "diagnostic", "text", "kube"],
        reach: Reach::Pure(&["base64", "regex_lite", "serde_json", "sha2", "thiserror"]),
    },
    Room {
        name: "profile",
        rooms: &["value", "diagnostic", "text", "kube", "expression"],
        reach: Reach::Pure(&["memchr", "serde", "serde_json", "thiserror"]),
    },
    Room {
        name: "decide",
        rooms: &["value", "diagnostic", "kube", "expression", "profile"],
        reach: Reach::Pure(&["serde", "serde_json", "sha2", "thiserror"]),
    },
    Room {
        name: "policy",
        rooms: &["value", "diagnostic", "text", "kube", "expression", "profile", "decide"],
        reach: Reach::Pure(&["serde_json"]),
    },
    Room {
        name: "process",
        rooms: &["value", "diagnostic", "text", "kube", "profile", "decide"],
        reach: Reach::Pure(&["base64", "json_patch", "memchr", "serde", "serde_json", "thiserror"]),
    },
    Room {
        name: "lint",
        rooms: &["value", "diagnostic", "kube", "expression", "profile", "decide", "policy"],
        reach: Reach::Pure(&["serde", "serde_json"]),
    },
    Room { name: "report", rooms: &["value", "diagnostic"], reach: Reach::Pure(&["serde", "serde_json", "sha2"]) },
    Room {
        name: "tell",
        rooms: &[
            "value",
            "diagnostic",
            "text",
            "kube",
            "expression",
            "profile",
            "decide",
            "policy",
            "process",
            "lint",
            "report",
        ],
        reach: Reach::Pure(&["serde", "serde_json", "similar"]),
    },
    Room {
        name: "playground",
        rooms: &[
            "value",
            "diagnostic",
            "text",
            "kube",
            "expression",
            "profile",
            "decide",
            "policy",
            "process",
            "lint",
            "report",
            "tell",
        ],
        reach: Reach::Pure(&["serde", "serde_json"]),
    },
    Room {
        name: "expect",
        rooms: &["value", "diagnostic", "decide", "report"],
        reach: Reach::Pure(&["serde_json", "similar"]),
    },
    Room {
        name: "install",
        rooms: &["value", "diagnostic", "text", "kube", "profile", "decide", "policy"],
        reach: Reach::Pure(&["base64", "serde_json"]),
    },
    Room {
        name: "shell",
        rooms: &[
            "value",
            "diagnostic",
            "text",
            "kube",
            "expression",
            "profile",
            "decide",
            "policy",
            "process",
            "lint",
            "report",
            "tell",
            "playground",
            "expect",
            "install",
        ],
        reach: Reach::Shell,
    },
];

/// The floors of the shell, from the ground up: each may import those before it.
const SHELL: &[&str] = &["files", "certs", "server", "cli", "commands"];

/// What of the standard library reaches no file, clock, socket, thread, process or environment. `std::path` is not in it:
/// a path can be asked whether its file is there.
const PURE_STD: &[&str] = &[
    "any",
    "array",
    "borrow",
    "boxed",
    "cell",
    "char",
    "cmp",
    "collections",
    "convert",
    "default",
    "error",
    "fmt",
    "hash",
    "iter",
    "marker",
    "mem",
    "num",
    "ops",
    "option",
    "panic",
    "primitive",
    "ptr",
    "rc",
    "result",
    "slice",
    "str",
    "string",
    "sync",
    "vec",
];

/// Single items of modules that a pure room may not have whole: traits, and values that are handed in or read.
const PURE_ITEMS: &[&str] = &[
    "std::ffi::OsStr",
    "std::io",
    "std::io::Cursor",
    "std::io::Result",
    "std::io::Write",
    "std::net::IpAddr",
    "std::process::ExitCode",
    "std::time::Duration",
];

/// The longest that a file may be, in lines.
const FILE: usize = 400;

/// The longest that a function may be, in lines; those of a text that goes over several lines are data, and do not count.
const FUNCTION: usize = 60;

fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// What is wrong with one import.
fn objection(source: &Source, import: &Import) -> Option<String> {
    let own = room(source.room()?)?;
    match import.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["crate", "shell", theirs, ..] if own.name == "shell" => {
            let floor = |name: &str| SHELL.iter().position(|known| *known == name);
            let (ours, theirs) = (floor(source.module.get(1)?)?, floor(theirs)?);
            (theirs > ours).then(|| format!("`shell/{}` may not import `shell/{}`", SHELL[ours], SHELL[theirs]))
        }
        ["crate", theirs, ..] if room(theirs).is_some() => (*theirs != own.name && !own.rooms.contains(theirs))
            .then(|| format!("`{}` may not import `{theirs}`", own.name)),
        // What `lib.rs` offers to tests, and the root itself, are no way around a room.
        ["crate", other, ..] => Some(format!("`{}` may not import `crate::{other}`, which is not a room", own.name)),
        ["crate" | "std" | "core" | "alloc"] => Some(format!("`{}` may not import a crate whole", own.name)),
        ["std" | "core" | "alloc", module, ..] => match own.reach {
            Reach::Shell => None,
            Reach::Pure(_) => {
                let path = import.path.join("::");
                // A type brings its functions; a module, whose name is lower case, brings nothing.
                let is_type =
                    |item: &str| item.rsplit("::").next().is_some_and(|name| name.starts_with(char::is_uppercase));
                let is_item = PURE_ITEMS
                    .iter()
                    .any(|item| path == *item || (is_type(item) && path.starts_with(&format!("{item}::"))));
                (!PURE_STD.contains(module) && !is_item)
                    .then(|| format!("`{}` is pure: it may not use `{}`", own.name, import.path.join("::")))
            }
        },
        [krate, ..] if source::dependencies().contains(*krate) => match own.reach {
            Reach::Shell => None,
            Reach::Pure(crates) => {
                (!crates.contains(krate)).then(|| format!("`{}` is pure: it may not use the crate `{krate}`", own.name))
            }
        },
        _ => None,
    }
}

fn objections(sources: &[Source]) -> String {
    let mut found = String::new();
    for source in sources {
        for import in &source.imports {
            if let Some(objection) = objection(source, import) {
                let _ = writeln!(found, "{}:{}: {objection}", source.path, import.line);
            }
        }
    }
    found
}

#[test]
fn every_import_goes_down_and_pure_rooms_touch_nothing() {
    assert_eq!(objections(&source::all()), "");
}

#[test]
fn the_rooms_stand_in_the_order_of_their_imports() {
    let mut above = BTreeSet::new();
    for room in ROOMS {
        assert!(
            room.rooms.iter().all(|known| above.contains(known)),
            "`{}` imports a room that comes later",
            room.name
        );
        above.insert(room.name);
    }
    let folders: BTreeSet<String> =
        source::all().iter().filter_map(|source| source.room().map(str::to_owned)).collect();
    assert_eq!(folders, ROOMS.iter().map(|room| room.name.to_owned()).collect(), "every folder of `src/` is a room");
}

#[test]
fn what_the_house_forbids_is_found() {
    for (path, code, expected) in [
        ("src/value/x.rs", "use crate::kube::names;", "`value` may not import `kube`"),
        ("src/value/x.rs", "fn f() { crate::shell::commands::run() }", "`value` may not import `shell`"),
        ("src/value/a/b.rs", "use super::super::super::kube::names;", "`value` may not import `kube`"),
        ("src/shell/server/x.rs", "use crate::shell::cli::Cli;", "`shell/server` may not import `shell/cli`"),
        ("src/kube/x.rs", "use std::fs::File;", "`kube` is pure: it may not use `std::fs::File`"),
        ("src/kube/x.rs", "fn f() { std::fs::metadata(\"x\"); }", "`kube` is pure: it may not use `std::fs::metadata`"),
        ("src/kube/x.rs", "use std::path::Path;", "`kube` is pure: it may not use `std::path::Path`"),
        ("src/kube/x.rs", "fn f() { std::env::var_os(\"X\"); }", "`kube` is pure: it may not use `std::env::var_os`"),
        ("src/kube/x.rs", "use std::{fmt, thread};", "`kube` is pure: it may not use `std::thread`"),
        ("src/kube/x.rs", "use std::time::{Duration, Instant};", "`kube` is pure: it may not use `std::time::Instant`"),
        ("src/kube/x.rs", "use std::io; fn f() { io::stdout(); }", "`kube` is pure: it may not use `std::io::stdout`"),
        ("src/kube/x.rs", "fn f() { vec![std::fs::read(\"x\")]; }", "`kube` is pure: it may not use `std::fs::read`"),
        ("src/kube/x.rs", "use std::*;", "`kube` may not import a crate whole"),
        (
            "src/kube/x.rs",
            "use crate::internals::lint;",
            "`kube` may not import `crate::internals`, which is not a room",
        ),
        ("src/kube/x.rs", "use tokio::net::TcpListener;", "`kube` is pure: it may not use the crate `tokio`"),
        ("src/kube/x.rs", "#[cfg(test)] mod tests { use crate::lint::lint; }", ""),
        ("src/kube/x.rs", "use std::fmt; use crate::value::view::View;", ""),
        ("src/shell/cli/x.rs", "use std::fs; use crate::shell::server::log;", ""),
    ] {
        let expected = if expected.is_empty() { String::new() } else { format!("{path}:1: {expected}\n") };
        assert_eq!(objections(&[Source::read(path, code)]), expected, "{code}");
    }
}

/// For each file, those that it takes something from; a file's own ancestors do not count, which hold it.
fn arrows(sources: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let by_module: BTreeMap<String, &Source> =
        sources.iter().map(|source| (source.module.join("::"), source)).collect();
    let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in sources {
        for import in &source.imports {
            let Some(("crate", path)) = import.path.split_first().map(|(first, rest)| (first.as_str(), rest)) else {
                continue;
            };
            let target = (1..=path.len()).rev().find_map(|length| by_module.get(&path[..length].join("::")));
            if let Some(target) = target.filter(|target| !source.module.starts_with(&target.module)) {
                arrows.entry(&source.path).or_default().insert(&target.path);
            }
        }
    }
    arrows
}

/// The files of a cycle, the first that is found.
fn cycle(sources: &[Source]) -> Vec<&str> {
    let arrows = arrows(sources);
    let next = |file: &str| arrows.get(file).into_iter().flatten().copied();
    for &start in arrows.keys() {
        let mut from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut open: Vec<&str> = next(start).inspect(|file| assert!(from.insert(file, start).is_none())).collect();
        while let Some(file) = open.pop() {
            if file == start {
                let mut files = vec![start];
                let mut at = from[start];
                while at != start {
                    files.push(at);
                    at = from[at];
                }
                files.sort_unstable();
                return files;
            }
            for one in next(file) {
                if let std::collections::btree_map::Entry::Vacant(free) = from.entry(one) {
                    free.insert(file);
                    open.push(one);
                }
            }
        }
    }
    Vec::new()
}

#[test]
fn no_two_files_import_each_other() {
    assert_eq!(cycle(&source::all()), Vec::<&str>::new());
    let [a, b, c] = [("a", "b"), ("b", "c"), ("c", "a")]
        .map(|(own, other)| Source::read(&format!("src/value/{own}.rs"), &format!("use super::{other}::X;")));
    assert_eq!(cycle(&[a, b, c]), ["src/value/a.rs", "src/value/b.rs", "src/value/c.rs"]);
}

#[test]
fn files_and_functions_are_short() {
    let mut long = String::new();
    for source in source::all().iter().chain(&source::tests()) {
        if source.lines > FILE {
            let _ = writeln!(long, "{}: {} lines", source.path, source.lines);
        }
        for (name, line, lines) in &source.functions {
            if *lines > FUNCTION {
                let _ = writeln!(long, "{}:{line}: `{name}` has {lines} lines", source.path);
            }
        }
    }
    assert_eq!(long, "");
}

//! What a case expects. One that expects nothing could not fail, so that is an error.

use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Position, Severity};
use crate::expect::{Expectation, OfProfile, TextKind, Wanted, WantedDiagnostic};
use crate::profile::reader::{Errors, Node, ProfileErrorKind};
use crate::profile::rule::Rule;
use crate::report::VERDICTS;
use crate::shell::files::config::Reader;
use crate::text::yaml::node::NodeRef;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View as _};

const FIELDS: &[&str] = &["verdict", "rule", "errors", "warnings", "notes", "patch", "contains", "golden", "report"];

type Found<'a> = Node<NodeRef<'a>>;

/// Reads the field `expect` of a case.
pub(super) fn read(node: Found<'_>, reader: &mut Reader<'_>) -> Vec<Expectation> {
    let (at, before) = (node.at.clone(), reader.errors.0.len());
    let Some(node) = node.object(FIELDS, &mut reader.errors) else { return Vec::new() };
    no_nulls(&node, &mut reader.errors);
    let mut all = Vec::new();
    all.extend(
        node.get("verdict").map(|node| of_profiles(node, reader, (&VERDICTS, Wanted::Verdict))).into_iter().flatten(),
    );
    let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    all.extend(node.get("rule").map(|node| of_profiles(node, reader, (&rules, Wanted::Rule))).into_iter().flatten());
    for (field, severity) in [("errors", Severity::Error), ("warnings", Severity::Warning), ("notes", Severity::Note)] {
        all.extend(node.get(field).map(|node| diagnostics(node, severity, reader)));
    }
    all.extend(node.get("patch").and_then(|node| patch(node, reader)));
    all.extend(node.get("contains").and_then(|node| part(&node, reader)));
    for (field, kind) in [("golden", TextKind::Output), ("report", TextKind::Report)] {
        all.extend(node.get(field).and_then(|node| text(&node, kind, reader)));
    }
    if all.is_empty() && reader.errors.0.len() == before {
        reader.errors.add(&at, ProfileErrorKind::Empty("a case that expects nothing cannot fail"));
    }
    all
}

/// A field without a value looks as if it expected something, and would pass whatever comes.
fn no_nulls(node: &Found<'_>, errors: &mut Errors) {
    for (name, _) in node.view.members().into_iter().filter(|(_, view)| view.kind() == Kind::Null) {
        let hint = match &*name {
            "errors" | "warnings" | "notes" | "patch" => Some("`[]` says that there is none".to_owned()),
            _ => None,
        };
        let message = format!("`{name}` has no value");
        errors.add(&node.at.join(&*name), ProfileErrorKind::Schema { message, hint });
    }
}

/// A word for all profiles, or one for each that is named.
fn of_profiles(
    node: Found<'_>,
    reader: &mut Reader<'_>,
    (words, wanted): (&[&str], fn(OfProfile) -> Wanted),
) -> Vec<Expectation> {
    let nodes = match node.view.kind() {
        Kind::Mapping => {
            let at = node.at.clone();
            let entries = node.entries(&mut reader.errors);
            if entries.is_empty() {
                reader.errors.add(&at, ProfileErrorKind::Empty("at least one profile has to be named here"));
            }
            entries.into_iter().map(|(profile, node)| (Some(profile), node)).collect()
        }
        _ => vec![(None, node)],
    };
    let mut all = Vec::new();
    for (profile, node) in nodes {
        let Some(word) = node.string(&mut reader.errors) else { continue };
        if known(&word, words, &node.at, &mut reader.errors) {
            let at = reader.position(&node.at);
            all.push(Expectation { wanted: wanted(OfProfile { profile, word }), at });
        }
    }
    all
}

/// Whether a word is one of these; where it is not, that is an error.
fn known(word: &str, words: &[&str], at: &Pointer, errors: &mut Errors) -> bool {
    if words.contains(&word) {
        return true;
    }
    let hint = match nearest(word, words.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if words.len() <= VERDICTS.len() => {
            Some(format!("the words here are {}", crate::diagnostic::words::list(words)))
        }
        None => None,
    };
    errors.add(at, ProfileErrorKind::Schema { message: format!("`{word}` is not known here"), hint });
    false
}

fn diagnostics(node: Found<'_>, severity: Severity, reader: &mut Reader<'_>) -> Expectation {
    let at = reader.position(&node.at);
    let wanted = node.list(&mut reader.errors).into_iter().filter_map(|node| diagnostic(node, reader)).collect();
    Expectation { wanted: Wanted::Diagnostics(severity, wanted), at }
}

/// A code, or a code with a part of the message and the place.
fn diagnostic(node: Found<'_>, reader: &mut Reader<'_>) -> Option<WantedDiagnostic> {
    let at = reader.position(&node.at);
    let (code, message, path) = match node.view.kind() {
        Kind::Mapping => {
            let errors = &mut reader.errors;
            let node = node.object(&["code", "message", "path"], errors)?;
            let [message, path] = ["message", "path"].map(|field| node.get(field).and_then(|node| node.string(errors)));
            (node.require("code", errors)?, message, path)
        }
        _ => (node, None, None),
    };
    let word = code.string(&mut reader.errors)?;
    let ids: Vec<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    if !known(&word, &ids, &code.at, &mut reader.errors) {
        return None;
    }
    let code = Code::ALL.iter().map(|code| code.id()).find(|id| *id == word)?;
    Some(WantedDiagnostic { code, message, path, at })
}

/// The operations, or a file that holds them.
fn patch(node: Found<'_>, reader: &mut Reader<'_>) -> Option<Expectation> {
    match node.view.kind() {
        Kind::Sequence => {}
        Kind::String => return text(&node, TextKind::Patch, reader),
        found => {
            let expected = "a list of operations, or the path of a file";
            reader.errors.add(&node.at, ProfileErrorKind::WrongType { expected, found });
            return None;
        }
    }
    let at = reader.position(&node.at);
    let mut operations = Vec::new();
    for node in node.list(&mut reader.errors) {
        let view = node.view;
        let node = node.object(&["op", "from", "path", "value"], &mut reader.errors)?;
        for field in ["op", "path"] {
            node.require(field, &mut reader.errors).and_then(|node| node.string(&mut reader.errors));
        }
        operations.push(view.value());
    }
    Some(Expectation { wanted: Wanted::Patch(operations), at })
}

fn part(node: &Found<'_>, reader: &mut Reader<'_>) -> Option<Expectation> {
    let found = node.view.kind();
    if found != Kind::Mapping {
        reader.errors.add(&node.at, ProfileErrorKind::WrongType { expected: "an object", found });
        return None;
    }
    let value = node.view.value();
    if value.as_object().is_some_and(serde_json::Map::is_empty) {
        reader.errors.add(&node.at, ProfileErrorKind::Empty("an empty part is in every object"));
        return None;
    }
    Some(Expectation { at: reader.position(&node.at), wanted: Wanted::Part(value, places(node, reader)) })
}

fn text(node: &Found<'_>, kind: TextKind, reader: &mut Reader<'_>) -> Option<Expectation> {
    let file = node.string(&mut reader.errors)?;
    if file.is_empty() {
        reader.errors.add(&node.at, ProfileErrorKind::Empty("the path of a file has to be here"));
        return None;
    }
    Some(Expectation { wanted: Wanted::Text(kind, file), at: reader.position(&node.at) })
}

/// The position of every value in a node, by its pointer from there.
fn places(node: &Node<NodeRef<'_>>, reader: &Reader<'_>) -> Vec<(Pointer, Position)> {
    let mut found = Vec::new();
    let mut todo = vec![(Pointer::root(), node.view)];
    while let Some((at, view)) = todo.pop() {
        found.push((at.clone(), reader.position(&node.at.append(&at))));
        todo.extend(view.members().into_iter().map(|(key, value)| (at.join(&*key), value)));
        let elements = view.elements().into_iter().enumerate();
        todo.extend(elements.map(|(index, value)| (at.element(index), value)));
    }
    found
}

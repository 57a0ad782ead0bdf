//! The proof before every output: what is about to be printed is read again, from its text alone, and compared
//! with the patch as the crate `json-patch` applies it to the input. There is no way to switch it off.
//!
//! Of a text in which everything is plain, its frame is read (`text::splice::frame`), once for all documents that have the same
//! (`frames`); of any other, all of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use thiserror::Error;

use crate::kube::workload;
use crate::text::yaml::error::SyntaxError;
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::{Language, Tree};
use crate::text::yaml::{judge_yaml, parse_json};
use crate::value::layer::{Change, Layer};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::Pointer;
use crate::value::view::{self, Kind, View};

mod frames;

pub(crate) use frames::ProvedFrames;

/// Why an output was held back. Always our own fault: the input is fine, and nothing was written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProofError {
    /// The patch does not apply to the object it was made for.
    #[error("the patch does not apply: {0}")]
    Inapplicable(String),
    /// The output is not readable.
    #[error("the result cannot be read back: {0}")]
    Unreadable(#[from] SyntaxError),
    /// The output says something else than the patch.
    #[error("the result differs from the patch at `{0}`")]
    Different(String),
}

/// The object that a patch makes of an input, by the crate `json-patch`.
///
/// # Errors
///
/// It does not apply.
pub(crate) fn applied(object: Value, patch: &Patch) -> Result<Value, ProofError> {
    apply(object, &json_patch::Patch(patch.0.iter().map(operation).collect()))
}

/// A patch as it leaves the program: the very text that was decoded again and applied. Nothing else makes one.
#[derive(Clone, Debug)]
pub struct ProvedPatch(Arc<Encoded>);

/// As an `AdmissionReview` has it: a string of base64.
impl Serialize for ProvedPatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.base64.serialize(serializer)
    }
}

/// Proves a patch that leaves without its object: encoded as it leaves, decoded as an API server would, and applied to the
/// object by the crate `json-patch`. It must apply, and lead to exactly the templates that were intended, so that every
/// added node has the right parent and position.
///
/// Of the object only that is looked at which a path of the patch passes through: `json-patch` changes nothing else.
///
/// # Errors
///
/// It cannot be encoded or decoded, does not apply, or leads elsewhere.
pub fn prove_patch<'a, V: View<'a>>(
    object: V,
    patch: &Patch,
    changed: &[(Pointer, Change)],
    encodings: &Encodings,
) -> Result<ProvedPatch, ProofError> {
    let encoded = encodings.get(patch)?;
    let applied = apply(project(object, patch, changed), &encoded.decoded)?;
    for (place, change) in changed {
        let intended = Layer::of(workload::locate(object, place), change);
        let found = workload::locate(&applied, place);
        let is_right = match (change, intended, found) {
            (Change::New(whole), _, Some(found)) => is_part(found, whole),
            (_, Some(intended), Some(found)) => agrees(found, intended),
            _ => false,
        };
        if !is_right {
            return Err(ProofError::Different(place.to_string()));
        }
    }
    Ok(ProvedPatch(encoded))
}

/// Encoded patches, so that one which pods alike have in common is encoded and decoded once. Applying is never spared.
#[derive(Debug, Default)]
pub struct Encodings(Mutex<VecDeque<Arc<Encoded>>>);

#[derive(Debug)]
struct Encoded {
    patch: Patch,
    text: String,
    /// With its quotes: base64 has nothing in it to escape.
    base64: Box<RawValue>,
    decoded: json_patch::Patch,
}

impl Encodings {
    /// How many patches are kept, the latest; and how long they may be, in bytes.
    const KEPT: usize = 32;
    const LONGEST: usize = 64 << 10;

    fn get(&self, patch: &Patch) -> Result<Arc<Encoded>, ProofError> {
        let known = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(|known| identical(&known.patch, patch))
            .cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let inapplicable = |error: serde_json::Error| ProofError::Inapplicable(error.to_string());
        let text = serde_json::to_string(patch).map_err(inapplicable)?;
        let decoded = serde_json::from_str(&text).map_err(inapplicable)?;
        let base64 = RawValue::from_string(format!("\"{}\"", STANDARD.encode(&text))).map_err(inapplicable)?;
        let encoded = Arc::new(Encoded { patch: patch.clone(), base64, text, decoded });
        if encoded.text.len() <= Self::LONGEST {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.truncate(Self::KEPT - 1);
            known.push_front(Arc::clone(&encoded));
        }
        Ok(encoded)
    }
}

/// Whether two patches have the same text: members in the same order, and numbers written alike.
fn identical(left: &Patch, right: &Patch) -> bool {
    let same_op = |(left, right): (&Op, &Op)| match (left, right) {
        (Op::Add(at, left), Op::Add(to, right)) | (Op::Replace(at, left), Op::Replace(to, right)) => {
            at == to && (Arc::ptr_eq(left, right) || view::identical(left, right))
        }
        (Op::Remove(at), Op::Remove(to)) => at == to,
        _ => false,
    };
    left.0.len() == right.0.len() && left.0.iter().zip(&right.0).all(same_op)
}

/// As much of an object as a patch can tell from the whole: the members that its paths name, and those that were to go; lists
/// with all of their elements, where those that no path goes into are null.
fn project<'a, V: View<'a>>(object: V, patch: &Patch, changed: &[(Pointer, Change)]) -> Value {
    let gone: Vec<Pointer> = changed.iter().flat_map(|(place, change)| change.gone(place)).collect();
    let paths = patch.0.iter().map(Op::path).chain(&gone).map(Pointer::tokens).collect::<Vec<_>>();
    projected(object, &paths)
}

/// Paths count from the node; one that is at its end is about the node itself. As deep as the deepest path, which is one of ours.
fn projected<'a, V: View<'a>>(node: V, paths: &[&[String]]) -> Value {
    let is_whole = paths.iter().any(|path| path.is_empty());
    match node.kind() {
        Kind::Mapping if !is_whole => {
            let mut members = Map::new();
            for path in paths {
                let Some((name, _)) = path.split_first() else { continue };
                let Some(member) = node.member(name).filter(|_| !members.contains_key(name)) else { continue };
                let inner: Vec<&[String]> = paths.iter().filter_map(|path| behind(path, name)).collect();
                members.insert(name.clone(), projected(member, &inner));
            }
            Value::Object(members)
        }
        // An index behind an insertion is not that of before, so what is deeper is not compared.
        Kind::Sequence if paths.iter().all(|path| path.len() == 1) => vec![Value::Null; node.elements().len()].into(),
        _ => node.value(),
    }
}

fn behind<'p>(path: &'p [String], name: &str) -> Option<&'p [String]> {
    path.split_first().filter(|(first, _)| *first == name).map(|(_, rest)| rest)
}

/// Whether what a patch made of a projection is what was intended of the whole: all members that are there, and elements one by
/// one, where null stands for one that was not looked at. Members are mostly in the same order.
fn agrees<'a, V: View<'a>>(found: &Value, intended: Layer<'_, V>) -> bool {
    match (found, intended) {
        (found, Layer::New(intended)) => found == intended,
        (Value::Object(found), intended) if intended.is_object() => {
            let changed = match intended {
                Layer::Object(_, members) => members,
                _ => &[],
            };
            // What was to be there is, and what was to be gone is not.
            let is_done = |(name, change): &(String, Option<Change>)| match change {
                Some(change) => found.contains_key(name) || change.is_nothing(),
                None => !found.contains_key(name),
            };
            changed.iter().all(is_done)
                && found
                    .iter()
                    .all(|(name, value)| intended.child(name).is_some_and(|intended| agrees(value, intended)))
        }
        (Value::Array(found), intended) if intended.is_list() => {
            let elements = intended.list();
            found.len() == elements.len() && found.iter().zip(elements).all(|(found, intended)| agrees(found, intended))
        }
        (Value::Null, Layer::Kept(_)) => true,
        (found, Layer::Kept(intended)) => view::equals(intended, found),
        _ => false,
    }
}

/// Whether a projection is part of what was intended, where that is given as a whole.
fn is_part(found: &Value, intended: &Value) -> bool {
    match (found, intended) {
        (Value::Object(found), Value::Object(intended)) => {
            let mut same_order = intended.iter();
            found.iter().all(|(name, value)| {
                let next = same_order.next().filter(|(next, _)| *next == name).map(|(_, intended)| intended);
                next.or_else(|| intended.get(name)).is_some_and(|intended| is_part(value, intended))
            })
        }
        (Value::Array(found), Value::Array(intended)) => {
            found.len() == intended.len()
                && found.iter().zip(intended).all(|(found, intended)| is_part(found, intended))
        }
        (Value::Null, _) => true,
        (found, intended) => found == intended,
    }
}

fn apply(mut object: Value, patch: &json_patch::Patch) -> Result<Value, ProofError> {
    // Not to be rolled back: an object to which a patch does not apply is dropped.
    json_patch::patch_unsafe(&mut object, patch).map_err(|error| ProofError::Inapplicable(error.to_string()))?;
    Ok(object)
}

fn operation(op: &Op) -> PatchOperation {
    let path = PointerBuf::from_tokens(op.path().tokens());
    match op {
        Op::Add(_, value) => PatchOperation::Add(AddOperation { path, value: Value::clone(value) }),
        Op::Remove(_) => PatchOperation::Remove(RemoveOperation { path }),
        Op::Replace(_, value) => PatchOperation::Replace(ReplaceOperation { path, value: Value::clone(value) }),
    }
}

/// Proves that a document's new text says what it should.
pub(crate) fn prove_text(text: &str, language: Language, expected: &Value) -> Result<(), ProofError> {
    let tree: Tree<'_> = match language {
        Language::Yaml => judge_yaml(text)?,
        Language::Json => parse_json(text)?.0,
    };
    same(&tree, expected, &|_, _| false)
}

/// Whether a string stands for a value.
type StandsFor<'f> = dyn Fn(&str, &Value) -> bool + 'f;

fn same(tree: &Tree<'_>, expected: &Value, stands_for: &StandsFor<'_>) -> Result<(), ProofError> {
    let differs = match tree.root() {
        Some(root) => difference(expected, tree.view(root), stands_for, &mut String::new()),
        None => (!expected.is_null()).then(String::new),
    };
    differs.map_or(Ok(()), |path| Err(ProofError::Different(path)))
}

/// The first place where the text says something else than it should. Lists are compared in order, so that a right node in
/// a wrong place is found; numbers by value, since `1.0` and `1` are the same number to an API server.
fn difference(expected: &Value, found: NodeRef<'_>, stands_for: &StandsFor<'_>, path: &mut String) -> Option<String> {
    let length = path.len();
    match (expected, found.kind()) {
        (Value::Object(expected), Kind::Mapping) => {
            let members = found.members();
            if members.len() != expected.len() {
                return Some(path.clone());
            }
            for (name, value) in members {
                path.push('/');
                path.push_str(&name);
                let Some(wanted) = expected.get(&*name) else { return Some(path.clone()) };
                if let Some(differs) = difference(wanted, value, stands_for, path) {
                    return Some(differs);
                }
                path.truncate(length);
            }
            None
        }
        (Value::Array(expected), Kind::Sequence) => {
            let elements = found.elements();
            if elements.len() != expected.len() {
                return Some(path.clone());
            }
            for (index, (wanted, value)) in expected.iter().zip(elements).enumerate() {
                path.push('/');
                path.push_str(&index.to_string());
                if let Some(differs) = difference(wanted, value, stands_for, path) {
                    return Some(differs);
                }
                path.truncate(length);
            }
            None
        }
        (Value::String(expected), Kind::String) if found.string().as_deref() == Some(expected) => None,
        (Value::Number(expected), Kind::Number)
            if found.value().as_number().is_some_and(|found| same_number(expected, found)) =>
        {
            None
        }
        (Value::Null, Kind::Null) => None,
        (Value::Bool(expected), Kind::Boolean) if found.boolean() == Some(*expected) => None,
        (expected, Kind::String) if found.string().is_some_and(|token| stands_for(&token, expected)) => None,
        _ => Some(path.clone()),
    }
}

/// Integers are compared exactly, since beyond 2^53 several of them are one float.
fn same_number(left: &Number, right: &Number) -> bool {
    left == right || ((left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64())
}

#[cfg(test)]
mod tests;

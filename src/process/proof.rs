//! The proof before every output: what is about to be printed is read again, from its text alone, and compared
//! with the patch as the crate `json-patch` applies it to the input. There is no way to switch it off.
//!
//! A patch that leaves alone, to an API server, is proved in `patch`. Of a text in which everything is plain, its frame is read
//! (`text::splice::frame`), once for all documents that have the same (`frames`); of any other, all of it.

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation};
use serde_json::{Number, Value};
use thiserror::Error;

use crate::text::yaml::error::SyntaxError;
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::{Language, Tree};
use crate::text::yaml::{judge_yaml, parse_json};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::ReferenceToken;
use crate::value::view::{Kind, View};

mod frames;
mod patch;

pub(crate) use frames::ProvedFrames;
pub(crate) use patch::ProvedPatch;
pub use patch::{Encodings, prove_patch};

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

fn apply(mut object: Value, patch: &json_patch::Patch) -> Result<Value, ProofError> {
    // Not to be rolled back: an object to which a patch does not apply is dropped.
    json_patch::patch_unsafe(&mut object, patch).map_err(|error| ProofError::Inapplicable(error.to_string()))?;
    Ok(object)
}

fn operation(op: &Op) -> PatchOperation {
    let path = PointerBuf::from_tokens(op.path().tokens().iter().map(ReferenceToken::as_str));
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

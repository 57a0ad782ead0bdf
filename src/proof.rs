//! The proof that stands before every output: what is about to be printed is read again, from its text alone, and compared
//! with the patch as the crate `json-patch` applies it to the input. There is no way to switch it off.

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, PatchOperation, RemoveOperation, ReplaceOperation};
use serde_json::{Number, Value};
use thiserror::Error;

use crate::patch::{Op, Patch};
use crate::view::{Kind, View};
use crate::yaml::error::SyntaxError;
use crate::yaml::node::NodeRef;
use crate::yaml::tree::{Language, Tree};
use crate::yaml::{parse_json, parse_yaml};

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
pub fn applied(object: Value, patch: &Patch) -> Result<Value, ProofError> {
    apply(object, &json_patch::Patch(patch.0.iter().map(operation).collect()))
}

/// The same, the patch first encoded as it leaves the program, and decoded as an API server would.
///
/// # Errors
///
/// It cannot be decoded, or does not apply.
pub fn decoded_and_applied(object: Value, patch: &Patch) -> Result<Value, ProofError> {
    let inapplicable = |error: serde_json::Error| ProofError::Inapplicable(error.to_string());
    let text = serde_json::to_vec(patch).map_err(inapplicable)?;
    apply(object, &serde_json::from_slice(&text).map_err(inapplicable)?)
}

fn apply(mut object: Value, patch: &json_patch::Patch) -> Result<Value, ProofError> {
    // Not to be rolled back: an object to which a patch does not apply is dropped.
    json_patch::patch_unsafe(&mut object, patch).map_err(|error| ProofError::Inapplicable(error.to_string()))?;
    Ok(object)
}

fn operation(op: &Op) -> PatchOperation {
    let path = PointerBuf::from_tokens(op.path().tokens());
    match op {
        Op::Add(_, value) => PatchOperation::Add(AddOperation { path, value: value.clone() }),
        Op::Remove(_) => PatchOperation::Remove(RemoveOperation { path }),
        Op::Replace(_, value) => PatchOperation::Replace(ReplaceOperation { path, value: value.clone() }),
    }
}

/// Proves that a document's new text says what it should.
pub fn prove_text(text: &str, language: Language, expected: &Value) -> Result<(), ProofError> {
    let tree: Tree<'_> = match language {
        Language::Yaml => parse_yaml(text)?,
        Language::Json => parse_json(text)?.0,
    };
    let differs = match tree.root() {
        Some(root) => difference(expected, tree.view(root), &mut String::new()),
        None => (!expected.is_null()).then(String::new),
    };
    differs.map_or(Ok(()), |path| Err(ProofError::Different(path)))
}

/// The first place where the text says something else than it should. Lists are compared in order, so that a right node in
/// a wrong place is found; numbers by value, since `1.0` and `1` are the same number to an API server.
fn difference(expected: &Value, found: NodeRef<'_>, path: &mut String) -> Option<String> {
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
                if let Some(differs) = difference(wanted, value, path) {
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
                if let Some(differs) = difference(wanted, value, path) {
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
        _ => Some(path.clone()),
    }
}

/// Integers are compared exactly, since beyond 2^53 several of them are one float.
fn same_number(left: &Number, right: &Number) -> bool {
    left == right || ((left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value_and_integers_exactly() {
        for (expected, text, same) in [
            ("1", "1", true),
            ("1", "1.0", true),
            ("1.0", "1", true),
            ("-1", "-1.0", true),
            ("1.5", "1", false),
            ("0", "-0.0", true),
            ("9007199254740993", "9007199254740993", true),
            ("9007199254740993", "9007199254740992", false),
            ("-9007199254740993", "-9007199254740992", false),
            ("18446744073709551615", "18446744073709551615", true),
            ("18446744073709551615", "18446744073709551614", false),
            ("9223372036854775807", "9223372036854775808", false),
        ] {
            let expected: Value = serde_json::from_str(&format!("{{\"a\": {expected}}}")).unwrap();
            for (text, language) in
                [(format!("a: {text}\n"), Language::Yaml), (format!("{{\"a\": {text}}}"), Language::Json)]
            {
                let proven = prove_text(&text, language, &expected);
                let wanted = if same { Ok(()) } else { Err(ProofError::Different("/a".to_owned())) };
                assert_eq!(proven, wanted, "{expected} {text}");
            }
        }
    }
}

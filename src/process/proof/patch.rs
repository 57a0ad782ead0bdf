//! The proof of a patch that leaves without its object, to an API server.
//!
//! The patch is encoded as it leaves, decoded as an API server would, and applied to the object by the crate `json-patch`. It must
//! apply, and lead to exactly the templates that were intended, so that every added node has the right parent and position. Of
//! the object only that is looked at which a path of the patch passes through: `json-patch` changes nothing else.
//!
//! To copy large values into the object, to compare them there and to drop them again, would be most of the work, and would say
//! nothing new. So each value has a *token* in its place, a short string:
//!
//! - When a patch is encoded, its decoded form is compared with it, operation by operation, values included. So of each
//!   operation it is known that the value which leaves is the value that was meant.
//! - `add`, `remove` and `replace` do not look into the values that they put somewhere (RFC 6902, section 4). To apply a patch
//!   with other values, and to exchange these afterwards, gives the same as to apply the patch. An operation that goes into an
//!   added value is the exception: it fails on a token. Empty lists and objects, which are added to be filled, have none.
//! - In the result a token has to be where the value of its operation was intended, and nowhere else. An object in which a string
//!   may be taken for a token is not proved in this way.
//!
//! Where that shows nothing, the patch is applied with its values, and that decides.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use json_patch::PatchOperation;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{ProofError, apply, operation};
use crate::kube::workload;
use crate::value::layer::{Change, Layer};
use crate::value::patch::{Op, Patch};
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{self, Kind, View};

/// A patch as it leaves the program: the very text that was decoded again and applied. Nothing else makes one.
#[derive(Clone, Debug)]
pub struct ProvedPatch(Arc<Encoded>);

/// As an `AdmissionReview` has it: a string of base64.
impl Serialize for ProvedPatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.base64.serialize(serializer)
    }
}

/// Proves a patch, as the comment of this module says.
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
    let whole = || leads(object, project(object, patch, changed), &encoded.decoded, changed, Tokens(&[]));
    let is_shown = encoded.tokens.as_ref().is_some_and(|tokens| {
        let before = project(object, patch, changed);
        !has_token(&before) && leads(object, before, tokens, changed, Tokens(&patch.0)).is_ok()
    });
    if is_shown {
        debug_assert_eq!(whole(), Ok(()), "what is right with tokens is right with the values");
    } else {
        whole()?;
    }
    Ok(ProvedPatch(encoded))
}

/// Whether a patch makes of an object, as far as that was projected, what was intended.
fn leads<'a, V: View<'a>>(
    object: V,
    before: Value,
    patch: &json_patch::Patch,
    changed: &[(Pointer, Change)],
    tokens: Tokens<'_>,
) -> Result<(), ProofError> {
    let after = apply(before, patch)?;
    for (place, change) in changed {
        let intended = Layer::of(workload::locate(object, place), change);
        let found = workload::locate(&after, place);
        let is_right = match (change, intended, found) {
            (Change::New(whole), _, Some(found)) => is_part(found, whole, tokens),
            (_, Some(intended), Some(found)) => agrees(found, intended, tokens),
            _ => false,
        };
        if !is_right {
            return Err(ProofError::Different(place.to_string()));
        }
    }
    Ok(())
}

/// The operations whose values have tokens: a NUL, which no name and no text of a pod begins with, and the operation's number.
#[derive(Clone, Copy)]
struct Tokens<'p>(&'p [Op]);

const MARK: char = '\0';

impl<'p> Tokens<'p> {
    /// The value that a token stands for; `None` for what is not a token.
    fn value(self, found: &Value) -> Option<&'p Value> {
        let number = found.as_str()?.strip_prefix(MARK)?.parse::<usize>().ok()?;
        match self.0.get(number)? {
            Op::Add(_, value) | Op::Replace(_, value) => Some(value),
            Op::Remove(_) => None,
        }
    }

    /// Whether this is the value. Most values are shared with what was intended, and then need no comparison.
    fn is_value(self, found: &Value, intended: &Value) -> bool {
        if let Some(value) = self.value(found) {
            return std::ptr::eq(value, intended) || value == intended;
        }
        match (found, intended) {
            (Value::Object(found), Value::Object(intended)) => {
                let is_there = |(name, found): (&String, &Value)| {
                    intended.get(name).is_some_and(|intended| self.is_value(found, intended))
                };
                found.len() == intended.len() && found.iter().all(is_there)
            }
            (Value::Array(found), Value::Array(intended)) => {
                found.len() == intended.len()
                    && found.iter().zip(intended).all(|(found, intended)| self.is_value(found, intended))
            }
            (found, intended) => found == intended,
        }
    }
}

/// The same patch with tokens, where it says the same as the one that was encoded.
fn with_tokens(patch: &Patch, decoded: &json_patch::Patch) -> Option<json_patch::Patch> {
    let is_same = patch.0.len() == decoded.0.len()
        && patch.0.iter().zip(&decoded.0).all(|(op, decoded)| operation(op) == *decoded);
    let token = |(number, op): (usize, &PatchOperation)| {
        let mut op = op.clone();
        let value = match &mut op {
            PatchOperation::Add(add) => Some(&mut add.value),
            PatchOperation::Replace(replace) => Some(&mut replace.value),
            _ => None,
        };
        match value {
            Some(Value::Array(list)) if list.is_empty() => {}
            Some(Value::Object(map)) if map.is_empty() => {}
            Some(value) => *value = Value::String(format!("{MARK}{number}")),
            None => {}
        }
        op
    };
    is_same.then(|| json_patch::Patch(decoded.0.iter().enumerate().map(token).collect()))
}

fn has_token(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(MARK),
        Value::Array(list) => list.iter().any(has_token),
        Value::Object(map) => map.values().any(has_token),
        _ => false,
    }
}

/// Encoded patches, so that one which pods alike have in common is encoded and decoded once. Applying is never spared.
#[derive(Debug, Default)]
pub struct Encodings(RwLock<VecDeque<Arc<Encoded>>>);

#[derive(Debug)]
struct Encoded {
    patch: Patch,
    text: String,
    /// With its quotes: base64 has nothing in it to escape.
    base64: Box<RawValue>,
    decoded: json_patch::Patch,
    tokens: Option<json_patch::Patch>,
}

impl Encodings {
    /// How many patches are kept, the latest; and how long they may be, in bytes.
    const KEPT: usize = 32;
    const LONGEST: usize = 64 << 10;

    fn get(&self, patch: &Patch) -> Result<Arc<Encoded>, ProofError> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.iter().find(|known| identical(&known.patch, patch)) {
            return Ok(Arc::clone(known));
        }
        drop(known);
        let inapplicable = |error: serde_json::Error| ProofError::Inapplicable(error.to_string());
        let text = serde_json::to_string(patch).map_err(inapplicable)?;
        let decoded = serde_json::from_str(&text).map_err(inapplicable)?;
        let base64 = RawValue::from_string(format!("\"{}\"", STANDARD.encode(&text))).map_err(inapplicable)?;
        let tokens = with_tokens(patch, &decoded);
        let encoded = Arc::new(Encoded { patch: patch.clone(), base64, text, decoded, tokens });
        if encoded.text.len() <= Self::LONGEST {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
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
fn projected<'a, V: View<'a>>(node: V, paths: &[&[ReferenceToken]]) -> Value {
    let is_whole = paths.iter().any(|path| path.is_empty());
    match node.kind() {
        Kind::Mapping if !is_whole => {
            let mut members = Map::new();
            for path in paths {
                let Some((name, _)) = path.split_first() else { continue };
                let Some(member) = node.member(name).filter(|_| !members.contains_key(name.as_str())) else { continue };
                let inner: Vec<&[ReferenceToken]> = paths.iter().filter_map(|path| behind(path, name)).collect();
                members.insert(name.to_string(), projected(member, &inner));
            }
            Value::Object(members)
        }
        // An index behind an insertion is not that of before, so what is deeper is not compared.
        Kind::Sequence if paths.iter().all(|path| path.len() == 1) => vec![Value::Null; node.length()].into(),
        _ => node.value(),
    }
}

fn behind<'p>(path: &'p [ReferenceToken], name: &str) -> Option<&'p [ReferenceToken]> {
    path.split_first().filter(|(first, _)| *first == name).map(|(_, rest)| rest)
}

/// Whether what a patch made of a projection is what was intended of the whole: all members that are there, and elements one by
/// one, where null stands for one that was not looked at. Members are mostly in the same order.
fn agrees<'a, V: View<'a>>(found: &Value, intended: Layer<'_, V>, tokens: Tokens<'_>) -> bool {
    match (found, intended) {
        (found, Layer::New(intended)) => tokens.is_value(found, intended),
        (found, _) if tokens.value(found).is_some() => false,
        (Value::Object(found), intended) if intended.is_object() => {
            let changed = match intended {
                Layer::Object(_, members) => members,
                _ => &[],
            };
            // What was to be there is, and what was to be gone is not.
            let is_done = |(name, change): &(ReferenceToken, Option<Change>)| match change {
                Some(change) => found.contains_key(name.as_str()) || change.is_nothing(),
                None => !found.contains_key(name.as_str()),
            };
            changed.iter().all(is_done)
                && found
                    .iter()
                    .all(|(name, value)| intended.child(name).is_some_and(|intended| agrees(value, intended, tokens)))
        }
        (Value::Array(found), intended) if intended.is_list() => {
            let elements = intended.list();
            found.len() == elements.len()
                && found.iter().zip(elements).all(|(found, intended)| agrees(found, intended, tokens))
        }
        (Value::Null, Layer::Kept(_)) => true,
        (found, Layer::Kept(intended)) => intended.equals(found),
        _ => false,
    }
}

/// Whether a projection is part of what was intended, where that is given as a whole.
fn is_part(found: &Value, intended: &Value, tokens: Tokens<'_>) -> bool {
    match (found, intended) {
        (found, intended) if tokens.value(found).is_some() => tokens.is_value(found, intended),
        (Value::Object(found), Value::Object(intended)) => {
            let mut same_order = intended.iter();
            found.iter().all(|(name, value)| {
                let next = same_order.next().filter(|(next, _)| *next == name).map(|(_, intended)| intended);
                next.or_else(|| intended.get(name)).is_some_and(|intended| is_part(value, intended, tokens))
            })
        }
        (Value::Array(found), Value::Array(intended)) => {
            found.len() == intended.len()
                && found.iter().zip(intended).all(|(found, intended)| is_part(found, intended, tokens))
        }
        (Value::Null, _) => true,
        (found, intended) => found == intended,
    }
}

#[cfg(test)]
mod tests;

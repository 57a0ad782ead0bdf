//! Fields of the pod's spec, and elements of its lists.

use serde_json::Value;

use super::cel::{Cel, add, any, json_inner, literal, quoted};
use super::draft::Draft;
use super::values::Piece;
use crate::profile::pod::{OnConflict, PodAddition, PodField, PodListAddition};
use crate::value::pointer::Pointer;

/// What is set in the pod's spec.
#[derive(Default)]
pub(super) struct PodChanges {
    pub(super) operations: Vec<Cel>,
    /// Lists of pointers that the record has under `fields`.
    pub(super) fields: Vec<Cel>,
    /// Lists of pointers that it has under `created`.
    pub(super) created: Vec<Cel>,
    /// Lists of members that it has under `replaced`, each with its key.
    pub(super) replaced: Vec<(String, Cel)>,
    /// Members that it has under `pod`, each with its key: lists that are empty or have one text.
    pub(super) elements: Vec<(String, Cel)>,
    pub(super) conflicts: Vec<Cel>,
}

pub(super) fn define(draft: &mut Draft<'_>) -> PodChanges {
    let profile = draft.scope.profile;
    let mut changes = PodChanges::default();
    for addition in &profile.pod {
        field(draft, addition, &mut changes);
    }
    for addition in &profile.pod_lists {
        list(draft, addition, &mut changes);
    }
    changes.replaced.sort_by(|(one, _), (other, _)| one.cmp(other));
    changes.elements.sort_by(|(one, _), (other, _)| one.cmp(other));
    changes
}

/// A path of the pod's spec as an optional.
fn optional(path: &[&str]) -> Cel {
    path.iter().fold("object.spec".to_owned(), |text, name| format!("{text}.?{name}"))
}

/// One value, and when it is there.
fn single(draft: &Draft<'_>, pieces: &[Piece], at: &Pointer) -> Option<(Cel, Cel)> {
    match pieces {
        [Piece::Always(value)] => Some(("true".to_owned(), value.clone())),
        [Piece::Where(condition, value)] => Some((condition.clone(), value.clone())),
        [] => None,
        _ => {
            draft.wrong.say(at, "several values for one field are not compiled");
            None
        }
    }
}

fn field(draft: &mut Draft<'_>, addition: &PodAddition, changes: &mut PodChanges) {
    let PodAddition { field, template, on_conflict } = addition;
    let at = field.path().iter().fold(Pointer::of(["spec", "pod"]), |at, name| at.join(*name));
    if field.computed().next().is_some() || field.old_name().is_some() {
        draft
            .wrong
            .say(&at, &format!("`{field}` is not compiled: admission has computed other fields from it by then"));
        return;
    }
    let pieces = draft.values().pieces(template, 0);
    let Some((when, value)) = single(draft, &pieces, &at) else { return };
    let key = format!("pod_{}", field.path().join("_"));
    let value = draft.define(&key, format!("dyn({value})"));
    let found = optional(field.path());
    let place = field.place().to_string();
    let is_unset = match default_of(*field) {
        Some(default) => format!("(!{found}.hasValue() || {found}.value() == {default})"),
        None => format!("!{found}.hasValue()"),
    };
    let held = format!("{}.contains({})", draft.named("status"), quoted(&format!("\"{place}\"")));
    let other = format!("{when} && {found}.hasValue() && {found}.value() != {value}");
    let writes = match on_conflict {
        OnConflict::Max => format!("({other} && {found}.value() < {value} || {when} && !{found}.hasValue())"),
        OnConflict::Keep | OnConflict::Reject => {
            format!("({when} && {is_unset} && !{held} && {found}.orValue(null) != {value})")
        }
    };
    let writes = draft.define(&format!("{key}_writes"), writes);
    let clashes = format!("{other} && !({is_unset} && !{held})");
    let profile = &draft.scope.profile.name;
    match on_conflict {
        OnConflict::Max => {}
        OnConflict::Reject => {
            let message = |theirs: &str| {
                quoted(&format!("the profile `{profile}` sets `{field}`, and {theirs} has another value for it"))
            };
            changes.conflicts.push(format!(
                "({clashes} ? [{held} ? {} : {}] : [])",
                message("another profile"),
                message("the pod")
            ));
        }
        OnConflict::Keep => {
            let message = quoted(&format!("the pod's `{field}` already has another value, which is kept"));
            draft.warnings.push(format!("({clashes} ? [{message}] : [])"));
        }
    }
    changes.operations.extend(parent(field.path(), &writes));
    changes.operations.push(format!("({writes} ? [{}] : [])", add(&quoted(&place), &value)));
    changes.fields.push(format!("({writes} && !{found}.hasValue() ? [{}] : [])", quoted(&place)));
    let old =
        format!("(type({found}.value()) == string ? '\"' + string({found}.value()) + '\"' : string({found}.value()))");
    let member = format!("[{} + {old}]", quoted(&format!("\"{}\":", json_inner(&place))));
    changes.replaced.push((place, format!("({writes} && {found}.hasValue() ? {member} : [])")));
}

/// What the API server fills in, as an expression.
fn default_of(field: PodField) -> Option<Cel> {
    field.default().map(|value| format!("dyn({})", literal(&value)))
}

/// The operation that makes the object around a field, where the API server has not.
fn parent(path: &[&str], writes: &str) -> Option<Cel> {
    let (_, outer) = path.split_last()?;
    let [name] = outer else { return None };
    let place = Pointer::of(["spec", name]).to_string();
    Some(format!("({writes} && !has(object.spec.{name}) ? [{}] : [])", add(&quoted(&place), "{}")))
}

/// Elements whose values are the same for every pod.
fn list(draft: &mut Draft<'_>, addition: &PodListAddition, changes: &mut PodChanges) {
    let PodListAddition { list, template, on_conflict } = addition;
    let at = list.path().iter().fold(Pointer::of(["spec", "pod"]), |at, name| at.join(*name));
    let Some(values) = draft.scope.values(template, 0) else {
        draft.wrong.say(&at, "elements of the pod's lists that depend on the pod are not compiled");
        return;
    };
    let all = optional(list.path());
    let place = list.place().to_string();
    let empty = if list.is_map() { "{}" } else { "[]" };
    let mut missing = Vec::new();
    let mut operations = Vec::new();
    let mut keys = Vec::new();
    for (key, value) in values.into_iter().flat_map(|value| list.elements(value)) {
        let one = element(addition, (&key, &value), &all);
        let path = list.place().join(if list.is_map() { key.as_str() } else { "-" }).to_string();
        operations.push(format!("({} ? [{}] : [])", one.missing, add(&quoted(&path), &literal(&value))));
        keys.push(format!("({} ? [{}] : [])", one.missing, quoted(&json_inner(&key))));
        missing.push(one.missing);
        let message = match on_conflict {
            OnConflict::Reject => format!(
                "the profile `{}` adds `{key}` to `{list}`, and the pod has another value for it",
                draft.scope.profile.name
            ),
            OnConflict::Keep | OnConflict::Max => {
                format!("`{key}` in the pod's `{list}` already has another value, which is kept")
            }
        };
        let told = one.other.map(|other| format!("({other} ? [{}] : [])", quoted(&message)));
        match on_conflict {
            OnConflict::Reject => changes.conflicts.extend(told),
            OnConflict::Keep | OnConflict::Max => draft.warnings.extend(told),
        }
    }
    if missing.is_empty() {
        return;
    }
    let any_missing = any(&missing);
    changes.operations.extend(parent(list.path(), &any_missing));
    let created = format!("!{all}.hasValue() && {any_missing}");
    changes.operations.push(format!("({created} ? [{}] : [])", add(&quoted(&place), empty)));
    changes.operations.extend(operations);
    changes.created.push(format!("({created} ? [{}] : [])", quoted(&place)));
    let member = format!(
        "[{} + ({}).join('\",\"') + '\"]']",
        quoted(&format!("\"{}\":[\"", json_inner(&place))),
        keys.join(" + ")
    );
    changes.elements.push((place, format!("({any_missing} ? {member} : [])")));
}

/// When an element is not there, and when another one has its key; `None` where that cannot be.
struct ElementStates {
    missing: Cel,
    other: Option<Cel>,
}

fn element(addition: &PodListAddition, (key, value): (&str, &Value), all: &str) -> ElementStates {
    let list = addition.list;
    let ours = literal(value);
    if list.is_map() {
        let map = format!("{all}.orValue({{}})");
        let there = format!("{} in {map}", quoted(key));
        let other = format!("{there} && {map}[{}] != {ours}", quoted(key));
        return ElementStates { missing: format!("!({there})"), other: Some(other) };
    }
    let elements = format!("{all}.orValue([])");
    match list.key_member() {
        Some(member) => {
            let is_it = format!("e.?{member}.orValue('') == {}", quoted(key));
            ElementStates {
                missing: format!("!{elements}.exists(e, {is_it})"),
                other: Some(format!("{elements}.exists(e, {is_it} && e != {ours})")),
            }
        }
        // What is known by all of it is there or is not.
        None => ElementStates { missing: format!("!{elements}.exists(e, e == {ours})"), other: None },
    }
}

//! Fields of the pod's spec, and elements of its lists.

use super::cel::{Cel, add, json_inner, literal, quoted};
use super::draft::Draft;
use super::elements::optional;
use super::values::Piece;
use crate::profile::pod::{OnConflict, PodAddition, PodField};
use crate::value::pointer::Pointer;

mod lists;

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
    /// Messages about elements without a key, and about two of one key.
    pub(super) faults: Vec<Cel>,
}

pub(super) fn define(draft: &mut Draft<'_>) -> PodChanges {
    let profile = draft.scope.profile;
    let mut changes = PodChanges::default();
    for addition in &profile.pod {
        field(draft, addition, &mut changes);
    }
    for addition in &profile.pod_lists {
        lists::define(draft, addition, &mut changes);
    }
    changes.replaced.sort_by(|(one, _), (other, _)| one.cmp(other));
    changes.elements.sort_by(|(one, _), (other, _)| one.cmp(other));
    changes
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
    let holds = format!("e.contains({})", quoted(&format!("\"{place}\"")));
    let held = format!("{}.exists(e, {holds})", draft.named("entries"));
    let other = format!("{when} && {found}.hasValue() && {found}.value() != {value}");
    let writes = match on_conflict {
        OnConflict::Max => format!("({other} && {found}.value() < {value} || {when} && !{found}.hasValue())"),
        OnConflict::Keep | OnConflict::Reject => {
            format!("({when} && {is_unset} && !{held} && {found}.orValue(null) != {value})")
        }
    };
    let writes = draft.define(&format!("{key}_writes"), writes);
    let clashes = format!("{other} && !({is_unset} && !{held})");
    let last = Holder { held, last: format!("{0}.filter(e, {holds})", draft.named("entries")) };
    say_other(draft, addition, (&clashes, &last), changes);
    changes.operations.extend(parent(field.path(), &writes));
    computed(*field, &writes, changes);
    changes.operations.push(format!("({writes} ? [{}] : [])", add(&quoted(&place), &value)));
    record(&place, (&writes, &found), changes);
    shared(&place, &format!("{when} && {found}.hasValue() && {found}.value() == {value}"), &last, changes);
}

/// The last profile whose entry of the record has set a field.
struct Holder {
    held: Cel,
    /// The entries that have set it, in a list.
    last: Cel,
}

impl Holder {
    fn entry(&self) -> Cel {
        format!("{0}[{0}.size() - 1]", self.last)
    }

    fn name(&self) -> Cel {
        let entry = self.entry();
        format!("{entry}.substring(1, {entry}.indexOf('\",\"version\":'))")
    }
}

fn say_other(
    draft: &mut Draft<'_>,
    PodAddition { field, on_conflict, .. }: &PodAddition,
    (clashes, last): (&str, &Holder),
    changes: &mut PodChanges,
) {
    let profile = &draft.scope.profile.name;
    match on_conflict {
        OnConflict::Max => {}
        OnConflict::Reject => {
            let sets = format!("the profile `{profile}` sets `{field}`, and ");
            let behind = " has another value for it";
            let theirs = format!(
                "{} + {} + {}",
                quoted(&format!("{sets}the profile `")),
                last.name(),
                quoted(&format!("`{behind}"))
            );
            let pods = quoted(&format!("{sets}the pod{behind}"));
            changes.conflicts.push(format!("({clashes} ? [{} ? {theirs} : {pods}] : [])", last.held));
        }
        OnConflict::Keep => {
            let message = quoted(&format!("the pod's `{field}` already has another value, which is kept"));
            draft.warnings.push(format!("({clashes} ? [{message}] : [])"));
        }
    }
}

/// Takes away what admission has computed from the old value: it computes that again, and refuses a pod in which they do not fit.
fn computed(field: PodField, writes: &str, changes: &mut PodChanges) {
    for computed in field.computed() {
        let found = format!("object.{}", computed.tokens().join("."));
        let place = computed.to_string();
        let remove = format!("JSONPatch{{op: \"remove\", path: {}}}", quoted(&place));
        changes.operations.push(format!("({writes} && has({found}) ? [{remove}] : [])"));
        let member = format!("[{} + {}]", quoted(&format!("\"{}\":", json_inner(&place))), json(&found));
        changes.replaced.push((place, format!("({writes} && has({found}) ? {member} : [])")));
    }
}

/// What the record has of a field that is written.
fn record(place: &str, (writes, found): (&str, &str), changes: &mut PodChanges) {
    changes.fields.push(format!("({writes} && !{found}.hasValue() ? [{}] : [])", quoted(place)));
    let old = json(&format!("{found}.value()"));
    let member = format!("[{} + {old}]", quoted(&format!("\"{}\":", json_inner(place))));
    changes.replaced.push((place.to_owned(), format!("({writes} && {found}.hasValue() ? {member} : [])")));
}

/// What it has of a field that another profile has set to the same: both entries undo the same.
fn shared(place: &str, same: &str, last: &Holder, changes: &mut PodChanges) {
    let entry = last.entry();
    let is_replaced = format!("{entry}.contains({})", quoted(&format!("\"{place}\":")));
    let condition = format!("{same} && {}", last.held);
    changes.fields.push(format!("({condition} && !{is_replaced} ? [{}] : [])", quoted(place)));
    let member = format!("{entry}.find({})", quoted(&format!("\"{place}\":(?:\"[^\"]*\"|[^,}}]*)")));
    changes.replaced.push((place.to_owned(), format!("({condition} && {is_replaced} ? [{member}] : [])")));
}

/// A single value as JSON: a text that needs no escapes, a number, true or false.
fn json(value: &str) -> Cel {
    format!("(type({value}) == string ? '\"' + string({value}) + '\"' : string({value}))")
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

//! Elements of lists and maps of the pod's spec, each known by its key.

use serde_json::Value;

use super::{PodChanges, parent};
use crate::policy::cel::{Cel, add, any, json_inner, json_short, literal, quoted};
use crate::policy::containers::both;
use crate::policy::draft::Draft;
use crate::policy::elements::{key_of, optional, there};
use crate::policy::times::{ELEMENT, Times};
use crate::policy::values::{self, Piece};
use crate::policy::{record, stored};
use crate::profile::pod::{OnConflict, PodList, PodListAddition};
use crate::profile::template::{Content, Template};

/// One element, or for each of a list one. Its parts are expressions.
struct Element {
    times: Times,
    key: Cel,
    /// The key as it is between quotes in the record.
    in_record: Cel,
    value: Cel,
    is_computed: bool,
}

/// Adds what an addition gives.
pub(super) fn define(draft: &mut Draft<'_>, addition: &PodListAddition, changes: &mut PodChanges) {
    let list = addition.list;
    let elements = elements(draft, addition);
    let all = optional(list.path());
    let place = list.place().to_string();
    let mut missing = Vec::new();
    let mut operations = Vec::new();
    let mut keys = Vec::new();
    let mut is_named = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let Element { times, key, in_record, value, .. } = element;
        let there = there(list, key);
        let other = other(list, &all, element);
        let names = named(draft, list, in_record);
        let shared = match &other {
            Some(other) => format!("{there} && !({other}) && {names}"),
            None => format!("{there} && {names}"),
        };
        let is_new = format!("!({there})");
        let path = match list.is_map() {
            true => format!("{} + {key}.replace('~', '~0').replace('/', '~1')", quoted(&format!("{place}/"))),
            false => quoted(&list.place().join("-").to_string()),
        };
        operations.push(times.list(&is_new, &add(&path, value)));
        keys.push(times.list(&format!("({is_new} || {shared})"), in_record));
        is_named.push(times.any(&format!("({is_new} || {shared})")));
        missing.push(times.any(&is_new));
        if let Some(other) = other {
            say_other(draft, addition, element, (&other, &names), changes);
        }
        let earlier = elements.iter().take(index).any(|earlier| !element.is_computed && earlier.key == *key);
        say_faults(draft, list, element, earlier, changes);
    }
    if missing.is_empty() {
        return;
    }
    let empty = if list.is_map() { "{}" } else { "[]" };
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
    changes.elements.push((place, format!("({} ? {member} : [])", any(&is_named))));
}

fn elements(draft: &mut Draft<'_>, PodListAddition { list, template, .. }: &PodListAddition) -> Vec<Element> {
    let template = &stored::list(&draft.scope, *list, template);
    if let Some(values) = draft.scope.values(template, 0) {
        let all = values.into_iter().flat_map(|value| list.elements(value));
        return all.map(|(key, value)| Element::fixed(None, &key, literal(&value), false)).collect();
    }
    if list.is_map() {
        let mut members = Vec::new();
        of_map(draft, template, None, &mut members);
        return members.into_iter().map(|(when, key, value)| Element::fixed(when, &key, value, true)).collect();
    }
    let value = match draft.values().pieces(template, 0).as_slice() {
        [Piece::Always(value)] => value.clone(),
        [Piece::Where(condition, value)] => format!("({condition} ? dyn({value}) : dyn([]))"),
        _ => return Vec::new(),
    };
    let each = draft.define(&format!("pod_{}_each", list.path().join("_")), value);
    let key = key_of(*list, ELEMENT);
    let in_record = json_short(&key);
    vec![Element { times: Times::Each(each), key, in_record, value: ELEMENT.to_owned(), is_computed: true }]
}

impl Element {
    fn fixed(when: Option<Cel>, key: &str, value: Cel, is_computed: bool) -> Self {
        Self { times: Times::Once(when), key: quoted(key), in_record: quoted(&json_inner(key)), value, is_computed }
    }
}

/// The members that a template of a map gives, each with when it is there.
fn of_map(draft: &Draft<'_>, template: &Template, when: Option<Cel>, found: &mut Vec<(Option<Cel>, String, Cel)>) {
    let with = |condition: &str| Some(both(when.as_ref(), Some(&condition.to_owned())));
    match template {
        Template::Literal(Value::Object(_)) | Template::Object(_) => {
            for (name, member) in values::members_of(template) {
                match draft.values().pieces(&member, 0).as_slice() {
                    [Piece::Always(value)] => found.push((when.clone(), name, value.clone())),
                    [Piece::Where(condition, value)] => found.push((with(condition), name, value.clone())),
                    _ => {}
                }
            }
        }
        Template::Sparse(inner) => of_map(draft, inner, when, found),
        Template::Part(part) => {
            let holds = part.when.as_ref().map(|when| draft.values().holds(when)).filter(|holds| holds != "true");
            let when = holds.as_deref().map_or_else(|| when.clone(), with);
            match &part.content {
                Content::One(inner) => of_map(draft, inner, when, found),
                Content::OneOf { common, alternatives } => {
                    let mut before: Vec<Cel> = Vec::new();
                    for (condition, alternative) in alternatives {
                        let holds =
                            condition.as_ref().map_or_else(|| "true".to_owned(), |one| draft.values().holds(one));
                        let first = match before.as_slice() {
                            [] => holds.clone(),
                            before => format!("(!{} && {holds})", any(before)),
                        };
                        let members = common.iter().cloned().chain(values::members_of(alternative)).collect();
                        of_map(draft, &Template::Object(members), Some(both(when.as_ref(), Some(&first))), found);
                        before.push(holds);
                    }
                }
                Content::Several(_) | Content::Spliced(_) => {}
            }
        }
        Template::Literal(_) | Template::Scalar(_) | Template::List(_) => {}
    }
}

/// Whether the pod has another element of this key; `None` where the key is all of it.
fn other(list: PodList, all: &str, Element { key, value, .. }: &Element) -> Option<Cel> {
    if list.is_map() {
        let map = format!("{all}.orValue({{}})");
        return Some(format!("{key} in {map} && {map}[{key}] != {value}"));
    }
    list.key_member()?;
    Some(format!("{all}.orValue([]).exists(e, {} == {key} && e != {value})", key_of(list, "e")))
}

/// A regular expression for the keys that an entry of the record has for a list.
fn keys(list: PodList) -> Cel {
    quoted(&format!("\"{}\":\\[[^\\]]*\\]", json_inner(&list.place().to_string())))
}

/// Whether the record has the key.
fn named(draft: &Draft<'_>, list: PodList, in_record: &str) -> Cel {
    format!("{}.findAll({}).exists(l, l.contains('\"' + {in_record} + '\"'))", draft.named("status"), keys(list))
}

fn say_other(
    draft: &mut Draft<'_>,
    addition: &PodListAddition,
    element: &Element,
    (other, names): (&str, &str),
    changes: &mut PodChanges,
) {
    let PodListAddition { list, on_conflict, .. } = addition;
    let Element { times, key, in_record, .. } = element;
    match on_conflict {
        OnConflict::Reject => {
            let profile = &draft.scope.profile.name;
            let before = format!(
                "{} + {key} + {}",
                quoted(&format!("the profile `{profile}` adds `")),
                quoted(&format!("` to `{list}`, and "))
            );
            let has = format!("e.findAll({}).exists(l, l.contains('\"' + {in_record} + '\"'))", keys(*list));
            let theirs = format!("{names} ? 'the profile `' + {} + '`' : 'the pod'", record::owner_where(draft, &has));
            let message = format!("{before} + ({theirs}) + ' has another value for it'");
            changes.conflicts.push(times.list(other, &message));
        }
        OnConflict::Keep | OnConflict::Max => {
            let words = quoted(&format!("` in the pod's `{list}` already has another value, which is kept"));
            let message = format!("'`' + {key} + {words}");
            // A value that depends on the pod may be another one once all is added.
            let condition = match element.is_computed {
                true => format!(
                    "{other} && !{}.findAll({}).exists(l, l.contains('\"' + {in_record} + '\"'))",
                    draft.named("mine"),
                    keys(*list)
                ),
                false => other.to_owned(),
            };
            draft.warnings.push(times.list(&condition, &message));
        }
    }
}

/// Elements without the member that names them, and two of one key.
fn say_faults(draft: &Draft<'_>, list: PodList, element: &Element, earlier: bool, changes: &mut PodChanges) {
    let Element { times, key, .. } = element;
    let name = list.path().last().copied().unwrap_or_default();
    let before = format!("{name} of the profile `{}`: ", draft.scope.profile.name);
    let twice = match times {
        Times::Once(_) if earlier => Some("true".to_owned()),
        times => times.is_repeated(|element| key_of(list, element)),
    };
    let twice =
        twice.map(|twice| (twice, format!("{} + {key} + '` is there a second time'", quoted(&format!("{before}`")))));
    let nameless = list.key_member().filter(|_| element.is_computed);
    let nameless =
        nameless.map(|member| (format!("{key} == ''"), quoted(&format!("{before}an element has no `{member}`"))));
    let message = match (nameless, twice) {
        (Some((none, words)), Some((twice, other))) => {
            times.list(&format!("{none} || {twice}"), &format!("({none} ? {words} : {other})"))
        }
        (Some((condition, words)), None) | (None, Some((condition, words))) => times.list(&condition, &words),
        (None, None) => return,
    };
    changes.faults.push(message);
}

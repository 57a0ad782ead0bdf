//! The elements of a profile for containers of the application, as they are compiled.

use serde_json::Value;

use super::{Item, Text, What};
use crate::policy::cel::Cel;
use crate::policy::draft::Draft;
use crate::policy::values::{Piece, lists};
use crate::profile::slot::{Home, Slot, SlotMap, source_key};
use crate::profile::template::{Content, Template};
use crate::profile::{Addition, EnvPlacement};
use crate::value::pointer::Pointer;

/// What is added, by slot. `end` is where variables go, and `at` the place of all in the profile's document.
pub(super) fn of(draft: &Draft<'_>, added: &SlotMap<Vec<Addition>>, end: EnvPlacement, at: &Pointer) -> Vec<Item> {
    let mut items = Vec::new();
    for slot in Slot::of(Home::Application) {
        for (index, addition) in added[slot].iter().enumerate() {
            let at = at.join(slot.field()).join(index.to_string());
            items.extend(item(draft, slot, addition, end, &at));
        }
    }
    items
}

/// The members of a variable that say how it is added.
const HOW: [&str; 5] = ["at", "append", "prepend", "separator", "onValueFrom"];

fn item(draft: &Draft<'_>, slot: Slot, addition: &Addition, end: EnvPlacement, at: &Pointer) -> Option<Item> {
    let word = |name: &str| addition.template.part(name).and_then(|part| constant(draft, &part));
    let end = match word("at").filter(|_| slot == Slot::Env).as_deref() {
        Some("First") => EnvPlacement::First,
        Some(_) => EnvPlacement::Last,
        None if slot == Slot::EnvFrom => EnvPlacement::First,
        None => end,
    };
    let mut template = addition.template.clone();
    if slot == Slot::Env {
        HOW.iter().for_each(|name| remove(&mut template, name));
    }
    let pieces = draft.values().pieces(&template, 1);
    let key = match slot {
        Slot::EnvFrom => match &template {
            Template::Literal(value) => source_key(value),
            _ => None,
        },
        slot => slot.keys().first().and_then(|key| word(key)),
    };
    let text = if slot == Slot::Env { text(draft, addition) } else { None };
    let (when, value) = match pieces.as_slice() {
        [] => return None,
        [Piece::Always(value)] => (None, value.clone()),
        [Piece::Where(condition, value)] => (Some(condition.clone()), value.clone()),
        several => {
            if text.is_some() {
                draft.wrong.say(at, &format!("a {} under `forEach` is not compiled", slot.noun()));
            }
            return Some(Item { slot, number: (0, 0), end, when: None, what: What::Each(lists(several)) });
        }
    };
    let what = match (key, text) {
        (Some(key), Some(text)) => What::Text { key, text },
        (Some(key), None) => What::One { key, value },
        (None, None) => What::Each(format!("[dyn({value})]")),
        (None, _) => {
            draft.wrong.say(at, &format!("a {} whose name depends on the pod is not compiled", slot.noun()));
            return None;
        }
    };
    Some(Item { slot, number: (0, 0), end, when, what })
}

/// The text for a variable's own value.
fn text(draft: &Draft<'_>, addition: &Addition) -> Option<Text> {
    let part = |name: &str| addition.template.part(name);
    let written = |name: &str| -> Cel {
        part(name).map_or_else(|| "''".to_owned(), |template| draft.values().text(&template, 1))
    };
    if part("append").is_none() && part("prepend").is_none() {
        return None;
    }
    let on_value_from = part("onValueFrom").and_then(|template| constant(draft, &template));
    Some(Text {
        prepend: written("prepend"),
        append: written("append"),
        separator: written("separator"),
        rejects_value_from: on_value_from.as_deref() == Some("Reject"),
    })
}

fn constant(draft: &Draft<'_>, template: &Template) -> Option<String> {
    match draft.scope.values(template, 1)?.as_slice() {
        [Value::String(text)] => Some(text.clone()),
        _ => None,
    }
}

/// Takes a member away.
fn remove(template: &mut Template, name: &str) {
    match template {
        Template::Literal(Value::Object(members)) => drop(members.shift_remove(name)),
        Template::Object(members) => members.retain(|(member, _)| member != name),
        Template::Sparse(inner) => remove(inner, name),
        Template::Part(part) => {
            if let Content::One(inner) = &mut part.content {
                remove(inner, name);
            }
        }
        Template::Literal(_) | Template::Scalar(_) | Template::List(_) => {}
    }
}

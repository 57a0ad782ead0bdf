//! The elements of a profile for containers of the application, as they are compiled.

use serde_json::Value;

use super::{Item, Text, What};
use crate::policy::cel::Cel;
use crate::policy::draft::Draft;
use crate::policy::stored;
use crate::policy::values::{Piece, lists};
use crate::profile::slot::{Home, Slot, SlotMap, source_key};
use crate::profile::template::{Content, Template};
use crate::profile::{Addition, EnvPlacement};
use crate::value::pointer::Pointer;

/// Whether the expressions of items may name the container at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// They may: it is the first local variable. So it is in blocks.
    Container,
    /// They may not: the first local variable is that of their own `forEach`.
    Nothing,
}

impl Around {
    /// How many local variables are around an item.
    const fn locals(self) -> usize {
        match self {
            Self::Container => 1,
            Self::Nothing => 0,
        }
    }
}

/// What is added, by slot. `end` is where variables go, and `at` the place of all in the profile's document.
pub(super) fn of(
    draft: &Draft<'_>,
    added: &SlotMap<Vec<Addition>>,
    (end, around): (EnvPlacement, Around),
    at: &Pointer,
) -> Vec<Item> {
    let mut items = Vec::new();
    for slot in Slot::of(Home::Application) {
        for (index, addition) in added[slot].iter().enumerate() {
            let at = at.join(slot.field()).element(index);
            items.extend(item(draft, slot, addition, (end, around.locals()), &at));
        }
    }
    items
}

/// The members of a variable that say how it is added.
const HOW: [&str; 5] = ["at", "append", "prepend", "separator", "onValueFrom"];

fn item(
    draft: &Draft<'_>,
    slot: Slot,
    addition: &Addition,
    (end, around): (EnvPlacement, usize),
    at: &Pointer,
) -> Option<Item> {
    if slot == Slot::Env {
        check_how(draft, &addition.template, around, at)?;
    }
    let word = |name: &str| addition.template.part(name).and_then(|part| constant(draft, &part, around));
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
    let template = stored::element(&draft.scope, slot, &template, around);
    let pieces = draft.values().pieces(&template, around);
    let key = match slot {
        Slot::EnvFrom => match &template {
            Template::Literal(value) => source_key(value),
            _ => None,
        },
        slot => slot.keys().first().and_then(|key| word(key)),
    };
    let text = if slot == Slot::Env { text(draft, addition, around) } else { None };
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
fn text(draft: &Draft<'_>, addition: &Addition, around: usize) -> Option<Text> {
    let part = |name: &str| addition.template.part(name);
    let written = |name: &str| -> Cel {
        part(name).map_or_else(|| "''".to_owned(), |template| draft.values().text(&template, around))
    };
    if part("append").is_none() && part("prepend").is_none() {
        return None;
    }
    let on_value_from = part("onValueFrom").and_then(|template| constant(draft, &template, around));
    Some(Text {
        prepend: written("prepend"),
        append: written("append"),
        separator: written("separator"),
        rejects_value_from: on_value_from.as_deref() == Some("Reject"),
    })
}

fn constant(draft: &Draft<'_>, template: &Template, around: usize) -> Option<String> {
    match draft.scope.values(template, around)?.as_slice() {
        [Value::String(text)] => Some(text.clone()),
        _ => None,
    }
}

/// Says what of how a variable is added is not compiled; `None` where there is such.
///
/// What depends on the alternative is not: all of them have one place, and text for a value is no element of the list.
fn check_how(draft: &Draft<'_>, template: &Template, around: usize, at: &Pointer) -> Option<()> {
    let mut found = None;
    if let Template::Part(part) = template
        && let Content::OneOf { common, alternatives } = &part.content
    {
        let has = |template: &Template, name: &str| template.part(name).is_some();
        let in_common = |name: &str| common.iter().any(|(member, _)| member == name);
        found = HOW.into_iter().find(|name| {
            alternatives.iter().any(|(_, template)| has(template, name)) || (*name != "at" && in_common(name))
        });
    }
    let fixed = |name: &&str| template.part(name).is_some_and(|part| constant(draft, &part, around).is_none());
    let words = match (found, ["at", "onValueFrom"].into_iter().find(fixed)) {
        (Some(name), _) => format!("`{name}` under `oneOf` is not compiled"),
        (None, Some(name)) => format!("`{name}` that depends on the pod is not compiled"),
        (None, None) => return Some(()),
    };
    draft.wrong.say(at, &words);
    None
}

/// Takes a member away.
fn remove(template: &mut Template, name: &str) {
    match template {
        Template::Literal(Value::Object(members)) => drop(members.shift_remove(name)),
        Template::Object(members) => members.retain(|(member, _)| member != name),
        Template::Sparse(inner) => remove(inner, name),
        Template::Part(part) => match &mut part.content {
            Content::One(inner) => remove(inner, name),
            Content::OneOf { common, alternatives } => {
                common.retain(|(member, _)| member != name);
                alternatives.iter_mut().for_each(|(_, inner)| remove(inner, name));
            }
            Content::Several(inner) => inner.iter_mut().for_each(|inner| remove(inner, name)),
            Content::Spliced(_) => {}
        },
        Template::Literal(_) | Template::Scalar(_) | Template::List(_) => {}
    }
}

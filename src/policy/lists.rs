//! What goes into lists and maps of the pod by name: volumes, pull secrets, annotations, labels.

use serde_json::Value;

use super::cel::{Cel, add, any, joined, json_inner, json_text, quoted};
use super::draft::Draft;
use super::times::{ELEMENT, Times};
use super::values::{self, Piece};
use crate::profile::Addition;
use crate::profile::slot::{Form, Home, Slot};
use crate::profile::template::Template;
use crate::value::pointer::Pointer;

mod entries;
mod faults;
mod names;
mod named;
/// The elements of one slot.
pub(super) struct Elements {
    pub(super) slot: Slot,
    /// When the slot's list or map gets an element that it lacks.
    missing: Vec<Cel>,
    /// Lists of the operations.
    added: Vec<Cel>,
    /// Lists of the names for the record.
    pub(super) recorded: Vec<Cel>,
    /// Messages about what clashes, about what an API server would refuse, and about what the profile makes twice.
    pub(super) conflicts: Vec<Cel>,
    pub(super) invalid: Option<Cel>,
    pub(super) twice: Vec<Cel>,
    /// What the record has under `replaced` and `edited`: lists of [`replaced`] and of [`edited`].
    pub(super) replaced: Vec<Member>,
    pub(super) edited: Vec<Member>,
    /// Annotations that are lists of names: the pointers of the names, and those of the lists that are new.
    pub(super) listed: Vec<Cel>,
    pub(super) created_names: Vec<Cel>,
    /// The keys so far, and lists of those with their values that are not the same for every pod.
    keys: Vec<Known>,
    written: Vec<Cel>,
}

/// A list of members of an object in the record.
pub(super) struct Member {
    /// The key, where it is the same for every pod.
    pub(super) key: Option<String>,
    pub(super) list: Cel,
}

/// What names an element.
#[derive(Clone)]
enum Key {
    /// This, for every pod.
    Fixed(String),
    /// This expression.
    Computed(Cel),
    /// This member of the element at hand.
    Member(&'static str),
}

/// The key of an element, and how often that is there.
struct Known {
    key: Key,
    times: Times,
}

/// Defines the elements of a slot of the pod's spec or metadata that holds no containers.
pub(super) fn define(draft: &mut Draft<'_>, slot: Slot) -> Elements {
    let mut elements = Elements {
        slot,
        missing: Vec::new(),
        added: Vec::new(),
        recorded: Vec::new(),
        conflicts: Vec::new(),
        twice: Vec::new(),
        replaced: Vec::new(),
        edited: Vec::new(),
        listed: Vec::new(),
        created_names: Vec::new(),
        invalid: None,
        keys: Vec::new(),
        written: Vec::new(),
    };
    for (index, addition) in draft.scope.profile.added[slot].iter().enumerate() {
        match slot.form() {
            Form::Map(_) => entries::define(draft, &mut elements, (index, addition)),
            Form::List(..) => named::define(draft, &mut elements, (index, addition)),
        }
    }
    elements.invalid = faults::of(draft, &elements);
    elements
}

/// How often something is there, and what it is: an expression, which for each of a list is the element at hand.
fn times(draft: &mut Draft<'_>, (slot, index): (Slot, usize), pieces: &[Piece]) -> Option<(Times, Cel)> {
    Some(match pieces {
        [] => return None,
        [Piece::Always(value)] => (Times::Once(None), value.clone()),
        [Piece::Where(condition, value)] => (Times::Once(Some(condition.clone())), value.clone()),
        several => {
            let list = draft.define(&format!("{}{index}Each", slot.field()), values::lists(several));
            (Times::Each(list), ELEMENT.to_owned())
        }
    })
}

/// A member that is the same text for every pod.
fn text(draft: &Draft<'_>, addition: &Addition, member: &str) -> Option<String> {
    // The variable of a `forEach` is another one each time.
    let around = match &addition.template {
        Template::Part(part) => usize::from(part.repeat.is_some()),
        _ => 0,
    };
    let name = addition.template.part(member)?;
    match draft.scope.values(&name, around)?.as_slice() {
        [Value::String(name)] => Some(name.clone()),
        _ => None,
    }
}

impl Key {
    fn of(&self, element: &str) -> Cel {
        match self {
            Self::Fixed(key) => quoted(key),
            Self::Computed(key) => key.clone(),
            Self::Member(member) => format!("string({element}.?{member}.orValue(''))"),
        }
    }

    /// The key of the element at hand.
    fn cel(&self) -> Cel {
        self.of(ELEMENT)
    }

    const fn fixed(&self) -> Option<&String> {
        match self {
            Self::Fixed(key) => Some(key),
            Self::Computed(_) | Self::Member(_) => None,
        }
    }

    /// It as a text of the record, in its quotes.
    fn in_record(&self) -> Cel {
        match self {
            Self::Fixed(key) => quoted(&format!("\"{key}\"")),
            _ => format!("('\"' + {} + '\"')", self.cel()),
        }
    }

    /// It between two texts, which are not expressions.
    fn between(&self, before: &str, behind: &str) -> Cel {
        match self {
            Self::Fixed(key) => quoted(&format!("{before}{key}{behind}")),
            _ => format!("({} + {} + {})", quoted(before), self.cel(), quoted(behind)),
        }
    }
}

impl Elements {
    /// Notes a key, and says where an earlier element has it too: when that is, if it can be.
    fn known(&mut self, key: &Key, times: &Times) -> Option<Cel> {
        let could_be = |known: &&Known| match (key.fixed(), known.key.fixed()) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let earlier = self.keys.iter().filter(could_be);
        let mut cases: Vec<Cel> =
            earlier.map(|known| known.times.has(|element| known.key.of(element), &key.cel())).collect();
        cases.extend(times.is_repeated(|element| key.of(element)));
        self.keys.push(Known { key: key.clone(), times: times.clone() });
        if cases.is_empty() { None } else { Some(any(&cases)) }
    }

    /// The message about a key that is made a second time.
    fn say_twice(&mut self, draft: &Draft<'_>, index: usize, (key, times): (&Key, &Times), earlier: &str) {
        let at = self.slot.place_in_profile().element(index);
        let before = format!("{} of the profile `{}`: `{at}` makes `", self.slot.field(), draft.scope.profile.name);
        self.twice.push(times.list(earlier, &key.between(&before, "` a second time")));
    }

    /// When the slot's list or map has to be made first, and its pointer; `None` for that of annotations, which the record needs
    /// in any case.
    pub(super) fn created(&self) -> Option<(Cel, String)> {
        if self.slot == Slot::Annotations || self.missing.is_empty() {
            return None;
        }
        let place = self.slot.place();
        Some((format!("!has(object.{}) && {}", place.tokens().join("."), any(&self.missing)), place.to_string()))
    }

    /// The operations that add what is missing.
    pub(super) fn operations(&self) -> Vec<Cel> {
        let empty = if matches!(self.slot.form(), Form::Map(_)) { "{}" } else { "[]" };
        let created =
            self.created().map(|(condition, path)| format!("({condition} ? [{}] : [])", add(&quoted(&path), empty)));
        created.into_iter().chain(self.added.iter().cloned()).collect()
    }
}

/// The members of the record for old values that were replaced: of lists of a pointer and the value.
pub(super) fn replaced(lists: &[Cel]) -> Cel {
    format!("({}).map(p, '\"' + {} + '\":\"' + {} + '\"')", joined(lists), json_text("p[0]"), json_text("p[1]"))
}

/// The members of the record for texts that were added: of lists of a pointer, the text, what is between it and the value, and
/// `shared` where the member is there only if another profile has added the same.
pub(super) fn edited(draft: &Draft<'_>, lists: &[Cel]) -> Cel {
    let separator = "(p[2] == '' ? '' : ',\"separator\":\"' + p[2] + '\"')";
    let text = format!("'\"' + p[0] + '\":{{\"append\":\"' + p[1] + '\"' + {separator} + '}}'");
    format!(
        "({}).map(p, p.map(t, {})).map(p, [{text}, p[3]]).filter(p, p[1] == '' || {}.contains(p[0])).map(p, p[0])",
        joined(lists),
        json_text("t"),
        draft.named("status")
    )
}

/// The slots that are neither containers nor in containers.
pub(super) fn slots(home: Home) -> impl Iterator<Item = Slot> {
    Slot::of(home).filter(|slot| !slot.holds_containers())
}

/// A pointer as it is in a record.
pub(super) fn pointer(place: &Pointer) -> String {
    json_inner(&place.to_string())
}

//! Annotations and labels: added where they are missing, put in the place of the pod's own, or text behind it.

use serde_json::Value;

use super::names::{self, Names};
use super::{Elements, Key, Member, pointer, text, times};
use crate::decide::record::listed;
use crate::policy::cel::{Cel, add, has_token, quoted};
use crate::policy::draft::Draft;
use crate::policy::record;
use crate::policy::times::{ELEMENT, Times};
use crate::policy::values::Piece;
use crate::profile::Addition;
use crate::profile::slot::Slot;
use crate::profile::template::{Content, Template};

/// One entry, or for each of a list one.
struct Entry {
    times: Times,
    key: Key,
    value: Text,
    separator: Text,
    /// Whether it takes the place of the pod's own, and whether it is text to go behind that: `true`, `false` or an expression.
    overwrites: Cel,
    appends: Cel,
}

/// A text of the profile.
#[derive(Clone)]
struct Text {
    cel: Cel,
    /// What it is for every pod, where that is known.
    fixed: Option<String>,
}

impl Text {
    fn fixed(text: &str) -> Self {
        Self { cel: quoted(text), fixed: Some(text.to_owned()) }
    }

    const fn computed(cel: Cel) -> Self {
        Self { cel, fixed: None }
    }
}

/// Defines what one addition gives.
pub(super) fn define(draft: &mut Draft<'_>, elements: &mut Elements, (index, addition): (usize, &Addition)) {
    let entry = match &addition.key {
        Some(key) => of_map(draft, elements.slot, (index, key), addition),
        None => of_list(draft, elements.slot, (index, addition)),
    };
    let Some(entry) = entry else { return };
    let Entry { times, key, .. } = &entry;
    if let Some(earlier) = elements.known(key, times) {
        elements.say_twice(draft, index, (key, times), &earlier);
    }
    if key.fixed().is_none() || (elements.slot == Slot::Labels && entry.value.fixed.is_none()) {
        elements.written.push(times.list("true", &format!("[{}, {}]", key.cel(), entry.value.cel)));
    }
    let map = draft.named(if elements.slot == Slot::Labels { "lab" } else { "ann" });
    let place = elements.slot.place();
    let path = match key.fixed() {
        Some(key) => quoted(&place.join(key.as_str()).to_string()),
        None => {
            let path = quoted(&format!("{place}/"));
            let path = format!("({path} + {}.replace('~', '~0').replace('/', '~1'))", key.cel());
            match times {
                Times::Once(_) => draft.define(&format!("{}{index}Path", elements.slot.field()), path),
                Times::Each(_) => path,
            }
        }
    };
    let lists_names = match (elements.slot, key.fixed()) {
        (Slot::Annotations, Some(key)) if !listed::is_list(key, "") => None,
        (Slot::Annotations, fixed) => {
            let key_text = key.cel();
            let known = listed::keys().map(quoted).collect::<Vec<_>>().join(", ");
            let of_key = if fixed.is_some() { None } else { Some(format!("{key_text} in [{known}]")) };
            let names = Names { of_key, key: &key_text, value: &entry.value.cel, path: &path };
            Some(names::define(draft, elements, (index, times), &names))
        }
        _ => None,
    };
    let at = Place { key, path, map, lists_names };
    plain(draft, elements, (index, &entry), &at);
}

/// Where an entry goes.
struct Place<'e> {
    key: &'e Key,
    /// The pointer, as an expression.
    path: Cel,
    map: Cel,
    /// Whether the entry is names for a list; `None` where it never is.
    lists_names: Option<Cel>,
}

impl Place<'_> {
    fn both(&self, condition: &str) -> Cel {
        match &self.lists_names {
            Some(names) => format!("(!{names} && {condition})"),
            None => format!("({condition})"),
        }
    }
}

/// A value of its own, which is no list of names.
fn plain(draft: &mut Draft<'_>, elements: &mut Elements, (index, entry): (usize, &Entry), at: &Place<'_>) {
    let Entry { times, key, value, overwrites, .. } = entry;
    let (key_text, ours) = (key.cel(), &value.cel);
    let there = format!("{key_text} in {}", at.map);
    let theirs = format!("{}[{key_text}]", at.map);
    let missing = at.both(&format!("!({there})"));
    let differs = at.both(&format!("{there} && {theirs} != {ours}"));
    let lists = draft.named(if elements.slot == Slot::Labels { "listedLabels" } else { "listedAnnotations" });
    let shared = format!("{there} && {theirs} == {ours} && {lists}.exists(l, l.contains({}))", at.key.in_record());
    elements.missing.push(times.any(&missing));
    elements.added.push(times.list(&missing, &add(&at.path, ours)));
    let mut named = vec![missing, at.both(&shared)];
    if overwrites != "false" {
        let has = is_changed(at, elements.slot);
        let anothers = others(draft, (elements.slot, index, "Taken"), times, &has);
        let replaces = match overwrites.as_str() {
            "true" => differs.clone(),
            overwrites => format!("({overwrites} && {differs})"),
        };
        let message = anothers_words(draft, at, &has, "overwrite");
        elements.conflicts.push(times.list(&format!("{replaces} && {anothers}"), &message));
        let replaces = format!("({replaces} && !{anothers})");
        elements.added.push(times.list(&replaces, &add(&at.path, ours)));
        let old = format!("[{}, string({theirs})]", at.path);
        elements.replaced.push(Member { key: fixed_path(elements.slot, key), list: times.list(&replaces, &old) });
        named.push(replaces);
    }
    if entry.appends != "false" {
        append(draft, elements, (index, entry), (at, &differs, &theirs));
    }
    elements.recorded.push(times.list(&format!("({})", named.join(" || ")), &key_text));
    kept(draft, elements.slot, entry, (at, &differs));
}

/// Warns of a value of the pod's own that stays. What warns sees the pod as it is once all is added.
fn kept(draft: &mut Draft<'_>, slot: Slot, entry: &Entry, (at, differs): (&Place<'_>, &str)) {
    let Entry { times, key, value, overwrites, appends, .. } = entry;
    let mut conditions = vec![differs.to_owned()];
    match (overwrites.as_str(), appends.as_str(), &value.fixed) {
        ("true", ..) => return,
        (_, "true", Some(text)) if !text.is_empty() => return,
        (_, "false", _) => {}
        _ => conditions.push(format!("!({appends} && {} != '')", value.cel)),
    }
    if overwrites != "false" {
        conditions.push(format!("!{overwrites}"));
    }
    if value.fixed.is_none() {
        // A value that depends on the pod may be another one by now.
        let own = format!("{}.find({})", draft.named("mine"), quoted(&list_of_names(slot)));
        conditions.push(format!("!{own}.contains({})", at.key.in_record()));
    }
    let noun = slot.noun();
    let message = key.between(&format!("the {noun} `"), "` already has another value, which is kept");
    draft.warnings.push(times.list(&conditions.join(" && "), &message));
}

/// Text that goes behind the pod's own value, unless it is there as a whole.
fn append(
    draft: &mut Draft<'_>,
    elements: &mut Elements,
    (index, entry): (usize, &Entry),
    (at, differs, theirs): (&Place<'_>, &str, &str),
) {
    let Entry { times, key, value, separator, appends, .. } = entry;
    let (text, between) = (&value.cel, &separator.cel);
    let mut conditions = vec![differs.to_owned()];
    if appends != "true" {
        conditions.push(appends.clone());
    }
    if value.fixed.as_ref().is_none_or(String::is_empty) {
        conditions.push(format!("{text} != ''"));
    }
    let overwritten = is_overwritten(at);
    let anothers = others(draft, (elements.slot, index, "Overwritten"), times, &overwritten);
    let message = anothers_words(draft, at, &overwritten, "add text to");
    elements.conflicts.push(times.list(&format!("({} && {anothers})", conditions.join(" && ")), &message));
    conditions.push(format!("!{anothers}"));
    let may = conditions.join(" && ");
    let has = has_token(&format!("string({theirs})"), text, between);
    let new = format!("({theirs} == '' ? {text} : {theirs} + {between} + {text})");
    elements.added.push(times.list(&format!("({may} && !{has})"), &add(&at.path, &new)));
    let member = format!("[{}, {text}, {between}, ({has} ? 'shared' : '')]", at.path);
    elements.edited.push(Member { key: fixed_path(elements.slot, key), list: times.list(&may, &member) });
}

/// Whether an entry `e` of the record has put its own value in the place of the pod's.
fn is_overwritten(at: &Place<'_>) -> Cel {
    let member = |value: &str| format!("e.contains('\"' + {} + {})", at.path, quoted(&format!("\":{value}")));
    format!("({} || {})", member("\""), member("null"))
}

/// Whether an entry `e` of the record has changed the value in any way.
fn is_changed(at: &Place<'_>, slot: Slot) -> Cel {
    let extended = format!("e.contains('\"' + {} + '\":{{\"')", at.path);
    let names = quoted(&list_of_names(slot));
    let added = format!("e.findAll({names}).exists(l, l.contains({}))", at.key.in_record());
    format!("({} || {extended} || {added})", is_overwritten(at))
}

/// A regular expression for the names that an entry of the record lists for a slot.
fn list_of_names(slot: Slot) -> String {
    format!("\"{}\":\\[[^\\]]*\\]", slot.field())
}

/// Whether this holds for an entry of the record: a variable, where the element at hand is not one of a list.
fn others(draft: &mut Draft<'_>, (slot, index, name): (Slot, usize, &str), times: &Times, has: &str) -> Cel {
    let found = format!("{}.exists(e, {has})", draft.named("entries"));
    match times {
        Times::Once(_) => draft.define(&format!("{}{index}{name}", slot.field()), found),
        Times::Each(_) => found,
    }
}

fn anothers_words(draft: &Draft<'_>, at: &Place<'_>, has: &str, what: &str) -> Cel {
    let profile = &draft.scope.profile.name;
    let behind = at.key.between("` gave `", &format!("` its value, so the profile `{profile}` cannot {what} it"));
    format!("'the profile `' + {} + {behind}", record::owner_where(draft, has))
}

fn fixed_path(slot: Slot, key: &Key) -> Option<String> {
    key.fixed().map(|key| pointer(&slot.place().join(key.as_str())))
}

/// An entry of a map, whose key is the same for every pod.
fn of_map(draft: &mut Draft<'_>, slot: Slot, (index, key): (usize, &str), addition: &Addition) -> Option<Entry> {
    let (times, value) = match draft.values().pieces(&addition.template, 0).as_slice() {
        [Piece::Always(value)] => (Times::Once(None), value.clone()),
        [Piece::Where(condition, value)] => (Times::Once(Some(condition.clone())), value.clone()),
        _ => return None,
    };
    let value = match fixed(draft, &addition.template) {
        Some(text) => Text::fixed(&text),
        None => Text::computed(draft.define(&format!("{}{index}", slot.field()), format!("string({value})"))),
    };
    let never = || "false".to_owned();
    let (key, separator) = (Key::Fixed(key.to_owned()), Text::fixed(""));
    Some(Entry { times, key, value, separator, overwrites: never(), appends: never() })
}

fn fixed(draft: &Draft<'_>, template: &Template) -> Option<String> {
    match draft.scope.values(template, 0)?.as_slice() {
        [Value::String(text)] => Some(text.clone()),
        _ => None,
    }
}

/// An entry of a list. One with alternatives, or for each of a list one, shows its parts only when it is evaluated.
fn of_list(draft: &mut Draft<'_>, slot: Slot, (index, addition): (usize, &Addition)) -> Option<Entry> {
    let name = |part: &str| format!("{}{index}{part}", slot.field());
    let Some(when) = single(draft, &addition.template) else {
        let pieces = draft.values().pieces(&addition.template, 0);
        let (times, value) = times(draft, (slot, index), &pieces)?;
        let of = match times {
            Times::Once(_) => draft.define(&name("Entry"), format!("dyn({value})")),
            Times::Each(_) => ELEMENT.to_owned(),
        };
        let member = |name: &str| format!("string({of}.?{name}.orValue(''))");
        let key = match &times {
            _ if text(draft, addition, "key").is_some() => Key::Fixed(text(draft, addition, "key")?),
            Times::Once(_) => Key::Computed(member("key")),
            Times::Each(_) => Key::Member("key"),
        };
        let [value, separator] = ["value", "separator"].map(|name| Text::computed(member(name)));
        let is = |policy: &str| format!("({} == '{policy}')", member("policy"));
        return Some(Entry { times, key, value, separator, overwrites: is("Overwrite"), appends: is("Append") });
    };
    if when.as_deref() == Some("false") {
        return None;
    }
    let mut part = |member: &str, variable: &str| match text(draft, addition, member) {
        Some(text) => Text::fixed(&text),
        None => {
            let cel = of_member(draft, &addition.template, member);
            Text::computed(draft.define(&name(variable), cel))
        }
    };
    let (key, value) = (part("key", "Key"), part("value", ""));
    let separator = match addition.template.part("separator") {
        Some(_) => part("separator", "Separator"),
        None => Text::fixed(""),
    };
    let policy = text(draft, addition, "policy");
    let is = |word: &str| (policy.as_deref() == Some(word)).to_string();
    let key = key.fixed.map_or(Key::Computed(key.cel), Key::Fixed);
    let times = Times::Once(when.filter(|when| when != "true"));
    Some(Entry { times, key, value, separator, overwrites: is("Overwrite"), appends: is("Append") })
}

/// The condition of an entry that is there once and has no alternatives: none, or one. `None` for any other.
#[expect(
    clippy::option_option,
    reason = "whether there is a condition, and whether it is such an entry, are two things"
)]
fn single(draft: &Draft<'_>, template: &Template) -> Option<Option<Cel>> {
    match template {
        Template::Part(part) if part.repeat.is_none() => match &part.content {
            Content::One(_) => Some(part.when.as_ref().map(|when| draft.values().holds(when))),
            Content::Several(_) | Content::Spliced(_) | Content::OneOf { .. } => None,
        },
        Template::Part(_) => None,
        Template::Literal(_) | Template::Scalar(_) | Template::List(_) | Template::Object(_) | Template::Sparse(_) => {
            Some(None)
        }
    }
}

/// The text of a member; empty where it is left out.
fn of_member(draft: &Draft<'_>, template: &Template, member: &str) -> Cel {
    let Some(part) = template.part(member) else { return "''".to_owned() };
    match draft.values().pieces(&part, 0).as_slice() {
        [Piece::Always(value)] => format!("string({value})"),
        [Piece::Where(condition, value)] => format!("({condition} ? string({value}) : '')"),
        _ => "''".to_owned(),
    }
}

//! What goes into lists and maps of the pod by name: volumes, pull secrets, annotations, labels.

use std::borrow::Cow;

use serde_json::Value;

use super::cel::{Cel, NOTHING, add, any, json_inner, quoted};
use super::draft::Draft;
use super::record;
use super::values::Piece;
use crate::decide::record::listed;
use crate::profile::Addition;
use crate::profile::slot::{Clash, Form, Home, Slot};
use crate::profile::template::{Content, Part, Template};
use crate::value::pointer::Pointer;

/// One element.
pub(super) struct Element {
    pub(super) key: String,
    /// When the profile has it, and the pod does not.
    pub(super) missing: Cel,
    /// When the pod has it because another profile has added it.
    pub(super) shared: Cel,
    value: Cel,
}

/// The elements of one slot.
pub(super) struct Elements {
    pub(super) slot: Slot,
    pub(super) all: Vec<Element>,
    /// Messages about what clashes.
    pub(super) conflicts: Vec<Cel>,
    /// Annotations that are lists of names: the operations, the pointers of the names, and those of the lists that are new.
    names: Vec<Cel>,
    pub(super) listed: Vec<Cel>,
    pub(super) created_names: Vec<Cel>,
}

/// Defines the elements of a slot of the pod's spec or metadata that holds no containers.
pub(super) fn define(draft: &mut Draft<'_>, slot: Slot) -> Elements {
    let profile = draft.scope.profile;
    let mut elements = Elements {
        slot,
        all: Vec::new(),
        conflicts: Vec::new(),
        names: Vec::new(),
        listed: Vec::new(),
        created_names: Vec::new(),
    };
    let map = matches!(slot.form(), Form::Map(_));
    for (index, addition) in profile.added[slot].iter().enumerate() {
        let at = slot.place_in_profile().join(addition.key.clone().unwrap_or_else(|| index.to_string()));
        // In the list form of a map, an entry has its key and its value inside.
        let (member, template) = match (&addition.key, map) {
            (None, true) => ("key", value_of(&addition.template)),
            _ => ("name", addition.template.clone()),
        };
        let pieces = draft.values().pieces(&template, 0);
        let (when, value) = match pieces.as_slice() {
            [] => continue,
            [Piece::Always(value)] => (None, value.clone()),
            [Piece::Where(condition, value)] => (Some(condition.clone()), value.clone()),
            _ => {
                draft.wrong.say(&at, &format!("{} under `forEach` is not compiled", article(slot)));
                continue;
            }
        };
        let policy = if map { text(draft, addition, "policy") } else { None };
        if policy.is_some_and(|policy| policy != "Keep") {
            draft.wrong.say(&at.join("policy"), "only the policy `Keep` is compiled");
            continue;
        }
        let Some(key) = addition.key.clone().or_else(|| text(draft, addition, member)) else {
            draft.wrong.say(&at, &format!("{} whose name depends on the pod is not compiled", article(slot)));
            continue;
        };
        if slot == Slot::Annotations && listed::is_list(&key, "") {
            names_of_list(draft, &mut elements, (&key, index, when.as_ref()), &value);
            continue;
        }
        let value = if slot == Slot::Volumes { draft.define(&format!("volume{index}"), value) } else { value };
        element(draft, &mut elements, (&key, when.as_ref()), value);
    }
    elements
}

fn article(slot: Slot) -> String {
    let noun = slot.noun();
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { format!("an {noun}") } else { format!("a {noun}") }
}

/// A member that is the same text for every pod.
fn text(draft: &Draft<'_>, addition: &Addition, member: &str) -> Option<String> {
    let name = addition.template.part(member)?;
    match draft.scope.values(&name, 0)?.as_slice() {
        [Value::String(name)] => Some(name.clone()),
        _ => None,
    }
}

/// The value of an entry, under the conditions of the entry.
fn value_of(entry: &Template) -> Template {
    match entry {
        Template::Part(part) => {
            let content = match &part.content {
                Content::One(inner) => Content::One(value_of(inner)),
                other => other.clone(),
            };
            Template::Part(Box::new(Part { content, ..(**part).clone() }))
        }
        other => other.part("value").map_or_else(|| other.clone(), Cow::into_owned),
    }
}

fn element(draft: &mut Draft<'_>, elements: &mut Elements, (key, when): (&str, Option<&Cel>), value: Cel) {
    let slot = elements.slot;
    let name = quoted(key);
    let under = |condition: String| match when {
        Some(when) => format!("({when} && {condition})"),
        None => format!("({condition})"),
    };
    let there = match slot.home() {
        Home::Metadata => format!("{name} in {}", draft.named(if slot == Slot::Labels { "lab" } else { "ann" })),
        Home::Spec | Home::Application => format!("{}.exists(v, v.name == {name})", list(slot)),
    };
    let profile = &draft.scope.profile.name;
    let noun = slot.noun();
    match slot.clash() {
        Clash::Conflict => {
            let owned =
                format!("{}.exists(l, l.contains({}))", draft.named("listedVolumes"), quoted(&format!("\"{key}\"")));
            let before = quoted(&format!("the profile `{profile}` adds a {noun} `{key}`, and "));
            let behind = " has a different one of that name";
            let theirs = format!(
                "{before} + 'the profile `' + {} + {}",
                record::owner(draft, slot.field(), key),
                quoted(&format!("`{behind}"))
            );
            let pods = quoted(&format!("the profile `{profile}` adds a {noun} `{key}`, and the pod{behind}"));
            let same = format!("(v == {value} || v == {})", with_defaults(draft, &value));
            let differs = under(format!("{}.exists(v, v.name == {name} && !{same})", list(slot)));
            elements.conflicts.push(format!("({differs} ? [{owned} ? {theirs} : {pods}] : [])"));
        }
        Clash::Keep => {
            let kept = quoted(&format!("the {noun} `{key}` already has another value, which is kept"));
            let map = draft.named(if slot == Slot::Labels { "lab" } else { "ann" });
            draft.warnings.push(format!("({} ? [{kept}] : [])", under(format!("{there} && {map}[{name}] != {value}"))));
        }
        Clash::Complete | Clash::Same => {}
    }
    let shared = match slot {
        Slot::Volumes => {
            format!("{}.exists(l, l.contains({}))", draft.named("listedVolumes"), quoted(&format!("\"{key}\"")))
        }
        slot => {
            let recorded = format!("\"{}\"\\s*:\\s*\\[[^\\]]*\\]", slot.field());
            format!(
                "{}.findAll({}).exists(l, l.substring(l.indexOf('[')).contains({}))",
                draft.named("status"),
                quoted(&recorded),
                quoted(&format!("\"{key}\""))
            )
        }
    };
    let equal = match slot.home() {
        Home::Metadata => {
            format!("{}[{name}] == {value}", draft.named(if slot == Slot::Labels { "lab" } else { "ann" }))
        }
        Home::Spec | Home::Application => "true".to_owned(),
    };
    let shared = under(format!("{there} && {equal} && {shared}"));
    elements.all.push(Element { key: key.to_owned(), missing: under(format!("!({there})")), shared, value });
}

/// Names for an annotation that is a list of names, as far as it has only names that any YAML can write.
fn names_of_list(
    draft: &mut Draft<'_>,
    elements: &mut Elements,
    (key, index, when): (&str, usize, Option<&Cel>),
    value: &str,
) {
    let plain = quoted("^[-A-Za-z0-9_./, ]*$");
    let (ann, status) = (draft.named("ann"), draft.named("status"));
    let name = quoted(key);
    let own = format!("string({ann}[?{name}].orValue(''))");
    let value = draft.define(&format!("names{index}"), format!("string({value})"));
    let there = format!("{name} in {ann}");
    let holds = |condition: &str| match when {
        Some(when) => format!("({when} && {condition})"),
        None => format!("({condition})"),
    };
    let is_list = holds(&format!("{value}.matches({plain}) && {own}.matches({plain})"));
    let split = |text: &str| format!("{text}.split(',').filter(n, n != '')");
    let missing = draft.define(
        &format!("names{index}Missing"),
        format!("{is_list} ? {}.filter(n, !(n in {})) : {NOTHING}", split(&value), split(&own)),
    );
    let place = elements.slot.place().join(key).to_string();
    let new = format!("({own} == '' ? '' : {own} + ',') + {missing}.join(',')");
    let changed = format!("{missing}.size() > 0 || {} && !({there})", is_list);
    elements.names.push(format!("({changed} ? [{}] : [])", add(&quoted(&place), &new)));
    elements.created_names.push(format!("({is_list} && !({there}) ? [{}] : [])", quoted(&json_inner(&place))));
    let at = quoted(&format!("{}/", json_inner(&place)));
    elements.listed.push(format!(
        "({is_list} ? {}.filter(n, n in {missing} || {status}.contains('\"' + {at} + n + '\"')).map(n, {at} + n) : [])",
        split(&value)
    ));
    let kept = quoted(&format!("the {} `{key}` already has another value, which is kept", elements.slot.noun()));
    draft.warnings.push(format!(
        "({} ? [{kept}] : [])",
        holds(&format!("{there} && !({value}.matches({plain}) && {own}.matches({plain})) && {own} != {value}"))
    ));
}

/// A volume, which is a variable of the draft, with what the API server fills in.
fn with_defaults(draft: &Draft<'_>, volume: &str) -> Cel {
    let written = draft.variables.iter().find(|(name, _)| format!("variables.{name}") == volume);
    let mut text = written.map_or_else(|| volume.to_owned(), |(_, text)| text.clone());
    for source in ["configMap", "secret", "projected", "downwardAPI"] {
        let open = format!("\"{source}\": dyn({{");
        if text.starts_with('{') && text.contains(&open) && !text.contains("\"defaultMode\":") {
            text = text.replacen(&open, &format!("{open}\"defaultMode\": dyn(420), "), 1);
        }
    }
    text
}

/// The pod's list of a slot.
fn list(slot: Slot) -> Cel {
    format!("object.spec.?{}.orValue([])", slot.field())
}

impl Elements {
    /// When the slot's list or map has to be made first, and its pointer; `None` for that of annotations, which the record needs
    /// in any case.
    pub(super) fn created(&self) -> Option<(Cel, String)> {
        if self.slot == Slot::Annotations || self.all.is_empty() {
            return None;
        }
        let missing: Vec<Cel> = self.all.iter().map(|element| element.missing.clone()).collect();
        let place = self.slot.place();
        Some((format!("!has(object.{}) && {}", place.tokens().join("."), any(&missing)), place.to_string()))
    }

    /// The operations that add what is missing.
    pub(super) fn operations(&self) -> Vec<Cel> {
        let empty = if matches!(self.slot.form(), Form::Map(_)) { "{}" } else { "[]" };
        let created =
            self.created().map(|(condition, path)| format!("({condition} ? [{}] : [])", add(&quoted(&path), empty)));
        let place = self.slot.place();
        let operation = |element: &Element| {
            let path = match self.slot.form() {
                Form::Map(_) => place.join(element.key.as_str()),
                Form::List(..) => place.join("-"),
            };
            format!("({} ? [{}] : [])", element.missing, add(&quoted(&path.to_string()), &element.value))
        };
        created.into_iter().chain(self.all.iter().map(operation)).chain(self.names.iter().cloned()).collect()
    }

    /// The names for the record.
    pub(super) fn recorded(&self) -> Vec<Cel> {
        let name = |element: &Element| {
            let Element { key, missing, shared, .. } = element;
            format!("({missing} || {shared} ? [{}] : [])", quoted(&json_inner(key)))
        };
        self.all.iter().map(name).collect()
    }
}

/// The slots that are neither containers nor in containers.
pub(super) fn slots(home: Home) -> impl Iterator<Item = Slot> {
    Slot::of(home).filter(|slot| !slot.holds_containers())
}

/// A pointer as it is in a record.
pub(super) fn pointer(place: &Pointer) -> String {
    json_inner(&place.to_string())
}

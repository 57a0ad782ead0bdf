//! The record of what was added: one annotation on the pod template, a list with an entry for each profile.
//!
//! It holds what undoing cannot see in the result. Pointers count from the pod template. Instead of the index of a list's
//! element they have its name, so that they stay true when other elements are added or removed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::kube::probe::{Handler, HandlerKind};
use crate::profile::pod::{PodField, PodList};
use crate::profile::slot::{Slot, SlotMap, source_key};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

pub use crate::profile::RECORD as ANNOTATION;

pub(crate) mod added_text;
mod json;
pub(crate) mod listed;
mod pod;

pub(crate) use pod::PodUndo;

pub use added_text::AddedText;

/// How many characters a record may have: code points, which an admission policy counts too. It is the bound of what that
/// searches, outside all limits of cost.
pub(crate) const MAX_CHARACTERS: usize = 16 * 1024;

/// How many characters a record has that has too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong(usize);

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} characters are more than {MAX_CHARACTERS}", self.0)
    }
}

fn check_length(text: &str) -> Result<(), TooLong> {
    // A text has no more characters than bytes, and most are short.
    if text.len() <= MAX_CHARACTERS {
        return Ok(());
    }
    let found = text.chars().count();
    if found > MAX_CHARACTERS { Err(TooLong(found)) } else { Ok(()) }
}

/// What one profile added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The profile's name.
    pub profile: String,
    /// The version of injector, for people.
    pub version: String,
    /// The hash of the rendered injection.
    pub hash: String,
    /// The names of what was added, by slot; empty for what was added to containers of the application, see `fields`.
    pub(crate) names: SlotMap<Vec<String>>,
    /// What was added to the user's own containers and lists, as pointers.
    pub fields: Vec<String>,
    /// Lists and objects that were not there before.
    pub created: Vec<String>,
    /// Values that were replaced: null and empty ones, `auto` images, and fields of the pod's spec.
    pub replaced: BTreeMap<String, Value>,
    /// Texts that were added to values of variables and annotations.
    pub edited: BTreeMap<String, AddedText>,
    /// The keys of what was added to lists of the pod's spec, by the list's pointer.
    pub pod: BTreeMap<String, Vec<String>>,
}

impl Entry {
    /// Everything that the entry names, as pointers from the pod template whose list indexes are names.
    pub fn named(&self) -> Vec<Pointer> {
        let items = self.names.iter().flat_map(|(slot, names)| names.iter().map(move |name| slot.place().join(name)));
        let fields = self.fields.iter().filter_map(|field| Pointer::parse(field).ok());
        items.chain(fields).chain(self.pod_elements()).collect()
    }

    /// The texts that were added, each with its place, as pointers like those of `named`.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (Pointer, &AddedText)> {
        self.edited.iter().filter_map(|(named, text)| Some((Pointer::parse(named).ok()?, text)))
    }

    /// The text that was added at a place.
    pub(crate) fn text_at(&self, named: &Pointer) -> Option<&AddedText> {
        if self.edited.is_empty() { None } else { self.edited.get(&named.to_string()) }
    }

    /// The user's own value of an annotation or label that was overwritten: text, or null.
    pub(crate) fn old_text(&self, named: &Pointer) -> Option<&Value> {
        let is_value = |old: &&Value| old.is_string() || old.is_null();
        if is_metadata(named) { self.replaced.get(&named.to_string()).filter(is_value) } else { None }
    }

    /// Values that have another one in their place now, as pointers like those of `named`: images, where a container was
    /// completed that had none or `auto`, probes and hooks that were rewritten, and fields of the pod's spec.
    pub(crate) fn overwritten(&self) -> impl Iterator<Item = Pointer> {
        let places = self.replaced.keys().filter_map(|replaced| Pointer::parse(replaced).ok());
        let of_containers = places.filter(|place| is_image(place) || Handler::at_end_of(place).is_some());
        of_containers.chain(self.replaced_in_pod())
    }

    /// The probes and hooks that were rewritten.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (Pointer, Handler)> {
        let places = self.replaced.keys().filter_map(|replaced| Pointer::parse(replaced).ok());
        places.filter_map(|place| Handler::at_end_of(&place).map(|handler| (place, handler)))
    }

    /// Whether all pointers have the form in which injector writes them: someone who can write the annotation must not be able
    /// to have the user's own containers, volumes or images removed.
    fn check_pointers(&self) -> Result<(), String> {
        let parse = |text: &String| Pointer::parse(text).map_err(|error| error.to_string());
        for field in &self.fields {
            let field_at = parse(field)?;
            let is_field = matches!(field_at.tokens(), [spec, list, _, _, ..] if spec == "spec" && is_containers(list));
            if !is_field && listed::item(&field_at).is_none() && PodField::at(&field_at).is_none() {
                return Err(format!("`{field}` is not a field of a container"));
            }
        }
        for created in &self.created {
            parse(created)?;
        }
        for list in self.pod.keys() {
            if PodList::at(&parse(list)?).is_none() {
                return Err(format!("`{list}` is not a list of the pod"));
            }
        }
        for (replaced, value) in &self.replaced {
            let is_empty =
                value.is_null() || *value == Value::Array(Vec::new()) || value.as_object().is_some_and(Map::is_empty);
            let place = parse(replaced)?;
            let is_image = is_image(&place) && (value.is_null() || value == "auto");
            let is_field = PodField::at(&place).is_some_and(|field| field.may_have_been(value));
            let is_text = value.is_string() && is_metadata(&place);
            let is_handler = Handler::is_in_template(&place) && HandlerKind::of(value).is_some();
            let is_known = is_image || is_text || is_field || is_handler;
            if !is_empty && !is_known && PodField::behind(&place).is_none() {
                return Err(format!("`{replaced}` cannot have been `{value}`"));
            }
        }
        for edited in self.edited.keys() {
            let at = parse(edited)?;
            if added_text::variable(&at).is_none() && !is_metadata(&at) {
                return Err(format!("`{edited}` is neither the value of a variable, an annotation, nor a label"));
            }
        }
        Ok(())
    }

    /// The names of containers and init containers.
    pub fn all_containers(&self) -> impl Iterator<Item = &String> {
        self.names.iter().filter(|(slot, _)| slot.holds_containers()).flat_map(|(_, names)| names)
    }
}

/// Whether a pointer from a pod template is that of a container's image.
pub(crate) fn is_image(named: &Pointer) -> bool {
    matches!(named.tokens(), [spec, list, _, image] if spec == "spec" && is_containers(list) && image == "image")
}

/// Whether a pointer is that of a string of the user's own that a profile may replace: a variable's value, an annotation, a
/// label. It is from the object's root or from a template.
pub(crate) fn is_user_string(at: &Pointer) -> bool {
    match at.tokens() {
        [.., env, _, value] if env == "env" && value == "value" => true,
        [.., metadata, map, key] => is_entry(metadata, map, key),
        _ => false,
    }
}

/// Whether a pointer from a pod template is that of an annotation or label, other than the record.
pub(crate) fn is_metadata(named: &Pointer) -> bool {
    matches!(named.tokens(), [metadata, map, key] if is_entry(metadata, map, key))
}

fn is_entry(metadata: &str, map: &str, key: &str) -> bool {
    metadata == "metadata" && (map == "annotations" || map == "labels") && key != ANNOTATION
}

fn is_containers(list: &str) -> bool {
    Slot::ALL.into_iter().any(|slot| slot.holds_containers() && slot.field() == list)
}

/// Reads the record of a pod template; empty where there is none.
///
/// # Errors
///
/// Why the annotation is not a record.
pub(crate) fn read<'a, V: View<'a>>(template: V) -> Result<Vec<Entry>, String> {
    let Some(annotation) = template.path(&["metadata", "annotations", ANNOTATION]) else { return Ok(Vec::new()) };
    let Some(text) = annotation.string() else { return Err(format!("it is {}", annotation.kind().name())) };
    check_length(&text).map_err(|long| long.to_string())?;
    let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    for entry in &entries {
        entry.check_pointers()?;
        if entries.iter().filter(|other| other.profile == entry.profile).count() > 1 {
            return Err(format!("it has two entries of the profile `{}`", entry.profile));
        }
    }
    Ok(entries)
}

/// The record as the annotation's value.
///
/// # Errors
///
/// [`read`] would refuse it.
pub(crate) fn write(entries: &[&Entry]) -> Result<String, TooLong> {
    let text = serde_json::to_string(entries).unwrap_or_default();
    check_length(&text).map(|()| text)
}

/// Turns the names in a pointer into the indexes that they have in this value; `None` where one is absent.
pub(crate) fn resolve<'a, V: View<'a>>(value: V, named: &Pointer) -> Option<Pointer> {
    if let Some((annotation, name)) = listed::item(named) {
        let list = annotation.tokens().iter().try_fold(value, |node, key| node.member(key))?.string()?;
        return listed::names(&list).any(|known| known == name).then(|| named.clone());
    }
    if let Some((list, key)) = PodList::element(named) {
        let place = list.place();
        let found = place.tokens().iter().try_fold(value, |node, name| node.member(name))?;
        return list.find(found, key).map(|token| place.join(token));
    }
    let mut node = value;
    let mut indexed = Vec::with_capacity(named.tokens().len());
    for token in named.tokens() {
        match node.kind() {
            Kind::Mapping => {
                node = node.member(token)?;
                indexed.push(token.clone());
            }
            Kind::Sequence => {
                let list = node.elements();
                let index = list.iter().position(|element| element_name(*element).as_deref() == Some(token))?;
                node = *list.get(index)?;
                indexed.push(index.to_string().into());
            }
            _ => return None,
        }
    }
    Some(Pointer::of(indexed))
}

/// The name of a list's element, after the keys by which Kubernetes merges lists: mount path, port and protocol, the key of
/// a slot, or name.
pub(crate) fn element_name<'a, V: View<'a>>(element: V) -> Option<String> {
    if let Some(source) = source_key(element) {
        return Some(source);
    }
    if let Some(name) = element.member("mountPath").or_else(|| element.member("devicePath")).and_then(View::string) {
        return Some(name.into_owned());
    }
    if let Some(port) = element.member("containerPort").and_then(View::unsigned) {
        return Some(format!("{port}/{}", element.text(&["protocol"]).as_deref().unwrap_or("TCP")));
    }
    // Every slot's key counts, since a record must find again what a profile added. `name` is the last of each.
    let keys = Slot::ALL.into_iter().flat_map(Slot::keys).filter(|key| **key != "name").chain(&["name"]);
    keys.into_iter().find_map(|key| element.text(&[key])).map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(profile: &str) -> Entry {
        Entry { profile: profile.to_owned(), version: "1".to_owned(), hash: "h".to_owned(), ..Entry::default() }
    }

    /// An entry whose record has this many characters.
    fn of_length(characters: usize) -> Entry {
        let around = write(&[&entry("")]).unwrap().len();
        entry(&"é".repeat(characters - around))
    }

    #[test]
    fn a_record_has_at_most_16384_characters() {
        let template = |record: &str| json!({"metadata": {"annotations": {ANNOTATION: record}}});
        let longest = write(&[&of_length(16384)]).unwrap();
        assert_eq!(longest.chars().count(), 16384);
        assert!(longest.len() > 16384, "what counts is not bytes");
        assert_eq!(read(&template(&longest)).unwrap(), [of_length(16384)]);
        let message = "16385 characters are more than 16384";
        assert_eq!(write(&[&of_length(16385)]).unwrap_err().to_string(), message);
        let text = serde_json::to_string(&[of_length(16385)]).unwrap();
        assert_eq!(read(&template(&text)).unwrap_err(), message);
        assert_eq!(read(&template(&format!("{longest} "))).unwrap_err(), message, "blanks count too");
    }
}

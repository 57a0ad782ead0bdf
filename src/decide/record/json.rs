//! An entry of the record as JSON. Records are out in the world: the names of its members and their order stay.

use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Entry;
use crate::profile::slot::{Home, Slot};

/// The slots that have a member of their own.
fn slots() -> impl Iterator<Item = Slot> {
    Slot::ALL.into_iter().filter(|slot| slot.home() != Home::Application)
}

impl Entry {
    /// The members of an entry, in their order. All after the hash are left out where they are empty.
    pub fn members() -> Vec<&'static str> {
        let mut members = vec!["profile", "version", "hash"];
        members.extend(slots().map(Slot::field));
        members.extend(["fields", "created", "replaced", "edited", "pod"]);
        members
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("profile", &self.profile)?;
        map.serialize_entry("version", &self.version)?;
        map.serialize_entry("hash", &self.hash)?;
        for (slot, names) in slots().map(|slot| (slot, &self.names[slot])).filter(|(_, names)| !names.is_empty()) {
            map.serialize_entry(slot.field(), names)?;
        }
        for (name, list) in [("fields", &self.fields), ("created", &self.created)] {
            if !list.is_empty() {
                map.serialize_entry(name, list)?;
            }
        }
        if !self.replaced.is_empty() {
            map.serialize_entry("replaced", &self.replaced)?;
        }
        if !self.edited.is_empty() {
            map.serialize_entry("edited", &self.edited)?;
        }
        if !self.pod.is_empty() {
            map.serialize_entry("pod", &self.pod)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

/// Reads an entry member by member. A member that is not known, or there twice, is an error: a record that is not
/// understood whole must not be undone by half.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry of the record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut entry = Entry::default();
        let mut seen: Vec<String> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if seen.contains(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            match name.as_str() {
                "profile" => entry.profile = map.next_value()?,
                "version" => entry.version = map.next_value()?,
                "hash" => entry.hash = map.next_value()?,
                "fields" => entry.fields = map.next_value()?,
                "created" => entry.created = map.next_value()?,
                "replaced" => entry.replaced = map.next_value()?,
                "edited" => entry.edited = map.next_value()?,
                "pod" => entry.pod = map.next_value()?,
                other => match slots().find(|slot| slot.field() == other) {
                    Some(slot) => entry.names[slot] = map.next_value()?,
                    None => {
                        map.next_value::<IgnoredAny>()?;
                        let known: Vec<String> = Entry::members().iter().map(|known| format!("`{known}`")).collect();
                        let known = known.join(", ");
                        return Err(A::Error::custom(format_args!("unknown field `{name}`, expected one of {known}")));
                    }
                },
            }
            seen.push(name);
        }
        match ["profile", "version", "hash"].into_iter().find(|name| !seen.iter().any(|seen| seen == name)) {
            Some(missing) => Err(A::Error::missing_field(missing)),
            None => Ok(entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::decide::record::AddedText;
    use crate::profile::slot::SlotMap;

    #[test]
    fn members_have_their_names_and_their_order() {
        let entry = Entry {
            profile: "p".to_owned(),
            version: "1".to_owned(),
            hash: "h".to_owned(),
            names: SlotMap::new(
                |slot| if slot.home() == Home::Application { Vec::new() } else { vec!["n".to_owned()] },
            ),
            fields: vec!["/f".to_owned()],
            created: vec!["/c".to_owned()],
            replaced: BTreeMap::from([("/r".to_owned(), Value::Null)]),
            edited: BTreeMap::from([("/e".to_owned(), AddedText { append: "a".to_owned(), ..AddedText::default() })]),
            pod: BTreeMap::from([("/p".to_owned(), vec!["k".to_owned()])]),
        };
        let text = r#"{"profile":"p","version":"1","hash":"h","initContainers":["n"],"containers":["n"],"volumes":["n"],"imagePullSecrets":["n"],"annotations":["n"],"labels":["n"],"fields":["/f"],"created":["/c"],"replaced":{"/r":null},"edited":{"/e":{"append":"a"}},"pod":{"/p":["k"]}}"#;
        assert_eq!(serde_json::to_string(&entry).unwrap(), text);
        assert_eq!(serde_json::from_str::<Entry>(text).unwrap(), entry);
        let keys: Vec<String> = serde_json::to_value(&entry).unwrap().as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, Entry::members());
        let least = r#"{"profile":"p","version":"1","hash":"h"}"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Entry>(least).unwrap()).unwrap(), least);
    }

    #[test]
    fn an_entry_that_is_not_understood_is_an_error() {
        for (entry, message) in [
            (json!({"profile": "p", "version": "1"}), "missing field `hash`"),
            (json!({"profile": "p", "env": []}), "unknown field `env`, expected one of `profile`, `version`, "),
            (json!({"profile": 1}), "invalid type: integer `1`, expected a string"),
            (json!([]), "invalid type: sequence, expected an entry of the record"),
        ] {
            let error = serde_json::from_value::<Entry>(entry).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
        let twice = serde_json::from_str::<Entry>(r#"{"profile":"p","profile":"q"}"#).unwrap_err().to_string();
        assert!(twice.starts_with("duplicate field `profile`"), "{twice}");
    }
}

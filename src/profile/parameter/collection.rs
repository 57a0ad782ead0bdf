//! Values of several parts: lists, maps, and environment variables. Each keeps the order in which it is written.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fault::{BadValue, matched, shown};
use crate::expression::WholePattern;
use crate::kube::names::env_name;
use crate::kube::schema::{Field, Shape};
use crate::profile::ParameterType;
use crate::value::view::{Kind, View};

/// An environment variable of the type `envs`.
pub(super) static ENV: Shape = Shape::Obj(ENV_FIELDS);
const ENV_FIELDS: &[Field] = &[("name", Shape::Str), ("value", Shape::Str)];

const VARIABLE: &str = "a variable, such as `NAME=value`";

/// What a list is made of, and how it is written as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListType {
    /// The type of its items, which is one of single values.
    pub(crate) of: Box<ParameterType>,
    /// What is between two items.
    pub(crate) separator: String,
}

/// What a map is made of, and how it is written as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapType {
    /// The type of its values, which is one of single values.
    pub(crate) of: Box<ParameterType>,
    /// What is between two entries.
    pub(crate) separator: String,
    /// What is between a key and its value.
    pub(crate) key_separator: String,
    /// What its keys must match.
    pub(crate) key_pattern: Option<WholePattern>,
}

/// The items of a text: without blanks around them, and without empty ones.
fn items<'t>(text: &'t str, separator: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(separator).map(str::trim).filter(|item| !item.is_empty())
}

fn in_item(index: usize, bad: BadValue) -> BadValue {
    BadValue::Part { place: format!("item {}", index + 1), bad: Box::new(bad) }
}

fn wrong_kind<'a, V: View<'a>>(view: V, expected: &str) -> BadValue {
    BadValue::WrongKind { value: view.value().to_string(), kind: view.kind(), expected: expected.to_owned() }
}

impl ListType {
    pub(super) fn parse(&self, text: &str) -> Result<Value, BadValue> {
        let items = items(text, &self.separator).enumerate();
        let items = items.map(|(index, item)| self.of.parse(item).map_err(|bad| in_item(index, bad)));
        items.collect::<Result<_, _>>().map(Value::Array)
    }

    /// Reads a list.
    pub(super) fn check<'a, V: View<'a>>(&self, list: V) -> Result<Value, BadValue> {
        let items = list.elements().into_iter().enumerate();
        let items = items.map(|(index, item)| self.of.check(item).map_err(|bad| in_item(index, bad)));
        items.collect::<Result<_, _>>().map(Value::Array)
    }
}

impl MapType {
    pub(super) fn parse(&self, text: &str) -> Result<Value, BadValue> {
        let mut entries = Map::new();
        for (index, item) in items(text, &self.separator).enumerate() {
            let Some((key, value)) = item.split_once(&self.key_separator) else {
                let expected = format!("an entry, such as `key{}value`", self.key_separator);
                return Err(in_item(index, BadValue::NotOfType { value: item.to_owned(), expected }));
            };
            self.add(&mut entries, key.trim(), self.of.parse(value.trim()))?;
        }
        Ok(Value::Object(entries))
    }

    /// Reads an object. A member that is null counts as absent.
    pub(super) fn check<'a, V: View<'a>>(&self, object: V) -> Result<Value, BadValue> {
        let mut entries = Map::new();
        for (key, value) in object.members() {
            match value.kind() {
                Kind::Null => {}
                _ => self.add(&mut entries, &key, self.of.check(value))?,
            }
        }
        Ok(Value::Object(entries))
    }

    /// Adds an entry.
    pub(super) fn add(
        &self,
        entries: &mut Map<String, Value>,
        key: &str,
        value: Result<Value, BadValue>,
    ) -> Result<(), BadValue> {
        let in_key = |bad| BadValue::Part { place: format!("key {}", shown(key)), bad: Box::new(bad) };
        if key.is_empty() {
            return Err(BadValue::NotOfType { value: key.to_owned(), expected: "a key".to_owned() });
        }
        self.key_pattern.iter().try_for_each(|pattern| matched(pattern, "keyPattern", key))?;
        match entries.insert(key.to_owned(), value.map_err(in_key)?) {
            Some(_) => Err(BadValue::Twice { name: key.to_owned() }),
            None => Ok(()),
        }
    }
}

/// Reads variables: `NAME=value` with commas between, or a list of them as JSON, where a value may have commas.
pub(super) fn envs_of_text(text: &str) -> Result<Value, BadValue> {
    if text.trim_start().starts_with('[') {
        let Ok(list) = serde_json::from_str::<Value>(text) else {
            let expected = "a list of variables as JSON".to_owned();
            return Err(BadValue::NotOfType { value: text.to_owned(), expected });
        };
        return envs(&list);
    }
    let mut variables = Variables::default();
    for (index, item) in items(text, ",").enumerate() {
        let Some((name, value)) = item.split_once('=') else {
            let bad = BadValue::NotOfType { value: item.to_owned(), expected: VARIABLE.to_owned() };
            return Err(in_item(index, bad));
        };
        variables.add(index, name.trim(), value.trim())?;
    }
    Ok(Value::Array(variables.list))
}

/// Reads a list of variables. One without a value has an empty one, as in Kubernetes.
pub(super) fn envs<'a, V: View<'a>>(list: V) -> Result<Value, BadValue> {
    let mut variables = Variables::default();
    for (index, item) in list.elements().into_iter().enumerate() {
        if item.kind() != Kind::Mapping {
            return Err(in_item(index, wrong_kind(item, "an object with `name` and `value`")));
        }
        let known = |name: &str| ENV_FIELDS.iter().any(|(field, _)| *field == name);
        if let Some((other, _)) = item.members().into_iter().find(|(name, _)| !known(name)) {
            let expected = "one of its fields: a variable has only `name` and `value`".to_owned();
            return Err(in_item(index, BadValue::NotOfType { value: other.into_owned(), expected }));
        }
        let text = |field| match item.member(field).filter(|member| member.kind() != Kind::Null) {
            Some(member) => member.string().ok_or_else(|| in_item(index, wrong_kind(member, "a string"))),
            None => Ok("".into()),
        };
        variables.add(index, &text("name")?, &text("value")?)?;
    }
    Ok(Value::Array(variables.list))
}

/// Variables so far.
#[derive(Default)]
struct Variables {
    names: BTreeSet<String>,
    list: Vec<Value>,
}

impl Variables {
    fn add(&mut self, index: usize, name: &str, value: &str) -> Result<(), BadValue> {
        if env_name(name).is_err() {
            let expected = "the name of a variable".to_owned();
            return Err(in_item(index, BadValue::NotOfType { value: name.to_owned(), expected }));
        }
        if !self.names.insert(name.to_owned()) {
            return Err(BadValue::Twice { name: name.to_owned() });
        }
        self.list.push(json!({"name": name, "value": value}));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(of: ParameterType, separator: &str) -> ParameterType {
        ParameterType::List(ListType { of: Box::new(of), separator: separator.to_owned() })
    }

    fn map(of: ParameterType, key_separator: &str, key_pattern: Option<&str>) -> ParameterType {
        let key_pattern = key_pattern.map(|pattern| WholePattern::new(pattern).unwrap());
        let (separator, key_separator) = (",".to_owned(), key_separator.to_owned());
        ParameterType::Map(MapType { of: Box::new(of), separator, key_separator, key_pattern })
    }

    #[test]
    fn a_list_is_read_item_by_item_in_its_order() {
        for (ty, text, expected) in [
            (list(ParameterType::String, ","), " b , a,,a, ", json!(["b", "a", "a"])),
            (list(ParameterType::String, ","), "", json!([])),
            (list(ParameterType::Port, " "), "80  443", json!([80, 443])),
            (list(ParameterType::String, "\n"), "a b\n\tc\n", json!(["a b", "c"])),
            (list(ParameterType::Ports, "; "), "80, 81; 90", json!(["80,81", "90"])),
            (list(ParameterType::Boolean, "::"), "true::false", json!([true, false])),
        ] {
            assert_eq!(ty.parse(text), Ok(expected), "{text}");
        }
        let ports = list(ParameterType::Port, ",");
        assert_eq!(ports.check(&json!([80, "443"])), Ok(json!([80, 443])));
        for (bad, message) in [
            (json!("80,x"), "item 2: `x` is not a port: a number from 1 to 65535"),
            (json!([80, null]), "item 2: `null` is null, not a port: a number from 1 to 65535"),
            (json!([[80]]), "item 1: `[80]` is a list, not a port: a number from 1 to 65535"),
            (json!({"a": 80}), "`{\"a\":80}` is an object, not a list"),
            (json!(80), "`80` is a number, not a list"),
        ] {
            assert_eq!(ports.check(&bad).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_map_is_read_entry_by_entry_in_its_order() {
        let ports = map(ParameterType::Port, ":", Some("[a-z]+"));
        assert_eq!(ports.parse("db : 5432,, cache:6379").unwrap().to_string(), r#"{"db":5432,"cache":6379}"#);
        assert_eq!(ports.check(&json!({"b": "1", "a": 2, "c": null})).unwrap().to_string(), r#"{"b":1,"a":2}"#);
        let texts = map(ParameterType::String, "=", None);
        assert_eq!(texts.parse("a=b=c,d="), Ok(json!({"a": "b=c", "d": ""})));
        assert_eq!(texts.parse(""), Ok(json!({})));
        for (ty, bad, message) in [
            (&ports, json!("db"), "item 1: `db` is not an entry, such as `key:value`"),
            (&ports, json!("db:x"), "key `db`: `x` is not a port: a number from 1 to 65535"),
            (&ports, json!("db:1,db:2"), "`db` is given twice"),
            (&ports, json!("Db:1"), "`Db` does not match `keyPattern: [a-z]+`"),
            (&texts, json!("=1"), "`` is not a key"),
            (&texts, json!({"a": 1}), "key `a`: `1` is a number, not a string"),
            (&texts, json!([]), "`[]` is a list, not a map"),
        ] {
            assert_eq!(ty.check(&bad).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn variables_are_names_with_values() {
        let variables = json!([{"name": "B", "value": "1"}, {"name": "a.b", "value": ""}]);
        for written in [
            json!("B=1, a.b="),
            json!(r#" [{"name": "B", "value": "1"}, {"name": "a.b"}]"#),
            json!([{"value": "1", "name": "B"}, {"name": "a.b", "value": null}]),
        ] {
            assert_eq!(ParameterType::Envs.check(&written), Ok(variables.clone()), "{written}");
        }
        assert_eq!(
            ParameterType::Envs.parse(r#"[{"name":"A","value":"1,2"}]"#),
            Ok(json!([{"name": "A", "value": "1,2"}]))
        );
        assert_eq!(ParameterType::Envs.parse(""), Ok(json!([])));
        for (bad, message) in [
            (json!("A"), "item 1: `A` is not a variable, such as `NAME=value`"),
            (json!("é=1"), "item 1: `é` is not the name of a variable"),
            (json!("A=1,A=2"), "`A` is given twice"),
            (json!("[{]"), "`[{]` is not a list of variables as JSON"),
            (json!([{"value": "1"}]), "item 1: `` is not the name of a variable"),
            (json!([{"name": "A", "value": 1}]), "item 1: `1` is a number, not a string"),
            (json!(["A=1"]), "item 1: `\"A=1\"` is a string, not an object with `name` and `value`"),
            (
                json!([{"name": "A", "valueFrom": {}}]),
                "item 1: `valueFrom` is not one of its fields: a variable has only `name` and `value`",
            ),
        ] {
            assert_eq!(ParameterType::Envs.check(&bad).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn a_separator_may_be_any_text() {
        for separator in ["=", "\u{3000}", "ab", " "] {
            list(ParameterType::String, separator).parse("a = b").unwrap();
        }
    }
}

//! The values of a profile's parameters for one pod template, and how the record's hash tells of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Deref;

use serde_json::{Map, Value, json};

use super::{Known, Origin, SetValues};
use crate::profile::{Parameter, Profile};
use crate::value::view;

/// The values that a profile's parameters have where nothing but `--set` gives any, and what that gives.
pub(crate) type UsualValues = Known<Option<BTreeMap<String, String>>, Vec<Cow<'static, Value>>>;

/// The values of a profile's parameters for one pod template, in the order of the parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct ParameterValues<'p> {
    all: All<'p>,
    /// The indexes of those that the pod or its namespace gives.
    of_pod: Vec<usize>,
}

#[derive(Clone, Debug)]
enum All<'p> {
    Own(Vec<Cow<'p, Value>>),
    /// Those that each pod has for which nothing else is given.
    Usual(&'p [Cow<'static, Value>]),
}

impl Default for All<'_> {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

impl<'p> Deref for ParameterValues<'p> {
    type Target = [Cow<'p, Value>];

    fn deref(&self) -> &Self::Target {
        match &self.all {
            All::Own(all) => all,
            All::Usual(all) => all,
        }
    }
}

impl<'p> ParameterValues<'p> {
    /// None yet, and room for so many.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self { all: All::Own(Vec::with_capacity(count)), of_pod: Vec::new() }
    }

    /// Those that each pod has for which nothing else is given.
    pub(super) const fn usual(all: &'p [Cow<'static, Value>]) -> Self {
        Self { all: All::Usual(all), of_pod: Vec::new() }
    }

    /// The same, not kept by the profile.
    pub(super) const fn usual_owned(all: Vec<Cow<'p, Value>>) -> Self {
        Self { all: All::Own(all), of_pod: Vec::new() }
    }

    /// All of them, to be kept longer than the profile.
    pub(super) fn owned(&self) -> Vec<Cow<'static, Value>> {
        self.iter().map(|value| Cow::Owned(Value::clone(value))).collect()
    }

    /// Adds the value of the next parameter, and where it is from.
    pub(super) fn push(&mut self, value: Cow<'p, Value>, origin: &Origin) {
        match origin {
            Origin::Annotation(_) | Origin::Annotations(_) | Origin::Namespace(_) | Origin::Place(_) => {
                self.of_pod.push(self.len());
            }
            Origin::Set | Origin::Default => {}
        }
        if let All::Own(all) = &mut self.all {
            all.push(value);
        }
    }

    /// Those, to be kept longer than the profile.
    pub(crate) fn kept(&self) -> ParameterValues<'static> {
        ParameterValues { all: All::Own(self.owned()), of_pod: self.of_pod.clone() }
    }

    /// Whether no pod and no namespace gives any of them: with the same profile and settings, they are always the same then.
    pub(crate) const fn are_usual(&self) -> bool {
        self.of_pod.is_empty()
    }

    /// What the record's hash says of them: `;NAME=VALUE` for each that the pod or its namespace gives, in the order of the
    /// parameters, unless it is the one that the parameter would have without that. Where a computed default would give that
    /// one, it is always said. The value is [`spelled`].
    pub(crate) fn differing(&self, profile: &Profile, set: &SetValues) -> String {
        let mut told = String::new();
        for index in &self.of_pod {
            let (Some(parameter), Some(value)) = (profile.parameters.get(*index), self.get(*index)) else {
                continue;
            };
            let is_default = parameter.constant(profile, set).is_some_and(|usual| view::identical(&usual, value));
            if !is_default {
                // Writing to a string cannot fail.
                let _ = write!(told, ";{}={}", parameter.name, spelled(value));
            }
        }
        told
    }
}

impl Parameter {
    /// Its value where neither the pod nor its namespace gives one: that of `--set`, or else its default. `None` where that
    /// depends on other parameters, and where there is none.
    pub(crate) fn constant<'v>(&'v self, profile: &Profile, set: &SetValues) -> Option<Cow<'v, Value>> {
        if let Some(text) = set.get(&profile.name).and_then(|set| set.get(&self.name)) {
            // A bad one is an error for each pod that takes it.
            return Some(Cow::Owned(self.parse(text).unwrap_or_else(|_| Value::from(text.as_str()))));
        }
        match (&self.computed, &self.default) {
            (Some(_), _) => None,
            (None, Some(default)) => Some(Cow::Borrowed(default)),
            (None, None) => self.is_optional().then(|| Cow::Owned(self.nothing())),
        }
    }
}

/// A profile's parameters by their names, as a run sets them: in a list the value that one has where no pod gives one, as text
/// the expressions of a computed default, and null where there is none.
pub(crate) fn settings(profile: &Profile, set: &SetValues) -> Map<String, Value> {
    let setting = |parameter: &Parameter| match (parameter.constant(profile, set), &parameter.computed) {
        (Some(constant), _) => match constant.as_str() {
            // A ConfigMap and a shell drop the line end behind the last line: the setting is the same.
            Some(text) => json!([text.trim_end_matches('\n')]),
            None => json!([constant]),
        },
        (None, Some(computed)) => Value::from(computed.text()),
        (None, None) => Value::Null,
    };
    profile.parameters.iter().map(|parameter| (parameter.name.clone(), setting(parameter))).collect()
}

/// A parameter's value as the record's hash has it. This is a contract: whatever else writes records has to spell values alike,
/// and a record with another spelling is outdated.
///
/// | type | spelling |
/// |---|---|
/// | `boolean` | `true` or `false` |
/// | `integer`, `port` | decimal digits, with `-` before a negative one |
/// | `ports` | the normal form: no blanks, `80-80` as `80`, of equal parts the first; `*` as it is |
/// | `duration`, `enum`, `image`, `name`, `path`, `quantity`, `string` | as they are written, nothing escaped |
/// | `list` | the items, each spelled so, with `,` between them |
/// | `map`, `envs` | `KEY=VALUE` for each, in the order of the value, with `,` between them |
///
/// No value (`optional`) is the empty text, and so is an empty list, map or text.
pub(crate) fn spelled(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(items) => Cow::Owned(items.iter().map(item).collect::<Vec<_>>().join(",")),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("{key}={}", spelled(value));
            Cow::Owned(entries.iter().map(entry).collect::<Vec<_>>().join(","))
        }
    }
}

/// An item of a list. The items of `envs` are objects, and of nothing else.
fn item(item: &Value) -> Cow<'_, str> {
    match (item.get("name"), item.get("value")) {
        (Some(name), Some(value)) => Cow::Owned(format!("{}={}", spelled(name), spelled(value))),
        _ => spelled(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::load::load;
    use crate::profile::parameter::{Inherited, resolve};

    /// A profile with one parameter, as JSON.
    fn profile(parameters: &Value) -> Profile {
        load(&json!({
            "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"},
            "spec": {"policy": "OptOut", "parameters": parameters, "labels": {"a": "b"}},
        }))
        .unwrap_or_else(|errors| panic!("{errors:?}"))
    }

    fn with(parameter: Value) -> Profile {
        let (mut parameter, more) = (parameter, json!({"name": "p", "annotation": "example.com/p"}));
        parameter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        profile(&json!([parameter]))
    }

    fn told(profile: &Profile, pod: &Value, set: &[(&str, &str)]) -> String {
        let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let set = SetValues::from([("t".to_owned(), set)]);
        resolve(profile, pod, &set, Some(0), Inherited::NONE).unwrap().differing(profile, &set)
    }

    fn annotated(value: &str) -> Value {
        json!({"metadata": {"annotations": {"example.com/p": value}}})
    }

    #[test]
    fn each_type_has_one_spelling() {
        for (ty, written, spelling) in [
            (json!({"type": "boolean"}), "true", "true"),
            (json!({"type": "boolean"}), "false", "false"),
            (json!({"type": "integer"}), "-12", "-12"),
            (json!({"type": "port"}), "8080", "8080"),
            (json!({"type": "ports"}), " 80, 443-443 ,80", "80,443"),
            (json!({"type": "ports"}), "*", "*"),
            (json!({"type": "duration"}), "1m30s", "1m30s"),
            (json!({"type": "enum", "values": ["a", "b"]}), "b", "b"),
            (json!({"type": "image"}), "example.com/a:1", "example.com/a:1"),
            (json!({"type": "name"}), "web-1", "web-1"),
            (json!({"type": "path"}), "/var/log", "/var/log"),
            (json!({"type": "quantity"}), "0.5", "0.5"),
            (json!({"type": "string"}), "a \"b\"\n;c=d,é", "a \"b\"\n;c=d,é"),
            (json!({"type": "string", "optional": true, "default": "x"}), "", ""),
            (json!({"type": "list", "of": "port", "separator": ";"}), "80; 81", "80,81"),
            (json!({"type": "list", "of": "boolean"}), "true,false", "true,false"),
            (json!({"type": "list", "of": "string", "default": ["x"]}), "", ""),
            (json!({"type": "map", "of": "port", "keySeparator": ":"}), "b: 2, a: 1", "b=2,a=1"),
            (json!({"type": "envs"}), "B=1, A=x=y", "B=1,A=x=y"),
        ] {
            assert_eq!(told(&with(ty.clone()), &annotated(written), &[]), format!(";p={spelling}"), "{ty}");
        }
    }

    #[test]
    fn only_what_differs_from_the_setting_is_told() {
        let port = with(json!({"type": "port", "default": 80, "from": ["/spec/containers/0/ports/0/containerPort"]}));
        let declared = json!({"spec": {"containers": [{"name": "a", "ports": [{"containerPort": 81}]}]}});
        for (pod, set, expected) in [
            (&json!({}), None, ""),
            (&json!({}), Some("90"), ""),
            (&annotated("80"), None, ""),
            (&annotated("80"), Some("90"), ";p=80"),
            (&annotated("90"), Some("90"), ""),
            (&declared, None, ";p=81"),
            (&declared, Some("81"), ""),
            // `--set` counts before the place.
            (&declared, Some("90"), ""),
        ] {
            let set: Vec<(&str, &str)> = set.map(|set| ("p", set)).into_iter().collect();
            assert_eq!(told(&port, pod, &set), expected, "{pod} {set:?}");
        }
        let required = with(json!({"type": "string"}));
        assert_eq!(told(&required, &annotated(""), &[]), ";p=", "it has no default");
        let optional = with(json!({"type": "string", "optional": true}));
        assert_eq!(told(&optional, &annotated(""), &[]), "", "no value is what it would have anyway");
        let map = with(json!({"type": "map", "of": "string", "default": {"a": "1", "b": "2"}}));
        assert_eq!(told(&map, &annotated("a=1,b=2"), &[]), "");
        assert_eq!(told(&map, &annotated("b=2,a=1"), &[]), ";p=b=2,a=1", "the order counts");
    }

    #[test]
    fn a_value_in_the_place_of_a_computed_default_is_always_told() {
        let computed = profile(&json!([
            {"name": "a", "type": "port", "default": 80, "annotation": "example.com/a"},
            {"name": "p", "type": "port", "default": "{{ a + 1 }}", "annotation": "example.com/p"},
        ]));
        assert_eq!(told(&computed, &json!({}), &[]), "");
        assert_eq!(told(&computed, &annotated("81"), &[]), ";p=81");
        assert_eq!(told(&computed, &annotated("81"), &[("p", "81")]), "");
        let both = json!({"metadata": {"annotations": {"example.com/p": "82", "example.com/a": "81"}}});
        assert_eq!(told(&computed, &both, &[]), ";a=81;p=82", "in the order of the parameters");
        let settings = |set: &[(&str, &str)]| {
            let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Value::Object(settings(&computed, &SetValues::from([("t".to_owned(), set)])))
        };
        assert_eq!(settings(&[]), json!({"a": [80], "p": "{{ a + 1 }}"}));
        assert_eq!(settings(&[("p", "90")]), json!({"a": [80], "p": [90]}));
    }

    #[test]
    fn the_line_end_behind_the_last_line_of_a_setting_does_not_count() {
        let text = with(json!({"type": "string"}));
        let settings = |value: &str| {
            let set = std::collections::BTreeMap::from([("p".to_owned(), value.to_owned())]);
            Value::Object(settings(&text, &SetValues::from([("t".to_owned(), set)])))
        };
        assert_eq!(settings("a\nb\n"), settings("a\nb"));
        assert_ne!(settings("a\nb"), settings("a b"));
        assert_ne!(settings("\na"), settings("a"), "one before the first line counts");
    }

    #[test]
    fn annotations_of_a_prefix_and_of_the_namespace_are_told() {
        let prefixed =
            profile(&json!([{"name": "m", "type": "map", "of": "string", "annotationPrefix": "example.com/m-"}]));
        let pod = json!({"metadata": {"annotations": {"example.com/m-b": "2", "example.com/m-a": "1"}}});
        assert_eq!(told(&prefixed, &pod, &[]), ";m=a=1,b=2", "in the order of the keys");
        let inheriting = with(json!({"type": "port", "default": 80, "inherit": "Namespace"}));
        let annotations = std::collections::BTreeMap::from([("example.com/p".to_owned(), "81".to_owned())]);
        let inherited = Inherited { namespace: "shop", annotations: Some(&annotations) };
        let values = resolve(&inheriting, &json!({}), &SetValues::new(), None, inherited).unwrap();
        assert_eq!(values.differing(&inheriting, &SetValues::new()), ";p=81");
    }
}

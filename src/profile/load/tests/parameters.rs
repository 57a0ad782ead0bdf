//! Parameters that are lists and maps.

use super::*;
use crate::decide::inject::{Rendered, Sidecar};
use crate::profile::parameter::Inherited;
use crate::profile::slot::Slot;
use crate::profile::template::Surroundings;

#[test]
fn a_field_that_another_type_has_is_an_error() {
    let parameters = json!([
        {"name": "a", "type": "string", "of": "string", "separator": ",", "maxItems": 3},
        {"name": "b", "type": "list", "of": "port", "keySeparator": "=", "values": ["a"]},
        {"name": "c", "type": "list", "of": "enum", "values": ["x"], "maxLength": 0},
        {"name": "d", "type": "list", "of": "list"},
        {"name": "e", "type": "map"},
        {"name": "f", "type": "map", "of": "string", "separator": "", "keyPattern": "("},
        {"name": "g", "type": "map", "of": "string", "separator": ":", "keySeparator": "::"},
        {"name": "h", "type": "envs", "separator": ";", "maxItems": "3"},
    ]);
    assert_eq!(
        told(&with(&json!({"parameters": parameters}))),
        [
            "/spec/parameters/0/maxItems: `maxItems` belongs to the types `envs`, `list`, `map`, and this is `string`",
            "/spec/parameters/0/of: `of` belongs to the types `list`, `map`, and this is `string`",
            "/spec/parameters/0/separator: `separator` belongs to the types `list`, `map`, and this is `string`",
            "/spec/parameters/1/keySeparator: `keySeparator` belongs to type `map`, and this is `list`",
            "/spec/parameters/1/values: `values` belongs to type `enum`, and this is `list`",
            "/spec/parameters/2/maxLength: `0` is not a whole number from 1 on",
            "/spec/parameters/3/of: `list` is not one of `string`, `integer`, `port`, `ports`, `boolean`, `quantity`, `image`, `duration`, `name`, `path`, `enum`",
            "/spec/parameters/4: field `of` is missing",
            "/spec/parameters/5/separator: a separator has at least one character",
            "/spec/parameters/5/keyPattern: `(` is not a regular expression (in the syntax of RE2, at most 256 bytes)",
            "/spec/parameters/6/keySeparator: `separator` is in `keySeparator`: no entry could be read",
            "/spec/parameters/7/separator: `separator` belongs to the types `list`, `map`, and this is `envs`",
            "/spec/parameters/7/maxItems: expected a whole number, found a string",
        ]
    );
}

#[test]
fn a_list_or_map_alone_is_not_a_single_value() {
    for (parameter, instead) in [
        (json!({"type": "list", "of": "string"}), "p.join(',')"),
        (json!({"type": "list", "of": "port"}), "p.map(one, string(one)).join(',')"),
        (json!({"type": "map", "of": "port"}), "p.map(key, key).join(',')"),
        (json!({"type": "envs"}), "p.map(one, one.name).join(',')"),
    ] {
        let mut parameter = parameter;
        parameter["name"] = json!("p");
        let spec = |text: String| {
            json!({
                "parameters": [parameter.clone()],
                "containers": [{"name": "a", "args": [text]}],
                "volumes": [{"name": "v", "csi": {"driver": "d", "volumeAttributes": {"a": text}}}],
                "annotations": {"a": format!("x{text}")},
            })
        };
        let message = format!(
            "parameter `p` is of type `{}`, and this must be a single value (write an expression that gives one, such as `{{{{ {instead} }}}}`)",
            parameter["type"].as_str().unwrap()
        );
        let places = ["containers/0/args/0", "volumes/0/csi/volumeAttributes/a", "annotations/a"];
        let mut expected = places.map(|place| format!("/spec/{place}: {message}"));
        let mut lines = told(&with(&spec("{{ p }}".to_owned())));
        expected.sort();
        lines.sort();
        assert_eq!(lines, expected);
        assert_eq!(told(&with(&spec(format!("{{{{ {instead} }}}}")))), Vec::<String>::new());
        let lines = told(&with(&spec("{{ params.p }}".to_owned())));
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines.iter().all(|line| line.contains(": the expression gives a ")), "{lines:?}");
    }
}

#[test]
fn lists_and_maps_repeat_parts_and_decide_about_them() {
    let spec = json!({
        "parameters": [
            {"name": "names", "type": "list", "of": "name", "default": ["b", "a"]},
            {"name": "ports", "type": "map", "of": "port", "keySeparator": ":", "default": "db:5432"},
            {"name": "more", "type": "envs", "default": [{"name": "A", "value": "1"}]},
            {"name": "none", "type": "list", "of": "string", "default": ""},
        ],
        "let": [{"name": "names", "value": "{{ names }}"}, {"name": "first", "value": "{{ lets.names[0] }}"}],
        "containers": [{
            "name": "a",
            "args": [
                {"values": "{{ names }}"}, {"forEach": {"name": "p", "in": "{{ ports }}"}, "value": "{{ p }}={{ ports[p] }}"},
                {"when": "none.size() > 0", "value": "none"}, {"when": "{{ ports.db > 1 }}", "value": "{{ lets.first }}"},
            ],
            "env": [{"forEach": {"name": "e", "in": "params.more"}, "name": "{{ e.name }}", "value": "{{ e.value }}"}],
        }],
    });
    let profile = load(&with(&spec)).unwrap();
    let values = crate::profile::parameter::resolve(
        &profile,
        &json!({}),
        &std::collections::BTreeMap::new(),
        None,
        Inherited::NONE,
    )
    .unwrap();
    let rendered = Rendered::new(&profile, &values, Surroundings::nothing(), Sidecar::Classic);
    assert_eq!(
        *rendered.added[Slot::Containers][0].value,
        json!({"name": "a", "args": ["b", "a", "db=5432", "b"], "env": [{"name": "A", "value": "1"}]})
    );
    let wrong = json!({"parameters": [{"name": "more", "type": "envs"}], "labels": {"a": "{{ more[0].nam }}"}});
    assert_eq!(told(&with(&wrong)).len(), 1, "the fields of a variable are known");
}

#[test]
fn an_annotation_is_one_key_or_several() {
    let profile = load(&with(&json!({"parameters": [
        {"name": "a", "type": "string", "annotation": "x/a"},
        {"name": "b", "type": "string", "annotation": ["x/b", "x/c"]},
    ]})))
    .unwrap();
    assert_eq!(profile.parameters[0].annotations, ["x/a"]);
    assert_eq!(profile.parameters[1].annotations, ["x/b", "x/c"]);
    let keys = profile.keys();
    assert_eq!(keys.iter().map(|key| key.key.as_str()).collect::<Vec<_>>(), ["x/a", "x/b", "x/c", "added"]);
    assert_eq!(
        told(&with(&json!({"parameters": [
            {"name": "a", "type": "string", "annotation": []},
            {"name": "b", "type": "string", "annotation": ["x/a", "x/a", "a b", 1]},
        ]}))),
        [
            "/spec/parameters/0/annotation: `annotation` needs at least one key",
            "/spec/parameters/1/annotation/1: the key `x/a` is given twice",
            "/spec/parameters/1/annotation/2: `a b` is not a label or annotation key",
            "/spec/parameters/1/annotation/3: expected a string, found a number (quote the value)",
        ]
    );
}

#[test]
fn bounds_and_defaults_agree() {
    let parameters = json!([
        {"name": "a", "type": "string", "required": true, "default": ""},
        {"name": "b", "type": "string", "required": true, "optional": true},
        {"name": "c", "type": "integer", "min": 2, "max": 1},
        {"name": "d", "type": "integer", "min": 2, "default": 1},
        {"name": "e", "type": "list", "of": "port", "max": 1024, "default": [80, 8080]},
        {"name": "f", "type": "string", "pattern": "a)|(b", "min": 1},
        {"name": "g", "type": "map", "of": "string", "pattern": "[a-z]+", "default": {"A": "b", "C": "D"}},
        {"name": "h", "type": "duration", "pattern": "1s", "maxLength": 2},
        {"name": "i", "type": "string", "default": "abc", "maxLength": 2},
        {"name": "j", "type": "port", "min": 1.5},
        {"name": "k", "type": "boolean", "required": false, "default": true},
        {"name": "l", "type": "envs", "pattern": "a"},
        {"name": "m", "type": "ports", "maxLength": 1025},
        {"name": "n", "type": "ports", "maxLength": 1024},
        {"name": "o", "type": "integer", "default": 9_007_199_254_740_992_u64},
        {"name": "p", "type": "list", "of": "string", "default": ["a\u{1}"]},
    ]);
    let mut lines = told(&with(&json!({"parameters": parameters})));
    lines.sort_by_key(|line| line.split(':').next().unwrap().to_owned());
    assert_eq!(
        lines,
        [
            "/spec/parameters/0/required: a parameter with `required` cannot have `default`",
            "/spec/parameters/1/required: a parameter with `required` cannot have `optional`",
            "/spec/parameters/11/pattern: `pattern` belongs to the types `image`, `name`, `path`, `string`, and this is `envs`",
            "/spec/parameters/12/maxLength: `1025` is not a whole number from 1 to 1024",
            "/spec/parameters/14/default: default of parameter `o`: `9007199254740992` is not an integer from -9007199254740991 to 9007199254740991",
            "/spec/parameters/15/default: default of parameter `p`: the control character U+0001 is not allowed: only line breaks and tabs are",
            "/spec/parameters/2/min: `min` is more than `max`: no value could be right",
            "/spec/parameters/3/default: default of parameter `d`: `1` is less than `min: 2`",
            "/spec/parameters/4/default: default of parameter `e`: item 2: `8080` is more than `max: 1024`",
            "/spec/parameters/5/min: `min` belongs to the types `integer`, `port`, and this is `string`",
            "/spec/parameters/5/pattern: `a)|(b` is not a regular expression (in the syntax of RE2, at most 256 bytes)",
            "/spec/parameters/6/default: default of parameter `g`: key `C`: `D` does not match `pattern: [a-z]+`",
            "/spec/parameters/7/pattern: `pattern` belongs to the types `image`, `name`, `path`, `string`, and this is `duration`",
            "/spec/parameters/8/default: default of parameter `i`: 3 bytes are more than `maxLength: 2`",
            "/spec/parameters/9/min: `1.5` is not a whole number",
        ]
    );
}

#[test]
fn a_prefix_of_annotations_begins_keys_of_its_own() {
    let parameter = |prefix: &str| json!({"name": "a", "type": "map", "of": "string", "annotationPrefix": prefix});
    let profile = load(&with(&json!({"parameters": [parameter("x.example/a-")]}))).unwrap();
    assert_eq!(profile.parameters[0].annotation_prefix.as_deref(), Some("x.example/a-"));
    for (prefix, end) in [
        ("secret-", "`secret-` is not the beginning of annotation keys, such as `example.com/secret-`"),
        ("a b/", "`a b/` is not the beginning of annotation keys, such as `example.com/secret-`"),
        (
            "sidecar-injector/",
            "`sidecar-injector/status` is the record of what was injected, and only the injector writes it",
        ),
    ] {
        let spec = json!({"parameters": [parameter(prefix)]});
        assert_eq!(told(&with(&spec)), [format!("/spec/parameters/0/annotationPrefix: {end}")]);
    }
}

/// The values of the parameters of a profile, or what is wrong with them, where some are set.
fn values(parameters: &Value, set: &[(&str, &str)]) -> Result<Value, Vec<String>> {
    let profile = load(&with(&json!({"parameters": parameters}))).unwrap();
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let set = [("p".to_owned(), set)].into();
    match crate::profile::parameter::resolve(&profile, &json!({}), &set, None, Inherited::NONE) {
        Ok(values) => Ok(values.iter().map(|value| value.clone().into_owned()).collect()),
        Err(wrong) => Err(wrong.into_iter().map(|one| format!("{}: {}", one.at, one.message)).collect()),
    }
}

#[test]
fn a_default_may_be_an_expression_over_earlier_parameters() {
    let parameters = json!([
        {"name": "port", "type": "port", "default": 8080},
        {"name": "names", "type": "list", "of": "name", "default": ["a", "b"]},
        {"name": "admin", "type": "port", "default": "{{ port + 1 }}"},
        {"name": "image", "type": "image", "default": "registry.example/{{ names[0] }}:{{ admin }}"},
        {"name": "more", "type": "list", "of": "string", "default": "{{ names.map(n, n + 'x') }}"},
        {"name": "none", "type": "string", "optional": true, "default": "{{ port > 1 ? null : 'a' }}"},
        {"name": "other", "type": "string", "default": "{{ .Values.tag }} {{ with secret 'x' }}"},
    ]);
    let other = "{{ .Values.tag }} {{ with secret 'x' }}";
    assert_eq!(
        values(&parameters, &[]).unwrap(),
        json!([8080, ["a", "b"], 8081, "registry.example/a:8081", ["ax", "bx"], null, other])
    );
    assert_eq!(
        values(&parameters, &[("port", "1"), ("names", "c")]).unwrap(),
        json!([1, ["c"], 2, "registry.example/c:2", ["cx"], "a", other])
    );
    assert_eq!(values(&parameters, &[("admin", "9")]).unwrap()[3], "registry.example/a:9");
    assert_eq!(
        values(&parameters, &[("port", "65535")]).unwrap_err(),
        [": default of parameter `admin`: `65536` is not a port: a number from 1 to 65535"]
    );
    assert_eq!(values(&parameters, &[("port", "x")]).unwrap_err().len(), 1, "what depends on it is not wrong too");
    let behind = load(&with(&json!({"parameters": parameters}))).unwrap().parameters_behind([3]);
    assert_eq!(behind.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn a_default_without_a_value_is_an_error_in_the_pod() {
    let parameters = json!([
        {"name": "names", "type": "list", "of": "name", "default": ""},
        {"name": "first", "type": "name", "default": "{{ names[0] }}"},
    ]);
    assert_eq!(values(&parameters, &[("names", "a")]).unwrap()[1], "a");
    let wrong = values(&parameters, &[]).unwrap_err();
    assert!(wrong[0].starts_with(": default of parameter `first` has no value: "), "{wrong:?}");
}

#[test]
fn a_default_sees_only_the_parameters_before_it() {
    let parameters = json!([
        {"name": "a", "type": "string", "default": "{{ b }}"},
        {"name": "b", "type": "string", "default": "{{ b }}"},
        {"name": "c", "type": "string", "default": "{{ nope }}"},
        {"name": "d", "type": "string", "default": "{{ a.size( }}"},
        {"name": "e", "type": "string", "default": "{{ ns.name }}"},
        {"name": "f", "type": "list", "of": "string", "default": ["x", "{{ a }}"]},
        {"name": "g", "type": "string", "default": "{{ d.size() > e.size() ? h : '' }}"},
        {"name": "h", "type": "string", "default": ""},
    ]);
    let lines = told(&with(&json!({"parameters": parameters})));
    for (line, start) in lines.iter().zip([
        "/spec/parameters/0/default: the default of parameter `a` names the parameter `b`, which is not before it",
        "/spec/parameters/1/default: the default of parameter `b` names the parameter `b`, which is not before it",
        "/spec/parameters/2/default: `{{ nope }}`: unknown name `nope`",
        "/spec/parameters/3/default: `{{ a.size( }}`: ",
        "/spec/parameters/4/default: `{{ ns.name }}`: unknown",
        "/spec/parameters/5/default/1: an expression cannot be a part of a default",
        "/spec/parameters/6/default: `{{ d.size() > e.size() ? h : '' }}`: unknown",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!(lines.len(), 7, "{lines:?}");
}

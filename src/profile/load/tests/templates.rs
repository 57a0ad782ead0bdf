//! What a value parses to, and what it renders to.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::super::reader::{Errors, Node};
use super::super::parser::{Parser, Within};
use crate::expression::Scope;
use crate::expression::Type;
use crate::kube::schema::CONTAINER;
use crate::kube::schema::Shape;
use crate::profile::Template;
use crate::profile::template::{Rendering, Surroundings};
use crate::value::pointer::Pointer;

const NAMES: [&str; 4] = ["port", "on", "image", "evil"];

fn parsed(value: &Value, shape: Option<&'static Shape>) -> (Template, Vec<String>) {
    let names = NAMES.map(str::to_owned);
    let mut scope = Scope::default();
    for (name, ty) in NAMES.into_iter().zip([Type::Int, Type::Bool, Type::String, Type::String]) {
        scope.add(name, ty);
    }
    let mut errors = Errors::default();
    let mut parser = Parser { names: &names, parameters: &[], scope, errors: &mut errors };
    let template = parser.parse(&Node { view: value, at: Pointer::root() }, shape, Within::Object);
    (template, errors.0.into_iter().map(|error| format!("{}: {error}", error.at)).collect())
}

fn rendered_with(template: &Template, values: &[Cow<'_, Value>]) -> Value {
    let rendering = Rendering::new(values, &[], Surroundings::nothing());
    let rendered = template.render(&rendering);
    assert_eq!(rendering.faults(), Vec::new());
    rendered
}

fn rendered(value: &Value, shape: Option<&'static Shape>) -> Value {
    let values = [json!(5054), json!(true), json!("nginx:1"), json!("a\nb: {{ port }}")].map(Cow::Owned);
    let (template, faults) = parsed(value, shape);
    assert_eq!(faults, Vec::<String>::new(), "{value}");
    rendered_with(&template, &values)
}

#[test]
fn a_lone_parameter_keeps_its_type_and_text_is_concatenated() {
    for (written, expected) in [
        (json!("{{ port }}"), json!(5054)),
        (json!("{{port}}"), json!(5054)),
        (json!("{{ on }}"), json!(true)),
        (json!("{{ image }}"), json!("nginx:1")),
        (json!(" {{ port }}"), json!(" 5054")),
        (json!("{{ port }}{{ on }}"), json!("5054true")),
        (json!("a {{ '{{' }} b }} {{ on }}"), json!("a {{ b }} true")),
        (json!("{{ '{{' }}"), json!("{{")),
        (json!("{{'{{'}} .Values.x }}"), json!("{{ .Values.x }}")),
        (json!(["{{ port }}", 1, null, {"on": "{{ on }}"}]), json!([5054, 1, null, {"on": true}])),
        (json!("plain"), json!("plain")),
        (json!(""), json!("")),
    ] {
        assert_eq!(rendered(&written, None), expected, "{written}");
    }
}

#[test]
fn a_place_that_wants_a_string_gets_one() {
    let container = json!({
        "env": [{"value": "{{ port }}"}], "ports": [{"containerPort": "{{ port }}"}], "args": ["{{ on }}"],
        "resources": {"limits": {"cpu": "{{ port }}"}},
    });
    assert_eq!(
        rendered(&container, Some(&CONTAINER)),
        json!({
            "env": [{"value": "5054"}], "ports": [{"containerPort": 5054}], "args": ["true"],
            "resources": {"limits": {"cpu": "5054"}},
        })
    );
}

#[test]
fn a_value_adds_no_structure_and_is_not_a_template_itself() {
    let value = json!({"a": "{{ evil }}", "b": "x{{ evil }}"});
    assert_eq!(rendered(&value, None), json!({"a": "a\nb: {{ port }}", "b": "xa\nb: {{ port }}"}));
}

#[test]
fn every_scalar_with_braces_knows_its_place_and_its_parameters() {
    let value = json!({"key": ["{{ on }}-{{ port }}", {"c": "{{ '{{' }} {{port}}"}], "n": 1, "t": "plain"});
    let (template, faults) = parsed(&value, None);
    assert_eq!(faults, Vec::<String>::new());
    let found: Vec<_> =
        template.scalars_with_variables().into_iter().map(|(one, used)| (one.at.to_string(), used)).collect();
    assert_eq!(found, [("/key/0".to_owned(), vec![1, 0]), ("/key/1/c".to_owned(), vec![0])]);
    assert_eq!(parsed(&json!({"a": [1, {"b": "c"}]}), None).0, Template::Literal(json!({"a": [1, {"b": "c"}]})));
}

#[test]
fn what_is_not_a_known_name_is_an_error() {
    let errors = |text: &str| parsed(&json!(text), None).1;
    assert_eq!(
        errors("{{ a + 1 }} and {{ }} and {{ prot }} and {{ b"),
        [
            ": `{{ a + 1 }}`: unknown name `a`",
            ": `{{  }}`: expected a value, found the end",
            ": unknown parameter `prot`",
            ": `{{` without `}}`",
        ]
    );
    assert_eq!(errors("{{ .Values.x }}").len(), 1);
    assert_eq!(errors("{{ 1a }}").len(), 1);
    assert_eq!(errors("{{{ port }}}").len(), 1);
    assert_eq!(errors("}} {"), Vec::<String>::new());
}

#[test]
fn a_member_that_is_a_parameter_without_a_value_is_left_out() {
    let (template, _) =
        parsed(&json!({"a": "{{ port }}", "b": ["{{ port }}", 1], "c": null, "d": "x{{ port }}"}), None);
    assert_eq!(rendered_with(&template, &[Cow::Owned(Value::Null)]), json!({"b": [1], "c": null, "d": "x"}));
    let container = json!({"name": "a", "image": "{{ port }}"});
    assert_eq!(
        rendered_with(&parsed(&container, Some(&CONTAINER)).0, &[Cow::Owned(Value::Null)]),
        json!({"name": "a"})
    );
}

#[test]
fn a_list_that_is_a_member_is_left_out_as_a_whole() {
    let args = |when: &str| {
        let container = json!({"name": "a", "args": {"when": when, "values": ["x", "{{ port }}"]}});
        let (template, faults) = parsed(&container, Some(&CONTAINER));
        assert_eq!(faults, Vec::<String>::new());
        rendered_with(&template, &[Cow::Owned(json!(1))])
    };
    assert_eq!(args("port == 1"), json!({"name": "a", "args": ["x", "1"]}));
    assert_eq!(args("port == 2"), json!({"name": "a"}));
}

#[test]
fn an_alternative_that_is_always_taken_must_be_the_last() {
    let faults = |value: Value| parsed(&value, Some(&CONTAINER)).1;
    let member = |alternatives: &Value| json!({"securityContext": {"oneOf": alternatives}});
    let element = |alternatives: &Value| json!({"env": [{"name": "A", "oneOf": alternatives}]});
    let (always, sometimes) = (json!({"value": "x"}), json!({"value": "y", "when": "on"}));
    let said = "an alternative without `when` is always taken, so those after it never are";
    let image = json!({"image": {"oneOf": [always, sometimes]}});
    let (user, group) = (json!({"runAsUser": 1}), json!({"runAsGroup": 2, "when": "on"}));
    for (value, at) in [
        (image, "/image/oneOf/0"),
        (member(&json!([group, user, user])), "/securityContext/oneOf/1"),
        (element(&json!([always, sometimes])), "/env/0/oneOf/0"),
    ] {
        assert_eq!(faults(value), [format!("{at}: {said}")]);
    }
    for right in [json!([group, user]), json!([group, group]), json!([user])] {
        assert_eq!(faults(member(&right)), [""; 0], "{right}");
    }
}

//! Where values come from, and what is wrong with them.

use serde_json::json;

use super::*;
use crate::expression::WholePattern;

fn parameter(ty: ParameterType) -> Parameter {
    Parameter {
        name: "p".into(),
        ty,
        description: String::new(),
        default: None,
        computed: None,
        presence: Presence::default(),
        from: Vec::new(),
        annotations: vec!["example.com/p".into()],
        annotation_prefix: None,
        bounds: Bounds::default(),
        inherit: Inherit::Nothing,
        set: Known::default(),
    }
}

fn resolved(parameter: Parameter, template: &Value, set: &[(&str, &str)]) -> Result<Value, Vec<Diagnostic>> {
    let mut profile = crate::profile::load::load(&json!({
        "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"}, "spec": {"policy": "OptOut", "labels": {"a": "b"}},
    }))
    .unwrap();
    profile.parameters = vec![parameter];
    let set = set.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let set = SetValues::from([("t".to_owned(), set), ("other".to_owned(), [("p".to_owned(), "9".to_owned())].into())]);
    resolve(&profile, template, &set, Some(0), Inherited::NONE).map(|values| values[0].clone().into_owned())
}

#[test]
fn annotation_then_set_then_places_then_default() {
    let full = || Parameter {
        default: Some(json!(4)),
        from: ["/spec/containers/9/x", "/spec/none", "/spec/containers/0/ports/0/containerPort"]
            .map(|place| Pointer::parse(place).unwrap())
            .to_vec(),
        ..parameter(ParameterType::Port)
    };
    let containers = json!([{"ports": [{"containerPort": 3}]}]);
    let annotated = json!({"metadata": {"annotations": {"example.com/p": "1"}}, "spec": {"containers": containers}});
    let plain = json!({"spec": {"none": null, "containers": containers}});
    assert_eq!(resolved(full(), &annotated, &[("p", "2")]).unwrap(), json!(1));
    assert_eq!(resolved(full(), &plain, &[("p", "2"), ("other", "x")]).unwrap(), json!(2));
    assert_eq!(resolved(full(), &plain, &[]).unwrap(), json!(3));
    assert_eq!(resolved(full(), &json!({}), &[]).unwrap(), json!(4));
}

#[test]
fn the_first_annotation_that_is_there_counts() {
    let two = || Parameter {
        annotations: vec!["example.com/p".into(), "example.com/old".into()],
        ..parameter(ParameterType::Port)
    };
    for (annotations, expected) in [
        (json!({"example.com/old": "2", "example.com/p": "1"}), Ok(1)),
        (json!({"example.com/old": "2"}), Ok(2)),
        (json!({"example.com/old": "2", "example.com/p": ""}), Err("/metadata/annotations/example.com~1p")),
        (json!({"example.com/old": "x"}), Err("/metadata/annotations/example.com~1old")),
    ] {
        let found = resolved(two(), &json!({"metadata": {"annotations": annotations}}), &[("p", "9")]);
        match expected {
            Ok(port) => assert_eq!(found.unwrap(), json!(port)),
            Err(at) => assert_eq!(found.unwrap_err()[0].at.to_string(), at),
        }
    }
}

#[test]
fn each_annotation_of_a_prefix_is_an_entry() {
    let key_pattern = WholePattern::new("[a-z.]+");
    let (separator, key_separator) = (",".to_owned(), "=".to_owned());
    let map = MapType { of: Box::new(ParameterType::Port), separator, key_separator, key_pattern };
    let secrets = || Parameter {
        annotations: Vec::new(),
        annotation_prefix: Some("a/port-".into()),
        bounds: Bounds { max_items: Some(2), ..Bounds::default() },
        ..parameter(ParameterType::Map(map.clone()))
    };
    let annotated = |annotations: Value| json!({"metadata": {"annotations": annotations}});
    let two = annotated(json!({"a/port-db": "2", "a/port-": "9", "b/port-x": "9", "a/port-a.b": "1", "a/port": "9"}));
    assert_eq!(resolved(secrets(), &two, &[("p", "x=3")]).unwrap().to_string(), r#"{"a.b":1,"db":2}"#);
    assert_eq!(resolved(secrets(), &json!({}), &[("p", "x=3")]).unwrap(), json!({"x": 3}));
    for (annotations, at, message) in [
        (
            json!({"a/port-a": "x"}),
            "/metadata/annotations/a~1port-a",
            "annotation `a/port-a`: `x` is not a port: a number from 1 to 65535",
        ),
        (
            json!({"a/port-A": "1"}),
            "/metadata/annotations/a~1port-A",
            "annotation `a/port-A`: `A` does not match `keyPattern: [a-z.]+`",
        ),
        (json!({"a/port-a": 1}), "/metadata/annotations/a~1port-a", "annotation `a/port-a` is a number, not a string"),
        (
            json!({"a/port-a": "1", "a/port-b": "2", "a/port-c": "3"}),
            "/metadata/annotations",
            "annotations `a/port-…`: 3 items are more than `maxItems: 2`",
        ),
    ] {
        let wrong = resolved(secrets(), &annotated(annotations), &[]).unwrap_err();
        assert_eq!((wrong[0].at.to_string().as_str(), wrong[0].message.as_str()), (at, message));
    }
    let missing = resolved(secrets(), &json!({}), &[]).unwrap_err();
    assert_eq!(missing[0].hint.as_deref().unwrap(), "set it with annotations `a/port-…` or `--set p=…`");
    let both = Parameter { annotations: vec!["a/ports".into()], ..secrets() };
    let one = annotated(json!({"a/ports": "x=3", "a/port-db": "2"}));
    assert_eq!(resolved(both, &one, &[]).unwrap(), json!({"x": 3}));
}

#[test]
fn a_place_finds_a_container_by_its_name() {
    let from = |place| Parameter {
        default: Some(json!(4)),
        from: vec![Pointer::parse(place).unwrap()],
        ..parameter(ParameterType::Integer)
    };
    let pod = json!({"spec": {
        "containers": [{"name": "a", "x": 1}, {"x": 0}, {"name": "b", "x": 2}],
        "initContainers": [{"name": "b", "x": 3}],
    }});
    for (place, expected) in [
        ("/spec/containers/b/x", 2),
        ("/spec/initContainers/b/x", 3),
        ("/spec/initContainers/a/x", 4),
        ("/spec/containers/2/x", 2),
    ] {
        assert_eq!(resolved(from(place), &pod, &[]).unwrap(), json!(expected), "{place}");
    }
    let bad = json!({"spec": {"containers": [{"name": "a"}, {"name": "b", "x": "y"}]}});
    let wrong = resolved(from("/spec/containers/b/x"), &bad, &[]).unwrap_err();
    assert_eq!(wrong[0].at.to_string(), "/spec/containers/1/x");
}

#[test]
fn a_place_may_hold_what_the_type_is() {
    let from = |ty, place| Parameter { from: vec![Pointer::parse(place).unwrap()], ..parameter(ty) };
    let list = || ParameterType::List(ListType { of: Box::new(ParameterType::String), separator: ",".into() });
    let (between, key_separator) = (",".to_owned(), "=".to_owned());
    let of = Box::new(ParameterType::String);
    let map = ParameterType::Map(MapType { of, separator: between, key_separator, key_pattern: None });
    let variables = json!([{"name": "A", "value": "1"}]);
    let pod = json!({
        "metadata": {"labels": {"b": "1", "a": "2"}},
        "spec": {"containers": [{"args": ["x", "y"], "env": variables, "image": "i,j", "more": [["x"]]}]},
    });
    let args = resolved(from(list(), "/spec/containers/0/args"), &pod, &[]).unwrap();
    assert_eq!(args, json!(["x", "y"]));
    assert_eq!(resolved(from(list(), "/spec/containers/0/image"), &pod, &[]).unwrap(), json!(["i", "j"]));
    let labels = resolved(from(map, "/metadata/labels"), &pod, &[]).unwrap();
    assert_eq!(labels.to_string(), r#"{"b":"1","a":"2"}"#);
    let env = resolved(from(ParameterType::Envs, "/spec/containers/0/env"), &pod, &[]).unwrap();
    assert_eq!(env, variables);
    for (place, message) in [
        ("/spec", "parameter `p`: `/spec` is an object, not a list"),
        ("/spec/containers/0/more", "parameter `p`: item 1: `[\"x\"]` is a list, not a string"),
    ] {
        let wrong = resolved(from(list(), place), &pod, &[]).unwrap_err();
        assert_eq!(wrong[0].message, message);
    }
    let set = "x,".repeat(65);
    let wrong = resolved(parameter(list()), &pod, &[("p", &set)]).unwrap_err();
    assert_eq!(wrong[0].message, "`--set p`: 65 items are more than `maxItems: 64`");
    let long = json!({"metadata": {"annotations": {"example.com/p": "x".repeat(5000)}}});
    let wrong = resolved(parameter(ParameterType::String), &long, &[]).unwrap_err();
    assert_eq!(wrong[0].message, "annotation `example.com/p`: 5000 bytes are more than `maxLength: 4096`");
}

#[test]
fn an_empty_value_of_an_optional_parameter_is_null() {
    let optional = |default| Parameter { presence: Presence::Optional, default, ..parameter(ParameterType::Integer) };
    let empty = json!({"metadata": {"annotations": {"example.com/p": ""}}});
    assert_eq!(resolved(optional(Some(json!(4))), &json!({}), &[("p", "")]).unwrap(), json!(null));
    assert_eq!(resolved(optional(Some(json!(4))), &empty, &[("p", "5")]).unwrap(), json!(null));
    assert_eq!(resolved(optional(Some(json!(4))), &json!({}), &[]).unwrap(), json!(4));
    assert_eq!(resolved(optional(None), &json!({}), &[]).unwrap(), json!(null));
    assert_eq!(resolved(optional(None), &json!({}), &[("p", "5")]).unwrap(), json!(5));
    resolved(parameter(ParameterType::Integer), &json!({}), &[("p", "")]).unwrap_err();
}

#[test]
fn every_source_is_held_to_the_bounds() {
    let bounds = Bounds { min: Some(3600), ..Bounds::default() };
    let from = vec![Pointer::parse("/spec/x").unwrap()];
    let expiry = Parameter { bounds, from, ..parameter(ParameterType::Integer) };
    let annotated = json!({"metadata": {"annotations": {"example.com/p": "60"}}});
    for (pod, set, message) in [
        (annotated, None, "annotation `example.com/p`: `60` is less than `min: 3600`"),
        (json!({}), Some(("p", "60")), "`--set p`: `60` is less than `min: 3600`"),
        (json!({"spec": {"x": 60}}), None, "parameter `p`: `60` is less than `min: 3600`"),
    ] {
        assert_eq!(resolved(expiry.clone(), &pod, set.as_slice()).unwrap_err()[0].message, message);
    }
    assert_eq!(resolved(expiry, &json!({"spec": {"x": 3600}}), &[]).unwrap(), json!(3600));
    let required = |ty| Parameter { presence: Presence::Required, ..parameter(ty) };
    let message = "`--set p`: the value is empty, and the parameter is `required`";
    let wrong = resolved(required(ParameterType::String), &json!({}), &[("p", "")]).unwrap_err();
    assert_eq!(wrong[0].message, message);
    let wrong = resolved(required(ParameterType::Envs), &json!({}), &[("p", " , ")]).unwrap_err();
    assert_eq!(wrong[0].message, message);
    let wrong = resolved(required(ParameterType::String), &json!({}), &[]).unwrap_err();
    assert_eq!(wrong[0].message, "parameter `p` has no value");
}

#[test]
fn an_optional_list_without_a_value_has_no_items() {
    let ty = ParameterType::Envs;
    let list = || Parameter { presence: Presence::Optional, ..parameter(ty.clone()) };
    assert_eq!(resolved(list(), &json!({}), &[]).unwrap(), json!([]));
    assert_eq!(
        resolved(Parameter { default: Some(json!([1])), ..list() }, &json!({}), &[("p", "")]).unwrap(),
        json!([])
    );
    assert!(matches!(list().expression_type(), Type::List(_)));
}

#[test]
fn every_wrong_source_has_its_place_and_message() {
    let from = Parameter {
        from: vec![Pointer::parse("/spec/x").unwrap(), Pointer::parse("/spec").unwrap()],
        ..parameter(ParameterType::Port)
    };
    for (template, set, at, message) in [
        (
            json!({"metadata": {"annotations": {"example.com/p": "0"}}}),
            None,
            "/metadata/annotations/example.com~1p",
            "annotation `example.com/p`: `0` is not a port: a number from 1 to 65535",
        ),
        (
            json!({"metadata": {"annotations": {"example.com/p": 80}}}),
            Some(("p", "1")),
            "/metadata/annotations/example.com~1p",
            "annotation `example.com/p` is a number, not a string",
        ),
        (json!({}), Some(("p", "x")), "", "`--set p`: `x` is not a port: a number from 1 to 65535"),
        (
            json!({"spec": {"x": "web"}}),
            None,
            "/spec/x",
            "parameter `p`: `web` is not a port: a number from 1 to 65535",
        ),
        (
            json!({"spec": {"y": 1}}),
            None,
            "/spec",
            "parameter `p`: `/spec` is an object, not a port: a number from 1 to 65535",
        ),
        (json!({}), None, "", "parameter `p` has no value"),
    ] {
        let wrong = resolved(from.clone(), &template, set.as_slice()).unwrap_err();
        assert_eq!(wrong.len(), 1);
        assert_eq!((wrong[0].at.to_string().as_str(), wrong[0].message.as_str()), (at, message));
        assert_eq!(wrong[0].code, Code::BadValue);
    }
    let missing = resolved(from, &json!({}), &[]).unwrap_err();
    assert_eq!(missing[0].hint.as_deref().unwrap(), "set it with the annotation `example.com/p` or `--set p=…`");
}

#[test]
fn a_wrong_value_of_the_namespace_is_an_error_that_names_it() {
    let annotations = BTreeMap::from([("example.com/p".to_owned(), "x".to_owned())]);
    let inherits = Parameter { inherit: Inherit::Namespace, ..parameter(ParameterType::Port) };
    let find = |annotations| {
        let inherited = Inherited { namespace: "prod", annotations };
        find(&inherits, &json!({}), None, None, (None, inherited)).unwrap_err().message
    };
    let wrong = "annotation `example.com/p` of namespace `prod`: `x` is not a port: a number from 1 to 65535";
    assert_eq!(find(Some(&annotations)), wrong);
    let unknown = "parameter `p`: the annotation `example.com/p` of namespace `prod` is not known";
    assert_eq!(find(None), unknown);
}

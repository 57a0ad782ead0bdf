//! One message for each thing that can be wrong, at its place.

use super::*;

#[test]
fn a_document_that_is_not_a_profile_has_its_reasons() {
    for (document, lines) in [
        (json!(null), &[": expected an object, found null"][..]),
        (json!([]), &[": expected an object, found a list"]),
        (
            json!({}),
            &[
                ": field `apiVersion` is missing",
                ": field `kind` is missing",
                ": field `metadata` is missing",
                ": field `spec` is missing",
            ],
        ),
        (
            json!({"apiVersion": "sidecar-injector/v2", "kind": "profile", "metadata": {"name": "A"}, "spec": {}, "data": 1}),
            &[
                "/data: unknown field `data` (the fields here are `apiVersion`, `kind`, `metadata`, `spec`)",
                "/apiVersion: `sidecar-injector/v2` is not `sidecar-injector/v1` (did you mean `sidecar-injector/v1`?)",
                "/kind: `profile` is not `Profile` (did you mean `Profile`?)",
                "/metadata/name: `A` is not a DNS label: lower case letters, digits and `-`, at most 63",
                "/spec: field `policy` is missing",
            ],
        ),
    ] {
        assert_eq!(told(&document), lines);
    }
}

#[test]
fn what_decides_has_a_message_for_each_mistake() {
    for (spec, lines) in [
        (json!({"polcy": "OptIn"}), &["/spec/polcy: unknown field `polcy` (did you mean `policy`?)"][..]),
        (
            json!({"policy": "optin"}),
            &["/spec/policy: `optin` is not one of `OptOut`, `OptIn` (did you mean `OptIn`?)"],
        ),
        (json!({"policy": true}), &["/spec/policy: expected a string, found a boolean (quote the value)"]),
        (json!({"nativeSidecar": "yes"}), &["/spec/nativeSidecar: `yes` is not one of `auto`, `true`, `false`"]),
        (json!({"nativeSidecar": 1}), &["/spec/nativeSidecar: expected a string, found a number (quote the value)"]),
        (json!({"skip": ["job"]}), &["/spec/skip/0: `job` is not one of `host-network`, `windows`, `foreign-sidecar`"]),
        (json!({"skip": "windows"}), &["/spec/skip: expected a list, found a string"]),
        (
            json!({"namespaceSelector": {"matchLabel": {}, "matchLabels": {"a": true}}}),
            &[
                "/spec/namespaceSelector/matchLabel: unknown field `matchLabel` (did you mean `matchLabels`?)",
                "/spec/namespaceSelector/matchLabels/a: expected a string, found a boolean (quote the value)",
            ],
        ),
        (
            json!({"objectSelector": {"matchExpressions": [{"key": "a", "operator": "In"}, {"key": "a", "operator": "Exists", "values": ["b"]},
                {"key": "a", "operator": "in"}, {"operator": "NotIn", "values": []}]}}),
            &[
                "/spec/objectSelector/matchExpressions/0: operator `In` needs `values`",
                "/spec/objectSelector/matchExpressions/1: operator `Exists` takes no `values`",
                "/spec/objectSelector/matchExpressions/2/operator: `in` is not one of `In`, `NotIn`, `Exists`, `DoesNotExist` (did you mean `In`?)",
                "/spec/objectSelector/matchExpressions/3: field `key` is missing",
                "/spec/objectSelector/matchExpressions/3: operator `NotIn` needs `values`",
            ],
        ),
        (
            json!({"podSwitch": {"inject": ["a"], "skip": ["a", "a"]}}),
            &[
                "/spec/podSwitch: a switch needs an `annotation` or a `label`",
                "/spec/podSwitch/skip/1: value `a` is given twice",
                "/spec/podSwitch: value `a` both injects and skips",
            ],
        ),
        (
            json!({"namespaceSwitch": {"label": "a b"}}),
            &[
                "/spec/namespaceSwitch/label: `a b` is not a label or annotation key",
                "/spec/namespaceSwitch: a switch needs values that `inject` or that `skip`",
            ],
        ),
        (
            json!({"alreadyInjected": [{}]}),
            &["/spec/alreadyInjected/0: a container pattern needs a `name` or an `image`"],
        ),
        (
            json!({"templatePaths": ["Rollout=spec"]}),
            &["/spec/templatePaths/0: `spec` is not a JSON Pointer: it does not begin with `/`"],
        ),
    ] {
        assert_eq!(told(&with(&spec)), lines, "{spec}");
    }
}

#[test]
fn parameters_have_a_message_for_each_mistake() {
    for (spec, lines) in [
        (
            json!({"parameters": [{"name": "a", "type": "port", "default": 99999}, {"name": "a", "type": "string"},
                {"name": "1", "type": "prot"}, {"name": "e", "type": "enum"}, {"name": "f", "type": "enum", "values": []},
                {"name": "g", "type": "string", "values": ["a"], "default": true, "from": ["spec"], "annotation": "sidecar-injector/status"}]}),
            &[
                "/spec/parameters/0/default: default of parameter `a`: `99999` is not a port: a number from 1 to 65535",
                "/spec/parameters/1/name: parameter `a` is given twice",
                "/spec/parameters/2/name: `1` is not a parameter name: a letter, then letters, digits and `_`",
                "/spec/parameters/2/type: `prot` is not one of `string`, `integer`, `port`, `ports`, `boolean`, `quantity`, `image`, `duration`, `name`, `path`, `enum`, `list`, `map`, `envs` (did you mean `port`?)",
                "/spec/parameters/3: field `values` is missing",
                "/spec/parameters/4/values: an enum needs at least one value",
                "/spec/parameters/5/values: `values` belongs to type `enum`, and this is `string`",
                "/spec/parameters/5/annotation: `sidecar-injector/status` is the record of what was injected, and only the injector writes it",
                "/spec/parameters/5/from/0: `spec` is not a JSON Pointer: it does not begin with `/`",
                "/spec/parameters/5/default: default of parameter `g`: `true` is a boolean, not a string (quote it: `\"true\"`)",
            ][..],
        ),
        (
            json!({"parameters": [{"name": "tcpPort", "type": "port"}], "containers": [{"name": "c", "args": ["{{ tcpProt }} {{ x }}", "{{ 1 }}", "{{", "{{ tcpPort + 'a' }}", "{{ params.tcpProt }}", "{{ tcpPort.size() }}"]}]}),
            &[
                "/spec/containers/0/args/0: unknown parameter `tcpProt` (did you mean `tcpPort`?)",
                "/spec/containers/0/args/0: unknown parameter `x`",
                "/spec/containers/0/args/2: `{{` without `}}` (write two braces as `{{ '{{' }}`)",
                "/spec/containers/0/args/3: `{{ tcpPort + 'a' }}`: `+` does not take an integer and a string, at character 9 (it takes two values of one type)",
                "/spec/containers/0/args/4: `{{ params.tcpProt }}`: unknown field `tcpProt` (did you mean `tcpPort`?)",
                "/spec/containers/0/args/5: `{{ tcpPort.size() }}`: `size` does not take an integer, at character 9 (it takes a string; or bytes; or a list; or a map)",
            ],
        ),
    ] {
        assert_eq!(told(&with(&spec)), lines, "{spec}");
    }
}

#[test]
fn what_is_added_has_a_message_for_each_mistake() {
    for (spec, lines) in [
        (
            json!({"initContainers": [{"name": "a"}], "containers": [{"name": "a"}, {"image": "b"}, "c", {"name": "{{ n }}"}]}),
            &[
                "/spec/containers/1: field `name` is missing",
                "/spec/containers/2: field `name` is missing",
                "/spec/containers/3/name: `{{ n }}` is not a DNS label: lower case letters, digits and `-`, at most 63",
                "/spec/containers/2: expected an object, found a string",
                "/spec/containers/3/name: unknown parameter `n`",
                "/spec/containers/0/name: container `a` is given twice",
            ][..],
        ),
        (
            json!({"annotations": {"sidecar-injector/status": "[]", "a": 1}, "labels": {"b c": "d", "e": "f g", "h": "{{ i }}"}}),
            &[
                "/spec/annotations/sidecar-injector~1status: `sidecar-injector/status` is the record of what was injected, and only the injector writes it",
                "/spec/annotations/a: expected a string, found a number (quote the value)",
                "/spec/labels/b c: `b c` is not a label or annotation key",
                "/spec/labels/e: `f g` is not a label value: letters, digits, `-`, `_` and `.`, at most 63",
                "/spec/labels/h: unknown parameter `i`",
            ],
        ),
        (json!({"reservedUser": {"id": 1}}), &["/spec/reservedUser: field `when` is missing"]),
        (
            json!({"reservedUser": {"id": [], "when": true}}),
            &["/spec/reservedUser/id: expected a user id or a parameter, found a list"],
        ),
        (
            json!({"placement": {"Before": "a", "After": "b"}}),
            &["/spec/placement: a placement names one container: `Before` or `After`"],
        ),
        (json!({"placement": {}}), &["/spec/placement: a placement names one container: `Before` or `After`"]),
        (
            json!({"placement": "first"}),
            &["/spec/placement: `first` is not one of `First`, `Last` (did you mean `First`?)"],
        ),
        (
            json!({"application": {"targets": [], "env": {}}}),
            &[
                "/spec/application/targets: `targets` names no container",
                "/spec/application/env: expected a list, found an object",
            ],
        ),
        (
            json!({"application": {"targets": "all"}}),
            &[
                "/spec/application/targets: `all` is not one of `Containers`, `InitContainers`, `All` (did you mean `All`?)",
            ],
        ),
    ] {
        assert_eq!(told(&with(&spec)), lines, "{spec}");
    }
}

#[test]
fn redirected_ports_are_a_list_in_one_text() {
    for (spec, lines) in [
        (json!({"redirectedPorts": {}}), &["/spec/redirectedPorts: field `include` is missing"][..]),
        (
            json!({"redirectedPorts": {"include": "http", "exclude": [80]}}),
            &[
                "/spec/redirectedPorts/include: `http` is not a list of ports: numbers and ranges such as `80,8000-8100`, or `*`",
                "/spec/redirectedPorts/exclude: expected an integer or a string, found a list",
            ],
        ),
    ] {
        assert_eq!(told(&with(&spec)), lines, "{spec}");
    }
}

#[test]
fn nesting_has_an_end() {
    let mut deep = json!("{{ x }}");
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let lines = told(&with(&json!({"containers": [{"name": "a", "args": deep}]})));
    assert_eq!(lines, ["/spec/containers/0/args/0: expected a string, found a list"]);
    let lines = told(&with(&json!({"let": [{"name": "a", "value": deep}]})));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with(": nested deeper than 100"), "{lines:?}");
}

#[test]
fn a_default_that_names_a_later_parameter_is_an_error() {
    let parameters = |default: &str| {
        json!({"parameters": [
            {"name": "a", "type": "string", "default": default}, {"name": "b", "type": "string", "default": "x"}]})
    };
    assert_eq!(
        told(&with(&parameters("{{ b }}:1"))),
        ["/spec/parameters/0/default: the default of parameter `a` names the parameter `b`, which is not before it"]
    );
    assert!(load(&with(&parameters("{{.Names}} is for another program"))).is_ok());
}

#[test]
fn a_profile_that_adds_nothing_is_an_error() {
    let nothing = |spec: &Value| {
        let mut document = with(spec);
        document["spec"].as_object_mut().unwrap().remove("labels");
        told(&document)
    };
    let application = json!({"application": {"targets": "All", "env": []}});
    for spec in [json!({}), json!({"containers": [], "annotations": {}}), application] {
        let lines = nothing(&spec);
        assert!(
            lines.len() == 1
                && lines[0].starts_with("/spec: the profile adds nothing (add to at least one of the fields "),
            "{lines:?}"
        );
    }
    assert_eq!(nothing(&json!({"contaners": []})).len(), 1);
}

//! Behaviour of loading: a full profile, and one message for each thing that can be wrong.

use serde_json::{Value, json};

use super::*;
use crate::profile::{Parameter, ParameterType, Placement, Targets};

fn minimal() -> Value {
    json!({"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "p"}, "spec": {"policy": "OptOut"}})
}

fn with(spec: &Value) -> Value {
    let mut document = minimal();
    for (field, value) in spec.as_object().unwrap() {
        document["spec"][field] = value.clone();
    }
    document
}

fn told(document: &Value) -> Vec<String> {
    let line = |error: ProfileError| {
        let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{}: {error}{hint}", error.at)
    };
    load(document).err().unwrap_or_default().into_iter().map(line).collect()
}

#[test]
fn a_minimal_profile_has_the_stated_defaults() {
    let profile = load(&minimal()).unwrap();
    assert_eq!((profile.name.as_str(), profile.policy), ("p", Policy::OptOut));
    assert_eq!((profile.on_error, profile.on_ineligible), (OnError::Reject, OnIneligible::Allow));
    assert_eq!((profile.native_sidecar, profile.placement), (NativeSidecar::Auto, Placement::Last));
    assert_eq!(profile.excluded_namespaces, ["kube-system", "kube-public", "kube-node-lease"]);
    assert!(profile.skip.is_empty() && profile.namespace_selector.is_none() && profile.application.is_none());
}

#[test]
fn every_field_arrives() {
    let profile = load(&with(&json!({
        "description": "one line", "policy": "OptIn", "onError": "Skip", "onIneligible": "Deny", "nativeSidecar": true,
        "skip": ["host-network", "windows", "foreign-sidecar"], "excludedNamespaces": [],
        "namespaceSelector": {"matchLabels": {"a": "b"}, "matchExpressions": [
            {"key": "k", "operator": "In", "values": ["x", "y"]}, {"key": "k", "operator": "NotIn", "values": ["z"]},
            {"key": "e", "operator": "Exists"}, {"key": "d", "operator": "DoesNotExist", "values": []}]},
        "objectSelector": {},
        "podSwitch": {"annotation": "proxy", "inject": ["on"], "skip": ["off"]},
        "namespaceSwitch": {"annotation": "proxy", "label": "proxy", "inject": ["on"]},
        "alreadyInjected": [{"name": "*proxy*"}, {"image": "x/*"}],
        "reservedUser": {"id": "{{ user }}", "when": "{{ capture }}"},
        "templatePaths": ["Rollout.argoproj.io=/spec/template"],
        "parameters": [
            {"name": "user", "type": "integer", "default": 1337, "description": "its id"},
            {"name": "capture", "type": "boolean", "default": false, "annotation": "example.com/capture"},
            {"name": "level", "type": "enum", "values": ["info", "debug"], "default": "info"},
            {"name": "port", "type": "port", "from": ["/spec/containers/0/ports/0/containerPort"]}],
        "placement": {"Before": "web"},
        "initContainers": [{"name": "setup", "image": "a"}],
        "containers": [{"name": "proxy", "image": "b", "args": ["{{ level }}", "{{ '{{' }}"]}],
        "volumes": [{"name": "v", "emptyDir": {}}], "imagePullSecrets": [{"name": "s"}],
        "annotations": {"example.com/port": "{{ port }}"}, "labels": {"sidecar": "true"},
        "application": {"targets": ["web"], "env": [{"name": "A", "value": "{{ port }}"}], "volumeMounts": [{"name": "v", "mountPath": "/v"}]},
    })))
    .unwrap();
    assert_eq!((profile.on_error, profile.on_ineligible), (OnError::Skip, OnIneligible::Deny));
    assert_eq!((profile.policy, profile.native_sidecar), (Policy::OptIn, NativeSidecar::Always));
    assert_eq!(profile.skip, [Rule::HostNetwork, Rule::Windows, Rule::ForeignSidecar]);
    assert!(profile.excluded_namespaces.is_empty());
    let operators: Vec<Operator> = profile.namespace_selector.unwrap().0.iter().map(|one| one.operator).collect();
    assert_eq!(operators, [Operator::In, Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist]);
    assert_eq!(profile.object_selector, Some(Selector(Vec::new())));
    assert_eq!(profile.namespace_switch.unwrap().label.as_deref(), Some("proxy"));
    assert_eq!(profile.already_injected.len(), 2);
    assert_eq!(profile.reserved_user.unwrap().id.0, json!("{{ user }}"));
    assert_eq!(profile.template_paths[0].to_string(), "Rollout.argoproj.io=/spec/template");
    assert_eq!(
        profile.parameters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["user", "capture", "level", "port"]
    );
    assert_eq!(
        profile.parameters[2],
        Parameter {
            name: "level".into(),
            ty: ParameterType::Enum(vec!["info".into(), "debug".into()]),
            description: String::new(),
            default: Some(json!("info")),
            from: Vec::new(),
            annotation: None
        }
    );
    assert_eq!(profile.placement, Placement::Before("web".into()));
    assert_eq!(profile.init_containers[0].name(), Some("setup"));
    assert_eq!(profile.containers[0].0["args"], json!(["{{ level }}", "{{ '{{' }}"]));
    assert_eq!((profile.volumes.len(), profile.image_pull_secrets.len()), (1, 1));
    assert_eq!(profile.annotations["example.com/port"].0, json!("{{ port }}"));
    assert_eq!(profile.labels["sidecar"].0, json!("true"));
    let application = profile.application.unwrap();
    assert_eq!(application.targets, Targets::Named(vec!["web".into()]));
    assert_eq!((application.env.len(), application.volume_mounts.len()), (1, 1));
}

#[test]
fn native_sidecar_is_a_boolean_or_a_word() {
    for (value, expected) in [
        (json!("auto"), NativeSidecar::Auto),
        (json!(true), NativeSidecar::Always),
        (json!("true"), NativeSidecar::Always),
        (json!(false), NativeSidecar::Never),
        (json!("false"), NativeSidecar::Never),
        (json!(null), NativeSidecar::Auto),
    ] {
        assert_eq!(load(&with(&json!({"nativeSidecar": value}))).unwrap().native_sidecar, expected);
    }
}

#[test]
fn a_document_that_is_no_profile_is_told_why() {
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
fn each_mistake_has_its_message_at_its_place() {
    for (spec, lines) in [
        (json!({"polcy": "OptIn"}), &["/spec/polcy: unknown field `polcy` (did you mean `policy`?)"][..]),
        (json!({"policy": "optin"}), &["/spec/policy: `optin` is none of `OptOut`, `OptIn` (did you mean `OptIn`?)"]),
        (json!({"policy": true}), &["/spec/policy: expected a string, found a boolean (quote the value)"]),
        (json!({"nativeSidecar": "yes"}), &["/spec/nativeSidecar: `yes` is none of `auto`, `true`, `false`"]),
        (json!({"nativeSidecar": 1}), &["/spec/nativeSidecar: expected a string, found a number (quote the value)"]),
        (json!({"skip": ["job"]}), &["/spec/skip/0: `job` is none of `host-network`, `windows`, `foreign-sidecar`"]),
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
                "/spec/objectSelector/matchExpressions/2/operator: `in` is none of `In`, `NotIn`, `Exists`, `DoesNotExist` (did you mean `In`?)",
                "/spec/objectSelector/matchExpressions/3: field `key` is missing",
                "/spec/objectSelector/matchExpressions/3: operator `NotIn` needs `values`",
            ],
        ),
        (
            json!({"podSwitch": {"inject": ["a"], "skip": ["a", "a"]}}),
            &[
                "/spec/podSwitch: a switch needs an `annotation` or a `label`",
                "/spec/podSwitch/skip/1: value `a` is there twice",
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
        (
            json!({"parameters": [{"name": "a", "type": "port", "default": 99999}, {"name": "a", "type": "string"},
                {"name": "1", "type": "prot"}, {"name": "e", "type": "enum"}, {"name": "f", "type": "enum", "values": []},
                {"name": "g", "type": "string", "values": ["a"], "default": true, "from": ["spec"], "annotation": "sidecar-injector/status"}]}),
            &[
                "/spec/parameters/0/default: default of parameter `a`: `99999` is not a port: a number from 1 to 65535",
                "/spec/parameters/1/name: parameter `a` is there twice",
                "/spec/parameters/2/name: `1` is not a parameter name: a letter, then letters, digits and `_`",
                "/spec/parameters/2/type: `prot` is none of `string`, `integer`, `port`, `ports`, `boolean`, `quantity`, `image`, `duration`, `enum` (did you mean `port`?)",
                "/spec/parameters/3: field `values` is missing",
                "/spec/parameters/4/values: an enum needs at least one value",
                "/spec/parameters/5/values: `values` belongs to type `enum`, and this is `string`",
                "/spec/parameters/5/annotation: `sidecar-injector/status` is the record of what was injected, and only the injector writes it",
                "/spec/parameters/5/from/0: `spec` is not a JSON Pointer: it does not begin with `/`",
                "/spec/parameters/5/default: default of parameter `g`: `true` is a boolean, not a string (quote it: `\"true\"`)",
            ],
        ),
        (
            json!({"parameters": [{"name": "tcpPort", "type": "port"}], "containers": [{"name": "c", "args": ["{{ tcpProt }} {{ x }}", "{{ 1 }}", "{{"]}]}),
            &[
                "/spec/containers/0/args/0: unknown parameter `tcpProt` (did you mean `tcpPort`?)",
                "/spec/containers/0/args/0: unknown parameter `x`",
                "/spec/containers/0/args/1: `{{ 1 }}` is not a parameter's name: expressions beyond a parameter's name are not supported (write two braces as `{{ '{{' }}`)",
                "/spec/containers/0/args/2: `{{` without `}}` (write two braces as `{{ '{{' }}`)",
            ],
        ),
        (
            json!({"initContainers": [{"name": "a"}], "containers": [{"name": "a"}, {"image": "b"}, "c", {"name": "{{ n }}"}]}),
            &[
                "/spec/containers/1: field `name` is missing",
                "/spec/containers/2: field `name` is missing",
                "/spec/containers/3/name: `{{ n }}` is not a DNS label: lower case letters, digits and `-`, at most 63",
                "/spec/containers/2: expected an object, found a string",
                "/spec/containers/3/name: unknown parameter `n`",
                "/spec/containers/0/name: container `a` is there twice",
            ],
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
            &["/spec/placement: `first` is none of `First`, `Last` (did you mean `First`?)"],
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
                "/spec/application/targets: `all` is none of `Containers`, `InitContainers`, `All` (did you mean `All`?)",
            ],
        ),
    ] {
        assert_eq!(told(&with(&spec)), lines, "{spec}");
    }
}

#[test]
fn a_parameter_that_nothing_uses_is_no_error_and_a_misread_one_is_told_once() {
    assert!(load(&with(&json!({"parameters": [{"name": "a", "type": "string"}]}))).is_ok());
    let spec = json!({"parameters": [{"name": "a", "type": "strin"}], "annotations": {"b": "{{ a }}"}});
    assert_eq!(told(&with(&spec)).len(), 1);
}

#[test]
fn nesting_has_an_end() {
    let mut deep = json!("{{ x }}");
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let lines = told(&with(&json!({"containers": [{"name": "a", "args": deep}]})));
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with(": nested deeper than 100"), "{lines:?}");
}

#[test]
fn what_kubernetes_does_not_know_is_told_at_its_own_place() {
    for (spec, lines) in [
        (
            json!({"containers": [{"name": "a", "imagePullPolcy": "Always", "ports": [{"containerPort": "80"}]}]}),
            &[
                "/spec/containers/0/imagePullPolcy: unknown field `imagePullPolcy` (did you mean `imagePullPolicy`?)",
                "/spec/containers/0/ports/0/containerPort: expected an integer, found a string `80`",
            ][..],
        ),
        (
            json!({"initContainers": [{"name": 5}]}),
            &["/spec/initContainers/0/name: expected a string, found a number (quote the value)"],
        ),
        (
            json!({"volumes": [{"name": "v", "emptydir": {}}]}),
            &["/spec/volumes/0/emptydir: unknown field `emptydir` (did you mean `emptyDir`?)"],
        ),
        (
            json!({"imagePullSecrets": [{"names": "s"}]}),
            &["/spec/imagePullSecrets/0/names: unknown field `names` (did you mean `name`?)"],
        ),
        (
            json!({"application": {"env": [{"name": "A", "value": 1}], "volumeMounts": [{"mountpath": "/a"}]}}),
            &[
                "/spec/application/env/0/value: expected a string, found a number `1` (quote the value)",
                "/spec/application/volumeMounts/0/mountpath: unknown field `mountpath` (did you mean `mountPath`?)",
            ],
        ),
    ] {
        assert_eq!(told(&with(&spec)), lines, "{spec}");
    }
}

/// A container in which one place holds a text, beside a parameter `p` of a type.
fn place(ty: &str, place: &str, text: &str) -> Value {
    let mut container = json!({"name": "a", "ports": [{}], "livenessProbe": {"httpGet": {}},
        "securityContext": {}, "env": [{"name": "E"}], "resources": {"limits": {}}});
    let (parent, last) = place.rsplit_once('/').unwrap();
    container.pointer_mut(parent).unwrap()[last] = json!(text);
    let mut parameter = json!({"name": "p", "type": ty});
    if ty == "enum" {
        parameter["values"] = json!(["1Gi", "2Gi"]);
    }
    with(&json!({"parameters": [parameter], "containers": [container]}))
}

#[test]
fn a_parameter_fits_the_place_where_it_stands_or_is_an_error() {
    const INTEGER: &str = "/securityContext/runAsUser";
    const BOOLEAN: &str = "/securityContext/privileged";
    const PORT: &str = "/livenessProbe/httpGet/port";
    const QUANTITY: &str = "/resources/limits/memory";
    for (at, good, bad) in [
        (INTEGER, "integer port", "string quantity ports boolean enum image duration"),
        (BOOLEAN, "boolean", "string integer port enum"),
        (PORT, "integer port string enum", "boolean"),
        (QUANTITY, "quantity integer string enum", "boolean image duration ports"),
        ("/env/0/value", "string integer port ports boolean quantity image duration enum", ""),
        ("/image", "string image enum integer", ""),
    ] {
        for ty in good.split(' ') {
            assert_eq!(told(&place(ty, at, "{{ p }}")), Vec::<String>::new(), "{ty} at {at}");
        }
        for ty in bad.split_whitespace() {
            let lines = told(&place(ty, at, "{{ p }}"));
            assert_eq!(lines.len(), 1, "{ty} at {at}: {lines:?}");
            let start = format!("/spec/containers/0{at}: parameter `p` is of type `{ty}`, and this has to be ");
            assert!(lines[0].starts_with(&start), "{lines:?}");
        }
    }
    assert_eq!(
        told(&place("integer", INTEGER, "1{{ p }}")),
        [
            "/spec/containers/0/securityContext/runAsUser: a text with a parameter in it is a string, and this has to be an integer (write one parameter, and nothing else)"
        ]
    );
    assert!(told(&place("integer", QUANTITY, "{{ p }}Mi")).is_empty());
    assert!(told(&place("string", PORT, "x{{ p }}")).is_empty());
    for (reserved, at) in
        [(json!({"id": "{{ p }}", "when": true}), "id"), (json!({"id": 1, "when": "{{ p }}"}), "when")]
    {
        let spec = json!({"parameters": [{"name": "p", "type": "string"}], "reservedUser": reserved});
        let lines = told(&with(&spec));
        assert!(
            lines.len() == 1 && lines[0].starts_with(&format!("/spec/reservedUser/{at}: parameter `p` is")),
            "{lines:?}"
        );
    }
}

#[test]
fn what_is_rendered_has_the_type_that_kubernetes_wants() {
    use crate::decide::inject::{Rendered, Sidecar};
    let spec = json!({
        "parameters": [
            {"name": "id", "type": "integer", "default": "7"}, {"name": "on", "type": "boolean", "default": true},
            {"name": "port", "type": "port", "default": 80}, {"name": "cpu", "type": "quantity", "default": 1},
        ],
        "containers": [{
            "name": "a", "args": ["{{ port }}"], "env": [{"name": "E", "value": "{{ on }}"}],
            "securityContext": {"runAsUser": "{{ id }}", "privileged": "{{ on }}"},
            "ports": [{"containerPort": "{{ port }}"}], "readinessProbe": {"tcpSocket": {"port": "{{ port }}"}},
            "resources": {"limits": {"cpu": "{{ cpu }}", "memory": "{{ id }}"}},
        }],
        "volumes": [{"name": "v", "csi": {"driver": "d", "volumeAttributes": {"a": "{{ port }}"}}}],
        "annotations": {"port": "{{ port }}"},
    });
    let profile = load(&with(&spec)).unwrap();
    let values = crate::profile::parameter::resolve(&profile, &json!({}), &std::collections::BTreeMap::new()).unwrap();
    let values = crate::profile::parameter::by_name(&profile, &values);
    let rendered = Rendered::new(&profile, &values, Sidecar::Classic);
    assert_eq!(
        *rendered.containers[0],
        json!({
            "name": "a", "args": ["80"], "env": [{"name": "E", "value": "true"}],
            "securityContext": {"runAsUser": 7, "privileged": true},
            "ports": [{"containerPort": 80}], "readinessProbe": {"tcpSocket": {"port": 80}},
            "resources": {"limits": {"cpu": "1", "memory": "7"}},
        })
    );
    assert_eq!(rendered.volumes[0]["csi"]["volumeAttributes"]["a"], "80");
    assert_eq!(rendered.annotations["port"], "80");
}

#[test]
fn every_built_in_profile_is_without_errors() {
    for (name, text) in crate::profile::builtin::ALL {
        let tree = crate::text::yaml::parse_yaml(text).unwrap();
        let profile = load(tree.view(tree.root().unwrap()));
        assert_eq!(profile.unwrap().name, *name);
    }
}

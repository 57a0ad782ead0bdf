//! What a whole profile is loaded as. Errors are in `mistakes`, types in `types`.

use serde_json::{Value, json};

use super::*;
use crate::profile::slot::Slot;
use crate::profile::{Addition, Bounds, Parameter, ParameterType, Placement, Presence, Template};

mod mistakes;
mod parameters;
mod schema;
mod templates;
mod types;

fn minimal() -> Value {
    json!({"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "p"}, "spec": {"policy": "OptOut", "labels": {"added": "yes"}}})
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
    assert_eq!((profile.native_sidecar, profile.placement), (NativeSidecar::Auto, Placements::default()));
    assert_eq!(profile.excluded_namespaces, ["kube-system", "kube-public", "kube-node-lease"]);
    assert!(profile.skip.is_empty() && profile.namespace_selector.is_none());
    assert_eq!(profile.targets, Targets::Containers);
}

/// A profile with every field.
fn full() -> Profile {
    load(&with(&json!({
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
        "redirectedPorts": {"include": "*", "exclude": "{{ port }},22"},
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
        "application": {"targets": ["web"], "env": [{"name": "A", "value": "{{ port }}"}], "envFrom": [{"secretRef": {"name": "s"}}], "volumeMounts": [{"name": "v", "mountPath": "/v"}]},
    })))
    .unwrap()
}

#[test]
fn every_field_that_decides_arrives() {
    let profile = full();
    assert_eq!((profile.on_error, profile.on_ineligible), (OnError::Skip, OnIneligible::Deny));
    assert_eq!((profile.policy, profile.native_sidecar), (Policy::OptIn, NativeSidecar::Always));
    assert_eq!(profile.skip, [Rule::HostNetwork, Rule::Windows, Rule::ForeignSidecar]);
    assert!(profile.excluded_namespaces.is_empty());
    let operators: Vec<Operator> = profile.namespace_selector.unwrap().0.iter().map(|one| one.operator).collect();
    assert_eq!(operators, [Operator::In, Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist]);
    assert_eq!(profile.object_selector, Some(Selector(Vec::new())));
    assert_eq!(profile.namespace_switch.unwrap().label.as_deref(), Some("proxy"));
    assert_eq!(profile.already_injected.len(), 2);
    assert_eq!(profile.template_paths[0].to_string(), "Rollout.argoproj.io=/spec/template");
    let before = Some(Placement::Before("web".into()));
    assert_eq!(profile.placement, Placements { init_containers: None, containers: before });
}

#[test]
fn every_field_that_adds_arrives_and_parameters_are_known_by_index() {
    let profile = full();
    let names: Vec<_> = profile.parameters.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["user", "capture", "level", "port"]);
    assert_eq!(
        profile.parameters[2],
        Parameter {
            name: "level".into(),
            ty: ParameterType::Enum(vec!["info".into(), "debug".into()]),
            description: String::new(),
            default: Some(json!("info")),
            computed: None,
            presence: Presence::Given,
            from: Vec::new(),
            annotations: Vec::new(),
            annotation_prefix: None,
            bounds: Bounds::default(),
            inherit: crate::profile::Inherit::Nothing,
            set: crate::profile::Known::default(),
        }
    );
    let scalars = |template: &Template| -> Vec<(String, Vec<usize>)> {
        template.scalars_with_variables().into_iter().map(|(scalar, used)| (scalar.at.to_string(), used)).collect()
    };
    let reserved = profile.reserved_user.as_ref().unwrap();
    assert_eq!(scalars(&reserved.id), [("/spec/reservedUser/id".to_owned(), vec![0])]);
    let redirected = profile.redirected_ports.as_ref().unwrap();
    assert_eq!(redirected.include, Template::Literal(json!("*")));
    let exclude = redirected.exclude.as_ref().unwrap();
    assert_eq!(scalars(exclude), [("/spec/redirectedPorts/exclude".to_owned(), vec![3])]);
    assert_eq!(profile.names(Slot::InitContainers).collect::<Vec<_>>(), ["setup"]);
    assert_eq!(
        scalars(&profile.added[Slot::Containers][0].template),
        [("/spec/containers/0/args/0".to_owned(), vec![2]), ("/spec/containers/0/args/1".to_owned(), vec![])]
    );
    assert_eq!(
        scalars(&profile.added[Slot::Annotations][0].template),
        [("/spec/annotations/example.com~1port".to_owned(), vec![3])]
    );
    assert_eq!(
        profile.added[Slot::Labels],
        [Addition::new(Some("sidecar".to_owned()), Template::Literal(json!("true")))]
    );
    assert_eq!(profile.targets, Targets::Named(vec!["web".into()]));
    assert!(Slot::ALL.into_iter().all(|slot| profile.added[slot].len() == 1));
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
fn a_parameter_that_nothing_uses_is_no_error_and_a_misread_one_is_told_once() {
    assert!(load(&with(&json!({"parameters": [{"name": "a", "type": "string"}]}))).is_ok());
    let spec = json!({"parameters": [{"name": "a", "type": "strin"}], "annotations": {"b": "{{ a }}"}});
    assert_eq!(told(&with(&spec)).len(), 1);
}

#[test]
fn every_built_in_profile_is_without_errors() {
    for builtin in crate::profile::builtin::ALL {
        let tree = crate::text::yaml::parse_yaml(builtin.text).unwrap();
        let profile = load(tree.view(tree.root().unwrap()));
        assert_eq!(profile.unwrap().name, builtin.name);
    }
}

#[test]
fn what_is_wrong_in_the_pod_is_told_at_its_place() {
    for (pod, expected) in [
        (
            json!({"shareProcessNamespace": true}),
            "/spec/pod/shareProcessNamespace: expected an object with `value`, found a boolean",
        ),
        (
            json!({"shareProcessNamespaces": {"value": true}}),
            "/spec/pod/shareProcessNamespaces: unknown field `shareProcessNamespaces`",
        ),
        (json!({"hostNetwork": {"value": true}}), "/spec/pod/hostNetwork: unknown field `hostNetwork`"),
        (json!({"dnsPolicy": {}}), "/spec/pod/dnsPolicy: field `value` is missing"),
        (json!({"dnsPolicy": {"value": 1}}), "/spec/pod/dnsPolicy/value: expected a string, found a number `1`"),
        (
            json!({"dnsPolicy": {"value": "None", "onConflict": "Max"}}),
            "/spec/pod/dnsPolicy/onConflict: `Max` is not one of `Keep`, `Reject`",
        ),
        (
            json!({"dnsConfig": {"value": {"nameserver": []}}}),
            "/spec/pod/dnsConfig/value/nameserver: unknown field `nameserver`",
        ),
        (json!({"dnsConfig": {"nameservers": []}}), "/spec/pod/dnsConfig/nameservers: unknown field `nameservers`"),
        (
            json!({"terminationGracePeriodSeconds": {"value": "{{ nothing }}"}}),
            "/spec/pod/terminationGracePeriodSeconds/value: unknown parameter `nothing`",
        ),
        (
            json!({"securityContext": {"fsgroup": {"value": 1}}}),
            "/spec/pod/securityContext/fsgroup: unknown field `fsgroup`",
        ),
        (
            json!({"securityContext": {"fsGroup": {"value": 1, "when": "1"}}}),
            "/spec/pod/securityContext/fsGroup/when: the expression gives an integer, and this must be `true` or `false`",
        ),
        (json!({"hostAliases": {"ip": "1.1.1.1"}}), "/spec/pod/hostAliases/ip: unknown field `ip`"),
        (json!({"hostAliases": [{"ips": "1.1.1.1"}]}), "/spec/pod/hostAliases/0/ips: unknown field `ips`"),
        (
            json!({"tolerations": {"value": [], "onConflict": "Max"}}),
            "/spec/pod/tolerations/onConflict: `Max` is not one of `Keep`, `Reject`",
        ),
        (json!({"nodeSelector": [{"disk": "ssd"}]}), "/spec/pod/nodeSelector: expected an object, found a list"),
        (json!({"nodeSelector": {"disk": 1}}), "/spec/pod/nodeSelector/disk: expected a string, found a number `1`"),
    ] {
        let errors = load(&with(&json!({"pod": pod}))).unwrap_err();
        let told: Vec<String> = errors.iter().map(|error| format!("{}: {error}", error.at)).collect();
        assert!(told[0].starts_with(expected), "{told:?}, and not {expected}");
    }
    // A key of a map may be any word.
    assert!(load(&with(&json!({"pod": {"nodeSelector": {"value": "a", "when": "b"}}}))).is_ok());
}

//! The law: what `install` prints never leaves out a pod that `plan` would inject, or that the profile has denied. Over
//! generated profiles, namespaces and pods.

use std::cell::Cell;
use std::collections::BTreeMap;

use injector::internals::decide::detail::Detail;
use injector::internals::decide::facts::{
    AccountsOfNamespace, Facts, Fragment, Known, Namespace, NamespaceGate, Operation,
};
use injector::internals::decide::inject::{self, Answer, Outdated, Renderings, Request, Verdict};
use injector::internals::install;
use injector::internals::kube::selector::{Operator, Requirement, Selector};
use injector::internals::kube::version::KubernetesVersion;
use injector::internals::kube::workload::identify;
use injector::internals::profile::Profile;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::{collection, option};
use serde_json::{Map, Value, json};

use super::read;
use super::selection::{profile, webhook};
use crate::laws::generated::runner;

const OWN: &str = "injector-system";
const NAME: &str = "kubernetes.io/metadata.name";

fn selector() -> impl Strategy<Value = Value> {
    let key = select(vec!["team", "steer", NAME]);
    let values = subsequence(vec!["a", "off", "shop", ""], 1..=3);
    let requirement =
        (key, select(vec!["In", "NotIn", "Exists", "DoesNotExist"]), values).prop_map(|(key, operator, values)| {
            match operator {
                "In" | "NotIn" => json!({"key": key, "operator": operator, "values": values}),
                _ => json!({"key": key, "operator": operator}),
            }
        });
    // Mostly one that something matches.
    collection::vec(requirement, 0..=2).prop_map(|list| json!({"matchExpressions": list}))
}

fn switch() -> impl Strategy<Value = Value> {
    let keys = select(vec![(true, false), (false, true), (true, true)]);
    let values = select(vec![
        (vec!["on"], vec!["off"]),
        (vec!["on"], vec!["off", "b c"]),
        (vec![], vec!["off", "b c"]),
        (vec!["on"], vec![]),
    ]);
    (keys, values).prop_map(|((annotation, label), (inject, skip))| {
        let mut switch = json!({"inject": inject, "skip": skip});
        for (member, named) in [("annotation", annotation), ("label", label)] {
            if named {
                switch[member] = "steer".into();
            }
        }
        switch
    })
}

fn profiles() -> impl Strategy<Value = Value> {
    (
        select(vec!["OptOut", "OptIn"]),
        select(vec!["Allow", "Deny"]),
        subsequence(vec!["host-network", "windows", "foreign-sidecar"], 0..=3),
        option::of(subsequence(vec!["kube-system", "shop"], 0..=2)),
        option::of(selector()),
        option::of(selector()),
        option::of(switch()),
        option::of(switch()),
    )
        .prop_map(|(policy, denies, skip, excluded, namespaces, objects, pod, namespace)| {
            let mut spec = json!({"policy": policy, "onIneligible": denies, "skip": skip,
                "alreadyInjected": [{"name": "*theirs*"}]});
            for (member, value) in [
                ("excludedNamespaces", excluded.map(|names| json!(names))),
                ("namespaceSelector", namespaces),
                ("objectSelector", objects),
                ("podSwitch", pod),
                ("namespaceSwitch", namespace),
            ] {
                if let Some(value) = value {
                    spec[member] = value;
                }
            }
            profile(&spec)
        })
}

type Strings = BTreeMap<String, String>;

fn strings(keys: &[&'static str], values: &[&'static str]) -> impl Strategy<Value = Strings> {
    let entry = (select(keys.to_vec()), select(values.to_vec()));
    collection::vec(entry, 0..=2)
        .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

fn namespaces() -> impl Strategy<Value = Namespace> {
    (
        select(vec!["shop", "prod", "prod", "kube-system", OWN]),
        strings(&["team", "steer"], &["a", "off", "on", "", "other"]),
        strings(&["steer"], &["on", "off", "other"]),
    )
        .prop_map(|(name, mut labels, annotations)| {
            labels.insert(NAME.to_owned(), name.to_owned());
            Namespace { name: name.to_owned(), labels: Known::Yes(labels), annotations: Known::Yes(annotations) }
        })
}

fn pods() -> impl Strategy<Value = Value> {
    let pod = |(labels, annotations, network, os, node, containers): (
        _,
        _,
        Option<bool>,
        Option<&str>,
        Strings,
        Vec<&str>,
    )| {
        let mut spec = Map::new();
        spec.insert("containers".into(), containers.iter().map(|name| json!({"name": name, "image": "i:1"})).collect());
        if let Some(network) = network {
            spec.insert("hostNetwork".into(), network.into());
        }
        if let Some(os) = os {
            spec.insert("os".into(), json!({"name": os}));
        }
        if !node.is_empty() {
            spec.insert("nodeSelector".into(), json!(node));
        }
        let mut metadata = json!({"name": "web"});
        for (member, values) in [("labels", labels), ("annotations", annotations)] as [(&str, Strings); 2] {
            if !values.is_empty() {
                metadata[member] = json!(values);
            }
        }
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    };
    (
        strings(&["team", "steer"], &["a", "off", "on", "shop"]),
        strings(&["steer", "steer", "steer", "kubernetes.io/config.mirror"], &["on", "off", "other"]),
        option::of(any::<bool>()),
        option::of(select(vec!["linux", "windows"])),
        strings(&["kubernetes.io/os", "beta.kubernetes.io/os", "disk"], &["linux", "windows"]),
        select(vec![vec!["app"], vec!["app"], vec!["app", "side"], vec!["theirs", "app"], vec!["istio-proxy"]]),
    )
        .prop_map(pod)
}

/// A printed selector, for our own evaluation.
fn read_selector(printed: &Value) -> Selector {
    let none = Vec::new();
    let list = printed.get("matchExpressions").map_or(&none, |list| list.as_array().unwrap());
    let requirement = |expression: &Value| Requirement {
        key: expression["key"].as_str().unwrap().to_owned(),
        operator: match expression["operator"].as_str().unwrap() {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            other => panic!("{other}"),
        },
        values: expression
            .get("values")
            .map(|values| serde_json::from_value(values.clone()).unwrap())
            .unwrap_or_default(),
    };
    Selector(list.iter().map(requirement).collect())
}

fn matches(selector: &Selector, labels: &BTreeMap<String, String>) -> bool {
    selector.0.iter().all(|requirement| requirement.holds(labels.get(&requirement.key).map(String::as_str)))
}

/// What an API server makes of an expression. One that is not known here has to be thought about first.
fn holds(expression: &str, pod: &Value) -> bool {
    let (metadata, spec) = (&pod["metadata"], &pod["spec"]);
    let recorded = "has(object.metadata.annotations) && 'sidecar-injector/status' in object.metadata.annotations || (";
    if let Some(rest) = expression.strip_prefix(recorded) {
        return metadata["annotations"].get("sidecar-injector/status").is_some()
            || holds(rest.strip_suffix(')').unwrap(), pod);
    }
    match expression {
        "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)" => {
            metadata["annotations"].get("kubernetes.io/config.mirror").is_none()
        }
        "!has(object.spec.hostNetwork) || !object.spec.hostNetwork" => spec["hostNetwork"] != true,
        "(!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || \
         ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || \
         object.spec.nodeSelector[label] != 'windows'))" => {
            spec["os"]["name"] != "windows"
                && ["kubernetes.io/os", "beta.kubernetes.io/os"]
                    .iter()
                    .all(|label| spec["nodeSelector"][label] != "windows")
        }
        other => asks(other, metadata).unwrap_or_else(|| panic!("no equivalent of {other}")),
    }
}

/// The condition of a profile that injects only pods that say so.
fn asks(expression: &str, metadata: &Value) -> Option<bool> {
    let (member, rest) = expression.strip_prefix("has(object.metadata.")?.split_once(") && '")?;
    let (key, rest) = rest.split_once("' in object.metadata.")?;
    let (says, absent) = rest.strip_prefix(member)?.strip_prefix(" ? ")?.split_once(" : (")?;
    let absent = absent.strip_suffix(')')?;
    match (metadata[member][key].as_str(), says) {
        (None, _) if absent == "false" => Some(false),
        (None, _) => asks(absent, metadata),
        (Some(_), "true") => Some(true),
        (Some(value), _) => {
            let opt_out = says.strip_prefix(&format!("!(object.metadata.{member}['{key}'] in "))?.strip_suffix(')')?;
            let opt_out: Vec<String> = serde_json::from_str(opt_out).ok()?;
            Some(!opt_out.contains(&value.to_owned()))
        }
    }
}

fn passes(webhook: &Value, namespace: &Namespace, pod: &Value) -> bool {
    let Known::Yes(labels) = &namespace.labels else { panic!("known here") };
    let pod_labels = pod["metadata"].get("labels").map(|labels| serde_json::from_value(labels.clone()).unwrap());
    let none = Vec::new();
    let conditions = webhook.get("matchConditions").map_or(&none, |list| list.as_array().unwrap());
    matches(&read_selector(&webhook["namespaceSelector"]), labels)
        && matches(&read_selector(&webhook["objectSelector"]), &pod_labels.unwrap_or_default())
        && conditions.iter().all(|condition| holds(condition["expression"].as_str().unwrap(), pod))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planned {
    Injected,
    Denied,
    Neither,
}

fn planned(profile: &Profile, namespace: &Namespace, namespace_gate: NamespaceGate, pod: &Value) -> Planned {
    let facts = Facts {
        operation: Operation::Create,
        namespace: namespace.clone(),
        service_accounts: AccountsOfNamespace::default(),
        namespace_gate,
        kubernetes_version: KubernetesVersion::NEWEST,
        fragment: Fragment::No,
    };
    let request = Request {
        profiles: std::slice::from_ref(profile),
        set: &BTreeMap::new(),
        template_paths: &[],
        outdated: Outdated::Keep,
        renderings: &Renderings::default(),
        detail: Detail::All,
    };
    let identity = identify(pod).expect("a pod");
    match &inject::plan(&identity, pod, &facts, &request).steps[0].verdict {
        Verdict::Injected(_) => Planned::Injected,
        Verdict::Skipped { answer: Answer::Deny, .. } => Planned::Denied,
        _ => Planned::Neither,
    }
}

/// Where the profile never acts, whatever the pod: there nobody is asked.
fn out_of_reach(profile: &Profile, namespace: &Namespace) -> bool {
    let Known::Yes(labels) = &namespace.labels else { panic!("known here") };
    profile.excluded_namespaces.contains(&namespace.name)
        || profile.namespace_selector.as_ref().is_some_and(|selector| !matches(selector, labels))
}

#[test]
fn nothing_that_would_be_injected_or_denied_is_left_out() {
    let counts = [(); 3].map(|()| Cell::new(0));
    let [injected, denied, left_out] = &counts;
    let count = |cell: &Cell<u32>| cell.set(cell.get() + 1);
    let law = |(document, namespace, pod): (Value, Namespace, Value)| {
        let (profile, webhook) = (read(&document), webhook(&document));
        let passes = passes(&webhook, &namespace, &pod);
        if !passes {
            count(left_out);
        }
        if namespace.name == OWN {
            prop_assert!(!passes, "its own namespace is left out");
            return Ok(());
        }
        match planned(&profile, &namespace, NamespaceGate::Open, &pod) {
            Planned::Injected => {
                count(injected);
                prop_assert!(passes, "would be injected");
            }
            Planned::Denied if !out_of_reach(&profile, &namespace) => {
                count(denied);
                prop_assert!(passes, "would be denied");
            }
            Planned::Denied | Planned::Neither => {}
        }
        Ok(())
    };
    runner(4000).run(&(profiles(), namespaces(), pods()), law).unwrap_or_else(|error| panic!("{error}"));
    for (cell, what) in [(injected, "injected"), (denied, "denied"), (left_out, "left out")] {
        assert!(cell.get() > 50, "only {} were {what}", cell.get());
    }
}

/// A profile that is said to need no watch decides about every pod that reaches the webhook as if the namespace were known.
#[test]
fn a_profile_that_needs_no_watch_misses_nothing_without_one() {
    let counts = [(); 2].map(|()| Cell::new(0));
    let [injected, neither] = &counts;
    let law = |(document, namespace, pod): (Value, Namespace, Value)| {
        let (profile, webhook) = (read(&document), webhook(&document));
        if install::needs_watch(&profile) || !passes(&webhook, &namespace, &pod) {
            return Ok(());
        }
        let known = planned(&profile, &namespace, NamespaceGate::Open, &pod);
        let unknown = Namespace { name: namespace.name, ..Namespace::default() };
        prop_assert_eq!(planned(&profile, &unknown, NamespaceGate::Matched, &pod), known);
        let cell = if known == Planned::Injected { injected } else { neither };
        cell.set(cell.get() + 1);
        Ok(())
    };
    runner(4000).run(&(profiles(), namespaces(), pods()), law).unwrap_or_else(|error| panic!("{error}"));
    for (cell, what) in [(injected, "injected"), (neither, "not injected")] {
        assert!(cell.get() > 50, "only {} were {what}", cell.get());
    }
}

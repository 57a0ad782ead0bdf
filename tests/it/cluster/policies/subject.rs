//! A profile under test: what it is, a pod that it is injected into, the namespaces to try, and what it adds.

use injector::internals::profile::builtin::{self, Group};
use serde_json::{Value, json};

use super::{is_thorough, values};
use crate::docs::profiles::{example, flags};
use crate::support::injector;

/// The annotation in which the record is.
pub(super) const RECORD: &str = "sidecar-injector/status";

/// A profile with all that a battery needs to know of it.
pub(super) struct Subject {
    /// Its name.
    pub(super) name: String,
    /// What `-p` takes: its name or its file.
    pub(super) given: String,
    /// `--set=…`, as `install`, `serve` and `inject` take it.
    pub(super) settings: Vec<String>,
    /// The `spec` of the profile.
    pub(super) spec: Value,
    /// A pod that it is injected into, in the first of the namespaces.
    pub(super) base: Value,
    /// The metadata of the namespaces: the first is one whose pods are injected.
    pub(super) namespaces: Vec<(&'static str, Value)>,
    /// What the names of its namespaces begin with: two scenarios have none in common.
    scenario: &'static str,
    least: usize,
}

/// How many pods a run tries of each built-in profile.
pub(super) const LEAST: usize = 80;

/// The same of a profile of a file.
const OF_FILE: usize = 50;

/// The same of a profile that is tried for one thing alone.
const FEW: usize = 20;

impl Subject {
    /// A run tries one pod in so many of these.
    pub(super) fn step(&self, rows: usize) -> usize {
        if is_thorough() { 1 } else { (rows / self.least).max(1) }
    }

    /// The same with few pods.
    pub(super) fn sparse(self) -> Self {
        Self { least: FEW, ..self }
    }

    /// Whether it comes with the program.
    pub(super) fn is_builtin(&self) -> bool {
        self.given == self.name
    }

    /// A built-in profile, with the pod of its page's example.
    pub(super) fn builtin(name: &str) -> Self {
        let settings: Vec<String> = flags(name).chunks(2).map(|flag| format!("--set={}", flag[1])).collect();
        let builtin = builtin::ALL.iter().find(|known| known.name == name).unwrap();
        let (pod, namespace) =
            if builtin.group == Group::Basic { (plain(), json!({})) } else { of_example(&example(name).0) };
        Self::new(name, settings, builtin.text, (pod, namespace))
    }

    /// A profile of a file, with a plain pod.
    pub(super) fn file(path: &str) -> Self {
        Self::at(&format!("{}/testdata/{path}", env!("CARGO_MANIFEST_DIR")))
    }

    /// The same with its whole path.
    pub(super) fn at(path: &str) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        Self::new(path, Vec::new(), &text, (plain(), json!({})))
    }

    fn new(given: &str, settings: Vec<String>, text: &str, (mut pod, mut namespace): (Value, Value)) -> Self {
        let mut document: Value = serde_yaml::from_str(text).unwrap();
        let (name, spec) = (document["metadata"]["name"].as_str().unwrap().to_owned(), document["spec"].take());
        // As the admission of ServiceAccounts does, which may be off.
        pod["spec"]["serviceAccountName"] = json!("default");
        pod["metadata"].as_object_mut().unwrap().remove("namespace");
        meet(&spec["objectSelector"], &mut pod["metadata"]);
        meet(&spec["namespaceSelector"], &mut namespace);
        opt_in(&spec, &mut pod["metadata"]);
        let namespaces = namespaces(&spec, &namespace);
        Self {
            name,
            given: given.to_owned(),
            settings,
            spec,
            base: pod,
            namespaces,
            scenario: "policies",
            least: if given.ends_with(".yaml") { OF_FILE } else { LEAST },
        }
    }

    /// The same for another scenario on the same control plane.
    pub(super) fn within(self, scenario: &'static str) -> Self {
        Self { scenario, ..self }
    }

    /// `COMMAND -p PROFILE --set=…`.
    pub(super) fn command<'a>(&'a self, command: &[&'a str]) -> Vec<&'a str> {
        let mut arguments = command.to_vec();
        arguments.extend(["-p", &self.given]);
        arguments.extend(self.settings.iter().map(String::as_str));
        arguments
    }

    /// A name of its own in the cluster: a profile of a file may be called as a built-in one.
    pub(super) fn place(&self) -> String {
        let of_file = if self.is_builtin() { "" } else { "file-" };
        format!("{}-of-{of_file}{}", self.scenario, self.name)
    }

    /// The name of one of its namespaces in the cluster.
    pub(super) fn namespace(&self, variant: &str) -> String {
        format!("{}-{variant}", self.place())
    }

    /// A namespace as it is known to the command line.
    pub(super) fn namespace_object(&self, variant: &str) -> Value {
        let mut metadata = self.namespaces.iter().find(|(known, _)| *known == variant).unwrap().1.clone();
        let name = self.namespace(variant);
        metadata["labels"]["kubernetes.io/metadata.name"] = json!(name);
        metadata["name"] = json!(name);
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    }

    /// The name of the base pod's first container.
    pub(super) fn application(&self) -> &str {
        self.base["spec"]["containers"][0]["name"].as_str().unwrap()
    }

    /// The base pod as the command line injects it.
    pub(super) fn injected(&self) -> Value {
        let (variant, _) = self.namespaces[0];
        let mut pod = self.base.clone();
        pod["metadata"]["namespace"] = json!(self.namespace(variant));
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [self.namespace_object(variant), pod]});
        let ran = injector(self.command(&["inject"])).stdin(list.to_string()).succeeds();
        let mut list: Value = serde_json::from_str(&ran.stdout).unwrap();
        let pod = list["items"][1].take();
        assert!(pod["metadata"]["annotations"][RECORD].is_string(), "{}: {}", self.name, ran.stderr);
        pod
    }
}

/// A pod without anything.
fn plain() -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "base"}, "spec": {"containers": [
        {"name": "app", "image": "app:1", "ports": [{"containerPort": 8080}]}]}})
}

/// The pod of an example's only workload, and the metadata of its namespace where the example has one.
fn of_example(text: &str) -> (Value, Value) {
    use serde::Deserialize as _;
    let documents: Vec<Value> =
        serde_yaml::Deserializer::from_str(text).map(|one| Value::deserialize(one).unwrap()).collect();
    let find = |is: bool| documents.iter().find(|one| (one["kind"] == "Namespace") == is).cloned();
    let mut template = find(false).unwrap()["spec"]["template"].take();
    template["apiVersion"] = json!("v1");
    template["kind"] = json!("Pod");
    template["metadata"]["name"] = json!("base");
    let mut namespace = find(true).map(|mut namespace| namespace["metadata"].take()).unwrap_or_else(|| json!({}));
    namespace.as_object_mut().unwrap().remove("name");
    (template, namespace)
}

/// Gives metadata the labels that a selector asks for.
fn meet(selector: &Value, metadata: &mut Value) {
    for (key, value) in selector["matchLabels"].as_object().into_iter().flatten() {
        metadata["labels"][key] = value.clone();
    }
    for requirement in selector["matchExpressions"].as_array().into_iter().flatten() {
        if let (Some(key), Some(value)) = (requirement["key"].as_str(), requirement["values"].get(0))
            && requirement["operator"] == "In"
        {
            metadata["labels"][key] = value.clone();
        }
    }
}

/// What a switch is called, and what it may say.
pub(super) struct Switch {
    /// `annotations` or `labels`.
    pub(super) list: &'static str,
    pub(super) key: String,
    pub(super) inject: Vec<String>,
    pub(super) skip: Vec<String>,
}

/// The keys of a switch of the profile.
pub(super) fn switches(switch: &Value) -> Vec<Switch> {
    let words = |field: &str| -> Vec<String> {
        switch[field].as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let of = |list: &'static str, field: &str| {
        let key = switch[field].as_str()?.to_owned();
        Some(Switch { list, key, inject: words("inject"), skip: words("skip") })
    };
    [of("annotations", "annotation"), of("labels", "label")].into_iter().flatten().collect()
}

/// Makes a pod opt in where its profile waits for that, and nothing does so yet.
fn opt_in(spec: &Value, metadata: &mut Value) {
    if spec["policy"] != "OptIn" {
        return;
    }
    if let Some(switch) = switches(&spec["podSwitch"]).first()
        && metadata[switch.list][&switch.key].is_null()
    {
        metadata[switch.list][&switch.key] = json!(switch.inject[0]);
    }
}

/// The namespace whose pods are injected, and those that say something else.
fn namespaces(spec: &Value, base: &Value) -> Vec<(&'static str, Value)> {
    let mut namespaces = vec![("on", base.clone()), ("bare", json!({}))];
    let switches = switches(&spec["namespaceSwitch"]);
    let with = |says: &[(&Switch, &str)]| {
        let mut metadata = base.clone();
        for (switch, value) in says {
            metadata[switch.list][&switch.key] = json!(value);
        }
        metadata
    };
    if let Some(first) = switches.first() {
        let (yes, no) = (first.inject[0].as_str(), first.skip[0].as_str());
        let typo = format!("{no}x");
        namespaces.extend([
            ("in", with(&[(first, yes)])),
            ("out", with(&[(first, no)])),
            ("typo", with(&[(first, &typo)])),
        ]);
        if let Some(second) = switches.get(1) {
            namespaces.extend([
                ("second-out", with(&[(second, no)])),
                ("first-wins", with(&[(first, yes), (second, no)])),
                ("typo-out", with(&[(first, &typo), (second, no)])),
            ]);
        }
    }
    if !spec["namespaceSelector"].is_null() {
        let mut metadata = json!({});
        for (key, value) in spec["namespaceSelector"]["matchLabels"].as_object().into_iter().flatten() {
            metadata["labels"][key] = json!(value.as_str().unwrap_or_default().to_uppercase());
        }
        namespaces.push(("other-label", metadata));
    }
    let parameters = spec["parameters"].as_array().into_iter().flatten();
    let inheriting: Vec<&Value> = parameters.filter(|parameter| parameter["inherit"] == "Namespace").collect();
    if !inheriting.is_empty() {
        for (name, index) in [("inherits", 0), ("inherits-bad", 1)] {
            let mut metadata = base.clone();
            for parameter in &inheriting {
                metadata["annotations"][&values::keys(parameter)[0]] = json!(values::values_of(parameter)[index]);
            }
            namespaces.push((name, metadata));
        }
    }
    namespaces
}

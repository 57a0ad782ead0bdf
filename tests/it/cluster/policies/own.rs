//! Pods that have already, or have otherwise, what a profile adds. All of it is taken from what the profile makes of its own pod.

use serde_json::{Value, json};

use super::rows::{APPLICATION, Row, row};
use super::subject::{RECORD, Subject};

/// What a profile added to its subject's pod.
pub(super) struct Added<'a> {
    subject: &'a Subject,
    injected: &'a Value,
    entry: Value,
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The record of another profile, with these members.
fn agents(members: &Value) -> String {
    let mut text = r#"[{"profile":"another","version":"1","hash":"h""#.to_owned();
    for (name, member) in members.as_object().unwrap() {
        text += &format!(",{}:{member}", json!(name));
    }
    text + "}]"
}

/// An object with a value at a place.
fn nested(place: &str, value: &Value) -> Value {
    place
        .split('/')
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .fold(value.clone(), |inner, name| json!({name: inner}))
}

/// Values that a pod may have where ours goes.
fn values_beside(ours: &str) -> Vec<(&'static str, String)> {
    let mut values = vec![("same", ours.to_owned()), ("other", "other".to_owned()), ("empty", String::new())];
    let around = [("", ","), (",", ""), (", ", ", "), ("x", ""), ("", "; y"), ("a;", ";b"), (" ", " "), ("", "-")];
    values.extend(around.map(|(before, behind)| ("around", format!("{before}{ours}{behind}"))));
    values.push(("odd", "a\"b\\c\n\td\r\u{1}\u{8}\u{c}\u{1f}\u{7f}é😀".to_owned()));
    values.push(("long", "x\"".repeat(4000)));
    values.push(("too-long", "x".repeat(20_000)));
    values
}

impl<'a> Added<'a> {
    pub(super) fn new(subject: &'a Subject, injected: &'a Value) -> Self {
        let record = injected["metadata"]["annotations"][RECORD].as_str().unwrap();
        let record: Value = serde_json::from_str(record).unwrap();
        Self { subject, injected, entry: record[0].clone() }
    }

    fn names(&self, list: &str) -> Vec<String> {
        items(&self.entry[list]).map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// The names of the containers, init containers among them.
    pub(super) fn containers(&self) -> Vec<String> {
        [self.names("initContainers"), self.names("containers")].concat()
    }

    fn items(&self, list: &str, names: &[String]) -> Vec<&Value> {
        let all = items(&self.injected["spec"][list]);
        all.filter(|item| names.iter().any(|name| item["name"] == json!(name))).collect()
    }

    fn row(&self, name: &str, change: &Value) -> Row {
        row(self.subject, name, change)
    }

    /// Pods with each of them.
    pub(super) fn rows(&self) -> Vec<Row> {
        let of_pod = [self.of_secrets(), self.of_fields(), self.of_lists()].concat();
        let of_lists = [self.of_containers(), self.of_ports(), self.of_volumes()].concat();
        [of_lists, self.of_metadata(), self.of_application(), of_pod].concat()
    }

    fn of_containers(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for name in self.containers() {
            let container = |more: Value| {
                let mut container = json!({"name": name});
                container.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                container
            };
            for (what, list, more) in [
                ("by-hand", "containers", json!({"image": "mine:1"})),
                ("by-hand-init", "initContainers", json!({"image": "mine:1"})),
                ("by-hand-native", "initContainers", json!({"image": "mine:1", "restartPolicy": "Always"})),
                ("auto", "containers", json!({"image": "auto"})),
                (
                    "auto-with-resources",
                    "containers",
                    json!({"image": "auto", "resources": {"requests": {"cpu": "1m"}}}),
                ),
                ("auto-init", "initContainers", json!({"image": "auto"})),
                ("without-image", "containers", json!({})),
            ] {
                rows.push(self.row(&format!("{what}-{name}"), &json!({"spec": {list: [container(more)]}})));
            }
            let twice = json!({"spec": {"containers": [container(json!({"image": "mine:1"}))], "initContainers": [container(json!({"image": "auto"}))]}});
            rows.push(self.row(&format!("twice-{name}"), &twice));
        }
        rows
    }

    fn of_ports(&self) -> Vec<Row> {
        let names = self.containers();
        let all = [self.items("containers", &names), self.items("initContainers", &names)].concat();
        let mut rows = Vec::new();
        for port in all.iter().flat_map(|container| items(&container["ports"])) {
            let number = &port["containerPort"];
            let taken = |protocol: &str| json!([{"containerPort": number, "protocol": protocol}]);
            for protocol in ["TCP", "UDP"] {
                let change = json!({"spec": {"containers": [{"name": APPLICATION, "ports": taken(protocol)}]}});
                rows.push(self.row(&format!("port-{number}-{protocol}"), &change));
            }
            let second = json!({"name": "second", "image": "s:1", "ports": taken("TCP")});
            rows.push(self.row(&format!("port-{number}-of-a-second"), &json!({"spec": {"containers": [second]}})));
            let native = json!({"name": "second", "image": "s:1", "restartPolicy": "Always", "ports": taken("TCP")});
            rows.push(self.row(&format!("port-{number}-of-a-native"), &json!({"spec": {"initContainers": [native]}})));
            let init = json!({"name": "second", "image": "s:1", "ports": taken("TCP")});
            rows.push(self.row(&format!("port-{number}-of-an-init"), &json!({"spec": {"initContainers": [init]}})));
            let host = json!([{"containerPort": 1, "hostPort": number}]);
            let host = json!({"spec": {"containers": [{"name": APPLICATION, "ports": host}]}});
            rows.push(self.row(&format!("port-{number}-of-the-host"), &host));
        }
        rows
    }

    fn of_volumes(&self) -> Vec<Row> {
        let names = self.names("volumes");
        let mut rows = Vec::new();
        for volume in self.items("volumes", &names) {
            let name = volume["name"].as_str().unwrap();
            let others = [
                ("same", volume.clone()),
                ("empty", json!({"name": name, "emptyDir": {}})),
                ("sized", json!({"name": name, "emptyDir": {"sizeLimit": "1Gi"}})),
                ("map", json!({"name": name, "configMap": {"name": "mine"}})),
            ];
            for (what, other) in others {
                rows.push(self.row(&format!("volume-{what}-{name}"), &json!({"spec": {"volumes": [other]}})));
            }
        }
        rows
    }

    fn of_metadata(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for list in ["annotations", "labels"] {
            for key in self.names(list) {
                let ours = self.injected["metadata"][list][&key].as_str().unwrap().to_owned();
                let mut row = |what: &str, value: &str, record: Option<Value>| {
                    let mut metadata = json!({list: {&key: value}});
                    if let Some(members) = record {
                        metadata["annotations"][RECORD] = json!(agents(&members));
                    }
                    let name = format!("{list}-{what}-{}", key.replace('/', "-"));
                    rows.push(self.row(&name, &json!({"metadata": metadata})));
                };
                for (what, value) in values_beside(&ours) {
                    row(what, &value, None);
                }
                let place = format!("/metadata/{list}/{}", key.replace('~', "~0").replace('/', "~1"));
                for (what, members) in [
                    ("named", json!({list: [&key]})),
                    ("replaced", json!({"replaced": {&place: "old"}})),
                    ("extended", json!({"edited": {&place: {"append": ours, "separator": ","}}})),
                    ("extended-otherwise", json!({"edited": {&place: {"prepend": "x"}}})),
                ] {
                    row(&format!("{what}-same"), &ours, Some(members.clone()));
                    row(&format!("{what}-other"), "other", Some(members.clone()));
                    row(&format!("{what}-with"), &format!("other,{ours}"), Some(members));
                }
            }
        }
        rows
    }

    /// Pull secrets.
    fn of_secrets(&self) -> Vec<Row> {
        let names = self.names("imagePullSecrets");
        let rows = names.iter().map(|name| {
            let change = json!({"spec": {"imagePullSecrets": [{"name": name}]}});
            [false, true].map(|is_anothers| {
                let mut change = change.clone();
                if is_anothers {
                    change["metadata"]["annotations"][RECORD] = json!(agents(&json!({"imagePullSecrets": [name]})));
                }
                self.row(&format!("secret-{name}"), &change)
            })
        });
        rows.flatten().collect()
    }

    /// Fields of the pod's spec.
    fn of_fields(&self) -> Vec<Row> {
        let replaced = self.entry["replaced"].as_object().into_iter().flatten().map(|(place, _)| place.clone());
        let places = items(&self.entry["fields"]).map(|place| place.as_str().unwrap().to_owned()).chain(replaced);
        let mut rows = Vec::new();
        for place in places.filter(|place| place.starts_with("/spec/") && !place.contains("ontainers/")) {
            let ours = self.injected.pointer(&place).cloned().unwrap_or_default();
            let other = match &ours {
                Value::Bool(is) => json!(!is),
                Value::Number(_) => json!(7),
                _ if place == "/spec/dnsPolicy" => json!("ClusterFirstWithHostNet"),
                _ if place == "/spec/priorityClassName" => json!("system-node-critical"),
                _ => json!("other"),
            };
            for (what, value) in [("same", &ours), ("other", &other)] {
                let name = format!("pod{}-{what}", place.replace('/', "-"));
                let change = nested(&place, value);
                rows.push(self.row(&name, &change));
                for members in [json!({"fields": [place]}), json!({"replaced": {&place: null}})] {
                    let mut change = change.clone();
                    change["metadata"]["annotations"][RECORD] = json!(agents(&members));
                    rows.push(self.row(&format!("{name}-of-another"), &change));
                }
            }
        }
        rows
    }

    /// Elements of lists of the pod's spec.
    fn of_lists(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (place, keys) in self.entry["pod"].as_object().into_iter().flatten() {
            let ours = self.injected.pointer(place).cloned().unwrap_or_default();
            let changes: Vec<Value> = match &ours {
                Value::Array(elements) => {
                    let other = |element: &Value| {
                        let mut other = element.clone();
                        let (member, value) = match place.as_str() {
                            "/spec/hostAliases" => ("hostnames", json!(["other"])),
                            _ => ("value", json!("2")),
                        };
                        other[member] = value;
                        other
                    };
                    elements.iter().flat_map(|element| [json!([element]), json!([other(element)])]).collect()
                }
                _ => {
                    vec![ours.clone(), ours.as_object().unwrap().keys().map(|key| (key.clone(), json!("x"))).collect()]
                }
            };
            for (index, change) in changes.iter().enumerate() {
                let name = format!("pod{}-{index}", place.replace('/', "-"));
                let mut change = nested(place, change);
                rows.push(self.row(&name, &change));
                change["metadata"]["annotations"][RECORD] = json!(agents(&json!({"pod": {place: keys}})));
                rows.push(self.row(&format!("{name}-of-another"), &change));
            }
        }
        rows
    }

    /// A variable whose value another profile has added, or to which that has added the same text.
    fn of_text(&self, name: &str, text: &str) -> Vec<Row> {
        let place = format!("/spec/containers/{}/env/{name}/value", self.subject.application());
        let mut records = vec![("listed", "", json!({"fields": [&place]}))];
        let edited = |separator: &str| json!({"edited": {&place: {"append": text, "separator": separator}}});
        records.extend([",", " "].map(|separator| ("extended", separator, edited(separator))));
        records.push(("extended", "", json!({"edited": {&place: {"append": text}}})));
        let mut rows = Vec::new();
        for (what, separator, members) in records {
            for value in [text.to_owned(), format!("other{separator}{text}"), "other".to_owned()] {
                let env = json!([{"name": name, "value": value}]);
                let mut change = json!({"spec": {"containers": [{"name": APPLICATION, "env": env}]}});
                change["metadata"]["annotations"][RECORD] = json!(agents(&members));
                rows.push(self.row(&format!("env-{what}-{name}"), &change));
            }
        }
        rows
    }

    /// Variables and mounts that the application's container got.
    fn of_application(&self) -> Vec<Row> {
        let application = self.subject.application();
        let find = |pod: &Value| {
            items(&pod["spec"]["containers"]).find(|one| one["name"] == application).cloned().unwrap_or_default()
        };
        let (before, after) = (find(&self.subject.base), find(self.injected));
        let new = |list: &str, key: &str| -> Vec<Value> {
            let was = |item: &Value| items(&before[list]).any(|known| known[key] == item[key]);
            items(&after[list]).filter(|item| !was(item)).cloned().collect()
        };
        let mut rows = Vec::new();
        let adds_text = self.subject.spec["application"].to_string().contains(r#""append""#);
        for variable in new("env", "name") {
            let name = variable["name"].as_str().unwrap();
            if let Some(value) = variable["value"].as_str().filter(|_| adds_text) {
                rows.extend(self.of_text(name, value));
            }
            let place = format!("/spec/containers/{application}/env/{name}");
            for (what, other) in [("same", variable.clone()), ("other", json!({"name": name, "value": "other"}))] {
                let mut change = json!({"spec": {"containers": [{"name": APPLICATION, "env": [other]}]}});
                rows.push(self.row(&format!("env-{what}-{name}"), &change));
                change["metadata"]["annotations"][RECORD] = json!(agents(&json!({"fields": [place]})));
                rows.push(self.row(&format!("env-{what}-{name}-of-another"), &change));
            }
        }
        for source in items(&after["envFrom"]).filter(|source| !items(&before["envFrom"]).any(|known| known == *source))
        {
            let kind = if source["configMapRef"].is_null() { "secretRef" } else { "configMapRef" };
            let mut other = source.clone();
            other[kind]["optional"] = json!(false);
            for (what, source) in [("same", source), ("other", &other)] {
                let name = format!("source-{what}-{}", source[kind]["name"].as_str().unwrap());
                let change = json!({"spec": {"containers": [{"name": APPLICATION, "envFrom": [source]}]}});
                rows.push(self.row(&name, &change));
            }
        }
        for mount in new("volumeMounts", "mountPath") {
            let path = mount["mountPath"].as_str().unwrap();
            let other = json!({"name": "mine", "mountPath": path});
            let mine = json!({"name": "mine", "emptyDir": {}});
            let ours = items(&self.injected["spec"]["volumes"]).find(|volume| volume["name"] == mount["name"]);
            let ours = ours.cloned().unwrap_or_else(|| mine.clone());
            for (what, volume, mount) in [("other", mine, other), ("same", ours, mount.clone())] {
                let containers = json!([{"name": APPLICATION, "volumeMounts": [mount]}]);
                let change = json!({"spec": {"volumes": [volume], "containers": containers}});
                rows.push(self.row(&format!("mount-{what}{}", path.replace('/', "-")), &change));
            }
        }
        rows
    }
}

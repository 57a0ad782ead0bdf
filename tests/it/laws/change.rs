//! What people, controllers and API servers do to an injected workload: a row a change. A change of the user's own parts is made
//! to the workload without its injection too, so that it is known what undoing has to give back.

use serde_json::{Map, Value, json};

pub(crate) const RECORD: &str = "sidecar-injector/status";

/// A source of choices: 0 once the bytes are used up.
pub(crate) struct Choices<'b>(pub(crate) &'b [u8]);

impl Choices<'_> {
    pub(crate) fn of(&mut self, choices: usize) -> usize {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*byte) % choices
    }
}

/// A container of the user's own.
struct Own<'n> {
    name: &'n str,
    is_only: bool,
}

impl Own<'_> {
    /// The container, where its image is its user's to change, and no profile's.
    fn with_image<'v>(&self, template: &'v mut Value) -> Option<&'v mut Value> {
        container(template, self.name).filter(|_| self.name != "every-sidecar")
    }
}

/// A change of the user's own part of a pod template.
type OwnChange = fn(&mut Value, &Own<'_>);

const OWN: &[OwnChange] = &[
    |template, _| push(template, "/spec/containers", json!({"name": "late", "image": "late:1"})),
    |template, _| {
        let late = json!({"name": "late", "image": "late:1", "env": null, "volumeMounts": []});
        push(template, "/spec/containers", late);
    },
    |template, _| {
        let env = json!([{"name": "LATE", "value": "$(EVERY_ENV)"}]);
        push(template, "/spec/containers", json!({"name": "late", "env": env, "image": "late:1"}));
    },
    |template, _| insert_first(template, "/spec/containers", json!({"name": "early", "image": "early:1"})),
    |template, _| push(template, "/spec/initContainers", json!({"name": "late-init", "image": "late:1"})),
    |template, _| insert_first(template, "/spec/initContainers", json!({"name": "early-init", "image": "early:1"})),
    |template, own| {
        if !own.is_only {
            remove(template, "/spec/containers", own.name);
        }
    },
    |template, own| set(own.with_image(template), "image", json!("other:2")),
    |template, own| push_in(container(template, own.name), "env", json!({"name": "OWN", "value": "own"})),
    |template, own| {
        push_in(container(template, own.name), "volumeMounts", json!({"name": "own", "mountPath": "/own"}));
        push(template, "/spec/volumes", json!({"name": "own", "emptyDir": {}}));
    },
    |template, own| set(container(template, own.name), "ports", json!([{"containerPort": 8090}])),
    |template, _| push(template, "/spec/volumes", json!({"name": "unused", "emptyDir": {}})),
    |template, _| push(template, "/spec/imagePullSecrets", json!({"name": "own"})),
    |template, _| set(template.get_mut("spec"), "hostNetwork", json!(true)),
    |template, _| set_in_metadata(template, "annotations", "example.com/own", "yes"),
    |template, _| set_in_metadata(template, "labels", "sidecar.me/inject", "false"),
    |template, _| set_in_metadata(template, "annotations", "proxy-injection", "disabled"),
    |template, _| set_in_metadata(template, "annotations", "sidecar-injector/inject", "false"),
    |template, _| defaults(template),
];

/// A change of what was injected: the template, an entry of its record, and a choice.
type InjectedChange = fn(&mut Value, &Value, usize);

const INJECTED: &[InjectedChange] = &[
    |template, entry, choice| set(sidecar(template, entry, choice), "image", json!("example.com/swapped:1")),
    |template, entry, choice| {
        set(sidecar(template, entry, choice), "securityContext", json!({"privileged": true}));
    },
    |template, entry, choice| set(sidecar(template, entry, choice), "args", json!(["--other"])),
    |template, entry, choice| {
        let member = ["args", "command", "env", "resources", "volumeMounts"][choice % 5];
        if let Some(sidecar) = sidecar(template, entry, choice).and_then(Value::as_object_mut) {
            sidecar.shift_remove(member);
        }
    },
    |template, entry, choice| push_in(sidecar(template, entry, choice), "env", json!({"name": "MORE", "value": "1"})),
    |template, entry, choice| {
        let Some((list, name)) = named(entry, &["containers", "initContainers"], choice) else { return };
        let place = format!("/spec/{list}");
        let Some(moved) = remove(template, &place, &name) else { return };
        if choice % 2 == 0 { push(template, &place, moved) } else { insert_first(template, &place, moved) }
    },
    |template, entry, choice| {
        if let Some((member, key)) = named(entry, &["annotations", "labels"], choice) {
            set_in_metadata(template, &member, &key, "edited");
        }
    },
    |template, entry, choice| {
        let Some((list, name)) = named(entry, &["volumes"], choice) else { return };
        set(find(template.pointer_mut(&format!("/spec/{list}")), &name), "emptyDir", json!({"sizeLimit": "1Mi"}));
    },
    |template, entry, choice| {
        if let Some([list, container, field, name]) = application_field(entry, choice) {
            let found = find(template.pointer_mut(&format!("/spec/{list}")), &container);
            set(find(found.and_then(|found| found.get_mut(&field)), &name), "edited", json!("yes"));
        }
    },
    |template, entry, _| {
        let replaced = entry["replaced"].as_object().into_iter().flatten();
        for (image, _) in replaced.filter(|(place, _)| place.ends_with("/image")) {
            let name = image.split('/').nth(3).unwrap_or_default();
            set(container(template, name), "image", json!("example.com/swapped:1"));
        }
    },
    // What follows takes away something whole.
    |template, entry, choice| {
        let lists = ["containers", "initContainers", "volumes", "imagePullSecrets"];
        if let Some((list, name)) = named(entry, &lists, choice) {
            remove(template, &format!("/spec/{list}"), &name);
        }
    },
    |template, entry, choice| {
        let Some((member, key)) = named(entry, &["annotations", "labels"], choice) else { return };
        if let Some(metadata) = template["metadata"][&member].as_object_mut() {
            metadata.shift_remove(&key);
        }
    },
    |template, entry, choice| {
        if let Some([list, container, field, name]) = application_field(entry, choice) {
            let found = find(template.pointer_mut(&format!("/spec/{list}")), &container);
            drop(found.and_then(|found| remove(found, &format!("/{field}"), &name)));
        }
    },
    |template, entry, _| {
        // Another version of the profile made it.
        let record = template["metadata"]["annotations"][RECORD].as_str().unwrap_or_default();
        let hash = entry["hash"].as_str().unwrap_or_default();
        template["metadata"]["annotations"][RECORD] = json!(record.replace(hash, "0123456789abcdef"));
    },
];

/// Changes each pod template that has a record, by up to two changes; `before` is the same without the injection.
pub(crate) fn change(before: &mut [Value], injected: &mut [Value], choices: &mut Choices<'_>) {
    for (before, injected) in before.iter_mut().zip(injected) {
        for place in templates(injected, "") {
            let (Some(before), Some(injected)) = (before.pointer_mut(&place), injected.pointer_mut(&place)) else {
                panic!("an injection moved the template {place}");
            };
            for _ in 0..=choices.of(2) {
                one_change(before, injected, choices);
            }
        }
    }
}

fn one_change(before: &mut Value, injected: &mut Value, choices: &mut Choices<'_>) {
    const RECORDED: &str = "/metadata/annotations/sidecar-injector~1status";
    // A record that was there before is not of this injection.
    let record = injected.pointer(RECORDED).filter(|_| before.pointer(RECORDED).is_none()).and_then(Value::as_str);
    let entries: Vec<Value> = record.map(|record| serde_json::from_str(record).unwrap()).unwrap_or_default();
    if entries.is_empty() {
        return;
    }
    let which = choices.of(OWN.len() + INJECTED.len() + 1);
    let choice = choices.of(64);
    if let Some(row) = which.checked_sub(OWN.len()) {
        if let Some(row) = INJECTED.get(row) {
            row(injected, &entries[choice % entries.len()], choice / entries.len());
        }
        return;
    }
    let names = names(before.pointer("/spec/containers"));
    if names.is_empty() {
        return;
    }
    let own = Own { name: &names[choice % names.len()], is_only: names.len() == 1 };
    OWN[which](before, &own);
    OWN[which](injected, &own);
}

/// The places of all pod templates in an object.
fn templates(value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    if value.pointer("/spec/containers").is_some_and(Value::is_array) {
        found.push(at.to_owned());
    }
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, member) in members {
        found.extend(templates(member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))));
    }
    found
}

/// What an API server fills in for every container.
fn defaults(template: &mut Value) {
    for list in ["/spec/containers", "/spec/initContainers"] {
        for container in template.pointer_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            for (field, value) in
                [("terminationMessagePath", json!("/dev/termination-log")), ("terminationMessagePolicy", json!("File"))]
            {
                set(Some(container), field, value);
            }
        }
    }
}

/// Something that the entry names in one of these lists, with the list.
fn named(entry: &Value, lists: &[&str], choice: usize) -> Option<(String, String)> {
    let all = lists.iter().flat_map(|list| entry[*list].as_array().into_iter().flatten().map(move |name| (list, name)));
    let all: Vec<(String, String)> =
        all.map(|(list, name)| ((*list).to_owned(), name.as_str().unwrap_or_default().to_owned())).collect();
    (!all.is_empty()).then(|| all[choice % all.len()].clone())
}

/// An element that was added to a container of the application's: the list of containers, the container, its list, the name.
fn application_field(entry: &Value, choice: usize) -> Option<[String; 4]> {
    let fields = entry["fields"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let parts = fields.filter_map(|field| {
        let tokens: Vec<String> =
            field.split('/').skip(2).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
        <[String; 4]>::try_from(tokens).ok().filter(|[_, _, list, _]| list == "env" || list == "volumeMounts")
    });
    let parts: Vec<[String; 4]> = parts.collect();
    (!parts.is_empty()).then(|| parts[choice % parts.len()].clone())
}

/// A container that the entry names.
fn sidecar<'v>(template: &'v mut Value, entry: &Value, choice: usize) -> Option<&'v mut Value> {
    let (list, name) = named(entry, &["containers", "initContainers"], choice)?;
    find(template.pointer_mut(&format!("/spec/{list}")), &name)
}

fn container<'v>(template: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    find(template.pointer_mut("/spec/containers"), name)
}

/// The element of that name or mount path.
fn find<'v>(list: Option<&'v mut Value>, name: &str) -> Option<&'v mut Value> {
    list?.as_array_mut()?.iter_mut().find(|item| item["name"] == name || item["mountPath"] == name)
}

fn names(list: Option<&Value>) -> Vec<String> {
    let names = list.and_then(Value::as_array).into_iter().flatten().filter_map(|item| item["name"].as_str());
    names.map(str::to_owned).collect()
}

fn remove(value: &mut Value, place: &str, name: &str) -> Option<Value> {
    let list = value.pointer_mut(place)?.as_array_mut()?;
    let at = list.iter().position(|item| item["name"] == name || item["mountPath"] == name)?;
    Some(list.remove(at))
}

/// The list at this place, made where it is absent or null.
fn list_at<'v>(value: &'v mut Value, place: &str) -> Option<&'v mut Vec<Value>> {
    let (parent, name) = place.rsplit_once('/')?;
    let list = value.pointer_mut(parent)?.as_object_mut()?.entry(name).or_insert(Value::Null);
    if list.is_null() {
        *list = json!([]);
    }
    list.as_array_mut()
}

fn push(value: &mut Value, place: &str, item: Value) {
    list_at(value, place).into_iter().for_each(|list| list.push(item.clone()));
}

fn insert_first(value: &mut Value, place: &str, item: Value) {
    list_at(value, place).into_iter().for_each(|list| list.insert(0, item.clone()));
}

fn push_in(value: Option<&mut Value>, list: &str, item: Value) {
    if let Some(value) = value {
        push(value, &format!("/{list}"), item);
    }
}

fn set(value: Option<&mut Value>, member: &str, to: Value) {
    if let Some(members) = value.and_then(Value::as_object_mut) {
        members.insert(member.to_owned(), to);
    }
}

fn set_in_metadata(template: &mut Value, member: &str, key: &str, to: &str) {
    let Some(template) = template.as_object_mut() else { return };
    let metadata = template.entry("metadata").or_insert(Value::Null);
    if metadata.is_null() {
        *metadata = Value::Object(Map::new());
    }
    let Some(metadata) = metadata.as_object_mut() else { return };
    let member = metadata.entry(member).or_insert(Value::Null);
    if member.is_null() {
        *member = Value::Object(Map::new());
    }
    set(Some(member), key, json!(to));
}

//! One rendered profile put into one pod template: what is there already stands, what clashes is an error that names both
//! sides, and all that is added is recorded.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::editor::{Editor, Ensured};
use super::render::{Rendered, Sidecar, is_named, name};
use super::{complete, conflict};
use crate::decide::record::{self, Entry};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::version::KubernetesVersion;
use crate::profile::{Placement, Profile, Targets};
use crate::value::pointer::Pointer;
use crate::value::view::{self, View};

/// Everything that is known while one profile is applied.
pub(super) struct Applier<'a, V> {
    pub(super) editor: &'a mut Editor<V>,
    pub(super) profile: &'a Profile,
    pub(super) rendered: &'a Rendered,
    pub(super) sidecar: Sidecar,
    /// The record as it is before this profile.
    pub(super) record: &'a [Entry],
    /// Volume names that the object brings outside of the template.
    pub(super) claims: &'a [String],
    /// What the cluster is.
    pub(super) kubernetes_version: KubernetesVersion,
    /// Names of the pod's own containers that were completed.
    pub(super) completed: Vec<String>,
    pub(super) entry: Entry,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl<'v, V: View<'v>> Applier<'_, V> {
    /// Adds everything, and returns the record's new entry. Where there are errors, the editor's state is to be dropped.
    pub(super) fn run(mut self) -> (Entry, Vec<Diagnostic>, Vec<Diagnostic>) {
        self.entry.profile = self.profile.name.clone();
        self.entry.version = env!("CARGO_PKG_VERSION").to_owned();
        self.entry.hash = self.rendered.hash.clone();
        self.annotations_and_labels();
        self.application();
        self.containers();
        self.named_list("volumes", &self.rendered.volumes);
        self.named_list("imagePullSecrets", &self.rendered.image_pull_secrets);
        conflict::check(&mut self);
        (self.entry, self.errors, self.warnings)
    }

    pub(super) fn error(&mut self, code: Code, at: &Pointer, message: String, hint: Option<String>) {
        let at = self.editor.place().append(at);
        self.errors.push(Diagnostic { code, at, message, hint });
    }

    pub(super) fn warn(&mut self, code: Code, at: &Pointer, message: String) {
        let at = self.editor.place().append(at);
        self.warnings.push(Diagnostic::new(code, at, message));
    }

    /// Makes sure of a list, and notes what undoing has to know of it; `named` is its pointer with names for indexes.
    pub(super) fn ensure_list(&mut self, at: &Pointer, named: &Pointer) {
        let ensured = self.editor.ensure_list(at);
        self.note(ensured, at, named, "a list");
    }

    fn ensure_object(&mut self, at: &Pointer) {
        let ensured = self.editor.ensure_object(at);
        self.note(ensured, at, at, "an object");
    }

    fn note(&mut self, ensured: Ensured, at: &Pointer, named: &Pointer, wanted: &str) {
        match ensured {
            Ensured::Present => {}
            Ensured::Created => self.entry.created.push(named.to_string()),
            Ensured::WasNull => drop(self.entry.replaced.insert(named.to_string(), Value::Null)),
            // The API server refuses such a pod, and nothing can be added to it.
            Ensured::Misfit(found) => {
                let field = at.tokens().last().map_or("", String::as_str);
                let message = format!("`{field}` is {found}, and has to be {wanted}");
                if !self.errors.iter().any(|error| error.message == message) {
                    self.error(Code::BadValue, at, message, None);
                }
            }
        }
    }

    fn annotations_and_labels(&mut self) {
        let metadata = Pointer::of(["metadata"]);
        // The record goes there in any case.
        self.ensure_object(&metadata);
        self.ensure_object(&metadata.join("annotations"));
        for (sort, wanted) in [("annotations", &self.rendered.annotations), ("labels", &self.rendered.labels)] {
            let place = metadata.join(sort);
            for (key, value) in wanted {
                let at = place.join(key.as_str());
                match self.editor.get(&at) {
                    Some(found) if view::equals(found, value) => {
                        if self.is_recorded(&at) {
                            let list =
                                if sort == "labels" { &mut self.entry.labels } else { &mut self.entry.annotations };
                            list.push(key.clone());
                        }
                    }
                    Some(_) => {
                        let sort = sort.trim_end_matches('s');
                        self.warn(
                            Code::KeptValue,
                            &at,
                            format!("the {sort} `{key}` is there with another value, which stands"),
                        );
                    }
                    None => {
                        self.ensure_object(&place);
                        self.editor.add(&at, value.clone());
                        let list = if sort == "labels" { &mut self.entry.labels } else { &mut self.entry.annotations };
                        list.push(key.clone());
                    }
                }
            }
        }
    }

    /// Volumes and pull secrets: by name, after those that are there.
    fn named_list(&mut self, sort: &'static str, wanted: &[Value]) {
        let at = Pointer::of(["spec", sort]);
        for value in wanted {
            let found = self.editor.list(&at).iter().position(|item| is_named(*item, name(value)));
            let claimed = sort == "volumes" && self.claims.iter().any(|claim| claim == name(value));
            match found {
                Some(index) if sort == "volumes" && !self.is_at(&at, index, value) => {
                    let owner = self.record.iter().find(|entry| entry.volumes.iter().any(|known| known == name(value)));
                    let theirs = owner.map_or_else(
                        || "that of the pod".to_owned(),
                        |entry| format!("that of the profile `{}`", entry.profile),
                    );
                    let message = format!(
                        "the volume `{}` of the profile `{}` is another one than {theirs}",
                        name(value),
                        self.profile.name
                    );
                    self.error(Code::Conflict, &at.join(index.to_string()), message, rename_hint());
                }
                Some(_) => {
                    if self.is_recorded(&at.join(name(value))) {
                        let list = if sort == "volumes" {
                            &mut self.entry.volumes
                        } else {
                            &mut self.entry.image_pull_secrets
                        };
                        list.push(name(value).to_owned());
                    }
                }
                None if claimed => {
                    let message = format!(
                        "the volume `{}` of the profile `{}` is a volume claim template of this object",
                        name(value),
                        self.profile.name
                    );
                    self.error(Code::Conflict, &Pointer::of(["spec"]), message, rename_hint());
                }
                None => {
                    self.ensure_list(&at, &at);
                    self.editor.add(&at.join("-"), value.clone());
                    let list =
                        if sort == "volumes" { &mut self.entry.volumes } else { &mut self.entry.image_pull_secrets };
                    list.push(name(value).to_owned());
                }
            }
        }
    }

    fn containers(&mut self) {
        let inits = Pointer::of(["spec", "initContainers"]);
        let containers = Pointer::of(["spec", "containers"]);
        // A classic sidecar runs once all init containers have ended, so set-up comes last, and the user's own init
        // containers still have their network. A native one runs from its place on.
        let mut init_index = match self.sidecar {
            Sidecar::Native => 0,
            Sidecar::Classic => self.editor.list(&inits).len(),
        };
        for container in &self.rendered.init_containers {
            if !self.is_there(container) {
                self.put(&inits, init_index, container);
                init_index += 1;
            }
        }
        match self.sidecar {
            Sidecar::Native => {
                for container in &self.rendered.containers {
                    if !self.is_there(container) {
                        self.put(&inits, init_index, container);
                        init_index += 1;
                    }
                }
            }
            Sidecar::Classic => {
                let mut index = self.placement(&containers);
                for container in &self.rendered.containers {
                    if !self.is_there(container) {
                        self.put(&containers, index, container);
                        index += 1;
                    }
                }
            }
        }
    }

    /// Whether the pod brings this container. One that is to be completed is, where it stands; any other is a conflict.
    fn is_there(&mut self, container: &Value) -> bool {
        for list in ["initContainers", "containers"] {
            let at = Pointer::of(["spec", list]);
            let Some(index) = self.editor.list(&at).iter().position(|found| is_named(*found, name(container))) else {
                continue;
            };
            let at = at.join(index.to_string());
            let owner = self.record.iter().find(|entry| entry.all_containers().any(|known| known == name(container)));
            if let Some(owner) = owner {
                let message = format!(
                    "the profiles `{}` and `{}` both add a container `{}`",
                    owner.profile,
                    self.profile.name,
                    name(container)
                );
                self.error(Code::Conflict, &at, message, rename_hint());
            } else {
                complete::container(self, list, &at, container);
                self.completed.push(name(container).to_owned());
            }
            return true;
        }
        false
    }

    fn put(&mut self, list: &Pointer, index: usize, container: &Arc<Value>) {
        self.ensure_list(list, list);
        let end = self.editor.list(list).len();
        let token = if index >= end { "-".to_owned() } else { index.to_string() };
        self.editor.add(&list.join(token), Arc::clone(container));
        let is_init = list.tokens().last().is_some_and(|token| token == "initContainers");
        let names = if is_init { &mut self.entry.init_containers } else { &mut self.entry.containers };
        names.push(name(container).to_owned());
    }

    fn placement(&mut self, list: &Pointer) -> usize {
        let position = |wanted: &str| self.editor.list(list).iter().position(|container| is_named(*container, wanted));
        let last = self.editor.list(list).len();
        let (wanted, index) = match &self.profile.placement {
            Placement::First => return 0,
            Placement::Last => return last,
            Placement::Before(wanted) => (wanted, position(wanted)),
            Placement::After(wanted) => (wanted, position(wanted).map(|index| index + 1)),
        };
        index.unwrap_or_else(|| {
            let message = format!(
                "there is no container `{wanted}` to place the profile `{}` at: it goes last",
                self.profile.name
            );
            self.warn(Code::PlacementAbsent, list, message);
            last
        })
    }

    /// Env and mounts for the application's containers; never for one that a record names.
    fn application(&mut self) {
        let Some(application) = &self.profile.application else { return };
        let own: Vec<&str> = self.rendered.all_containers().map(name).collect();
        for (list, sort) in [("initContainers", Targets::InitContainers), ("containers", Targets::Containers)] {
            let place = Pointer::of(["spec", list]);
            let containers = self.editor.list(&place).into_iter();
            let known: Vec<(String, bool)> = containers
                .map(|container| {
                    let name = container.text(&["name"]).unwrap_or_default().into_owned();
                    (name, crate::decide::eligibility::is_foreign_sidecar(container))
                })
                .collect();
            for (index, (container_name, foreign)) in known.iter().enumerate() {
                // The record knows containers by name: one without, or with another's, could not be undone. The API
                // server refuses both.
                let first = known.iter().position(|(other, _)| other == container_name);
                if container_name.is_empty() || first != Some(index) {
                    continue;
                }
                let is_target = match &application.targets {
                    Targets::All => true,
                    Targets::Named(names) => names.contains(container_name),
                    targets => *targets == sort,
                };
                let recorded =
                    self.record.iter().any(|entry| entry.all_containers().any(|known| known == container_name));
                if is_target && !recorded && !foreign && !own.contains(&container_name.as_str()) {
                    let at = place.join(index.to_string());
                    self.keyed_list(&at, &place.join(container_name.as_str()), "env", &self.rendered.env);
                    self.keyed_list(
                        &at,
                        &place.join(container_name.as_str()),
                        "volumeMounts",
                        &self.rendered.volume_mounts,
                    );
                }
            }
        }
    }

    /// Adds what is missing to a list in a container of the user's, each field recorded.
    ///
    /// `at` is the container with its index, `named` with its name.
    pub(super) fn keyed_list(&mut self, at: &Pointer, named: &Pointer, field: &'static str, wanted: &[Value]) {
        let (at, named) = (at.join(field), named.join(field));
        for value in wanted {
            let Some(key) = record::element_name(value) else { continue };
            let found = self
                .editor
                .list(&at)
                .iter()
                .position(|item| record::element_name(*item).as_deref() == Some(key.as_str()));
            match found {
                None => {
                    self.ensure_list(&at, &named);
                    self.editor.add(&at.join("-"), value.clone());
                    self.entry.fields.push(named.join(key).to_string());
                }
                Some(index) if !self.is_at(&at, index, value) => {
                    let item = at.join(index.to_string());
                    if field == "volumeMounts" {
                        let there = self.editor.get(&item).and_then(|mount| mount.text(&["name"])).unwrap_or_default();
                        let container = named.tokens().get(2).map_or("", String::as_str);
                        let message = if there == name(value) {
                            format!(
                                "container `{container}` mounts the volume `{there}` at `{key}` in another way than the profile `{}` does",
                                self.profile.name
                            )
                        } else {
                            format!(
                                "container `{container}` mounts the volume `{there}` at `{key}`, where the profile `{}` mounts `{}`",
                                self.profile.name,
                                name(value)
                            )
                        };
                        let hint = Some("mount one of the two elsewhere".to_owned());
                        self.error(Code::Conflict, &item, message, hint);
                    } else {
                        let message = format!("the variable `{key}` is there with another value, which stands");
                        self.warn(Code::KeptValue, &item, message);
                    }
                }
                Some(_) => {
                    let item = named.join(key);
                    if self.is_recorded(&item) {
                        self.entry.fields.push(item.to_string());
                    }
                }
            }
        }
    }

    /// Whether the element at an index of a list is this.
    fn is_at(&self, list: &Pointer, index: usize, value: &Value) -> bool {
        self.editor.list(list).get(index).is_some_and(|found| view::equals(*found, value))
    }

    /// Whether another profile has brought this. It is then recorded for both, and goes with the last of them.
    fn is_recorded(&self, named: &Pointer) -> bool {
        self.record.iter().any(|entry| entry.named().contains(named))
    }

    /// Adds one field to a container of the user's, and records it.
    pub(super) fn field(&mut self, at: &Pointer, named: &Pointer, value: &Value) {
        self.editor.add(at, value.clone());
        self.entry.fields.push(named.to_string());
    }
}

/// Writes the record into the template; the annotations are there, since the entry's profile made sure of them.
pub(crate) fn write_record<'v, V: View<'v>>(editor: &mut Editor<V>, entries: &[Entry]) {
    let at = Pointer::of(["metadata", "annotations", record::ANNOTATION]);
    let there = editor.get(&at).is_some();
    match (entries.is_empty(), there) {
        (true, true) => editor.remove(&at),
        (true, false) => {}
        (false, true) => editor.replace(&at, Value::String(record::write(entries))),
        (false, false) => editor.add(&at, Value::String(record::write(entries))),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "handed on as the optional hint of a diagnostic")]
fn rename_hint() -> Option<String> {
    Some("rename one of the two".to_owned())
}

/// The members of an object; an empty one where it is none.
pub(super) fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

//! A profile with its parameters filled in: what would be added to one pod template.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::kube::schema::{self, Shape};
use crate::kube::validity::{self, Role};
use crate::profile::{Profile, Template, parameter};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Whether the profile's containers run beside the application's, or before and beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sidecar {
    /// Among `containers`.
    Classic,
    /// Among `initContainers`, with `restartPolicy: Always`.
    Native,
}

/// What a profile adds, rendered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rendered {
    /// Set-up containers.
    pub init_containers: Vec<Arc<Value>>,
    /// Sidecars; with `restartPolicy: Always` where they are native.
    pub containers: Vec<Arc<Value>>,
    /// Volumes.
    pub volumes: Vec<Value>,
    /// Pull secrets.
    pub image_pull_secrets: Vec<Value>,
    /// Annotations.
    pub annotations: BTreeMap<String, Value>,
    /// Labels.
    pub labels: BTreeMap<String, Value>,
    /// For the application's containers.
    pub env: Vec<Value>,
    /// For the application's containers.
    pub volume_mounts: Vec<Value>,
    /// The user id that the application may not have.
    pub reserved_user: Option<Value>,
    /// The names of containers of which the API server refuses nothing, given that the volumes that they mount are there.
    pub sound: BTreeSet<String>,
    /// What the API server refuses of all that is no container or volume of its own: of what, and what is wrong.
    pub faults: Vec<(&'static str, Diagnostic)>,
    /// A hash of all that is added: equal for equal injections, whatever made them.
    pub hash: String,
}

/// How many injections are kept, the latest. Parameters may come from the object, so whoever writes objects could ask for any
/// number.
const KEPT: usize = 64;

/// Injections that were rendered in this run: one for each profile and set of parameters, however many pods have it.
#[derive(Debug, Default)]
pub struct Renderings(Mutex<VecDeque<Known>>);

#[derive(Debug)]
struct Known {
    profile: String,
    sidecar: Sidecar,
    values: Vec<Value>,
    rendered: Arc<Rendered>,
}

impl Renderings {
    /// The injection of a profile with these parameters.
    pub(super) fn get(&self, profile: &Profile, values: &[Cow<'_, Value>], sidecar: Sidecar) -> Arc<Rendered> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same_values = |known: &Known| {
            known.values.len() == values.len()
                && known.values.iter().zip(values).all(|(known, value)| *known == **value)
        };
        let is_it = |known: &&Known| known.sidecar == sidecar && known.profile == profile.name && same_values(known);
        if let Some(known) = all.iter().find(is_it) {
            return Arc::clone(&known.rendered);
        }
        let rendered = Arc::new(Rendered::new(profile, &parameter::by_name(profile, values), sidecar));
        let values = values.iter().map(|value| Value::clone(value)).collect();
        all.truncate(KEPT - 1);
        all.push_front(Known { profile: profile.name.clone(), sidecar, values, rendered: Arc::clone(&rendered) });
        rendered
    }
}

impl Rendered {
    /// Fills a profile's parameters in.
    pub(crate) fn new(profile: &Profile, values: &BTreeMap<String, Value>, sidecar: Sidecar) -> Self {
        let list = |templates: &[Template], shape: &'static Shape| -> Vec<Value> {
            templates.iter().map(|template| render(template, values, shape)).collect()
        };
        let strings = |templates: &BTreeMap<String, Template>| -> BTreeMap<String, Value> {
            templates.iter().map(|(key, template)| (key.clone(), template.render(values, &|_| true))).collect()
        };
        let mut containers = list(&profile.containers, &schema::CONTAINER);
        if sidecar == Sidecar::Native {
            containers.iter_mut().for_each(make_native);
        }
        let shared = |values: Vec<Value>| values.into_iter().map(Arc::new).collect();
        let application = profile.application.as_ref();
        let reserved = profile
            .reserved_user
            .as_ref()
            .filter(|reserved| reserved.when.render(values, &|_| false).as_bool() == Some(true));
        let mut rendered = Self {
            hash: String::new(),
            sound: BTreeSet::new(),
            faults: Vec::new(),
            init_containers: shared(list(&profile.init_containers, &schema::CONTAINER)),
            containers: shared(containers),
            volumes: list(&profile.volumes, &schema::VOLUME),
            image_pull_secrets: list(&profile.image_pull_secrets, &schema::PULL_SECRET),
            annotations: strings(&profile.annotations),
            labels: strings(&profile.labels),
            env: application.map_or_else(Vec::new, |added| list(&added.env, &schema::ENV_VAR)),
            volume_mounts: application.map_or_else(Vec::new, |added| list(&added.volume_mounts, &schema::VOLUME_MOUNT)),
            reserved_user: reserved.map(|reserved| reserved.id.render(values, &|_| false)),
        };
        rendered.hash = rendered.digest();
        rendered.sound = rendered.sound(sidecar);
        rendered.faults = rendered.faults();
        rendered
    }

    fn sound(&self, sidecar: Sidecar) -> BTreeSet<String> {
        let role = match sidecar {
            Sidecar::Native => Role::Init,
            Sidecar::Classic => Role::Container,
        };
        let is_sound = |container: &Value, role| {
            let volumes = mounted(container).map(str::to_owned).collect();
            validity::containers(&[container], role, &volumes, &Pointer::root()).is_empty()
        };
        let sound = |containers: &[Arc<Value>], role| {
            let sound = containers.iter().filter(|container| is_sound(container, role));
            sound.map(|container| name(container).to_owned()).collect::<Vec<_>>()
        };
        sound(&self.init_containers, Role::Init).into_iter().chain(sound(&self.containers, role)).collect()
    }

    fn faults(&self) -> Vec<(&'static str, Diagnostic)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let texts = |values: &BTreeMap<String, Value>| -> BTreeMap<String, String> {
            values.iter().map(|(key, value)| (key.clone(), text(value))).collect()
        };
        let (env, root) = (self.env.iter().collect::<Vec<_>>(), Pointer::root());
        let found = [
            ("environment variables", validity::env(&env, &root)),
            ("labels", validity::labels(&texts(&self.labels), &root)),
            ("annotations", validity::annotations(&texts(&self.annotations), &root)),
        ];
        found.into_iter().flat_map(|(what, found)| found.into_iter().map(move |fault| (what, fault))).collect()
    }

    fn digest(&self) -> String {
        let values = |containers: &[Arc<Value>]| containers.iter().map(|container| Value::clone(container)).collect();
        let (init_containers, containers): (Vec<Value>, Vec<Value>) =
            (values(&self.init_containers), values(&self.containers));
        let all = serde_json::json!([
            init_containers,
            containers,
            self.volumes,
            self.image_pull_secrets,
            self.annotations,
            self.labels,
            self.env,
            self.volume_mounts,
        ]);
        let digest = Sha256::digest(all.to_string().as_bytes());
        digest.iter().take(8).fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// All containers of either sort.
    pub(crate) fn all_containers(&self) -> impl Iterator<Item = &Value> {
        self.init_containers.iter().chain(&self.containers).map(|container| &**container)
    }
}

fn render(template: &Template, values: &BTreeMap<String, Value>, shape: &'static Shape) -> Value {
    let wants_string =
        |at: &Pointer| matches!(schema::shape_at(shape, at.tokens()), Some(Shape::Str | Shape::Quantity));
    template.render(values, &wants_string)
}

/// Gives a container `restartPolicy: Always`, after its name and image, where a reader looks first.
fn make_native(container: &mut Value) {
    let Value::Object(members) = container else { return };
    let mut native = Map::new();
    let always = || Value::String("Always".to_owned());
    for (name, value) in std::mem::take(members) {
        let place = name == "image" || name == "name";
        native.insert(name, value);
        if place && native.contains_key("name") && native.contains_key("image") {
            native.entry("restartPolicy").or_insert_with(always);
        }
    }
    native.insert("restartPolicy".to_owned(), always());
    *members = native;
}

/// The volumes that a container mounts.
pub(super) fn mounted(container: &Value) -> impl Iterator<Item = &str> {
    ["volumeMounts", "volumeDevices"]
        .into_iter()
        .filter_map(|field| container.get(field)?.as_array())
        .flatten()
        .map(name)
}

/// Whether what a view shows has this name; empty where it has none.
pub(super) fn is_named<'a, V: View<'a>>(element: V, wanted: &str) -> bool {
    element.text(&["name"]).map_or(wanted.is_empty(), |name| name == wanted)
}

/// A container's name; empty where it has none.
pub(crate) fn name(element: &Value) -> &str {
    element.get("name").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_objects_choose_do_not_pile_up() {
        let profile = crate::profile::load::load(&serde_json::json!({
            "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "t"}, "spec": {"policy": "OptOut"},
        }))
        .unwrap();
        let renderings = Renderings::default();
        for port in 0..3 * KEPT {
            let values = [Cow::Owned(Value::from(port))];
            let first = renderings.get(&profile, &values, Sidecar::Classic);
            assert!(Arc::ptr_eq(&first, &renderings.get(&profile, &values, Sidecar::Classic)));
            assert!(renderings.0.lock().unwrap().len() <= KEPT);
        }
    }
}

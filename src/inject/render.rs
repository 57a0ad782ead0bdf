//! A profile with its parameters filled in: what would be added to one pod template.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::pointer::Pointer;
use crate::profile::schema::{self, Shape};
use crate::profile::{Profile, Template};

/// Whether the profile's containers run beside the application's, or before and beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sidecar {
    /// Among `containers`.
    Classic,
    /// Among `initContainers`, with `restartPolicy: Always`.
    Native,
}

/// What a profile adds, rendered.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Set-up containers.
    pub init_containers: Vec<Value>,
    /// Sidecars; with `restartPolicy: Always` where they are native.
    pub containers: Vec<Value>,
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
    /// A hash of all that is added: equal for equal injections, whatever made them.
    pub hash: String,
}

/// Injections that were rendered in this run: one for each profile and set of parameters, however many pods have it.
#[derive(Debug, Default)]
pub struct Renderings(Mutex<HashMap<(String, Sidecar), Arc<Rendered>>>);

impl Renderings {
    /// The injection of a profile with these parameters.
    pub(super) fn get(&self, profile: &Profile, values: &BTreeMap<String, Value>, sidecar: Sidecar) -> Arc<Rendered> {
        // Parameters are few and small; what they render to is not.
        let key = (serde_json::json!([profile.name, values]).to_string(), sidecar);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key).or_insert_with(|| Arc::new(Rendered::new(profile, values, sidecar))))
    }
}

impl Rendered {
    /// Fills a profile's parameters in.
    pub fn new(profile: &Profile, values: &BTreeMap<String, Value>, sidecar: Sidecar) -> Self {
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
        let application = profile.application.as_ref();
        let reserved = profile
            .reserved_user
            .as_ref()
            .filter(|reserved| reserved.when.render(values, &|_| false).as_bool() == Some(true));
        let mut rendered = Self {
            hash: String::new(),
            init_containers: list(&profile.init_containers, &schema::CONTAINER),
            containers,
            volumes: list(&profile.volumes, &schema::VOLUME),
            image_pull_secrets: list(&profile.image_pull_secrets, &schema::PULL_SECRET),
            annotations: strings(&profile.annotations),
            labels: strings(&profile.labels),
            env: application.map_or_else(Vec::new, |added| list(&added.env, &schema::ENV_VAR)),
            volume_mounts: application.map_or_else(Vec::new, |added| list(&added.volume_mounts, &schema::VOLUME_MOUNT)),
            reserved_user: reserved.map(|reserved| reserved.id.render(values, &|_| false)),
        };
        rendered.hash = rendered.digest();
        rendered
    }

    fn digest(&self) -> String {
        let all = serde_json::json!([
            self.init_containers,
            self.containers,
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
    pub fn all_containers(&self) -> impl Iterator<Item = &Value> {
        self.init_containers.iter().chain(&self.containers)
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

/// A container's name; empty where it has none.
pub fn name(element: &Value) -> &str {
    element.get("name").and_then(Value::as_str).unwrap_or_default()
}

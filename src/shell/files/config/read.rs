//! The document of the settings, read field by field. All that is wrong is reported, each at its place.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Config, ConfigSetting, FileOverride, Layer, Patterns, Written};
use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Placed, Places, Position};
use crate::kube::names::{is_dns_label, is_label_value, is_qualified_name};
use crate::profile::file::{DocumentKind, parsed};
use crate::profile::load::API_VERSION;
use crate::profile::reader::{Errors, Node, ProfileError, ProfileErrorKind};
use crate::profile::{NativeSidecar, OnIneligible, builtin};
use crate::shell::files::profile_text::ProfileRef;
use crate::text::yaml::tree::{NodeId, Tree};
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// The `kind` of the document.
pub(crate) const KIND: &str = "Config";

const TOP_FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "spec"];

/// The fields that may differ from file to file.
pub(crate) const LAYER_FIELDS: [&str; 5] = ["profiles", "set", "namespace", "onIneligible", "nativeSidecar"];

/// The fields that say what is known of the cluster.
pub(crate) const FACT_FIELDS: [&str; 5] =
    ["kubernetesVersion", "namespaceFiles", "namespaces", "serviceAccountFiles", "templatePaths"];

/// The other fields that are the same for all files.
const WHOLE_FIELDS: [&str; 4] = ["exclude", "deny", "allow", "overrides"];

const NAME: &str = "a DNS label: lower case letters, digits and `-`, at most 63";

impl Config {
    /// Reads a file's text. Its folder is where its paths begin.
    pub(super) fn parse(file: &str, folder: &Path, text: &str) -> Result<Self, Vec<Placed>> {
        let places = Places::new(text);
        parsed(file, text, DocumentKind::Config, |tree, root| Self::of_tree((file, folder), (tree, root), &places, 0))
    }

    /// Reads a document that is in a text, and begins there.
    pub(crate) fn of_tree(
        (file, folder): (&str, &Path),
        (tree, root): (&Tree<'_>, NodeId),
        places: &Places<'_>,
        start: usize,
    ) -> Result<Self, Vec<Placed>> {
        let position = |at: &Pointer, of_key: bool| {
            let offset = if of_key { tree.locate(root, at) } else { tree.locate_value(root, at) };
            places.position(start + offset)
        };
        let place = |at: &Pointer| position(at, false);
        let mut reader = Reader::new((file, folder), &place);
        let mut config = reader.config(Node { view: tree.view(root), at: Pointer::root() });
        let told = |error: &ProfileError| {
            let mut placed = Placed::new(Code::Config, error.to_string()).hint(error.hint());
            placed.path = error.at.to_string();
            placed.at(file, Some(position(&error.at, error.kind.is_about_key())))
        };
        if !reader.errors.0.is_empty() {
            return Err(reader.errors.0.iter().map(told).collect());
        }
        config.file = file.to_owned();
        config.folder = folder.to_owned();
        Ok(config)
    }

    /// Checks that what the settings name is there.
    pub(crate) fn check_files(&self) -> Result<(), Vec<Placed>> {
        let layers = std::iter::once(&self.layer).chain(self.overrides.iter().map(|one| &one.layer));
        let profiles = layers.filter_map(|layer| layer.profiles.as_ref()).flatten();
        let of_profile = |profile: &Written<ProfileRef>| match &profile.value {
            ProfileRef::BuiltIn(name) if builtin::text(name).is_none() => {
                let near = nearest(name, builtin::names()).map(|near| format!("did you mean `{near}`?"));
                let other = || "a file has a `/` in its path, or ends in `.yaml`".to_owned();
                let message = format!("there is no built-in profile `{name}`");
                Some(self.wrong(profile.at, message).hint(Some(near.unwrap_or_else(other))))
            }
            ProfileRef::BuiltIn(_) | ProfileRef::Inline { .. } => None,
            ProfileRef::File(path) => self.missing(path, profile.at),
        };
        let files = self.namespace_files.iter().chain(&self.service_account_files);
        let missing = files.filter_map(|file| self.missing(&file.value, file.at));
        let wrong: Vec<Placed> = profiles.filter_map(of_profile).chain(missing).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn missing(&self, path: &Path, at: Position) -> Option<Placed> {
        let hint = "a path begins at the folder of this file";
        let message = || format!("there is no file `{}`", path.display());
        (!path.exists()).then(|| self.wrong(at, message()).hint(Some(hint)))
    }
}

/// What reads a document of settings: it collects all that is wrong.
pub(crate) struct Reader<'r> {
    file: &'r str,
    folder: &'r Path,
    place: &'r dyn Fn(&Pointer) -> Position,
    pub(crate) errors: Errors,
}

impl<'r> Reader<'r> {
    /// Of a file, with the folder at which its paths begin, and where each of its values is.
    pub(crate) fn new((file, folder): (&'r str, &'r Path), place: &'r dyn Fn(&Pointer) -> Position) -> Self {
        Self { file, folder, place, errors: Errors::default() }
    }
}

impl Reader<'_> {
    /// Where a value is.
    pub(crate) fn position(&self, at: &Pointer) -> Position {
        (self.place)(at)
    }

    fn config<'a, V: View<'a>>(&mut self, root: Node<V>) -> Config {
        let mut config = Config::default();
        let fields: Vec<&str> = LAYER_FIELDS.into_iter().chain(FACT_FIELDS).chain(WHOLE_FIELDS).collect();
        let of_spec = |name: &str| fields.contains(&name);
        for (name, _) in root.view.members().into_iter().filter(|(name, _)| of_spec(name)) {
            self.wrong(&root.at.join(&*name), format!("unknown field `{name}`"), "write it below `spec`");
        }
        let misplaced = fields.iter().copied().filter(|name| root.view.member(name).is_some());
        let known: Vec<&str> = TOP_FIELDS.iter().copied().chain(misplaced).collect();
        let Some(root) = root.object(&known, &mut self.errors) else { return config };
        for (field, word) in [("apiVersion", API_VERSION), ("kind", KIND)] {
            if let Some(found) = root.require(field, &mut self.errors) {
                let _ = found.choice(&[(word, ())], &mut self.errors);
            }
        }
        let Some(spec) = root.require("spec", &mut self.errors) else { return config };
        let Some(spec) = spec.object(&fields, &mut self.errors) else { return config };
        config = self.decisive(&spec);
        config.exclude = self.words(&spec, "exclude");
        config.deny = self.words(&spec, "deny");
        config.allow = self.words(&spec, "allow");
        config.overrides =
            self.list(&spec, "overrides").into_iter().filter_map(|one| self.file_override(one)).collect();
        config
    }

    /// What settings and tests have in common: all that decides about an object.
    pub(crate) fn decisive<'a, V: View<'a>>(&mut self, spec: &Node<V>) -> Config {
        Config {
            file: self.file.to_owned(),
            folder: self.folder.to_owned(),
            layer: self.layer(spec),
            kubernetes_version: spec.get("kubernetesVersion").and_then(|node| self.word(&node)),
            namespace_files: self.paths(spec, "namespaceFiles"),
            service_account_files: self.paths(spec, "serviceAccountFiles"),
            namespaces: self.list(spec, "namespaces").into_iter().filter_map(|one| self.namespace(one)).collect(),
            template_paths: self.words(spec, "templatePaths"),
            ..Config::default()
        }
    }

    fn layer<'a, V: View<'a>>(&mut self, spec: &Node<V>) -> Layer {
        let denies = [("Allow", OnIneligible::Allow), ("Deny", OnIneligible::Deny)];
        let profiles = spec.get("profiles").map(|_| self.profiles(spec));
        let set = spec.get("set").map(|node| self.set(node)).unwrap_or_default();
        let namespace = spec.get("namespace").and_then(|node| {
            let name = node.formed(NAME, is_dns_label, &mut self.errors)?;
            Some(self.written(&node, name))
        });
        let on_ineligible = spec.get("onIneligible").and_then(|node| {
            let choice = node.choice(&denies, &mut self.errors)?;
            Some(self.written(&node, choice))
        });
        let native_sidecar = spec.get("nativeSidecar").and_then(|node| {
            let choice = match node.view.boolean() {
                Some(true) => NativeSidecar::Always,
                Some(false) => NativeSidecar::Never,
                None => node.choice(&NativeSidecar::WORDS, &mut self.errors)?,
            };
            Some(self.written(&node, choice))
        });
        Layer { profiles, set, namespace, on_ineligible, native_sidecar }
    }

    fn profiles<'a, V: View<'a>>(&mut self, spec: &Node<V>) -> Vec<Written<ProfileRef>> {
        let all: Vec<Written<ProfileRef>> = self.words(spec, "profiles");
        if all.is_empty() {
            let at = spec.at.join("profiles");
            self.errors.add(&at, ProfileErrorKind::Empty("at least one profile has to be here"));
        }
        let folder = self.folder;
        let below = |one: Written<ProfileRef>| match one.value {
            ProfileRef::File(path) => Written { value: ProfileRef::File(folder.join(path)), at: one.at },
            ProfileRef::BuiltIn(_) | ProfileRef::Inline { .. } => one,
        };
        all.into_iter().map(below).collect()
    }

    /// The parameters by profile.
    fn set<'a, V: View<'a>>(&mut self, node: Node<V>) -> Vec<Written<ConfigSetting>> {
        let mut all = Vec::new();
        for (profile, parameters) in node.entries(&mut self.errors) {
            if parameters.view.kind() != Kind::Mapping {
                let message = format!("`{profile}` is to be the name of a profile, with its parameters below it");
                self.wrong(&parameters.at, message, "write `PROFILE: {NAME: VALUE}`");
                continue;
            }
            for (name, node) in parameters.entries(&mut self.errors) {
                let setting = ConfigSetting {
                    file: self.file.to_owned(),
                    profile: profile.clone(),
                    name,
                    value: node.view.value(),
                };
                all.push(self.written(&node, setting));
            }
        }
        all
    }

    /// A namespace, as its document.
    fn namespace<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<Written<Value>> {
        let node = node.object(&["name", "labels", "annotations"], &mut self.errors)?;
        let name = node.require("name", &mut self.errors)?.formed(NAME, is_dns_label, &mut self.errors)?;
        let mut metadata = json!({"name": name});
        for field in ["labels", "annotations"] {
            let Some(entries) = node.get(field) else { continue };
            metadata[field] = json!({});
            for (key, value) in entries.entries(&mut self.errors) {
                let Some(text) = value.string(&mut self.errors) else { continue };
                if !is_qualified_name(&key) {
                    self.wrong(&value.at, format!("`{key}` is not a label or annotation key"), None);
                } else if field == "labels" && !is_label_value(&text) {
                    self.wrong(&value.at, format!("`{text}` is not a label value"), None);
                }
                metadata[field][key] = Value::from(text);
            }
        }
        Some(self.written(&node, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})))
    }

    fn file_override<'a, V: View<'a>>(&mut self, node: Node<V>) -> Option<FileOverride> {
        let fields: Vec<&str> = std::iter::once("files").chain(LAYER_FIELDS).collect();
        let node = node.object(&fields, &mut self.errors)?;
        let files = node.require("files", &mut self.errors)?;
        let patterns = match files.view.kind() {
            Kind::Sequence => files.strings("the pattern", &mut self.errors),
            _ => vec![files.string(&mut self.errors)?],
        };
        Some(FileOverride { files: Patterns::new(self.folder, &patterns), layer: self.layer(&node) })
    }

    fn paths<'a, V: View<'a>>(&mut self, spec: &Node<V>, field: &str) -> Vec<Written<PathBuf>> {
        let folder = self.folder;
        let below = |one: Written<PathBuf>| Written { value: folder.join(one.value), at: one.at };
        self.words(spec, field).into_iter().map(below).collect()
    }

    /// The elements of a list, each as a flag would take it.
    fn words<'a, V: View<'a>, T: std::str::FromStr<Err: ToString>>(
        &mut self,
        spec: &Node<V>,
        field: &str,
    ) -> Vec<Written<T>> {
        self.list(spec, field).iter().filter_map(|node| self.word(node)).collect()
    }

    pub(crate) fn word<'a, V: View<'a>, T: std::str::FromStr<Err: ToString>>(
        &mut self,
        node: &Node<V>,
    ) -> Option<Written<T>> {
        let text = node.string(&mut self.errors)?;
        match text.parse() {
            Ok(value) => Some(self.written(node, value)),
            Err(error) => {
                let error = error.to_string();
                let message = if error.contains(&text) { error } else { format!("`{text}`: {error}") };
                self.wrong(&node.at, message, None);
                None
            }
        }
    }

    pub(crate) fn list<'a, V: View<'a>>(&mut self, spec: &Node<V>, field: &str) -> Vec<Node<V>> {
        spec.get(field).map(|node| node.list(&mut self.errors)).unwrap_or_default()
    }

    pub(crate) fn wrong<'h>(&mut self, at: &Pointer, message: String, hint: impl Into<Option<&'h str>>) {
        let hint = hint.into().map(str::to_owned);
        self.errors.add(at, ProfileErrorKind::Schema { message, hint });
    }

    pub(crate) fn written<'a, V: View<'a>, T>(&self, node: &Node<V>, value: T) -> Written<T> {
        Written { value, at: (self.place)(&node.at) }
    }
}

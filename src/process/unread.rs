//! Warnings about annotations and labels that were written for a profile and have no effect where they are.

use std::borrow::Cow;

use super::keys::{KeyFinding, RunKey, RunKeys};
use crate::decide::facts::{Known, Namespace};
use crate::diagnostic::words::list;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::workload::{self, Identity};
use crate::profile::keys::{KeyHolder, KeyList, ProfileKey};
use crate::text::yaml::node::NodeRef;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// The warnings about an object with these pod templates: about the templates, and about the objects around them.
pub(super) fn of_workload(object: NodeRef<'_>, templates: &[Pointer], keys: &RunKeys) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for outer in outer_objects(object, templates) {
        Outer { object, keys, place: outer, templates }.warn(&mut warnings);
    }
    for place in templates {
        let Some(template) = workload::locate(object, place) else { continue };
        for (list, key) in metadata(template) {
            let has = |read: &ProfileKey| holds(template, read.list, &read.key);
            if let Some(finding) = keys.judge(KeyHolder::PodTemplate, list, &key, has) {
                let message = Message { keys, list, key: &key, of: KeyHolder::PodTemplate, namespace: None };
                let home = |read: KeyList| names(std::slice::from_ref(place), read);
                warnings.push(message.about(finding, at(place, list, &key), home, false));
            }
        }
    }
    warnings
}

/// The warnings about what is known of the namespace of an object. They are about the whole object, since no place in it has
/// these keys.
pub(super) fn of_namespace(namespace: &Namespace, keys: &RunKeys) -> Vec<Diagnostic> {
    let Namespace { name, labels, annotations } = namespace;
    let mut warnings = Vec::new();
    for (list, known) in [(KeyList::Annotations, annotations), (KeyList::Labels, labels)] {
        let Known::Yes(values) = known else { continue };
        for key in values.keys() {
            warnings.extend(of_namespace_key(name, list, key, keys, Pointer::root()));
        }
    }
    warnings
}

/// The warnings about a `Namespace` document.
pub(super) fn of_namespace_document(document: NodeRef<'_>, keys: &RunKeys) -> Vec<Diagnostic> {
    let name = document.text(&["metadata", "name"]).unwrap_or_default();
    let found = metadata(document)
        .into_iter()
        .filter_map(|(list, key)| of_namespace_key(&name, list, &key, keys, at(&Pointer::root(), list, &key)));
    found.collect()
}

/// The warning about one key of the namespace of this name.
fn of_namespace_key(name: &str, list: KeyList, key: &str, keys: &RunKeys, at: Pointer) -> Option<Diagnostic> {
    let finding = keys.judge(KeyHolder::Namespace, list, key, |_| false)?;
    let message = Message { keys, list, key, of: KeyHolder::Namespace, namespace: Some(name) };
    let home = |read: KeyList| format!("`metadata.{}`", read.field());
    Some(message.about(finding, at, home, false))
}

/// A note about a workload whose pods are those of another object, and the name of that object.
pub(super) fn pods_elsewhere(object: NodeRef<'_>, identity: &Identity) -> Option<(Diagnostic, String)> {
    let at = ["spec", "workloadRef"];
    let reference = object.path(&at).filter(|_| identity.kind == "Rollout" && identity.group == "argoproj.io")?;
    let part = |name| reference.text(&[name]).unwrap_or_default();
    let owner = format!("{} `{}`", part("kind"), part("name"));
    let message = format!("this Rollout has no pod template: its pods are those of {owner}");
    let note = Diagnostic::new(Code::WorkloadElsewhere, Pointer::of(at), message);
    Some((note.hint(format!("inject {owner}, and put annotations and labels on its pod template")), owner))
}

/// The objects around pod templates that have metadata of their own: a Deployment, and a CronJob with its `jobTemplate`.
fn outer_objects(object: NodeRef<'_>, templates: &[Pointer]) -> Vec<Pointer> {
    let mut found: Vec<Pointer> = Vec::new();
    for template in templates {
        for length in 0..template.tokens().len() {
            let outer = Pointer::of(template.tokens().iter().take(length).cloned());
            let has_metadata = || workload::locate(object, &outer).is_some_and(|it| it.member("metadata").is_some());
            if !found.contains(&outer) && has_metadata() {
                found.push(outer);
            }
        }
    }
    found
}

/// An object around pod templates.
struct Outer<'o> {
    object: NodeRef<'o>,
    keys: &'o RunKeys,
    place: Pointer,
    /// All templates of the object.
    templates: &'o [Pointer],
}

impl Outer<'_> {
    fn warn(&self, warnings: &mut Vec<Diagnostic>) {
        let Some(outer) = workload::locate(self.object, &self.place) else { return };
        let below: Vec<Pointer> =
            self.templates.iter().filter(|it| it.tokens().starts_with(self.place.tokens())).cloned().collect();
        let is_on_template = |list: KeyList, key: &str| {
            below.iter().filter_map(|it| workload::locate(self.object, it)).any(|template| holds(template, list, key))
        };
        for (list, key) in metadata(outer) {
            // Where a template has it too, it has its effect, or a warning of its own.
            if is_on_template(list, &key) {
                continue;
            }
            let at = at(&self.place, list, &key);
            let home = |read: KeyList| names(&below, read);
            if self.keys.read(KeyHolder::PodTemplate, list, &key).is_some() {
                warnings.push(without_effect(list, &key, at).hint(format!("move it to {}", home(list))));
                continue;
            }
            let has = |read: &ProfileKey| is_on_template(read.list, &read.key);
            if let Some(finding) = self.keys.judge(KeyHolder::PodTemplate, list, &key, has) {
                let message = Message { keys: self.keys, list, key: &key, of: KeyHolder::PodTemplate, namespace: None };
                warnings.push(message.about(finding, at, home, true));
            }
        }
    }
}

/// The warnings about an object whose pods are those of another one, named `owner`.
pub(super) fn of_reference(object: NodeRef<'_>, owner: &str, keys: &RunKeys) -> Vec<Diagnostic> {
    let is_read = |(list, key): &(KeyList, Cow<'_, str>)| keys.read(KeyHolder::PodTemplate, *list, key).is_some();
    let warning = |(list, key): (KeyList, Cow<'_, str>)| {
        let hint = format!("move it to the pod template of {owner}");
        without_effect(list, &key, at(&Pointer::root(), list, &key)).hint(hint)
    };
    metadata(object).into_iter().filter(is_read).map(warning).collect()
}

fn without_effect(list: KeyList, key: &str, at: Pointer) -> Diagnostic {
    let message = format!("{} `{key}` has no effect here: it is read from the pod template", list.noun());
    Diagnostic::new(Code::AnnotationWithoutEffect, at, message)
}

/// What is said about a key of no effect.
struct Message<'m> {
    keys: &'m RunKeys,
    list: KeyList,
    key: &'m str,
    of: KeyHolder,
    /// Its name, where the key is a namespace's.
    namespace: Option<&'m str>,
}

impl Message<'_> {
    /// `home` names the place of a map in which the key would be read; `is_outer` says that the key is in another object.
    fn about(
        &self,
        finding: KeyFinding<'_>,
        at: Pointer,
        home: impl Fn(KeyList) -> String,
        is_outer: bool,
    ) -> Diagnostic {
        let of = self.namespace.map_or(String::new(), |name| format!(" of namespace `{name}`"));
        let what = format!("{} `{}`{of} has no effect", self.list.noun(), self.key);
        let (why, hint) = match finding {
            KeyFinding::Elsewhere(read) => self.elsewhere(read, &home),
            KeyFinding::Unread(meant) => {
                let hint = match meant {
                    Some(meant) => self.meant(meant, &home, is_outer),
                    None => match self.keys.of_domain(self.key).as_slice() {
                        [only] => format!("did you mean `{only}`?"),
                        all => format!("use one of {}", list(all)),
                    },
                };
                ("no profile reads it".to_owned(), hint)
            }
        };
        Diagnostic::new(Code::UnreadAnnotation, at, format!("{what}: {why}")).hint(hint)
    }

    fn elsewhere(&self, read: &RunKey, home: impl Fn(KeyList) -> String) -> (String, String) {
        let profile = &read.profile;
        match read.own.holder {
            holder if holder == self.of => {
                let noun = read.own.list.noun();
                let article = if read.own.list == KeyList::Annotations { "an" } else { "a" };
                let why = format!("the profile `{profile}` reads {article} {noun} of this name");
                (why, format!("move it to {}", home(read.own.list)))
            }
            KeyHolder::Namespace => {
                let place = read.own.list.field();
                let why = format!("the profile `{profile}` reads it from the namespace");
                (why, format!("move it to `metadata.{place}` of the Namespace"))
            }
            KeyHolder::PodTemplate => {
                let place = read.own.list.field();
                let why = format!("the profile `{profile}` reads it from the pod template");
                (why, format!("move it to `metadata.{place}` of the pod template"))
            }
        }
    }

    fn meant(&self, meant: &RunKey, home: impl Fn(KeyList) -> String, is_outer: bool) -> String {
        let ProfileKey { holder, list, .. } = &meant.own;
        let key = meant.own.shown();
        let noun = if *list == self.list { String::new() } else { format!("the {} ", list.noun()) };
        let place = match holder {
            holder if *holder == self.of && is_outer => format!(", in {}", home(*list)),
            holder if *holder == self.of => String::new(),
            KeyHolder::Namespace => ", of the Namespace".to_owned(),
            KeyHolder::PodTemplate => ", of the pod template".to_owned(),
        };
        format!("did you mean {noun}`{key}`{place}?")
    }
}

/// All annotations and labels of an object.
fn metadata<'t>(object: NodeRef<'t>) -> Vec<(KeyList, Cow<'t, str>)> {
    let Some(metadata) = object.member("metadata") else { return Vec::new() };
    let of = |list: KeyList| {
        let members = metadata.member(list.field()).map(View::members).unwrap_or_default();
        members.into_iter().map(move |(key, _)| (list, key))
    };
    KeyList::ALL.into_iter().flat_map(of).collect()
}

fn holds(object: NodeRef<'_>, list: KeyList, key: &str) -> bool {
    object.path(&["metadata", list.field(), key]).is_some()
}

fn at(object: &Pointer, list: KeyList, key: &str) -> Pointer {
    object.append(&Pointer::of(["metadata", list.field(), key]))
}

/// The places of a map in these templates.
fn names(templates: &[Pointer], list: KeyList) -> String {
    let all: Vec<String> = templates.iter().map(|it| format!("`{it}/metadata/{}`", list.field())).collect();
    all.join(" and ")
}

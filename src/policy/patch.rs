//! The operations of the patch, in the order in which applying a profile makes them, and the entry of the record.

use super::added::Added;
use super::application;
use super::cel::{Cel, add, any, quoted};
use super::containers;
use super::draft::Draft;
use super::lists::{self, Elements, Member};
use super::parameters::CompiledParameter;
use super::record::{self, EntryParts, Members};
use crate::decide::record::ANNOTATION;
use crate::kube::version::KubernetesVersion;
use crate::profile::NativeSidecar;
use crate::profile::slot::{Home, Slot};
use crate::value::pointer::Pointer;

/// Defines the new text of the record.
pub(super) fn record(draft: &mut Draft<'_>, digests: &[Cel; 2], parameters: &[CompiledParameter], added: &Added) {
    let parts = entry(draft, digests, parameters, added);
    let text = record::write(draft, &parts);
    draft.define("record", text);
}

/// The operations where the pod is injected; none where it is not.
pub(super) fn of(draft: &mut Draft<'_>, added: &Added) -> Cel {
    let Added { own, application, changes, elements } = added;
    let of = |home: Home| elements.iter().filter(move |elements| elements.slot.home() == home);
    let annotations = Slot::Annotations.place().to_string();
    let mut operations = vec![absent_annotations(&add(&quoted(&annotations), "{}"))];
    operations.extend(of(Home::Metadata).flat_map(Elements::operations));
    operations.extend(application.operations.iter().cloned());
    operations.extend(containers::operations(draft, own));
    operations.extend(of(Home::Spec).flat_map(Elements::operations));
    operations.extend(changes.operations.iter().cloned());
    let text = draft.named("record");
    let at = format!("{} + jsonpatch.escapeKey({})", quoted(&format!("{annotations}/")), quoted(ANNOTATION));
    operations.push(format!("[{}]", add(&at, &text)));
    format!("!{} ? [] :\n{}", draft.named("inject"), operations.join(" +\n"))
}

fn absent_annotations(element: &str) -> Cel {
    format!("(has(object.metadata.annotations) ? [] : [{element}])")
}

/// The lists of the entry, in the order in which they are filled.
fn entry(draft: &Draft<'_>, digests: &[Cel; 2], parameters: &[CompiledParameter], added: &Added) -> EntryParts {
    let Added { own, application, changes, elements } = added;
    let of = |home: Home| elements.iter().filter(move |elements| elements.slot.home() == home);
    let made = |elements: &Elements| {
        let (condition, path) = elements.created()?;
        Some(format!("({condition} ? [{}] : [])", quoted(&path)))
    };
    let mut created = vec![absent_annotations(&quoted(&Slot::Annotations.place().to_string()))];
    created.extend(of(Home::Metadata).flat_map(|elements| elements.created_names.iter().cloned()));
    created.extend(of(Home::Metadata).filter_map(made));
    created.extend(application.created.iter().cloned());
    let going: Vec<Cel> = own.iter().filter_map(|container| container.goes_to(Slot::InitContainers)).collect();
    if !going.is_empty() {
        let place = quoted(&Slot::InitContainers.place().to_string());
        created.push(format!("(!has(object.spec.initContainers) && {} ? [{place}] : [])", any(&going)));
    }
    created.extend(of(Home::Spec).filter_map(made));
    created.extend(changes.created.iter().cloned());
    let of_metadata = |members: fn(&Elements) -> &[Member]| -> Members {
        Members::new(of(Home::Metadata).flat_map(members).map(|member| (member.key.clone(), member.list.clone())))
    };
    let mut replaced = of_metadata(|elements| &elements.replaced).made(lists::replaced);
    // The metadata is before the spec.
    if !application.rewritten.is_empty() {
        replaced.lists.push(application::recorded(&application.rewritten));
        replaced.is_sorted = false;
    }
    replaced.lists.extend(changes.replaced.iter().map(|(_, list)| list.clone()));
    let mut edited = of_metadata(|elements| &elements.edited).made(|all| lists::edited(draft, all));
    edited.is_sorted &= application.edited.is_empty();
    edited.lists.extend(application.edited.iter().cloned());
    sortable(draft, added, &[&replaced, &edited]);
    let names =
        |list: Slot| record::names(own.iter().map(|container| (container.name.as_str(), container.goes_to(list))));
    let listed = of(Home::Metadata).flat_map(|elements| elements.listed.iter());
    EntryParts {
        hash: hash(draft, digests),
        suffix: parameters.iter().filter_map(|parameter| parameter.suffix.clone()).collect(),
        init_containers: names(Slot::InitContainers),
        containers: names(Slot::Containers),
        elements: elements.iter().map(|elements| (elements.slot.field(), elements.recorded.clone())).collect(),
        fields: listed.chain(&application.fields).chain(&changes.fields).cloned().collect(),
        created,
        replaced,
        edited,
        pod: Members { lists: changes.elements.iter().map(|(_, list)| list.clone()).collect(), is_sorted: true },
    }
}

/// Older versions cannot sort the members of the record.
fn sortable(draft: &Draft<'_>, added: &Added, all: &[&Members]) {
    if draft.scope.version >= KubernetesVersion(35) || all.iter().all(|members| members.is_sorted) {
        return;
    }
    let application = Pointer::of(["spec", "application"]);
    let (at, what) = match added.application.edited.is_empty() {
        false => (application, "text that is added to a variable's own value"),
        true if !added.application.rewritten.is_empty() => (application, "`rewrite`"),
        true => (Pointer::of(["spec"]), "what changes an annotation or label whose key depends on the pod"),
    };
    draft.wrong.say(&at, &format!("{what} needs Kubernetes 1.35 in a policy"));
}

/// The digest that is the same for all pods with the same kind of sidecar.
fn hash(draft: &Draft<'_>, [classic, native]: &[Cel; 2]) -> Cel {
    let by_pod = draft.named("native");
    let depends = draft.variables.iter().any(|(name, _)| format!("variables.{name}") == by_pod);
    match (depends, draft.scope.profile.native_sidecar) {
        (true, _) => format!("({by_pod} ? {native} : {classic})"),
        (false, NativeSidecar::Always) => native.clone(),
        (false, NativeSidecar::Auto | NativeSidecar::Never) => classic.clone(),
    }
}

//! Objects that are nearly workloads: they hold a pod template, and their kind or API version is missing or misspelt, so that
//! nothing is injected.

use crate::diagnostic::words::{list, nearest};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::workload::{self, Identity, KINDS, Meant, Trait, WorkloadKind};
use crate::text::yaml::node::NodeRef;
use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

/// A warning about an object with both, of which one is wrong.
pub(super) fn misspelt(object: NodeRef<'_>, identity: &Identity) -> Option<Diagnostic> {
    misspelt_workload(object, identity).or_else(|| misspelt_list(object, &identity.kind))
}

fn misspelt_workload(object: NodeRef<'_>, identity: &Identity) -> Option<Diagnostic> {
    let Identity { kind, api_version, .. } = identity;
    let meant = workload::meant(kind, Some(api_version))?;
    let (is_kind, is_version) = (meant.row.kind == kind, meant.api_version == *api_version);
    if is_kind && is_version || !holds_template(object, meant.row) {
        return None;
    }
    let Meant { row: WorkloadKind { kind: known, .. }, api_version: version } = &meant;
    let (at, message, hint) = match (is_kind, is_version) {
        (false, true) => ("kind", format!("`{kind}` is not a kind of `{api_version}`"), format!("`{known}`")),
        (false, false) => (
            "kind",
            format!("there is no kind `{kind}`, and no `apiVersion: {api_version}` for it"),
            format!("`kind: {known}` with `apiVersion: {version}`"),
        ),
        _ => ("apiVersion", format!("`{api_version}` has no kind `{kind}`"), format!("`{version}`")),
    };
    // A version that the group does not have is no reason not to inject: the API server refuses the object then.
    let effect = if identity.workload().is_some() { "" } else { ", so nothing is injected" };
    let warning = Diagnostic::new(Code::MisspeltKind, Pointer::of([at]), format!("{message}{effect}"));
    Some(warning.hint(format!("did you mean {hint}?")))
}

/// A warning about a workload without a pod template, in which something elsewhere looks like one: a field is misspelt, or it
/// is written as for another kind.
pub(super) fn misplaced(object: NodeRef<'_>, identity: &Identity, templates: &[Pointer]) -> Option<Diagnostic> {
    let row = identity.workload().filter(|_| templates.is_empty())?;
    let place = workload::look_like_templates(object).into_iter().next()?;
    let kind = row.kind;
    let homes: Vec<String> = row.templates.iter().map(|path| Pointer::of(path.iter().copied()).to_string()).collect();
    let here = if place.is_root() { "the object itself".to_owned() } else { format!("`{place}`") };
    let message = format!("a {kind} has its pod template at {}, and here {here} looks like one", list(&homes));
    Some(
        Diagnostic::new(Code::UnknownTemplate, place, message).hint("nothing is injected: move it, or change the kind"),
    )
}

/// A note about a workload without a pod template that is not a patch by what else it has: it has the selector that a whole one
/// needs.
pub(super) fn without_template(object: NodeRef<'_>, identity: &Identity) -> Option<Diagnostic> {
    let row = identity.workload().filter(|_| identity.has(Trait::Selector))?;
    object.path(&["spec", "selector"]).filter(|selector| !selector.members().is_empty())?;
    let [path] = row.templates else { return None };
    // A value of another type is an error.
    if object.path(path).is_some_and(|template| template.kind() != Kind::Null) {
        return None;
    }
    let home = path.join(".");
    let message = format!("looks like a patch: a {} without `{home}` cannot be created", row.kind);
    let hint = "nothing is injected: write the pod template, or inject what kustomize renders";
    Some(Diagnostic::new(Code::PatchFragment, Pointer::of(["spec"]), message).hint(hint))
}

/// A list is one by the end of its kind.
fn misspelt_list(object: NodeRef<'_>, kind: &str) -> Option<Diagnostic> {
    if kind.ends_with("List") || !lists_workloads(object) {
        return None;
    }
    let folded = kind.to_lowercase();
    let of_kind = || workload::known_kind(folded.strip_suffix("list")?).map(|kind| format!("{kind}List"));
    let meant = nearest(kind, ["List"]).map(str::to_owned).or_else(of_kind)?;
    let message = format!("there is no kind `{kind}`, so nothing in this list is injected");
    let warning = Diagnostic::new(Code::MisspeltKind, Pointer::of(["kind"]), message);
    Some(warning.hint(format!("did you mean `{meant}`?")))
}

/// A warning about a list without `apiVersion` or `kind`.
fn incomplete_list(object: NodeRef<'_>, kind: Option<&str>) -> Option<Diagnostic> {
    let (missing, hint) = match kind {
        Some(kind) => {
            let of_kind = workload::meant(kind.strip_suffix("List")?, None);
            let version = of_kind.map_or_else(|| "v1".to_owned(), |meant| meant.api_version);
            ("`apiVersion`", format!("write `apiVersion: {version}`"))
        }
        None => ("`kind`", "write `apiVersion: v1` and `kind: List`".to_owned()),
    };
    let message = format!("this list of workloads has no {missing}, so nothing in it is injected");
    lists_workloads(object).then(|| Diagnostic::new(Code::MisspeltKind, Pointer::root(), message).hint(hint))
}

fn lists_workloads(object: NodeRef<'_>) -> bool {
    let is_workload = |item| workload::identify(item).is_some_and(|identity| identity.workload().is_some());
    object.member("items").map(View::elements).unwrap_or_default().into_iter().any(is_workload)
}

/// A warning about an object without `apiVersion` or `kind`.
pub(super) fn incomplete(object: NodeRef<'_>) -> Option<Diagnostic> {
    let text = |name| object.text(&[name]).filter(|text| !text.is_empty());
    let (kind, version) = (text("kind"), text("apiVersion"));
    incomplete_workload(object, kind.as_deref(), version.as_deref())
        .or_else(|| incomplete_list(object, kind.as_deref()))
}

fn incomplete_workload(object: NodeRef<'_>, kind: Option<&str>, version: Option<&str>) -> Option<Diagnostic> {
    let (missing, hint) = match (kind, version) {
        (Some(kind), None) => {
            let meant = workload::meant(kind, None).filter(|meant| holds_template(object, meant.row))?;
            let own = if meant.row.kind == kind { String::new() } else { format!(", and `kind: {}`", meant.row.kind) };
            ("`apiVersion`", format!("write `apiVersion: {}`{own}", meant.api_version))
        }
        (None, Some(version)) => {
            let group = version.split_once('/').map_or("", |(group, _)| group);
            let rows = KINDS.iter().filter(|row| row.groups.contains(&group) && holds_template(object, row));
            let kinds: Vec<&str> = rows.map(|row| row.kind).collect();
            let hint = match kinds.as_slice() {
                [] => return None,
                [kind] => format!("write `kind: {kind}`"),
                kinds => format!("write its kind, which is one of {}", list(kinds)),
            };
            ("`kind`", hint)
        }
        _ => {
            object.member("metadata")?;
            let _ = KINDS.iter().find(|row| holds_template(object, row))?;
            (
                "`apiVersion` and no `kind`",
                "write both, such as `apiVersion: apps/v1` and `kind: Deployment`".to_owned(),
            )
        }
    };
    let message = format!("this object has a pod template, but no {missing}, so nothing is injected");
    Some(Diagnostic::new(Code::MisspeltKind, Pointer::root(), message).hint(hint))
}

/// Whether something looks like a pod template where objects of this kind have theirs.
fn holds_template(object: NodeRef<'_>, row: &'static WorkloadKind) -> bool {
    let found = workload::templates_of(row, object);
    found.iter().filter_map(|place| workload::locate(object, place)).any(workload::looks_like_template)
}

//! What becomes of one object: facts gathered, the core asked, what else is worth telling added. Whether it came in a file
//! or from an API server is not known here.

use std::sync::Arc;

use super::objects::Found;
use super::{Action, Job, Object, Sort};
use crate::decide::clean::{self, Clean};
use crate::decide::facts::{Facts, Operation};
use crate::decide::inject::{self, Outcome};
use crate::decide::uninject;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::workload::{self, Identity};
use crate::process::roundtrip;
use crate::profile::Profile;
use crate::text::yaml::node::NodeRef;
use crate::text::yaml::tree::Tree;
use crate::value::layer::{Change, Layer};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Plans one object; `None` for what is no object of Kubernetes'.
pub(crate) fn object(tree: &Tree<'_>, found: &Found<'_>, job: &Job<'_>) -> Option<Object> {
    let identity = found.identity.clone()?;
    let facts = facts(found, &identity, job);
    let templates = workload::templates(&identity, found.node, &job.request.all_template_paths());
    let node = found.node;
    let cleaned = (job.clean == Clean::Strip).then(|| clean::strip(node, &identity));
    let mut outcome = match &cleaned {
        Some(cleaned) => act(&identity, &cleaned.object, &facts, job),
        None => act(&identity, node, &facts, job),
    };
    if let Some(cleaned) = cleaned
        && !outcome.is_rejected()
    {
        // The object that the patch is proved on is not the cleaned one: templates are told whole.
        for (place, change) in &mut outcome.changed {
            let template = workload::locate(&cleaned.object, place);
            if let Some(intended) = Layer::of(template, change).map(View::value) {
                *change = Change::New(Arc::new(intended));
            }
        }
        outcome.patch.0.splice(0..0, cleaned.patch.0);
    }
    if matches!(job.action, Action::Inject) && facts.operation == Operation::Create {
        outcome.warnings.extend(without_effect(node, &templates, job.request.profiles));
    }
    if templates.is_empty()
        && facts.operation == Operation::Create
        && identity.workload().is_none()
        // A profile of ours has containers too.
        && identity.group != "sidecar-injector"
        && let Some(place) = workload::looks_like_template(node).filter(|place| !place.is_root())
    {
        let message =
            format!("`{}` is not known to hold a pod template, but something here looks like one", identity.kind);
        let group = if identity.group.is_empty() { String::new() } else { format!(".{}", identity.group) };
        outcome.warnings.push(
            Diagnostic::new(Code::UnknownTemplate, place.clone(), message)
                .hint(format!("name it with `--template-path {}{group}={place}`", identity.kind)),
        );
    }
    if !outcome.patch.is_empty() && matches!(job.action, Action::Inject) {
        // What an API server asks about is not stored yet, and is not applied again.
        if found.review.is_none() {
            outcome.warnings.extend(roundtrip::warnings(&identity, node, job.clean));
        }
        outcome.warnings.extend(roundtrip::pod_security(&facts, &templates, node, &outcome.patch));
    }
    let offsets = pointers(&outcome).map(|at| (at.clone(), tree.locate_value(node.id(), at))).collect();
    let is_workload = !templates.is_empty() || identity.workload().is_some();
    Some(Object {
        namespace: facts.namespace.name,
        identity,
        place: found.place.clone(),
        offset: tree.span(node.id()).start,
        review: found.review.clone(),
        outcome,
        sort: if is_workload { Sort::Workload } else { Sort::Other },
        offsets,
        failure: None,
        proved: None,
    })
}

/// Warnings about what steers injection and stands on the outer object only, where nothing reads it.
fn without_effect(object: NodeRef<'_>, templates: &[Pointer], profiles: &[Profile]) -> Vec<Diagnostic> {
    let Some(template) = templates.first().filter(|template| !template.is_root()) else { return Vec::new() };
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for (list, word, key) in profiles.iter().flat_map(Profile::steering_keys) {
        let place = ["metadata", list, key];
        let read =
            |template: &Pointer| workload::locate(object, template).is_some_and(|pod| pod.path(&place).is_some());
        let at = Pointer::of(place);
        if object.path(&place).is_some() && !templates.iter().any(read) && warnings.iter().all(|known| known.at != at) {
            let message = format!("{word} `{key}` has no effect here: it is read from the pod template");
            let hint = format!("move it to `{template}/metadata/{list}`");
            warnings.push(Diagnostic::new(Code::AnnotationWithoutEffect, at, message).hint(hint));
        }
    }
    warnings
}

/// Every place that an outcome points at.
fn pointers(outcome: &Outcome) -> impl Iterator<Item = &Pointer> {
    let of_steps = outcome.steps.iter().flat_map(|step| match &step.verdict {
        inject::Verdict::Rejected(errors, _) => errors.iter().map(|error| &error.at).collect::<Vec<_>>(),
        inject::Verdict::Skipped { at, .. } => vec![at, &step.template],
        _ => vec![&step.template],
    });
    of_steps.chain(outcome.warnings.iter().map(|warning| &warning.at))
}

fn act<'a, V: View<'a>>(identity: &Identity, object: V, facts: &Facts, job: &Job<'_>) -> Outcome {
    match job.action {
        Action::Inject => inject::plan(identity, object, facts, &job.request),
        Action::Uninject(which, leftovers) => uninject::undo(identity, object, &job.request, which, leftovers),
    }
}

/// The facts for one object, as its review or the run has them.
pub(crate) fn facts(found: &Found<'_>, identity: &Identity, job: &Job<'_>) -> Facts {
    let review = found.review.as_ref();
    let of_review = review.and_then(|review| review.namespace.clone());
    let name = of_review.or_else(|| identity.namespace.clone()).unwrap_or_else(|| job.default_namespace.to_owned());
    Facts {
        operation: review.map_or(Operation::Create, |review| review.operation),
        namespace: job.namespaces.get(&name),
        namespace_gate: job.namespace_gate,
        kubernetes_version: job.kubernetes_version,
    }
}

//! Workloads that are parts of one, such as a patch in a kustomize tree: an API server could not create them as they are.
//!
//! A sidecar in a patch would replace, in what kustomize renders, the one of the workload that it is for.

use crate::decide::facts::Fragment;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::workload::{Identity, Trait};
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};

use super::{Case, RuleFinding, is_to_complete};

const HINT: &str = "inject what kustomize renders, or the whole workload";

pub(super) fn patch_fragment<'p, 'a: 'p, V: View<'a>>(case: &Case<'_, 'p, V>) -> RuleFinding {
    let Some((saw, at)) = sign(case) else { return RuleFinding::no("nothing shows that it is a patch") };
    let note = Diagnostic::new(Code::PatchFragment, at.clone(), saw.clone()).hint(HINT);
    RuleFinding { warnings: vec![note], ..RuleFinding::skip(saw).at(case, || at) }
}

/// What shows that the object is a patch, in words, and where it is.
fn sign<'p, 'a: 'p, V: View<'a>>(case: &Case<'_, 'p, V>) -> Option<(String, Pointer)> {
    let (subject, identity) = (case.subject, case.reading.identity);
    match &case.reading.facts.fragment {
        Fragment::Listed => {
            let saw = "a kustomization lists this file as a patch".to_owned();
            return Some((saw, Pointer::root()));
        }
        Fragment::Directive(at) => {
            let key = at.tokens().last().map_or("", ReferenceToken::as_str);
            return Some((format!("a patch, not a workload: it has the key `{key}`"), at.clone()));
        }
        Fragment::No => {}
    }
    let kind = &identity.kind;
    // A selector that is empty would select every pod, and is refused too.
    let selects = |selector: V| {
        let parts = ["matchLabels", "matchExpressions"].into_iter().filter_map(|part| selector.member(part));
        parts.into_iter().any(|part| !part.is_empty())
    };
    if needs_selector(identity) && !subject.object.path(&["spec", "selector"]).is_some_and(selects) {
        let saw = format!("looks like a patch: a {kind} without `spec.selector` cannot be created");
        return Some((saw, subject.at.clone()));
    }
    let is_open = |container: V| match container.member("image") {
        None => container.kind() == Kind::Mapping,
        Some(image) => image.kind() == Kind::Null || image.string().is_some_and(|image| image.is_empty()),
    };
    let is_completed = |container: V| subject.profiles.iter().any(|profile| is_to_complete(profile, container));
    if identity.workload().is_none() || identity.has(Trait::LaterImages) {
        return None;
    }
    let bare = case.containers().iter().find(|found| is_open(found.view) && !is_completed(found.view))?;
    let saw = format!("looks like a patch: container `{}` has no image, and no profile completes it", bare.name);
    Some((saw, subject.at.append(&bare.at())))
}

/// The first versions of some kinds took the selector from the template.
fn needs_selector(identity: &Identity) -> bool {
    let takes_labels = ["apps/v1beta1", "extensions/v1beta1"].contains(&identity.api_version.as_str());
    identity.has(Trait::Selector) && !takes_labels
}

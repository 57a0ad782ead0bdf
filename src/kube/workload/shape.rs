//! Whether a workload has the shape that it must have down to its containers: an object where there is an object, and a list
//! where there is a list.

use super::kinds::WorkloadKind;
use super::step;
use crate::diagnostic::{Code, Diagnostic};
use crate::value::pointer::{Pointer, ReferenceToken};
use crate::value::view::{Kind, View};

/// Where a value is. Nearly all workloads have their shape, so a pointer is made only for one that has not.
#[derive(Clone, Copy)]
enum Place<'p> {
    Root,
    Member(&'p Self, &'p str),
    Element(&'p Self, usize),
}

impl Place<'_> {
    fn pointer(&self) -> Pointer {
        match self {
            Self::Root => Pointer::root(),
            Self::Member(parent, name) => parent.pointer().join(*name),
            Self::Element(parent, index) => parent.pointer().element(*index),
        }
    }
}

/// Each place of a workload where a value of another type keeps its pod templates or containers from being read.
pub(crate) fn misshapen<'a, V: View<'a>>(row: &WorkloadKind, object: V) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for path in row.templates {
        walk(object, Place::Root, path, &mut found);
    }
    found
}

/// What is absent or null is another matter: a patch, or an object that takes its pods from elsewhere.
fn walk<'a, V: View<'a>>(node: V, place: Place<'_>, path: &[&str], found: &mut Vec<Diagnostic>) {
    let Some((token, rest)) = path.split_first() else { return template(node, place, found) };
    if *token == "*" {
        match node.kind() {
            Kind::Null => {}
            Kind::Mapping => {
                let members = node.members().into_iter();
                members.for_each(|(name, it)| walk(it, Place::Member(&place, &name), rest, found));
            }
            Kind::Sequence => {
                let elements = node.elements().into_iter().enumerate();
                elements.for_each(|(index, it)| walk(it, Place::Element(&place, index), rest, found));
            }
            kind => found.push(wrong(&place.pointer(), kind, "an object or a list")),
        }
    } else if is_object(node, place, found)
        && let Some(child) = step(node, token)
    {
        walk(child, Place::Member(&place, token), rest, found);
    }
}

fn template<'a, V: View<'a>>(node: V, place: Place<'_>, found: &mut Vec<Diagnostic>) {
    if !is_object(node, place, found) {
        return;
    }
    let place = Place::Member(&place, "spec");
    let Some(spec) = node.member("spec").filter(|spec| is_object(*spec, place, found)) else { return };
    for list in ["initContainers", "containers"] {
        let Some(containers) = spec.member(list) else { continue };
        let place = Place::Member(&place, list);
        match containers.kind() {
            Kind::Null => {}
            Kind::Sequence => {
                for (index, container) in containers.elements().into_iter().enumerate() {
                    is_object(container, Place::Element(&place, index), found);
                }
            }
            kind => {
                let wrong = wrong(&place.pointer(), kind, "a list");
                let is_map = kind == Kind::Mapping;
                found.push(if is_map { wrong.hint("write a `-` before each container") } else { wrong });
            }
        }
    }
}

fn is_object<'a, V: View<'a>>(node: V, place: Place<'_>, found: &mut Vec<Diagnostic>) -> bool {
    match node.kind() {
        Kind::Mapping => return true,
        Kind::Null => {}
        kind => found.push(wrong(&place.pointer(), kind, "an object")),
    }
    false
}

fn wrong(place: &Pointer, kind: Kind, wanted: &str) -> Diagnostic {
    let tokens = place.tokens();
    let field = match tokens.last().map(ReferenceToken::as_str) {
        // An element of a list is called by the list's name too.
        Some(last) if last.bytes().all(|byte| byte.is_ascii_digit()) => {
            let list = tokens.iter().rev().nth(1).map_or("", ReferenceToken::as_str);
            format!("{list}/{last}")
        }
        last => last.unwrap_or_default().to_owned(),
    };
    let message = format!("`{field}` is {}, and must be {wanted}", kind.name());
    Diagnostic::new(Code::BadValue, place.clone(), message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kube::workload::identify;

    #[test]
    fn a_value_of_another_type_is_found_at_its_place() {
        let deployment = |spec| json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec});
        let template = |template| deployment(json!({"template": template}));
        let cron_job = |spec| json!({"apiVersion": "batch/v1", "kind": "CronJob", "spec": spec});
        let job_set = |spec| json!({"apiVersion": "jobset.x-k8s.io/v1alpha2", "kind": "JobSet", "spec": spec});
        let (an_object, a_list) = ("an object", "a list");
        for (object, expected) in [
            (template(json!({"spec": {"containers": [{"name": "a"}]}})), Vec::new()),
            (template(json!({"spec": {"containers": null}})), Vec::new()),
            (template(json!(null)), Vec::new()),
            (deployment(json!({})), Vec::new()),
            (
                template(json!({"spec": {"containers": {"web": {}}}})),
                vec![format!("/spec/template/spec/containers: `containers` is {an_object}, and must be {a_list}")],
            ),
            (
                template(json!({"spec": {"initContainers": "a", "containers": ["web", {}]}})),
                vec![
                    format!("/spec/template/spec/initContainers: `initContainers` is a string, and must be {a_list}"),
                    format!("/spec/template/spec/containers/0: `containers/0` is a string, and must be {an_object}"),
                ],
            ),
            (
                template(json!({"spec": []})),
                vec![format!("/spec/template/spec: `spec` is a list, and must be {an_object}")],
            ),
            (template(json!("web")), vec![format!("/spec/template: `template` is a string, and must be {an_object}")]),
            (template(json!([{}])), vec![format!("/spec/template: `template` is a list, and must be {an_object}")]),
            (deployment(json!([])), vec![format!("/spec: `spec` is a list, and must be {an_object}")]),
            (
                cron_job(json!({"jobTemplate": 1})),
                vec![format!("/spec/jobTemplate: `jobTemplate` is a number, and must be {an_object}")],
            ),
            (
                job_set(json!({"replicatedJobs": [{"template": true}]})),
                vec![format!("/spec/replicatedJobs/0/template: `template` is a boolean, and must be {an_object}")],
            ),
            (
                job_set(json!({"replicatedJobs": "a"})),
                vec!["/spec/replicatedJobs: `replicatedJobs` is a string, and must be an object or a list".to_owned()],
            ),
        ] {
            let row = identify(&object).unwrap().workload().unwrap();
            let found: Vec<String> =
                misshapen(row, &object).iter().map(|wrong| format!("{}: {}", wrong.at, wrong.message)).collect();
            assert_eq!(found, expected, "{object}");
        }
    }
}

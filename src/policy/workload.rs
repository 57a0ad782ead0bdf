//! The workload that a pod belongs to, as far as a policy can tell by the pod's owner.

use super::cel::{Cel, first_of, quoted};
use super::draft::Draft;
use crate::kube::workload::{OWNERS, Shown};

/// Defines `workload`: an object with a kind, a name and an API version.
pub(super) fn define(draft: &mut Draft<'_>) {
    let controllers =
        "object.metadata.?ownerReferences.orValue([]).filter(o, o.?controller.orValue(false) && o.kind != 'Node')";
    let owner = draft.define(
        "owner",
        format!(
            "{controllers}.size() > 0 ? {{'kind': dyn({controllers}[0].kind), 'name': dyn({controllers}[0].name), 'apiVersion': dyn({controllers}[0].apiVersion)}} : {{'kind': dyn('Pod'), 'name': dyn(object.metadata.?name.orValue('')), 'apiVersion': dyn('v1')}}"
        ),
    );
    let mut cases = Vec::new();
    for row in OWNERS {
        let (group, kinds) = row.makes;
        let kinds: Vec<String> = kinds.iter().map(|kind| quoted(kind)).collect();
        let version = match group {
            "" => format!("{owner}.apiVersion == 'v1'"),
            group => format!("{owner}.apiVersion.startsWith({})", quoted(&format!("{group}/"))),
        };
        let made = format!("{version} && {owner}.kind in [{}]", kinds.join(", "));
        let (condition, name) = shown(&row.shown, row.kind, &owner);
        let workload = format!(
            "{{'kind': dyn({}), 'name': dyn({name}), 'apiVersion': dyn({})}}",
            quoted(row.kind),
            quoted(row.api_version)
        );
        cases.push((format!("{made} && {condition}"), workload));
    }
    draft.define("workload", first_of(cases, &owner));
}

/// When a row fits, and the name.
fn shown(shown: &Shown, kind: &str, owner: &str) -> (Cel, Cel) {
    match shown {
        Shown::By(path) => (format!("{}.orValue('') != ''", at(path)), format!("{}.orValue('')", at(path))),
        Shown::Named(name, kinds) => (
            format!("{}.orValue('') == {} && {}.orValue('') != ''", at(kinds), quoted(kind), at(name)),
            format!("{}.orValue('')", at(name)),
        ),
        Shown::BeforeHash(path) => {
            let end = format!("('-' + {}.orValue(''))", at(path));
            (
                format!(
                    "{}.orValue('') != '' && {owner}.name.endsWith({end}) && {owner}.name.size() > {end}.size()",
                    at(path)
                ),
                format!("{owner}.name.substring(0, {owner}.name.size() - {end}.size())"),
            )
        }
        Shown::BeforeTime => (
            format!("{owner}.name.matches('^.+-(2[4-9]|[3-9][0-9])[0-9]{{6}}$')"),
            format!("{owner}.name.substring(0, {owner}.name.lastIndexOf('-'))"),
        ),
    }
}

fn at(path: &[&str]) -> Cel {
    let mut text = "object".to_owned();
    for (depth, name) in path.iter().enumerate() {
        // The pod's own fields, and below them keys of maps.
        text = if depth < 2 { format!("{text}.?{name}") } else { format!("{text}[?{}]", quoted(name)) };
    }
    text
}

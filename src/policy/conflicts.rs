//! What clashes with the pod: ports, user ids, names of containers.

use super::cel::{Cel, quoted};
use super::containers::{OwnContainer, Port};
use super::draft::Draft;
use super::record;
use crate::profile::slot::Slot;

/// Lists of messages, in the order in which applying a profile finds them.
pub(super) fn of_containers(draft: &Draft<'_>, own: &[OwnContainer]) -> Vec<Cel> {
    let all = draft.named("all");
    let mut clashes = Vec::new();
    for container in own {
        let name = quoted(&container.name);
        let there = format!("{all}.exists(c, c.name == {name})");
        let there = match &container.when {
            Some(when) => format!("{when} && {there}"),
            None => there,
        };
        let listed =
            format!("{}.exists(l, l.contains({}))", draft.named("listed"), quoted(&format!("\"{}\"", container.name)));
        let both = format!(
            "'the profiles `' + {} + {}",
            record::owner(draft, "initContainers|containers", &quoted(&format!("\"{}\"", container.name))),
            quoted(&format!("` and `{}` both add a container `{}`", draft.scope.profile.name, container.name))
        );
        let complete = quoted(&format!(
            "container `{}` is declared to be completed (image `auto`), which a policy cannot do: inject the manifest with injector, or use its webhook",
            container.name
        ));
        clashes.push(format!("({there} ? [{listed} ? {both} : {complete}] : [])"));
    }
    clashes
}

/// Ports, first all of the declared ones, then the user that the profile keeps for itself.
pub(super) fn of_pod(draft: &Draft<'_>, own: &[OwnContainer]) -> Vec<Cel> {
    let mut clashes = Vec::new();
    // An init container that ends has no port by the time others listen.
    // Native sidecars are before the others.
    let of_lists = [Slot::InitContainers, Slot::Containers].map(|list| {
        let staying = own.iter().filter(|container| container.stays);
        staying.filter_map(move |container| Some((container, container.goes_to(list)?)))
    });
    for (container, goes) in of_lists.into_iter().flatten() {
        let clash = |field| ports(draft, container, field);
        let [of_container, of_host] = [clash(("containerPort", "container port")), clash(("hostPort", "host port"))];
        for port in &container.ports {
            let (when, clash) = match port {
                Port::One(when, port) => {
                    (when.as_ref(), format!("[dyn({port})].map(p, {of_container} + {of_host})[0]"))
                }
                Port::Each(list) => {
                    let words = format!("({of_container} + {of_host}).join('; ')");
                    (None, format!("{list}.map(p, {words}).filter(t, t != '')"))
                }
            };
            let goes = Some(&goes).filter(|goes| *goes != "true");
            let conditions: Vec<&str> = goes.into_iter().chain(when).map(String::as_str).collect();
            clashes.push(match conditions.as_slice() {
                [] => clash,
                conditions => format!("({} ? {clash} : [])", conditions.join(" && ")),
            });
        }
    }
    clashes.extend(reserved_user(draft));
    clashes
}

/// The messages about a port `p`, which is taken by number and protocol. A port of a container counts before one of the node.
fn ports(draft: &Draft<'_>, own: &OwnContainer, (field, noun): (&str, &str)) -> Cel {
    let same = |field: &str| format!("p.?{field}.orValue(0) != 0 && q.?{field}.orValue(0) == p.?{field}.orValue(0)");
    let protocol = "q.?protocol.orValue('TCP') == p.?protocol.orValue('TCP')";
    let clash = match field {
        "containerPort" => format!("{} && {protocol}", same(field)),
        field => format!("!({}) && {} && {protocol}", same("containerPort"), same(field)),
    };
    let words = format!(
        "{} + string(p.{field}) + {} + c.name + '`'",
        quoted(&format!("{noun} ")),
        quoted(&format!(" of container `{}` is already used by container `", own.name))
    );
    format!("{}.filter(c, c.?ports.orValue([]).exists(q, {clash})).map(c, {words})", draft.named("neighbours"))
}

fn reserved_user(draft: &Draft<'_>) -> Option<Cel> {
    let reserved = draft.scope.profile.reserved_user.as_ref()?;
    let values = draft.values();
    let when = values.one(&reserved.when, 0);
    let id = values.one(&reserved.id, 0);
    if when == "false" || when == "null" || id == "null" {
        return None;
    }
    let user = "c.?securityContext.?runAsUser.or(object.spec.?securityContext.?runAsUser)";
    let words = format!(
        "'container `' + c.name + '` runs as user ' + string({id}) + {}",
        quoted(&format!(", which the profile `{}` keeps for its own container", draft.scope.profile.name))
    );
    Some(format!(
        "({when} == true && dyn({id}) != null ? {}.filter(c, {user}.hasValue() && {user}.value() == {id}).map(c, {words}) : [])",
        draft.named("others")
    ))
}

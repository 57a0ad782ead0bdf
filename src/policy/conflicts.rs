//! What clashes with the pod: ports, user ids, names of containers.

use super::cel::{Cel, quoted};
use super::containers::OwnContainer;
use super::draft::Draft;
use super::record;

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
    for container in own.iter().filter(|container| container.stays) {
        for (when, port) in &container.ports {
            clashes.extend([("containerPort", "container port"), ("hostPort", "host port")].map(|(field, noun)| {
                let clash = ports(draft, container, port, (field, noun));
                let conditions: Vec<&Cel> = container.when.iter().chain(when).collect();
                match conditions.as_slice() {
                    [] => clash,
                    conditions => {
                        let all: Vec<&str> = conditions.iter().map(|condition| condition.as_str()).collect();
                        format!("({} ? {clash} : [])", all.join(" && "))
                    }
                }
            }));
        }
    }
    clashes.extend(reserved_user(draft));
    clashes
}

/// A port is taken by number and protocol. A port of a container counts before one of the node.
fn ports(draft: &Draft<'_>, own: &OwnContainer, port: &str, (field, noun): (&str, &str)) -> Cel {
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
    format!(
        "[dyn({port})].map(p, {}.filter(c, c.?ports.orValue([]).exists(q, {clash})).map(c, {words}))[0]",
        draft.named("neighbours")
    )
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

//! The operations that put the profile's containers at their places.

use super::{OwnContainer, both};
use crate::policy::cel::{Cel, add, any, quoted};
use crate::policy::draft::Draft;
use crate::profile::Placement;
use crate::profile::slot::Slot;

/// The operations that put the containers at their places, and then what undoing has to know of the list of init containers.
pub(in crate::policy) fn operations(draft: &mut Draft<'_>, own: &[OwnContainer]) -> Vec<Cel> {
    let mut operations = Vec::new();
    for list in [Slot::InitContainers, Slot::Containers] {
        let path = list.place().to_string();
        let going: Vec<Cel> = own.iter().filter_map(|container| container.goes_to(list)).collect();
        if list == Slot::InitContainers && !going.is_empty() {
            let missing = format!("!has(object.spec.initContainers) && {}", any(&going));
            operations.push(format!("({missing} ? [{}] : [])", add(&quoted(&path), "[]")));
        }
        operations.extend(in_list(draft, own, list, &path));
    }
    operations
}

/// Containers of one place.
struct Together<'o> {
    placement: &'o Placement,
    members: Vec<(Cel, &'o OwnContainer)>,
}

fn in_list(draft: &mut Draft<'_>, own: &[OwnContainer], list: Slot, path: &str) -> Vec<Cel> {
    let mut groups: Vec<Together<'_>> = Vec::new();
    for container in own {
        for place in container.places.iter().filter(|place| place.list == list) {
            let member = (both(container.when.as_ref(), place.when.as_ref()), container);
            match groups.iter_mut().find(|group| *group.placement == place.placement) {
                Some(group) => group.members.push(member),
                None => groups.push(Together { placement: &place.placement, members: vec![member] }),
            }
        }
    }
    let mut operations = Vec::new();
    // How far earlier groups move what is behind them: how many containers, and at which index; `None` is the first.
    let mut moved: Vec<(Cel, Option<Cel>)> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let start = match group.placement {
            Placement::First => Some("0".to_owned()),
            Placement::Last => None,
            Placement::Before(name) | Placement::After(name) => {
                let names =
                    format!("{}.map(c, c.name)", draft.named(if list == Slot::Containers { "apps" } else { "inits" }));
                let key = format!("{}Place{number}", if list == Slot::Containers { "container" } else { "init" });
                let found = draft.define(&key, format!("{names}.indexOf({})", quoted(name)));
                warn_absent(draft, list, name, &found);
                let shift: String = moved
                    .iter()
                    .map(|(count, index)| match index {
                        None => format!(" + {count}"),
                        Some(index) => format!(" + ({index} >= 0 && {index} <= {found} ? {count} : 0)"),
                    })
                    .collect();
                let behind = if matches!(group.placement, Placement::After(_)) { " + 1" } else { "" };
                Some(format!("({found} < 0 ? -1 : {found}{behind}{shift})"))
            }
        };
        operations.push(put(group, start.as_deref(), path));
        let count = counted(&group.members);
        match group.placement {
            Placement::First => moved.push((count, None)),
            Placement::Last => {}
            Placement::Before(_) | Placement::After(_) => moved.push((count, start)),
        }
    }
    operations
}

fn counted(members: &[(Cel, &OwnContainer)]) -> Cel {
    let one =
        |(when, _): &(Cel, &OwnContainer)| if when == "true" { "1".to_owned() } else { format!("({when} ? 1 : 0)") };
    format!("({})", members.iter().map(one).collect::<Vec<_>>().join(" + "))
}

/// The operations for containers of one place. `start` is the index of the first; -1, and `None`, are the end.
fn put(group: &Together<'_>, start: Option<&str>, path: &str) -> Cel {
    let path_to = |index: &str| match start {
        None => quoted(&format!("{path}/-")),
        Some("0") if index.bytes().all(|byte| byte.is_ascii_digit()) => quoted(&format!("{path}/{index}")),
        Some(start) => {
            format!("{} + ({start} < 0 ? '-' : string({start} + {index}))", quoted(&format!("{path}/")))
        }
    };
    let first = group.members.first().map(|(when, _)| when.clone()).unwrap_or_default();
    if group.members.iter().all(|(when, _)| *when == first) {
        let members = group.members.iter().enumerate();
        let all: Vec<Cel> =
            members.map(|(index, (_, container))| add(&path_to(&index.to_string()), &container.value)).collect();
        let all = format!("[{}]", all.join(", "));
        return if first == "true" { all } else { format!("({first} ? {all} : [])") };
    }
    let there: Vec<Cel> =
        group.members.iter().map(|(when, container)| format!("({when} ? [{}] : [])", container.value)).collect();
    format!("({}).transformList(i, c, {})", there.join(" + "), add(&path_to("i"), "c"))
}

fn warn_absent(draft: &mut Draft<'_>, list: Slot, name: &str, found: &str) {
    let (noun, profile) = (list.noun(), &draft.scope.profile.name);
    let goes = if list == Slot::InitContainers { "what it adds there" } else { "the sidecar" };
    let message =
        format!("the pod has no {noun} `{name}`, which the placement of profile `{profile}` names: {goes} goes last");
    let warning = format!("({found} < 0 ? [{}] : [])", quoted(&message));
    if !draft.warnings.contains(&warning) {
        draft.warnings.push(warning);
    }
}

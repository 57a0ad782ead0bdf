//! The profile's own containers: what each is, when it is there, and where it goes.
//!
//! Where a container goes may depend on the pod, so it has several places, each with a condition of which one holds. Those
//! with the same place stay together in the profile's order, as they do when a profile is applied.

use super::cel::{Cel, add, any, literal, quoted};
use super::draft::Draft;
use super::values::Piece;
use crate::profile::slot::Slot;
use crate::profile::template::Template;
use crate::profile::{Addition, NativeSidecar, Placement, PlacementTemplate};
use crate::value::pointer::Pointer;

/// One container.
pub(super) struct OwnContainer {
    pub(super) name: String,
    /// What it is, as a variable.
    pub(super) value: Cel,
    /// When it is there; `None` for always.
    pub(super) when: Option<Cel>,
    /// The expressions of its ports, each with when it is there.
    pub(super) ports: Vec<(Option<Cel>, Cel)>,
    /// Whether it runs as long as the application does.
    pub(super) stays: bool,
    places: Vec<Place>,
}

/// A place, and when it is the one.
struct Place {
    when: Option<Cel>,
    list: Slot,
    placement: Placement,
}

impl OwnContainer {
    /// When it goes into this list; `None` for never.
    pub(super) fn goes_to(&self, list: Slot) -> Option<Cel> {
        let places: Vec<Option<&Cel>> =
            self.places.iter().filter(|place| place.list == list).map(|place| place.when.as_ref()).collect();
        if places.is_empty() {
            return None;
        }
        let conditions: Option<Vec<Cel>> = places.into_iter().map(|when| when.cloned()).collect();
        Some(both(self.when.as_ref(), conditions.map(|conditions| any(&conditions)).as_ref()))
    }
}

/// Both of two conditions; `true` where there is none.
pub(super) fn both(one: Option<&Cel>, other: Option<&Cel>) -> Cel {
    match (one, other) {
        (None, None) => "true".to_owned(),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (Some(one), Some(other)) => format!("({one} && {other})"),
    }
}

/// Defines the containers.
pub(super) fn define(draft: &mut Draft<'_>) -> Vec<OwnContainer> {
    let profile = draft.scope.profile;
    let by_pod = match profile.native_sidecar {
        NativeSidecar::Always => "true".to_owned(),
        NativeSidecar::Never => "false".to_owned(),
        NativeSidecar::Auto => "object.spec.?restartPolicy.orValue('Always') != 'Always'".to_owned(),
    };
    let by_pod = if profile.has_sidecars() { by_pod } else { "false".to_owned() };
    let by_pod = if is_constant(&by_pod) { by_pod } else { draft.define("native", by_pod) };
    let sidecars = &profile.added[Slot::Containers];
    let natives: Vec<Cel> = sidecars.iter().map(|addition| native(draft, addition, &by_pod)).collect();
    let has_native = has_native(draft, &natives);
    let mut own = Vec::new();
    for (index, addition) in profile.added[Slot::InitContainers].iter().enumerate() {
        let places = set_up_places(draft, addition, &has_native);
        own.extend(container(draft, (Slot::InitContainers, index), addition, "false", places));
    }
    for (index, (addition, native)) in sidecars.iter().zip(&natives).enumerate() {
        let places = sidecar_places(draft, addition, native);
        own.extend(container(draft, (Slot::Containers, index), addition, native, places));
    }
    own
}

fn is_constant(condition: &str) -> bool {
    matches!(condition, "true" | "false")
}

fn not(condition: &str) -> Cel {
    match condition {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        other => format!("!{other}"),
    }
}

/// Whether a sidecar is native.
fn native(draft: &Draft<'_>, addition: &Addition, by_pod: &str) -> Cel {
    match &addition.native {
        None => by_pod.to_owned(),
        Some(template) => {
            let value = draft.values().one(template, 0);
            if is_constant(&value) { value } else { format!("({value} == true)") }
        }
    }
}

fn has_native(draft: &mut Draft<'_>, natives: &[Cel]) -> Cel {
    let mut different: Vec<Cel> = natives.to_vec();
    different.dedup();
    match different.as_slice() {
        [] => "false".to_owned(),
        [one] => one.clone(),
        several => {
            let text = any(several);
            draft.define("hasNative", text)
        }
    }
}

/// The places that a profile's placement asks for: of those that an expression gives, `First` and `Last`.
fn of_template(draft: &Draft<'_>, template: &PlacementTemplate) -> Vec<(Option<Cel>, Placement)> {
    let values = draft.values();
    let text = |template: &Template| match draft.scope.values(template, 0).as_deref() {
        Some([serde_json::Value::String(text)]) => Some(text.clone()),
        _ => None,
    };
    let (name, make): (_, fn(String) -> Placement) = match template {
        PlacementTemplate::Before(name) => (name, Placement::Before),
        PlacementTemplate::After(name) => (name, Placement::After),
        PlacementTemplate::Word(word) => {
            return match text(word).as_deref() {
                Some("First") => vec![(None, Placement::First)],
                Some(_) => vec![(None, Placement::Last)],
                None => {
                    let is_first = format!("({} == 'First')", values.one(word, 0));
                    vec![(Some(is_first.clone()), Placement::First), (Some(not(&is_first)), Placement::Last)]
                }
            };
        }
    };
    match text(name) {
        Some(name) => vec![(None, make(name))],
        None => {
            let at = name.expressions().first().map_or_else(Pointer::root, |(_, at)| (*at).clone());
            draft.wrong.say(&at, "a placement beside a container whose name depends on the pod is not compiled");
            Vec::new()
        }
    }
}

/// A set-up container is in front where sidecars are native, and else behind the user's own.
fn set_up_places(draft: &Draft<'_>, addition: &Addition, has_native: &str) -> Vec<Place> {
    let wanted = &draft.scope.profile.placement;
    let list = Slot::InitContainers;
    if let Some(template) = &addition.placement {
        let places = of_template(draft, template).into_iter();
        return places.map(|(when, placement)| Place { when, list, placement }).collect();
    }
    if let Some(placement) = &wanted.init_containers {
        return vec![Place { when: None, list, placement: placement.clone() }];
    }
    let beside = wanted.containers.clone().unwrap_or(Placement::First);
    alternatives(has_native, (list, beside), (list, Placement::Last))
}

fn sidecar_places(draft: &Draft<'_>, addition: &Addition, native: &str) -> Vec<Place> {
    let wanted = &draft.scope.profile.placement;
    let own = match &addition.placement {
        Some(template) => of_template(draft, template),
        None => wanted.containers.iter().map(|placement| (None, placement.clone())).collect(),
    };
    let set_up = wanted.init_containers.clone().or_else(|| wanted.containers.clone()).unwrap_or(Placement::First);
    let has_own = !own.is_empty() && (addition.placement.is_some() || wanted.init_containers.is_some());
    let mut places = Vec::new();
    let in_list = |condition: &str, list: Slot, own: &[(Option<Cel>, Placement)]| -> Vec<Place> {
        let condition = (condition != "true").then(|| condition.to_owned());
        let place = |(when, placement): &(Option<Cel>, Placement)| {
            let when = Some(both(when.as_ref(), condition.as_ref())).filter(|when| when != "true");
            Place { when, list, placement: placement.clone() }
        };
        own.iter().map(place).collect()
    };
    if native != "false" {
        let set_up = [(None, set_up)];
        places.extend(in_list(native, Slot::InitContainers, if has_own { &own } else { &set_up }));
    }
    if native != "true" {
        let of_classic = if own.is_empty() { vec![(None, Placement::Last)] } else { own };
        places.extend(in_list(&not(native), Slot::Containers, &of_classic));
    }
    places
}

/// One place where a condition holds, and another where it does not.
fn alternatives(condition: &str, yes: (Slot, Placement), no: (Slot, Placement)) -> Vec<Place> {
    let place = |when: Option<Cel>, (list, placement): (Slot, Placement)| Place { when, list, placement };
    match condition {
        "true" => vec![place(None, yes)],
        "false" => vec![place(None, no)],
        other => vec![place(Some(other.to_owned()), yes), place(Some(not(other)), no)],
    }
}

fn container(
    draft: &mut Draft<'_>,
    (slot, index): (Slot, usize),
    addition: &Addition,
    native: &str,
    places: Vec<Place>,
) -> Option<OwnContainer> {
    let at = slot.place_in_profile().join(index.to_string());
    let pieces = draft.values().pieces(&addition.template, 0);
    let (when, value) = match pieces.as_slice() {
        [] => return None,
        [Piece::Always(value)] => (None, value.clone()),
        [Piece::Where(condition, value)] => (Some(condition.clone()), value.clone()),
        _ => {
            draft.wrong.say(&at, "a container under `forEach` is not compiled");
            return None;
        }
    };
    let name = addition.template.name().unwrap_or_default().to_owned();
    if native != "false" && !value.starts_with('{') {
        draft.wrong.say(&at, "a native sidecar with alternatives as a whole is not compiled");
        return None;
    }
    let value = with_restart_policy(&value, native);
    let key = if slot == Slot::Containers { "container" } else { "init" };
    let ports = ports(draft, addition, &at);
    let value = draft.define(&format!("{key}{index}"), value);
    let when = when.map(|when| draft.define(&format!("{key}{index}There"), when));
    let stays = slot == Slot::Containers || addition.template.part("restartPolicy").is_some();
    Some(OwnContainer { name, value, when, ports, stays, places })
}

/// A container of this text, which begins as an object does.
fn with_restart_policy(value: &str, native: &str) -> Cel {
    let always = format!("dyn({})", quoted("Always"));
    let member = match native {
        "false" => return value.to_owned(),
        "true" => format!("\"restartPolicy\": {always}, "),
        native => format!("?\"restartPolicy\": ({native} ? optional.of({always}) : optional.none()), "),
    };
    value.replacen('{', &format!("{{{member}"), 1)
}

fn ports(draft: &Draft<'_>, addition: &Addition, at: &Pointer) -> Vec<(Option<Cel>, Cel)> {
    let Some(template) = addition.template.part("ports") else { return Vec::new() };
    let list = match &*template {
        Template::Sparse(inner) => inner,
        other => other,
    };
    let pieces = match list {
        Template::Literal(serde_json::Value::Array(ports)) => {
            ports.iter().map(|port| Piece::Always(literal(port))).collect()
        }
        Template::List(elements) => elements.iter().flat_map(|element| draft.values().pieces(element, 0)).collect(),
        _ => Vec::new(),
    };
    let mut ports = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Always(value) => ports.push((None, value)),
            Piece::Where(condition, value) => ports.push((Some(condition), value)),
            Piece::Each(_) => draft.wrong.say(at, "ports under `forEach` are not compiled"),
        }
    }
    ports
}

/// The operations that put the containers at their places, and then what undoing has to know of the list of init containers.
pub(super) fn operations(draft: &mut Draft<'_>, own: &[OwnContainer]) -> Vec<Cel> {
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

//! The profile's own containers: what each is, when it is there, and where it goes.
//!
//! Where a container goes may depend on the pod, so it has several places, each with a condition of which one holds. Those
//! with the same place stay together in the profile's order, as they do when a profile is applied.

use super::cel::{Cel, any, literal, quoted};
use super::draft::Draft;
use super::values::{Piece, lists, members_of};
use crate::profile::slot::Slot;
use crate::profile::template::{Content, Part, Template};
use crate::profile::{Addition, NativeSidecar, Placement, PlacementTemplate};
use crate::value::pointer::Pointer;

mod operations;

pub(super) use operations::operations;

/// One container.
pub(super) struct OwnContainer {
    pub(super) name: String,
    /// What it is, as a variable.
    pub(super) value: Cel,
    /// When it is there; `None` for always.
    pub(super) when: Option<Cel>,
    pub(super) ports: Vec<Port>,
    /// Messages about copies of it, where it is there for each of a list.
    pub(super) twice: Option<Cel>,
    /// Whether it runs as long as the application does.
    pub(super) stays: bool,
    places: Vec<Place>,
}

/// What a port is.
pub(super) enum Port {
    /// This, and when it is there.
    One(Option<Cel>, Cel),
    /// Each of this list.
    Each(Cel),
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
    let key = if slot == Slot::Containers { "container" } else { "init" };
    let name = addition.template.name().unwrap_or_default().to_owned();
    let pieces = draft.values().pieces(&addition.template, 0);
    let mut twice = None;
    let (when, value) = match pieces.as_slice() {
        [] => return None,
        [Piece::Always(value)] => (None, with_native(draft, addition, value, native)),
        [Piece::Where(condition, value)] => (Some(condition.clone()), with_native(draft, addition, value, native)),
        several => {
            let list = with_native(draft, addition, &lists(several), native);
            let list = draft.define(&format!("{key}{index}Each"), list);
            twice = Some(made_twice(draft, (slot, index), &list, &name));
            (Some(format!("{list}.size() > 0")), format!("{list}[0]"))
        }
    };
    let value = draft.define(&format!("{key}{index}"), value);
    let when = when.map(|when| draft.define(&format!("{key}{index}There"), when));
    let ports = ports(draft, addition, &value);
    let stays = slot == Slot::Containers || addition.template.part("restartPolicy").is_some();
    Some(OwnContainer { name, value, when, ports, twice, stays, places })
}

/// The messages about each container of a list but the first: all have the same name.
fn made_twice(draft: &Draft<'_>, (slot, index): (Slot, usize), list: &str, name: &str) -> Cel {
    let at = slot.place_in_profile().element(index);
    let message =
        format!("{} of the profile `{}`: `{at}` makes `{name}` a second time", slot.field(), draft.scope.profile.name);
    format!("{list}.transformList(j, z, j > 0, {})", quoted(&message))
}

/// A container as a native sidecar, where it is one.
fn with_native(draft: &Draft<'_>, addition: &Addition, value: &str, native: &str) -> Cel {
    if native == "false" || value.starts_with('{') {
        return with_restart_policy(value, native);
    }
    // What is no object as a whole is written once more.
    let template = with_always(&addition.template);
    let as_native = match draft.values().pieces(&template, 0).as_slice() {
        [Piece::Always(value) | Piece::Where(_, value)] => value.clone(),
        several => lists(several),
    };
    if native == "true" { as_native } else { format!("({native} ? dyn({as_native}) : dyn({value}))") }
}

/// The template of a container with `restartPolicy: Always`.
fn with_always(template: &Template) -> Template {
    let always = || ("restartPolicy".to_owned(), Template::Literal("Always".into()));
    match template {
        Template::Part(part) => {
            let content = match &part.content {
                Content::One(inner) => Content::One(with_always(inner)),
                Content::OneOf { common, alternatives } => {
                    let common = std::iter::once(always()).chain(common.iter().cloned()).collect();
                    Content::OneOf { common, alternatives: alternatives.clone() }
                }
                other => other.clone(),
            };
            Template::Part(Box::new(Part { content, ..(**part).clone() }))
        }
        Template::Sparse(inner) => with_always(inner),
        other => Template::Object(std::iter::once(always()).chain(members_of(other)).collect()),
    }
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

/// The ports of a container, which is a variable. Those that are not a plain list show only in it.
fn ports(draft: &Draft<'_>, addition: &Addition, container: &str) -> Vec<Port> {
    let in_container = || vec![Port::Each(format!("{container}.?ports.orValue([])"))];
    if matches!(&addition.template, Template::Part(part) if !matches!(part.content, Content::One(_)) || part.repeat.is_some())
    {
        return in_container();
    }
    let Some(template) = addition.template.part("ports") else { return Vec::new() };
    let list = match &*template {
        Template::Sparse(inner) => inner,
        other => other,
    };
    let pieces: Vec<Piece> = match list {
        Template::Literal(serde_json::Value::Array(ports)) => {
            ports.iter().map(|port| Piece::Always(literal(port))).collect()
        }
        Template::List(elements) => elements.iter().flat_map(|element| draft.values().pieces(element, 0)).collect(),
        _ => return in_container(),
    };
    let port = |piece: Piece| match piece {
        Piece::Always(value) => Port::One(None, value),
        Piece::Where(condition, value) => Port::One(Some(condition), value),
        Piece::Each(list) => Port::Each(list),
    };
    pieces.into_iter().map(port).collect()
}

//! Elements of a list of the pod's spec, each known by its name: volumes and pull secrets.

use super::{Elements, Key, text, times};
use crate::policy::cel::{Cel, add, quoted};
use crate::policy::draft::Draft;
use crate::policy::times::Times;
use crate::policy::{record, stored};
use crate::profile::Addition;
use crate::profile::slot::{Clash, Slot};

/// Defines what one addition gives.
pub(super) fn define(draft: &mut Draft<'_>, elements: &mut Elements, (index, addition): (usize, &Addition)) {
    let slot = elements.slot;
    let pieces = draft.values().pieces(&stored::element(&draft.scope, slot, &addition.template, 0), 0);
    let Some((times, value)) = times(draft, (slot, index), &pieces) else { return };
    let value = match times {
        Times::Once(_) if slot == Slot::Volumes => draft.define(&format!("volume{index}"), value),
        Times::Once(_) | Times::Each(_) => value,
    };
    let key = match text(draft, addition, "name") {
        Some(name) => Key::Fixed(name),
        None if matches!(times, Times::Each(_)) => Key::Member("name"),
        None => Key::Computed(format!("string({value}.name)")),
    };
    let there = format!("{}.exists(v, v.name == {})", list(slot), key.cel());
    let recorded = recorded(draft, slot, &key);
    let earlier = elements.known(&key, &times);
    // Of pull secrets that mean the same, one is enough; two volumes of one name are an error.
    let missing = match (slot.clash(), &earlier) {
        (Clash::Same, Some(earlier)) => format!("!({there}) && !{earlier}"),
        _ => format!("!({there})"),
    };
    if slot.clash() == Clash::Conflict {
        conflict(draft, elements, (&key, &times, &value), &recorded);
        if let Some(earlier) = &earlier {
            elements.say_twice(draft, index, (&key, &times), earlier);
        }
    }
    elements.missing.push(times.any(&missing));
    elements.added.push(times.list(&missing, &add(&quoted(&slot.place().join("-").to_string()), &value)));
    let is_named = format!("{missing} || {there} && {recorded}");
    elements.recorded.push(times.list(&format!("({is_named})"), &key.cel()));
}

/// Whether another profile's entry names it.
fn recorded(draft: &Draft<'_>, slot: Slot, key: &Key) -> Cel {
    let lists = match slot {
        Slot::Volumes => draft.named("listedVolumes"),
        _ => draft.named("listedPullSecrets"),
    };
    format!("{lists}.exists(l, l.contains({}))", key.in_record())
}

/// A volume of the same name that is another one.
fn conflict(draft: &Draft<'_>, elements: &mut Elements, (key, times, value): (&Key, &Times, &str), owned: &str) {
    let slot = elements.slot;
    let before = format!("the profile `{}` adds a {} `", draft.scope.profile.name, slot.noun());
    let theirs = format!(
        "{} + {} + {}",
        key.between(&before, "`, and the profile `"),
        record::owner(draft, slot.field(), &key.in_record()),
        quoted("` has a different one of that name")
    );
    let pods = key.between(&before, "`, and the pod has a different one of that name");
    let differs = format!("{}.exists(v, v.name == {} && v != {value})", list(slot), key.cel());
    elements.conflicts.push(times.list(&differs, &format!("({owned} ? {theirs} : {pods})")));
}

/// The pod's list of a slot.
fn list(slot: Slot) -> Cel {
    format!("object.spec.?{}.orValue([])", slot.field())
}

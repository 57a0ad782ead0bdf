//! Elements of a list of the pod's spec, each known by its name: volumes and pull secrets.

use super::{Elements, Key, text, times};
use crate::policy::cel::{Cel, add, quoted};
use crate::policy::draft::Draft;
use crate::policy::record;
use crate::policy::times::{ELEMENT, Times};
use crate::profile::Addition;
use crate::profile::slot::{Clash, Slot};

/// Defines what one addition gives.
pub(super) fn define(draft: &mut Draft<'_>, elements: &mut Elements, (index, addition): (usize, &Addition)) {
    let slot = elements.slot;
    let pieces = draft.values().pieces(&addition.template, 0);
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
    let same = match with_defaults(draft, (times, value)) {
        Some(other) => format!("(v == {value} || v == {other})"),
        None => format!("(v == {value})"),
    };
    let differs = format!("{}.exists(v, v.name == {} && !{same})", list(slot), key.cel());
    elements.conflicts.push(times.list(&differs, &format!("({owned} ? {theirs} : {pods})")));
}

/// A volume, which is a variable or the element at hand of one, with what the API server fills in; `None` where that is nothing.
fn with_defaults(draft: &Draft<'_>, (times, volume): (&Times, &str)) -> Option<Cel> {
    let variable = match times {
        Times::Once(_) => volume,
        Times::Each(list) => list,
    };
    let (_, written) = draft.variables.iter().find(|(name, _)| format!("variables.{name}") == variable)?;
    let filled = filled_in(written);
    match times {
        _ if filled == *written => None,
        Times::Once(_) => Some(filled),
        Times::Each(_) => Some(format!("{filled}.filter(w, w.name == {ELEMENT}.name)[0]")),
    }
}

/// The text of volumes with the mode of files that is the default.
fn filled_in(text: &str) -> String {
    let mut text = text.to_owned();
    for source in ["configMap", "secret", "projected", "downwardAPI"] {
        let open = format!("\"{source}\": dyn({{");
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(&open)) {
            from += at + open.len();
            let inner = text.get(from..).map(inside).unwrap_or_default();
            if !inner.contains("\"defaultMode\":") {
                text.insert_str(from, "\"defaultMode\": dyn(420), ");
            }
        }
    }
    text
}

/// What is before the brace that closes an object.
fn inside(text: &str) -> &str {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for (at, next) in text.char_indices() {
        match (quote, next) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(mark), _) if next == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(next),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return text.get(..at).unwrap_or(text),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    text
}

/// The pod's list of a slot.
fn list(slot: Slot) -> Cel {
    format!("object.spec.?{}.orValue([])", slot.field())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_mode_goes_into_each_source_that_says_none() {
        let text = r#"{"name": dyn("}"), "configMap": dyn({"name": dyn("a")})}, {"configMap": dyn({"items": dyn([]), "defaultMode": dyn(1)})}"#;
        let filled = r#"{"name": dyn("}"), "configMap": dyn({"defaultMode": dyn(420), "name": dyn("a")})}, {"configMap": dyn({"items": dyn([]), "defaultMode": dyn(1)})}"#;
        assert_eq!(filled_in(text), filled);
        assert_eq!(filled_in(filled), filled);
    }
}

//! Words that messages have in common: lists of values, and the nearest known name of a misspelt one.

/// The known name that was most likely meant: at most two edits away, one for short names; capitals do not count.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let folded = name.to_lowercase();
    // Enough for a slip, too few for another word.
    let most = if name.chars().count() <= 4 { 1 } else { 2 };
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= most && distance < candidate.chars().count())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Words of other languages and tools, each with the one for the same thing here.
const SYNONYMS: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("bytes", "quantity"),
    ("choice", "enum"),
    ("cpu", "quantity"),
    ("dur", "duration"),
    ("flag", "boolean"),
    ("int", "integer"),
    ("int32", "integer"),
    ("int64", "integer"),
    ("interval", "duration"),
    ("long", "integer"),
    ("memory", "quantity"),
    ("num", "integer"),
    ("number", "integer"),
    ("numeric", "integer"),
    ("oneof", "enum"),
    ("resource", "quantity"),
    ("select", "enum"),
    ("size", "quantity"),
    ("str", "string"),
    ("text", "string"),
    ("time", "duration"),
    ("timeout", "duration"),
    ("uint", "integer"),
];

/// The known name that was most likely meant: one that means the same, or else one a slip away.
pub(crate) fn meant<'n>(name: &str, known: impl IntoIterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let folded = name.to_lowercase();
    let same = SYNONYMS.iter().find(|(word, _)| *word == folded).map(|(_, same)| *same);
    let same = same.and_then(|same| known.clone().into_iter().find(|known| *known == same));
    same.or_else(|| nearest(name, known))
}

/// How many letters have to be put in, left out, changed or exchanged with their neighbours to make one word of the other.
pub(crate) fn edits(one: &str, other: &str) -> usize {
    strsim::osa_distance(one, other)
}

/// Values in backticks, with commas between.
pub(crate) fn list<T: AsRef<str>>(values: &[T]) -> String {
    values.iter().map(|value| format!("`{}`", value.as_ref())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_slip_away_or_none() {
        let known = ["policy", "placement", "podSwitch", "containers", "initContainers"];
        for (name, expected) in [
            ("Policy", Some("policy")),
            ("polcy", Some("policy")),
            ("podswitch", Some("podSwitch")),
            ("container", Some("containers")),
            ("initContianers", Some("initContainers")),
            ("webhook", None),
            ("x", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
        let types = ["string", "integer", "boolean", "quantity", "duration", "enum"];
        for (name, expected) in [
            ("bool", Some("boolean")),
            ("Int", Some("integer")),
            ("str", Some("string")),
            ("number", Some("integer")),
            ("num", Some("integer")),
            ("interger", Some("integer")),
            ("float", None),
        ] {
            assert_eq!(meant(name, types), expected, "{name}");
        }
        assert_eq!(meant("bool", ["string"]), None, "only what there is can be meant");
        assert_eq!(nearest("b", ["a"]), None, "one letter is another name, not a slip");
    }
}

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
        assert_eq!(nearest("b", ["a"]), None, "one letter is another name, not a slip");
    }
}

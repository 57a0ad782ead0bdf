//! Whether a name is one, by the grammars of `crate::names`, and the nearest known name of a misspelt one.
//! Nothing here looks at an object, and nothing says what is wrong with a name.

use crate::names;

/// Whether this is a DNS label (RFC 1123).
pub fn is_dns_label(text: &str) -> bool {
    names::dns_label(text).is_ok()
}

/// Whether this can be the key of a label or an annotation: `[DNS subdomain/]name`.
pub fn is_qualified_name(text: &str) -> bool {
    names::qualified_name(text).is_ok()
}

/// Whether this can be a label's value.
pub fn is_label_value(text: &str) -> bool {
    names::label_value(text).is_ok()
}

/// Whether this can be a parameter's name.
pub fn is_parameter_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The known name that was most likely meant: at most two edits away, one for short names, capitals aside.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_kubernetes_grammars() {
        let long = "a".repeat(64);
        for (text, label, qualified, value) in [
            ("web-1", true, true, true),
            ("Web", false, true, true),
            ("-web", false, false, false),
            ("web-", false, false, false),
            ("", false, false, true),
            ("a.b_c", false, true, true),
            ("example.com/a_B", false, true, false),
            ("Example.com/a", false, false, false),
            ("example.com/", false, false, false),
            ("/a", false, false, false),
            ("a/b/c", false, false, false),
            (&long, false, false, false),
        ] {
            assert_eq!(
                (is_dns_label(text), is_qualified_name(text), is_label_value(text)),
                (label, qualified, value),
                "{text}"
            );
        }
    }

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

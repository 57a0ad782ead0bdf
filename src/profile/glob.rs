//! Patterns in which `*` is any text, as `alreadyInjected` has them. Nothing else is special.

/// Whether the whole of a text matches a pattern. Linear in the text for each literal part of the pattern.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    // `split` yields at least one part.
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(mut part) = parts.next() else { return rest.is_empty() };
    for next in parts {
        // The leftmost place is always as good as a later one: it leaves the most text for what follows.
        let Some(at) = find(rest, part) else { return false };
        rest = &rest[at + part.len()..];
        part = next;
    }
    rest.ends_with(part)
}

/// As `str::find`, which prepares for long texts: a pattern's parts and the names they are sought in are short.
fn find(text: &str, part: &str) -> Option<usize> {
    let Some(first) = part.as_bytes().first() else { return Some(0) };
    let bytes = text.as_bytes();
    memchr::memchr_iter(*first, bytes).find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(part.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_any_text_and_the_rest_is_literal() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("web", "web", true),
            ("web", "web2", false),
            ("*cortexflow-proxy*", "my-cortexflow-proxy-2", true),
            ("*cortexflow-proxy*", "cortexflow-proxy", true),
            ("*cortexflow-proxy*", "cortexflow", false),
            ("a*b*c", "abc", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*:latest", "nginx:latest", true),
            ("a?c", "abc", false),
            ("**", "é", true),
            ("*é", "caféé", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }
}

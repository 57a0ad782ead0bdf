//! Patterns in which `*` is any text, as `alreadyInjected` has them. Nothing else is special.

/// Whether the whole of a text matches a pattern.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    // Most patterns are one literal between two stars.
    let between = pattern.strip_prefix('*').and_then(|rest| rest.strip_suffix('*'));
    if let Some(literal) = between.filter(|literal| memchr::memchr(b'*', literal.as_bytes()).is_none()) {
        return contains(text, literal);
    }
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut next) = (0, 0);
    // Behind the last star, and how far its text goes. The leftmost place for what follows a star is always as good as a later
    // one: it leaves the most text for the rest. So a star is never looked at again once there is a later one.
    let mut star = None;
    while let Some(byte) = text.get(at) {
        match pattern.get(next) {
            Some(b'*') => {
                next += 1;
                star = Some((next, at));
            }
            Some(wanted) if wanted == byte => (at, next) = (at + 1, next + 1),
            _ => {
                let Some((behind, end)) = star else { return false };
                star = Some((behind, end + 1));
                (at, next) = (end + 1, behind);
            }
        }
    }
    pattern.get(next..).unwrap_or_default().iter().all(|rest| *rest == b'*')
}

/// As `str::contains`, which prepares for long texts: a pattern's literals and the names they are sought in are short.
fn contains(text: &str, literal: &str) -> bool {
    let Some((first, rest)) = literal.as_bytes().split_first() else { return true };
    let bytes = text.as_bytes();
    memchr::memchr_iter(*first, bytes).any(|at| bytes.get(at + 1..).is_some_and(|behind| behind.starts_with(rest)))
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

//! Which texts are valid names, keys and label values:
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>.

/// What is wrong with a name, as a phrase that follows it: ``name `A` must have …``.
pub(crate) type NameFault = String;

/// A label of RFC 1123: the name of a container or a volume.
pub(crate) fn dns_label(text: &str) -> Result<(), NameFault> {
    longest(text, 63)?;
    if is_label_text(text) {
        return Ok(());
    }
    Err("must have only lower-case letters, digits and `-`, and begin and end with a letter or digit".to_owned())
}

/// Labels of RFC 1123 with dots between them: the name of most objects.
pub(crate) fn dns_subdomain(text: &str) -> Result<(), NameFault> {
    longest(text, 253)?;
    if text.split('.').all(is_label_text) {
        return Ok(());
    }
    Err("must have only lower-case letters, digits, `-` and `.`, and each part must begin and end with a letter or digit"
        .to_owned())
}

/// A service name of RFC 6335: the name of a port.
pub(crate) fn port_name(text: &str) -> Result<(), NameFault> {
    longest(text, 15)?;
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err("must have only lower-case letters, digits and `-`".to_owned());
    }
    if !text.bytes().any(|b| b.is_ascii_lowercase()) {
        return Err("has no letter".to_owned());
    }
    if text.contains("--") {
        return Err("has two `-` in a row".to_owned());
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err("begins or ends with `-`".to_owned());
    }
    Ok(())
}

/// The name of an environment variable, by the rules of Kubernetes 1.32 and later: printable ASCII without `=`.
pub(crate) fn env_name(text: &str) -> Result<(), NameFault> {
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if text.bytes().all(|b| (b.is_ascii_graphic() || b == b' ') && b != b'=') {
        return Ok(());
    }
    Err("must have only printable ASCII characters other than `=`".to_owned())
}

/// A key in a ConfigMap or Secret.
pub(crate) fn config_key(text: &str) -> Result<(), NameFault> {
    longest(text, 253)?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    if text.is_empty() || !text.bytes().all(plain) {
        return Err("must have only letters, digits, `-`, `_` and `.`".to_owned());
    }
    if text == "." || text.starts_with("..") {
        return Err("is `.` or begins with `..`".to_owned());
    }
    Ok(())
}

/// A key of labels, annotations and resources: a name, with or without a DNS subdomain and `/` before it.
pub(crate) fn qualified_name(text: &str) -> Result<(), NameFault> {
    let name = match text.split_once('/') {
        Some((prefix, _)) if dns_subdomain(prefix).is_err() => {
            return Err(format!("has a prefix, `{prefix}`, that is not a DNS subdomain"));
        }
        Some((_, name)) => name,
        None => text,
    };
    if name.contains('/') {
        return Err("has more than one `/`".to_owned());
    }
    longest(name, 63)?;
    if is_label_word(name) {
        return Ok(());
    }
    Err("must have only letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit".to_owned())
}

/// A label's value: empty, or a word of at most 63 characters.
pub(crate) fn label_value(text: &str) -> Result<(), NameFault> {
    longest(text, 63)?;
    if text.is_empty() || is_label_word(text) {
        return Ok(());
    }
    Err("must have only letters, digits, `-`, `_` and `.`, and begin and end with a letter or digit".to_owned())
}

pub(crate) fn is_dns_label(text: &str) -> bool {
    dns_label(text).is_ok()
}

pub(crate) fn is_qualified_name(text: &str) -> bool {
    qualified_name(text).is_ok()
}

pub(crate) fn is_label_value(text: &str) -> bool {
    label_value(text).is_ok()
}

fn longest(text: &str, limit: usize) -> Result<(), NameFault> {
    if text.len() <= limit {
        return Ok(());
    }
    Err(format!("has {} characters, more than {limit}", text.len()))
}

fn is_label_text(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_label_word(text: &str) -> bool {
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    ends(text.as_bytes().first())
        && ends(text.as_bytes().last())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Grammar = fn(&str) -> Result<(), NameFault>;

    #[test]
    fn names_are_taken_and_refused_as_kubernetes_does() {
        let long = |n: usize| "a".repeat(n);
        let cases: [(&str, Grammar, Vec<String>, Vec<String>); 7] = [
            (
                "dns label",
                dns_label,
                s(&["a", "a-b", "0", &long(63)]),
                s(&["", "A", "a.b", "-a", "a-", "a_b", "é", &long(64)]),
            ),
            (
                "subdomain",
                dns_subdomain,
                s(&["a", "a.b-c", "0.0"]),
                s(&["", "a..b", ".a", "a.", "A", "a.-b", &long(254)]),
            ),
            (
                "port",
                port_name,
                s(&["http", "a", "h-2", "0a", &long(15)]),
                s(&["", "80", "a--b", "-a", "a-", "Http", "a_b", &long(16)]),
            ),
            ("env", env_name, s(&["A", "a.b-c", "1", "a b", "~"]), s(&["", "a=b", "a\tb", "é", "a\u{7f}"])),
            ("key", config_key, s(&["a.b", "A_b", ".a", "-"]), s(&["", ".", "..", "..a", "a/b", &long(254)])),
            (
                "qualified",
                qualified_name,
                s(&["a", "A.b_c-d", "example.com/a", "a/0", &long(63)]),
                s(&["", "/a", "a/", "a/b/c", "A/b", "-a", "a b", &long(64), &format!("a/{}", long(64))]),
            ),
            (
                "label value",
                label_value,
                s(&["", "a", "A.b_c-d", &long(63)]),
                s(&["-a", "a-", "a b", "a/b", "é", &long(64)]),
            ),
        ];
        for (what, rule, good, bad) in cases {
            for text in good {
                assert_eq!(rule(&text), Ok(()), "{what} `{text}`");
            }
            for text in bad {
                assert!(rule(&text).is_err(), "{what} `{text}`");
            }
        }
    }

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

    fn s(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }
}

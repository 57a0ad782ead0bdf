//! The grammars of parameter values that are written as text: ports, quantities.
//! Each is as strict as Kubernetes or stricter; none removes spaces that are not its own.

use crate::kube::quantity::Quantity;

/// Whether this can be a parameter's name: a letter, then letters, digits and `_`.
pub(crate) fn is_parameter_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// An absolute path without a `..` segment: it stays below whatever its place puts before it. No control characters.
pub(crate) fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.split('/').all(|segment| segment != "..") && !text.chars().any(char::is_control)
}

/// `true` or `false`, and nothing else: what YAML 1.1 calls a boolean, an annotation holds as text.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    text.parse().ok()
}

/// The largest integer; the smallest is its negative. Every JSON reader keeps these exact, and an admission policy writes them
/// as numbers. From 2^53 on it writes a string.
pub(crate) const MAX_INTEGER: i64 = (1 << 53) - 1;

/// An integer of at most [`MAX_INTEGER`] in its usual spelling: no `+`, no leading zeros, which others read as octal.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text)?;
    (-MAX_INTEGER..=MAX_INTEGER).contains(&number).then_some(number)
}

/// A port from 1 to 65535, spelled as an [`integer`].
pub(crate) fn port(text: &str) -> Option<u16> {
    integer(text).and_then(|number| u16::try_from(number).ok()).filter(|&port| port > 0)
}

/// Ports and ranges with commas between, `*`, or nothing. Comes back without spaces and without repetitions, a range of
/// one port as that port, in the order written.
pub(crate) fn ports(text: &str) -> Option<String> {
    let text = text.trim_matches(' ');
    if text.is_empty() || text == "*" {
        return Some(text.to_owned());
    }
    let mut items: Vec<String> = Vec::new();
    for item in text.split(',') {
        let item = item.trim_matches(' ');
        let normal = match item.split_once('-') {
            None => port(item)?.to_string(),
            Some((from, to)) => match (port(from)?, port(to)?) {
                (from, to) if from == to => from.to_string(),
                (from, to) if from < to => format!("{from}-{to}"),
                _ => return None,
            },
        };
        if !items.contains(&normal) {
            items.push(normal);
        }
    }
    Some(items.join(","))
}

/// Whether a list of [`ports`] has this port. An empty item has none.
pub(crate) fn has_port(list: &str, number: u64) -> bool {
    list.split(',').map(|item| item.trim_matches(' ')).any(|item| match item.split_once('-') {
        None => item == "*" || port(item).is_some_and(|port| u64::from(port) == number),
        Some((from, to)) => match (port(from), port(to)) {
            (Some(from), Some(to)) => (u64::from(from)..=u64::from(to)).contains(&number),
            _ => false,
        },
    })
}

/// How many bytes a quantity may have. No amount needs more, and an admission policy counts no cost for reading one.
pub(crate) const MAX_QUANTITY: usize = 64;

/// A Kubernetes quantity that is not negative.
pub(crate) fn is_quantity(text: &str) -> bool {
    text.len() <= MAX_QUANTITY && Quantity::parse(text).is_ok_and(|quantity| !quantity.is_negative())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-7", Some(-7)),
            ("9007199254740991", Some(MAX_INTEGER)),
            ("9007199254740992", None),
            ("-9007199254740991", Some(-MAX_INTEGER)),
            ("-9007199254740992", None),
            ("9223372036854775808", None),
            ("+1", None),
            ("010", None),
            ("-0", None),
            ("1.0", None),
            (" 1", None),
            ("", None),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
        for (text, expected) in [("1", Some(1)), ("65535", Some(65535)), ("0", None), ("65536", None), ("-1", None)] {
            assert_eq!(port(text), expected, "{text}");
        }
    }

    #[test]
    fn ports_are_normalised() {
        for (text, expected) in [
            ("", Some("")),
            (" ", Some("")),
            ("*", Some("*")),
            ("80", Some("80")),
            (" 80 , 443,8000-8100", Some("80,443,8000-8100")),
            ("80,80,7-7", Some("80,7")),
            ("80,,443", None),
            ("80,", None),
            ("*,80", None),
            ("9-8", None),
            ("80 - 90", None),
            ("-80", None),
            ("1-2-3", None),
            ("http", None),
        ] {
            assert_eq!(ports(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_list_has_its_ports() {
        for (list, has, has_not) in [
            ("*", &[1, 80, 65535][..], &[][..]),
            ("", &[], &[80]),
            ("80,8000-8100", &[80, 8000, 8050, 8100], &[81, 7999, 8101]),
            ("5054,", &[5054], &[0, 80]),
            (",80-80", &[80], &[79, 81]),
            ("http,9-8", &[], &[8, 9]),
        ] {
            assert!(has.iter().all(|port| has_port(list, *port)), "{list}");
            assert!(!has_not.iter().any(|port| has_port(list, *port)), "{list}");
        }
    }

    #[test]
    fn quantities_are_those_of_kubernetes() {
        for good in ["0", "1", "100m", "0.5", ".5", "1.", "128Mi", "1e3", "1E-3", "1E", "2k", "1.5Gi", "+1"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", ".", "m", "1K", "1mi", "1 Gi", "-1", "1..2", "1e", "1ee3", "1Zi", "1e+", "1,5"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }
}

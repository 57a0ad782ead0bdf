//! The grammars of parameter values that are written as text: ports, quantities, durations, images.
//! Each is as strict as Kubernetes or stricter; none removes spaces that are not its own.

use crate::kube::quantity::Quantity;

/// Whether this can be a parameter's name: a letter, then letters, digits and `_`.
pub(crate) fn is_parameter_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `true` or `false`, and nothing else: what YAML 1.1 calls a boolean, an annotation holds as text.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    text.parse().ok()
}

/// A 64-bit integer in its usual spelling: no `+`, no leading zeros, which others read as octal.
pub(crate) fn integer(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| number.to_string() == text)
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

/// A Kubernetes quantity that is not negative.
pub(crate) fn is_quantity(text: &str) -> bool {
    Quantity::parse(text).is_ok_and(|quantity| !quantity.is_negative())
}

/// A Go duration that is not negative and fits Go's 64-bit nanoseconds: `0`, `1m30s`, `500ms`, `1.5h`.
/// See <https://pkg.go.dev/time#ParseDuration>.
pub(crate) fn is_duration(text: &str) -> bool {
    // Go's longest duration is 2^63 - 1 nanoseconds.
    const LONGEST: f64 = 9.223e18;
    const UNITS: [(&str, f64); 8] =
        [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
    if text == "0" {
        return true;
    }
    let mut rest = text;
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, tail) = after.split_at(end);
        let (Ok(number), Some((_, factor))) = (number.parse::<f64>(), UNITS.iter().find(|(name, _)| *name == unit))
        else {
            return false;
        };
        nanoseconds += number * factor;
        rest = tail;
    }
    !text.is_empty() && nanoseconds <= LONGEST
}

/// A container image reference: `[host[:port]/]path[:tag][@digest]`, after the grammar of
/// <https://pkg.go.dev/github.com/distribution/reference>.
pub(crate) fn is_image(text: &str) -> bool {
    let ImageParts { name, tag, digest } = image_parts(text);
    let path = match name.split_once('/') {
        Some((host, path)) if is_host(host) => path,
        _ => name,
    };
    name.len() <= 255
        && path.split('/').all(is_image_component)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest)
}

/// The parts of an image reference, none of them checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImageParts<'t> {
    /// Host and path.
    pub name: &'t str,
    /// What follows the last `:` of the path.
    pub tag: Option<&'t str>,
    /// What follows `@`.
    pub digest: Option<&'t str>,
}

/// Takes an image reference apart.
pub(crate) fn image_parts(text: &str) -> ImageParts<'_> {
    let (text, digest) = match text.split_once('@') {
        Some((text, digest)) => (text, Some(digest)),
        None => (text, None),
    };
    match text.rsplit_once(':') {
        // A `:` before a `/` is a registry's port.
        Some((name, tag)) if !tag.contains('/') => ImageParts { name, tag: Some(tag), digest },
        _ => ImageParts { name: text, tag: None, digest },
    }
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    algorithm.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && algorithm.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'_' | b'-'))
        && hex.len() >= 32
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Lower case letters and digits, with `.`, `_`, `__` or any number of `-` between.
fn is_image_component(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|&b| plain(b))
        && bytes.last().is_some_and(|&b| plain(b))
        && bytes
            .split(|&b| plain(b))
            .all(|between| matches!(between, b"" | b"." | b"_" | b"__") || between.iter().all(|&b| b == b'-'))
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|address| {
        !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
    });
    let is_name = host.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    (is_address || is_name) && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-7", Some(-7)),
            ("9223372036854775807", Some(i64::MAX)),
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
    fn quantities_are_those_of_kubernetes() {
        for good in ["0", "1", "100m", "0.5", ".5", "1.", "128Mi", "1e3", "1E-3", "1E", "2k", "1.5Gi", "+1"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", ".", "m", "1K", "1mi", "1 Gi", "-1", "1..2", "1e", "1ee3", "1Zi", "1e+", "1,5"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }

    #[test]
    fn durations_are_those_of_go() {
        for good in ["0", "0s", "30s", "1m30s", "500ms", "1.5h", ".5s", "1.s", "10µs", "10μs", "5ns", "1h1h"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "30", "s", "1d", "-1s", "+1s", "1m 30s", "1.2.3s", ".s", "1s5", "99999999h", "1e3s"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }

    #[test]
    fn images_are_references() {
        let digest = "a".repeat(64);
        for good in [
            "nginx",
            "nginx:alpine",
            "lorenzotettamanti/cortexflow-proxy:latest",
            "yauritux/busybox-curl:latest",
            "localhost:5000/a/b:1.2_3-x",
            "Registry.Example.com/a__b/c.d/e---f",
            "[::1]:5000/x",
            &format!("ghcr.io/x/y@sha256:{digest}"),
            &format!("ghcr.io/x/y:1@sha256:{digest}"),
        ] {
            assert!(is_image(good), "{good}");
        }
        for bad in [
            "",
            "Nginx",
            "a b",
            "a:",
            "a:b:c",
            "a/",
            "/a",
            "a//b",
            "-a",
            "a..b",
            "a@sha256:12",
            "a@",
            "https://example.com/a",
            "{{ image }}",
            "a:-x",
            &"a".repeat(256),
        ] {
            assert!(!is_image(bad), "{bad}");
        }
    }
}

//! Container image references: `[host[:port]/]path[:tag][@digest]`.
//!
//! Source: the grammar of <https://pkg.go.dev/github.com/distribution/reference>. Nothing is filled in: `nginx` stays
//! `nginx`, not `docker.io/library/nginx:latest`.

/// Whether this is an image reference.
pub(crate) fn is_image(text: &str) -> bool {
    let ImageParts { name, tag, digest } = image_parts(text);
    let path = match name.split_once('/') {
        Some((host, path)) if is_host(host) => path,
        _ => name,
    };
    name.len() <= 255
        && path.split('/').all(is_path_component)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest)
}

/// The parts of an image reference. They are not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImageParts<'t> {
    /// Host and path.
    pub name: &'t str,
    /// What follows the last `:` of the path.
    pub tag: Option<&'t str>,
    /// What follows `@`.
    pub digest: Option<&'t str>,
}

/// Splits an image reference into its parts.
pub(crate) fn image_parts(text: &str) -> ImageParts<'_> {
    let (text, digest) = match text.split_once('@') {
        Some((text, digest)) => (text, Some(digest)),
        None => (text, None),
    };
    match text.rsplit_once(':') {
        // With a `/` after the `:`, it is the port of a registry.
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

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_path_component(text: &str) -> bool {
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

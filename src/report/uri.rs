//! Paths as URIs (RFC 3986, and RFC 8089 for `file`).

use std::fmt::Write as _;

/// Of a file below a base.
pub(super) fn relative(parts: &[String]) -> String {
    // An empty reference would mean the document in which it is.
    if parts.is_empty() { ".".to_owned() } else { escaped(parts) }
}

/// Of a file, from the root of the file system.
pub(super) fn absolute(parts: &[String]) -> String {
    format!("file:///{}", escaped(parts))
}

/// Of a folder: the slash at its end makes it a base.
pub(super) fn folder(parts: &[String]) -> String {
    let uri = absolute(parts);
    if parts.is_empty() { uri } else { format!("{uri}/") }
}

/// What is not unreserved is escaped, in each part of a path.
fn escaped(parts: &[String]) -> String {
    let mut uri = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            uri.push('/');
        }
        for byte in part.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
                _ => {
                    // Writing to a string does not fail.
                    let _ = write!(uri, "%{byte:02X}");
                }
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_unreserved_is_escaped() {
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let hostile = parts("a b/100%/é#?:\"<");
        assert_eq!(relative(&hostile), "a%20b/100%25/%C3%A9%23%3F%3A%22%3C");
        assert_eq!(relative(&[]), ".");
        assert_eq!(absolute(&hostile), "file:///a%20b/100%25/%C3%A9%23%3F%3A%22%3C");
        assert_eq!(folder(&parts("a b")), "file:///a%20b/");
        assert_eq!(folder(&[]), "file:///");
    }
}

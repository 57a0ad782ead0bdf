//! Whether bytes are text that could be a manifest. It must refuse nothing that YAML or JSON in UTF-8 may be.

use std::borrow::Cow;
use std::fmt;
use std::str::Utf8Error;

use super::{InputError, InputSource};
use crate::diagnostic::Position;

/// An encoding that is recognised in order to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16Le => "UTF-16 (little-endian)",
            Self::Utf16Be => "UTF-16 (big-endian)",
        })
    }
}

/// What kubectl prints on standard error where there is nothing to print on standard output.
const KUBECTL: [&str; 6] = [
    "Error from server (",
    "Error from server: ",
    "error: ",
    "The connection to the server ",
    "Unable to connect to the server",
    "No resources found",
];

/// The text that these bytes are.
pub(super) fn of(source: &InputSource, bytes: Cow<'static, [u8]>) -> Result<Cow<'static, str>, InputError> {
    if let Some(encoding) = utf16(&bytes) {
        return Err(InputError::Encoding { of: source.clone(), encoding });
    }
    let not_utf8 = |bytes: &[u8], error: Utf8Error| {
        let (before, rest) = bytes.split_at(error.valid_up_to());
        let byte = rest.first().copied().unwrap_or_default();
        InputError::NotUtf8 { of: source.clone(), position: after(before), byte }
    };
    let text = match bytes {
        Cow::Owned(bytes) => {
            Cow::Owned(String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), error.utf8_error()))?)
        }
        Cow::Borrowed(bytes) => Cow::Borrowed(str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error))?),
    };
    match kubectl_message(&text) {
        Some(message) if *source == InputSource::Stdin => {
            Err(InputError::KubectlMessage { message: message.to_owned() })
        }
        _ => Ok(text),
    }
}

/// By the byte order mark, or by the zero bytes beside the ASCII characters with which any manifest begins.
fn utf16(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xFF, 0xFE, ..] => Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Encoding::Utf16Be),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some(Encoding::Utf16Le),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// The place directly after a valid text.
fn after(before: &[u8]) -> Position {
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    // Each code point has one byte that is not a continuation.
    let column = 1 + before.iter().skip(start).filter(|byte| **byte & 0xC0 != 0x80).count();
    Position { line, column }
}

fn kubectl_message(text: &str) -> Option<&str> {
    let line = text.trim_start().lines().next()?.trim_end();
    let known = KUBECTL.iter().any(|prefix| line.starts_with(prefix));
    // `error: …` may be the first line of the user's own YAML; an object has a kind.
    let object = || text.lines().any(|line| line.trim_start().starts_with("kind:"));
    (known && !(line.starts_with("error: ") && object())).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(source: &InputSource, bytes: &[u8]) -> Option<String> {
        of(source, Cow::Owned(bytes.to_vec())).err().map(|error| {
            let placed = error.placed();
            let place = placed.position.map(|p| format!("{}:{} ", p.line, p.column)).unwrap_or_default();
            format!("{place}{}", placed.message)
        })
    }

    #[test]
    fn what_is_not_utf_8_is_refused_with_its_place() {
        let utf16le: Vec<u8> = "kind: Pod\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "kind: Pod\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [&[0xFF, 0xFE], utf16le.as_slice()].concat();
        for (bytes, expected) in [
            (utf16le.as_slice(), Some("is encoded as UTF-16 (little-endian), not as UTF-8")),
            (&utf16be, Some("is encoded as UTF-16 (big-endian), not as UTF-8")),
            (&marked, Some("is encoded as UTF-16 (little-endian), not as UTF-8")),
            (b"a: \xC3\xA4\xC3\xA4\xE9\n", Some("1:6 byte `0xE9` is not UTF-8")),
            (b"a: 1\r\nb: \xFF", Some("2:4 byte `0xFF` is not UTF-8")),
            (b"a: 1\n\xC3", Some("2:1 byte `0xC3` is not UTF-8")),
            (b"", None),
            (b"a", None),
            (b"\xEF\xBB\xBFa: \xC3\xA4", None),
            (b"a\0", None),
        ] {
            assert_eq!(refusal(&InputSource::File("f".into()), bytes).as_deref(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_message_of_kubectl_is_known_on_standard_input_only() {
        for text in [
            "Error from server (NotFound): deployments.apps \"web\" not found\n",
            "error: the server doesn't have a resource type \"deplyo\"\n",
            "The connection to the server localhost:8080 was refused - did you specify the right host or port?\n",
            "Unable to connect to the server: dial tcp: lookup nowhere: no such host\n",
            "\nNo resources found in default namespace.\n",
            "Error from server (NotFound): pods \"a\" not found\napiVersion: v1\nkind: List\n",
        ] {
            assert!(refusal(&InputSource::Stdin, text.as_bytes()).is_some(), "{text}");
            assert_eq!(refusal(&InputSource::File("f".into()), text.as_bytes()), None, "{text}");
        }
        for text in ["error: x\nkind: Pod\n", "errors: 1\n", "kind: Pod\n# error: x\n", ""] {
            assert_eq!(refusal(&InputSource::Stdin, text.as_bytes()), None, "{text}");
        }
    }
}

//! What is changed in an input, as a unified diff.

use std::borrow::Cow;

use similar::TextDiff;

use crate::process::stream::Stream;
use crate::report::{Colour, Ink};

/// The diff of one input, with the names that `git apply` and `patch -p1` take.
pub(crate) fn unified(stream: &Stream<'_>) -> String {
    let new: String = stream.pieces().collect();
    let name = stream.name.trim_start_matches(['<', '/']).trim_end_matches('>').trim_start_matches("./");
    let diff = TextDiff::from_lines(stream.text, new.as_str());
    diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

/// The same diff with the colours of `git diff`. Without colours it is as it was, so that `patch` takes it.
pub(crate) fn coloured(diff: &str, colour: Colour) -> Cow<'_, str> {
    if colour == Colour::Off {
        return Cow::Borrowed(diff);
    }
    let mut out = String::with_capacity(diff.len() * 2);
    for (index, line) in diff.split_inclusive('\n').enumerate() {
        let ink = match line.as_bytes().first() {
            // The names of the files. Below them, every line begins with a sign of its own.
            _ if index < 2 => Some(Ink::Bold),
            Some(b'@') => Some(Ink::Cyan),
            Some(b'+') => Some(Ink::Green),
            Some(b'-') => Some(Ink::Red),
            _ => None,
        };
        let (on, off) = ink.map_or(("", ""), |ink| colour.around(ink));
        let text = line.trim_end_matches(['\r', '\n']);
        out.extend([on, text, off, line.get(text.len()..).unwrap_or_default()]);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coloured_diff_is_the_diff_with_colours() {
        let diff = "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n---- b\n+++ c\r\n\\ No newline at end of file\n";
        assert_eq!(coloured(diff, Colour::Off), diff);
        assert_eq!(
            coloured(diff, Colour::On),
            "\x1b[1m--- a/x\x1b[0m\n\x1b[1m+++ b/x\x1b[0m\n\x1b[36m@@ -1,3 +1,3 @@\x1b[0m\n a\n\x1b[31m---- b\x1b[0m\n\
             \x1b[32m+++ c\x1b[0m\r\n\\ No newline at end of file\n"
        );
    }
}

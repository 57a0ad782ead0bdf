//! Text as XML 1.0 has it, in an element or in an attribute with double quotes.

/// The text with escapes. A line end is a reference, because a parser changes it otherwise; characters that XML 1.0 does not allow are
/// left out, because there is no way to write them. Source: XML 1.0, section 2.2, "Characters".
pub(super) fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => all.push_str("&amp;"),
            '<' => all.push_str("&lt;"),
            '>' => all.push_str("&gt;"),
            '"' => all.push_str("&quot;"),
            '\'' => all.push_str("&apos;"),
            '\t' => all.push_str("&#9;"),
            '\n' => all.push_str("&#10;"),
            '\r' => all.push_str("&#13;"),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => all.push(c),
        }
    }
    all
}

//! Lines of YAML by themselves.

/// Whether a line has more than blanks and a comment. Blanks are spaces and tabs alone (YAML 1.2.2, section 5.5): other spaces of Unicode
/// are characters like any other, and what follows them is no comment.
pub(crate) fn has_content(line: &str) -> bool {
    let content = line.trim_matches([' ', '\t', '\r', '\n']);
    !content.is_empty() && !content.starts_with('#')
}

/// Where the next line begins that begins with `---`. The first line is not one of these: before it there is no line break.
pub(crate) fn next_separator(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\n---").map(|line_end| line_end + 1)
}

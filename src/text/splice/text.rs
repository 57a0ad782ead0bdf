//! Lines and columns of a text.

use super::Edit;

/// A text seen as lines that end in a line feed.
#[derive(Clone, Copy)]
pub(super) struct Lines<'t>(pub(super) &'t str);

impl<'t> Lines<'t> {
    /// The offset at which the line of this offset begins.
    pub(super) fn start(self, at: usize) -> usize {
        let before = self.0.as_bytes().get(..at).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        // A byte order mark is no part of the line.
        if start == 0 && self.0.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { start }
    }

    /// The offset of the next line, or the end of the text.
    pub(super) fn next(self, at: usize) -> usize {
        let rest = self.0.as_bytes().get(at..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.0.len(), |newline| at + newline + 1)
    }

    /// How many characters stand before this offset on its line.
    pub(super) fn column(self, at: usize) -> usize {
        self.slice(self.start(at), at).chars().count()
    }

    /// Whether only spaces stand before this offset on its line.
    pub(super) fn is_first(self, at: usize) -> bool {
        self.slice(self.start(at), at).bytes().all(|byte| byte == b' ')
    }

    /// The blanks at the beginning of the line.
    pub(super) fn indentation(self, at: usize) -> &'t str {
        let line = self.slice(self.start(at), self.next(at));
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
    }

    pub(super) fn slice(self, start: usize, end: usize) -> &'t str {
        self.0.get(start..end).unwrap_or_default()
    }

    /// Where a comment line's `#` stands; `None` for any other line.
    pub(super) fn comment_column(self, line_start: usize) -> Option<usize> {
        let line = self.slice(line_start, self.next(line_start));
        let content = line.trim_start_matches([' ', '\t']);
        content.starts_with('#').then(|| line.len() - content.len())
    }

    fn is_blank(self, line_start: usize) -> bool {
        let line = self.slice(line_start, self.next(line_start));
        !line.is_empty() && line.trim().is_empty()
    }

    /// From the start of a line on, past the comment lines that are indented deeper than a column.
    pub(super) fn past_deeper_comments(self, line_start: usize, column: usize) -> usize {
        let mut end = line_start;
        let mut line = line_start;
        while line < self.0.len() {
            let next = self.next(line);
            match self.comment_column(line) {
                Some(at) if at > column => end = next,
                Some(_) => break,
                None if self.is_blank(line) => {}
                None => break,
            }
            line = next;
        }
        end
    }

    /// From the start of a line back, before the comment lines directly above it that begin in this column.
    pub(super) fn before_attached_comments(self, line_start: usize, column: usize) -> usize {
        let mut at = line_start;
        while at > 0 {
            let above = self.start(at - 1);
            if above == at || self.comment_column(above) != Some(column) {
                break;
            }
            at = above;
        }
        at
    }

    /// Whether the text's last line has no line end.
    pub(super) fn lacks_final_newline(self) -> bool {
        !self.0.is_empty() && !self.0.ends_with('\n')
    }

    /// Where lines are deleted up to the end of a text without a final newline, the text must not gain one.
    pub(super) fn keep_missing_final_newline(self, edits: &mut [Edit]) {
        let Some((last, before)) = edits.split_last_mut() else { return };
        if !self.lacks_final_newline() || last.range.end != self.0.len() || !last.text.is_empty() {
            return;
        }
        if self.slice(0, last.range.start).ends_with('\n') {
            match before.last_mut() {
                Some(inserted) if inserted.range.end == last.range.start && inserted.text.ends_with('\n') => {
                    inserted.text = inserted.text.trim_end_matches(['\r', '\n']).into();
                }
                _ => {
                    let kept = self.slice(0, last.range.start);
                    let kept = kept.strip_suffix('\n').unwrap_or(kept);
                    last.range.start = kept.strip_suffix('\r').unwrap_or(kept).len();
                }
            }
        }
    }
}

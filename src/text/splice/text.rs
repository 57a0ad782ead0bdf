//! Lines, columns and comments of a text.
//!
//! A line ends with a line feed, a column counts characters: YAML counts indentation so. A carriage return before the line
//! feed is part of the line, and so of what is deleted with it.

use super::Edit;

/// A text seen as lines that end in a line feed.
#[derive(Clone, Copy)]
pub(super) struct Lines<'t>(pub(super) &'t str);

impl<'t> Lines<'t> {
    /// The offset at which the line of this offset begins.
    pub(super) fn start(self, at: usize) -> usize {
        let before = self.0.as_bytes().get(..at).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        // A byte order mark is not part of the first line, and does not count as a column.
        if start == 0 && self.0.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { start }
    }

    /// The offset of the next line, or the end of the text.
    pub(super) fn next(self, at: usize) -> usize {
        let rest = self.0.as_bytes().get(at..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.0.len(), |newline| at + newline + 1)
    }

    /// How many characters are before this offset on its line.
    pub(super) fn column(self, at: usize) -> usize {
        self.slice(self.start(at), at).chars().count()
    }

    /// Whether only spaces are before this offset on its line.
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

    /// The column of the `#`, for a line that is only a comment.
    pub(super) fn comment_column(self, line_start: usize) -> Option<usize> {
        let line = self.slice(line_start, self.next(line_start));
        let content = line.trim_start_matches([' ', '\t']);
        content.starts_with('#').then(|| line.len() - content.len())
    }

    fn is_blank(self, line_start: usize) -> bool {
        let line = self.slice(line_start, self.next(line_start));
        !line.is_empty() && line.trim().is_empty()
    }

    /// The start of the first line, from this one on, that is not blank.
    pub(super) fn past_blank(self, line_start: usize) -> usize {
        let mut line = line_start;
        while self.is_blank(line) {
            line = self.next(line);
        }
        line
    }

    /// The start of the first line, from this one on, that is not a comment indented deeper than the column.
    ///
    /// Blank lines between such comments are passed, but blank lines after the last of them are not.
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

    /// The start of the first of the comment lines directly above a line that begin in this column; else the line's own
    /// start.
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

    /// Keeps the end of a text without a final line end as it is, where the last edit deletes up to that end.
    ///
    /// The last line then has gone, and the line before it would be left with its line end. That line end is deleted
    /// too, or taken from the text that was inserted there.
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

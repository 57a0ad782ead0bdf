//! Lists and objects in brackets that close on the line on which they open.

use super::{LONGEST_KEY, Scanner, Sure, Unsure};
use crate::text::yaml::tree::{CollectionStyle, NodeKind, ScalarStyle};

impl Scanner<'_> {
    /// A list or an object in brackets; the offset behind it comes back. As deep as the builder lets it be.
    pub(super) fn flow(&mut self, start: usize) -> Sure<usize> {
        let (kind, bracket) = match self.byte(start) {
            b'[' => (NodeKind::Sequence(CollectionStyle::Flow), b']'),
            _ => (NodeKind::Mapping(CollectionStyle::Flow), b'}'),
        };
        self.builder.open(kind, start..start + 1, None, None).map_err(|_| Unsure)?;
        let mut at = self.after_spaces(start + 1);
        if self.byte(at) != bracket {
            loop {
                if bracket == b'}' {
                    at = self.flow_key(at)?;
                }
                at = self.flow_value(at)?;
                at = self.after_spaces(at);
                match self.byte(at) {
                    b',' => at = self.after_spaces(at + 1),
                    end if end == bracket => break,
                    _ => return Err(Unsure),
                }
            }
        }
        self.builder.close(Some(at + 1)).map_err(|_| Unsure)?;
        Ok(at + 1)
    }

    /// A key with its colon; where its value begins comes back.
    fn flow_key(&mut self, start: usize) -> Sure<usize> {
        let end = self.flow_scalar(start)?;
        let colon = self.after_spaces(end);
        if self.byte(colon) != b':' || end - start > LONGEST_KEY || self.byte(colon + 1) != b' ' {
            return Err(Unsure);
        }
        Ok(self.after_spaces(colon + 1))
    }

    fn flow_value(&mut self, at: usize) -> Sure<usize> {
        if matches!(self.byte(at), b'[' | b'{') { self.flow(at) } else { self.flow_scalar(at) }
    }

    fn flow_scalar(&mut self, start: usize) -> Sure<usize> {
        if matches!(self.byte(start), b'"' | b'\'') {
            let (end, text) = self.quoted(start)?;
            self.scalar(ScalarStyle::Quoted, (start, end), text)?;
            return Ok(end);
        }
        if !self.begins_plain(start) {
            return Err(Unsure);
        }
        let mut end = start;
        let mut at = start;
        loop {
            match self.byte(at) {
                b' ' => {
                    at += 1;
                    continue;
                }
                b',' | b']' | b'}' => break,
                b':' if self.byte(at + 1) == b' ' => break,
                // What a colon means here depends on what follows it.
                b':' if !matches!(self.byte(at + 1), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'/' | b'_' | b'.' | b'-') =>
                {
                    return Err(Unsure);
                }
                b'\n' | b'#' | b'[' | b'{' | b'?' => return Err(Unsure),
                _ => at += 1,
            }
            end = at;
        }
        self.scalar(ScalarStyle::Plain, (start, end), None)?;
        Ok(end)
    }
}

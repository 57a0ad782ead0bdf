//! JSON text to spans (RFC 8259). The YAML parser would refuse tabs, surrogate pairs and long keys that JSON allows.

use super::build::Builder;
use super::error::{SyntaxError, SyntaxErrorKind};
use super::tree::{Language, ScalarStyle, Shape, Style, Tree};

/// Reads the JSON value at the start of a text into spans, and says where it ends.
pub(super) fn parse(text: &str) -> Result<(Tree<'_>, usize), SyntaxError> {
    let mut scanner = Scanner { text, at: 0, builder: Builder::new(text, Language::Json)? };
    scanner.value()?;
    Ok((scanner.builder.finish(), scanner.at))
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    builder: Builder<'t>,
}

impl Scanner<'_> {
    /// One value. Recursion is bounded by the builder, which refuses to open too many collections.
    fn value(&mut self) -> Result<(), SyntaxError> {
        self.blanks();
        match self.peek() {
            Some(b'{') => self.collection(Shape::Mapping(Style::Flow), b'}'),
            Some(b'[') => self.collection(Shape::Sequence(Style::Flow), b']'),
            Some(b'"') => self.string(),
            Some(_) => self.literal(),
            None => Err(self.error("the text ends where a value should stand")),
        }
    }

    fn collection(&mut self, shape: Shape, close: u8) -> Result<(), SyntaxError> {
        self.builder.open(shape, self.at..self.at + 1, None, None)?;
        self.at += 1;
        self.blanks();
        if self.peek() != Some(close) {
            loop {
                if matches!(shape, Shape::Mapping(_)) {
                    self.blanks();
                    if self.peek() != Some(b'"') {
                        return Err(self.error("a key in double quotes is missing"));
                    }
                    self.string()?;
                    self.blanks();
                    if self.peek() != Some(b':') {
                        return Err(self.error("`:` is missing after the key"));
                    }
                    self.at += 1;
                }
                self.value()?;
                self.blanks();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(found) if found == close => break,
                    Some(_) => return Err(self.error("`,` or the closing bracket is missing")),
                    None => return Err(self.error("the text ends within a list or an object")),
                }
            }
        }
        self.at += 1;
        self.builder.close(Some(self.at))
    }

    fn string(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(0..=0x1f) => {
                    self.at = end;
                    return Err(self.error("a control character in a string must be escaped"));
                }
                Some(_) => end += 1,
                None => return Err(self.error("the string is not closed")),
            }
        }
        self.at = end + 1;
        let source = self.text.get(start..self.at).unwrap_or_default();
        let value: String = serde_json::from_str(source).map_err(|_| {
            SyntaxError::new(start, SyntaxErrorKind::Json(format!("{source} has an escape that JSON does not know")))
        })?;
        self.builder.scalar(ScalarStyle::Quoted, start..self.at, Some(value), None, None)
    }

    fn literal(&mut self) -> Result<(), SyntaxError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        let literal = rest.get(..length).unwrap_or_default();
        if literal.is_empty() || serde_json::from_str::<serde_json::Value>(literal).is_err() {
            let shown: String = if literal.is_empty() { rest.chars().take(1).collect() } else { literal.to_owned() };
            return Err(self.error(&format!("`{shown}` is no JSON value")));
        }
        let start = self.at;
        self.at += length;
        self.builder.scalar(ScalarStyle::Plain, start..self.at, None, None, None)
    }

    fn blanks(&mut self) {
        self.at += self.text.as_bytes().iter().skip(self.at).take_while(|byte| b" \t\r\n".contains(byte)).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, problem: &str) -> SyntaxError {
        SyntaxError::new(self.at, SyntaxErrorKind::Json(problem.to_owned()))
    }
}

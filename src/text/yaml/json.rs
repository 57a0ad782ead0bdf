//! Parses JSON text (RFC 8259) into a tree. The YAML parser cannot do it: it refuses tabs, surrogate pairs and long
//! keys, which JSON allows.

use std::ops::Range;

use super::build::Builder;
use super::error::{SyntaxError, SyntaxErrorKind};
use super::tree::{CollectionStyle, Language, NodeKind, ScalarStyle, Tree};

/// Parses the JSON value at the start of a text, and returns where it ends. `left_out` are members that get no nodes,
/// each with the number of objects around it; they have to be valid JSON too. With more than `most` nodes the text is
/// refused.
pub(super) fn parse<'t>(
    text: &'t str,
    left_out: &'static [(usize, &'static str)],
    most: usize,
) -> Result<(Tree<'t>, usize), SyntaxError> {
    let mut scanner = Scanner { text, at: 0, left_out, most, builder: Builder::new(text, Language::Json)? };
    scanner.value()?;
    Ok((scanner.builder.finish(), scanner.at))
}

const NO_VALUE: &str = "the text ends where a value is expected";
const NO_KEY: &str = "a key in double quotes is missing";

/// Whether a string's value differs from its bytes.
#[derive(Clone, Copy)]
enum Escapes {
    None,
    Some,
}

/// What is behind a value in a list or an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// A comma, and then another one.
    Next,
    /// The closing bracket.
    End,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    left_out: &'static [(usize, &'static str)],
    most: usize,
    builder: Builder<'t>,
}

impl Scanner<'_> {
    /// One value. Recursion is bounded by the builder, which refuses to open too many collections.
    fn value(&mut self) -> Result<(), SyntaxError> {
        self.blanks();
        if self.builder.nodes() > self.most {
            return Err(SyntaxError::new(self.at, SyntaxErrorKind::Values(self.most)));
        }
        match self.peek() {
            Some(b'{') => self.collection(NodeKind::Mapping(CollectionStyle::Flow), b'}'),
            Some(b'[') => self.collection(NodeKind::Sequence(CollectionStyle::Flow), b']'),
            Some(b'"') => self.string(),
            Some(_) => self.literal(),
            None => Err(self.error(NO_VALUE)),
        }
    }

    fn collection(&mut self, kind: NodeKind, close: u8) -> Result<(), SyntaxError> {
        self.builder.open(kind, self.at..self.at + 1, None, None)?;
        self.at += 1;
        self.blanks();
        if self.peek() == Some(close) {
            self.at += 1;
            return self.builder.close(Some(self.at));
        }
        loop {
            if close == b'}' {
                self.blanks();
                if self.peek() != Some(b'"') {
                    return Err(self.error(NO_KEY));
                }
                if self.is_left_out() {
                    self.pass_key()?;
                    self.pass_value()?;
                } else {
                    self.string()?;
                    self.colon()?;
                    self.value()?;
                }
            } else {
                self.value()?;
            }
            if self.after_value(close)? == After::End {
                return self.builder.close(Some(self.at));
            }
        }
    }

    /// Passes what is behind a value in a collection.
    fn after_value(&mut self, close: u8) -> Result<After, SyntaxError> {
        self.blanks();
        let after = match self.peek() {
            Some(b',') => After::Next,
            Some(found) if found == close => After::End,
            Some(_) => return Err(self.error("`,` or the closing bracket is missing")),
            None => return Err(self.error("the text ends inside a list or an object")),
        };
        self.at += 1;
        Ok(after)
    }

    fn colon(&mut self) -> Result<(), SyntaxError> {
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(self.error("`:` is missing after the key"));
        }
        self.at += 1;
        Ok(())
    }

    /// Whether the member whose key begins here is one of `left_out`.
    fn is_left_out(&self) -> bool {
        let depth = self.builder.depth();
        if self.left_out.iter().all(|(around, _)| *around != depth) {
            return false;
        }
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let is_key = |name: &str| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('"'));
        self.left_out.iter().any(|(around, name)| *around == depth && is_key(name))
    }

    /// Passes over a value, and checks only that it is JSON. It needs no recursion: what nothing reads may be nested deeper than
    /// the rest.
    fn pass_value(&mut self) -> Result<(), SyntaxError> {
        // The closing brackets that are still to come.
        let mut open = Vec::new();
        loop {
            self.blanks();
            let close = match self.peek() {
                Some(b'{') => Some(b'}'),
                Some(b'[') => Some(b']'),
                Some(b'"') => self.pass_string().map(|()| None)?,
                Some(_) => self.pass_literal().map(|_| None)?,
                None => return Err(self.error(NO_VALUE)),
            };
            if let Some(close) = close {
                self.at += 1;
                self.blanks();
                if self.peek() != Some(close) {
                    open.push(close);
                    if close == b'}' {
                        self.pass_key()?;
                    }
                    continue;
                }
                self.at += 1;
            }
            loop {
                let Some(close) = open.last().copied() else { return Ok(()) };
                match self.after_value(close)? {
                    After::Next if close == b'}' => break self.pass_key()?,
                    After::Next => break,
                    After::End => drop(open.pop()),
                }
            }
        }
    }

    fn pass_key(&mut self) -> Result<(), SyntaxError> {
        self.blanks();
        if self.peek() != Some(b'"') {
            return Err(self.error(NO_KEY));
        }
        self.pass_string()?;
        self.colon()
    }

    fn pass_string(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        match self.find_end()? {
            Escapes::None => Ok(()),
            Escapes::Some => self.unescaped::<serde::de::IgnoredAny>(start).map(drop),
        }
    }

    fn string(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        let value = match self.find_end()? {
            Escapes::None => None,
            Escapes::Some => Some(self.unescaped(start)?),
        };
        self.builder.json_scalar(ScalarStyle::Quoted, start..self.at, value);
        Ok(())
    }

    /// The string that begins there and ends here.
    fn unescaped<T: serde::de::DeserializeOwned>(&self, start: usize) -> Result<T, SyntaxError> {
        let source = self.text.get(start..self.at).unwrap_or_default();
        let unknown = |_| {
            let problem = format!("{source} has an escape that JSON does not know");
            SyntaxError::new(start, SyntaxErrorKind::Json(problem))
        };
        serde_json::from_str(source).map_err(unknown)
    }

    /// Goes behind the string that begins here. Most of a review is the text of strings, so eight bytes are looked at together.
    fn find_end(&mut self) -> Result<Escapes, SyntaxError> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        let mut escapes = Escapes::None;
        loop {
            match bytes.get(at..).and_then(<[u8]>::first_chunk).map(|word| first_special(*word)) {
                Some(None) => {
                    at += 8;
                    continue;
                }
                Some(Some(length)) => at += length,
                None => {}
            }
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = Escapes::Some;
                    at += 2;
                }
                Some(0x20..) => at += 1,
                Some(_) => {
                    self.at = at;
                    return Err(self.error("a control character in a string must be escaped"));
                }
                None => return Err(self.error("the string is not closed")),
            }
        }
        self.at = at + 1;
        Ok(escapes)
    }

    fn literal(&mut self) -> Result<(), SyntaxError> {
        let span = self.pass_literal()?;
        self.builder.json_scalar(ScalarStyle::Plain, span, None);
        Ok(())
    }

    fn pass_literal(&mut self) -> Result<Range<usize>, SyntaxError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        let literal = rest.get(..length).unwrap_or_default();
        if !is_common(literal) && (literal.is_empty() || serde_json::from_str::<serde_json::Value>(literal).is_err()) {
            let shown: String = if literal.is_empty() { rest.chars().take(1).collect() } else { literal.to_owned() };
            return Err(self.error(&format!("`{shown}` is not a JSON value")));
        }
        let start = self.at;
        self.at += length;
        Ok(start..self.at)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, problem: &str) -> SyntaxError {
        SyntaxError::new(self.at, SyntaxErrorKind::Json(problem.to_owned()))
    }
}

/// How many of eight bytes are before the first quote, backslash or control character; `None` where there is not one of these.
const fn first_special(word: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is below the bound is set. A subtraction can carry into bytes after the first such
    // one, so only the first is right; only the first is used.
    const fn below(word: u64, bound: u8) -> u64 {
        word.wrapping_sub(ONES * bound as u64) & !word
    }
    let word = u64::from_le_bytes(word);
    let special =
        (below(word, 0x20) | below(word ^ (ONES * b'"' as u64), 1) | below(word ^ (ONES * b'\\' as u64), 1)) & HIGH;
    if special == 0 { None } else { Some(special.trailing_zeros() as usize / 8) }
}

/// Whether a literal is certainly valid. Nearly all are, and then no parser is needed.
fn is_common(literal: &str) -> bool {
    let digits = |text: &str| text.len() < 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(literal, "true" | "false" | "null" | "0")
        || (literal.starts_with(|first: char| ('1'..='9').contains(&first)) && digits(literal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_string_is_found_wherever_it_is() {
        let end = |text: &str| {
            let builder = Builder::new(text, Language::Json).unwrap();
            let mut scanner = Scanner { text, at: 0, left_out: &[], most: usize::MAX, builder };
            scanner
                .find_end()
                .map(|escapes| (scanner.at, matches!(escapes, Escapes::Some)))
                .map_err(|error| error.offset)
        };
        for (before, behind) in (0..20).flat_map(|before| (0..20).map(move |behind| (before, behind))) {
            for other in [' ', '!', '#', '[', ']', '\u{7f}', '\u{80}', '\u{a2}', 'é', '\u{ffff}', '\u{10ffff}'] {
                let (text, rest) = (other.to_string().repeat(before), other.to_string().repeat(behind));
                let open = 1 + text.len();
                assert_eq!(end(&format!("\"{text}\"{rest}")), Ok((open + 1, false)), "{before} of {other:?}");
                assert_eq!(end(&format!("\"{text}{rest}")), Err(0));
                for escaped in ["\\\"", "\\\\", "\\n"] {
                    let whole = open + 2 + rest.len() + 1;
                    assert_eq!(end(&format!("\"{text}{escaped}{rest}\" ")), Ok((whole, true)), "{before} of {other:?}");
                }
                for control in ['\0', '\u{1f}', '\n'] {
                    assert_eq!(end(&format!("\"{text}{control}{rest}\"")), Err(open), "{before} of {other:?}");
                }
            }
        }
    }
}

//! The words and signs of an expression.
//!
//! Lexis of the Common Expression Language: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>.

use super::ast::Literal;
use super::{CompileError, SyntaxFault};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'t> {
    Name(&'t str),
    Literal(Literal),
    /// A sign; the longest that fits.
    Sign(&'static str),
    End,
}

/// The longer ones come first.
const SIGNS: [&str; 26] = [
    "||", "&&", "==", "!=", "<=", ">=", "[?", ".?", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(",
    ")", "[", "]", "{", "}",
];

/// How many letters there may be before a string, such as `br`.
const LONGEST_PREFIX: usize = 2;

/// Words that name no variable: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Reads an expression's tokens, each with the byte at which it begins.
pub(crate) fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, CompileError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut found = Vec::new();
    loop {
        let (at, token) = lexer.next()?;
        let is_end = token == Token::End;
        found.push((at, token));
        if is_end {
            return Ok(found);
        }
    }
}

/// Whether a word may name a variable.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Result<(usize, Token<'t>), CompileError> {
        self.skip_space();
        let (at, rest) = (self.at, self.rest());
        let Some(first) = rest.chars().next() else { return Ok((at, Token::End)) };
        if let Some(quoted) = self.quoted()? {
            return Ok((at, quoted));
        }
        if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit())) {
            return Ok((at, Token::Literal(self.number()?)));
        }
        if is_letter(first) {
            let word = self.take_while(|next| is_letter(next) || next.is_ascii_digit());
            return Ok((at, word_token(word)));
        }
        let Some(sign) = SIGNS.into_iter().find(|sign| sign.starts_with(first) && rest.starts_with(sign)) else {
            return Err(CompileError::new(at, SyntaxFault::Character(first)));
        };
        self.at += sign.len();
        Ok((at, Token::Sign(sign)))
    }

    /// Spaces, line breaks, and comments up to the end of their line.
    fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with("//") {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|next| !is_part(next)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn number(&mut self) -> Result<Literal, CompileError> {
        let start = self.at;
        let fault = |text: &str| CompileError::new(start, SyntaxFault::Number(text.to_owned()));
        if let Some(prefix) = Some("0x").filter(|prefix| self.rest().starts_with(prefix)) {
            self.at += prefix.len();
            let digits = self.take_while(|next| next.is_ascii_hexdigit());
            let value = u64::from_str_radix(digits, 16).map_err(|_| fault(&self.text[start..self.at]))?;
            return self.integer(value, start);
        }
        let digits = |lexer: &mut Self| lexer.take_while(|next| next.is_ascii_digit()).len();
        digits(self);
        let mut is_double = false;
        if self.rest().starts_with('.') && self.rest()[1..].starts_with(|next: char| next.is_ascii_digit()) {
            self.at += 1;
            digits(self);
            is_double = true;
        }
        if self.rest().starts_with(['e', 'E']) {
            let before = self.at;
            self.at += 1;
            self.at += usize::from(self.rest().starts_with(['+', '-']));
            if digits(self) == 0 {
                self.at = before;
            } else {
                is_double = true;
            }
        }
        let text = &self.text[start..self.at];
        if is_double {
            let value: f64 = text.parse().map_err(|_| fault(text))?;
            return if value.is_finite() { Ok(Literal::Double(value)) } else { Err(fault(text)) };
        }
        let value = text.parse().map_err(|_| fault(text))?;
        self.integer(value, start)
    }

    /// With a `u` behind it, an unsigned integer. One more than the greatest integer is read for the sake of its negation.
    fn integer(&mut self, value: u64, start: usize) -> Result<Literal, CompileError> {
        if self.rest().starts_with(['u', 'U']) {
            self.at += 1;
            return Ok(Literal::Uint(value));
        }
        match i64::try_from(value) {
            Ok(value) => Ok(Literal::Int(value)),
            Err(_) if value == i64::MIN.unsigned_abs() && self.text[..start].trim_end().ends_with('-') => {
                Ok(Literal::Int(i64::MIN))
            }
            Err(_) => Err(CompileError::new(start, SyntaxFault::Number(value.to_string()))),
        }
    }

    /// A string or bytes, where one begins here.
    fn quoted(&mut self) -> Result<Option<Token<'t>>, CompileError> {
        let (start, rest) = (self.at, self.rest());
        let quote = rest.bytes().take(LONGEST_PREFIX + 1).position(|byte| matches!(byte, b'\'' | b'"'));
        let Some(prefix) = quote.and_then(|length| rest.get(..length)) else { return Ok(None) };
        let (raw, bytes) = match prefix.as_bytes() {
            [] => (false, false),
            [b'r' | b'R'] => (true, false),
            [b'b' | b'B'] => (false, true),
            [b'b' | b'B', b'r' | b'R'] => (true, true),
            _ => return Ok(None),
        };
        let quoted = &rest[prefix.len()..];
        let one = &quoted[..1];
        let three = one.repeat(3);
        let mark = if quoted.starts_with(&three) { three.as_str() } else { one };
        self.at += prefix.len() + mark.len();
        let mut content = Content { bytes: Vec::new(), is_bytes: bytes };
        loop {
            let rest = self.rest();
            if rest.starts_with(mark) {
                self.at += mark.len();
                return content.finish(start).map(|literal| Some(Token::Literal(literal)));
            }
            let Some(next) = rest.chars().next().filter(|next| mark.len() == 3 || !matches!(next, '\n' | '\r')) else {
                return Err(CompileError::new(start, SyntaxFault::Unclosed("string")));
            };
            if next == '\\' && !raw {
                self.escape(&mut content)?;
            } else {
                content.push(next);
                self.at += next.len_utf8();
            }
        }
    }

    fn escape(&mut self, content: &mut Content) -> Result<(), CompileError> {
        let at = self.at;
        let fault = || CompileError::new(at, SyntaxFault::Escape);
        let kind = self.rest().chars().nth(1).ok_or_else(fault)?;
        let simple = match kind {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '\'' | '"' | '`' | '?' => kind,
            _ => '\0',
        };
        if simple != '\0' {
            content.push(simple);
            self.at += 2;
            return Ok(());
        }
        let (skip, length, radix) = match kind {
            'x' | 'X' => (2, 2, 16),
            'u' if !content.is_bytes => (2, 4, 16),
            'U' if !content.is_bytes => (2, 8, 16),
            '0'..='3' => (1, 3, 8),
            _ => return Err(fault()),
        };
        let digits = self.rest().get(skip..skip + length).ok_or_else(fault)?;
        if !digits.chars().all(|digit| digit.is_digit(radix)) {
            return Err(fault());
        }
        let value = u32::from_str_radix(digits, radix).map_err(|_| fault())?;
        if content.is_bytes {
            content.bytes.push(u8::try_from(value).map_err(|_| fault())?);
        } else {
            content.push(char::from_u32(value).ok_or_else(fault)?);
        }
        self.at += skip + length;
        Ok(())
    }
}

/// What is between the quotes.
struct Content {
    bytes: Vec<u8>,
    is_bytes: bool,
}

impl Content {
    fn push(&mut self, next: char) {
        self.bytes.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn finish(self, start: usize) -> Result<Literal, CompileError> {
        if self.is_bytes {
            return Ok(Literal::Bytes(self.bytes));
        }
        String::from_utf8(self.bytes).map(Literal::String).map_err(|_| CompileError::new(start, SyntaxFault::Escape))
    }
}

fn is_letter(next: char) -> bool {
    next.is_ascii_alphabetic() || next == '_'
}

fn word_token(word: &str) -> Token<'_> {
    match word {
        "true" => Token::Literal(Literal::Bool(true)),
        "false" => Token::Literal(Literal::Bool(false)),
        "null" => Token::Literal(Literal::Null),
        // An operator, though it looks like a name.
        "in" => Token::Sign("in"),
        word => Token::Name(word),
    }
}

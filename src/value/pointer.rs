//! JSON Pointers (RFC 6901): how a decision names a value, without knowing where in a text the value is.

use std::fmt;

use serde::{Serialize, Serializer};
use smol_str::{SmolStr, ToSmolStr as _};
use thiserror::Error;

/// A reference token, unescaped: the name of a member, or an index.
pub(crate) type ReferenceToken = SmolStr;

/// A JSON Pointer, held as unescaped reference tokens. The root is the empty pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<ReferenceToken>);

impl Pointer {
    /// The whole document.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Reads `/a/b~1c`; the empty string is the root.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        let Some(rest) = text.strip_prefix('/') else {
            return if text.is_empty() { Ok(Self::root()) } else { Err(PointerError::NoSlash(text.to_owned())) };
        };
        rest.split('/')
            .map(|token| unescape(token).ok_or_else(|| PointerError::Tilde(text.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The pointer made of these tokens, which are not escaped.
    pub fn of<T: Into<ReferenceToken>>(tokens: impl IntoIterator<Item = T>) -> Self {
        Self(tokens.into_iter().map(Into::into).collect())
    }

    /// This pointer with one more token, which is not escaped.
    #[must_use]
    pub fn join(&self, token: impl Into<ReferenceToken>) -> Self {
        let mut tokens = Vec::with_capacity(self.0.len() + 1);
        tokens.extend_from_slice(&self.0);
        tokens.push(token.into());
        Self(tokens)
    }

    /// This pointer with an index.
    #[must_use]
    pub fn element(&self, index: usize) -> Self {
        self.join(index.to_smolstr())
    }

    /// This pointer with all tokens of another after it.
    #[must_use]
    pub fn append(&self, tail: &Self) -> Self {
        Self(self.0.iter().chain(&tail.0).cloned().collect())
    }

    /// The pointer to the parent and the last token; `None` at the root.
    pub fn split_last(&self) -> Option<(Self, &str)> {
        let (last, head) = self.0.split_last()?;
        Some((Self(head.to_vec()), last))
    }

    /// The tokens, unescaped, from the root on.
    pub fn tokens(&self) -> &[ReferenceToken] {
        &self.0
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.0 {
            f.write_str("/")?;
            for piece in token.split_inclusive(['~', '/']) {
                match (piece.strip_suffix('~'), piece.strip_suffix('/')) {
                    (Some(before), _) => [before, "~0"].into_iter().try_for_each(|text| f.write_str(text))?,
                    (_, Some(before)) => [before, "~1"].into_iter().try_for_each(|text| f.write_str(text))?,
                    _ => f.write_str(piece)?,
                }
            }
        }
        Ok(())
    }
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn unescape(token: &str) -> Option<ReferenceToken> {
    if !token.contains('~') {
        return Some(token.into());
    }
    let mut plain = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(plain.into())
}

/// Why a text is not a JSON Pointer. The fault of the user, or of a changed record.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PointerError {
    /// It does not begin with `/`.
    #[error("`{0}` is not a JSON Pointer: it does not begin with `/`")]
    NoSlash(String),
    /// A `~` is followed by neither `0` nor `1`.
    #[error("`{0}` is not a JSON Pointer: a `~` must be followed by `0` or `1`")]
    Tilde(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_escaped_and_come_back() {
        for text in ["", "/", "/a/b", "/metadata/annotations/sidecar-injector~1status", "/~0~1/~01", "/a//b"] {
            assert_eq!(Pointer::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Pointer::of(["a/b", "~"]).to_string(), "/a~1b/~0");
        assert!(Pointer::parse("a").is_err());
        assert!(Pointer::parse("/~2").is_err());
        assert!(Pointer::parse("/~").is_err());
    }
}

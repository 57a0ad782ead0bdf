//! Regular expressions that a whole text must match.

use regex_lite::{Regex, RegexBuilder};

/// How long one may be, and how many bytes it may take in memory. It is compiled once, when a profile is loaded.
const LONGEST: usize = 256;
const LARGEST: usize = 64 << 10;

/// A regular expression of RE2's syntax, but for classes of Unicode, that matches a text from its beginning to its end.
#[derive(Clone, Debug)]
pub(crate) struct WholePattern {
    text: String,
    anchored: Regex,
}

impl PartialEq for WholePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for WholePattern {}

impl WholePattern {
    /// Reads one; `None` where the text is no regular expression, or past a bound.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let compiled = |text: &str| RegexBuilder::new(text).size_limit(LARGEST).nest_limit(16).build().ok();
        // Alone first: `a)|(b` is one only with the parentheses of the anchored one around it.
        compiled(text)?;
        Some(Self { text: text.to_owned(), anchored: compiled(&format!(r"\A(?:{text})\z"))? })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.anchored.is_match(text)
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_for_the_whole_text() {
        let matches = |pattern: &str, text: &str| WholePattern::new(pattern).unwrap().matches(text);
        assert!(matches("a|b", "a") && matches("a|b", "b") && matches("", "") && matches("[a-z]{1,253}", "a"));
        assert!(!matches("a|b", "ab") && !matches("a|b", "xb") && !matches("a", "a\n") && !matches("^a$", "b\na"));
        for wrong in ["(", "a)|(b", "(?x", "[", "a{99999}", &"a".repeat(257), r"(?:\w{500}){500}"] {
            assert!(WholePattern::new(wrong).is_none(), "{wrong}");
        }
    }
}

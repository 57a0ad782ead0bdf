//! A look at the beginnings of a document's lines: it says of most documents of what kind they are, and needs no parser.

use super::line::{has_content, next_separator};

/// What the beginnings of a document's lines say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look<'t> {
    /// Nothing: only parsing the document tells.
    Doubt,
    /// The document is no object, or one of this API group and of one of these kinds.
    Plain {
        /// The group in `apiVersion`; the core group is empty.
        group: &'t str,
        /// The kind.
        kind: &'t str,
        /// Of further lines that begin with `kind:`: one of them may be the object's own.
        others: Vec<&'t str>,
    },
}

impl<'t> Look<'t> {
    /// Looks at a text that is one document.
    ///
    /// A document is plain where lines begin with `kind:` and `apiVersion:`, each of them with one word that ends there, no line begins
    /// with a character that could give these lines another meaning (a quote, a brace, an anchor and so on), and all lines
    /// end in LF or CRLF. In doubt it is not: that costs time, while a wrong answer would leave out a workload.
    pub fn at(text: &'t str) -> Self {
        Self::at_first(text).0
    }

    /// Looks at the first document of a stream, and says how long it is: it ends where another line than the first begins with `---`.
    /// What is behind it changes nothing: of that, only the beginning of a line is looked at, which is not indented.
    pub(super) fn at_first(stream: &'t str) -> (Self, usize) {
        let mut keys = Keys::default();
        let mut end = stream.len();
        for start in unindented(stream.as_bytes()) {
            let line = stream.get(start..).unwrap_or_default();
            if start > 0 && line.starts_with("---") {
                end = start;
                break;
            }
            if keys.note(line).is_none() {
                return (Self::Doubt, next_separator(line.as_bytes()).map_or(end, |next| start + next));
            }
        }
        let text = stream.get(..end).unwrap_or_default();
        (keys.of(text).unwrap_or(Self::Doubt), end)
    }

    /// Whether the document may be an object of which this is true, by its group and kind. In doubt it may.
    pub fn may_be(&self, is_one: impl Fn(&str, &str) -> bool) -> bool {
        match self {
            Self::Doubt => true,
            Self::Plain { group, kind, others } => {
                is_one(group, kind) || others.iter().any(|other| is_one(group, other))
            }
        }
    }
}

/// What the lines of a document say that are not indented.
#[derive(Debug, Default)]
struct Keys<'t> {
    version: Option<&'t str>,
    kind: Option<&'t str>,
    others: Vec<&'t str>,
}

impl<'t> Keys<'t> {
    /// Notes what a line says, from its first byte on; `None` where it leaves a doubt.
    fn note(&mut self, line: &'t str) -> Option<()> {
        match line.as_bytes() {
            [b'k' | b'a', ..] => {
                if let Some(value) = line.strip_prefix("kind:") {
                    let word = plain_word(value)?;
                    match self.kind {
                        None => self.kind = Some(word),
                        Some(_) => self.others.push(word),
                    }
                } else if let Some(value) = line.strip_prefix("apiVersion:") {
                    let word = plain_word(value)?;
                    if self.version.replace(word).is_some_and(|known| known != word) {
                        return None;
                    }
                } else if line.starts_with("kind") || line.starts_with("apiVersion") {
                    return None;
                }
            }
            [b'\r', b'\n', ..] => {}
            [b'"' | b'\'' | b'?' | b'{' | b'[' | b'&' | b'*' | b'!' | b'%' | b'<' | b'\t' | b'\r' | 0x80.., ..] => {
                return None;
            }
            _ => {}
        }
        Some(())
    }

    /// What all of them say of the document that has this text; `None` where they leave a doubt.
    fn of(self, text: &str) -> Option<Look<'t>> {
        let (version, kind) = (self.version?, self.kind?);
        // If the first key is indented, the object's own keys are not in the first column, and these lines say nothing.
        let is_content = |line: &&str| has_content(line) && !line.starts_with("---");
        if text.lines().find(is_content).is_some_and(|line| line.starts_with(' ')) {
            return None;
        }
        // The parser may begin a line where this look saw none.
        if has_other_line_end(text.as_bytes()) {
            return None;
        }
        let group = version.split_once('/').map_or("", |(group, _)| group);
        Some(Look::Plain { group, kind, others: self.others })
    }
}

/// The word after a colon, where only a comment follows it, and no line goes on with it.
fn plain_word(rest: &str) -> Option<&str> {
    let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
    let line = line.strip_prefix(' ')?.trim_start_matches(' ');
    let (word, tail) = line.split_at(line.find([' ', '\r']).unwrap_or(line.len()));
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./-".contains(&byte));
    let ends = !has_content(tail) && !below.trim_start_matches(['\n', '\r']).starts_with(' ');
    (is_word && ends).then_some(word)
}

/// Where lines begin that do not begin with a space. Most lines do, so that most blocks have no other one.
fn unindented(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let next = bytes.get(1..).unwrap_or_default();
    let (blocks, next_blocks) = (bytes.as_chunks().0, next.as_chunks().0);
    let with_one = blocks.iter().zip(next_blocks).enumerate().filter(|(_, (block, next))| has_unindented(block, next));
    let rest = next_blocks.len();
    let lines = move |index: usize| {
        let (start, end) = (index * BLOCK, if index == rest { bytes.len() } else { (index + 1) * BLOCK });
        let ends = memchr::memchr_iter(b'\n', bytes.get(start..end).unwrap_or_default());
        ends.map(move |at| start + at + 1).filter(|start| bytes.get(*start).is_some_and(|first| *first != b' '))
    };
    std::iter::once(0).chain(with_one.map(|(index, _)| index).chain([rest]).flat_map(lines))
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Whether a line of a block is followed by one that is not indented; `next` has the byte behind each. There is no branch for a byte, so
/// that the compiler compares many at a time.
fn has_unindented(block: &[u8; BLOCK], next: &[u8; BLOCK]) -> bool {
    block.iter().zip(next).fold(false, |any, (byte, next)| any | ((*byte == b'\n') & (*next != b' ')))
}

/// Whether a line ends in a way that YAML knows beside LF and CRLF: CR, NEL, LS or PS.
fn has_other_line_end(bytes: &[u8]) -> bool {
    memchr::memchr3_iter(b'\r', 0xC2, 0xE2, bytes).any(|at| match bytes.get(at..).unwrap_or_default() {
        [b'\r', next, ..] => *next != b'\n',
        rest => matches!(rest, [b'\r'] | [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain<'t>(group: &'t str, kind: &'t str) -> Look<'t> {
        Look::Plain { group, kind, others: Vec::new() }
    }

    #[test]
    fn a_document_is_plain_only_where_its_kind_is_certain() {
        let config = "apiVersion: v1\nkind: ConfigMap\n";
        for (text, expected) in [
            (config.to_owned(), plain("", "ConfigMap")),
            (format!("---\n# c\n\n{config}data: {{a: b}}\n"), plain("", "ConfigMap")),
            (config.replace('\n', "\r\n"), plain("", "ConfigMap")),
            ("kind: Deployment # c\nspec:\n  kind: x\napiVersion: apps/v1".to_owned(), plain("apps", "Deployment")),
            (
                format!("{config}x: \"\nkind: Pod\nb\"\n"),
                Look::Plain { group: "", kind: "ConfigMap", others: vec!["Pod"] },
            ),
            (String::new(), Look::Doubt),
            ("kind: Pod\n".to_owned(), Look::Doubt),
            ("apiVersion: v1\n".to_owned(), Look::Doubt),
            ("{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}".to_owned(), Look::Doubt),
            (format!("{config}kind: {{}}\n"), Look::Doubt),
            (format!("{config}apiVersion: apps/v1\n"), Look::Doubt),
            (format!("{config}'kind': Pod\n"), Look::Doubt),
            // Lines of a quoted text may begin anywhere.
            (format!(" kind: Pod\n apiVersion: v1\n x: \"\n{config}\"\n"), Look::Doubt),
            (format!("kind : Pod\nx: \"\n{config}\"\n"), Look::Doubt),
            // Other spaces are characters like any other: a first key that is indented, no comment, and words that are longer.
            (format!(" \u{a0}#x: \"\n{config}x\"\n kind: Pod\n apiVersion: v1\n"), Look::Doubt),
            (format!(" \u{3000}: \"\n{config}x\"\n kind: Pod\n apiVersion: v1\n"), Look::Doubt),
            ("kind: ConfigMap \u{a0}\napiVersion: v1\n".to_owned(), Look::Doubt),
            ("kind: ConfigMap \u{2003}# c\napiVersion: v1\n".to_owned(), Look::Doubt),
            // The value goes on.
            (format!("{config}  List\n"), Look::Doubt),
            (format!("{config}\r\n\n  List\n"), Look::Doubt),
            // Other ends of lines are those of the parser alone.
            (format!("x: \"\n{config} \"\rkind: Pod\rapiVersion: v1\r"), Look::Doubt),
            (format!("x: \"\n{config} \"\u{85}kind: Pod\n"), Look::Doubt),
            (format!("x: \"\n{config} \"\u{2028}kind: Pod\n"), Look::Doubt),
            (format!("x: \"\n{config} \"\u{2029}kind: Pod\n"), Look::Doubt),
            (format!("{config}x: \u{e9} \u{2026} \u{20ac} \u{a0}\n"), plain("", "ConfigMap")),
        ] {
            assert_eq!(Look::at(&text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_line_that_is_not_indented_is_found_and_no_other() {
        for (before, between) in
            (0..140).flat_map(|before| [0, 1, 2, 61, 62, 63, 64, 130].map(|between| (before, between)))
        {
            for other in ["a", " ", "\u{b}", "\t", "\u{8a}", "\n", "\n ", "\n\t"] {
                let text = format!("{}\n{} \n", other.repeat(before), other.repeat(between));
                let begins = |start: &usize| {
                    *start == 0 || text[..*start].ends_with('\n') && text[*start..].starts_with(|c| c != ' ')
                };
                let expected: Vec<usize> =
                    (0..text.len()).filter(|at| text.is_char_boundary(*at)).filter(begins).collect();
                assert_eq!(unindented(text.as_bytes()).collect::<Vec<_>>(), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_document_may_be_each_of_its_kinds_and_in_doubt_anything() {
        let several = Look::Plain { group: "apps", kind: "Deployment", others: vec!["Pod"] };
        for (kind, expected) in [("Deployment", true), ("Pod", true), ("Job", false)] {
            assert_eq!(several.may_be(|group, one| (group, one) == ("apps", kind)), expected, "{kind}");
            assert!(!several.may_be(|group, one| (group, one) == ("", kind)), "{kind}");
            assert!(Look::Doubt.may_be(|_, one| one == kind), "{kind}");
        }
    }
}

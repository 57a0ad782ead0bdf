//! A look at the beginnings of a document's lines: it says of most documents of what kind they are, and needs no parser.

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
    /// Looks at a document.
    ///
    /// A document is plain where lines begin with `kind:` and `apiVersion:`, each of them with one word that ends there, no line begins
    /// with a character that could give these lines another meaning (a quote, a brace, an anchor and so on), and all lines
    /// end in LF or CRLF. In doubt it is not: that costs time, while a wrong answer would leave out a workload.
    pub fn at(text: &'t str) -> Self {
        Self::plain(text).unwrap_or(Self::Doubt)
    }

    fn plain(text: &'t str) -> Option<Self> {
        let is_content =
            |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#') && !line.starts_with("---");
        // If the first key is indented, the object's own keys are not in the first column, and these lines say nothing.
        if text.lines().find(is_content).is_some_and(|line| line.starts_with(' ')) {
            return None;
        }
        let (mut version, mut kind, mut others) = (None, None, Vec::new());
        let bytes = text.as_bytes();
        for start in std::iter::once(0).chain(newlines(bytes).map(|newline| newline + 1)) {
            match bytes.get(start) {
                Some(b'k' | b'a') => {
                    let rest = text.get(start..)?;
                    if let Some(value) = rest.strip_prefix("kind:") {
                        let word = plain_word(value)?;
                        match kind {
                            None => kind = Some(word),
                            Some(_) => others.push(word),
                        }
                    } else if let Some(value) = rest.strip_prefix("apiVersion:") {
                        let word = plain_word(value)?;
                        if version.replace(word).is_some_and(|known| known != word) {
                            return None;
                        }
                    } else if rest.starts_with("kind") || rest.starts_with("apiVersion") {
                        return None;
                    }
                }
                Some(b'\r') if bytes.get(start + 1) == Some(&b'\n') => {}
                Some(b'"' | b'\'' | b'?' | b'{' | b'[' | b'&' | b'*' | b'!' | b'%' | b'<' | b'\t' | b'\r' | 0x80..) => {
                    return None;
                }
                _ => {}
            }
        }
        let (version, kind): (&str, &str) = (version?, kind?);
        // The parser may begin a line where this look saw none.
        if has_other_line_end(bytes) {
            return None;
        }
        let group = version.split_once('/').map_or("", |(group, _)| group);
        Some(Self::Plain { group, kind, others })
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

/// The word after a colon, where only a comment follows it, and no line goes on with it.
fn plain_word(rest: &str) -> Option<&str> {
    let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
    let line = line.strip_prefix(' ')?.trim_start_matches(' ');
    let (word, tail) = line.split_at(line.find([' ', '\r']).unwrap_or(line.len()));
    let tail = tail.trim();
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./-".contains(&byte));
    let ends = (tail.is_empty() || tail.starts_with('#')) && !below.trim_start_matches(['\n', '\r']).starts_with(' ');
    (is_word && ends).then_some(word)
}

/// Where the line feeds of a text are. Lines of manifests have some thirty bytes: to find one is less work than to prepare a search for
/// it, so eight bytes are looked at together.
struct Newlines<'t> {
    words: std::slice::Iter<'t, [u8; 8]>,
    /// The last bytes, which are fewer than eight, until they are looked at.
    last: Option<[u8; 8]>,
    /// Behind the word that is looked at.
    end: usize,
    /// The highest bit of each byte of the word that is a line feed, until it was given out.
    found: u64,
}

fn newlines(bytes: &[u8]) -> Newlines<'_> {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(byte, of_rest)| *byte = *of_rest);
    Newlines { words: words.iter(), last: Some(last), end: 0, found: 0 }
}

impl Iterator for Newlines<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        const ONES: u64 = u64::MAX / 255;
        const LOW: u64 = ONES * 0x7f;
        while self.found == 0 {
            let word = match self.words.next() {
                Some(word) => *word,
                None => self.last.take()?,
            };
            let other = u64::from_le_bytes(word) ^ (ONES * b'\n' as u64);
            self.found = !(((other & LOW) + LOW) | other | LOW);
            self.end += 8;
        }
        let at = self.end - 8 + self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        Some(at)
    }
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
    fn every_line_feed_is_found_and_nothing_else() {
        for (before, between) in (0..20).flat_map(|before| (0..20).map(move |between| (before, between))) {
            for other in ["a", "\u{b}", "\t", "\u{7f}", "\u{8a}", "\u{10ffff}", "\0", "\n"] {
                let text = format!("{}\n{}\n", other.repeat(before), other.repeat(between));
                let expected: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
                assert_eq!(newlines(text.as_bytes()).collect::<Vec<_>>(), expected, "{text:?}");
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

//! Files of a folder that are no manifests, such as a chart's `values.yaml`: they have no `kind`, and pass through with a note.

use super::stream::{DocumentResult, Stream, StreamOrigin};
use crate::diagnostic::{Code, Placed};
use crate::text::document::Document;
use crate::text::line;
use crate::value::view::{Kind, View as _};

impl Stream<'_> {
    /// The same from another place. A text of a folder in which no key is `kind` need not even be readable.
    #[must_use]
    pub(crate) fn from(mut self, origin: StreamOrigin) -> Self {
        self.origin = origin;
        if origin == StreamOrigin::Folder && has_content(self.text) && !may_have_kind(self.text) {
            self.error = None;
            self.note = Some(self.kindless());
        }
        self
    }

    /// Notes that nothing in it is a manifest, once its documents have been processed.
    pub(crate) fn settle(&mut self) {
        if self.origin == StreamOrigin::Named || self.note.is_some() || self.error.is_some() {
            return;
        }
        let mut is_any = false;
        for (document, result) in self.documents.iter().zip(&self.results) {
            let is_kindless = match result {
                DocumentResult::Done(processed) if processed.objects.is_empty() => self.is_kindless(document),
                DocumentResult::Unreadable(error) => (error.code == Code::NotAManifest).then_some(true),
                _ => Some(false),
            };
            match is_kindless {
                Some(true) => is_any = true,
                Some(false) => return,
                None => {}
            }
        }
        if is_any {
            self.results.iter_mut().for_each(|result| *result = DocumentResult::Opaque);
            self.note = Some(self.kindless());
        }
    }

    /// `None` where a document holds nothing at all.
    fn is_kindless(&self, document: &Document) -> Option<bool> {
        let tree = document.parse(self.text).ok()?;
        let root = tree.view(tree.root()?);
        (root.kind() != Kind::Null).then(|| root.member("kind").is_none())
    }

    fn kindless(&self) -> Placed {
        let message = "the file has no `kind`: it is not a manifest, and passes through unchanged";
        Placed::new(Code::NoKind, message).at(self.name.as_str(), None)
    }
}

/// Whether there is more than comments and marks.
fn has_content(text: &str) -> bool {
    text.lines().any(|line| line::has_content(line) && !line.trim_start_matches([' ', '\t']).starts_with("---"))
}

/// Whether some key of a text, at whatever depth, may be `kind`. A key with an escape in it may be any; one behind `?` need not have its
/// colon at once, and an alias is the word of its anchor.
fn may_have_kind(text: &str) -> bool {
    let is_in = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let is_word = |at: &usize| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric())
    };
    let is_key = |at: usize| {
        let after = text.get(at + "kind".len()..).unwrap_or_default();
        after.trim_start_matches(['"', '\'']).trim_start().starts_with(':')
    };
    let words = || memchr::memmem::find_iter(text.as_bytes(), "kind").filter(is_word);
    // Of most texts the key is found at once, and the others are not there at all.
    words().any(is_key)
        || ["\\u", "\\U", "\\x", "\\\n", "\\\r"].into_iter().any(is_in)
        || words().next().is_some() && ["? ", "?\t", "?\n", "?\r", "*"].into_iter().any(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_every_style() {
        for (text, expected) in [
            ("kind: Pod", true),
            ("kind : Pod", true),
            ("{\"a\":1,\"kind\":\"Pod\"}", true),
            ("'kind': Pod", true),
            ("- kind: Pod", true),
            ("? kind\n: Pod", true),
            ("a:\n  kind: x", true),
            ("# kind: x", true),
            ("\"k\\x69nd\": Pod", true),
            ("\"ki\\\n  nd\": Pod", true),
            ("? kind # c\n: Pod", true),
            ("?\n  !!str kind\n: Pod", true),
            ("a: &k kind\n*k : Pod", true),
            ("a: &k\n  kind\n? *k\n: Pod", true),
            ("mankind: x", false),
            ("kinds: x", false),
            ("a: kind", false),
            ("", false),
        ] {
            assert_eq!(may_have_kind(text), expected, "{text:?}");
        }
    }
}

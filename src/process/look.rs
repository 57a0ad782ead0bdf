//! What a look at a document says of it: whether it has to be read, and which objects may be in it.

use super::objects;
use crate::kube::workload::{self, TemplatePath, known_without_template};
use crate::text::look::Look;

/// Whether a document has to be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triage {
    /// It certainly holds no workload and no namespace: its bytes pass through unread.
    Opaque,
    /// Only parsing it tells.
    Candidate,
}

/// Whether a document has to be read; `extra` are kinds with templates beside the known ones.
pub fn triage(look: &Look<'_>, extra: &[TemplatePath]) -> Triage {
    match look.may_be(|group, kind| !known_without_template(group, kind, extra)) {
        true => Triage::Candidate,
        false => Triage::Opaque,
    }
}

/// Whether a document may hold an object of this group and kind, as itself or in a list or a review. Its text is asked for where its
/// look does not answer: that of thousands of documents is not in the processor's caches.
pub(super) fn may_hold<'t>((look, text): (&Look<'_>, impl FnOnce() -> &'t str), of: (&str, &str)) -> bool {
    // The kind first: all groups are alike.
    look.may_be(|group, kind| (kind, group) == (of.1, of.0) || objects::carries_others(kind)) && may_say(text(), of.1)
}

/// Whether a text may have a string with a word in it: it has the word, or an escape, which may be any letter of it.
pub(super) fn may_say(text: &str, word: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some() || memchr::memchr(b'\\', text.as_bytes()).is_some()
}

/// Whether a document that cannot be read is certainly of a kind that is not for injector.
pub(super) fn is_foreign(look: &Look<'_>, extra: &[TemplatePath]) -> bool {
    !look.may_be(|_, kind| !workload::is_foreign(kind, extra))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_opaque_only_where_it_is_certainly_not_a_workload() {
        for (text, expected) in [
            ("apiVersion: v1\nkind: ConfigMap\n", Triage::Opaque),
            ("apiVersion: v1\nkind: Pod\n", Triage::Candidate),
            ("apiVersion: example.com/v1\nkind: ConfigMap\n", Triage::Candidate),
            ("apiVersion: v1\nkind: ConfigMapList\n", Triage::Candidate),
            ("apiVersion: v1\nkind: ConfigMap\nx: \"\nkind: Secret\nb\"\n", Triage::Opaque),
            ("apiVersion: v1\nkind: ConfigMap\nx: \"\nkind: Pod\nb\"\n", Triage::Candidate),
            ("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}", Triage::Candidate),
        ] {
            assert_eq!(triage(&Look::at(text), &[]), expected, "{text:?}");
        }
        let extra = ["ConfigMap=/data".parse().unwrap()];
        assert_eq!(triage(&Look::at("apiVersion: v1\nkind: ConfigMap\n"), &extra), Triage::Candidate);
    }

    #[test]
    fn an_object_may_be_in_itself_in_what_carries_others_and_in_doubt() {
        for (text, expected) in [
            ("apiVersion: v1\nkind: Namespace\n", true),
            ("apiVersion: v1\nkind: List\nitems:\n- kind: Namespace\n", true),
            ("apiVersion: v1\nkind: NamespaceList\n", true),
            ("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {kind: {kind: Namespace}}\n", true),
            ("{\"kind\": \"Namespace\"}", true),
            ("{\"kind\": \"Pod\"}", false),
            ("{\"kind\": \"Name\\u0073pace\"}", true),
            ("'kind': \"Name\\x73pace\"\n", true),
            ("apiVersion: v1\nkind: List\nitems: []\n", false),
            ("apiVersion: example.com/v1\nkind: Namespace\n", false),
            ("apiVersion: v1\nkind: ConfigMap\ndata: {a: Namespace}\n", false),
        ] {
            assert_eq!(may_hold((&Look::at(text), || text), ("", "Namespace")), expected, "{text:?}");
        }
    }
}

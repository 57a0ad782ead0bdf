//! What is known of namespaces, from `Namespace` documents and from flags. A flag wins over a document, and a flag that
//! names the namespace wins over one that does not.

use std::collections::BTreeMap;

use thiserror::Error;

use super::metadata::{Metadata, Values};
use super::{Known, Namespace};
use crate::diagnostic::Diagnostic;
use crate::kube::names::{is_dns_label, is_label_value, is_qualified_name};
use crate::kube::selector::NAMESPACE_NAME;
use crate::kube::workload::identify;
use crate::value::view::View;

/// Everything that is known of namespaces in one run.
#[derive(Clone, Debug, Default)]
pub struct Namespaces {
    documents: BTreeMap<String, Metadata>,
    labels: Flags,
    annotations: Flags,
}

/// Values by namespace; those under `None` count for every namespace.
#[derive(Clone, Debug, Default)]
struct Flags(BTreeMap<Option<String>, Values>);

/// Why a text is not `[NS:]k=v,…`. The user's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NamespaceFlagError {
    /// It is empty.
    #[error("nothing is given: write `[NAMESPACE:]key=value,…`")]
    Empty,
    /// A key that Kubernetes does not allow.
    #[error("`{0}` is not a label or annotation key")]
    Key(String),
    /// The part before the colon is not the name of a namespace.
    #[error("`{0}` is not a namespace: a name has at most 63 lower case letters, digits and `-`")]
    Namespace(String),
    /// A part without `=`.
    #[error("`{0}` has no `=`: write `[NAMESPACE:]key=value,…`")]
    NoEquals(String),
    /// A key that occurs twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A value that no label can have.
    #[error("`{0}` is not a label value: one has at most 63 letters, digits, `-`, `_` and `.`")]
    Value(String),
}

impl Namespaces {
    /// Takes the labels and annotations of a `Namespace`; ignores any other object. A later document of the same name
    /// replaces an earlier one, as it does when both are applied.
    ///
    /// Returns a warning for each value that is not a string; it counts as not set.
    pub fn add_document<'a, V: View<'a>>(&mut self, document: V) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        let Some(identity) = identify(document).filter(|identity| identity.is_core("Namespace")) else {
            return warnings;
        };
        if let Some(name) = identity.name {
            self.documents.insert(name, Metadata::read(document, "a namespace", &mut warnings));
        }
        warnings
    }

    /// Takes a namespace as a cluster has it. It wins over documents, as flags do.
    pub fn add(&mut self, namespace: Namespace) {
        let Namespace { name, labels, annotations } = namespace;
        if let Known::Yes(labels) = labels {
            self.labels.add(Some(name.clone()), labels);
        }
        if let Known::Yes(annotations) = annotations {
            self.annotations.add(Some(name), annotations);
        }
    }

    /// Takes a value of `--namespace-labels`: `[NS:]k=v,…`. `NS:` alone says that the namespace has none.
    ///
    /// # Errors
    ///
    /// The text does not have that form, or names a key or value that Kubernetes does not allow.
    pub fn add_labels(&mut self, text: &str) -> Result<(), NamespaceFlagError> {
        let (namespace, values) = parse(text)?;
        if let Some(value) = values.values().find(|value| !is_label_value(value)) {
            return Err(NamespaceFlagError::Value(value.clone()));
        }
        self.labels.add(namespace, values);
        Ok(())
    }

    /// Takes a value of `--namespace-annotations`: `[NS:]k=v,…`. `NS:` alone says that the namespace has none.
    ///
    /// # Errors
    ///
    /// The text does not have that form, or names a key that Kubernetes does not allow.
    pub fn add_annotations(&mut self, text: &str) -> Result<(), NamespaceFlagError> {
        let (namespace, values) = parse(text)?;
        self.annotations.add(namespace, values);
        Ok(())
    }

    /// What is known of the namespace of that name. Where its labels are known, the one that the API server adds is
    /// among them.
    pub fn get(&self, name: &str) -> Namespace {
        let document = self.documents.get(name);
        let mut labels = self.labels.over(name, document.map(|document| &document.labels));
        if let Known::Yes(labels) = &mut labels {
            labels.insert(NAMESPACE_NAME.to_owned(), name.to_owned());
        }
        let annotations = self.annotations.over(name, document.map(|document| &document.annotations));
        Namespace { name: name.to_owned(), labels, annotations }
    }
}

impl Namespace {
    /// A namespace as an API server has it: everything is known, and it has the label that the API server adds.
    pub fn known(name: &str, mut labels: BTreeMap<String, String>, annotations: BTreeMap<String, String>) -> Self {
        labels.insert(NAMESPACE_NAME.to_owned(), name.to_owned());
        Self { name: name.to_owned(), labels: Known::Yes(labels), annotations: Known::Yes(annotations) }
    }
}

impl Flags {
    fn add(&mut self, namespace: Option<String>, values: Values) {
        self.0.entry(namespace).or_default().extend(values);
    }

    fn over(&self, name: &str, document: Option<&Values>) -> Known<Values> {
        let layers = [document, self.0.get(&None), self.0.get(&Some(name.to_owned()))];
        if layers.iter().all(Option::is_none) {
            return Known::No;
        }
        let layers = layers.into_iter().flatten().flatten();
        Known::Yes(layers.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

fn parse(text: &str) -> Result<(Option<String>, Values), NamespaceFlagError> {
    // A colon after the first `=` belongs to a value.
    let head = text.find('=').map_or(text, |end| &text[..end]);
    let (namespace, list) = match head.find(':') {
        Some(end) => (Some(&text[..end]), &text[end + 1..]),
        None => (None, text),
    };
    if let Some(name) = namespace.filter(|name| !is_dns_label(name)) {
        return Err(NamespaceFlagError::Namespace(name.to_owned()));
    }
    let mut values = Values::new();
    if list.is_empty() {
        return match namespace {
            Some(name) => Ok((Some(name.to_owned()), values)),
            None => Err(NamespaceFlagError::Empty),
        };
    }
    for pair in list.split(',') {
        let (key, value) = pair.split_once('=').ok_or_else(|| NamespaceFlagError::NoEquals(pair.to_owned()))?;
        if !is_qualified_name(key) {
            return Err(NamespaceFlagError::Key(key.to_owned()));
        }
        if values.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(NamespaceFlagError::Twice(key.to_owned()));
        }
    }
    Ok((namespace.map(str::to_owned), values))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known(pairs: &[(&str, &str)]) -> Known<Values> {
        Known::Yes(pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn what_no_source_has_is_unknown() {
        let mut namespaces = Namespaces::default();
        assert_eq!(namespaces.get("a"), Namespace { name: "a".into(), ..Namespace::default() });
        namespaces.add_labels("a:x=1").unwrap();
        let a = namespaces.get("a");
        assert_eq!(a.labels, known(&[("x", "1"), (NAMESPACE_NAME, "a")]));
        assert_eq!(a.annotations, Known::No, "a flag for labels says nothing of annotations");
        assert_eq!(namespaces.get("b").labels, Known::No);
    }

    #[test]
    fn a_document_makes_both_known_and_the_last_one_counts() {
        let mut namespaces = Namespaces::default();
        let document =
            |labels| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": labels}});
        assert_eq!(namespaces.add_document(&document(json!({"x": "1", "y": "2"}))), []);
        assert_eq!(namespaces.add_document(&document(json!({"x": "3"}))), []);
        let a = namespaces.get("a");
        assert_eq!((a.labels, a.annotations), (known(&[("x", "3"), (NAMESPACE_NAME, "a")]), known(&[])));
        for other in [
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}}),
            json!({"apiVersion": "example.com/v1", "kind": "Namespace", "metadata": {"name": "b"}}),
            json!({"apiVersion": "v1", "kind": "Namespace"}),
            json!(null),
        ] {
            assert_eq!(namespaces.add_document(&other), []);
        }
        assert_eq!(namespaces.get("b").labels, Known::No);
    }

    #[test]
    fn the_nearest_word_wins() {
        let mut namespaces = Namespaces::default();
        namespaces.add_document(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a",
            "annotations": {"one": "document", "two": "document", "three": "document"}}}));
        namespaces.add_annotations("a:three=named").unwrap();
        namespaces.add_annotations("two=all,three=all,proxy.example/x=http://a:b=c").unwrap();
        assert_eq!(
            namespaces.get("a").annotations,
            known(&[("one", "document"), ("two", "all"), ("three", "named"), ("proxy.example/x", "http://a:b=c")])
        );
        assert_eq!(
            namespaces.get("other").annotations,
            known(&[("two", "all"), ("three", "all"), ("proxy.example/x", "http://a:b=c")])
        );
    }

    #[test]
    fn a_namespace_alone_says_that_it_has_none() {
        let mut namespaces = Namespaces::default();
        namespaces.add_labels("a:").unwrap();
        assert_eq!(namespaces.get("a").labels, known(&[(NAMESPACE_NAME, "a")]));
    }

    #[test]
    fn the_label_of_the_name_is_the_api_servers() {
        let mut namespaces = Namespaces::default();
        namespaces.add_labels(&format!("{NAMESPACE_NAME}=x")).unwrap();
        assert_eq!(namespaces.get("a").labels, known(&[(NAMESPACE_NAME, "a")]));
    }

    #[test]
    fn a_value_that_is_not_a_string_is_unset_with_a_warning() {
        let mut namespaces = Namespaces::default();
        let warnings = namespaces.add_document(&json!({"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": "a", "labels": {"x": true, "y": "1"}, "annotations": []}}));
        let messages: Vec<String> = warnings.iter().map(|one| format!("{}: {}", one.at, one.message)).collect();
        assert_eq!(
            messages,
            [
                "/metadata/labels/x: `x` of a namespace is a boolean, not a string, and counts as not set",
                "/metadata/annotations: `annotations` of a namespace is a list, not an object, and counts as not set",
            ]
        );
        assert_eq!(namespaces.get("a").labels, known(&[("y", "1"), (NAMESPACE_NAME, "a")]));
    }

    #[test]
    fn errors_in_a_flag_are_reported() {
        for (text, message) in [
            ("", "nothing is given: write `[NAMESPACE:]key=value,…`"),
            ("a", "`a` has no `=`: write `[NAMESPACE:]key=value,…`"),
            ("a=b,c", "`c` has no `=`: write `[NAMESPACE:]key=value,…`"),
            ("a=b,", "`` has no `=`: write `[NAMESPACE:]key=value,…`"),
            ("=b", "`` is not a label or annotation key"),
            ("a b=c", "`a b` is not a label or annotation key"),
            ("A:b=c", "`A` is not a namespace: a name has at most 63 lower case letters, digits and `-`"),
            (":b=c", "`` is not a namespace: a name has at most 63 lower case letters, digits and `-`"),
            ("a=b,a=c", "`a` is given twice"),
            ("n:a=b c", "`b c` is not a label value: one has at most 63 letters, digits, `-`, `_` and `.`"),
        ] {
            assert_eq!(Namespaces::default().add_labels(text).unwrap_err().to_string(), message, "{text}");
        }
        assert!(Namespaces::default().add_annotations("a=b c").is_ok());
    }
}

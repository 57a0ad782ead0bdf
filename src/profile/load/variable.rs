//! Variables of the application, and annotations and labels: the members beside Kubernetes' own that say how one is added.

use super::super::reader::{Errors, Node, ProfileErrorKind};
use super::nodes;
use crate::value::view::{Kind, View};

/// Reports members that do not go together, and words that are not known. Types are checked with the schema.
pub(super) fn check<'a, V: View<'a>>(list: Option<Node<V>>, errors: &mut Errors) {
    for node in nodes(list, &mut Errors::default()).into_iter().filter(|node| node.view.kind() == Kind::Mapping) {
        let has = |name: &str| node.view.member(name).is_some();
        let text = ["append", "prepend"].into_iter().find(|name| has(name));
        if let (Some(text), true) = (text, has("value") || has("valueFrom")) {
            let why = "a variable has either a value or text for one: `append` or `prepend`";
            errors.add(&node.at.join(text), ProfileErrorKind::Empty(why));
        }
        for name in ["separator", "onValueFrom"].into_iter().filter(|name| text.is_none() && has(name)) {
            let why = "this goes with `append` or `prepend`";
            errors.add(&node.at.join(name), ProfileErrorKind::Empty(why));
        }
        for (name, words) in [("at", ["First", "Last"]), ("onValueFrom", ["Skip", "Reject"])] {
            if let Some(word) = node.get(name) {
                let _ = word.choice(&words.map(|word| (word, ())), errors);
            }
        }
    }
}

/// The same for an entry of annotations or labels.
pub(super) fn check_entry<'a, V: View<'a>>(entry: &Node<V>, errors: &mut Errors) {
    let words = ["Append", "Keep", "Overwrite"].map(|word| (word, word));
    let policy = entry.get("policy").and_then(|policy| policy.choice(&words, errors));
    if let Some(separator) = entry.get("separator").filter(|_| policy != Some("Append")) {
        errors.add(&separator.at, ProfileErrorKind::Empty("this goes with `policy: Append`"));
    }
}

//! Text that a profile adds to the ends of a value that the user wrote: a variable's value, or an annotation's. The record
//! has this text alone, never the user's: an env value may be a secret, and more people read annotations than pods.

use serde::{Deserialize, Serialize};

use crate::value::pointer::Pointer;

/// What was added to a value, at either end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddedText {
    /// The text before the value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prepend: String,
    /// The text behind the value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub append: String,
    /// What is between the text and the value, unless the value is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub separator: String,
}

impl AddedText {
    /// The value with the text. An empty value counts as one that is not set, and gets no separator.
    pub(crate) fn put_on(&self, value: &str) -> String {
        let parts = [self.prepend.as_str(), value, self.append.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(&self.separator)
    }

    /// The inverse of [`Self::put_on`]; `None` where the value does not begin and end with the text.
    pub(crate) fn take_off(&self, value: &str) -> Option<String> {
        if value == self.put_on("") {
            return Some(String::new());
        }
        let behind = |text: &str| if text.is_empty() { String::new() } else { format!("{text}{}", self.separator) };
        let before = |text: &str| if text.is_empty() { String::new() } else { format!("{}{text}", self.separator) };
        let rest = value.strip_prefix(&behind(&self.prepend))?.strip_suffix(&before(&self.append))?;
        (!rest.is_empty()).then(|| rest.to_owned())
    }

    /// Takes this text out of a value to which these texts were added later, in this order.
    pub(crate) fn take_out(&self, value: &str, later: &[&Self]) -> Option<String> {
        let inner = later.iter().rev().try_fold(value.to_owned(), |value, text| text.take_off(&value))?;
        let rest = self.take_off(&inner)?;
        Some(later.iter().fold(rest, |value, text| text.put_on(&value)))
    }

    /// The part of the text that a value does not have yet as a whole token; `None` where it has all of it.
    pub(crate) fn missing_in(&self, value: &str) -> Option<Self> {
        let absent = |text: &String| if self.is_token(text, value) { String::new() } else { text.clone() };
        let missing =
            Self { prepend: absent(&self.prepend), append: absent(&self.append), separator: self.separator.clone() };
        (!missing.prepend.is_empty() || !missing.append.is_empty()).then_some(missing)
    }

    /// Whether a text is in a value with a separator or an end of the value on both sides.
    fn is_token(&self, text: &str, value: &str) -> bool {
        let is_whole = |at: usize| {
            let (before, behind) = (value.get(..at), value.get(at + text.len()..));
            before.is_some_and(|before| before.is_empty() || before.ends_with(&self.separator))
                && behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(&self.separator))
        };
        text.is_empty()
            || value
                .char_indices()
                .any(|(at, _)| value.get(at..).is_some_and(|rest| rest.starts_with(text)) && is_whole(at))
    }
}

/// The variable's element, where a pointer from a pod template is that of the value of a variable.
pub(crate) fn variable(named: &Pointer) -> Option<Pointer> {
    match named.tokens() {
        [spec, list, _, env, _, value]
            if spec == "spec" && super::is_containers(list) && env == "env" && value == "value" =>
        {
            named.split_last().map(|(variable, _)| variable)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(prepend: &str, append: &str, separator: &str) -> AddedText {
        AddedText { prepend: prepend.to_owned(), append: append.to_owned(), separator: separator.to_owned() }
    }

    #[test]
    fn what_is_put_on_is_taken_off() {
        for added in
            [text("", "-b", " "), text("a", "", ":"), text("a", "a", "a"), text("", "x", ""), text("p", "s", "")]
        {
            for value in ["", "v", " ", "a", "-b", "a a", "x", "aaa", "v -b"] {
                let with = added.put_on(value);
                assert_eq!(added.take_off(&with).as_deref(), Some(value), "{added:?}: {with}");
            }
        }
        assert_eq!(text("", "b", " ").take_off("ab"), None, "the separator is a part of what was added");
    }

    #[test]
    fn texts_nest_and_come_out_in_either_order() {
        let (inner, outer) = (text("", "-a", " "), text("", "-b", ","));
        for value in ["", "v"] {
            let both = outer.put_on(&inner.put_on(value));
            assert_eq!(inner.take_out(&both, &[&outer]).unwrap(), outer.put_on(value));
            assert_eq!(outer.take_out(&both, &[]).unwrap(), inner.put_on(value));
            assert_eq!(inner.take_out(&format!("{both} edited"), &[&outer]), None);
        }
    }

    #[test]
    fn only_a_whole_token_counts_as_there() {
        let added = text("", "-a", " ");
        for (value, is_there) in
            [("-a", true), ("x -a", true), ("-a x", true), ("x -ab", false), ("x-a", false), ("", false)]
        {
            assert_eq!(added.missing_in(value).is_none(), is_there, "{value}");
        }
        assert_eq!(text("", "-a", "").missing_in("x-ab"), None, "without a separator, any place will do");
        assert_eq!(text("p", "s", ":").missing_in("x:s"), Some(text("p", "", ":")));
    }
}

//! What a profile says of a value that is there already: it stays, ours takes its place, or our text goes to its ends.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::decide::record::AddedText;
use crate::profile::EnvPlacement;

/// What happens to a value of the user's own where the profile adds one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) enum Existing {
    /// It stays, with a warning. A container is completed.
    #[default]
    Keep,
    /// Ours takes its place, and the record has the old one. Annotations and labels only: a variable may be a secret.
    Overwrite,
    /// Text goes to its ends. The item's value is the one for where there is none.
    Extend(AddedText, OnValueFrom),
}

/// What happens where text is for a variable that has its value from elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) enum OnValueFrom {
    /// The variable stays as it is, with a warning.
    #[default]
    Skip,
    /// It is an error.
    Reject,
}

impl Existing {
    /// Takes the members that say how a variable is added from the variable, and leaves it as Kubernetes knows it.
    pub(super) fn of_variable(variable: &mut Value) -> (Option<EnvPlacement>, Self) {
        let Value::Object(members) = variable else { return (None, Self::Keep) };
        let at = word(members, "at").map(|at| if at == "First" { EnvPlacement::First } else { EnvPlacement::Last });
        let on_value_from = match word(members, "onValueFrom").as_deref() {
            Some("Reject") => OnValueFrom::Reject,
            _ => OnValueFrom::Skip,
        };
        let [prepend, append, separator] =
            ["prepend", "append", "separator"].map(|name| word(members, name).unwrap_or_default());
        let text = AddedText { prepend, append, separator };
        if text.prepend.is_empty() && text.append.is_empty() {
            return (at, Self::Keep);
        }
        members.insert("value".to_owned(), Value::String(text.put_on("")));
        (at, Self::Extend(text, on_value_from))
    }

    /// Takes the members that say how an annotation or label is added from its entry, which has them beside `key` and `value`.
    pub(super) fn of_entry(entry: &mut Value) -> Self {
        let Value::Object(members) = entry else { return Self::Keep };
        let (policy, separator) = (word(members, "policy"), word(members, "separator"));
        match (policy.as_deref(), members.get("value").and_then(Value::as_str)) {
            (Some("Overwrite"), _) => Self::Overwrite,
            (Some("Append"), Some(value)) if !value.is_empty() => {
                let text = AddedText { append: value.to_owned(), ..AddedText::default() };
                Self::Extend(AddedText { separator: separator.unwrap_or_default(), ..text }, OnValueFrom::default())
            }
            _ => Self::Keep,
        }
    }

    /// The text for the ends of the value.
    pub(crate) fn text(&self) -> Option<&AddedText> {
        match self {
            Self::Extend(text, _) => Some(text),
            Self::Keep | Self::Overwrite => None,
        }
    }
}

fn word(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.shift_remove(name) {
        Some(Value::String(word)) => Some(word),
        _ => None,
    }
}

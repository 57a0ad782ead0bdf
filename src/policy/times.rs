//! How often an element of a profile is there, and what expressions say of each time.

use crate::policy::cel::Cel;

/// How often an element is there.
#[derive(Clone)]
pub(super) enum Times {
    /// Once; where there is a condition, only where it holds.
    Once(Option<Cel>),
    /// Once for each element of this list.
    Each(Cel),
}

/// The element at hand of a list, and its index. Expressions within use no other variables of these names.
pub(super) const ELEMENT: &str = "z";
const INDEX: &str = "j";

impl Times {
    /// A list with a value for each time, where the condition holds.
    pub(super) fn list(&self, condition: &str, value: &str) -> Cel {
        match self {
            Self::Once(_) => format!("({} ? [{value}] : [])", self.under(condition)),
            Self::Each(list) => format!("{list}.transformList({INDEX}, {ELEMENT}, {condition}, {value})"),
        }
    }

    /// Whether the condition holds one of the times.
    pub(super) fn any(&self, condition: &str) -> Cel {
        match self {
            Self::Once(_) => self.under(condition),
            Self::Each(list) => format!("{list}.exists({INDEX}, {ELEMENT}, {condition})"),
        }
    }

    /// The condition together with that of the element.
    fn under(&self, condition: &str) -> Cel {
        match self {
            Self::Once(Some(when)) => format!("({when} && {condition})"),
            Self::Once(None) | Self::Each(_) => format!("({condition})"),
        }
    }

    /// Whether an earlier element of the same list has the same key; `key` gives that of a variable.
    pub(super) fn is_repeated(&self, key: impl Fn(&str) -> Cel) -> Option<Cel> {
        match self {
            Self::Once(_) => None,
            Self::Each(list) => Some(format!("{list}.map(y, {}).indexOf({}) < {INDEX}", key("y"), key(ELEMENT))),
        }
    }

    /// Whether one of the times has this key.
    pub(super) fn has(&self, key: impl Fn(&str) -> Cel, wanted: &str) -> Cel {
        match self {
            Self::Once(_) => self.under(&format!("{} == {wanted}", key(ELEMENT))),
            Self::Each(list) => format!("{list}.exists(y, {} == {wanted})", key("y")),
        }
    }
}

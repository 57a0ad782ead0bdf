//! What an injection that the record names is, compared with what its profile would inject now.

use serde_json::Value;

use crate::decide::eligibility::Rule;
use crate::value::pointer::Pointer;

/// The state of one entry of the record. The pod decides, not the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InjectionState {
    /// It is what would be injected now.
    Current,
    /// The profile would add more here now, such as env to a container that came later.
    Incomplete,
    /// It comes from what the profile renders now, but these fields differ.
    Edited(Vec<EditedField>),
    /// The profile renders something else now, or may do so.
    Outdated,
    /// The rules would skip the template now.
    Unwanted {
        /// The rule that would skip it.
        rule: Rule,
        /// Why, in the words of a report.
        reason: String,
    },
    /// These are gone: pointers from the pod template, with names instead of list indexes.
    Partial(Vec<Pointer>),
}

/// A field of an injection that is not as its profile would inject it now. What the API server fills in is not an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedField {
    /// Where it is, from the object's root. A member that is gone has the place where it would be.
    pub at: Pointer,
    /// How it differs.
    pub edit: Edit,
    /// Why it differs.
    pub cause: EditCause,
}

/// Why a field is not as its profile would inject it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditCause {
    /// Someone edited it.
    Edit,
    /// The same, or the profile reads something else of the object by now.
    EditOrObject,
}

/// How a field differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It has another value, or is absent on one side.
    Value {
        /// What the profile would inject.
        wanted: Option<Value>,
        /// What is there.
        found: Option<Value>,
    },
    /// It is at another index of its list.
    Index {
        /// The index that the profile would give it.
        wanted: usize,
        /// The index that it has.
        found: usize,
    },
}

impl InjectionState {
    /// The name of the state, as reports have it.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Incomplete => "incomplete",
            Self::Edited(_) => "edited",
            Self::Outdated => "outdated",
            Self::Unwanted { .. } => "unwanted",
            Self::Partial(_) => "partial",
        }
    }

    /// Whether `--reinject` removes the injection, and then makes it again where the rules allow it.
    pub(crate) const fn is_replaced(&self) -> bool {
        match self {
            Self::Current | Self::Incomplete => false,
            Self::Edited(_) | Self::Outdated | Self::Unwanted { .. } | Self::Partial(_) => true,
        }
    }
}

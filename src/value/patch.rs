//! JSON Patch (RFC 6902): what a decision hands to a shell, which writes it into a text or an answer. Operations are
//! made one by one with each decision, never by a comparison of two objects and never from text.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::value::pointer::Pointer;

/// One operation of a patch. Its value is shared: many pods get the same one.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Adds a member that was not there, or an element at an index (`-` appends).
    Add(Pointer, Arc<Value>),
    /// Removes a member or element that is there.
    Remove(Pointer),
    /// Replaces a value that is there.
    Replace(Pointer, Arc<Value>),
}

/// The operations in the order in which they apply.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Patch(pub Vec<Op>);

impl Op {
    /// The place of the value that it adds, removes or replaces.
    pub fn path(&self) -> &Pointer {
        match self {
            Self::Add(path, _) | Self::Remove(path) | Self::Replace(path, _) => path,
        }
    }
}

impl Patch {
    /// Whether the patch changes nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Op {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let (op, value) = match self {
            Self::Add(_, value) => ("add", Some(value)),
            Self::Remove(_) => ("remove", None),
            Self::Replace(_, value) => ("replace", Some(value)),
        };
        map.serialize_entry("op", op)?;
        map.serialize_entry("path", self.path())?;
        if let Some(value) = value {
            map.serialize_entry("value", &**value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_have_the_form_of_rfc_6902() {
        let patch = Patch(vec![
            Op::Add(Pointer::of(["a~/b"]), Arc::new(Value::Null)),
            Op::Replace(Pointer::of(["c"]), Arc::new(json!([]))),
            Op::Remove(Pointer::of(["d", "0"])),
        ]);
        assert_eq!(
            serde_json::to_string(&patch).unwrap(),
            r#"[{"op":"add","path":"/a~0~1b","value":null},{"op":"replace","path":"/c","value":[]},{"op":"remove","path":"/d/0"}]"#
        );
    }
}

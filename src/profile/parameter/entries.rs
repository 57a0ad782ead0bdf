//! Maps whose entries are annotations of their own.

use serde_json::{Map, Value};

use super::fault::BadValue;
use super::{Origin, bad_value, not_text};
use crate::diagnostic::Diagnostic;
use crate::profile::{Parameter, ParameterType};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// The map of the annotations whose keys begin with the parameter's prefix, in the order of their keys; `None` where there
/// are none. The key of an entry is what follows the prefix.
pub(super) fn read<'a, V: View<'a>>(
    parameter: &Parameter,
    annotations: Option<V>,
) -> Option<Result<(Value, Origin), Diagnostic>> {
    let (Some(prefix), ParameterType::Map(map)) = (&parameter.annotation_prefix, &parameter.ty) else { return None };
    let members = annotations?.members().into_iter();
    let mut found: Vec<_> = members.filter(|(key, _)| key.len() > prefix.len() && key.starts_with(prefix)).collect();
    found.sort_by(|(one, _), (two, _)| one.cmp(two));
    if found.is_empty() {
        return None;
    }
    let all = Pointer::of(["metadata", "annotations"]);
    let mut entries = Map::new();
    for (key, value) in found {
        let at = all.join(&*key);
        let Some(text) = value.string() else { return Some(Err(not_text(at, &key, value.kind()))) };
        let value = parameter.bounds.check_text(&text, &parameter.ty).and_then(|()| map.of.parse(&text));
        if let Err(bad) = map.add(&mut entries, key.get(prefix.len()..).unwrap_or_default(), value) {
            // The annotation says which entry it is.
            let bad = match bad {
                BadValue::Part { bad, .. } => *bad,
                bad => bad,
            };
            return Some(Err(bad_value(at, &format!("annotation `{key}`"), &bad)));
        }
    }
    let read = parameter.within_bounds(Value::Object(entries));
    let read = read.map_err(|bad| bad_value(all, &format!("annotations `{prefix}…`"), &bad));
    Some(read.map(|value| (value, Origin::Annotations(prefix.clone()))))
}

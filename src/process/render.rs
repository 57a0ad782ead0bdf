//! The forms of standard output beside the spliced text: JSON objects, patches, and answers to reviews. A form is added
//! here, and in `cli::OutputFormat`.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

use crate::kube::workload;
use crate::process::admission;
use crate::process::proof::ProofError;
use crate::process::{Object, Sort};

/// The uid of the request that is built for a manifest: there is none to echo.
const NO_UID: &str = "00000000-0000-0000-0000-000000000000";

/// Objects as JSON, as `kubectl get -o json` prints them: one as itself, several as a `v1` `List`.
pub(crate) fn json(objects: Vec<Value>) -> String {
    let mut objects = objects;
    let value = match (objects.len(), objects.pop()) {
        (_, None) => return String::new(),
        (1, Some(only)) => only,
        (_, Some(last)) => {
            objects.push(last);
            let items: Vec<Value> = objects.into_iter().flat_map(flattened).collect();
            json!({"apiVersion": "v1", "kind": "List", "items": items})
        }
    };
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b"    "));
    // Writing a value to memory cannot fail.
    let _ = value.serialize(&mut serializer);
    out.push(b'\n');
    String::from_utf8(out).unwrap_or_default()
}

/// The items of a list, as kubectl takes them; a list within a list stays one.
fn flattened(object: Value) -> Vec<Value> {
    let is_list = workload::identify(&object).is_some_and(|identity| identity.kind == "List");
    match object {
        Value::Object(mut members) if is_list => match members.shift_remove("items") {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        },
        object => vec![object],
    }
}

/// The patches of a run: one array for one workload; for several, an object a line for each that changes.
pub(crate) fn patches(objects: &[&Object]) -> String {
    let workloads: Vec<&&Object> = objects.iter().filter(|object| object.sort == Sort::Workload).collect();
    match workloads.as_slice() {
        [] => String::new(),
        [only] => line(&only.outcome.patch),
        several => {
            several.iter().filter(|object| !object.outcome.patch.is_empty()).map(|object| named(object)).collect()
        }
    }
}

fn named(object: &Object) -> String {
    let identity = &object.identity;
    let name = identity.name.as_ref().or(identity.generate_name.as_ref());
    line(&json!({
        "apiVersion": identity.api_version,
        "kind": identity.kind,
        "namespace": object.namespace,
        "name": name,
        "patch": object.outcome.patch,
    }))
}

fn line(value: &impl Serialize) -> String {
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

/// The answer to each review, one a line; for a manifest, to the request that an API server would send.
///
/// # Errors
///
/// A patch was not proved.
pub(crate) fn responses(objects: &[&Object]) -> Result<String, ProofError> {
    let answer = |object: &&Object| {
        let (version, uid) = match &object.review {
            Some(review) => (review.api_version.as_str(), review.uid.as_str()),
            None => ("admission.k8s.io/v1", NO_UID),
        };
        match &object.failure {
            Some(failure) => Err(ProofError::Inapplicable(failure.to_string())),
            None => Ok(line(&admission::respond(version, uid, &object.outcome, object.proved.as_ref()))),
        }
    };
    let asked = |object: &&&Object| object.sort == Sort::Workload || object.review.is_some();
    objects.iter().filter(asked).map(answer).collect()
}

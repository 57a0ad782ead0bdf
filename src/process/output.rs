//! The forms of standard output: one row each, in [`OUTPUT_FORMATS`]. A form is added there, with the function that writes
//! it; the command line, its help and the completions go over the rows.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

use super::admission;
use super::document::parse;
use super::object::{Object, ObjectClass};
use super::run::Leaves;
use super::stream::{DocumentResult, Stream};
use crate::diagnostic::{Code, Placed};
use crate::kube::workload;
use crate::value::view::View as _;

/// A text in pieces, so that what is only passed on is not copied, and not even listed.
pub(crate) type Pieces<'s> = Box<dyn Iterator<Item = Cow<'s, str>> + 's>;

/// A form of standard output.
#[derive(Debug)]
pub struct OutputFormat {
    /// The value of `--output`.
    pub name: &'static str,
    /// What it is, for the help text.
    pub help: &'static str,
    /// Which commands have it.
    pub offer: Offer,
    /// Whether it needs the patches.
    pub(crate) leaves: Leaves,
    /// What it does about workloads that fail.
    pub(crate) failures: Failures,
    write: for<'s> fn(&'s [Stream<'_>]) -> Result<Pieces<'s>, Placed>,
}

/// Which commands have a form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// `inject` and `uninject`.
    Always,
    /// `inject`.
    Inject,
}

/// What a form of output does about workloads that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failures {
    /// Nothing is printed because of them.
    HoldBack,
    /// They are printed like all others: a refusal is an answer.
    Answer,
}

/// All forms of standard output.
pub static OUTPUT_FORMATS: [&OutputFormat; 4] = [&YAML, &JSON, &PATCH, &RESPONSE];

pub(crate) static YAML: OutputFormat = OutputFormat {
    name: "yaml",
    help: "The documents, changed only where something is added or removed",
    offer: Offer::Always,
    leaves: Leaves::Text,
    failures: Failures::HoldBack,
    write: |streams| Ok(joined(streams)),
};

static JSON: OutputFormat = OutputFormat {
    name: "json",
    help: "The objects as JSON: one as an object, several as a v1 List",
    offer: Offer::Always,
    leaves: Leaves::Text,
    failures: Failures::HoldBack,
    write: |streams| Ok(whole(json(objects_as_json(streams)?))),
};

pub(crate) static PATCH: OutputFormat = OutputFormat {
    name: "patch",
    help: "The JSON Patch (RFC 6902)",
    offer: Offer::Always,
    leaves: Leaves::Patch,
    failures: Failures::HoldBack,
    write: |streams| Ok(whole(patches(&all_objects(streams)))),
};

pub(crate) static RESPONSE: OutputFormat = OutputFormat {
    name: "response",
    help: "An AdmissionReview with its response [default for an AdmissionReview]",
    offer: Offer::Inject,
    leaves: Leaves::Patch,
    failures: Failures::Answer,
    write: |streams| Ok(whole(responses(&all_objects(streams))?)),
};

impl OutputFormat {
    /// The streams in this form, in pieces.
    ///
    /// # Errors
    ///
    /// There is something that has no such form, or an answer that was not proved.
    pub(crate) fn write<'s>(&self, streams: &'s [Stream<'_>]) -> Result<Pieces<'s>, Placed> {
        (self.write)(streams)
    }
}

pub(crate) fn all_objects<'s>(streams: &'s [Stream<'_>]) -> Vec<&'s Object> {
    streams.iter().flat_map(Stream::processed).flat_map(|processed| &processed.objects).collect()
}

/// The uid of the request that is built for a manifest: a manifest has none to echo.
const NO_UID: &str = "00000000-0000-0000-0000-000000000000";

/// All streams one after the other; a document mark keeps one stream's last document from the next one's first.
///
/// A stream that begins with `{` is JSON to kubectl up to its end, so one that goes on in YAML begins with a mark.
fn joined<'s>(streams: &'s [Stream<'_>]) -> Pieces<'s> {
    let all: Vec<&'s Stream<'_>> = streams.iter().filter(|stream| stream.first().is_some()).collect();
    let is_json_stream = all.iter().all(|stream| stream.is_json());
    let between = move |before: Option<&'s Stream<'_>>, next: &'s Stream<'_>| -> [&'static str; 3] {
        let Some(before) = before else {
            return if next.is_json() && !is_json_stream { ["---", line_end(next.text), ""] } else { [""; 3] };
        };
        let end = line_end(before.text);
        let missing = if before.pieces().last().is_some_and(|last| last.ends_with('\n')) { "" } else { end };
        let is_marked = is_json_stream || next.first().is_some_and(|first| first.starts_with("---"));
        if is_marked { [missing, "", ""] } else { [missing, "---", end] }
    };
    let mut before = None;
    let with_its_front =
        move |stream: &'s Stream<'_>| between(before.replace(stream), stream).into_iter().chain(stream.pieces());
    Box::new(all.into_iter().flat_map(with_its_front).map(Cow::Borrowed))
}

/// A text that was made whole.
fn whole<'s>(text: String) -> Pieces<'s> {
    Box::new(std::iter::once(Cow::Owned(text)))
}

impl Stream<'_> {
    /// The first piece of its new content; `None` where it is empty.
    fn first(&self) -> Option<&str> {
        self.pieces().next()
    }

    /// Whether it is JSON to kubectl.
    fn is_json(&self) -> bool {
        self.first().is_some_and(|first| first.trim_ascii_start().starts_with('{'))
    }
}

/// How the lines of a text end: as its last one does.
fn line_end(text: &str) -> &'static str {
    let (before, _) = text.rsplit_once('\n').unwrap_or_default();
    if before.ends_with('\r') { "\r\n" } else { "\n" }
}

/// Every document of the result, read once more: what JSON shows is what the text says.
fn objects_as_json(streams: &[Stream<'_>]) -> Result<Vec<Value>, Placed> {
    let mut objects = Vec::new();
    for stream in streams {
        for (document, result) in stream.documents.iter().zip(&stream.results) {
            let old = document.text(stream.text);
            let text = match result {
                DocumentResult::Unreadable(error) => {
                    let message = "a document that cannot be read cannot be printed as JSON";
                    return Err(Placed::new(Code::Output, message)
                        .at(stream.name.as_str(), error.position)
                        .hint(Some("use `-o yaml`")));
                }
                changed if changed.is_changed() => Cow::Owned(changed.pieces(old).concat()),
                _ => Cow::Borrowed(old),
            };
            let tree = parse(&text, document.language).map_err(|error| stream.unreadable(document, &error))?;
            objects.extend(tree.root().map(|root| tree.view(root).value()).filter(|value| !value.is_null()));
        }
    }
    Ok(objects)
}

/// Objects as JSON, as `kubectl get -o json` prints them: one as itself, several as a `v1` `List`.
fn json(mut objects: Vec<Value>) -> String {
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
fn patches(objects: &[&Object]) -> String {
    let workloads: Vec<&&Object> = objects.iter().filter(|object| object.class == ObjectClass::Workload).collect();
    match workloads.as_slice() {
        [] => String::new(),
        [only] => line(&operations(only)),
        several => {
            several.iter().filter(|object| !object.outcome.patch.is_empty()).map(|object| named(object)).collect()
        }
    }
}

/// The patch of an object, with its guards where it has some.
fn operations(object: &Object) -> Value {
    match &object.guarded {
        Some(guarded) => json!(guarded),
        None => json!(object.outcome.patch),
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
        "patch": operations(object),
    }))
}

fn line(value: &impl Serialize) -> String {
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

/// The answer to each review, one a line; for a manifest, to the request that an API server would send.
fn responses(objects: &[&Object]) -> Result<String, Placed> {
    let answer = |object: &&Object| {
        let (version, uid) = match &object.review {
            Some(review) => (review.api_version.as_str(), review.uid.as_str()),
            None => ("admission.k8s.io/v1", NO_UID),
        };
        match &object.failure {
            Some(failure) => Err(Placed::new(Code::Proof, format!("the patch does not apply: {failure}"))),
            None => Ok(line(&admission::respond(version, uid, &object.outcome, object.proved.as_ref()))),
        }
    };
    let asked = |object: &&&Object| object.class == ObjectClass::Workload || object.review.is_some();
    objects.iter().filter(asked).map(answer).collect()
}

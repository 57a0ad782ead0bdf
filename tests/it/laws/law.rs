//! The laws as one function over any text: proof, idempotence, inverse, silence. It knows of no
//! fixture and no generator, so that tests and fuzzers assert the same.

use std::collections::BTreeMap;

use injector::internals::decide::facts::{ClusterFacts, ServiceAccount};
use injector::internals::decide::inject::Verdict;
use injector::internals::decide::uninject::{Leftovers, Which};
use injector::internals::process::document::{Processed, process};
use injector::internals::process::look::{Triage, triage};
use injector::internals::process::object::ChangeError;
use injector::internals::process::run::{Action, Leaves, Run as Asked};
use injector::internals::profile::{Profile, load};
use injector::internals::text::document::{self, Document};
use injector::internals::text::look::Look;
use injector::internals::text::splice::{self, Edit, SpliceErrorKind};
use injector::internals::text::yaml::tree::{NodeId, NodeKind, ScalarStyle, Tree};
use injector::internals::value::patch::Patch;
use injector::internals::value::pointer::Pointer;
use injector::internals::value::view::View as _;
use serde_json::Value;

/// The profile that a text describes.
pub(crate) fn profile_of(text: &str) -> Profile {
    let tree = injector::internals::text::yaml::parse_yaml(text).expect("a profile is YAML");
    load::load(tree.view(tree.root().expect("a profile is not empty"))).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// What a run makes of a stream.
pub(crate) struct Run {
    /// The new text, where no object fails.
    pub(crate) text: String,
    pub(crate) documents: Vec<(Document, Processed)>,
    /// What stands in the way of any object.
    pub(crate) errors: Vec<String>,
}

impl Run {
    /// The patches of all documents that have objects, with their places in the document.
    pub(crate) fn patches(&self) -> impl Iterator<Item = (&Document, Vec<(&Pointer, &Patch)>)> {
        self.documents.iter().map(|(document, processed)| {
            (document, processed.objects.iter().map(|object| (&object.location.place, &object.outcome.patch)).collect())
        })
    }

    fn is_changed(&self) -> bool {
        self.documents.iter().any(|(_, processed)| !processed.edits.is_empty())
    }
}

/// What is asked of a run with these profiles.
pub(crate) fn asked(profiles: &[Profile], set: &BTreeMap<String, String>, action: Action) -> Asked {
    let set = profiles.iter().map(|profile| (profile.name.clone(), set.clone())).collect();
    let mut asked = Asked::new(profiles.to_vec(), set, &[]);
    asked.action = action;
    asked.leaves = Leaves::Patch;
    asked
}

/// Takes a stream through, as a shell would. The error is one of reading.
pub(crate) fn run(stream: &str, profiles: &[Profile], action: Action) -> Result<Run, String> {
    run_as(stream, &asked(profiles, &BTreeMap::new(), action))
}

/// The same, for whatever is asked.
pub(crate) fn run_as(stream: &str, asked: &Asked) -> Result<Run, String> {
    let mut cluster = ClusterFacts::default();
    // Makes every namespace one that the built-in profiles select.
    cluster.namespaces.add_labels("sidecar-inject=enabled").expect("a label");
    cluster.namespaces.add_annotations("language/inherited=of-the-namespace").expect("an annotation");
    cluster.service_accounts.add(ServiceAccount {
        namespace: "default".into(),
        name: "default".into(),
        annotations: [("language/role".into(), "of-the-account".into())].into(),
        ..ServiceAccount::default()
    });
    let documents = document::split(stream).map_err(|error| error.to_string())?;
    let covered: String = documents.iter().map(|document| document.text(stream)).collect();
    assert!(covered == stream || stream.trim().is_empty(), "documents do not cover {stream:?}");
    let mut run = Run { text: String::new(), documents: Vec::new(), errors: Vec::new() };
    for document in documents {
        let text = document.text(stream);
        let processed = process(text, document.language, asked, &cluster).map_err(|error| error.to_string())?;
        for object in &processed.objects {
            run.errors.extend(object.failure.as_ref().map(|failure| match failure {
                ChangeError::Splice(error) if !matches!(error.kind, SpliceErrorKind::Misfit(_)) => error.to_string(),
                bug => format!("BUG: {bug:?}"),
            }));
            for step in &object.outcome.steps {
                if let Verdict::Rejected(errors, _) = &step.verdict {
                    run.errors.extend(errors.iter().map(|error| error.message.clone()));
                }
            }
        }
        let is_opaque = triage(&Look::at(text), &[]) == Triage::Opaque;
        assert!(processed.edits.is_empty() || !is_opaque, "a workload would have been passed by: {text:?}");
        run.text.push_str(&splice::pieces(text, &processed.edits).concat());
        run.documents.push((document, processed));
    }
    if documents_are_none(&run) {
        run.text.push_str(stream);
    }
    match run.errors.iter().find(|error| error.starts_with("BUG")) {
        Some(bug) => panic!("{bug}\n--- input\n{stream}\n{stream:?}"),
        None => Ok(run),
    }
}

fn documents_are_none(run: &Run) -> bool {
    run.documents.is_empty()
}

/// What the laws were held against.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// The text is refused.
    Unreadable(String),
    /// An object cannot be injected.
    Rejected(Vec<String>),
    /// There was nothing to inject.
    Unchanged,
    /// Something was injected: the new text.
    Injected(String),
}

/// Holds every law against a stream; a broken one is a panic that shows the stream.
pub(crate) fn laws(stream: &str, profiles: &[Profile]) -> Held {
    let once = match run(stream, profiles, Action::Inject) {
        Ok(once) => once,
        Err(error) => return Held::Unreadable(error),
    };
    if !once.errors.is_empty() {
        return Held::Rejected(once.errors);
    }
    for (document, processed) in &once.documents {
        silence(document.text(stream), &processed.edits);
    }
    let has_record = stream.contains("sidecar-injector/status");
    if !once.is_changed() {
        assert_eq!(once.text, stream);
        return Held::Unchanged;
    }
    let shown = |what: &str, got: &str| {
        format!("{what}\n--- input\n{stream}\n--- injected\n{}\n--- got\n{got}\n--- input {stream:?}", once.text)
    };
    let twice = match run(&once.text, profiles, Action::Inject) {
        Ok(twice) if twice.errors.is_empty() => twice,
        Ok(twice) => panic!("{}", shown("injecting twice fails", &twice.errors.join("\n"))),
        Err(error) => panic!("{}", shown("the result is unreadable", &error)),
    };
    assert!(twice.text == once.text, "{}", shown("injecting twice is not injecting once", &twice.text));
    if !has_record {
        let undone = undo(&once.text, profiles, Which::All).unwrap_or_else(|error| panic!("{}", shown(&error, "")));
        if undone != stream {
            let (left, right) = (usual(stream), usual(&undone));
            let diff = similar::TextDiff::from_lines(&left, &right).unified_diff().to_string();
            assert!(left == right, "{}", shown(&format!("undoing is not the inverse:\n{diff}"), &undone));
        }
    }
    Held::Injected(once.text)
}

/// Whatever came before a document in a run, it comes out as it does alone. Before it come documents that differ from it in one word,
/// and it comes twice.
pub(crate) fn alike(stream: &str, profiles: &[Profile]) {
    let asked = || {
        let mut asked = asked(profiles, &BTreeMap::new(), Action::Inject);
        asked.leaves = Leaves::Text;
        asked
    };
    let made = |stream: &str, asked: &Asked| run_as(stream, asked).map(|run| (run.text, run.errors));
    let in_one = asked();
    for text in others(stream).chain([stream.to_owned(), stream.to_owned()]) {
        assert_eq!(made(&text, &in_one), made(&text, &asked()), "{text}\n--- of {stream:?}");
    }
}

/// The stream, each time with one more character at the end of a line that ends with a word.
fn others(stream: &str) -> impl Iterator<Item = String> {
    const MOST: usize = 6;
    let ends_with_word = |at: &usize| stream[..*at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let ends: Vec<usize> = stream.match_indices('\n').map(|(at, _)| at).filter(ends_with_word).collect();
    let step = ends.len() / MOST + 1;
    ends.into_iter().step_by(step).map(|at| format!("{}1{}", &stream[..at], &stream[at..]))
}

/// Undoes; anything wrong is an error.
pub(crate) fn undo(stream: &str, profiles: &[Profile], which: Which) -> Result<String, String> {
    let undone = run(stream, profiles, Action::Uninject(which, Leftovers::Refuse))?;
    if undone.errors.is_empty() { Ok(undone.text) } else { Err(undone.errors.join("\n")) }
}

/// Injecting deletes nothing but an empty or null value, an `auto` image, a field of the pod that counts as not set or as too
/// low, and the record.
pub(crate) fn silence(text: &str, edits: &[Edit]) {
    let mut at = 0;
    for edit in edits {
        let is_range = edit.range.start <= edit.range.end && edit.range.end <= text.len();
        assert!(edit.range.start >= at && is_range, "edits overlap in {text:?}: {edits:?}");
        at = edit.range.end;
        let gone = &text[edit.range.clone()];
        let token = gone.strip_prefix(' ').unwrap_or(gone).trim_matches(['"', '\'']);
        // `auto` as a block scalar.
        let token =
            if token.starts_with(['|', '>']) { token.split_once('\n').unwrap_or_default().1.trim() } else { token };
        let is_empty = |open: char, close: char| {
            token.strip_prefix(open).and_then(|t| t.strip_suffix(close)).is_some_and(|t| t.trim().is_empty())
        };
        let allowed = ["", "~", "null", "Null", "NULL", "auto", "ClusterFirst", "default", "PreemptLowerPriority"]
            .contains(&token)
            || token.bytes().all(|byte| byte.is_ascii_digit())
            || gone.trim().is_empty()
            || is_empty('[', ']')
            || is_empty('{', '}')
            || is_recorded(gone, edits)
            || is_in_other_quotes(gone, &edit.text)
            || edit.text.contains("\"profile\"")
            || edit.text.contains("\\\"profile\\\"");
        assert!(allowed, "{gone:?} was deleted from {text:?}");
    }
}

/// Whether a string is still there, with text at its ends, and in quotes that this text needs.
fn is_in_other_quotes(gone: &str, new: &str) -> bool {
    let string = |text: &str| {
        let tree = injector::internals::text::yaml::parse_yaml(text).ok()?;
        tree.view(tree.root()?).string().map(|string| string.into_owned())
    };
    string(gone).zip(string(new)).is_some_and(|(gone, new)| new.contains(&gone))
}

/// Whether the record has what was overwritten: a string, or members of a probe.
fn is_recorded(gone: &str, edits: &[Edit]) -> bool {
    let bare = |text: &str| text.replace(['\\', '"', '\'', ' '], "");
    let members = || {
        let tree = injector::internals::text::yaml::parse_yaml(gone.trim_matches([',', ' '])).ok();
        let tree = tree.or_else(|| injector::internals::text::yaml::parse_yaml(gone).ok())?;
        let json = tree.view(tree.root()?).value().as_object()?.clone();
        Some(bare(serde_json::Value::from(json).to_string().trim_matches(['{', '}'])))
    };
    let records: Vec<String> =
        edits.iter().filter(|edit| edit.text.contains("replaced")).map(|edit| bare(&edit.text)).collect();
    let has = |wanted: &str| records.iter().any(|record| record.contains(wanted));
    has(&bare(gone)) || members().is_some_and(|members| has(&members))
}

/// The text with the usual spelling of `image: auto`. Other spellings of it are all that the inverse may lose.
pub(crate) fn usual(stream: &str) -> String {
    let mut out = String::new();
    for document in document::split(stream).expect("it was split before") {
        let text = document.text(stream);
        let tree = document.parse(stream).expect("it was read before");
        let mut spellings = Vec::new();
        if let Some(root) = tree.root() {
            collect(&tree, root, &mut spellings);
        }
        spellings.sort();
        let mut at = 0;
        for (start, end, spelling) in spellings {
            let before = &text[at..start];
            at = end;
            out.push_str(before);
            out.push_str(spelling);
        }
        out.push_str(&text[at..]);
    }
    out
}

fn collect(tree: &Tree<'_>, node: NodeId, spellings: &mut Vec<(usize, usize, &'static str)>) {
    let is_mapping = matches!(tree.kind(node), NodeKind::Mapping(_));
    for (key, value) in tree.pairs(node).filter(|_| is_mapping) {
        let name = tree.key(key).unwrap_or_default().into_owned();
        let span = tree.span(value);
        let start = tree.content_start(value);
        let end = match tree.kind(value) {
            // Blank lines after a block scalar belong to its span.
            NodeKind::Scalar(ScalarStyle::Block) => span.start + tree.source(value).trim_end().len(),
            _ => span.end.max(start),
        };
        let is_auto = matches!(tree.kind(value), NodeKind::Scalar(_)) && tree.scalar_text(value) == "auto";
        if name == "image" && is_auto {
            spellings.push((start, end, "auto"));
        }
        collect(tree, value, spellings);
    }
    if matches!(tree.kind(node), NodeKind::Sequence(_)) {
        for child in tree.children(node) {
            collect(tree, child, spellings);
        }
    }
}

/// The values of all documents that are not empty.
pub(crate) fn values(stream: &str) -> Result<Vec<Value>, String> {
    let mut values = Vec::new();
    for document in document::split(stream).map_err(|error| error.to_string())? {
        let tree = document.parse(stream).map_err(|error| error.to_string())?;
        if let Some(root) = tree.root() {
            values.push(tree.view(root).value());
        }
    }
    values.retain(|value| !value.is_null());
    Ok(values)
}

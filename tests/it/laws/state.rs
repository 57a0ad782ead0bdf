//! The laws over a workload that was injected and then changed, in whatever state the injection is by now.

use std::collections::BTreeMap;

use injector::internals::decide::inject::{InjectionState, Outdated, Verdict};
use injector::internals::decide::uninject::{Leftovers, Which};
use injector::internals::diagnostic::Code;
use injector::internals::process::run::{Action, Run as Asked};
use injector::internals::profile::Profile;
use serde_json::{Value, json};

use super::change::{self, Choices};
use super::law::{self, Run, run, run_as, values};

/// An injected workload that was changed since, and the same workload, with the changes of its user's own, never injected.
pub(crate) struct Changed {
    pub(crate) before: Vec<Value>,
    pub(crate) objects: Vec<Value>,
    /// Parameters that are set by now.
    set: BTreeMap<String, String>,
}

/// Injects a stream and changes the result; `None` where it cannot be injected.
pub(crate) fn changed(stream: &str, profiles: &[Profile], bytes: &[u8]) -> Option<Changed> {
    let once = run(stream, profiles, Action::Inject).ok().filter(|once| once.errors.is_empty())?;
    let (mut before, mut objects) = (values(stream).ok()?, values(&once.text).ok()?);
    // A stream of JSON holds objects only. Where a record was there before, undoing does not come back to the stream.
    let has_record = before.iter().any(|object| object.to_string().contains(change::RECORD));
    if before == objects || has_record || !objects.iter().all(Value::is_object) {
        return None;
    }
    let mut choices = Choices(bytes);
    let mut set = BTreeMap::new();
    if choices.of(8) == 7 {
        set.extend(["image", "proxyImage"].map(|name| (name.to_owned(), "example.com/other:2".to_owned())));
    }
    change::change(&mut before, &mut objects, &mut choices);
    Some(Changed { before, objects, set })
}

/// Holds every law against a text that says the changed objects. Comes out: the states that the injections were in.
pub(crate) fn laws(changed: &Changed, text: &str, profiles: &[Profile]) -> Vec<&'static str> {
    let keep = law::asked(profiles, &changed.set, Action::Inject);
    let shown = |what: &str, got: &str| format!("{what}\n--- input\n{text}\n--- got\n{got}\n--- set {:?}", changed.set);
    let once = run_as(text, &keep).unwrap_or_else(|error| panic!("{}", shown("unreadable", &error)));
    let states = states(&once);
    for (document, processed) in &once.documents {
        law::silence(document.text(text), &processed.edits);
    }
    parity(changed, &once, &keep).unwrap_or_else(|error| panic!("{}", shown(&error, &once.text)));
    let is_partial = states.contains(&"partial");
    assert!(is_partial || once.errors.is_empty(), "{}", shown("injecting fails", &once.errors.join("\n")));
    if !is_partial {
        let twice = run_as(&once.text, &keep).unwrap_or_else(|error| panic!("{}", shown(&error, &once.text)));
        assert!(twice.errors.is_empty(), "{}", shown("injecting twice fails", &twice.errors.join("\n")));
        assert!(twice.text == once.text, "{}", shown("injecting twice is not injecting once", &twice.text));
        // What was added later is undone with the rest, and leaves no trace.
        let [direct, later] = [text, &once.text].map(|text| undone(text, profiles, Leftovers::Refuse));
        assert!(direct == later, "{}", shown("adding and undoing is not undoing", &format!("{later}\n---\n{direct}")));
        one_at_a_time(changed, &once.text, profiles);
    }
    let undone_now = undone(text, profiles, Leftovers::Drop);
    assert_eq!(values(&undone_now).unwrap(), changed.before, "{}", shown("undoing is not the inverse", &undone_now));
    reinject(changed, text, profiles, &keep);
    states
}

/// Each profile undone in a run of its own, in either order.
fn one_at_a_time(changed: &Changed, text: &str, profiles: &[Profile]) {
    for is_reversed in [false, true] {
        let mut undone_now = text.to_owned();
        for index in 0..profiles.len() {
            let profile = &profiles[if is_reversed { profiles.len() - 1 - index } else { index }];
            let which = Which::Of(vec![profile.name.clone()]);
            undone_now =
                law::undo(&undone_now, profiles, which).unwrap_or_else(|error| panic!("{error}\n{undone_now}"));
        }
        let order = if is_reversed { "from the last" } else { "from the first" };
        let what = format!("undoing one at a time, {order}, is not the inverse of\n{text}\n---\n{undone_now}");
        assert_eq!(values(&undone_now).unwrap(), changed.before, "{what}");
    }
}

/// What `--reinject` has to come to: the same when it is asked twice, nothing more to do, and the same inverse.
fn reinject(changed: &Changed, text: &str, profiles: &[Profile], keep: &Asked) {
    let mut replace = keep.clone();
    replace.outdated = Outdated::Replace;
    let shown = |what: &str, got: &str| format!("{what}\n--- input\n{text}\n--- got\n{got}\n--- set {:?}", changed.set);
    let again = run_as(text, &replace).unwrap_or_else(|error| panic!("{}", shown("unreadable", &error)));
    assert!(again.errors.is_empty(), "{}", shown("--reinject fails", &again.errors.join("\n")));
    for asked in [&replace, keep] {
        let twice = run_as(&again.text, asked).unwrap_or_else(|error| panic!("{}", shown(&error, &again.text)));
        assert!(twice.errors.is_empty(), "{}", shown("a run after --reinject fails", &twice.errors.join("\n")));
        let what = format!("a run after --reinject with {:?} changes something", asked.outdated);
        assert!(twice.text == again.text, "{}", shown(&what, &format!("{}\n---\n{}", again.text, twice.text)));
        let states = states(&twice);
        assert!(
            states.iter().all(|state| *state == "current"),
            "{}",
            shown(&format!("after --reinject: {states:?}"), &again.text)
        );
    }
    let undone_now = undone(&again.text, profiles, Leftovers::Refuse);
    let what = "undoing after --reinject is not the inverse";
    assert_eq!(values(&undone_now).unwrap(), changed.before, "{}", shown(what, &again.text));
}

fn undone(text: &str, profiles: &[Profile], leftovers: Leftovers) -> String {
    let undone = run(text, profiles, Action::Uninject(Which::All, leftovers)).unwrap();
    assert!(undone.errors.is_empty(), "undoing fails: {:?}\n{text}", undone.errors);
    undone.text
}

/// The states of all injections that a run found.
fn states(run: &Run) -> Vec<&'static str> {
    let steps = run.documents.iter().flat_map(|(_, processed)| &processed.objects).flat_map(|it| &it.outcome.steps);
    let state = |verdict: &Verdict| match verdict {
        Verdict::Extended(_) => Some("incomplete"),
        Verdict::Skipped { state, .. } => state.as_ref().map(InjectionState::id),
        Verdict::Rejected(errors, _) if errors.iter().any(|error| error.code == Code::PartialInjection) => {
            Some("partial")
        }
        _ => None,
    };
    steps.filter_map(|step| state(&step.verdict)).collect()
}

/// The same objects, each in a review, come to the same: steps, patch and warnings.
fn parity(changed: &Changed, once: &Run, asked: &Asked) -> Result<(), String> {
    // An API server sends no lists, and nothing that does not say what it is.
    let is_of_others = |object: &Value| {
        let is_anonymous = object["apiVersion"].as_str().is_none_or(str::is_empty);
        is_anonymous || object["kind"].as_str().is_none_or(|kind| kind.ends_with("List") || kind == "AdmissionReview")
    };
    if changed.objects.iter().any(is_of_others) {
        return Ok(());
    }
    let reviews: Vec<String> = changed.objects.iter().map(|object| review(object).to_string()).collect();
    let reviewed = run_as(&reviews.join("\n"), asked)?;
    let ours: Vec<_> = once.documents.iter().flat_map(|(_, processed)| &processed.objects).collect();
    let theirs: Vec<_> = reviewed.documents.iter().flat_map(|(_, processed)| &processed.objects).collect();
    // A review of what has no pod template is still answered.
    let theirs: Vec<_> = theirs.into_iter().filter(|object| !object.outcome.steps.is_empty()).collect();
    let ours: Vec<_> = ours.into_iter().filter(|object| !object.outcome.steps.is_empty()).collect();
    if ours.len() != theirs.len() {
        return Err(format!("{} objects, and {} in reviews", ours.len(), theirs.len()));
    }
    for (one, other) in ours.into_iter().zip(theirs) {
        let (one, other) = (&one.outcome, &other.outcome);
        // These are about what was stored before, and what is applied by hand.
        let is_of_files = |code: Code| matches!(code, Code::RoundTrip | Code::HidesPullSecrets);
        let warnings = one.warnings.iter().filter(|warning| !is_of_files(warning.code));
        let [one, other] = [
            format!("{:?}\n{:?}\n{:?}", one.steps, one.patch, warnings.collect::<Vec<_>>()),
            format!("{:?}\n{:?}\n{:?}", other.steps, other.patch, other.warnings.iter().collect::<Vec<_>>()),
        ];
        if one != other {
            return Err(format!("a review comes to something else:\n{one}\n---\n{other}"));
        }
    }
    Ok(())
}

/// The request that an API server sends when this is created.
fn review(object: &Value) -> Value {
    let text = |at: &str| object.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let (group, version) = text("/apiVersion").rsplit_once('/').unwrap_or(("", text("/apiVersion")));
    let kind = json!({"group": group, "version": version, "kind": text("/kind")});
    json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "u-1",
            "kind": kind,
            "resource": {"group": group, "version": version, "resource": text("/kind").to_lowercase() + "s"},
            "namespace": object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or("default"),
            "operation": "CREATE",
            "object": object,
        }
    })
}

//! Records that a pod may come with.

use serde_json::{Value, json};

use super::rows::{Row, row};
use super::subject::{RECORD, Subject};

fn annotated(text: &str) -> Value {
    json!({"metadata": {"annotations": {RECORD: text}}})
}

/// One entry, with these members behind the first three.
fn entry(profile: &str, more: &Value) -> String {
    let mut text = format!(r#"{{"profile":"{profile}","version":"0.1.0","hash":"0123456789abcdef""#);
    for (member, value) in more.as_object().into_iter().flatten() {
        text += &format!(",{}:{value}", json!(member));
    }
    text + "}"
}

fn record(profile: &str, more: &Value) -> String {
    format!("[{}]", entry(profile, more))
}

/// A record of another profile with so many characters.
fn of_length(characters: usize) -> String {
    let around = record("", &json!({})).len();
    record(&"a".repeat(characters - around), &json!({}))
}

/// What is no record, or hardly one.
fn forms() -> Vec<(&'static str, String)> {
    let none = json!({});
    vec![
        ("record-empty", "[]".to_owned()),
        ("record-empty-with-blanks", " [ ] ".to_owned()),
        ("record-without-text", String::new()),
        ("record-blank", " ".to_owned()),
        ("record-broken", "{".to_owned()),
        ("record-no-json", "[x]".to_owned()),
        ("record-an-object", entry("another", &none)),
        ("record-null", "null".to_owned()),
        ("record-numbers", "[1]".to_owned()),
        ("record-nothing-in-an-entry", "[{}]".to_owned()),
        ("record-no-hash", r#"[{"profile":"another","version":"1"}]"#.to_owned()),
        ("record-number-for-profile", r#"[{"profile":1,"version":"1","hash":"h"}]"#.to_owned()),
        ("record-truncated", record("another", &none).replace("\"}]", "")),
        ("record-comma-behind", record("another", &none).replace(']', ",]")),
        ("record-more-behind", record("another", &none) + "x"),
        ("record-unknown-member", record("another", &json!({"zzz": ["x"]}))),
        ("record-member-twice", record("another", &none).replace("\"hash\"", "\"hash\":\"a\",\"hash\"")),
        ("record-profile-twice", format!("[{0},{0}]", entry("another", &none))),
    ]
}

/// What a record may say, true or not.
fn members(subject: &Subject) -> Vec<(&'static str, String)> {
    let none = json!({});
    vec![
        ("record-two-others", format!("[{},{}]", entry("another", &none), entry("other", &none))),
        ("record-order-of-members", r#"[{"hash":"h","version":"1","profile":"another"}]"#.to_owned()),
        ("record-forged", record(&subject.name, &none)),
        ("record-forged-pod", record(&subject.name, &json!({"pod": {"/spec/tolerations": ["{\"key\":\"k\"}"]}}))),
        ("record-forged-field", record(&subject.name, &json!({"fields": ["/spec/runtimeClassName"]}))),
        (
            "record-forged-name",
            record(
                &subject.name,
                &json!({"fields": ["/metadata/annotations/config.linkerd.io~1skip-inbound-ports/1"]}),
            ),
        ),
        ("record-forged-order", format!(r#"[{{"hash":"h","version":"1","profile":"{}"}}]"#, subject.name)),
        (
            "record-name-in-a-value",
            record("another", &json!({"annotations": [format!("\"profile\":\"{}\"", subject.name)]})),
        ),
        ("record-created", record("another", &json!({"created": ["/metadata/annotations", "/spec/volumes"]}))),
        ("record-created-no-pointer", record("another", &json!({"created": ["x"]}))),
        ("record-replaced", record("another", &json!({"replaced": {"/spec/volumes": null, "/spec/x": []}}))),
        ("record-replaced-a-text", record("another", &json!({"replaced": {"/metadata/annotations/a": "b"}}))),
        ("record-replaced-an-object", record("another", &json!({"replaced": {"/spec/containers": {"a": 1}}}))),
        ("record-fields", record("another", &json!({"fields": ["/spec/containers/app/env/A"]}))),
        ("record-no-field", record("another", &json!({"fields": ["/metadata/name"]}))),
        ("record-edited", record("another", &json!({"edited": {"/metadata/annotations/a": {"append": "b"}}}))),
        ("record-pod", record("another", &json!({"pod": {"/spec/tolerations": ["k"]}}))),
        ("record-wrong-pod", record("another", &json!({"pod": {"/spec/volumes": ["k"]}}))),
        ("record-names-no-list", record("another", &json!({"containers": "agent"}))),
    ]
}

/// How a record may be written, and how long it may be.
fn spellings() -> Vec<(&'static str, String)> {
    let none = json!({});
    vec![
        ("record-escapes", r#"[{"profile":"a\u0067ent\n\"\\\/","version":"1","hash":"h"}]"#.to_owned()),
        ("record-bad-escape", r#"[{"profile":"a\q","version":"1","hash":"h"}]"#.to_owned()),
        ("record-raw-control", "[{\"profile\":\"a\nb\",\"version\":\"1\",\"hash\":\"h\"}]".to_owned()),
        ("record-spaced", r#"[ {"profile": "another", "version": "1", "hash": "h", "created": []} ]"#.to_owned()),
        (
            "record-lines",
            "[\n {\n  \"profile\": \"another\",\n  \"version\": \"1\",\n  \"hash\": \"h\"\n }\n]\n".to_owned(),
        ),
        ("record-unicode", record("é😀", &none)),
        ("record-longest-less-one", of_length(15000)),
        ("record-longest", of_length(16384)),
        ("record-too-long", of_length(16385)),
        ("record-much-too-long", of_length(100_000)),
    ]
}

/// Pods with a record, ours or another's, right or wrong.
pub(super) fn rows(subject: &Subject, own: &[String]) -> Vec<Row> {
    let agent = json!([{"name": "agent", "image": "agent:1"}]);
    let mut rows = Vec::new();
    for (name, text) in [forms(), members(subject), spellings()].concat() {
        rows.push(row(subject, name, &annotated(&text)));
    }
    let with_agent = |more: Value| {
        let mut change = annotated(&record("another", &more));
        change["spec"] = json!({"containers": agent});
        change
    };
    rows.push(row(subject, "record-of-another", &with_agent(json!({"containers": ["agent"]}))));
    rows.push(row(
        subject,
        "record-of-another-absent",
        &annotated(&record("another", &json!({"containers": ["agent"]}))),
    ));
    rows.push(row(
        subject,
        "record-another-lists-the-application",
        &with_agent(json!({"containers": ["agent", subject.application()]})),
    ));
    for name in own {
        let there = json!([{"name": name, "image": "own:1"}]);
        let with = |record: String| {
            let mut change = annotated(&record);
            change["spec"] = json!({"containers": there});
            change
        };
        rows.push(row(
            subject,
            &format!("recorded-{name}"),
            &with(record(&subject.name, &json!({"containers": [name]}))),
        ));
        rows.push(row(
            subject,
            &format!("recorded-as-init-{name}"),
            &with(record(&subject.name, &json!({"initContainers": [name]}))),
        ));
        rows.push(row(
            subject,
            &format!("partial-{name}"),
            &annotated(&record(&subject.name, &json!({"containers": [name]}))),
        ));
        rows.push(row(
            subject,
            &format!("of-another-{name}"),
            &with(record("another", &json!({"containers": [name]}))),
        ));
    }
    rows
}

//! What a run keeps of an object changes nothing for those after it.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;

use injector::internals::process::run::Action;
use injector::internals::profile::Profile;

use super::generated::{bytes, document, runner};
use super::{law, profile_sets};

/// It asks many things of a pod, each of a part of it only, and has each answer to them.
const ASKING: &str = r#"
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: asking}
spec:
  policy: OptOut
  let:
    - {name: containers, value: "pod.spec.?initContainers.orValue([]) + pod.spec.?containers.orValue([])"}
    - {name: named, value: "lets.containers.map(c, c.?env.orValue([]).map(e, e.?name.orValue(''))).flatten()"}
    - {name: count, value: "lets.containers.map(c, c.?env.orValue([]).size()).sort()"}
    - {name: keys, value: "keys(pod.metadata.?labels.orValue({}))"}
    - {name: first, value: "pod.spec.?containers.orValue([{'name': 'none'}])[0].?name.orValue('')"}
    - {name: last, value: "lets.count.size() > 2 ? json(pod.spec).size() : lets.named.size()"}
  matchConditions:
    - {name: few, expression: "lets.containers.size() < 5"}
    - {name: not-many, expression: "lets.named.filter(n, n == 'E1').size() < 3 || lets.keys.size() == 0"}
  require:
    - {that: "!lets.named.exists(n, n == 'E1')", message: "no name in {{ lets.first }}", severity: Warn}
    - {that: "lets.keys.size() < 2 || lets.count[0] == 0", message: "{{ lets.keys.size() }} labels", severity: Skip}
    - {that: "pod.spec.?volumes.orValue([]).size() < 4", message: "volumes"}
  annotations:
    - {key: names, value: "{{ lets.named.join('-') }}"}
    - {key: first, value: "{{ lets.first }}", when: "lets.count.exists(c, c > 0)"}
    - {key: home, value: "{{ pod.metadata.namespace }}"}
    - {key: host-port, value: "p{{ pod.spec.?containers[0].ports[0].hostPort.orValue(0) }}"}
    - {key: "key-{{ lets.keys.size() }}", value: "{{ ns.name }}"}
  labels:
    - {key: last, value: "n{{ lets.last % 7 }}"}
  volumes:
    - {forEach: {name: c, in: lets.count}, when: "c > 1", name: "v{{ c }}", emptyDir: {}}
"#;

/// Sets of profiles of which one at least reads the object.
fn reading() -> Vec<Vec<Profile>> {
    let mut sets: Vec<Vec<Profile>> = profile_sets().into_iter().rev().take(3).collect();
    for text in [
        include_str!("../../../testdata/profiles/vault-agent.yaml"),
        include_str!("../../../testdata/profiles/otel-java.yaml"),
        ASKING,
    ] {
        sets.push(vec![law::profile_of(text)]);
    }
    sets
}

/// What the bytes of a document say, and how it is written.
type Document = (Vec<u8>, Vec<u8>);

/// What comes of a text: the new one, the errors, and what is said of each profile, with the warnings.
fn told(
    text: &str,
    asked: &injector::internals::process::run::Run,
) -> Result<(String, Vec<String>, Vec<String>), String> {
    let run = law::run_as(text, asked)?;
    let objects = run.documents.iter().flat_map(|(_, processed)| &processed.objects);
    let told = objects.flat_map(|object| {
        let warnings = object.outcome.warnings.iter().map(|warning| format!("{warning:?}"));
        object.outcome.steps.iter().map(|step| format!("{step:?}")).chain(warnings)
    });
    let told = told.collect();
    Ok((run.text, run.errors, told))
}

#[test]
fn an_object_gets_the_same_alone_and_after_others_of_a_run() {
    let sets = reading();
    let fresh = |set: &[Profile]| law::asked(set, &BTreeMap::new(), Action::Inject);
    let runs: Vec<_> = sets.iter().map(|set| fresh(set)).collect();
    let (all, injected) = (Cell::new(0), Cell::new(0));
    let law = |((content, style), at): (Document, Vec<(usize, u8)>)| {
        let which = (content.len() + style.len()) % sets.len();
        // Objects that are much like the first, and then the first again: most of what is read of them is the same.
        let like = |(at, byte): &(usize, u8)| {
            let mut like = content.clone();
            let length = like.len().max(1);
            like.get_mut(at % length).into_iter().for_each(|known| *known = *byte);
            like
        };
        let alike: Vec<Vec<u8>> = at.iter().map(like).collect();
        for content in [&content].into_iter().chain(&alike).chain([&content]) {
            let (_, text) = document(content, &style);
            let alone = told(&text, &fresh(&sets[which]));
            prop_assert_eq!(&told(&text, &runs[which]), &alone, "set {}: {}", which, text);
            all.set(all.get() + 1);
            injected.set(
                injected.get() + usize::from(alone.is_ok_and(|(new, errors, _)| errors.is_empty() && new != text)),
            );
        }
        Ok(())
    };
    let strategy = (bytes(), proptest::collection::vec((0..200_usize, any::<u8>()), 0..4));
    runner(500).run(&strategy, law).unwrap_or_else(|error| panic!("{error}"));
    assert!(injected.get() * 4 > all.get(), "{} of {} are injected", injected.get(), all.get());
}

/// A text of so many letters that comparing each with all takes more than half of what an evaluation may take.
const LONG: usize = 400;

/// Whether a list has a `!`, asked again for each of its elements.
fn has_mark(list: &str) -> String {
    format!("{list}.exists(x, {list}.exists(y, y == '!'))")
}

/// Profiles in which `MARK` is [`has_mark`] of the letters of an annotation, and annotations of pods, of which each gets something else.
/// In a value, `LONG` is a long text.
const IN_TURN: [(&str, &[&str]); 8] = [
    // What is wrong with a label is wrong for the next one, too.
    (
        "labels: [{key: l, value: \"{{ pod.metadata.annotations.text }}\"}]
  annotations: [{key: t, value: \"{{ pod.metadata.annotations.tail }}\"}]",
        &["text: a b, tail: t1", "text: a b, tail: t2"],
    ),
    // To compare `big` takes so much that nothing is left for `r`.
    (
        "let: [{name: l, value: \"pod.metadata.annotations.text.split('')\"}, {name: big, value: \"MARK ? 'a' : 'b'\"}]
  labels:
  - {key: q, value: \"{{ pod.metadata.annotations.q == 'y' ? lets.big : 'none' }}\"}
  - {key: r, value: \"{{ MARK ? '' : pod.metadata.annotations.tail }}\"}",
        &["text: a, q: n, tail: t0", "text: LONG, q: n, tail: t1", "text: LONG, q: n, tail: t2"],
    ),
    // Of `big` only a half was evaluated.
    (
        "let: [{name: l, value: \"pod.metadata.annotations.text.split('')\"}, {name: big, value: \"MARK ? '' : pod.metadata.annotations.tail\"}]
  labels:
  - {key: r, value: \"{{ pod.metadata.annotations.r == 'y' && !MARK ? 'r' : 'n' }}\"}
  - {key: q, value: \"{{ pod.metadata.annotations.q == 'y' ? lets.big : 'none' }}\"}",
        &["text: LONG, r: y, q: n, tail: t1", "text: LONG, r: n, q: y, tail: t1", "text: LONG, r: n, q: y, tail: t2"],
    ),
    (
        "let: [{name: l, value: \"pod.metadata.annotations.text.split('')\"}, {name: big, value: \"MARK ? '' : pod.metadata.annotations.tail\"}]
  labels: {a: b}
  matchConditions:
  - {name: r, expression: \"pod.metadata.annotations.r != 'y' || !MARK\"}
  - {name: q, expression: \"pod.metadata.annotations.q != 'y' || lets.big == 't1'\"}",
        &["text: LONG, r: y, q: n, tail: t1", "text: LONG, r: n, q: y, tail: t1", "text: LONG, r: n, q: y, tail: t2"],
    ),
    // An equal value takes more, so that all together is too much.
    (
        "let: [{name: l, value: \"pod.metadata.annotations.text.split('')\"}, {name: m, value: \"pod.metadata.annotations.more.split('')\"}, {name: any, value: \"MARK\"}]
  labels: {a: b}
  matchConditions: [{name: c, expression: \"!lets.any && !MORE\"}]",
        &["text: x, more: LONG", "text: LONG, more: LONG"],
    ),
    // What is taken from the first, and what is evaluated here, are too much together. Of `two` only a half was evaluated.
    (
        "let: [{name: t, value: pod.metadata.annotations.text}, {name: m, value: pod.metadata.annotations.more},
    {name: one, value: \"lets.t.replace('a', lets.t).replace('a', 'aaaaaaaaaaaaaaaa').size() < 0 ? '' : 'k'\"},
    {name: two, value: \"lets.m.replace('a', lets.m).replace('a', 'aaaaaaaaaaaaaaaa').size() < 0 ? '' : pod.metadata.annotations.tail\"}]
  labels: [{key: p, value: \"{{ lets.one }}\"}, {key: q, value: \"{{ lets.two }}\"}]",
        &["text: a, more: LONG, tail: t1", "text: a, more: b, tail: t0", "text: LONG, more: LONG, tail: t1"],
    ),
    // The condition that has no value is the second, whatever was evaluated first.
    (
        "let: [{name: l, value: \"pod.metadata.annotations.text.split('')\"}, {name: m, value: \"pod.metadata.annotations.more.split('')\"}, {name: any, value: \"MARK\"}]
  labels: {a: b}
  matchConditions: [{name: c, expression: \"!MORE\"}, {name: d, expression: \"!lets.any\"}]",
        &["text: x, more: LONG", "text: LONG, more: LONG"],
    ),
    (
        "let: [{name: l, value: \"pod.metadata.annotations.text.split('')\"}, {name: m, value: \"pod.metadata.annotations.more.split('')\"}, {name: any, value: \"MARK\"}]
  labels: [{key: c, value: \"{{ string(!lets.any && !MORE) }}\"}]",
        &["text: x, more: LONG", "text: LONG, more: LONG"],
    ),
];

#[test]
fn what_was_evaluated_for_others_decides_nothing() {
    for (spec, annotations) in IN_TURN {
        let spec = spec.replace("MARK", &has_mark("lets.l")).replace("MORE", &has_mark("lets.m"));
        let header = "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: p}\nspec:\n  policy: OptOut\n  ";
        let set = [law::profile_of(&format!("{header}{spec}\n"))];
        let fresh = || law::asked(&set, &BTreeMap::new(), Action::Inject);
        let run = fresh();
        let pod = |annotations: &&str| {
            let annotations =
                annotations.replace("LONG", &"a".repeat(LONG)).replace(" y", " 'y'").replace(" n", " 'n'");
            let spec = "spec:\n  containers:\n  - name: web\n    image: web:1\n";
            format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations: {{{annotations}}}\n{spec}")
        };
        for pod in annotations.iter().map(pod) {
            assert_eq!(told(&pod, &run), told(&pod, &fresh()), "{spec}");
        }
    }
}

use serde_json::{Value, json};

use super::super::{RenderedLines, Undo, UserStrings, pieces, splice};
use super::*;
use crate::text::yaml::known::KnownTexts;
use crate::text::yaml::{judge_yaml, parse_yaml};
use crate::value::pointer::Pointer;
use crate::value::view::View as _;

const POD: &str = "---
# the pod 1
# and its sidecar
kind: Pod
metadata:
  name: web-1
  labels:
    app: web-1 # the app
    tier: back
  annotations: {team: a}
spec:
  # one
  containers:
    - name: web
      image: example.com/web:1.2
      args: [a, 'b']
      env:
        - name: TEXT
          value: |
            of: a
  restartPolicy: Always
  hosts:
  - web.example.com
  - other.example.com
";

/// What is added: a label with this value, and a container.
fn patch(label: &Value) -> Patch {
    let add = |at: &[&str], value: Value| Op::Add(Pointer::of(at.iter().copied()), Arc::new(value));
    Patch(vec![
        add(&["metadata", "labels", "of"], label.clone()),
        add(&["metadata", "annotations", "by"], json!("us")),
        add(&["spec", "containers", "-"], json!({"name": "side", "image": "side:1"})),
        add(&["spec", "volumes"], json!([])),
        add(&["spec", "volumes", "-"], json!({"name": "tmp", "emptyDir": {}})),
    ])
}

/// The edits of a text, as the splicer makes them; `None` where it cannot be read, or changed.
fn made(text: &str, patch: &Patch) -> Option<Vec<Edit>> {
    let tree = parse_yaml(text).ok()?;
    let strings = UserStrings { is_one: |_| false, undo: Undo::Exact };
    Some(splice(&tree, tree.root()?, patch, &RenderedLines::default(), strings).ok()?.edits)
}

/// A text, and the splices of those like it.
struct Known {
    text: Arc<KnownText>,
    splices: KnownSplices,
}

impl Known {
    fn new(text: &str) -> Self {
        let tree = KnownTexts::default().read((text, Language::Yaml), parse_yaml).unwrap();
        Self { text: Arc::clone(&tree.like().unwrap().known), splices: KnownSplices::default() }
    }

    /// Whether the edits of a text are known. If they are, they are those that the splicer makes, and a reader sees what the patch
    /// says. If not, they are kept.
    fn has(&self, text: &str, label: &Value) -> bool {
        let patch = patch(label);
        let Some(tree) = self.text.read(text, Language::Yaml) else { return false };
        let found = self.splices.of(&tree, &patch);
        let made = made(text, &patch).unwrap();
        match &found {
            Some(edits) => {
                assert_eq!(*edits, made, "{text}");
                let read = |text: &str| judge_yaml(text).map(|tree| tree.view(tree.root().unwrap()).value());
                let mut wanted = read(text).unwrap();
                let ops = serde_json::from_value(serde_json::to_value(&patch).unwrap()).unwrap();
                json_patch::patch(&mut wanted, &json_patch::Patch(ops)).unwrap();
                assert_eq!(read(&pieces(text, edits).concat()).unwrap(), wanted, "{text}");
            }
            None => self.splices.keep(&tree, &patch, &made),
        }
        found.is_some()
    }
}

/// Whether the edits of a text are known from those of the pod.
fn is_like_pod(text: &str) -> bool {
    let (known, label) = (Known::new(POD), json!("x"));
    assert!(!known.has(POD, &label) && known.has(POD, &label));
    known.has(text, &label)
}

#[test]
fn words_may_be_others() {
    for (from, to) in [
        ("web-1\n", "other.2\n"),
        ("web-1 #", "12 #"),
        ("web:1.2", "web-long/name:v17"),
        ("kind: Pod", "kind: null"),
        ("back", "0x10"),
        ("the pod 1", "another, with more: words"),
        ("Always", "Never"),
        ("web.example.com", "w"),
        ("TEXT", "TRUE"),
    ] {
        assert!(POD.contains(from) && is_like_pod(&POD.replacen(from, to, 1)), "{from} -> {to}");
    }
}

#[test]
fn edits_are_kept_wherever_they_are_made_first() {
    let (known, label) = (Known::new(POD), json!("x"));
    let other = POD.replace("pod 1", "first pod").replace("web-1\n", "a-longer-name\n").replace("Always", "No");
    assert!(!known.has(&other, &label) && known.has(POD, &label) && known.has(&other, &label));
}

#[test]
fn whatever_is_known_is_what_the_splicer_makes() {
    let (known, label) = (Known::new(POD), json!("x"));
    assert!(!known.has(POD, &label));
    let mut taken = 0;
    for at in 0..POD.len() {
        for new in ["", "a", "1", "-", ".", ":", " ", "#", "\n", "'", "{", "*", "~", " #", ": ", "\t"] {
            for end in [at, at + 1] {
                taken += u32::from(known.has(&format!("{}{new}{}", &POD[..at], &POD[end..]), &label));
            }
        }
    }
    assert!(taken > 1000, "{taken}");
}

#[test]
fn words_that_are_added_may_be_others_once_another_was_tried() {
    let known = Known::new(POD);
    let taken = |label: &str| known.has(POD, &json!(label));
    assert!(!taken("web-1"));
    assert!(!taken("web-2"), "the first other one is tried");
    assert!(taken("web-3") && taken("app") && taken("web-1") && taken("v1.2"));
    for label in ["12", "true", "null", "a b", "a: b", "", "-a", "a:", "1e3", "0x1f", "2026-11-29", "é"] {
        assert!(!taken(label), "{label}");
    }
}

#[test]
fn a_word_that_is_written_elsewhere_too_is_not_replaced_there() {
    // The label is written in braces, and the one line that looks like it is of a variable.
    let splices = KnownSplices::default();
    let of = |label: &str| {
        let add = |at: &[&str], value: Value| Op::Add(Pointer::of(at.iter().copied()), Arc::new(value));
        Patch(vec![
            add(&["metadata", "labels", "of"], json!(label)),
            add(&["spec", "containers", "-"], json!({"name": "side", "env": [{"name": "A", "value": "of: x\n\nb"}]})),
        ])
    };
    let text = "metadata:\n  labels: {app: web}\nspec:\n  containers:\n  - name: web\n";
    let tree = Known::new(text).text.read(text, Language::Yaml).unwrap();
    for label in ["x", "y", "z", "w", "x"] {
        let patch = of(label);
        let made = made(text, &patch).unwrap();
        match splices.of(&tree, &patch) {
            Some(edits) => assert!(edits == made && label == "x"),
            None => splices.keep(&tree, &patch, &made),
        }
    }
}

#[test]
fn what_is_replaced_or_removed_is_not_kept() {
    let known = Known::new(POD);
    let tree = known.text.read(POD, Language::Yaml).unwrap();
    for op in [
        Op::Replace(Pointer::of(["metadata", "labels", "tier"]), Arc::new(json!("front"))),
        Op::Remove(Pointer::of(["metadata", "labels", "tier"])),
    ] {
        let patch = Patch(vec![op]);
        let made = made(POD, &patch).unwrap();
        known.splices.keep(&tree, &patch, &made);
        assert_eq!(known.splices.of(&tree, &patch), None);
    }
}

#[test]
fn a_text_that_is_not_kept_has_no_splice_that_is() {
    let splices = KnownSplices::default();
    let (tree, patch) = (parse_yaml(POD).unwrap(), patch(&json!("x")));
    splices.keep(&tree, &patch, &made(POD, &patch).unwrap());
    assert_eq!(splices.of(&tree, &patch), None);
}

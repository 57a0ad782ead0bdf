//! Profiles over all forms of an item: each word of each slot, once and repeated, with a condition and with alternatives, with a
//! name that is fixed and one that depends on the pod. What compiles goes through the battery; what does not is refused with its
//! line.

use std::fmt::Write as _;

use super::battery::Ways;
use super::subject::Subject;
use super::{assert_none, is_thorough, run};
use crate::support::control_plane::ControlPlane;
use crate::support::injector;

/// How many items go into one profile; more would be larger than an object may be.
const MOST: usize = 24;

/// One form in so many is tried with other words and at other places.
const FEW: usize = 4;

/// Where an item stands in a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A list of the profile's `spec`.
    Spec(&'static str),
    /// A list of `pod`.
    Pod(&'static str),
    /// The arguments of a container.
    Arguments,
    /// A list of `application`, written as an object.
    Object(&'static str),
    /// A list of a block with these targets.
    Block(&'static str, &'static str),
}

/// One item, on a line of its own.
#[derive(Clone, Debug)]
struct Item {
    place: Place,
    text: String,
}

/// What the items of a slot are made of. `@` stands for a number of the item, and `x` is the element of a `forEach`.
struct Slot {
    places: &'static [Place],
    /// Names: fixed, another fixed one, one that depends on the pod, and one for each element. [`NONE`] where there is none.
    names: [&'static str; 4],
    /// Values: fixed, of a parameter, of the pod, and of an element.
    values: [&'static str; 4],
    /// Words beside them.
    words: &'static [&'static str],
}

/// A name that the slot cannot have.
const NONE: &str = "-";

const APPLICATION: [&str; 3] = ["Containers", "InitContainers", "\"{{ pod.spec.containers.map(c, c.name) }}\""];

const ENV: &[Place] = &[Place::Object("env"), Place::Block(APPLICATION[0], "env")];
const ENV_NAMES: [&str; 4] =
    ["name: F@", "name: G@", "name: \"C@_{{ workload.kind }}\"", "name: \"E@_{{ x.replace('-', '_') }}\""];

const VALUES: [&str; 4] = [
    "value: one",
    "value: \"{{ text }}\"",
    "value: \"{{ pod.spec.containers[0].name.size() }}\"",
    "value: \"{{ x }}\"",
];
const KEYS: [&str; 4] = [
    "key: f@.example/k",
    "key: g@.example/k",
    "key: \"c@.example/{{ workload.kind }}\"",
    "key: \"e@.example/{{ x }}\"",
];

const SLOTS: &[Slot] = &[
    Slot { places: ENV, names: ENV_NAMES, values: VALUES, words: &["", "at: First"] },
    Slot {
        places: &[Place::Block(APPLICATION[1], "env"), Place::Block(APPLICATION[2], "env")],
        names: ENV_NAMES,
        values: VALUES,
        words: &[""],
    },
    Slot {
        places: ENV,
        names: ENV_NAMES,
        values: [
            "append: one",
            "append: \"{{ text }}\"",
            "append: \"{{ pod.spec.containers[0].name.size() }}\"",
            "append: \"{{ x }}\"",
        ],
        words: &["", "separator: \",\"", "onValueFrom: Reject", "prepend: front, at: First"],
    },
    Slot {
        places: &[Place::Object("envFrom"), Place::Block(APPLICATION[0], "envFrom")],
        names: [
            "configMapRef: {name: f@, optional: true}",
            "secretRef: {name: g@}",
            "configMapRef: {name: \"c@-{{ workload.kind.lowerAscii() }}\"}",
            "secretRef: {name: \"e@-{{ x }}\", optional: true}",
        ],
        values: ["prefix: A_", "prefix: B_", "prefix: \"N{{ pod.spec.containers[0].name.size() }}_\"", "prefix: X_"],
        words: &[""],
    },
    Slot {
        places: &[Place::Object("volumeMounts"), Place::Block(APPLICATION[0], "volumeMounts")],
        names: [
            "mountPath: /f@",
            "mountPath: /g@/",
            "mountPath: \"/c@/{{ workload.kind }}\"",
            "mountPath: \"/e@/{{ x }}\"",
        ],
        values: [
            "name: shared",
            "name: shared, readOnly: \"{{ flag }}\"",
            "name: shared, subPath: \"n{{ pod.spec.containers[0].name.size() }}\"",
            "name: shared, subPath: \"{{ x }}\"",
        ],
        words: &[""],
    },
    Slot {
        places: &[Place::Spec("volumes")],
        names: ["name: f@", "name: g@", "name: \"c@-{{ workload.kind.lowerAscii() }}\"", "name: \"e@-{{ x }}\""],
        values: [
            "emptyDir: {}",
            "secret: {secretName: s, optional: \"{{ flag }}\"}",
            "configMap: {name: \"n{{ pod.spec.containers[0].name.size() }}\"}",
            "configMap: {name: \"{{ x }}\", optional: true}",
        ],
        words: &[""],
    },
    Slot {
        places: &[Place::Spec("containers"), Place::Spec("initContainers")],
        names: ["name: f@", "name: g@", NONE, NONE],
        values: [
            "image: \"one:1\"",
            "image: \"two:1\", args: [\"{{ text }}\"]",
            "image: \"three:1\", env: [{name: N, value: \"{{ pod.spec.containers[0].name.size() }}\"}, {name: O, value: o, when: flag}]",
            "image: \"x:{{ x }}\"",
        ],
        words: &["", "native: \"{{ flag }}\""],
    },
    Slot {
        places: &[Place::Spec("labels")],
        names: KEYS,
        values: [
            "value: one",
            "value: \"{{ words.size() }}\"",
            "value: \"{{ pod.spec.containers[0].name.size() }}\"",
            "value: \"{{ x }}\"",
        ],
        words: &["", "policy: Overwrite"],
    },
    Slot {
        places: &[Place::Spec("annotations")],
        names: KEYS,
        values: VALUES,
        words: &["", "policy: Overwrite", "policy: Append, separator: \",\""],
    },
    Slot {
        places: &[Place::Spec("imagePullSecrets")],
        names: ["name: f@", "name: g@", "name: \"c@-{{ workload.kind.lowerAscii() }}\"", "name: \"e@-{{ x }}\""],
        values: [""; 4],
        words: &[""],
    },
    Slot {
        places: &[Place::Pod("tolerations")],
        names: ["key: f@", "key: g@", "key: \"c@-{{ workload.kind }}\"", "key: \"e@-{{ x }}\""],
        values: [
            "operator: Exists",
            "operator: Exists, effect: NoSchedule",
            "value: \"n{{ pod.spec.containers[0].name.size() }}\"",
            "value: \"{{ x }}\"",
        ],
        words: &[""],
    },
    Slot { places: &[Place::Arguments], names: [""; 4], values: VALUES, words: &[""] },
];

const OF_POD: &str = "\"pod.spec.containers.size() > 1\"";
const EACH: &str = "forEach: {name: x, in: words}";

impl Slot {
    /// The parts of an item in each form.
    fn forms(&self) -> Vec<Vec<String>> {
        let [fixed, other, computed, each] = self.names;
        let [one, two, three, of_each] = self.values;
        let alternative = |when: &str, parts: [&str; 2]| braced(&[&format!("when: {when}"), parts[0], parts[1]]);
        let mut forms: Vec<Vec<String>> = Vec::new();
        let mut form = |parts: &[&str]| {
            if !parts.iter().any(|part| *part == NONE || part.contains(", -,")) {
                forms.push(parts.iter().map(|part| (*part).to_owned()).collect());
            }
        };
        for name in [fixed, computed] {
            form(&[name, one]);
            form(&["when: flag", name, two]);
            form(&[&format!("when: {OF_POD}"), name, three]);
            let last = braced(&[two]);
            form(&[name, &format!("oneOf: [{}, {last}]", alternative("flag", ["", one]))]);
            let second = alternative(OF_POD, ["", three]);
            form(&[name, &format!("oneOf: [{}, {second}]", alternative("flag", ["", one]))]);
            form(&[&format!("when: {OF_POD}"), name, &format!("oneOf: [{}, {last}]", alternative("flag", ["", one]))]);
        }
        form(&[&format!("oneOf: [{}, {}]", alternative("flag", [fixed, one]), braced(&[other, two]))]);
        form(&[&format!("oneOf: [{}]", alternative("flag", [fixed, three]))]);
        form(&[EACH, each, of_each]);
        form(&[EACH, "when: \"x != 'a'\"", each, of_each]);
        form(&[EACH, "when: flag", each, one]);
        let of_element = alternative("\"x == 'a'\"", ["", one]);
        form(&[EACH, each, &format!("oneOf: [{of_element}, {}]", braced(&[of_each]))]);
        let named = alternative("\"x == 'a'\"", [each, one]);
        form(&[EACH, &format!("oneOf: [{named}, {}]", braced(&[other, of_each]))]);
        form(&["forEach: {name: x, in: \"pod.spec.containers.map(c, c.name)\"}", each, of_each]);
        form(&["forEach: {name: x, in: \"['k', 'l']\"}", each, of_each]);
        form(&["forEach: {name: x, in: \"words.filter(w, w == 'a')\"}", fixed, of_each]);
        forms
    }
}

/// A flow mapping of the parts that are not empty.
fn braced<T: AsRef<str>>(parts: &[T]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).filter(|part| !part.is_empty()).collect();
    format!("{{{}}}", parts.join(", "))
}

/// Every item, in the order of the places: every second form at a slot's first place with its first word; in a
/// thorough run all of them, and one in four, another four each time, with the others.
fn items() -> Vec<Item> {
    let mut items = Vec::new();
    for slot in SLOTS {
        let around = slot.places.iter().flat_map(|place| slot.words.iter().map(move |words| (place, words)));
        for (round, (place, words)) in around.enumerate().filter(|(round, _)| *round == 0 || is_thorough()) {
            let (first, step) = match (round, is_thorough()) {
                (0, true) => (0, 1),
                (0, false) => (items.len() % 2, 2),
                _ => (round % FEW, FEW),
            };
            for form in slot.forms().into_iter().skip(first).step_by(step) {
                let parts: Vec<String> = form.into_iter().chain([(*words).to_owned()]).collect();
                let text = braced(&parts).replace('@', &items.len().to_string());
                items.push(Item { place: *place, text });
            }
        }
    }
    items
}

/// The text of a profile with these items, and the line of each.
fn profile(name: &str, items: &[Item]) -> (String, Vec<usize>) {
    let mut text = format!(
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {{name: {name}}}\nspec:\n  policy: OptOut\n  parameters:\n"
    );
    text += "    - {name: flag, type: boolean, default: true, annotation: forms/flag}\n";
    text += "    - {name: words, type: list, of: name, default: [a, b], annotation: forms/words}\n";
    text += "    - {name: text, type: string, default: t, annotation: forms/text}\n";
    let mut lines = vec![0; items.len()];
    let mut section = |text: &mut String, head: &str, indent: usize, is_meant: &dyn Fn(&Place) -> bool| {
        let meant: Vec<usize> = (0..items.len()).filter(|index| is_meant(&items[*index].place)).collect();
        if !meant.is_empty() {
            *text += head;
        }
        for index in meant {
            lines[index] = text.lines().count() + 1;
            writeln!(text, "{}- {}", " ".repeat(indent), items[index].text).unwrap();
        }
    };
    for field in ["labels", "annotations", "initContainers", "imagePullSecrets"] {
        section(&mut text, &format!("  {field}:\n"), 4, &|place| *place == Place::Spec(field));
    }
    text += "  containers:\n    - name: always\n      image: \"always:1\"\n";
    section(&mut text, "      args:\n", 8, &|place| *place == Place::Arguments);
    section(&mut text, "", 4, &|place| *place == Place::Spec("containers"));
    text += "  volumes:\n    - {name: shared, emptyDir: {}}\n";
    section(&mut text, "", 4, &|place| *place == Place::Spec("volumes"));
    section(&mut text, "  pod:\n    tolerations:\n", 6, &|place| *place == Place::Pod("tolerations"));
    if items.iter().any(|item| matches!(item.place, Place::Object(_) | Place::Block(..))) {
        text += "  application:\n";
    }
    for field in ["env", "envFrom", "volumeMounts"] {
        section(&mut text, &format!("    {field}:\n"), 6, &|place| *place == Place::Object(field));
        for target in APPLICATION {
            let head = format!("    - targets: {target}\n      {field}:\n");
            section(&mut text, &head, 8, &|place| *place == Place::Block(target, field));
        }
    }
    (text, lines)
}

/// What the program says of text for a variable in a form that is not compiled. No other item is refused; docs/policies.md has the
/// same.
const REFUSED: [&str; 3] = [
    "under `oneOf` is not compiled",
    "a variable under `forEach` is not compiled",
    "a variable whose name depends on the pod is not compiled",
];

/// What came of the items.
#[derive(Default)]
struct Tally {
    compiled: usize,
    refused: usize,
    /// Those that no profile may have.
    invalid: usize,
}

/// The items that compile in profiles of a size that an object may have; each of the others is named by its line.
fn compiled(mut items: Vec<Item>, tally: &mut Tally) -> Vec<Vec<Item>> {
    loop {
        let (text, lines) = profile("forms", &items);
        if items.is_empty() {
            return Vec::new();
        }
        let ran = injector(["profile", "compile", "forms.yaml"]).file("forms.yaml", &text).exits_any();
        if ran.stderr.is_empty() {
            tally.compiled += items.len();
            return vec![items];
        }
        if ran.stderr.contains("would be too large") {
            let second = items.split_off(items.len() / 2);
            return [compiled(items, tally), compiled(second, tally)].concat();
        }
        let errors: Vec<&str> = ran.stderr.lines().filter_map(|line| line.strip_prefix("error: forms.yaml:")).collect();
        let of = |index: usize| errors.iter().find(|error| error.starts_with(&format!("{}:", lines[index])));
        let before = items.len();
        let mut rest = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match of(index) {
                None => rest.push(item.clone()),
                Some(error) if error.contains("cannot be a policy") => {
                    let is_known = REFUSED.iter().any(|words| error.contains(words));
                    assert!(is_known && item.text.contains("append: "), "{error}\n{}", item.text);
                    tally.refused += 1;
                }
                Some(_) => tally.invalid += 1,
            }
        }
        assert!(rest.len() < before, "no item is named: {}\n{text}", ran.stderr);
        items = rest;
    }
}

/// Whether two items go into one profile: `application` is written in one of two ways.
fn goes_with(one: Place, other: Place) -> bool {
    let is_object = |place: Place| matches!(place, Place::Object(_));
    let is_block = |place: Place| matches!(place, Place::Block(..));
    !(is_object(one) && is_block(other) || is_block(one) && is_object(other))
}

#[expect(clippy::print_stderr, reason = "the numbers say how much was tried")]
pub(super) fn every_form_of_an_item_is_the_same_or_refused(plane: &ControlPlane) {
    let folder = tempfile::tempdir().unwrap();
    let mut profiles: Vec<Vec<Item>> = Vec::new();
    for item in items() {
        match profiles.last_mut() {
            Some(last) if last.len() < MOST && last.iter().all(|other| goes_with(other.place, item.place)) => {
                last.push(item);
            }
            _ => profiles.push(vec![item]),
        }
    }
    let mut tally = Tally::default();
    let mut subjects = Vec::new();
    for items in profiles {
        for items in compiled(items, &mut tally) {
            let name = format!("forms-{}", subjects.len());
            let path = folder.path().join(format!("{name}.yaml"));
            std::fs::write(&path, profile(&name, &items).0).unwrap();
            subjects.push(Subject::at(path.to_str().unwrap()).sparse());
        }
    }
    let Tally { compiled, refused, invalid } = tally;
    eprintln!("{} profiles: {compiled} items compiled, {refused} refused, {invalid} invalid", subjects.len());
    assert!(compiled > 2 * refused, "{compiled} items compiled, {refused} refused");
    assert_none(&run(plane, &subjects, &[], Ways::Two));
}

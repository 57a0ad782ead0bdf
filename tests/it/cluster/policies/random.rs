//! Random pods: those of the laws, and several changes of a battery together.

use serde_json::{Value, json};

use super::rows::{Row, in_namespace, merge};
use super::subject::Subject;
use crate::laws::generated;

/// How many there are of each sort.
const COUNT: u64 = 150;

/// The same pods in every run.
pub(super) fn rows(subject: &Subject, others: &[Row]) -> Vec<Row> {
    let generated = (1..=COUNT).map(|seed| {
        let mut dice = Dice(seed);
        let mut change = generated::pod(&dice.bytes(200));
        strip(&mut change);
        make_sound(&mut change);
        if dice.roll(2) == 0 {
            merge(&mut change, &others[dice.roll(others.len())].change, subject.application());
        }
        in_namespace(subject, subject.namespaces[0].0, &format!("random-{seed}"), &change)
    });
    let mixed = (1..=COUNT).map(|seed| {
        let mut dice = Dice(seed + 1_000_000);
        let chosen: Vec<&Row> = (0..2 + dice.roll(3)).map(|_| &others[dice.roll(others.len())]).collect();
        let mut change = json!({});
        for row in &chosen {
            merge(&mut change, &row.change, subject.application());
        }
        let names: Vec<&str> = chosen.iter().map(|row| row.name.as_str()).collect();
        in_namespace(subject, chosen[0].namespace, &format!("mixed-{seed} ({})", names.join(", ")), &change)
    });
    generated.chain(mixed).collect()
}

/// As random as a test needs: xorshift, from a seed that is not 0.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % sides
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[3]).collect()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ (self.0 >> 29)
    }
}

/// Removes null, what is empty, and fields that Kubernetes does not know: the command line sees them, and admission does not.
fn strip(value: &mut Value) {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(strip);
            items.retain(|item| !is_nothing(item));
        }
        Value::Object(members) => {
            members.remove("futureField");
            members.values_mut().for_each(strip);
            members.retain(|_, member| !is_nothing(member));
        }
        _ => {}
    }
}

/// Takes out what an API server refuses whatever a sidecar does: it would say nothing about the ways.
fn make_sound(pod: &mut Value) {
    pod["spec"].as_object_mut().unwrap().remove("hostname");
    let volumes: Vec<Value> =
        pod["spec"]["volumes"].as_array().into_iter().flatten().map(|volume| volume["name"].clone()).collect();
    for list in ["containers", "initContainers"] {
        for container in pod["spec"][list].as_array_mut().into_iter().flatten() {
            let container = container.as_object_mut().unwrap();
            container.entry("image").or_insert_with(|| json!("nginx"));
            let mounts = container.get("volumeMounts").and_then(Value::as_array);
            if mounts.is_some_and(|mounts| mounts.iter().any(|mount| !volumes.contains(&mount["name"]))) {
                container.remove("volumeMounts");
            }
            if list == "initContainers" {
                // Only a native sidecar may have them.
                for member in ["readinessProbe", "livenessProbe", "lifecycle"] {
                    container.remove(member);
                }
            }
        }
    }
}

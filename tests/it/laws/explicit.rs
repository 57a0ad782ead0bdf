//! Explicit keys (`? key`), with and without a value, beside every place where something is added. The YAML parser says of
//! a value that is not written that it is where the next key begins, so these are easily put together wrongly.

use super::law::{Held, laws};
use super::profile_sets;

/// How a null member is written; `K` is the key, and lines begin in the mapping's column.
const NULLS: [&str; 9] = ["K:", "K: null", "? K", "? K # c", "?  K", "? K\n:", "? K\n: null", "? 'K'", "?\n  K"];

/// Members of a block mapping, each in one of the forms, in this column.
fn members(keys: [&str; 2], forms: [&str; 2], column: usize) -> String {
    let indent = " ".repeat(column);
    let lines = keys.iter().zip(forms).flat_map(|(key, form)| {
        form.split('\n').map(|line| format!("{indent}{}\n", line.replace('K', key))).collect::<Vec<_>>()
    });
    lines.collect()
}

const POD: &str = "apiVersion: v1\nkind: Pod\n";
const LABELS: &str = "  labels: {sidecar.me/inject: 'true'}\n";
const CONTAINER: &str = "  - name: web\n    image: web:1\n";

/// Pods with two null members in these forms, at each place where a profile adds something.
fn pods(forms: [&str; 2]) -> Vec<String> {
    let mut pods = Vec::new();
    for keys in [["volumes", "initContainers"], ["x", "volumes"], ["volumes", "x"], ["x", "y"]] {
        let nulls = members(keys, forms, 2);
        pods.push(format!("{POD}metadata:\n{LABELS}spec:\n{nulls}  containers:\n{CONTAINER}"));
        pods.push(format!("{POD}metadata:\n{LABELS}spec:\n  containers:\n{CONTAINER}{nulls}"));
    }
    for keys in [["annotations", "x"], ["x", "annotations"], ["x", "y"]] {
        let (nulls, spec) = (members(keys, forms, 2), format!("spec:\n  containers:\n{CONTAINER}"));
        pods.push(format!("{POD}metadata:\n{LABELS}{nulls}{spec}"));
        pods.push(format!("{POD}metadata:\n{nulls}{LABELS}{spec}"));
        pods.push(format!("{POD}{spec}metadata:\n{LABELS}{nulls}"));
    }
    for keys in [["env", "volumeMounts"], ["x", "env"], ["x", "y"]] {
        let (nulls, head) = (members(keys, forms, 4), format!("{POD}metadata:\n{LABELS}spec:\n  containers:\n"));
        pods.push(format!("{head}{CONTAINER}{nulls}"));
        pods.push(format!("{head}{CONTAINER}{nulls}  hostIPC: false\n"));
        pods.push(format!("{head}  - {}    name: web\n    image: web:1\n", &nulls[4..]));
    }
    let deeper = members(["x", "y"], forms, 6);
    pods.push(format!("{POD}metadata:\n{LABELS}spec:\n  containers:\n{CONTAINER}    resources:\n{deeper}"));
    pods.push(format!("{POD}metadata:\n{LABELS}  other:\n{deeper}spec:\n  containers:\n{CONTAINER}"));
    let [one, two] = forms.map(|form| form.replace(" # c", "").replace('\n', " "));
    let flow = format!("{} , {} ", one.replace('K', "volumes"), two.replace('K', "x"));
    pods.push(format!("{POD}metadata:\n{LABELS}spec: {{{flow}, containers: [{{name: web, image: 'web:1'}}]}}\n"));
    pods.push(format!("{POD}metadata:\n{LABELS}spec: {{containers: [{{name: web, image: 'web:1'}}], {flow}}}\n"));
    pods
}

#[test]
fn null_members_in_any_form_are_written_beside_and_over() {
    let everything = &profile_sets()[2];
    for one in NULLS {
        for two in NULLS {
            for (index, pod) in pods([one, two]).into_iter().enumerate() {
                let text = if index % 2 == 0 { pod } else { pod.replace('\n', "\r\n") };
                let held = laws(&text, everything);
                assert!(matches!(held, Held::Injected(_)), "{held:?}\n{text}");
            }
        }
    }
}

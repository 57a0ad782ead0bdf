//! The inputs: made from a number, so that they are the same in every run.

use std::fmt::Write as _;
use std::path::Path;

pub(crate) fn workload(index: usize) -> String {
    include_str!("../workload.yaml").replace("INDEX", &index.to_string())
}

fn config_map(index: usize) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{index}\n  namespace: ns-{}\ndata:\n  app.properties: |\n",
        index % 7
    );
    for key in 0..50 + index * 7919 % 150 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    key{key} = value {} # not a comment", (index * 31 + key) % 9973);
    }
    text
}

pub(crate) fn workloads(bytes: usize) -> String {
    stream(bytes, workload)
}

/// Workloads that differ in what profiles read: ports, probes, and users.
pub(crate) fn different_workloads(bytes: usize) -> String {
    stream(bytes, |index| {
        let scattered = index * 7919;
        let user = if index % 3 == 0 {
            format!("securityContext:\n            runAsUser: {}\n          ", 1000 + scattered % 100)
        } else {
            String::new()
        };
        workload(index)
            .replace("containerPort: 8080", &format!("containerPort: {}", 8000 + scattered % 900))
            .replace("/healthz", &format!("/health{}", scattered % 97))
            .replace("volumeMounts:", &format!("{user}volumeMounts:"))
    })
}

fn stream(bytes: usize, document: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(bytes + 2000);
    for index in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str("---\n");
        text.push_str(&document(index));
    }
    text
}

/// A tenth of the bytes are workloads, the rest ConfigMaps.
pub(crate) fn mixed(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 20_000);
    let mut of_workloads = 0;
    for index in 0.. {
        if text.len() >= bytes {
            break;
        }
        let document = if of_workloads * 10 <= text.len() { workload(index) } else { config_map(index) };
        if document.starts_with('#') {
            of_workloads += document.len();
        }
        text.push_str("---\n");
        text.push_str(&document);
    }
    text
}

/// A pod with so many containers, each with a variable of this value.
pub(crate) fn pod(containers: usize, value: &str) -> String {
    let mut text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: large\nspec:\n  containers:\n".to_owned();
    for index in 0..containers {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - name: c{index}\n    image: registry.example.com/c:{index}\n    env:\n    - name: V\n      value: {value}\n    ports:\n    - containerPort: {}\n",
            10_000 + index
        );
    }
    text
}

/// A tree of so many files in folders of a hundred: two workloads in each, and a ConfigMap. Returns its bytes.
pub(crate) fn tree(folder: &Path, files: usize) -> usize {
    let mut bytes = 0;
    for index in 0..files {
        let inner = folder.join(format!("app-{}", index / 100));
        std::fs::create_dir_all(&inner).expect("a folder");
        let text = format!("{}---\n{}---\n{}", workload(2 * index), config_map(index), workload(2 * index + 1));
        bytes += text.len();
        std::fs::write(inner.join(format!("{index}.yaml")), text).expect("a file is written");
    }
    bytes
}

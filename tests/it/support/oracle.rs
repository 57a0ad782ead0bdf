//! A client of the oracle: the program that the environment variable `K8S_ORACLE` names answers, with Kubernetes' own
//! libraries, what kubectl reads from a YAML stream, what the API server makes of a JSON Patch, and what a label selector selects.
//! One JSON line each way.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Lack, skipped};

/// A running oracle. It ends when this is dropped.
pub(crate) struct Oracle {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts it for `test`, or says why that test is skipped.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let Some(program) = std::env::var_os("K8S_ORACLE") else {
            skipped(test, &Lack::Oracle);
            return None;
        };
        let mut child = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("K8S_ORACLE {}: {error}", program.display()));
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("standard output is piped"));
        Some(Self { child, requests, answers })
    }

    /// The documents that kubectl reads from a stream (empty and null ones left out), or its error.
    pub(crate) fn documents(&mut self, stream: &[u8]) -> Result<Vec<Value>, String> {
        self.documents_of_all([stream]).remove(0)
    }

    /// The same for many streams, in order.
    pub(crate) fn documents_of_all<'a>(
        &mut self,
        streams: impl IntoIterator<Item = &'a [u8]>,
    ) -> Vec<Result<Vec<Value>, String>> {
        let requests = streams.into_iter().map(|stream| match std::str::from_utf8(stream) {
            Ok(text) => json!({ "yaml": text }),
            Err(_) => json!({ "base64": STANDARD.encode(stream) }),
        });
        let documents = |mut answer: Value| match answer["documents"].take() {
            Value::Array(documents) => documents,
            _ => Vec::new(),
        };
        self.ask(requests.collect()).into_iter().map(|answer| answer.map(documents)).collect()
    }

    /// What the API server makes of a JSON Patch, or its error.
    pub(crate) fn patched(&mut self, object: &Value, patch: &Value) -> Result<Value, String> {
        self.patched_all([(object, patch)]).remove(0)
    }

    /// The same for many pairs of object and patch, in order.
    pub(crate) fn patched_all<'a>(
        &mut self,
        pairs: impl IntoIterator<Item = (&'a Value, &'a Value)>,
    ) -> Vec<Result<Value, String>> {
        let requests = pairs.into_iter().map(|(object, patch)| json!({ "object": object, "patch": patch }));
        self.ask(requests.collect())
            .into_iter()
            .map(|answer| answer.map(|mut answer| answer["result"].take()))
            .collect()
    }

    /// Whether each selector selects what has these labels, or the error of reading it.
    pub(crate) fn selected_all<'a>(
        &mut self,
        pairs: impl IntoIterator<Item = (&'a str, &'a Value)>,
    ) -> Vec<Result<bool, String>> {
        let requests = pairs.into_iter().map(|(selector, labels)| json!({ "selector": selector, "labels": labels }));
        let answers = self.ask(requests.collect()).into_iter();
        answers.map(|answer| answer.map(|answer| answer["result"].as_bool().expect("yes or no"))).collect()
    }

    /// One answer for each request. A thread writes, so that neither side waits for the other's full pipe.
    fn ask(&mut self, requests: Vec<Value>) -> Vec<Result<Value, String>> {
        let stdin = self.requests.as_mut().expect("open until dropped");
        let answers = &mut self.answers;
        let count = requests.len();
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut lines = Vec::new();
                for request in requests {
                    serde_json::to_writer(&mut lines, &request).expect("a value can be written");
                    lines.push(b'\n');
                }
                stdin.write_all(&lines).and_then(|()| stdin.flush()).expect("the oracle reads its requests");
            });
            (0..count).map(|_| read_answer(answers)).collect()
        })
    }
}

fn read_answer(answers: &mut BufReader<ChildStdout>) -> Result<Value, String> {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the oracle answers in UTF-8");
    let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("answer `{line}`: {error}"));
    match answer.get("error").and_then(Value::as_str) {
        Some(error) => Err(error.to_owned()),
        None => Ok(answer),
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.requests.take()); // the end of its input ends it
        let _ = self.child.wait();
    }
}

#[test]
fn oracle_answers_documents_and_patches_in_order() {
    let Some(mut oracle) = Oracle::start("oracle_answers_documents_and_patches_in_order") else { return };
    assert_eq!(oracle.documents(b"a: yes\n---\nb: 010\n---\n"), Ok(vec![json!({"a": true}), json!({"b": 8})]));
    assert!(oracle.documents(b"a: \xff\n").is_err());
    let (object, patch) = (json!({"a": 1}), json!([{"op": "add", "path": "/b", "value": 2}]));
    assert_eq!(oracle.patched(&object, &patch), Ok(json!({"a": 1, "b": 2})));
    assert!(oracle.patched(&object, &json!([{"op": "remove", "path": "/c"}])).is_err());
    let labels = json!({"a": "b"});
    let answers = oracle.selected_all([("a=b", &labels), ("a!=b", &labels), ("a=b=c", &labels)]);
    assert!(matches!(answers[..], [Ok(true), Ok(false), Err(_)]), "{answers:?}");
}

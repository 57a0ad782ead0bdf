//! One line a request, and what is never in it.

use std::io;
use std::sync::{Arc, Mutex};

use injector::internals::install::LogFormat;
use injector::internals::shell::server::judge::{Judge, Unanswered};
use injector::internals::shell::server::log::{Ansi, LogLevel, subscriber};
use serde_json::Value;

use super::{Served, allow, allowed, fake};

/// Lines that were written.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged while one review of this body is answered.
async fn logged(judge: impl Judge, format: LogFormat, level: LogLevel, body: &str) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let dispatch = subscriber(format, level, Ansi::Off, move || writer.clone());
    let served = Served::new(judge);
    let guard = tracing::dispatcher::set_default(&dispatch);
    served.post("/mutate", body.to_owned()).await;
    drop(guard);
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

async fn json(judge: impl Judge, body: &str) -> Value {
    let line = logged(judge, LogFormat::Json, LogLevel::Info, body).await;
    assert_eq!(line.lines().count(), 1, "{line}");
    let mut value: Value = serde_json::from_str(&line).unwrap();
    let members = value.as_object_mut().unwrap();
    assert!(members.remove("timestamp").unwrap().is_string());
    assert!(members.remove("seconds").unwrap().is_number());
    value
}

#[tokio::test]
async fn an_answer_is_one_line_that_finds_the_object() {
    assert_eq!(
        json(allow(), "content of the object").await,
        serde_json::json!({
            "level": "INFO", "target": "injector::request", "message": "answered",
            "uid": "u-1", "namespace": "shop", "kind": "Pod", "name": "web-*", "operation": "CREATE",
            "profiles": "cortexflow: skipped (pod-opted-out)", "allowed": true, "code": 200,
        })
    );
    let text = logged(allow(), LogFormat::Text, LogLevel::Info, "content of the object").await;
    assert_eq!(text.lines().count(), 1);
    for part in [" INFO injector::request: answered", "uid=\"u-1\"", "name=\"web-*\"", "code=200"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("content"));
}

#[tokio::test]
async fn a_refusal_or_failure_is_a_warning_and_a_panic_is_an_error() {
    let denying = fake(|_, _, _| {
        Box::pin(async {
            let mut answer = allowed();
            answer.review.response.allowed = false;
            Ok(answer)
        })
    });
    let line = json(denying, "{}").await;
    assert_eq!((&line["level"], &line["allowed"]), (&"WARN".into(), &false.into()));
    let bad = fake(|_, _, _| {
        Box::pin(async { Err(Unanswered::BadReview { message: "no JSON".to_owned(), uid: Some("u-2".to_owned()) }) })
    });
    let expected = serde_json::json!({
        "level": "WARN", "target": "injector::request", "message": "refused",
        "uid": "u-2", "code": 400, "reason": "no JSON",
    });
    assert_eq!(json(bad, "{}").await, expected);
    let line = json(fake(|_, _, _| panic!("by a bug")), "{}").await;
    assert_eq!((&line["level"], &line["panic"], &line["code"]), (&"ERROR".into(), &"by a bug".into(), &500.into()));
}

#[tokio::test]
async fn what_a_client_chose_starts_no_line_and_is_cut() {
    let judge = || {
        fake(|_, _, _| {
            Box::pin(async {
                let mut answer = allowed();
                answer.subject.name = "a\nb\u{1b}[31m".to_owned();
                answer.subject.uid = "ü".repeat(1_000_000);
                Ok(answer)
            })
        })
    };
    let text = logged(judge(), LogFormat::Text, LogLevel::Info, "{}").await;
    assert_eq!(text.lines().count(), 1);
    assert!(text.len() < 1000 && !text.contains('\u{1b}'));
    let line = json(judge(), "{}").await;
    assert_eq!(line["uid"].as_str().unwrap(), "ü".repeat(128));
}

#[tokio::test]
async fn a_level_leaves_out_what_is_below_it() {
    assert_eq!(logged(allow(), LogFormat::Text, LogLevel::Warn, "{}").await, "");
    let bad =
        fake(|_, _, _| Box::pin(async { Err(Unanswered::BadReview { message: "no JSON".to_owned(), uid: None }) }));
    assert_eq!(logged(bad, LogFormat::Text, LogLevel::Error, "{}").await, "");
}

//! Paths, methods, types, and whose failure is which status.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, Request};
use injector::internals::shell::server::judge::{Asked, Unanswered, VerdictResult};

use super::{Served, allow, allowed, assert_status, fake, post};

#[tokio::test]
async fn an_answer_is_json_of_a_stated_length() {
    let served = Served::new(allow());
    let got = served.post("/mutate", "{}").await;
    assert_eq!(got.status.as_u16(), 200);
    assert_eq!(got.header("content-type"), Some("application/json"));
    assert_eq!(got.header("content-length"), Some(got.body.len().to_string().as_str()));
    let expected =
        r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"u-1","allowed":true}}"#;
    assert_eq!(got.body, expected);
}

#[tokio::test]
async fn a_path_says_which_profiles() {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    let judge = fake(move |_, asked, _| {
        *seen.lock().unwrap() = Some(asked);
        Box::pin(async { Ok(allowed()) })
    });
    let served = Served::new(judge);
    let named = |names: &[&str]| Some(Asked::Named(names.iter().map(|name| (*name).to_owned()).collect()));
    for (path, expected) in [
        ("/mutate", Some(Asked::Default)),
        ("/mutation/pod", Some(Asked::Default)),
        ("/inject", Some(Asked::Default)),
        ("/mutate?timeout=10s", Some(Asked::Default)),
        ("/mutate/a", named(&["a"])),
        ("/mutate/a,b?timeout=10s", named(&["a", "b"])),
        ("/mutate/a,", named(&["a", ""])),
        ("/mutate/", None),
        ("/mutate/a/b", None),
        ("/mutation", None),
        ("/", None),
        ("/metrics", None),
    ] {
        let got = served.post(path, "{}").await;
        assert_eq!(asked.lock().unwrap().take(), expected, "{path}");
        if expected.is_none() {
            assert_eq!(assert_status(&got, 404, "NotFound"), format!("injector: there is nothing at `{path}`"));
        }
    }
}

#[tokio::test]
async fn what_is_no_posted_json_is_refused_unread() {
    let judge = fake(|_, _, _| unreachable!("it is not judged"));
    let served = Served::new(judge);
    let request = |method: &Method, headers: &[(&str, &str)]| {
        let request = Request::builder().method(method).uri("/mutate");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(Body::from("{}")).unwrap()
    };
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::HEAD] {
        let got = served.ask(request(&method, &[("content-type", "application/json")])).await;
        assert_eq!(got.header("allow"), Some("POST"));
        if method == Method::HEAD {
            assert_eq!(got.status.as_u16(), 405);
        } else {
            assert_status(&got, 405, "MethodNotAllowed");
        }
    }
    for headers in [
        &[][..],
        &[("content-type", "")],
        &[("content-type", "text/plain")],
        &[("content-type", "application/json-patch+json")],
        &[("content-type", "application/vnd.kubernetes.protobuf")],
        &[("content-type", "application/json"), ("content-encoding", "gzip")],
    ] {
        let got = served.ask(request(&Method::POST, headers)).await;
        assert_status(&got, 415, "UnsupportedMediaType");
    }
    assert_eq!(served.metric("injector_requests_total{code=\"405\"}"), 6.0);
    assert_eq!(served.metric("injector_requests_total{code=\"415\"}"), 6.0);
    assert_eq!(served.metric("injector_request_size_bytes_count"), 0.0);
}

#[tokio::test]
async fn json_may_have_parameters_and_any_case() {
    let served = Served::new(allow());
    for value in ["application/json", "application/json; charset=utf-8", "Application/JSON;v=1", " application/json "] {
        let mut request = post("/mutate", "{}");
        request.headers_mut().insert("content-type", value.parse().unwrap());
        request.headers_mut().insert("content-encoding", "identity".parse().unwrap());
        assert_eq!(served.ask(request).await.status.as_u16(), 200, "{value}");
    }
}

#[tokio::test]
async fn whose_failure_it_is_decides_the_status() {
    let uid = || "u-7".to_owned();
    let unknown = Unanswered::UnknownProfile { name: "x".to_owned(), known: "`curl`, `nginx`".to_owned() };
    for (failure, code, reason, details, told) in [
        (
            Unanswered::BadReview { message: "byte 1: no JSON".to_owned(), uid: None },
            400,
            "BadRequest",
            None,
            "byte 1: no JSON",
        ),
        (
            Unanswered::BadReview { message: "`request.object` is a list".to_owned(), uid: Some(uid()) },
            400,
            "BadRequest",
            Some(uid()),
            "`request.object` is a list",
        ),
        (unknown, 404, "NotFound", None, "there is no profile `x`; there is `curl`, `nginx`"),
        (
            Unanswered::Unproved { message: "no".to_owned(), uid: uid() },
            500,
            "InternalError",
            Some(uid()),
            "the patch was not proved: no",
        ),
    ] {
        let served = Served::new(fake(move |_, _, _| {
            let failure = failure.clone();
            Box::pin(async { Err(failure) })
        }));
        let got = served.post("/mutate", "{}").await;
        assert_eq!(assert_status(&got, code, reason), format!("injector: {told}"));
        assert_eq!(got.json()["details"]["uid"].as_str(), details.as_deref());
        assert_eq!(served.metric(&format!("injector_requests_total{{code=\"{code}\"}}")), 1.0);
        assert_eq!(served.metric("injector_requests_in_flight"), 0.0);
    }
}

/// A judge that panics when it is asked, or when it has been waited for.
fn panics(when: &'static str) -> impl injector::internals::shell::server::judge::Judge {
    fake(move |body, _, _| {
        if body.starts_with(b"fine") {
            return Box::pin(async { Ok(allowed()) });
        }
        assert!(when != "asked", "secret of a pod");
        Box::pin(async {
            tokio::task::yield_now().await;
            panic!("{}", "secret of a pod".to_owned());
        })
    })
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_next_review_is_answered() {
    for when in ["asked", "polled"] {
        for size in [4096, 100_000] {
            let served = Served::new(panics(when));
            let got = served.post("/mutate", vec![b' '; size]).await;
            let message = assert_status(&got, 500, "InternalError");
            assert!(!message.contains("secret"), "{message}");
            assert_eq!(served.metric("injector_requests_in_flight"), 0.0);
            assert_eq!(served.metric("injector_requests_total{code=\"500\"}"), 1.0);
            assert_eq!(served.post("/mutate", "fine").await.status.as_u16(), 200);
        }
    }
}

#[tokio::test]
async fn every_decision_is_counted_and_labels_have_few_values() {
    let result = [VerdictResult::Injected, VerdictResult::Skipped, VerdictResult::Rejected, VerdictResult::Failed];
    let served = Served::new(fake(move |body, _, _| {
        let result = result[usize::from(body[0] - b'0')];
        Box::pin(async move {
            let mut answer = allowed();
            answer.subject.namespace = "a namespace".to_owned();
            answer.verdicts[0].result = result;
            Ok(answer)
        })
    }));
    for index in ["0", "1", "1", "2", "3"] {
        assert_eq!(served.post("/mutate/a-profile-nobody-has", index).await.status.as_u16(), 200);
    }
    served.post("/nowhere", "{}").await;
    let text = served.metrics.text();
    let is_ours = |line: &&str| {
        // Counters of what may come begin at zero.
        if line.ends_with("\"} 0") {
            return false;
        }
        let measured = ["# ", "injector_request_duration_", "injector_request_size_", "injector_build_info"];
        !measured.iter().any(|name| line.starts_with(name))
    };
    let mut series: Vec<&str> = text.lines().filter(is_ours).collect();
    series.sort_unstable();
    let skipped = r#"{profile="cortexflow",result="skipped",reason="pod-opted-out"}"#;
    let of = |result: &str| format!("sidecar_injection_total{} 1", skipped.replace("skipped", result));
    assert_eq!(
        series,
        [
            "injector_certificate_expiry_timestamp_seconds 0",
            "injector_connections 0",
            "injector_namespace_watch_connected 0",
            "injector_requests_in_flight 0",
            "injector_requests_total{code=\"200\"} 5",
            "injector_serviceaccount_watch_connected 0",
            &of("failed"),
            &of("injected"),
            &of("rejected"),
            &format!("sidecar_injection_total{skipped} 2"),
        ]
    );
    assert_eq!(served.metric("injector_request_duration_seconds_count"), 5.0);
    assert_eq!(served.metric("injector_request_size_bytes_sum"), 5.0);
}

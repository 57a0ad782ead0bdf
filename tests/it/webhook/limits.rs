//! How much, how long, how many at once; and that nothing is held for a client that has gone.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use injector::internals::shell::server::judge::FactSources;
use injector::internals::shell::server::routes::{MAX_BODY, ReviewLimits};
use tokio::sync::Notify;

use super::{Served, allow, allowed, assert_status, fake, post};

/// A body that states a length or none, and counts what is read of it.
struct Endless {
    stated: u64,
    read: Arc<AtomicUsize>,
}

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::convert::Infallible>>> {
        let chunk = Bytes::from_static(&[b' '; 65_536]);
        self.read.fetch_add(chunk.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.stated);
        hint
    }
}

/// A body that never comes, or breaks off.
struct Slow(Option<&'static str>);

impl hyper::body::Body for Slow {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        self.0.map_or(Poll::Pending, |error| Poll::Ready(Some(Err(error))))
    }
}

#[tokio::test]
async fn a_body_above_the_limit_is_not_read_to_its_end() {
    let served = Served::new(fake(|_, _, _| unreachable!("it is not judged")));
    for (stated, most) in [(MAX_BODY as u64 + 1, 0), (0, MAX_BODY + 65_536)] {
        let read = Arc::new(AtomicUsize::new(0));
        let got = served.post("/mutate", Body::new(Endless { stated, read: Arc::clone(&read) })).await;
        assert_status(&got, 413, "RequestEntityTooLarge");
        assert_eq!(got.header("connection"), Some("close"));
        assert!(read.load(Ordering::Relaxed) <= most, "{read:?}");
    }
    assert_eq!(served.metric("injector_requests_in_flight"), 0.0);
    assert_eq!(served.metric("injector_requests_total{code=\"413\"}"), 2.0);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_judged() {
    let served = Served::new(fake(|body, _, _| {
        assert_eq!(body.len(), MAX_BODY);
        Box::pin(async { Ok(allowed()) })
    }));
    assert_eq!(served.post("/mutate", vec![b' '; MAX_BODY]).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_cut_off() {
    let limits = ReviewLimits { body_timeout: Duration::from_millis(300), ..ReviewLimits::default() };
    let served = Served::limited(allow(), limits);
    let got = served.post("/mutate", Body::new(Slow(None))).await;
    assert_status(&got, 408, "Timeout");
    assert_eq!(got.header("connection"), Some("close"));
    // The deadline comes first here.
    let got = served.post("/mutate?timeout=10ms", Body::new(Slow(None))).await;
    assert_status(&got, 504, "Timeout");
    let got = served.post("/mutate", Body::new(Slow(Some("reset by peer")))).await;
    assert_eq!(assert_status(&got, 400, "BadRequest"), "injector: the body ended too early: reset by peer");
    assert_eq!(served.metric("injector_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn the_judge_is_told_the_deadline_and_is_not_waited_for_beyond_it() {
    let (send, told) = mpsc::channel();
    let served = Served::new(fake(move |_, _, deadline| {
        send.send(deadline).unwrap();
        Box::pin(std::future::pending())
    }));
    let begun = Instant::now();
    for size in [2, 100_000] {
        let got = served.post("/mutate?timeout=50ms", vec![b' '; size]).await;
        assert_eq!(assert_status(&got, 504, "Timeout"), "injector: the deadline was reached");
        let deadline = told.recv().unwrap();
        assert!(deadline <= Instant::now() && deadline >= begun + Duration::from_millis(50));
    }
    assert_eq!(served.metric("injector_requests_total{code=\"504\"}"), 2.0);
}

#[tokio::test]
async fn a_large_review_is_decided_where_timers_go_on() {
    let here = std::thread::current().id();
    let (send, decided_on) = mpsc::channel::<ThreadId>();
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(std::sync::Mutex::new(released));
    let served = Served::new(fake(move |body, _, _| {
        let released = Arc::clone(&released);
        send.send(std::thread::current().id()).unwrap();
        Box::pin(async move {
            if body.len() > 65_536 {
                // As a long computation would, this keeps its thread.
                let _ = released.lock().unwrap().recv();
            }
            Ok(allowed())
        })
    }));
    assert_eq!(served.post("/mutate", vec![b' '; 65_536]).await.status.as_u16(), 200);
    assert_eq!(decided_on.recv().unwrap(), here);
    assert_status(&served.post("/mutate?timeout=50ms", vec![b' '; 65_537]).await, 504, "Timeout");
    assert_ne!(decided_on.recv().unwrap(), here);
    // Nobody waits for it any more, and still it takes up a place.
    assert_eq!(served.metric("injector_requests_in_flight"), 1.0);
    release.send(()).unwrap();
    while served.metric("injector_requests_in_flight") > 0.0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_too_much_at_once_is_shed_at_once() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let judge = {
        let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
        fake(move |_, _, _| {
            let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
            Box::pin(async move {
                begun.notify_one();
                go_on.notified().await;
                Ok(allowed())
            })
        })
    };
    let served = Served::limited(judge, ReviewLimits { max_in_flight: 1, ..ReviewLimits::default() });
    let first = tokio::spawn(served.ask(post("/mutate", "{}")));
    begun.notified().await;
    assert_eq!(served.metric("injector_requests_in_flight"), 1.0);
    // Its body is not waited for.
    let got = served.post("/mutate", Body::new(Slow(None))).await;
    assert_status(&got, 503, "ServiceUnavailable");
    assert_eq!(got.header("retry-after"), Some("1"));
    go_on.notify_one();
    assert_eq!(first.await.unwrap().status.as_u16(), 200);
    assert_eq!(served.metric("injector_requests_in_flight"), 0.0);
    go_on.notify_one();
    assert_eq!(served.post("/mutate", "{}").await.status.as_u16(), 200);
    assert_eq!(served.metric("injector_requests_total{code=\"503\"}"), 1.0);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind_and_is_counted() {
    let begun = Arc::new(Notify::new());
    let judge = {
        let begun = Arc::clone(&begun);
        fake(move |_, _, _| {
            begun.notify_one();
            Box::pin(std::future::pending())
        })
    };
    let served = Served::limited(judge, ReviewLimits { max_in_flight: 1, ..ReviewLimits::default() });
    for round in 1..=3 {
        let client = tokio::spawn(served.ask(post("/mutate", "{}")));
        begun.notified().await;
        assert_eq!(served.metric("injector_requests_in_flight"), 1.0);
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled());
        assert_eq!(served.metric("injector_requests_in_flight"), 0.0);
        assert_eq!(served.metric("injector_requests_total{code=\"499\"}"), f64::from(round));
    }
}

#[tokio::test]
async fn bodies_that_do_not_come_keep_no_review_out() {
    let served = Served::limited(allow(), ReviewLimits { max_in_flight: 1, ..ReviewLimits::default() });
    let slow: Vec<_> = (0..8).map(|_| tokio::spawn(served.ask(post("/mutate", Body::new(Slow(None)))))).collect();
    tokio::task::yield_now().await;
    assert_eq!(served.post("/mutate", "{}").await.status.as_u16(), 200);
    slow.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_review_of_more_values_than_any_object_needs_is_refused() {
    let served = Served::over_core(super::core::given(&["cortexflow"]), FactSources::default());
    let many = "1,".repeat(300_000);
    let review = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","object":{{"a":[{many}1]}}}}}}"#
    );
    let got = served.post("/mutate", review).await;
    let message = assert_status(&got, 400, "BadRequest");
    assert!(message.ends_with("more than 250000 values"), "{message}");
}

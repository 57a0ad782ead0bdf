use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, Response, StatusCode};
use futures::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::decide::facts::{Known, Namespace, ServiceAccount};
use crate::shell::server::judge::Watched;
use crate::shell::server::ready::NotReady;

/// An API server with prepared answers.
#[derive(Default)]
struct Script {
    /// What each list gives, in order; after the last one, lists fail.
    lists: Mutex<VecDeque<Value>>,
    /// The events of each watch, in order; after the last one, watches are refused.
    watches: Mutex<VecDeque<mpsc::UnboundedReceiver<Value>>>,
    /// What a GET of one namespace gives.
    get: Get,
    gets: AtomicUsize,
    /// The paths of these GETs.
    paths: Mutex<Vec<String>>,
    /// GETs that are open, and the most that ever were.
    open: AtomicUsize,
    most_open: AtomicUsize,
}

#[derive(Default)]
enum Get {
    Object(Value),
    #[default]
    NotFound,
    Error,
    Never,
}

impl Script {
    fn client(self: &Arc<Self>) -> Client {
        let script = Arc::clone(self);
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let script = Arc::clone(&script);
            let (head, _) = request.into_parts();
            async move { Ok::<_, std::io::Error>(script.answer(&head).await) }
        });
        Client::new(service, "default")
    }

    /// A watch to come; its events go into the sender, and it ends with it.
    fn watch(&self) -> mpsc::UnboundedSender<Value> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.watches.lock().unwrap().push_back(receiver);
        sender
    }

    fn list(&self, items: &[Value]) {
        self.lists.lock().unwrap().push_back(json!({
            "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList",
            "metadata": {"resourceVersion": "1"}, "items": items,
        }));
    }

    async fn answer(&self, request: &Parts) -> Response<Body> {
        let accept = request.headers["accept"].to_str().unwrap();
        assert!(accept.contains("PartialObjectMetadata"), "no more than the metadata is asked for: {accept}");
        if !["/api/v1/namespaces", "/api/v1/serviceaccounts"].contains(&request.uri.path()) {
            self.paths.lock().unwrap().push(request.uri.path().to_owned());
            return self.one().await;
        }
        if !request.uri.query().unwrap_or_default().contains("watch=true") {
            let list = self.lists.lock().unwrap().pop_front();
            return list.map_or_else(|| status(StatusCode::INTERNAL_SERVER_ERROR), |list| document(&list));
        }
        let Some(events) = self.watches.lock().unwrap().pop_front() else {
            return status(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let lines = stream::unfold(events, |mut events| async {
            let event = events.recv().await?;
            Some((Ok::<_, std::io::Error>(format!("{event}\n")), events))
        });
        Response::new(Body::from_stream(lines))
    }

    async fn one(&self) -> Response<Body> {
        self.gets.fetch_add(1, Ordering::SeqCst);
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        // Long enough for others to come meanwhile.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let answer = match &self.get {
            Get::Object(object) => document(object),
            Get::NotFound => status(StatusCode::NOT_FOUND),
            Get::Error => status(StatusCode::FORBIDDEN),
            Get::Never => std::future::pending().await,
        };
        self.open.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

fn document(value: &Value) -> Response<Body> {
    Response::new(Body::from(value.to_string()))
}

fn status(code: StatusCode) -> Response<Body> {
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "said by a test", "reason": "Test", "code": code.as_u16()});
    let mut response = document(&status);
    *response.status_mut() = code;
    response
}

fn key(name: &str) -> ObjectKey {
    ObjectKey { namespace: String::new(), name: name.to_owned() }
}

fn namespace(name: &str, switch: &str) -> Value {
    json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
        "metadata": {"name": name, "resourceVersion": "2", "labels": {"team": "a"},
            "annotations": {"proxy-injection": switch, "kubectl.kubernetes.io/last-applied-configuration": "{}"}},
    })
}

fn event(kind: &str, object: &Value) -> Value {
    json!({"type": kind, "object": object})
}

struct Watching {
    watched: FactWatch<Namespace>,
    metrics: Arc<Metrics>,
    ready: Arc<Readiness>,
}

fn watching(script: &Arc<Script>) -> Watching {
    let (metrics, ready) = (Arc::new(Metrics::new()), Arc::new(Readiness::new(&[Watched::Namespaces])));
    let watched = watch(script.client(), Arc::clone(&metrics), Arc::clone(&ready));
    Watching { watched, metrics, ready }
}

impl Watching {
    fn switch(&self, name: &str) -> Option<String> {
        match self.watched.known(&key(name))?.annotations {
            Known::Yes(annotations) => annotations.get("proxy-injection").cloned(),
            Known::No => None,
        }
    }

    fn connected(&self) -> bool {
        self.says("injector_namespace_watch_connected 1")
    }

    fn says(&self, line: &str) -> bool {
        self.metrics.text().lines().any(|one| one == line)
    }

    fn listed(&self) -> bool {
        !self.ready.missing(SystemTime::now()).contains(&NotReady::NotListed(Watched::Namespaces))
    }
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "not so after 30 seconds: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[tokio::test]
async fn what_is_listed_and_what_changes_afterwards_is_known() {
    let script = Arc::new(Script::default());
    script.list(&[namespace("a", "disabled"), namespace("b", "enabled")]);
    let events = script.watch();
    let watching = watching(&script);
    assert!(!watching.listed());
    until("the list is here", || watching.listed()).await;
    let labels = [("kubernetes.io/metadata.name", "a"), ("team", "a")];
    let owned = |pairs: &[(&str, &str)]| {
        Known::Yes(pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect())
    };
    let expected =
        Namespace { name: "a".into(), labels: owned(&labels), annotations: owned(&[("proxy-injection", "disabled")]) };
    assert_eq!(watching.watched.known(&key("a")), Some(expected));
    assert!(watching.connected());

    events.send(event("MODIFIED", &namespace("a", "enabled"))).unwrap();
    until("the change is seen", || watching.switch("a").as_deref() == Some("enabled")).await;
    events.send(event("ADDED", &namespace("c", "disabled"))).unwrap();
    until("the new one is seen", || watching.switch("c").is_some()).await;
    events.send(event("DELETED", &namespace("b", "enabled"))).unwrap();
    until("the deletion is seen", || watching.switch("b").is_none()).await;
    assert_eq!(script.gets.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_was_seen_last_counts_while_the_api_server_is_away() {
    let script = Arc::new(Script::default());
    script.list(&[namespace("a", "disabled"), namespace("gone", "enabled")]);
    let events = script.watch();
    let watching = watching(&script);
    until("the watch is connected", || watching.connected()).await;
    drop(events);
    until("the watch has ended", || !watching.connected()).await;
    assert_eq!(watching.switch("a").as_deref(), Some("disabled"));
    assert!(watching.listed(), "a replica stays ready without its API server");

    script.list(&[namespace("a", "enabled")]);
    let _events = script.watch();
    until("the watch is connected again", || watching.connected()).await;
    assert_eq!(watching.switch("a").as_deref(), Some("enabled"));
    assert_eq!(watching.switch("gone"), None, "a list replaces all that was there");
}

#[tokio::test]
async fn a_replica_that_has_never_listed_is_not_ready() {
    let watching = watching(&Arc::new(Script::default()));
    // A lookup goes its own way, and by its end the first list has failed.
    assert_eq!(watching.watched.fetch(&key("a"), soon()).await, None);
    assert!(!watching.listed());
    assert!(!watching.connected());
}

#[tokio::test]
async fn a_miss_is_one_question() {
    for (get, found) in [(Get::Object(namespace("a", "disabled")), true), (Get::NotFound, false), (Get::Error, false)] {
        let script = Arc::new(Script { get, ..Script::default() });
        let watching = watching(&script);
        for _ in 0..3 {
            let answer = watching.watched.fetch(&key("a"), soon()).await;
            assert_eq!(answer.is_some(), found);
            assert!(answer.is_none_or(|namespace| namespace.annotations != Known::No));
        }
        assert_eq!(script.gets.load(Ordering::SeqCst), 1, "an answer is remembered for a while");
    }
}

#[tokio::test]
async fn a_storm_of_misses_is_a_trickle_of_questions() {
    let script = Arc::new(Script { get: Get::NotFound, ..Script::default() });
    let watching = watching(&script);
    let names: Vec<String> = (0..400).map(|index| format!("ns-{}", index % 40)).collect();
    let keys: Vec<ObjectKey> = names.iter().map(|name| key(name)).collect();
    let answers = futures::future::join_all(keys.iter().map(|key| watching.watched.fetch(key, soon()))).await;
    assert!(answers.iter().all(Option::is_none));
    assert!(script.most_open.load(Ordering::SeqCst) <= 8);
    // Those of the same name that were let in at the same time ask at the same time.
    assert!(script.gets.load(Ordering::SeqCst) <= 48, "{:?}", script.gets);
}

#[tokio::test]
async fn a_lookup_ends_before_the_deadline() {
    let script = Arc::new(Script { get: Get::Never, ..Script::default() });
    let watching = watching(&script);
    let deadline = Instant::now() + Duration::from_millis(500);
    assert_eq!(watching.watched.fetch(&key("a"), deadline).await, None);
    assert!(Instant::now() < deadline, "a review is answered in what is left");
    assert_eq!(
        watching.watched.fetch(&key("a"), Instant::now()).await,
        None,
        "a deadline that has passed leaves no time"
    );
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_used_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    let missing = client(Some(&file)).await.map(drop).unwrap_err();
    assert_eq!(missing.to_string(), format!("`{}` cannot be used as a kubeconfig", file.display()));
    let said = if cfg!(windows) { "(os error 2)" } else { "No such file" };
    assert!(causes(&missing).contains(said), "{}", causes(&missing));
    std::fs::write(&file, "apiVersion: v1\nkind: Config\nclusters: []\n").unwrap();
    let empty = client(Some(&file)).await.map(drop).unwrap_err();
    assert!(matches!(empty, ClientError::Kubeconfig { .. }), "{empty:?}");
}

#[tokio::test]
async fn a_service_account_is_known_by_its_namespace_and_its_name() {
    let account = |namespace: &str, role: &str| {
        let metadata =
            json!({"name": "app", "namespace": namespace, "resourceVersion": "2", "annotations": {"role": role}});
        json!({"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": metadata})
    };
    let key = |namespace: &str| ObjectKey { namespace: namespace.to_owned(), name: "app".to_owned() };
    let script = Arc::new(Script { get: Get::Object(account("late", "three")), ..Script::default() });
    script.list(&[account("a", "one"), account("b", "two")]);
    let events = script.watch();
    let (metrics, ready) = (Arc::new(Metrics::new()), Arc::new(Readiness::new(&[Watched::ServiceAccounts])));
    let watched: FactWatch<ServiceAccount> = watch(script.client(), Arc::clone(&metrics), Arc::clone(&ready));
    until("the list is here", || ready.missing(SystemTime::now()).is_empty()).await;
    let role = |namespace: &str| watched.known(&key(namespace)).map(|account| account.annotations["role"].clone());
    assert_eq!([role("a"), role("b"), role("late")], [Some("one".into()), Some("two".into()), None]);
    assert!(metrics.text().lines().any(|line| line == "injector_serviceaccount_watch_connected 1"));

    events.send(event("DELETED", &account("a", "one"))).unwrap();
    until("the deletion is seen", || role("a").is_none()).await;
    assert!(role("b").is_some(), "one of the same name in another namespace stays");
    let late = watched.fetch(&key("late"), soon()).await.unwrap();
    assert_eq!(late.annotations["role"], "three");
    assert_eq!(*script.paths.lock().unwrap(), ["/api/v1/namespaces/late/serviceaccounts/app"]);
}

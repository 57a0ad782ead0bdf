//! From the bind to the end: what is in flight is finished, whoever is idle goes, and nobody waits for ever.

use std::time::Duration;

use injector::internals::shell::server::{self, Ended};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::client::{Client, config, tls};
use super::{Authority, Files, Identity, PATIENCE, Server, eventually, settings};

async fn probe(server: &Server, path: &str) -> (u16, String) {
    let mut client = Client::on(TcpStream::connect(server.probe_address).await.unwrap());
    let answer = client.get(path).await.unwrap();
    (answer.status, answer.body)
}

#[tokio::test]
async fn certificates_are_checked_before_a_port_is_taken() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let first = server::bind(settings(files.tls())).unwrap();
    assert_ne!(first.address().port(), 0);
    assert_ne!(first.address(), first.probe_address());
    let mut same = settings(files.tls());
    same.listen = first.address();
    let error = server::bind(same.clone()).unwrap_err();
    let port = first.address().port();
    assert_eq!(error.to_string(), format!("cannot listen on `127.0.0.1:{port}`: the port is in use"));
    // Of two things that are wrong, the certificate is told: nothing was bound by then.
    std::fs::write(files.path("tls.key"), "").unwrap();
    let error = server::bind(same).unwrap_err();
    assert_eq!(error.to_string(), "it contains no private key in PEM");
}

#[tokio::test]
async fn both_ports_answer_and_connections_are_counted() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = Server::start(settings(files.tls()));
    let mut client = server.client(&authority).await;
    for body in ["one", "two", ""] {
        let answer = client.post("/echo", body).await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, body));
    }
    assert_eq!(probe(&server, "/readyz").await, (200, "ok\n".to_owned()));
    let (_, page) = probe(&server, "/metrics").await;
    assert!(page.contains("injector_connections 1\n"), "{page}");
    assert!(page.contains("injector_connections_begun_total{result=\"accepted\"} 1\n"), "{page}");
    assert!(!page.contains("injector_certificate_expiry_timestamp_seconds 0\n"), "{page}");
    drop(client);
    eventually("the client is gone", async || (server.metric("injector_connections") == 0.0).then_some(())).await;
    server.shutdown.begin();
    assert_eq!(server.ended().await, Ended::Drained);
}

#[tokio::test]
async fn a_drain_finishes_what_is_in_flight_and_asks_clients_to_go() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let mut settings = settings(files.tls());
    settings.drain.delay = Duration::from_millis(500);
    let server = Server::start(settings);
    let (mut held, mut kept, mut idle) =
        (server.client(&authority).await, server.client(&authority).await, server.client(&authority).await);
    for client in [&mut kept, &mut idle] {
        let answer = client.post("/echo", "before").await.unwrap();
        assert!(!answer.header.contains("connection: close"), "{}", answer.header);
    }
    held.send("GET /held HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    server.held.notified().await;

    let begun = Instant::now();
    server.shutdown.begin();
    eventually("not ready", async || (probe(&server, "/readyz").await.0 == 503).then_some(())).await;
    let answer = kept.post("/echo", "while draining").await.unwrap();
    assert!(answer.header.contains("connection: close"), "{}", answer.header);
    kept.closed().await.unwrap();
    let late = server.client(&authority).await.post("/echo", "late").await.unwrap();
    assert_eq!((late.status, late.body.as_str()), (200, "late"), "the delay is there for those who have not heard");
    idle.closed().await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(500), "an idle connection stays until the server stops");

    assert!(TcpStream::connect(server.address).await.is_err(), "nothing new is accepted");
    assert_eq!(probe(&server, "/livez").await.0, 200, "the probe port stays to the end");
    assert!(!server.running.is_finished());
    server.release.notify_one();
    let answer = held.answer().await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "released"));
    held.closed().await.unwrap();
    assert_eq!(server.ended().await, Ended::Drained);
}

#[tokio::test]
async fn a_connection_that_was_opened_for_a_request_may_make_it() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = Server::start(settings(files.tls()));
    let mut fresh = server.client(&authority).await;
    let mut half = server.client(&authority).await;
    half.send("GET /held HTTP/1.1\r\nhost: local").await.unwrap();
    let mut unused = server.client(&authority).await;
    server.metric_reaches("injector_connections_begun_total{result=\"accepted\"}", 3.0).await;
    server.shutdown.begin();
    eventually("nothing new is accepted", async || TcpStream::connect(server.address).await.is_err().then_some(()))
        .await;
    let answer = fresh.post("/echo", "first").await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.header.contains("connection: close"), "{}", answer.header);
    unused.closed().await.unwrap();
    server.release.notify_one();
    half.send("host\r\n\r\n").await.unwrap();
    assert_eq!(half.answer().await.unwrap().body, "released");
    assert_eq!(server.ended().await, Ended::Drained);
}

#[tokio::test]
async fn what_takes_too_long_is_cut_when_the_time_is_over() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let mut settings = settings(files.tls());
    settings.drain.timeout = Duration::from_millis(50);
    let server = Server::start(settings);
    let mut held = server.client(&authority).await;
    held.send("GET /held HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    server.held.notified().await;
    server.shutdown.begin();
    let metrics = server.metrics.clone();
    assert_eq!(server.ended().await, Ended::Cut(1));
    assert!(metrics.text().contains("injector_connections_cut_total{reason=\"drained\"} 1\n"));
    assert!(held.answer().await.is_err());
}

#[tokio::test]
async fn the_second_word_ends_at_once() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let mut settings = settings(files.tls());
    settings.drain.delay = Duration::from_secs(3600);
    let server = Server::start(settings);
    let mut held = server.client(&authority).await;
    held.send("GET /held HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    server.held.notified().await;
    server.shutdown.begin();
    server.shutdown.abort();
    assert_eq!(server.ended().await, Ended::Aborted);
    assert!(held.answer().await.is_err());
}

/// Frames of HTTP/2 (RFC 9113, section 4.1), as far as a test needs them.
struct Frames(Client);

impl Frames {
    async fn next(&mut self) -> (u8, u8, Vec<u8>) {
        use tokio::io::AsyncReadExt as _;
        let mut head = [0; 9];
        let stream = &mut self.0.stream;
        tokio::time::timeout(PATIENCE, stream.read_exact(&mut head)).await.expect("a frame comes").unwrap();
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        (head[3], head[4], payload)
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u8, payload: &[u8]) {
        let length = u8::try_from(payload.len()).unwrap();
        let head = [0, 0, length, kind, flags, 0, 0, 0, stream];
        self.0.send([&head, payload].concat()).await.unwrap();
    }

    /// Waits for a frame of this kind.
    async fn find(&mut self, kind: u8) -> Vec<u8> {
        loop {
            let (found, flags, payload) = self.next().await;
            match found {
                _ if found == kind => return payload,
                // SETTINGS and PING are to be acknowledged.
                4 | 6 if flags & 1 == 0 => self.send(found, 1, 0, if found == 6 { &payload } else { &[] }).await,
                _ => {}
            }
        }
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

#[tokio::test]
async fn http_2_is_spoken_where_it_is_asked_for_and_is_told_to_go_as_soon_as_a_drain_begins() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let mut settings = settings(files.tls());
    settings.drain.delay = Duration::from_secs(3600);
    let server = Server::start(settings);
    let stream = tls(server.address, config(&authority, &Identity::Nobody, &[b"h2"])).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let mut frames = Frames(Client::on(stream));
    frames.0.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    frames.send(SETTINGS, 0, 0, &[]).await;
    // GET, https, `:path: /held` and `:authority: a` as literals (RFC 7541, section 6.2.2); end of headers and stream.
    let get = |path: &[u8]| {
        let length = u8::try_from(path.len()).unwrap();
        [&[0x82, 0x87, 0x04, length], path, &[0x01, 1, b'a']].concat()
    };
    frames.send(HEADERS, 5, 1, &get(b"/held")).await;
    server.held.notified().await;
    server.shutdown.begin();
    frames.find(GOAWAY).await;
    server.release.notify_one();
    let headers = frames.find(HEADERS).await;
    assert_eq!(headers.first(), Some(&0x88), "`:status: 200` of the static table");
    assert_eq!(frames.find(DATA).await, b"released");
    eventually("it is gone", async || (server.metric("injector_connections") == 0.0).then_some(())).await;
    server.shutdown.abort();
    assert_eq!(server.ended().await, Ended::Aborted);
}

//! Clients that are slow, silent, too many, or no clients of ours: each is cut off or answered, and counted.

use std::time::Duration;

use injector::internals::shell::server::settings::ConnectionLimits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::client::Client;
use super::{Authority, Files, Identity, PATIENCE, Server, eventually, settings};

/// A limit that a test can wait for. A good client keeps it on a busy machine too: a handshake takes a tenth of it.
const SHORT: Duration = Duration::from_millis(500);

fn limited(files: &Files, limits: ConnectionLimits) -> Server {
    let mut settings = settings(files.tls());
    settings.limits = limits;
    Server::start(settings)
}

/// Reads until the other side has closed or reset the connection.
async fn gone(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it is closed");
}

#[tokio::test]
async fn a_handshake_takes_no_longer_than_it_may() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits { handshake: SHORT, ..ConnectionLimits::default() });
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    gone(&mut silent).await;
    server.metric_reaches("injector_connections_begun_total{result=\"handshake_timeout\"}", 1.0).await;
    assert_eq!(server.client(&authority).await.post("/echo", "a").await.unwrap().body, "a");
}

#[tokio::test]
async fn what_is_no_tls_or_too_old_is_refused() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits::default());
    // A ClientHello of TLS 1.0 with one cipher suite and no extensions.
    let mut old = vec![0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1];
    old.extend([7; 32]);
    old.extend([0, 0, 2, 0x00, 0x2f, 1, 0]);
    let hello: [(&[u8], &[u8]); 3] =
        [(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", b""), (&old, &[0x15, 3]), (&[0xff; 64], b"")];
    for (count, (bytes, begins)) in hello.into_iter().enumerate() {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("it is closed");
        assert!(answer.starts_with(begins), "{answer:?}");
        let failed = "injector_connections_begun_total{result=\"handshake_failed\"}";
        server.metric_reaches(failed, count as f64 + 1.0).await;
    }
    assert_eq!(server.client(&authority).await.post("/echo", "a").await.unwrap().body, "a");
}

#[tokio::test]
async fn an_idle_connection_may_live_longer_than_a_header_may_take() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits { header: SHORT, ..ConnectionLimits::default() });
    let mut client = server.client(&authority).await;
    for _ in 0..2 {
        // That nothing happens can only be seen by waiting.
        tokio::time::sleep(SHORT * 3).await;
        assert_eq!(client.post("/echo", "still there").await.unwrap().body, "still there");
    }
    client.send("POST /echo HTTP/1.1\r\n").await.unwrap();
    let _ = client.closed().await;
    server.metric_reaches("injector_connections_cut_total{reason=\"header_timeout\"}", 1.0).await;
}

#[tokio::test]
async fn a_header_that_comes_byte_by_byte_gains_no_time() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits { header: SHORT * 2, ..ConnectionLimits::default() });
    let mut client = server.client(&authority).await;
    let begun = Instant::now();
    let slow = async {
        while client.send("G").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    timeout(PATIENCE, slow).await.expect("it is cut off");
    assert!(begun.elapsed() >= SHORT * 2);
    server.metric_reaches("injector_connections_cut_total{reason=\"header_timeout\"}", 1.0).await;
}

#[tokio::test]
async fn a_slow_body_and_a_slow_answer_are_no_slow_header() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits { header: SHORT, idle: SHORT, ..ConnectionLimits::default() });
    let mut client = server.client(&authority).await;
    client.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n").await.unwrap();
    for byte in ["a", "b", "c"] {
        tokio::time::sleep(SHORT).await;
        client.send(byte).await.unwrap();
    }
    assert_eq!(client.answer().await.unwrap().body, "abc");
    client.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    server.held.notified().await;
    tokio::time::sleep(SHORT * 3).await;
    server.release.notify_one();
    assert_eq!(client.answer().await.unwrap().body, "released");
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_peace_when_its_time_is_over() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits { idle: SHORT, ..ConnectionLimits::default() });
    let mut client = server.client(&authority).await;
    assert_eq!(client.post("/echo", "a").await.unwrap().body, "a");
    client.closed().await.unwrap();
    let mut unused = server.client(&authority).await;
    unused.closed().await.unwrap();
    server.metric_reaches("injector_connections_cut_total{reason=\"idle\"}", 2.0).await;
    eventually("no connection is left", async || (server.metric("injector_connections") == 0.0).then_some(())).await;
}

#[tokio::test]
async fn more_connections_than_allowed_are_closed_at_once() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits { max_connections: 2, ..ConnectionLimits::default() });
    let mut first = server.client(&authority).await;
    let mut second = server.client(&authority).await;
    let refused = "injector_connections_begun_total{result=\"refused\"}";
    for count in 1..=3 {
        gone(&mut TcpStream::connect(server.address).await.unwrap()).await;
        server.metric_reaches(refused, f64::from(count)).await;
    }
    for client in [&mut first, &mut second] {
        assert_eq!(client.post("/echo", "a").await.unwrap().status, 200, "those who were first stay");
    }
    drop(first);
    let again = async || Client::connect(server.address, &authority, &Identity::Nobody).await.ok();
    let mut third = eventually("there is room again", again).await;
    assert_eq!(third.post("/echo", "a").await.unwrap().status, 200);
}

#[tokio::test]
async fn what_is_no_http_is_answered_once_and_counted() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let server = limited(&files, ConnectionLimits::default());
    // No longer than what is read of it: what is left unread would reset the connection, and the answer with it.
    let padded = |head: &str| format!("{head}{}", "a".repeat(16 * 1024 - head.len()));
    let (long_path, long_header) = (padded("GET /"), padded("GET / HTTP/1.1\r\nhost: "));
    for (bytes, status) in [("\u{1}\u{2}\r\n\r\n".to_owned(), 400), (long_path, 431), (long_header, 431)] {
        let mut client = server.client(&authority).await;
        client.send(bytes).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, status);
    }
    server.metric_reaches("injector_connections_cut_total{reason=\"malformed\"}", 3.0).await;
}

#[tokio::test]
async fn only_clients_of_the_client_ca_are_served() {
    let (authority, clients, others) = (Authority::new(), Authority::new(), Authority::new());
    let files = Files::new(&authority.pair());
    std::fs::write(files.path("ca.crt"), &clients.pem).unwrap();
    let mut settings = settings(files.tls());
    settings.tls.client_ca = Some(files.path("ca.crt"));
    let server = Server::start(settings);
    let served = async |identity: &Identity| {
        let mut client = Client::connect(server.address, &authority, identity).await?;
        client.post("/echo", "a").await
    };
    let known = Identity::Known(clients.pair());
    let other = Identity::Known(others.pair());
    assert_eq!(served(&known).await.unwrap().status, 200);
    for identity in [&Identity::Nobody, &other] {
        assert!(served(identity).await.is_err());
    }
    server.metric_reaches("injector_connections_begun_total{result=\"handshake_failed\"}", 2.0).await;
    // It changes hands.
    std::fs::write(files.path("ca.crt"), &others.pem).unwrap();
    eventually("the other CA counts", async || served(&other).await.ok()).await;
    assert!(served(&known).await.is_err());
    assert_eq!(server.metric("injector_reloads_total{what=\"client_ca\",result=\"success\"}"), 1.0);
}

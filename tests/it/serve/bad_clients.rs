//! Clients that are broken, slow or hostile, against the real binary: each gets its answer or is cut off, and is counted; a good
//! client is served all the while; and the server's memory is afterwards what it was.
//!
//! The time limits are short by flags. Nothing is slept for: what is waited for is an answer, an end, or a metric.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use super::Authority;
use super::client::Identity;
use crate::support::{Lack, skipped};
use process::{Good, Server, memory};
use wire::{Tls, answer, exchange, post, rest, tcp, write};

mod http2;
mod process;
mod wire;

/// What an API server sends, as short as it can be.
const REVIEW: &str = r#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"1","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"namespace":"shop","operation":"CREATE","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"},"spec":{"containers":[{"name":"web","image":"web:1"}]}}}}"#;

/// Time limits that a test can wait for, and that a good client on a busy machine still keeps.
const SHORT: [&str; 3] = ["--handshake-timeout=2s", "--header-timeout=2s", "--max-connections=64"];

const FAILED: &str = r#"injector_connections_begun_total{result="handshake_failed"}"#;
const TIMED_OUT: &str = r#"injector_connections_begun_total{result="handshake_timeout"}"#;
const REFUSED: &str = r#"injector_connections_begun_total{result="refused"}"#;
const MALFORMED: &str = r#"injector_connections_cut_total{reason="malformed"}"#;
const SLOW_HEADER: &str = r#"injector_connections_cut_total{reason="header_timeout"}"#;
const IDLE: &str = r#"injector_connections_cut_total{reason="idle"}"#;
const OPEN: &str = "injector_connections";
const IN_FLIGHT: &str = "injector_requests_in_flight";

fn answers(code: u16) -> String {
    format!("injector_requests_total{{code=\"{code}\"}}")
}

/// A ClientHello of a client that knows no later version than this: 0x0301 is TLS 1.0, 0x0302 is 1.1 (RFC 5246, 7.4.1.2).
fn hello(version: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    // No session, two suites of that time (AES-128-CBC-SHA with ECDHE and with RSA), no compression, no extensions.
    body.extend([0, 0, 4, 0xc0, 0x13, 0x00, 0x2f, 1, 0]);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let handshake = [&[1][..], &length[1..], &body].concat();
    let length = u16::try_from(handshake.len()).unwrap().to_be_bytes();
    [&[22, 3, 1][..], &length, &handshake].concat()
}

#[test]
fn what_is_no_tls_or_too_old_a_version_is_cut_off_and_counted() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let http = post("/mutate", REVIEW.as_bytes());
    let cases: [(&str, Vec<u8>); 8] = [
        ("zeros", vec![0; 4096]),
        ("noise", (0..64 * 1024_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect()),
        ("plain HTTP", http),
        ("HTTP/2 without TLS", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("a record that is longer than any", [&[22, 3, 1, 0xff, 0xff][..], &[0; 512]].concat()),
        ("TLS 1.0", hello(0x0301)),
        ("TLS 1.1", hello(0x0302)),
        ("SSL 3", hello(0x0300)),
    ];
    for (index, (name, bytes)) in cases.iter().enumerate() {
        let mut stream = tcp(server.tls);
        write(&mut stream, bytes);
        let said = rest(&mut stream);
        assert!(said.len() < 64, "{name}: an alert at most: {said:?}");
        if name.starts_with("TLS 1.") {
            // A fatal alert (RFC 8446, 6): the client knows that it was refused. Which one is rustls's choice.
            assert!(matches!(said[..], [21, 3, _, 0, 2, 2, _]), "{name}: {said:?}");
        }
        server.until(FAILED, |count| count == index as u64 + 1);
    }
    good.ends();
    server.until(OPEN, |open| open == 0);
}

#[test]
fn a_handshake_that_does_not_go_on_is_cut_off_and_counted() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let mut silent = tcp(server.tls);
    let mut half = tcp(server.tls);
    half.write_all(&hello(0x0303)[..20]).unwrap();
    assert_eq!(rest(&mut silent), b"");
    assert_eq!(rest(&mut half), b"");
    server.until(TIMED_OUT, |count| count == 2);
    drip(tcp(server.tls), &hello(0x0303));
    server.until(TIMED_OUT, |count| count == 3);
    good.ends();
}

/// Sends a byte at a time, slowly, until the other side is gone.
///
/// # Panics
///
/// All bytes were taken.
fn drip(mut stream: impl Write, bytes: &[u8]) {
    for byte in bytes {
        if stream.write_all(&[*byte]).and_then(|()| stream.flush()).is_err() {
            return;
        }
        // The client's own slowness, which is what is tested.
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("all bytes were taken, however slow they came");
}

#[test]
fn a_request_that_comes_a_byte_at_a_time_is_cut_off() {
    let server = Server::start(&["--header-timeout=2s", "--body-timeout=2s"]);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let request = post("/mutate", REVIEW.as_bytes());
    drip(server.connect(), &request[..request.len() - REVIEW.len()]);
    server.until(SLOW_HEADER, |count| count == 1);
    good.goes_on();
    let mut slow = server.connect();
    slow.write_all(&request[..request.len() - REVIEW.len()]).unwrap();
    drip(&mut slow, REVIEW.as_bytes());
    server.until(&answers(408), |count| count == 1);
    let mut stuck = server.connect();
    stuck.write_all(&request[..request.len() - 10]).unwrap();
    stuck.flush().unwrap();
    assert_eq!(answer(&mut stuck).unwrap().status, 408);
    rest(&mut stuck);
    server.until(&answers(408), |count| count == 2);
    server.until(IN_FLIGHT, |count| count <= 1);
    good.ends();
}

/// A list in a list in a list, where the object is expected.
fn nested(depth: usize) -> Vec<u8> {
    let object = REVIEW.find(r#"{"kind":"Pod","apiVersion""#).unwrap();
    [&REVIEW.as_bytes()[..object], &vec![b'['; depth], &vec![b']'; depth], b"}}"].concat()
}

#[test]
fn each_bad_body_gets_its_status_and_the_connection_or_its_end() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let cases: [(&str, Vec<u8>, u16); 10] = [
        ("nothing", Vec::new(), 400),
        ("no JSON", b"apiVersion: admission.k8s.io/v1".to_vec(), 400),
        ("no text", vec![0xff; 100], 400),
        ("cut in the middle", REVIEW[..200].into(), 400),
        ("two of them", REVIEW.repeat(2).into(), 400),
        ("no request", br#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#.to_vec(), 400),
        ("no uid", REVIEW.replace(r#""uid":"1","#, "").into(), 400),
        ("nested a hundred times", nested(150), 400),
        ("nested 100,000 times", nested(100_000), 400),
        ("nested, and never closed", vec![b'['; 1_000_000], 400),
    ];
    let mut stream = server.connect();
    for (index, (name, body, status)) in cases.iter().enumerate() {
        let answer = exchange(&mut stream, &post("/mutate", body)).unwrap();
        let text = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, *status, "{name}: {text}");
        assert!(text.contains(r#""kind":"Status""#), "{name}: {text}");
        assert!(text.len() < 1024, "{name}: what was sent is not sent back: {} bytes", text.len());
        server.until(&answers(400), |count| count == index as u64 + 1);
    }
    good.ends();
}

#[test]
fn an_oversized_body_is_refused_before_it_is_read() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let before = memory(server.pid);
    let mut stated = server.connect();
    let head =
        "POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000000000\r\n\r\n";
    let answer_of = |stream: &mut Tls| answer(stream).unwrap().status;
    stated.write_all(head.as_bytes()).unwrap();
    assert_eq!(answer_of(&mut stated), 413);
    rest(&mut stated);
    server.until(&answers(413), |count| count == 1);

    let mut chunked = server.connect();
    chunked.write_all(&post_chunked()).unwrap();
    let chunk = [format!("{:x}\r\n", 64 * 1024).as_bytes(), &vec![b' '; 64 * 1024], b"\r\n"].concat();
    // 128 MiB are offered; the answer comes after seven, and what is still on its way may meet a closed connection.
    for _ in 0..2048 {
        if chunked.write_all(&chunk).and_then(|()| chunked.flush()).is_err() {
            break;
        }
    }
    server.until(&answers(413), |count| count == 2);
    good.ends();
    if let (Some(before), Some(after)) = (before, memory(server.pid)) {
        assert!(after < before + 64 * 1024, "{before} KiB before, {after} KiB after");
    }
}

fn post_chunked() -> Vec<u8> {
    b"POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".to_vec()
}

#[test]
fn a_client_that_leaves_in_the_middle_is_counted_and_holds_nothing() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let request = post("/mutate", REVIEW.as_bytes());
    for kept in [request.len() - REVIEW.len(), request.len() - 1] {
        let mut stream = server.connect();
        stream.write_all(&request[..kept]).unwrap();
        stream.flush().unwrap();
    }
    // Whether it was seen to leave while its body was read (400) or while it was answered (499) is a race.
    server.until_sum(&[&answers(400), &answers(499)], |count| count == 2);
    good.ends();
    server.until(IN_FLIGHT, |count| count == 0);
    server.until(OPEN, |open| open == 0);
}

#[test]
fn a_malformed_or_endless_head_is_refused() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let head = |fields: &str| format!("POST /mutate HTTP/1.1\r\nhost: x\r\n{fields}\r\n\r\n").into_bytes();
    let cases: [(&str, Vec<u8>, &[u16]); 6] = [
        ("a header of a megabyte", head(&format!("x: {}", "y".repeat(1 << 20))), &[431]),
        ("ten thousand headers", head(&vec!["x: y"; 10_000].join("\r\n")), &[431]),
        ("a path of a megabyte", format!("GET /{} HTTP/1.1\r\n\r\n", "y".repeat(1 << 20)).into(), &[414, 431]),
        ("no HTTP", b"\x00\x01\x02\x03\r\n\r\n".to_vec(), &[400]),
        ("two lengths", head("content-length: 5\r\ncontent-length: 6"), &[400]),
        ("a length that is none", head("content-length: -1"), &[400]),
    ];
    for (index, (name, bytes, statuses)) in cases.into_iter().enumerate() {
        let mut stream = server.connect();
        write(&mut stream, &bytes);
        // The server may close before all was sent, and then its answer is lost on the way: TCP has no better.
        if let Ok(answer) = answer(&mut stream) {
            assert!(statuses.contains(&answer.status), "{name}: {}", answer.status);
        }
        rest(&mut stream);
        server.until(MALFORMED, |count| count == index as u64 + 1);
        good.goes_on();
    }
    let mut stream = server.connect();
    write(&mut stream, &[post_chunked(), b"zz: no length of a chunk\r\n".to_vec()].concat());
    assert_eq!(answer(&mut stream).unwrap().status, 400);
    rest(&mut stream);
    server.until(&answers(400), |count| count == 1);
    good.ends();
    server.until(OPEN, |open| open == 0);
}

#[test]
fn two_requests_at_once_on_one_connection_get_two_answers_in_their_order() {
    let server = Server::start(&SHORT);
    let mut stream = server.connect();
    let second = REVIEW.replace(r#""uid":"1""#, r#""uid":"2""#);
    stream.write_all(&[post("/mutate", REVIEW.as_bytes()), post("/mutate", second.as_bytes())].concat()).unwrap();
    for uid in [r#""uid":"1""#, r#""uid":"2""#] {
        let answer = answer(&mut stream).unwrap();
        assert_eq!(answer.status, 200);
        assert!(String::from_utf8(answer.body).unwrap().contains(uid));
    }
    server.until(&answers(200), |count| count == 2);
}

#[test]
fn a_thousand_idle_connections_are_refused_or_cut_off_and_the_good_client_is_served() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let at_once = if process::descriptors() >= 2048 { 1000 } else { 250 };
    for _ in 0..1000 / at_once {
        let idle: Vec<TcpStream> = (0..at_once).map(|_| tcp(server.tls)).collect();
        good.goes_on();
        assert!(server.metric(OPEN) <= 64, "no more than allowed");
        for mut stream in idle {
            assert_eq!(rest(&mut stream), b"");
        }
    }
    // Those that were let in had no handshake; the place of one that was cut off goes to another.
    server.until_sum(&[REFUSED, TIMED_OUT], |count| count == 1000);
    assert!(server.metric(REFUSED) > 500, "most are over the limit");
    let mut another = server.connect();
    assert_eq!(exchange(&mut another, &post("/mutate", REVIEW.as_bytes())).unwrap().status, 200);
    good.ends();
}

#[test]
fn connections_that_stay_idle_after_their_handshake_are_cut_off() {
    let server = Server::start(&["--idle-timeout=3s"]);
    let streams: Vec<Tls> = (0..50)
        .map(|index| {
            let mut stream = server.connect();
            if index % 2 == 0 {
                assert_eq!(exchange(&mut stream, &post("/mutate", REVIEW.as_bytes())).unwrap().status, 200);
            }
            stream
        })
        .collect();
    for mut stream in streams {
        assert_eq!(rest(&mut stream), b"");
    }
    server.until(IDLE, |count| count == 50);
    server.until(OPEN, |open| open == 0);
}

#[test]
fn who_has_no_certificate_of_the_client_ca_gets_no_further_than_the_handshake() {
    let server = Server::start_for_clients(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let stranger = server.client_as(&Identity::Known(Authority::new().pair()), &[b"http/1.1"]);
    let nobody = server.client_as(&Identity::Nobody, &[b"http/1.1"]);
    for (index, client) in [nobody, stranger].iter().enumerate() {
        // In TLS 1.3 the client's side is done before the server has seen the certificate.
        let refused = wire::tls(server.tls, client)
            .and_then(|mut stream| exchange(&mut stream, &post("/mutate", REVIEW.as_bytes())));
        assert!(refused.is_err(), "{refused:?}");
        server.until(FAILED, |count| count == index as u64 + 1);
    }
    good.ends();
}

#[test]
fn http2_streams_that_are_reset_as_soon_as_they_are_opened_hold_nothing() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    for _ in 0..3 {
        let mut stream = server.connect_with(&[b"h2"]);
        http2::rapid_reset(&mut stream, 5_000);
        good.goes_on();
        drop(stream);
    }
    good.ends();
    server.until(OPEN, |open| open == 0);
    server.until(IN_FLIGHT, |count| count == 0);
}

/// One of each kind that costs a server something.
fn all_at_once(server: &Server) {
    // Fewer than are let in: those that wait to be accepted when they are dropped count only later.
    let mut idle: Vec<TcpStream> = (0..50).map(|_| tcp(server.tls)).collect();
    for stream in idle.iter_mut().take(20) {
        write(stream, &[7; 10_000]);
    }
    drop(idle);
    server.until(OPEN, |open| open <= 1);
    for body in [nested(100_000), vec![b'['; 2_000_000], vec![b' '; 6 << 20], REVIEW.repeat(1000).into_bytes()] {
        let mut stream = server.connect();
        assert_eq!(exchange(&mut stream, &post("/mutate", &body)).unwrap().status, 400);
        write(&mut stream, &post("/mutate", &body)[..body.len() / 2]);
    }
    let mut stream = server.connect();
    write(&mut stream, &vec![b'x'; 1 << 20]);
    let mut stream = server.connect_with(&[b"h2"]);
    http2::rapid_reset(&mut stream, 1_000);
    drop(stream);
    server.until(OPEN, |open| open <= 1);
}

/// The least memory that the server is seen to have after each of some attacks, in KiB.
///
/// What a moment shows depends on more than what is held: the allocator keeps freed pages for a while, and for each thread
/// that has freed some. The least of several moments leaves that out, and what is never given back stays in it.
fn floor(server: &Server) -> Option<u64> {
    (0..4).map(|_| all_at_once(server)).map(|()| memory(server.pid)).min().flatten()
}

#[test]
fn memory_stays_flat_however_often_they_come() {
    let server = Server::start(&SHORT);
    let good = Good::begins(&server, REVIEW.as_bytes());
    let Some(first) = floor(&server) else {
        return skipped("memory_stays_flat_however_often_they_come", &Lack::Machine("there is no /proc".to_owned()));
    };
    // Buffers, threads and the allocator's own reserve grow for some time, and by no more than there are threads. What
    // leaks grows every time, so that one time without growth shows that nothing does: 4 KiB a connection would be 1 MiB.
    let mut floors = vec![first];
    while floors.len() < 12 {
        floors.push(floor(&server).unwrap());
        if let [.., before, after] = floors[..]
            && after < before + 1024
        {
            return good.ends();
        }
    }
    panic!("it grows every time: {floors:?} KiB");
}

/// The harness's own: what `rest` and `drip` would hide.
#[test]
#[should_panic(expected = "all bytes were taken")]
fn a_server_that_waits_for_a_slow_client_fails_the_test() {
    drip(std::io::sink(), &[0; 2]);
}

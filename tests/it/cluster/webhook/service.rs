//! What a Service does: each new connection goes to one of the replicas that were ready a moment ago.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::replica::is_ready;

/// How late a Service hears of what has changed.
const LATE: Duration = Duration::from_millis(300);

/// Where a replica is.
#[derive(Clone, Copy)]
pub(super) struct Endpoint {
    /// For reviews.
    pub(super) port: u16,
    /// For probes.
    pub(super) probes: u16,
}

/// A Service in front of replicas; dropping it ends it.
pub(super) struct Service {
    port: u16,
    over: Arc<AtomicBool>,
}

impl Service {
    /// In front of these.
    pub(super) fn start(endpoints: Vec<Endpoint>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let over = Arc::new(AtomicBool::new(false));
        let ready = Arc::new(Mutex::new(endpoints.clone()));
        let (told, ended) = (Arc::clone(&ready), Arc::clone(&over));
        thread::spawn(move || {
            while !ended.load(Ordering::SeqCst) {
                let now = endpoints.iter().filter(|endpoint| is_ready(endpoint.probes)).copied().collect();
                *told.lock().unwrap() = now;
                thread::sleep(LATE);
            }
        });
        let ended = Arc::clone(&over);
        thread::spawn(move || {
            let turn = AtomicUsize::new(0);
            for client in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let ready = ready.lock().unwrap().clone();
                // With nobody ready the connection is closed, and the API server has no answer.
                let Some(endpoint) = ready.get(turn.fetch_add(1, Ordering::SeqCst) % ready.len().max(1)) else {
                    continue;
                };
                if let (Ok(client), Ok(server)) = (client, TcpStream::connect((Ipv4Addr::LOCALHOST, endpoint.port))) {
                    join(client, server);
                }
            }
        });
        Self { port, over }
    }

    /// Where it listens.
    pub(super) const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // One more connection, so that the listener looks.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

/// Carries bytes both ways until each side has said its last.
fn join(client: TcpStream, server: TcpStream) {
    let carry = |mut from: TcpStream, mut to: TcpStream| {
        thread::spawn(move || {
            // However it ends, the other side is told.
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    };
    carry(client.try_clone().unwrap(), server.try_clone().unwrap());
    carry(server, client);
}

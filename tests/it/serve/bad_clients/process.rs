//! A server with its certificates, what its metrics and the kernel say of it, and a good client that must not notice any of the
//! bad ones.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use serde_json::Value;

use super::super::client::{self, Identity};
use super::super::{Authority, Files, PATIENCE};
use super::wire::{self, Tls};

/// `injector serve`, until it is dropped.
pub(super) struct Server {
    pub(super) tls: SocketAddr,
    pub(super) pid: u32,
    /// Of the serving certificate and, where one is asked for, of the client's.
    authority: Authority,
    /// What a good client shows.
    identity: Identity,
    probes: SocketAddr,
    child: Child,
    _files: Files,
}

impl Server {
    /// With these flags.
    pub(super) fn start(flags: &[&str]) -> Self {
        Self::begin(flags, Authority::new(), Identity::Nobody)
    }

    /// With these flags, and for those alone who have a certificate.
    pub(super) fn start_for_clients(flags: &[&str]) -> Self {
        let authority = Authority::new();
        let identity = Identity::Known(authority.pair());
        Self::begin(flags, authority, identity)
    }

    fn begin(flags: &[&str], authority: Authority, identity: Identity) -> Self {
        let files = Files::new(&authority.pair());
        fs::write(files.path("ca.crt"), &authority.pem).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_injector"));
        command.arg("serve").args(flags).current_dir(files.folder.path()).env_clear();
        command.args(["--tls-cert=tls.crt", "--tls-key=tls.key", "--listen=127.0.0.1:0", "--probe-listen=127.0.0.1:0"]);
        if matches!(identity, Identity::Known(_)) {
            command.arg("--client-ca=ca.crt");
        }
        command.arg("--log-format=json").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let listening = listening(&mut log);
        let address = |port: &str| listening[port].as_str().unwrap().parse().unwrap();
        let (tls, probes) = (address("tls"), address("probes"));
        // Nobody reads the rest, but a pipe that nobody empties would stop the server.
        thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Self { tls, pid: child.id(), authority, identity, probes, child, _files: files }
    }

    /// A good client's side of TLS, with these protocols.
    fn client(&self, protocols: &[&[u8]]) -> Arc<ClientConfig> {
        self.client_as(&self.identity, protocols)
    }

    /// The same for a client that shows this.
    pub(super) fn client_as(&self, identity: &Identity, protocols: &[&[u8]]) -> Arc<ClientConfig> {
        client::config(&self.authority, identity, protocols)
    }

    /// A connection of HTTP/1.1.
    pub(super) fn connect(&self) -> Tls {
        self.connect_with(&[b"http/1.1"])
    }

    /// A connection of one of these protocols.
    pub(super) fn connect_with(&self, protocols: &[&[u8]]) -> Tls {
        wire::tls(self.tls, &self.client(protocols)).unwrap()
    }

    /// A sample of the metrics page, 0 where there is none yet.
    pub(super) fn metric(&self, name: &str) -> u64 {
        let mut stream = wire::tcp(self.probes);
        wire::write(&mut stream, b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let page = wire::answer(&mut stream).unwrap();
        assert_eq!(page.status, 200);
        let page = String::from_utf8(page.body).unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
        line.map_or(0, |value| value.parse().unwrap())
    }

    /// Waits until a sample is as wanted.
    ///
    /// # Panics
    ///
    /// It does not come to be.
    pub(super) fn until(&self, name: &str, wanted: impl Fn(u64) -> bool) {
        self.until_sum(&[name], wanted);
    }

    /// Waits until the sum of these samples is as wanted.
    ///
    /// # Panics
    ///
    /// It does not come to be.
    pub(super) fn until_sum(&self, names: &[&str], wanted: impl Fn(u64) -> bool) {
        let start = Instant::now();
        loop {
            let value = names.iter().map(|name| self.metric(name)).sum();
            if wanted(value) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{names:?} stay at {value}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The line of the log that says where the server listens.
fn listening(log: &mut impl BufRead) -> Value {
    let mut before = String::new();
    for line in log.lines().map_while(Result::ok) {
        match serde_json::from_str::<Value>(&line) {
            Ok(value) if value["message"] == "listening" => return value,
            _ => before += &(line + "\n"),
        }
    }
    panic!("serve has ended: {before}");
}

/// The resident set of a process, in KiB; nothing where the system does not say.
pub(super) fn memory(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// How many files this process may have open at once.
pub(super) fn descriptors() -> u64 {
    let text = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|soft| soft.parse().ok()).unwrap_or(256)
}

/// A client that sends one review after another on one connection.
pub(super) struct Good {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Good {
    /// Begins, and waits for the first answer.
    pub(super) fn begins(server: &Server, review: &[u8]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicU64::new(0));
        let request = wire::post("/mutate", review);
        let mut stream = server.connect();
        let thread = thread::spawn({
            let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
            move || {
                while !stop.load(Ordering::Relaxed) {
                    let answer = wire::exchange(&mut stream, &request).expect("a good client is served");
                    assert_eq!(answer.status, 200, "a good client is served");
                    answered.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(2));
                }
            }
        });
        let good = Self { stop, answered, thread };
        good.goes_on();
        good
    }

    /// Waits for another answer.
    pub(super) fn goes_on(&self) {
        let (start, before) = (Instant::now(), self.answered.load(Ordering::Relaxed));
        while self.answered.load(Ordering::Relaxed) == before {
            assert!(!self.thread.is_finished(), "the good client has given up");
            assert!(start.elapsed() < PATIENCE, "the good client waits");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends, after one more answer.
    pub(super) fn ends(self) {
        self.goes_on();
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}

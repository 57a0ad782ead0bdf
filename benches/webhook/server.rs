//! The servers, each a process of its own: the release binary, and the stand-ins. What the kernel says of their memory and
//! processor time.

use std::fs;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use rustls::pki_types::CertificateDer;

/// A tick of `/proc/PID/stat`: 100 a second on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// `injector serve`.
    Serve,
    /// The same listener, and a handler that reads the body and answers a constant as long as serve's answer.
    Limit,
    /// The same listener, and a handler that reads the review into a JSON value and writes it back.
    Reference,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Limit => "limit",
            Self::Reference => "reference",
        }
    }
}

/// A CA of the run's own, and the pair of files that the servers have.
pub(crate) struct Certificates {
    pub(crate) ca: CertificateDer<'static>,
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificates {
    /// Written into this folder.
    pub(crate) fn make(folder: &Path) -> Self {
        let ca_key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca = params.self_signed(&ca_key).expect("a CA");
        let issuer = rcgen::Issuer::new(params, ca_key);
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let leaf = params.signed_by(&key, &issuer).expect("a certificate");
        let paths = Self { ca: ca.der().clone(), cert: folder.join("tls.crt"), key: folder.join("tls.key") };
        fs::write(&paths.cert, leaf.pem()).expect("the certificate is written");
        fs::write(&paths.key, key.serialize_pem()).expect("the key is written");
        paths
    }
}

/// A server that runs; it is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it, and waits until it listens.
    ///
    /// Its log is read and thrown away by this process, as a container runtime reads it: writing it is part of the work.
    ///
    /// # Panics
    ///
    /// It ends, or does not listen within ten seconds; what it said is told.
    pub(crate) fn start(kind: Kind, certificates: &Certificates, answer: &Path) -> Self {
        let address = free();
        let mut command = match kind {
            Kind::Serve => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_injector"));
                command.args(["serve", "--probe-listen", &free().to_string()]);
                command
            }
            Kind::Limit | Kind::Reference => {
                let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
                command.args(["--stand-in", kind.name(), "--answer"]).arg(answer);
                command
            }
        };
        command.args(["--listen", &address.to_string()]);
        command.arg("--tls-cert").arg(&certificates.cert).arg("--tls-key").arg(&certificates.key);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the server starts");
        let said = Arc::new(Mutex::new(Vec::new()));
        let log = child.stderr.take().expect("its log is a pipe");
        let first = Arc::clone(&said);
        thread::spawn(move || drain(log, &first));
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = child.try_wait().expect("the server is waited for");
            if ended.is_some() || start.elapsed() > Duration::from_secs(10) {
                let said = said.lock().expect("nobody panics with it");
                panic!("{} does not listen: {ended:?}\n{}", kind.name(), String::from_utf8_lossy(&said));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Self { child, address }
    }

    /// Its resident set now, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        status(self.child.id(), "VmRSS:")
    }

    /// The largest that its resident set has been, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        status(self.child.id(), "VmHWM:")
    }

    /// The processor time that it has taken.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(self.child.id())
    }

    /// Does this, and samples its resident set meanwhile.
    pub(crate) fn watched<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<u64>) {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let sampler = scope.spawn(|| {
                let mut samples = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    samples.push(self.memory());
                    thread::sleep(Duration::from_millis(100));
                }
                samples
            });
            let result = work();
            done.store(true, Ordering::Relaxed);
            (result, sampler.join().expect("the sampler does not panic"))
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listened on a moment ago.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address")
}

/// Reads to the end, and keeps the first of it.
fn drain(mut log: impl Read, first: &Mutex<Vec<u8>>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match log.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => {
                let mut first = first.lock().expect("nobody panics with it");
                if first.len() < 4096 {
                    first.extend_from_slice(buffer.get(..read).unwrap_or_default());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// The processor time that a process has taken; 0 where the system does not say.
pub(crate) fn cpu_of(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second field is a name in brackets, which may hold anything; `utime` and `stime` are the 14th and 15th.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u32 = rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// A line of `/proc/PID/status`, in bytes; 0 where the system does not say.
fn status(pid: u32, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok());
    kib.unwrap_or(0) * 1024
}

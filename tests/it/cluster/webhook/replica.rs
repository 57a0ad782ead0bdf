//! The real binary, serving on the loopback.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::control_plane::free_ports;

/// How long anything may take that takes milliseconds on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process `injector serve`; dropping it kills it.
pub(super) struct Replica {
    child: Child,
    command: Vec<OsString>,
    probes: u16,
    listen: u16,
    folder: TempDir,
}

impl Replica {
    /// Starts `injector serve` with this volume of certificates and these flags, and waits until it is ready.
    pub(super) fn start<A: Into<OsString>>(volume: &Path, flags: impl IntoIterator<Item = A>) -> Self {
        let [listen, probes] = free_ports();
        let folder = tempfile::tempdir().unwrap();
        let mut command: Vec<OsString> = vec![
            "serve".into(),
            format!("--listen=127.0.0.1:{listen}").into(),
            format!("--probe-listen=127.0.0.1:{probes}").into(),
            "--tls-cert".into(),
            volume.join("tls.crt").into(),
            "--tls-key".into(),
            volume.join("tls.key").into(),
        ];
        command.extend(flags.into_iter().map(Into::into));
        let child = Self::spawn(&command, &Self::log_of(&folder));
        let mut replica = Self { child, command, probes, listen, folder };
        replica.wait_until_ready();
        replica
    }

    fn log_of(folder: &TempDir) -> PathBuf {
        folder.path().join("log")
    }

    fn spawn(command: &[OsString], log: &Path) -> Child {
        let log = File::options().create(true).append(true).open(log).unwrap();
        Command::new(env!("CARGO_BIN_EXE_injector"))
            .args(command)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    fn wait_until_ready(&mut self) {
        let end = Instant::now() + PATIENCE;
        while !self.ready() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < end, "not ready ({ended:?}):\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The port for reviews.
    pub(super) const fn port(&self) -> u16 {
        self.listen
    }

    /// The port for probes.
    pub(super) const fn probes(&self) -> u16 {
        self.probes
    }

    /// What `/readyz` says.
    pub(super) fn ready(&self) -> bool {
        is_ready(self.probes)
    }

    /// The value of the series that is written like this, 0 where there is none.
    pub(super) fn metric(&self, series: &str) -> f64 {
        let text = get(self.probes, "/metrics").unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    }

    /// The sum of all series of this name.
    pub(super) fn total(&self, name: &str) -> usize {
        let text = get(self.probes, "/metrics").unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{')?.rsplit(' ').next());
        lines.map(|value| value.parse::<usize>().unwrap()).sum()
    }

    /// What it has said on standard error.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(Self::log_of(&self.folder)).unwrap_or_default()
    }

    /// SIGTERM, the end with status 0, and another process in its place.
    pub(super) fn restart(&mut self) {
        self.terminate();
        self.child = Self::spawn(&self.command, &Self::log_of(&self.folder));
        self.wait_until_ready();
    }

    /// SIGTERM, and the end with status 0.
    pub(super) fn terminate(&mut self) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether `/readyz` on this port is answered with 200.
pub(super) fn is_ready(probes: u16) -> bool {
    get(probes, "/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

/// A GET; head and body of the answer.
fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

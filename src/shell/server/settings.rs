//! The settings of the transport: addresses, files and time limits. Nothing is opened here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of a server.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The TLS port; port 0 for a free one.
    pub listen: SocketAddr,
    /// The plain port for probes and metrics; port 0 for a free one.
    pub probe_listen: SocketAddr,
    /// The files of certificates.
    pub tls: TlsFiles,
    /// The limits of connections.
    pub limits: ConnectionLimits,
    /// How the server ends.
    pub drain: Drain,
    /// How often files are read to see whether they changed.
    pub reload_interval: Duration,
}

/// The files of certificates, all PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The serving certificate, and the intermediates behind it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The CAs of clients. With it, the handshake requires a certificate from one of them.
    pub client_ca: Option<PathBuf>,
}

/// The limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections to the TLS port at a time; more are closed at once.
    pub max_connections: usize,
    /// The longest time from the connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// The longest time from the first byte of a request to the end of its header.
    pub header: Duration,
    /// The longest time without a request. It is longer than the 90 seconds after which a Go client closes an idle connection.
    /// If the server closed first, a POST could be on its way, and a client that does not know whether it arrived does not
    /// send it again.
    pub idle: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            max_connections: 1024,
            handshake: Duration::from_secs(5),
            header: Duration::from_secs(10),
            idle: Duration::from_secs(120),
        }
    }
}

/// How the process ends.
#[derive(Clone, Copy, Debug)]
pub struct Drain {
    /// How long to go on serving after the signal to end, until the whole cluster knows that the pod ends.
    pub delay: Duration,
    /// How long to wait after that for requests in flight.
    pub timeout: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self { delay: Duration::from_secs(5), timeout: Duration::from_secs(20) }
    }
}

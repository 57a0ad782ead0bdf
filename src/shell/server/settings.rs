//! What the transport has to know, resolved: addresses, files and time limits. Values only; nothing is opened here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that [`super::bind`] is about.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The TLS port; port 0 for a free one.
    pub listen: SocketAddr,
    /// The plain port for probes and metrics; port 0 for a free one.
    pub probe_listen: SocketAddr,
    /// Certificates.
    pub tls: TlsFiles,
    /// How many connections, and how long they may take.
    pub limits: ConnectionLimits,
    /// How it ends.
    pub drain: Drain,
    /// How often the content of files is looked at.
    pub reload_interval: Duration,
}

/// The files of certificates, all PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The serving certificate, and the intermediates behind it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The CAs of clients. With it, nobody gets past the handshake without a certificate from one of them.
    pub client_ca: Option<PathBuf>,
}

/// The limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections to the TLS port at a time; more are closed at once.
    pub max_connections: usize,
    /// From the connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its header.
    pub header: Duration,
    /// Without a request. Longer than the 90 seconds after which a Go client closes an idle connection: where the server
    /// closes first, a POST may be on its way, and a client that cannot know whether it was seen does not send it again.
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
    /// How long to serve on after the process was told to end: until the cluster has heard of it.
    pub delay: Duration,
    /// How long to wait for what is in flight after that.
    pub timeout: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self { delay: Duration::from_secs(5), timeout: Duration::from_secs(20) }
    }
}

//! Ports: bound, and emptied of connections as fast as they come. Only their number and the TLS handshake decide which of
//! them may stay; nothing that a client sends is read here.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::connection::{self, Protocol};
use super::metrics::{Connection, Cut, Metrics};
use super::settings::ConnectionLimits;
use super::shutdown::{Shutdown, Stage};
use super::tls::Tls;

/// How many connections the system holds for the server: an API server that restarts opens hundreds at once.
const BACKLOG: u32 = 1024;

/// Connections to the probe port at a time: kubelet, and a few that scrape metrics.
pub(super) const PROBES: usize = 64;

/// How long a connection to the probe port may stay silent.
const PROBE_IDLE: Duration = Duration::from_secs(3);

/// A listening socket on this address. `[::]` takes IPv4 too, and means 0.0.0.0 where the system has no IPv6.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let any_v6 = address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    match listen_on(address) {
        Err(error) if any_v6 && no_ipv6(&error) => listen_on((Ipv4Addr::UNSPECIFIED, address.port()).into()),
        outcome => outcome,
    }
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if address.is_ipv6() {
        // A node may have `net.ipv6.bindv6only=1`.
        SockRef::from(&socket).set_only_v6(false)?;
    }
    // The port of a process that has just ended is free at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Whether a system without IPv6 gives this error: `socket` fails where the kernel was built or started without it, `bind`
/// where it was disabled later (`net.ipv6.conf.all.disable_ipv6`).
fn no_ipv6(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(ADDRESS_FAMILY_NOT_SUPPORTED)
}

/// `EAFNOSUPPORT` and its like, which std does not name.
const ADDRESS_FAMILY_NOT_SUPPORTED: i32 = if cfg!(windows) {
    10047
} else if cfg!(target_os = "linux") {
    97
} else {
    47
};

/// Accepts until the server stops, and returns the connections that are still open then.
async fn accept<F>(
    listener: TcpListener,
    most: usize,
    shutdown: &Shutdown,
    refused: impl Fn(SocketAddr),
    serve: impl Fn(TcpStream, SocketAddr, OwnedSemaphorePermit) -> F,
) -> JoinSet<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(most));
    let mut open = JoinSet::new();
    let mut pause = Pause::default();
    let begin = |open: &mut JoinSet<()>, (stream, peer): (TcpStream, SocketAddr)| match Arc::clone(&permits)
        .try_acquire_owned()
    {
        Ok(permit) => {
            prepare(&stream);
            open.spawn(serve(stream, peer, permit));
        }
        Err(_) => refused(peer),
    };
    let mut stop = std::pin::pin!(shutdown.reached(Stage::Stopping));
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(ended) = open.join_next(), if !open.is_empty() => {
                if let Err(error) = ended && error.is_panic() {
                    tracing::error!("a connection ended in a panic: this is a bug of injector");
                }
            }
            accepted = listener.accept() => match accepted {
                Ok(accepted) => {
                    pause.over();
                    begin(&mut open, accepted);
                }
                Err(error) if of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections; trying again");
                    tokio::time::sleep(pause.next()).await;
                }
            }
        }
    }
    // Connections that the system has accepted already would be cut off with the socket.
    while let Some(accepted) = poll_fn(|cx| match listener.poll_accept(cx) {
        Poll::Ready(Ok(accepted)) => Poll::Ready(Some(accepted)),
        Poll::Ready(Err(_)) | Poll::Pending => Poll::Ready(None),
    })
    .await
    {
        begin(&mut open, accepted);
    }
    open
}

/// Whether an error is about the one connection that was being accepted, and not about the port.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// How long to wait before the next try, where the system is out of a resource: twice as long each time, up to 640 ms.
#[derive(Debug, Default)]
struct Pause(u32);

impl Pause {
    const fn over(&mut self) {
        self.0 = 0;
    }

    fn next(&mut self) -> Duration {
        let pause = Duration::from_millis(5 << self.0);
        self.0 = (self.0 + 1).min(7);
        pause
    }
}

fn prepare(stream: &TcpStream) {
    // Neither is needed to serve.
    let _ = stream.set_nodelay(true);
    let probes = TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(15));
    let _ = SockRef::from(stream).set_tcp_keepalive(&probes);
}

/// What a port's connections have in common.
#[derive(Clone, Debug)]
pub(super) struct Port {
    pub(super) app: Router,
    pub(super) limits: ConnectionLimits,
    pub(super) metrics: Arc<Metrics>,
    pub(super) shutdown: Shutdown,
}

impl Port {
    /// The TLS port.
    pub(super) async fn accept_tls(self, listener: TcpListener, tls: Arc<Tls>) -> JoinSet<()> {
        let refused = |peer| {
            self.metrics.connection(Connection::refused);
            tracing::debug!(%peer, "refused: too many connections");
        };
        accept(listener, self.limits.max_connections, &self.shutdown, refused, |stream, peer, permit| {
            let (port, tls) = (self.clone(), Arc::clone(&tls));
            async move {
                let counted = Counted::new(Arc::clone(&port.metrics));
                port.serve_tls(stream, peer, &tls).await;
                drop((counted, permit));
            }
        })
        .await
    }

    /// The plain port.
    pub(super) async fn accept_plain(self, listener: TcpListener) -> JoinSet<()> {
        let refused = |peer| tracing::debug!(%peer, "refused: too many connections to the probe port");
        accept(listener, PROBES, &self.shutdown, refused, |stream, _, permit| {
            let Self { app, limits, shutdown, .. } = self.clone();
            // Kubelet opens a connection for each probe: silent connections must not keep it out.
            let limits = ConnectionLimits { idle: limits.idle.min(PROBE_IDLE), ..limits };
            async move {
                connection::serve(stream, Protocol::Http1, app, limits, shutdown).await;
                drop(permit);
            }
        })
        .await
    }

    async fn serve_tls(self, stream: TcpStream, peer: SocketAddr, tls: &Tls) {
        let handshake = TlsAcceptor::from(tls.config()).accept(stream);
        let stream = match timeout(self.limits.handshake, handshake).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                self.metrics.connection(Connection::handshake_failed);
                if is_alert(&error) {
                    // Most often, `caBundle` in the webhook configuration has another CA than the certificate's.
                    tracing::warn!(%peer, %error, "the client refused the TLS handshake: does `caBundle` in the webhook configuration match the certificate?");
                } else {
                    tracing::debug!(%peer, %error, "the TLS handshake failed");
                }
                return;
            }
            Err(_) => {
                self.metrics.connection(Connection::handshake_timeout);
                tracing::debug!(%peer, "the TLS handshake took too long");
                return;
            }
        };
        self.metrics.connection(Connection::accepted);
        let protocol = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Protocol::Http2,
            _ => Protocol::Http1,
        };
        let cut = connection::serve(stream, protocol, self.app, self.limits, self.shutdown).await;
        if let Some(cut) = cut {
            self.metrics.cut(cut);
            if cut != Cut::idle {
                tracing::debug!(%peer, reason = cut.name(), "cut off");
            }
        }
    }
}

fn is_alert(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::AlertReceived(_)))
}

/// An open connection in the metrics.
struct Counted(Arc<Metrics>);

impl Counted {
    fn new(metrics: Arc<Metrics>) -> Self {
        metrics.connections.inc();
        Self(metrics)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.connections.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_its_limit_and_starts_again() {
        let mut pause = Pause::default();
        let all: Vec<u128> = (0..10).map(|_| pause.next().as_millis()).collect();
        assert_eq!(all, [5, 10, 20, 40, 80, 160, 320, 640, 640, 640]);
        pause.over();
        assert_eq!(pause.next().as_millis(), 5);
    }
    #[test]
    fn only_an_address_family_that_is_missing_means_no_ipv6() {
        for (error, expected) in [
            (io::Error::from_raw_os_error(ADDRESS_FAMILY_NOT_SUPPORTED), true),
            (io::ErrorKind::AddrNotAvailable.into(), true),
            (io::ErrorKind::AddrInUse.into(), false),
            (io::ErrorKind::PermissionDenied.into(), false),
        ] {
            assert_eq!(no_ipv6(&error), expected, "{error}");
        }
    }

    #[tokio::test]
    async fn every_address_of_both_families_is_reached() {
        let listener = listen((Ipv6Addr::UNSPECIFIED, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        TcpStream::connect((Ipv4Addr::LOCALHOST, address.port())).await.unwrap();
        if address.is_ipv6() {
            TcpStream::connect((Ipv6Addr::LOCALHOST, address.port())).await.unwrap();
        }
    }
}

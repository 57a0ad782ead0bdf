//! Certificates that change while requests come in, replaced in every way that is known.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tempfile::TempDir;
use tokio::task::JoinSet;

use injector::internals::shell::server::settings::TlsFiles;

use super::client::Client;
use super::{Authority, Files, Identity, Pair, Server, eventually, settings};

const SUCCESS: &str = "injector_reloads_total{what=\"certificate\",result=\"success\"}";
const FAILURE: &str = "injector_reloads_total{what=\"certificate\",result=\"failure\"}";

fn der(pair: &Pair) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()
}

/// Connects until this certificate is shown.
async fn served(server: &Server, authority: &Authority, pair: &Pair) {
    let expected = der(pair);
    eventually("the new certificate is shown", async || {
        (server.client(authority).await.shown() == expected).then_some(())
    })
    .await;
}

/// A Secret volume, as kubelet keeps it: `tls.crt` is a link to `..data/tls.crt`, and `..data` one to a folder with a
/// time for its name (Kubernetes, `pkg/volume/util/atomic_writer.go`).
struct Volume {
    folder: TempDir,
    version: usize,
}

impl Volume {
    fn new(pair: &Pair) -> Self {
        let mut volume = Self { folder: TempDir::new().unwrap(), version: 0 };
        volume.swap(pair);
        for name in ["tls.crt", "tls.key"] {
            symlink(Path::new("..data").join(name), volume.folder.path().join(name)).unwrap();
        }
        volume
    }

    fn swap(&mut self, pair: &Pair) {
        let old = fs::read_link(self.folder.path().join("..data")).ok();
        self.version += 1;
        let name = format!("..2026_11_21_12_00_00.{:010}", self.version);
        let new = self.folder.path().join(&name);
        fs::create_dir(&new).unwrap();
        fs::write(new.join("tls.crt"), &pair.certificate).unwrap();
        fs::write(new.join("tls.key"), &pair.key).unwrap();
        symlink(&name, self.folder.path().join("..data_tmp")).unwrap();
        fs::rename(self.folder.path().join("..data_tmp"), self.folder.path().join("..data")).unwrap();
        if let Some(old) = old {
            fs::remove_dir_all(self.folder.path().join(old)).unwrap();
        }
    }

    fn tls(&self) -> TlsFiles {
        let path = |name: &str| self.folder.path().join(name);
        TlsFiles { certificate: path("tls.crt"), key: path("tls.key"), client_ca: None }
    }
}

/// Clients that ask without a pause, on kept connections and on new ones. Each failure is one too many.
struct Load {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Load {
    fn start(server: &Server, authority: &Arc<Authority>) -> Self {
        let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for kept in [1, 1, 50, 50] {
            let (stop, count, address) = (Arc::clone(&stop), Arc::clone(&count), server.address);
            let authority = Arc::clone(authority);
            tasks.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let mut client = Client::connect(address, &authority, &Identity::Nobody).await.unwrap();
                    for _ in 0..kept {
                        let answer = client.post("/echo", "load").await.unwrap();
                        assert_eq!((answer.status, answer.body.as_str()), (200, "load"));
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        Self { stop, count, tasks }
    }

    async fn end(mut self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("no request fails");
        }
        self.count.load(Ordering::Relaxed)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_volume_rotates_under_load_and_no_request_fails() {
    let authority = Arc::new(Authority::new());
    let mut volume = Volume::new(&authority.pair());
    let server = Server::start(settings(volume.tls()));
    let load = Load::start(&server, &authority);
    for _ in 0..5 {
        let next = authority.pair();
        volume.swap(&next);
        served(&server, &authority, &next).await;
    }
    assert!(load.end().await > 0);
    assert_eq!((server.metric(SUCCESS), server.metric(FAILURE)), (5.0, 0.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renames_and_writes_in_place_count_too() {
    let authority = Arc::new(Authority::new());
    let files = Files::new(&authority.pair());
    let server = Server::start(settings(files.tls()));
    let load = Load::start(&server, &authority);
    for _ in 0..2 {
        let next = authority.pair();
        files.write(&next);
        served(&server, &authority, &next).await;
        let next = authority.pair();
        for (name, content) in [("tls.key", &next.key), ("tls.crt", &next.certificate)] {
            fs::write(files.path("new"), content).unwrap();
            fs::rename(files.path("new"), files.path(name)).unwrap();
        }
        served(&server, &authority, &next).await;
    }
    assert!(load.end().await > 0);
}

#[tokio::test]
async fn what_cannot_be_used_is_kept_out_and_counted_once() {
    let authority = Arc::new(Authority::new());
    let first = authority.pair();
    let files = Files::new(&first);
    let server = Server::start(settings(files.tls()));
    let other = authority.pair();
    let past = SystemTime::now() - Duration::from_secs(60);
    let bad = [
        Pair { certificate: "none".to_owned(), ..first.clone() },
        Pair { key: "none".to_owned(), ..first.clone() },
        Pair { key: other.key.clone(), ..first.clone() },
        authority.expiring(past),
    ];
    let mut told = 0.0;
    for pair in &bad {
        files.write(pair);
        told += 1.0;
        server.metric_reaches(FAILURE, told).await;
        assert_eq!(server.client(&authority).await.shown(), der(&first));
    }
    fs::remove_file(files.path("tls.crt")).unwrap();
    told += 1.0;
    server.metric_reaches(FAILURE, told).await;
    assert_eq!(server.client(&authority).await.shown(), der(&first));
    let expiry = "injector_certificate_expiry_timestamp_seconds";
    let before = server.metric(expiry);
    let next = authority.expiring(SystemTime::now() + Duration::from_secs(7200));
    files.write(&next);
    served(&server, &authority, &next).await;
    assert_eq!((server.metric(SUCCESS), server.metric(FAILURE)), (1.0, told), "each was counted once");
    assert!(server.metric(expiry) > before + 3000.0);
}

#[tokio::test]
async fn a_connection_keeps_what_it_began_with() {
    let authority = Arc::new(Authority::new());
    let files = Files::new(&authority.pair());
    let server = Server::start(settings(files.tls()));
    let mut client = server.client(&authority).await;
    for _ in 0..3 {
        let next = authority.pair();
        files.write(&next);
        served(&server, &authority, &next).await;
        assert_eq!(client.post("/echo", "a").await.unwrap().body, "a");
    }
}

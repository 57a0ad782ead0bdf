//! A control plane for one test: etcd, kube-apiserver and kube-controller-manager from `KUBEBUILDER_ASSETS`, on free
//! ports of the loopback. There are no nodes, so nothing runs: pods stay pending.
//!
//! Nothing outlives the test binary, however it ends: each server has a shell beside it that kills it when the pipe
//! from the test closes.

#![allow(dead_code, reason = "a harness offers what a test may need")]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
#[cfg(feature = "serve")]
use std::net::SocketAddr;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long the servers may take to be ready; they take about five seconds on a machine that does nothing else.
const START: Duration = Duration::from_secs(120);

/// Without the controller that checks the types in admission policies: each that comes costs it half a minute.
const MOST_CONTROLLERS: &str = "*,-nodelifecycle,-validatingadmissionpolicy-status-controller";

const WITHOUT_ACCOUNTS: [&str; 2] = ["--disable-admission-plugins", "ServiceAccount"];

/// How long a controller may take to do its work.
const SETTLE: Duration = Duration::from_secs(60);

/// Runs the server that is its arguments until the pipe on standard input closes.
const GUARD: &str =
    r#"exec 3<&0; "$@" </dev/null 3<&- & server=$!; cat <&3 >/dev/null; kill -9 "$server"; wait "$server""#;

/// The token of an administrator.
pub(crate) const TOKEN: &str = "token-of-a-test";

/// A running control plane; dropping it ends it.
pub(crate) struct ControlPlane {
    // Dropped in this order: the servers end before their folder goes.
    servers: Vec<Server>,
    kubectl: PathBuf,
    #[cfg(feature = "serve")]
    secure: u16,
    folder: TempDir,
}

/// What a run of kubectl gave.
#[derive(Debug)]
pub(crate) struct Kubectl {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

struct Server {
    name: &'static str,
    guard: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // Nothing could be done about an error, and a panic while another unwinds would abort.
        let _ = self.guard.wait();
    }
}

impl ControlPlane {
    /// Starts one from the binaries of `assets` and waits until it is ready. Pods need no ServiceAccount.
    pub(crate) fn start(assets: &Path) -> Self {
        Self::start_with(assets, &[])
    }

    /// The same, with these flags of kube-apiserver beside its own.
    pub(crate) fn start_with(assets: &Path, flags: &[&str]) -> Self {
        Self::with(assets, WITHOUT_ACCOUNTS, MOST_CONTROLLERS, flags)
    }

    /// Starts one that gives each pod what its ServiceAccount has, as clusters do. A pod waits for its account.
    pub(crate) fn start_with_service_accounts(assets: &Path) -> Self {
        Self::with(assets, ["--enable-admission-plugins", "ServiceAccount"], MOST_CONTROLLERS, &[])
    }

    /// Starts one that checks the types in admission policies, which takes its controller half a minute for each.
    pub(crate) fn start_with_type_checks(assets: &Path) -> Self {
        Self::with(assets, WITHOUT_ACCOUNTS, "*,-nodelifecycle", &[])
    }

    fn with(assets: &Path, plugins: [&str; 2], controllers: &str, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [client, peer, secure, manager] = free_ports();
        let mut plane = Self {
            servers: Vec::new(),
            kubectl: assets.join("kubectl"),
            #[cfg(feature = "serve")]
            secure,
            folder,
        };
        let path = |name: &str| plane.folder.path().join(name).to_str().unwrap().to_owned();
        let (key, tokens, kubeconfig) = (path("sa.key"), path("tokens.csv"), path("kubeconfig"));
        let made = Command::new("openssl").args(["genrsa", "-out", &key, "2048"]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        fs::write(&tokens, format!("{TOKEN},admin,admin,\"system:masters\"\n")).unwrap();
        fs::write(&kubeconfig, kubeconfig_of(secure)).unwrap();
        let (data, certificates) = (path("etcd"), path("certificates"));
        let (client, peer) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
        let etcd = [
            ["--data-dir", &data],
            ["--listen-client-urls", &client],
            ["--advertise-client-urls", &client],
            ["--listen-peer-urls", &peer],
            ["--initial-advertise-peer-urls", &peer],
            ["--initial-cluster", &format!("default={peer}")],
            ["--log-level", "error"],
        ];
        let apiserver = [
            ["--etcd-servers", &client],
            ["--cert-dir", &certificates],
            ["--bind-address", "127.0.0.1"],
            ["--secure-port", &secure.to_string()],
            ["--service-account-key-file", &key],
            ["--service-account-signing-key-file", &key],
            ["--service-account-issuer", "https://kubernetes.default.svc"],
            ["--token-auth-file", &tokens],
            ["--authorization-mode", "RBAC"],
            ["--service-cluster-ip-range", "10.0.0.0/24"],
            plugins,
        ];
        let controllers = [
            ["--kubeconfig", &kubeconfig],
            ["--bind-address", "127.0.0.1"],
            ["--secure-port", &manager.to_string()],
            ["--controllers", controllers],
            ["--service-account-private-key-file", &key],
        ];
        plane.serve(assets, "etcd", etcd.concat(), "--unsafe-no-fsync");
        plane.serve(assets, "kube-apiserver", [&apiserver.concat(), flags].concat(), "--allow-privileged");
        plane.wait_until_ready();
        plane.serve(assets, "kube-controller-manager", controllers.concat(), "--leader-elect=false");
        plane
    }

    fn serve(&mut self, assets: &Path, name: &'static str, flags: Vec<&str>, flag: &str) {
        let log = File::create(self.log(name)).unwrap();
        let guard = Command::new("/bin/sh")
            .args(["-c", GUARD, "guard"])
            .arg(assets.join(name))
            .args(flags)
            .arg(flag)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.servers.push(Server { name, guard });
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    fn wait_until_ready(&self) {
        let end = Instant::now() + START;
        while self.kubectl(["get", "--raw", "/readyz"], "").stdout != "ok" {
            assert!(Instant::now() < end, "the API server is not ready after {START:?}\n{}", self.logs());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// The end of each server's log.
    fn logs(&self) -> String {
        let end = |server: &Server| {
            let log = fs::read_to_string(self.log(server.name)).unwrap_or_default();
            let lines: Vec<_> = log.lines().rev().take(15).collect();
            format!("--- {}\n{}\n", server.name, lines.into_iter().rev().collect::<Vec<_>>().join("\n"))
        };
        self.servers.iter().map(end).collect()
    }

    /// Where the API server is.
    #[cfg(feature = "serve")]
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.secure).into()
    }

    /// The API server's certificate and its CA, as PEM.
    #[cfg(feature = "serve")]
    pub(crate) fn certificates(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("certificates/apiserver.crt")).unwrap()
    }

    /// The file with which kubectl finds the API server.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// `kubectl ARGS…` with `stdin` on its standard input.
    pub(crate) fn kubectl<A: Into<OsString>>(
        &self,
        args: impl IntoIterator<Item = A>,
        stdin: impl AsRef<[u8]>,
    ) -> Kubectl {
        let mut child = Command::new(&self.kubectl)
            .args(["--kubeconfig".into(), self.kubeconfig().into_os_string()])
            .arg("--request-timeout=120s") // an API server compiles a large policy before it answers
            .args(args.into_iter().map(Into::into))
            .env("HOME", self.folder.path())
            .env_remove("KUBECONFIG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let input = stdin.as_ref().to_vec();
        // kubectl may end before it has read everything.
        let writer = thread::spawn(move || drop(pipe.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Kubectl { success: output.status.success(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// `kubectl ARGS…`, which has to succeed; its standard output.
    pub(crate) fn ok(&self, args: &str, stdin: impl AsRef<[u8]>) -> String {
        let ran = self.kubectl(args.split_whitespace(), stdin);
        assert!(ran.success, "kubectl {args}: {ran:#?}");
        ran.stdout
    }

    /// `kubectl get ARGS… -o json`.
    pub(crate) fn get(&self, args: &str) -> Value {
        serde_json::from_str(&self.ok(&format!("get {args} -o json"), "")).unwrap()
    }

    /// A new namespace with these labels (`k=v`).
    pub(crate) fn namespace(&self, name: &str, labels: &[&str]) {
        self.ok(&format!("create namespace {name}"), "");
        if !labels.is_empty() {
            self.ok(&format!("label namespace {name} {}", labels.join(" ")), "");
        }
    }

    /// Asks until there is an answer, which a controller may take a while to bring about.
    pub(crate) fn eventually<T>(&self, what: &str, ask: impl Fn() -> Option<T>) -> T {
        self.within(SETTLE, what, ask)
    }

    /// The same for what may take so long.
    pub(crate) fn within<T>(&self, most: Duration, what: &str, ask: impl Fn() -> Option<T>) -> T {
        let end = Instant::now() + most;
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            assert!(Instant::now() < end, "not so after {most:?}: {what}\n{}", self.logs());
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Ports that were free a moment ago, all different.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

fn kubeconfig_of(port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {{server: 'https://127.0.0.1:{port}', insecure-skip-tls-verify: true}}
users:
- name: admin
  user: {{token: {TOKEN}}}
contexts:
- name: test
  context: {{cluster: test, user: admin}}
current-context: test
"
    )
}

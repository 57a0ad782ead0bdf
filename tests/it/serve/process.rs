//! The real binary: its start, its errors, its signals, and the profiles that it reloads.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::client::Client;
use super::{Authority, Files, Identity, Pair, eventually};
use crate::support::{Run, injector};

/// `injector serve`, running. It is killed when the test is over.
struct Process {
    child: Child,
    /// What it has logged.
    lines: Arc<Mutex<Vec<Value>>>,
    address: SocketAddr,
    probe_address: SocketAddr,
}

impl Process {
    /// With the pair in `files`, on free ports, with JSON logs.
    async fn start(files: &Files, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_injector"));
        command.arg("serve").args(args).current_dir(files.folder.path()).env_clear();
        command.env("INJECTOR_TLS_CERT", "tls.crt").env("INJECTOR_TLS_KEY", "tls.key");
        command.env("INJECTOR_LISTEN", "127.0.0.1:0").env("INJECTOR_PROBE_LISTEN", "127.0.0.1:0");
        command.env("INJECTOR_LOG_FORMAT", "json").env("INJECTOR_RELOAD_INTERVAL", "20ms").envs(env.iter().copied());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (to, from) = (Arc::clone(&lines), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            for line in from.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or_else(|_| json!({ "no JSON": line }));
                to.lock().unwrap().push(line);
            }
        });
        let unbound = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut process = Self { child, lines, address: unbound, probe_address: unbound };
        let listening = process.logged("listening").await;
        process.address = listening["tls"].as_str().unwrap().parse().unwrap();
        process.probe_address = listening["probes"].as_str().unwrap().parse().unwrap();
        process
    }

    /// Waits for a line with this message.
    async fn logged(&self, message: &str) -> Value {
        eventually(message, async || self.lines.lock().unwrap().iter().find(|line| line["message"] == message).cloned())
            .await
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Its exit status, and what it wrote to standard output.
    async fn ended(mut self) -> (Option<i32>, String) {
        let status = eventually("the process ends", async || self.child.try_wait().unwrap()).await;
        let stdout = std::io::read_to_string(self.child.stdout.take().unwrap()).unwrap();
        (status.code(), stdout)
    }

    async fn probe(&self, path: &str) -> String {
        let mut client = Client::on(TcpStream::connect(self.probe_address).await.unwrap());
        client.get(path).await.unwrap().body
    }

    async fn client(&self, authority: &Authority) -> Client {
        Client::connect(self.address, authority, &Identity::Nobody).await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn review(uid: &str) -> String {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "prod"},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    });
    let request = json!({
        "uid": uid, "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "namespace": "prod", "name": "web", "operation": "CREATE", "object": pod, "dryRun": false,
    });
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).to_string()
}

/// Posts a review as an API server does.
async fn asked(client: &mut Client, path: &str, uid: &str) -> Value {
    let body = review(uid);
    let length = body.len();
    let head = format!("POST {path}?timeout=5s HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n");
    client.send(format!("{head}content-length: {length}\r\n\r\n{body}")).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn a_review_is_answered_logged_and_counted() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let process = Process::start(&files, &[], &[("INJECTOR_DRAIN_DELAY", "0s")]).await;
    let mut client = process.client(&authority).await;
    for (path, uid) in [("/mutate", "a"), ("/mutation/pod", "b"), ("/inject", "c")] {
        let answer = asked(&mut client, path, uid).await;
        assert_eq!(answer["response"]["uid"], uid);
        assert!(answer["response"]["patch"].is_string(), "{answer}");
    }
    assert_eq!(process.logged("injecting").await["profiles"], "cortexflow");
    let certificate = process.logged("certificate").await;
    assert_eq!(certificate["names"], "localhost,127.0.0.1");
    let blind = "pods in a namespace that opts out are injected, because the webhook cannot see the annotations and labels of \
                 namespaces: use `--watch-namespaces`";
    assert_eq!(process.logged(blind).await["rule"], "namespace-opted-out");
    assert_eq!(process.logged("answered").await["uid"], "a");
    let page = process.probe("/metrics").await;
    assert!(page.contains("injector_requests_total{code=\"200\"} 3\n"), "{page}");
    process.signal("TERM");
    assert_eq!(process.ended().await, (Some(0), String::new()));
}

#[tokio::test]
async fn a_flag_wins_over_its_variable_and_several_profiles_fit_in_one() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let env = [("INJECTOR_PROFILE", "nginx,cortexflow"), ("INJECTOR_LOG_LEVEL", "error")];
    let process = Process::start(&files, &["--log-level", "info"], &env).await;
    assert_eq!(process.logged("injecting").await["profiles"], "nginx,cortexflow");
}

#[tokio::test]
async fn the_first_signal_drains_and_the_second_ends_at_once() {
    for [first, second] in [["TERM", "TERM"], ["INT", "TERM"]] {
        let authority = Authority::new();
        let files = Files::new(&authority.pair());
        let process = Process::start(&files, &[], &[("INJECTOR_DRAIN_DELAY", "1h")]).await;
        let mut client = process.client(&authority).await;
        process.signal(first);
        process.logged("draining").await;
        // The line comes before the task that serves has heard of the signal.
        let not_ready = async {
            while !process.probe("/readyz").await.contains("draining") {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), not_ready).await.expect("`/readyz` says that it drains");
        assert!(asked(&mut client, "/mutate", "late").await["response"]["allowed"].as_bool().unwrap());
        process.signal(second);
        assert_eq!(process.ended().await, (Some(2), String::new()));
    }
}

#[tokio::test]
async fn profiles_are_reloaded_and_a_bad_one_is_kept_out() {
    let authority = Authority::new();
    let files = Files::new(&authority.pair());
    let starter = injector(["profile", "init", "mine"]).succeeds().stdout;
    fs::write(files.path("mine.yaml"), &starter).unwrap();
    let process = Process::start(&files, &["-p", "mine.yaml"], &[]).await;
    fs::write(files.path("mine.yaml"), starter.replace("kind:", "kin:")).unwrap();
    let line = process.logged("not reloaded: the old one stays in use").await;
    assert_eq!(line["what"], "profiles");
    assert!(line["error"].as_str().unwrap().starts_with("error: mine.yaml:"), "{line}");
    asked(&mut process.client(&authority).await, "/mutate/mine", "still").await;
    fs::write(files.path("mine.yaml"), format!("{starter}\n# changed\n")).unwrap();
    process.logged("reloaded").await;
    let page = process.probe("/metrics").await;
    for result in ["success", "failure"] {
        let series = format!("injector_reloads_total{{what=\"profiles\",result=\"{result}\"}} 1\n");
        assert!(page.contains(&series), "{page}");
    }
}

/// `serve` in a folder with a pair; it is expected to fail.
fn refused(pair: &Pair, args: &[&str]) -> Run {
    let always = ["serve", "--listen=127.0.0.1:0", "--probe-listen=127.0.0.1:0"];
    let run = injector(always.iter().chain(args)).file("tls.crt", &pair.certificate);
    run.file("tls.key", &pair.key).file("text", "text")
}

#[test]
fn a_start_that_fails_says_why() {
    let authority = Authority::new();
    let (pair, other) = (authority.pair(), authority.pair());
    let said = |args: &[&str]| refused(&pair, args).file("other.key", &other.key).fails().stderr;
    assert_snapshot!(said(&[]), @"
    error: the following required arguments were not provided:
      --tls-cert <FILE>
      --tls-key <FILE>

    Usage: injector serve --tls-cert <FILE> --tls-key <FILE> --listen <IP:PORT> --probe-listen <IP:PORT>

    For more information, try '--help'.
    ");
    assert_snapshot!(said(&["--tls-cert=tls.crt", "--tls-key=gone.key"]), @"error: gone.key: cannot read the private key: there is no such file");
    assert_snapshot!(said(&["--tls-cert=text", "--tls-key=tls.key"]), @"error: text: it contains no certificate in PEM");
    assert_snapshot!(said(&["--tls-cert=tls.key", "--tls-key=tls.crt"]), @"
    error: tls.key: it contains no certificate in PEM
      hint: it contains a private key: are the two files exchanged?
    ");
    assert_snapshot!(said(&["--tls-cert=tls.crt", "--tls-key=other.key"]), @"
    error: tls.crt: the key in `other.key` does not belong to the certificate `localhost`
      hint: give the key with which the certificate was made
    ");
    assert_snapshot!(said(&["--tls-cert=tls.crt", "--tls-key=tls.key", "--client-ca=text"]), @"error: text: it contains no client CA in PEM");
    assert_snapshot!(said(&["--tls-cert=tls.crt", "--tls-key=tls.key", "-p=unknown"]), @"
    error: there is no built-in profile `unknown`
      hint: the built-in profiles are cortexflow, nginx, curl, istio, linkerd, otel-java, otel-nodejs, otel-python, otel-collector, fluent-bit, vault-agent, cloud-sql-proxy, oauth2-proxy, dapr, k8tz; a file needs a `/` or the ending `.yaml`
    ");
    assert_snapshot!(said(&["--tls-cert=tls.crt", "--tls-key=tls.key", "--idle-timeout=90"]), @"
    error: invalid value '90' for '--idle-timeout <TIME>': not a time such as `500ms`, `10s` or `1m30s`, at most a day

    For more information, try '--help'.
    ");
    assert_snapshot!(said(&["--tls-cert=tls.crt", "--tls-key=tls.key", "--max-in-flight=0"]), @"
    error: invalid value '0' for '--max-in-flight <N>': not a number from 1 to 1000000

    For more information, try '--help'.
    ");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let flag = format!("--probe-listen=127.0.0.1:{port}");
    let run = injector(["serve", "--listen=127.0.0.1:0", "--tls-cert=tls.crt", "--tls-key=tls.key", &flag]);
    let ran = run.file("tls.crt", &pair.certificate).file("tls.key", &pair.key).fails();
    assert_snapshot!(ran.stderr.replace(&port, "[PORT]"), @"
    error: cannot listen on `127.0.0.1:[PORT]`: the port is in use
      hint: give another port with `--probe-listen`; 0 is any free port
    ");
}

#[test]
fn an_expired_certificate_is_refused() {
    let expired = Authority::new().expiring(std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let ran = refused(&expired, &["--tls-cert=tls.crt", "--tls-key=tls.key"]).fails();
    assert_snapshot!(ran.stderr, @"
    error: tls.crt: the certificate `localhost` expired at 2023-11-14T22:13:20Z
      hint: renew it: no API server accepts it
    ");
}

//! Two network namespaces, "pod" and "client", joined by a veth pair, and the init container run in "pod".

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use injector::internals::profile::builtin;
use serde_yaml::Value;
use tempfile::TempDir;

use crate::support::{Lack, skipped};

/// Set in the child process that listens inside a namespace: what it listens on, as in `tcp:5054 udp:5053`.
const LISTEN: &str = "INJECTOR_TEST_LISTEN";
pub(super) const PROXY: &str = "tcp:5054 udp:5053";
pub(super) const APPLICATION: &str = "tcp:8080 udp:8080 tcp:9090 udp:9090";
pub(super) const CLIENT: [&str; 2] = ["10.200.0.1", "fd00:200::1"];
pub(super) const POD: [&str; 2] = ["10.200.0.2", "fd00:200::2"];

/// The init container, with the parameters' values in place.
pub(super) struct InitContainer {
    pub(super) command: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) capabilities: Vec<String>,
    pub(super) user: String,
}

/// Renders `init-iptables` with these parameters. The one place to change when the profile's text is no longer read here.
pub(super) fn init_container(set: &[(&str, &str)]) -> InitContainer {
    let profile: Value = serde_yaml::from_str(builtin::text("cortexflow").unwrap()).unwrap();
    let spec = &profile["spec"];
    let scalar = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap().trim().to_owned(),
    };
    let strings = |value: &Value| value.as_sequence().unwrap().iter().map(scalar).collect::<Vec<_>>();
    let mut parameters: BTreeMap<String, String> = (spec["parameters"].as_sequence().unwrap().iter())
        .map(|parameter| (scalar(&parameter["name"]), scalar(&parameter["default"])))
        .collect();
    for (name, value) in set {
        assert!(parameters.insert((*name).to_owned(), (*value).to_owned()).is_some(), "no parameter {name}");
    }
    let render = |value: &Value| {
        let text = scalar(value);
        let name = text.strip_prefix("{{ ").and_then(|rest| rest.strip_suffix(" }}"));
        name.map_or(text.clone(), |name| parameters[name].clone())
    };
    let container = (spec["initContainers"].as_sequence().unwrap().iter())
        .find(|container| container["name"].as_str() == Some("init-iptables"))
        .unwrap();
    let security = &container["securityContext"];
    assert_eq!(strings(&security["capabilities"]["drop"]), ["ALL"]);
    assert_eq!(security["allowPrivilegeEscalation"].as_bool(), Some(false));
    InitContainer {
        command: strings(&container["command"]),
        env: (container["env"].as_sequence().unwrap().iter())
            .map(|variable| (scalar(&variable["name"]), render(&variable["value"])))
            .collect(),
        capabilities: strings(&security["capabilities"]["add"]),
        user: render(&security["runAsUser"]),
    }
}

/// Two namespaces joined by a veth pair, and what runs in them; all of it ends with this value.
pub(super) struct Network {
    pub(super) pod: String,
    pub(super) client: String,
    children: Vec<Child>,
}

impl Network {
    /// `None`, having said why, where the machine cannot do it.
    pub(super) fn new(test: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if let Some(lack) = missing() {
            skipped(test, &lack);
            return None;
        }
        let id = format!("injector-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let network = Self { pod: format!("{id}-pod"), client: format!("{id}-client"), children: Vec::new() };
        if let Err(why) = run("ip", ["netns", "add", &network.pod]) {
            skipped(test, &Lack::Machine(format!("a network namespace cannot be made: {why}")));
            return None;
        }
        run("ip", ["netns", "add", &network.client]).unwrap();
        let link = ["link", "add", "eth0", "netns", &network.pod, "type", "veth", "peer", "name", "eth0", "netns"];
        run("ip", link.into_iter().chain([network.client.as_str()])).unwrap();
        for (namespace, [v4, v6]) in [(&network.pod, POD), (&network.client, CLIENT)] {
            let ip = |arguments: &str| run("ip", ["-n", namespace].into_iter().chain(arguments.split(' '))).unwrap();
            ip(&format!("address add {v4}/24 dev eth0"));
            if has_ipv6() {
                ip(&format!("address add {v6}/64 dev eth0 nodad"));
            }
            ip("link set lo up");
            ip("link set eth0 up");
        }
        if let Err(why) = run("ip", ["netns", "exec", &network.pod, "iptables", "-t", "nat", "-S"]) {
            skipped(test, &Lack::Machine(format!("iptables has no nat table here: {why}")));
            return None;
        }
        Some(network)
    }

    /// Listens in a namespace. Whoever connects or sends is told the port at which it arrived.
    pub(super) fn listen(&mut self, namespace: &str, on: &str) {
        let mut child = Command::new("ip")
            .args(["netns", "exec", namespace])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "iptables::network::listener", "--nocapture"])
            .env(LISTEN, on)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        self.children.push(child);
        assert!(lines.map_while(Result::ok).any(|line| line.ends_with("listening")), "no listener on {on}");
    }

    /// With the pod's application and proxy listening.
    pub(super) fn with_pod(test: &str) -> Option<Self> {
        let mut network = Self::new(test)?;
        let pod = network.pod.clone();
        network.listen(&pod, &format!("{PROXY} {APPLICATION}"));
        Some(network)
    }

    /// Runs the init container in "pod", under its own user and capabilities only, and gives what it did.
    pub(super) fn init_with(&self, container: &InitContainer, shell: Option<&[&str]>, path: &str) -> Output {
        let capabilities: String =
            container.capabilities.iter().map(|name| format!(",+{}", name.to_lowercase())).collect();
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.pod, "setpriv", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all"])
            .arg(format!("--bounding-set=-all{capabilities}"))
            .args(["--reuid", &container.user, "--regid", &container.user, "--clear-groups"])
            .args(["env", "-i", &format!("PATH={path}")])
            .args(container.env.iter().map(|(name, value)| format!("{name}={value}")));
        match shell {
            Some(shell) => command.args(shell).args(&container.command[1..]),
            None => command.args(&container.command),
        };
        command.output().unwrap()
    }

    /// Runs the init container with these parameters; it has to succeed. Gives what it said.
    pub(super) fn init(&self, set: &[(&str, &str)]) -> String {
        succeeded(&self.init_with(&init_container(set), None, "/usr/sbin:/usr/bin:/sbin:/bin"))
    }

    /// The nat table of "pod", without counters and comments.
    pub(super) fn rules(&self, save: &str) -> String {
        let text = run("ip", ["netns", "exec", &self.pod, save, "-t", "nat"]).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split(" [").next().unwrap().to_owned() + "\n").collect()
    }

    /// The port at which something for `address` and `port` arrives, or `None`.
    pub(super) fn arrives(&self, user: &str, namespace: &str, protocol: &str, address: &str, port: u16) -> Option<u16> {
        let ask = "exec 3<>/dev/$0/$1/$2; printf '?' >&3; head -n 1 <&3";
        let port = port.to_string();
        let arguments = ["netns", "exec", namespace, "setpriv", "--reuid", user, "--clear-groups", "timeout", "3"];
        let output = Command::new("ip")
            .args(arguments)
            .args(["bash", "-c", ask, protocol, address, &port])
            .stderr(Stdio::null())
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap().trim().parse().ok()
    }

    /// Asserts, for each protocol, address of the pod, and port, where what "client" sends arrives.
    pub(super) fn assert_inbound(&self, addresses: &[&str], cases: &[(&str, u16, u16)]) {
        for address in addresses {
            for (protocol, port, expected) in cases {
                let arrived = self.arrives("0", &self.client, protocol, address, *port);
                assert_eq!(arrived, Some(*expected), "{protocol} {address} {port}");
            }
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
        for namespace in [&self.pod, &self.client] {
            let _ = run("ip", ["netns", "delete", namespace]);
        }
    }
}

/// Not a test of its own: what [`Network::listen`] starts. It ends with the process that started it.
#[test]
fn listener() {
    let Ok(on) = std::env::var(LISTEN) else { return };
    let host = if has_ipv6() { "[::]" } else { "0.0.0.0" };
    for place in on.split(' ') {
        let (protocol, port) = place.split_once(':').unwrap();
        let (address, answer) = (format!("{host}:{port}").parse::<SocketAddr>().unwrap(), format!("{port}\n"));
        if protocol == "tcp" {
            let listener = TcpListener::bind(address).unwrap();
            std::thread::spawn(move || {
                for mut stream in listener.incoming().flatten() {
                    // Read first: a socket that is closed with something unread resets the connection.
                    let _ = stream.read(&mut [0; 16]).and_then(|_| stream.write_all(answer.as_bytes()));
                }
            });
        } else {
            let socket = UdpSocket::bind(address).unwrap();
            std::thread::spawn(move || {
                while let Ok((_, from)) = socket.recv_from(&mut [0; 16]) {
                    let _ = socket.send_to(answer.as_bytes(), from);
                }
            });
        }
    }
    writeln!(std::io::stdout(), "listening").unwrap();
    let _ = std::io::stdin().read(&mut [0; 1]);
}

pub(super) fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

pub(super) fn succeeded(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {said}", output.status);
    said
}

pub(super) fn failed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

pub(super) fn has_ipv6() -> bool {
    Path::new("/proc/net/if_inet6").exists()
}

fn missing() -> Option<Lack> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Some(Lack::Root);
    }
    let tools = [("ip", "iproute2"), ("iptables", "iptables"), ("setpriv", "util-linux"), ("bash", "bash")];
    let absent = tools.iter().find(|(tool, _)| which(tool).is_none());
    absent.map(|(tool, package)| Lack::Program(tool, package))
}

pub(super) fn which(tool: &str) -> Option<String> {
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    folders.iter().map(|folder| format!("{folder}/{tool}")).find(|path| Path::new(path).exists())
}

/// A folder to be the whole PATH of the script: links to these tools, `name` or `name=target`, and these programs.
pub(super) fn tools(links: &[&str], programs: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for link in links {
        let (name, target) = link.split_once('=').unwrap_or((link, link));
        symlink(which(target).unwrap_or_else(|| panic!("no {target}")), folder.path().join(name)).unwrap();
    }
    for (name, text) in programs {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

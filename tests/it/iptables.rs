//! The script of the built-in profile `cortexflow`, run for real.
//!
//! Each test joins two network namespaces of its own, "pod" and "client", by a veth pair; nothing leaves them. The
//! script runs in "pod" with the very text, environment and capabilities of the profile. What a test needs of the
//! machine (root, Debian's iproute2, iptables, util-linux, bash) is checked first; see `skip`.

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

use crate::skip::skipped;

/// Set in the child process that listens inside a namespace: what it listens on, as in `tcp:5054 udp:5053`.
const LISTEN: &str = "INJECTOR_TEST_LISTEN";
const PROXY: &str = "tcp:5054 udp:5053";
const APPLICATION: &str = "tcp:8080 udp:8080 tcp:9090 udp:9090";
const CLIENT: [&str; 2] = ["10.200.0.1", "fd00:200::1"];
const POD: [&str; 2] = ["10.200.0.2", "fd00:200::2"];

/// The init container, with the parameters' values in place.
struct InitContainer {
    command: Vec<String>,
    env: BTreeMap<String, String>,
    capabilities: Vec<String>,
    user: String,
}

/// Renders `init-iptables` with these parameters. The one place to change when the profile's text is no longer read here.
fn init_container(set: &[(&str, &str)]) -> InitContainer {
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
struct Network {
    pod: String,
    client: String,
    children: Vec<Child>,
}

impl Network {
    /// `None`, having said why, where the machine cannot do it.
    fn new(test: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if let Some(why) = missing() {
            skipped(test, &why);
            return None;
        }
        let id = format!("injector-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let network = Self { pod: format!("{id}-pod"), client: format!("{id}-client"), children: Vec::new() };
        if let Err(why) = run("ip", ["netns", "add", &network.pod]) {
            skipped(test, &format!("a network namespace cannot be made: {why}"));
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
            skipped(test, &format!("iptables has no nat table here: {why}"));
            return None;
        }
        Some(network)
    }

    /// Listens in a namespace. Whoever connects or sends is told the port at which it arrived.
    fn listen(&mut self, namespace: &str, on: &str) {
        let mut child = Command::new("ip")
            .args(["netns", "exec", namespace])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "iptables::listener", "--nocapture"])
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
    fn with_pod(test: &str) -> Option<Self> {
        let mut network = Self::new(test)?;
        let pod = network.pod.clone();
        network.listen(&pod, &format!("{PROXY} {APPLICATION}"));
        Some(network)
    }

    /// Runs the init container in "pod", under its own user and capabilities only, and gives what it did.
    fn init_with(&self, container: &InitContainer, shell: Option<&[&str]>, path: &str) -> Output {
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
    fn init(&self, set: &[(&str, &str)]) -> String {
        succeeded(&self.init_with(&init_container(set), None, "/usr/sbin:/usr/bin:/sbin:/bin"))
    }

    /// The nat table of "pod", without counters and comments.
    fn rules(&self, save: &str) -> String {
        let text = run("ip", ["netns", "exec", &self.pod, save, "-t", "nat"]).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split(" [").next().unwrap().to_owned() + "\n").collect()
    }

    /// The port at which something for `address` and `port` arrives, or `None`.
    fn arrives(&self, user: &str, namespace: &str, protocol: &str, address: &str, port: u16) -> Option<u16> {
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
    fn assert_inbound(&self, addresses: &[&str], cases: &[(&str, u16, u16)]) {
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

fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

fn succeeded(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {said}", output.status);
    said
}

fn failed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

fn has_ipv6() -> bool {
    Path::new("/proc/net/if_inet6").exists()
}

fn missing() -> Option<String> {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Some("it needs root, for network namespaces".to_owned());
    }
    let tools = [("ip", "iproute2"), ("iptables", "iptables"), ("setpriv", "util-linux"), ("bash", "bash")];
    let absent = tools.iter().find(|(tool, _)| which(tool).is_none());
    absent.map(|(tool, package)| format!("it needs `{tool}` (Debian's package {package})"))
}

fn which(tool: &str) -> Option<String> {
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    folders.iter().map(|folder| format!("{folder}/{tool}")).find(|path| Path::new(path).exists())
}

/// A folder to be the whole PATH of the script: links to these tools, `name` or `name=target`, and these programs.
fn tools(links: &[&str], programs: &[(&str, &str)]) -> TempDir {
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

/// What each test expects of a profile's defaults.
const DEFAULTS: &[(&str, u16, u16)] =
    &[("tcp", 8080, 5054), ("udp", 8080, 5053), ("tcp", 9090, 5054), ("udp", 9090, 5053), ("tcp", 7777, 5054)];

#[test]
fn before_the_script_runs_traffic_arrives_where_it_was_sent() {
    let Some(network) = Network::with_pod("before_the_script_runs_traffic_arrives_where_it_was_sent") else { return };
    network.assert_inbound(&POD[..1], &[("tcp", 8080, 8080), ("udp", 8080, 8080), ("udp", 9090, 9090)]);
    assert_eq!(network.arrives("0", &network.client, "tcp", POD[0], 7777), None);
}

#[test]
fn inbound_tcp_and_udp_arrive_at_the_proxy() {
    let Some(network) = Network::with_pod("inbound_tcp_and_udp_arrive_at_the_proxy") else { return };
    network.init(&[]);
    network.assert_inbound(&POD[..1], DEFAULTS);
    // What is for the proxy is left as it is, and what the pod says to itself is nobody's business.
    network.assert_inbound(&POD[..1], &[("tcp", 5054, 5054), ("udp", 5053, 5053)]);
    for address in ["127.0.0.1", POD[0]] {
        assert_eq!(network.arrives("0", &network.pod, "tcp", address, 8080), Some(8080), "{address}");
        assert_eq!(network.arrives("0", &network.pod, "udp", address, 8080), Some(8080), "{address}");
    }
}

#[test]
fn inbound_ipv6_arrives_at_the_proxy() {
    const NAME: &str = "inbound_ipv6_arrives_at_the_proxy";
    let Some(network) = Network::with_pod(NAME) else { return };
    if !has_ipv6() || run("ip", ["netns", "exec", &network.pod, "ip6tables", "-t", "nat", "-S"]).is_err() {
        return skipped(NAME, "the kernel has no IPv6, or no nat table for it");
    }
    network.assert_inbound(&POD[1..], &[("tcp", 8080, 8080), ("udp", 8080, 8080)]);
    let said = network.init(&[("excludeInboundPorts", "9090")]);
    assert!(!said.contains("IPv6"), "{said}");
    network.assert_inbound(&POD[1..], &[("tcp", 8080, 5054), ("udp", 8080, 5053), ("udp", 9090, 9090)]);
}

#[test]
fn ports_left_out_arrive_where_they_were_sent() {
    let Some(network) = Network::with_pod("ports_left_out_arrive_where_they_were_sent") else { return };
    // More entries than one multiport match takes, and the ranges among them.
    let many = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,9000-9089,9090-9099";
    network.init(&[("excludeInboundPorts", many)]);
    network.assert_inbound(
        &POD[..1],
        &[("tcp", 9090, 9090), ("udp", 9090, 9090), ("tcp", 8080, 5054), ("udp", 8080, 5053)],
    );
}

#[test]
fn only_ports_to_include_are_redirected_and_those_left_out_win() {
    let Some(network) = Network::with_pod("only_ports_to_include_are_redirected_and_those_left_out_win") else {
        return;
    };
    network.init(&[("includeInboundPorts", "8000-8099,9999")]);
    network.assert_inbound(
        &POD[..1],
        &[("tcp", 8080, 5054), ("udp", 8080, 5053), ("tcp", 9090, 9090), ("udp", 9090, 9090), ("tcp", 9999, 5054)],
    );
    // Other parameters, in the same namespace: the rules are those of the last run.
    network.init(&[("includeInboundPorts", "8080,9090"), ("excludeInboundPorts", "8080")]);
    network.assert_inbound(&POD[..1], &[("tcp", 8080, 8080), ("tcp", 9090, 5054), ("udp", 9090, 5053)]);
    assert_eq!(network.arrives("0", &network.client, "tcp", POD[0], 9999), None);
    network.init(&[("includeInboundPorts", "")]);
    network.assert_inbound(&POD[..1], &[("tcp", 8080, 8080), ("tcp", 9090, 9090), ("udp", 9090, 9090)]);
}

#[test]
fn other_ports_of_the_proxy_are_honoured() {
    let Some(mut network) = Network::new("other_ports_of_the_proxy_are_honoured") else { return };
    let pod = network.pod.clone();
    network.listen(&pod, "tcp:15001 udp:15002");
    network.init(&[("tcpPort", "15001"), ("udpPort", "15002")]);
    network.assert_inbound(&POD[..1], &[("tcp", 8080, 15001), ("udp", 8080, 15002), ("tcp", 15001, 15001)]);
}

#[test]
fn running_it_twice_leaves_the_same_rules() {
    let Some(network) = Network::new("running_it_twice_leaves_the_same_rules") else { return };
    let others = ["netns", "exec", &network.pod, "iptables", "-t", "nat", "-A", "PREROUTING", "-s", "192.0.2.1", "-j"];
    run("ip", others.into_iter().chain(["ACCEPT"])).unwrap();
    let cases: [&[(&str, &str)]; 3] =
        [&[], &[("excludeInboundPorts", "22,80-90")], &[("captureOutbound", "true"), ("includeInboundPorts", "80")]];
    for set in cases {
        network.init(set);
        let first = ["iptables-save", "ip6tables-save"].map(|save| network.rules(save));
        assert!(first[0].contains("-A PREROUTING -j CORTEXFLOW_INBOUND"), "{}", first[0]);
        assert!(first[0].contains("-s 192.0.2.1"), "rules of others stay: {}", first[0]);
        assert_eq!(first[0].contains("CORTEXFLOW_OUTBOUND"), set.contains(&("captureOutbound", "true")));
        network.init(set);
        assert_eq!(["iptables-save", "ip6tables-save"].map(|save| network.rules(save)), first, "{set:?}");
    }
    // What an earlier run with outbound capture left is taken away.
    network.init(&[]);
    assert!(!network.rules("iptables-save").contains("OUTBOUND"));
}

#[test]
fn outbound_tcp_is_captured_only_where_it_is_asked_for_and_not_from_the_proxy() {
    const NAME: &str = "outbound_tcp_is_captured_only_where_it_is_asked_for_and_not_from_the_proxy";
    let Some(mut network) = Network::with_pod(NAME) else { return };
    let client = network.client.clone();
    network.listen(&client, "tcp:8443 udp:8443");
    let addresses = if has_ipv6() { &CLIENT[..] } else { &CLIENT[..1] };
    let from =
        |network: &Network, user, protocol, address| network.arrives(user, &network.pod, protocol, address, 8443);

    network.init(&[]);
    for address in addresses {
        assert_eq!(from(&network, "1000", "tcp", address), Some(8443), "off by default: {address}");
    }
    network.init(&[("captureOutbound", "true"), ("proxyUserId", "4321")]);
    for address in addresses {
        assert_eq!(from(&network, "1000", "tcp", address), Some(5054), "the application's: {address}");
        assert_eq!(from(&network, "0", "tcp", address), Some(5054), "root's: {address}");
        assert_eq!(from(&network, "4321", "tcp", address), Some(8443), "the proxy's own: {address}");
        assert_eq!(from(&network, "1000", "udp", address), Some(8443), "udp: {address}");
    }
    for address in ["127.0.0.1", POD[0]] {
        let arrived = network.arrives("1000", &network.pod, "tcp", address, 8080);
        assert_eq!(arrived, Some(8080), "to the pod itself: {address}");
    }
    network.assert_inbound(&POD[..1], DEFAULTS);
}

#[test]
fn it_works_with_either_iptables_and_either_shell() {
    const NAME: &str = "it_works_with_either_iptables_and_either_shell";
    let variants = ["xtables-nft-multi", "xtables-legacy-multi"];
    let shells: [(&str, &[&str]); 3] = [("sh", &["sh"]), ("dash", &["dash"]), ("busybox", &["busybox", "sh"])];
    for variant in variants {
        for (tool, shell) in shells {
            let Some(network) = Network::with_pod(NAME) else { return };
            if which(variant).is_none() || which(tool).is_none() {
                skipped(NAME, &format!("there is no `{variant}` or no `{tool}` (Debian's packages iptables, busybox)"));
                continue;
            }
            let names = [format!("iptables={variant}"), format!("ip6tables={variant}"), tool.to_owned()];
            let path = tools(&names.each_ref().map(String::as_str), &[]);
            let container = init_container(&[("captureOutbound", "true"), ("excludeInboundPorts", "9090")]);
            let path = path.path().to_str().unwrap();
            succeeded(&network.init_with(&container, Some(shell), path));
            succeeded(&network.init_with(&container, Some(shell), path));
            network.assert_inbound(&POD[..1], &[("tcp", 8080, 5054), ("udp", 8080, 5053), ("tcp", 9090, 9090)]);
        }
    }
}

#[test]
fn without_an_ipv6_table_only_ipv4_is_done_and_it_says_so() {
    let Some(network) = Network::with_pod("without_an_ipv6_table_only_ipv4_is_done_and_it_says_so") else { return };
    let broken = "#!/bin/sh\necho \"can't initialize ip6tables table \\`nat'\" >&2\nexit 3\n";
    let cases: [(&[(&str, &str)], &str); 2] = [
        (&[], "IPv6 is left as it is: this image has no ip6tables"),
        (&[("ip6tables", broken)], "IPv6 is left as it is: can't initialize ip6tables table `nat'"),
    ];
    for (programs, expected) in cases {
        let path = tools(&["iptables"], programs);
        let said = succeeded(&network.init_with(&init_container(&[]), None, path.path().to_str().unwrap()));
        assert!(said.contains(expected), "{said}");
        network.assert_inbound(&POD[..1], DEFAULTS);
    }
}

#[test]
fn what_cannot_work_fails_with_a_clear_message_and_no_rule() {
    let Some(network) = Network::new("what_cannot_work_fails_with_a_clear_message_and_no_rule") else { return };
    let nothing = tools(&["id"], &[]);
    let nothing = nothing.path().to_str().unwrap();
    let all = "/usr/sbin:/usr/bin:/sbin:/bin";
    let mut no_capabilities = init_container(&[]);
    no_capabilities.capabilities.clear();
    let cases = [
        (init_container(&[("installIptables", "false")]), nothing, "no iptables, and installIptables is false"),
        (init_container(&[]), nothing, "neither iptables nor apt-get"),
        (no_capabilities, all, "the nat table cannot be used: "),
        (init_container(&[("excludeInboundPorts", "http")]), all, "not a port or a range of ports: `http`"),
        (init_container(&[("includeInboundPorts", "1-2-3")]), all, "not a port or a range of ports: `1-2-3`"),
        (init_container(&[("includeInboundPorts", "80,$(reboot)")]), all, "`$(reboot)`"),
    ];
    for (container, path, expected) in cases {
        let said = failed(&network.init_with(&container, None, path));
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(!network.rules("iptables-save").contains("-j CORTEXFLOW"), "{expected}");
    }
}

#[test]
fn an_image_without_iptables_gets_it_by_apt_get_without_leaving_root_or_touching_its_folders() {
    const NAME: &str = "an_image_without_iptables_gets_it_by_apt_get_without_leaving_root_or_touching_its_folders";
    let Some(network) = Network::with_pod(NAME) else { return };
    // Writes down how it was called and puts iptables there when it is told to install it.
    let apt_get = r#"#!/bin/sh
here=${0%/*}
echo "$DEBIAN_FRONTEND: $*" >>"$here/log"
for argument; do
  case $argument in
    Dir::State::lists=*) [ -d "${argument#*=}/partial" ] || exit 9; echo "${argument#*=}" >"$here/lists" ;;
    Dir::Cache=*) [ -d "${argument#*=}/archives/partial" ] || exit 9 ;;
    install) ln -s "$(PATH=/usr/sbin:/sbin command -v iptables)" "$here/iptables" ;;
  esac
done
"#;
    let path = tools(&["id", "ln", "mkdir", "mktemp", "rm"], &[("apt-get", apt_get)]);
    let container = init_container(&[]);
    let said = succeeded(&network.init_with(&container, None, path.path().to_str().unwrap()));
    assert!(said.contains("this image has no iptables: installing it"), "{said}");
    network.assert_inbound(&POD[..1], DEFAULTS);

    let log = std::fs::read_to_string(path.path().join("log")).unwrap();
    let calls: Vec<&str> = log.lines().collect();
    assert_eq!(calls.len(), 2, "{log}");
    for (call, end) in calls.iter().zip([" update", " install -y --no-install-recommends iptables"]) {
        assert!(call.starts_with("noninteractive: "), "{call}");
        assert!(call.contains(" -o APT::Sandbox::User=root "), "{call}");
        assert!(call.contains(" -o APT::Update::Error-Mode=any "), "{call}");
        assert!(call.ends_with(end), "{call}");
    }
    let lists = std::fs::read_to_string(path.path().join("lists")).unwrap();
    assert!(!Path::new(lists.trim()).exists(), "apt's folders are removed: {lists}");

    // A second start of the same container finds it there.
    succeeded(&network.init_with(&container, None, path.path().to_str().unwrap()));
    assert_eq!(std::fs::read_to_string(path.path().join("log")).unwrap(), log);
}

#[test]
fn a_failing_apt_get_is_told() {
    let Some(network) = Network::new("a_failing_apt_get_is_told") else { return };
    let apt_get = "#!/bin/sh\necho 'E: no network' >&2\nexit 100\n";
    let path = tools(&["id", "mkdir", "mktemp", "rm"], &[("apt-get", apt_get)]);
    let said = failed(&network.init_with(&init_container(&[]), None, path.path().to_str().unwrap()));
    assert!(said.contains("E: no network\ninit-iptables: apt-get could not install iptables"), "{said}");
}

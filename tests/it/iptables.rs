//! The script of the built-in profile `cortexflow`, run for real.
//!
//! Each test joins two network namespaces of its own, "pod" and "client", by a veth pair; nothing leaves them. The
//! script runs in "pod" with the very text, environment and capabilities of the profile. What a test needs of the
//! machine (root, Debian's iproute2, iptables, util-linux, bash) is checked first; without it the test is skipped.

use std::path::Path;

use crate::support::{Lack, skipped};

mod network;

use network::{CLIENT, Network, POD, failed, has_ipv6, init_container, run, succeeded, tools, which};

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
        return skipped(NAME, &Lack::Machine("the kernel has no IPv6, or no nat table for it".to_owned()));
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
            if let Some((name, package)) =
                [(variant, "iptables"), (tool, tool)].into_iter().find(|(name, _)| which(name).is_none())
            {
                skipped(NAME, &Lack::Program(name, package));
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

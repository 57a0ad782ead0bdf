//! Scripts of built-in containers other than iptables', run for real.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use injector::internals::profile::builtin;
use serde_yaml::Value;

fn command(profile: &str) -> Vec<String> {
    let profile: Value = serde_yaml::from_str(builtin::text(profile).unwrap()).unwrap();
    let command = profile["spec"]["containers"][0]["command"].as_sequence().unwrap();
    command.iter().map(|part| part.as_str().unwrap().to_owned()).collect()
}

/// Waits until a process has a trap for SIGTERM (signal 15): a shell sets it some time after its start.
fn wait_for_trap(pid: u32) {
    let end = Instant::now() + Duration::from_secs(20);
    let caught = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&mask, 16).unwrap() & (1 << 14) != 0
    };
    while !caught() {
        assert!(Instant::now() < end, "it sets no trap");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ends_within(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

#[test]
fn curl_stays_alive_and_ends_by_itself_on_sigterm() {
    let command = command("curl");
    let mut child = Command::new(&command[0]).args(&command[1..]).spawn().unwrap();
    wait_for_trap(child.id());
    assert_eq!(ends_within(&mut child, Duration::from_millis(100)), None, "it stays");
    assert!(Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status().unwrap().success());
    let status = ends_within(&mut child, Duration::from_secs(20));
    let _ = child.kill();
    // By its trap: a first process of a container has no default action to end it.
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

/// OpenShift chooses user ids itself, and refuses others.
#[test]
fn an_empty_user_id_leaves_the_field_out() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {sidecar-injector/inject: \"true\"}}\nspec:\n  containers: [{name: a, image: b}]\n";
    for (profile, set, left) in
        [("nginx", "userId=", 0), ("curl", "userId=", 0), ("cortexflow", "proxyUserId=", 2), ("nginx", "userId=7", 2)]
    {
        let args =
            ["inject", "-q", "-p", profile, "--set", set, "--namespace-labels", "default:sidecar-inject=enabled", "-"];
        let ran = crate::support::injector(args).stdin(pod).succeeds();
        let fields = ["runAsUser:", "runAsGroup:"].map(|field| ran.stdout.matches(field).count());
        assert_eq!(fields.iter().sum::<usize>(), left, "{profile} {set}:\n{}", ran.stdout);
    }
}

/// Requests still come while the endpoints of the pod are withdrawn: a proxy that ends first drops them.
#[test]
fn a_proxy_serves_on_while_the_pod_ends() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: b, ports: [{containerPort: 80}]}]\n";
    let job = pod.replace("spec:\n", "spec:\n  restartPolicy: Never\n");
    for (profile, name) in [("nginx", "nginx-sidecar"), ("cortexflow", "proxy-sidecar")] {
        for (args, seconds, text) in [
            (&[][..], "5", pod),
            (&["--set", "preStopSeconds=20"], "20", pod),
            (&["--set", "preStopSeconds=20"], "20", &job),
        ] {
            let fixed = ["inject", "-o", "json", "-p", profile, "--namespace-labels=sidecar-inject=enabled"];
            let port = ["--set", "port=8081"].into_iter().filter(|_| profile == "nginx");
            let args = fixed.into_iter().chain(args.iter().copied()).chain(port);
            let ran = crate::support::injector(args).stdin(text).succeeds();
            let object: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let all = ["containers", "initContainers"].map(|list| object["spec"][list].as_array());
            let sidecar = all.into_iter().flatten().flatten().find(|container| container["name"] == name).unwrap();
            let command = &sidecar["lifecycle"]["preStop"]["exec"]["command"];
            assert_eq!(*command, serde_json::json!(["sleep", seconds]), "{profile}: {sidecar}");
        }
    }
}

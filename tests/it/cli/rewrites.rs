//! Probes and hooks of the application that a profile rewrites: what comes out, and that undoing gives the file back to the byte.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::injector;
use crate::support::manifests::{RESOURCES, profile};

const PROBES: &str = include_str!("../../../testdata/examples/probes.yaml");

/// A profile that rewrites, with this row.
fn rewriting(name: &str, row: &str) -> String {
    profile(name, &format!("  labels: {{{name}: \"1\"}}\n  application:\n    - rewrite: [{row}]\n"))
}

const TO_HTTP: &str = "{handlers: [readinessProbe, livenessProbe, startupProbe, lifecycle.preStop, lifecycle.postStart], \
    to: {httpGet: {port: 15020, path: \"/{{ handler.name }}/{{ handler.kind }}/{{ handler.?port.orValue(0) }}\"}}}";

/// A pod whose container has these members, indented by four.
fn pod(members: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}} # c\nspec:\n  containers:\n  - name: a\n    image: b\n    {RESOURCES}\n    ports: [{{name: web, containerPort: 8080}}]\n{members}"
    )
}

fn run(command: &'static str, profiles: &[(&'static str, String)], text: &str) -> String {
    let args = profiles.iter().flat_map(|(file, _)| ["-p", file]);
    injector([command, "-q"].into_iter().chain(args)).files(profiles.to_vec()).stdin(text).succeeds().stdout
}

fn container(text: &str) -> Value {
    serde_yaml::from_str::<Value>(text).unwrap()["spec"]["containers"][0].clone()
}

#[test]
fn every_spelling_of_a_probe_comes_back_to_the_byte() {
    let profiles = [("p.yaml", rewriting("p", TO_HTTP))];
    let http = |port: &str| json!({"path": format!("/readinessProbe/httpGet/{port}"), "port": 15020});
    for (probe, wanted) in [
        (
            "    readinessProbe:\n      httpGet:\n        path: /a # why\n        port: 80\n      periodSeconds: 3\n",
            http("80"),
        ),
        (
            "    readinessProbe: # c\n      # d\n      httpGet:\n        # e\n        port: web\n        path: \"/a\" # f\n",
            http("8080"),
        ),
        ("    readinessProbe: {httpGet: {path: '/a', port: web}, periodSeconds: 3}\n", http("8080")),
        ("    readinessProbe:\n      periodSeconds: 3\n      httpGet: {port: 80}\n    tty: true\n", http("80")),
        (
            "    readinessProbe:\n        httpGet:\n            port: 80\n\n        # below\n        periodSeconds: 3\n",
            http("80"),
        ),
    ] {
        let text = pod(probe);
        let injected = run("inject", &profiles, &text);
        assert_eq!(container(&injected)["readinessProbe"]["httpGet"], wanted, "{injected}");
        assert_eq!(run("uninject", &profiles, &injected), text);
        assert_eq!(run("inject", &profiles, &injected), injected);
    }
}

#[test]
fn each_kind_becomes_the_new_one_and_the_rest_of_the_probe_stays() {
    let text = pod(
        "    livenessProbe:\n      initialDelaySeconds: 1\n      tcpSocket:\n        port: web\n      periodSeconds: 5 # often\n    startupProbe:\n      grpc:\n        port: 9000\n    readinessProbe:\n      exec:\n        command: [a]\n    lifecycle:\n      preStop:\n        httpGet: {path: /stop, port: 8080, httpHeaders: [{name: a, value: b}]}\n      postStart: {sleep: {seconds: 1}}\n",
    );
    let profiles = [("p.yaml", rewriting("p", TO_HTTP))];
    let injected = run("inject", &profiles, &text);
    assert_snapshot!(injected.split_once("containerPort: 8080}]\n").unwrap().1, @"
    livenessProbe:
      initialDelaySeconds: 1
      httpGet:
        port: 15020
        path: /livenessProbe/tcpSocket/8080
      periodSeconds: 5 # often
    startupProbe:
      httpGet:
        port: 15020
        path: /startupProbe/grpc/9000
    readinessProbe:
      exec:
        command: [a]
    lifecycle:
      preStop:
        httpGet: {path: /preStop/httpGet/8080, port: 15020, httpHeaders: [{name: a, value: b}]}
      postStart: {sleep: {seconds: 1}}
    ");
    assert_eq!(run("uninject", &profiles, &injected), text);
}

#[test]
fn what_could_not_be_written_back_is_refused_and_the_file_stays() {
    let profiles = [("p.yaml", rewriting("p", TO_HTTP))];
    for probe in [
        "    readinessProbe:\n      httpGet:\n        port: 0x50\n",
        "    readinessProbe:\n      # first\n      tcpSocket: # c\n        port: 80 # d\n",
        "    readinessProbe:\n      httpGet:\n        port: \"web\"\n",
    ] {
        let run = injector(["inject", "-q", "-p", "p.yaml"]).files(profiles.to_vec()).stdin(pod(probe)).fails();
        assert!(run.stderr.contains("undoing that could not write it as it is written here"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_port_without_a_number_is_refused_at_the_probe() {
    let profiles = [("p.yaml", rewriting("p", TO_HTTP))];
    let text = pod("    readinessProbe:\n      httpGet:\n        path: /\n        port: admin\n");
    let run = injector(["inject", "-q", "-p", "p.yaml"]).files(profiles.to_vec()).stdin(text).fails();
    assert_snapshot!(run.stderr, @"
    error: <stdin>:13:15: the profile `p` needs the number of the port `admin`, and the container declares no port of that name
      hint: declare it in the container's `ports`, or write its number
    ");
}

#[test]
fn two_profiles_do_not_rewrite_one_probe() {
    let profiles = [("p.yaml", rewriting("p", TO_HTTP)), ("q.yaml", rewriting("q", TO_HTTP))];
    let text = pod("    readinessProbe: {httpGet: {path: /, port: 80}}\n");
    let run = injector(["inject", "-q", "-p", "p.yaml", "-p", "q.yaml"]).files(profiles.to_vec()).stdin(text).fails();
    assert_snapshot!(run.stderr, @"error: <stdin>:10:5: the profile `p` rewrote `readinessProbe` already, so the profile `q` cannot rewrite it");
}

#[test]
fn a_probe_that_was_edited_since_is_reported_and_the_old_one_comes_back() {
    let profiles = [("p.yaml", rewriting("p", TO_HTTP))];
    let text = pod("    readinessProbe: {httpGet: {path: /, port: 80}}\n");
    let edited = run("inject", &profiles, &text).replace("port: 15020", "port: 15021");
    let checked = injector(["check", "-p", "p.yaml"]).files(profiles.to_vec()).stdin(edited.as_str()).finds();
    assert_snapshot!(format!("{}{}", checked.stdout, checked.stderr), @"
    pod/a (default): edited injection by p
    warning: <stdin>:10:72: `/spec/containers/0/readinessProbe/httpGet/port` was edited after it was injected: profile `p` has another value
      hint: `injector inject --reinject` puts it right
    1 workload: 1 edited
    ");
    let undone = injector(["uninject", "-p", "p.yaml"]).files(profiles.to_vec()).stdin(edited.as_str()).succeeds();
    assert_eq!(undone.stdout, text);
    assert_snapshot!(undone.stderr, @"
    pod/a (default): uninjected: p
    warning: <stdin>:10:5: `readinessProbe` was edited after it was injected; its old value still comes back
    1 workload: 1 uninjected
    ");
}

#[test]
fn what_asks_nothing_over_the_network_stays_when_it_is_undone() {
    let profiles = [("p.yaml", rewriting("p", TO_HTTP))];
    let text = pod("    readinessProbe: {httpGet: {path: /, port: 80}}\n");
    let injected = run("inject", &profiles, &text);
    let ours = "httpGet: {path: /readinessProbe/httpGet/80, port: 15020}";
    assert!(injected.contains(ours), "{injected}");
    let edited = injected.replace(ours, "exec: {command: [a]}");
    let undone = injector(["uninject", "-p", "p.yaml"]).files(profiles.to_vec()).stdin(edited).succeeds();
    assert_eq!(container(&undone.stdout)["readinessProbe"], json!({"exec": {"command": ["a"]}}));
    assert!(undone.stderr.contains("was edited after it was injected; it stays as it is"), "{}", undone.stderr);
    // Nor does a record bring one that was never rewritten.
    let forged = injected.replace(r#"{"httpGet":{"path":"/","port":80}}"#, r#"{"exec":{"command":["a"]}}"#);
    let refused = injector(["uninject", "-q", "-p", "p.yaml"]).files(profiles.to_vec()).stdin(forged).fails();
    assert!(refused.stderr.contains("cannot have been"), "{}", refused.stderr);
}

#[test]
fn the_proxy_of_the_example_knows_what_it_asks() {
    let text = pod(
        "    readinessProbe: {httpGet: {path: /ready, port: web}}\n    livenessProbe: {httpGet: {path: /live, port: 8081}}\n",
    )
    .replace("metadata: {name: a}", "metadata: {name: a, labels: {team/proxied: \"yes\"}}");
    let profiles = [("probes.yaml", PROBES.to_owned())];
    let injected = run("inject", &profiles, &text);
    let object: Value = serde_yaml::from_str(&injected).unwrap();
    let asked = object["spec"]["containers"][1]["env"][0]["value"].as_str().unwrap();
    let asked: Value = serde_json::from_str(asked).unwrap();
    assert_eq!(
        asked,
        json!({"/app/a/readinessProbe": {"path": "/ready", "port": 8080}, "/app/a/livenessProbe": {"path": "/live", "port": 8081}})
    );
    for (probe, path) in [("readinessProbe", "/app/a/readinessProbe"), ("livenessProbe", "/app/a/livenessProbe")] {
        assert_eq!(container(&injected)[probe]["httpGet"], json!({"path": path, "port": 15020}));
    }
    assert_eq!(run("uninject", &profiles, &injected), text);
}

#[test]
fn a_row_that_cannot_be_is_an_error_of_the_profile() {
    for (row, wanted) in [
        ("{handlers: [readiness], to: {httpGet: {port: 1}}}", "`readiness`"),
        ("{handlers: [readinessProbe], kinds: [exec], to: {httpGet: {port: 1}}}", "`exec`"),
        ("{handlers: [readinessProbe], to: {exec: {command: [a]}}}", "`to` has one of"),
        ("{handlers: [readinessProbe], to: {httpGet: {port: 1}, periodSeconds: 1}}", "`to` has one of"),
        ("{handlers: [readinessProbe], to: {httpGet: {port: 1}, tcpSocket: {port: 1}}}", "`to` has one of"),
        ("{handlers: [readinessProbe], to: {}}", "`to` has one of"),
        ("{handlers: [readinessProbe]}", "`to`"),
        ("{to: {httpGet: {port: 1}}}", "`handlers`"),
        ("{handlers: [readinessProbe], to: {httpGet: {port: 1, paht: /}}}", "`paht`"),
        ("{handlers: [readinessProbe], to: {httpGet: {port: \"{{ handler.prot }}\"}}}", "`prot`"),
    ] {
        let run = injector(["profile", "lint", "p.yaml"]).files([("p.yaml", rewriting("p", row))]).fails();
        assert!(run.stderr.contains(wanted), "{row}: {}", run.stderr);
    }
}

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
    assert_eq!(ends_within(&mut child, Duration::from_millis(500)), None, "it stays");
    assert!(Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status().unwrap().success());
    let status = ends_within(&mut child, Duration::from_secs(2));
    let _ = child.kill();
    // By its trap: a first process of a container has no default action to end it.
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

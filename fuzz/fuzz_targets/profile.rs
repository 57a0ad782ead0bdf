//! Any text is a profile, or has errors; and the laws hold for a profile that loads.
//!
//! `contrib/fuzz 60 profile`, which begins with the profiles of `testdata`.

#![no_main]

use injector::internals::profile::load::load;
use injector::internals::text::yaml::parse_yaml;
use libfuzzer_sys::fuzz_target;

mod guard;
#[allow(dead_code, unreachable_pub, reason = "the tests use more of it")]
#[path = "../../tests/it/laws/law.rs"]
mod law;

const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {a: b}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {own/size: '2'}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: web:1
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: http}}
";

fuzz_target!(init: guard::let_guarded_panics_pass(), |text: &str| {
    let Ok(tree) = parse_yaml(text) else { return };
    let Some(root) = tree.root().filter(|_| tree.is_within(100)) else { return };
    match load(tree.view(root)) {
        Err(errors) => assert!(!errors.is_empty(), "no profile, and no error: {text}"),
        Ok(profile) => drop(law::laws(WORKLOAD, &[profile])),
    }
});

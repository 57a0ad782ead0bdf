//! The profiles of an installation, as its ConfigMap has them.

use injector::internals::profile::builtin;

use super::{documents, find};
use crate::support::injector;

#[test]
fn profiles_arrive_to_the_byte() {
    let odd = "apiVersion: sidecar-injector/v1\r\nkind: Profile\r\nmetadata: {name: odd}\r\nspec:\r\n  policy: OptOut # \t $(X) é\r\n\
               \x20 containers:\r\n  - {name: a, image: b}\r\n\r\n\r\n";
    let run =
        injector(["install", "--cert-manager", "-p", "odd.yaml", "-p", "cortexflow", "-p", "curl", "-p", "nginx"]);
    let stdout = run.file("odd.yaml", odd).succeeds().stdout;
    let documents = documents(&stdout);
    let data = find(&documents, "ConfigMap")["data"].as_object().unwrap().clone();
    assert_eq!(data["odd.yaml"], odd);
    for name in ["cortexflow", "curl", "nginx"] {
        assert_eq!(data[&format!("{name}.yaml")], builtin::text(name).unwrap(), "{name}");
    }
    assert!(stdout.contains("\n  cortexflow.yaml: |"), "a profile is read by people too");
    let arguments = &find(&documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"];
    let named: Vec<_> =
        arguments.as_array().unwrap().iter().filter_map(|arg| arg.as_str()?.strip_prefix("--profile=")).collect();
    assert_eq!(named, ["odd", "cortexflow", "curl", "nginx"].map(|name| format!("/etc/injector/profiles/{name}.yaml")));
}

#[test]
fn a_profile_that_extends_another_arrives_as_one_document_that_injects_the_same() {
    let text = |name: &str| std::fs::read_to_string(format!("testdata/examples/{name}")).unwrap();
    let company = text("company.yaml");
    let printed = injector(["install", "--cert-manager", "-p", "company.yaml"]).file("company.yaml", &*company);
    let documents = documents(&printed.succeeds().stdout);
    let shipped = find(&documents, "ConfigMap")["data"]["company.yaml"].as_str().unwrap().to_owned();
    assert!(!shipped.contains("extends"), "a ConfigMap has no other files: {shipped}");
    let injected = |profile: String| {
        let args = ["inject", "-p", "company.yaml", "--namespace-labels", "sidecar-inject=enabled"];
        let ran = injector(args).file("company.yaml", profile).stdin(text("web.yaml")).succeeds();
        assert!(ran.stdout.contains("registry.example/nginx"), "{}", ran.stderr);
        ran.stdout
    };
    assert_eq!(injected(shipped), injected(company));
}

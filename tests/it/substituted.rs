//! Tools that put values into manifests, such as Flux and `envsubst`, leave alone what the built-in profiles add.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use injector::internals::profile::builtin;

use crate::support::{Lack, injector, skipped};

/// Profiles whose scripts or templates have variables. `envsubst` without a list of names takes every `$NAME`.
const WITH_VARIABLES: [&str; 2] = ["cortexflow", "nginx"];

/// What each built-in profile makes of a pod.
fn injected() -> Vec<(&'static str, String)> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/profiles");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {sidecar.me/inject: \"true\"}}\nspec:\n  \
               containers: [{name: a, image: b}]\n";
    let of = |name: &'static str| {
        let made = std::fs::read_to_string(examples.join(format!("{name}.injected.yaml")));
        made.unwrap_or_else(|_| {
            injector(["inject", "-p", name, "-q", "--namespace-labels", "sidecar-inject=enabled"])
                .stdin(pod)
                .succeeds()
                .stdout
        })
    };
    builtin::ALL.iter().map(|one| (one.name, of(one.name))).collect()
}

/// What Flux does, with no variable set: `${…}` becomes its default or nothing, `$${` is `${`, and `$NAME` stays.
fn as_flux_does(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        match before.strip_suffix('$') {
            Some(before) => {
                out.push_str(before);
                out.push_str("${");
                rest = &from[2..];
            }
            None => {
                out.push_str(before);
                rest = from.split_once('}').map_or("", |(_, after)| after);
            }
        }
    }
    out + rest
}

#[test]
fn flux_changes_nothing_that_a_built_in_profile_adds() {
    assert_eq!(as_flux_does("a ${b:=c} $${d} $e $(f)"), "a  ${d} $e $(f)");
    for (name, made) in injected() {
        assert!(!builtin::text(name).unwrap().contains("${"), "{name}");
        assert!(made.contains("sidecar-injector/status"), "{name}");
        assert_eq!(as_flux_does(&made), made, "{name}");
    }
}

#[test]
fn envsubst_changes_nothing_but_what_it_is_given() {
    let envsubst = |args: &[&str], text: &str| {
        let mut child = Command::new("envsubst")
            .args(args)
            .env_clear()
            .env("MY_VAR", "mine")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (mut stdin, text) = (child.stdin.take().unwrap(), text.to_owned());
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Some(String::from_utf8(output.stdout).unwrap())
    };
    if envsubst(&[], "").is_none() {
        return skipped("envsubst_changes_nothing_but_what_it_is_given", &Lack::Program("envsubst", "gettext-base"));
    }
    assert_eq!(envsubst(&["$MY_VAR"], "$MY_VAR $TCP_PORT").unwrap(), "mine $TCP_PORT");
    let mut changed = Vec::new();
    for (name, made) in injected() {
        assert_eq!(envsubst(&["$MY_VAR"], &made).unwrap(), made, "{name}");
        if envsubst(&[], &made).unwrap() != made {
            changed.push(name);
        }
    }
    changed.sort_unstable();
    assert_eq!(changed, WITH_VARIABLES);
}

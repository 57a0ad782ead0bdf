//! Profiles that are refused, at the place of what is wrong in them.

use insta::assert_snapshot;

use super::told;
use crate::support::manifests::{WEB, known, profile};

fn refused(profile: &str) -> String {
    let run = |report: &'static str| {
        known("inject", ["-p", "mine.yaml", report, "web.yaml"]).file("mine.yaml", profile).file("web.yaml", WEB)
    };
    told(&run("--report=text").fails(), run("--report=json"))
}

#[test]
fn not_a_profile() {
    assert_snapshot!(refused(""), @"
    error: mine.yaml: the file holds no profile
    codes: profile
    ");
    assert_snapshot!(refused("spec: [\n"), @"
    error: mine.yaml:2:1: the document ends too early: did not find expected node content while parsing a flow node
      hint: is the file complete?
    codes: profile
    ");
    assert_snapshot!(refused(WEB), @"
    error: mine.yaml:1:13: `apps/v1` is not `sidecar-injector/v1`
    error: mine.yaml:2:7: `Deployment` is not `Profile`
    error: mine.yaml:6:3: unknown field `selector`
      hint: the fields here are `alreadyInjected`, `annotations`, `application`, `containers`, `description`, `excludedNamespaces`, `extends`, `imagePullSecrets`, `initContainers`, `labels`, `let`, `matchConditions`, `namespaceSelector`, `namespaceSwitch`, `nativeSidecar`, `objectSelector`, `onError`, `onIneligible`, `parameters`, `placement`, `pod`, `podSwitch`, `policy`, `redirectedPorts`, `require`, `reservedUser`, `skip`, `templatePaths`, `volumes`
    error: mine.yaml:7:3: unknown field `template`
      hint: the fields here are `alreadyInjected`, `annotations`, `application`, `containers`, `description`, `excludedNamespaces`, `extends`, `imagePullSecrets`, `initContainers`, `labels`, `let`, `matchConditions`, `namespaceSelector`, `namespaceSwitch`, `nativeSidecar`, `objectSelector`, `onError`, `onIneligible`, `parameters`, `placement`, `pod`, `podSwitch`, `policy`, `redirectedPorts`, `require`, `reservedUser`, `skip`, `templatePaths`, `volumes`
    error: mine.yaml:5:1: field `policy` is missing
    codes: profile
    ");
    assert_snapshot!(refused(&profile("mine", "  containers: [{name: a, image: {{ image }}}]\n")), @r#"
    error: mine.yaml:6:33: `{{ image }}` is a template expression, not YAML
      hint: quote it: `"{{ image }}"`
    codes: profile
    "#);
}

#[test]
fn fields() {
    assert_snapshot!(refused(&profile("mine", "  contaners: []\n")), @"
    error: mine.yaml:6:3: unknown field `contaners`
      hint: did you mean `containers`?
    codes: profile
    ");
    assert_snapshot!(refused(&profile("mine", "  containers: [{name: a, image: \"a:1\", comand: [a]}]\n")), @"
    error: mine.yaml:6:40: unknown field `comand`
      hint: did you mean `command`?
    codes: profile
    ");
    assert_snapshot!(refused(&profile("mine", "  containers: [{name: a, image: \"a:1\", ports: [{containerPort: http}]}]\n")), @"
    error: mine.yaml:6:64: expected an integer, found a string `http`
    codes: profile
    ");
    assert_snapshot!(refused(&profile("mine", "  nativeSidecar: perhaps\n")), @"
    error: mine.yaml:6:18: `perhaps` is not one of `auto`, `true`, `false`
    codes: profile
    ");
    assert_snapshot!(refused(&profile("mine", "").replace("OptOut", "optout")), @"
    error: mine.yaml:5:11: `optout` is not one of `OptOut`, `OptIn`
      hint: did you mean `OptOut`?
    codes: profile
    ");
    assert_snapshot!(refused(&profile("Mine", "")), @"
    error: mine.yaml:3:18: `Mine` is not a DNS label: lower case letters, digits and `-`, at most 63
    codes: profile
    ");
}

#[test]
fn parameters() {
    let with = |parameter: &str| {
        profile(
            "mine",
            &format!("  parameters:\n    - {parameter}\n  containers: [{{name: a, image: \"{{{{ image }}}}\"}}]\n"),
        )
    };
    assert_snapshot!(refused(&with("{name: images, type: image, default: \"a:1\"}")), @"
    error: mine.yaml:8:33: unknown parameter `image`
      hint: did you mean `images`?
    codes: profile
    ");
    assert_snapshot!(refused(&with("{name: image, type: picture}")), @"
    error: mine.yaml:7:27: `picture` is not one of `string`, `integer`, `port`, `ports`, `boolean`, `quantity`, `image`, `duration`, `name`, `path`, `enum`, `list`, `map`, `envs`
    codes: profile
    ");
    assert_snapshot!(refused(&with("{name: image, type: port, default: http}")), @"
    error: mine.yaml:7:42: default of parameter `image`: `http` is not a port: a number from 1 to 65535
    codes: profile
    ");
}

#[test]
fn a_later_parameter_in_a_default() {
    let spec = "  parameters:\n    - {name: image, type: string, default: \"{{ host }}/a:1\"}\n    - {name: host, type: string, default: localhost}\n  containers: [{name: a, image: \"{{ image }}\"}]\n";
    assert_snapshot!(refused(&profile("mine", spec)), @"
    error: mine.yaml:7:44: the default of parameter `image` names the parameter `host`, which is not before it
    codes: profile
    ");
}

#[test]
fn a_parameter_where_only_a_plain_value_can_be() {
    let spec = "  podSwitch: {annotation: inject, skip: [\"{{ mode }}\"]}\n  alreadyInjected: [{name: \"{{ mode }}\"}]\n  parameters:\n    - {name: mode, type: enum, default: \"no\", values: [\"no\", \"{{ mode }}\"]}\n  containers: [{name: a, image: \"a:1\", resources: {limits: {\"{{ mode }}\": 1}}}]\n  application: {targets: [\"{{ mode }}\"], env: [{name: MODE, value: \"{{ mode }}\"}]}\n";
    assert_snapshot!(refused(&profile("mine", spec)), @"
    error: mine.yaml:6:42: this names the parameter `mode`: only a plain value can be here
    error: mine.yaml:7:28: this names the parameter `mode`: only a plain value can be here
    error: mine.yaml:9:62: this names the parameter `mode`: only a plain value can be here
    error: mine.yaml:10:75: this names the parameter `mode`: only a plain value can be here
    error: mine.yaml:11:27: this names the parameter `mode`: only a plain value can be here
    codes: profile
    ");
}

#[test]
fn a_second_document() {
    let first = profile("mine", "  labels: {a: b}\n");
    let second = profile("other", "  labels: {a: b}\n");
    assert_snapshot!(refused(&format!("{first}---\n# the other one\n{second}")), @"
    error: mine.yaml:9:1: a profile is one document, and this is a second one
      hint: write each profile in a file of its own
    codes: profile
    ");
    known("inject", ["-p", "mine.yaml", "web.yaml"])
        .file("mine.yaml", format!("{first}---\n# nothing more\n"))
        .file("web.yaml", WEB)
        .succeeds();
    let json = r#"{"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "a"}, "spec": {"policy": "OptOut", "labels": {"a": "b"}}}"#;
    assert_snapshot!(refused(&format!("{json}\n{json}\n")), @"
    error: mine.yaml:2:1: a profile is one document, and this is a second one
      hint: write each profile in a file of its own
    codes: profile
    ");
}

#[test]
fn nothing_is_added() {
    assert_snapshot!(refused(&profile("mine", "")), @"
    error: mine.yaml:4:1: the profile adds nothing
      hint: add to at least one of the fields `initContainers`, `containers`, `volumes`, `imagePullSecrets`, `annotations`, `labels`, `application`, `pod`
    codes: profile
    ");
    assert_snapshot!(refused(&profile("mine", "  containers: []\n  application: {targets: All}\n")), @"
    error: mine.yaml:4:1: the profile adds nothing
      hint: add to at least one of the fields `initContainers`, `containers`, `volumes`, `imagePullSecrets`, `annotations`, `labels`, `application`, `pod`
    codes: profile
    ");
}

//! Workloads that are refused.

use insta::assert_snapshot;

use super::{fought, refused, refused_with, told};
use crate::support::manifests::{WEB, adding, injected, known, profile};

fn annotated(text: &str, line: &str) -> String {
    text.replace(
        "      labels:\n        app",
        &format!("      annotations:\n        {line}\n      labels:\n        app"),
    )
}

/// What `uninject` says where it refuses.
fn kept(text: &str) -> String {
    let run = |more: &[&'static str]| {
        super::injector(["uninject"].into_iter().chain(more.iter().copied()).chain(["web.yaml"])).file("web.yaml", text)
    };
    let ran = run(&["-i"]).fails();
    assert_eq!(ran.read("web.yaml"), text.as_bytes(), "the file is as it was");
    told(&run(&[]).fails(), run(&["--report=json"]))
}

#[test]
fn an_annotation_with_a_bad_value() {
    assert_snapshot!(refused(&annotated(WEB, "proxy-injection: disable")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:10:26: annotation `proxy-injection`: `disable` is not one of `enabled`, `disabled`
      hint: did you mean `disabled`?
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused(&annotated(WEB, "proxy-injection: \"off\"")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:10:26: annotation `proxy-injection`: `off` is not one of `enabled`, `disabled`
      hint: use one of `enabled`, `disabled`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused(&annotated(WEB, "proxy-injection: false")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:10:26: annotation `proxy-injection` is a boolean, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}",
        annotated(WEB, "proxy-injection: disable").replace('\n', "\n  ").trim_end()
    );
    assert_snapshot!(refused(&format!("{list}\n")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:13:28: annotation `proxy-injection`: `disable` is not one of `enabled`, `disabled`
      hint: did you mean `disabled`?
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused_with(&["-p", "curl"], &WEB.replace("app: web\n    spec", "sidecar.me/inject: true\n    spec")), @"
    deployment/web (default): rejected by curl
    error: web.yaml:10:28: label `sidecar.me/inject` is a boolean, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
}

#[test]
fn a_parameter_with_a_bad_value() {
    let port = "  parameters:\n    - {name: port, type: port, annotation: example.com/port, from: [/spec/containers/0/ports/0/containerPort]}\n  containers: [{name: a, image: \"a:1\", ports: [{containerPort: \"{{ port }}\"}]}]\n";
    let profile = [profile("mine", port)];
    assert_snapshot!(fought(&annotated(WEB, "example.com/port: http"), &profile), @"
    deployment/web (default): rejected by mine
    error: web.yaml:10:27: annotation `example.com/port`: `http` is not a port: a number from 1 to 65535
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(fought(&annotated(WEB, "example.com/port: 80"), &profile), @"
    deployment/web (default): rejected by mine
    error: web.yaml:10:27: annotation `example.com/port` is a number, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(fought(&WEB.replace("image: web:1\n", "image: web:1\n          ports: [{containerPort: 0}]\n"), &profile), @"
    deployment/web (default): rejected by mine
    error: web.yaml:15:35: parameter `port`: `0` is not a port: a number from 1 to 65535
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
    assert_snapshot!(fought(WEB, &profile), @"
    deployment/web (default): rejected by mine
    error: web.yaml:7:3: parameter `port` has no value
      hint: set it with the annotation `example.com/port` or `--set port=…`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back
    ");
}

#[test]
fn what_an_api_server_would_refuse() {
    let with =
        |container: &str| [profile("mine", &format!("  containers: [{{name: a, image: \"a:1\", {container}}}]\n"))];
    assert_snapshot!(fought(WEB, &with("resources: {requests: {cpu: 2}, limits: {cpu: 1}}")), @"
    deployment/web (default): rejected by mine
    error: web.yaml:12:7: container `a` of the profile `mine`: request of `2` of cpu is above its limit of `1`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, invalid
    ");
    assert_snapshot!(fought(WEB, &with("volumeMounts: [{name: gone, mountPath: /a}]")), @"
    deployment/web (default): rejected by mine
    error: web.yaml:12:7: container `a` of the profile `mine`: the pod has no volume `gone` to mount
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, invalid
    ");
    let pod =
        WEB.replace("      containers:\n", "      resources: {limits: {cpu: 50m, memory: 64Mi}}\n      containers:\n");
    assert_snapshot!(refused(&pod), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:12:33: with `proxy-sidecar`, `init-iptables` the containers request `60m` of cpu, more than the pod's own `resources.limits` of `50m`
      hint: raise the pod's `resources.limits.cpu`, or lower that of `proxy-sidecar`, `init-iptables`
    error: web.yaml:12:46: with `proxy-sidecar`, `init-iptables` the containers request `80Mi` of memory, more than the pod's own `resources.limits` of `64Mi`
      hint: raise the pod's `resources.limits.memory`, or lower that of `proxy-sidecar`, `init-iptables`
    error: web.yaml:12:33: container `proxy-sidecar` has a limit of `1` of cpu, more than the pod's own `resources.limits` of `50m`
      hint: raise the pod's `resources.limits.cpu`, or lower that of `proxy-sidecar`
    error: web.yaml:12:46: container `proxy-sidecar` has a limit of `256Mi` of memory, more than the pod's own `resources.limits` of `64Mi`
      hint: raise the pod's `resources.limits.memory`, or lower that of `proxy-sidecar`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, invalid
    ");
}

#[test]
fn a_cluster_that_is_too_old() {
    let native = [profile("mine", "  nativeSidecar: true\n  containers: [{name: a, image: \"a:1\"}]\n")];
    let run = |report: &'static str| {
        known("inject", ["--kubernetes-version=1.28", "-p", "0.yaml", report, "web.yaml"])
            .file("0.yaml", &native[0])
            .file("web.yaml", WEB)
    };
    assert_snapshot!(told(&run("--report=text").fails(), run("--report=json")), @"
    deployment/web (default): rejected by mine
    error: web.yaml:7:3: the profile `mine` needs a native sidecar, which Kubernetes 1.28 does not run
      hint: native sidecars run from 1.29 on; `nativeSidecar: false` or `--native-sidecar false` makes a classic one
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, unsupported-version
    ");
}

#[test]
fn a_record_that_does_not_parse() {
    let broken = |value: &str| {
        let text = injected();
        let at = text.find("status: '").unwrap() + 8;
        let end = at + text[at..].find('\n').unwrap();
        format!("{}{value}{}", &text[..at], &text[end..])
    };
    assert_snapshot!(refused(&broken("'none'")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:12:34: the record `sidecar-injector/status` cannot be read: expected ident at line 1 column 2
      hint: restore the annotation, or remove it together with what was injected
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
    assert_snapshot!(kept(&broken("'[{\"profile\":1}]'")), @"
    deployment/web (default): rejected
    error: web.yaml:12:34: the record `sidecar-injector/status` cannot be read: invalid type: integer `1`, expected a string at line 1 column 13
      hint: restore the annotation, or remove it together with what was injected
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
    assert_snapshot!(kept(&broken("7")), @"
    deployment/web (default): rejected
    error: web.yaml:12:34: the record `sidecar-injector/status` cannot be read: it is a number
      hint: restore the annotation, or remove it together with what was injected
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
}

#[test]
fn a_record_that_was_tampered_with() {
    let names_the_application =
        injected().replace("\"containers\":[\"proxy-sidecar\"]", "\"containers\":[\"proxy-sidecar\",\"web\"]");
    assert_snapshot!(refused(&names_the_application), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:163:7: removing what the record names would leave no container
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
    assert_snapshot!(kept(&names_the_application), @"
    deployment/web (default): rejected
    error: web.yaml:163:7: removing what the record names would leave no container
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
    let forgets = injected().replace(",\"containers\":[\"proxy-sidecar\"]", "");
    assert_snapshot!(kept(&forgets), @"
    deployment/web (default): rejected
    error: web.yaml:12:34: the record of the profile `cortexflow` does not match what it adds: it does not name `proxy-sidecar`
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
    let removes_all = injected()
        .replace("\"profile\":\"cortexflow\"", "\"profile\":\"gone\"")
        .replace("[\"proxy-sidecar\"]", "[\"proxy-sidecar\",\"web\"]");
    assert_snapshot!(kept(&removes_all), @"
    deployment/web (default): rejected
    error: web.yaml:163:7: removing what the record names would leave no container
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
}

#[test]
fn an_injection_of_which_a_part_is_gone() {
    let text = injected();
    let partial = &text[..text.find("        - name: proxy-sidecar").unwrap()];
    assert_snapshot!(refused(partial), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:12:34: the record says that the profile `cortexflow` added `/spec/containers/proxy-sidecar`, which is not there
      hint: `injector inject --reinject` makes it again; `injector uninject --force` removes the rest
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, partial-injection
    ");
    assert_snapshot!(kept(partial), @"
    deployment/web (default): rejected
    error: web.yaml:12:34: the record says that the profile `cortexflow` added `/spec/containers/proxy-sidecar`, which is not there
      hint: `injector inject --reinject` makes it again; `injector uninject --force` removes the rest
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, partial-injection
    ");
    let check = |report: &'static str| known("check", [report, "web.yaml"]).file("web.yaml", partial);
    assert_snapshot!(told(&check("--report=text").finds(), check("--report=json")), @"
    deployment/web (default): partial injection by cortexflow
    warning: web.yaml:12:34: the record says that the profile `cortexflow` added `/spec/containers/proxy-sidecar`, which is not there
      hint: `injector inject --reinject` makes it again; `injector uninject --force` removes the rest
    codes: partial-injection
    ");
}

#[test]
fn an_outdated_injection_below_one_that_is_not_at_hand() {
    let names = ["0.yaml", "1.yaml"];
    let both = known("inject", ["-q", "-p", "0.yaml", "-p", "1.yaml"])
        .files(names.iter().zip([adding("one", "a"), adding("two", "b")]))
        .stdin(WEB)
        .succeeds()
        .stdout;
    let run = |report: &'static str| {
        known("inject", ["--reinject", "-p", "0.yaml", report, "web.yaml"])
            .file("0.yaml", adding("one", "a").replace("a:1", "a:2"))
            .file("web.yaml", &both)
    };
    assert_snapshot!(told(&run("--report=text").fails(), run("--report=json")), @"
    deployment/web (default): rejected by one
    error: web.yaml:12:34: the profile `two` was injected after an outdated one, and was not given, so it cannot be injected again
      hint: give that profile too, with `--profile`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: held-back, record
    ");
}

#[test]
fn several_errors_are_told_at_once() {
    let stream = format!(
        "{}---\n{WEB}---\nkind: [\n---\n{}",
        annotated(WEB, "proxy-injection: disable"),
        annotated(WEB, "proxy-injection: 1")
    );
    assert_snapshot!(refused(&stream), @"
    error: web.yaml:36:1: the document ends too early: did not find expected node content while parsing a flow node
      hint: is the file complete?
    deployment/web (default): rejected by cortexflow
    error: web.yaml:10:26: annotation `proxy-injection`: `disable` is not one of `enabled`, `disabled`
      hint: did you mean `disabled`?
    deployment/web (default): injected by cortexflow
    deployment/web (default): rejected by cortexflow
    error: web.yaml:46:26: annotation `proxy-injection` is a number, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: bad-value, held-back, syntax
    ");
    assert_snapshot!(refused_with(&["-q"], &stream), @"
    error: web.yaml:36:1: the document ends too early: did not find expected node content while parsing a flow node
      hint: is the file complete?
    error: web.yaml:10:26: annotation `proxy-injection`: `disable` is not one of `enabled`, `disabled`
      hint: did you mean `disabled`?
    error: web.yaml:46:26: annotation `proxy-injection` is a number, not a string
      hint: quote the value
    codes: bad-value, held-back, syntax
    ");
}

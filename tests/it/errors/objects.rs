//! Workloads that are refused.

use insta::assert_snapshot;

use super::super::manifests::{RESOURCES, WEB, adding, injected, known, profile};
use super::{refused, refused_with, told};

fn annotated(text: &str, line: &str) -> String {
    text.replace(
        "      labels:\n        app",
        &format!("      annotations:\n        {line}\n      labels:\n        app"),
    )
}

/// What `inject` says where these profiles, `0.yaml` and `1.yaml`, do not get along on this.
fn fought(text: &str, profiles: &[String]) -> String {
    let names = ["0.yaml", "1.yaml"];
    let run = |report: &'static str| {
        let args = names.iter().take(profiles.len()).flat_map(|name| ["-p", name]).chain([report, "web.yaml"]);
        known("inject", args).files(names.iter().zip(profiles)).file("web.yaml", text)
    };
    told(&run("--report=text").fails(), run("--report=json"))
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
    web.yaml:10:26: annotation `proxy-injection`: `disable` is none of `enabled`, `disabled`
      hint: did you mean `disabled`?
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused(&annotated(WEB, "proxy-injection: \"off\"")), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:10:26: annotation `proxy-injection`: `off` is none of `enabled`, `disabled`
      hint: use one of `enabled`, `disabled`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused(&annotated(WEB, "proxy-injection: false")), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:10:26: annotation `proxy-injection` is a boolean, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}",
        annotated(WEB, "proxy-injection: disable").replace('\n', "\n  ").trim_end()
    );
    assert_snapshot!(refused(&format!("{list}\n")), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:13:28: annotation `proxy-injection`: `disable` is none of `enabled`, `disabled`
      hint: did you mean `disabled`?
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
    assert_snapshot!(refused_with(&["-p", "curl"], &WEB.replace("app: web\n    spec", "sidecar.me/inject: true\n    spec")), @"
    deployment/web (default): rejected by curl
    web.yaml:10:28: label `sidecar.me/inject` is a boolean, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
}

#[test]
fn a_parameter_with_a_bad_value() {
    let port = "  parameters:\n    - {name: port, type: port, annotation: example.com/port, from: [/spec/containers/0/ports/0/containerPort]}\n  containers: [{name: a, image: \"a:1\", ports: [{containerPort: \"{{ port }}\"}]}]\n";
    let profile = [profile("mine", port)];
    assert_snapshot!(fought(&annotated(WEB, "example.com/port: http"), &profile), @"
    deployment/web (default): rejected by mine
    web.yaml:10:27: annotation `example.com/port`: `http` is not a port: a number from 1 to 65535
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
    assert_snapshot!(fought(&annotated(WEB, "example.com/port: 80"), &profile), @"
    deployment/web (default): rejected by mine
    web.yaml:10:27: annotation `example.com/port` is a number, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
    assert_snapshot!(fought(&WEB.replace("image: web:1\n", "image: web:1\n          ports: [{containerPort: 0}]\n"), &profile), @"
    deployment/web (default): rejected by mine
    web.yaml:15:35: parameter `port`: `0` is not a port: a number from 1 to 65535
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
    assert_snapshot!(fought(WEB, &profile), @"
    deployment/web (default): rejected by mine
    web.yaml:7:3: parameter `port` has no value
      hint: set it with the annotation `example.com/port` or `--set port=…`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back
    ");
}

#[test]
fn two_profiles_and_one_container_name() {
    assert_snapshot!(fought(WEB, &[adding("one", "helper"), adding("two", "helper")]), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    web.yaml:12:7: the profiles `one` and `two` both add a container `helper`
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
}

#[test]
fn two_profiles_and_one_volume() {
    let with = |name: &str, source: &str| profile(name, &format!("  volumes: [{{name: data, {source}}}]\n"));
    assert_snapshot!(fought(WEB, &[with("one", "emptyDir: {}"), with("two", "configMap: {name: x}")]), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    web.yaml:11:5: the profile `two` adds a volume `data`, and the profile `one` has a different one of that name
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
    let own = WEB.replace(
        "      containers:\n",
        "      volumes:\n        - name: data\n          secret: {secretName: x}\n      containers:\n",
    );
    assert_snapshot!(fought(&own, &[with("one", "emptyDir: {}")]), @"
    deployment/web (default): rejected by one
    web.yaml:13:11: the profile `one` adds a volume `data`, and the pod has a different one of that name
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
    let claimed = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  volumeClaimTemplates:\n    - metadata: {name: data}\n  template:\n    spec:\n      containers: [{name: db, image: \"db:1\"}]\n";
    assert_snapshot!(fought(claimed, &[with("one", "emptyDir: {}")]), @"
    statefulset/db (default): rejected by one
    web.yaml:8:5: the volume `data` of the profile `one` is a volume claim template of this object
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
}

#[test]
fn two_profiles_and_one_port() {
    let with = |name: &str, port: &str| {
        profile(name, &format!("  containers: [{{name: {name}, image: \"a:1\", ports: [{{{port}}}], {RESOURCES}}}]\n"))
    };
    assert_snapshot!(fought(WEB, &[with("one", "containerPort: 80"), with("two", "containerPort: 80")]), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    web.yaml:12:7: container port 80 of container `two` is already used by container `one`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
    let host = [with("one", "containerPort: 80, hostPort: 8000"), with("two", "containerPort: 81, hostPort: 8000")];
    assert_snapshot!(fought(WEB, &host), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    web.yaml:12:7: host port 8000 of container `two` is already used by container `one`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
    assert_snapshot!(refused(&WEB.replace("image: web:1\n", "image: web:1\n          ports:\n            - name: http\n              containerPort: 5054\n")), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:17:30: container port 5054 of container `proxy-sidecar` is already used by container `web`
      hint: set another port with the annotation `sidecar-injector/tcp-port` or `--set tcpPort=…`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
}

#[test]
fn two_profiles_and_one_mount_path() {
    let with = |name: &str, volume: &str| {
        profile(
            name,
            &format!(
                "  volumes: [{{name: {volume}, emptyDir: {{}}}}]\n  application:\n    volumeMounts: [{{name: {volume}, mountPath: /data}}]\n"
            ),
        )
    };
    assert_snapshot!(fought(WEB, &[with("one", "a"), with("two", "b")]), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    web.yaml:13:11: container `web` mounts the volume `a` at `/data`, where the profile `two` mounts `b`
      hint: mount one of the two elsewhere
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
    let own = WEB
        .replace("image: web:1\n", "image: web:1\n          volumeMounts: [{name: own, mountPath: /data}]\n")
        .replace("      containers:\n", "      volumes: [{name: own, emptyDir: {}}]\n      containers:\n");
    assert_snapshot!(fought(&own, &[with("one", "a")]), @"
    deployment/web (default): rejected by one
    web.yaml:16:26: container `web` mounts the volume `own` at `/data`, where the profile `one` mounts `a`
      hint: mount one of the two elsewhere
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
}

#[test]
fn the_user_id_of_a_sidecar() {
    let own = WEB.replace("image: web:1\n", "image: web:1\n          securityContext: {runAsUser: 15054}\n");
    assert_snapshot!(refused_with(&["--set", "captureOutbound=true"], &own), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:13:11: container `web` runs as user 15054, which the profile `cortexflow` keeps for its own container
      hint: give one of the two another user id
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: conflict, held-back
    ");
}

#[test]
fn what_an_api_server_would_refuse() {
    let with =
        |container: &str| [profile("mine", &format!("  containers: [{{name: a, image: \"a:1\", {container}}}]\n"))];
    assert_snapshot!(fought(WEB, &with("resources: {requests: {cpu: 2}, limits: {cpu: 1}}")), @"
    deployment/web (default): rejected by mine
    web.yaml:12:7: container `a` of the profile `mine`: request of `2` of cpu is above its limit of `1`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, invalid
    ");
    assert_snapshot!(fought(WEB, &with("volumeMounts: [{name: gone, mountPath: /a}]")), @"
    deployment/web (default): rejected by mine
    web.yaml:12:7: container `a` of the profile `mine`: volume `gone` is mounted, and the pod has none of that name
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, invalid
    ");
    let pod =
        WEB.replace("      containers:\n", "      resources: {limits: {cpu: 50m, memory: 64Mi}}\n      containers:\n");
    assert_snapshot!(refused(&pod), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:12:33: with `proxy-sidecar`, `init-iptables` the containers request `60m` of cpu, more than the pod's own `resources.limits` of `50m`
      hint: raise the pod's `resources.limits.cpu`, or lower that of `proxy-sidecar`, `init-iptables`
    web.yaml:12:46: with `proxy-sidecar`, `init-iptables` the containers request `80Mi` of memory, more than the pod's own `resources.limits` of `64Mi`
      hint: raise the pod's `resources.limits.memory`, or lower that of `proxy-sidecar`, `init-iptables`
    web.yaml:12:33: container `proxy-sidecar` has a limit of `1` of cpu, more than the pod's own `resources.limits` of `50m`
      hint: raise the pod's `resources.limits.cpu`, or lower that of `proxy-sidecar`
    web.yaml:12:46: container `proxy-sidecar` has a limit of `256Mi` of memory, more than the pod's own `resources.limits` of `64Mi`
      hint: raise the pod's `resources.limits.memory`, or lower that of `proxy-sidecar`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
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
    web.yaml:7:3: the profile `mine` needs a native sidecar, which Kubernetes 1.28 does not run
      hint: native sidecars run from 1.29 on; `nativeSidecar: false` makes a classic one
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
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
    web.yaml:12:34: the record `sidecar-injector/status` cannot be read: expected ident at line 1 column 2
      hint: restore the annotation, or remove it together with what was injected
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, record
    ");
    assert_snapshot!(kept(&broken("'[{\"profile\":1}]'")), @"
    deployment/web (default): rejected
    web.yaml:12:34: the record `sidecar-injector/status` cannot be read: invalid type: integer `1`, expected a string at line 1 column 13
      hint: restore the annotation, or remove it together with what was injected
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, record
    ");
    assert_snapshot!(kept(&broken("7")), @"
    deployment/web (default): rejected
    web.yaml:12:34: the record `sidecar-injector/status` cannot be read: it is a number
      hint: restore the annotation, or remove it together with what was injected
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, record
    ");
}

#[test]
fn a_record_that_was_tampered_with() {
    let names_the_application =
        injected().replace("\"containers\":[\"proxy-sidecar\"]", "\"containers\":[\"proxy-sidecar\",\"web\"]");
    assert_snapshot!(refused(&names_the_application), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:157:7: removing what the record names would leave no container
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, record
    ");
    assert_snapshot!(kept(&names_the_application), @"
    deployment/web (default): rejected
    web.yaml:157:7: removing what the record names would leave no container
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, record
    ");
    let forgets = injected().replace(",\"containers\":[\"proxy-sidecar\"]", "");
    assert_snapshot!(kept(&forgets), @"
    deployment/web (default): rejected
    web.yaml:12:34: the record of the profile `cortexflow` does not fit what it adds: it does not name `proxy-sidecar`
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, record
    ");
    let removes_all = injected()
        .replace("\"profile\":\"cortexflow\"", "\"profile\":\"gone\"")
        .replace("[\"proxy-sidecar\"]", "[\"proxy-sidecar\",\"web\"]");
    assert_snapshot!(kept(&removes_all), @"
    deployment/web (default): rejected
    web.yaml:157:7: removing what the record names would leave no container
      hint: restore the annotation as injector wrote it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, record
    ");
}

#[test]
fn an_injection_of_which_a_part_is_gone() {
    let text = injected();
    let partial = &text[..text.find("        - name: proxy-sidecar").unwrap()];
    assert_snapshot!(refused(partial), @"
    deployment/web (default): rejected by cortexflow
    web.yaml:12:34: the record says that the profile `cortexflow` added `/spec/containers/proxy-sidecar`, which is not there
      hint: `injector uninject --force` drops what is left of it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, partial-injection
    ");
    assert_snapshot!(kept(partial), @"
    deployment/web (default): rejected
    web.yaml:12:34: the record says that the profile `cortexflow` added `/spec/containers/proxy-sidecar`, which is not there
      hint: `injector uninject --force` drops what is left of it
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: held-back, partial-injection
    ");
    let check = |report: &'static str| known("check", [report, "web.yaml"]).file("web.yaml", partial);
    assert_snapshot!(told(&check("--report=text").finds(), check("--report=json")), @"
    deployment/web (default): partial injection by cortexflow
    web.yaml:12:34: warning: the record says that the profile `cortexflow` added `/spec/containers/proxy-sidecar`, which is not there
      hint: `injector uninject --force` drops what is left of it
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
    web.yaml:12:34: the profile `two` was injected after an outdated one, and is not at hand to be injected again
      hint: give that profile too, with `--profile`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
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
    web.yaml:36:1: the document ends too early: did not find expected node content while parsing a flow node
      hint: is it cut off?
    deployment/web (default): rejected by cortexflow
    web.yaml:10:26: annotation `proxy-injection`: `disable` is none of `enabled`, `disabled`
      hint: did you mean `disabled`?
    deployment/web (default): injected by cortexflow
    deployment/web (default): rejected by cortexflow
    web.yaml:46:26: annotation `proxy-injection` is a number, not a string
      hint: quote the value
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` passes what fails through unchanged
    codes: bad-value, held-back, syntax
    ");
    assert_snapshot!(refused_with(&["-q"], &stream), @"
    web.yaml:36:1: the document ends too early: did not find expected node content while parsing a flow node
      hint: is it cut off?
    web.yaml:10:26: annotation `proxy-injection`: `disable` is none of `enabled`, `disabled`
      hint: did you mean `disabled`?
    web.yaml:46:26: annotation `proxy-injection` is a number, not a string
      hint: quote the value
    codes: bad-value, held-back, syntax
    ");
}

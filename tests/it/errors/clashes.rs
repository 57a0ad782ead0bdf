//! What the profile and the pod both have, or only one of them: mounts, ports, containers that are not there.

use insta::assert_snapshot;

use super::told;
use crate::support::injector;
use crate::support::manifests::{RESOURCES, WEB, known, profile};

/// What `inject` says with this profile.
fn taken(spec: &str, text: &str) -> String {
    let run = |report: &'static str| {
        known("inject", ["-p", "mine.yaml", report, "web.yaml"])
            .file("mine.yaml", profile("mine", spec))
            .file("web.yaml", text)
    };
    told(&run("--report=text").exits_any(), run("--report=json"))
}

/// The workload with this field of its container, and these of its pod.
fn web(container: &str, pod: &str) -> String {
    WEB.replace("image: web:1\n", &format!("image: web:1\n          {container}\n"))
        .replace("      containers:\n", &format!("      {pod}\n      containers:\n"))
}

const SECRETS: &str =
    "  volumes: [{name: ours, emptyDir: {}}]\n  application:\n    volumeMounts: [{name: ours, mountPath: /secrets}]\n";

#[test]
fn one_mount_path_in_many_spellings() {
    for path in ["/secrets", "/secrets/", "//secrets", "/secrets/.", "/a/../secrets"] {
        let text = web(
            &format!("volumeMounts: [{{name: own, mountPath: {path}}}]"),
            "volumes: [{name: own, configMap: {name: x}}]",
        );
        let said = taken(SECRETS, &text);
        assert!(said.contains(&format!("container `web` mounts the volume `own` at `{path}`, where")), "{said}");
        assert!(said.contains("mount one of the two elsewhere"), "{said}");
    }
    let same = web("volumeMounts: [{name: ours, mountPath: /secrets/}]", "volumes: [{name: ours, emptyDir: {}}]");
    assert_snapshot!(taken(SECRETS, &same), @"
    deployment/web (default): injected by mine
    codes:
    ");
}

#[test]
fn an_equivalent_volume_at_the_mount_path_can_be_shared() {
    let text = web("volumeMounts: [{name: own, mountPath: /secrets/}]", "volumes: [{name: own, emptyDir: {}}]");
    assert_snapshot!(taken(SECRETS, &text), @"
    deployment/web (default): rejected by mine
    error: web.yaml:16:26: container `web` mounts the volume `own` at `/secrets/`, where the profile `mine` mounts `ours` (`/secrets`)
      hint: both volumes are the same `emptyDir`: to share it, call the pod's volume `ours` too, there and in its mounts
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
    for (mount, source) in [("", "{medium: Memory}"), ("", "{sizeLimit: 1Gi}"), (", readOnly: true", "{}")] {
        let mount = format!("volumeMounts: [{{name: own, mountPath: /secrets{mount}}}]");
        let said = taken(SECRETS, &web(&mount, &format!("volumes: [{{name: own, emptyDir: {source}}}]")));
        assert!(said.contains("mount one of the two elsewhere"), "{said}");
    }
}

#[test]
fn a_mount_above_or_below_another() {
    let volumes = "volumes: [{name: own, emptyDir: {}}]";
    assert_snapshot!(taken(SECRETS, &web("volumeMounts: [{name: own, mountPath: /secrets/tls/}]", volumes)), @"
    deployment/web (default): injected by mine
    warning: web.yaml:16:49: the profile `mine` mounts the volume `ours` at `/secrets`, above `/secrets/tls/`, where container `web` mounts the volume `own`
      hint: check that neither hides files that the other needs
    codes: nested-mount
    ");
    assert_snapshot!(taken(SECRETS, &web("volumeMounts: [{name: own, mountPath: /}]", volumes)), @"
    deployment/web (default): injected by mine
    warning: web.yaml:16:49: the profile `mine` mounts the volume `ours` at `/secrets`, below `/`, where container `web` mounts the volume `own`
      hint: check that neither hides files that the other needs
    codes: nested-mount
    ");
    let said = taken(SECRETS, &web("volumeMounts: [{name: own, mountPath: /secrets-2}]", volumes));
    assert!(!said.contains("nested-mount"), "{said}");
}

/// A profile with a sidecar on port 80.
fn on_80() -> String {
    format!("  containers: [{{name: front, image: \"a:1\", ports: [{{containerPort: 80}}], {RESOURCES}}}]\n")
}

#[test]
fn the_port_of_a_probe_is_taken() {
    assert_snapshot!(taken(&on_80(), &web("readinessProbe: {httpGet: {path: /, port: 80}}", "volumes: []")), @"
    deployment/web (default): injected by mine
    warning: web.yaml:16:53: port 80 of container `front` is also what a probe of container `web` asks: only one of the two can listen there
    codes: probe-port
    ");
    for probe in [
        "livenessProbe: {tcpSocket: {port: 80}}",
        "startupProbe: {grpc: {port: 80}}",
        "lifecycle: {preStop: {httpGet: {port: 80}}}",
    ] {
        let said = taken(&on_80(), &web(probe, "volumes: []"));
        assert!(said.contains("port 80 of container `front`") && said.contains("codes: probe-port"), "{said}");
    }
    for probe in ["livenessProbe: {tcpSocket: {port: 81}}", "livenessProbe: {httpGet: {host: 10.0.0.1, port: 80}}"] {
        let said = taken(&on_80(), &web(probe, "volumes: []"));
        assert!(!said.contains("probe-port"), "{said}");
    }
    let probing = "  containers: [{name: front, image: \"a:1\", livenessProbe: {tcpSocket: {port: 80}}}]\n";
    assert_snapshot!(taken(probing, &web("ports: [{containerPort: 80}]", "volumes: []")), @"
    deployment/web (default): injected by mine
    warning: web.yaml:16:35: port 80 of container `web` is also what a probe of container `front` asks: only one of the two can listen there
    codes: probe-port
    ");
}

#[test]
fn the_port_of_a_plain_init_container_is_free_again() {
    let init = |policy: &str| {
        web(
            "stdin: false",
            &format!(
                "initContainers: [{{name: init, image: \"i:1\", {policy}ports: [{{containerPort: 80}}], {RESOURCES}}}]"
            ),
        )
    };
    assert_snapshot!(taken(&on_80(), &init("")), @"
    deployment/web (default): injected by mine
    codes:
    ");
    assert_snapshot!(taken(&on_80(), &init("restartPolicy: Always, ")), @"
    deployment/web (default): rejected by mine
    error: web.yaml:12:98: container port 80 of container `front` is already used by container `init`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
}

/// What nginx passes requests on to, and what `inject` says, where these are the pod's containers.
fn upstream(containers: &str, metadata: &str, args: &[&str]) -> (String, String) {
    let text =
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a{metadata}}}\nspec:\n  containers:\n{containers}");
    let facts = ["inject", "--namespace-labels=default:sidecar-inject=enabled", "--namespace-annotations=default:"];
    let args = facts.into_iter().chain(args.iter().copied()).chain(["-p", "nginx"]);
    let gate = format!("  placement: First\n{}", on_80().replace("80", "15001"));
    let ran = injector(args).file("gate.yaml", profile("gate", &gate)).stdin(text).succeeds();
    let port =
        ran.stdout.split("name: UPSTREAM_PORT").nth(1).and_then(|rest| rest.split('"').nth(1)).map(str::to_owned);
    (port.unwrap_or_default(), ran.stderr)
}

#[test]
fn the_first_container_is_the_applications() {
    let app = "  - name: app\n    image: app:1\n    ports: [{containerPort: 3000}]\n";
    let proxy =
        "  - name: istio-proxy\n    image: docker.io/istio/proxyv2:1.22.0\n    ports: [{containerPort: 15090}]\n";
    let udp = app.replace("[{", "[{containerPort: 9125, protocol: UDP}, {");
    let other = "  - name: other\n    image: other:1\n    ports: [{containerPort: 4000}]\n";
    let both = format!("{other}{app}");
    let annotated = ", annotations: {kubectl.kubernetes.io/default-container: app}";
    let absent = ", annotations: {kubectl.kubernetes.io/default-container: gone}";
    assert_eq!(upstream(app, "", &[]).0, "3000");
    assert_eq!(upstream(&format!("{proxy}{app}"), "", &[]).0, "3000");
    assert_eq!(upstream(&udp, "", &[]).0, "3000");
    assert_eq!(upstream(app, "", &["-p", "./gate.yaml"]).0, "3000");
    assert_eq!(upstream(&both, "", &[]).0, "4000");
    assert_eq!(upstream(&both, annotated, &[]).0, "3000");
    assert_eq!(upstream(&both, absent, &[]).0, "4000");
}

#[test]
fn a_guessed_port_is_a_note() {
    let none = "  - name: app\n    image: app:1\n    resources: {requests: {cpu: 10m}}\n";
    let (port, said) = upstream(none, "", &[]);
    assert_eq!(port, "8080");
    assert_snapshot!(said, @"
    pod/a (default): injected by nginx
    note: <stdin>:4:1: the profile `nginx` takes its default 8080 for `upstreamPort`: the application's container declares no such port
      hint: declare the port, or set it with the annotation `sidecar-injector/nginx-upstream-port` or `--set upstreamPort=…`
    1 workload: 1 injected
    ");
    let (port, said) = upstream(none, "", &["--set=upstreamPort=8080"]);
    assert!(port == "8080" && !said.contains("note"), "{said}");
}

/// What is said of a pod whose container `web` has these fields, with the default profile and these arguments.
fn probed(fields: &str, args: &[&'static str]) -> String {
    let text = WEB.replace("          image: web:1\n", &format!("          image: web:1\n{fields}"));
    known("inject", args.iter().copied()).stdin(text).succeeds().stderr
}

#[test]
fn probes_that_go_through_the_redirection_are_notes() {
    let fields = [
        "ports: [{name: web, containerPort: 8080}]",
        "livenessProbe: {httpGet: {port: web, path: /}}",
        "readinessProbe: {httpGet: {port: 8080, path: /ready}}",
        "startupProbe: {grpc: {port: 9000}}",
        "lifecycle: {preStop: {httpGet: {port: 9090, path: /quit}}}",
    ]
    .map(|field| format!("          {field}\n"))
    .concat();
    assert_snapshot!(probed(&fields, &[]), @"
    deployment/web (default): injected by cortexflow
    note: <stdin>:16:43: the profile `cortexflow` redirects port 8080, which the kubelet asks of container `web` (`livenessProbe`, `readinessProbe`): the answer comes through the sidecar
      hint: if it must not depend on the sidecar, add the port to the annotation `sidecar-injector/exclude-inbound-ports` or `--set excludeInboundPorts=…`
    note: <stdin>:18:39: the profile `cortexflow` redirects port 9000, which the kubelet asks of container `web` (`startupProbe`): the answer comes through the sidecar
      hint: if it must not depend on the sidecar, add the port to the annotation `sidecar-injector/exclude-inbound-ports` or `--set excludeInboundPorts=…`
    note: <stdin>:19:49: the profile `cortexflow` redirects port 9090, which the kubelet asks of container `web` (`preStop`): the answer comes through the sidecar
      hint: if it must not depend on the sidecar, add the port to the annotation `sidecar-injector/exclude-inbound-ports` or `--set excludeInboundPorts=…`
    1 workload: 1 injected
    ");
    // What is excluded, or not included, reaches the application itself.
    assert_snapshot!(probed(&fields, &["--set=excludeInboundPorts=9000-9100"]), @"
    deployment/web (default): injected by cortexflow
    note: <stdin>:16:43: the profile `cortexflow` redirects port 8080, which the kubelet asks of container `web` (`livenessProbe`, `readinessProbe`): the answer comes through the sidecar
      hint: if it must not depend on the sidecar, add the port to the annotation `sidecar-injector/exclude-inbound-ports` or `--set excludeInboundPorts=…`
    1 workload: 1 injected
    ");
    assert_snapshot!(probed(&fields, &["--set=includeInboundPorts=443,9000"]), @"
    deployment/web (default): injected by cortexflow
    note: <stdin>:18:39: the profile `cortexflow` redirects port 9000, which the kubelet asks of container `web` (`startupProbe`): the answer comes through the sidecar
      hint: if it must not depend on the sidecar, add the port to the annotation `sidecar-injector/exclude-inbound-ports` or `--set excludeInboundPorts=…`
    1 workload: 1 injected
    ");
    let excluded = WEB.replace(
        "        app: web\n    spec",
        "        app: web\n      annotations: {sidecar-injector/exclude-inbound-ports: \"8080,9000,9090\"}\n    spec",
    );
    let excluded = excluded.replace("          image: web:1\n", &format!("          image: web:1\n{fields}"));
    assert!(!known("inject", []).stdin(excluded).succeeds().stderr.contains("redirects"));
    for field in [
        "livenessProbe: {exec: {command: [a]}}",
        "livenessProbe: {httpGet: {port: 8080, host: example.com}}",
        "livenessProbe: {tcpSocket: {port: nameless}}",
    ] {
        let said = probed(&format!("          {field}\n"), &[]);
        assert!(!said.contains("redirects"), "{field}: {said}");
    }
    let native = "{name: log, image: a, restartPolicy: Always, resources: {requests: {cpu: 1m}}, startupProbe: {tcpSocket: {port: 24224}}}";
    let native = WEB.replace("      containers:\n", &format!("      initContainers: [{native}]\n      containers:\n"));
    let said = known("inject", []).stdin(native).succeeds().stderr;
    assert!(
        said.contains("redirects port 24224, which the kubelet asks of container `log` (`startupProbe`)"),
        "{said}"
    );
}

#[test]
fn any_profile_may_say_which_ports_it_redirects() {
    let probe = WEB.replace(
        "          image: web:1\n",
        "          image: web:1\n          livenessProbe: {tcpSocket: {port: 80}}\n",
    );
    for (ports, is_told) in
        [("{include: 80}", true), ("{include: '*', exclude: 80-90}", false), ("{include: 443}", false)]
    {
        let spec = format!("  redirectedPorts: {ports}\n  labels: {{a: b}}\n");
        let said = taken(&spec, &probe);
        assert_eq!(said.contains("redirected-probe"), is_told, "{ports}: {said}");
    }
}

#[test]
fn targets_that_are_not_there() {
    let env = "env: [{name: A, value: a}]";
    assert_snapshot!(taken(&format!("  application: {{targets: [app, worker], {env}}}\n"), WEB), @"
    deployment/web (default): injected by mine
    warning: web.yaml:11:5: the pod has no container `app` or `worker`, where the profile `mine` adds to the application: nothing is added there
    codes: targets-absent
    ");
    assert_snapshot!(taken(&format!("  application: {{targets: InitContainers, {env}}}\n"), WEB), @"
    deployment/web (default): injected by mine
    warning: web.yaml:11:5: the pod has no init container of its own, where the profile `mine` adds to the application: nothing is added there
    codes: targets-absent
    ");
    let said = taken(&format!("  application: {{targets: [web, worker], {env}}}\n"), WEB);
    assert!(!said.contains("targets-absent"), "{said}");
}

/// It is so as long as the pod is as it is, so each later check says it too.
#[test]
fn what_had_no_effect_is_said_at_each_check() {
    let env = "env: [{name: A, value: a}]";
    let switch = "  podSwitch: {label: app, inject: [web], skip: [none]}\n";
    for (spec, text, message) in [
        (
            format!("  application: {{targets: [app, worker], {env}}}\n"),
            WEB.to_owned(),
            "no container `app` or `worker`",
        ),
        (
            format!("{switch}  application: {{{env}}}\n"),
            web("env: [{name: A, value: mine}]", "volumes: []"),
            "changes nothing in this pod",
        ),
    ] {
        let run = |command: &'static str, text: &str| {
            let run = known(command, ["-p", "mine.yaml"]).file("mine.yaml", profile("mine", &spec)).stdin(text);
            run.succeeds()
        };
        let injected = run("inject", &text);
        for ran in [run("check", &injected.stdout), run("inject", &injected.stdout), injected] {
            assert!(ran.stderr.contains(message), "{message}: {}", ran.stderr);
        }
    }
}

#[test]
fn an_opted_in_pod_that_gets_nothing() {
    let there = web("env: [{name: A, value: mine}]", "volumes: []");
    let switch = "  podSwitch: {label: app, inject: [web], skip: [none]}\n";
    let env = "  application: {env: [{name: A, value: a}]}\n";
    assert_snapshot!(taken(&format!("{switch}{env}"), &there), @"
    deployment/web (default): injected by mine
    warning: web.yaml:16:17: the variable `A` already has another value, which is kept
    warning: web.yaml:11:5: the profile `mine` changes nothing in this pod, which opted in: the pod has all that it adds
    codes: kept-value, no-effect
    ");
    for (spec, text) in [(env.to_owned(), there.as_str()), (format!("{switch}{env}"), WEB)] {
        let said = taken(&spec, text);
        assert!(!said.contains("no-effect"), "{said}");
    }
}

#[test]
fn pull_secrets_hide_those_of_the_service_account() {
    let secrets = "  imagePullSecrets: [{name: ours}]\n";
    assert_snapshot!(taken(secrets, WEB), @"
    deployment/web (default): injected by mine
    warning: web.yaml:11:5: the profile's `imagePullSecrets` hide those of the ServiceAccount `default`: a pod gets these only where it has none
      hint: if that ServiceAccount has pull secrets, name them in the pod template too
    codes: hides-pull-secrets
    ");
    let account = web("stdin: false", "serviceAccountName: pay");
    assert!(taken(secrets, &account).contains("the ServiceAccount `pay`"));
    let some = web("stdin: false", "imagePullSecrets: [{name: own}]");
    assert!(!taken(secrets, &some).contains("hides-pull-secrets"));
}

#[test]
fn what_is_no_list_of_names_is_kept() {
    let key = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
    let spec = format!("  volumes: [{{name: run, emptyDir: {{}}}}]\n  annotations: {{{key}: run}}\n");
    let listed =
        |list: &str| WEB.replace("      labels:\n", &format!("      annotations: {{{key}: {list}}}\n      labels:\n"));
    assert_snapshot!(taken(&spec, &listed("'[\"tmp\"]'")), @r#"
    deployment/web (default): injected by mine
    warning: web.yaml:9:83: the annotation `cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes` already has another value, which is kept
    codes: kept-value
    "#);
    for list in ["tmp", "\"tmp,run\"", "''"] {
        assert!(!taken(&spec, &listed(list)).contains("kept-value"), "{list}");
    }
    let lint =
        |spec: &str| injector(["profile", "lint", "mine.yaml"]).file("mine.yaml", profile("mine", spec)).exits_any();
    let said = |spec: &str| format!("{:?}", lint(spec));
    assert!(!said(&spec).contains("autoscaler"), "{}", said(&spec));
    assert!(said(&spec.replace(": run}", ": other}")).contains("autoscaler"));
    assert!(!said("  volumes: [{name: run, emptyDir: {medium: Memory}}]\n").contains("autoscaler"));
}

//! Whose things are whose: what a record may name, what two profiles share, and what becomes of containers that a pod
//! brings and a profile completes.

use serde_json::{Value, json};

use crate::support::injector;

/// A pod that an injection by `one` claims to have touched.
fn recorded(entry: &Value) -> String {
    let mut full = json!({"profile": "one", "version": "0.1.0", "hash": "0"});
    full.as_object_mut().unwrap().extend(entry.as_object().unwrap().clone());
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "p", "annotations": {"sidecar-injector/status": json!([full]).to_string()}},
        "spec": {"containers": [{"name": "web", "image": "web:1"}, {"name": "other", "image": "other:1"}]},
    })
    .to_string()
}

#[test]
fn a_record_that_reaches_for_a_container_or_an_image_of_the_users_is_refused() {
    for (entry, told) in [
        (json!({"fields": ["/spec/containers/web"]}), "`/spec/containers/web` is not a field of a container"),
        (json!({"fields": ["/spec/volumes"]}), "`/spec/volumes` is not a field of a container"),
        (json!({"replaced": {"/spec/containers/web/image": "evil"}}), "cannot have been `\"evil\"`"),
        (json!({"replaced": {"/spec": {"a": 1}}}), "`/spec` cannot have been"),
    ] {
        let ran = injector(["uninject"]).stdin(recorded(&entry)).fails();
        assert!(ran.stderr.contains(told), "{told}\n{}", ran.stderr);
    }
}

const SHARING: &str = "
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: NAME}
spec:
  policy: OptOut
  containers:
    - {name: NAME, image: 'NAME:1', volumeMounts: [{name: shared, mountPath: /shared}]}
  volumes:
    - {name: shared, emptyDir: {}}
  labels: {team: blue}
  application:
    env: [{name: TEAM, value: blue}]
    volumeMounts: [{name: shared, mountPath: /shared}]
";

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: web\n    image: web:1\n";

#[test]
fn what_two_profiles_bring_alike_stays_until_the_last_of_them_goes() {
    let (one, two) = (SHARING.replace("NAME", "one"), SHARING.replace("NAME", "two"));
    for order in [["one", "two"], ["two", "one"]] {
        let both = injector(["inject", "-p", "one.yaml", "-p", "two.yaml", "p.yaml"])
            .file("one.yaml", &one)
            .file("two.yaml", &two)
            .file("p.yaml", POD)
            .succeeds();
        let first = injector(["uninject", "-p", order[0]]).stdin(both.stdout.as_str()).succeeds();
        for kept in ["name: shared\n", "team: blue", "name: TEAM", "mountPath: /shared"] {
            assert!(first.stdout.contains(kept), "{order:?} loses {kept}\n{}", first.stdout);
        }
        let last = injector(["uninject", "-p", order[1]]).stdin(first.stdout.as_str()).succeeds();
        assert_eq!(last.stdout, POD, "{order:?}");
    }
}

#[test]
fn a_mount_for_the_application_needs_its_volume() {
    let profile = "
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: one}
spec:
  policy: OptOut
  application: {volumeMounts: [{name: nope, mountPath: /z}]}
";
    let ran = injector(["inject", "-p", "one.yaml", "p.yaml"]).file("one.yaml", profile).file("p.yaml", POD).fails();
    assert!(ran.stderr.contains("mounts the volume `nope`"), "{}", ran.stderr);
}

#[test]
fn a_completed_container_is_held_to_the_same_rules_as_an_added_one() {
    let pod = |own: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - {{name: web, image: web, \
             ports: [{{containerPort: 5054}}]}}\n  - {own}\n"
        )
    };
    let ran = injector(["inject"]).stdin(pod("{name: proxy-sidecar, image: auto}")).fails();
    assert!(ran.stderr.contains("container port 5054 of container `proxy-sidecar` is already used"), "{}", ran.stderr);

    let limited = pod("{name: proxy-sidecar, image: auto, resources: {limits: {memory: 32Mi}}}").replace("5054", "80");
    let ran = injector(["inject"]).stdin(limited).fails();
    assert!(ran.stderr.contains("proxy-sidecar"), "{}", ran.stderr);
}

#[test]
fn a_probe_of_the_users_stays_as_it_is() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: web, image: web}\n  \
               - {name: proxy-sidecar, image: auto, readinessProbe: {httpGet: {path: /, port: 5054}}}\n";
    let ran = injector(["inject", "-o", "json"]).stdin(pod).succeeds();
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    let probe = &object["spec"]["containers"][1]["readinessProbe"];
    assert_eq!(*probe, json!({"httpGet": {"path": "/", "port": 5054}}));
}

#[test]
fn a_sidecar_declared_among_the_init_containers_needs_a_cluster_that_runs_it() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  initContainers:\n  - {name: proxy-sidecar}\n  \
               containers:\n  - {name: web, image: web}\n";
    let ran = injector(["inject", "--kubernetes-version", "1.27"]).stdin(pod).fails();
    assert!(ran.stderr.contains("native sidecar, which Kubernetes 1.27 does not run"), "{}", ran.stderr);
    assert!(injector(["inject"]).stdin(pod).succeeds().stdout.contains("restartPolicy: Always"));
}

#[test]
fn a_bad_value_that_came_after_the_injection_is_found() {
    let injected = injector(["inject"]).stdin(POD).succeeds().stdout;
    let bad = injected.replace("  annotations:\n", "  annotations:\n    sidecar-injector/tcp-port: abc\n");
    assert_ne!(bad, injected);
    assert!(injector(["check"]).stdin(bad.as_str()).finds().stderr.contains("outdated injection by cortexflow"));
    let ran = injector(["inject", "--reinject"]).stdin(bad).fails();
    assert!(ran.stderr.contains("`abc` is not a port"), "{}", ran.stderr);
}

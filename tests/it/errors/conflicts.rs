//! Workloads that are refused because two profiles, or a profile and the pod, want the same thing.

use insta::assert_snapshot;

use super::{fought, refused, refused_with};
use crate::support::manifests::{RESOURCES, WEB, adding, profile};

#[test]
fn two_profiles_and_one_container_name() {
    assert_snapshot!(fought(WEB, &[adding("one", "helper"), adding("two", "helper")]), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    error: web.yaml:12:7: the profiles `one` and `two` both add a container `helper`
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
}

#[test]
fn two_profiles_and_one_volume() {
    let with = |name: &str, source: &str| profile(name, &format!("  volumes: [{{name: data, {source}}}]\n"));
    assert_snapshot!(fought(WEB, &[with("one", "emptyDir: {}"), with("two", "configMap: {name: x}")]), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    error: web.yaml:11:5: the profile `two` adds a volume `data`, and the profile `one` has a different one of that name
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
    let own = WEB.replace(
        "      containers:\n",
        "      volumes:\n        - name: data\n          secret: {secretName: x}\n      containers:\n",
    );
    assert_snapshot!(fought(&own, &[with("one", "emptyDir: {}")]), @"
    deployment/web (default): rejected by one
    error: web.yaml:13:11: the profile `one` adds a volume `data`, and the pod has a different one of that name
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
    let claimed = "apiVersion: apps/v1beta1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  volumeClaimTemplates:\n    - metadata: {name: data}\n  template:\n    spec:\n      containers: [{name: db, image: \"db:1\"}]\n";
    assert_snapshot!(fought(claimed, &[with("one", "emptyDir: {}")]), @"
    statefulset/db (default): rejected by one
    error: web.yaml:8:5: the profile `one` adds a volume `data`, and this object has a volume claim template of that name
      hint: rename one of the two
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
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
    error: web.yaml:12:7: container port 80 of container `two` is already used by container `one`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
    let host = [with("one", "containerPort: 80, hostPort: 8000"), with("two", "containerPort: 81, hostPort: 8000")];
    assert_snapshot!(fought(WEB, &host), @"
    deployment/web (default): unchanged
    deployment/web (default): rejected by two
    error: web.yaml:12:7: host port 8000 of container `two` is already used by container `one`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
    assert_snapshot!(refused(&WEB.replace("image: web:1\n", "image: web:1\n          ports:\n            - name: http\n              containerPort: 5054\n")), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:17:30: container port 5054 of container `proxy-sidecar` is already used by container `web`
      hint: set another port with the annotation `sidecar-injector/tcp-port` or `--set tcpPort=…`
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
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
    error: web.yaml:13:11: container `web` mounts the volume `a` at `/data`, where the profile `two` mounts `b`
      hint: mount one of the two elsewhere
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
    let own = WEB
        .replace("image: web:1\n", "image: web:1\n          volumeMounts: [{name: own, mountPath: /data}]\n")
        .replace("      containers:\n", "      volumes: [{name: own, emptyDir: {}}]\n      containers:\n");
    assert_snapshot!(fought(&own, &[with("one", "a")]), @"
    deployment/web (default): rejected by one
    error: web.yaml:16:26: container `web` mounts the volume `own` at `/data`, where the profile `one` mounts `a`
      hint: both volumes are the same `emptyDir`: to share it, call the pod's volume `a` too, there and in its mounts
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
}

#[test]
fn the_user_id_of_a_sidecar() {
    let own = WEB.replace("image: web:1\n", "image: web:1\n          securityContext: {runAsUser: 15054}\n");
    assert_snapshot!(refused_with(&["--set", "captureOutbound=true"], &own), @"
    deployment/web (default): rejected by cortexflow
    error: web.yaml:13:11: container `web` runs as user 15054, which the profile `cortexflow` keeps for its own container
      hint: give one of the two another user id
    note: nothing was printed and no file was changed, because of the errors
      hint: `--keep-going` prints the rest, and passes on unchanged what fails
    codes: conflict, held-back
    ");
}

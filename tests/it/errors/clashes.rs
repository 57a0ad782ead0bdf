//! What the profile and the pod both have, or only one of them: mounts, ports, containers that are not there.

use insta::assert_snapshot;

use super::told;
use crate::support::manifests::{WEB, known, profile};

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

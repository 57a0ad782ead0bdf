//! A kustomize tree: what it lists as patches is left alone.

use std::fs;

use crate::support::injector;
use crate::support::manifests::WEB;

#[test]
fn files_that_a_kustomization_lists_as_patches_are_left_alone() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    fs::create_dir_all(root.join("ov/patches")).unwrap();
    // Each could be created as it is.
    for file in ["web.yaml", "ov/own.yaml", "ov/patches/a.yaml", "ov/patches/b.yaml", "c.yaml"] {
        fs::write(root.join(file), WEB).unwrap();
    }
    fs::write(
        root.join("ov/Kustomization"),
        "patches:\n- path: patches/a.yaml\n- patch: |-\n    []\npatchesJson6902:\n- path: ./patches/../patches/b.yaml\n\
         patchesStrategicMerge: [../c.yaml]\n",
    )
    .unwrap();
    let path = root.to_str().unwrap();
    let ran = injector(["inject", "-i", "-R", path]).succeeds();
    let text = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    for (file, injected) in [
        ("web.yaml", true),
        ("ov/own.yaml", true),
        ("ov/patches/a.yaml", false),
        ("ov/patches/b.yaml", false),
        ("c.yaml", false),
    ] {
        assert_eq!(text(file) != WEB, injected, "{file}: {}", ran.stderr);
    }
    assert_eq!(ran.stderr.matches("skipped: patch-fragment: a kustomization lists this file as a patch").count(), 3);
    let explained = injector(["explain", "-R", path]).succeeds().stdout;
    assert_eq!(explained.matches("→ patch-fragment").count(), 3, "{explained}");
    injector(["check", "-R", path]).succeeds();
    // Also where only the patch, or its folder, is named.
    for named in ["ov/patches/a.yaml", "ov/patches"] {
        let named = root.join(named);
        let ran = injector(["inject", "-R", named.to_str().unwrap()]).succeeds();
        assert!(ran.stderr.contains("skipped: patch-fragment"), "{}", ran.stderr);
    }
    // Another repository's kustomizations say nothing.
    fs::create_dir(root.join("ov/patches/.git")).unwrap();
    let ran = injector(["inject", root.join("ov/patches/a.yaml").to_str().unwrap()]).succeeds();
    assert!(!ran.stderr.contains("patch-fragment"), "{}", ran.stderr);
}

#[test]
fn an_object_with_a_patchs_directive_is_left_alone() {
    for (old, new) in [
        ("spec:\n", "spec:\n  $retainKeys: [replicas]\n"),
        ("metadata:\n", "$patch: replace\nmetadata:\n"),
        ("    spec:\n", "    spec:\n      $setElementOrder/containers: [{name: web}]\n"),
    ] {
        let text = WEB.replacen(old, new, 1);
        assert_ne!(text, WEB);
        let ran = injector(["inject"]).stdin(text.clone()).succeeds();
        assert_eq!(ran.stdout, text);
        assert!(ran.stderr.contains("skipped: patch-fragment: "), "{}", ran.stderr);
    }
    // A value is no key.
    let text = WEB.replacen("metadata:\n", "metadata:\n  annotations: {a: $patch}\n", 1);
    assert_ne!(injector(["inject"]).stdin(text.clone()).succeeds().stdout, text);
}

#[test]
fn a_workload_that_an_api_server_could_not_create_is_left_alone() {
    let selector = "  selector: {matchLabels: {app: web}}\n";
    let of_kind = |kind: &str| WEB.replacen("Deployment", kind, 1).replacen(selector, "", 1);
    let image = "          image: web:1\n";
    for text in [
        of_kind("Deployment"),
        of_kind("StatefulSet"),
        of_kind("DaemonSet"),
        of_kind("ReplicaSet"),
        WEB.replacen(selector, "  selector:\n", 1),
        WEB.replacen(image, "", 1),
        WEB.replacen(image, "          image: \"\"\n", 1),
        format!("{WEB}        - name: second\n          env: []\n"),
    ] {
        let ran = injector(["inject"]).stdin(text.clone()).succeeds();
        assert_eq!(ran.stdout, text);
        assert!(ran.stderr.contains("skipped: patch-fragment: looks like a patch: "), "{text}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nnote: "), "{}", ran.stderr);
        injector(["check"]).stdin(text).succeeds();
    }
    // The selector of a Job is made for it.
    let job = of_kind("Job").replacen("apps/v1", "batch/v1", 1);
    let job = job.replacen("      containers:\n", "      restartPolicy: Never\n      containers:\n", 1);
    assert_ne!(injector(["inject"]).stdin(job.clone()).succeeds().stdout, job);
}

/// kustomize would put the patch's sidecar over the base's, and into a base that opted out.
#[test]
fn of_a_base_and_its_patch_only_the_base_is_injected() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      \
                 containers: [{name: web, env: [{name: A, value: a}]}]\n";
    let files = [
        ("tree/base/web.yaml", WEB),
        ("tree/base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("tree/over/env.yaml", patch),
        ("tree/over/kustomization.yml", "resources: [../base]\npatches: [{path: env.yaml}]\n"),
        ("tree/other/env.yaml", patch),
    ];
    let ran = injector(["inject", "-i", "-R", "tree"]).files(files).succeeds();
    for (file, before) in files {
        assert_eq!(ran.read(file) != before.as_bytes(), file == "tree/base/web.yaml", "{file}: {}", ran.stderr);
    }
    injector(["check", "-R", "tree"]).files(ran.tree()).succeeds();
}

/// As pre-commit names them: one by one, and the kustomization not among them.
#[test]
fn a_patch_that_is_named_without_its_kustomization_is_left_alone() {
    let files = [("tree/kustomization.yaml", "patches: [{path: patches/web.yaml}]\n"), ("tree/patches/web.yaml", WEB)];
    for args in [
        &["inject", "-i", "tree/patches/web.yaml"][..],
        &["inject", "-i", "tree/patches/../patches/web.yaml"],
        &["inject", "-i", "-R", "tree/patches"],
    ] {
        let ran = injector(args.iter().copied()).files(files).succeeds();
        assert_eq!(ran.read("tree/patches/web.yaml"), WEB.as_bytes(), "{args:?}");
        assert!(ran.stderr.contains("skipped: patch-fragment: "), "{args:?}: {}", ran.stderr);
    }
}

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

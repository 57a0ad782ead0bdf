//! Real kustomize runs injector as a transformer, with each kind of `functionConfig`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::manifests::WEB;
use crate::support::{Lack, skipped};

const KUSTOMIZATION: &str = "resources: [web.yaml, tool.yaml]\nnamePrefix: my-\ntransformers: [inject.yaml]\n";
const PROFILE: &str = "spec:\n  policy: OptOut\n  containers: [{name: mine, image: \"mine:1\"}]\n";

/// Builds a folder with this transformer, which runs `injector` with these arguments.
fn build(kustomize: &Path, (api, kind): (&str, &str), rest: &str, args: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("kustomization.yaml", KUSTOMIZATION);
    write("web.yaml", WEB);
    let local = "  annotations: {config.kubernetes.io/local-config: \"true\"}\n";
    write("tool.yaml", &WEB.replace("  name: web\n", &format!("  name: tool\n{local}")));
    let program = env!("CARGO_BIN_EXE_injector");
    write(
        "inject.yaml",
        &format!(
            "apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: inject\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: {program}\n        args: {args}\n{rest}"
        ),
    );
    let mut command = Command::new(kustomize);
    command.args(["build", "--enable-alpha-plugins", "--enable-exec", "."]).current_dir(folder.path());
    command.env_remove("INJECTOR_PROFILE").output().unwrap()
}

#[test]
fn the_example_of_the_documents_is_built() {
    let Some(kustomize) = std::env::var_os("INJECTOR_KUSTOMIZE") else {
        return skipped("the_example_of_the_documents_is_built", &Lack::Kustomize);
    };
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/examples/kustomize");
    let programs = Path::new(env!("CARGO_BIN_EXE_injector")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(&kustomize);
    command.args(["build", "--enable-alpha-plugins", "--enable-exec", example]).env("PATH", path);
    let output = command.env_remove("INJECTOR_PROFILE").output().unwrap();
    let built = String::from_utf8(output.stdout).unwrap();
    assert!(built.contains("name: curl"), "{built}{}", String::from_utf8_lossy(&output.stderr));
    // Without the flag the function is left out, and nothing says so, as the page warns.
    let mut command = Command::new(&kustomize);
    let silent = command.args(["build", "--enable-alpha-plugins", example]).output().unwrap();
    assert!(silent.status.success() && !String::from_utf8_lossy(&silent.stdout).contains("name: curl"));
}

#[test]
fn kustomize_injects_as_its_function_config_says() {
    let Some(kustomize) = std::env::var_os("INJECTOR_KUSTOMIZE") else {
        return skipped("kustomize_injects_as_its_function_config_says", &Lack::Kustomize);
    };
    let build = |kind, rest: &str, args: &str| build(Path::new(&kustomize), kind, rest, args);
    let text = |output: &Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout.clone()).unwrap()
    };
    let profile = ("sidecar-injector/v1", "Profile");
    let built = text(&build(profile, PROFILE, "[fn]"));
    assert!(built.contains("image: mine:1") && built.contains("name: my-web"), "{built}");
    assert!(!built.contains("tool"), "kustomize leaves out what is local");
    assert!(text(&build(profile, PROFILE, "[inject]")).contains("image: mine:1"));
    let map = ("v1", "ConfigMap");
    let built = text(&build(map, "data:\n  set.proxyMemoryLimit: 99Mi\n", "[fn]"));
    assert!(built.contains("memory: 99Mi"), "{built}");
    let settings = ("sidecar-injector/v1", "Config");
    let built = text(&build(settings, "spec:\n  profiles: [cortexflow]\n  namespace: shop\n", "[fn]"));
    assert!(built.contains("name: proxy-sidecar"), "{built}");
    for (kind, rest, args, said) in [
        (map, "data:\n  profil: nginx\n", "[fn]", "unknown key `profil`"),
        (("example.com/v1", "Inject"), "spec: {profile: nginx}\n", "[fn]", "of the kind `Inject`"),
        (map, "", "[fn, check]", "not injected"),
    ] {
        let output = build(kind, rest, args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && output.stdout.is_empty() && stderr.contains(said), "{stderr}");
    }
}

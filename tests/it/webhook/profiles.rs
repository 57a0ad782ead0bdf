//! Which profiles there are, and how they are replaced.

use std::fs;
use std::sync::Arc;

use injector::internals::kube::version::KubernetesVersion;
use injector::internals::shell::files::selection::{Given, Setting};
use injector::internals::shell::server::core::Core;
use injector::internals::shell::server::judge::FactSources;
use injector::internals::shell::server::metrics::Metrics;
use injector::internals::shell::server::profiles;

use super::core::{Alike, given, of_namespaces, pod, review};
use super::{Served, assert_status};
use crate::support::injector;

const PROFILE: &str = "\
apiVersion: sidecar-injector/v1
kind: Profile
metadata: {name: mine}
spec:
  policy: OptOut
  containers:
    - {name: mine, image: \"mine:1\"}
";

fn request() -> String {
    review("v1", "u-1", &pod()).to_string()
}

/// The patch of an answer, decoded.
async fn patch(served: &Served, path: &str) -> String {
    let body = served.post(path, request()).await.json();
    let patch = body["response"]["patch"].as_str().unwrap_or_else(|| panic!("no patch: {body}"));
    let patch = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, patch).unwrap();
    String::from_utf8(patch).unwrap()
}

#[tokio::test]
async fn a_path_names_profiles_of_the_command_line_and_built_in_ones() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.yaml");
    fs::write(&file, PROFILE).unwrap();
    let served = Served::over_core(given(&[file.to_str().unwrap()]), FactSources::default());
    for path in ["/mutate", "/inject", "/mutate/mine"] {
        let patch = patch(&served, path).await;
        assert!(patch.contains("mine:1") && !patch.contains("cortexflow"), "{path}: {patch}");
    }
    let both = patch(&served, "/mutate/cortexflow,mine").await;
    assert!(both.contains("mine:1") && both.contains("proxy-sidecar"), "{both}");
    for name in ["nobody", "", "mine,nobody", "Mine"] {
        let got = served.post(&format!("/mutate/{name}"), request()).await;
        if name.is_empty() {
            assert_eq!(got.status.as_u16(), 404);
            continue;
        }
        let message = assert_status(&got, 404, "NotFound");
        assert!(message.contains("there is `mine`, `cortexflow`, `nginx`, `curl`"), "{message}");
    }
    let message = assert_status(&served.post("/mutate/mine,mine", request()).await, 400, "BadRequest");
    assert_eq!(message, "injector: the profile `mine` is named twice");
}

#[tokio::test]
async fn a_profile_of_a_built_in_name_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nginx.yaml");
    fs::write(&file, PROFILE.replace("name: mine", "name: nginx")).unwrap();
    let served = Served::over_core(given(&[file.to_str().unwrap()]), FactSources::default());
    assert!(patch(&served, "/mutate/nginx").await.contains("mine:1"));
}

#[tokio::test]
async fn a_setting_reaches_the_profile_and_a_wrong_one_is_told_as_inject_tells_it() {
    let with = |name: &str, value: &str| {
        let setting = format!("{name}={value}").parse::<Setting>().unwrap();
        Given { settings: vec![setting], ..given(&[]) }
    };
    let served = Served::over_core(with("tcpPort", "6054"), FactSources::default());
    assert!(patch(&served, "/mutate").await.contains("6054"));
    for (name, value) in
        [("tcpProt", "6054"), ("tcpPort", "none"), ("cortexflo.tcpPort", "6054"), ("cortexflow.tcpPort", "none")]
    {
        let told =
            profiles::as_text(profiles::ProfileSets::load(&with(name, value), KubernetesVersion::NEWEST).unwrap_err());
        let set = format!("{name}={value}");
        let ran = injector(["inject", "--set", &set]).stdin("").fails();
        assert_eq!(told, ran.stderr.trim_end());
    }
}

#[tokio::test]
async fn a_setting_is_for_the_profiles_of_the_flags_alone() {
    let settings = vec!["image=images.example/own:1".parse::<Setting>().unwrap()];
    let served = Served::over_core(Given { settings, ..given(&["nginx"]) }, FactSources::default());
    assert!(patch(&served, "/mutate/nginx").await.contains("images.example/own:1"));
    let settings = vec!["image=images.example/own:1".parse::<Setting>().unwrap()];
    let served = Served::over_core(Given { settings, ..given(&["curl"]) }, FactSources::default());
    assert!(patch(&served, "/mutate/nginx").await.contains("nginx:alpine"));
}

#[tokio::test]
async fn a_new_profile_is_used_and_a_bad_one_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.yaml");
    fs::write(&file, PROFILE).unwrap();
    let given = given(&[file.to_str().unwrap()]);
    assert_eq!(profiles::files(&given), std::slice::from_ref(&file));
    let metrics = Arc::new(Metrics::new());
    let core =
        Arc::new(Core::new(given, KubernetesVersion::NEWEST, FactSources::default(), Arc::clone(&metrics)).unwrap());
    let served = Served::with(Arc::<Core>::clone(&core), metrics);
    assert!(patch(&served, "/mutate").await.contains("mine:1"));
    fs::write(&file, PROFILE.replace("mine:1", "mine:2")).unwrap();
    core.reload_profiles().unwrap();
    assert!(patch(&served, "/mutate").await.contains("mine:2"));
    for bad in [PROFILE.replace("policy: OptOut", "polcy: OptOut"), "a: [".to_owned(), String::new()] {
        fs::write(&file, &bad).unwrap();
        let told = core.reload_profiles().unwrap_err();
        let ran = injector(["inject", "-p", file.to_str().unwrap()]).stdin("").fails();
        assert_eq!(told, ran.stderr.trim_end());
        assert!(patch(&served, "/mutate").await.contains("mine:2"));
    }
    fs::remove_file(&file).unwrap();
    assert!(core.reload_profiles().unwrap_err().contains("no such file"));
    fs::write(&file, PROFILE.replace("mine:1", "mine:3")).unwrap();
    core.reload_profiles().unwrap();
    assert!(patch(&served, "/mutate").await.contains("mine:3"));
}

#[tokio::test]
async fn a_new_parent_is_used_and_a_bad_one_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let [parent, own] = ["parent.yaml", "own.yaml"].map(|name| folder.path().join(name));
    fs::write(&parent, PROFILE).unwrap();
    let text =
        "apiVersion: sidecar-injector/v1\nkind: Profile\nmetadata: {name: own}\nspec: {extends: ./parent.yaml}\n";
    fs::write(&own, text).unwrap();
    let given = given(&[own.to_str().unwrap()]);
    assert_eq!(profiles::files(&given), [own.clone(), parent.clone()]);
    let metrics = Arc::new(Metrics::new());
    let core = Core::new(given, KubernetesVersion::NEWEST, FactSources::default(), Arc::clone(&metrics));
    let core = Arc::new(core.unwrap());
    let served = Served::with(Arc::<Core>::clone(&core), metrics);
    assert!(patch(&served, "/mutate/own").await.contains("mine:1"));
    fs::write(&parent, PROFILE.replace("mine:1", "mine:2")).unwrap();
    core.reload_profiles().unwrap();
    assert!(patch(&served, "/mutate/own").await.contains("mine:2"));
    fs::write(&parent, PROFILE.replace("policy: OptOut", "polcy: OptOut")).unwrap();
    let told = core.reload_profiles().unwrap_err();
    assert!(told.contains("parent.yaml:") && told.contains("`polcy`"), "{told}");
    assert!(patch(&served, "/mutate/own").await.contains("mine:2"));
}

#[tokio::test]
async fn a_key_that_no_profile_reads_is_a_warning_and_one_of_another_path_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, key: &str| {
        let file = folder.path().join(format!("{name}.yaml"));
        let switch = format!("\n  podSwitch: {{annotation: {key}, inject: [\"on\"], skip: [\"off\"]}}\n");
        fs::write(&file, PROFILE.replace("mine", name).replacen("\n  policy", &format!("{switch}  policy"), 1))
            .unwrap();
        file
    };
    let (one, two) = (file("one", "mesh.example/one"), file("two", "mesh.example/two"));
    let namespace = Alike {
        labels: [("mesh.example/three".to_owned(), String::new())].into(),
        annotations: [("team".to_owned(), "shop".to_owned())].into(),
    };
    let profiles = given(&[one.to_str().unwrap(), two.to_str().unwrap()]);
    let served = Served::over_core(profiles, of_namespaces(namespace));
    let mut pod = pod();
    pod["metadata"]["annotations"] =
        serde_json::json!({"mesh.example/two": "on", "mesh.example/onee": "off", "sidecar-injector/x": ""});
    let body = review("v1", "u-1", &pod).to_string();
    for path in ["/mutate/one", "/mutate"] {
        let answer = served.post(path, body.clone()).await.json();
        let warnings: Vec<&str> =
            answer["response"]["warnings"].as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
        let unread: Vec<&&str> = warnings.iter().filter(|it| it.contains("has no effect")).collect();
        let keys = match path {
            "/mutate" => "use one of `mesh.example/one`, `mesh.example/two`",
            _ => "did you mean `mesh.example/one`?",
        };
        let of_namespace =
            format!("label `mesh.example/three` of namespace `default` has no effect: no profile reads it ({keys})");
        let of_pod = "annotation `mesh.example/onee` has no effect: no profile reads it (did you mean \
                      `mesh.example/one`?), at /metadata/annotations/mesh.example~1onee";
        assert_eq!(unread, [&of_pod, &of_namespace.as_str()], "{path}: {warnings:?}");
    }
}

//! Another mesh whose webhook comes after ours: asked again, the answer says that the two do not mix.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Served;
use super::core::{Alike, given, of_namespaces, review};

/// A pod whose class stays as it is, so that nothing but a mesh is worth a warning.
fn pod() -> Value {
    let mut pod = super::core::pod();
    pod["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "10m"}});
    pod
}

/// The answer about a pod, and the pod with its patch.
async fn asked(served: &Served, pod: &Value) -> (Value, Value) {
    let response = served.post("/mutate", review("v1", "u-1", pod).to_string()).await.json()["response"].clone();
    assert_eq!(response["allowed"], true, "{response}");
    let mut after = pod.clone();
    if let Some(patch) = response["patch"].as_str() {
        let patch: json_patch::Patch = serde_json::from_slice(&STANDARD.decode(patch).unwrap()).unwrap();
        json_patch::patch(&mut after, &patch).unwrap();
    }
    (response, after)
}

/// Every namespace is known, with these annotations.
fn served(profile: &str, annotations: &[(&str, &str)]) -> Served {
    let annotations = annotations.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
    let labels = [("sidecar-inject".to_owned(), "enabled".to_owned())].into();
    Served::over_core(given(&[profile]), of_namespaces(Alike { labels, annotations }))
}

fn push(pod: &mut Value, list: &str, container: Value) {
    pod["spec"][list].as_array_mut().unwrap().push(container);
}

/// Proxies by name, and by image alone.
const PROXIES: [(&str, &str); 7] = [
    ("istio-proxy", "docker.io/istio/proxyv2:1.22"),
    ("linkerd-proxy", "cr.l5d.io/linkerd/proxy:edge"),
    ("kuma-sidecar", "docker.io/kumahq/kuma-dp:2.8"),
    ("consul-dataplane", "hashicorp/consul-dataplane:1.5"),
    ("p", "docker.io/istio/proxyv2:1.22"),
    ("p", "cr.l5d.io/linkerd/proxy:edge"),
    ("p", "hashicorp/consul-dataplane:1.5"),
];

#[tokio::test]
async fn a_proxy_that_another_webhook_added_afterwards_is_a_warning() {
    let served = served("cortexflow", &[]);
    let (response, injected) = asked(&served, &pod()).await;
    assert!(response.get("warnings").is_none(), "{response}");
    for (name, image) in PROXIES {
        for (list, native) in [("containers", false), ("initContainers", true)] {
            let mut both = injected.clone();
            let mut proxy = json!({"name": name, "image": image});
            if native {
                proxy["restartPolicy"] = "Always".into();
            }
            push(&mut both, list, proxy);
            let (response, after) = asked(&served, &both).await;
            let warnings = response["warnings"].as_array().unwrap_or_else(|| panic!("{name} in {list}: {response}"));
            let [warning] = &warnings[..] else { panic!("{name} in {list}: {warnings:?}") };
            let said = format!(
                "profile `cortexflow` is injected, and its rules would skip it now: foreign-sidecar: container `{name}` is another mesh's proxy"
            );
            assert!(warning.as_str().unwrap().starts_with(&said), "{warning}");
            assert_eq!(after, both, "the pod stays as the two made it");
        }
    }
}

#[tokio::test]
async fn a_container_that_is_no_proxy_and_a_profile_that_does_not_ask_give_no_warning() {
    let plain = served("cortexflow", &[]);
    let (_, mut injected) = asked(&plain, &pod()).await;
    push(&mut injected, "containers", json!({"name": "vault-agent", "image": "hashicorp/vault:1.17"}));
    let (response, after) = asked(&plain, &injected).await;
    assert!(response.get("warnings").is_none(), "{response}");
    assert_eq!(after, injected);
    let nginx = served("nginx", &[]);
    let (_, mut injected) = asked(&nginx, &pod()).await;
    push(&mut injected, "containers", json!({"name": "istio-proxy", "image": "istio/proxyv2:1.22"}));
    assert!(asked(&nginx, &injected).await.0.get("warnings").is_none());
}

#[tokio::test]
async fn a_mesh_that_was_asked_for_keeps_ours_out_and_its_opt_out_lets_ours_in() {
    let is_injected = |pod: &Value| pod["metadata"]["annotations"].get("sidecar-injector/status").is_some();
    for (key, value, of_namespace, expected) in [
        ("linkerd.io/inject", "enabled", "", false),
        ("linkerd.io/inject", "disabled", "enabled", true),
        ("linkerd.io/inject", "", "enabled", false),
        ("sidecar.istio.io/inject", "true", "", false),
        ("sidecar.istio.io/inject", "false", "", true),
        ("kuma.io/sidecar-injection", "enabled", "", false),
        ("kuma.io/sidecar-injection", "disabled", "enabled", true),
        ("consul.hashicorp.com/connect-inject", "true", "", false),
        ("consul.hashicorp.com/connect-inject", "false", "true", true),
    ] {
        let served = if of_namespace.is_empty() {
            served("cortexflow", &[])
        } else {
            served("cortexflow", &[(key, of_namespace)])
        };
        let mut manifest = pod();
        if !value.is_empty() {
            manifest["metadata"]["annotations"][key] = value.into();
        }
        let (_, after) = asked(&served, &manifest).await;
        assert_eq!(is_injected(&after), expected, "{key}: pod `{value}`, namespace `{of_namespace}`");
        // A key that is there only when ours is asked again, as one that another webhook sets, says the same.
        let (_, mut injected) = asked(&self::served("cortexflow", &[]), &pod()).await;
        if !value.is_empty() {
            injected["metadata"]["annotations"][key] = value.into();
        }
        let (response, _) = asked(&served, &injected).await;
        assert_eq!(response.get("warnings").is_none(), expected, "{key}: {response}");
    }
}

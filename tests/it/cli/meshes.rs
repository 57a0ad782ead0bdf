//! Profiles as large as those that people run: Linkerd's proxy, Vault's agent, and OpenTelemetry's Java agent.

use serde_json::Value;

use crate::support::injector;

const APPLICATION: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: prod} # the shop
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata:
      labels: {app: shop, app.kubernetes.io/name: the-shop}
      annotations:
        config.linkerd.io/proxy-cpu-request: 1500m
        config.linkerd.io/opaque-ports: db,25
        vault.hashicorp.com/agent-inject: "true"
        vault.hashicorp.com/role: shop
        vault.hashicorp.com/agent-inject-secret-db: database/creds/shop
        vault.hashicorp.com/secret-volume-path-db: /app/secrets
        instrumentation.opentelemetry.io/inject-java: "true"
        instrumentation.opentelemetry.io/container-names: app
        resource.opentelemetry.io/service.version: "9"
    spec:
      containers:
        - name: app
          image: shop:1
          ports: [{name: db, containerPort: 5432}, {containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 9000}}
          env: [{name: JAVA_TOOL_OPTIONS, value: -Xmx1g}]
          volumeMounts: [{name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]
      volumes: [{name: token, emptyDir: {}}]
"#;

const NAMESPACE: &str = "prod:config.linkerd.io/proxy-log-level=debug";

/// What a command with these profiles makes of a text.
fn run(command: &'static str, profiles: &[&str], text: &str) -> String {
    let file = |name: &&str| format!("{}/testdata/profiles/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let files: Vec<String> = profiles.iter().map(file).collect();
    let mut args = vec![command, "-q", "--namespace-annotations", NAMESPACE];
    files.iter().for_each(|file| args.extend(["-p", file.as_str()]));
    injector(args).stdin(text).succeeds().stdout
}

/// An element of a list by its name.
fn named<'v>(list: &'v Value, name: &str) -> &'v Value {
    list.as_array().unwrap().iter().find(|element| element["name"] == name).unwrap_or(&Value::Null)
}

fn pod_spec(text: &str) -> Value {
    let object: Value = serde_yaml::from_str(text).unwrap();
    object["spec"]["template"]["spec"].clone()
}

#[test]
fn the_proxy_of_linkerd_knows_the_application() {
    let injected = run("inject", &["linkerd"], APPLICATION);
    let spec = pod_spec(&injected);
    let proxy = named(&spec["initContainers"], "linkerd-proxy");
    let env = |name: &str| named(&proxy["env"], name)["value"].as_str().unwrap_or_default().to_owned();
    assert_eq!(proxy["restartPolicy"], "Always");
    assert_eq!(env("LINKERD2_PROXY_INBOUND_PORTS"), "5432,8080,9000", "ports of containers and of probes");
    assert_eq!(env("LINKERD2_PROXY_INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION"), "5432,25", "a named port is its number");
    assert_eq!(env("LINKERD2_PROXY_CORES"), "2", "whole cores of 1500m");
    assert_eq!(env("LINKERD2_PROXY_LOG"), "debug,[{headers}]=off,[{request}]=off", "inherited from the namespace");
    assert_eq!(proxy["resources"], serde_json::json!({"requests": {"cpu": "1500m"}}));
    assert!(injected.contains("linkerd.io/proxy-deployment: shop"), "{injected}");
}

#[test]
fn the_agent_of_vault_has_a_file_for_each_secret() {
    let injected = run("inject", &["vault-agent"], APPLICATION);
    let spec = pod_spec(&injected);
    for container in [named(&spec["initContainers"], "vault-agent-init"), named(&spec["containers"], "vault-agent")] {
        let paths: Vec<&str> = container["volumeMounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mount| mount["mountPath"].as_str().unwrap())
            .collect();
        let wanted = ["/home/vault", "/vault/secrets", "/app/secrets", "/var/run/secrets/kubernetes.io/serviceaccount"];
        assert_eq!(paths, wanted, "its own folder, both folders of secrets, and the application's token");
    }
    let app = named(&spec["containers"], "app");
    assert_eq!(named(&app["volumeMounts"], "vault-secrets-custom-0")["mountPath"], "/app/secrets");
}

#[test]
fn the_java_agent_goes_behind_the_options_of_the_application() {
    let spec = pod_spec(&run("inject", &["otel-java"], APPLICATION));
    let app = named(&spec["containers"], "app");
    let env = |name: &str| named(&app["env"], name)["value"].as_str().unwrap_or_default().to_owned();
    assert_eq!(env("JAVA_TOOL_OPTIONS"), "-Xmx1g -javaagent:/otel-auto-instrumentation-java-app/javaagent.jar");
    assert_eq!(env("OTEL_SERVICE_NAME"), "the-shop");
    assert!(env("OTEL_RESOURCE_ATTRIBUTES").contains("service.version=9"), "{}", env("OTEL_RESOURCE_ATTRIBUTES"));
}

#[test]
fn all_three_are_undone_to_the_byte_together_and_one_at_a_time() {
    let profiles = ["linkerd", "vault-agent", "otel-java"];
    let injected = run("inject", &profiles, APPLICATION);
    assert_eq!(run("inject", &profiles, &injected), injected);
    let undone = |text: &str, only: &[&'static str]| {
        let args = only.iter().flat_map(|name| ["--profile", name]);
        injector(["uninject", "-q"].into_iter().chain(args)).stdin(text).succeeds().stdout
    };
    assert_eq!(undone(&injected, &[]), APPLICATION);
    for order in [profiles, ["otel-java", "vault-agent", "linkerd"], ["vault-agent", "otel-java", "linkerd"]] {
        let last = order.iter().fold(injected.clone(), |text, name| undone(&text, &[name]));
        assert_eq!(last, APPLICATION, "{order:?}");
    }
}

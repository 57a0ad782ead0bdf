//! Defaults: whatever the API server fills into what is added is no difference, and a change is one.

use injector::internals::kube::defaults::{DefaultsOf, PodNetwork, differences};
use injector::internals::value::pointer::Pointer;
use serde_json::{Value, json};

use crate::support::control_plane::ControlPlane;

/// Containers that leave out all that may be left out.
pub(super) fn containers() -> Vec<Value> {
    let with = |field: &str, value: Value| json!({"name": "c", "image": "c:1", field: value});
    let probe = |handler: Value| json!({"startupProbe": handler, "livenessProbe": handler, "readinessProbe": handler});
    let probed = |handler: Value| {
        let mut container = probe(handler);
        container["name"] = json!("c");
        container["image"] = json!("c");
        container["restartPolicy"] = json!("Always");
        container
    };
    let digest = format!("c@sha256:{}", "a".repeat(64));
    vec![
        json!({"name": "c", "image": "c"}),
        json!({"name": "c", "image": "host:5000/c:latest"}),
        json!({"name": "c", "image": digest}),
        with("imagePullPolicy", json!("Never")),
        with("terminationMessagePath", json!("")),
        with("workingDir", json!("")),
        with("command", json!([])),
        with("tty", json!(false)),
        with("ports", json!([{"containerPort": 80, "name": ""}, {"containerPort": 80, "protocol": "UDP"}])),
        with("resources", json!({"limits": {"cpu": "1000m", "memory": "1024Mi"}, "requests": {"cpu": 0.5}})),
        with("resources", json!({"limits": {"cpu": 0.1, "memory": "1e9"}})),
        with("resources", json!({"requests": {"memory": "0.5Gi"}})),
        with("resources", json!({})),
        with("securityContext", json!({})),
        with("securityContext", json!({"privileged": false, "capabilities": {"add": [], "drop": ["ALL"]}})),
        with("securityContext", json!({"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}})),
        with("securityContext", json!({"appArmorProfile": {"type": "Unconfined"}})),
        with("lifecycle", json!({"preStop": {"httpGet": {"port": 80}}})),
        with("lifecycle", json!({"preStop": {"sleep": {"seconds": 5}}})),
        with("env", json!([{"name": "A", "value": ""}, {"name": "B"}])),
        with("env", json!([{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}])),
        with("env", json!([{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}])),
        with(
            "env",
            json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": false}}}]),
        ),
        with("envFrom", json!([{"configMapRef": {"name": "m"}}])),
        with("volumeMounts", json!([{"name": "own", "mountPath": "/a", "readOnly": false, "subPath": ""}])),
        with(
            "volumeMounts",
            json!([{"name": "own", "mountPath": "/a", "readOnly": true, "recursiveReadOnly": "Disabled"}]),
        ),
        probed(json!({"httpGet": {"port": 80}})),
        probed(json!({"httpGet": {"port": "http", "path": "", "httpHeaders": [{"name": "A", "value": "b"}]}})),
        probed(json!({"tcpSocket": {"port": 80}, "initialDelaySeconds": 0, "timeoutSeconds": 0})),
        probed(json!({"grpc": {"port": 80}})),
        probed(json!({"exec": {"command": ["true"]}})),
    ]
}

/// A volume of every source.
pub(super) fn volumes() -> Vec<Value> {
    let items = json!([{"path": "p", "fieldRef": {"fieldPath": "metadata.name"}}]);
    let resource = json!([{"path": "p", "resourceFieldRef": {"containerName": "app", "resource": "limits.cpu"}}]);
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}});
    [
        json!({}),
        json!({"emptyDir": {}}),
        json!({"emptyDir": {"medium": "", "sizeLimit": "0.5Gi"}}),
        json!({"hostPath": {"path": "/a"}}),
        json!({"secret": {"secretName": "s"}}),
        json!({"secret": {"secretName": "s", "items": [{"key": "k", "path": "p"}], "optional": false}}),
        json!({"configMap": {"name": "m"}}),
        json!({"downwardAPI": {"items": items}}),
        json!({"downwardAPI": {"items": resource}}),
        json!({"projected": {"sources": [
            {"serviceAccountToken": {"path": "t"}},
            {"secret": {"name": "s"}},
            {"configMap": {"name": "m"}},
            {"downwardAPI": {"items": items}},
        ]}}),
        json!({"ephemeral": {"volumeClaimTemplate": {"spec": claim}}}),
        json!({"persistentVolumeClaim": {"claimName": "c"}}),
        json!({"csi": {"driver": "d.example.com"}}),
        json!({"nfs": {"server": "s", "path": "/"}}),
        json!({"iscsi": {"targetPortal": "10.0.0.1:3260", "iqn": "iqn.2001-04.com.example:a", "lun": 0}}),
        json!({"rbd": {"monitors": ["a"], "image": "i"}}),
        json!({"azureDisk": {"diskName": "d", "diskURI": "https://a.blob.core.windows.net/c/d.vhd"}}),
        json!({"azureFile": {"secretName": "s", "shareName": "s"}}),
        json!({"scaleIO": {"gateway": "g", "system": "s", "secretRef": {"name": "s"}, "volumeName": "v"}}),
        json!({"gcePersistentDisk": {"pdName": "p"}}),
        json!({"awsElasticBlockStore": {"volumeID": "v"}}),
        json!({"glusterfs": {"endpoints": "e", "path": "p"}}),
        json!({"cephfs": {"monitors": ["a"]}}),
        json!({"cinder": {"volumeID": "v"}}),
        json!({"fc": {"targetWWNs": ["a"], "lun": 0}}),
        json!({"flexVolume": {"driver": "d/d"}}),
        json!({"flocker": {"datasetName": "d"}}),
        json!({"portworxVolume": {"volumeID": "v"}}),
        json!({"quobyte": {"registry": "r:1", "volume": "v"}}),
        json!({"storageos": {"volumeName": "v", "volumeNamespace": "n"}}),
        json!({"vsphereVolume": {"volumePath": "p"}}),
        json!({"image": {"reference": "i"}}),
        json!({"image": {"reference": "i:1"}}),
    ]
    .into_iter()
    .map(|mut volume| {
        volume["name"] = json!("v");
        volume
    })
    .collect()
}

/// A pod as the API server has it after it was created.
fn created(plane: &ControlPlane, namespace: &str, name: &str, metadata: &Value, spec: &Value) -> Result<Value, String> {
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
    pod["metadata"]["name"] = json!(name);
    let ran = plane.kubectl(["create", "-n", namespace, "-o", "json", "-f", "-"], pod.to_string());
    if ran.success { Ok(serde_json::from_str(&ran.stdout).unwrap()) } else { Err(format!("{}: {spec}", ran.stderr)) }
}

/// A pod with what is added in this list, which an application's container stands before.
fn spec(list: &str, item: &Value, network: PodNetwork) -> Value {
    let mut spec = json!({
        "containers": [{"name": "app", "image": "app:1", "resources": {"limits": {"cpu": 1}}}],
        "volumes": [{"name": "own"}],
        "serviceAccountName": "default",
        "hostNetwork": network == PodNetwork::Host,
    });
    match &mut spec[list] {
        Value::Array(list) => list.push(item.clone()),
        absent => *absent = json!([item]),
    }
    spec
}

pub(super) fn what_the_api_server_fills_in_is_no_difference(plane: &ControlPlane) {
    plane.namespace("defaults", &[]);
    let mut cases = Vec::new();
    for container in containers() {
        for network in [PodNetwork::Own, PodNetwork::Host] {
            cases.push(("containers", container.clone(), network));
        }
        let is_plain = container.get("lifecycle").is_none() || container.get("restartPolicy").is_some();
        if is_plain {
            cases.push(("initContainers", container, PodNetwork::Own));
        }
    }
    cases.extend(volumes().into_iter().map(|volume| ("volumes", volume, PodNetwork::Own)));
    cases.push(("imagePullSecrets", json!({"name": "s"}), PodNetwork::Own));
    let mut wrong = Vec::new();
    for (index, (list, mut item, network)) in cases.into_iter().enumerate() {
        if list == "containers" {
            item.as_object_mut().unwrap().remove("restartPolicy");
        }
        let subject = match list {
            "volumes" => DefaultsOf::Volume,
            "imagePullSecrets" => DefaultsOf::PullSecret,
            _ => DefaultsOf::Container(network),
        };
        let wanted = spec(list, &item, network);
        let pod = match created(plane, "defaults", &format!("p{index}"), &json!({}), &wanted) {
            Ok(pod) => pod,
            Err(refusal) => {
                wrong.push(refusal);
                continue;
            }
        };
        assert_eq!(PodNetwork::of(&pod["spec"]), network);
        let last = wanted[list].as_array().unwrap().len() - 1;
        let mut found = pod["spec"][list][last].clone();
        let differ = differences(subject, &item, &found);
        if !differ.is_empty() {
            wrong.push(format!("{list}: {item}: {differ:#?}"));
        }
        found["name"] = json!("other");
        let at: Vec<_> = differences(subject, &item, &found).into_iter().map(|difference| difference.at).collect();
        if !at.contains(&Pointer::of(["name"])) {
            wrong.push(format!("{list}: {item}: another name is no difference"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(super) fn what_is_changed_in_the_cluster_is_a_difference(plane: &ControlPlane) {
    plane.namespace("edited", &[]);
    let annotations = json!({"annotations": {"example.com/a": "1"}});
    let item = json!({"name": "c", "image": "c:1"});
    created(plane, "edited", "p", &annotations, &spec("containers", &item, PodNetwork::Own)).unwrap();
    plane.ok("set image pod/p c=c:2 -n edited", "");
    plane.ok("annotate pod/p example.com/a=2 --overwrite -n edited", "");
    let pod = plane.get("pod/p -n edited");
    let at = |subject, wanted: &Value, found: &Value| -> Vec<_> {
        differences(subject, wanted, found).into_iter().map(|difference| difference.at.to_string()).collect()
    };
    let container = DefaultsOf::Container(PodNetwork::Own);
    assert_eq!(at(container, &item, &pod["spec"]["containers"][1]), ["/image"]);
    assert_eq!(at(DefaultsOf::Text, &json!("1"), &pod["metadata"]["annotations"]["example.com/a"]), [""]);
}

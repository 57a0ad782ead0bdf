//! What an API server refuses in a volume.

use serde_json::json;

use super::messages;
use crate::kube::validity::volumes;
use crate::value::pointer::Pointer;

#[test]
fn what_an_api_server_refuses_in_a_volume_is_an_error() {
    for (volume, expected) in [
        (json!({"emptyDir": {}}), vec!["/0: volume has no `name`"]),
        (json!({"name": "A"}), vec!["/0/name: volume name `A` must have"]),
        (
            json!({"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}),
            vec!["/0: volume has more than one source: `hostPath`, `emptyDir`"],
        ),
        (json!({"name": "v", "emptyDir": {"sizeLimit": "1gb"}}), vec!["/0/emptyDir/sizeLimit: `1gb` is not"]),
        (json!({"name": "v", "emptyDir": {"sizeLimit": "-1"}}), vec!["/0/emptyDir/sizeLimit: `sizeLimit` `-1`"]),
        (json!({"name": "v", "hostPath": {}}), vec!["/0/hostPath: hostPath has no `path`"]),
        (json!({"name": "v", "hostPath": {"path": "/a/../b"}}), vec!["/0/hostPath/path: "]),
        (json!({"name": "v", "configMap": {}}), vec!["/0/configMap: configMap has no `name`"]),
        (json!({"name": "v", "secret": {"name": "s"}}), vec!["/0/secret: secret has no `secretName`"]),
        (
            json!({"name": "v", "configMap": {"name": "m", "defaultMode": 644}}),
            vec!["/0/configMap/defaultMode: `defaultMode` is `644`"],
        ),
        (
            json!({"name": "v", "configMap": {"name": "m", "items": [{"key": "k", "path": "..a"}]}}),
            vec!["/0/configMap/items/0/path: path `..a`"],
        ),
        (
            json!({"name": "v", "projected": {"sources": [{}, {"secret": {"name": "s"}, "configMap": {"name": "m"}}]}}),
            vec!["/0/projected/sources/1: a projected source has one type, and this one has 2"],
        ),
        (
            json!({"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 60}}]}}),
            vec!["/0/projected/sources/0/serviceAccountToken/expirationSeconds: "],
        ),
        (json!({"name": "v", "csi": {"driver": "D d"}}), vec!["/0/csi/driver: csi driver `D d` must have"]),
        (
            json!({"name": "v", "downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "status.podIP"}}]}}),
            vec!["/0/downwardAPI/items/0/fieldRef/fieldPath: `fieldPath` cannot be `status.podIP`"],
        ),
        (
            json!({"name": "v", "downwardAPI": {"items": [{"path": "p", "resourceFieldRef": {"resource": "limits.cpu"}}]}}),
            vec!["/0/downwardAPI/items/0/resourceFieldRef: resourceFieldRef has no `containerName`"],
        ),
        (json!({"name": "v", "csi": {}}), vec!["/0/csi: csi has no `driver`"]),
        (json!({"name": "v", "image": {"pullPolicy": "x"}}), vec!["/0/image: image has no", "/0/image/pullPolicy: "]),
        (json!({"name": "v", "ephemeral": {}}), vec!["/0/ephemeral: `ephemeral` has no"]),
        (json!({"name": "v"}), vec![]),
        (json!({"name": "v", "emptyDir": {"sizeLimit": "1Gi"}, "hostPath": null}), vec![]),
    ] {
        let found = messages(&volumes(&[&volume], &Pointer::root()));
        assert_eq!(found.len(), expected.len(), "{volume}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{volume}: {found}");
        }
    }
    let volume = json!({"name": "v"});
    assert_eq!(messages(&volumes(&[&volume, &volume], &Pointer::root())), ["/1/name: two volumes have the name `v`"]);
}

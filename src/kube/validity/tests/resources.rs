//! Pod-level resources, and the quality-of-service class.

use serde_json::{Value, json};

use super::messages;
use crate::kube::validity::{Qos, pod_resources, qos_class};
use crate::value::pointer::Pointer;

fn asks(name: &str, requests: Value, limits: Value) -> Value {
    json!({"name": name, "resources": {"requests": requests, "limits": limits}})
}

fn native_sidecar(cpu: &str) -> Value {
    let mut container = asks("sidecar", json!({"cpu": cpu}), json!({}));
    container["restartPolicy"] = json!("Always");
    container
}

#[test]
fn pod_level_resources_bound_what_is_added() {
    let app = asks("app", json!({"cpu": "300m"}), json!({}));
    let sidecar = |cpu: &str| asks("sidecar", json!({"cpu": cpu}), json!({}));
    let spec = |resources: Value, containers: Vec<&Value>, init: Vec<Value>| json!({"resources": resources, "containers": containers, "initContainers": init});
    let requests = json!({"requests": {"cpu": "500m"}});
    let limits = json!({"limits": {"cpu": "500m"}});
    let limited = asks("sidecar", json!({"cpu": "1m"}), json!({"cpu": "1"}));
    for (resources, added, init, expected) in [
        (json!(null), Some(sidecar("300m")), vec![], None),
        (requests.clone(), Some(sidecar("200m")), vec![], None),
        (
            requests.clone(),
            Some(sidecar("0.3")),
            vec![],
            Some(
                "/resources/requests/cpu: with `sidecar` the containers request `600m` of cpu, more than the pod's own \
                 `resources.requests` of `500m`",
            ),
        ),
        // A plain init container runs before the others; a native sidecar runs beside them.
        (requests.clone(), None, vec![sidecar("500m")], None),
        (requests.clone(), None, vec![sidecar("501m")], Some("/resources/requests/cpu: with `sidecar`")),
        (requests.clone(), None, vec![native_sidecar("300m")], Some("/resources/requests/cpu: with `sidecar`")),
        (
            requests.clone(),
            None,
            vec![native_sidecar("100m"), asks("init", json!({"cpu": "450m"}), json!({}))],
            Some("/resources/requests/cpu: with `sidecar`, `init` the containers request `550m`"),
        ),
        // A limit without a request is bound too, since the requests of all become the pod's.
        (limits.clone(), Some(sidecar("300m")), vec![], Some("/resources/limits/cpu: with `sidecar`")),
        // A request that is absent is the limit.
        (
            requests,
            Some(asks("sidecar", json!({}), json!({"cpu": "300m"}))),
            vec![],
            Some("/resources/requests/cpu: with `sidecar`"),
        ),
        (limits, Some(limited), vec![], Some("/resources/limits/cpu: container `sidecar` has a limit of `1` of cpu")),
        (json!({"requests": {"memory": "1Gi"}}), Some(sidecar("9")), vec![], None),
    ] {
        let before = spec(resources.clone(), vec![&app], vec![]);
        let mut all = vec![&app];
        all.extend(&added);
        let after = spec(resources, all, init);
        let found = messages(&pod_resources(&before, &after, &Pointer::root()));
        assert_eq!(found.len(), usize::from(expected.is_some()), "{after}: {found:?}");
        assert!(found.iter().zip(expected).all(|(found, expected)| found.starts_with(expected)), "{after}: {found:?}");
    }
    let hopeless = spec(json!({"requests": {"cpu": "1m"}}), vec![&app], vec![]);
    let sidecar = sidecar("1m");
    let after = spec(json!({"requests": {"cpu": "1m"}}), vec![&app, &sidecar], vec![]);
    assert_eq!(pod_resources(&hopeless, &after, &Pointer::root()), [], "what was refused before is not ours");
}

#[test]
fn the_quality_of_service_class_is_that_of_kubernetes() {
    let both = || json!({"cpu": "1", "memory": "1Gi"});
    let none = || json!({"name": "n"});
    let guaranteed = || asks("g", json!({"cpu": "1000m", "memory": "1024Mi"}), both());
    for (spec, expected) in [
        (json!({"containers": [none()]}), Qos::BestEffort),
        (json!({"containers": [asks("z", json!({"cpu": "0"}), json!({}))]}), Qos::BestEffort),
        (json!({"containers": [asks("e", json!({"ephemeral-storage": "1Gi"}), json!({}))]}), Qos::BestEffort),
        (json!({"containers": [guaranteed()]}), Qos::Guaranteed),
        (json!({"containers": [asks("l", json!({}), both())]}), Qos::Guaranteed),
        (json!({"containers": [guaranteed(), none()]}), Qos::Burstable),
        (json!({"containers": [guaranteed()], "initContainers": [none()]}), Qos::Burstable),
        (json!({"containers": [guaranteed()], "initContainers": [guaranteed()]}), Qos::Guaranteed),
        (json!({"containers": [asks("c", json!({"cpu": "1"}), json!({}))]}), Qos::Burstable),
        (json!({"containers": [asks("c", json!({}), json!({"cpu": "1"}))]}), Qos::Burstable),
        (json!({"containers": [asks("c", json!({"cpu": "500m"}), both())]}), Qos::Burstable),
        (json!({"containers": [none()], "resources": {"limits": both()}}), Qos::Guaranteed),
        (
            json!({"containers": [asks("c", json!({"cpu": "1m"}), json!({}))], "resources": {"limits": both()}}),
            Qos::Burstable,
        ),
        (json!({"containers": [guaranteed()], "resources": {"requests": {"cpu": "2"}}}), Qos::Burstable),
        (json!({"containers": [guaranteed()], "resources": {"limits": {"cpu": "2"}}}), Qos::Burstable),
        (json!({}), Qos::BestEffort),
    ] {
        assert_eq!(qos_class(&spec), expected, "{spec}");
    }
}

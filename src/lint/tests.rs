//! One small profile for each kind of finding, and what is found in the built-in profiles.

use serde_json::{Value, json};

use super::*;
use crate::diagnostic::Code;
use crate::profile::{builtin, load};

mod choices;
mod cluster;
mod expressions;
mod pod;
mod targets;

fn profile(spec: &Value) -> Profile {
    let mut document = json!({"apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "p"},
        "spec": {"policy": "OptOut", "labels": {"added": "yes"}}});
    for (field, value) in spec.as_object().unwrap() {
        document["spec"][field] = value.clone();
    }
    load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn built_in(name: &str) -> Profile {
    let tree = crate::text::yaml::parse_yaml(builtin::text(name).unwrap()).unwrap();
    load::load(tree.view(tree.root().unwrap())).unwrap()
}

/// A container without a fault, and what is to be changed of it.
fn container(change: &Value) -> Value {
    let mut container = json!({
        "name": "side", "image": "side:1", "readinessProbe": {"exec": {"command": ["true"]}},
        "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    });
    for (field, value) in change.as_object().unwrap() {
        container[field] = value.clone();
    }
    container
}

/// Findings of all codes but those that every profile has.
fn told(spec: &Value) -> Vec<String> {
    let usual = |finding: &&Finding| {
        finding.severity == Severity::Note && matches!(finding.code, Code::PodSecurity | Code::KubernetesVersion)
    };
    lines(&lint(&profile(spec)).iter().filter(|finding| !usual(finding)).collect::<Vec<_>>())
}

fn lines(findings: &[&Finding]) -> Vec<String> {
    let line = |finding: &&Finding| {
        format!("{:?} {} {}: {}", finding.severity, finding.code.id(), finding.at, finding.message)
    };
    findings.iter().map(line).collect()
}

fn of(profile: &Profile, code: Code) -> Vec<String> {
    lines(&lint(profile).iter().filter(|finding| finding.code == code).collect::<Vec<_>>())
}

#[test]
fn a_profile_without_a_fault_has_notes_only() {
    let spec = json!({"containers": [container(&json!({}))]});
    assert_eq!(told(&spec), Vec::<String>::new());
    assert_eq!(
        lines(&lint(&profile(&spec)).iter().collect::<Vec<_>>()),
        [
            "Note pod-security /spec: a pod that meets the Pod Security level `restricted` still meets it once injected",
            "Note kubernetes-version /spec: a classic sidecar of this profile runs on every Kubernetes version that is known",
            "Note kubernetes-version /spec/containers/0/restartPolicy: a native sidecar of this profile runs from Kubernetes 1.29 on",
        ]
    );
}

#[test]
fn what_clashes_or_is_refused_is_an_error_at_its_place_in_the_profile() {
    for (spec, expected) in [
        (
            json!({
                "initContainers": [container(&json!({"name": "init", "restartPolicy": "Always", "ports": [{"containerPort": 80}]}))],
                "containers": [container(&json!({"ports": [{"containerPort": 81}, {"containerPort": 80}]}))],
            }),
            "Error clash /spec/containers/0/ports/1: container port 80 of container `side` is already used by container `init`",
        ),
        (
            json!({
                "parameters": [{"name": "p", "type": "port", "default": 80}, {"name": "q", "type": "port", "default": 80}],
                "containers": [
                    container(&json!({"ports": [{"containerPort": "{{ p }}"}]})),
                    container(&json!({"name": "b", "ports": [{"containerPort": "{{ q }}"}]})),
                ],
            }),
            "Error clash /spec/containers/1/ports/0: container port 80 of container `b` is already used by container `side`",
        ),
        (
            json!({
                "volumes": [{"name": "v", "emptyDir": {}}],
                "containers": [container(&json!({"volumeMounts": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/a"}]}))],
            }),
            "Error invalid /spec/containers/0/volumeMounts/1/mountPath: ",
        ),
        (
            json!({"initContainers": [container(&json!({"name": "i", "readinessProbe": null}))],
                "containers": [container(&json!({"image": " a:1"}))]}),
            "Error invalid /spec/containers/0/image: image ` a:1` has a space before or after it",
        ),
        (
            json!({"volumes": [{"name": "v", "emptyDir": {}, "secret": {"secretName": "s"}}]}),
            "Error invalid /spec/volumes/0: volume has more than one source: `emptyDir`, `secret`",
        ),
        (
            json!({"application": {"env": [{"name": "A"}, {"name": "a=b"}]}}),
            "Error invalid /spec/application/env/1/name: ",
        ),
        (
            json!({"parameters": [{"name": "p", "type": "string", "default": "no label"}], "labels": {"a": "{{ p }}"}}),
            "Error invalid /spec/labels/a: value `no label` of label `a` ",
        ),
        (
            json!({
                "parameters": [{"name": "p", "type": "quantity", "default": "2"}],
                "containers": [container(&json!({"resources": {
                    "requests": {"cpu": "{{ p }}", "memory": "1Mi"}, "limits": {"cpu": "1", "memory": "1Mi"}}}))],
            }),
            "Error invalid /spec/containers/0/resources/requests",
        ),
    ] {
        let found: Vec<String> = told(&spec).into_iter().filter(|line| !line.starts_with("Note ")).collect();
        assert!(found.len() == 1 && found[0].starts_with(expected), "{expected}: {found:#?}");
    }
}

#[test]
fn what_a_good_container_has_is_missed_with_a_warning() {
    for (spec, expected) in [
        (
            json!({"containers": [container(&json!({"image": "localhost:5000/side"}))]}),
            &[
                "Warning untagged-image /spec/containers/0/image: image `localhost:5000/side` has neither a tag nor a digest",
            ][..],
        ),
        (
            json!({"parameters": [{"name": "i", "type": "image", "default": "a:latest"}],
                "containers": [container(&json!({"image": "{{ i }}"}))]}),
            &[
                "Warning latest-image /spec/containers/0/image: the tag `latest` of image `a:latest` can change at any time",
            ],
        ),
        (json!({"containers": [container(&json!({"image": format!("a:latest@sha256:{}", "0".repeat(64))}))]}), &[]),
        (
            json!({"volumes": [{"name": "v", "image": {"reference": "a"}}]}),
            &["Warning untagged-image /spec/volumes/0/image/reference: image `a` has neither a tag nor a digest"],
        ),
        (
            json!({"initContainers": [container(&json!({"readinessProbe": null, "resources": {"limits": {"cpu": "1"}}}))]}),
            &[
                "Warning no-resources /spec/initContainers/0/resources: container `side` has no `requests.cpu`, `requests.memory`, `limits.memory`",
            ],
        ),
        (
            json!({"containers": [container(&json!({"readinessProbe": null}))]}),
            &[
                "Warning no-probe /spec/containers/0: container `side` has no probe: Kubernetes does not notice when it fails",
            ],
        ),
        (
            json!({"containers": [container(&json!({"volumeMounts": [{"name": "data", "mountPath": "/a"}]}))]}),
            &[
                "Warning pod-volume /spec/containers/0/volumeMounts/0/name: the profile mounts the volume `data` and does not add it: the pod must have it",
            ],
        ),
        (
            json!({"application": {"volumeMounts": [{"name": "data", "mountPath": "/a"}]}}),
            &[
                "Warning pod-volume /spec/application/volumeMounts/0/name: the profile mounts the volume `data` and does not add it: the pod must have it",
            ],
        ),
    ] {
        assert_eq!(told(&spec), expected);
    }
}

#[test]
fn parameters_are_used_and_those_without_a_value_break_nothing() {
    let spec = json!({"parameters": [
        {"name": "idle", "type": "string", "default": "x"},
        {"name": "user", "type": "integer", "default": 7},
        {"name": "cpu", "type": "quantity", "annotation": "example.com/cpu"},
        {"name": "image", "type": "image"},
        {"name": "port", "type": "port", "from": ["/spec/containers/0/ports/0/containerPort"]},
    ],
    "reservedUser": {"id": "{{ user }}", "when": true},
    "containers": [
        container(&json!({"image": "{{ image }}", "ports": [{"containerPort": "{{ port }}"}], "resources": {
            "requests": {"cpu": "{{ cpu }}", "memory": "1Mi"}, "limits": {"cpu": "500m", "memory": "1Mi"}}})),
        container(&json!({"name": "b", "ports": [{"containerPort": 8080}]})),
    ]});
    assert_eq!(
        told(&spec),
        [
            "Warning unused-parameter /spec/parameters/0/name: nothing uses the parameter `idle`",
            "Note unset-parameter /spec/parameters/2: the parameter `cpu` has no default, so it must be set",
            "Note unset-parameter /spec/parameters/3: the parameter `image` has no default, so it must be set",
        ]
    );
    let hints: Vec<_> = lint(&profile(&spec)).into_iter().filter_map(|finding| finding.hint).collect();
    assert!(hints.contains(&"with `--set cpu=…`, or the annotation `example.com/cpu`".to_owned()), "{hints:?}");
}

/// A parameter's type, where it is in a container or a volume, and what it gives to anyone who sets it.
type Privilege = (&'static str, Value, Option<(Severity, &'static str)>);

fn in_containers() -> Vec<Privilege> {
    use Severity::{Error, Warning};
    let ids = Some((Error, "the user or group id of container `side`: "));
    let context = Some((Error, "the security context"));
    let command = Some((Warning, "the command line"));
    let argument = json!({"args": ["--x={{ p }}"]});
    vec![
        ("image", json!({"image": "{{ p }}"}), Some((Error, "sets the image of container `side`: "))),
        ("enum", json!({"image": "{{ p }}"}), Some((Warning, "sets the image of"))),
        ("integer", json!({"securityContext": {"runAsUser": "{{ p }}"}}), ids),
        ("integer", json!({"securityContext": {"runAsGroup": "{{ p }}"}}), ids),
        ("boolean", json!({"securityContext": {"privileged": "{{ p }}"}}), context),
        ("string", json!({"securityContext": {"capabilities": {"add": ["{{ p }}"]}}}), context),
        ("string", argument.clone(), command),
        ("string", json!({"lifecycle": {"preStop": {"exec": {"command": ["{{ p }}"]}}}}), command),
        ("port", argument, None),
        ("port", json!({"ports": [{"containerPort": "{{ p }}"}]}), None),
        (
            "port",
            json!({"ports": [{"containerPort": 1, "hostPort": "{{ p }}"}]}),
            Some((Warning, "a port of the node")),
        ),
        ("string", json!({"env": [{"name": "A", "value": "{{ p }}"}]}), None),
    ]
}

fn in_volumes() -> Vec<Privilege> {
    let folder = Some((Severity::Error, "the folder of the node of volume `v`: "));
    let source = Some((Severity::Error, "the source of volume `v`: "));
    vec![
        ("string", json!({"hostPath": {"path": "{{ p }}"}}), folder),
        ("string", json!({"secret": {"secretName": "{{ p }}"}}), source),
        ("quantity", json!({"emptyDir": {"sizeLimit": "{{ p }}"}}), None),
    ]
}

#[test]
fn a_privilege_that_a_pods_author_sets_is_told_with_its_reason() {
    let in_containers = in_containers().into_iter().map(|(ty, change, expected)| (ty, change, json!({}), expected));
    let in_volumes = in_volumes().into_iter().map(|(ty, volume, expected)| (ty, json!({}), volume, expected));
    for (ty, change, volume, expected) in in_containers.chain(in_volumes) {
        let mut v = json!({"name": "v"});
        v.as_object_mut().unwrap().extend(volume.as_object().unwrap().clone());
        let spec = |parameter: &Value| {
            let mut typed = json!({"name": "p", "type": ty});
            if ty == "enum" {
                typed["values"] = json!(["a:1"]);
            }
            typed.as_object_mut().unwrap().extend(parameter.as_object().unwrap().clone());
            profile(&json!({"parameters": [typed], "containers": [container(&change)], "volumes": [v]}))
        };
        let by_annotation = of(&spec(&json!({"annotation": "example.com/p"})), Code::AnnotationPrivilege);
        match expected {
            None => assert_eq!(by_annotation, Vec::<String>::new(), "{ty} {change} {volume}"),
            Some((severity, words)) => {
                let start = format!(
                    "{severity:?} annotation-privilege /spec/parameters/0/annotation: the annotation `example.com/p` "
                );
                let told = by_annotation.concat();
                assert!(by_annotation.len() == 1 && told.starts_with(&start) && told.contains(words), "{told}");
            }
        }
        let by_place = of(&spec(&json!({"from": ["/spec/x"]})), Code::PodPrivilege);
        assert_eq!(by_place.len(), usize::from(expected.is_some()), "{by_place:?}");
        let start = "Warning pod-privilege /spec/parameters/0/from: the pod's `/spec/x` ";
        assert!(by_place.iter().all(|line| line.starts_with(start)));
        assert!(of(&spec(&json!({"default": null})), Code::AnnotationPrivilege).is_empty(), "`--set` may set all");
    }
}

#[test]
fn every_annotation_of_a_parameter_may_set_a_privilege() {
    let by_image = |parameter: &Value, image: &str| {
        let container = container(&json!({"image": image}));
        of(&profile(&json!({"parameters": [parameter], "containers": [container]})), Code::AnnotationPrivilege)
    };
    let list = json!({"name": "p", "type": "list", "of": "string", "annotation": ["example.com/p", "example.com/q"],
        "default": ["a:1"]});
    let start = "Error annotation-privilege /spec/parameters/0/annotation: the annotations `example.com/p`, `example.com/q` set the image of container";
    assert!(by_image(&list, "{{ p[0] }}").concat().starts_with(start));
    let envs = json!({"name": "p", "type": "envs", "annotation": "example.com/p", "default": ""});
    let each =
        json!({"env": [{"forEach": {"name": "e", "in": "p"}, "name": "{{ e.name }}", "value": "{{ e.value }}"}]});
    let found =
        of(&profile(&json!({"parameters": [envs], "containers": [container(&each)]})), Code::AnnotationPrivilege);
    let start = "Warning annotation-privilege /spec/parameters/0/annotation: the annotation `example.com/p` sets the name of a variable of container";
    assert!(found.len() == 1 && found[0].starts_with(start), "{found:?}");
    let map =
        json!({"name": "p", "type": "map", "of": "string", "annotationPrefix": "example.com/p-", "default": "a=b"});
    let start = "Error annotation-privilege /spec/parameters/0/annotationPrefix: the annotations `example.com/p-…` set the image of container";
    assert!(by_image(&map, "{{ p.a }}").concat().starts_with(start), "{:?}", by_image(&map, "{{ p.a }}"));
}

#[test]
fn the_pod_security_level_and_the_version_name_their_reason() {
    let privileged = json!({"initContainers": [container(&json!({"name": "i", "readinessProbe": null})), container(&json!({
        "name": "j", "readinessProbe": null, "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}))],
        "containers": [container(&json!({"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}))], "nativeSidecar": true});
    let found = lint(&profile(&privileged));
    let told = |code| found.iter().filter(|finding| finding.code == code).collect::<Vec<_>>();
    let [security] = told(Code::PodSecurity)[..] else { panic!("{found:?}") };
    assert_eq!(
        (security.severity, security.at.to_string().as_str()),
        (Severity::Warning, "/spec/initContainers/1/securityContext/capabilities/add/0")
    );
    let start = "once injected, a pod needs the Pod Security level `privileged`: ";
    assert!(
        security.message.starts_with(start) && security.message.ends_with(" (container `j`)"),
        "{}",
        security.message
    );
    let [version] = told(Code::KubernetesVersion)[..] else { panic!("{found:?}") };
    // The native sidecar is among the init containers of the pod, and not of the profile.
    assert_eq!(version.at.to_string(), "/spec/containers/0/lifecycle/preStop/sleep");
    assert!(
        version.message.ends_with("runs from Kubernetes 1.30 on, because of a sleep action"),
        "{}",
        version.message
    );

    let baseline = lint(&profile(&json!({"containers": [container(&json!({"securityContext": {}}))]})));
    let levels: Vec<_> = baseline.iter().filter(|finding| finding.code == Code::PodSecurity).collect();
    assert!(levels.len() >= 4 && levels.iter().all(|finding| finding.severity == Severity::Note), "{levels:?}");
    assert!(
        levels.iter().all(|finding| finding.at.to_string().starts_with("/spec/containers/0/securityContext")),
        "{levels:?}"
    );
}

#[test]
fn built_in_profiles_have_no_errors_and_these_warnings() {
    for (name, warnings, level) in [
        (
            "cortexflow",
            &[
                "latest-image /spec/containers/0/image",
                "pod-security /spec/initContainers/0/securityContext/capabilities/add/0",
                "pod-security /spec/initContainers/0/securityContext/capabilities/add/1",
            ][..],
            "privileged",
        ),
        ("nginx", &[], "restricted"),
        ("curl", &["latest-image /spec/containers/0/image", "no-probe /spec/containers/0"], "restricted"),
    ] {
        let profile = built_in(name);
        let found = lint(&profile);
        let errors: Vec<_> = found.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let mut told: Vec<String> = found
            .iter()
            .filter(|finding| finding.severity == Severity::Warning)
            .map(|finding| format!("{} {}", finding.code.id(), finding.at))
            .collect();
        told.sort();
        assert_eq!(told, warnings, "{name}");
        assert_eq!(summary(&profile).pod_security, level);
    }
    let profile = built_in("cortexflow");
    let summary = summary(&profile);
    assert_eq!(
        (summary.name, summary.policy, &summary.containers[..], &summary.init_containers[..]),
        ("cortexflow", "OptOut", &["proxy-sidecar"][..], &["init-iptables"][..])
    );
    assert_eq!(summary.first_version, None);
    assert!(summary.parameters.contains(&"tcpPort"));
}

//! Objects that an API server could not create as they are.

use super::*;
use crate::profile::Profile;

pub(super) fn decided(object: &Value, place: &str, facts: &Facts, profiles: &[Profile]) -> Decision {
    let (identity, at) = (identify(object).unwrap(), Pointer::of(place.split('/').skip(1)));
    let subject = Subject {
        object,
        at: &at,
        record: Record::default(),
        profiles,
        set: NO_VALUES,
        confirmed: &Confirmed::default(),
        detail: Detail::All,
        needs_native: false,
    };
    decide(&subject, &PodReading::new(&identity, object.pointer(place).unwrap(), facts), &profiles[0]).0
}

fn profiles() -> [Profile; 2] {
    let mut first = scene().profile;
    first["spec"]["objectSelector"] = json!(null);
    let mut second = first.clone();
    second["metadata"]["name"] = json!("second");
    second["spec"]["containers"] = json!([{"name": "other"}]);
    [load(&first).unwrap(), load(&second).unwrap()]
}

fn reason(decision: Decision) -> Option<String> {
    match decision {
        Decision::Skip { rule: Rule::PatchFragment, reason, warnings, deniable } => {
            assert_eq!((warnings.len(), warnings[0].code, deniable), (1, Code::PatchFragment, Deniable::No));
            Some(reason)
        }
        Decision::Inject { .. } => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_workload_without_the_selector_that_its_kind_needs_is_a_patch() {
    for (version, kind, is_patch) in [
        ("apps/v1", "Deployment", true),
        ("apps/v1beta2", "Deployment", true),
        ("apps/v1", "StatefulSet", true),
        ("apps/v1", "DaemonSet", true),
        ("apps/v1", "ReplicaSet", true),
        ("apps.kruise.io/v1alpha1", "CloneSet", true),
        ("extensions/v1beta1", "Deployment", false),
        ("apps/v1beta1", "StatefulSet", false),
        ("v1", "ReplicationController", false),
        ("batch/v1", "Job", false),
    ] {
        for (selector, selects) in [
            (None, false),
            (Some(Value::Null), false),
            (Some(json!({})), false),
            (Some(json!({"matchLabels": {}, "matchExpressions": []})), false),
            (Some(json!({"matchLabels": {"a": "b"}})), true),
            (Some(json!({"matchExpressions": [{"key": "a", "operator": "Exists"}]})), true),
        ] {
            let mut object = json!({"apiVersion": version, "kind": kind,
                "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "b"}]}}}});
            if let Some(selector) = selector {
                object["spec"]["selector"] = selector;
            }
            let saw = reason(decided(&object, "/spec/template", &scene().facts, &profiles()));
            let expected = format!("looks like a patch: a {kind} without `spec.selector` cannot be created");
            assert_eq!(saw, (is_patch && !selects).then_some(expected), "{version} {kind}");
        }
    }
}

#[test]
fn a_container_without_an_image_that_no_profile_completes_shows_a_patch() {
    for (version, kind, container, is_patch) in [
        ("v1", "Pod", json!({"name": "app"}), true),
        ("v1", "Pod", json!({"name": "app", "image": null}), true),
        ("v1", "Pod", json!({"name": "app", "image": ""}), true),
        ("v1", "Pod", json!({"name": "proxy"}), false),
        ("v1", "Pod", json!({"name": "other"}), false),
        ("v1", "Pod", json!({"name": "other", "image": "auto"}), false),
        // What fills in the image of another kind is not known here.
        ("example.com/v1", "Database", json!({"name": "app"}), false),
        ("apps.openshift.io/v1", "DeploymentConfig", json!({"name": "app"}), false),
    ] {
        for list in ["initContainers", "containers"] {
            let mut object = json!({"apiVersion": version, "kind": kind,
                "spec": {"containers": [{"name": "a", "image": "b"}]}});
            let mut containers = vec![json!({"name": "b", "image": "c"}), container.clone()];
            containers.rotate_left(usize::from(list == "containers"));
            object["spec"][list] = json!(containers);
            let saw = reason(decided(&object, "", &scene().facts, &profiles()));
            let expected = "looks like a patch: container `app` has no image, and no profile completes it";
            assert_eq!(saw.as_deref(), is_patch.then_some(expected), "{kind} {container}");
        }
    }
}

#[test]
fn what_the_facts_call_a_patch_is_left_alone_whatever_it_holds() {
    let mut scene = scene();
    scene.facts.fragment = Fragment::Listed;
    assert_eq!(skipped(&scene).1, "a kustomization lists this file as a patch");
    scene.facts.fragment = Fragment::Directive(Pointer::of(["spec", "containers", "0", "$patch"]));
    let (rule, reason, at, _) = skipped(&scene);
    assert_eq!(rule, Rule::PatchFragment);
    assert_eq!(reason, "a patch, not a workload: it has the key `$patch`");
    assert_eq!(at, "/spec/containers/0/$patch");
}

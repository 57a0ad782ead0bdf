//! Every slot goes all the way: loaded, rendered, applied, recorded and removed.

use serde_json::{Value, json};

use super::*;
use crate::decide::facts::{AccountsOfNamespace, Fragment, Namespace, NamespaceGate};
use crate::decide::record;
use crate::decide::uninject::{self, Leftovers, Which};
use crate::kube::version::KubernetesVersion;
use crate::profile::load;
use crate::profile::slot::{Form, Home, Slot};
use crate::value::patch::Patch;

mod again;
mod blocks;
mod empty;
mod hash;
mod order;
mod pod;
mod shared;
mod targets;

/// What a profile adds to a slot: one element, named after the slot, which uses the parameter.
fn element(slot: Slot) -> Value {
    let name = format!("{slot:?}").to_lowercase();
    let mut element = json!({"name": name});
    match slot {
        Slot::InitContainers | Slot::Containers => {
            element["image"] = json!("a:1");
            element["args"] = json!(["{{ p }}"]);
        }
        Slot::Volumes => element["configMap"] = json!({"name": "{{ p }}"}),
        Slot::ImagePullSecrets => element["name"] = json!("{{ p }}"),
        Slot::Env => element["value"] = json!("{{ p }}"),
        Slot::EnvFrom => element = json!({"prefix": "P_", "configMapRef": {"name": "{{ p }}"}}),
        Slot::VolumeMounts => element = json!({"name": "volumes", "mountPath": "/{{ p }}"}),
        Slot::Annotations | Slot::Labels => {}
    }
    match slot.form() {
        Form::List(..) => json!([element]),
        Form::Map(_) => json!({name: "{{ p }}"}),
    }
}

/// A profile that adds to these slots.
fn profile(slots: &[Slot], value: &str) -> Profile {
    let mut document = json!({
        "apiVersion": "sidecar-injector/v1", "kind": "Profile", "metadata": {"name": "all"},
        "spec": {"policy": "OptOut", "parameters": [{"name": "p", "type": "string", "default": value}], "application": {}},
    });
    for slot in slots {
        let place = slot.place_in_profile();
        let (parent, field) = place.split_last().unwrap();
        document.pointer_mut(&parent.to_string()).unwrap()[field] = element(*slot);
    }
    load::load(&document).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn patched(object: &Value, patch: &Patch) -> Value {
    let patch: json_patch::Patch = serde_json::from_value(serde_json::to_value(patch).unwrap()).unwrap();
    let mut object = object.clone();
    json_patch::patch(&mut object, &patch).unwrap();
    object
}

fn pod() -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {
        "containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 8080}]}]}})
}

fn with<T>(profile: &Profile, then: impl FnOnce(&Request<'_>) -> T) -> T {
    then(&Request {
        profiles: std::slice::from_ref(profile),
        set: &SetValues::new(),
        template_paths: &[],
        outdated: Outdated::Keep,
        renderings: &Renderings::default(),
        detail: Detail::All,
    })
}

pub(super) fn facts() -> Facts {
    Facts {
        operation: Operation::Create,
        namespace: Namespace { name: "default".to_owned(), ..Namespace::default() },
        service_accounts: AccountsOfNamespace::default(),
        namespace_gate: NamespaceGate::Open,
        kubernetes_version: KubernetesVersion::NEWEST,
        fragment: Fragment::No,
    }
}

fn injected(profile: &Profile) -> Value {
    let pod = pod();
    let identity = workload::identify(&pod).unwrap();
    let outcome = with(profile, |request| plan(&identity, &pod, &facts(), request));
    assert!(matches!(outcome.steps[0].verdict, Verdict::Injected(_)), "{:?}", outcome.steps);
    patched(&pod, &outcome.patch)
}

#[test]
fn every_slot_goes_all_the_way() {
    let profile = profile(&Slot::ALL, "v");
    let injected = injected(&profile);
    let [entry] = &record::read(&injected).unwrap()[..] else { panic!("one entry") };
    for slot in Slot::ALL {
        assert_eq!(profile.added[slot].len(), 1, "{slot:?} is loaded");
        let parent = if slot.home() == Home::Application { &injected["spec"]["containers"][0] } else { &injected };
        let added = parent.pointer(&slot.place().to_string()).unwrap_or_else(|| panic!("{slot:?} is applied"));
        assert!(added.to_string().contains('v') && !added.to_string().contains("{{"), "{slot:?} is rendered: {added}");
        match slot.home() {
            Home::Application => {
                let field = format!("/spec/containers/web/{}/", slot.field());
                assert!(entry.fields.iter().any(|known| known.starts_with(&field)), "{slot:?} is recorded");
            }
            Home::Spec | Home::Metadata => assert_eq!(entry.names[slot].len(), 1, "{slot:?} is recorded"),
        }
    }
    assert!(entry.named().iter().all(|named| record::resolve(&injected, named).is_some()));

    let identity = workload::identify(&injected).unwrap();
    let outcome = with(&profile, |request| {
        uninject::undo(&identity, &injected, &facts(), request, &Which::All, Leftovers::Refuse)
    });
    assert!(outcome.warnings.is_empty() && matches!(outcome.steps[0].verdict, Verdict::Uninjected));
    assert_eq!(patched(&injected, &outcome.patch), pod(), "every slot is removed");
}

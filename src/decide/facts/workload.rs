//! Which workload a pod belongs to: what expressions read as `workload`.

use crate::kube::workload::Identity;
use crate::value::view::View;

/// The outermost object that a pod comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    /// `apiVersion`, with its group.
    pub(crate) api_version: String,
    pub(crate) kind: String,
    /// Empty where the object has no name, such as a pod with `generateName` alone.
    pub(crate) name: String,
}

impl Owner {
    /// The owner of the pods of an object: the object itself, or what its controller is, or the owner of that.
    ///
    /// A pod names its ReplicaSet or Job and not the Deployment or CronJob over it. Their names follow from how the
    /// controllers name what they make: a ReplicaSet is `DEPLOYMENT-HASH`, where the hash is also a label of the pod, and a
    /// Job is `CRONJOB-MINUTES`. What is over any other controller cannot be known from the pod.
    pub(crate) fn of<'a, V: View<'a>>(identity: &Identity, object: V) -> Self {
        let own = || Self {
            api_version: identity.api_version.clone(),
            kind: identity.kind.clone(),
            name: identity.name.clone().unwrap_or_default(),
        };
        let Some(controller) = controller(object) else { return own() };
        let hashed = |label| {
            let hash = object.text(&["metadata", "labels", label])?;
            before(&controller.name, &hash)
        };
        let over = match (controller.group(), controller.kind.as_str()) {
            ("apps", "ReplicaSet") => match hashed("pod-template-hash") {
                Some(name) => Some(("apps/v1", "Deployment", name)),
                None => hashed("rollouts-pod-template-hash").map(|name| ("argoproj.io/v1alpha1", "Rollout", name)),
            },
            ("batch", "Job") => of_cron_job(&controller.name).map(|name| ("batch/v1", "CronJob", name)),
            _ => None,
        };
        match over {
            Some((api_version, kind, name)) => {
                Self { api_version: api_version.to_owned(), kind: kind.to_owned(), name: name.to_owned() }
            }
            None => controller,
        }
    }

    fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// The owner of an object that is its controller. An object has at most one.
fn controller<'a, V: View<'a>>(object: V) -> Option<Owner> {
    let owners = object.path(&["metadata", "ownerReferences"])?.elements();
    let owner = owners.into_iter().find(|owner| owner.member("controller").and_then(View::boolean) == Some(true))?;
    let part = |name: &str| Some(owner.text(&[name]).filter(|text| !text.is_empty())?.into_owned());
    Some(Owner { api_version: part("apiVersion")?, kind: part("kind")?, name: part("name")? })
}

/// What is before `-` and this end of a name.
fn before<'n>(name: &'n str, end: &str) -> Option<&'n str> {
    let start = name.strip_suffix(end)?.strip_suffix('-')?;
    (!start.is_empty() && !end.is_empty()).then_some(start)
}

/// The name of the CronJob that made a Job of this name. Such a name ends with the scheduled time in minutes since 1970. A
/// Job that ends with another number, such as `import-2` or the date in `import-20261126`, has its own name: CronJobs are
/// younger than the first of these minutes (2015), and the last is in 2160.
fn of_cron_job(job: &str) -> Option<&str> {
    let (name, end) = job.rsplit_once('-')?;
    let is_number = end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_digit());
    let minutes: u32 = end.parse().ok().filter(|_| is_number)?;
    (!name.is_empty() && minutes >= 24_000_000).then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kube::workload::identify;

    fn owner(object: &Value) -> [String; 3] {
        let Owner { api_version, kind, name } = Owner::of(&identify(object).unwrap(), object);
        [api_version, kind, name]
    }

    /// A pod as a controller makes it.
    fn pod(owner: (&str, &str, &str), labels: &Value) -> Value {
        let (api_version, kind, name) = owner;
        let owner = json!({"apiVersion": api_version, "kind": kind, "name": name, "uid": "u", "controller": true});
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"generateName": format!("{name}-"), "labels": labels, "ownerReferences": [owner]},
        })
    }

    #[test]
    fn a_manifest_and_the_pods_of_its_controllers_have_the_same_owner() {
        let none = json!({});
        let hash = json!({"app": "web", "pod-template-hash": "6d4cf56db6"});
        let rollout = json!({"app": "web", "rollouts-pod-template-hash": "6d4cf56db6"});
        for (api_version, kind, of_pod, labels) in [
            ("apps/v1", "Deployment", ("apps/v1", "ReplicaSet", "web-1-6d4cf56db6"), &hash),
            ("argoproj.io/v1alpha1", "Rollout", ("apps/v1", "ReplicaSet", "web-1-6d4cf56db6"), &rollout),
            ("batch/v1", "CronJob", ("batch/v1", "Job", "web-1-29400000"), &none),
            ("apps/v1", "ReplicaSet", ("apps/v1", "ReplicaSet", "web-1"), &none),
            ("batch/v1", "Job", ("batch/v1", "Job", "web-1"), &none),
            ("apps/v1", "StatefulSet", ("apps/v1", "StatefulSet", "web-1"), &none),
            ("apps/v1", "DaemonSet", ("apps/v1", "DaemonSet", "web-1"), &none),
            ("v1", "ReplicationController", ("v1", "ReplicationController", "web-1"), &none),
            ("kubeflow.org/v1", "PyTorchJob", ("kubeflow.org/v1", "PyTorchJob", "web-1"), &none),
            ("apps.kruise.io/v1alpha1", "CloneSet", ("apps.kruise.io/v1alpha1", "CloneSet", "web-1"), &none),
        ] {
            let manifest = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "web-1"}});
            assert_eq!(owner(&manifest), [api_version, kind, "web-1"]);
            assert_eq!(owner(&pod(of_pod, labels)), owner(&manifest), "{kind}");
        }
    }

    #[test]
    fn a_name_that_only_looks_made_is_kept() {
        let hash = |hash: &str| json!({"pod-template-hash": hash});
        for (of_pod, labels) in [
            (("apps/v1", "ReplicaSet", "web-6d4cf56db6"), json!({})),
            (("apps/v1", "ReplicaSet", "web-6d4cf56db6"), hash("7f")),
            (("apps/v1", "ReplicaSet", "web-6d4cf56db6"), hash("")),
            (("apps/v1", "ReplicaSet", "web6d4c"), hash("6d4c")),
            (("apps/v1", "ReplicaSet", "-6d4c"), hash("6d4c")),
            (("example.com/v1", "ReplicaSet", "web-6d4c"), hash("6d4c")),
            (("batch/v1", "Job", "import-2"), json!({})),
            (("batch/v1", "Job", "import-20261126"), json!({})),
            (("batch/v1", "Job", "import-+2940000"), json!({})),
            (("batch/v1", "Job", "import-20261126120000"), json!({})),
            (("batch/v1", "Job", "import-2940000a"), json!({})),
            (("batch/v1", "Job", "-29400000"), json!({})),
            (("example.com/v1", "Job", "import-29400000"), json!({})),
        ] {
            let (api_version, kind, name) = of_pod;
            assert_eq!(owner(&pod(of_pod, &labels)), [api_version, kind, name]);
        }
    }

    #[test]
    fn a_pod_without_a_controller_is_its_own_owner() {
        for (metadata, name) in [
            (json!({"name": "a"}), "a"),
            (json!({"generateName": "a-"}), ""),
            (json!({}), ""),
            (json!({"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "n"}]}), "a"),
            (json!({"name": "a", "ownerReferences": [{"kind": "Node", "name": "n", "controller": false}]}), "a"),
            (json!({"name": "a", "ownerReferences": [{"controller": true}]}), "a"),
        ] {
            let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata});
            assert_eq!(owner(&pod), ["v1", "Pod", name], "{pod}");
        }
    }
}

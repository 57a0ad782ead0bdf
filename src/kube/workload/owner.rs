//! Which workload a pod belongs to, as far as the pod says so: the same one for a pod that a controller made, and for the
//! object that someone wrote.

use std::borrow::Cow;

use super::Identity;
use crate::value::view::View;

/// The workload that a pod belongs to: the outermost object that makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwningWorkload<'o> {
    pub(crate) kind: Cow<'o, str>,
    /// Empty where the object has no name yet.
    pub(crate) name: Cow<'o, str>,
    pub(crate) api_version: Cow<'o, str>,
}

/// A kind whose controller makes objects of another kind, and how these show it.
pub(crate) struct OwnerRow {
    /// The group and the kinds of the objects that it makes.
    pub(crate) makes: Makes,
    pub(crate) shown: Shown,
    pub(crate) kind: &'static str,
    pub(crate) api_version: &'static str,
}

type Makes = (&'static str, &'static [&'static str]);

/// How a made object, or a pod of it, shows the name of what made it. Paths start at a pod template.
pub(crate) enum Shown {
    /// The value there is the name.
    By(&'static [&'static str]),
    /// As `By`, where the value at the second path is the kind.
    Named(&'static [&'static str], &'static [&'static str]),
    /// The made object has the name, and after a `-` the value there.
    BeforeHash(&'static [&'static str]),
    /// The made object has the name, and after a `-` a time.
    BeforeTime,
}

/// The first row that fits decides.
#[rustfmt::skip]
pub(crate) const OWNERS: &[OwnerRow] = &[
    row(KNATIVE, Shown::By(&["metadata", "labels", "serving.knative.dev/service"]), "Service", "serving.knative.dev/v1"),
    row(KNATIVE, Shown::By(&["metadata", "labels", "serving.knative.dev/configuration"]), "Configuration", "serving.knative.dev/v1"),
    row(("apps", &["ReplicaSet"]), Shown::BeforeHash(&["metadata", "labels", "pod-template-hash"]), "Deployment", "apps/v1"),
    row(("apps", &["ReplicaSet"]), Shown::BeforeHash(&["metadata", "labels", "rollouts-pod-template-hash"]), "Rollout", "argoproj.io/v1alpha1"),
    row(("", &["ReplicationController"]), Shown::By(&["metadata", "annotations", "openshift.io/deployment-config.name"]), "DeploymentConfig", "apps.openshift.io/v1"),
    row(("batch", &["Job"]), Shown::By(&["metadata", "labels", "jobset.sigs.k8s.io/jobset-name"]), "JobSet", "jobset.x-k8s.io/v1alpha2"),
    row(("batch", &["Job"]), Shown::BeforeTime, "CronJob", "batch/v1"),
    row(("apps", &["StatefulSet"]), Shown::By(&["metadata", "labels", "leaderworkerset.sigs.k8s.io/name"]), "LeaderWorkerSet", "leaderworkerset.x-k8s.io/v1"),
    row(("ray.io", &["RayCluster"]), Shown::Named(RAY_NAME, RAY_KIND), "RayJob", "ray.io/v1"),
    row(("ray.io", &["RayCluster"]), Shown::Named(RAY_NAME, RAY_KIND), "RayService", "ray.io/v1"),
];

const KNATIVE: Makes = ("apps", &["ReplicaSet", "Deployment"]);
const RAY_NAME: &[&str] = &["metadata", "labels", "ray.io/originated-from-cr-name"];
const RAY_KIND: &[&str] = &["metadata", "labels", "ray.io/originated-from-crd"];

const fn row(makes: Makes, shown: Shown, kind: &'static str, api_version: &'static str) -> OwnerRow {
    OwnerRow { makes, shown, kind, api_version }
}

/// The workload of the pods of this template, which the identity's object holds.
///
/// A Pod starts with its controller, and every other object with itself: of it the pods would say no more. What an object's
/// own `ownerReferences` say is not looked at, because its pods do not have them.
pub(crate) fn owning_workload<'o, 'a: 'o, V: View<'a>>(identity: &'o Identity, template: V) -> OwningWorkload<'o> {
    let is_pod = identity.kind == "Pod" && identity.group.is_empty();
    let controller = if is_pod { controller(template) } else { None };
    let first = controller.unwrap_or_else(|| OwningWorkload {
        kind: identity.kind.as_str().into(),
        name: identity.name.as_deref().unwrap_or_default().into(),
        api_version: identity.api_version.as_str().into(),
    });
    let group = first.group();
    let made_by = |row: &OwnerRow| row.maker_of(&first, group, template);
    let found = OWNERS.iter().find_map(made_by);
    found.unwrap_or(first)
}

/// What the owner reference of a pod's controller says. The kubelet's mirror of a static pod belongs to its node, which is
/// not a workload.
fn controller<'a, V: View<'a>>(pod: V) -> Option<OwningWorkload<'a>> {
    let owners = pod.path(&["metadata", "ownerReferences"])?.elements();
    let owner = owners.into_iter().find(|owner| owner.member("controller").and_then(View::boolean) == Some(true))?;
    let found = OwningWorkload {
        kind: owner.text(&["kind"])?,
        name: owner.text(&["name"])?,
        api_version: owner.text(&["apiVersion"])?,
    };
    (found.kind != "Node").then_some(found)
}

impl OwningWorkload<'_> {
    fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl OwnerRow {
    /// What made an object, where it is of this row's kind.
    fn maker_of<'a, V: View<'a>>(
        &self,
        made: &OwningWorkload<'_>,
        group: &str,
        template: V,
    ) -> Option<OwningWorkload<'a>> {
        let (of_group, kinds) = self.makes;
        if group != of_group || !kinds.contains(&&*made.kind) {
            return None;
        }
        let said = |path: &[&str]| template.text(path).filter(|text| !text.is_empty());
        let front = |front: &str| Cow::Owned(front.to_owned());
        let name: Cow<'a, str> = match self.shown {
            Shown::By(name) => said(name)?,
            Shown::Named(name, kind) if said(kind)? == self.kind => said(name)?,
            Shown::Named(..) => return None,
            Shown::BeforeHash(hash) => front(made.name.strip_suffix(&*said(hash)?)?.strip_suffix('-')?),
            Shown::BeforeTime => front(made.name.rsplit_once('-').filter(|(_, end)| is_time(end))?.0),
        };
        let (kind, api_version) = (self.kind.into(), self.api_version.into());
        (!name.is_empty()).then_some(OwningWorkload { kind, name, api_version })
    }
}

/// Whether this is a time as the CronJob controller puts it behind the name of a Job: minutes since 1970, of at least 2015,
/// before Kubernetes had CronJobs. So a date such as `20261231` is not one.
fn is_time(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) && text >= "24000000"
}

#[cfg(test)]
mod tests;

//! The table of kinds with pod templates.

/// What an apply of a changed pod template does to pods that run already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnApply {
    /// The object is the pod, and its containers cannot be changed.
    ImmutablePod,
    /// The template cannot be changed: the API server refuses the apply.
    ImmutableTemplate,
    /// Pods that exist stay as they are; only later ones follow the template.
    PodsStay,
    /// Pods are replaced, or the template has none yet.
    Rolls,
}

/// A kind with a pod template.
#[derive(Debug)]
pub struct WorkloadKind {
    /// The kind.
    pub kind: &'static str,
    /// Its API groups; the core group is empty.
    pub groups: &'static [&'static str],
    /// From the object's root to the pod templates, by name; `*` stands for every member or element.
    pub templates: &'static [&'static [&'static str]],
    /// What an apply of a changed template does to running pods.
    pub on_apply: OnApply,
    /// What makes the kind different from most others.
    pub traits: &'static [Trait],
}

/// A property of some kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// It waits for its pods to complete. With a sidecar that is not native they never do.
    Completes,
    /// Its controller sets the images of containers that have none.
    LaterImages,
    /// Knative: it refuses init containers, capabilities and a second port, unless feature flags allow them.
    Knative,
    /// It cannot be created without `spec.selector`.
    Selector,
    /// Its `spec.volumeClaimTemplates` are volumes of its pods too.
    VolumeClaims,
}

const SPEC_TEMPLATE: &[&[&str]] = &[&["spec", "template"]];

/// The kinds with a pod template, by group and kind: the core `Service` is not Knative's.
#[rustfmt::skip]
pub const KINDS: &[WorkloadKind] = &[
    row("Pod", &[""], &[&[]], OnApply::ImmutablePod, &[]),
    row("Deployment", &["apps", "extensions"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector]),
    row("StatefulSet", &["apps", "apps.kruise.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector, Trait::VolumeClaims]),
    row("DaemonSet", &["apps", "extensions", "apps.kruise.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector]),
    row("ReplicaSet", &["apps", "extensions"], SPEC_TEMPLATE, OnApply::PodsStay, &[Trait::Selector]),
    row("ReplicationController", &[""], SPEC_TEMPLATE, OnApply::PodsStay, &[]),
    row("Job", &["batch"], SPEC_TEMPLATE, OnApply::ImmutableTemplate, &[Trait::Completes]),
    row("CronJob", &["batch"], &[&["spec", "jobTemplate", "spec", "template"]], OnApply::Rolls, &[Trait::Completes]),
    row("PodTemplate", &[""], &[&["template"]], OnApply::Rolls, &[]),
    row("DeploymentConfig", &["apps.openshift.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::LaterImages]),
    row("Rollout", &["argoproj.io"], SPEC_TEMPLATE, OnApply::Rolls, &[]),
    row("CloneSet", &["apps.kruise.io"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Selector, Trait::VolumeClaims]),
    row("Service", &["serving.knative.dev"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Knative]),
    row("Configuration", &["serving.knative.dev"], SPEC_TEMPLATE, OnApply::Rolls, &[Trait::Knative]),
    row("PyTorchJob", &["kubeflow.org"], &[&["spec", "pytorchReplicaSpecs", "*", "template"]], OnApply::PodsStay, &[Trait::Completes]),
    row("TFJob", &["kubeflow.org"], &[&["spec", "tfReplicaSpecs", "*", "template"]], OnApply::PodsStay, &[Trait::Completes]),
    row("MPIJob", &["kubeflow.org"], &[&["spec", "mpiReplicaSpecs", "*", "template"]], OnApply::PodsStay, &[Trait::Completes]),
    row("XGBoostJob", &["kubeflow.org"], &[&["spec", "xgbReplicaSpecs", "*", "template"]], OnApply::PodsStay, &[Trait::Completes]),
    row("PaddleJob", &["kubeflow.org"], &[&["spec", "paddleReplicaSpecs", "*", "template"]], OnApply::PodsStay, &[Trait::Completes]),
    row("JAXJob", &["kubeflow.org"], &[&["spec", "jaxReplicaSpecs", "*", "template"]], OnApply::PodsStay, &[Trait::Completes]),
    row("JobSet", &["jobset.x-k8s.io"], &[&["spec", "replicatedJobs", "*", "template", "spec", "template"]], OnApply::ImmutableTemplate, &[Trait::Completes]),
    row("LeaderWorkerSet", &["leaderworkerset.x-k8s.io"], LEADER_WORKER, OnApply::Rolls, &[]),
    row("RayCluster", &["ray.io"], RAY_CLUSTER, OnApply::PodsStay, &[]),
    row("RayJob", &["ray.io"], RAY_JOB, OnApply::PodsStay, &[]),
    row("RayService", &["ray.io"], RAY_SERVICE, OnApply::Rolls, &[]),
];

const LEADER_WORKER: &[&[&str]] =
    &[&["spec", "leaderWorkerTemplate", "leaderTemplate"], &["spec", "leaderWorkerTemplate", "workerTemplate"]];
const RAY_CLUSTER: &[&[&str]] =
    &[&["spec", "headGroupSpec", "template"], &["spec", "workerGroupSpecs", "*", "template"]];
const RAY_JOB: &[&[&str]] = &[
    &["spec", "rayClusterSpec", "headGroupSpec", "template"],
    &["spec", "rayClusterSpec", "workerGroupSpecs", "*", "template"],
    &["spec", "submitterPodTemplate"],
];
const RAY_SERVICE: &[&[&str]] = &[
    &["spec", "rayClusterConfig", "headGroupSpec", "template"],
    &["spec", "rayClusterConfig", "workerGroupSpecs", "*", "template"],
];

const fn row(
    kind: &'static str,
    groups: &'static [&'static str],
    templates: &'static [&'static [&'static str]],
    on_apply: OnApply,
    traits: &'static [Trait],
) -> WorkloadKind {
    WorkloadKind { kind, groups, templates, on_apply, traits }
}

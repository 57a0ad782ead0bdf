//! The rules that decide whether a profile is injected: one row each, and nothing else lists them.
//!
//! A row says which facts the rule needs, whether a profile has to ask for it, and what an API server can check in its
//! place. Loading a profile, deciding, explaining, `install` and the start of `serve` read the row. The table is in this
//! room because a profile names rules (`skip:`); the columns `needs`, `gate` and `look` name functions and types of
//! `decide::eligibility`, which is handed the same rows.
//!
//! To add a rule, add its row, its function in `decide/eligibility/rules.rs`, and a test.

use std::fmt;

use serde::{Serialize, Serializer};

/// Hands all rows, in the order in which they are asked, to the macro of that name.
macro_rules! table {
    ($then:ident) => {
        $then! {
            AlreadyInjected {
                id: "already-injected",
                when: "the record has a whole entry of this profile; or a container that no entry lists, and that is not to be completed, has a name that the profile adds or matches `alreadyInjected`",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::None,
                look: already_injected,
            }
            PatchFragment {
                id: "patch-fragment",
                when: "a patch: a kustomization lists its file under `patches`, `patchesStrategicMerge` or `patchesJson6902`; or it has a directive such as `$patch`, no `spec.selector` where its kind needs one, or a container without an image that no profile completes",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::None,
                look: patch_fragment,
            }
            NoContainers {
                id: "no-containers",
                when: "the template has no containers",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::None,
                look: no_containers,
            }
            MirrorPod {
                id: "mirror-pod",
                when: "annotation `kubernetes.io/config.mirror`: a static pod's mirror, which the API server does not run",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::Condition {
                    name: "not-mirror-pod",
                    expression: |_| Some(Cow::Borrowed("!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)")),
                },
                look: mirror_pod,
            }
            Terminating {
                id: "terminating",
                when: "`metadata.deletionTimestamp` is set",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::None,
                look: terminating,
            }
            OwnedLive {
                id: "owned-live",
                when: "a `resourceVersion` and a controller owner",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::None,
                look: owned_live,
            }
            HostNetwork {
                id: "host-network",
                when: "the profile asks for it, and `hostNetwork: true`",
                verdict: "skip",
                asked: AskedWhen::ByProfile,
                needs: object_only,
                gate: Gate::Condition {
                    name: "not-host-network",
                    expression: |_| Some(Cow::Borrowed("!has(object.spec.hostNetwork) || !object.spec.hostNetwork")),
                },
                look: host_network,
            }
            Windows {
                id: "windows",
                when: "the profile asks for it, and `spec.os.name`, a node selector or the required node affinity says Windows",
                verdict: "skip",
                asked: AskedWhen::ByProfile,
                needs: object_only,
                gate: Gate::Condition {
                    name: "not-windows",
                    expression: |_| Some(Cow::Borrowed("(!has(object.spec.os) || object.spec.os.name != 'windows') && (!has(object.spec.nodeSelector) || ['kubernetes.io/os', 'beta.kubernetes.io/os'].all(label, !(label in object.spec.nodeSelector) || object.spec.nodeSelector[label] != 'windows'))")),
                },
                look: windows,
            }
            ForeignSidecar {
                id: "foreign-sidecar",
                when: "the profile asks for it, and a container is another mesh's proxy, by name or image; or a key of Istio, Linkerd, Kuma or Consul on the template, or else on the namespace, asks for that proxy",
                verdict: "skip",
                asked: AskedWhen::ByProfile,
                needs: other_meshes,
                gate: Gate::None,
                look: foreign_sidecar,
            }
            Job {
                id: "job",
                when: "`nativeSidecar: auto`, a template that needs a native sidecar, and Kubernetes below 1.29",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: kubernetes_version,
                gate: Gate::None,
                look: job,
            }
            ExcludedNamespace {
                id: "excluded-namespace",
                when: "the namespace is in the profile's list",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: namespace_name,
                gate: Gate::NamespaceNames(|profile| &profile.excluded_namespaces),
                look: excluded_namespace,
            }
            NamespaceNotSelected {
                id: "namespace-not-selected",
                when: "the namespace selector does not match; or the labels that it asks for are not known, and the API server has not evaluated it",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: selected_labels,
                gate: Gate::NamespaceLabels(|profile| requirements(profile.namespace_selector.as_ref())),
                look: namespace_not_selected,
            }
            ObjectNotSelected {
                id: "object-not-selected",
                when: "the object selector does not match",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::PodLabels(|profile| requirements(profile.object_selector.as_ref())),
                look: object_not_selected,
            }
            PodOptedOut {
                id: "pod-opted-out",
                when: "the profile's key on the template says so",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::None,
                look: pod_opted_out,
            }
            PodOptedIn {
                id: "pod-opted-in",
                when: "the profile's key on the template says so",
                verdict: "inject",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::PodLabels(label_that_opts_in),
                look: pod_opted_in,
            }
            NamespaceOptedOut {
                id: "namespace-opted-out",
                when: "the profile's key on the namespace says so",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: opting_out,
                gate: Gate::NamespaceLabels(label_that_opts_out),
                look: namespace_opted_out,
            }
            NamespaceOptedIn {
                id: "namespace-opted-in",
                when: "the profile's key on the namespace says so",
                verdict: "inject",
                asked: AskedWhen::Always,
                needs: opting_in,
                gate: Gate::NamespaceLabelsToo(label_of_namespaces_that_opt_in),
                look: namespace_opted_in,
            }
            Default {
                id: "default",
                when: "no other rule applies",
                verdict: "the profile's policy",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::Condition { name: "opted-in", expression: annotation_that_opts_in },
                look: default,
            }
            Condition {
                id: "condition",
                when: "a rule above injects, and one of the profile's `matchConditions` does not hold, or it is not known what a parameter inherits from the namespace",
                verdict: "skip",
                asked: AskedWhen::Always,
                needs: read_by_expressions,
                gate: Gate::None,
                look: condition,
            }
            Requirement {
                id: "requirement",
                when: "a rule above injects, and the pod does not meet a `require` of the profile",
                verdict: "error or skip",
                asked: AskedWhen::Always,
                needs: object_only,
                gate: Gate::None,
                look: requirement,
            }
        }
    };
}
pub(crate) use table;

macro_rules! rules {
    ($($rule:ident {
        id: $id:literal,
        when: $when:literal,
        verdict: $verdict:literal,
        asked: $asked:expr,
        $($columns:tt)*
    })+) => {
        /// A rule. All are asked in this order, and the first that applies decides:
        ///
        /// | rule | when | verdict |
        /// |---|---|---|
        $(#[doc = concat!("| `", $id, "` | ", $when, " | ", $verdict, " |")])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = concat!("When ", $when, ": ", $verdict, ".")] $rule,)+
        }

        impl Rule {
            /// All rules, in the order in which they are asked.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// The stable identifier, which reports, metrics and a profile's `skip:` carry.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)+ }
            }

            /// Whether the rule is asked always, or only where a profile names it.
            pub(crate) const fn asked(self) -> AskedWhen {
                match self { $(Self::$rule => $asked,)+ }
            }
        }
    };
}

table!(rules);

/// When a rule is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedWhen {
    Always,
    /// Only where the profile names it in `skip:`.
    ByProfile,
}

impl Rule {
    /// The rules that a profile may name in `skip:`, by their identifiers.
    pub(crate) fn optional() -> Vec<(&'static str, Self)> {
        let rules = Self::ALL.iter().filter(|rule| rule.asked() == AskedWhen::ByProfile);
        rules.map(|&rule| (rule.id(), rule)).collect()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

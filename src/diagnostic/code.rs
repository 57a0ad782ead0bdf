//! Every code of a diagnostic: one row each, with how grave it usually is and whose fault it is.
//!
//! A code is added here and nowhere else. Reports, exit statuses and the table in the documentation go over [`Code::ALL`].

use serde::Serialize;

use super::Severity;

/// Whose fault a diagnostic is, and so who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The user's: a manifest, a file, a flag, or an annotation.
    User,
    /// The profile's author.
    Profile,
    /// The cluster's, or that of its policies and versions.
    Cluster,
    /// The operating system's: a file or a port that cannot be used.
    System,
    /// Ours: a bug in injector.
    Bug,
    /// Not a fault: something worth knowing.
    None,
}

macro_rules! codes {
    ($(#[doc = $meaning:literal] $variant:ident = $id:literal, $severity:ident, $fault:ident;)+) => {
        /// What a diagnostic is about: stable, for machines.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Code {
            $(#[doc = $meaning] #[serde(rename = $id)] $variant,)+
        }

        impl Code {
            /// All codes, in their order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable identifier, as reports carry it.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// How grave it is, unless the place that reports it says otherwise.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// What it says, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }.trim()
            }

            /// Whose fault it is.
            pub const fn fault(self) -> Fault {
                match self { $(Self::$variant => Fault::$fault,)+ }
            }
        }
    };
}

#[rustfmt::skip]
codes! {
    // The object.
    /// A value is not one of those allowed. On a Namespace it is a warning, and the value counts as not set.
    BadValue = "bad-value", Error, User;
    /// Something else already has the name, port, volume or mount that the profile adds.
    Conflict = "conflict", Error, User;
    /// The API server would refuse what the profile adds.
    Invalid = "invalid", Error, Profile;
    /// The pod does not meet a requirement of the profile.
    Requirement = "requirement", Error, User;
    /// The Kubernetes version cannot run what the profile asks for.
    UnsupportedVersion = "unsupported-version", Error, Cluster;
    /// The record does not fit the object.
    Record = "record", Error, User;
    /// A part of what the record names is gone.
    PartialInjection = "partial-injection", Error, User;
    /// An annotation or label that controls injection is on the outer object, where it has no effect.
    AnnotationWithoutEffect = "annotation-without-effect", Warning, User;
    /// An annotation or label looks like one that a profile reads, and no profile reads it there.
    UnreadAnnotation = "unread-annotation", Warning, User;
    /// The workload has no pod template of its own. It names the object that has one.
    WorkloadElsewhere = "workload-elsewhere", Note, None;
    /// The object has its own value where the profile has another. The object's value stays.
    KeptValue = "kept-value", Warning, User;
    /// Its rules would skip the workload now, and the profile is injected.
    UnwantedInjection = "unwanted-injection", Warning, User;
    /// Someone edited an added item after the injection.
    EditedAfterInjection = "edited-after-injection", Warning, User;
    /// A requirement of the profile that only warns is not met.
    ProfileWarning = "profile-warning", Warning, User;
    /// A rule needs labels or annotations of a namespace, and these are not known.
    NamespaceUnknown = "namespace-unknown", Warning, None;
    /// An expression needs labels or annotations of a ServiceAccount, and these are not known.
    ServiceAccountUnknown = "service-account-unknown", Warning, None;
    /// The namespace's Pod Security level refuses the pod once it is injected.
    PodSecurity = "pod-security", Warning, Cluster;
    /// The pod's quality-of-service class changes.
    QosChanged = "qos-changed", Warning, None;
    /// The container that a placement names is not there.
    PlacementAbsent = "placement-absent", Warning, Profile;
    /// A variable refers to one that is added after it, so the reference is not expanded.
    EnvOrder = "env-order", Warning, Profile;
    /// The profile mounts a volume above or below a mount of the application.
    NestedMount = "nested-mount", Warning, User;
    /// A probe asks a port of its container where another container listens.
    ProbePort = "probe-port", Warning, User;
    /// A probe of the application asks a port that the profile redirects to its sidecar.
    RedirectedProbe = "redirected-probe", Note, None;
    /// The application declares no port that the profile could use, so the parameter has its default.
    GuessedPort = "guessed-port", Note, None;
    /// The pod has no container that the profile's `targets` mean, so nothing is added to the application.
    TargetsAbsent = "targets-absent", Warning, User;
    /// A pod that opted in has all that the profile adds already, so nothing took effect.
    NoEffect = "no-effect", Warning, User;
    /// The profile's `imagePullSecrets` hide those of the pod's ServiceAccount.
    HidesPullSecrets = "hides-pull-secrets", Warning, User;
    /// The profile's volume keeps the cluster autoscaler from removing a node.
    LocalVolume = "local-volume", Note, Profile;
    /// Knative takes what the profile adds only when a feature flag allows it.
    FeatureFlag = "feature-flag", Warning, Cluster;
    /// The object is a patch, not a workload, and is left alone.
    PatchFragment = "patch-fragment", Note, None;
    /// What `kubectl apply` would do to the live object.
    RoundTrip = "round-trip", Warning, None;
    /// Something looks like a pod template, and its kind is not known to have one there.
    UnknownTemplate = "unknown-template", Warning, None;
    /// An object with a pod template has no `apiVersion` or `kind`, or a misspelt one.
    MisspeltKind = "misspelt-kind", Warning, User;
    // The text.
    /// The text is not YAML or JSON that kubectl reads.
    Syntax = "syntax", Error, User;
    /// The document cannot be read, and passes through: its kind is not a workload.
    NotRead = "not-read", Note, None;
    /// A file of a folder has no `kind`, and passes through.
    NoKind = "no-kind", Note, None;
    /// The file is in another encoding, such as UTF-16.
    Encoding = "encoding", Error, User;
    /// The file is not UTF-8.
    NotUtf8 = "not-utf-8", Error, User;
    /// The input is text, but not a manifest.
    NotAManifest = "not-a-manifest", Error, User;
    /// An alias or a merge key supplies the list that would grow, or undoing could not write a replaced value as it is written. See `--expand`.
    Construct = "construct", Error, User;
    /// kubectl ignores the text after `...`.
    IgnoredText = "ignored-text", Warning, User;
    // Inputs and outputs.
    /// There is no such file.
    FileMissing = "file-missing", Error, User;
    /// The file cannot be read.
    FileUnreadable = "file-unreadable", Error, System;
    /// The argument is a URL, not a file.
    NotAFile = "not-a-file", Error, User;
    /// The directory holds no manifests.
    NoManifests = "no-manifests", Error, User;
    /// A file that is named is left out, because of `exclude`.
    LeftOut = "left-out", Note, None;
    /// The file of `--namespace-file` holds no Namespace.
    NoNamespace = "no-namespace", Error, User;
    /// The file of `--serviceaccount-file` holds no ServiceAccount.
    NoServiceAccount = "no-service-account", Error, User;
    /// No object of the input has this kind and name.
    NoSuchObject = "no-such-object", Error, User;
    /// No workload of the input has the labels or the kind that was asked for.
    NothingSelected = "nothing-selected", Warning, User;
    /// One file or profile is named twice.
    NamedTwice = "named-twice", Error, User;
    /// The output cannot be written in this form.
    Output = "output", Error, User;
    /// The `functionConfig` of a ResourceList has settings that injector does not read, or that are wrong.
    FunctionConfig = "function-config", Error, User;
    /// The file cannot be written.
    Unwritable = "unwritable", Error, System;
    /// Standard input has no file name, so it has no place in an output directory.
    NoFileName = "no-file-name", Error, User;
    /// Some files were replaced, then one could not be.
    PartlyWritten = "partly-written", Error, System;
    /// Nothing was written, because of the errors.
    HeldBack = "held-back", Note, None;
    /// The profile's file is wrong.
    Profile = "profile", Error, Profile;
    /// The command line is wrong.
    Usage = "usage", Error, User;
    /// Something is wrong in the settings of the repository, `.injector.yaml`.
    Config = "config", Error, User;
    /// The file of a test is wrong, or one of its cases cannot be run.
    Test = "test", Error, User;
    /// Something in a case of a test is not as it is expected.
    TestFailed = "test-failed", Error, User;
    /// There is no test to run.
    NoTests = "no-tests", Error, User;
    /// `test --update` has written the file.
    Updated = "updated", Note, None;
    /// The result was not proved, and was not printed. Please report it.
    Proof = "proof", Error, Bug;
    // Findings of `check`.
    /// The profile should be injected, and is not.
    Missing = "missing", Error, User;
    /// The profile would be injected in another way now.
    Outdated = "outdated", Error, User;
    /// The profile would add more to the workload now.
    Incomplete = "incomplete", Error, User;
    /// Someone edited the injection.
    Edited = "edited", Error, User;
    /// The rules would skip the workload now, and it is injected.
    Unwanted = "unwanted", Error, User;
    /// A part of the injection is gone.
    Partial = "partial", Error, User;
    /// A rule skips the workload, and `--deny skipped` was given.
    Skipped = "skipped", Error, User;
    // Findings of `profile lint`.
    /// An expression reads what a manifest does not have.
    AdmissionOnly = "admission-only", Warning, Profile;
    /// An annotation of the pod sets a privilege.
    AnnotationPrivilege = "annotation-privilege", Warning, Profile;
    /// Two containers of the profile use the same port.
    Clash = "clash", Error, Profile;
    /// The condition is the same for every pod.
    ConstantCondition = "constant-condition", Warning, Profile;
    /// A variable's value goes into an annotation or a label.
    EnvInMetadata = "env-in-metadata", Warning, Profile;
    /// The first Kubernetes version that runs what the profile adds.
    KubernetesVersion = "kubernetes-version", Note, None;
    /// The image has the tag `latest`.
    LatestImage = "latest-image", Warning, Profile;
    /// The container has no probe.
    NoProbe = "no-probe", Warning, Profile;
    /// The container has no requests or limits.
    NoResources = "no-resources", Warning, Profile;
    /// No MutatingAdmissionPolicy can do the same.
    NotCompilable = "not-compilable", Note, Profile;
    /// A place in the pod sets a privilege.
    PodPrivilege = "pod-privilege", Warning, Profile;
    /// The pod must have the volume of a mount.
    PodVolume = "pod-volume", Warning, Profile;
    /// The parameter has to be set.
    UnsetParameter = "unset-parameter", Note, Profile;
    /// The image has no tag and no digest.
    UntaggedImage = "untagged-image", Warning, Profile;
    /// Nothing uses the value.
    UnusedLet = "unused-let", Warning, Profile;
    /// Nothing uses the parameter.
    UnusedParameter = "unused-parameter", Warning, Profile;
    // Certificates and the webhook.
    /// `serve` cannot use the certificate, the key or the client CA.
    Certificate = "certificate", Error, User;
    /// The certificate is not from this CA.
    CertificateUntrusted = "certificate-untrusted", Error, User;
    /// The certificate is for other names.
    CertificateName = "certificate-name", Error, User;
    /// The certificate has expired.
    CertificateExpired = "certificate-expired", Error, User;
    /// The certificate is not valid yet.
    CertificateNotYetValid = "certificate-not-yet-valid", Error, User;
    /// The certificate expires within `--warn-within`.
    CertificateExpiresSoon = "certificate-expires-soon", Warning, User;
    /// A certificate or a `caBundle` is missing.
    CertificateMissing = "certificate-missing", Error, User;
    /// The text holds no certificate, or one that cannot be read.
    NotACertificate = "not-a-certificate", Error, User;
    /// The key does not belong to the certificate.
    KeyMismatch = "key-mismatch", Error, User;
    /// The file is there already, and only `--force` overwrites it.
    CertificateExists = "certificate-exists", Error, User;
    /// The key or certificate could not be made.
    CertificateUnmade = "certificate-unmade", Error, System;
    /// The last step of the rotation has not been applied.
    RotationOrder = "rotation-order", Error, User;
    /// cert-manager puts a `caBundle` here, and would change it back.
    CaBundleInjected = "ca-bundle-injected", Warning, User;
    /// There is no webhook to put a `caBundle` into.
    NoWebhook = "no-webhook", Error, User;
    /// What was made, and what to apply next.
    Certificates = "certificates", Note, None;
    /// `serve` cannot listen on this address.
    Listen = "listen", Error, System;
    /// `serve` cannot have threads or signals.
    Runtime = "runtime", Error, System;
    /// `serve` cannot find out how to reach the API server.
    Cluster = "cluster", Error, System;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_unique_and_read_like_words() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.id()), "{} is there twice", code.id());
            assert!(
                code.id().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                code.id()
            );
        }
    }
}

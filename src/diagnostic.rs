//! What is told to people about an object: one form for errors and warnings, pointing at values, not at lines.

use serde::Serialize;

use crate::pointer::Pointer;

/// Something to tell about an object. The message is lower case, without a final period, with values in backticks; the
/// shell puts file, line and column before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Which sort of thing this is: stable, for machines.
    pub code: Code,
    /// The value it is about, from the root of the object.
    pub at: Pointer,
    /// What is wrong, or worth knowing.
    pub message: String,
    /// What to do, where there is one thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a hint.
    pub fn new(code: Code, at: Pointer, message: impl Into<String>) -> Self {
        Self { code, at, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $variant:ident = $id:literal,)+) => {
        /// Every sort of error and warning, and whose fault it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Code {
            $($(#[$doc])+ #[serde(rename = $id)] $variant,)+
        }

        impl Code {
            /// All codes, in their order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable identifier, as reports carry it.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }
        }
    };
}

codes! {
    /// Warning, the user's: an annotation or label that steers injection stands where it has no effect.
    AnnotationWithoutEffect = "annotation-without-effect",
    /// Error, the user's: a value that is none of those allowed.
    BadValue = "bad-value",
    /// Error, the user's: a name, port, volume or mount of the profile's is taken by something else.
    Conflict = "conflict",
    /// Warning, the user's: an item was edited by hand after it was injected.
    EditedAfterInjection = "edited-after-injection",
    /// Warning, the user's: an env variable, label or annotation is there with another value, which stands.
    KeptValue = "kept-value",
    /// Warning, the cluster's: it takes what is added only where a feature flag allows it.
    FeatureFlag = "feature-flag",
    /// Warning, nobody's: namespace facts that a rule asks for are not known.
    NamespaceUnknown = "namespace-unknown",
    /// Error, the user's: of what a record names, a part is gone.
    PartialInjection = "partial-injection",
    /// Warning, the profile's: the container that a placement names is not there.
    PlacementAbsent = "placement-absent",
    /// Warning, the cluster's: a namespace's Pod Security level refuses the pod once injected.
    PodSecurity = "pod-security",
    /// Warning, nobody's: the pod's quality-of-service class changes.
    QosChanged = "qos-changed",
    /// Error, the user's: the record of what was injected does not fit the object.
    Record = "record",
    /// Warning, nobody's: what an apply of this object would do to a live one.
    RoundTrip = "round-trip",
    /// Error, the user's: what the profile adds is refused by an API server.
    Invalid = "invalid",
    /// Warning, nobody's: a kind without a known pod template holds what looks like one.
    UnknownTemplate = "unknown-template",
    /// Error, the cluster's: the Kubernetes version cannot run what is asked for.
    UnsupportedVersion = "unsupported-version",
}

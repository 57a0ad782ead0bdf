//! What `tests/`, `benches/` and `fuzz/` hold on to, in the tree of the rooms. No one else may rely on it.
//!
//! Every line is used there, and everything it names is used by the program too: CI builds the program once without this
//! module (`--cfg sealed`), and the compiler then finds what only a test uses.

pub mod decide {
    pub mod detail {
        pub use crate::decide::detail::Detail;
    }
    pub mod eligibility {
        pub use crate::decide::eligibility::Rule;
    }
    pub mod facts {
        pub use crate::decide::facts::{
            AccountsOfNamespace, ClusterFacts, Facts, Fragment, Known, Namespace, NamespaceGate, Namespaces, Operation,
            ServiceAccount, ServiceAccounts,
        };
    }
    pub mod inject {
        pub use crate::decide::inject::{Answer, InjectionState, Outdated, Renderings, Request, Verdict, plan};
    }
    pub mod record {
        pub use crate::decide::record::{ANNOTATION, AddedText, Entry};
    }
    pub mod uninject {
        pub use crate::decide::uninject::{Leftovers, Which};
    }
}
pub mod diagnostic {
    pub use crate::diagnostic::{Code, Placed, Position, Severity};
}
#[cfg(feature = "serve")]
pub mod install {
    pub use crate::install::{
        ApiWatches, Certificates, FailurePolicy, Installation, Keeper, LogFormat, MatchPolicy, NamespaceFate,
        OwnNamespace, PROBE_PORT, Part, PodFit, ProfileSource, ReinvocationPolicy, Site, USER, WEBHOOK_PORT, Watch,
        manifests, needs_watch, removal,
    };
}
pub mod expression {
    pub use crate::expression::standalone::{Failure, evaluate, signatures};
}
pub mod kube {
    pub mod defaults {
        pub use crate::kube::defaults::{DefaultsOf, Difference, PodNetwork, Seen, differences, seen};
    }
    pub mod pod_security {
        pub use crate::kube::pod_security::{Level, violations};
    }
    pub mod selector {
        pub use crate::kube::selector::{Operator, Requirement, Selector};
    }
    pub mod version {
        pub use crate::kube::version::KubernetesVersion;
    }
    pub mod workload {
        pub use crate::kube::workload::{KINDS, identify};
    }
}
pub mod process {
    pub mod admission {
        #[cfg(feature = "serve")]
        pub use crate::process::admission::ReviewSubject;
        pub use crate::process::admission::{AdmissionResponse, AdmissionReview};
    }
    pub mod guard {
        pub use crate::process::guard::{Guard, guarded};
    }
    pub mod document {
        pub use crate::process::document::{Processed, process};
    }
    pub mod look {
        pub use crate::process::look::{Triage, triage};
    }
    pub mod object {
        pub use crate::process::object::ChangeError;
    }
    pub mod output {
        pub use crate::process::output::OUTPUT_FORMATS;
    }
    pub mod picks {
        pub use crate::process::picks::{ObjectName, Picks};
    }
    pub mod proof {
        pub use crate::process::proof::{Encodings, prove_patch};
    }
    pub mod run {
        pub use crate::process::run::{Action, Leaves, Run};
    }
}
pub mod profile {
    pub use crate::profile::{NativeSidecar, OnIneligible, Overrides, Profile};
    pub mod builtin {
        pub use crate::profile::builtin::{ALL, Builtin, Group, text};
    }
    pub mod load {
        pub use crate::profile::load::{load, spec_fields};
    }
}
pub mod report {
    pub use crate::report::{Report, ReportFormat, ReportVerdict, ResultLine, TemplateReport};
    pub mod exit {
        pub use crate::report::exit::ExitStatus;
    }
}
#[cfg(not(target_family = "wasm"))]
pub mod shell {
    #[cfg(feature = "serve")]
    pub mod certs {
        pub use crate::shell::certs::{
            CertsError, Evidence, Folder, KeyType, Lifetimes, Names, Refusal, RotationPhase, Wanted, certificates,
            ensure, make, rotate, verify,
        };
    }
    pub mod cli {
        pub use crate::shell::cli::{Cli, completions};
    }
    pub mod files {
        pub mod selection {
            pub use crate::shell::files::selection::{Given, Setting};
        }
    }
    #[cfg(feature = "serve")]
    pub mod server {
        pub use crate::shell::server::{App, Ended, bind};
        pub mod core {
            pub use crate::shell::server::core::Core;
        }
        pub mod judge {
            pub use crate::shell::server::judge::{
                Asked, CountedVerdict, FactSource, FactSources, Fetched, Judge, Judged, ObjectKey, Reply, Unanswered,
                VerdictResult, Watched,
            };
        }
        pub mod log {
            pub use crate::shell::server::log::{Ansi, LogLevel, subscriber};
        }
        pub mod metrics {
            pub use crate::shell::server::metrics::Metrics;
        }
        pub mod probes {
            pub use crate::shell::server::probes::router;
        }
        pub mod profiles {
            pub use crate::shell::server::profiles::{ProfileSets, as_text, files};
        }
        pub mod ready {
            pub use crate::shell::server::ready::Readiness;
        }
        pub mod routes {
            pub use crate::shell::server::routes::{MAX_BODY, ReviewLimits, router};
        }
        pub mod settings {
            pub use crate::shell::server::settings::{ConnectionLimits, Drain, ServerSettings, TlsFiles};
        }
        pub mod shutdown {
            pub use crate::shell::server::shutdown::Shutdown;
        }
    }
}
pub mod text {
    pub mod document {
        pub use crate::text::document::{Document, split};
    }
    pub mod look {
        pub use crate::text::look::Look;
    }
    pub mod splice {
        pub use crate::text::splice::{Edit, SpliceErrorKind, pieces};
    }
    pub mod yaml {
        pub use crate::text::yaml::{judge_yaml, parse_yaml, scan_yaml};
        pub mod emit {
            pub use crate::text::yaml::emit::{
                BlockLayout, Context, Spacing, block, flow, item, json_pretty, member, scalar,
            };
        }
        pub mod known {
            pub use crate::text::yaml::known::KnownTexts;
        }
        pub mod scalar {
            pub use crate::text::yaml::scalar::{Scalar, certainly_string, plain, plain_key, tagged, to_value};
        }
        pub mod tree {
            pub use crate::text::yaml::tree::{CollectionStyle, Language, NodeId, NodeKind, ScalarStyle, Tree};
        }
    }
}
pub mod value {
    pub mod patch {
        pub use crate::value::patch::{Op, Patch};
    }
    pub mod pointer {
        pub use crate::value::pointer::Pointer;
    }
    pub mod view {
        pub use crate::value::view::{Kind, View};
    }
}

//! Groups of flags that several commands share, each under its help heading.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::report::ReportArgs;
use super::value::{FailOn, NamespaceName, OnIneligibleChoice};
use crate::decide::clean::Clean;
use crate::decide::inject::Outdated;
use crate::kube::selector::Selector;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::{KindWord, TemplatePath};
use crate::process::guard::Guard;
use crate::process::picks::{ObjectName, Picks};
use crate::process::run::Expand;
use crate::profile::{NativeSidecar, Overrides};
use crate::report::{Allowed, Denied, Levels};
use crate::shell::files::config::Choice;
use crate::shell::files::input::Recursion;
use crate::shell::files::selection::{Given, ProfileRef, Setting};

/// What to read.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct InputArgs {
    /// Files, directories, or `-`.
    #[command(flatten)]
    pub named: Paths,
    /// Read the directories below a directory too
    ///
    /// Hidden directories, such as `.git`, are read only where they are named.
    #[arg(short = 'R', long, help_heading = "Input")]
    pub recursive: bool,
    /// Leave out these files and folders (repeatable)
    ///
    /// The pattern is for the path as it is given or found, or for its last part alone. `*` is any text, `/` too.
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub exclude: Vec<String>,
    /// Take only the objects with these labels
    ///
    /// As for kubectl: `a=b,c!=d,e in (f,g),h notin (i),j,!k`, on the labels of the object itself. The rest of the input stays
    /// as it is.
    #[arg(short = 'l', long, value_name = "SELECTOR", help_heading = "Input")]
    pub selector: Option<Selector>,
    /// Take only the objects of this kind (repeatable)
    ///
    /// A kind, its plural or its short name, with or without a group: `Deployment`, `deploy`, `deployments.apps`.
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',', help_heading = "Input")]
    pub kinds: Vec<KindWord>,
}

/// Files, directories, or `-`; `-i` and `--output-dir` ask for one.
#[derive(Args, Clone, Debug)]
#[group(id = "paths", multiple = true)]
pub struct Paths {
    /// Files or directories; standard input without one, or for `-`
    ///
    /// YAML or JSON: manifests, a List, an AdmissionReview or a ResourceList. In a directory, the files that end in
    /// `.yaml`, `.yml` or `.json` are read, in the order of their names. KIND/NAME among them takes that object alone; the rest
    /// of the input stays as it is. A plugin of kubectl prints for KIND/NAME without a file the command line that injects or
    /// uninjects the object of the cluster.
    #[arg(value_name = "FILE", help_heading = "Input", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// The arguments that are KIND/NAME, once they are told from files.
    #[arg(skip)]
    pub objects: Vec<ObjectName>,
    /// A file or directory, as kubectl names it (repeatable)
    #[arg(short, long, value_name = "FILE", help_heading = "Input", value_hint = ValueHint::AnyPath)]
    pub filename: Vec<PathBuf>,
}

impl InputArgs {
    /// All that is named: arguments first, then those of `-f`.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.named.files.iter().chain(&self.named.filename).cloned().collect()
    }

    /// Which objects to take.
    pub fn picks(&self) -> Picks {
        let Self { selector, kinds, named, .. } = self;
        let selector = selector.clone().filter(|selector| !selector.0.is_empty());
        Picks { selector, kinds: kinds.clone(), objects: named.objects.clone() }
    }

    /// How far below a directory to look.
    pub const fn recursion(&self) -> Recursion {
        if self.recursive { Recursion::On } else { Recursion::Off }
    }
}

/// Where results go.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct WriteArgs {
    /// Write results back to the files
    ///
    /// All files are written, or none. A file whose content does not change is not touched; modes and symbolic links
    /// are kept.
    #[arg(short, long, requires = "paths", conflicts_with_all = ["output", "output_dir"], help_heading = "Output")]
    pub in_place: bool,
    /// Write results below this directory, in the same tree
    #[arg(long, value_name = "DIR", requires = "paths", conflicts_with = "output", help_heading = "Output")]
    #[arg(value_hint = ValueHint::DirPath)]
    pub output_dir: Option<PathBuf>,
    /// What a patch tests, so that it fails on an object that changed since [default: auto]
    ///
    /// Only for `-o patch`. RFC 6902 has no test for absence: with `auto` and `parts`, a test for `null` is one, as the API
    /// server, kubectl and kustomize take it. Use `none` for a program that keeps to the letter.
    #[arg(long, value_enum, value_name = "auto|parts|none", help_heading = "Output")]
    pub guard: Option<Guard>,
    /// Pass on workloads that fail, unchanged
    ///
    /// Without this flag, one failure means that nothing is printed and no file is changed. With it, a file that cannot be
    /// read is left out, and the exit status is still 2.
    #[arg(long, help_heading = "Output")]
    pub keep_going: bool,
}

/// What may be changed, beside what is added.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct ChangeArgs {
    /// Replace an outdated injection
    ///
    /// It is removed and injected again, never merged. Where the workload has opted out since, it stays removed. An
    /// injection that is up to date is not touched.
    #[arg(long, help_heading = "Injection")]
    pub reinject: bool,
    /// Remove what the server added to a live object
    ///
    /// That is the status, uid, resourceVersion, generation, creationTimestamp, managedFields, selfLink, the
    /// last-applied-configuration and revision annotations, and on pods the node's name and the token volume.
    #[arg(long, help_heading = "Output")]
    pub clean: bool,
    /// Expand the aliases of a document that cannot be changed otherwise
    ///
    /// A list that comes from an alias or a merge key cannot be added to without changing another value. With this
    /// flag such a document, and no other, is written again as a whole, without aliases. Its comments are lost.
    #[arg(long, help_heading = "Output")]
    pub expand: bool,
}

impl ChangeArgs {
    /// What happens to an injection that is outdated.
    pub const fn outdated(&self) -> Outdated {
        if self.reinject { Outdated::Replace } else { Outdated::Keep }
    }

    /// What happens to fields that a cluster fills in.
    pub const fn clean(&self) -> Clean {
        if self.clean { Clean::Strip } else { Clean::Keep }
    }

    /// What happens to a document with aliases.
    pub const fn expand(&self) -> Expand {
        if self.expand { Expand::Render } else { Expand::Refuse }
    }
}

/// Which settings of a repository count.
#[derive(Args, Clone, Debug, Default)]
#[group(skip)]
pub struct ConfigArgs {
    /// The settings of the repository [default: the nearest `.injector.yaml`]
    ///
    /// It is looked for in the working folder and those above it, up to the repository's root. A flag wins over it.
    #[arg(long, env = "INJECTOR_CONFIG", value_name = "FILE", help_heading = "Settings", value_hint = ValueHint::FilePath)]
    pub config: Option<OsString>,
    /// Take no settings of a repository
    #[arg(long, help_heading = "Settings")]
    pub no_config: bool,
}

impl ConfigArgs {
    /// The same without its flags. An empty `INJECTOR_CONFIG` counts as one that is not set.
    pub(crate) fn choice(&self) -> Choice {
        match &self.config {
            _ if self.no_config => Choice::None,
            Some(file) if !file.is_empty() => Choice::File(file.into()),
            _ => Choice::Nearest,
        }
    }
}

/// With which profiles, and how.
#[derive(Args, Clone, Debug, Default)]
#[group(skip)]
pub struct DecisionArgs {
    /// What the repository says.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// A built-in profile or a file (repeatable, applied in order) [default: cortexflow]
    ///
    /// One flag takes several, separated by commas. A value with a path separator, or that ends in `.yaml`, `.yml` or
    /// `.json`, is a file.
    #[arg(short, long = "profile", env = "INJECTOR_PROFILE", value_name = "NAME|FILE", value_delimiter = ',')]
    #[arg(help_heading = "Injection", value_hint = ValueHint::FilePath)]
    pub profiles: Vec<ProfileRef>,
    /// Set a parameter of the profiles, or of the one that is named (repeatable)
    #[arg(long = "set", value_name = "[PROFILE.]NAME=VALUE", help_heading = "Injection")]
    pub settings: Vec<Setting>,
    /// Allow or deny a pod that is not eligible; overrides the profile's `onIneligible`
    #[arg(long, value_enum, value_name = "ANSWER", help_heading = "Injection")]
    pub on_ineligible: Option<OnIneligibleChoice>,
    /// Make sidecars native or not; overrides the profile's `nativeSidecar`
    ///
    /// A native sidecar is an init container that keeps running. With `auto`, sidecars are native where a classic one would
    /// keep the pod from completing. Use `true` for an operator's workloads that complete, if their kind does not say so.
    #[arg(long, value_enum, value_name = "auto|true|false", help_heading = "Injection")]
    pub native_sidecar: Option<NativeSidecar>,
    /// Where the pod template is in another kind (repeatable)
    ///
    /// A JSON Pointer from the object's root. The group may be left out.
    #[arg(long = "template-path", value_name = "KIND[.GROUP]=/spec/…")]
    #[arg(help_heading = "Injection")]
    pub template_paths: Vec<TemplatePath>,
}

impl DecisionArgs {
    /// The same without its flags.
    pub fn given(&self) -> Given {
        Given {
            profiles: self.profiles.clone(),
            settings: self.settings.clone(),
            overrides: Overrides {
                on_ineligible: self.on_ineligible.map(Into::into),
                native_sidecar: self.native_sidecar,
            },
            template_paths: self.template_paths.clone(),
        }
    }
}

/// What is known beside the manifests.
#[derive(Args, Clone, Debug, Default)]
#[group(skip)]
pub struct FactArgs {
    /// The namespace of objects that do not name one [default: default]
    #[arg(short, long, value_name = "NAME", help_heading = "Cluster")]
    pub namespace: Option<NamespaceName>,
    /// A file with Namespace objects (repeatable)
    ///
    /// Namespaces in the input count too. If a namespace is not known, its labels and annotations decide nothing, and
    /// the report says so.
    #[arg(long = "namespace-file", value_name = "FILE", help_heading = "Cluster", value_hint = ValueHint::FilePath)]
    pub namespace_files: Vec<PathBuf>,
    /// The labels of a namespace (repeatable)
    ///
    /// Without `NS:`, they are the labels of every namespace. `NS:` alone means that the namespace has no labels.
    #[arg(long, value_name = "[NS:]K=V,…", help_heading = "Cluster")]
    pub namespace_labels: Vec<String>,
    /// The annotations of a namespace (repeatable)
    ///
    /// The form is that of `--namespace-labels`.
    #[arg(long, value_name = "[NS:]K=V,…", help_heading = "Cluster")]
    pub namespace_annotations: Vec<String>,
    /// A file with ServiceAccount objects (repeatable)
    ///
    /// ServiceAccounts in the input count too. Only profiles with `serviceAccount` in an expression read them.
    #[arg(long = "serviceaccount-file", value_name = "FILE", help_heading = "Cluster", value_hint = ValueHint::FilePath)]
    pub serviceaccount_files: Vec<PathBuf>,
    /// The cluster's version, `1.MINOR` or `v1.MINOR.PATCH` [default: the newest known]
    #[arg(long, value_name = "VERSION", help_heading = "Cluster")]
    pub kubernetes_version: Option<KubernetesVersion>,
}

/// What is an error, and what is not reported.
#[derive(Args, Clone, Debug, Default)]
#[group(skip)]
pub struct LevelArgs {
    /// Make this warning an error (repeatable)
    ///
    /// CODE is the code of a diagnostic, `warnings` for all of them, or `skipped` for each workload that a rule skips.
    /// `inject` then writes nothing at all, with `--keep-going` too.
    #[arg(long, value_name = "CODE|warnings|skipped", help_heading = "Report")]
    pub deny: Vec<Denied>,
    /// Do not report this warning (repeatable); wins over `--deny`
    ///
    /// An error stays an error.
    #[arg(long, value_name = "CODE", help_heading = "Report")]
    pub allow: Vec<Allowed>,
}

impl LevelArgs {
    /// The same without its flags.
    pub(crate) fn levels(&self) -> Levels {
        Levels { denied: self.deny.clone(), allowed: self.allow.clone() }
    }
}

/// The arguments of `profile lint`.
#[derive(Args, Clone, Debug)]
pub struct LintArgs {
    /// The profiles: files, names of built-in ones, or `-` for standard input
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub profiles: Vec<ProfileRef>,
    /// The lowest level that makes the exit status 1
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL", help_heading = "Report")]
    pub fail_on: FailOn,
    /// What is an error, and what is not reported.
    #[command(flatten)]
    pub levels: LevelArgs,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

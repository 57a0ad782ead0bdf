//! Groups of flags that several commands share, each under its help heading.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::value::{NamespaceName, OnIneligibleChoice};
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::report::{Format, Verbosity};
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
    #[arg(short = 'R', long, help_heading = "Input")]
    pub recursive: bool,
}

/// Files, directories, or `-`; `-i` and `--output-dir` ask for one.
#[derive(Args, Clone, Debug)]
#[group(id = "paths", multiple = true)]
pub struct Paths {
    /// Files or directories; standard input without any, or for `-`
    ///
    /// YAML or JSON: manifests, a List, an AdmissionReview or a ResourceList. Of a directory, the `.yaml`, `.yml` and
    /// `.json` files are read, in the order of their names.
    #[arg(value_name = "FILE", help_heading = "Input", value_hint = ValueHint::AnyPath)]
    pub files: Vec<PathBuf>,
    /// A file or directory, as kubectl names it (repeatable)
    #[arg(short, long, value_name = "FILE", help_heading = "Input", value_hint = ValueHint::AnyPath)]
    pub filename: Vec<PathBuf>,
}

impl InputArgs {
    /// All that is named: arguments first, then those of `-f`.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.named.files.iter().chain(&self.named.filename).cloned().collect()
    }

    /// How far below a directory to look.
    pub const fn recursion(&self) -> Recursion {
        if self.recursive { Recursion::On } else { Recursion::Off }
    }
}

/// The form of standard output.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct FormatArgs<F: ValueEnum + Send + Sync + 'static> {
    /// The form of standard output [default: that of the input]
    ///
    /// Manifests stay manifests, and JSON stays JSON.
    #[arg(short, long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    pub output: Option<F>,
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
    /// Pass workloads that fail through unchanged
    ///
    /// Without it, nothing is printed and no file is changed when one fails. The exit status is 2 all the same.
    #[arg(long, help_heading = "Output")]
    pub keep_going: bool,
}

/// With which profiles, and how.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct DecisionArgs {
    /// A built-in profile or a file (repeatable, applied in order) [default: cortexflow]
    ///
    /// What has a path separator in it, or ends in `.yaml`, `.yml` or `.json`, is a file.
    #[arg(short, long = "profile", value_name = "NAME|FILE", help_heading = "Injection", value_hint = ValueHint::FilePath)]
    pub profiles: Vec<ProfileRef>,
    /// Set a parameter of the profiles (repeatable)
    #[arg(long = "set", value_name = "NAME=VALUE", help_heading = "Injection")]
    pub settings: Vec<Setting>,
    /// What a pod that is not eligible meets: overrides the profile's `onIneligible`
    #[arg(long, value_enum, value_name = "ANSWER", help_heading = "Injection")]
    pub on_ineligible: Option<OnIneligibleChoice>,
    /// Where another kind has its pod template (repeatable)
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
            on_ineligible: self.on_ineligible.map(Into::into),
            template_paths: self.template_paths.clone(),
        }
    }
}

/// What is known beside the manifests.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct FactArgs {
    /// The namespace of objects that name none [default: default]
    #[arg(short, long, value_name = "NAME", help_heading = "Cluster")]
    pub namespace: Option<NamespaceName>,
    /// A file with Namespace objects (repeatable)
    ///
    /// Those in the input count too. What is known of no namespace decides nothing, and the report says so.
    #[arg(long = "namespace-file", value_name = "FILE", help_heading = "Cluster", value_hint = ValueHint::FilePath)]
    pub namespace_files: Vec<PathBuf>,
    /// The labels of a namespace (repeatable)
    ///
    /// Without a name before a colon, of every namespace. `NS:` alone says that it has none.
    #[arg(long, value_name = "[NS:]K=V,…", help_heading = "Cluster")]
    pub namespace_labels: Vec<String>,
    /// The annotations of a namespace (repeatable)
    ///
    /// As for `--namespace-labels`.
    #[arg(long, value_name = "[NS:]K=V,…", help_heading = "Cluster")]
    pub namespace_annotations: Vec<String>,
    /// The cluster's version, as 1.MINOR [default: the newest known]
    #[arg(long, value_name = "VERSION", help_heading = "Cluster")]
    pub kubernetes_version: Option<KubernetesVersion>,
}

/// How to tell of it.
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct ReportArgs {
    /// The form of the report
    #[arg(long = "report", value_enum, default_value_t, value_name = "FORMAT", help_heading = "Report")]
    pub format: Format,
    /// Tell of errors only
    #[arg(short, long, help_heading = "Report")]
    pub quiet: bool,
}

impl ReportArgs {
    /// How much to tell.
    pub const fn verbosity(&self) -> Verbosity {
        if self.quiet { Verbosity::Quiet } else { Verbosity::Normal }
    }
}

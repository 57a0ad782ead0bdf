//! What was typed, resolved once: profiles loaded, parameters and facts read, so that a run begins with values only.

use std::path::Path;

use crate::decide::facts::ClusterFacts;
use crate::diagnostic::{Code, Placed};
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::process::run::Run;
use crate::process::stream::{FactKind, Stream};
use crate::profile::builtin;
use crate::profile::parameter::SetValues;
use crate::shell::cli::{ChangeArgs, DecisionArgs, FactArgs};
use crate::shell::files::input::{self, Recursion};
use crate::shell::files::selection::{ProfileRef, Selection, load_profiles};
pub(super) use crate::shell::files::selection::{load_profile, profile_text, read_profile};

/// What a command begins with, beside its inputs.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) run: Run,
    /// What is known of the cluster so far; what the inputs say is added.
    pub(super) cluster: ClusterFacts,
    /// What was found before the first document: values in files with facts that count as unset, and inputs that cannot
    /// be read.
    pub(super) diagnostics: Vec<Placed>,
}

impl Prepared {
    /// Resolves the arguments of a command that decides.
    pub(super) fn new(decision: &DecisionArgs, facts: &FactArgs) -> Result<Self, Vec<Placed>> {
        let Selection { profiles, set, template_paths } = Selection::load(&decision.given())?;
        let mut run = Run::new(profiles, set, &template_paths);
        if let Some(namespace) = &facts.namespace {
            run.default_namespace.clone_from(&namespace.0);
        }
        run.kubernetes_version = facts.kubernetes_version.unwrap_or(KubernetesVersion::NEWEST);
        let mut cluster = ClusterFacts::default();
        let mut diagnostics = Vec::new();
        for text in &facts.namespace_labels {
            cluster.namespaces.add_labels(text).map_err(|error| flag("--namespace-labels", &error))?;
        }
        for text in &facts.namespace_annotations {
            cluster.namespaces.add_annotations(text).map_err(|error| flag("--namespace-annotations", &error))?;
        }
        for path in &facts.namespace_files {
            diagnostics.extend(read_facts(path, FactKind::Namespace, &run, &mut cluster)?);
        }
        for path in &facts.serviceaccount_files {
            diagnostics.extend(read_facts(path, FactKind::ServiceAccount, &run, &mut cluster)?);
        }
        Ok(Self { run, cluster, diagnostics })
    }

    /// The same, with the flags that say what may be changed.
    pub(super) fn changing(mut self, change: &ChangeArgs) -> Self {
        self.run.outdated = change.outdated();
        self.run.clean = change.clean();
        self.run.expand = change.expand();
        self
    }

    /// For undoing: the record says what to do, and profiles only help to find what was edited.
    pub(super) fn for_undoing(profiles: &[ProfileRef], template_paths: &[TemplatePath]) -> Result<Self, Vec<Placed>> {
        let files: Vec<ProfileRef> =
            profiles.iter().filter(|profile| matches!(profile, ProfileRef::File(_))).cloned().collect();
        let known = if files.is_empty() { Vec::new() } else { load_profiles(&files)? };
        // Built-in profiles are loaded where a record names them. Their kinds have to be known before.
        let of_builtin = builtin::TEMPLATE_PATHS.iter().filter_map(|path| path.parse().ok());
        let template_paths: Vec<TemplatePath> = template_paths.iter().cloned().chain(of_builtin).collect();
        let run = Run::new(known, SetValues::new(), &template_paths);
        Ok(Self { run, cluster: ClusterFacts::default(), diagnostics: Vec::new() })
    }
}

fn flag(name: &str, error: &dyn std::fmt::Display) -> Vec<Placed> {
    vec![Placed::new(Code::Usage, format!("{name}: {error}"))]
}

/// Reads the objects of this kind in a file. A file without one is an error: it would change nothing.
fn read_facts(path: &Path, kind: FactKind, run: &Run, cluster: &mut ClusterFacts) -> Result<Vec<Placed>, Vec<Placed>> {
    let mut warnings = Vec::new();
    for input in input::read(&[path.to_owned()], Recursion::Off).map_err(|error| vec![error.placed()])? {
        let text = String::from_utf8_lossy(&input.bytes);
        let mut stream = Stream::open(input.source.to_string(), &text);
        if let Some(error) = stream.error.take() {
            return Err(vec![error]);
        }
        let mut count = 0;
        for document in &stream.documents {
            let tree = document.parse(&text).map_err(|error| vec![stream.unreadable(document, &error)])?;
            let (found, wrong) = stream.facts((document, &tree), kind, run, cluster);
            count += found;
            warnings.extend(wrong);
        }
        if count == 0 {
            let code = match kind {
                FactKind::Namespace => Code::NoNamespace,
                FactKind::ServiceAccount => Code::NoServiceAccount,
            };
            return Err(vec![Placed::new(code, format!("the file holds no {}", kind.name())).at(stream.name, None)]);
        }
    }
    Ok(warnings)
}

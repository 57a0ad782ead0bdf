//! What was typed, resolved once: profiles loaded, parameters and namespaces read, so that a run begins with values only.

use std::path::Path;

use crate::decide::facts::Namespaces;
use crate::diagnostic::{Code, Placed};
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::process::run::Run;
use crate::process::stream::Stream;
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
    /// What is known of namespaces so far; those in the inputs are added.
    pub(super) namespaces: Namespaces,
    /// What was found before the first document: values in `--namespace-file`s that count as unset, and inputs that cannot
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
        let mut namespaces = Namespaces::default();
        let mut diagnostics = Vec::new();
        for text in &facts.namespace_labels {
            namespaces.add_labels(text).map_err(|error| flag("--namespace-labels", &error))?;
        }
        for text in &facts.namespace_annotations {
            namespaces.add_annotations(text).map_err(|error| flag("--namespace-annotations", &error))?;
        }
        for path in &facts.namespace_files {
            diagnostics.extend(read_namespaces(path, &run, &mut namespaces).map_err(|error| vec![error])?);
        }
        Ok(Self { run, namespaces, diagnostics })
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
        let mut known = if files.is_empty() { Vec::new() } else { load_profiles(&files)? };
        for (name, _) in builtin::ALL {
            if !known.iter().any(|profile| profile.name == *name) {
                known.push(load_profile(&ProfileRef::BuiltIn((*name).to_owned()))?);
            }
        }
        let run = Run::new(known, SetValues::new(), template_paths);
        Ok(Self { run, namespaces: Namespaces::default(), diagnostics: Vec::new() })
    }
}

fn flag(name: &str, error: &dyn std::fmt::Display) -> Vec<Placed> {
    vec![Placed::new(Code::Usage, format!("{name}: {error}"))]
}

fn read_namespaces(path: &Path, run: &Run, namespaces: &mut Namespaces) -> Result<Vec<Placed>, Placed> {
    let mut warnings = Vec::new();
    for input in input::read(&[path.to_owned()], Recursion::Off).map_err(|error| error.placed())? {
        let text = String::from_utf8_lossy(&input.bytes);
        let mut stream = Stream::open(input.source.to_string(), &text);
        if let Some(error) = stream.error.take() {
            return Err(error);
        }
        let mut count = 0;
        for document in &stream.documents {
            let tree = document.parse(&text).map_err(|error| stream.unreadable(document, &error))?;
            let (found, wrong) = stream.namespaces(document, &tree, run, namespaces);
            count += found;
            warnings.extend(wrong);
        }
        if count == 0 {
            return Err(Placed::new(Code::NoNamespace, "the file holds no Namespace").at(stream.name, None));
        }
    }
    Ok(warnings)
}

//! What was typed, resolved once: profiles loaded, parameters and facts read, so that a run begins with values only.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::function::FunctionSettings;
use crate::decide::facts::ClusterFacts;
use crate::diagnostic::{Code, Placed, Severity};
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::process::function;
use crate::process::run::{Files, ItemRun, ItemRuns, Run};
use crate::process::stream::{FactKind, Stream};
use crate::profile::builtin;
use crate::profile::parameter::SetValues;
use crate::report::Levels;
use crate::shell::cli::{ChangeArgs, DecisionArgs, FactArgs, LevelArgs, UninjectArgs};
use crate::shell::files::config::{self, Config, Layered};
use crate::shell::files::input::{self, Exclusions, Input, InputSource, Recursion};
use crate::shell::files::selection::{Given, ProfileRef, Selection, load_profiles};
pub(super) use crate::shell::files::selection::{load_profile, profile_text, read_profile};
use crate::text::workers::InTurn;

/// What a command begins with, beside its inputs.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) run: Run,
    /// What is known of the cluster so far; what the inputs say is added.
    pub(super) cluster: ClusterFacts,
    /// What was found before the first document: values in files with facts that count as unset, and inputs that cannot
    /// be read.
    pub(super) diagnostics: Vec<Placed>,
    /// What the repository says, below the flags.
    layered: Layered,
    /// `--namespace`.
    namespace: Option<String>,
    /// Whether the `functionConfig` on standard input has been read.
    pub(super) reads_function: bool,
}

/// What makes a run: the overrides of its files, and what they are. Standard input has a run of its own.
type RunKey = (Option<Vec<usize>>, Files);

/// The runs of one command. Files that no override of the settings is for have the first one in common.
#[derive(Debug)]
pub(super) struct Runs {
    all: Vec<(RunKey, Run)>,
    /// The index of the run of each input.
    of_input: Vec<usize>,
}

impl Runs {
    /// The run of the input at an index.
    pub(super) fn of(&self, input: usize) -> Option<&Run> {
        self.all.get(*self.of_input.get(input)?).map(|(_, run)| run)
    }

    /// All of them.
    pub(super) fn each(&self) -> impl Iterator<Item = &Run> {
        self.all.iter().map(|(_, run)| run)
    }
}

impl Prepared {
    /// Resolves the arguments of a command that decides.
    pub(super) fn new(decision: &DecisionArgs, facts: &FactArgs) -> Result<Self, Vec<Placed>> {
        Self::with(config::find(&decision.config.choice())?, decision, facts)
    }

    /// Resolves the arguments of a KRM function, and the settings in the ResourceList that it reads.
    pub(super) fn of_function(
        opened: (&[Input], &[Stream<'_>]),
        decision: &DecisionArgs,
        facts: &FactArgs,
    ) -> Result<Self, Vec<Placed>> {
        match FunctionSettings::read(opened)? {
            Some(function) => Self::with_settings_of(&function, decision, facts),
            None => Self::new(decision, facts),
        }
    }

    fn with_settings_of(
        function: &FunctionSettings,
        decision: &DecisionArgs,
        facts: &FactArgs,
    ) -> Result<Self, Vec<Placed>> {
        let config = match &function.config {
            Some(config) => config.clone(),
            None => config::find(&decision.config.choice())?,
        };
        let (decision, facts) = function.below(decision, facts);
        let layered = Layered { config, flags: decision.given() };
        function.check(&load_profiles(&layered.profiles(&[]))?)?;
        let prepared = Self::with(layered.config, &decision, &facts)?;
        Ok(Self { reads_function: true, ..prepared })
    }

    /// The same, with the settings of a KRM function, where it reads one.
    pub(super) fn with_function(
        self,
        opened: (&[Input], &[Stream<'_>]),
        decision: &DecisionArgs,
        facts: &FactArgs,
    ) -> Result<Self, Vec<Placed>> {
        let Some(function) = FunctionSettings::read(opened)? else { return Ok(self) };
        let of_function = Self::with_settings_of(&function, decision, facts)?;
        let namespace = of_function.run.default_namespace.clone();
        let version = of_function.run.kubernetes_version;
        let mut run = of_function.run.like(&self.run);
        (run.default_namespace, run.kubernetes_version) = (namespace, version);
        // What could not be read is said there alone.
        let mut diagnostics = self.diagnostics;
        diagnostics.extend(
            of_function.diagnostics.iter().filter(|one| !diagnostics.contains(one)).cloned().collect::<Vec<_>>(),
        );
        Ok(Self { run, diagnostics, ..of_function })
    }

    /// Resolves settings that stand for themselves, without any flag.
    pub(super) fn of_settings(config: Config) -> Result<Self, Vec<Placed>> {
        Self::with(config, &DecisionArgs::default(), &FactArgs::default())
    }

    /// Resolves them below flags.
    fn with(config: Config, decision: &DecisionArgs, facts: &FactArgs) -> Result<Self, Vec<Placed>> {
        let layered = Layered::new(config, decision.given())?;
        let namespace = facts.namespace.as_ref().map(|namespace| namespace.0.clone());
        let Selection { profiles, set, set_places, template_paths } = layered.selection(&[])?;
        let mut run = Run::new(profiles, set, &template_paths).set_at(set_places);
        let written = layered.namespace(&[]).map(|written| &written.value);
        if let Some(namespace) = namespace.as_ref().or(written) {
            run.default_namespace.clone_from(namespace);
        }
        let written = layered.config.kubernetes_version.as_ref().map(|version| version.value);
        run.kubernetes_version = facts.kubernetes_version.or(written).unwrap_or(KubernetesVersion::NEWEST);
        let mut cluster = ClusterFacts::default();
        let mut diagnostics = Vec::new();
        for document in &layered.config.namespaces {
            // Its values have been checked.
            let _ = cluster.namespaces.add_document(&document.value);
        }
        for text in &facts.namespace_labels {
            cluster.namespaces.add_labels(text).map_err(|error| flag("--namespace-labels", &error))?;
        }
        for text in &facts.namespace_annotations {
            cluster.namespaces.add_annotations(text).map_err(|error| flag("--namespace-annotations", &error))?;
        }
        let written = layered.config.namespace_files.iter().map(|file| &file.value);
        for path in written.chain(&facts.namespace_files) {
            diagnostics.extend(read_facts(path, FactKind::Namespace, &run, &mut cluster)?);
        }
        let written = layered.config.service_account_files.iter().map(|file| &file.value);
        for path in written.chain(&facts.serviceaccount_files) {
            diagnostics.extend(read_facts(path, FactKind::ServiceAccount, &run, &mut cluster)?);
        }
        Ok(Self { run, cluster, diagnostics, layered, namespace, reads_function: false })
    }

    /// Whether an input cannot be read, or has not what was asked for.
    pub(super) fn is_failed(&self) -> bool {
        self.diagnostics.iter().any(|placed| placed.severity == Severity::Error)
    }

    /// What is left out of the inputs.
    pub(super) fn exclusions(&self, flags: &[String]) -> Exclusions {
        Exclusions::new(flags).and(self.layered.config.exclusions())
    }

    /// The levels of the settings and of the flags.
    pub(super) fn levels(&self, flags: &LevelArgs) -> Levels {
        self.layered.config.levels(&flags.levels())
    }

    /// What is asked of each input.
    ///
    /// # Errors
    /// What is wrong in the settings for some of them together.
    pub(super) fn runs(&self, inputs: &[Input], files: &[Files]) -> Result<Runs, Vec<Placed>> {
        let mut runs = Runs { all: Vec::new(), of_input: Vec::new() };
        for (input, files) in inputs.iter().zip(files) {
            let overrides = match &input.source {
                InputSource::File(path) => Some(self.layered.config.overrides_of(path)),
                InputSource::Stdin => None,
            };
            let known = runs.all.iter().position(|((known, of), _)| *known == overrides && of == files);
            let index = known.unwrap_or(runs.all.len());
            if known.is_none() {
                let mut run = match &overrides {
                    Some(overrides) => self.overridden(overrides)?,
                    None => self.run.clone(),
                };
                if overrides.is_none() {
                    run.items = self.items(input)?;
                }
                run.files = *files;
                runs.all.push(((overrides, *files), run));
            }
            runs.of_input.push(index);
        }
        Ok(runs)
    }

    /// What is asked of the items of a ResourceList: of each as of its file, whose path begins at the working folder.
    fn items(&self, input: &Input) -> Result<ItemRuns, Vec<Placed>> {
        let (config, left_out) = (&self.layered.config, self.exclusions(&[]));
        if config.overrides.is_empty() && config.exclude.is_empty() {
            return Ok(ItemRuns::default());
        }
        let mut known: BTreeMap<Vec<usize>, Arc<Run>> = BTreeMap::new();
        let mut all = Vec::new();
        for file in function::files(&input.text) {
            if left_out.cover(Path::new(&file)) {
                all.push((file, ItemRun::LeftOut));
                continue;
            }
            let overrides = config.overrides_of(Path::new(&file));
            if overrides.is_empty() {
                continue;
            }
            let run = match known.get(&overrides) {
                Some(run) => Arc::clone(run),
                None => Arc::new(self.overridden(&overrides)?),
            };
            known.insert(overrides, Arc::clone(&run));
            all.push((file, ItemRun::Own(run)));
        }
        Ok(all.into_iter().collect())
    }

    /// The run of the files that these overrides are for.
    fn overridden(&self, overrides: &[usize]) -> Result<Run, Vec<Placed>> {
        if overrides.is_empty() {
            return Ok(self.run.clone());
        }
        let Selection { profiles, set, set_places, template_paths } = self.layered.selection(overrides)?;
        let mut run = Run::new(profiles, set, &template_paths).set_at(set_places).like(&self.run);
        if let (None, Some(namespace)) = (&self.namespace, self.layered.namespace(overrides)) {
            run.default_namespace.clone_from(&namespace.value);
        }
        Ok(run)
    }

    /// The same, with the flags that say what may be changed.
    pub(super) fn changing(mut self, change: &ChangeArgs) -> Self {
        self.run.outdated = change.outdated();
        self.run.clean = change.clean();
        self.run.expand = change.expand();
        self
    }

    /// For undoing: the record says what to do, and profiles only help to find what was edited.
    pub(super) fn for_undoing(args: &UninjectArgs) -> Result<Self, Vec<Placed>> {
        let UninjectArgs { profiles, template_paths, .. } = args;
        Self::undoing(profiles.clone(), template_paths.clone(), config::find(&args.config.choice())?)
    }

    /// The same with these profiles and kinds.
    pub(super) fn undoing(
        profiles: Vec<ProfileRef>,
        template_paths: Vec<TemplatePath>,
        config: Config,
    ) -> Result<Self, Vec<Placed>> {
        let Config { file, folder, exclude, template_paths: written, .. } = config;
        let files: Vec<ProfileRef> =
            profiles.into_iter().filter(|profile| matches!(profile, ProfileRef::File(_))).collect();
        let known = if files.is_empty() { Vec::new() } else { load_profiles(&files)? };
        // Built-in profiles are loaded where a record names them. Their kinds have to be known before.
        let of_builtin = builtin::TEMPLATE_PATHS.iter().filter_map(|path| path.parse().ok());
        let of_settings = written.into_iter().map(|path| path.value);
        let template_paths: Vec<TemplatePath> =
            template_paths.into_iter().chain(of_settings).chain(of_builtin).collect();
        let run = Run::new(known, SetValues::new(), &template_paths);
        // Its profiles say what is injected, not what is undone.
        let config = Config { file, folder, exclude, ..Config::default() };
        let layered = Layered { config, flags: Given::default() };
        let cluster = ClusterFacts::default();
        Ok(Self { run, cluster, diagnostics: Vec::new(), layered, namespace: None, reads_function: false })
    }
}

fn flag(name: &str, error: &dyn std::fmt::Display) -> Vec<Placed> {
    vec![Placed::new(Code::Usage, format!("{name}: {error}"))]
}

/// Reads the objects of this kind in a file. A file without one is an error: it would change nothing.
fn read_facts(path: &Path, kind: FactKind, run: &Run, cluster: &mut ClusterFacts) -> Result<Vec<Placed>, Vec<Placed>> {
    let mut warnings = Vec::new();
    for input in input::read(&[path.to_owned()], Recursion::Off).map_err(|error| vec![error.placed()])? {
        let text = &*input.text;
        let mut stream = Stream::open(input.source.to_string(), text, &InTurn);
        if let Some(error) = stream.error.take() {
            return Err(vec![error]);
        }
        let mut count = 0;
        for document in &stream.documents {
            let tree = document.parse(text).map_err(|error| vec![stream.unreadable(document, &error)])?;
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

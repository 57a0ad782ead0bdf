//! What is asked: one value for a run, made once and used for all of its documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::guard::Guard;
use super::keys::RunKeys;
use super::objects::FoundObject;
use super::per_thread::PerThread;
use super::picks::Picks;
use super::proof::{Encodings, ProvedFrames};
use crate::decide::clean::Clean;
pub(crate) use crate::decide::detail::Detail;
use crate::decide::facts::NamespaceGate;
use crate::decide::inject::{Outdated, Renderings, Request};
use crate::decide::uninject::{Leftovers, Which};
use crate::diagnostic::Position;
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::TemplatePath;
use crate::profile::Profile;
use crate::profile::parameter::SetValues;
use crate::text::splice::{KnownSplices, RenderedLines};
use crate::text::yaml::known::KnownTexts;

/// What is done with every object.
#[derive(Clone, Debug)]
pub enum Action {
    /// Profiles are injected.
    Inject,
    /// Injections are removed: which ones, and what happens to those of which a part is gone.
    Uninject(Which, Leftovers),
}

/// What happens to a document that cannot be spliced because of its aliases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expand {
    /// It is an error.
    #[default]
    Refuse,
    /// The whole document is written again, with its aliases expanded.
    Render,
}

/// What leaves the program, and so what has to be proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaves {
    /// Text: it is compared with the patch, and the patch is dropped.
    #[default]
    Text,
    /// The patch too: it is encoded and decoded again before it is applied.
    Patch,
    /// Neither: what would become of the text is planned, and not proved.
    Nothing,
}

/// What the files of a run are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// Manifests, as far as is known.
    #[default]
    Manifests,
    /// A kustomization lists them as patches.
    KustomizePatches,
}

/// What stays the same for all documents of a run; for the webhook, for all reviews on one path.
///
/// Only facts of other objects are handed in beside it: the webhook learns them review by review.
#[derive(Clone, Debug)]
pub struct Run {
    profiles: Vec<Profile>,
    set: SetValues,
    set_places: SetPlaces,
    /// All of them: those that were named, then those of the profiles.
    template_paths: Vec<TemplatePath>,
    keys: Arc<RunKeys>,
    reads_service_accounts: bool,
    caches: Arc<PerThread<Caches>>,
    /// What is done.
    pub action: Action,
    /// What happens to an injection that is outdated.
    pub outdated: Outdated,
    /// What is said of objects.
    pub(crate) detail: Detail,
    /// Whether fields that a cluster fills in are removed.
    pub clean: Clean,
    /// Whether aliases may be expanded.
    pub expand: Expand,
    /// What leaves the program.
    pub leaves: Leaves,
    /// Which guards the patches of manifests get.
    pub guard: Guard,
    /// Which objects it is for.
    pub picks: Picks,
    /// What is asked of items that come from a file of their own.
    pub(crate) items: ItemRuns,
    /// The namespace of objects that name none.
    pub default_namespace: String,
    /// Whether an API server has evaluated the profile's namespace selector already.
    pub namespace_gate: NamespaceGate,
    /// What its files are.
    pub files: Files,
    /// The cluster's version.
    pub kubernetes_version: KubernetesVersion,
}

/// What is asked of the items of a ResourceList that come from some files, by their paths: settings may say something of their own
/// for a file. All other items are as the run says.
#[derive(Clone, Debug, Default)]
pub(crate) struct ItemRuns(Arc<BTreeMap<String, ItemRun>>);

/// What is asked of the items of a file.
#[derive(Clone, Debug)]
pub(crate) enum ItemRun {
    /// They pass through as they are, and say nothing.
    LeftOut,
    /// Something else than of the rest.
    Own(Arc<Run>),
}

impl FromIterator<(String, ItemRun)> for ItemRuns {
    fn from_iter<I: IntoIterator<Item = (String, ItemRun)>>(all: I) -> Self {
        Self(Arc::new(all.into_iter().collect()))
    }
}

/// Where parameters are set in files of settings, by profile and parameter; what a flag sets has no place.
pub(crate) type SetPlaces = BTreeMap<(String, String), (String, Position)>;

/// Work that objects alike have in common, kept so that it is done once.
#[derive(Debug, Default)]
struct Caches {
    renderings: Renderings,
    encodings: Encodings,
    lines: RenderedLines,
    frames: ProvedFrames,
    texts: KnownTexts,
    #[cfg(feature = "serve")]
    reviews: KnownTexts,
    splices: KnownSplices,
}

impl Run {
    /// An injection of these profiles, in this order, that keeps what it finds.
    ///
    /// `set` are the parameters that are set for all objects; `template_paths` are kinds with pod templates beside
    /// the known ones and those that the profiles name.
    pub fn new(profiles: Vec<Profile>, set: SetValues, template_paths: &[TemplatePath]) -> Self {
        let of_profiles = profiles.iter().flat_map(|profile| &profile.template_paths);
        Self {
            template_paths: template_paths.iter().chain(of_profiles).cloned().collect(),
            keys: Arc::new(RunKeys::new(&profiles, Arc::default())),
            reads_service_accounts: profiles.iter().any(Profile::reads_service_account),
            profiles,
            set,
            set_places: SetPlaces::default(),
            caches: Arc::default(),
            action: Action::Inject,
            outdated: Outdated::default(),
            detail: Detail::default(),
            clean: Clean::default(),
            expand: Expand::default(),
            leaves: Leaves::default(),
            guard: Guard::default(),
            picks: Picks::default(),
            items: ItemRuns::default(),
            default_namespace: "default".to_owned(),
            namespace_gate: NamespaceGate::Open,
            files: Files::default(),
            kubernetes_version: KubernetesVersion::NEWEST,
        }
    }

    /// The same profiles and settings, and all that is asked beside them as in another run.
    #[must_use]
    pub(crate) fn like(self, other: &Self) -> Self {
        let Self { profiles, set, set_places, template_paths, keys, reads_service_accounts, caches, .. } = self;
        Self { profiles, set, set_places, template_paths, keys, reads_service_accounts, caches, ..other.clone() }
    }

    /// The same, with the places of what is set in files.
    #[must_use]
    pub(crate) fn set_at(self, set_places: SetPlaces) -> Self {
        Self { set_places, ..self }
    }

    /// The run for an object; `None` for one that is left out.
    pub(crate) fn of(&self, found: &FoundObject<'_>) -> Option<&Self> {
        match found.file.as_ref().and_then(|file| self.items.0.get(file)) {
            None => Some(self),
            Some(ItemRun::Own(run)) => Some(run),
            Some(ItemRun::LeftOut) => None,
        }
    }

    /// The profiles, in the order in which they are applied.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The values that are set for parameters of all objects.
    pub(crate) const fn set(&self) -> &SetValues {
        &self.set
    }

    /// Where a parameter is set in a file of settings: what messages call the file, and the place in it.
    pub(crate) fn set_place(&self, profile: &str, parameter: &str) -> Option<&(String, Position)> {
        self.set_places.get(&(profile.to_owned(), parameter.to_owned()))
    }

    /// Whether an expression of a profile reads labels or annotations of ServiceAccounts.
    pub(crate) fn reads_service_accounts(&self) -> bool {
        let of_item = |run: &ItemRun| matches!(run, ItemRun::Own(run) if run.reads_service_accounts());
        self.reads_service_accounts || self.items.0.values().any(of_item)
    }

    /// The kinds with pod templates beside the known ones.
    pub fn template_paths(&self) -> &[TemplatePath] {
        &self.template_paths
    }

    /// The annotations and labels that the profiles read.
    pub(crate) fn keys(&self) -> &RunKeys {
        &self.keys
    }

    /// The same among other profiles that are at work in the same cluster: their annotations are not reported as unread.
    #[cfg(feature = "serve")]
    #[must_use]
    pub(crate) fn among(mut self, others: &[Profile]) -> Self {
        let others = others.iter().flat_map(Profile::keys).collect();
        self.keys = Arc::new(RunKeys::new(&self.profiles, Arc::new(others)));
        self
    }

    /// As the planner sees it.
    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            profiles: &self.profiles,
            set: &self.set,
            template_paths: &self.template_paths,
            outdated: self.outdated,
            renderings: &self.caches.get().renderings,
            detail: self.detail,
        }
    }

    /// The patches that have been encoded so far.
    pub(crate) fn encodings(&self) -> &Encodings {
        &self.caches.get().encodings
    }

    /// The lines that have been rendered so far.
    pub(crate) fn lines(&self) -> &RenderedLines {
        &self.caches.get().lines
    }

    /// The frames of texts that have been proved so far.
    pub(crate) fn frames(&self) -> &ProvedFrames {
        &self.caches.get().frames
    }

    /// The latest documents that were read.
    pub(crate) fn texts(&self) -> &KnownTexts {
        &self.caches.get().texts
    }

    /// The latest reviews that were read.
    #[cfg(feature = "serve")]
    pub(crate) fn reviews(&self) -> &KnownTexts {
        &self.caches.get().reviews
    }

    /// The splices of the latest documents.
    pub(crate) fn splices(&self) -> &KnownSplices {
        &self.caches.get().splices
    }

    /// The same for other profiles; what has been rendered and encoded is shared.
    #[cfg(feature = "serve")]
    pub(crate) fn with_profiles(&self, profiles: Vec<Profile>, template_paths: &[TemplatePath]) -> Self {
        let keys = Arc::new(RunKeys::new(&profiles, self.keys.others()));
        let own = Self::new(profiles, self.set.clone(), template_paths);
        let Self { profiles, template_paths, reads_service_accounts, .. } = own;
        Self { profiles, template_paths, reads_service_accounts, keys, ..self.clone() }
    }
}

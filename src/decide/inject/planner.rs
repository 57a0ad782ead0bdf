//! One pod template taken through the profiles: what the record says, what the rules decide, what is added.

use std::sync::Arc;

use super::editor::Editor;
use super::{Answer, Outcome, Outdated, Rendered, Request, Step, Verdict, needs_native, removal, sidecar};
use crate::decide::eligibility::{self, Decision, Deniable, Record, Recorded, Rule, Subject};
use crate::decide::expressions::{self, PodReading};
use crate::decide::facts::Facts;
use crate::decide::record::{self, Entry};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::version::KubernetesVersion;
use crate::kube::workload::Identity;
use crate::profile::parameter::ParameterValues;
use crate::profile::{OnIneligible, Profile, parameter};
use crate::value::layer::Layer;
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What `plan` knows while it looks at one pod template.
pub(crate) struct Planner<'p, V> {
    pub(crate) object: V,
    pub(crate) template: V,
    pub(crate) place: &'p Pointer,
    pub(crate) identity: &'p Identity,
    pub(crate) facts: &'p Facts,
    pub(crate) request: &'p Request<'p>,
    /// The template under change, once something has to be changed or compared.
    pub(crate) editor: Option<Editor<V>>,
}

impl<'p, 'a, V: View<'a>> Planner<'p, V> {
    pub(super) fn run(mut self, outcome: &mut Outcome) {
        let mut record = match record::read(self.template) {
            Ok(record) => record,
            Err(why) => {
                let error = removal::unreadable(self.place, &why);
                self.push(outcome, &self.all_profiles(), Verdict::rejected(vec![error]));
                return;
            }
        };
        outcome.steps.reserve_exact(self.request.profiles.len());
        let mut removed = Vec::new();
        if let Err(error) = self.refresh(&mut record, &mut removed) {
            self.push(outcome, &self.all_profiles(), Verdict::rejected(vec![error]));
            return;
        }
        for profile in self.request.profiles {
            let verdict = self.profile(profile, &mut record, outcome);
            let verdict = match verdict {
                Verdict::Skipped { rule, reason, .. } if removed.contains(&profile.name) => {
                    Verdict::Removed(rule, reason)
                }
                verdict => verdict,
            };
            self.push(outcome, &profile.name, verdict);
        }
        if let Some(editor) = self.editor {
            outcome.take(editor);
        }
    }

    fn push(&self, outcome: &mut Outcome, profile: &str, verdict: Verdict) {
        outcome.steps.push(Step { template: self.place.clone(), profile: profile.to_owned(), verdict });
    }

    /// The names of all profiles: what is wrong with the record concerns each of them.
    fn all_profiles(&self) -> String {
        self.request.profiles.iter().map(|profile| profile.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn editor(&mut self) -> &mut Editor<V> {
        self.editor.get_or_insert_with(|| Editor::new(self.template, self.place.clone()))
    }

    /// With [`Outdated::Replace`], removes the first entry that is not what its profile would inject now, and all that came
    /// after it: they saw what it left.
    fn refresh(&mut self, record: &mut Vec<Entry>, removed: &mut Vec<String>) -> Result<(), Diagnostic> {
        if self.request.outdated == Outdated::Keep {
            return Ok(());
        }
        let Some(first) = (0..record.len()).find(|index| self.is_replaced(record, *index)) else { return Ok(()) };
        let profiles = self.request.profiles;
        let editor = self.editor();
        for entry in record.iter().skip(first) {
            if !profiles.iter().any(|profile| profile.name == entry.profile) {
                let at = editor.place().append(&Pointer::of(["metadata", "annotations", record::ANNOTATION]));
                let message = format!(
                    "the profile `{}` was injected after an outdated one, and was not given, so it cannot be injected again",
                    entry.profile
                );
                return Err(Diagnostic::new(Code::Record, at, message).hint("give that profile too, with `--profile`"));
            }
            removed.push(entry.profile.clone());
        }
        let gone = removed.clone();
        *record = removal::remove(editor, std::mem::take(record), |entry| gone.contains(&entry.profile))?;
        Ok(())
    }

    /// Whether an entry is to be removed, and then made again. What is an error is reported when its profile is asked.
    fn is_replaced(&mut self, record: &[Entry], index: usize) -> bool {
        let profiles = self.request.profiles;
        let entry = record.get(index);
        let Some(profile) = profiles.iter().find(|profile| entry.is_some_and(|entry| entry.profile == profile.name))
        else {
            return false;
        };
        !self.ask(eligibility::is_protected, profile, Recorded::Whole, record)
            && self.assess(profile, record, index).is_ok_and(|assessment| assessment.state.is_replaced())
    }

    /// What becomes of one profile; what it adds is in the editor then.
    pub(crate) fn profile(&mut self, profile: &Profile, record: &mut Vec<Entry>, outcome: &mut Outcome) -> Verdict {
        if let Some(index) = record.iter().position(|entry| entry.profile == profile.name) {
            return self.recorded(profile, record, index, outcome);
        }
        let (rule, warnings, rendered) = match self.injected(profile, record, outcome) {
            Ok(injected) => injected,
            Err(verdict) => return verdict,
        };
        match self.add(profile, &rendered, record, None) {
            Ok(more) => {
                outcome.warnings.extend(warnings);
                outcome.warnings.extend(more);
                Verdict::Injected(rule)
            }
            Err(errors) => Verdict::Rejected(errors, profile.on_error),
        }
    }

    /// The rule by which a profile is injected, its warnings, and what the profile adds; or what else becomes of it.
    fn injected(
        &self,
        profile: &Profile,
        record: &[Entry],
        outcome: &mut Outcome,
    ) -> Result<(Rule, Vec<Diagnostic>, Arc<Rendered>), Verdict> {
        let reading = self.reading(self.editor.as_ref());
        let (decision, values) = self.ask_about(eligibility::decide, profile, (Recorded::None, record), &reading);
        let rejected = |errors| Verdict::Rejected(errors, profile.on_error);
        match decision {
            Decision::Reject(errors) => Err(rejected(errors)),
            Decision::Skip { rule, reason, warnings, deniable } => {
                outcome.warnings.extend(warnings);
                let answer = match (deniable, profile.on_ineligible) {
                    (Deniable::Yes, OnIneligible::Deny) => Answer::Deny,
                    (Deniable::Yes, OnIneligible::Allow) | (Deniable::No, _) => Answer::Allow,
                };
                Err(Verdict::Skipped { rule, reason, answer, state: None })
            }
            Decision::Inject { rule, warnings } => {
                let rendered = self.rendered(profile, values, &reading).map_err(rejected)?;
                Ok((rule, warnings, rendered))
            }
        }
    }

    /// The template as an editor has it; as it came, where there is no editor.
    pub(super) fn reading<'e>(&'e self, editor: Option<&'e Editor<V>>) -> PodReading<'e, Layer<'e, V>> {
        PodReading::new(self.identity, editor.map_or(Layer::Kept(self.template), Editor::template), self.facts)
    }

    /// Asks about the template as it is now, with what the profiles before this one did.
    pub(crate) fn ask<'e, 'q, T>(
        &'e self,
        ask: impl FnOnce(&Subject<'_, Layer<'e, V>>, &PodReading<'e, Layer<'e, V>>, &'q Profile) -> T,
        profile: &'q Profile,
        recorded: Recorded,
        record: &[Entry],
    ) -> T
    where
        'a: 'e,
    {
        self.ask_about(ask, profile, (recorded, record), &self.reading(self.editor.as_ref()))
    }

    /// Asks about a template as it is read.
    pub(super) fn ask_about<'e, 'q, T>(
        &'e self,
        ask: impl FnOnce(&Subject<'_, Layer<'e, V>>, &PodReading<'e, Layer<'e, V>>, &'q Profile) -> T,
        profile: &'q Profile,
        (recorded, record): (Recorded, &[Entry]),
        reading: &PodReading<'e, Layer<'e, V>>,
    ) -> T
    where
        'a: 'e,
    {
        let containers: Vec<String> = record.iter().flat_map(Entry::all_containers).cloned().collect();
        let template = reading.template;
        let subject = Subject {
            // Of an object around its template only the metadata is read, which no profile changes.
            object: if self.place.is_root() { template } else { Layer::Kept(self.object) },
            at: self.place,
            record: Record { entry: recorded, containers: &containers },
            profiles: self.request.profiles,
            set: self.request.set,
            confirmed: self.request.renderings.confirmed(),
            detail: self.request.detail,
            needs_native: needs_native(profile, self.identity, template),
        };
        ask(&subject, reading, profile)
    }

    /// What a profile adds to the template, with the values of its parameters, where these are known. Errors point from the
    /// object's root.
    fn rendered<'e, 'q>(
        &self,
        profile: &'q Profile,
        values: Option<ParameterValues<'q>>,
        reading: &PodReading<'e, Layer<'e, V>>,
    ) -> Result<Arc<Rendered>, Vec<Diagnostic>>
    where
        'a: 'e,
    {
        let (identity, place, request, facts) = (self.identity, self.place, self.request, self.facts);
        let version = facts.kubernetes_version;
        let template = reading.template;
        let sidecar = sidecar(profile, identity, template);
        let resolve = || {
            let application = eligibility::application(profile, template);
            parameter::resolve(profile, template, request.set, application, facts.namespace.inherited())
        };
        let at_place = |error: Diagnostic| Diagnostic { at: place.append(&error.at), ..error };
        let values = values.map_or_else(resolve, Ok);
        let values = values.map_err(|errors| errors.into_iter().map(at_place).collect::<Vec<_>>())?;
        let rendered = request.renderings.get((profile, request.set), &values, reading, sidecar);
        if rendered.has_native() && version < KubernetesVersion::NATIVE_SIDECARS {
            let message = format!(
                "the profile `{}` needs a native sidecar, which Kubernetes {version} does not run",
                profile.name
            );
            return Err(vec![
                Diagnostic::new(Code::UnsupportedVersion, place.clone(), message)
                    .hint("native sidecars run from 1.29 on; `nativeSidecar: false` or `--native-sidecar false` makes a classic one"),
            ]);
        }
        match rendered.failed.as_slice() {
            [] => Ok(rendered),
            failed => {
                let wrong = |fault| expressions::without_value(profile, fault, (facts, template), place);
                Err(failed.iter().map(wrong).collect())
            }
        }
    }
}

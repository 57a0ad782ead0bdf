//! A rendered profile added to one pod template: to one as an earlier pod's, or anew, with what the record has to say of it.

use std::sync::Arc;

use super::again::{Added, Terms};
use super::applier::{Applied, Applier};
use super::editor::Editor;
use super::planner::Planner;
use super::{Beside, Rendered, guessed_ports, knative_warning, redirect, removal, write_record};
use crate::decide::detail::Detail;
use crate::decide::record::{self, Entry};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::validity::{self, Qos};
use crate::profile::{OnError, Profile};
#[cfg(debug_assertions)]
use crate::value::patch::Patch;
use crate::value::pointer::Pointer;
use crate::value::view::View;

impl<'a, V: View<'a>> Planner<'_, V> {
    /// Adds what a profile adds to the template, and the entry to the record; with an index, what the entry there does not name
    /// yet, and extends it. The warnings come back, or the errors.
    pub(super) fn add(
        &mut self,
        profile: &Profile,
        rendered: &Arc<Rendered>,
        record: &mut Vec<Entry>,
        index: Option<usize>,
    ) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        let is_first = self.editor.is_none() && record.is_empty();
        let (entry, mut warnings) = match is_first {
            true => self.add_first(profile, rendered)?,
            false => self.make(profile, rendered, record, index)?,
        };
        if self.request.detail == Detail::All {
            let (set, inherited, place) = (self.request.set, self.facts.namespace.inherited(), self.place);
            let others: Vec<Entry> = record.iter().filter(|entry| entry.profile != profile.name).cloned().collect();
            let editor = self.editor();
            warnings.extend(guessed_ports(profile, editor.template(), (set, inherited), place));
            warnings.extend(redirect::notes(profile, rendered, editor, &others, place));
        }
        match index.and_then(|index| record.get_mut(index)) {
            Some(known) => *known = entry,
            None => record.push(entry),
        }
        Ok(warnings)
    }

    /// Adds to a template that has no record, and is as it came: as to an earlier one that was like it, where there is one.
    fn add_first(
        &mut self,
        profile: &Profile,
        rendered: &Arc<Rendered>,
    ) -> Result<(Entry, Vec<Diagnostic>), Vec<Diagnostic>> {
        let additions = self.request.renderings.additions();
        let kubernetes_version = self.facts.kubernetes_version;
        let (place, identity) = (self.place, self.identity);
        let terms = Terms { profile: &profile.name, rendered, place, identity, kubernetes_version };
        if let Some(Added { patch, change, entry, warnings }) = additions.of(terms, (self.object, self.template)) {
            #[cfg(debug_assertions)]
            self.assert_made(profile, rendered, (&patch, &entry, &warnings));
            self.editor = Some(Editor::made(self.template, place.clone(), (patch, change)));
            return Ok((entry, warnings));
        }
        let is_kept = additions.are_worth_keeping();
        if is_kept {
            self.object.watch();
        }
        let (entry, warnings) = self.make(profile, rendered, &[], None)?;
        if is_kept && let Some(object) = self.object.footprint() {
            let (patch, change) = self.editor().made_so_far();
            additions.push(terms, object, Added { patch, change, entry: entry.clone(), warnings: warnings.clone() });
        }
        Ok((entry, warnings))
    }

    /// The claim of [`again`](super::again), tried on every object of every test and of the fuzzer.
    #[cfg(debug_assertions)]
    fn assert_made(&mut self, profile: &Profile, rendered: &Rendered, known: (&Patch, &Entry, &[Diagnostic])) {
        let made = self.make(profile, rendered, &[], None);
        let patch = self.editor.take().map(|editor| editor.finish().0).unwrap_or_default();
        let made = made.as_ref().map(|(entry, warnings)| (&patch, entry, warnings.as_slice()));
        debug_assert_eq!(made, Ok(known));
    }

    /// Adds to the template, and writes the record with the new entry there. The entry and the warnings come back, or the errors.
    fn make(
        &mut self,
        profile: &Profile,
        rendered: &Rendered,
        record: &[Entry],
        index: Option<usize>,
    ) -> Result<(Entry, Vec<Diagnostic>), Vec<Diagnostic>> {
        let own = index.and_then(|index| record.get(index));
        let others: Vec<Entry> = record.iter().filter(|entry| entry.profile != profile.name).cloned().collect();
        let beside = Beside::of(self.object, self.identity);
        let (identity, place) = (self.identity, self.place);
        let kubernetes_version = self.facts.kubernetes_version;
        let editor = self.editor();
        let spec = editor.template().child("spec");
        let qos_before = spec.map_or(Qos::BestEffort, validity::qos_class);
        // Only a pod that limits itself as a whole can be exceeded as one.
        let limited = spec.filter(|spec| spec.child("resources").is_some()).map(View::value);
        // With `Reject` the whole object is refused, and no one reads what is half done. With `Skip` the next profile sees the
        // template as it was before this one.
        let rollback = (profile.on_error == OnError::Skip).then(|| editor.clone());
        let done = Applier {
            editor,
            profile,
            rendered,
            record: &others,
            beside: &beside,
            kubernetes_version,
            own,
            done: Applied { entry: own.cloned().unwrap_or_default(), ..Applied::default() },
        }
        .run();
        let Applied { entry, mut errors, mut warnings, .. } = done;
        let editor = self.editor();
        let after = editor.template().child("spec");
        if let (Some(before), Some(after)) = (&limited, after) {
            errors.extend(validity::pod_resources(before, &after.as_value(), &place.join("spec")));
        }
        let written = written(record, &entry, index, place);
        let written = written.map_err(|too_long| errors.push(too_long)).ok();
        if !errors.is_empty() {
            if let Some(rollback) = rollback {
                self.editor = Some(rollback);
            }
            return Err(errors);
        }
        warnings.extend(qos_warning(qos_before, after.map_or(Qos::BestEffort, validity::qos_class), place));
        warnings.extend(knative_warning(profile, identity, rendered, place));
        write_record(editor, written);
        Ok((entry, warnings))
    }
}

/// The text of a record with an entry: in the place of the one at the index, or behind the last.
fn written(record: &[Entry], entry: &Entry, index: Option<usize>, place: &Pointer) -> Result<String, Diagnostic> {
    let mut entries: Vec<&Entry> = record.iter().collect();
    match index.and_then(|index| entries.get_mut(index)) {
        Some(known) => *known = entry,
        None => entries.push(entry),
    }
    record::write(&entries).map_err(|too_long| removal::unwritable(place, too_long))
}

/// The kubelet evicts pods by their class, so a change of it is worth a warning.
fn qos_warning(before: Qos, after: Qos, place: &Pointer) -> Option<Diagnostic> {
    let message = format!("the pod's quality-of-service class changes from {} to {}", before.name(), after.name());
    (before != after).then(|| Diagnostic::new(Code::QosChanged, place.join("spec"), message))
}

//! The state of an injection that is there: the template is taken back to before it, decided again, rendered again, and
//! compared.

use std::sync::Arc;

use super::cause::Causes;
use super::compare::{self, Expected};
use super::planner::Planner;
use super::state::{Edit, EditCause, InjectionState};
use super::{Answer, Beside, HashMatch, Outcome, Rendered, Verdict, removal, rendered_now};
use crate::decide::eligibility::{self, Decision, Recorded, Rule};
use crate::decide::expressions;
use crate::decide::record::Entry;
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::{Profile, parameter};
use crate::value::view::View;

/// An entry of the record, and what is to be known of it.
pub(crate) struct Assessment {
    pub(crate) state: InjectionState,
    /// What the profile would inject now, where that could be found out.
    rendered: Option<Arc<Rendered>>,
    /// The rule by which it would be injected now.
    rule: Rule,
    /// What injecting now would warn about: it is so as long as the pod is as it is.
    warnings: Vec<Diagnostic>,
}

impl Assessment {
    const fn without_rendering(state: InjectionState) -> Self {
        Self { state, rendered: None, rule: Rule::AlreadyInjected, warnings: Vec::new() }
    }
}

impl<'a, V: View<'a>> Planner<'_, V> {
    /// Compares the entry at this index of the record with what its profile would inject now. An error is what injecting now
    /// would come to, or a record that someone changed by hand.
    pub(crate) fn assess(
        &mut self,
        profile: &Profile,
        record: &[Entry],
        index: usize,
    ) -> Result<Assessment, Vec<Diagnostic>> {
        let Some(entry) = record.get(index) else {
            return Ok(Assessment::without_rendering(InjectionState::Current));
        };
        let editor = self.editor().clone();
        let missing = compare::missing(&editor, entry);
        if !missing.is_empty() {
            return Ok(Assessment::without_rendering(InjectionState::Partial(missing)));
        }
        let before = removal::stripped(&editor, record, index).map_err(|error| vec![error])?;
        let earlier = record.get(..index).unwrap_or_default();
        let reading = self.reading(Some(&before));
        let rule = match self.ask_about(eligibility::decide_again, profile, (Recorded::None, earlier), &reading) {
            Decision::Reject(errors) => return Err(errors),
            Decision::Skip { rule, reason, warnings, .. } => {
                let state = InjectionState::Unwanted { rule, reason };
                return Ok(Assessment { warnings, ..Assessment::without_rendering(state) });
            }
            Decision::Inject { rule, .. } => rule,
        };
        // A parameter that has a bad value by now is reported when the injection is made again.
        let rendered = rendered_now(profile, &reading, self.request);
        if rendered.is_none() && self.may_be_of_what_is_unknown(profile, before.template()) {
            return Ok(Assessment::without_rendering(InjectionState::Current));
        }
        let outdated = Assessment::without_rendering(InjectionState::Outdated);
        let Some(rendered) = rendered else { return Ok(outdated) };
        let matched = rendered.matched(profile, &entry.hash);
        match (matched, removal::check_names(&editor, entry, &rendered)) {
            (HashMatch::Nothing, _) | (HashMatch::Settings, Err(_)) => return Ok(outdated),
            (HashMatch::Rendering, Err(error)) => return Err(vec![error]),
            (HashMatch::Rendering | HashMatch::Settings, Ok(())) => {}
        }
        let beside = Beside::of(self.object, self.identity);
        let version = self.facts.kubernetes_version;
        let expected = compare::expected(before, profile, &rendered, earlier, &beside, version);
        if !expected.applied.errors.is_empty() {
            return Err(expected.applied.errors);
        }
        let later = record.get(index + 1..).unwrap_or_default();
        let causes = Causes { profile, rendered: &rendered, matched };
        let edited = compare::edits(&editor, later, entry, &expected, &causes);
        if edited.iter().any(|field| field.cause == EditCause::EditOrObject) {
            return Ok(outdated);
        }
        let Expected { applied, .. } = expected;
        let state = match (edited.is_empty(), compare::is_incomplete(entry, &applied)) {
            (false, _) => InjectionState::Edited(edited),
            (true, true) => InjectionState::Incomplete,
            (true, false) => InjectionState::Current,
        };
        Ok(Assessment { state, rendered: Some(rendered), rule, warnings: applied.warnings })
    }

    /// Whether an injection may have been made of what is not known here of other objects: then nothing can be said against it.
    fn may_be_of_what_is_unknown<'t>(&self, profile: &Profile, template: impl View<'t>) -> bool {
        let variables: Vec<usize> = profile.variables().collect();
        parameter::unknown(profile, template, self.facts.namespace.inherited()).is_some()
            || expressions::read_unknown(profile, &variables, self.facts, template)
    }

    /// What becomes of a profile that the record has an entry of.
    pub(super) fn recorded(
        &mut self,
        profile: &Profile,
        record: &mut Vec<Entry>,
        index: usize,
        outcome: &mut Outcome,
    ) -> Verdict {
        let assessment = match self.assess(profile, record, index) {
            Ok(assessment) => assessment,
            Err(errors) => return Verdict::Rejected(errors, profile.on_error),
        };
        let Assessment { state, rendered, rule, warnings } = assessment;
        if let (InjectionState::Partial(_), Some(entry)) = (&state, record.get(index)) {
            let error = removal::partial(self.editor(), entry);
            return Verdict::Rejected(error.into_iter().collect(), profile.on_error);
        }
        if let (InjectionState::Incomplete, Some(rendered)) = (&state, &rendered) {
            return match self.add(profile, rendered, record, Some(index)) {
                Ok(warnings) => {
                    outcome.warnings.extend(warnings);
                    Verdict::Extended(rule)
                }
                Err(errors) => Verdict::Rejected(errors, profile.on_error),
            };
        }
        outcome.warnings.extend(warnings);
        outcome.warnings.extend(self.state_warnings(profile, &state));
        let reason = format!("the record has profile `{}`", profile.name);
        Verdict::Skipped { rule: Rule::AlreadyInjected, reason, answer: Answer::Allow, state: Some(state) }
    }

    fn state_warnings(&self, profile: &Profile, state: &InjectionState) -> Vec<Diagnostic> {
        let name = &profile.name;
        let hint = "`injector inject --reinject`";
        match state {
            InjectionState::Edited(fields) => {
                let warning = |field: &super::state::EditedField| {
                    let what = match field.edit {
                        Edit::Value { wanted: None, .. } => "is there, and".to_owned(),
                        Edit::Value { found: None, .. } => "is gone, and".to_owned(),
                        Edit::Value { .. } => "was edited after it was injected:".to_owned(),
                        Edit::Index { found, .. } => format!("is at index {found}, and"),
                    };
                    let rest = match field.edit {
                        Edit::Value { wanted: None, .. } => format!("profile `{name}` does not add it"),
                        Edit::Value { found: None, .. } => format!("profile `{name}` adds it"),
                        Edit::Value { .. } => format!("profile `{name}` has another value"),
                        Edit::Index { wanted, .. } => format!("profile `{name}` puts it at {wanted}"),
                    };
                    let message = format!("`{}` {what} {rest}", field.at);
                    Diagnostic::new(Code::EditedAfterInjection, field.at.clone(), message)
                        .hint(format!("{hint} puts it right"))
                };
                fields.iter().map(warning).collect()
            }
            InjectionState::Unwanted { rule, reason } => {
                let message =
                    format!("profile `{name}` is injected, and its rules would skip it now: {rule}: {reason}");
                vec![
                    Diagnostic::new(Code::UnwantedInjection, self.place.clone(), message)
                        .hint(format!("{hint} removes it")),
                ]
            }
            _ => Vec::new(),
        }
    }
}

//! Why a profile is injected into a pod template or not: every rule with what it saw, every parameter with the source of
//! its value, and what the record says.
//!
//! It asks the planner, so it explains what `inject` does. It changes nothing, and the shell prints it.

use std::fmt;

use serde_json::Value;

use crate::decide::eligibility::{self, Recorded, RuleTrace, Subject};
use crate::decide::expressions::PodReading;
use crate::decide::facts::Facts;
use crate::decide::inject::{InjectionState, Outcome, Outdated, Planner, Request, Verdict, compare};
use crate::decide::record::{self, Entry};
use crate::diagnostic::Diagnostic;
use crate::kube::workload::{self, Identity};
use crate::profile::Profile;
use crate::profile::parameter::{self, Origin};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// The explanation of one pod template. Places count from the object's root.
#[derive(Clone, Debug)]
pub(crate) struct Explanation {
    pub template: Pointer,
    pub record: RecordState,
    /// One for each profile, in order. Each is about the template as the profiles before it left it. Empty where the record
    /// cannot be read.
    pub profiles: Vec<ProfileExplanation>,
}

/// The record of a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordState {
    None,
    /// In the order in which they were applied.
    Entries(Vec<EntryState>),
    Unreadable(Diagnostic),
}

/// One entry of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryState {
    pub profile: String,
    /// The version of injector that wrote it.
    pub version: String,
    /// What it is now; `None` where that is unknown, because the profile was not given or is in error.
    pub state: Option<InjectionState>,
}

/// The explanation of one profile.
#[derive(Clone, Debug)]
pub(crate) struct ProfileExplanation {
    pub profile: String,
    /// Every rule, in order; one of them decides. Empty where parts of the profile's entry in the record are missing: that
    /// is an error before any rule is asked, and `verdict` has it.
    pub rules: Vec<RuleTrace>,
    /// In the order of the profile.
    pub parameters: Vec<ParameterState>,
    /// What `inject` would do.
    pub verdict: Verdict,
    /// The warnings that `inject` would give.
    pub warnings: Vec<Diagnostic>,
}

/// One parameter of a profile.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ParameterState {
    pub name: String,
    /// Its value and the source of the value (a place counts from the object's root), or what is wrong with it.
    pub value: Result<(Value, Origin), Diagnostic>,
}

impl fmt::Display for EntryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            None => f.write_str("not compared"),
            Some(InjectionState::Partial(missing)) => {
                f.write_str("partial: without ")?;
                for (index, place) in missing.iter().enumerate() {
                    write!(f, "{}`{place}`", if index == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Some(InjectionState::Unwanted { rule, reason }) => write!(f, "unwanted: {rule}: {reason}"),
            Some(state) => f.write_str(state.id()),
        }
    }
}

impl fmt::Display for ParameterState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Ok((value, origin)) => {
                write!(f, "`{}` ({origin})", shown(value))
            }
            Err(wrong) => f.write_str(&wrong.message),
        }
    }
}

/// The value of a parameter, for people.
pub(crate) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Explains every pod template of an object, as if the object were new: the operation among the facts does not count.
/// Neither does [`Request::outdated`]: an outdated injection is explained as it is.
pub(crate) fn explain<'a, V: View<'a>>(
    identity: &Identity,
    object: V,
    facts: &Facts,
    request: &Request<'_>,
) -> Vec<Explanation> {
    let request = Request { outdated: Outdated::Keep, ..*request };
    workload::templates(identity, object, request.template_paths)
        .into_iter()
        .filter_map(|place| {
            let template = workload::locate(object, &place)?;
            let identity = &*identity.with_template(object, &place);
            let planner = Planner { object, template, place: &place, identity, facts, request: &request, editor: None };
            let (record, profiles) = explain_template(planner);
            Some(Explanation { template: place, record, profiles })
        })
        .collect()
}

fn explain_template<'a, V: View<'a>>(mut planner: Planner<'_, V>) -> (RecordState, Vec<ProfileExplanation>) {
    let mut entries = match record::read(planner.template) {
        Ok(entries) => entries,
        Err(why) => {
            let error = crate::decide::inject::removal::unreadable(planner.place, &why);
            return (RecordState::Unreadable(error), Vec::new());
        }
    };
    let state = record_state(&mut planner, &entries);
    let profiles = planner.request.profiles;
    let explanations = profiles.iter().map(|profile| explain_profile(&mut planner, profile, &mut entries)).collect();
    (state, explanations)
}

fn record_state<'a, V: View<'a>>(planner: &mut Planner<'_, V>, entries: &[Entry]) -> RecordState {
    if entries.is_empty() {
        return RecordState::None;
    }
    let state = |(index, entry): (usize, &Entry)| {
        let profile = planner.request.profiles.iter().find(|profile| profile.name == entry.profile);
        let state = match profile {
            Some(profile) => planner.assess(profile, entries, index).ok().map(|assessment| assessment.state),
            None => Some(compare::missing(planner.editor(), entry))
                .filter(|missing| !missing.is_empty())
                .map(InjectionState::Partial),
        };
        EntryState { profile: entry.profile.clone(), version: entry.version.clone(), state }
    };
    RecordState::Entries(entries.iter().enumerate().map(state).collect())
}

fn explain_profile<'a, V: View<'a>>(
    planner: &mut Planner<'_, V>,
    profile: &Profile,
    entries: &mut Vec<Entry>,
) -> ProfileExplanation {
    let own = entries.iter().find(|entry| entry.profile == profile.name).cloned();
    let is_broken = own.as_ref().is_some_and(|entry| !compare::missing(planner.editor(), entry).is_empty());
    let recorded = if own.is_some() { Recorded::Whole } else { Recorded::None };
    let seen = planner.ask(rules_and_parameters, profile, recorded, entries);
    let before = planner.editor.clone();
    let mut outcome = Outcome::default();
    let verdict = planner.profile(profile, entries, &mut outcome);
    // A rejected profile leaves nothing behind for the next one to see.
    if matches!(verdict, Verdict::Rejected(..)) {
        planner.editor = before;
    }
    ProfileExplanation {
        profile: profile.name.clone(),
        rules: if is_broken { Vec::new() } else { seen.rules },
        parameters: seen.parameters,
        verdict,
        warnings: outcome.warnings,
    }
}

struct RulesAndParameters {
    rules: Vec<RuleTrace>,
    parameters: Vec<ParameterState>,
}

/// What every rule and every parameter sees.
fn rules_and_parameters<'p, 'a: 'p, V: View<'a>>(
    subject: &Subject<'_, V>,
    reading: &PodReading<'p, V>,
    profile: &'p Profile,
) -> RulesAndParameters {
    let place = |at: &Pointer| subject.at.append(at);
    let application = eligibility::application(profile, reading.template);
    let inherited = reading.facts.namespace.inherited();
    let find =
        |parameter| parameter::value_of(profile, parameter, reading.template, subject.set, application, inherited);
    let value = |parameter| match find(parameter) {
        Ok((value, Origin::Annotation(at))) => Ok((value.into_owned(), Origin::Annotation(place(&at)))),
        Ok((value, Origin::Place(at))) => Ok((value.into_owned(), Origin::Place(place(&at)))),
        Ok((value, origin)) => Ok((value.into_owned(), origin)),
        Err(wrong) => Err(Diagnostic { at: place(&wrong.at), ..wrong }),
    };
    RulesAndParameters {
        rules: eligibility::trace(subject, reading, profile),
        parameters: profile
            .parameters
            .iter()
            .map(|parameter| ParameterState { name: parameter.name.clone(), value: value(parameter) })
            .collect(),
    }
}

#[cfg(test)]
mod tests;

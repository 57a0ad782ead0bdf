//! The rules that ask the profile's own expressions. They confirm an injection that another rule decided.

use super::{Case, Deniable, RuleFinding, Ruling};
use crate::decide::expressions::{self, NAME_FACTS, UnknownFact};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::defaults::Seen;
use crate::profile::template::Rendering;
use crate::profile::{MatchCondition, Requirement, RequirementSeverity, parameter};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// What a rule makes of a condition without a value, where it reads something that is not known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnUnknown {
    /// An error.
    Error,
    /// The pod is skipped.
    Skip,
}

/// Looks at what must hold with the values of the parameters, from the first on, until something decides.
fn with_values<'a, V: View<'a>>(
    case: &Case<'_, V>,
    on_unknown: OnUnknown,
    look: impl for<'f> FnOnce(&Rendering<'_, 'f, Seen<'f, 'a, V>>) -> RuleFinding,
) -> RuleFinding {
    let (subject, profile) = (case.subject, case.profile);
    let values = match case.values() {
        Ok(values) => values,
        Err(wrong) => {
            let first = wrong.first().cloned();
            return first.map_or(RuleFinding::no(""), |wrong| error(Ruling::Error, wrong, subject.at));
        }
    };
    let surroundings = expressions::surroundings(subject.identity, subject.template, case.facts);
    let rendering = Rendering::new(values, &profile.lets, surroundings);
    let finding = look(&rendering);
    match rendering.faults().first() {
        Some(failed) => {
            let around = (case.facts, subject.template);
            let wrong = || expressions::without_value(profile, failed, around, &Pointer::root());
            match (expressions::unknown_fact(profile, failed, case.facts, subject.template), on_unknown) {
                (None, _) => error(Ruling::Error, wrong(), subject.at),
                (Some(_), OnUnknown::Error) => error(Ruling::Unanswerable, wrong(), subject.at),
                (Some(fact), OnUnknown::Skip) => unknown(fact, subject.at),
            }
        }
        None => finding,
    }
}

/// A finding that something is wrong, whose place counts from the template.
fn error(ruling: fn(Box<Diagnostic>) -> Ruling, wrong: Diagnostic, template: &Pointer) -> RuleFinding {
    let finding = RuleFinding::no(wrong.message.clone());
    let wrong = Diagnostic { at: template.append(&wrong.at), ..wrong };
    RuleFinding { ruling: ruling(Box::new(wrong)), ..finding }
}

/// Something is not known of another object, so there is no value that could be right.
fn unknown(unknown: UnknownFact, template: &Pointer) -> RuleFinding {
    let UnknownFact { code, what, hint } = unknown;
    let warning = Diagnostic::new(code, template.clone(), what.clone()).hint(hint);
    RuleFinding { ruling: Ruling::Unknown(what.clone()), warnings: vec![warning], ..RuleFinding::no(what) }
}

/// A parameter inherits an annotation of which no one knows whether the namespace has it.
fn inherits_unknown<'a, V: View<'a>>(case: &Case<'_, V>, key: &str) -> RuleFinding {
    let name = &case.facts.namespace.name;
    let what = format!("a parameter inherits the annotation `{key}` of namespace `{name}`, which is not known");
    unknown(UnknownFact { code: Code::NamespaceUnknown, what, hint: NAME_FACTS }, case.subject.at)
}

/// `matchConditions`, and first whether all is known that parameters inherit.
pub(super) fn condition<'a, V: View<'a>>(case: &Case<'_, V>) -> RuleFinding {
    if let Some(key) = parameter::unknown(case.profile, case.subject.template, case.facts.namespace.inherited()) {
        return inherits_unknown(case, key);
    }
    let conditions = &case.profile.match_conditions;
    if conditions.is_empty() {
        return RuleFinding::off("the profile has no `matchConditions`");
    }
    with_values(case, OnUnknown::Skip, |rendering| {
        let fails = |one: &&MatchCondition| rendering.holds(&one.condition) != Some(true);
        match conditions.iter().find(fails) {
            Some(failed) => RuleFinding::skip(format!("the condition `{}` does not hold", failed.name)),
            None => RuleFinding::no("all conditions hold"),
        }
    })
}

/// `require`.
pub(super) fn requirement<'a, V: View<'a>>(case: &Case<'_, V>) -> RuleFinding {
    let (profile, requirements) = (case.profile, &case.profile.requirements);
    if requirements.is_empty() {
        return RuleFinding::off("the profile has no `require`");
    }
    with_values(case, OnUnknown::Error, |rendering| {
        let mut warnings = Vec::new();
        for Requirement { that, message, severity } in requirements {
            if rendering.holds(that) != Some(false) {
                continue;
            }
            let message = message.render(rendering);
            let reason = message.as_str().unwrap_or_default().to_owned();
            let told = format!("the profile `{}` says: {reason}", profile.name);
            match severity {
                RequirementSeverity::Reject => {
                    let wrong = Diagnostic::new(Code::Requirement, Pointer::root(), told);
                    return RuleFinding { warnings, ..error(Ruling::Error, wrong, case.subject.at) };
                }
                RequirementSeverity::Skip => {
                    let ruling = Ruling::Skip(reason.clone(), Deniable::No);
                    return RuleFinding { ruling, warnings, ..RuleFinding::no(reason) };
                }
                RequirementSeverity::Warn => {
                    warnings.push(Diagnostic::new(Code::ProfileWarning, case.subject.at.clone(), told));
                }
            }
        }
        let saw = if warnings.is_empty() { "all requirements are met" } else { "only with a warning" };
        RuleFinding { warnings, ..RuleFinding::no(saw) }
    })
}

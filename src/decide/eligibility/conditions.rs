//! The rules that ask the profile's own expressions. They confirm an injection that another rule decided.

use super::{Case, Deniable, RuleFinding, Ruling};
use crate::decide::eligibility::application;
use crate::decide::expressions::{self, NAME_FACTS};
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::defaults::Seen;
use crate::profile::template::Rendering;
use crate::profile::{MatchCondition, Requirement, RequirementSeverity, parameter};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Looks at what must hold with the values of the parameters, from the first on, until something decides.
fn with_values<'a, V: View<'a>>(
    case: &Case<'_, V>,
    look: impl for<'f> FnOnce(&Rendering<'_, 'f, Seen<'f, 'a, V>>) -> RuleFinding,
) -> RuleFinding {
    let (subject, profile) = (case.subject, case.profile);
    let container = application(profile, subject.template);
    let inherited = case.facts.namespace.inherited();
    let values = match parameter::resolve(profile, subject.template, subject.set, container, inherited) {
        Ok(values) => values,
        Err(wrong) => return error(wrong.into_iter().next(), subject.at),
    };
    let surroundings = expressions::surroundings(subject.identity, subject.template, case.facts);
    let rendering = Rendering::new(&values, &profile.lets, surroundings);
    let finding = look(&rendering);
    match rendering.into_faults().first() {
        Some(failed) => {
            let wrong = expressions::without_value(profile, failed, case.facts, &Pointer::root());
            error(Some(wrong), subject.at)
        }
        None => finding,
    }
}

/// A finding that something is wrong, whose place counts from the template.
fn error(wrong: Option<Diagnostic>, template: &Pointer) -> RuleFinding {
    let Some(wrong) = wrong else { return RuleFinding::no("") };
    let finding = RuleFinding::no(wrong.message.clone());
    let wrong = Diagnostic { at: template.append(&wrong.at), ..wrong };
    RuleFinding { ruling: Ruling::Error(Box::new(wrong)), ..finding }
}

/// A parameter inherits an annotation of which no one knows whether the namespace has it.
fn inherits_unknown<'a, V: View<'a>>(case: &Case<'_, V>, key: &str) -> RuleFinding {
    let name = &case.facts.namespace.name;
    let saw = format!("a parameter inherits the annotation `{key}` of namespace `{name}`, which is not known");
    let warning = Diagnostic::new(Code::NamespaceUnknown, case.subject.at.clone(), saw.clone()).hint(NAME_FACTS);
    RuleFinding { ruling: Ruling::Unknown(saw.clone()), warnings: vec![warning], ..RuleFinding::no(saw) }
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
    with_values(case, |rendering| {
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
    with_values(case, |rendering| {
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
                    return RuleFinding { warnings, ..error(Some(wrong), case.subject.at) };
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

//! The rules that ask the profile's own expressions. They confirm an injection that another rule decided.

use super::{Case, Deniable, Rule, RuleFinding, Ruling};
use crate::decide::expressions::{self, NAME_FACTS, UnknownFact};
use crate::decide::memo::{KeptReads, Memo};
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::template::{Rendering, Unit};
use crate::profile::{MatchCondition, Profile, Requirement, RequirementSeverity, parameter};
use crate::value::pointer::Pointer;
use crate::value::trace::Trace;
use crate::value::view::View;

/// One of the two rules.
trait Confirms {
    const RULE: Rule;
    /// What it saw where it has nothing to say.
    const SAW: &'static str;

    /// Looks at what must hold, from the first on, until something decides. The pod's template is at this place.
    fn look<'f, V: View<'f>>(profile: &Profile, template: &Pointer, rendering: &Rendering<'_, 'f, V>) -> RuleFinding;
}

/// What a rule says with the values of the parameters. If it had nothing to say of a kept pod, and this one reads the same, it has
/// nothing to say of this one.
fn with_values<'p, 'a: 'p, C: Confirms, V: View<'a>>(case: &Case<'_, 'p, V>) -> RuleFinding {
    let (subject, profile) = (case.subject, case.profile);
    let values = match case.values() {
        Ok(values) => values,
        Err(wrong) => {
            let first = wrong.first().cloned();
            return first.map_or(RuleFinding::no(""), |wrong| error(Ruling::Error, wrong, subject.at));
        }
    };
    let trace = Trace::default();
    let surroundings = case.reading.surroundings(&trace);
    let alone = || Rendering::new(values, &profile.lets, surroundings.clone());
    let rendering = alone().traced(&trace);
    let latest = subject.confirmed.latest(profile, C::RULE);
    let around = (values, &surroundings, case.reading.again());
    let memo = Memo::new(&latest.reads, latest.kept.iter().map(|one| &**one), around, &rendering);
    if memo.whole().is_some() {
        return RuleFinding::no(C::SAW);
    }
    let finding = rendering.as_unit(Unit::Part(0), || C::look(profile, subject.at, &rendering));
    if rendering.faults().is_empty() {
        let says_nothing = matches!(finding.ruling, Ruling::No) && finding.warnings.is_empty();
        if says_nothing && latest.is_worth_keeping(|number| memo.is_new(number)) {
            let kept = Some(memo.kept()).filter(KeptReads::is_noted);
            kept.into_iter().for_each(|kept| subject.confirmed.keep(profile, C::RULE, kept));
        }
        return finding;
    }
    // The comparison took some of what an evaluation may take. So it is done again without it.
    let rendering = alone();
    let finding = C::look(profile, subject.at, &rendering);
    let faults = rendering.faults();
    let Some(failed) = faults.first() else { return finding };
    let around = (case.reading.facts, case.reading.template);
    let wrong = || expressions::without_value(profile, failed, around, &Pointer::root());
    match (expressions::unknown_fact(profile, failed, case.reading.facts, case.reading.template), C::RULE) {
        (None, _) => error(Ruling::Error, wrong(), subject.at),
        // A condition on something that is not known leaves the pod alone. What is required of it cannot be met.
        (Some(fact), Rule::Condition) => unknown(fact, subject.at),
        (Some(_), _) => error(Ruling::Unanswerable, wrong(), subject.at),
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
fn inherits_unknown<'a, V: View<'a>>(case: &Case<'_, '_, V>, key: &str) -> RuleFinding {
    let name = &case.reading.facts.namespace.name;
    let what = format!("a parameter inherits the annotation `{key}` of namespace `{name}`, which is not known");
    unknown(UnknownFact { code: Code::NamespaceUnknown, what, hint: NAME_FACTS }, case.subject.at)
}

/// `matchConditions`, and first whether all is known that parameters inherit.
pub(super) fn condition<'p, 'a: 'p, V: View<'a>>(case: &Case<'_, 'p, V>) -> RuleFinding {
    if let Some(key) = parameter::unknown(case.profile, case.reading.template, case.reading.facts.namespace.inherited())
    {
        return inherits_unknown(case, key);
    }
    if case.profile.match_conditions.is_empty() {
        return RuleFinding::off("the profile has no `matchConditions`");
    }
    with_values::<Conditions, _>(case)
}

struct Conditions;

impl Confirms for Conditions {
    const RULE: Rule = Rule::Condition;
    const SAW: &'static str = "all conditions hold";

    fn look<'f, V: View<'f>>(profile: &Profile, _: &Pointer, rendering: &Rendering<'_, 'f, V>) -> RuleFinding {
        let fails = |one: &&MatchCondition| rendering.holds(&one.condition) != Some(true);
        match profile.match_conditions.iter().find(fails) {
            Some(failed) => RuleFinding::skip(format!("the condition `{}` does not hold", failed.name)),
            None => RuleFinding::no(Self::SAW),
        }
    }
}

/// `require`.
pub(super) fn requirement<'p, 'a: 'p, V: View<'a>>(case: &Case<'_, 'p, V>) -> RuleFinding {
    match case.profile.requirements.is_empty() {
        true => RuleFinding::off("the profile has no `require`"),
        false => with_values::<Requirements, _>(case),
    }
}

struct Requirements;

impl Confirms for Requirements {
    const RULE: Rule = Rule::Requirement;
    const SAW: &'static str = "all requirements are met";

    fn look<'f, V: View<'f>>(profile: &Profile, template: &Pointer, rendering: &Rendering<'_, 'f, V>) -> RuleFinding {
        let mut warnings = Vec::new();
        for Requirement { that, message, severity } in &profile.requirements {
            if rendering.holds(that) != Some(false) {
                continue;
            }
            let message = message.render(rendering);
            let reason = message.as_str().unwrap_or_default().to_owned();
            let told = format!("the profile `{}` says: {reason}", profile.name);
            match severity {
                RequirementSeverity::Reject => {
                    let wrong = Diagnostic::new(Code::Requirement, Pointer::root(), told);
                    return RuleFinding { warnings, ..error(Ruling::Error, wrong, template) };
                }
                RequirementSeverity::Skip => {
                    let ruling = Ruling::Skip(reason.clone(), Deniable::No);
                    return RuleFinding { ruling, warnings, ..RuleFinding::no(reason) };
                }
                RequirementSeverity::Warn => {
                    warnings.push(Diagnostic::new(Code::ProfileWarning, template.clone(), told));
                }
            }
        }
        let saw = if warnings.is_empty() { Self::SAW } else { "only with a warning" };
        RuleFinding { warnings, ..RuleFinding::no(saw) }
    }
}

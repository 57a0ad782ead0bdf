//! Selectors and switches: the labels and annotations of the pod template and of the namespace.
//!
//! An unknown label or annotation of a namespace counts neither as present nor as absent.

use crate::decide::detail::Detail;
use crate::decide::expressions::NAME_FACTS;
use crate::decide::facts::{Known, Namespace, NamespaceGate};
use crate::diagnostic::words::list;
use crate::diagnostic::words::nearest;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::selector::{NAMESPACE_NAME, Requirement, Selector};
use crate::profile::Switch;
use crate::value::pointer::Pointer;
use crate::value::view::View;

use super::{Case, RuleFinding, Ruling};

const NO_SWITCH: &str = "the profile has no such switch";
const NO_SELECTOR: &str = "the profile has no such selector";

/// What a switch's value asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Inject,
    Skip,
}

impl Switch {
    fn side(&self, value: &str) -> Option<Side> {
        let is_in = |values: &[String]| values.iter().any(|allowed| allowed == value);
        match () {
            () if is_in(&self.skip) => Some(Side::Skip),
            () if is_in(&self.inject) => Some(Side::Inject),
            () => None,
        }
    }

    fn allowed(&self) -> Vec<&str> {
        self.inject.iter().chain(&self.skip).map(String::as_str).collect()
    }

    /// The error for a value that the switch does not take. `place` says where it is, `rest` what becomes of it.
    fn bad(&self, at: Pointer, place: &str, value: &str, rest: &str) -> Diagnostic {
        let allowed = self.allowed();
        let message = format!("{place}: `{value}` is not one of {}{rest}", list(&allowed));
        let hint = match nearest(value, allowed.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", list(&allowed)),
        };
        Diagnostic::new(Code::BadValue, at, message).hint(hint)
    }
}

pub(super) fn namespace_not_selected<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let Some(selector) = &case.profile.namespace_selector else { return RuleFinding::off(NO_SELECTOR) };
    let namespace = &case.reading.facts.namespace;
    let name = &namespace.name;
    if case.reading.facts.namespace_gate == NamespaceGate::Matched {
        return RuleFinding::no("the API server has evaluated the selector, and it matched");
    }
    match evaluate(selector, namespace) {
        Evaluated::Matches => case.no(|| format!("the labels of namespace `{name}` match")),
        Evaluated::Unmet(requirement) => RuleFinding::skip(format!(
            "namespace `{name}` does not match: the profile requires that label {requirement}"
        )),
        Evaluated::Unknown(requirement) => {
            let saw =
                format!("the labels of namespace `{name}` are not known, and the profile requires that {requirement}");
            let warning =
                Diagnostic::new(Code::NamespaceUnknown, case.subject.at.clone(), saw.clone()).hint(NAME_FACTS);
            RuleFinding { ruling: Ruling::Unknown(saw.clone()), warnings: vec![warning], ..RuleFinding::no(saw) }
        }
    }
}

enum Evaluated<'p> {
    Matches,
    Unknown(&'p Requirement),
    Unmet(&'p Requirement),
}

/// One requirement that surely does not hold is enough, even where others are unknown. A namespace's name is always known,
/// and so is the label with the name.
fn evaluate<'p>(selector: &'p Selector, namespace: &Namespace) -> Evaluated<'p> {
    let mut unknown = None;
    for requirement in &selector.0 {
        let value = match &namespace.labels {
            _ if requirement.key == NAMESPACE_NAME => Some(&namespace.name),
            Known::Yes(labels) => labels.get(&requirement.key),
            Known::No => {
                unknown = unknown.or(Some(requirement));
                continue;
            }
        };
        if !requirement.holds(value.map(String::as_str)) {
            return Evaluated::Unmet(requirement);
        }
    }
    unknown.map_or(Evaluated::Matches, Evaluated::Unknown)
}

pub(super) fn object_not_selected<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let Some(selector) = &case.profile.object_selector else { return RuleFinding::off(NO_SELECTOR) };
    for requirement in &selector.0 {
        let key = requirement.key.as_str();
        let place = ["metadata", "labels", key];
        let found = case.labels().and_then(|labels| labels.member(key));
        let at = case.within(&place);
        let value = match found.map(|value| value.string().ok_or(value.kind())) {
            Some(Err(kind)) => return not_a_string(case, at, &format!("label `{key}`"), kind.name()),
            Some(Ok(value)) => Some(value),
            None => None,
        };
        if !requirement.holds(value.as_deref()) {
            let says = value.as_ref().map_or_else(|| "is not there".to_owned(), |value| format!("is `{value}`"));
            let finding =
                RuleFinding::skip(format!("label `{key}` {says}, and the profile requires that {requirement}"));
            return if found.is_some() { finding.at(case, || at) } else { finding };
        }
    }
    RuleFinding::no("the pod template's labels match")
}

pub(super) fn pod_opted_out<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    pod_switch(case, Side::Skip)
}

/// The rule before this one reports a value that the switch does not take.
pub(super) fn pod_opted_in<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    let finding = pod_switch(case, Side::Inject);
    match finding.ruling {
        Ruling::Error(_) => RuleFinding { ruling: Ruling::No, ..finding },
        _ => finding,
    }
}

fn pod_switch<'a, V: View<'a>>(case: &Case<'_, '_, V>, asked: Side) -> RuleFinding {
    let Some(switch) = &case.profile.pod_switch else { return RuleFinding::off(NO_SWITCH) };
    let annotation = switch.annotation.as_ref().map(|key| ("annotations", "annotation", case.annotations(), key));
    let label = switch.label.as_ref().map(|key| ("labels", "label", case.labels(), key));
    for (member, word, map, key) in annotation.into_iter().chain(label) {
        let Some(found) = map.and_then(|map| map.member(key)) else { continue };
        let at = case.within(&["metadata", member, key]);
        let Some(value) = found.string() else {
            return not_a_string(case, at, &format!("{word} `{key}`"), found.kind().name());
        };
        let saw = || format!("the pod template's {word} `{key}` is `{value}`");
        return match switch.side(&value) {
            Some(side) => says(case, side, asked, saw).at(case, || at),
            None => {
                let bad = switch.bad(at.clone(), &format!("{word} `{key}`"), &value, "");
                RuleFinding { ruling: Ruling::Error(Box::new(bad)), ..RuleFinding::no(saw()).at(case, || at) }
            }
        };
    }
    RuleFinding::no("the pod template says nothing")
}

fn says<'a, V: View<'a>>(case: &Case<'_, '_, V>, side: Side, asked: Side, saw: impl FnOnce() -> String) -> RuleFinding {
    match side {
        _ if side != asked => case.no(saw),
        Side::Skip => RuleFinding::deniable(saw()),
        Side::Inject => RuleFinding { ruling: Ruling::Inject, ..case.no(saw) },
    }
}

/// The API server refuses such a value, so it is an error and not an unset switch.
fn not_a_string<V>(case: &Case<'_, '_, V>, at: Pointer, place: &str, kind: &str) -> RuleFinding {
    let message = format!("{place} is {kind}, not a string");
    let diagnostic = Diagnostic::new(Code::BadValue, at.clone(), message.clone()).hint("quote the value");
    RuleFinding { ruling: Ruling::Error(Box::new(diagnostic)), ..RuleFinding::no(message).at(case, || at) }
}

pub(super) fn namespace_opted_out<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    namespace_switch(case, Side::Skip)
}

pub(super) fn namespace_opted_in<'a, V: View<'a>>(case: &Case<'_, '_, V>) -> RuleFinding {
    namespace_switch(case, Side::Inject)
}

/// Both rules look at the same values: the first, which asks whether to skip, warns about them.
fn namespace_switch<'a, V: View<'a>>(case: &Case<'_, '_, V>, asked: Side) -> RuleFinding {
    let Some(switch) = &case.profile.namespace_switch else { return RuleFinding::off(NO_SWITCH) };
    let Namespace { name, labels, annotations } = &case.reading.facts.namespace;
    let mut warnings = Vec::new();
    let mut unknown = Vec::new();
    for (word, key, values) in [("annotation", &switch.annotation, annotations), ("label", &switch.label, labels)] {
        let Some(key) = key else { continue };
        let value = match values {
            Known::Yes(values) => values.get(key),
            Known::No => {
                unknown.push((word, key));
                continue;
            }
        };
        let Some(value) = value else { continue };
        if let Some(side) = switch.side(value) {
            let finding = says(case, side, asked, || format!("{word} `{key}` of namespace `{name}` is `{value}`"));
            return RuleFinding { warnings, ..finding };
        }
        // One typo on a namespace must not stop all its pods.
        if asked == Side::Skip {
            let place = format!("{word} `{key}` of namespace `{name}`");
            warnings.push(switch.bad(case.subject.at.clone(), &place, value, ", and counts as not set"));
        }
    }
    let ignored = || {
        let keys: Vec<String> = unknown.iter().map(|(word, key)| format!("{word} `{key}`")).collect();
        format!("the value of {} on namespace `{name}` is not known, so it is ignored", keys.join(" or "))
    };
    if unknown.is_empty() {
        return RuleFinding { warnings, ..case.no(|| format!("namespace `{name}` says nothing")) };
    }
    if asked == Side::Skip && case.subject.detail != Detail::Errors {
        warnings.push(Diagnostic::new(Code::NamespaceUnknown, case.subject.at.clone(), ignored()).hint(NAME_FACTS));
    }
    RuleFinding { warnings, ..case.no(ignored) }
}

//! What must hold of a pod once all policies have patched it, and what is worth a warning.

use super::cel::{Cel, bound, quoted};
use super::draft::Draft;
use crate::decide::eligibility::Rule;
use crate::profile::slot::Slot;
use crate::profile::{OnError, OnIneligible};

/// One thing that must hold.
pub(super) struct Validation {
    pub(super) holds: Cel,
    pub(super) message: ValidationMessage,
    /// The reason that a client sees.
    pub(super) reason: &'static str,
}

pub(super) enum ValidationMessage {
    Fixed(String),
    Computed(Cel),
}

/// A message that reaches the user whole: beyond 5 KiB, with a line break, or empty it would not.
pub(super) fn cut(messages: &str) -> Cel {
    bound(
        &format!("{messages}.join('; ').replace('\\n', ' ').replace('\\r', ' ')"),
        "m",
        "m.size() > 1200 ? m.substring(0, 1200) + '…' : m",
    )
}

/// What refuses a pod.
pub(super) fn of(draft: &mut Draft<'_>, policy_name: &str) -> Vec<Validation> {
    let profile = draft.scope.profile;
    let name = &profile.name;
    let mut all = Vec::new();
    // What cannot be read is refused whatever the profile says: nothing can be done with it.
    let unreadable = draft.named("unreadable");
    all.push(Validation {
        holds: format!("{unreadable}.size() == 0"),
        message: ValidationMessage::Computed(format!("{unreadable}[0]")),
        reason: "Invalid",
    });
    if profile.on_error == OnError::Reject {
        for errors in [draft.named("errors"), missing(draft)] {
            all.push(Validation {
                holds: format!("{errors}.size() == 0"),
                message: ValidationMessage::Computed(cut(&errors)),
                reason: "Invalid",
            });
        }
    }
    if profile.on_ineligible == OnIneligible::Deny {
        let rule = draft.named("rule");
        let denied = format!(
            "{rule} in ['pod-opted-out', 'namespace-opted-out'] || ({rule} == 'already-injected' && !{})",
            draft.named("entry")
        );
        all.push(Validation {
            holds: format!("!({denied})"),
            message: ValidationMessage::Computed(format!("{} + {rule}", quoted(&format!("{name}: ")))),
            reason: "Forbidden",
        });
    }
    all.push(Validation {
        holds: format!("!{}", draft.named("inject")),
        message: ValidationMessage::Fixed(format!(
            "the pod should have been injected by {name}, and was not: MutatingAdmissionPolicy `{policy_name}` is missing, unbound, or failed"
        )),
        reason: "Forbidden",
    });
    all
}

/// Defines the list with the message about a part of the injection that is gone, or an empty one.
fn missing(draft: &mut Draft<'_>) -> Cel {
    let list = draft.named("missing");
    let before = quoted(&format!("the record says that the profile `{}` added `", draft.scope.profile.name));
    let told = format!("[{before} + {list}[0] + '`, which is not there']");
    draft.define("partial", format!("{} && {list}.size() > 0 ? {told} : []", draft.named("readable")))
}

/// Lists of warnings about a pod that was injected. With `onError: Skip` the errors are among them.
pub(super) fn warnings(draft: &mut Draft<'_>) -> Vec<Cel> {
    let entry = draft.named("entry");
    let mut all: Vec<Cel> =
        std::mem::take(&mut draft.warnings).iter().map(|list| format!("({entry} ? {list} : [])")).collect();
    // The pod's own words come first, and so do the rules before those of the namespace.
    let (rule, profile) = (draft.named("rule"), draft.scope.profile);
    let silent = match profile.pod_switch {
        Some(_) => format!("{} == '' && ", draft.named("podSays")),
        None => String::new(),
    };
    let ids =
        [Rule::NamespaceOptedOut.id(), Rule::NamespaceOptedIn.id(), Rule::Default.id(), "default-skip"].map(quoted);
    let counts = format!("{silent}({entry} || {rule} in [{}])", ids.join(", "));
    all.extend(std::mem::take(&mut draft.of_namespace).iter().map(|list| format!("({counts} ? {list} : [])")));
    if profile.on_error == OnError::Skip {
        all.push(draft.named("errors"));
        all.push(missing(draft));
    }
    if draft.scope.profile.names(Slot::Containers).next().is_some()
        || draft.scope.profile.names(Slot::InitContainers).next().is_some()
    {
        all.push(quality(draft));
    }
    all
}

/// The kubelet evicts pods by their class, so a change of it is worth a warning.
fn quality(draft: &mut Draft<'_>) -> Cel {
    let amount =
        |list: &str, resource: &str| format!("quantity(string(c.?resources[?{list}][?{resource}].orValue('0')))");
    let none = format!(
        "['requests', 'limits'].all(f, ['cpu', 'memory'].all(r, !{}.isGreaterThan(quantity('0'))))",
        amount("f", "r")
    );
    let equal = format!(
        "['cpu', 'memory'].all(r, {limit}.isGreaterThan(quantity('0')) && {limit}.compareTo({request}) == 0)",
        limit = amount("'limits'", "r"),
        request = amount("'requests'", "r")
    );
    let class = |list: &str| {
        format!("{list}.all(c, {none}) ? 'BestEffort' : {list}.all(c, {equal}) ? 'Guaranteed' : 'Burstable'")
    };
    let (others, all) = (class(&draft.named("others")), class(&draft.named("all")));
    let before = draft.define("qosBefore", others);
    let after = draft.define("qosAfter", all);
    let entry = draft.named("entry");
    format!(
        "({entry} && !has(object.spec.resources) && {before} != {after} ? [\"the pod's quality-of-service class changes from \" + {before} + ' to ' + {after}] : [])"
    )
}

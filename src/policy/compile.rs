//! One profile as expressions: what it is to look at, to refuse, to warn about, and to patch.

use std::collections::BTreeMap;

use super::application::{self, Application};
use super::cel::{Cel, NOTHING, add, any, first_of, joined, quoted};
use super::containers::{self, OwnContainer};
use super::draft::Draft;
use super::lists::{self, Elements};
use super::parameters::{self, CompiledParameter};
use super::record::{self, EntryParts};
use super::scope::{Given, Scope};
use super::wrong::Wrong;
use super::{conflicts, rules, workload};
use crate::decide::eligibility::DEFAULT_CONTAINER;
use crate::decide::record::ANNOTATION;
use crate::diagnostic::Diagnostic;
use crate::kube::version::KubernetesVersion;
use crate::profile::slot::{Home, Slot};
use crate::profile::{Let, OnError, OnIneligible, Profile, Template};
use crate::value::pointer::Pointer;

/// A profile that was compiled.
pub(super) struct CompiledProfile {
    /// Names and expressions; a later one may use an earlier one.
    pub(super) variables: Vec<(String, Cel)>,
    /// The operations of the patch; none where the pod is left alone.
    pub(super) patch: Cel,
    /// What must hold, and what is said where it does not.
    pub(super) validations: Vec<Validation>,
    /// Lists of warnings.
    pub(super) warnings: Vec<Cel>,
    /// The name of the rule that decided, for the audit log.
    pub(super) rule: Cel,
}

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

/// The digests that a record of this profile has: of classic and of native sidecars.
pub(super) struct Digests {
    pub(super) classic: String,
    pub(super) native: String,
}

/// Compiles a profile. The names of its variables begin with `prefix`.
///
/// # Errors
///
/// What cannot be said in a policy, each with its place in the profile's document.
pub(super) fn compile(
    profile: &Profile,
    set: &BTreeMap<String, String>,
    (version, digests, prefix): (KubernetesVersion, &Digests, String),
    policy_name: &str,
) -> Result<CompiledProfile, Vec<Diagnostic>> {
    let scope = Scope { profile, parameters: Vec::new(), lets: Vec::new(), version, prefix };
    let mut draft = Draft { scope, wrong: Wrong::default(), variables: Vec::new(), warnings: Vec::new() };
    whole(&draft);
    pod(&mut draft);
    record::define(&mut draft);
    let recorded = format!("{}.exists(l, l.contains('\"' + c.name + '\"'))", draft.named("listed"));
    let (all, own) = (draft.named("all"), draft.named("own"));
    let open = "c.?image.orValue('') in ['', 'auto']";
    draft.define("strangers", format!("{all}.filter(c, !{recorded} && !(c.name in {own} && {open}))"));
    draft.define("others", format!("{all}.filter(c, !(c.name in {own}))"));
    rules::define(&mut draft);
    let parameters = given(&mut draft, set);
    lets(&mut draft);
    let own = containers::define(&mut draft);
    let application = application::define(&mut draft);
    let elements: Vec<Elements> = [Home::Spec, Home::Metadata]
        .into_iter()
        .flat_map(lists::slots)
        .map(|slot| lists::define(&mut draft, slot))
        .collect();
    rules::confirmed(&mut draft);
    errors(&mut draft, &parameters, &own, &application, &elements);
    let patch = patch(&mut draft, digests, &parameters, (&own, &application, &elements));
    let validations = validations(&draft, &own, policy_name);
    let warnings = warnings(&mut draft);
    let rule = draft.named("rule");
    let Draft { wrong, variables, .. } = draft;
    let wrong = wrong.into_all();
    if wrong.is_empty() { Ok(CompiledProfile { variables, patch, validations, warnings, rule }) } else { Err(wrong) }
}

/// Every field of a profile is taken apart here, so that a new one does not build until it is said what a policy makes of it.
fn whole(draft: &Draft<'_>) {
    let Profile {
        // Of the objects, and of the program.
        name: _,
        description: _,
        reads_object: _,
        template_paths: _,
        // Rules; see `rules`.
        policy: _,
        skip: _,
        excluded_namespaces: _,
        namespace_selector: _,
        object_selector: _,
        pod_switch: _,
        namespace_switch: _,
        already_injected: _,
        match_conditions: _,
        requirements: _,
        // Whether an error refuses the pod; see `validations`.
        on_error: _,
        on_ineligible: _,
        // Containers; see `containers`.
        native_sidecar: _,
        placement: _,
        // Conflicts; see `conflicts`.
        reserved_user: _,
        // Only notes depend on it, which a policy does not make.
        redirected_ports: _,
        // See `given` and `lets`.
        parameters: _,
        lets: _,
        // See `application`.
        env_placement: _,
        targets: _,
        blocks: _,
        // See `lists` and `containers`.
        added: _,
        pod,
        pod_lists,
    } = draft.scope.profile;
    let spec = Pointer::of(["spec", "pod"]);
    for field in pod {
        draft.wrong.say(&spec, &format!("`pod` sets `{}`, which is not compiled", field.field));
    }
    for list in pod_lists {
        draft.wrong.say(&spec, &format!("`pod` adds to `{}`, which is not compiled", list.list.path().join(".")));
    }
}

/// Defines what is read of the pod and its namespace.
fn pod(draft: &mut Draft<'_>) {
    let profile = draft.scope.profile;
    draft.define("ann", "object.metadata.?annotations.orValue({})");
    draft.define("lab", "object.metadata.?labels.orValue({})");
    draft.define("nsAnn", "namespaceObject.metadata.?annotations.orValue({})");
    draft.define("nsLab", "namespaceObject.metadata.?labels.orValue({})");
    let (annotations, labels) = (draft.named("nsAnn"), draft.named("nsLab"));
    draft.define(
        "ns",
        format!("{{\"name\": dyn(namespaceObject.metadata.name), \"labels\": dyn({labels}), \"annotations\": dyn({annotations})}}"),
    );
    workload::define(draft);
    let inits = draft.define("inits", "object.spec.?initContainers.orValue([])");
    let apps = draft.define("apps", "object.spec.?containers.orValue([])");
    draft.define("all", format!("{inits} + {apps}"));
    let slots = [Slot::InitContainers, Slot::Containers];
    let names: Vec<String> = slots.into_iter().flat_map(|slot| profile.names(slot)).map(quoted).collect();
    draft.define("own", if names.is_empty() { NOTHING.to_owned() } else { format!("[{}]", names.join(", ")) });
}

/// Defines the parameters, and the application's first container, in which they may be found.
fn given(draft: &mut Draft<'_>, set: &BTreeMap<String, String>) -> Vec<CompiledParameter> {
    let (apps, ann) = (draft.named("apps"), draft.named("ann"));
    let chosen = format!("{apps}.filter(c, c.name == {ann}[?{}].orValue(''))", quoted(DEFAULT_CONTAINER));
    let recorded = format!("{}.exists(l, l.contains('\"' + c.name + '\"'))", draft.named("listed"));
    let first =
        format!("{apps}.filter(c, !(c.name in {}) && !{recorded} && !{})", draft.named("own"), rules::foreign("c"));
    draft.define("application", format!("{chosen}.size() > 0 ? {chosen} : {first}"));
    let mut compiled = Vec::new();
    for index in 0..draft.scope.profile.parameters.len() {
        let one = parameters::compile(&draft.scope, &draft.wrong, index, set);
        let name =
            draft.scope.profile.parameters.get(index).map(|parameter| parameter.name.clone()).unwrap_or_default();
        if let Some(variable) = one.as_ref().and_then(|one| one.variable.clone()) {
            draft.define(&format!("p_{name}"), variable);
        }
        draft
            .scope
            .parameters
            .push(one.as_ref().map_or(Given::Constant(serde_json::Value::Null), |one| one.given.clone()));
        compiled.extend(one);
    }
    compiled
}

/// Defines the `let` values that are not constant. One that cannot be said is wrong only where something reads it.
fn lets(draft: &mut Draft<'_>) {
    for made in &draft.scope.profile.lets {
        let given = one_let(draft, made);
        let given = match given {
            Given::Computed(text) => Given::Computed(draft.define(&format!("l_{}", made.name), text)),
            other => other,
        };
        draft.scope.lets.push(given);
    }
}

fn one_let(draft: &Draft<'_>, made: &Let) -> Given {
    use crate::profile::template::{ScalarSource, TemplateScalar};
    if let Template::Scalar(TemplateScalar { source: ScalarSource::Computed(expression), .. }) = &made.value {
        if let Some(value) = draft.scope.constant(expression) {
            return Given::Constant(value);
        }
        return match expression.in_kubernetes(&draft.scope) {
            Ok(text) => Given::Computed(text),
            Err(why) => Given::Impossible(why),
        };
    }
    match draft.scope.values(&made.value, 0).as_deref() {
        Some([value]) => Given::Constant(value.clone()),
        Some(_) => Given::Constant(serde_json::Value::Null),
        None => Given::Computed(draft.values().one(&made.value, 0)),
    }
}

/// Defines what is wrong with the pod, and whether it is injected.
fn errors(
    draft: &mut Draft<'_>,
    parameters: &[CompiledParameter],
    own: &[OwnContainer],
    application: &Application,
    elements: &[Elements],
) {
    let profile = draft.scope.profile;
    let mut bad: Vec<Cel> = Vec::new();
    if profile.pod_switch.is_some() {
        bad.push(format!("({} == '{}' ? [{}] : [])", draft.named("rule"), rules::BAD_VALUE, draft.named("podBad")));
    }
    bad.extend(parameters.iter().filter_map(|parameter| parameter.faults.clone()));
    let bad = draft.define("badValues", joined(&bad));
    let mut clashes = application.conflicts.clone();
    clashes.extend(conflicts::of_containers(draft, own));
    clashes.extend(elements.iter().flat_map(|elements| elements.conflicts.iter().cloned()));
    clashes.extend(conflicts::of_pod(draft, own));
    let clashes = draft.define("conflicts", joined(&clashes));
    let (readable, eligible, confirmed) = (draft.named("readable"), draft.named("eligible"), draft.named("confirmed"));
    let unreadable = quoted(&format!("the record `{ANNOTATION}` cannot be read"));
    let of_eligible = first_of(
        [
            (format!("{bad}.size() > 0"), bad.clone()),
            (format!("{confirmed} == 'skip'"), "[]".to_owned()),
            (format!("{confirmed} != ''"), format!("[{confirmed}]")),
        ],
        &clashes,
    );
    let errors = draft.define("errors", format!("!{readable} ? [{unreadable}] : !{eligible} ? [] :\n({of_eligible})"));
    draft.define("inject", format!("{eligible} && {errors}.size() == 0 && {confirmed} == ''"));
}

fn patch(
    draft: &mut Draft<'_>,
    digests: &Digests,
    parameters: &[CompiledParameter],
    (own, application, elements): (&[OwnContainer], &Application, &[Elements]),
) -> Cel {
    let annotations = Slot::Annotations.place().to_string();
    let mut operations =
        vec![format!("(has(object.metadata.annotations) ? [] : [{}])", add(&quoted(&annotations), "{}"))];
    let mut created = vec![format!("(has(object.metadata.annotations) ? [] : [{}])", quoted(&annotations))];
    let of = |home: Home| elements.iter().filter(move |elements| elements.slot.home() == home);
    let made = |elements: &Elements| {
        let (condition, path) = elements.created()?;
        Some(format!("({condition} ? [{}] : [])", quoted(&path)))
    };
    for elements in of(Home::Metadata) {
        operations.extend(elements.operations());
        created.extend(made(elements));
    }
    operations.extend(application.operations.iter().cloned());
    created.extend(application.created.iter().cloned());
    let init_containers: Vec<Cel> =
        own.iter().filter_map(|container| container.goes_to(Slot::InitContainers)).collect();
    if !init_containers.is_empty() {
        let place = Slot::InitContainers.place().to_string();
        created.push(format!(
            "(!has(object.spec.initContainers) && {} ? [{}] : [])",
            any(&init_containers),
            quoted(&place)
        ));
    }
    operations.extend(containers::operations(draft, own));
    for elements in of(Home::Spec) {
        operations.extend(elements.operations());
        created.extend(made(elements));
    }
    let names =
        |list: Slot| record::names(own.iter().map(|container| (container.name.as_str(), container.goes_to(list))));
    let native = draft.named("native");
    let has_native = draft.variables.iter().any(|(name, _)| format!("variables.{name}") == native);
    let hash = match (has_native, digests) {
        (true, Digests { classic, native: of_native }) => {
            format!("({native} ? {} : {})", quoted(of_native), quoted(classic))
        }
        (false, Digests { classic, native }) => {
            quoted(if draft.scope.profile.native_sidecar == crate::profile::NativeSidecar::Always {
                native
            } else {
                classic
            })
        }
    };
    let parts = EntryParts {
        hash,
        suffix: parameters.iter().filter_map(|parameter| parameter.suffix.clone()).collect(),
        init_containers: names(Slot::InitContainers),
        containers: names(Slot::Containers),
        fields: application.fields.clone(),
        created,
    };
    let text = record::write(draft, &parts, elements);
    let at = format!("{} + jsonpatch.escapeKey({})", quoted(&format!("{annotations}/")), quoted(ANNOTATION));
    operations.push(format!("[{}]", add(&at, &text)));
    format!("!{} ? [] :\n{}", draft.named("inject"), operations.join(" +\n"))
}

/// A message that reaches the user whole: beyond 5 KiB, with a line break, or empty it would not.
fn cut(messages: &str) -> Cel {
    super::cel::bound(
        &format!("{messages}.join('; ').replace('\\n', ' ').replace('\\r', ' ')"),
        "m",
        "m.size() > 1200 ? m.substring(0, 1200) + '…' : m",
    )
}

fn validations(draft: &Draft<'_>, own: &[OwnContainer], policy_name: &str) -> Vec<Validation> {
    let profile = draft.scope.profile;
    let name = &profile.name;
    let mut all = Vec::new();
    if profile.on_error == OnError::Reject {
        let errors = draft.named("errors");
        all.push(Validation {
            holds: format!("{errors}.size() == 0"),
            message: ValidationMessage::Computed(cut(&errors)),
            reason: "Invalid",
        });
    }
    for container in own {
        let listed = quoted(&format!("\"{}\"", container.name));
        let place = if container.goes_to(Slot::Containers).is_some() { Slot::Containers } else { Slot::InitContainers };
        all.push(Validation {
            holds: format!(
                "!{}.exists(l, l.contains({listed})) || {}.exists(c, c.name == {}) || !{}",
                draft.named("listed"),
                draft.named("all"),
                quoted(&container.name),
                draft.named("entry")
            ),
            message: ValidationMessage::Fixed(format!(
                "the record says that the profile `{name}` added `{}`, which is not there",
                place.place().join(container.name.as_str())
            )),
            reason: "Invalid",
        });
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

/// Lists of warnings about a pod that was injected. With `onError: Skip` the errors are among them.
fn warnings(draft: &mut Draft<'_>) -> Vec<Cel> {
    let entry = draft.named("entry");
    let mut all: Vec<Cel> =
        std::mem::take(&mut draft.warnings).iter().map(|list| format!("({entry} ? {list} : [])")).collect();
    if draft.scope.profile.on_error == OnError::Skip {
        all.push(draft.named("errors"));
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

//! One profile as expressions: what it is to look at, to refuse, to warn about, and to patch.

use super::added::{Added, Digests};
use super::application::{self};
use super::cel::{Cel, NOTHING, first_of, quoted};
use super::containers::{self};
use super::draft::Draft;
use super::lists::{self, Elements};
use super::parameters::{self, CompiledParameter};
use super::params;
use super::record;
use super::scope::{Given, Scope};
use super::settings::Settings;
use super::validations::{self, Validation};
use super::wrong::Wrong;
use super::{conflicts, patch, pod, rules, workload};
use crate::decide::eligibility::DEFAULT_CONTAINER;
use crate::decide::record::{ANNOTATION, MAX_CHARACTERS};
use crate::diagnostic::Diagnostic;
use crate::profile::slot::{Home, Slot};
use crate::profile::{Let, Profile, Template};

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

/// Compiles a profile.
///
/// # Errors
///
/// What cannot be said in a policy, each with its place in the profile's document.
pub(super) fn compile(
    profile: &Profile,
    digests: &Digests,
    settings: Settings<'_>,
) -> Result<CompiledProfile, Vec<Diagnostic>> {
    let Settings { version, gates, policy_name, ref prefix, .. } = settings;
    let scope = Scope { profile, parameters: Vec::new(), lets: Vec::new(), version, prefix: prefix.clone() };
    let wrong = Wrong::default();
    let mut draft =
        Draft { scope, wrong, variables: Vec::new(), gates, warnings: Vec::new(), of_namespace: Vec::new() };
    whole(profile);
    object(&mut draft);
    record::define(&mut draft);
    let recorded = format!("{}.exists(l, l.contains('\"' + c.name + '\"'))", draft.named("listed"));
    let (all, own) = (draft.named("all"), draft.named("own"));
    let open = "c.?image.orValue('') in ['', 'auto']";
    draft.define("strangers", format!("{all}.filter(c, !{recorded} && !(c.name in {own} && {open}))"));
    draft.define("others", format!("{all}.filter(c, !(c.name in {own}))"));
    let (inits, apps) = (draft.named("inits"), draft.named("apps"));
    let stay = format!("{inits}.filter(c, c.?restartPolicy.orValue('') == 'Always') + {apps}");
    draft.define("neighbours", format!("({stay}).filter(c, !(c.name in {own}))"));
    rules::define(&mut draft);
    let parameters = given(&mut draft, &settings);
    lets(&mut draft);
    let own = containers::define(&mut draft);
    let application = application::define(&mut draft);
    let changes = pod::define(&mut draft);
    let elements: Vec<Elements> = [Home::Spec, Home::Metadata]
        .into_iter()
        .flat_map(lists::slots)
        .map(|slot| lists::define(&mut draft, slot))
        .collect();
    rules::confirmed(&mut draft);
    let added = Added { own, application, changes, elements };
    let digests = match settings.params {
        Some(_) => params::digests(&draft),
        None => [quoted(&digests.classic), quoted(&digests.native)],
    };
    patch::record(&mut draft, &digests, &parameters, &added);
    errors(&mut draft, &parameters, &added);
    let patch = patch::of(&mut draft, &added);
    let validations = validations::of(&mut draft, policy_name);
    let warnings = validations::warnings(&mut draft);
    let rule = draft.named("rule");
    let Draft { wrong, variables, .. } = draft;
    let wrong = wrong.into_all();
    if wrong.is_empty() { Ok(CompiledProfile { variables, patch, validations, warnings, rule }) } else { Err(wrong) }
}

/// Every field of a profile is taken apart here, so that a new one does not build until it is said what a policy makes of it.
const fn whole(profile: &Profile) {
    let Profile {
        // Of the objects, and of the program.
        name: _,
        description: _,
        reads_object: _,
        usual: _,
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
        // See `pod`.
        pod: _,
        pod_lists: _,
        // The record's hash has it.
        document: _,
    } = profile;
}

/// Defines what is read of the pod and its namespace.
fn object(draft: &mut Draft<'_>) {
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
fn given(draft: &mut Draft<'_>, settings: &Settings<'_>) -> Vec<CompiledParameter> {
    if settings.params.is_some() {
        params::define(draft);
    }
    let (apps, ann) = (draft.named("apps"), draft.named("ann"));
    let chosen = format!("{apps}.filter(c, c.name == {ann}[?{}].orValue(''))", quoted(DEFAULT_CONTAINER));
    let recorded = format!("{}.exists(l, l.contains('\"' + c.name + '\"'))", draft.named("listed"));
    let first =
        format!("{apps}.filter(c, !(c.name in {}) && !{recorded} && !{})", draft.named("own"), rules::foreign("c"));
    draft.define("application", format!("{chosen}.size() > 0 ? {chosen} : {first}"));
    let mut compiled = Vec::new();
    for index in 0..draft.scope.profile.parameters.len() {
        let one = parameters::compile(&draft.scope, &draft.wrong, index, settings);
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
    Added { own, application, changes, elements }: &Added,
) {
    let profile = draft.scope.profile;
    let mut bad: Vec<Cel> = Vec::new();
    bad.extend(parameters.iter().filter_map(|parameter| parameter.faults.clone()));
    let bad = draft.define_joined("badValues", &bad);
    // A condition is asked with the values of all parameters, and the first that has none is the one error.
    let is_asked = !profile.match_conditions.is_empty() || !profile.requirements.is_empty();
    let told = if is_asked { format!("[{bad}[0]]") } else { bad.clone() };
    let of = |home: Home| elements.iter().filter(move |elements| elements.slot.home() == home);
    let mut clashes: Vec<Cel> = of(Home::Metadata).flat_map(|elements| elements.conflicts.iter().cloned()).collect();
    clashes.extend(application.conflicts.iter().cloned());
    clashes.extend(conflicts::of_containers(draft, own));
    clashes.extend(of(Home::Spec).flat_map(|elements| elements.conflicts.iter().cloned()));
    clashes.extend(changes.conflicts.iter().cloned());
    clashes.extend(conflicts::of_pod(draft, own));
    clashes.extend(elements.iter().filter_map(|elements| elements.invalid.clone()));
    clashes.extend(own.iter().filter_map(|container| container.twice.clone()));
    clashes.extend(elements.iter().flat_map(|elements| elements.twice.iter().cloned()));
    clashes.extend(changes.faults.iter().cloned());
    let record = draft.named("record");
    let too_long = format!(
        "{} + string({record}.size()) + ' characters are more than {MAX_CHARACTERS}'",
        quoted(&format!("the record `{ANNOTATION}` would be too long: "))
    );
    clashes.push(format!("({record}.size() > {MAX_CHARACTERS} ? [{too_long}] : [])"));
    let clashes = draft.define_joined("conflicts", &clashes);
    draft.define("missing", record::missing(draft));
    let (readable, eligible, confirmed) = (draft.named("readable"), draft.named("eligible"), draft.named("confirmed"));
    let unreadable = quoted(&format!("the record `{ANNOTATION}` cannot be read"));
    // A switch with a value that it does not take is the one error.
    let of_switch = profile.pod_switch.as_ref().map(|_| {
        (format!("{} == '{}'", draft.named("rule"), rules::BAD_VALUE), format!("[{}]", draft.named("podBad")))
    });
    let of_eligible = first_of(
        of_switch.into_iter().chain([
            (format!("{bad}.size() > 0"), told),
            (format!("{confirmed} == 'skip'"), "[]".to_owned()),
            (format!("{confirmed} != ''"), format!("[{confirmed}]")),
        ]),
        &clashes,
    );
    let of_injected = of_injected(draft, &bad, is_asked);
    draft.define("unreadable", format!("!{readable} ? [{unreadable}] : []"));
    let errors = draft.define("errors", format!("!{readable} ? [] : !{eligible} ? ({of_injected}) :\n({of_eligible})"));
    draft.define("inject", format!("{readable} && {eligible} && {errors}.size() == 0 && {confirmed} == ''"));
}

/// What is wrong with a pod that is injected already: the rules are asked of it again, unless a part of the injection is gone.
fn of_injected(draft: &Draft<'_>, bad: &str, is_asked: bool) -> Cel {
    let mut cases = vec![(format!("{}.size() > 0", draft.named("missing")), NOTHING.to_owned())];
    if draft.scope.profile.pod_switch.is_some() {
        let (entry, again) = (draft.named("entry"), draft.named("ruleAgain"));
        cases.push((format!("{entry} && {again} == '{}'", rules::BAD_VALUE), format!("[{}]", draft.named("podBad"))));
    }
    if is_asked {
        cases.push((format!("{} && {bad}.size() > 0", draft.named("eligibleAgain")), format!("[{bad}[0]]")));
    }
    if cases.len() == 1 { NOTHING.to_owned() } else { first_of(cases, NOTHING) }
}

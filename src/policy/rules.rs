//! The rules as one chain: the first that applies names itself.
//!
//! It goes over the same rows as deciding does. A new rule does not build until it is said here what a policy makes of it.

use super::cel::{Cel, NOTHING, any, first_of, glob, quoted, shown};
use super::draft::{Draft, Gates};
use crate::decide::eligibility::{Asks, FOREIGN_IMAGES, FOREIGN_NAMES, MIRROR, MeshWords, OS_LABELS, Rule, meshes};
use crate::diagnostic::words::list;
use crate::kube::selector::{Operator, Requirement, Selector};
use crate::profile::keys::KeyList;
use crate::profile::scope::Fact;
use crate::profile::{ContainerPattern, Policy, RequirementSeverity, Switch};

/// A pod whose switch has a value that is neither side's. It is an error where no earlier rule decides.
pub(super) const BAD_VALUE: &str = "pod-bad-value";

/// Defines the rule that decides, and whether it lets the pod be injected.
pub(super) fn define(draft: &mut Draft<'_>) {
    switches(draft);
    let mut cases: Vec<(Cel, Cel)> = Vec::new();
    for rule in Rule::ALL.iter().copied() {
        for (condition, id) in conditions(draft, rule) {
            cases.push((condition, quoted(id)));
        }
    }
    let otherwise = match draft.scope.profile.policy {
        Policy::OptOut => quoted(Rule::Default.id()),
        Policy::OptIn => quoted("default-skip"),
    };
    let own = [draft.named("entry"), format!("{}.exists", draft.named("strangers"))];
    let again: Vec<(Cel, Cel)> =
        cases.iter().filter(|(condition, _)| !own.iter().any(|own| condition.starts_with(own))).cloned().collect();
    let rule = draft.define("rule", first_of(cases, &otherwise));
    let again = draft.define("ruleAgain", first_of(again, &otherwise));
    let injecting = [Rule::PodOptedIn.id(), Rule::NamespaceOptedIn.id(), Rule::Default.id(), BAD_VALUE];
    let injecting = injecting.map(quoted).join(", ");
    draft.define("eligible", format!("{rule} in [{injecting}]"));
    // Of a pod that is injected already, whether the rules would inject it now.
    draft.define("eligibleAgain", format!("{} && {again} in [{injecting}]", draft.named("entry")));
}

/// When a rule decides, in the order in which it asks.
fn conditions(draft: &Draft<'_>, rule: Rule) -> Vec<(Cel, &'static str)> {
    let profile = draft.scope.profile;
    let own = |name: &str| draft.named(name);
    if !rule.is_asked(profile) {
        return Vec::new();
    }
    let one = |condition: String| vec![(condition, rule.id())];
    match rule {
        Rule::AlreadyInjected => {
            let mut same = vec![format!("c.name in {}", own("own"))];
            same.extend(profile.already_injected.iter().map(pattern));
            let theirs = format!("{}.exists(c, {})", own("strangers"), any(&same));
            vec![(own("entry"), rule.id()), (theirs, rule.id())]
        }
        Rule::NoContainers => one(format!("{}.size() == 0", own("apps"))),
        Rule::MirrorPod => one(format!("{} in {}", quoted(MIRROR), own("ann"))),
        Rule::Terminating => one("has(object.metadata.deletionTimestamp)".to_owned()),
        Rule::HostNetwork => one("object.spec.?hostNetwork.orValue(false)".to_owned()),
        Rule::Windows => one(windows()),
        Rule::ForeignSidecar => {
            let mut cases = one(format!("{}.exists(c, !(c.name in {}) && {})", own("all"), own("own"), foreign("c")));
            cases.extend(meshes(profile).iter().map(|mesh| (asks_for(draft, mesh), rule.id())));
            cases
        }
        Rule::PodOptedOut if profile.pod_switch.is_some() => {
            let says = own("podSays");
            vec![(format!("{says} == 'bad'"), BAD_VALUE), (format!("{says} == 'out'"), rule.id())]
        }
        Rule::PodOptedIn if profile.pod_switch.is_some() => one(format!("{} == 'in'", own("podSays"))),
        Rule::NamespaceOptedOut if profile.namespace_switch.is_some() => one(format!("{} == 'out'", own("nsSays"))),
        Rule::NamespaceOptedIn if profile.namespace_switch.is_some() => one(format!("{} == 'in'", own("nsSays"))),
        // Files only; and clusters that have policies have native sidecars.
        Rule::PatchFragment | Rule::OwnedLive | Rule::Job => Vec::new(),
        Rule::ExcludedNamespace | Rule::NamespaceNotSelected | Rule::ObjectNotSelected
            if draft.gates == Gates::Server =>
        {
            Vec::new()
        }
        Rule::ExcludedNamespace => {
            one(format!("namespaceObject.metadata.name in {}", words(&profile.excluded_namespaces)))
        }
        Rule::NamespaceNotSelected => not_selected(profile.namespace_selector.as_ref(), &own("nsLab"), rule),
        Rule::ObjectNotSelected => not_selected(profile.object_selector.as_ref(), &own("lab"), rule),
        // The profile has no such switch; the last of the chain; and those that confirm, see `confirmed`.
        Rule::PodOptedOut
        | Rule::PodOptedIn
        | Rule::NamespaceOptedOut
        | Rule::NamespaceOptedIn
        | Rule::Default
        | Rule::Condition
        | Rule::Requirement => Vec::new(),
    }
}

/// When labels do not match a selector.
fn not_selected(selector: Option<&Selector>, labels: &str, rule: Rule) -> Vec<(Cel, &'static str)> {
    let requirements = selector.map(|selector| selector.0.as_slice()).unwrap_or_default();
    let fails = |Requirement { key, operator, values }: &Requirement| {
        let there = format!("{} in {labels}", quoted(key));
        let listed = format!("{there} && {labels}[{}] in {}", quoted(key), words(values));
        match operator {
            Operator::Exists => format!("!({there})"),
            Operator::DoesNotExist => format!("({there})"),
            Operator::In => format!("!({listed})"),
            Operator::NotIn => format!("({listed})"),
        }
    };
    requirements.iter().map(|requirement| (fails(requirement), rule.id())).collect()
}

/// A list of texts.
fn words<T: AsRef<str>>(words: &[T]) -> Cel {
    if words.is_empty() {
        return NOTHING.to_owned();
    }
    format!("[{}]", words.iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(", "))
}

fn pattern(pattern: &ContainerPattern) -> Cel {
    let part = |pattern: &Option<String>, text: &str| pattern.as_ref().map(|pattern| glob(pattern, text));
    let parts = [part(&pattern.name, "c.name"), part(&pattern.image, "c.?image.orValue('')")];
    let parts: Vec<Cel> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "true".to_owned() } else { format!("({})", parts.join(" && ")) }
}

/// Whether a container is another mesh's proxy.
pub(super) fn foreign(container: &str) -> Cel {
    let names: Vec<String> = FOREIGN_NAMES.iter().map(|name| quoted(name)).collect();
    let mut cases = vec![format!("{container}.name in [{}]", names.join(", "))];
    let image = format!("{container}.?image.orValue('')");
    cases.extend(FOREIGN_IMAGES.iter().map(|(before, behind)| glob(&format!("*{before}/{behind}*"), &image)));
    any(&cases)
}

fn windows() -> Cel {
    let labels = OS_LABELS.map(quoted).join(", ");
    let terms = "object.spec.?affinity.?nodeAffinity.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms.orValue([]).filter(t, t.?matchExpressions.orValue([]).size() > 0 || t.?matchFields.orValue([]).size() > 0)";
    let asks = format!(
        "e.key in [{labels}] && (e.operator == 'In' ? e.?values.orValue([]) == ['windows'] : e.operator == 'NotIn' && 'linux' in e.?values.orValue([]) && !('windows' in e.?values.orValue([])))"
    );
    format!(
        "(object.spec.?os.?name.orValue('') == 'windows' || [{labels}].exists(k, object.spec.?nodeSelector[?k].orValue('') == 'windows') || ({terms}.size() > 0 && {terms}.all(t, t.?matchExpressions.orValue([]).exists(e, {asks}))))"
    )
}

/// Whether another mesh is asked to add its proxy.
fn asks_for(draft: &Draft<'_>, mesh: &MeshWords) -> Cel {
    let says = |keys: &[(&'static str, &'static str, Asks)], maps: [Cel; 2]| {
        let [annotations, labels] = maps;
        let mut cases = Vec::new();
        for (member, key, asks) in keys {
            let map = if *member == KeyList::Annotations.field() { &annotations } else { &labels };
            let value = format!("{map}[?{}].orValue('')", quoted(key));
            match asks {
                Asks::Any => cases.push((format!("{value} != ''"), quoted("in"))),
                Asks::IgnoringCase(yes) => {
                    cases.push((format!("{value}.lowerAscii() in {}", words(yes)), quoted("in")));
                    cases.push((format!("{value} != ''"), quoted("out")));
                }
                Asks::Words(yes, no) => {
                    cases.push((format!("{value} in {}", words(yes)), quoted("in")));
                    cases.push((format!("{value} in {}", words(no)), quoted("out")));
                }
            }
        }
        format!("({})", first_of(cases, "''"))
    };
    let pod = says(&mesh.pod, [draft.named("ann"), draft.named("lab")]);
    let namespace = says(&mesh.namespace, [draft.named("nsAnn"), draft.named("nsLab")]);
    let either = format!("({pod} != '' ? {pod} : {namespace}) == 'in'");
    if mesh.namespace_opts_out { format!("({namespace} != 'out' && {either})") } else { format!("({either})") }
}

/// What a map says to a switch: `in`, `out`, nothing, or what `other` is.
fn says(map: &str, key: &str, switch: &Switch, other: &str) -> Cel {
    let value = format!("{map}[{}]", quoted(key));
    let mut cases = Vec::new();
    if !switch.skip.is_empty() {
        cases.push((format!("{value} in {}", words(&switch.skip)), quoted("out")));
    }
    if !switch.inject.is_empty() {
        cases.push((format!("{value} in {}", words(&switch.inject)), quoted("in")));
    }
    format!("({})", first_of(cases, other))
}

/// The places of a switch in the order in which they count, each with its noun.
fn places(switch: &Switch, maps: [Cel; 2]) -> Vec<(&'static str, &str, Cel)> {
    let [annotations, labels] = maps;
    let annotation = switch.annotation.as_deref().map(|key| (KeyList::Annotations.noun(), key, annotations));
    let label = switch.label.as_deref().map(|key| (KeyList::Labels.noun(), key, labels));
    annotation.into_iter().chain(label).collect()
}

fn not_one_of(place: &str, key: &str, of: &str, value: &str, switch: &Switch, rest: &str) -> Cel {
    let allowed: Vec<&String> = switch.inject.iter().chain(&switch.skip).collect();
    let words = quoted(&format!("` is not one of {}{rest}", list(&allowed)));
    format!("{} + {of}'`: `' + {} + {words}", quoted(&format!("{place} `{key}")), shown(&format!("string({value})")))
}

/// Defines what the pod and the namespace say, and the words where that is nothing that they may say.
fn switches(draft: &mut Draft<'_>) {
    let profile = draft.scope.profile;
    if let Some(switch) = &profile.pod_switch {
        let (mut cases, mut words) = (Vec::new(), Vec::new());
        for (noun, key, map) in places(switch, [draft.named("ann"), draft.named("lab")]) {
            let there = format!("{} in {map}", quoted(key));
            cases.push((there.clone(), says(&map, key, switch, "'bad'")));
            words.push((there, not_one_of(noun, key, "", &format!("{map}[{}]", quoted(key)), switch, "")));
        }
        draft.define("podSays", first_of(cases, "''"));
        draft.define("podBad", first_of(words, "''"));
    }
    if let Some(switch) = &profile.namespace_switch {
        let mut chain = "''".to_owned();
        for (noun, key, map) in places(switch, [draft.named("nsAnn"), draft.named("nsLab")]).into_iter().rev() {
            let there = format!("{} in {map}", quoted(key));
            // Any other value counts as none.
            chain = format!("({there} ? {} : {chain})", says(&map, key, switch, &chain));
            let known: Vec<String> = switch.inject.iter().chain(&switch.skip).map(|word| quoted(word)).collect();
            let value = format!("{map}[{}]", quoted(key));
            let of = "'` of namespace `' + namespaceObject.metadata.name + ";
            let words = not_one_of(noun, key, of, &value, switch, ", and counts as not set");
            draft.of_namespace.push(format!("({there} && !({value} in [{}]) ? [{words}] : [])", known.join(", ")));
        }
        draft.define("nsSays", chain);
    }
}

/// Defines what confirms an injection: `''` where it does, `skip` where the pod is left alone, and else the words of an error.
pub(super) fn confirmed(draft: &mut Draft<'_>) {
    let profile = draft.scope.profile;
    let mut cases = Vec::new();
    let mut warnings = Vec::new();
    let values = draft.values();
    for condition in &profile.match_conditions {
        cases.push((format!("!({})", values.holds(&condition.condition)), quoted("skip")));
    }
    for requirement in &profile.requirements {
        let fails = format!("!({})", values.holds(&requirement.that));
        let told = format!(
            "{} + {}",
            quoted(&format!("the profile `{}` says: ", profile.name)),
            values.text(&requirement.message, 0)
        );
        match requirement.severity {
            RequirementSeverity::Reject => cases.push((fails, told)),
            RequirementSeverity::Skip => cases.push((fails, quoted("skip"))),
            // What warns sees the pod once all is added, and the profile speaks of the pod before.
            RequirementSeverity::Warn if profile.reads(Fact::Pod, requirement.that.holds.variables()) => {}
            RequirementSeverity::Warn => warnings.push(format!("({fails} ? [{told}] : [])")),
        }
    }
    draft.warnings.extend(warnings);
    draft.define("confirmed", first_of(cases, "''"));
}

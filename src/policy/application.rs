//! What is added to containers of the application: variables, sources of variables, mounts.
//!
//! Each list of a container is written anew, once, with all that goes to its beginning and its end.

use serde_json::Value;

use super::cel::{Cel, add, any, quoted};
use super::draft::Draft;
use super::lists::pointer;
use super::rules::foreign;
use super::scope::local;
use super::values::Piece;
use crate::profile::slot::{Home, Slot, SlotMap};
use crate::profile::template::{Condition, Template};
use crate::profile::{Addition, ApplicationBlock, BlockTargets, EnvPlacement, Targets};
use crate::value::pointer::Pointer;

/// What is added to some of the containers.
struct Block {
    /// Whether a container of this list is meant; the container is the variable `e0`. `None` where none is.
    targets: Box<dyn Fn(Slot) -> Option<Cel>>,
    when: Option<Cel>,
    items: Vec<Item>,
    /// The message where the pod has no container that is meant, with when it is told.
    absent: Option<(Cel, Cel)>,
}

/// One element of a list of containers. Expressions see the container as `e0`.
struct Item {
    slot: Slot,
    key: String,
    end: EnvPlacement,
    when: Option<Cel>,
    value: Cel,
}

/// What is added to the application.
#[derive(Default)]
pub(super) struct Application {
    /// Operations.
    pub(super) operations: Vec<Cel>,
    /// Lists of pointers that the record has under `fields`.
    pub(super) fields: Vec<Cel>,
    /// Lists of pointers that it has under `created`.
    pub(super) created: Vec<Cel>,
    /// Lists of messages about what clashes.
    pub(super) conflicts: Vec<Cel>,
}

const LISTS: [(Slot, &str); 2] = [(Slot::InitContainers, "inits"), (Slot::Containers, "apps")];

/// The container at hand.
fn container() -> Cel {
    local(0)
}

pub(super) fn define(draft: &mut Draft<'_>) -> Application {
    let profile = draft.scope.profile;
    let mut blocks: Vec<Block> = Vec::new();
    if Slot::of(Home::Application).any(|slot| !profile.added[slot].is_empty()) {
        let items = items(draft, &profile.added, profile.env_placement, &Pointer::of(["spec", "application"]));
        let absent = absent(draft, &profile.targets, None);
        blocks.push(Block { targets: fixed(profile.targets.clone()), when: None, items, absent });
    }
    for (index, block) in profile.blocks.iter().enumerate() {
        blocks.extend(self::block(draft, block, index));
    }
    if blocks.iter().all(|block| block.items.is_empty()) {
        return Application::default();
    }
    twice(draft, &blocks);
    let recorded = format!("{}.exists(l, l.contains('\"' + c.name + '\"'))", draft.named("listed"));
    let mine = format!(
        "{}.filter(c, !(c.name in {}) && !{recorded} && !{}).map(c, c.name)",
        draft.named("all"),
        draft.named("own"),
        foreign("c")
    );
    draft.define("applications", mine);
    let mut application = Application::default();
    for (list, variable) in LISTS {
        for slot in Slot::of(Home::Application) {
            application.operations.extend(operation(draft, &blocks, (list, variable), slot));
        }
    }
    for (number, block) in blocks.iter().enumerate() {
        for (list, variable) in LISTS {
            let Some(targets) = (block.targets)(list) else { continue };
            record(draft, &blocks, number, (list, variable, &targets), &mut application);
        }
        if let Some((condition, message)) = &block.absent {
            draft.warnings.push(format!("({condition} ? [{message}] : [])"));
        }
    }
    warnings(draft, &blocks, &mut application);
    application
}

fn fixed(targets: Targets) -> Box<dyn Fn(Slot) -> Option<Cel>> {
    Box::new(move |list| match (&targets, list) {
        (Targets::All, _)
        | (Targets::Containers, Slot::Containers)
        | (Targets::InitContainers, Slot::InitContainers) => Some("true".to_owned()),
        (Targets::Named(names), _) => {
            let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            Some(format!("{}.name in [{}]", container(), names.join(", ")))
        }
        _ => None,
    })
}

/// When no container is meant, and what is said then.
fn absent(draft: &Draft<'_>, targets: &Targets, when: Option<&Cel>) -> Option<(Cel, Cel)> {
    let profile = &draft.scope.profile.name;
    let applications = draft.named("applications");
    let of = |list: &str| format!("!{}.exists(c, c.name in {applications})", draft.named(list));
    let (condition, meant) = match targets {
        Targets::Named(names) if names.is_empty() => return None,
        Targets::Named(names) => {
            let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            let condition = format!("!{applications}.exists(n, n in [{}])", list.join(", "));
            (condition, format!("container `{}`", names.join("` or `")))
        }
        Targets::InitContainers => (of("inits"), "init container of its own".to_owned()),
        Targets::Containers => (of("apps"), "container of its own".to_owned()),
        Targets::All => (format!("{applications}.size() == 0"), "container of its own".to_owned()),
    };
    let condition = match when {
        Some(when) => format!("{when} && {condition}"),
        None => condition,
    };
    let message = format!(
        "the pod has no {meant}, where the profile `{profile}` adds to the application: nothing is added there"
    );
    Some((condition, quoted(&message)))
}

fn block(draft: &mut Draft<'_>, block: &ApplicationBlock, index: usize) -> Option<Block> {
    let ApplicationBlock { targets, when, env_placement, added, rewrites } = block;
    let at = Pointer::of(["spec", "application", &index.to_string()]);
    if !rewrites.is_empty() {
        draft.wrong.say(&at.join("rewrite"), "`rewrite` is not compiled");
    }
    let holds = |when: &Condition| draft.values().holds(when);
    let when = when.as_ref().map(holds).filter(|when| when != "true");
    if when.as_deref() == Some("false") {
        return None;
    }
    let items = items(draft, added, *env_placement, &at);
    Some(match targets {
        BlockTargets::Fixed(targets) => {
            let absent = absent(draft, targets, when.as_ref());
            let reads = draft.scope.profile.reads_container(block);
            Block { targets: fixed(targets.clone()), when, items, absent: absent.filter(|_| !reads) }
        }
        BlockTargets::Computed(names) => {
            let names = draft.values().one(names, 0);
            let names = draft.define(&format!("targets{index}"), names);
            let targets = move |_| Some(format!("{}.name in {names}", container()));
            Block { targets: Box::new(targets), when, items, absent: None }
        }
    })
}

fn items(draft: &Draft<'_>, added: &SlotMap<Vec<Addition>>, end: EnvPlacement, at: &Pointer) -> Vec<Item> {
    let mut items = Vec::new();
    for slot in Slot::of(Home::Application) {
        for (index, addition) in added[slot].iter().enumerate() {
            let at = at.join(slot.field()).join(index.to_string());
            items.extend(item(draft, slot, addition, end, &at));
        }
    }
    items
}

/// Members of a variable that say how it is added, and that a policy does not have.
const TEXTS: [&str; 4] = ["append", "prepend", "separator", "onValueFrom"];

fn item(draft: &Draft<'_>, slot: Slot, addition: &Addition, end: EnvPlacement, at: &Pointer) -> Option<Item> {
    if let Some(name) = TEXTS.iter().find(|name| slot == Slot::Env && addition.template.part(name).is_some()) {
        draft.wrong.say(&at.join(*name), "text that is added to a variable's own value is not compiled");
        return None;
    }
    let word = |name: &str| addition.template.part(name).and_then(|part| constant(draft, &part));
    let end = match word("at").filter(|_| slot == Slot::Env).as_deref() {
        Some("First") => EnvPlacement::First,
        Some(_) => EnvPlacement::Last,
        None if slot == Slot::EnvFrom => EnvPlacement::First,
        None => end,
    };
    let template = without(&addition.template, "at", slot == Slot::Env);
    let pieces = draft.values().pieces(&template, 1);
    let (when, value) = match pieces.as_slice() {
        [] => return None,
        [Piece::Always(value)] => (None, value.clone()),
        [Piece::Where(condition, value)] => (Some(condition.clone()), value.clone()),
        _ => {
            draft.wrong.say(at, &format!("a {} under `forEach` is not compiled", slot.noun()));
            return None;
        }
    };
    let key = match slot {
        Slot::EnvFrom => match &template {
            Template::Literal(value) => crate::profile::slot::source_key(value),
            _ => None,
        },
        slot => slot.keys().first().and_then(|key| word(key)),
    };
    let Some(key) = key else {
        draft.wrong.say(at, &format!("a {} whose name depends on the pod is not compiled", slot.noun()));
        return None;
    };
    Some(Item { slot, key, end, when, value })
}

fn constant(draft: &Draft<'_>, template: &Template) -> Option<String> {
    match draft.scope.values(template, 1)?.as_slice() {
        [Value::String(text)] => Some(text.clone()),
        _ => None,
    }
}

/// A variable without the member that says where it goes.
fn without(template: &Template, name: &str, is_env: bool) -> Template {
    let mut template = template.clone();
    if is_env {
        remove(&mut template, name);
    }
    template
}

fn remove(template: &mut Template, name: &str) {
    match template {
        Template::Literal(Value::Object(members)) => drop(members.shift_remove(name)),
        Template::Object(members) => members.retain(|(member, _)| member != name),
        Template::Sparse(inner) => remove(inner, name),
        Template::Part(part) => {
            if let crate::profile::template::Content::One(inner) = &mut part.content {
                remove(inner, name);
            }
        }
        Template::Literal(_) | Template::Scalar(_) | Template::List(_) => {}
    }
}

/// Two elements of one name for one list would depend on each other.
fn twice(draft: &Draft<'_>, blocks: &[Block]) {
    let all: Vec<&Item> = blocks.iter().flat_map(|block| &block.items).collect();
    for (index, item) in all.iter().enumerate() {
        if all.iter().take(index).any(|other| other.slot == item.slot && other.key == item.key) {
            let at = Pointer::of(["spec", "application"]);
            draft.wrong.say(&at, &format!("two elements with the name `{}` for one list are not compiled", item.key));
        }
    }
}

/// Whether a container at hand has an element of this name.
fn there(item: &Item) -> Cel {
    format!("{}.?{}.orValue([]).exists(v, {})", container(), item.slot.field(), is_it(item, "v"))
}

fn is_it(item: &Item, found: &str) -> Cel {
    match item.slot {
        // Two paths are compared as the kernel would.
        Slot::VolumeMounts => {
            let parts = item.key.split('/').filter(|part| !matches!(*part, "" | "."));
            let parts: Vec<String> = parts.map(quoted).collect();
            format!("{found}.mountPath.split('/').filter(s, s != '' && s != '.') == [{}]", parts.join(", "))
        }
        Slot::EnvFrom => format!("{found} == {}", item.value),
        _ => format!("{found}.name == {}", quoted(&item.key)),
    }
}

/// When a block adds an element to the container at hand.
fn missing(draft: &Draft<'_>, block: &Block, targets: &str, item: &Item) -> Cel {
    let mine = format!("{}.name in {}", container(), draft.named("applications"));
    let mut conditions = vec![mine];
    conditions.extend((targets != "true").then(|| format!("({targets})")));
    conditions.extend(block.when.clone());
    conditions.extend(item.when.clone());
    conditions.push(format!("!{}", there(item)));
    format!("({})", conditions.join(" && "))
}

/// Writes one list of each container of a list anew, where something is missing in it.
fn operation(draft: &Draft<'_>, blocks: &[Block], (list, variable): (Slot, &str), slot: Slot) -> Option<Cel> {
    let mut first: Vec<Cel> = Vec::new();
    let mut last = Vec::new();
    let mut conditions = Vec::new();
    for block in blocks {
        let Some(targets) = (block.targets)(list) else { continue };
        let mut front = Vec::new();
        for item in block.items.iter().filter(|item| item.slot == slot) {
            let condition = missing(draft, block, &targets, item);
            let piece = format!("({condition} ? [dyn({})] : [])", item.value);
            conditions.push(condition);
            match item.end {
                EnvPlacement::First => front.push(piece),
                EnvPlacement::Last => last.push(piece),
            }
        }
        front.extend(std::mem::take(&mut first));
        first = front;
    }
    if conditions.is_empty() {
        return None;
    }
    let own = format!("{}.?{}.orValue([])", container(), slot.field());
    let all: Vec<Cel> = first.into_iter().chain([own]).chain(last).collect();
    let path =
        format!("{} + string(i) + {}", quoted(&format!("{}/", list.place())), quoted(&format!("/{}", slot.field())));
    Some(format!(
        "{}.transformList(i, {}, {}, {})",
        draft.named(variable),
        container(),
        any(&conditions),
        add(&path, &all.join(" + "))
    ))
}

/// What the record has of one block and one list: texts that are joined already, one for each container.
fn record(
    draft: &Draft<'_>,
    blocks: &[Block],
    number: usize,
    (list, variable, targets): (Slot, &str, &str),
    application: &mut Application,
) {
    let Some(block) = blocks.get(number).filter(|block| !block.items.is_empty()) else { return };
    let base = quoted(&format!("{}/", list.place()));
    let mut fields = Vec::new();
    let mut created = Vec::new();
    for slot in Slot::of(Home::Application) {
        let mine: Vec<&Item> = block.items.iter().filter(|item| item.slot == slot).collect();
        if mine.is_empty() {
            continue;
        }
        let field = slot.field();
        let mut adds = Vec::new();
        for item in mine {
            let condition = missing(draft, block, targets, item);
            let name = pointer(&Pointer::of([field, item.key.as_str()]));
            let path = format!("{base} + {}.name + {}", container(), quoted(&name));
            let shared = format!(
                "({}.exists(v, {} && v == {}) && {}.contains('\"' + {path} + '\"'))",
                format_args!("{}.?{field}.orValue([])", container()),
                is_it(item, "v"),
                item.value,
                draft.named("status")
            );
            fields.push(format!("({condition} || {} ? [{path}] : [])", within(draft, block, targets, item, &shared)));
            adds.push(condition);
        }
        // The list counts as made by the first block that adds to it.
        let earlier: Vec<Cel> = blocks
            .iter()
            .take(number)
            .filter_map(|earlier| Some((earlier, (earlier.targets)(list)?)))
            .flat_map(|(earlier, targets)| {
                let items = earlier.items.iter().filter(|item| item.slot == slot);
                items.map(|item| missing(draft, earlier, &targets, item)).collect::<Vec<_>>()
            })
            .collect();
        let path = format!("{base} + {}.name + {}", container(), quoted(&format!("/{field}")));
        created.push(format!(
            "(!has({}.{field}) && {} && !{} ? [{path}] : [])",
            container(),
            any(&adds),
            any(&earlier)
        ));
    }
    let each = |parts: &[Cel]| {
        format!(
            "{}.map({}, ({}).join('\",\"')).filter(t, t != '')",
            draft.named(variable),
            container(),
            parts.join(" + ")
        )
    };
    application.fields.push(each(&fields));
    application.created.push(each(&created));
}

/// A condition, where a block is about the container at hand.
fn within(draft: &Draft<'_>, block: &Block, targets: &str, item: &Item, condition: &str) -> Cel {
    let mut conditions = vec![format!("{}.name in {}", container(), draft.named("applications"))];
    conditions.extend((targets != "true").then(|| format!("({targets})")));
    conditions.extend(block.when.clone());
    conditions.extend(item.when.clone());
    conditions.push(condition.to_owned());
    format!("({})", conditions.join(" && "))
}

/// Values of the pod's own that stay, and mounts that clash.
fn warnings(draft: &mut Draft<'_>, blocks: &[Block], application: &mut Application) {
    for block in blocks {
        for (list, variable) in LISTS {
            let Some(targets) = (block.targets)(list) else { continue };
            for item in &block.items {
                let found = format!("{}.?{}.orValue([])", container(), item.slot.field());
                let differs = match item.slot {
                    Slot::EnvFrom => continue,
                    Slot::VolumeMounts => format!(
                        "v.transformMap(k, x, k != 'mountPath', x) != {}.transformMap(k, x, k != 'mountPath', x)",
                        item.value
                    ),
                    _ => format!("v != {}", item.value),
                };
                let other = format!("{found}.exists(v, {} && {differs})", is_it(item, "v"));
                let condition = within(draft, block, &targets, item, &other);
                let variable = draft.named(variable);
                if item.slot == Slot::VolumeMounts {
                    application.conflicts.push(mount_conflict(draft, &variable, &condition, item, &found));
                } else {
                    let words =
                        format!("the {} `{}` already has another value, which is kept", item.slot.noun(), item.key);
                    draft.warnings.push(format!(
                        "{variable}.filter({}, {condition}).map(c, {})",
                        container(),
                        quoted(&words)
                    ));
                }
            }
        }
    }
}

fn mount_conflict(draft: &Draft<'_>, containers: &str, condition: &str, item: &Item, found: &str) -> Cel {
    let profile = &draft.scope.profile.name;
    let theirs = format!("{found}.filter(v, {})[0]", is_it(item, "v"));
    let ours = format!("{}.name", item.value);
    let same = format!(
        "'container `' + {c}.name + '` mounts the volume `' + {theirs}.name + '` at `' + {theirs}.mountPath + {}",
        quoted(&format!("` differently from the profile `{profile}`")),
        c = container()
    );
    let other = format!(
        "'container `' + {c}.name + '` mounts the volume `' + {theirs}.name + '` at `' + {theirs}.mountPath + {} + string({ours}) + '`'",
        quoted(&format!("`, where the profile `{profile}` mounts `")),
        c = container()
    );
    format!(
        "{containers}.filter({c}, {condition}).map({c}, {theirs}.name == {ours} ? {same} : {other})",
        c = container()
    )
}

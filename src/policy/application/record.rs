//! What the record has of the application's containers, and what is said of values that stay.

use super::{Application, Block, Blocks, Item, LISTS, Text, What, container, filled, with_keys};
use crate::kube::version::KubernetesVersion;
use crate::policy::cel::{Cel, json_short, quoted};
use crate::policy::draft::Draft;
use crate::policy::lists::pointer;
use crate::profile::slot::{Home, Slot};
use crate::value::pointer::Pointer;

/// Fills in `fields`, `created` and `edited`: texts that are joined already, one for each container.
pub(super) fn define(draft: &Draft<'_>, blocks: &[Block], application: &mut Application) {
    for number in 0..blocks.len() {
        for (list, variable) in LISTS {
            of_list(draft, blocks, number, (list, variable), application);
        }
    }
}

fn of_list(
    draft: &Draft<'_>,
    blocks: &[Block],
    number: usize,
    (list, variable): (Slot, &str),
    application: &mut Application,
) {
    let Some(block) = blocks.get(number).filter(|block| !block.items.is_empty()) else { return };
    let Some(targets) = (block.targets)(list) else { return };
    let base = format!("{} + {}.name", quoted(&format!("{}/", list.place())), container());
    let all = Blocks { all: blocks, list };
    let mut fields = Vec::new();
    let mut created = Vec::new();
    let mut edited = Vec::new();
    for slot in Slot::of(Home::Application) {
        let mine: Vec<&Item> = block.items.iter().filter(|item| item.slot == slot).collect();
        if mine.is_empty() {
            continue;
        }
        for item in &mine {
            fields.push(of_item(draft, all, block, item, &base));
            edited.extend(of_text(draft, block, &targets, item, &base));
        }
        let adds: Vec<Cel> = mine.iter().map(|item| all.missing(draft, block, item)).collect();
        // The list counts as made by the first block that adds to it.
        let earlier: Vec<Cel> = blocks
            .iter()
            .take(number)
            .filter(|earlier| (earlier.targets)(list).is_some())
            .flat_map(|earlier| {
                let items = earlier.items.iter().filter(|item| item.slot == slot);
                items.map(|item| all.missing(draft, earlier, item)).collect::<Vec<_>>()
            })
            .collect();
        let path = format!("{base} + {}", quoted(&format!("/{}", slot.field())));
        let is_first = if earlier.is_empty() { String::new() } else { format!(" && !{}", filled(&earlier)) };
        created.push(format!(
            "(!has({}.{}) && {}{is_first} ? [{path}] : [])",
            container(),
            slot.field(),
            filled(&adds)
        ));
    }
    let each = |parts: &[Cel], separator: &str| {
        format!(
            "{}.map({}, ({}).join({separator})).filter(t, t != '')",
            draft.named(variable),
            container(),
            parts.join(" + ")
        )
    };
    application.fields.push(each(&fields, "'\",\"'"));
    application.created.push(each(&created, "'\",\"'"));
    // One list for each variable, so that all members can be sorted together.
    application.edited.extend(edited.iter().map(|member| each(std::slice::from_ref(member), "','")));
}

/// The pointers of what an item adds, and of what another profile has added too.
fn of_item(draft: &Draft<'_>, all: Blocks<'_>, block: &Block, item: &Item, base: &str) -> Cel {
    let field = item.slot.field();
    let Some(targets) = (block.targets)(all.list) else { return "[]".to_owned() };
    let targets = targets.as_str();
    let missing = all.missing(draft, block, item);
    let status = draft.named("status");
    match &item.what {
        What::One { key, value } => {
            let path = format!("{base} + {}", quoted(&pointer(&Pointer::of([field, key]))));
            let shared = format!(
                "({} && {}.exists(v, {} && v == {value}) && {status}.contains('\"' + {path} + '\"'))",
                block.means(draft, targets, item),
                item.list(),
                item.is_it("v", "x")
            );
            format!("({missing}.size() > 0 || {shared} ? [{path}] : [])")
        }
        What::Text { key, text } => {
            let path = format!("{base} + {}", quoted(&pointer(&Pointer::of([field, key]))));
            let of_value = |condition: &str| {
                let found =
                    format!("{}.exists(v, {} && !has(v.valueFrom) && {condition})", item.list(), item.is_it("v", "x"));
                format!("({} && {found})", block.means(draft, targets, item))
            };
            let is_alone = of_value(&format!("v.?value.orValue('') == {}", text.alone()));
            let (named, value) = (is_listed(draft, &path), format!("{path} + '/value'"));
            let shared = format!("{} && !{}", is_listed(draft, &value), has_text(draft, &text_member(text, &value)));
            format!(
                "({missing}.size() > 0 || {is_alone} && {named} ? [{path}] : {} || {is_alone} && {shared} ? [{value}] : [])",
                of_value("!has(v.value)")
            )
        }
        What::Each(list) => {
            let path = format!("{base} + {} + {}", quoted(&format!("/{field}/")), in_pointer(item));
            let shared = format!(
                "{}.exists(v, {} && v == x) && {status}.contains('\"' + {path} + '\"')",
                item.list(),
                item.is_it("v", "x")
            );
            let means = block.means(draft, targets, item);
            let named = format!("a[0].transformList(n, x, ({}) || {shared}, {path})", all.lacks(draft, item));
            format!("({means} ? {} : [])", with_keys(list, item, &named))
        }
    }
}

/// The member that says which text was added to a variable's own value.
fn of_text(draft: &Draft<'_>, block: &Block, targets: &str, item: &Item, base: &str) -> Option<Cel> {
    let What::Text { key, text } = &item.what else { return None };
    let path = format!("{base} + {}", quoted(&pointer(&Pointer::of([item.slot.field(), key, "value"]))));
    let [before, behind] = text.missing("v.value");
    let found = |condition: &str| {
        format!(
            "{}.filter(v, {} && has(v.value) && !has(v.valueFrom) && {condition})",
            item.list(),
            item.is_it("v", "x")
        )
    };
    let added = found(&format!("({before} != '' || {behind} != '')"));
    let (separator, whole) = (&text.separator, text_member(text, &path));
    let member = member(&path, [&before, &behind], separator);
    // Both entries name it, and it is taken out together with the last of them.
    let shared = found(&format!("{before} == '' && {behind} == '' && {}", has_text(draft, &whole)));
    Some(format!("({} ? {added}.map(v, {member}) + {shared}.map(v, {whole}) : [])", block.means(draft, targets, item)))
}

/// The member for all of a text.
fn text_member(text: &Text, path: &str) -> Cel {
    member(path, [&text.prepend, &text.append], &text.separator)
}

/// A member that says which texts were added to the value at a place: before it, and behind it.
fn member(path: &str, [before, behind]: [&Cel; 2], separator: &str) -> Cel {
    let part = |name: &str, value: &str| {
        format!("({value} == '' ? [] : [{} + {} + '\"'])", quoted(&format!("\"{name}\":\"")), json_short(value))
    };
    let parts = [part("prepend", before), part("append", behind), part("separator", separator)];
    format!("'\"' + {path} + '\":{{' + ({}).join(',') + '}}'", parts.join(" + "))
}

/// Whether an entry of the record names this pointer as one that was added.
fn is_listed(draft: &Draft<'_>, path: &str) -> Cel {
    let status = draft.named("status");
    format!("[',', ']'].exists(e, {status}.contains('\"' + {path} + '\"' + e))")
}

/// Whether an entry of the record has this member for a text.
fn has_text(draft: &Draft<'_>, member: &str) -> Cel {
    format!("{}.contains({member})", draft.named("status"))
}

/// Values of the pod's own that stay, and mounts that clash.
pub(super) fn warnings(draft: &mut Draft<'_>, blocks: &[Block], application: &mut Application) {
    for block in blocks {
        for (list, variable) in LISTS {
            let Some(targets) = (block.targets)(list) else { continue };
            for item in &block.items {
                of_kept(draft, block, (list, variable, &targets), item, application);
            }
        }
    }
}

fn of_kept(
    draft: &mut Draft<'_>,
    block: &Block,
    (list, variable, targets): (Slot, &str, &str),
    item: &Item,
    application: &mut Application,
) {
    let containers = draft.named(variable);
    let means = block.means(draft, targets, item);
    let found = item.list();
    match &item.what {
        What::One { value, .. } if item.slot == Slot::VolumeMounts => {
            let differs =
                format!("v.transformMap(k, x, k != 'mountPath', x) != {value}.transformMap(k, x, k != 'mountPath', x)");
            let condition = format!("({means} && {found}.exists(v, {} && {differs}))", item.is_it("v", "x"));
            application.conflicts.push(mount_conflict(draft, &containers, &condition, item, value));
        }
        What::One { key, value } if matches!(item.slot, Slot::Env | Slot::EnvFrom) => {
            let is_kept = format!("{} && v != {value}", item.is_it("v", "x"));
            let condition = format!("({means} && {found}.exists(v, {is_kept}) && !{})", is_ours(draft, list, item));
            let words = format!("the {} `{key}` already has another value, which is kept", item.slot.noun());
            draft.warnings.push(told(&containers, &condition, &words));
        }
        What::Text { key, text } => {
            let condition = format!("({means} && {found}.exists(v, {} && has(v.valueFrom)))", item.is_it("v", "x"));
            let profile = &draft.scope.profile.name;
            let words =
                format!("the variable `{key}` has `valueFrom`, so the profile `{profile}` can add no text to it");
            let list = told(&containers, &condition, &words);
            if text.rejects_value_from { application.conflicts.push(list) } else { draft.warnings.push(list) }
        }
        What::Each(list) if item.slot == Slot::VolumeMounts => {
            let differs = "v.transformMap(k, m, k != 'mountPath', m) != x.transformMap(k, m, k != 'mountPath', m)";
            let clash = format!("{found}.exists(v, {} && {differs})", item.is_it("v", "x"));
            let words = mount_words(draft, item, "x");
            let c = container();
            application.conflicts.push(format!(
                "{containers}.filter({c}, {means} && {list}.exists(x, {clash})).map({c}, {list}.filter(x, {clash}).map(x, {words}).join('; '))"
            ));
        }
        What::Each(several) => {
            let warnings = each_kept(draft, item, (list, several), (&containers, &means));
            draft.warnings.push(warnings);
        }
        What::One { .. } => {}
    }
}

/// The warnings about several elements that a container has otherwise.
fn each_kept(draft: &Draft<'_>, item: &Item, (of, list): (Slot, &str), (containers, means): (&str, &str)) -> Cel {
    let ours = is_ours(draft, of, item);
    let kept = format!("{}.exists(v, {} && v != x) && !{ours}", item.list(), item.is_it("v", "x"));
    let words = format!(
        "{} + {} + '` already has another value, which is kept'",
        quoted(&format!("the {} `", item.slot.noun())),
        item.key("x")
    );
    // Older versions cannot make one list of several.
    let (each, all) = match draft.scope.version < KubernetesVersion(35) {
        true => (".join('; ')", ".filter(t, t != '')"),
        false => ("", ".flatten()"),
    };
    let c = container();
    format!("{containers}.filter({c}, {means}).map({c}, {list}.filter(x, {kept}).map(x, {words}){each}){all}")
}

/// Whether the profile's own entry has the element, of several `x`: then no value of the pod's stays. What warns sees the pod once
/// all is added, when a value that depends on the pod may be another one.
fn is_ours(draft: &Draft<'_>, list: Slot, item: &Item) -> Cel {
    let base = quoted(&format!("\"{}/", list.place()));
    let field = quoted(&format!("/{}/", item.slot.field()));
    format!("{}.contains({base} + {}.name + {field} + {} + '\"')", draft.named("mine"), container(), in_pointer(item))
}

/// The name of an element as it is in a pointer of the record; that of several is the one of `x`. It may have quotes in it.
fn in_pointer(item: &Item) -> Cel {
    json_short(&format!("{}.replace('~', '~0').replace('/', '~1')", item.recorded("x")))
}

fn told(containers: &str, condition: &str, words: &str) -> Cel {
    format!("{containers}.filter({}, {condition}).map(c, {})", container(), quoted(words))
}

fn mount_conflict(draft: &Draft<'_>, containers: &str, condition: &str, item: &Item, value: &str) -> Cel {
    let c = container();
    format!("{containers}.filter({c}, {condition}).map({c}, {})", mount_words(draft, item, value))
}

/// The words about a mount of the pod's at the place of this one.
fn mount_words(draft: &Draft<'_>, item: &Item, value: &str) -> Cel {
    let profile = &draft.scope.profile.name;
    let theirs = format!("{}.filter(v, {})[0]", item.list(), item.is_it("v", "x"));
    let ours = format!("{value}.name");
    let c = container();
    let mounts =
        format!("'container `' + {c}.name + '` mounts the volume `' + {theirs}.name + '` at `' + {theirs}.mountPath");
    let same = quoted(&format!("` differently from the profile `{profile}`"));
    let other = quoted(&format!("`, where the profile `{profile}` mounts `"));
    let path = format!("{value}.mountPath");
    let spelling = format!("({theirs}.mountPath == {path} ? '`' : '` (`' + string({path}) + '`)')");
    format!("({theirs}.name == {ours} ? {mounts} + {same} : {mounts} + {other} + string({ours}) + {spelling})")
}

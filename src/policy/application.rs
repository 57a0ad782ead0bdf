//! What is added to containers of the application: variables, sources of variables, mounts, text.
//!
//! Each list of a container is written anew, once, with all that goes to its beginning and its end. In the expressions the
//! container at hand is the first local variable.

use super::cel::{Cel, any, has_token, quoted};
use super::draft::Draft;
use super::rules::foreign;
use super::scope::local;
use crate::profile::slot::{Home, Slot};
use crate::profile::template::Condition;
use crate::profile::{ApplicationBlock, BlockTargets, EnvPlacement, Targets};
use crate::value::pointer::Pointer;

mod items;
mod operations;
mod record;
mod rewrites;

use items::Around;
pub(super) use rewrites::recorded;

/// What is added to some of the containers.
struct Block {
    /// Its index among the profile's blocks, where it is one of them.
    source: Option<usize>,
    /// Whether a container of this list is meant; `None` where none is.
    targets: Box<dyn Fn(Slot) -> Option<Cel>>,
    when: Option<Cel>,
    items: Vec<Item>,
    /// The message where the pod has no container that is meant, with when it is told.
    absent: Option<(Cel, Cel)>,
}

/// What goes to one list of a container.
struct Item {
    slot: Slot,
    /// The number of its block, and its own in that.
    number: (usize, usize),
    end: EnvPlacement,
    when: Option<Cel>,
    what: What,
}

/// The elements of an item.
enum What {
    /// One whose name is the same for every pod.
    One { key: String, value: Cel },
    /// Those of this list.
    Each(Cel),
    /// Text for a variable's own value; where there is no such variable, it is one that has the text alone.
    Text { key: String, text: Text },
}

/// Expressions of text for the ends of a value.
struct Text {
    prepend: Cel,
    append: Cel,
    separator: Cel,
    /// Whether a variable that has its value from elsewhere is an error.
    rejects_value_from: bool,
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
    /// Lists of members that it has under `edited`.
    pub(super) edited: Vec<Cel>,
    /// Lists of probes and hooks that are rewritten, for [`recorded`].
    pub(super) rewritten: Vec<Cel>,
    /// Lists of messages about what clashes.
    pub(super) conflicts: Vec<Cel>,
}

/// The lists of containers, each with its variable.
const LISTS: [(Slot, &str); 2] = [(Slot::InitContainers, "inits"), (Slot::Containers, "apps")];

/// The container at hand.
fn container() -> Cel {
    local(0)
}

pub(super) fn define(draft: &mut Draft<'_>) -> Application {
    let profile = draft.scope.profile;
    let mut blocks: Vec<Block> = Vec::new();
    if Slot::of(Home::Application).any(|slot| !profile.added[slot].is_empty()) {
        let at = Pointer::of(["spec", "application"]);
        let items = items::of(draft, &profile.added, (profile.env_placement, Around::Nothing), &at);
        let absent = absent(draft, &profile.targets, None);
        blocks.push(Block { source: None, targets: fixed(profile.targets.clone()), when: None, items, absent });
    }
    for (index, block) in profile.blocks.iter().enumerate() {
        blocks.extend(self::block(draft, block, index));
    }
    if blocks.iter().all(|block| block.items.is_empty()) && profile.blocks.iter().all(|block| block.rewrites.is_empty())
    {
        return Application::default();
    }
    twice(draft, &blocks);
    for (number, block) in blocks.iter_mut().enumerate() {
        block.items.iter_mut().enumerate().for_each(|(index, item)| item.number = (number, index));
    }
    let recorded = format!("{}.exists(l, l.contains('\"' + c.name + '\"'))", draft.named("listed"));
    let mine = format!(
        "{}.filter(c, !(c.name in {}) && !{recorded} && !{}).map(c, c.name)",
        draft.named("all"),
        draft.named("own"),
        foreign("c")
    );
    draft.define("applications", mine);
    let mut application = Application::default();
    rewrites::define(draft, &blocks, &mut application);
    for (list, variable) in LISTS {
        for slot in Slot::of(Home::Application) {
            application.operations.extend(operations::of_list(draft, &blocks, (list, variable), slot));
        }
    }
    record::define(draft, &blocks, &mut application);
    record::warnings(draft, &blocks, &mut application);
    for (condition, message) in blocks.iter().filter_map(|block| block.absent.as_ref()) {
        draft.warnings.push(format!("({condition} ? [{message}] : [])"));
    }
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
    // What it rewrites is in `rewrites`.
    let ApplicationBlock { targets, when, env_placement, added, rewrites: _ } = block;
    let at = Pointer::of(["spec", "application", &index.to_string()]);
    let holds = |when: &Condition| draft.values().holds(when);
    let when = when.as_ref().map(holds).filter(|when| when != "true");
    if when.as_deref() == Some("false") {
        return None;
    }
    let items = items::of(draft, added, (*env_placement, Around::Container), &at);
    let source = Some(index);
    Some(match targets {
        BlockTargets::Fixed(targets) => {
            let absent = absent(draft, targets, when.as_ref());
            let reads = draft.scope.profile.reads_container(block);
            Block { source, targets: fixed(targets.clone()), when, items, absent: absent.filter(|_| !reads) }
        }
        BlockTargets::Computed(names) => {
            let names = draft.values().one(names, 0);
            let names = draft.define(&format!("targets{index}"), names);
            let targets = move |_| Some(format!("{}.name in {names}", container()));
            Block { source, targets: Box::new(targets), when, items, absent: None }
        }
    })
}

/// Two elements of one name for one list would depend on each other.
fn twice(draft: &Draft<'_>, blocks: &[Block]) {
    let all: Vec<(Slot, &String)> = blocks.iter().flat_map(|block| &block.items).filter_map(Item::named).collect();
    for (index, (slot, key)) in all.iter().enumerate() {
        if all.iter().take(index).any(|(known, other)| known == slot && other == key) {
            let at = Pointer::of(["spec", "application"]);
            draft.wrong.say(&at, &format!("two elements with the name `{key}` for one list are not compiled"));
        }
    }
}

impl Item {
    fn named(&self) -> Option<(Slot, &String)> {
        match &self.what {
            What::One { key, .. } | What::Text { key, .. } => Some((self.slot, key)),
            What::Each(_) => None,
        }
    }
}

impl Block {
    /// When the block is about the container at hand, with these targets, and the item is there.
    fn means(&self, draft: &Draft<'_>, targets: &str, item: &Item) -> Cel {
        let is_meant = self.is_meant(draft, targets);
        item.when.as_ref().map_or_else(|| is_meant.clone(), |when| format!("{is_meant} && {when}"))
    }

    /// When it is about the container at hand.
    fn is_meant(&self, draft: &Draft<'_>, targets: &str) -> Cel {
        let mut conditions = vec![format!("{}.name in {}", container(), draft.named("applications"))];
        conditions.extend((targets != "true").then(|| format!("({targets})")));
        conditions.extend(self.when.clone());
        conditions.join(" && ")
    }
}

/// The blocks, as one of the lists of containers has them.
#[derive(Clone, Copy)]
struct Blocks<'b> {
    all: &'b [Block],
    list: Slot,
}

impl Blocks<'_> {
    /// The list of the elements that an item of a block adds to the container at hand, which lacks them.
    fn missing(self, draft: &Draft<'_>, block: &Block, item: &Item) -> Cel {
        let Some(targets) = (block.targets)(self.list) else { return "[]".to_owned() };
        let means = block.means(draft, &targets, item);
        let lacks = self.lacks(draft, item);
        match &item.what {
            What::One { value, .. } => format!("({means} && {lacks} ? [dyn({value})] : [])"),
            What::Text { key, text } => format!(
                "({means} && {lacks} ? [dyn({{\"name\": dyn({}), \"value\": dyn({})}})] : [])",
                quoted(key),
                text.alone()
            ),
            What::Each(list) => {
                let lacking = with_keys(list, item, &format!("a[0].transformList(n, x, {lacks}, x)"));
                format!("({means} ? {lacking} : [])")
            }
        }
    }

    /// Whether the container at hand lacks the element, and no earlier one has its name. Of several, it is the `n`th, `x`, within
    /// [`with_keys`].
    fn lacks(self, draft: &Draft<'_>, item: &Item) -> Cel {
        let mut conditions = vec![format!("!{}", item.there())];
        if matches!(item.what, What::Each(_)) {
            conditions.push(format!("a[1].indexOf({}) == n", item.key("x")));
        }
        let items = self.all.iter().flat_map(|block| block.items.iter().map(move |other| (block, other)));
        let earlier = items.filter(|(_, other)| other.number < item.number && other.may_be(item));
        conditions.extend(earlier.filter_map(|(block, other)| {
            let targets = (block.targets)(self.list)?;
            let is_it = match &other.what {
                What::Each(list) => format!("{list}.exists(y, {} == {})", other.key("y"), item.key("x")),
                What::One { .. } | What::Text { .. } => format!("{} == {}", other.key("y"), item.key("x")),
            };
            Some(format!("!({} && {is_it})", block.means(draft, &targets, other)))
        }));
        conditions.join(" && ")
    }
}

/// An expression that has the list of an item as `a[0]`, and the names of its elements as `a[1]`: both are made once.
fn with_keys(list: &str, item: &Item, within: &str) -> Cel {
    let pair = format!("[{list}].map(a, [dyn(a), dyn(a.map(y, {}))])", item.key("y"));
    format!("{pair}.map(a, {within})[0]")
}

impl Item {
    /// The list of the container at hand.
    fn list(&self) -> Cel {
        format!("{}.?{}.orValue([])", container(), self.slot.field())
    }

    /// Whether the container at hand has the one element.
    fn there(&self) -> Cel {
        format!("{}.exists(v, {})", self.list(), self.is_it("v", "x"))
    }

    /// Whether an element that was found is that of this item; of several, it is `one` of them.
    fn is_it(&self, found: &str, one: &str) -> Cel {
        let parts = |path: &str| format!("{path}.split('/').filter(s, s != '' && s != '.')");
        match (self.slot, &self.what) {
            // Two paths are compared as the kernel would.
            (Slot::VolumeMounts, What::Each(_)) => {
                format!("{} == {}", parts(&format!("{found}.mountPath")), parts(&format!("{one}.mountPath")))
            }
            (Slot::VolumeMounts, What::One { key, .. } | What::Text { key, .. }) => {
                let names = key.split('/').filter(|part| !matches!(*part, "" | "."));
                let names: Vec<String> = names.map(quoted).collect();
                format!("{} == [{}]", parts(&format!("{found}.mountPath")), names.join(", "))
            }
            (Slot::EnvFrom, _) => format!("{} == {}", source(found), self.key(one)),
            (_, What::One { key, .. } | What::Text { key, .. }) => format!("{found}.name == {}", quoted(key)),
            (_, What::Each(_)) => format!("{found}.name == {one}.name"),
        }
    }
}

impl Item {
    /// Whether another item may have an element of the same name. Two that have one each are not compiled.
    fn may_be(&self, other: &Self) -> bool {
        let is_several = |item: &Self| matches!(item.what, What::Each(_));
        self.slot == other.slot && (is_several(self) || is_several(other))
    }

    /// What names an element of this item; of several, `one` of them.
    fn key(&self, one: &str) -> Cel {
        let path = |path: &str| format!("{path}.split('/').filter(s, s != '' && s != '.').join('/')");
        match (&self.what, self.slot) {
            (What::Each(_), Slot::VolumeMounts) => path(&format!("string({one}.mountPath)")),
            (What::Each(_), Slot::EnvFrom) => source(one),
            (What::Each(_), _) => format!("string({one}.name)"),
            (What::One { key, .. } | What::Text { key, .. }, Slot::VolumeMounts) => {
                let names = key.split('/').filter(|part| !matches!(*part, "" | "."));
                quoted(&names.collect::<Vec<_>>().join("/"))
            }
            (What::One { key, .. } | What::Text { key, .. }, _) => quoted(key),
        }
    }

    /// The name that the record has for one of several elements.
    fn recorded(&self, one: &str) -> Cel {
        match self.slot {
            Slot::VolumeMounts => format!("string({one}.mountPath)"),
            _ => self.key(one),
        }
    }
}

/// What names a source of variables: its kind, name and prefix.
fn source(of: &str) -> Cel {
    format!(
        "((has({of}.configMapRef) ? 'configMapRef ' + string({of}.configMapRef.?name.orValue('')) : 'secretRef ' + string({of}.?secretRef.?name.orValue(''))) + ({of}.?prefix.orValue('') == '' ? '' : ' ' + string({of}.prefix)))"
    )
}

impl Text {
    /// The text by itself.
    fn alone(&self) -> Cel {
        let Self { prepend, append, separator, .. } = self;
        format!("[dyn({prepend}), dyn({append})].filter(t, t != '').join({separator})")
    }

    /// Whether a value has one of the texts as a whole token, or the text is empty.
    fn has(&self, value: &str, text: &str) -> Cel {
        format!("({text} == '' || {})", has_token(value, text, &self.separator))
    }

    /// A list of the texts that a value lacks: before it, and behind it; an empty one is not missing.
    fn missing(&self, value: &str) -> [Cel; 2] {
        [&self.prepend, &self.append].map(|text| format!("({} ? '' : {text})", self.has(value, text)))
    }
}

/// Whether one of several lists has elements.
fn filled(lists: &[Cel]) -> Cel {
    any(&lists.iter().map(|list| format!("{list}.size() > 0")).collect::<Vec<_>>())
}

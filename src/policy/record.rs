//! The record as a policy reads and writes it: as text, since there is no JSON in its language.

use super::cel::{Cel, NOTHING, any, joined, json_inner, quoted};
use super::draft::Draft;
use super::elements::{optional, there};
use crate::decide::record::{ANNOTATION, Entry, MAX_CHARACTERS, listed};
use crate::kube::probe::Handler;
use crate::profile::pod::{PodField, PodList};
use crate::profile::slot::{Home, Slot};
use crate::value::pointer::Pointer;

/// Defines what the record says.
///
/// It is read only in the form in which injector writes it: there is no JSON here, and what is read has to be what the text means.
pub(super) fn define(draft: &mut Draft<'_>) {
    let ann = draft.named("ann");
    let raw = draft.define("raw", format!("string({ann}[?{}].orValue(''))", quoted(ANNOTATION)));
    // The length bounds what is read: matching costs the length of the text times that of the pattern.
    let status = draft.define("status", format!("{raw}.size() > {MAX_CHARACTERS} ? '' : {raw}"));
    let found = |names: &str| format!("{status}.findAll({})", quoted(&format!("\"(?:{names})\":\\[[^\\]]*\\]")));
    draft.define("listed", found("initContainers|containers"));
    draft.define("listedVolumes", found("volumes"));
    draft.define("listedPullSecrets", found("imagePullSecrets"));
    draft.define("listedAnnotations", found("annotations"));
    draft.define("listedLabels", found("labels"));
    let open = quoted(ENTRY);
    let mine = quoted(&format!("\"{}\",", json_inner(&draft.scope.profile.name)));
    let entries =
        draft.define("entries", format!("{status}.split({open}).filter(e, e.endsWith('}},') || e.endsWith('}}]'))"));
    let mine = draft.define("mine", format!("{entries}.filter(e, e.startsWith({mine}))[?0].orValue('')"));
    draft.define("entry", format!("{mine} != ''"));
    let profiles = draft.define("profiles", format!("{entries}.map(e, e.substring(0, e.indexOf(',\"version\":')))"));
    skeleton(draft);
    draft.define(
        "readable",
        format!(
            "!({} in {ann}) || ({raw}.size() <= {MAX_CHARACTERS} && {} && {profiles}.all(p, {profiles}.exists_one(o, o == p)))",
            quoted(ANNOTATION),
            is_whole(draft)
        ),
    );
}

/// How an entry begins. No text in a record has this, since quotes are escaped in texts.
const ENTRY: &str = "{\"profile\":";

/// Defines the record without its texts: a letter stands for each, by what it may be. So a short pattern does for a long record;
/// an API server counts the length of one times that of the other.
fn skeleton(draft: &mut Draft<'_>) {
    let status = draft.named("status");
    // Without escaped backslashes and quotes, each quote begins or ends a text.
    let plain = draft.define("plain", format!("{status}.replace('\\\\\\\\', '')"));
    let texts = draft.define("texts", format!("{plain}.replace('\\\\\"', '').split('\"')"));
    let list = |all: &[String]| format!("[{}]", all.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "));
    let places = |all: Vec<Pointer>| list(&all.iter().map(Pointer::to_string).collect::<Vec<_>>());
    let members: Vec<String> = Entry::members().into_iter().chain(TEXT_MEMBERS).map(str::to_owned).collect();
    let fields = places(PodField::ALL.iter().map(|field| field.place()).collect());
    let computed = places(PodField::ALL.iter().flat_map(|field| field.computed()).collect());
    let lists = places(PodList::ALL.iter().map(|list| list.place()).collect());
    let handlers: Vec<String> = Handler::ALL
        .iter()
        .map(|handler| format!("t.endsWith({})", quoted(&format!("/{}", handler.path().join("/")))))
        .collect();
    let in_container = "(t.startsWith('/spec/containers/') || t.startsWith('/spec/initContainers/'))";
    let listed: Vec<String> =
        listed::keys().map(|key| format!("/metadata/annotations/{}/", key.replace('/', "~1"))).collect();
    let names = format!("{}.exists(k, t.startsWith(k))", list(&listed));
    let key = format!(
        "t in {} ? t : t in {lists} ? 'L' : t in {fields} ? 'F' : t in {computed} ? 'C' : {in_container} && t.endsWith('/image') ? 'I' : {in_container} && {} ? 'H' : t.startsWith('/metadata/annotations/') || t.startsWith('/metadata/labels/') ? 'M' : t.startsWith('/') ? 'P' : 'k'",
        list(&members),
        any(&handlers)
    );
    let value = format!(
        "t == 'auto' ? 'a' : {in_container} && t.split('/').size() > 4 || t in {fields} || {names} ? 'f' : t.startsWith('/') ? 'p' : 's'"
    );
    draft.define(
        "skeleton",
        format!(
            "{texts}.transformList(i, t, i % 2 == 0 ? t : i + 1 < {texts}.size() && {texts}[i + 1].startsWith(':') ? ({key}) : ({value})).join('')"
        ),
    );
}

/// The members of an added text.
const TEXT_MEMBERS: [&str; 3] = ["prepend", "append", "separator"];

/// Whether the record is one as it is written: entries whose members have their order, and no blanks.
fn is_whole(draft: &Draft<'_>) -> Cel {
    let (status, plain) = (draft.named("status"), draft.named("plain"));
    let (texts, skeleton) = (draft.named("texts"), draft.named("skeleton"));
    let scalar = "(?:null|true|false|-?[0-9.]+)";
    let around = quoted(&format!("^[][{{}},:]*(?:{scalar}[][{{}},:]*)*$"));
    format!(
        "({status} == '[]' || (!{status}.matches({}) && !{plain}.matches({}) && {texts}.transformList(i, t, i % 2 == 0, t).all(t, t.matches({around})) && {skeleton}.endsWith(']') && {skeleton}.matches({})))",
        quoted("[\\x00-\\x1f]"),
        quoted("\\\\(?:[^\"bfnrtu]|u(?:[^0]|0[^0]|00[^01]|000[^0-7bef]|001[^0-9a-f])|$)"),
        quoted(&shape())
    )
}

/// A regular expression for the records that [`skeleton`] makes.
fn shape() -> String {
    let several = |part: &str| format!("{part}(?:,{part})*");
    let member = |name: &str, value: &str| format!("(?:,{name}:{value})?");
    let texts = "\\[[sfpa](?:,[sfpa])*\\]";
    let text = "[sfpa]";
    // An old probe is four levels deep.
    let deep = (0..3).fold("[^{}]*".to_owned(), |inner, _| format!("(?:[^{{}}]|\\{{{inner}\\}})*"));
    let replaced = format!(
        "(?:[A-Z]:(?:null|\\[\\]|\\{{\\}})|I:a|M:{text}|[FC]:(?:{text}|true|false|-?[0-9.]+)|H:\\{{{deep}\\}})"
    );
    let added = format!("[A-Z]:\\{{{}\\}}", several(&format!("(?:{}):{text}", TEXT_MEMBERS.join("|"))));
    let mut entry = format!("\\{{profile:{text},version:{text},hash:{text}");
    for slot in Slot::ALL.into_iter().filter(|slot| slot.home() != Home::Application) {
        entry.push_str(&member(slot.field(), texts));
    }
    entry.push_str(&member("fields", "\\[f(?:,f)*\\]"));
    entry.push_str(&member("created", "\\[[fp](?:,[fp])*\\]"));
    entry.push_str(&member("replaced", &format!("\\{{{}\\}}", several(&replaced))));
    entry.push_str(&member("edited", &format!("\\{{{}\\}}", several(&added))));
    entry.push_str(&member("pod", &format!("\\{{{}\\}}", several(&format!("L:{texts}")))));
    // Written once: one that ends with a comma is no record, which is asked beside it.
    format!("^\\[(?:{entry}\\}}(?:,|\\]$))+$")
}

/// The name of the profile whose entry lists a name under one of these members; there has to be one. The name is an expression
/// that gives it in its quotes.
pub(super) fn owner(draft: &Draft<'_>, members: &str, name: &str) -> Cel {
    let lists = quoted(&format!("\"(?:{members})\":\\[[^\\]]*\\]"));
    owner_where(draft, &format!("e.findAll({lists}).exists(l, l.contains({name}))"))
}

/// The name of the first profile for whose entry `e` this holds; there has to be one.
pub(super) fn owner_where(draft: &Draft<'_>, has: &str) -> Cel {
    let first = format!("{}.filter(e, {has})[0]", draft.named("entries"));
    format!("{first}.substring(1, {first}.indexOf('\",\"version\":'))")
}

/// A list of the pointers that the profile's entry names, and that are not there.
pub(super) fn missing(draft: &Draft<'_>) -> Cel {
    let mine = draft.named("mine");
    let names = |member: &str| {
        // A variable's name or a path may have brackets and quotes in it.
        let list = format!("\"{member}\":\\[(?:\"(?:[^\"\\\\]|\\\\.)*\",?)*\\]");
        let found = format!("{mine}.find({})", quoted(&list));
        format!("[{found}].map(l, l == '' ? [] : l.substring(l.indexOf('[') + 2, l.size() - 2).split('\",\"'))[0]")
    };
    let mut lists = Vec::new();
    for slot in Slot::ALL {
        let there = match (slot.home(), slot.form()) {
            (Home::Application, _) => continue,
            (Home::Metadata, _) => format!("n in object.metadata.?{}.orValue({{}})", slot.field()),
            (Home::Spec, _) => format!("object.spec.?{}.orValue([]).exists(e, e.name == n)", slot.field()),
        };
        let path = quoted(&format!("{}/", slot.place()));
        lists.push(format!(
            "{}.filter(n, !({there})).map(n, {path} + n.replace('~', '~0').replace('/', '~1'))",
            names(slot.field())
        ));
    }
    lists.push(missing_fields(draft, &names("fields")));
    lists.extend(PodList::ALL.map(|list| {
        let names = names(&json_inner(&list.place().to_string()));
        let key = plain("n");
        let path = quoted(&format!("{}/", list.place()));
        let there = there(list, &key);
        format!("{names}.filter(n, !({there})).map(n, {path} + {key}.replace('~', '~0').replace('/', '~1'))")
    }));
    joined(&lists)
}

/// A text that is between the quotes of a JSON string.
fn plain(text: &str) -> Cel {
    format!("{text}.replace('\\\\\"', '\"').replace('\\\\\\\\', '\\\\')")
}

/// Those of the pointers of fields that are not there: of containers, of names in an annotation, of the pod.
fn missing_fields(draft: &Draft<'_>, names: &str) -> Cel {
    let part =
        |index: usize| format!("{}.replace('~1', '/').replace('~0', '~')", plain(&format!("p.split('/')[{index}]")));
    let in_list = |field: &str, key: &str| {
        format!(
            "p.split('/')[4] != '{field}' || p.split('/').size() < 6 || c.?{field}.orValue([]).exists(e, e.{key} == {})",
            part(5)
        )
    };
    let in_container = format!(
        "(p.startsWith('/spec/containers/') || p.startsWith('/spec/initContainers/')) && !{}.exists(c, c.name == {} && ({}) && ({}))",
        draft.named("all"),
        part(3),
        in_list("env", "name"),
        in_list("volumeMounts", "mountPath")
    );
    let in_annotation = format!(
        "p.startsWith('/metadata/annotations/') && !({} in string({}[?{}].orValue('')).split(','))",
        part(4),
        draft.named("ann"),
        part(3)
    );
    let mut cases = vec![format!("({in_container})"), format!("({in_annotation})")];
    cases.extend(PodField::ALL.map(|field| {
        format!("(p == {} && !{}.hasValue())", quoted(&field.place().to_string()), optional(field.path()))
    }));
    format!("{names}.filter(p, {})", any(&cases))
}

/// What an entry of the record is made of: lists of names that are JSON inside already.
pub(super) struct EntryParts {
    /// The record's hash, without what differs for the pod.
    pub(super) hash: Cel,
    /// What follows it.
    pub(super) suffix: Vec<Cel>,
    pub(super) init_containers: Vec<Cel>,
    pub(super) containers: Vec<Cel>,
    /// Of the other slots of the pod, by their fields.
    pub(super) elements: Vec<(&'static str, Vec<Cel>)>,
    pub(super) fields: Vec<Cel>,
    pub(super) created: Vec<Cel>,
    pub(super) replaced: Members,
    pub(super) edited: Members,
    pub(super) pod: Members,
}

/// Lists of members of an object, which are in the order of their keys, or have to be sorted.
pub(super) struct Members {
    pub(super) lists: Vec<Cel>,
    pub(super) is_sorted: bool,
}

impl Members {
    /// Of lists, each with its key where that is the same for every pod. With others the order shows only in a pod.
    pub(super) fn new(found: impl Iterator<Item = (Option<String>, Cel)>) -> Self {
        let mut found: Vec<_> = found.collect();
        let is_sorted = found.iter().all(|(key, _)| key.is_some());
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self { lists: found.into_iter().map(|(_, list)| list).collect(), is_sorted }
    }

    /// One list that is made of all.
    pub(super) fn made(self, make: impl Fn(&[Cel]) -> Cel) -> Self {
        if self.lists.is_empty() { self } else { Self { lists: vec![make(&self.lists)], ..self } }
    }
}

/// Defines the new text of the annotation: what it has, and the entry of this profile behind it.
pub(super) fn write(draft: &mut Draft<'_>, parts: &EntryParts) -> Cel {
    let profile = json_inner(&draft.scope.profile.name);
    let version = env!("CARGO_PKG_VERSION");
    let mut text =
        vec![quoted(&format!("{{\"profile\":\"{profile}\",\"version\":\"{version}\",\"hash\":\"")), parts.hash.clone()];
    text.extend(parts.suffix.iter().cloned());
    text.push(quoted("\""));
    let mut members = vec![("initContainers", parts.init_containers.clone()), ("containers", parts.containers.clone())];
    members.extend(parts.elements.iter().cloned());
    members.push(("fields", parts.fields.clone()));
    members.push(("created", parts.created.clone()));
    for (name, lists) in members.into_iter().filter(|(_, lists)| !lists.is_empty()) {
        let names = draft.define_joined(&format!("recorded{}", capital(name)), &lists);
        let open = quoted(&format!(",\"{name}\":[\""));
        text.push(format!("({names}.size() == 0 ? '' : {open} + {names}.join('\",\"') + '\"]')"));
    }
    let objects = [("replaced", &parts.replaced), ("edited", &parts.edited), ("pod", &parts.pod)];
    for (name, members) in objects.into_iter().filter(|(_, members)| !members.lists.is_empty()) {
        let order = if members.is_sorted { "" } else { ".sort()" };
        let members = draft.define_joined(&format!("recorded{}", capital(name)), &members.lists);
        let open = quoted(&format!(",\"{name}\":{{"));
        text.push(format!("({members}.size() == 0 ? '' : {open} + {members}{order}.join(',') + '}}')"));
    }
    text.push(quoted("}"));
    let entry = draft.define("entryText", text.join(" +\n"));
    let status = draft.named("status");
    // What is there already, without its brackets and with a comma after it.
    let kept = draft.define(
        "kept",
        format!("{status}.matches('^\\\\s*(\\\\[\\\\s*\\\\]\\\\s*)?$') ? '' : {status}.trim().substring(1, {status}.trim().size() - 1) + ','"),
    );
    format!("'[' + {kept} + {entry} + ']'")
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// The names of containers that go to a list, as the record has them.
pub(super) fn names<'o>(containers: impl Iterator<Item = (&'o str, Option<Cel>)>) -> Vec<Cel> {
    let name = |(name, when): (&str, Option<Cel>)| {
        let when = when?;
        let list = format!("[{}]", quoted(&json_inner(name)));
        Some(if when == "true" { list } else { format!("({when} ? {list} : {NOTHING})") })
    };
    containers.filter_map(name).collect()
}

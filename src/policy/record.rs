//! The record as a policy reads and writes it: as text, since there is no JSON in its language.

use super::cel::{Cel, NOTHING, joined, json_inner, quoted};
use super::draft::Draft;
use crate::decide::record::{ANNOTATION, MAX_CHARACTERS, listed};
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
    let open = quoted(ENTRY);
    let mine = quoted(&format!("\"{}\",", json_inner(&draft.scope.profile.name)));
    let entries =
        draft.define("entries", format!("{status}.split({open}).filter(e, e.endsWith('}},') || e.endsWith('}}]'))"));
    let mine = draft.define("mine", format!("{entries}.filter(e, e.startsWith({mine}))[?0].orValue('')"));
    draft.define("entry", format!("{mine} != ''"));
    let profiles = draft.define("profiles", format!("{entries}.map(e, e.substring(0, e.indexOf(',\"version\":')))"));
    draft.define(
        "readable",
        format!(
            "!({} in {ann}) || ({raw}.size() <= {MAX_CHARACTERS} && {status}.matches({}) && {profiles}.all(p, {profiles}.exists_one(o, o == p)))",
            quoted(ANNOTATION),
            quoted(&shape())
        ),
    );
}

/// How an entry begins. No text in a record has this, since quotes are escaped in texts.
const ENTRY: &str = "{\"profile\":";

/// A regular expression for records as they are written: entries whose members have their order, and no blanks.
fn shape() -> String {
    let inner = "(?:[^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\bfnrt]|\\\\u00[01][0-9a-f])*";
    let text = format!("\"{inner}\"");
    let pointer = format!("\"/{inner}\"");
    let several = |part: &str| format!("{part}(?:,{part})*");
    let list = |part: &str| format!("\\[{}\\]", several(part));
    let member = |name: &str, value: &str| format!("(?:,\"{name}\":{value})?");
    let places = |all: Vec<Pointer>| {
        let all: Vec<String> = all.iter().map(|place| super::cel::escaped(&json_inner(&place.to_string()))).collect();
        format!("\"(?:{})\"", all.join("|"))
    };
    let in_container = format!("/spec/(?:initContainers|containers)/{inner}/");
    let pod_fields = places(PodField::ALL.iter().map(|field| field.place()).collect());
    let computed = places(PodField::ALL.iter().flat_map(|field| field.computed()).collect());
    let names = listed::keys().map(|key| super::cel::escaped(&json_inner(&key.replace('/', "~1"))));
    let names = format!("\"/metadata/annotations/(?:{})/{inner}\"", names.collect::<Vec<_>>().join("|"));
    let field = format!("(?:\"{in_container}{inner}\"|{names}|{pod_fields})");
    let scalar = format!("(?:null|true|false|-?[0-9.]+|{text})");
    // An old probe is four levels deep. Commas are not counted inside it, or the pattern would double with each level.
    let deeper = |part: &str| format!("(?:{scalar}|[\\[{{](?:(?:{text}:)?{part},?)*[\\]}}])");
    let handlers: Vec<String> = Handler::ALL.iter().map(|handler| handler.path().join("/")).collect();
    let handler = format!(
        "\"{in_container}(?:{})\":\\{{(?:{text}:{},?)*\\}}",
        handlers.join("|"),
        deeper(&deeper(&deeper(&scalar)))
    );
    let replaced = format!(
        "(?:{pointer}:(?:null|\\[\\]|\\{{\\}})|\"{in_container}image\":\"auto\"|\"/metadata/(?:annotations|labels)/{inner}\":{text}|(?:{pod_fields}|{computed}):{scalar}|{handler})"
    );
    let added = several(&format!("\"(?:prepend|append|separator)\":{text}"));
    let lists = places(PodList::ALL.iter().map(|list| list.place()).collect());
    let mut entry = format!("\\{{\"profile\":{text},\"version\":{text},\"hash\":{text}");
    for slot in Slot::ALL.into_iter().filter(|slot| slot.home() != Home::Application) {
        entry.push_str(&member(slot.field(), &list(&text)));
    }
    entry.push_str(&member("fields", &list(&field)));
    entry.push_str(&member("created", &list(&pointer)));
    entry.push_str(&member("replaced", &format!("\\{{{}\\}}", several(&replaced))));
    entry.push_str(&member("edited", &format!("\\{{{}\\}}", several(&format!("{pointer}:\\{{{added}\\}}")))));
    entry.push_str(&member("pod", &format!("\\{{{}\\}}", several(&format!("{lists}:{}", list(&text))))));
    entry.push_str("\\}");
    format!("^(?:\\[\\]|\\[{}\\])$", several(&entry))
}

/// The name of the profile whose entry lists a name under one of these members; there has to be one.
pub(super) fn owner(draft: &Draft<'_>, members: &str, name: &str) -> Cel {
    let lists = quoted(&format!("\"(?:{members})\":\\[[^\\]]*\\]"));
    let has = format!("e.findAll({lists}).exists(l, l.contains({}))", quoted(&format!("\"{name}\"")));
    let first = format!("{}.filter(e, {has})[0]", draft.named("entries"));
    format!("{first}.substring(1, {first}.indexOf('\",\"version\":'))")
}

/// A list of the pointers that the profile's entry names, and that are not there.
pub(super) fn missing(draft: &Draft<'_>) -> Cel {
    let mine = draft.named("mine");
    let names = |member: &str| {
        let found = format!("{mine}.find({})", quoted(&format!("\"{member}\":\\[[^\\]]*\\]")));
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
    let part = |index: usize| format!("p.split('/')[{index}].replace('~1', '/').replace('~0', '~')");
    let in_list = |field: &str, key: &str| {
        format!(
            "p.split('/')[4] != '{field}' || p.split('/').size() < 6 || c.?{field}.orValue([]).exists(e, e.{key} == {})",
            part(5)
        )
    };
    lists.push(format!(
        "{}.filter(p, (p.startsWith('/spec/containers/') || p.startsWith('/spec/initContainers/')) && !{}.exists(c, c.name == {} && ({}) && ({})))",
        names("fields"),
        draft.named("all"),
        part(3),
        in_list("env", "name"),
        in_list("volumeMounts", "mountPath")
    ));
    joined(&lists)
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
    /// Lists of members of `replaced`, `edited` and `pod`, in the order of their keys.
    pub(super) replaced: Vec<Cel>,
    pub(super) edited: Vec<Cel>,
    pub(super) pod: Vec<Cel>,
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
        let names = draft.define(&format!("recorded{}", capital(name)), joined(&lists));
        let open = quoted(&format!(",\"{name}\":[\""));
        text.push(format!("({names}.size() == 0 ? '' : {open} + {names}.join('\",\"') + '\"]')"));
    }
    let objects = [("replaced", &parts.replaced, ""), ("edited", &parts.edited, ".sort()"), ("pod", &parts.pod, "")];
    for (name, lists, order) in objects.into_iter().filter(|(_, lists, _)| !lists.is_empty()) {
        let members = draft.define(&format!("recorded{}", capital(name)), joined(lists));
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

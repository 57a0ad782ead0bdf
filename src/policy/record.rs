//! The record as a policy reads and writes it: as text, since there is no JSON in its language.

use super::cel::{Cel, NOTHING, joined, quoted};
use super::draft::Draft;
use super::lists::{Elements, json_inner};
use crate::decide::record::ANNOTATION;

/// How long a record may be. A longer one is not read at all.
pub(super) const LONGEST: usize = 16 * 1024;

/// Defines what the record says.
pub(super) fn define(draft: &mut Draft<'_>) {
    let ann = draft.named("ann");
    let raw = draft.define("raw", format!("string({ann}[?{}].orValue(''))", quoted(ANNOTATION)));
    // The length bounds what is read: matching costs the length of the text times that of the pattern.
    let status = draft.define("status", format!("{raw}.size() > {LONGEST} ? '' : {raw}"));
    let lists = |names: &str| quoted(&format!("\"(?:{names})\"\\s*:\\s*\\[[^\\]]*\\]"));
    let found = |names: &str| format!("{status}.findAll({}).map(l, l.substring(l.indexOf('[')))", lists(names));
    draft.define("listed", found("initContainers|containers"));
    draft.define("listedVolumes", found("volumes"));
    let name = super::cel::escaped(&draft.scope.profile.name);
    draft.define("entry", format!("{status}.matches({})", quoted(&format!("\"profile\"\\s*:\\s*\"{name}\""))));
    let profiles = draft
        .define("profiles", format!("{status}.findAll({})", quoted("\"profile\"\\s*:\\s*\"(?:[^\"\\\\]|\\\\.)*\"")));
    let members = ["version", "hash"].map(|name| {
        format!(
            "{status}.split({}).size() == {status}.split({}).size()",
            quoted(&format!("\"{name}\"")),
            quoted("\"profile\"")
        )
    });
    draft.define(
        "readable",
        format!(
            "!({} in {ann}) || ({raw}.size() <= {LONGEST} && {status}.matches({}) && {profiles}.all(p, {profiles}.exists_one(o, o == p)) && {})",
            quoted(ANNOTATION),
            quoted(&shape()),
            members.join(" && ")
        ),
    );
}

/// A regular expression for records: a list of objects that have the members of an entry.
fn shape() -> String {
    let blank = "\\s*";
    let text = "\"(?:[^\"\\\\\\x00-\\x1f]|\\\\.)*\"";
    let sequence = |part: &str| format!("(?:{part}(?:{blank},{blank}{part})*)?");
    let list = |part: &str| format!("\\[{blank}{}{blank}\\]", sequence(part));
    let object = |part: &str| format!("\\{{{blank}{}{blank}\\}}", sequence(&format!("{text}{blank}:{blank}{part}")));
    let scalar = format!("(?:null|true|false|-?[0-9]+(?:[.][0-9]+)?|{text})");
    // What was replaced may be an old probe, which is four levels deep. Lists and objects share one form here, or the pattern
    // would double with each level.
    let either = |inner: &str| {
        let part = format!("(?:{text}{blank}:{blank})?{inner}");
        format!("(?:{scalar}|[\\[{{]{blank}{}{blank}[\\]}}])", sequence(&part))
    };
    let nested = either(&either(&either(&scalar)));
    let lists = "initContainers|containers|volumes|imagePullSecrets|annotations|labels|fields|created";
    let member = format!(
        "(?:\"(?:profile|version|hash)\"{blank}:{blank}{text}|\"(?:{lists})\"{blank}:{blank}{}|\"replaced\"{blank}:{blank}{}|\"edited\"{blank}:{blank}{}|\"pod\"{blank}:{blank}{})",
        list(text),
        object(&nested),
        object(&object(text)),
        object(&list(text))
    );
    format!("^{blank}\\[{blank}{}{blank}\\]{blank}$", sequence(&format!("\\{{{blank}{}{blank}\\}}", sequence(&member))))
}

/// What an entry of the record is made of: lists of names that are JSON inside already.
pub(super) struct EntryParts {
    /// The record's hash, without what differs for the pod.
    pub(super) hash: Cel,
    /// What follows it.
    pub(super) suffix: Vec<Cel>,
    pub(super) init_containers: Vec<Cel>,
    pub(super) containers: Vec<Cel>,
    pub(super) fields: Vec<Cel>,
    pub(super) created: Vec<Cel>,
}

/// Defines the new text of the annotation: what it has, and the entry of this profile behind it.
pub(super) fn write(draft: &mut Draft<'_>, parts: &EntryParts, elements: &[Elements]) -> Cel {
    let profile = json_inner(&draft.scope.profile.name);
    let version = env!("CARGO_PKG_VERSION");
    let mut text =
        vec![quoted(&format!("{{\"profile\":\"{profile}\",\"version\":\"{version}\",\"hash\":\"")), parts.hash.clone()];
    text.extend(parts.suffix.iter().cloned());
    text.push(quoted("\""));
    let mut members = vec![("initContainers", parts.init_containers.clone()), ("containers", parts.containers.clone())];
    members.extend(elements.iter().map(|elements| (elements.slot.field(), elements.recorded())));
    members.push(("fields", parts.fields.clone()));
    members.push(("created", parts.created.clone()));
    for (name, lists) in members.into_iter().filter(|(_, lists)| !lists.is_empty()) {
        let names = draft.define(&format!("recorded{}", capital(name)), joined(&lists));
        let open = quoted(&format!(",\"{name}\":[\""));
        text.push(format!("({names}.size() == 0 ? '' : {open} + {names}.join('\",\"') + '\"]')"));
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

//! Probes and hooks of the application's containers that get another handler; the record has the old ones.

use super::{Application, Block, LISTS, container};
use crate::kube::probe::{Handler, HandlerKind};
use crate::policy::cel::{Cel, joined, json_short, json_text, quoted};
use crate::policy::draft::Draft;
use crate::policy::record;
use crate::policy::scope::local;
use crate::policy::values::Piece;
use crate::profile::rewrite::Rewrite;
use crate::profile::slot::Slot;
use crate::profile::{ApplicationBlock, BlockTargets, Targets};
use crate::value::pointer::Pointer;

/// Defines what each block rewrites.
pub(super) fn define(draft: &mut Draft<'_>, blocks: &[Block], application: &mut Application) {
    let profile = draft.scope.profile;
    twice(draft, &profile.blocks);
    for block in blocks {
        let Some((index, source)) = block.source.and_then(|index| Some((index, profile.blocks.get(index)?))) else {
            continue;
        };
        for (list, variable) in LISTS.into_iter().filter(|_| !source.rewrites.is_empty()) {
            of_list(draft, (index, block, &source.rewrites), (list, variable), application);
        }
    }
}

/// What a second block rewrites would be what the first one has made.
fn twice(draft: &Draft<'_>, blocks: &[ApplicationBlock]) {
    let handlers = |block: &ApplicationBlock| -> Vec<Handler> {
        block.rewrites.iter().flat_map(|rewrite| rewrite.handlers.iter().copied()).collect()
    };
    for (index, block) in blocks.iter().enumerate() {
        let earlier: Vec<Handler> =
            blocks.iter().take(index).filter(|earlier| may_meet(earlier, block)).flat_map(handlers).collect();
        if let Some(handler) = handlers(block).iter().find(|handler| earlier.contains(handler)) {
            let at = Pointer::of(["spec", "application", &index.to_string(), "rewrite"]);
            draft.wrong.say(&at, &format!("two blocks that rewrite `{}` are not compiled", handler.written()));
        }
    }
}

/// Whether two blocks may be about one container.
fn may_meet(one: &ApplicationBlock, other: &ApplicationBlock) -> bool {
    let (BlockTargets::Fixed(one), BlockTargets::Fixed(other)) = (&one.targets, &other.targets) else { return true };
    match (one, other) {
        (Targets::Containers, Targets::InitContainers) | (Targets::InitContainers, Targets::Containers) => false,
        (Targets::Named(one), Targets::Named(other)) => one.iter().any(|name| other.contains(name)),
        _ => true,
    }
}

fn of_list(
    draft: &mut Draft<'_>,
    (index, block, rewrites): (usize, &Block, &[Rewrite]),
    (list, variable): (Slot, &str),
    application: &mut Application,
) {
    let Some(targets) = (block.targets)(list) else { return };
    let mut handlers: Vec<Handler> = Vec::new();
    for handler in rewrites.iter().flat_map(|rewrite| &rewrite.handlers) {
        if !handlers.contains(handler) {
            handlers.push(*handler);
        }
    }
    let all: Vec<Cel> = handlers.iter().map(|handler| of_handler(draft, *handler, rewrites, list)).collect();
    let found = format!(
        "{}.transformList(i, {}, {}, {}).flatten()",
        draft.named(variable),
        container(),
        block.is_meant(draft, &targets),
        all.join(" + ")
    );
    let found = draft.define(&format!("rewrites{index}{variable}"), found);
    application
        .operations
        .push(format!("{found}.filter(w, has(w.to)).map(w, JSONPatch{{op: \"replace\", path: w.at, value: w.to}})"));
    application.rewritten.push(format!("{found}.filter(w, has(w.to))"));
    application.conflicts.push(conflicts(draft, &found));
}

/// The list of what becomes of one probe or hook of the container at hand: one or none. `to` is the new one, and `port` a port
/// whose number is not known.
fn of_handler(draft: &Draft<'_>, handler: Handler, rewrites: &[Rewrite], list: Slot) -> Cel {
    let path: String = handler.path().iter().map(|name| format!(".?{name}")).collect();
    let rows = rewrites.iter().filter(|rewrite| rewrite.handlers.contains(&handler));
    let rows: Vec<Cel> = rows.map(|rewrite| of_row(draft, handler, rewrite)).collect();
    let c = container();
    let end = handler.path().join("/");
    let at = format!("{} + string(i) + {}", quoted(&format!("{}/", list.place())), quoted(&format!("/{end}")));
    let named = format!("{} + {c}.name + {}", quoted(&format!("{}/", list.place())), quoted(&format!("/{end}")));
    let name = quoted(handler.name());
    // The first row that has a handler for it counts; one that changes nothing is none.
    format!(
        "[?{c}{path}].map(o, {}).filter(l, l.size() > 0).map(l, l[0]).map(r, {{\"at\": dyn({at}), \"named\": dyn({named}), \"name\": dyn({name}), \"old\": dyn(r.old), ?\"port\": r.?port, ?\"to\": has(r.port) ? optional.none() : optional.of(dyn({}))}}).filter(w, has(w.port) || w.to != w.old)",
        rows.join(" + "),
        rewritten("r")
    )
}

/// The list of what one row has for a probe or hook `o`: how that asks now, and the new handler.
fn of_row(draft: &Draft<'_>, handler: Handler, rewrite: &Rewrite) -> Cel {
    let item = local(1);
    let kinds: String =
        rewrite.kinds.iter().map(|kind| kind.member()).map(|kind| format!("has(o.{kind}) ? '{kind}' : ")).collect();
    let asked = "o[f].?port.orValue(0)";
    let declared = format!("{}.?ports.orValue([])", container());
    let number = format!(
        "(type({asked}) == string ? {declared}.filter(p, p.?name.orValue('') == {asked}).map(p, dyn(p.containerPort))[?0] : optional.of(dyn({asked})))"
    );
    let members: String =
        ["path", "scheme", "host", "service"].iter().map(|name| format!(", ?\"{name}\": o[f].?{name}")).collect();
    let handler =
        format!("{{\"name\": dyn({}), \"kind\": dyn(f), ?\"port\": {number}{members}}}", quoted(handler.name()));
    let asks = format!("o[{item}.kind].?port.orValue(0)");
    let unknown = format!("{{\"old\": dyn(o), \"port\": dyn({asks})}}");
    let (condition, to) = match draft.values().pieces(&rewrite.to, 2).as_slice() {
        [Piece::Always(value)] => ("true".to_owned(), value.clone()),
        [Piece::Where(condition, value)] => (condition.clone(), value.clone()),
        _ => ("false".to_owned(), "null".to_owned()),
    };
    let made = format!("{{\"old\": dyn(o), \"from\": dyn({item}.kind), \"new\": dyn({to})}}");
    format!(
        "[{kinds}''].filter(f, f != '').map(f, {handler}).map({item}, !has({item}.port) ? dyn({unknown}) : {condition} ? dyn({made}) : dyn(null)).filter(r, r != null)"
    )
}

/// The old probe or hook with the new handler. Of one of the same kind, what the profile does not say stays.
fn rewritten(row: &str) -> Cel {
    let kind: String = HandlerKind::ALL
        .iter()
        .map(|kind| kind.member())
        .map(|kind| format!("has({row}.new.{kind}) ? '{kind}' : "))
        .collect();
    let members: Vec<Cel> = ["path", "port", "host", "scheme", "httpHeaders", "service"]
        .iter()
        .map(|name| format!("?\"{name}\": {row}.new[n].?{name}.or(v.?{name})"))
        .collect();
    format!(
        "[{kind}''].map(n, {row}.old.transformMapEntry(k, v, {{(k == {row}.from ? n : k): k != {row}.from ? dyn(v) : n == k ? dyn({{{}}}) : dyn({row}.new[n])}}))[0]",
        members.join(", ")
    )
}

fn conflicts(draft: &Draft<'_>, found: &str) -> Cel {
    let profile = &draft.scope.profile.name;
    let unknown = format!(
        "{} + w.port + '`, and the container declares no port of that name'",
        quoted(&format!("the profile `{profile}` needs the number of the port `"))
    );
    let has = "e.contains('\"' + w.named + '\":')";
    let others = format!(
        "'the profile `' + {} + '` rewrote `' + w.name + {}",
        record::owner_where(draft, has),
        quoted(&format!("` already, so the profile `{profile}` cannot rewrite it"))
    );
    format!(
        "{found}.filter(w, has(w.port) || {}.exists(e, {has})).map(w, has(w.port) ? {unknown} : {others})",
        draft.named("entries")
    )
}

/// The members of the record for old probes and hooks, of lists of what was rewritten: JSON with the members in the order in
/// which an API server writes them.
pub(in crate::policy) fn recorded(lists: &[Cel]) -> Cel {
    let text = |name: &str, long: bool| {
        let value = if long { json_text("t") } else { json_short("t") };
        format!("?h.?{name}.optMap(t, '\"{name}\":\"' + {value} + '\"')")
    };
    let port = "?h.?port.optMap(t, '\"port\":' + (type(t) == string ? '\"' + string(t) + '\"' : string(t)))";
    let headers = format!(
        "?h.?httpHeaders.optMap(a, '\"httpHeaders\":[' + a.map(x, '{{' + [?x.?name.optMap(t, '\"name\":\"' + {} + '\"'), ?x.?value.optMap(t, '\"value\":\"' + {} + '\"')].join(',') + '}}').join(',') + ']')",
        json_short("t"),
        json_text("t")
    );
    let kind = |name: &str, members: &[String]| {
        format!("?q.?{name}.optMap(h, '\"{name}\":{{' + [{}].join(',') + '}}')", members.join(", "))
    };
    let mut members = vec![
        kind("httpGet", &[text("path", true), port.to_owned(), text("host", true), text("scheme", false), headers]),
        kind("tcpSocket", &[port.to_owned(), text("host", true)]),
        kind("grpc", &[port.to_owned(), text("service", true)]),
    ];
    let numbers = [
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
        "terminationGracePeriodSeconds",
    ];
    members.extend(numbers.map(|name| format!("?q.?{name}.optMap(t, '\"{name}\":' + string(t))")));
    format!(
        "({}).map(w, '\"' + w.named + '\":{{' + [w.old].map(q, [{}].join(','))[0] + '}}')",
        joined(lists),
        members.join(", ")
    )
}

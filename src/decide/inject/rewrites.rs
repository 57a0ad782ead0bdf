//! Probes and hooks of the application get another handler; the record has the old probe or hook.

use super::applier::Applier;
use super::editor::Editor;
use super::render::{NewHandler, RenderedRewrite};
use crate::decide::record::Entry;
use crate::diagnostic::{Code, Diagnostic};
use crate::kube::probe::{Handler, HandlerKind};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Rewrites what is rendered for one container; `at` is the container with its index, `named` with its name.
pub(super) fn apply<'v, V: View<'v>>(
    applier: &mut Applier<'_, V>,
    (at, named): (&Pointer, &Pointer),
    rewrites: &[RenderedRewrite],
) {
    for rewrite in rewrites {
        let path = Pointer::of(rewrite.handler.path().iter().copied());
        let (at, named) = (at.append(&path), named.append(&path).to_string());
        if applier.own.is_some_and(|own| own.replaced.contains_key(&named)) {
            continue;
        }
        let Some(old) = applier.editor.get(&at).map(View::value) else { continue };
        if let NewHandler::UnknownPort(port) = &rewrite.to {
            let profile = &applier.profile.name;
            let message = format!(
                "the profile `{profile}` needs the number of the port `{port}`, and the container declares no port of that name"
            );
            let hint = "declare it in the container's `ports`, or write its number";
            let place = at.join(rewrite.from.member()).join("port");
            applier.error(Code::BadValue, &place, message, Some(hint));
            continue;
        }
        let Some(new) = rewrite.rewritten(&old).filter(|new| *new != old) else { continue };
        if let Some(other) = applier.record.iter().find(|entry| entry.replaced.contains_key(&named)) {
            let (name, other, profile) = (rewrite.handler.name(), &other.profile, &applier.profile.name);
            let message =
                format!("the profile `{other}` rewrote `{name}` already, so the profile `{profile}` cannot rewrite it");
            applier.error(Code::Conflict, &at, message, None);
            continue;
        }
        applier.editor.replace(&at, new);
        applier.done.entry.replaced.insert(named, old);
    }
}

/// Whether a probe or hook still asks over the network, as one that was rewritten does. Where it does not, someone has put
/// another one in its place since, and undoing leaves it.
pub(super) fn is_rewritten<'a, V: View<'a>>(editor: &Editor<V>, named: &Pointer, at: &Pointer) -> bool {
    Handler::at_end_of(named).is_some() && editor.get(at).is_some_and(|found| HandlerKind::of(found).is_some())
}

/// Warnings about probes and hooks that the chosen entries rewrote, and that stay as they are.
pub(crate) fn left_behind<'a, V: View<'a>>(
    editor: &Editor<V>,
    entries: &[Entry],
    chosen: impl Fn(&Entry) -> bool,
) -> Vec<Diagnostic> {
    let handlers = entries.iter().filter(|entry| chosen(entry)).flat_map(Entry::handlers);
    let kept = handlers.filter_map(|(named, handler)| {
        let at = editor.resolve(&named).filter(|at| !is_rewritten(editor, &named, at))?;
        let message = format!("`{}` was edited after it was injected; it stays as it is", handler.name());
        Some(Diagnostic::new(Code::EditedAfterInjection, editor.place().append(&at), message))
    });
    kept.collect()
}

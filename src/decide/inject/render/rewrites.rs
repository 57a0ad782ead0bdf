//! Probes and hooks with their new handlers filled in.

use serde_json::{Map, Value};

use crate::expression::Item;
use crate::kube::probe::{self, Handler, HandlerKind};
use crate::profile::rewrite::Rewrite;
use crate::profile::template::Rendering;
use crate::value::view::{Kind, View};

/// A probe or hook of one container, with what takes the place of its handler.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RenderedRewrite {
    pub(crate) handler: Handler,
    /// How it asks now.
    pub(crate) from: HandlerKind,
    pub(crate) to: NewHandler,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NewHandler {
    Of(HandlerKind, Map<String, Value>),
    /// The old one names a port that its container does not declare.
    UnknownPort(String),
}

impl RenderedRewrite {
    /// The probe or hook with the new handler; all else stays. Of a handler of the same kind, what the profile does not say
    /// stays too.
    pub(crate) fn rewritten(&self, old: &Value) -> Option<Value> {
        let NewHandler::Of(kind, to) = &self.to else { return None };
        let members = old.as_object()?.iter().map(|(name, value)| match HandlerKind::of_member(name) {
            Some(from) if from == self.from && from == *kind => {
                let mut merged = value.as_object().cloned().unwrap_or_default();
                merged.extend(to.clone());
                (name.clone(), Value::Object(merged))
            }
            Some(from) if from == self.from => (kind.member().to_owned(), Value::Object(to.clone())),
            _ => (name.clone(), value.clone()),
        });
        Some(Value::Object(members.collect()))
    }
}

/// The probes and hooks of a container that are rewritten. The rendering has the container as its innermost variable.
pub(super) fn render<'v, V: View<'v>>(
    rewrites: &[Rewrite],
    container: V,
    rendering: &Rendering<'_, 'v, V>,
) -> Vec<RenderedRewrite> {
    let mut rendered: Vec<RenderedRewrite> = Vec::new();
    for rewrite in rewrites {
        for handler in rewrite.handlers.iter().copied() {
            if rendered.iter().any(|known| known.handler == handler) {
                continue;
            }
            let Some(found) = container.path(handler.path()) else { continue };
            let kind = rewrite.kinds.iter().copied().find_map(|kind| {
                let asks = found.member(kind.member()).filter(|asks| asks.kind() == Kind::Mapping)?;
                Some((kind, asks))
            });
            let Some((from, asks)) = kind else { continue };
            let asked = asks.member("port");
            let port = asked.and_then(|port| probe::port_number(container, port));
            if let (None, Some(name)) = (port, asked.and_then(View::string)) {
                let to = NewHandler::UnknownPort(name.into_owned());
                rendered.push(RenderedRewrite { handler, from, to });
                continue;
            }
            let item = item(handler, from, asks, port);
            if let Value::Object(new) = rendering.with(item, || rewrite.to.render(rendering))
                && let Some((kind, Value::Object(to))) = new.into_iter().find(|(_, value)| value.is_object())
                && let Some(kind) = HandlerKind::of_member(&kind)
            {
                rendered.push(RenderedRewrite { handler, from, to: NewHandler::Of(kind, to) });
            }
        }
    }
    rendered
}

/// What an expression sees of a probe or hook: of its handler, what there is.
fn item<'v, V: View<'v>>(handler: Handler, kind: HandlerKind, asks: V, port: Option<u64>) -> Item<'v, V> {
    let mut members = vec![("name", Item::text(handler.name())), ("kind", Item::text(kind.member()))];
    let port = port.and_then(|port| i64::try_from(port).ok());
    members.extend(port.map(|port| ("port", Item::Int(port))));
    for name in ["path", "scheme", "host", "service"] {
        members.extend(asks.text(&[name]).map(|text| (name, Item::text(text))));
    }
    Item::map(members)
}

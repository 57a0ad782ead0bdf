//! Probes and hooks of the application that get another handler, so that the sidecar asks the application in their place.

use serde_json::Value;

use super::template::Template;
use crate::value::pointer::Pointer;

/// A probe or hook of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Handler {
    Readiness,
    Liveness,
    Startup,
    PreStop,
    PostStart,
}

/// How a probe or hook asks. `exec` and `sleep` ask nothing over the network, and are never rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandlerKind {
    HttpGet,
    TcpSocket,
    Grpc,
}

/// What takes the place of the handlers of some probes and hooks. Its expressions see the `container` and the `handler`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rewrite {
    pub(crate) handlers: Vec<Handler>,
    pub(crate) kinds: Vec<HandlerKind>,
    /// An object with one member, the new handler; null where the old one stays.
    pub(crate) to: Template,
}

impl Handler {
    pub(crate) const ALL: [Self; 5] = [Self::Readiness, Self::Liveness, Self::Startup, Self::PreStop, Self::PostStart];

    /// Where it is in a container.
    pub(crate) const fn path(self) -> &'static [&'static str] {
        match self {
            Self::Readiness => &["readinessProbe"],
            Self::Liveness => &["livenessProbe"],
            Self::Startup => &["startupProbe"],
            Self::PreStop => &["lifecycle", "preStop"],
            Self::PostStart => &["lifecycle", "postStart"],
        }
    }

    /// Its name: the last member of its path.
    pub(crate) fn name(self) -> &'static str {
        self.path().last().copied().unwrap_or_default()
    }

    /// How a profile writes it.
    pub(crate) const fn written(self) -> &'static str {
        match self {
            Self::PreStop => "lifecycle.preStop",
            Self::PostStart => "lifecycle.postStart",
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
            Self::Startup => "startupProbe",
        }
    }

    /// The one at the end of a pointer to a container's field, from wherever it counts.
    pub(crate) fn at_end_of(at: &Pointer) -> Option<Self> {
        Self::ALL.into_iter().find(|handler| {
            let tokens = at.tokens();
            let Some(rest) = tokens.len().checked_sub(handler.path().len()) else { return false };
            let (before, end) = tokens.split_at(rest);
            end == handler.path() && matches!(before, [.., list, _] if is_containers(list))
        })
    }
}

impl Handler {
    /// Whether a pointer from a pod template is that of a probe or hook.
    pub(crate) fn is_in_template(named: &Pointer) -> bool {
        let handler = Self::at_end_of(named);
        handler.is_some_and(|handler| named.tokens().len() == 3 + handler.path().len())
            && named.tokens().first().is_some_and(|spec| spec == "spec")
    }
}

fn is_containers(list: &str) -> bool {
    list == "containers" || list == "initContainers"
}

impl HandlerKind {
    pub(crate) const ALL: [Self; 3] = [Self::HttpGet, Self::TcpSocket, Self::Grpc];

    /// Its member of a probe.
    pub(crate) const fn member(self) -> &'static str {
        match self {
            Self::HttpGet => "httpGet",
            Self::TcpSocket => "tcpSocket",
            Self::Grpc => "grpc",
        }
    }

    /// How a probe or hook asks, if it asks over the network.
    pub(crate) fn of(probe: &Value) -> Option<Self> {
        let probe = probe.as_object()?;
        let asks = |kind: &Self| probe.get(kind.member()).is_some_and(Value::is_object);
        Self::ALL.into_iter().find(asks).filter(|_| probe.get("exec").is_none_or(Value::is_null))
    }

    pub(crate) fn of_member(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.member() == name)
    }
}

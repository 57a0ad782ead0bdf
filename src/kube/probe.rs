//! Probes and lifecycle hooks of containers: where they are, and how they ask
//! (<https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>).

use crate::value::pointer::Pointer;
use crate::value::view::{Kind, View};

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

impl Handler {
    pub(crate) const ALL: [Self; 5] = [Self::Liveness, Self::Readiness, Self::Startup, Self::PostStart, Self::PreStop];

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
    pub(crate) fn of<'v, V: View<'v>>(probe: V) -> Option<Self> {
        let asks = |kind: &Self| probe.member(kind.member()).is_some_and(|found| found.kind() == Kind::Mapping);
        let is_absent = |name| probe.member(name).is_none_or(|found| found.kind() == Kind::Null);
        Self::ALL.into_iter().find(asks).filter(|_| is_absent("exec"))
    }

    pub(crate) fn of_member(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.member() == name)
    }
}

/// The number of a port that a probe gives as a number, or as the name of one of the container's ports.
pub(crate) fn port_number<'v, V: View<'v>>(container: V, port: V) -> Option<u64> {
    let Some(name) = port.string() else { return port.unsigned() };
    let declared = container.member("ports").map(View::elements).unwrap_or_default();
    let named = declared.into_iter().find(|declared| declared.text(&["name"]).is_some_and(|known| known == name));
    named?.member("containerPort").and_then(View::unsigned)
}

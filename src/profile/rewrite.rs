//! Probes and hooks of the application that get another handler, so that the sidecar asks the application in their place.

use super::template::Template;
use crate::kube::probe::{Handler, HandlerKind};

/// What takes the place of the handlers of some probes and hooks. Its expressions see the `container` and the `handler`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rewrite {
    pub(crate) handlers: Vec<Handler>,
    pub(crate) kinds: Vec<HandlerKind>,
    /// An object with one member, the new handler; null where the old one stays.
    pub(crate) to: Template,
}

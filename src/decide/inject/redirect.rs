//! What the kubelet asks of the application, on ports that the profile redirects to its sidecar.

use super::editor::Editor;
use super::ports::{ProbedPort, container_slots, probes};
use super::render::Rendered;
use crate::decide::record::Entry;
use crate::diagnostic::words::list;
use crate::diagnostic::{Code, Diagnostic};
use crate::profile::{ParameterType, Profile};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// A note about each port of an application's container that a probe or a hook asks through the redirection. The containers
/// of the profile, and those that the record lists, are sidecars.
pub(super) fn notes<'v, V: View<'v>>(
    profile: &Profile,
    rendered: &Rendered,
    editor: &Editor<V>,
    record: &[Entry],
    place: &Pointer,
) -> Vec<Diagnostic> {
    let Some(redirected) = &rendered.redirected else { return Vec::new() };
    let mut notes = Vec::new();
    for slot in container_slots() {
        let containers = slot.place();
        for (index, container) in editor.list(containers).into_iter().enumerate() {
            let name = container.text(&["name"]).unwrap_or_default();
            let is_sidecar = rendered.all_containers().any(|item| *item.key == *name)
                || record.iter().flat_map(Entry::all_containers).any(|known| *known == name);
            if is_sidecar {
                continue;
            }
            let mut asked: Vec<(u64, ProbedPort, Vec<&str>)> = Vec::new();
            for (at, port) in probes(container) {
                if !redirected.has(port) {
                    continue;
                }
                let handler = at.handler();
                match asked.iter_mut().find(|(known, ..)| *known == port) {
                    Some((.., handlers)) => handlers.push(handler),
                    None => asked.push((port, at, vec![handler])),
                }
            }
            for (port, at, handlers) in asked {
                let message = format!(
                    "the profile `{}` redirects port {port}, which the kubelet asks of container `{name}` ({}): the answer comes through the sidecar",
                    profile.name,
                    list(&handlers)
                );
                let at = place.append(&containers.element(index).append(&at.place()));
                notes.push(Diagnostic { hint: hint(profile), ..Diagnostic::new(Code::RedirectedProbe, at, message) });
            }
        }
    }
    notes
}

/// How to leave a port out, where a parameter has the ports that are left out.
fn hint(profile: &Profile) -> Option<String> {
    let exclude = profile.redirected_ports.as_ref()?.exclude.as_ref()?;
    let indices = profile.parameters_behind(exclude.variables()).into_iter();
    let mut parameters = indices.filter_map(|index| profile.parameters.get(index));
    let parameter = parameters.find(|parameter| parameter.ty == ParameterType::Ports)?;
    let name = &parameter.name;
    let annotation = parameter.annotation_words().map(|words| format!("{words} or ")).unwrap_or_default();
    Some(format!("if it must not depend on the sidecar, add the port to {annotation}`--set {name}=…`"))
}

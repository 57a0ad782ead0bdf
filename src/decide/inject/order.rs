//! Variables that refer to later ones. Kubernetes expands `$(NAME)` only from variables that come earlier in the list, so one that
//! comes before the variable to which it refers keeps that text.

use super::applier::Applier;
use crate::diagnostic::{Code, Diagnostic};
use crate::value::pointer::Pointer;
use crate::value::view::View;

/// Warns of those in the variables of one container, as they are once all is added, for which the profile is the reason. `at` is
/// the list with the container's index, `named` with its name.
pub(super) fn check<'v, V: View<'v>>(applier: &mut Applier<'_, V>, at: &Pointer, named: &Pointer) {
    let (mut names, mut referring) = (Vec::new(), Vec::new());
    for (index, variable) in applier.editor.list(at).into_iter().enumerate() {
        names.push(variable.text(&["name"]).unwrap_or_default().into_owned());
        if let Some(value) = variable.text(&["value"]).filter(|value| value.contains("$(")) {
            referring.push((index, value.into_owned()));
        }
    }
    for (index, value) in referring {
        for referred in references(&value) {
            let (before, behind) = (names.get(..index), names.get(index + 1..));
            let is_it = |list: Option<&[String]>| list.is_some_and(|list| list.iter().any(|name| name == referred));
            let Some(variable) = names.get(index).filter(|_| !is_it(before) && is_it(behind)) else { continue };
            let at = applier.editor.place().append(&at.element(index).join("value"));
            let warning = warning(applier, &at, (named, variable, referred));
            applier.done.warnings.extend(warning);
        }
    }
}

/// The warning about a variable that refers to a later one; `None` where the profile has neither part in it.
fn warning<'v, V: View<'v>>(
    applier: &Applier<'_, V>,
    at: &Pointer,
    (named, variable, referred): (&Pointer, &str, &str),
) -> Option<Diagnostic> {
    let (profile, entry) = (&applier.profile.name, &applier.done.entry);
    let is_added = |name: &str| entry.fields.contains(&named.join(name).to_string());
    if is_added(referred) {
        let message = format!(
            "the variable `{variable}` refers to `{referred}`, which the profile `{profile}` adds after it: `$({referred})` is not expanded"
        );
        let hint = format!("write `at: First` beside the name of `{referred}` in the profile");
        return Some(Diagnostic::new(Code::EnvOrder, at.clone(), message).hint(hint));
    }
    let text = entry.text_at(&named.join(variable).join("value"));
    let is_of_text =
        text.is_some_and(|text| [&text.prepend, &text.append].iter().any(|text| references(text).contains(&referred)));
    let message = format!(
        "the profile `{profile}` makes the variable `{variable}` refer to `{referred}`, which comes after it: `$({referred})` is not expanded"
    );
    (is_added(variable) || is_of_text).then(|| Diagnostic::new(Code::EnvOrder, at.clone(), message))
}

/// The names that a value refers to, each once; `$$` is a dollar sign, and begins no reference.
fn references(value: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('$') {
        match after.strip_prefix('(').and_then(|after| after.split_once(')')) {
            Some((name, after)) => {
                if !found.contains(&name) {
                    found.push(name);
                }
                rest = after;
            }
            None => rest = after.strip_prefix('$').unwrap_or(after),
        }
    }
    found
}

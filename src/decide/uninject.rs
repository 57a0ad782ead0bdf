//! The exact inverse of an injection: what the record names is removed, and what was there before it comes back.

use crate::decide::facts::Facts;
use crate::decide::inject::compare::edited_items;
use crate::decide::inject::editor::Editor;
use crate::decide::inject::removal::{partial, read, remove};
use crate::decide::inject::{Outcome, Request, Step, Verdict, rewrites, texts};
use crate::decide::record::{ANNOTATION, Entry};
use crate::diagnostic::Diagnostic;
use crate::kube::workload::{self, Identity};
use crate::profile::library;
use crate::value::view::View;

/// Which entries of the record are undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those of these profiles.
    Of(Vec<String>),
}

/// What to do about an entry of which only a part is present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leftovers {
    /// It is an error.
    #[default]
    Refuse,
    /// What is left of it is dropped.
    Drop,
}

/// Plans the removal of what was injected into an object.
///
/// Goes in: what the object is; the object; the profiles that are known, to find what was edited since (an entry of a profile
/// that is not known is taken as it is); which entries; and what to do about leftovers. Comes out: the patch, and a step for
/// each entry.
pub(crate) fn undo<'a, V: View<'a>>(
    identity: &Identity,
    object: V,
    facts: &Facts,
    request: &Request<'_>,
    which: &Which,
    leftovers: Leftovers,
) -> Outcome {
    let mut outcome = Outcome::default();
    for place in workload::templates(identity, object, request.template_paths) {
        let Some(template) = workload::locate(object, &place) else { continue };
        let identity = &*identity.with_template(object, &place);
        if template.path(&["metadata", "annotations", ANNOTATION]).is_none() {
            continue;
        }
        let mut editor = Editor::new(template, place.clone());
        match undo_template(&mut editor, (identity, object, facts), request, which, leftovers) {
            Ok(undone) => {
                outcome.warnings.extend(undone.warnings);
                outcome.steps.extend(undone.profiles.into_iter().map(|profile| Step {
                    template: place.clone(),
                    profile,
                    verdict: Verdict::Uninjected,
                }));
                outcome.take(editor);
            }
            Err(errors) => {
                outcome.steps.push(Step {
                    template: place,
                    profile: String::new(),
                    verdict: Verdict::rejected(errors),
                });
            }
        }
    }
    outcome.settle();
    outcome
}

struct Undone {
    profiles: Vec<String>,
    warnings: Vec<Diagnostic>,
}

fn undo_template<'a, V: View<'a>>(
    editor: &mut Editor<V>,
    object: (&Identity, V, &Facts),
    request: &Request<'_>,
    which: &Which,
    leftovers: Leftovers,
) -> Result<Undone, Vec<Diagnostic>> {
    let entries = read(editor)?;
    let chosen = |entry: &Entry| match which {
        Which::All => true,
        Which::Of(profiles) => profiles.contains(&entry.profile),
    };
    let mut warnings = texts::left_behind(editor, &entries, chosen);
    warnings.extend(rewrites::left_behind(editor, &entries, chosen));
    for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| chosen(entry)) {
        let missing = partial(editor, entry);
        if let (Leftovers::Refuse, Some(error)) = (leftovers, missing) {
            return Err(vec![error]);
        }
        let given = request.profiles.iter().find(|profile| profile.name == entry.profile);
        if let Some(profile) = given.or_else(|| library::get(&entry.profile)) {
            let edited = edited_items(editor, object, request, profile, &entries, index);
            warnings.extend(edited.map_err(|error| vec![error])?);
        }
    }
    let profiles = entries.iter().filter(|entry| chosen(entry)).map(|entry| entry.profile.clone()).rev().collect();
    remove(editor, entries, chosen).map_err(|error| vec![error])?;
    Ok(Undone { profiles, warnings })
}

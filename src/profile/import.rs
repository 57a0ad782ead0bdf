//! Profiles from the configuration of other injectors. [`import`] tells the format by what is in it.
//!
//! The law: each value of the input is in the profile, or in a comment of it. The profile is loaded before it is handed
//! out, so that every mistake of the input which a profile may not have either is an error with its place in the input.
//!
//! An importer maps its format to a [`Sketch`], and checks nothing that loading checks. A new format is a row of [`Format`],
//! and a file for it here.

use draft::Draft;
use sketch::Sketch;
pub(crate) use source::ImportError;
use source::{Ground, Node, parse};

use super::load;
use crate::text::yaml::parse_yaml;
use crate::value::pointer::Pointer;
use crate::value::view::Kind;

mod carry;
mod cel;
mod config_map;
mod draft;
mod expedia;
mod kruise;
mod morvencao;
mod sketch;
mod source;
mod tumblr;

/// What can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tumblr,
    Expedia,
    Morvencao,
    Kruise,
}

/// What an input is as a whole.
enum Input {
    Configuration(Format),
    ConfigMap,
}

const HEAD: &str = "\
# Made by `injector profile import`. Each comment `not carried over` names a part of the input that the profile does not have,
# with the reason and the value. Comments of the input are not here.
";

const HINT: &str =
    "the formats are tumblr's and Expedia's configuration, morvencao's ConfigMap, and OpenKruise's SidecarSet";

/// The text of the profile that a configuration becomes. `entry` is the key of the ConfigMap's entry that is meant.
///
/// # Errors
///
/// All that is wrong in the input, as far as it was read.
pub(crate) fn import(text: &str, entry: Option<&str>) -> Result<String, Vec<ImportError>> {
    let draft = draft_of(text, entry).map_err(|error| vec![error])?;
    let profile = format!("{HEAD}{}", draft.write());
    check(&draft, &profile)?;
    Ok(profile)
}

fn draft_of(text: &str, entry: Option<&str>) -> Result<Draft, ImportError> {
    let tree = parse(text, Ground::File)?;
    let Some(root) = tree.root() else {
        return Err(ImportError::new(0, "the file is empty").hint(HINT));
    };
    let node = Node::new(tree.view(root), Ground::File, Pointer::root());
    match (input_of(&node), entry) {
        (Some(Input::ConfigMap), _) => of_config_map(&node, entry),
        (_, Some(_)) => {
            Err(node.error("this is no ConfigMap, and only a ConfigMap has entries").hint("leave out `--entry`"))
        }
        (Some(Input::Configuration(format)), None) => {
            let mut sketch = Sketch::default();
            let name = read(format, &node, None, &mut sketch)?;
            Ok(sketch.document(name))
        }
        (None, None) => Err(node.error("this is in no format that can be imported").hint(HINT)),
    }
}

fn of_config_map(map: &Node<'_>, entry: Option<&str>) -> Result<Draft, ImportError> {
    let chosen = config_map::choose(map, entry)?;
    let ground = chosen.entry.ground_of(&chosen.text);
    let tree = parse(&chosen.text, ground)?;
    let node = tree.root().map(|root| Node::new(tree.view(root), ground, chosen.entry.path.clone()));
    let found = node.and_then(|node| Some((format_of(&node)?, node)));
    let Some((format, node)) = found else {
        return Err(chosen.entry.error("this entry is in no format that can be imported").hint(HINT));
    };
    let mut sketch = Sketch::default();
    let around = config_map::around(map, &chosen.entry, format, &mut sketch)?;
    let name = read(format, &node, Some(&around), &mut sketch)?;
    Ok(sketch.document(name))
}

fn read(
    format: Format,
    node: &Node<'_>,
    around: Option<&config_map::Around<'_>>,
    sketch: &mut Sketch,
) -> Result<Draft, ImportError> {
    match format {
        Format::Tumblr => tumblr::read(node, sketch),
        Format::Expedia => expedia::read(node, around, sketch),
        Format::Morvencao => morvencao::read(node, around, sketch),
        Format::Kruise => kruise::read(node, sketch),
    }
}

fn input_of(node: &Node<'_>) -> Option<Input> {
    let (kind, version) = (node.text_at(&["kind"]), node.text_at(&["apiVersion"]));
    match (kind.as_deref(), version.as_deref()) {
        (Some("ConfigMap"), Some("v1")) => Some(Input::ConfigMap),
        (Some(kruise::KIND), Some("apps.kruise.io/v1alpha1" | "apps.kruise.io/v1beta1")) => {
            Some(Input::Configuration(Format::Kruise))
        }
        (Some(_), _) | (_, Some(_)) => None,
        (None, None) => format_of(node).map(Input::Configuration),
    }
}

/// The format of a configuration that says of itself no kind.
fn format_of(node: &Node<'_>) -> Option<Format> {
    match node.kind() {
        Kind::Sequence => Some(Format::Expedia),
        Kind::Mapping if tumblr::OWN.iter().any(|field| node.get(field).is_some()) => Some(Format::Tumblr),
        Kind::Mapping if ["containers", "volumes"].iter().any(|field| node.get(field).is_some()) => {
            Some(Format::Morvencao)
        }
        _ => None,
    }
}

/// The format of a configuration in a text.
fn one_of(text: &str) -> Option<Format> {
    let tree = parse_yaml(text).ok()?;
    let node = Node::new(tree.view(tree.root()?), Ground::File, Pointer::root());
    format_of(&node)
}

/// Loads the profile, and tells errors where their values are in the input.
fn check(draft: &Draft, profile: &str) -> Result<(), Vec<ImportError>> {
    let tree = parse_yaml(profile).map_err(|error| vec![ImportError::new(0, error.to_string())])?;
    let Some(root) = tree.root() else { return Ok(()) };
    let told = |error: &load::ProfileError| ImportError {
        at: draft.origin(&error.at),
        path: Pointer::root(),
        message: error.to_string(),
        hint: error.hint(),
    };
    match load::load(tree.view(root)) {
        Ok(_) => Ok(()),
        Err(errors) => Err(errors.iter().map(told).collect()),
    }
}

#[cfg(test)]
mod tests;

//! A configuration that is the text of an entry of a ConfigMap, and what becomes of the ConfigMap around it.

use super::draft::Draft;
use super::sketch::Sketch;
use super::source::{ImportError, Node};
use super::{Format, one_of};

/// The members of a ConfigMap that are read, or say only what it is.
const READ: [&str; 4] = ["apiVersion", "kind", "metadata", "data"];

/// What a profile takes from the ConfigMap around its configuration.
pub(super) struct Around<'a> {
    pub(super) name: Node<'a>,
    pub(super) namespace: Option<Node<'a>>,
}

/// The entry with the configuration.
pub(super) struct Chosen<'a> {
    pub(super) entry: Node<'a>,
    pub(super) text: String,
}

/// Finds the entry that holds a configuration: the one that was asked for, or else the only one.
pub(super) fn choose<'a>(map: &Node<'a>, key: Option<&str>) -> Result<Chosen<'a>, ImportError> {
    let data = map.require("data")?;
    let mut found = Vec::new();
    let entries = data.members()?;
    let names: Vec<String> = entries.iter().map(|(name, _)| name.clone()).collect();
    for (name, entry) in entries {
        match key {
            Some(key) if key == name => return Ok(Chosen { text: entry.text()?, entry }),
            Some(_) => {}
            None => {
                let text = entry.text()?;
                // With a single entry, what is wrong in it is more than that nothing was found.
                if names.len() == 1 || one_of(&text).is_some() {
                    found.push(Chosen { entry, text });
                }
            }
        }
    }
    let hint = format!("the entries are `{}`", names.join("`, `"));
    if let Some(key) = key {
        return Err(data.error(format!("there is no entry `{key}`")).hint(hint));
    }
    match (found.pop(), found.is_empty()) {
        (Some(chosen), true) => Ok(chosen),
        (None, _) => Err(data.error("no entry holds a configuration of sidecars").hint(hint)),
        (Some(_), false) => {
            let message = "several entries hold a configuration, and a profile is made of one";
            Err(data.error(message).hint(format!("choose one with `--entry`; {hint}")))
        }
    }
}

/// Takes from a ConfigMap what the format means by it. All else becomes comments.
pub(super) fn around<'a>(
    map: &Node<'a>,
    chosen: &Node<'a>,
    format: Format,
    sketch: &mut Sketch,
) -> Result<Around<'a>, ImportError> {
    let metadata = map.require("metadata")?;
    let around = Around { name: metadata.require("name")?, namespace: metadata.get("namespace") };
    for (name, value) in map.given()? {
        if !READ.contains(&name.as_str()) {
            sketch.drop(&value, "it is about the ConfigMap");
        }
    }
    let own: &[&str] = match format {
        Format::Expedia => &["name", "namespace"],
        Format::Morvencao => &["name"],
        Format::Tumblr | Format::Kruise => &[],
    };
    sketch.metadata(&metadata, own)?;
    for (_, entry) in map.require("data")?.members()? {
        if entry.path != chosen.path {
            sketch.drop(&entry, "a profile is made of one entry, and this is another one");
        }
    }
    Ok(around)
}

impl Around<'_> {
    /// The name of the ConfigMap as that of the profile.
    pub(super) fn profile_name(&self) -> Result<Draft, ImportError> {
        Ok(Draft::text(self.name.at(), self.name.text()?))
    }
}

//! The configuration of morvencao's kube-sidecar-injector: containers and volumes, which a pod gets whose annotation says
//! `yes`. Any other word than yes or no is an error here, and means no there.

use serde_json::json;

use super::carry;
use super::config_map::Around;
use super::draft::Draft;
use super::sketch::Sketch;
use super::source::{ImportError, Node};

const INJECT: &str = "sidecar-injector-webhook.morven.me/inject";
const STATUS: &str = "sidecar-injector-webhook.morven.me/status";

/// What the annotation may say, in large or small letters.
const YES: [&str; 4] = ["y", "yes", "true", "on"];
const NO: [&str; 4] = ["n", "no", "false", "off"];

/// Reads the configuration, and gives the name of the profile: that of the ConfigMap, or of the first container.
pub(super) fn read(config: &Node<'_>, around: Option<&Around<'_>>, sketch: &mut Sketch) -> Result<Draft, ImportError> {
    sketch.description = "the sidecars of morvencao's kube-sidecar-injector".to_owned();
    let switch = json!({"annotation": INJECT, "inject": spellings(&YES), "skip": spellings(&NO)});
    sketch.pod_switch = Some(Draft::made(switch));
    sketch.status = Some(STATUS);
    for (field, value) in config.given()? {
        match field.as_str() {
            "containers" | "volumes" => sketch.list(&field, &value)?,
            _ => sketch.drop(&value, "kube-sidecar-injector does not read this field"),
        }
    }
    if let Some(around) = around {
        return around.profile_name();
    }
    let first = config.require("containers")?.elements()?.into_iter().next();
    let name = match first {
        Some(container) => container.require("name")?,
        None => return Err(config.error("the list of containers is empty")),
    };
    Ok(Draft::text(name.at(), carry::literal(&name.text()?)))
}

/// The words in small letters, with a capital, and in capitals.
fn spellings(words: &[&str]) -> Vec<String> {
    let mut spellings = Vec::new();
    for word in words {
        let (first, rest) = word.split_at(1);
        for spelling in [(*word).to_owned(), format!("{}{rest}", first.to_uppercase()), word.to_uppercase()] {
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    spellings
}

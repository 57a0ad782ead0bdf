//! The commented profile that `profile init` prints: every field, once, with a comment on each.
//!
//! It is a text to be edited, and not a built-in profile: nothing in this file reads it.

use serde_json::Value;

use crate::kube::names::is_dns_label;
use crate::text::yaml::emit::{self, Context};

/// The text, in which the profile is named [`NAME`].
pub(crate) const TEXT: &str = include_str!("starter.yaml");

/// The name of the profile, and of its container, in [`TEXT`].
pub(crate) const NAME: &str = "my-sidecar";

/// The text with another name for the profile and its container; `None` where that is not a DNS label.
pub(crate) fn named(name: &str) -> Option<String> {
    // A name such as `0` or `on` is a string in quotes only.
    let mut scalar = String::new();
    emit::scalar(&mut scalar, &Value::from(name), Context::Block);
    is_dns_label(name).then(|| TEXT.replace(NAME, &scalar))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Code, Severity};
    use crate::lint::{Finding, lint};
    use crate::profile::slot::Slot;
    use crate::profile::{Profile, load};

    use super::*;

    fn read(text: &str) -> Profile {
        let tree = crate::text::yaml::parse_yaml(text).unwrap();
        load::load(tree.view(tree.root().unwrap())).unwrap_or_else(|errors| panic!("{errors:?}"))
    }

    #[test]
    fn it_loads_and_nothing_is_found_in_it_but_notes() {
        let profile = read(TEXT);
        assert_eq!(profile.name, NAME);
        let found = lint(&profile);
        // It shows every field, and this one has a price for pods of a ServiceAccount with pull secrets.
        let is_expected =
            |finding: &Finding| finding.severity == Severity::Note || finding.code == Code::HidesPullSecrets;
        assert!(found.iter().all(is_expected), "{found:#?}");
    }

    #[test]
    fn it_takes_any_name_that_a_profile_may_have() {
        let longest = "a".repeat(63);
        for name in ["proxy", "my-sidecar-2", "0", "on", "null", "1e3", &longest] {
            let profile = read(&named(name).unwrap());
            assert_eq!(profile.name, name);
            assert_eq!(profile.names(Slot::Containers).collect::<Vec<_>>(), [name]);
            assert!(lint(&profile).iter().all(|finding| finding.severity != Severity::Error), "{name}");
        }
        for name in ["", "My", "a b", "a\nb: c", &format!("{longest}a")] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn every_field_of_a_profile_is_shown() {
        let listed = |fields: &[&str], indent: usize| {
            for field in fields {
                let indent = " ".repeat(indent);
                let lines = [format!("\n{indent}{field}:"), format!("\n{indent}# {field}:")];
                let shown: usize = lines.iter().map(|line| TEXT.matches(line).count()).sum();
                assert_eq!(shown, 1, "{field}");
            }
        };
        listed(&load::spec_fields(), 2);
        for field in ["type", "description", "default", "annotation", "from", "values"] {
            assert!(TEXT.contains(&format!("\n      {field}:")), "{field}");
        }
    }
}

//! Container patterns: which containers a profile takes for its own sidecar.

use super::glob;
use crate::value::view::View;

/// A pattern for a container: each part is a glob in which `*` is any text; all parts given must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerPattern {
    /// The container's name.
    pub name: Option<String>,
    /// The container's image.
    pub image: Option<String>,
}

impl ContainerPattern {
    /// Whether a container has the name and the image that the pattern asks for.
    pub fn matches<'a, V: View<'a>>(&self, container: V) -> bool {
        let part = |pattern: &Option<String>, field| {
            pattern
                .as_ref()
                .is_none_or(|pattern| container.text(&[field]).is_some_and(|text| glob::matches(pattern, &text)))
        };
        part(&self.name, "name") && part(&self.image, "image")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_given_parts_of_a_pattern_must_match() {
        let container = json!({"name": "my-proxy", "image": "example.com/proxy:1"});
        for (name, image, expected) in [
            (Some("*proxy"), None, true),
            (None, Some("*/proxy:*"), true),
            (Some("*proxy"), Some("other*"), false),
            (Some("proxy"), None, false),
        ] {
            let pattern = ContainerPattern { name: name.map(Into::into), image: image.map(Into::into) };
            assert_eq!(pattern.matches(&container), expected, "{pattern:?}");
        }
        let pattern = ContainerPattern { name: None, image: Some("*".into()) };
        assert!(!pattern.matches(&json!({"name": "a"})), "an image that is not there matches nothing");
    }
}

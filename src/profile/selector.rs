//! Label selectors and container patterns: what they match.
//! Semantics of <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.

use std::borrow::Cow;
use std::fmt;

use super::parameter::list;
use super::{ContainerPattern, Operator, Requirement, Selector, glob};
use crate::view::View;

impl Selector {
    /// The first requirement that does not hold; `None` where the selector matches. An empty selector matches all.
    pub fn first_unmet<'l>(&self, label: impl Fn(&str) -> Option<Cow<'l, str>>) -> Option<&Requirement> {
        self.0.iter().find(|requirement| !requirement.holds(label(&requirement.key).as_deref()))
    }
}

impl Requirement {
    /// Whether the requirement holds for the value of its key's label, or for there being none.
    pub fn holds(&self, value: Option<&str>) -> bool {
        let listed = || value.is_some_and(|value| self.values.iter().any(|allowed| allowed == value));
        match self.operator {
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::In => listed(),
            Operator::NotIn => !listed(),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, operator, values } = self;
        match operator {
            Operator::Exists => write!(f, "`{key}` exists"),
            Operator::DoesNotExist => write!(f, "`{key}` does not exist"),
            Operator::In if values.len() == 1 => write!(f, "`{key}` is {}", list(values)),
            Operator::In => write!(f, "`{key}` is one of {}", list(values)),
            Operator::NotIn => write!(f, "`{key}` is none of {}", list(values)),
        }
    }
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
    fn operators_have_kubernetes_semantics() {
        for (operator, values, present, other, absent) in [
            (Operator::In, &["a", "b"][..], true, false, false),
            (Operator::NotIn, &["a", "b"], false, true, true),
            (Operator::Exists, &[], true, true, false),
            (Operator::DoesNotExist, &[], false, false, true),
        ] {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            let requirement = Requirement { key: "k".into(), operator, values };
            assert_eq!(
                (requirement.holds(Some("b")), requirement.holds(Some("c")), requirement.holds(None)),
                (present, other, absent),
                "{requirement}"
            );
        }
        assert!(Selector(Vec::new()).first_unmet(|_| None).is_none());
    }

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

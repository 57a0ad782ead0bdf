//! Label selectors, and what they match.
//! Semantics of <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::diagnostic::words::list;

mod parse;

/// The label that the API server puts on every namespace: its name.
/// See <https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name>.
pub(crate) const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// A Kubernetes label selector: it matches where all requirements hold, so an empty one matches all. `matchLabels`
/// become `In` with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(pub Vec<Requirement>);

/// One requirement of a [`Selector`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// How the label is compared.
    pub operator: Operator,
    /// The values of `In` and `NotIn`; empty otherwise.
    pub values: Vec<String>,
}

/// The four operators of a label selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
    /// The label has one of the values.
    In,
    /// The label has none of the values, or is not there.
    NotIn,
}

impl Selector {
    /// As Kubernetes writes it; `{}` selects all.
    pub(crate) fn to_json(&self) -> Value {
        let expression = |requirement: &Requirement| {
            let operator = match requirement.operator {
                Operator::Exists => "Exists",
                Operator::DoesNotExist => "DoesNotExist",
                Operator::In => "In",
                Operator::NotIn => "NotIn",
            };
            let mut expression = Map::new();
            expression.insert("key".to_owned(), requirement.key.as_str().into());
            expression.insert("operator".to_owned(), operator.into());
            if !requirement.values.is_empty() {
                expression.insert("values".to_owned(), requirement.values.clone().into());
            }
            Value::Object(expression)
        };
        if self.0.is_empty() {
            return json!({});
        }
        json!({"matchExpressions": self.0.iter().map(expression).collect::<Vec<_>>()})
    }
}

impl Requirement {
    /// Whether the requirement holds for the value of its label; `None` where the label is absent.
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
            Operator::NotIn => write!(f, "`{key}` is not one of {}", list(values)),
        }
    }
}

#[cfg(test)]
mod tests {
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
    }
}
